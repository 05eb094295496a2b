/* SPDX-License-Identifier: Apache-2.0 */
/* Comments and acknowledgements; downtimes are in core/downtime.c. */
#include "core/note.h"

#include "base/limits.h"
#include "core/downtime.h"
#include "core/tell.h"
#include "core/world_in.h"

#include <string.h>

static uint64_t id_at(const void *table, size_t size, size_t i)
{
    return *(const uint64_t *)((const char *)table + i * size);
}

size_t note_place(const void *table, size_t n, size_t size, uint64_t id)
{
    size_t low = 0, high = n, guess;

    if (!high || id < id_at(table, size, 0))
        return 0;
    guess = (size_t)MIN(id - id_at(table, size, 0),
                        (uint64_t)high); /* there if none before it is gone, else before */
    if (guess < high && id_at(table, size, guess) == id)
        return guess;
    high = guess;
    while (low < high) {
        size_t mid = (low + high) / 2;

        if (id_at(table, size, mid) < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static size_t find(const struct world *w, uint64_t id)
{
    return note_place(w->comments.at, w->comments.n, sizeof(*w->comments.at), id);
}

static bool found(const struct world *w, size_t i, uint64_t id)
{
    return i < w->comments.n && w->comments.at[i].id == id && !w->comments.at[i].gone;
}

/* Of this id, or of one with it that is gone: no two have the same, find() counts on it. */
static bool has_place(const struct world *w, size_t i, uint64_t id)
{
    return i < w->comments.n && w->comments.at[i].id == id;
}

const struct world_comment *note_comment_find(const struct world *w, uint64_t id)
{
    size_t i = find(w, id);

    return found(w, i, id) ? &w->comments.at[i] : NULL;
}

/* ---- the comments of one check: from its newest to the older ones, by id, since the table moves ---- */

static void link_in(struct world *w, size_t i)
{
    struct world_comment *c = &w->comments.at[i];
    uint64_t *newest = &w->st[c->check].newest_comment;
    size_t next = find(w, *newest);

    c->older = *newest;
    c->newer = 0;
    if (found(w, next, *newest))
        w->comments.at[next].newer = c->id;
    *newest = c->id;
}

static void link_out(struct world *w, const struct world_comment *c)
{
    if (c->newer)
        w->comments.at[find(w, c->newer)].older = c->older;
    else
        w->st[c->check].newest_comment = c->older;
    if (c->older)
        w->comments.at[find(w, c->older)].newer = c->newer;
}

static struct record_comment record_of(const struct world *w, const struct world_comment *c)
{
    return (struct record_comment){.id = c->id,
                                   .oid = w->st[c->check].oid,
                                   .entry_type = c->entry_type,
                                   .source = c->source,
                                   .persistent = c->persistent,
                                   .expires = c->expires,
                                   .entry_time = c->entry_time,
                                   .expire_time = c->expire_time,
                                   .author = str_of(c->author),
                                   .text = str_of(c->text)};
}

/* Text from outside: valid UTF-8 without control characters, as everybody who shows it expects. */
char *note_clean(struct str s)
{
    struct buf b = BUF_INIT;
    size_t n;

    buf_add_utf8(&b, str_sub(s, 0, LIMIT_EXT_COMMAND));
    for (size_t i = 0; i < b.len; i++)
        if ((unsigned char)b.data[i] < ' ')
            b.data[i] = ' ';
    return buf_take(&b, &n);
}

static struct world_comment *comment_row(struct world *w)
{
    if (w->comments.n >= NOTES_FEW)
        VEC_RESERVE(&w->comments, LIMIT_COMMENTS);
    return VEC_ADD(&w->comments);
}

uint64_t note_comment_add(struct world *w, const struct note_comment *c)
{
    struct world_comment *n;
    struct record_comment r;

    if (w->comments.n >= LIMIT_COMMENTS)
        note_take_out(w);
    if (w->comments.n >= LIMIT_COMMENTS)
        return 0;
    n = comment_row(w);
    n->id = w->next_comment++;
    n->check = c->check;
    n->entry_type = c->entry_type;
    n->source = c->external;
    n->persistent = c->persistent;
    n->expires = c->expire_time > 0;
    n->expire_time = c->expire_time;
    n->entry_time = w->now.wall.us;
    n->author = note_clean(c->author);
    n->text = note_clean(c->text);
    link_in(w, w->comments.n - 1);
    w->expiring += n->expires;
    if (n->expires)
        w->next_wall = MIN(w->next_wall, n->expire_time);
    r = record_of(w, n);
    world_record(w, RECORD_COMMENT, &r);
    w->program_dirty = true;
    *VEC_ADD(&w->unseen_comments) = n->id;
    if (c->entry_type == BOARD_COMMENT_USER)
        world_event(w, RECORD_EVENT_COMMENT, c->check,
                    &(struct record_event){.author = r.author, .text = r.text, .ref = n->id});
    return n->id;
}

static void drop(struct world *w, size_t i)
{
    struct world_comment *c = &w->comments.at[i];

    mem_free(c->author);
    mem_free(c->text);
    c->author = c->text = NULL;
    if (c->gone)
        return;
    link_out(w, c);
    w->expiring -= c->expires;
    w->gone_comments++;
    c->gone = true;
}

static void take_out_comments(struct world *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->comments.n; i++)
        if (!w->comments.at[i].gone)
            w->comments.at[n++] = w->comments.at[i];
    w->comments.n = n;
    w->gone_comments = 0;
}

static void take_out_downtimes(struct world *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->downtimes.n; i++)
        if (!w->downtimes.at[i].gone)
            w->downtimes.at[n++] = w->downtimes.at[i];
    w->downtimes.n = n;
    w->gone_downtimes = 0;
}

void note_tidy(struct world *w)
{
    if (w->gone_comments > w->comments.n / 2)
        take_out_comments(w);
    else if (w->gone_downtimes > w->downtimes.n / 2) /* in another step: each table may be some megabytes */
        take_out_downtimes(w);
}

void note_take_out(struct world *w)
{
    if (w->gone_comments)
        take_out_comments(w);
    if (w->gone_downtimes)
        take_out_downtimes(w);
}

bool note_comment_del(struct world *w, uint64_t id)
{
    size_t i = find(w, id);
    struct record_comment_del r = {.id = id};

    if (!found(w, i, id))
        return false;
    world_record(w, RECORD_COMMENT_DEL, &r);
    if (w->comments.at[i].entry_type == BOARD_COMMENT_USER)
        world_event(w, RECORD_EVENT_COMMENT_REMOVED, w->comments.at[i].check,
                    &(struct record_event){.ref = id});
    drop(w, i);
    *VEC_ADD(&w->unseen_comments) = id;
    return true;
}

void note_comments_del(struct world *w, uint32_t check, uint8_t entry_type, bool keep_persistent)
{
    uint64_t id = w->st[check].newest_comment;

    while (id) {
        const struct world_comment *c = &w->comments.at[find(w, id)];

        id = c->older;
        if ((entry_type && c->entry_type != entry_type) || (keep_persistent && c->persistent))
            continue;
        note_comment_del(w, c->id);
    }
}

/* ---- acknowledgements ---- */

static void expect_ack_end(struct world *w, uint32_t check, int64_t at)
{
    if (!w->acks_expiring.items)
        heap_init(&w->acks_expiring, w->n);
    heap_set(&w->acks_expiring, check, at);
}

void note_ack(struct world *w, uint32_t check, const struct note_ack *a)
{
    struct state *s = &w->st[check];
    uint8_t type = a->sticky ? STATE_ACK_STICKY : STATE_ACK_NORMAL;

    world_event(
        w, RECORD_EVENT_ACK, check,
        &(struct record_event){.author = a->author, .text = a->text, .type = type, .state = s->state});
    if (a->notify) /* while nobody has it in hand: totals of the unhandled have it */
        tell(w, check, NOTIFY_ACK, 0, &(struct tell_by){a->author, a->text});
    s->ack_type = type;
    world_touch(w, check);
    if (a->expires || s->more)
        state_more_set(s)->ack_expires = a->expires;
    if (a->expires) {
        expect_ack_end(w, check, a->expires);
        w->next_wall = MIN(w->next_wall, a->expires);
    }
    note_comment_add(w, &(struct note_comment){.check = check,
                                               .entry_type = BOARD_COMMENT_ACK,
                                               .persistent = a->persistent,
                                               .author = a->author,
                                               .text = a->text});
}

static void end_ack(struct world *w, uint32_t check, bool expired)
{
    struct state *s = &w->st[check];

    if (!s->ack_type)
        return;
    s->ack_last = s->ack_type;
    s->ack_type = STATE_ACK_NONE;
    if (s->more)
        s->more->ack_expires = 0;
    world_touch(w, check);
    world_event(w, RECORD_EVENT_ACK_REMOVED, check,
                &(struct record_event){.state = s->state, .type = expired});
    note_comments_del(w, check, BOARD_COMMENT_ACK, true);
}

void note_unack(struct world *w, uint32_t check)
{
    end_ack(w, check, false);
}

void note_ack_after(struct world *w, uint32_t check, bool changed)
{
    struct state *s = &w->st[check];

    if (s->ack_type == STATE_ACK_NORMAL ? changed : s->ack_type && s->state == STATE_OK)
        note_unack(w, check);
    if (changed && (s->ack_last == STATE_ACK_NORMAL || s->state == STATE_OK))
        s->ack_last = STATE_ACK_NONE;
}

int64_t note_ack_time(struct world *w, unsigned most)
{
    uint32_t check;
    int64_t at;

    while (heap_peek(&w->acks_expiring, &check, &at)) {
        int64_t ends = state_more(&w->st[check])->ack_expires;

        if (at > w->now.wall.us || (!most && ends && ends <= w->now.wall.us))
            return at;
        heap_remove(&w->acks_expiring, check);
        if (ends > w->now.wall.us) {
            heap_set(&w->acks_expiring, check, ends);
        } else if (ends) {
            end_ack(w, check, true);
            most--;
        }
    }
    return INT64_MAX;
}

void note_ack_look_begin(struct world *w)
{
    heap_release(&w->acks_expiring);
}

void note_ack_look_at(struct world *w, uint32_t check)
{
    if (state_more(&w->st[check])->ack_expires)
        expect_ack_end(w, check, state_more(&w->st[check])->ack_expires);
}

void note_ack_look(struct world *w)
{
    note_ack_look_begin(w);
    for (uint32_t i = 0; i < w->n; i++)
        note_ack_look_at(w, i);
}

/* ---- start, reload ---- */

void note_comment_restore(struct world *w, const struct record_comment *r, uint32_t check)
{
    struct world_comment *c;
    size_t i;

    if (w->comments.n >= LIMIT_COMMENTS)
        note_take_out(w);
    i = find(w, r->id);
    if (!r->id || (!has_place(w, i, r->id) && w->comments.n >= LIMIT_COMMENTS))
        return;
    if (found(w, i, r->id)) {
        link_out(w, &w->comments.at[i]);
        w->expiring -= w->comments.at[i].expires;
        mem_free(w->comments.at[i].author);
        mem_free(w->comments.at[i].text);
    } else if (has_place(w, i, r->id)) {
        w->gone_comments--;
    } else {
        comment_row(w);
        memmove(&w->comments.at[i + 1], &w->comments.at[i],
                (w->comments.n - i - 1) * sizeof(*w->comments.at));
    }
    c = &w->comments.at[i];
    *c = (struct world_comment){.id = r->id,
                                .check = check,
                                .entry_type = (uint8_t)r->entry_type,
                                .source = (uint8_t)r->source,
                                .persistent = r->persistent != 0,
                                .expires = r->expires != 0,
                                .entry_time = r->entry_time,
                                .expire_time = r->expire_time,
                                .author = str_dup(r->author),
                                .text = str_dup(r->text)};
    link_in(w, i);
    w->expiring += c->expires;
    w->next_comment = MAX(w->next_comment, r->id + 1);
}

void note_comment_forget(struct world *w, uint64_t id)
{
    size_t i = find(w, id);

    if (found(w, i, id))
        drop(w, i);
}

void note_forget(struct world *w, uint32_t check)
{
    while (w->st[check].newest_comment)
        drop(w, find(w, w->st[check].newest_comment));
    for (size_t i = w->downtimes.n; i-- > 0;)
        if (w->downtimes.at[i].check == check && !w->downtimes.at[i].gone)
            note_downtime_forget(w, w->downtimes.at[i].id);
}

void note_forget_all(struct world *w)
{
    downtime_forget_all(w);
    for (size_t i = w->comments.n; i-- > 0;)
        if (!w->comments.at[i].gone)
            note_comment_del(w, w->comments.at[i].id);
    note_take_out(w);
}

void note_release(struct world *w)
{
    for (size_t i = 0; i < w->comments.n; i++) {
        mem_free(w->comments.at[i].author);
        mem_free(w->comments.at[i].text);
    }
    for (size_t i = 0; i < w->downtimes.n; i++) {
        mem_free(w->downtimes.at[i].author);
        mem_free(w->downtimes.at[i].text);
    }
    VEC_RELEASE(&w->comments);
    VEC_RELEASE(&w->downtimes);
    VEC_RELEASE(&w->begins);
    map_release(&w->downtimes_of);
    heap_release(&w->acks_expiring);
    heap_release(&w->postponed);
}

bool note_put_comments(const struct world *w, struct wall at, uint64_t *next, size_t most, struct buf *out)
{
    size_t i = find(w, *next);

    for (; i < w->comments.n && out->len < most; i++) {
        struct record_comment r = record_of(w, &w->comments.at[i]);

        *next = w->comments.at[i].id + 1;
        if (r.oid && !w->comments.at[i].gone)
            record_put(out, RECORD_COMMENT, at, &r);
    }
    return i == w->comments.n;
}
