/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/simulate.h"

#include "cmd/cmd.h"
#include "core/conf_secret.h"
#include "core/macro.h"
#include "core/notify.h"
#include "core/record.h"
#include "core/secret.h"
#include "core/state.h"

#include <stdio.h>
#include <string.h>

enum { LOG, EFFECTS, COMMANDS, PROBES, NOTIFIED, LISTS };
static const char *const list_names[LISTS] = {"log", "effects", "commands", "probes", "notified"};
_Static_assert(ARRAY_LEN(((struct simulation *)0)->parts) == LISTS, "a buffer for each");

void simulate_say_init(struct simulation *s)
{
    buf_init(&s->text);
    for (size_t i = 0; i < LISTS; i++) {
        buf_init(&s->parts[i]);
        json_init(&s->lists[i], &s->parts[i]);
        json_list(&s->lists[i]);
    }
}

void simulate_say_release(struct simulation *s)
{
    buf_release(&s->text);
    for (size_t i = 0; i < LISTS; i++)
        buf_release(&s->parts[i]);
}

void simulate_name(const struct lab *lab, uint32_t check, struct buf *b)
{
    struct str service;

    if (check >= lab->model->n_check)
        return;
    service = model_description(lab->model, check);
    buf_printf(b, STR_FMT "%s" STR_FMT, STR_ARG(model_host_name(lab->model, check)), service.n ? ";" : "",
               STR_ARG(service));
}

void simulate_fill(const struct simulation *s, struct str coded, struct buf *out)
{
    struct err err = ERR_INIT;
    struct secret secret;
    struct macro_part part;
    bool open = secret_open(&secret, s->lab.secret.data, s->lab.secret.len, &err) == 0;

    while (macro_next(&coded, &part) > 0) {
        if (part.kind == MACRO_PART_TEXT)
            buf_add_str(out, part.text);
        else if (part.kind == MACRO_PART_SLOT)
            buf_add_str(out, s->masked || !open ? STR(CONF_MASK) : secret_get(&secret, part.slot));
    }
}

static struct json *row(struct simulation *s, unsigned list)
{
    struct json *j = &s->lists[list];

    json_map(j);
    json_key(j, "at");
    json_milli(j, (s->lab.mono - s->begin) / TIME_MS);
    return j;
}

void simulate_say_line(struct simulation *s, struct str line)
{
    struct str words = line;
    struct json *j;

    if (s->json) {
        j = row(s, LOG);
        json_key_str(j, "line", line);
        json_map_end(j);
        return;
    }
    str_cut(&words, ' ');
    if (!s->all && !str_starts(words, STR("Warning: External command refused")))
        return;
    simulate_text_events(s);
    simulate_text_time(s);
    buf_printf(&s->text, "log     " STR_FMT "\n", STR_ARG(words.p ? words : line));
}

/* ---- runs ---- */

static void key_target(struct simulation *s, struct json *j, uint32_t check)
{
    if (check >= s->lab.model->n_check)
        return;
    json_key_str(j, "host", model_host_name(s->lab.model, check));
    if (check >= s->lab.model->n_hosts)
        json_key_str(j, "service", model_description(s->lab.model, check));
}

static void json_words(struct simulation *s, struct json *j, const char *key, struct str packed)
{
    struct buf b = BUF_INIT;
    struct str word;

    json_key(j, key);
    json_list(j);
    while (record_next_word(&packed, &word) > 0) {
        buf_clear(&b);
        simulate_fill(s, word, &b);
        json_str(j, buf_str(&b));
    }
    json_list_end(j);
    buf_release(&b);
}

static const char *run_kind(unsigned kind)
{
    return kind == WORLD_RUN_CHECK ? "check" : kind == WORLD_RUN_NOTIFY ? "notification" : "handler";
}

