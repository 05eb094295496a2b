/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_read.h"

#include "base/tlv.h"
#include "db/series_int.h"
#include "db/series_roll.h"

#include <stdlib.h>
#include <string.h>

#define TRIES 16 /* listings, until one is as the one before */

/* ---- a disk that is only read ---- */

static int open_to_read(void *user, const char *name, enum journal_open_how how)
{
    const struct journal_io *io = &((struct series_reader *)user)->below;

    return how == JOURNAL_CREATE ? E_PERM : io->open(io->user, name, JOURNAL_READ);
}

static void close_it(void *user, int handle)
{
    const struct journal_io *io = &((struct series_reader *)user)->below;

    io->close(io->user, handle);
}

static int64_t size_of(void *user, int handle)
{
    const struct journal_io *io = &((struct series_reader *)user)->below;

    return io->size(io->user, handle);
}

static int64_t read_it(void *user, int handle, uint64_t at, void *to, size_t n)
{
    const struct journal_io *io = &((struct series_reader *)user)->below;

    return io->read(io->user, handle, at, to, n);
}

static int list_all(void *user, void (*each)(void *each_user, const char *name), void *each_user)
{
    const struct journal_io *io = &((struct series_reader *)user)->below;

    return io->list(io->user, each, each_user);
}

/* All that would write is missing: a call of it is a mistake of ours, and ends here. */
static void begin(struct series_reader *r)
{
    r->s = (struct series){.io = {.user = r,
                                  .open = open_to_read,
                                  .close = close_it,
                                  .size = size_of,
                                  .read = read_it,
                                  .list = list_all}};
    buf_init(&r->s.chunk);
    series_chunk_room_init(&r->s.room);
}

void series_read_init(struct series_reader *r, const struct journal_io *io)
{
    *r = (struct series_reader){.below = *io};
    begin(r);
}

static void forget(struct series_reader *r)
{
    series_release(&r->s);
    for (size_t i = 0; i < r->log.n; i++)
        VEC_RELEASE(&r->log.at[i].id);
    VEC_RELEASE(&r->log);
    map_release(&r->known);
    map_release(&r->seen);
    mem_free(r->by_oid);
    r->by_oid = NULL;
    r->n_by_oid = r->n_known = 0;
    r->any = r->suspect = false;
}

void series_read_release(struct series_reader *r)
{
    forget(r);
}

/* ---- the head ---- */

/* One that is being written has no header yet. */
static bool has_header(struct series_reader *r, int handle)
{
    char bytes[SERIES_HEADER];
    struct series_header h;

    return read_it(r, handle, 0, bytes, sizeof(bytes)) == sizeof(bytes) &&
           series_header_get(str_make(bytes, sizeof(bytes)), &h, NULL) == 0;
}

static bool get_head(struct series_reader *r, uint32_t number, struct buf *b)
{
    struct series_header h = {.form = SERIES_HEAD, .generation = number};
    char name[SERIES_NAME];
    int64_t size, got = -1;
    int handle;

    series_name_put(name, &h);
    handle = open_to_read(r, name, JOURNAL_READ);
    if (handle < 0)
        return false;
    size = has_header(r, handle) ? size_of(r, handle) : 0;
    buf_clear(b);
    if (size > 0 && size <= SERIES_HEAD_FILE_MAX) {
        buf_reserve(b, (size_t)size + 1);
        got = read_it(r, handle, 0, b->data, (size_t)size);
    }
    close_it(r, handle);
    b->len = got > 0 ? (size_t)got : 0;
    return series_header_get(buf_str(b), &h, NULL) == 0 && series_head_take(NULL, buf_str(b), number, h.site);
}

