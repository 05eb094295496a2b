/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_file.h"

#include "base/tlv.h"

#include <string.h>

#define WINDOW (192u * 1024) /* of 256 kB an allocator makes a mapping of its own, each time anew */
#define RESYNC_MAX                                                                                           \
    (64u * 1024) /* behind a damaged place no longer record is believed before its checksum was looked at */
#define FIRST_READ 1024u /* most records of a log are shorter */

void series_file_init(struct series_file *f, const struct series_header *h)
{
    *f = (struct series_file){.h = *h, .handle = -1};
    buf_init(&f->pending);
    buf_init(&f->top);
    series_name_put(f->name, h);
}

void series_file_close(struct series_file *f, const struct journal_io *io)
{
    if (f->handle >= 0)
        io->close(io->user, f->handle);
    f->handle = -1;
    buf_release(&f->top);
}

void series_file_release(struct series_file *f, const struct journal_io *io)
{
    series_file_close(f, io);
    buf_release(&f->pending);
    VEC_RELEASE(&f->seat);
}

int series_file_create(struct series_file *f, const struct journal_io *io)
{
    struct buf b = BUF_INIT;
    int r;

    f->handle = io->open(io->user, f->name, JOURNAL_CREATE);
    if (f->handle < 0) {
        r = f->handle;
        f->handle = -1;
        return r;
    }
    series_header_put(&b, &f->h);
    r = io->write(io->user, f->handle, 0, b.data, b.len);
    if (r == 0)
        r = io->sync(io->user, f->handle);
    if (r == 0)
        r = io->sync_names(io->user);
    f->size = f->synced = b.len;
    buf_release(&b);
    if (r == 0)
        return 0;
    series_file_close(f, io);
    io->unlink(io->user, f->name);
    return r;
}

/* n bytes at a place, from the disk or from what is pending; fewer only at the end. */
static int64_t read_at(struct series_file *f, const struct journal_io *io, uint64_t at, char *to, size_t n)
{
    uint64_t on_disk = f->size - f->pending.len;
    int64_t got = 0;

    if (at >= f->size)
        return 0;
    n = MIN(n, f->size - at);
    if (at < on_disk) {
        got = io->read(io->user, f->handle, at, to, (size_t)MIN(n, on_disk - at));
        if (got < 0)
            f->code = (int)got;
        if (got < 0 || (uint64_t)got < MIN(n, on_disk - at))
            return got;
    }
    if ((size_t)got < n)
        memcpy(to + got, f->pending.data + (at + (uint64_t)got - on_disk), n - (size_t)got);
    return (int64_t)n;
}

/* Appends to a buffer. */
static int64_t read_into(struct series_file *f, const struct journal_io *io, uint64_t at, size_t n,
                         struct buf *to)
{
    int64_t got;

    buf_reserve(to, n + 1);
    got = read_at(f, io, at, to->data + to->len, n);
    if (got > 0)
        to->len += (size_t)got;
    to->data[to->len] = '\0';
    return got;
}

int series_file_reach(struct series_file *f, const struct journal_io *io)
{
    int h;

    if (f->handle >= 0)
        return 0;
    h = io->open(io->user, f->name, f->h.form == SERIES_LOG ? JOURNAL_WRITE : JOURNAL_READ);
    if (h == E_NOSPC || h == E_PERM)
        h = io->open(io->user, f->name, JOURNAL_READ);
    if (h < 0)
        return h;
    f->handle = h;
    return 0;
}

static int read_end(struct series_file *f, const struct journal_io *io)
{
    char bytes[SERIES_END];

    if (f->size < SERIES_HEADER + SERIES_END ||
        read_at(f, io, f->size - SERIES_END, bytes, SERIES_END) != SERIES_END)
        return E_FORMAT;
    if (series_end_get(str_make(bytes, SERIES_END), f->h.nonce, &f->end) < 0 || f->end.top > f->size ||
        f->end.top_bytes > SERIES_BODY_MAX + SERIES_HEAD_BYTES || f->end.top_bytes > f->size - f->end.top)
        return E_FORMAT;
    return 0;
}