/* The value of a variable in packed words of an environment; false: it is not there. */
static bool add_variable(struct simulation *s, struct str env, struct str name, struct buf *out)
{
    struct buf b = BUF_INIT;
    struct str word;
    bool found = false;

    while (!found && record_next_word(&env, &word) > 0) {
        struct str value;

        buf_clear(&b);
        simulate_fill(s, word, &b);
        value = buf_str(&b);
        found = str_eq(str_cut(&value, '='), name);
        if (found)
            buf_add_str(out, value);
    }
    buf_release(&b);
    return found;
}

/* What a shell is given has its values in the environment: they are shown in their place, as Nagios would have written them. */
static void add_shell_text(struct simulation *s, struct str text, struct str env, struct buf *out)
{
    static const struct {
        const char *before, *behind;
    } forms[] = {{"'\"${VIGIE_M", "}\"'"}, {"${VIGIE_M", "}"}}; /* in single quotes; elsewhere */

    while (text.n) {
        size_t taken = 0;

        for (size_t i = 0; i < ARRAY_LEN(forms) && !taken; i++) {
            struct str before = str_of(forms[i].before), behind = str_of(forms[i].behind);
            struct str name = str_sub(text, before.n - strlen("VIGIE_M"), text.n), rest = name;

            if (!str_starts(text, before))
                continue;
            name = str_cut(&rest, '}');
            rest = str_sub(text, before.n - strlen("VIGIE_M") + name.n, text.n);
            if (str_starts(rest, behind) && add_variable(s, env, name, out))
                taken = before.n - strlen("VIGIE_M") + name.n + behind.n;
        }
        if (!taken)
            buf_add_char(out, text.p[0]);
        text = str_sub(text, taken ? taken : 1, text.n);
    }
}

/* One line, whatever is in it. */
static void add_line(struct simulation *s, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\n')
            buf_add_c(&s->text, "\\n");
        else
            buf_add_char(&s->text, (unsigned char)text.p[i] < ' ' ? ' ' : text.p[i]);
    }
    buf_add_char(&s->text, '\n');
}

static void text_run(struct simulation *s, const struct world_effect *e)
{
    struct str packed = world_text(s->lab.w, e->words), env = world_text(s->lab.w, e->env), word;
    struct buf b = BUF_INIT, line = BUF_INIT;

    simulate_text_time(s);
    buf_printf(&s->text, "%-7s ", e->run_kind == WORLD_RUN_CHECK ? "check" : "runs");
    if (e->run_kind == WORLD_RUN_CHECK) {
        simulate_name(&s->lab, e->check, &s->text);
        buf_add_c(&s->text, ": ");
    }
    while (record_next_word(&packed, &word) > 0) {
        buf_clear(&b);
        simulate_fill(s, word, &b);
        if (s->by_shell)
            add_shell_text(s, buf_str(&b), env, &line);
        else
            buf_add_str(&line, buf_str(&b));
        if (packed.n)
            buf_add_char(&line, ' ');
    }
    add_line(s, buf_str(&line));
    buf_release(&b);
    buf_release(&line);
}

void simulate_say_run(struct simulation *s, const struct world_effect *e)
{
    struct json *j;

    if (!s->json) {
        if (s->all)
            text_run(s, e);
        return;
    }
    j = row(s, EFFECTS);
    json_key_c(j, "kind", run_kind(e->run_kind));
    key_target(s, j, e->check);
    json_key_bool(j, "shell", s->by_shell);
    json_words(s, j, "words", world_text(s->lab.w, e->words));
    json_words(s, j, "env", world_text(s->lab.w, e->env));
    json_map_end(j);
}

void simulate_say_channel(struct simulation *s, const struct world_effect *e)
{
    const struct world *w = s->lab.w;
    struct json *j;

    if (!s->json && !s->all)
        return;
    if (!s->json) {
        simulate_text_time(s);
        buf_printf(&s->text, "sends   " STR_FMT " to " STR_FMT ": " STR_FMT "\n",
                   STR_ARG(world_text(w, e->channel)), STR_ARG(world_text(w, e->contact)),
                   STR_ARG(world_text(w, e->subject)));
        return;
    }
    j = row(s, EFFECTS);
    json_key_str(j, "kind", world_text(w, e->channel));
    json_key_str(j, "contact", world_text(w, e->contact));
    json_key_str(j, "subject", world_text(w, e->subject));
    json_map_end(j);
}

