/* SPDX-License-Identifier: Apache-2.0 */
#include "core/over.h"

#include "base/limits.h"
#include "core/record.h"
#include "core/world_in.h"

#include <string.h>

struct over *over_new(void)
{
    struct over *o = mem_zalloc(sizeof(*o));

    o->first_delay_us = -1;
    return o;
}

void over_free(struct over *o)
{
    if (!o)
        return;
    for (size_t i = 0; i < OVER_COUNT; i++)
        mem_free(o->text[i]);
    mem_free(o->vars);
    mem_free(o);
}

/* A command that is privileged now counts as none: who wrote its arguments was not to choose with which rights they run. */
static uint32_t find(const struct model *m, enum over_what what, struct str text)
{
    uint32_t command;

    if (what != OVER_CHECK_COMMAND && what != OVER_HANDLER)
        return model_find_period(m, text);
    command = model_find_command(m, str_cut(&text, '!'));
    return command != MODEL_NONE && model_command(m, command)->privileged ? MODEL_NONE : command;
}

void over_forget(struct over *o, enum over_what what)
{
    mem_free(o->text[what]);
    o->text[what] = NULL;
}

bool over_set(const struct model *m, struct over *o, enum over_what what, struct str text)
{
    uint32_t idx = find(m, what, text);

    if (idx == MODEL_NONE)
        return false;
    over_forget(o, what);
    o->text[what] = str_dup(text);
    o->idx[what] = idx;
    return true;
}

static size_t bytes_of(const struct over *o)
{
    size_t n = o->vars_n;

    for (size_t i = 0; i < OVER_COUNT; i++)
        n += str_of(o->text[i]).n;
    return n;
}

/* What takes no more than what was there is never too much: an older Vigie had no bound. */
static int find_room(const struct over *o, const char *what, size_t was, size_t is, struct err *err)
{
    size_t all = bytes_of(o) - was + is;

    if (is <= was || all <= LIMIT_OVER)
        return 0;
    return err_set(err, E_LIMIT,
                   "the %s is not set: with it, what commands put in the place of the configuration here "
                   "would take %zu bytes, and at most %u are kept",
                   what, all, LIMIT_OVER);
}

int over_put(const struct model *m, struct over *o, enum over_what what, struct str text, struct err *err)
{
    static const char *const names[OVER_COUNT] = {"check command", "event handler", "check period",
                                                  "notification period", "notification period"};
    int r = find_room(o, names[what], str_of(o->text[what]).n, text.n, err);

    if (r == 0 && !over_set(m, o, what, text))
        r = err_set(err, E_NOENT, "there is no such %s", what <= OVER_HANDLER ? "command" : "period");
    return r;
}

uint32_t over_bit(enum over_what what)
{
    static const uint32_t bits[OVER_COUNT] = {STATE_MODIFIED_CHECK_COMMAND, STATE_MODIFIED_HANDLER_COMMAND,
                                              STATE_MODIFIED_CHECK_PERIOD, STATE_MODIFIED_NOTIFY_PERIOD,
                                              STATE_MODIFIED_NOTIFY_PERIOD};

    BUG_ON(what >= OVER_COUNT);
    return bits[what];
}

uint32_t over_settle(const struct model *m, struct over *o)
{
    uint32_t gone = 0;

    for (enum over_what i = 0; i < OVER_COUNT; i++) {
        if (!o->text[i])
            continue;
        o->idx[i] = find(m, i, str_of(o->text[i]));
        if (o->idx[i] != MODEL_NONE)
            continue;
        over_forget(o, i);
        gone |= over_bit(i);
    }
    return gone;
}

/* ---- custom variables ---- */

bool over_var(const struct over *o, struct str name, struct str *value)
{
    struct str rest = o ? str_make(o->vars, o->vars_n) : STR_NULL, at;

    while (record_next_word(&rest, &at) > 0 && record_next_word(&rest, value) > 0)
        if (str_ieq(at, name))
            return true;
    return false;
}

void over_set_vars(struct over *o, struct str packed)
{
    mem_free(o->vars);
    o->vars = packed.n ? str_dup(packed) : NULL;
    o->vars_n = packed.n;
}

int over_put_var(struct over *o, struct str name, struct str value, struct err *err)
{
    struct str rest = str_make(o->vars, o->vars_n), at, was;
    struct buf b = BUF_INIT;
    int r;

    while (record_next_word(&rest, &at) > 0 && record_next_word(&rest, &was) > 0)
        if (!str_ieq(at, name)) {
            record_pack_word(&b, at);
            record_pack_word(&b, was);
        }
    record_pack_word(&b, name);
    record_pack_word(&b, value);
    r = find_room(o, "custom variable", o->vars_n, b.len, err);
    if (r == 0)
        over_set_vars(o, buf_str(&b));
    buf_release(&b);
    return r;
}

void over_pack(const struct over *o, struct buf *b)
{
    if (!o->text[OVER_CHECK_COMMAND] && !o->text[OVER_HANDLER] && !o->vars_n)
        return;
    record_pack_word(b, str_of(o->text[OVER_CHECK_COMMAND] ? o->text[OVER_CHECK_COMMAND] : ""));
    record_pack_word(b, str_of(o->text[OVER_HANDLER] ? o->text[OVER_HANDLER] : ""));
    buf_add_str(b, str_make(o->vars, o->vars_n));
}

bool over_is_empty(const struct over *o)
{
    for (size_t i = 0; i < OVER_COUNT; i++)
        if (o->text[i])
            return false;
    return !o->vars_n && o->first_delay_us < 0;
}

/* ---- of a check ---- */

const struct over *over_of(const struct state *s)
{
    return state_more(s)->over;
}

struct over *over_make(struct state *s)
{
    struct state_more *more = state_more_set(s);

    if (!more->over)
        more->over = over_new();
    return more->over;
}

uint32_t over_check_period(const struct world *w, uint32_t check)
{
    const struct over *o = over_of(&w->st[check]);

    return o && o->text[OVER_CHECK_PERIOD] ? o->idx[OVER_CHECK_PERIOD]
                                           : model_check(w->m, check)->check_period;
}

uint32_t over_notify_period(const struct world *w, uint32_t check)
{
    const struct over *o = over_of(&w->st[check]);

    return o && o->text[OVER_NOTIFY_PERIOD] ? o->idx[OVER_NOTIFY_PERIOD]
                                            : model_check(w->m, check)->notification_period;
}

int64_t over_first_delay(const struct world *w, uint32_t check)
{
    const struct over *o = over_of(&w->st[check]);

    return o && o->first_delay_us >= 0 ? o->first_delay_us
                                       : model_check(w->m, check)->first_notification_delay_us;
}

bool over_can_run(const struct world *w, uint32_t check)
{
    const struct over *o = over_of(&w->st[check]);

    return (o && o->text[OVER_CHECK_COMMAND]) || model_check(w->m, check)->check_line != MODEL_NONE;
}
