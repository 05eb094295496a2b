/* SPDX-License-Identifier: Apache-2.0 */
#include "core/expand.h"

#include "base/limits.h"
#include "core/line.h"
#include "core/output.h"
#include "core/over.h"
#include "core/world_in.h"

#include <stdlib.h>

/* What a macro of a host or a service shows; the same for both. */
enum field {
    F_NONE,
    F_STATE,
    F_STATEID,
    F_LASTSTATE,
    F_LASTSTATEID,
    F_STATETYPE,
    F_ATTEMPT,
    F_EVENTID,
    F_LASTEVENTID,
    F_PROBLEMID,
    F_LASTPROBLEMID,
    F_LATENCY,
    F_EXECUTION,
    F_DURATION,
    F_DURATIONSEC,
    F_DOWNTIME,
    F_PERCENT,
    F_LASTCHECK,
    F_LASTCHANGE,
    F_LAST0,
    F_LAST1,
    F_LAST2,
    F_LAST3,
    F_OUTPUT,
    F_LONGOUTPUT,
    F_PERFDATA,
    F_ACKAUTHOR,
    F_ACKNAME,
    F_ACKALIAS,
    F_ACKCOMMENT,
    F_NUMBER,
    F_NOTIFICATIONID,
    F_NOTIFY,
    F_CHECKTYPE,
    F_COUNT_STATE, /* of a host's services */
};

#define BOTH(NAME_H, NAME_S, F) [MACRO_ID_##NAME_H] = F, [MACRO_ID_##NAME_S] = F
static const uint8_t fields[MACRO_ID_COUNT] = {
    BOTH(HOSTSTATE, SERVICESTATE, F_STATE),
    BOTH(HOSTSTATEID, SERVICESTATEID, F_STATEID),
    BOTH(LASTHOSTSTATE, LASTSERVICESTATE, F_LASTSTATE),
    BOTH(LASTHOSTSTATEID, LASTSERVICESTATEID, F_LASTSTATEID),
    BOTH(HOSTSTATETYPE, SERVICESTATETYPE, F_STATETYPE),
    BOTH(HOSTATTEMPT, SERVICEATTEMPT, F_ATTEMPT),
    BOTH(HOSTEVENTID, SERVICEEVENTID, F_EVENTID),
    BOTH(LASTHOSTEVENTID, LASTSERVICEEVENTID, F_LASTEVENTID),
    BOTH(HOSTPROBLEMID, SERVICEPROBLEMID, F_PROBLEMID),
    BOTH(LASTHOSTPROBLEMID, LASTSERVICEPROBLEMID, F_LASTPROBLEMID),
    BOTH(HOSTLATENCY, SERVICELATENCY, F_LATENCY),
    BOTH(HOSTEXECUTIONTIME, SERVICEEXECUTIONTIME, F_EXECUTION),
    BOTH(HOSTDURATION, SERVICEDURATION, F_DURATION),
    BOTH(HOSTDURATIONSEC, SERVICEDURATIONSEC, F_DURATIONSEC),
    BOTH(HOSTDOWNTIME, SERVICEDOWNTIME, F_DOWNTIME),
    BOTH(HOSTPERCENTCHANGE, SERVICEPERCENTCHANGE, F_PERCENT),
    BOTH(LASTHOSTCHECK, LASTSERVICECHECK, F_LASTCHECK),
    BOTH(LASTHOSTSTATECHANGE, LASTSERVICESTATECHANGE, F_LASTCHANGE),
    BOTH(LASTHOSTUP, LASTSERVICEOK, F_LAST0),
    BOTH(LASTHOSTDOWN, LASTSERVICEWARNING, F_LAST1),
    BOTH(LASTHOSTUNREACHABLE, LASTSERVICECRITICAL, F_LAST2),
    [MACRO_ID_LASTSERVICEUNKNOWN] = F_LAST3,
    BOTH(HOSTOUTPUT, SERVICEOUTPUT, F_OUTPUT),
    BOTH(LONGHOSTOUTPUT, LONGSERVICEOUTPUT, F_LONGOUTPUT),
    BOTH(HOSTPERFDATA, SERVICEPERFDATA, F_PERFDATA),
    BOTH(HOSTACKAUTHOR, SERVICEACKAUTHOR, F_ACKAUTHOR),
    BOTH(HOSTACKAUTHORNAME, SERVICEACKAUTHORNAME, F_ACKNAME),
    BOTH(HOSTACKAUTHORALIAS, SERVICEACKAUTHORALIAS, F_ACKALIAS),
    BOTH(HOSTACKCOMMENT, SERVICEACKCOMMENT, F_ACKCOMMENT),
    BOTH(HOSTNOTIFICATIONNUMBER, SERVICENOTIFICATIONNUMBER, F_NUMBER),
    BOTH(HOSTNOTIFICATIONID, SERVICENOTIFICATIONID, F_NOTIFICATIONID),
    BOTH(HOSTNOTIFICATIONENABLED, SERVICENOTIFICATIONENABLED, F_NOTIFY),
    BOTH(HOSTCHECKTYPE, SERVICECHECKTYPE, F_CHECKTYPE),
    [MACRO_ID_TOTALHOSTSERVICESOK] = F_COUNT_STATE,
    [MACRO_ID_TOTALHOSTSERVICESWARNING] = F_COUNT_STATE,
    [MACRO_ID_TOTALHOSTSERVICESUNKNOWN] = F_COUNT_STATE,
    [MACRO_ID_TOTALHOSTSERVICESCRITICAL] = F_COUNT_STATE,
};

