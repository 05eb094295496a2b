/* SPDX-License-Identifier: Apache-2.0 */
/* What a simulation tells people: changes of state, who was told, what was typed, states that are asked for, and a few lines at the end. The rest is for those who ask (--all). */
#include "cmd/simulate.h"

#include "cmd/ctl_int.h"
#include "core/notify.h"
#include "core/record.h"
#include "core/state.h"

#include <stdio.h>

/* ---- words ---- */

static void add_time_at(struct simulation *s, int64_t ms)
{
    char text[32], rfc[TIME_RFC3339], when[64];

    if (s->dated) {
        time_rfc3339((struct wall){s->origin_s * TIME_S + ms * TIME_MS}, rfc);
        ctl_when(rfc, when, sizeof(when));
        buf_printf(&s->text, "%s  ", when);
    }
    snprintf(text, sizeof(text), "%s%lld.%03lld", ms < 0 ? "-" : "", (long long)((ms < 0 ? -ms : ms) / 1000),
             (long long)((ms < 0 ? -ms : ms) % 1000));
    buf_printf(&s->text, "%9s  ", text);
}

void simulate_text_time(struct simulation *s)
{
    add_time_at(s, (s->lab.mono - s->begin) / TIME_MS);
}

static const char *state_word(const struct lab *lab, uint32_t check, uint64_t state)
{
    return state_name(check < lab->model->n_hosts ? MODEL_HOST : MODEL_SERVICE, (uint8_t)(state & 3));
}

static void add_name(struct simulation *s, uint32_t check)
{
    if (check < s->lab.model->n_check)
        simulate_name(&s->lab, check, &s->text);
    else
        buf_add_c(&s->text, "(something that is not configured)");
}

/* ---- what happened ---- */

static void add_told(struct simulation *s, uint32_t check, const struct record_event *e)
{
    buf_printf(&s->text, "told    " STR_FMT ": %s ", STR_ARG(e->contact),
               e->type < NOTIFY_TYPES ? notify_type_name((enum notify_type)e->type) : "?");
    add_name(s, check);
    buf_printf(&s->text, " %s, by " STR_FMT ": " STR_FMT "\n", state_word(&s->lab, check, e->state),
               STR_ARG(e->command), STR_ARG(e->text));
}

static void add_change(struct simulation *s, uint32_t check, const char *what, struct str text)
{
    buf_add_c(&s->text, "state   ");
    add_name(s, check);
    buf_printf(&s->text, ": %s%s" STR_FMT "\n", what, text.n ? ": " : "", STR_ARG(text));
}

static void add_event(struct simulation *s, struct wall at, const struct record_event *e)
{
    uint32_t check = simulate_check_of(&s->lab, e->oid);
    const char *what = NULL;
    char alert[64];

    switch (e->kind) {
    case RECORD_EVENT_FIRST_RESULT:
        if (!e->state)
            return;
        /* fall through */
    case RECORD_EVENT_ALERT:
        snprintf(alert, sizeof(alert), "%s %s, attempt %llu", state_word(&s->lab, check, e->state),
                 e->hard ? "hard" : "soft", (unsigned long long)e->attempt);
        what = alert;
        break;
    case RECORD_EVENT_ACK: what = "acknowledged"; break;
    case RECORD_EVENT_ACK_REMOVED: what = "no longer acknowledged"; break;
    case RECORD_EVENT_DOWNTIME_START: what = "downtime begins"; break;
    case RECORD_EVENT_DOWNTIME_END: what = e->type ? "downtime is cancelled" : "downtime ends"; break;
    case RECORD_EVENT_FLAPPING_START: what = "flapping begins"; break;
    case RECORD_EVENT_FLAPPING_END: what = "flapping ends"; break;
    case RECORD_EVENT_NOTIFICATION: break;
    default: return;
    }
    add_time_at(s, (at.us - s->origin_s * TIME_S) / TIME_MS);
    if (what)
        add_change(s, check, what, e->text);
    else
        add_told(s, check, e);
}

void simulate_text_events(struct simulation *s)
{
    struct str all = buf_str(&s->lab.journal), rest = str_sub(all, s->told, all.n);
    struct record_frame f;

    s->told = all.n;
    while (!s->all && !s->json && record_next(&rest, &f) == 1) {
        struct record_event e;

        if (f.kind == RECORD_EVENT && record_get(RECORD_EVENT, f.payload, &e) == 0)
            add_event(s, f.at, &e);
    }
}

/* ---- states ---- */

/* Rows of those that are not OK, or of all; what the others are. */
static void add_states(struct simulation *s, bool all)
{
    const struct lab *lab = &s->lab;
    uint32_t n_ok = 0, n_pending = 0;
    struct buf b = BUF_INIT;

    for (uint32_t i = 0; i < lab->model->n_check; i++) {
        const struct state *t = world_state(lab->w, i);

        n_pending += !t->checked;
        n_ok += t->checked && t->state == 0;
        if (!all && (!t->checked || t->state == 0))
            continue;
        buf_clear(&b);
        simulate_name(lab, i, &b);
        buf_printf(
            &s->text, "            %-24s %s %s, attempt %u of %u, notified %u time%s%s%s%s: " STR_FMT "\n",
            b.data, t->checked ? state_word(lab, i, t->state) : "PENDING", t->hard ? "hard" : "soft",
            t->attempt, t->max_attempts, t->notification_number, t->notification_number == 1 ? "" : "s",
            t->ack_type ? ", acknowledged" : "", t->downtime_depth ? ", in downtime" : "",
            t->flapping ? ", flapping" : "", STR_ARG(state_output(t)));
    }
    if (!all)
        buf_printf(&s->text, "            %u OK or UP, %u not checked yet\n", n_ok, n_pending);
    buf_release(&b);
}

void simulate_text_probe(struct simulation *s, const char *name)
{
    simulate_text_events(s);
    simulate_text_time(s);
    buf_printf(&s->text, "states  \"%s\"%s\n", name, s->lab.w ? "" : ": it does not run");
    if (s->lab.w)
        add_states(s, s->all);
}

/* ---- the end ---- */

struct told {
    struct str contact;
    unsigned n;
};

void simulate_text_end(struct simulation *s)
{
    struct str rest = buf_str(&s->lab.journal);
    VEC(struct told) told = {0};
    struct record_frame f;

    while (record_next(&rest, &f) == 1) {
        struct record_event e;
        size_t i = 0;

        if (f.kind != RECORD_EVENT || record_get(RECORD_EVENT, f.payload, &e) < 0 ||
            e.kind != RECORD_EVENT_NOTIFICATION)
            continue;
        while (i < told.n && !str_eq(told.at[i].contact, e.contact))
            i++;
        if (i == told.n)
            *VEC_ADD(&told) = (struct told){.contact = e.contact};
        told.at[i].n++;
    }
    buf_printf(&s->text, "\n%llu checks ran.\n", (unsigned long long)s->lab.started_checks);
    if (!told.n)
        buf_add_c(&s->text, "Nobody was told.\n");
    for (size_t i = 0; i < told.n; i++)
        buf_printf(&s->text, STR_FMT " was told %u time%s.\n", STR_ARG(told.at[i].contact), told.at[i].n,
                   told.at[i].n == 1 ? "" : "s");
    VEC_RELEASE(&told);
}
