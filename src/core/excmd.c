/* SPDX-License-Identifier: Apache-2.0 */
#include "core/excmd.h"

#include "base/limits.h"
#include "core/excmd_do.h"
#include "core/excmd_queue.h"
#include "core/nlog.h"
#include "core/sched.h"
#include "core/source.h"
#include "core/world_in.h"

#include <string.h>

static const struct excmd_row rows[] = {
#define EXCMD(NAME, fields, args, target, handler, param, doc)                                               \
    {#NAME, fields, args, EXCMD_##target, excmd_do_##handler, param, doc},
#include "core/excmd.def"
#undef EXCMD
};

/* A name of one's own: what does something for it reads it in the log. */
static const struct excmd_row own = {"_", "", "", EXCMD_NONE, excmd_do_nothing, 0, ""};

const struct excmd_row *excmd_table(size_t *n)
{
    *n = ARRAY_LEN(rows);
    return rows;
}

const struct excmd_row *excmd_find(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (str_ieq(name, str_of(rows[i].name))) /* Nagios takes either case since 4.5 */
            return &rows[i];
    return str_starts(name, STR("_")) ? &own : NULL;
}

static struct str name_of(const struct excmd *c)
{
    return c->row == &own ? str_trim(c->name) : str_of(c->row->name);
}

/* ---- parsing ---- */

static const char *field_word(char f)
{
    switch (f) {
    case 'h': return "host";
    case 's': return "service";
    case 'H': return "host group";
    case 'G': return "service group";
    case 'C': return "contact";
    case 'g': return "contact group";
    case 'i': return "number";
    case 't': return "time";
    case 'd': return "duration";
    case 'a': return "author";
    case 'p': return "time period";
    case 'c': return "command";
    case 'v': return "custom variable";
    case 'f': return "file";
    case 'x': return "comment";
    default: return "text";
    }
}

static bool read_hex(struct str s, int64_t *v)
{
    *v = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char *digits = "0123456789abcdef", *at = strchr(digits, s.p[i] | 0x20);

        if (!at || !*at || i > 8)
            return false;
        *v = *v * 16 + (at - digits);
    }
    return s.n > 0;
}

/* "12", also "12.7": whole seconds count, as the old engines read it; attributes are also written as 0x1f. */
static bool read_number(struct str s, int64_t *v)
{
    ptrdiff_t dot;

    s = str_trim(s);
    if (str_starts(s, STR("0x")))
        return read_hex(str_sub(s, 2, s.n), v);
    dot = str_find_char(s, '.');
    return str_to_i64(dot > 0 ? str_sub(s, 0, (size_t)dot) : s, v);
}

bool excmd_is_time(int64_t s)
{
    return s <= INT64_MAX / TIME_S / 4 && s >= -INT64_MAX / TIME_S / 4;
}

bool excmd_is_interval(const struct world *w, int64_t units)
{
    return units >= 0 && units <= INT32_MAX && units <= INT64_MAX / 4 / w->m->globals->interval_length_us;
}

static int look_up(struct excmd *c, char field, struct str s, const struct model *m, struct err *err)
{
    uint32_t found = MODEL_NONE;
    struct str rest = s;

    switch (field) {
    case 'h': found = c->check = model_find_host(m, s); break;
    case 's':
        found = c->check = c->check == MODEL_NONE ? MODEL_NONE : model_find_service(m, c->text[0], s);
        break;
    case 'H': found = c->group = model_find_host_group(m, s); break;
    case 'G': found = c->group = model_find_service_group(m, s); break;
    case 'C': found = c->contact = model_find_contact(m, s); break;
    case 'g': found = c->group = model_find_contact_group(m, s); break;
    case 'p': found = model_find_period(m, s); break;
    case 'c':
        s = str_cut(&rest, '!');
        found = model_find_command(m, s);
        break;
    default: return 0;
    }
    if (found == MODEL_NONE)
        return err_set(err, E_NOENT, "there is no %s '" STR_FMT "'", field_word(field),
                       STR_ARG(str_sub(s, 0, 100)));
    return 0;
}

