/* SPDX-License-Identifier: Apache-2.0 */
#include "db/journal_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW (1024u * 1024) /* bytes read at a time; more than one record */
#define BLOCK  4096u          /* what a disk gives or not */
#define TRIES  3              /* of a read that fails, where nobody can wait */

static bool hex_u64(const char *p, uint64_t *out)
{
    *out = 0;
    for (int i = 0; i < 16; i++) {
        char c = p[i];

        if (c >= '0' && c <= '9')
            *out = *out << 4 | (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            *out = *out << 4 | (uint64_t)(c - 'a' + 10);
        else
            return false;
    }
    return true;
}

void journal_name(char *out, uint64_t first_seq, uint32_t ordinal)
{
    if (ordinal)
        snprintf(out, JOURNAL_NAME, "%016llx-%u.vj", (unsigned long long)first_seq, ordinal);
    else
        snprintf(out, JOURNAL_NAME, "%016llx.vj", (unsigned long long)first_seq);
}

bool journal_name_parse(const char *name, uint64_t *first_seq, uint32_t *ordinal)
{
    char back[JOURNAL_NAME];
    uint64_t k = 0;
    const char *dot;

    if (strlen(name) < 19 || strlen(name) >= JOURNAL_NAME || !hex_u64(name, first_seq))
        return false;
    dot = strchr(name, '.');
    if (dot && name[16] == '-' && !str_to_u64(str_make(name + 17, (size_t)(dot - name) - 17), &k))
        return false;
    *ordinal = (uint32_t)k;
    journal_name(back, *first_seq, *ordinal);
    return strcmp(back, name) == 0;
}

static void add_name(void *user, const char *name)
{
    struct journal_list *l = user;
    struct journal_segment *s;
    uint64_t first;
    uint32_t ordinal;

    if (!journal_name_parse(name, &first, &ordinal))
        return;
    s = VEC_ADD(&l->v);
    s->first_seq = first;
    s->ordinal = ordinal;
    memcpy(s->name, name, strlen(name) + 1);
}

static int by_seq(const void *a, const void *b)
{
    const struct journal_segment *x = a, *y = b;

    if (x->first_seq != y->first_seq)
        return x->first_seq < y->first_seq ? -1 : 1;
    return x->ordinal < y->ordinal ? -1 : x->ordinal > y->ordinal;
}

/* The place of the header, how much there is of it. A copy that the disk does not give is left empty: the other one is as good. */
static size_t read_area(const struct journal_io *io, int h, char *area)
{
    size_t all = 0;

    memset(area, 0, SEGMENT_BODY);
    for (size_t at = 0; at < SEGMENT_BODY; at += SEGMENT_HEADER) {
        int64_t n = E_IO;

        for (int i = 0; i < TRIES && n < 0; i++)
            n = io->read(io->user, h, at, area + at, SEGMENT_HEADER);
        if (n < 0)
            n = SEGMENT_HEADER;
        all = n ? at + (size_t)n : all;
    }
    return all;
}

static int read_header(struct journal_segment *s, const struct journal_io *io, struct err *err)
{
    char area[SEGMENT_BODY];
    struct err why = ERR_INIT;
    int h = E_IO, r;
    int64_t size;
    size_t n;

    for (int i = 0; i < TRIES && h < 0; i++)
        h = io->open(io->user, s->name, JOURNAL_READ);
    if (h < 0) {
        s->refused = h;
        return 0;
    }
    n = read_area(io, h, area);
    size = io->size(io->user, h);
    io->close(io->user, h);
    if (size < 0) {
        s->refused = E_IO;
        return 0;
    }
    s->size = (uint64_t)size;
    r = segment_header_get(str_make(area, n), &s->head, &why);
    if (r == E_INVAL)
        return err_set(err, E_INVAL, "journal segment %s: %s", s->name, why.text);
    s->whole = r == 0 && s->head.first_seq == s->first_seq;
    return 0;
}

static void set_hollow_aside(struct journal_list *l)
{
    size_t n = 0;

    for (size_t i = 0; i < l->v.n; i++) {
        const struct journal_segment s = l->v.at[i];

        if (!s.whole && !s.refused && s.size <= SEGMENT_BODY)
            *VEC_ADD(&l->hollow) = s;
        else
            l->v.at[n++] = s;
    }
    l->v.n = n;
}

int journal_list_read(struct journal_list *l, const struct journal_io *io, struct err *err)
{
    int r = io->list(io->user, add_name, l);

    if (r < 0)
        return err_set(err, r, "the journal folder cannot be read: %s", err_name(r));
    if (l->v.n)
        qsort(l->v.at, l->v.n, sizeof(l->v.at[0]), by_seq);
    for (size_t i = 0; i < l->v.n && r == 0; i++)
        r = read_header(&l->v.at[i], io, err);
    set_hollow_aside(l);
    return r;
}

void journal_list_release(struct journal_list *l)
{
    VEC_RELEASE(&l->v);
    VEC_RELEASE(&l->hollow);
}

uint64_t journal_list_begins(const struct journal_list *l)
{
    for (size_t i = 0; i < l->v.n; i++)
        if (l->v.at[i].whole)
            return l->v.at[i].first_seq;
    return UINT64_MAX;
}

void journal_reader_init(struct journal_reader *rd, const struct journal_io *io,
                         const struct journal_list *list, size_t from, size_t to)
{
    *rd = (struct journal_reader){.io = io,
                                  .list = list,
                                  .segment = from,
                                  .last = MIN(to, list->v.n),
                                  .handle = -1,
                                  .stop = UINT64_MAX};
    buf_init(&rd->window);
    if (from < list->v.n)
        rd->expect = list->v.at[from].first_seq;
}

bool journal_reader_init_at(struct journal_reader *rd, const struct journal_io *io,
                            const struct journal_list *list, const struct journal_stand *stand)
{
    for (size_t i = list->v.n; stand->at.offset && i-- > 0;) {
        if (list->v.at[i].first_seq != stand->at.first_seq || list->v.at[i].ordinal != stand->at.ordinal)
            continue;
        journal_reader_init(rd, io, list, i, list->v.n);
        rd->begin = stand->at.offset;
        rd->expect = stand->expect;
        return true;
    }
    return false;
}

static void leave(struct journal_reader *rd)
{
    if (rd->handle >= 0)
        rd->io->close(rd->io->user, rd->handle);
    rd->handle = -1;
    rd->bad = 0;
    buf_clear(&rd->window);
}

void journal_reader_release(struct journal_reader *rd)
{
    leave(rd);
    buf_release(&rd->window);
}

static const struct journal_segment *current(const struct journal_reader *rd)
{
    return &rd->list->v.at[rd->segment];
}

void journal_reader_stand(const struct journal_reader *rd, struct journal_stand *out)
{
    *out = (struct journal_stand){.expect = rd->read_expect};
    if (rd->read_at)
        out->at = (struct journal_place){rd->list->v.at[rd->read_segment].first_seq,
                                         rd->list->v.at[rd->read_segment].ordinal, rd->read_at};
}

void journal_damage_all(struct journal_damage *d, uint64_t known)
{
    *d = (struct journal_damage){.places = 1, .lost = known, .n_hole = 1, .hole = {{.from = 1, .n = known}}};
    snprintf(d->first, sizeof(d->first),
             "no segment is there: records 1 to %llu, as far as they were kept, are lost",
             (unsigned long long)known);
}

/* Holes that find no room, and begin with numbers from..to: were they counted already? */
static bool is_more(struct journal_damage *d, uint64_t from, uint64_t to)
{
    if (d->more_to && from >= d->more_from && to <= d->more_to)
        return false;
    d->more_from = d->more_to ? MIN(d->more_from, from) : from;
    d->more_to = MAX(d->more_to, to);
    return true;
}

bool journal_damage_has(const struct journal_damage *d, uint64_t from)
{
    for (unsigned i = 0; i < d->n_hole; i++)
        if (d->hole[i].from == from)
            return true;
    return false;
}

void journal_damage_add(struct journal_damage *to, const struct journal_damage *from)
{
    uint64_t named = 0;

    if (from->places && !to->places)
        memcpy(to->first, from->first, sizeof(to->first));
    for (unsigned i = 0; i < from->n_hole; i++) {
        const struct journal_hole *h = &from->hole[i];

        named += h->n;
        if (journal_damage_has(to, h->from))
            continue;
        if (to->n_hole < JOURNAL_HOLES)
            to->hole[to->n_hole++] = *h;
        else if (!is_more(to, h->from, h->from))
            continue;
        to->lost += h->n;
        to->places++;
    }
    if (from->places > from->n_hole && is_more(to, from->more_from, from->more_to)) {
        to->lost += from->lost - MIN(named, from->lost);
        to->places += from->places - from->n_hole;
    }
}

static void note_hole_from(struct journal_reader *rd, uint64_t from, uint64_t n)
{
    struct journal_damage *d = &rd->damage;

    if (d->n_hole < JOURNAL_HOLES)
        d->hole[d->n_hole++] = (struct journal_hole){.from = from, .n = n, .after = rd->read_time};
    else
        is_more(d, from, from);
}

static void note_damage(struct journal_reader *rd, uint64_t at, uint64_t lost, const char *what)
{
    struct journal_damage *d = &rd->damage;

    note_hole_from(rd, rd->expect, lost);

    if (d->places++ == 0)
        snprintf(d->first, sizeof(d->first), "%s:%llu: %s", current(rd)->name, (unsigned long long)at, what);
    d->lost += lost;
}

/* Numbers that should have been there before the segment that begins now. */
static void note_hole(struct journal_reader *rd)
{
    const struct journal_segment *s = current(rd);

    if (rd->expect && s->first_seq > rd->expect)
        note_damage(rd, 0, s->first_seq - rd->expect, "records before this segment are missing");
}

/* What cannot be opened is passed over; its numbers are said, as far as the next segment tells them. */
static void pass_over(struct journal_reader *rd)
{
    const struct journal_segment *s = current(rd);
    uint64_t next = rd->segment + 1 < rd->list->v.n ? s[1].first_seq : 0;
    bool known = next > s->first_seq && next - s->first_seq < JOURNAL_NUMBERS_MOST;
    char what[160];

    if (!s->refused) {
        note_damage(rd, 0, 0, "both copies of the header are damaged, nothing in this segment can be read");
        return;
    }
    note_hole(rd);
    if (known)
        snprintf(what, sizeof(what), "it cannot be opened (%s): records %llu to %llu are lost",
                 err_name(s->refused), (unsigned long long)s->first_seq, (unsigned long long)next - 1);
    else
        snprintf(what, sizeof(what), "it cannot be opened (%s): records from %llu on are lost",
                 err_name(s->refused), (unsigned long long)s->first_seq);
    note_damage(rd, 0, known ? next - s->first_seq : 0, what);
    rd->expect = MAX(rd->expect, next);
}

static int enter(struct journal_reader *rd, struct err *err)
{
    const struct journal_segment *s = current(rd);

    note_hole(rd);
    rd->at = rd->window_at = rd->begin ? rd->begin : SEGMENT_BODY;
    rd->window_eof = false;
    rd->expect = MAX(s->first_seq, rd->expect);
    rd->end = rd->segment + 1 < rd->list->v.n ? s[1].first_seq : UINT64_MAX;
    rd->handle = rd->io->open(rd->io->user, s->name, JOURNAL_READ);
    if (rd->handle < 0) {
        rd->failed = rd->at;
        return err_set(err, E_IO, "journal segment %s cannot be opened: %s", s->name, err_name(rd->handle));
    }
    rd->begin = 0;
    return 0;
}

/* How many of n bytes from offset `at` may be read: none behind where the caller said to stop. */
static size_t readable(const struct journal_reader *rd, uint64_t at, size_t n)
{
    if (rd->segment + 1 < rd->list->v.n || at + n <= rd->stop)
        return n;
    return at < rd->stop ? (size_t)(rd->stop - at) : 0;
}

/* As far as the disk gives it: rd->bad says where it does not, if anywhere. */
static size_t read_some(struct journal_reader *rd, uint64_t at, char *to, size_t n)
{
    int64_t got = rd->io->read(rd->io->user, rd->handle, at, to, n);
    size_t have = 0, part;

    rd->bad = 0;
    if (got >= 0)
        return (size_t)got;
    while (have < n) {
        part = MIN(BLOCK - (size_t)((at + have) % BLOCK), n - have);
        got = rd->io->read(rd->io->user, rd->handle, at + have, to + have, part);
        if (got < 0)
            rd->bad = at + have;
        if (got <= 0)
            break;
        have += (size_t)got;
    }
    return have;
}

/* The bytes from file offset `at` on: at least one greatest record, or all up to the end of the file, or to rd->bad. */
static struct str window(struct journal_reader *rd, uint64_t at)
{
    size_t want, n;

    if (at < rd->window_at || at > rd->window_at + rd->window.len) {
        buf_clear(&rd->window);
        rd->window_at = at;
        rd->window_eof = false;
        rd->bad = 0;
    }
    if (!rd->window_eof && !rd->bad &&
        rd->window_at + rd->window.len - at < SEGMENT_RECORD_HEADER + SEGMENT_PAYLOAD_MAX) {
        buf_drop_front(&rd->window, (size_t)(at - rd->window_at));
        rd->window_at = at;
        want = readable(rd, at + rd->window.len, WINDOW - rd->window.len);
        buf_reserve(&rd->window, want);
        n = read_some(rd, at + rd->window.len, rd->window.data + rd->window.len, want);
        rd->window_eof = !rd->bad && n < WINDOW - rd->window.len;
        rd->window.len += n;
        rd->window.data[rd->window.len] = 0;
    }
    return str_sub(buf_str(&rd->window), (size_t)(at - rd->window_at), SIZE_MAX);
}

/* What is wanted goes on where the disk cannot be read. It is tried again when it is asked for again. */
static int unreadable(struct journal_reader *rd, struct err *err)
{
    rd->failed = rd->bad;
    rd->bad = 0;
    return err_set(err, E_IO, "%s:%llu: the disk cannot be read", current(rd)->name,
                   (unsigned long long)rd->failed);
}

/* The record at file offset `at`: 1, 0 at the end of the file, E_FORMAT, E_IO. */
static int record_at(struct journal_reader *rd, uint64_t at, struct segment_record *r, size_t *size,
                     struct err *err)
{
    int got = segment_record_get(window(rd, at), current(rd)->head.nonce, r, size);

    if ((got == 0 || got == E_AGAIN) && rd->bad)
        return unreadable(rd, err);
    return got == E_AGAIN ? E_FORMAT : got; /* cut off by the end of the file */
}

/* May a record found by search be what follows? Its number must not go back. */
static bool plausible(const struct journal_reader *rd, const struct segment_record *r)
{
    return r->seq + (r->flags & SEGMENT_CHECKPOINT ? 1 : 0) >= rd->expect && r->seq < rd->end;
}

/* Is there a whole record at `at` that may follow? As record_at; the checksum, which is dear, comes last. */
static int probe(struct journal_reader *rd, uint64_t at, struct segment_record *r, size_t *size,
                 struct err *err)
{
    struct str s = window(rd, at);
    int got = segment_record_peek(s, r, size);

    if (got == 0 && rd->bad)
        return unreadable(rd, err);
    if (got != 1)
        return got == E_AGAIN ? E_FORMAT : got;
    return plausible(rd, r) ? segment_record_get(s, current(rd)->head.nonce, r, size) : E_FORMAT;
}

/* Where to look on behind a place that cannot be read, 0: nowhere. In wider and wider steps, because a disk may take seconds for each try. */
static uint64_t behind_bad(const struct journal_reader *rd, uint64_t *step)
{
    int64_t size = rd->io->size(rd->io->user, rd->handle);
    uint64_t to = rd->failed / BLOCK * BLOCK + *step;

    *step *= 2;
    return size > 0 && readable(rd, to, 1) && to < (uint64_t)size ? to : 0;
}

/* From offset `at`, where no record is: the offset of the next whole one that may follow, and whether a batch that was begun after the damage
 * follows it (then the damage had been synced). 1: found, 0: none, E_IO. A reader that skips is content with the first. */
static int search(struct journal_reader *rd, uint64_t at, uint64_t *found, bool *synced, struct err *err)
{
    uint64_t step = BLOCK;
    struct segment_record r;
    size_t size;
    int got, any = 0;

    *synced = false;
    while (!*synced && (got = probe(rd, at, &r, &size, err)) != 0) {
        if (got == E_IO && !rd->skipping)
            return E_IO;
        if (got == E_IO)
            at = behind_bad(rd, &step);
        else if (got != 1)
            at++;
        if (at == 0)
            break;
        if (got != 1)
            continue;
        if (!any)
            *found = at;
        any = 1;
        *synced = r.flags & SEGMENT_BATCH || rd->skipping;
        at += size;
    }
    return any;
}

/* Reads on at a whole record behind damage that begins at `from`. 1, or E_IO. */
static int resume(struct journal_reader *rd, uint64_t from, uint64_t found, const char *what, struct err *err)
{
    struct segment_record r;
    size_t size;

    if (record_at(rd, found, &r, &size, err) != 1)
        return E_IO;
    note_damage(rd, from, r.seq + (r.flags & SEGMENT_CHECKPOINT ? 1 : 0) - rd->expect, what);
    rd->at = found;
    rd->expect = r.flags & SEGMENT_CHECKPOINT ? r.seq + 1 : r.seq;
    return 1;
}

/* The last segment ends here, and its numbers up to list->known had been synced. */
static void note_lacking(struct journal_reader *rd)
{
    uint64_t known = rd->list->known;
    char what[160];

    snprintf(what, sizeof(what),
             "the end is damaged or cut off: records %llu to %llu, which were on disk, are lost",
             (unsigned long long)rd->expect, (unsigned long long)known);
    note_damage(rd, rd->at, known + 1 - rd->expect, what);
    rd->lacks = rd->expect;
    rd->expect = known + 1;
}

void journal_reader_lacks(struct journal_reader *rd)
{
    size_t segment = rd->segment;

    rd->segment = rd->list->v.n - 1;
    note_lacking(rd);
    rd->segment = segment;
}

/* No record stands at rd->at. Steps over damage (1: read on), or ends the segment (0). */
static int step_over(struct journal_reader *rd, struct err *err)
{
    bool last = rd->segment + 1 == rd->list->v.n, known = last && rd->expect <= rd->list->known, synced;
    uint64_t found = 0;
    int got = search(rd, rd->at, &found, &synced, err);

    if (got == E_IO)
        return E_IO;
    if (last && !synced && !known) {
        rd->torn = true;
        return 0;
    }
    if (!got && known)
        note_lacking(rd);
    if (!got) {
        /* A segment that was left after a failed sync ends like this; the next one goes on without a hole. */
        return 0;
    }
    return resume(rd, rd->at, found, "damaged", err);
}

/* Of the record that was read: it ends the hole before it. */
static void note_time(struct journal_reader *rd, struct wall at)
{
    struct journal_damage *d = &rd->damage;

    if (d->n_hole && !d->hole[d->n_hole - 1].before.us)
        d->hole[d->n_hole - 1].before = at;
    rd->read_time = at;
}

/* One record of the current segment: 1, 0 at its end, E_IO. */
static int next_here(struct journal_reader *rd, struct journal_record *out, struct err *err)
{
    for (;;) {
        size_t size = 0;
        int got = record_at(rd, rd->at, &out->r, &size, err);

        if (got == 1 && out->r.seq >= rd->end)
            return 0;
        if (got == 1 && segment_in_order(&out->r, rd->expect)) {
            out->segment = rd->segment;
            out->offset = rd->at;
            out->size = size;
            rd->at += size;
            rd->expect = segment_next(&out->r, rd->expect);
            rd->read_segment = rd->segment;
            rd->cut = false;
            rd->read_at = rd->at;
            rd->read_expect = rd->expect;
            note_time(rd, out->r.at);
            return 1;
        }
        if (got == 0 || got == E_IO)
            return got;
        got = step_over(rd, err);
        if (got != 1)
            return got;
    }
}

int journal_reader_next(struct journal_reader *rd, struct journal_record *out, struct err *err)
{
    while (rd->segment < rd->last) {
        int got = 0;

        if (!current(rd)->whole) {
            pass_over(rd);
            rd->segment++;
            continue;
        }
        if (rd->handle < 0)
            got = enter(rd, err);
        if (got == 0)
            got = next_here(rd, out, err);
        if (got != 0)
            return got;
        /* at, expect and torn stay: the end of the last segment is where the writer goes on. */
        leave(rd);
        rd->segment++;
    }
    return 0;
}

void journal_reader_skip(struct journal_reader *rd)
{
    struct err err = ERR_INIT;
    uint64_t found = 0;
    bool synced;
    int got = 0;

    if (rd->segment >= rd->last)
        return;
    if (rd->handle >= 0) {
        uint64_t from = rd->failed;

        rd->skipping = true;
        got = search(rd, rd->at + 1, &found, &synced, &err);
        rd->skipping = false;
        if (got == 1 && resume(rd, from, found, "cannot be read", &err) == 1)
            return;
        rd->failed = from;
    }
    /* How many numbers that were is seen from where the next segment begins. */
    note_damage(rd, rd->failed, 0, "cannot be read, nor what stands behind it in this segment");
    rd->cut = true;
    leave(rd);
    rd->begin = 0;
    rd->segment++;
}

int journal_reader_next_whole(struct journal_reader *rd, struct journal_record *out)
{
    struct err err = ERR_INIT;
    int got;

    for (int i = 1; (got = journal_reader_next(rd, out, &err)) < 0; i++)
        if (i % TRIES == 0)
            journal_reader_skip(rd);
    return got;
}
