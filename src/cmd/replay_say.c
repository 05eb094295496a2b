/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/replay_say.h"

#include "cmd/cmd.h"
#include "cmd/ctl_int.h"
#include "core/notify.h"
#include "core/state.h"

#include <stdio.h>

static const char *const changes[] = {[REPLAY_WAS] = "gone", [REPLAY_WOULD] = "new"};

static void init_rows(struct replay_rows *r)
{
    buf_init(&r->text);
    json_init(&r->json, &r->text);
}

void replay_say_init(struct replay_say *s, bool as_json, size_t most)
{
    *s = (struct replay_say){.as_json = as_json, .most = most};
    buf_init(&s->head);
    init_rows(&s->notices);
    init_rows(&s->events);
    init_rows(&s->states);
    if (!as_json)
        return;
    json_list(&s->notices.json);
    json_list(&s->events.json);
    json_list(&s->states.json);
}

void replay_say_release(struct replay_say *s)
{
    buf_release(&s->head);
    model_zone_release(&s->zone);
    buf_release(&s->notices.text);
    buf_release(&s->events.text);
    buf_release(&s->states.text);
}

/* ---- words ---- */

static const char *kind_word(uint64_t kind)
{
    switch (kind) {
    case RECORD_EVENT_ALERT: return "alert";
    case RECORD_EVENT_NOTIFICATION: return "notification";
    case RECORD_EVENT_ACK_REMOVED: return "acknowledgement_removed";
    case RECORD_EVENT_DOWNTIME_START: return "downtime_start";
    case RECORD_EVENT_DOWNTIME_END: return "downtime_end";
    case RECORD_EVENT_FLAPPING_START: return "flapping_start";
    case RECORD_EVENT_FLAPPING_END: return "flapping_end";
    case RECORD_EVENT_HANDLER: return "event_handler";
    default: return "other";
    }
}

static const char *state_word(bool service, uint64_t state)
{
    return state_name(service ? MODEL_SERVICE : MODEL_HOST, (uint8_t)(state & 3));
}

static const char *about_word(uint64_t type)
{
    return type < NOTIFY_TYPES ? notify_type_name((enum notify_type)type) : "?";
}

static void add_time(struct buf *b, struct wall at)
{
    char rfc[TIME_RFC3339], when[64];

    time_rfc3339(at, rfc);
    ctl_when(rfc, when, sizeof(when));
    buf_add_c(b, when);
}

static void add_name(struct buf *b, struct str host, struct str service)
{
    if (!host.n)
        host = STR("(something that is not configured)");
    buf_add_str(b, host);
    if (service.n)
        buf_printf(b, " > " STR_FMT, STR_ARG(service));
}

/* ---- events ---- */

static void text_event(struct replay_rows *rows, const struct replay_event *x, const struct time_zone *zone)
{
    const struct record_event *e = x->event;
    struct buf *b = &rows->text;

    buf_printf(b, "  %c ", "-+"[x->side]);
    add_time(b, x->at);
    buf_add_c(b, "  ");
    add_name(b, x->host, x->service);
    if (e->kind == RECORD_EVENT_NOTIFICATION) {
        buf_printf(b, "  %s (%s)  " STR_FMT " by " STR_FMT, about_word(e->type),
                   state_word(x->service.n != 0, e->state), STR_ARG(e->contact), STR_ARG(e->command));
    } else if (e->kind == RECORD_EVENT_ALERT) {
        buf_printf(b, "  %s, %s, attempt %llu", state_word(x->service.n != 0, e->state),
                   e->hard ? "hard" : "soft", (unsigned long long)e->attempt);
    } else {
        buf_printf(b, "  %s", kind_word(e->kind));
    }
    if (x->reason && x->side == REPLAY_WAS) {
        buf_add_c(b, "\n      now: ");
        why_render(b, x->reason->code, x->reason->arg, x->reason->object, WHY_EN, zone);
    } else if (x->reason) {
        buf_add_c(b, "\n      then: ");
        why_render(b, x->reason->code, x->reason->arg, x->reason->object, WHY_EN, zone);
    }
    buf_add_char(b, '\n');
}

static void key_words(struct json *j, const char *key, const struct reason *r, enum why_lang lang,
                      const struct time_zone *zone)
{
    struct buf b = BUF_INIT;

    why_render(&b, r->code, r->arg, r->object, lang, zone);
    json_key_str(j, key, buf_str(&b));
    buf_release(&b);
}

static void json_reason(struct json *j, const struct reason *r, const struct time_zone *zone)
{
    json_key(j, "reason");
    if (!r) {
        json_none(j);
        return;
    }
    json_map(j);
    json_key_c(j, "code", why_name(r->code));
    json_key_str(j, "object", r->object);
    key_words(j, "text_en", r, WHY_EN, zone);
    key_words(j, "text_fr", r, WHY_FR, zone);
    json_map_end(j);
}