/* A number that is left empty counts as 0, as in Nagios: the trigger of a downtime, a flag. But a state is never guessed. */
static bool is_nought(const struct excmd *c, size_t i)
{
    return strchr("id", c->row->fields[i]) && c->row->fields[i + 1] && !str_trim(c->text[i]).n &&
           c->row->handle != excmd_do_result;
}

static int read_field(struct excmd *c, size_t i, const struct model *m, struct err *err)
{
    char field = c->row->fields[i];
    struct str s = c->text[i];

    if (strchr("vfcx", field) && !s.n)
        return err_set(err, E_INVAL, "field %zu is empty: it must be a %s", i + 1, field_word(field));
    if (is_nought(c, i))
        return 0;
    if (strchr("itd", field) && !read_number(s, &c->number[i]))
        return err_set(err, E_INVAL, "field %zu is '" STR_FMT "': it must be a %s in whole numbers", i + 1,
                       STR_ARG(str_sub(s, 0, 60)), field_word(field));
    if ((field == 't' || field == 'd') && !excmd_is_time(c->number[i]))
        return err_set(err, E_INVAL, "field %zu is out of range", i + 1);
    if (strchr("hsHGCg", field))
        c->first = i + 1;
    return strchr("hsHGCgpc", field) && m ? look_up(c, field, s, m, err) : 0;
}

/* The last field: all that is left. */
static bool takes_rest(char field)
{
    return field == 'x' || field == 'y' || field == 'c';
}

static int read_fields(struct excmd *c, const struct model *m, struct err *err)
{
    size_t n = strlen(c->row->fields);
    struct str rest = c->rest;

    for (size_t i = 0; i < n; i++) {
        int r;

        if (takes_rest(c->row->fields[i]) && (rest.p || c->row->fields[i] == 'y')) {
            c->text[i] = rest;
            return read_field(c, i, m, err);
        }
        if (!rest.p && c->row->fields[i] == 'o')
            continue;
        if (!rest.p)
            return err_set(err, E_INVAL, "%s needs %zu fields, the %s is missing", c->row->name, n,
                           field_word(c->row->fields[i]));
        c->text[i] = str_cut(&rest, ';');
        r = read_field(c, i, m, err);
        if (r < 0)
            return r;
    }
    return 0;
}

static int too_long(struct err *err)
{
    return err_set(err, E_LIMIT, "the command is longer than %u bytes", LIMIT_EXT_COMMAND);
}

int excmd_parse(struct excmd *c, struct str line, const struct model *m, struct err *err)
{
    ptrdiff_t close;

    memset(c, 0, sizeof(*c));
    c->check = c->group = c->contact = MODEL_NONE;
    line = str_trim(line);
    if (line.n > LIMIT_EXT_COMMAND)
        return too_long(err);
    close = str_find_char(line, ']');
    if (!line.n || line.p[0] != '[' || close < 2 ||
        !str_to_i64(str_sub(line, 1, (size_t)close - 1), &c->stamp))
        return err_set(err, E_INVAL, "a command begins with its time in brackets: [1700000000] NAME;fields");
    c->rest = str_trim(str_sub(line, (size_t)close + 1, line.n));
    c->name = str_cut(&c->rest, ';');
    c->row = excmd_find(str_trim(c->name));
    if (!c->row)
        return err_set(err, E_NOENT, "there is no external command '" STR_FMT "'",
                       STR_ARG(str_sub(c->name, 0, 100)));
    return read_fields(c, m, err);
}

/* ---- the entrance ---- */

static void fill_addresses(struct world *w)
{
    for (uint32_t i = w->m->n_hosts;
         i-- > 0;) { /* backwards: of two hosts with one address the first counts */
        struct str address = model_str(w->m, model_check(w->m, i)->address);

        if (address.n)
            map_put(&w->hosts_by_address, address, i);
    }
}