int series_file_open(struct series_file *f, const struct journal_io *io, uint32_t site, struct err *err)
{
    struct series_header h;
    char bytes[SERIES_HEADER];
    int64_t got;
    int r = series_file_reach(f, io);

    if (r < 0)
        return err_set(err, r, "%s cannot be opened", f->name);
    got = io->size(io->user, f->handle);
    if (got < 0)
        return err_set(err, (int)got, "%s cannot be read", f->name);
    f->size = f->synced = (uint64_t)got;
    got = read_at(f, io, 0, bytes, SERIES_HEADER);
    if (got < 0)
        return err_set(err, (int)got, "%s cannot be read", f->name);
    r = series_header_get(str_make(bytes, (size_t)got), &h, err);
    if (r < 0) {
        err_prefix(err, "%s: ", f->name);
        return r;
    }
    if (h.class != f->h.class || h.form != f->h.form || h.start_us != f->h.start_us ||
        h.generation != f->h.generation)
        return err_set(err, E_FORMAT, "%s: its header is that of another file", f->name);
    if (h.site != site)
        return err_set(err, E_INVAL, "%s belongs to site %u, and this is site %u", f->name, h.site, site);
    f->h = h;
    if (h.form != SERIES_LOG && read_end(f, io) < 0)
        return err_set(err, E_FORMAT, "%s has no end", f->name);
    return 0;
}

/* ---- reading all ---- */

void series_scan_init(struct series_scan *s, struct series_file *f, const struct journal_io *io)
{
    *s = (struct series_scan){.io = io, .file = f, .from = SERIES_HEADER, .whole = SERIES_HEADER};
    buf_init(&s->window);
}

void series_scan_release(struct series_scan *s)
{
    buf_release(&s->window);
}

/* More bytes behind those that are there; false: there are none. */
static bool fill(struct series_scan *s, size_t want)
{
    buf_drop_front(&s->window, s->at);
    s->from += s->at;
    s->at = 0;
    return read_into(s->file, s->io, s->from + s->window.len, MAX(WINDOW, want), &s->window) > 0;
}

static int take(struct series_scan *s, uint64_t *at, size_t size)
{
    *at = s->from + s->at;
    s->at += size;
    s->whole = *at + size;
    s->places += s->skipped != 0;
    s->lost += s->skipped;
    s->skipped = 0;
    return 1;
}

int series_scan_next(struct series_scan *s, struct series_record *r, uint64_t *at)
{
    for (;;) {
        size_t size, limit = s->skipped ? RESYNC_MAX : SERIES_BODY_MAX + SERIES_HEAD_BYTES;
        struct str rest = str_sub(buf_str(&s->window), s->at, SIZE_MAX);
        int got = series_record_get(str_sub(rest, 0, limit), s->file->h.nonce, r, &size);

        if (got == 1)
            return take(s, at, size);
        if (got != E_FORMAT && size <= limit && fill(s, size))
            continue;
        if (got == 0)
            return 0;
        s->at++;
        s->skipped++;
    }
}

/* ---- writing a log ---- */

struct series_seat *series_file_seat(struct series_file *f, size_t id)
{
    if (id >= f->seat.cap) {
        f->seat.cap = id + id / 8 + 64;
        f->seat.at = mem_realloc_array(f->seat.at, f->seat.cap, sizeof(f->seat.at[0]));
    }
    while (f->seat.n <= id)
        *VEC_ADD(&f->seat) = (struct series_seat){.number = 0};
    return &f->seat.at[id];
}

static void append_name(struct series_file *f, struct series_seat *seat, const struct series_key *k)
{
    struct buf head = BUF_INIT;

    seat->number = ++f->numbers;
    tlv_put_varint(&head, seat->number - 1);
    series_key_put(&head, k);
    f->size += series_record_put(&f->pending, f->h.nonce, SERIES_R_NAME, buf_str(&head), STR_NULL);
    buf_release(&head);
}

