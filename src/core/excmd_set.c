/* SPDX-License-Identifier: Apache-2.0 */
/* External commands that put something in the place of the configuration (core/over), and those that concern the program. */
#include "core/excmd_do.h"

#include "core/nlog.h"
#include "core/postpone.h"
#include "core/sched.h"
#include "core/world_in.h"

static int64_t num(const struct excmd *c, size_t i)
{
    return c->number[c->first + i];
}

static struct str text(const struct excmd *c, size_t i)
{
    return c->text[c->first + i];
}

/* ---- of a check ---- */

/* Who may write a command shall not choose with which rights it runs. */
static int set_command(struct world *w, struct over *o, enum over_what what, struct str use, struct err *err)
{
    struct str rest = use;
    uint32_t command = model_find_command(w->m, str_cut(&rest, '!'));

    if (command != MODEL_NONE && model_command(w->m, command)->privileged)
        return err_set(err, E_PERM,
                       "the command is named by vigie_command_privileged: only the files may use it");
    return over_put(w->m, o, what, use, err);
}

int excmd_do_over_command(struct world *w, const struct excmd *c, uint32_t check, struct err *err)
{
    enum over_what what = (enum over_what)c->row->param;
    int r = set_command(w, over_make(&w->st[check]), what, text(c, 0), err);

    if (r < 0)
        return r;
    w->st[check].modified |= over_bit(what);
    if (what == OVER_CHECK_COMMAND)
        sched_again(w, check);
    world_touch(w, check);
    return 0;
}

int excmd_do_over_period(struct world *w, const struct excmd *c, uint32_t check, struct err *err)
{
    enum over_what what = (enum over_what)c->row->param;
    int r = over_put(w->m, over_make(&w->st[check]), what, text(c, 0), err);

    if (r < 0)
        return r;
    w->st[check].modified |= over_bit(what);
    if (what == OVER_CHECK_PERIOD)
        sched_period_changed(w, check);
    else
        postpone_note(w, check);
    world_touch(w, check);
    return 0;
}

static struct str var_name(const struct excmd *c)
{
    struct str name = text(c, 0);

    return name.n && name.p[0] == '_' ? str_sub(name, 1, name.n) : name;
}

static int set_var(struct over *o, const struct excmd *c, const struct model_var *v, struct err *err)
{
    struct str name = var_name(c);

    if (!v)
        return err_set(err, E_NOENT, "it has no custom variable '_" STR_FMT "'",
                       STR_ARG(str_sub(name, 0, 100)));
    return over_put_var(o, name, text(c, 1), err);
}

int excmd_do_var(struct world *w, const struct excmd *c, uint32_t check, struct err *err)
{
    const struct model_check *k = model_check(w->m, check);
    const struct model_var *v = model_find_var(w->m, k->first_var, k->n_vars, var_name(c));
    int r = set_var(over_make(&w->st[check]), c, v, err);

    if (r < 0)
        return r;
    w->st[check].modified |= STATE_MODIFIED_VARS;
    world_touch(w, check);
    return 0;
}

int excmd_do_first_delay(struct world *w, const struct excmd *c, uint32_t check, struct err *err)
{
    if (!excmd_is_interval(w, num(c, 0)))
        return err_set(err, E_INVAL, "a delay is not negative, nor without end");
    over_make(&w->st[check])->first_delay_us = num(c, 0) * w->m->globals->interval_length_us;
    w->st[check].modified |= STATE_MODIFIED_FIRST_DELAY;
    world_touch(w, check);
    return 0;
}

int excmd_do_modified(struct world *w, const struct excmd *c, uint32_t check, struct err *err)
{
    if (num(c, 0) < 0 || num(c, 0) > UINT32_MAX)
        return err_set(err, E_INVAL, "attributes are a sum of bits from 1 to %u", STATE_MODIFIED_FIRST_DELAY);
    w->st[check].modified = (uint32_t)num(c, 0);
    world_touch(w, check);
    return 0;
}

/* ---- of a contact ---- */

static struct over *contact_over(struct world *w, uint32_t contact)
{
    struct world_contact *k = &w->contact[contact];

    if (!k->over)
        k->over = over_new();
    world_touch_contact(w, contact);
    return k->over;
}

int excmd_do_contact_period(struct world *w, const struct excmd *c, uint32_t check UNUSED, struct err *err)
{
    enum over_what what = (enum over_what)c->row->param;
    struct world_contact *k = &w->contact[c->contact];
    int r = over_put(w->m, contact_over(w, c->contact), what, text(c, 0), err);

    if (r < 0)
        return r;
    *(what == OVER_SERVICE_PERIOD ? &k->modified_service : &k->modified_host) |= STATE_MODIFIED_NOTIFY_PERIOD;
    return 0;
}

int excmd_do_contact_var(struct world *w, const struct excmd *c, uint32_t check UNUSED, struct err *err)
{
    const struct model_contact *k = model_contact(w->m, c->contact);
    const struct model_var *v = model_find_var(w->m, k->first_var, k->n_vars, var_name(c));
    int r = set_var(contact_over(w, c->contact), c, v, err);

    if (r == 0)
        w->contact[c->contact].modified |= STATE_MODIFIED_VARS;
    return r;
}

int excmd_do_contact_modified(struct world *w, const struct excmd *c, uint32_t check UNUSED, struct err *err)
{
    struct world_contact *k = &w->contact[c->contact];
    uint32_t *const which[] = {&k->modified, &k->modified_host, &k->modified_service};

    if (num(c, 0) < 0 || num(c, 0) > UINT32_MAX)
        return err_set(err, E_INVAL, "attributes are a sum of bits from 1 to %u",
                       STATE_MODIFIED_NOTIFY_PERIOD);
    *which[c->row->param] = (uint32_t)num(c, 0);
    world_touch_contact(w, c->contact);
    return 0;
}

/* ---- of the program ---- */

int excmd_do_global_handler(struct world *w, const struct excmd *c, uint32_t check UNUSED, struct err *err)
{
    struct over **o = &w->global_handler[c->row->param];
    int r;

    if (!*o)
        *o = over_new();
    r = set_command(w, *o, OVER_HANDLER, text(c, 0), err);
    if (r < 0)
        return r;
    *(c->row->param ? &w->modified_service : &w->modified_host) |= STATE_MODIFIED_HANDLER_COMMAND;
    w->program_dirty = w->program_unseen = true;
    return 0;
}

int excmd_do_program_end(struct world *w, const struct excmd *c, uint32_t check UNUSED, struct err *err)
{
    int64_t at = 0;

    if (str_trim(text(c, 0)).n && (!str_to_i64(str_trim(text(c, 0)), &at) || !excmd_is_time(at)))
        return err_set(err, E_INVAL, "'" STR_FMT "' is no time in whole seconds",
                       STR_ARG(str_sub(text(c, 0), 0, 60)));
    w->end.at = at * TIME_S;
    w->end.restart = c->row->param != 0;
    return 0;
}

void excmd_program_end(struct world *w)
{
    struct world_effect *e;

    if (w->end.at > w->now.wall.us || w->stopping)
        return;
    w->end.at = INT64_MAX;
    w->end.said = !w->end.restart;
    nlog_text(w, "PROGRAM_%s event encountered, %s...", w->end.restart ? "RESTART" : "SHUTDOWN",
              w->end.restart ? "restarting" : "shutting down");
    e = world_effect(w, WORLD_END);
    e->status = w->end.restart;
}