static void json_name(struct json *j, struct str host, struct str service)
{
    json_key_str(j, "host", host);
    if (service.n)
        json_key_str(j, "service", service);
}

static void json_event(struct replay_rows *rows, const struct replay_event *x, const struct time_zone *zone)
{
    const struct record_event *e = x->event;
    struct json *j = &rows->json;

    json_map(j);
    json_key_c(j, "change", changes[x->side]);
    json_key_time(j, "time", x->at);
    json_key_c(j, "kind", kind_word(e->kind));
    json_name(j, x->host, x->service);
    json_key_c(j, "state", state_word(x->service.n != 0, e->state));
    json_key_bool(j, "hard", e->hard != 0);
    json_key_u64(j, "attempt", e->attempt);
    if (e->kind == RECORD_EVENT_NOTIFICATION) {
        json_key_c(j, "about", about_word(e->type));
        json_key_str(j, "contact", e->contact);
        json_key_str(j, "command", e->command);
        json_reason(j, x->reason, zone);
    }
    json_map_end(j);
}

void replay_say_event(void *say, const struct replay_event *e)
{
    struct replay_say *s = say;
    struct replay_rows *rows = e->event->kind == RECORD_EVENT_NOTIFICATION ? &s->notices : &s->events;

    if (rows->n++ >= s->most)
        return;
    if (s->as_json)
        json_event(rows, e, &s->zone.zone);
    else
        text_event(rows, e, &s->zone.zone);
}

/* ---- states ---- */

static void text_side(struct buf *b, const struct replay_state *x, enum replay_side side)
{
    const struct record_state *s = &x->state[side];

    if (!x->has[side]) {
        buf_add_c(b, "not configured");
        return;
    }
    if (!s->checked) {
        buf_add_c(b, "pending");
        return;
    }
    buf_printf(b, "%s %s, attempt %llu, notified %llu time%s%s%s", state_word(x->service.n != 0, s->state),
               s->hard ? "hard" : "soft", (unsigned long long)s->attempt,
               (unsigned long long)s->notification_number, s->notification_number == 1 ? "" : "s",
               s->ack_type ? ", acknowledged" : "", s->flapping ? ", flapping" : "");
}

static void json_side(struct json *j, const char *key, const struct replay_state *x, enum replay_side side)
{
    const struct record_state *s = &x->state[side];

    json_key(j, key);
    if (!x->has[side]) {
        json_none(j);
        return;
    }
    json_map(j);
    json_key_c(j, "state", s->checked ? state_word(x->service.n != 0, s->state) : "PENDING");
    json_key_bool(j, "hard", s->hard != 0);
    json_key_u64(j, "attempt", s->attempt);
    json_key_u64(j, "notification_number", s->notification_number);
    json_key_bool(j, "acknowledged", s->ack_type != 0);
    json_key_bool(j, "flapping", s->flapping != 0);
    json_map_end(j);
}

static bool is_told(const struct replay_state *x)
{
    const struct record_state *a = &x->state[0], *b = &x->state[1];

    return !x->has[0] || !x->has[1] || a->state != b->state || a->hard != b->hard ||
           a->attempt != b->attempt || a->checked != b->checked ||
           a->notification_number != b->notification_number || a->ack_type != b->ack_type ||
           a->flapping != b->flapping || !str_eq(a->output, b->output);
}

void replay_say_state(void *say, const struct replay_state *x)
{
    struct replay_say *s = say;
    struct replay_rows *rows = &s->states;
    const char *field =
        x->has[0] && x->has[1] ? replay_state_differs(&x->state[0], &x->state[1]) : "configuration";

    if (!is_told(x)) {
        s->inner++;
        return;
    }
    if (rows->n++ >= s->most)
        return;
    if (s->as_json) {
        json_map(&rows->json);
        json_name(&rows->json, x->host, x->service);
        json_key_c(&rows->json, "field", field);
        json_side(&rows->json, "then", x, REPLAY_WAS);
        json_side(&rows->json, "now", x, REPLAY_WOULD);
        json_map_end(&rows->json);
        return;
    }
    buf_add_c(&rows->text, "  ~ ");
    add_name(&rows->text, x->host, x->service);
    buf_printf(&rows->text, "  (%s)\n      then: ", field);
    text_side(&rows->text, x, REPLAY_WAS);
    buf_add_c(&rows->text, "\n      now:  ");
    text_side(&rows->text, x, REPLAY_WOULD);
    buf_add_char(&rows->text, '\n');
}

/* ---- all of it ---- */