/* ---- time ---- */

void expand_time(const struct world *w, enum expand_time how, struct wall t, struct buf *b)
{
    static const char *const day[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const month[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct time_civil c = time_local(&w->when.zone.zone, t);
    uint32_t format = w->m->globals->date_format;

    if (how == EXPAND_LONG) {
        buf_printf(b, "%s %s %d %02d:%02d:%02d ", day[c.weekday], month[c.month - 1], c.day, c.hour, c.minute,
                   c.second);
        buf_add_str(b, model_zone_name(w->m, w->m->globals->zone, time_wall_s(t)));
        buf_printf(b, " %d", c.year);
        return;
    }
    if (how != EXPAND_CLOCK) {
        if (format == MODEL_DATE_EURO)
            buf_printf(b, "%02d-%02d-%04d", c.day, c.month, c.year);
        else if (format == MODEL_DATE_US)
            buf_printf(b, "%02d-%02d-%04d", c.month, c.day, c.year);
        else
            buf_printf(b, "%04d-%02d-%02d", c.year, c.month, c.day);
    }
    if (how == EXPAND_SHORT)
        buf_add_char(b, format == MODEL_DATE_STRICT_ISO8601 ? 'T' : ' ');
    if (how != EXPAND_DATE)
        buf_printf(b, "%02d:%02d:%02d", c.hour, c.minute, c.second);
}

/* ---- one check ---- */

static void add_seconds(struct buf *b, int64_t us)
{
    buf_printf(b, "%lld.%03lld", (long long)(us / TIME_S), (long long)(us / TIME_MS % 1000));
}

const struct state *expand_state(const struct world *w, const struct expand_of *of, uint32_t check)
{
    if (of->then && check == of->check)
        return of->then->check;
    if (of->then && check == world_host(w, of->check))
        return of->then->host;
    return &w->st[check];
}

struct wall expand_now(const struct world *w, const struct expand_of *of)
{
    return of->then ? of->then->at : w->now.wall;
}

static int64_t in_state_s(const struct world *w, const struct state *s, const struct expand_of *of)
{
    int64_t since = s->last_state_change ? s->last_state_change : w->prog.program_start;

    return MAX((expand_now(w, of).us - since) / TIME_S, 0);
}

static void add_duration(struct buf *b, int64_t s)
{
    buf_printf(b, "%lldd %lldh %lldm %llds", (long long)(s / 86400), (long long)(s / 3600 % 24),
               (long long)(s / 60 % 60), (long long)(s % 60));
}

static uint32_t find_alias(struct world *w, struct str alias)
{
    uint64_t contact;

    for (uint32_t i = w->contacts_by_alias.count ? 0 : w->m->n_contact;
         i-- > 0;) /* backwards: of two contacts with one alias the first counts */
        map_put(&w->contacts_by_alias, model_str(w->m, model_contact(w->m, i)->alias), i);
    return map_get(&w->contacts_by_alias, alias, &contact) ? (uint32_t)contact : MODEL_NONE;
}

/* Who wrote it, if that is the name or alias of a contact: nobody else has a name and an alias. */
static void add_author(struct world *w, struct str author, bool alias, struct buf *b)
{
    uint32_t contact = author.n ? model_find_contact(w->m, author) : MODEL_NONE;

    if (author.n && contact == MODEL_NONE)
        contact = find_alias(w, author);
    if (contact != MODEL_NONE)
        buf_add_str(b, model_str(w->m, alias ? model_contact(w->m, contact)->alias
                                             : model_contact(w->m, contact)->name));
}

static void add_ack(struct world *w, enum field f, const struct expand_of *of, struct buf *b)
{
    if (f == F_ACKAUTHOR || f == F_ACKCOMMENT)
        buf_add_str(b, f == F_ACKAUTHOR ? of->author : of->comment);
    else
        add_author(w, of->author, f == F_ACKALIAS, b);
}

static void add_text_field(struct world *w, uint32_t check, enum field f, const struct expand_of *of,
                           struct buf *b)
{
    const struct state *s = expand_state(w, of, check);
    enum model_kind kind = world_kind(w, check);

    switch (f) {
    case F_STATE: buf_add_c(b, state_name(kind, s->state)); break;
    case F_LASTSTATE: buf_add_c(b, state_name(kind, s->last_state)); break;
    case F_STATETYPE: buf_add_c(b, s->hard ? "HARD" : "SOFT"); break;
    case F_NOTIFY: buf_add_c(b, s->switches & MODEL_CHECK_NOTIFY ? "YES" : "NO"); break;
    case F_CHECKTYPE: buf_add_c(b, s->passive ? "PASSIVE" : "ACTIVE"); break;
    case F_LATENCY: add_seconds(b, s->latency_us); break;
    case F_EXECUTION: add_seconds(b, s->execution_us); break;
    case F_DURATION: add_duration(b, in_state_s(w, s, of)); break;
    case F_PERCENT: buf_printf(b, "%u.%02u", s->flap_percent / 100, s->flap_percent % 100); break;
    case F_OUTPUT: buf_add_str(b, state_output(s)); break;
    case F_LONGOUTPUT: output_one_line(state_long(s), b); break;
    case F_PERFDATA: buf_add_str(b, state_perf(s)); break;
    case F_ACKAUTHOR:
    case F_ACKNAME:
    case F_ACKALIAS:
    case F_ACKCOMMENT:
        if (of->notification && of->type == NOTIFY_ACK && of->check == check)
            add_ack(w, f, of, b);
        break;
    default: BUG("text field");
    }
}

static int64_t number_field(const struct world *w, uint32_t check, enum field f, const struct expand_of *of)
{
    const struct state *s = expand_state(w, of, check);

    switch (f) {
    case F_STATEID: return s->state;
    case F_LASTSTATEID: return s->last_state;
    case F_ATTEMPT: return s->attempt;
    case F_EVENTID: return (int64_t)state_more(s)->event_id;
    case F_LASTEVENTID: return (int64_t)state_more(s)->last_event_id;
    case F_PROBLEMID: return (int64_t)state_more(s)->problem_id;
    case F_LASTPROBLEMID: return (int64_t)state_more(s)->last_problem_id;
    case F_DURATIONSEC: return in_state_s(w, s, of);
    case F_DOWNTIME: return s->downtime_depth;
    case F_LASTCHECK: return s->last_check / TIME_S;
    case F_LASTCHANGE: return s->last_state_change / TIME_S;
    case F_LAST0: return s->last_time_s[0];
    case F_LAST1: return s->last_time_s[1];
    case F_LAST2: return s->last_time_s[2];
    case F_LAST3: return s->last_time_s[3];
    case F_NUMBER: return of->notification && of->check == check ? of->number : s->notification_number;
    case F_NOTIFICATIONID: return (int64_t)of->id;
    default: BUG("number field");
    }
}

static void add_field(struct world *w, uint32_t check, enum macro_id id, const struct expand_of *of,
                      struct buf *b)
{
    enum field f = (enum field)fields[id];

    switch (f) {
    case F_STATE:
    case F_LASTSTATE:
    case F_STATETYPE:
    case F_NOTIFY:
    case F_CHECKTYPE:
    case F_LATENCY:
    case F_EXECUTION:
    case F_DURATION:
    case F_PERCENT:
    case F_OUTPUT:
    case F_LONGOUTPUT:
    case F_PERFDATA:
    case F_ACKAUTHOR:
    case F_ACKNAME:
    case F_ACKALIAS:
    case F_ACKCOMMENT: add_text_field(w, check, f, of, b); break;
    case F_COUNT_STATE:
        buf_add_u64(b, totals_services(w, check,
                                       id == MACRO_ID_TOTALHOSTSERVICESOK        ? STATE_OK
                                       : id == MACRO_ID_TOTALHOSTSERVICESWARNING ? STATE_WARNING
                                       : id == MACRO_ID_TOTALHOSTSERVICESUNKNOWN ? STATE_UNKNOWN
                                                                                 : STATE_CRITICAL));
        break;
    case F_NONE: break;
    default: buf_add_i64(b, number_field(w, check, f, of)); break;
    }
}

/* ---- notification, program ---- */

static void add_notification(struct world *w, enum macro_id id, const struct expand_of *of, struct buf *b)
{
    if (!of->notification)
        return;
    switch (id) {
    case MACRO_ID_NOTIFICATIONTYPE: buf_add_c(b, notify_type_name(of->type)); break;
    case MACRO_ID_NOTIFICATIONRECIPIENTS: buf_add_str(b, of->recipients); break;
    case MACRO_ID_NOTIFICATIONISESCALATED: buf_add_u64(b, of->escalated); break;
    case MACRO_ID_NOTIFICATIONNUMBER: buf_add_u64(b, of->number); break;
    case MACRO_ID_NOTIFICATIONAUTHOR: buf_add_str(b, of->author); break;
    case MACRO_ID_NOTIFICATIONAUTHORNAME: add_author(w, of->author, false, b); break;
    case MACRO_ID_NOTIFICATIONAUTHORALIAS: add_author(w, of->author, true, b); break;
    case MACRO_ID_NOTIFICATIONCOMMENT: buf_add_str(b, of->comment); break;
    default: break;
    }
}

/* ---- putting together ---- */

static void strip(const struct world *w, struct buf *b, size_t from)
{
    struct str illegal = model_str(w->m, w->m->globals->illegal_macro_output_chars);
    size_t to = from;

    for (size_t i = from; i < b->len; i++)
        if (str_find_char(illegal, b->data[i]) < 0)
            b->data[to++] = b->data[i];
    buf_truncate(b, to);
}

struct macro_scope_of expand_scope(const struct world *w, const struct expand_of *of)
{
    struct macro_scope_of s = {MODEL_NONE, MODEL_NONE, of->contact};

    if (of->check == MODEL_NONE)
        return s;
    s.host = world_host(w, of->check);
    if (world_kind(w, of->check) == MODEL_SERVICE)
        s.service = of->check;
    return s;
}

bool expand_var(const struct world *w, enum macro_id id, struct str arg, const struct expand_of *of,
                struct str *value)
{
    struct macro_scope_of scope = expand_scope(w, of);
    struct str name = str_cut(&arg, ':');
    uint32_t object;

    if (arg.p && !macro_var_target(w->m, id, arg, &scope))
        return false;
    object = id == MACRO_ID_HOST_VAR      ? scope.host
             : id == MACRO_ID_SERVICE_VAR ? scope.service
                                          : scope.contact;
    if (object == MODEL_NONE)
        return false;
    return over_var(id == MACRO_ID_CONTACT_VAR ? w->contact[object].over
                                               : over_of(expand_state(w, of, object)),
                    name, value);
}

/* What a command put in the place of what the files say. False: nothing. */
static bool add_over(const struct world *w, enum macro_id id, struct str arg, const struct expand_of *of,
                     struct buf *b)
{
    struct macro_scope_of scope = expand_scope(w, of);
    bool host = id == MACRO_ID_HOSTCHECKCOMMAND || id == MACRO_ID_HOSTNOTIFICATIONPERIOD ||
                id == MACRO_ID_MAXHOSTATTEMPTS;
    bool attempts = id == MACRO_ID_MAXHOSTATTEMPTS || id == MACRO_ID_MAXSERVICEATTEMPTS;
    enum over_what what = id == MACRO_ID_HOSTCHECKCOMMAND || id == MACRO_ID_SERVICECHECKCOMMAND
                              ? OVER_CHECK_COMMAND
                              : OVER_NOTIFY_PERIOD;
    const struct over *o;
    uint32_t check;

    if (!host && !attempts && id != MACRO_ID_SERVICECHECKCOMMAND && id != MACRO_ID_SERVICENOTIFICATIONPERIOD)
        return false;
    if (arg.p && !macro_target(w->m, host ? MACRO_HOST : MACRO_SERVICE, arg, &scope))
        return false;
    check = host ? scope.host : scope.service;
    if (check == MODEL_NONE)
        return false;
    if (attempts) {
        buf_add_u64(b, expand_state(w, of, check)->max_attempts);
        return true;
    }
    o = over_of(expand_state(w, of, check));
    if (!o || !o->text[what])
        return false;
    macro_put_literal(b, str_of(o->text[what]));
    return true;
}

/* A macro that the files decide: coded text, may hold slots. False: a DATA macro. */
static bool add_static(struct world *w, enum macro_id id, struct str arg, const struct expand_of *of,
                       struct buf *b)
{
    struct macro_scope_of scope = expand_scope(w, of);
    size_t from = b->len;
    bool var = id >= MACRO_ID_HOST_VAR && id <= MACRO_ID_CONTACT_VAR;
    bool on_demand = arg.p != NULL && (!var || str_find_char(arg, ':') >= 0);
    struct str value;

    if (var && expand_var(w, id, arg, of, &value)) {
        macro_put_literal(b, value);
        return true;
    }
    if (!var && add_over(w, id, arg, of, b))
        return true;
    if (!macro_static(w->m, id, arg, on_demand, &scope, b))
        return false;
    if (macro_within(id) && b->len > from && memchr(b->data + from, '$', b->len - from))
        expand_within(w, id, of, b, from);
    return true;
}

/* Of each member of a group, where the argument names one. */
static void add_members(struct world *w, enum macro_id id, struct str arg, const struct expand_of *of,
                        struct buf *b)
{
    const struct macro_info *info = macro_info(id);
    struct macro_members all;
    struct buf one = BUF_INIT;
    size_t begin = b->len;

    if (!macro_members(w->m, info->scope, arg, &all))
        return;
    for (uint32_t i = 0; i < all.list.n; i++) {
        struct macro_scope_of who = macro_member(w->m, &all, i);

        buf_clear(&one);
        add_field(w, info->scope == MACRO_SERVICE ? who.service : who.host, id, of, &one);
        if (info->strip)
            strip(w, &one, 0);
        if (one.len && b->len > begin)
            buf_add_str(b, all.delimiter);
        buf_add_str(b, buf_str(&one));
    }
    buf_release(&one);
}

bool expand_macro(struct world *w, enum macro_id id, struct str arg, const struct expand_of *of,
                  struct buf *b)
{
    const struct macro_info *info;
    struct macro_scope_of scope = expand_scope(w, of);
    size_t from = b->len;
    uint32_t check;

    if (id >= MACRO_ID_COUNT)
        return false;
    info = macro_info(id);
    if (info->class != MACRO_DATA)
        return false;
    if (info->scope == MACRO_NOTIFICATION) {
        add_notification(w, id, of, b);
    } else if (info->scope == MACRO_PROGRAM) {
        expand_program(w, id, arg, of, b);
    } else {
        if (arg.p && !macro_target(w->m, info->scope, arg, &scope)) {
            add_members(w, id, arg, of, b);
            return true;
        }
        check = info->scope == MACRO_SERVICE ? scope.service : scope.host;
        if (check != MODEL_NONE)
            add_field(w, check, id, of, b);
    }
    if (info->strip || id == MACRO_ID_NOTIFICATIONCOMMENT)
        strip(w, b, from);
    return true;
}

/* What means nothing here stays as it was written, as in Nagios. */
static bool stays(const struct world *w, enum macro_id id, struct str arg, const struct expand_of *of)
{
    struct macro_scope_of scope = expand_scope(w, of);
    bool var = id >= MACRO_ID_HOST_VAR && id <= MACRO_ID_CONTACT_VAR;
    bool on_demand = arg.p != NULL && (!var || str_find_char(arg, ':') >= 0);
    struct str value;

    return !(var && expand_var(w, id, arg, of, &value)) && !macro_means(w->m, id, arg, on_demand, &scope);
}

static void put_written(enum macro_id id, struct str arg, struct buf *out)
{
    static const char *const heads[] = {"_HOST", "_SERVICE", "_CONTACT"};
    bool var = id >= MACRO_ID_HOST_VAR && id <= MACRO_ID_CONTACT_VAR;
    struct buf text = BUF_INIT;

    buf_printf(&text, "$%s", var ? heads[id - MACRO_ID_HOST_VAR] : macro_info(id)->name);
    if (arg.p)
        buf_printf(&text, "%s" STR_FMT, var ? "" : ":", STR_ARG(arg));
    buf_add_char(&text, '$');
    macro_put_literal(out, buf_str(&text));
    buf_release(&text);
}

/* A coded value: never within a character, an escape or a secret. */
static void cut(struct buf *b, size_t from, size_t most)
{
    struct str rest = str_sub(buf_str(b), from, b->len);
    struct macro_part part;
    size_t n = 0;

    if (rest.n <= most)
        return;
    while (macro_next(&rest, &part) > 0) {
        if (part.coded.n > most - n) {
            n += part.kind == MACRO_PART_TEXT && part.coded.n == part.text.n ? str_head(part.text, most - n).n
                                                                             : 0;
            break;
        }
        n += part.coded.n;
    }
    buf_truncate(b, from + n);
}

void expand_value(struct world *w, enum macro_id id, struct str arg, const struct expand_of *of,
                  struct buf *out)
{
    if (add_static(w, id, arg, of, out))
        return;
    buf_clear(&w->scratch2);
    if (expand_macro(w, id, arg, of, &w->scratch2))
        macro_put_literal(out, buf_str(&w->scratch2));
}

bool expand_part(struct world *w, enum macro_id id, struct str arg, const struct expand_of *of,
                 struct buf *out)
{
    size_t from = out->len;

    if (stays(w, id, arg, of))
        return false;
    expand_value(w, id, arg, of, out);
    if (of->most)
        cut(out, from, of->most);
    return true;
}

static void add_word(struct world *w, struct str coded, const struct expand_of *of, struct buf *out)
{
    struct macro_part part;

    while (macro_next(&coded, &part) > 0)
        if (part.kind != MACRO_PART_MACRO)
            buf_add_str(out, part.coded);
        else if (!expand_part(w, part.id, part.arg, of, out))
            put_written(part.id, part.arg, out);
}

void expand_text(struct world *w, struct str coded, const struct expand_of *of, struct buf *b)
{
    struct buf word = BUF_INIT;
    struct macro_part part;
    struct str rest;

    add_word(w, coded, of, &word);
    rest = buf_str(&word);
    while (macro_next(&rest, &part) > 0)
        if (part.kind == MACRO_PART_TEXT) /* a secret is not known here, and has no place in a file */
            buf_add_str(b, part.text);
    buf_release(&word);
}

static void add_words(struct world *w, struct model_list words, const struct expand_of *of, struct buf *b)
{
    struct buf word = BUF_INIT;

    for (uint32_t i = 0; i < words.n; i++) {
        buf_clear(&word);
        add_word(w, model_str(w->m, model_item(w->m, words, i)), of, &word);
        record_pack_word(b, buf_str(&word));
    }
    buf_release(&word);
}

/* Behind what the command itself needs, and only as much as fits with that. */
static void add_environment(struct world *w, const struct expand_of *of, const struct buf *words,
                            struct buf *env)
{
    size_t n = words->len + env->len;

    if (w->m->globals->enable_environment_macros && n < LIMIT_COMMAND)
        expand_environment(w, of, LIMIT_COMMAND - n, env);
}

static void fill_line(struct world *w, uint32_t line, const struct expand_of *of, struct buf *words,
                      struct buf *env)
{
    const struct model_line *l = model_line(w->m, line);

    buf_clear(words);
    buf_clear(env);
    add_words(w, l->words, of, words);
    add_words(w, l->env, of, env);
}

static struct expand_of of_line(const struct world *w, uint32_t line, const struct expand_of *of)
{
    struct expand_of mine = *of;

    mine.use = model_str(w->m, model_line(w->m, line)->text);
    return mine;
}

static bool has_long_word(struct str packed)
{
    struct str word;

    while (record_next_word(&packed, &word) > 0)
        if (word.n >= LIMIT_COMMAND_LINE)
            return true;
    return false;
}

static bool is_too_long(const struct buf *words, const struct buf *env)
{
    return words->len + env->len > LIMIT_COMMAND || has_long_word(buf_str(words)) ||
           has_long_word(buf_str(env));
}

static void keep_run(struct world *w, struct world_effect *e, struct buf *words, struct buf *env)
{
    e->words = world_keep(w, buf_str(words));
    e->env = world_keep(w, buf_str(env));
    buf_release(words);
    buf_release(env);
}

static struct line_use told_line(const struct world *w, uint32_t line)
{
    const struct model_line *l = model_line(w->m, line);

    return (struct line_use){l->command, model_str(w->m, l->text), false, true};
}

static void fill_notice(struct world *w, uint32_t line, const struct expand_of *of, struct buf *words,
                        struct buf *env)
{
    struct line_use use = told_line(w, line);

    if (!line_is_old(w, &use, of)) {
        fill_line(w, line, of, words, env);
        return;
    }
    buf_clear(words);
    buf_clear(env);
    line_make(w, &use, of, words, env);
}

bool expand_notice(struct world *w, uint32_t line, const struct expand_of *of, struct buf *words,
                   struct buf *env)
{
    struct expand_of mine = of_line(w, line, of), shorter = mine;
    bool fits;

    totals_look(w, of->check); /* it goes out while what it tells of changes */
    fill_notice(w, line, &mine, words, env);
    fits = !is_too_long(words, env);
    for (shorter.most = LIMIT_OUTPUT_LONG; is_too_long(words, env) && shorter.most; shorter.most /= 2)
        fill_notice(w, line, &shorter, words, env);
    add_environment(w, &mine, words, env);
    return fits;
}

static void run(struct world *w, struct world_effect *e, uint32_t line, const struct expand_of *of)
{
    struct buf words = BUF_INIT, env = BUF_INIT;
    struct expand_of mine = of_line(w, line, of);

    fill_line(w, line, &mine, &words, &env);
    add_environment(w, &mine, &words, &env);
    keep_run(w, e, &words, &env);
}

void expand_run(struct world *w, struct world_effect *e, uint32_t line, const struct expand_of *of)
{
    struct line_use use = told_line(w, line);

    if (line_is_old(w, &use, of))
        expand_use(w, e, &use, of);
    else
        run(w, e, line, of);
}

void expand_use(struct world *w, struct world_effect *e, const struct line_use *use,
                const struct expand_of *of)
{
    struct buf words = BUF_INIT, env = BUF_INIT;
    struct expand_of mine = *of;

    mine.use = use->text;
    mine.use_is_data = use->text_is_data;
    line_make(w, use, &mine, &words, &env);
    add_environment(w, &mine, &words, &env);
    keep_run(w, e, &words, &env);
}

void expand_check(struct world *w, struct world_effect *e, bool handler)
{
    const struct model_check *c = model_check(w->m, e->check);
    const struct over *o = over_of(&w->st[e->check]);
    enum over_what what = handler ? OVER_HANDLER : OVER_CHECK_COMMAND;
    uint32_t command = handler ? c->handler_command : c->check_command;
    uint32_t text = handler ? c->handler_text : c->check_text,
             line = handler ? c->handler_line : c->check_line;
    struct expand_of of = {.check = e->check, .contact = MODEL_NONE};
    struct line_use use = {command, model_str(w->m, text), false, false};

    if (o && o->text[what])
        expand_use(w, e, &(struct line_use){o->idx[what], str_of(o->text[what]), true, false}, &of);
    else if (line_is_old(w, &use, &of))
        expand_use(w, e, &use, &of);
    else
        run(w, e, line, &of);
    e->privileged = o && o->text[what] ? model_command(w->m, o->idx[what])->privileged != 0
                                       : model_line(w->m, line)->privileged != 0;
}