int series_file_append(struct series_file *f, size_t id, const struct series_key *k, struct str chunk)
{
    struct series_seat *seat = series_file_seat(f, id);
    unsigned char head[2 * TLV_VARINT_MAX];
    uint64_t at;
    size_t n;

    if (f->size + 2u * SERIES_BODY_MAX > UINT32_MAX)
        return E_LIMIT;
    if (!seat->number)
        append_name(f, seat, k);
    at = f->size;
    n = tlv_varint(head, seat->number - 1);
    n += tlv_varint(head + n, seat->tail ? at - seat->tail : 0);
    f->size += series_record_put(&f->pending, f->h.nonce, SERIES_R_CHUNK, str_make((char *)head, n), chunk);
    seat->tail = (uint32_t)at;
    f->chunks++;
    return 0;
}

int series_file_write(struct series_file *f, const struct journal_io *io)
{
    int r;

    if (!f->pending.len)
        return 0;
    r = series_file_reach(f, io);
    if (r == 0)
        r = io->write(io->user, f->handle, f->size - f->pending.len, f->pending.data, f->pending.len);
    if (r == 0)
        buf_clear(&f->pending);
    return r;
}

int series_file_sync(struct series_file *f, const struct journal_io *io)
{
    int r = series_file_write(f, io);

    if (r < 0 || f->synced == f->size)
        return r;
    r = io->sync(io->user, f->handle);
    if (r == 0)
        f->synced = f->size;
    return r;
}

int series_file_truncate(struct series_file *f, const struct journal_io *io, uint64_t size)
{
    int r = io->truncate(io->user, f->handle, size);

    if (r == 0)
        r = io->sync(io->user, f->handle);
    if (r == 0)
        f->size = f->synced = size;
    return r;
}

/* ---- reading one series ---- */

/* Times outside of the partition are damage that no checksum saw: nothing may count with them. */
static bool within(const struct series_header *h, int64_t us)
{
    return us >= h->start_us && us < h->start_us + series_partition_us(h->class);
}

static void found_add(struct series_found *found, struct str chunk, const struct series_header *h)
{
    size_t samples = found->samples ? found->samples->n : 0, buckets = found->buckets ? found->buckets->n : 0;
    int r = found->samples ? series_chunk_get(found->room, chunk, h->start_us, found->samples)
                           : series_chunk_get_buckets(found->room, chunk, h->start_us, found->buckets);
    bool fine = r == 0;

    for (size_t i = samples; fine && found->samples && i < found->samples->n; i++)
        fine = within(h, found->samples->at[i].us);
    for (size_t i = buckets; fine && found->buckets && i < found->buckets->n; i++)
        fine = within(h, found->buckets->at[i].us);
    if (fine)
        return;
    found->damaged++;
    if (found->samples)
        found->samples->n = samples;
    if (found->buckets)
        found->buckets->n = buckets;
}

/* The record at a place into b. */
static int read_record(struct series_file *f, const struct journal_io *io, uint64_t at, struct buf *b,
                       struct series_record *r)
{
    size_t size = 0;
    int got;

    buf_clear(b);
    if (read_into(f, io, at, FIRST_READ, b) < 0)
        return E_IO;
    got = series_record_get(buf_str(b), f->h.nonce, r, &size);
    if (got == E_AGAIN && size > b->len && read_into(f, io, at + b->len, size - b->len, b) > 0)
        got = series_record_get(buf_str(b), f->h.nonce, r, &size);
    return got == 1 ? 0 : E_FORMAT;
}

struct piece {
    size_t at, n; /* in the buffer */
};
typedef VEC(struct piece) pieces;

/* The chunks of a number into b, the last one first. False: the chain is broken. */
static bool follow_chain(struct series_file *f, const struct journal_io *io, const struct series_seat *seat,
                         pieces *p, struct buf *b)
{
    struct buf one = BUF_INIT;
    uint64_t at = seat->tail;

    while (at) {
        struct series_record r;
        struct series_chunk_head c;

        if (read_record(f, io, at, &one, &r) < 0 || r.kind != SERIES_R_CHUNK ||
            !series_chunk_head_get(r.body, &c) || c.number + 1 != seat->number || c.back > at)
            break;
        *VEC_ADD(p) = (struct piece){b->len, c.chunk.n};
        buf_add_str(b, c.chunk);
        at = c.back ? at - c.back : 0;
    }
    buf_release(&one);
    return !at;
}