/* What was open before is in a log now, or in the new head. */
static void take_head(struct series_reader *r, uint32_t number, const struct buf *b)
{
    struct series_header h;

    BUG_ON(series_header_get(buf_str(b), &h, NULL) < 0);
    for (size_t i = 0; i < r->s.active.n; i++) {
        series_open_release(&r->s.active.at[i].open);
        series_open_begin(&r->s.active.at[i].open, 0);
    }
    r->s.o.site = h.site;
    BUG_ON(!series_head_take(&r->s, buf_str(b), number, h.site));
    r->s.head = number;
    r->any = true;
}

struct numbers {
    VEC(uint32_t) head;
};

static void each_head(void *user, const char *name)
{
    struct numbers *n = user;
    struct series_header h;

    if (series_name_get(name, &h) && h.form == SERIES_HEAD)
        *VEC_ADD(&n->head) = h.generation;
}

static int newest_first(const void *a, const void *b)
{
    uint32_t x, y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x < y ? 1 : x > y ? -1 : 0;
}

static bool is_there(struct series_reader *r, uint32_t number)
{
    struct series_header h = {.form = SERIES_HEAD, .generation = number};
    char name[SERIES_NAME];
    int handle;

    series_name_put(name, &h);
    handle = open_to_read(r, name, JOURNAL_READ);
    if (handle < 0)
        return false;
    close_it(r, handle);
    return true;
}

/* The newest whole head of those listed. 1: a newer one than before; 0; E_AGAIN: one went meanwhile, so there are newer ones than those listed; E_*. */
static int newest_listed(struct series_reader *r, const struct numbers *n)
{
    struct buf b = BUF_INIT;
    int got = 0;

    for (size_t i = 0; got == 0 && i < n->head.n; i++) {
        if (r->any && n->head.at[i] == r->s.head)
            break;
        if (get_head(r, n->head.at[i], &b)) {
            take_head(r, n->head.at[i], &b);
            got = 1;
        } else if (!is_there(r, n->head.at[i])) {
            got = E_AGAIN;
        }
    }
    buf_release(&b);
    if (got == 0 && r->any && !is_there(r, r->s.head))
        got = E_AGAIN;
    return got;
}

static int find_head(struct series_reader *r)
{
    struct numbers n = {.head = {.n = 0}};
    int got = E_AGAIN;

    for (unsigned i = 0; i < TRIES && got == E_AGAIN; i++) {
        VEC_CLEAR(&n.head);
        got = list_all(r, each_head, &n);
        if (got == 0 && n.head.n)
            qsort(n.head.at, n.head.n, sizeof(n.head.at[0]), newest_first);
        if (got == 0)
            got = newest_listed(r, &n);
    }
    VEC_RELEASE(&n.head);
    return got == E_AGAIN ? 0 : got;
}

/* ---- logs ---- */

static struct series_log_read *log_of(struct series_reader *r, const struct series_file *f)
{
    struct series_log_read *l;

    for (size_t i = 0; i < r->log.n; i++)
        if (strcmp(r->log.at[i].name, f->name) == 0)
            return &r->log.at[i];
    l = VEC_ADD(&r->log);
    memcpy(l->name, f->name, sizeof(l->name));
    return l;
}

static void drop_log(struct series_reader *r, const char *name)
{
    for (size_t i = 0; i < r->log.n; i++) {
        if (strcmp(r->log.at[i].name, name) != 0)
            continue;
        VEC_RELEASE(&r->log.at[i].id);
        VEC_SWAP_REMOVE(&r->log, i);
        return;
    }
}

static void take_record(struct series_reader *r, struct series_file *f, struct series_log_read *l,
                        const struct series_record *rec, uint64_t at)
{
    struct str rest = rec->body;
    struct series_chunk_head c;
    struct series_key k;
    uint64_t number;

    if (rec->kind == SERIES_R_NAME) {
        if (!tlv_get_varint(&rest, &number) || !series_key_get(&rest, &k) || number > l->id.n)
            return;
        if (number == l->id.n)
            (void)VEC_ADD(&l->id);
        l->id.at[number] = (uint32_t)series_intern(&r->s, &k);
        series_file_seat(f, l->id.at[number])->number = (uint32_t)number + 1;
    } else if (rec->kind == SERIES_R_CHUNK && series_chunk_head_get(rest, &c) && c.number < l->id.n) {
        series_file_seat(f, l->id.at[c.number])->tail = (uint32_t)at;
        f->chunks++;
    }
}