/* ---- commands ---- */

void simulate_say_command(struct simulation *s, struct str text)
{
    if (s->json)
        return;
    simulate_text_time(s);
    buf_printf(&s->text, "command " STR_FMT "\n", STR_ARG(text));
}

void simulate_say_action(struct simulation *s, const char *what)
{
    if (s->json)
        return;
    simulate_text_time(s);
    buf_printf(&s->text, "do      %s\n", what);
}

void simulate_say_taken(struct simulation *s, struct str text, bool taken)
{
    struct json *j;

    if (!s->json) {
        if (!taken && !s->lab.w)
            buf_add_c(&s->text, "                  (it does not run: nobody reads that)\n");
        return;
    }
    j = row(s, COMMANDS);
    json_key_str(j, "text", text);
    json_key_bool(j, "taken", taken);
    json_map_end(j);
}

/* ---- probes ---- */

static void key_flag(struct json *j, const char *key, int64_t v)
{
    char text[24];

    snprintf(text, sizeof(text), "%lld", (long long)v);
    json_key_c(j, key, text);
}

/* Values are texts, as those who compare have them. */
static void json_state(struct json *j, const struct state *s)
{
    json_map(j);
    key_flag(j, "current_state", s->state);
    key_flag(j, "state_type", s->hard);
    key_flag(j, "current_attempt", s->attempt);
    key_flag(j, "max_attempts", s->max_attempts);
    key_flag(j, "problem_has_been_acknowledged", s->ack_type != STATE_ACK_NONE);
    key_flag(j, "acknowledgement_type", s->ack_type ? s->ack_type : s->ack_last);
    key_flag(j, "scheduled_downtime_depth", s->downtime_depth);
    key_flag(j, "is_flapping", s->flapping);
    key_flag(j, "current_notification_number", s->notification_number);
    key_flag(j, "notifications_enabled", (s->switches & MODEL_CHECK_NOTIFY) != 0);
    key_flag(j, "active_checks_enabled", (s->switches & MODEL_CHECK_ACTIVE) != 0);
    key_flag(j, "passive_checks_enabled", (s->switches & MODEL_CHECK_PASSIVE) != 0);
    key_flag(j, "event_handler_enabled", (s->switches & MODEL_CHECK_EVENT_HANDLER) != 0);
    key_flag(j, "flap_detection_enabled", (s->switches & MODEL_CHECK_FLAP) != 0);
    key_flag(j, "has_been_checked", s->checked);
    json_key_str(j, "plugin_output", state_output(s));
    json_key_str(j, "performance_data", state_perf(s));
    json_key_str(j, "long_plugin_output", state_long(s));
    json_map_end(j);
}

uint32_t simulate_check_of(const struct lab *lab, uint64_t oid)
{
    for (uint32_t i = 0; i < lab->model->n_check; i++)
        if (lab->oids[i] == oid)
            return i;
    return MODEL_NONE;
}

static void json_comment(struct simulation *s, struct json *j, const struct record_comment *c)
{
    json_map(j);
    key_target(s, j, simulate_check_of(&s->lab, c->oid));
    json_key_str(j, "author", c->author);
    json_key_str(j, "comment", c->text);
    key_flag(j, "persistent", (int64_t)c->persistent);
    key_flag(j, "entry_type", (int64_t)c->entry_type);
    json_map_end(j);
}

static void json_downtime(struct simulation *s, struct json *j, const struct record_downtime *d)
{
    json_map(j);
    key_target(s, j, simulate_check_of(&s->lab, d->oid));
    json_key_str(j, "author", d->author);
    json_key_str(j, "comment", d->text);
    key_flag(j, "fixed", (int64_t)d->fixed);
    key_flag(j, "duration", d->duration_us / TIME_S);
    json_map_end(j);
}