static void get_by_scan(struct series_file *f, const struct journal_io *io, uint64_t number,
                        struct series_found *found)
{
    struct series_scan s;
    struct series_record r;
    struct series_chunk_head c;
    uint64_t at;

    series_scan_init(&s, f, io);
    while (series_scan_next(&s, &r, &at) > 0)
        if (r.kind == SERIES_R_CHUNK && series_chunk_head_get(r.body, &c) && c.number == number)
            found_add(found, c.chunk, &f->h);
    found->damaged += s.places + (s.skipped != 0);
    series_scan_release(&s);
}

static void get_from_log(struct series_file *f, const struct journal_io *io, size_t id,
                         struct series_found *found)
{
    const struct series_seat *seat = id < f->seat.n ? &f->seat.at[id] : NULL;
    struct buf b = BUF_INIT;
    pieces p = {.n = 0};

    if (!seat || !seat->tail)
        return;
    if (follow_chain(f, io, seat, &p, &b))
        for (size_t i = p.n; i-- > 0;)
            found_add(found, str_make(b.data + p.at[i].at, p.at[i].n), &f->h);
    else
        get_by_scan(f, io, seat->number - 1, found);
    VEC_RELEASE(&p);
    buf_release(&b);
}

struct want {
    uint64_t oid;
    bool all; /* whatever the hash */
    uint32_t hash;
    VEC(struct series_place) place;
};

static bool is_wanted(void *user, const struct series_place *p)
{
    struct want *w = user;

    if (w->all || p->hash == w->hash)
        *VEC_ADD(&w->place) = *p;
    return true;
}

/* Records of the wanted key within bytes of WHOLE records. False: something is damaged. */
static bool whole_records(struct series_file *f, struct str bytes, const struct series_key *k,
                          struct series_found *found)
{
    struct series_record r;
    struct series_key is;
    size_t size;
    int got;

    while ((got = series_record_get(bytes, f->h.nonce, &r, &size)) == 1) {
        bytes = str_sub(bytes, size, SIZE_MAX);
        if (r.kind == SERIES_R_WHOLE && series_key_get(&r.body, &is) && series_key_eq(&is, k))
            found_add(found, r.body, &f->h);
    }
    return got == 0;
}

static void whole_by_scan(struct series_file *f, const struct journal_io *io, const struct series_key *k,
                          struct series_found *found)
{
    struct series_scan s;
    struct series_record r;
    struct series_key is;
    uint64_t at;

    series_scan_init(&s, f, io);
    while (series_scan_next(&s, &r, &at) > 0)
        if (r.kind == SERIES_R_WHOLE && series_key_get(&r.body, &is) && series_key_eq(&is, k))
            found_add(found, r.body, &f->h);
    found->damaged += s.places + (s.skipped != 0);
    series_scan_release(&s);
}

/* The pages that may hold the key, and what in them does. False: one cannot be read. */
static bool find_places(struct series_file *f, const struct journal_io *io, struct buf *b, struct want *w)
{
    struct series_record r;
    uint64_t at = 0, bytes = 0;
    struct str rest;
    size_t size;
    int got;

    if (!f->top.len && read_into(f, io, f->end.top, f->end.top_bytes, &f->top) != (int64_t)f->end.top_bytes)
        return false;
    if (series_record_get(buf_str(&f->top), f->h.nonce, &r, &size) != 1 || r.kind != SERIES_R_TOP ||
        series_top_find(r.body, w->oid, &at, &bytes) < 0)
        return false;
    if (!bytes)
        return true;
    if (at > f->size || bytes > f->size - at || read_into(f, io, at, bytes, b) != (int64_t)bytes)
        return false;
    rest = buf_str(b);
    while ((got = series_record_get(rest, f->h.nonce, &r, &size)) == 1) {
        rest = str_sub(rest, size, SIZE_MAX);
        if (r.kind != SERIES_R_PAGE || series_page_each(r.body, w->oid, is_wanted, w) < 0)
            return false;
    }
    return got == 0;
}

static void get_from_whole(struct series_file *f, const struct journal_io *io, const struct series_key *k,
                           struct series_found *found)
{
    struct want w = {.oid = k->oid, .hash = series_key_hash(k)};
    struct buf b = BUF_INIT;
    bool fine = find_places(f, io, &b, &w);

