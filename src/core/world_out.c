/* SPDX-License-Identifier: Apache-2.0 */
/* What came of the events, for who carries it out, and what is asked of the world as it is. */
#include "core/world.h"

#include "core/world_in.h"

const struct world_effect *world_effects(const struct world *w, size_t *n)
{
    *n = w->effects.n;
    return w->effects.at;
}

struct str world_text(const struct world *w, struct world_span s)
{
    return str_sub(buf_str(&w->text), s.off, s.n);
}

struct str world_records(const struct world *w, uint64_t *first, uint64_t *n)
{
    *n = w->n_records;
    *first = w->next_seq - w->n_records;
    return buf_str(&w->records);
}

uint64_t world_next_seq(const struct world *w)
{
    return w->next_seq;
}

void world_renumber(struct world *w, uint64_t next_seq)
{
    BUG_ON(w->n_records);
    w->next_seq = next_seq;
}

void world_clear(struct world *w)
{
    VEC_CLEAR(&w->effects);
    buf_clear(&w->text);
    buf_clear(&w->records);
    w->n_records = 0;
}

const struct state *world_state(const struct world *w, uint32_t check)
{
    BUG_ON(check >= w->n);
    return &w->st[check];
}

int64_t world_interval(const struct world *w, uint32_t check, bool retry)
{
    const struct model_check *c = model_check(w->m, check);
    const struct state *s = &w->st[check];

    int64_t set = retry ? state_more(s)->retry_interval_us : state_more(s)->check_interval_us;

    if (set >= 0)
        return set;
    return retry ? c->retry_interval_us : c->check_interval_us;
}

uint32_t world_running(const struct world *w)
{
    return w->running;
}

const struct board_program *world_program(const struct world *w)
{
    return &w->prog;
}
