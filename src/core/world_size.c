/* SPDX-License-Identifier: Apache-2.0 */
/* How much it is: what one step brings, and all that the world has. */
#include "core/world_in.h"

/* What one step may bring of what can wait for the next: a fraction of the 10 ms that nothing may take, and its records fit into one message to the store. */
#define BYTES_MOST    (96u * 1024)
#define EFFECTS_MOST  256u
#define STATE_RECORD  250u /* bytes of one without its texts, generously */
/* What world_did_enough counts, bytes about: of an event with its line in the log, of another record, of a notification that goes out, and of one with all macros in its environment. */
#define EVENT_WEIGHS  200u
#define RECORD_WEIGHS 100u
#define NOTICE_WEIGHS 500u
#define MACROS_WEIGH  8192u

size_t world_state_bytes(const struct world *w, uint32_t check)
{
    const struct state *s = &w->st[check];

    return STATE_RECORD + s->output_n + s->long_n + s->perf_n;
}

/* Only what a rehearsal comes to as well. */
void world_weigh_record(struct world *w, enum record_kind kind, const void *record)
{
    const struct record_event *e = record;
    const struct record_comment *c = record;
    const struct record_downtime *d = record;

    switch (kind) {
    case RECORD_EVENT:
        w->weight += EVENT_WEIGHS + e->author.n + e->text.n + e->long_text.n;
        if (e->kind == RECORD_EVENT_NOTIFICATION)
            w->weight += w->m->globals->enable_environment_macros ? MACROS_WEIGH : NOTICE_WEIGHS;
        break;
    case RECORD_COMMENT: w->weight += RECORD_WEIGHS + c->author.n + c->text.n; break;
    case RECORD_DOWNTIME: w->weight += RECORD_WEIGHS + d->author.n + d->text.n; break;
    case RECORD_COMMENT_DEL:
    case RECORD_DOWNTIME_DEL: w->weight += RECORD_WEIGHS; break;
    default: break;
    }
}

bool world_spent(const struct world *w)
{
    return w->effects.n >= EFFECTS_MOST || w->records.len + w->dirty_bytes + w->text.len >= BYTES_MOST;
}

void world_weigh(struct world *w, uint32_t check)
{
    w->weight += world_state_bytes(w, check);
}

bool world_did_enough(const struct world *w)
{
    return w->weight >= BYTES_MOST;
}

size_t world_memory(const struct world *w)
{
    size_t sum = w->runs.cap * sizeof(*w->runs.at) + w->effects.cap * sizeof(*w->effects.at) + w->text.cap +
                 w->records.cap;

    sum += w->comments.n * sizeof(*w->comments.at) + w->downtimes.n * sizeof(*w->downtimes.at);
    sum += w->intents.cap * sizeof(*w->intents.at) + w->dirty.cap * sizeof(*w->dirty.at) +
           w->unseen.cap * sizeof(*w->unseen.at);
    sum += w->files.all.cap * sizeof(*w->files.all.at);
    sum += w->tellings.bytes;
    sum += w->totals.as ? w->n * (sizeof(*w->totals.as) + sizeof(*w->totals.group_of)) +
                              w->m->n_hosts * sizeof(*w->totals.services)
                        : 0;
    sum += w->run_by_id.cap_entry * 32 + w->run_by_id.n_slot * 4;
    for (uint32_t i = 0; i < w->n; i++)
        sum += w->st[i].output_n + w->st[i].long_n + w->st[i].perf_n;
    return sum;
}