static void json_notes(struct simulation *s, struct json *j, enum record_kind kind)
{
    struct buf all = BUF_INIT;
    struct record_frame f;
    struct str rest;

    world_export(s->lab.w, lab_now(&s->lab), 0, &all);
    rest = buf_str(&all);
    json_list(j);
    while (record_next(&rest, &f) == 1) {
        union {
            struct record_comment comment;
            struct record_downtime downtime;
        } r;

        if (f.kind != kind || record_get(kind, f.payload, &r) < 0)
            continue;
        if (kind == RECORD_COMMENT)
            json_comment(s, j, &r.comment);
        else
            json_downtime(s, j, &r.downtime);
    }
    json_list_end(j);
    buf_release(&all);
}

static void json_probe(struct simulation *s, const char *name)
{
    struct json *j = row(s, PROBES);
    struct buf b = BUF_INIT;

    json_key_c(j, "name", name);
    json_key_bool(j, "runs", s->lab.w != NULL);
    json_key(j, "state");
    json_map(j);
    for (uint32_t i = 0; s->lab.w && i < s->lab.model->n_check; i++) {
        buf_clear(&b);
        simulate_name(&s->lab, i, &b);
        json_key(j, b.data);
        json_state(j, world_state(s->lab.w, i));
    }
    json_map_end(j);
    if (s->lab.w) {
        json_key(j, "comments");
        json_notes(s, j, RECORD_COMMENT);
        json_key(j, "downtimes");
        json_notes(s, j, RECORD_DOWNTIME);
    }
    json_map_end(j);
    buf_release(&b);
}

void simulate_say_probe(struct simulation *s, const char *name)
{
    if (s->json)
        json_probe(s, name);
    else
        simulate_text_probe(s, name);
}

/* ---- all of it ---- */

/* Who was told what, from the events in the record. */
static void json_notified(struct simulation *s)
{
    struct json *j = &s->lists[NOTIFIED];
    struct str rest = buf_str(&s->lab.journal);
    struct record_frame f;

    while (record_next(&rest, &f) == 1) {
        struct record_event e;
        uint32_t check;

        if (f.kind != RECORD_EVENT || record_get(RECORD_EVENT, f.payload, &e) < 0 ||
            e.kind != RECORD_EVENT_NOTIFICATION)
            continue;
        check = simulate_check_of(&s->lab, e.oid);
        json_map(j);
        json_key(j, "at");
        json_milli(j, (f.at.us - s->origin_s * TIME_S) / TIME_MS);
        json_key_str(j, "contact", e.contact);
        json_key_c(j, "about", e.type < NOTIFY_TYPES ? notify_type_name((enum notify_type)e.type) : "?");
        key_target(s, j, check);
        json_key_c(
            j, "state",
            state_name(check < s->lab.model->n_hosts ? MODEL_HOST : MODEL_SERVICE, (uint8_t)(e.state & 3)));
        json_key_u64(j, "number", e.attempt);
        json_key_str(j, "command", e.command);
        json_map_end(j);
    }
}

static void json_all(struct simulation *s, const char *name, const char *what)
{
    struct json j;

    json_notified(s);
    json_init(&j, &s->text);
    json_map(&j);
    json_key_c(&j, "name", name);
    json_key_c(&j, "what", what);
    json_key_i64(&j, "origin", s->origin_s);
    for (size_t i = 0; i < LISTS; i++) {
        json_list_end(&s->lists[i]);
        json_key(&j, list_names[i]);
        json_raw(&j, buf_str(&s->parts[i]));
    }
    json_map_end(&j);
    buf_add_char(&s->text, '\n');
}

void simulate_say_end(struct simulation *s, const char *name, const char *what)
{
    if (s->json)
        json_all(s, name, what);
    else
        simulate_text_end(s);
    if (!s->json && name[0])
        printf("%s%s%s\n\n", name, what[0] ? ": " : "", what);
    fwrite(s->text.data, 1, s->text.len, stdout);
}