/* A passive result may name its host by address. */
static struct str by_address(struct world *w, struct str line, struct buf *b)
{
    struct str rest = line, head = str_cut(&rest, ';'), host = str_cut(&rest, ';');
    uint64_t idx;

    if (!rest.p || !str_contains(head, STR("PROCESS_")) || model_find_host(w->m, host) != MODEL_NONE)
        return line;
    if (!w->hosts_by_address.count)
        fill_addresses(w);
    if (!map_get(&w->hosts_by_address, host, &idx))
        return line;
    buf_printf(b, STR_FMT ";" STR_FMT ";" STR_FMT, STR_ARG(head),
               STR_ARG(model_host_name(w->m, (uint32_t)idx)), STR_ARG(rest));
    return buf_str(b);
}

/* Passive results have a switch of their own, and are logged once more when they are processed, as in Nagios. What Nagios has no word for stands in the history only. */
static void log_command(struct world *w, const struct excmd *c)
{
    const struct model_globals *g = w->m->globals;

    if (c->row->handle == excmd_do_audit)
        return;
    if (c->row->handle == excmd_do_result ? g->log_passive_checks : g->log_external_commands)
        nlog_text(w, "EXTERNAL COMMAND: " STR_FMT "%s" STR_FMT, STR_ARG(name_of(c)), c->rest.p ? ";" : "",
                  STR_ARG(c->rest));
}

/* What the gate did, or refused to do, for a person: WHAT;ON;FROM. Who signs in is nobody yet: then it is whom it is about. */
static void audit_event(struct world *w, const struct excmd *c)
{
    static const char *const logins[] = {"login", "login refused", "logout", "password"};
    struct str from = c->rest, what = str_cut(&from, ';'), on = str_cut(&from, ';');
    struct record_event e = {.text = what, .author = c->who, .long_text = from};
    struct buf text = BUF_INIT;
    bool login = false;

    for (size_t i = 0; i < ARRAY_LEN(logins); i++)
        login = login || str_eq_c(what, logins[i]);
    if (login)
        e.author = on;
    else if (on.n) {
        buf_printf(&text, STR_FMT " " STR_FMT, STR_ARG(what), STR_ARG(on));
        e.text = buf_str(&text);
    }
    world_event(w, login ? RECORD_EVENT_LOGIN : RECORD_EVENT_ADMINISTRATION, MODEL_NONE, &e);
    buf_release(&text);
}

static void command_event(struct world *w, const struct excmd *c, struct str line)
{
    if (c->row->handle == excmd_do_audit)
        audit_event(w, c);
    else
        world_event(w, RECORD_EVENT_COMMAND, c->check,
                    &(struct record_event){.text = str_sub(line, 0, LIMIT_OUTPUT_FIRST),
                                           .author = c->who,
                                           .command = name_of(c)});
}

int excmd_left_out(struct err *err)
{
    return err_set(err, E_INVAL,
                   "the engine ended each time that it did this command, and it is left out (please report "
                   "this)");
}

/* What it is for is not known: it was not read. */
static void left_out_event(struct world *w, const struct excmd_order *o, const struct err *err)
{
    world_event(w, RECORD_EVENT_COMMAND, MODEL_NONE,
                &(struct record_event){.text = str_sub(str_trim(o->line), 0, LIMIT_OUTPUT_FIRST),
                                       .author = o->who,
                                       .type = 1,
                                       .long_text = str_of(err->text)});
}

/* A planted bug. */
static bool forgets_input(const struct world *w)
{
    return w->opt.mutation == WORLD_FORGETS_AN_INPUT && w->prog.external_commands % 16 == 1;
}

/* Before what it does, and also when a part of it is refused. */
void excmd_record(struct world *w, const struct excmd_order *o, uint64_t id)
{
    if (!forgets_input(w))
        world_record(w, RECORD_COMMAND,
                     &(struct record_command){.who = o->who, .text = str_trim(o->line), .id = id});
}

