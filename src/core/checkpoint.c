/* SPDX-License-Identifier: Apache-2.0 */
#include "core/checkpoint.h"

#include "core/downtime.h"
#include "core/retain.h"
#include "core/tell.h"
#include "core/world_in.h"

#define PIECE        (128u * 1024)       /* bytes: about a millisecond */
#define CHANGES_MOST (16u * 1024 * 1024) /* that wait for who takes the pieces */

/* Writes those of a kind from *next on, until out has so many bytes. True: those were all. */
typedef bool put_f(const struct world *w, struct wall at, uint64_t *next, size_t most, struct buf *out);

static put_f *const put[CHECKPOINT_KINDS] = {
    [CHECKPOINT_PROGRAM] = retain_put_program,   [CHECKPOINT_STATES] = retain_put_states,
    [CHECKPOINT_CONTACTS] = retain_put_contacts, [CHECKPOINT_COMMENTS] = note_put_comments,
    [CHECKPOINT_DOWNTIMES] = downtime_put_all,   [CHECKPOINT_INTENTS] = tell_put_intents,
    [CHECKPOINT_COMMANDS] = excmd_queue_put,     [CHECKPOINT_FILES] = excmd_file_put,
    [CHECKPOINT_TELLINGS] = telling_put_all,
};

/* True: nothing is left. */
static bool put_some(const struct world *w, struct wall at, struct checkpoint *c, size_t most,
                     struct buf *out)
{
    while (c->kind < CHECKPOINT_KINDS && out->len < most) {
        if (!put[c->kind](w, at, &c->next, most, out))
            continue;
        c->kind++;
        c->next = 0;
    }
    return c->kind == CHECKPOINT_KINDS;
}

static void put_end(struct wall at, uint64_t last, struct buf *out)
{
    record_put(out, RECORD_CHECKPOINT_END, at, &(struct record_checkpoint_end){.last = last});
}

void world_export(const struct world *w, struct world_now now, uint64_t last, struct buf *out)
{
    struct checkpoint c = {.kind = CHECKPOINT_PROGRAM};

    put_some(w, now.wall, &c, SIZE_MAX, out);
    put_end(now.wall, last, out);
}

void checkpoint_note(struct world *w, enum record_kind kind, const void *record)
{
    struct checkpoint *c = &w->checkpoint;

    if (!c->on || !record_restores(kind))
        return;
    record_put(&c->changes, kind, w->now.wall, record);
    if (c->changes.len > CHANGES_MOST)
        world_checkpoint_stop(w);
}

void checkpoint_again(struct world *w)
{
    w->checkpoint.kind = CHECKPOINT_PROGRAM;
    w->checkpoint.next = 0;
}

void world_checkpoint_begin(struct world *w)
{
    world_checkpoint_stop(w);
    w->checkpoint.on = true;
}

void world_checkpoint_stop(struct world *w)
{
    buf_release(&w->checkpoint.changes);
    w->checkpoint = (struct checkpoint){.changes = BUF_INIT};
}

bool world_checkpoint_on(const struct world *w)
{
    return w->checkpoint.on;
}

/* What changed comes before the next things, which may be newer. True: that was all. */
static bool put_changes(struct checkpoint *c, struct buf *out)
{
    struct str rest = str_sub(buf_str(&c->changes), c->given, SIZE_MAX);
    uint64_t n;

    buf_add_str(out, record_take(&rest, PIECE, &n));
    c->given = c->changes.len - rest.n;
    if (rest.n)
        return false;
    buf_clear(&c->changes);
    c->given = 0;
    return true;
}

bool world_checkpoint_part(struct world *w, struct world_now now, struct buf *out)
{
    struct checkpoint *c = &w->checkpoint;

    BUG_ON(!c->on);
    if (!put_changes(c, out) || !put_some(w, now.wall, c, out->len + PIECE, out))
        return false;
    put_end(now.wall, w->next_seq - 1, out);
    world_checkpoint_stop(w);
    return true;
}