/* What was appended since. A record that is half there yet is read the next time. */
static int read_log(struct series_reader *r, struct series_file *f)
{
    struct series_log_read *l = log_of(r, f);
    struct series_scan scan;
    struct series_record rec;
    uint64_t at;
    int64_t size = size_of(r, f->handle);

    if (size < 0)
        return (int)size;
    f->size = f->synced = (uint64_t)size;
    f->code = 0;
    series_scan_init(&scan, f, &r->s.io);
    if (l->whole)
        scan.from = scan.whole = l->whole;
    while (series_scan_next(&scan, &rec, &at) > 0)
        take_record(r, f, l, &rec, at);
    l->whole = scan.whole;
    f->size = f->synced = scan.whole;
    series_scan_release(&scan);
    return f->code;
}

/* ---- files ---- */

struct listing {
    struct series_reader *r;
    VEC(struct series_header) file;
};

static int by_name(const void *a, const void *b)
{
    const struct series_header *x = a, *y = b;

    if (x->class != y->class)
        return x->class < y->class ? -1 : 1;
    if (x->start_us != y->start_us)
        return x->start_us < y->start_us ? -1 : 1;
    if (x->generation != y->generation)
        return x->generation < y->generation ? -1 : 1;
    return (int)x->form - (int)y->form;
}

static void each_file(void *user, const char *name)
{
    struct listing *l = user;
    struct series_header h;

    if (series_name_get(name, &h) && h.form != SERIES_HEAD)
        *VEC_ADD(&l->file) = h;
}

static int list_files(struct series_reader *r, struct listing *l)
{
    int code;

    VEC_CLEAR(&l->file);
    code = list_all(r, each_file, l);
    if (code == 0 && l->file.n)
        qsort(l->file.at, l->file.n, sizeof(l->file.at[0]), by_name);
    return code;
}

static bool in_listing(const struct listing *l, const struct series_header *h)
{
    return l->file.n && bsearch(h, l->file.at, l->file.n, sizeof(l->file.at[0]), by_name);
}

static void drop_at(struct series_reader *r, size_t i)
{
    struct series_file *f = &r->s.file.at[i];

    if (f->h.form == SERIES_LOG)
        drop_log(r, f->name);
    map_remove(&r->seen, str_of(f->name));
    series_file_release(f, &r->s.io);
    memmove(f, f + 1, (r->s.file.n - i - 1) * sizeof(*f));
    r->s.file.n--;
}

static struct series_file *have(struct series_reader *r, const struct series_header *h)
{
    for (size_t i = 0; i < r->s.file.n; i++)
        if (by_name(&r->s.file.at[i].h, h) == 0)
            return &r->s.file.at[i];
    return NULL;
}

/* A log is opened by its name each time: another one may have got the name. */
static int again(struct series_reader *r, struct series_file *f)
{
    struct series_header was = f->h;
    struct err err = ERR_INIT;
    int code;

    if (f->h.form != SERIES_LOG)
        return 0;
    series_file_close(f, &r->s.io);
    code = series_file_open(f, &r->s.io, r->s.o.site, &err);
    if (code == 0 && f->h.nonce != was.nonce) {
        drop_log(r, f->name);
        VEC_CLEAR(&f->seat);
    }
    return code == 0 ? read_log(r, f) : code == E_FORMAT ? 0 : code;
}

