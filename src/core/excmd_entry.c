/* SPDX-License-Identifier: Apache-2.0 */
#include "core/excmd_entry.h"

#include "core/source.h"
#include "core/world_in.h"

#include <string.h>

static struct excmd_queue *queue(struct world *w)
{
    return &w->commands;
}

struct excmd_entry *excmd_entry_front(struct world *w)
{
    return &queue(w)->all.at[queue(w)->first];
}

/* Their numbers rise. The place of the first that has this one or a higher one. */
static size_t place_of(const struct excmd_queue *q, uint64_t id)
{
    size_t from = q->first, to = q->all.n;

    while (from < to) {
        size_t at = from + (to - from) / 2;

        if (q->all.at[at].id < id)
            from = at + 1;
        else
            to = at;
    }
    return from;
}

struct excmd_entry *excmd_entry_find(struct world *w, uint64_t id)
{
    struct excmd_queue *q = queue(w);
    size_t i = place_of(q, id);

    return i < q->all.n && q->all.at[i].id == id ? &q->all.at[i] : NULL;
}

void excmd_entry_counted(struct world *w)
{
    w->prog.commands_waiting = queue(w)->all.n - queue(w)->first;
    w->program_unseen = true;
}

void excmd_entry_concern(struct world *w, uint64_t check, int by)
{
    struct excmd_queue *q = queue(w);

    if (check >= w->n || (by < 0 && !q->concerned)) /* the latter: it is not in the queue */
        return;
    if (!q->concerned)
        q->concerned = mem_calloc((size_t)w->n + 1, sizeof(*q->concerned));
    q->concerned[check] += (uint32_t)by;
}

void excmd_entry_count(struct world *w, const struct excmd_entry *e, int by)
{
    if (e->check == MODEL_NONE)
        queue(w)->wide += (unsigned)by;
    else
        excmd_entry_concern(w, e->check, by);
}

static char *keep(struct world *w, struct str s)
{
    queue(w)->bytes += s.n;
    return str_dup(s);
}

struct str excmd_entry_line(const struct excmd_entry *e)
{
    return str_make(e->line, e->line_n);
}

struct str excmd_entry_who(const struct excmd_entry *e)
{
    return str_make(e->who, e->who_n);
}

struct excmd_entry excmd_entry_make(struct world *w, uint64_t id, struct str line, struct str who,
                                    uint64_t source)
{
    return (struct excmd_entry){.id = id,
                                .source = source,
                                .line = keep(w, line),
                                .who = keep(w, who),
                                .line_n = line.n,
                                .who_n = who.n,
                                .check = MODEL_NONE};
}

struct excmd_entry *excmd_entry_enter(struct world *w, const struct excmd_entry *made)
{
    struct excmd_queue *q = queue(w);
    size_t i = place_of(q, made->id); /* a checkpoint has a later one first if it came while it was made */
    struct excmd_entry *e;

    VEC_ADD(&q->all);
    e = &q->all.at[i];
    memmove(e + 1, e, (q->all.n - 1 - i) * sizeof(*e));
    *e = *made;
    q->last_id = MAX(q->last_id, e->id);
    excmd_entry_counted(w);
    return e;
}

struct excmd_entry *excmd_entry_add(struct world *w, uint64_t id, struct str line, struct str who,
                                    uint64_t source)
{
    struct excmd_entry made = excmd_entry_make(w, id, line, who, source);

    return excmd_entry_enter(w, &made);
}

uint64_t excmd_entry_new_id(struct world *w)
{
    return MAX(queue(w)->last_id + 1, w->next_seq);
}

void excmd_entry_release(struct world *w, struct excmd_entry *e)
{
    queue(w)->bytes -= e->line_n + e->who_n;
    mem_free(e->line);
    mem_free(e->who);
    mem_free(e->why);
    VEC_RELEASE(&e->list);
    VEC_RELEASE(&e->done);
}

void excmd_entry_reset(struct world *w)
{
    struct excmd_queue *q = queue(w);

    q->first = q->all.n = 0;
    mem_free(q->concerned);
    q->concerned = NULL;
}

void excmd_entry_pop(struct world *w)
{
    struct excmd_queue *q = queue(w);

    excmd_entry_release(w, excmd_entry_front(w));
    q->first++;
    if (q->first == q->all.n) {
        excmd_entry_reset(w);
    } else if (q->first > 1000 && q->first > q->all.n / 2) {
        memmove(q->all.at, q->all.at + q->first, (q->all.n - q->first) * sizeof(*q->all.at));
        q->all.n -= q->first;
        q->first = 0;
    }
    excmd_entry_counted(w);
}

uint64_t excmd_entry_number(const struct excmd_entry *e)
{
    return WORLD_SOURCE_IS_PIPE(e->source) ? e->token : 0;
}

void excmd_entry_forget(struct world *w, const struct excmd_entry *e)
{
    struct excmd_queue *q = queue(w);
    size_t i = (size_t)(e - q->all.at);

    if (i == q->first) {
        excmd_entry_pop(w);
        return;
    }
    excmd_entry_release(w, &q->all.at[i]);
    q->all.n--;
    memmove(&q->all.at[i], &q->all.at[i + 1], (q->all.n - i) * sizeof(*q->all.at));
}

bool excmd_entry_is_flushed(const struct world *w, const struct excmd_entry *e)
{
    return !e->begun && e->id <= w->commands.flushed;
}