/* The record of what people did is gate's alone. A file is read with more rights than who asks over the network has; one that names others could name itself. */
static int may_come_from(const struct excmd *c, uint64_t source, struct err *err)
{
    if (source == WORLD_SOURCE_RECORD)
        return 0;
    if ((c->row->handle == excmd_do_audit) != (source == WORLD_SOURCE_GATE))
        return err_set(err, E_PERM, "%s is used inside only", c->row->name);
    if (c->row->handle != excmd_do_file || source == WORLD_SOURCE_PIPE || source == WORLD_SOURCE_CTL)
        return 0;
    if (source == WORLD_SOURCE_LINES)
        return err_set(err, E_PERM, "a file of commands names no other one");
    return err_set(err, E_PERM, "only the command file and 'vigie ctl' name files of commands");
}

/* What is no command may be a line of any file, and stands nowhere. */
static void log_refused(struct world *w, struct str line, const char *why)
{
    line = str_trim(line);
    if (str_starts(line, STR("[")))
        nlog_text(w, "Warning: External command refused: %s: " STR_FMT, why, STR_ARG(str_sub(line, 0, 512)));
    else
        nlog_text(w, "Warning: External command refused: %s", why);
}

int excmd_read(struct world *w, struct excmd *c, const struct excmd_order *o, struct buf *rewritten,
               struct err *err)
{
    int r;

    if (o->left_out) {
        memset(c, 0, sizeof(*c));
        return excmd_left_out(err);
    }
    r = excmd_parse(c, by_address(w, o->line, rewritten), w->m, err);
    if (o->cut)
        r = too_long(err);
    c->who = o->who;
    c->source = o->source;
    c->token = o->token;
    return r < 0 ? r : may_come_from(c, o->source, err);
}

int excmd_begin(struct world *w, struct excmd *c, const struct excmd_order *o, struct excmd_entry *e,
                struct err *err)
{
    struct excmd_list things = {0};
    int r;

    log_command(w, c);
    if (c->row->handle == excmd_do_result)
        return c->row->handle(w, c, c->check, err);
    r = excmd_list(w, c, &things, err);
    if (r < 0)
        excmd_record(w, o, 0);
    else
        r = excmd_queue_begin(w, c, o, e, &things, err);
    VEC_RELEASE(&things);
    return r;
}

void excmd_over(struct world *w, const struct excmd *c, const struct excmd_order *o, int r, struct err *err)
{
    struct world_effect *e;

    if ((r == 0 || c->done) && c->row->handle != excmd_do_result) /* something was done */
        command_event(w, c, o->line);
    if (o->left_out)
        left_out_event(w, o, err);
    if (r < 0) {
        w->prog.commands_refused++;
        w->program_unseen = true;
        log_refused(w, o->line, err->text);
    }
    e = world_effect(w, WORLD_DONE);
    e->id = o->token;
    e->source = o->source;
    e->status = r < 0;
    e->words = world_keep(w, str_of(err->text));
}

void excmd_run(struct world *w, const struct excmd_order *o)
{
    bool waits = false, empty = excmd_queue_is_empty(w);
    struct buf rewritten = BUF_INIT;
    struct err err = ERR_INIT;
    struct excmd c;
    int r;

    w->prog.external_commands++;
    w->prog.last_command_check = w->now.wall.us;
    w->program_unseen = true;
    r = excmd_read(w, &c, o, &rewritten, &err);
    if (r == 0 && o->source != WORLD_SOURCE_RECORD)
        waits = excmd_queue_holds(w, &c);
    if (r == 0)
        r = waits ? excmd_queue_add(w, &c, o, &err) : excmd_begin(w, &c, o, NULL, &err);
    if (r < 0 || (r == 0 && !waits)) {
        excmd_over(w, &c, o, r, &err);
        if (empty && !excmd_queue_is_empty(w))
            excmd_queue_over(w);
    }
    buf_release(&rewritten);
}

void excmd_again(struct world *w, const struct record_command *r)
{
    struct excmd_order o = {r->text, r->who, WORLD_SOURCE_RECORD, 0, false, false};

    if (r->id)
        excmd_queue_again(w, r);
    else
        excmd_run(w, &o);
}