static int add_file(struct series_reader *r, const struct series_header *h, struct err *err)
{
    struct series_file f;
    struct err why = ERR_INIT;
    int code;

    series_file_init(&f, h);
    series_close_some(&r->s);
    code = series_file_open(&f, &r->s.io, r->s.o.site, &why);
    if (code == 0 && h->form == SERIES_LOG)
        code = read_log(r, &f);
    else
        series_file_close(&f, &r->s.io);
    if (code < 0) {
        drop_log(r, f.name);
        series_file_release(&f, &r->s.io);
        if (code == E_INVAL)
            return err_set(err, code, "%s", why.text);
        return code == E_FORMAT ? 0 : code; /* not finished yet, or damaged: as if it were not there */
    }
    series_file_put(&r->s, &f);
    return 0;
}

/* A whole file stands for all before it; a class of parts is never half: what comes again later counts (series_read_buckets). */
static void hide_merged(struct series_reader *r)
{
    for (size_t i = r->s.file.n; i-- > 0;)
        while (
            r->s.file.at[i].h.form == SERIES_WHOLE && i &&
            series_same_partition(&r->s.file.at[i - 1], r->s.file.at[i].h.class, r->s.file.at[i].h.start_us))
            drop_at(r, --i);
}

static bool is_hidden(struct series_reader *r, const struct series_header *h)
{
    const struct series_file *at = r->s.file.at;

    for (size_t i = 0; at && i < r->s.file.n; i++) {
        const struct series_header *w = &at[i].h;

        if (w->form == SERIES_WHOLE && w->class == h->class && w->start_us == h->start_us &&
            w->generation > h->generation)
            return true;
    }
    return false;
}

/* One pass over a listing. 0; E_NOENT: something went meanwhile. */
static int take_listing(struct series_reader *r, const struct listing *l, struct err *err)
{
    int code = 0;

    for (size_t i = r->s.file.n; i-- > 0;)
        if (!in_listing(l, &r->s.file.at[i].h))
            drop_at(r, i);
    /* Backwards: a whole file before what it stands for. */
    for (size_t i = l->file.n; i-- > 0 && code == 0;) {
        struct series_file *f = have(r, &l->file.at[i]);

        if (f)
            code = again(r, f);
        else if (!is_hidden(r, &l->file.at[i]))
            code = add_file(r, &l->file.at[i], err);
    }
    hide_merged(r);
    return code;
}

static bool same_listing(const struct listing *a, const struct listing *b)
{
    bool same = a->file.n == b->file.n;

    for (size_t i = 0; same && i < a->file.n; i++)
        same = by_name(&a->file.at[i], &b->file.at[i]) == 0;
    return same;
}

static int read_files(struct series_reader *r, struct err *err)
{
    struct listing now = {.r = r}, then = {.r = r};
    int code = list_files(r, &now);
    bool same = false;

    for (unsigned i = 0; i < TRIES && code == 0 && !same; i++) {
        struct listing swap = then;

        code = take_listing(r, &now, err);
        if (code == E_NOENT)
            code = 0;
        then = now;
        now = swap;
        if (code == 0)
            code = list_files(r, &now);
        same = code == 0 && same_listing(&now, &then);
    }
    if (code == 0 && !same)
        r->suspect = true; /* it has no rest: what is known is used, and all looked at once more */
    VEC_RELEASE(&now.file);
    VEC_RELEASE(&then.file);
    if (code < 0)
        err_set(err, code, "the series store cannot be read");
    return code;
}

int series_read_refresh(struct series_reader *r, bool force, struct err *err)
{
    int got;

    if (r->suspect && !force && r->s.head >= r->anew) {
        r->anew = r->s.head + SERIES_READ_ANEW;
        forget(r);
        begin(r);
    }
    if (r->any && !force && is_there(r, r->s.head) && !is_there(r, r->s.head + 1))
        return 0;
    got = find_head(r);
    if (got < 0)
        return err_set(err, got, "the folder of the series store cannot be read");
    if (!r->any)
        return err_set(err, E_NOENT, "no measurement is stored yet");
    if (got || force) {
        got = read_files(r, err);
        return got < 0 ? got : 1;
    }
    return 0;
}