static void text_head(struct replay_say *s, const struct replay_stats *n, int64_t took_us, uint64_t given_up)
{
    struct buf *b = &s->head;

    buf_add_c(b, "From ");
    add_time(b, n->first);
    buf_add_c(b, " to ");
    add_time(b, n->last);
    buf_printf(b, ": %llu records with %llu results and %llu commands, in %lld.%02lld s (%lld records/s)",
               (unsigned long long)n->records, (unsigned long long)n->results,
               (unsigned long long)n->commands, (long long)(took_us / TIME_S),
               (long long)(took_us % TIME_S / 10000),
               (long long)((int64_t)n->records * TIME_S / MAX(took_us, 1)));
    buf_printf(
        b, "\n%llu starts, %llu reloads; notifications: %llu then, %llu now; alerts: %llu then, %llu now\n",
        (unsigned long long)n->lives, (unsigned long long)n->reloads, (unsigned long long)n->notifications[0],
        (unsigned long long)n->notifications[1], (unsigned long long)n->alerts[0],
        (unsigned long long)n->alerts[1]);
    if (n->unknown)
        buf_printf(b, "%llu results were of something that is not configured\n",
                   (unsigned long long)n->unknown);
    if (n->without)
        buf_printf(b, "%llu configurations are not kept any more: the one before stood for them\n",
                   (unsigned long long)n->without);
    if (given_up)
        buf_printf(b, "At %llu places records were given up on a full disk: there the replay may differ\n",
                   (unsigned long long)given_up);
}

static bool is_same(const struct replay_say *s)
{
    return !s->notices.n && !s->events.n && !s->states.n && !s->inner;
}

static void json_pair(struct json *j, const char *key, const uint64_t pair[2])
{
    json_key(j, key);
    json_map(j);
    json_key_u64(j, "then", pair[REPLAY_WAS]);
    json_key_u64(j, "now", pair[REPLAY_WOULD]);
    json_map_end(j);
}

static void json_rows(struct json *j, const char *key, struct replay_rows *rows)
{
    json_list_end(&rows->json);
    json_key(j, key);
    json_raw(j, buf_str(&rows->text));
}

static void json_all(struct replay_say *s, const struct replay_stats *n, int64_t took_us, uint64_t given_up)
{
    struct json j;

    json_init(&j, &s->head);
    json_map(&j);
    json_key_time(&j, "from", n->first);
    json_key_time(&j, "to", n->last);
    json_key_bool(&j, "same", is_same(s));
    json_key_u64(&j, "records", n->records);
    json_key_u64(&j, "results", n->results);
    json_key_u64(&j, "commands", n->commands);
    json_key_u64(&j, "unknown_results", n->unknown);
    json_key_u64(&j, "starts", n->lives);
    json_key_u64(&j, "reloads", n->reloads);
    json_key_u64(&j, "configurations_not_kept", n->without);
    json_key_u64(&j, "gaps", given_up);
    json_key(&j, "took_ms");
    json_milli(&j, took_us);
    json_pair(&j, "notifications", n->notifications);
    json_pair(&j, "alerts", n->alerts);
    json_key_u64(&j, "differing_notifications", s->notices.n);
    json_key_u64(&j, "differing_events", s->events.n);
    json_key_u64(&j, "differing_states", s->states.n);
    json_key_u64(&j, "differing_inner_states", s->inner);
    json_rows(&j, "notification_changes", &s->notices);
    json_rows(&j, "event_changes", &s->events);
    json_rows(&j, "state_changes", &s->states);
    json_map_end(&j);
    buf_add_char(&s->head, '\n');
}

void replay_say_end(struct replay_say *s, const struct replay_stats *n, int64_t took_us, uint64_t given_up)
{
    if (s->as_json)
        json_all(s, n, took_us, given_up);
    else
        text_head(s, n, took_us, given_up);
}

static void print_rows(const struct replay_say *s, const struct replay_rows *rows, const char *title)
{
    if (!rows->n)
        return;
    printf("\n%s: %llu\n", title, (unsigned long long)rows->n);
    fwrite(rows->text.data, 1, rows->text.len, stdout);
    if (rows->n > s->most)
        printf("  and %llu more (-n shows them)\n", (unsigned long long)(rows->n - s->most));
}

int replay_say_print(struct replay_say *s)
{
    fwrite(s->head.data, 1, s->head.len, stdout);
    if (!s->as_json) {
        print_rows(s, &s->notices, "Notifications that differ (- gone, + new)");
        print_rows(s, &s->events, "Other events that differ");
        print_rows(s, &s->states, "States at the end that differ");
        if (s->inner)
            printf("\n%llu state%s only in what lies behind (the history for flapping, times and so on)\n",
                   (unsigned long long)s->inner, s->inner == 1 ? " differs" : "s differ");
        if (is_same(s))
            printf("Nothing differs.\n");
    }
    return is_same(s) ? CMD_OK : CMD_FAILED;
}
