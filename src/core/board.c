/* SPDX-License-Identifier: Apache-2.0 */
#include "core/board.h"

#include "base/time.h"

#include <string.h>

const int64_t board_latency_us[BOARD_LATENCY_STEPS] = {
    1 * TIME_MS, 5 * TIME_MS, 20 * TIME_MS, 100 * TIME_MS, 500 * TIME_MS,
    1 * TIME_S,  2 * TIME_S,  5 * TIME_S,   15 * TIME_S,   60 * TIME_S,
};

static const char *at(const struct board *b, uint64_t off)
{
    return (const char *)b->h + off;
}

/* True if count records of size stand at off within the segment. */
static bool table_fits(const struct board_header *h, uint64_t off, uint64_t count, uint64_t size)
{
    return off >= sizeof(*h) && off % 8 == 0 && off <= h->total_size && count <= (h->total_size - off) / size;
}

int board_open(struct board *b, const void *base, size_t len, struct err *err)
{
    const struct board_header *h = base;

    if (len < sizeof(*h) || memcmp(h->magic, BOARD_MAGIC, sizeof(h->magic)) != 0)
        return err_set(err, E_FORMAT, "this is not a board");
    if (h->version != BOARD_VERSION || h->header_size != sizeof(*h))
        return err_set(err, E_FORMAT, "the board has version %u, this program reads %u", h->version,
                       BOARD_VERSION);
    if (h->total_size > len || h->n_hosts > h->n_checks ||
        !table_fits(h, h->off_checks, h->n_checks, sizeof(struct board_check)) ||
        !table_fits(h, h->off_contacts, h->n_contacts, sizeof(struct board_contact)) ||
        !table_fits(h, h->off_comments, h->cap_comments, sizeof(struct board_comment)) ||
        !table_fits(h, h->off_downtimes, h->cap_downtimes, sizeof(struct board_downtime)) ||
        !table_fits(h, h->off_arena, h->arena_size, 1))
        return err_set(err, E_FORMAT, "the board's tables do not fit in its %zu bytes", len);
    b->h = h;
    b->len = len;
    return 0;
}

uint64_t board_change(const struct board *b)
{
    return __atomic_load_n(&b->h->change, __ATOMIC_ACQUIRE);
}

/* A record as it was at one moment. A writer that died in the middle leaves seq odd for ever: after many
 * tries the copy is given as it is (its bounds are checked all the same), a new writer brings a new board. */
static uint32_t seq_begin(const uint32_t *seq, unsigned *tries)
{
    uint32_t s = __atomic_load_n(seq, __ATOMIC_ACQUIRE);

    while ((s & 1) && ++*tries < BOARD_TEXT_TRIES)
        s = __atomic_load_n(seq, __ATOMIC_ACQUIRE);
    return s;
}

static bool seq_retry(const uint32_t *seq, uint32_t s, unsigned *tries)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(seq, __ATOMIC_RELAXED) != s && ++*tries < BOARD_TEXT_TRIES;
}

static void read_record(const uint32_t *seq, void *out, size_t size)
{
    unsigned tries = 0;
    uint32_t s;

    do {
        s = seq_begin(seq, &tries);
        memcpy(out, seq, size);
    } while (seq_retry(seq, s, &tries));
}

void board_read_program(const struct board *b, struct board_program *out)
{
    read_record(&b->h->program.seq, out, sizeof(*out));
    out->degraded[sizeof(out->degraded) - 1] = '\0';
}

static const struct board_check *check_at(const struct board *b, uint32_t idx)
{
    BUG_ON(idx >= b->h->n_checks);
    return (const struct board_check *)at(b, b->h->off_checks) + idx;
}

void board_read_check(const struct board *b, uint32_t idx, struct board_check *out)
{
    read_record(&check_at(b, idx)->seq, out, sizeof(*out));
}

/* The n bytes at off of the arena, or nothing if that is not inside it. */
static struct str arena_slice(const struct board *b, uint64_t off, uint64_t n)
{
    if (off > b->h->arena_size || n > b->h->arena_size - off)
        return STR_NULL;
    return str_make(at(b, b->h->off_arena + off), n);
}