    for (size_t i = 0; i < w.place.n && fine; i++) {
        const struct series_place *p = &w.place.at[i];

        buf_clear(&b);
        fine = p->at <= f->size && p->bytes <= f->size - p->at &&
               read_into(f, io, p->at, p->bytes, &b) == (int64_t)p->bytes;
        if (fine && !whole_records(f, buf_str(&b), k, found))
            found->damaged++;
    }
    if (!fine)
        whole_by_scan(f, io, k, found);
    VEC_RELEASE(&w.place);
    buf_release(&b);
}

static void keys_by_scan(struct series_file *f, const struct journal_io *io, uint64_t oid,
                         void (*each)(void *user, const struct series_key *k), void *user)
{
    struct series_scan s;
    struct series_record r;
    struct series_key k;
    uint64_t at;

    series_scan_init(&s, f, io);
    while (series_scan_next(&s, &r, &at) > 0)
        if (r.kind == SERIES_R_WHOLE && series_key_get(&r.body, &k) && k.oid == oid)
            each(user, &k);
    series_scan_release(&s);
}

int series_file_keys(struct series_file *f, const struct journal_io *io, uint64_t oid,
                     void (*each)(void *user, const struct series_key *k), void *user)
{
    struct want w = {.oid = oid, .all = true};
    struct buf b = BUF_INIT;
    int r = series_file_reach(f, io);
    bool fine;

    if (r < 0)
        return r;
    f->code = 0;
    fine = find_places(f, io, &b, &w);
    for (size_t i = 0; i < w.place.n && fine; i++) {
        struct series_record one;
        struct series_key k;

        fine = read_record(f, io, w.place.at[i].at, &b, &one) == 0 && series_key_get(&one.body, &k);
        if (fine && k.oid == oid)
            each(user, &k);
    }
    if (!fine)
        keys_by_scan(f, io, oid, each, user);
    VEC_RELEASE(&w.place);
    buf_release(&b);
    return f->code;
}

int series_file_key(struct series_file *f, const struct journal_io *io, uint64_t at, struct buf *b,
                    struct series_key *k)
{
    struct series_record r;
    int got = read_record(f, io, at, b, &r);

    if (got == 0 && (r.kind != SERIES_R_WHOLE || !series_key_get(&r.body, k)))
        got = E_FORMAT;
    return got;
}

/* The pages stand behind one another, from where TOP says to TOP itself. */
int series_file_places(struct series_file *f, const struct journal_io *io,
                       bool (*each)(void *user, const struct series_place *p), void *user)
{
    struct buf b = BUF_INIT;
    struct series_record r;
    uint64_t first;
    struct str rest;
    size_t size;
    int got = E_FORMAT;

    f->code = 0;
    if (read_into(f, io, f->end.top, f->end.top_bytes, &b) == (int64_t)f->end.top_bytes &&
        series_record_get(buf_str(&b), f->h.nonce, &r, &size) == 1 && r.kind == SERIES_R_TOP &&
        tlv_get_varint(&r.body, &first) && first <= f->end.top) {
        buf_clear(&b);
        if (read_into(f, io, first, (size_t)(f->end.top - first), &b) == (int64_t)(f->end.top - first))
            got = 0;
    }
    rest = buf_str(&b);
    while (got == 0 && rest.n) {
        if (series_record_get(rest, f->h.nonce, &r, &size) != 1 || r.kind != SERIES_R_PAGE)
            got = E_FORMAT;
        else
            got = series_page_each(r.body, 0, each, user);
        rest = str_sub(rest, size, SIZE_MAX);
    }
    buf_release(&b);
    return f->code < 0 ? f->code : got;
}

int series_file_get(struct series_file *f, const struct journal_io *io, size_t id, const struct series_key *k,
                    struct series_found *found)
{
    int r = series_file_reach(f, io);

    if (r < 0)
        return r;
    f->code = 0;
    if (f->h.form == SERIES_LOG)
        get_from_log(f, io, id, found);
    else
        get_from_whole(f, io, k, found);
    return f->code;
}