void board_read_check_text(const struct board *b, uint32_t idx, struct board_check *out,
                           struct board_text *text, struct buf *buf)
{
    const struct board_check *c = check_at(b, idx);
    unsigned tries = 0;
    uint64_t n;
    uint32_t s;

    do {
        s = seq_begin(&c->seq, &tries);
        memcpy(out, c, sizeof(*out));
        n = (uint64_t)out->output_len + out->long_len + out->perf_len + out->over_len;
        buf_clear(buf);
        buf_add_str(buf, arena_slice(b, out->text_off, n));
    } while (seq_retry(&c->seq, s, &tries));
    if (buf->len < n)
        out->output_len = out->long_len = out->perf_len = out->over_len = 0;
    text->output = str_make(buf->data, out->output_len);
    text->long_output = str_make(buf->data + out->output_len, out->long_len);
    text->perfdata = str_make(buf->data + out->output_len + out->long_len, out->perf_len);
    text->over = str_make(text->perfdata.p + out->perf_len, out->over_len);
}

void board_read_contact(const struct board *b, uint32_t idx, struct board_contact *out, struct buf *buf)
{
    const struct board_contact *c = (const struct board_contact *)at(b, b->h->off_contacts) + idx;
    unsigned tries = 0;
    uint32_t s;

    BUG_ON(idx >= b->h->n_contacts);
    do {
        s = seq_begin(&c->seq, &tries);
        memcpy(out, c, sizeof(*out));
        if (!buf)
            continue;
        buf_clear(buf);
        buf_add_str(buf, arena_slice(b, out->text_off, out->over_len));
    } while (seq_retry(&c->seq, s, &tries));
}

uint32_t board_comments_high(const struct board *b)
{
    uint32_t n = __atomic_load_n(&b->h->high_comments, __ATOMIC_ACQUIRE);

    return MIN(n, b->h->cap_comments);
}

uint32_t board_downtimes_high(const struct board *b)
{
    uint32_t n = __atomic_load_n(&b->h->high_downtimes, __ATOMIC_ACQUIRE);

    return MIN(n, b->h->cap_downtimes);
}

static void note_slices(struct board_note *note, struct buf *buf, uint32_t *author_len, uint32_t *text_len)
{
    if (buf->len < (uint64_t)*author_len + *text_len)
        *author_len = *text_len = 0;
    note->author = str_make(buf->data, *author_len);
    note->text = str_make(buf->data + *author_len, *text_len);
}

bool board_read_comment(const struct board *b, uint32_t slot, struct board_comment *out,
                        struct board_note *note, struct buf *buf)
{
    const struct board_comment *c = (const struct board_comment *)at(b, b->h->off_comments) + slot;
    unsigned tries = 0;
    uint32_t s;

    BUG_ON(slot >= b->h->cap_comments);
    do {
        s = seq_begin(&c->seq, &tries);
        memcpy(out, c, sizeof(*out));
        buf_clear(buf);
        buf_add_str(buf, arena_slice(b, out->text_off, (uint64_t)out->author_len + out->text_len));
    } while (seq_retry(&c->seq, s, &tries));
    note_slices(note, buf, &out->author_len, &out->text_len);
    return out->id && out->idx < b->h->n_checks;
}

bool board_read_downtime(const struct board *b, uint32_t slot, struct board_downtime *out,
                         struct board_note *note, struct buf *buf)
{
    const struct board_downtime *d = (const struct board_downtime *)at(b, b->h->off_downtimes) + slot;
    unsigned tries = 0;
    uint32_t s;

    BUG_ON(slot >= b->h->cap_downtimes);
    do {
        s = seq_begin(&d->seq, &tries);
        memcpy(out, d, sizeof(*out));
        buf_clear(buf);
        buf_add_str(buf, arena_slice(b, out->text_off, (uint64_t)out->author_len + out->text_len));
    } while (seq_retry(&d->seq, s, &tries));
    note_slices(note, buf, &out->author_len, &out->text_len);
    return out->id && out->idx < b->h->n_checks;
}
