/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_int.h"

#include "base/log.h"
#include "base/tlv.h"

#include <string.h>

#define DAY_MAX 2000000u /* zigzag: far beyond any calendar of names */

/* ---- reading ---- */

/* All times are in the day: what is read from here on may count with it. */
static bool in_its_day(const struct series_open *o)
{
    struct series_samples all = {.n = 0};
    bool fine = true;

    series_open_get(o, &all);
    for (size_t i = 0; i < all.n && fine; i++)
        fine = all.at[i].us >= o->base_us && all.at[i].us < o->base_us + TIME_DAY;
    VEC_RELEASE(&all);
    return fine;
}

static bool take_open(struct series *s, struct str body)
{
    struct series_open o = {.bits = NULL};
    struct series_key k;
    uint64_t day, n;
    int8_t exponent;
    bool fine;

    if (!series_key_get(&body, &k) || !tlv_get_varint(&body, &day) || !body.n)
        return false;
    exponent = (int8_t)body.p[0];
    body = str_sub(body, 1, SIZE_MAX);
    if (!tlv_get_varint(&body, &n) || n > UINT16_MAX || day > DAY_MAX)
        return false;
    o.base_us = (int64_t)(day >> 1 ^ (0 - (day & 1))) * TIME_DAY;
    fine = n && series_open_set(&o, body, (unsigned)n, exponent) == 0 && in_its_day(&o);
    if (fine && s) {
        size_t id = series_intern(s, &k);
        struct series_open *to = &s->active.at[id].open;

        series_open_release(to);
        *to = o;
        s->newest_us = MAX(s->newest_us, o.us);
    } else {
        series_open_release(&o);
    }
    return fine;
}

static bool take_file(struct series *s, struct str body)
{
    uint64_t synced;

    if (!tlv_get_varint(&body, &synced))
        return false;
    for (size_t i = 0; s && i < s->file.n; i++)
        if (str_eq_c(body, s->file.at[i].name))
            s->file.at[i].synced = synced;
    return true;
}

bool series_head_take(struct series *s, struct str bytes, uint32_t number, uint32_t site)
{
    struct series_header h;
    struct series_record r;
    uint64_t opens = 0, files = 0, said_opens, said_files;
    size_t size;
    bool fine;

    if (series_header_get(bytes, &h, NULL) < 0 || h.form != SERIES_HEAD || h.generation != number ||
        h.site != site)
        return false;
    for (bytes = str_sub(bytes, SERIES_HEADER, SIZE_MAX); series_record_get(bytes, h.nonce, &r, &size) == 1;
         bytes = str_sub(bytes, size, SIZE_MAX)) {
        if (r.kind == SERIES_R_OPEN) {
            fine = take_open(s, r.body);
            opens++;
        } else if (r.kind == (enum series_kind)SERIES_R_FILE) {
            fine = take_file(s, r.body);
            files++;
        } else {
            fine = r.kind == (enum series_kind)SERIES_R_CLOSE && tlv_get_varint(&r.body, &said_opens) &&
                   tlv_get_varint(&r.body, &said_files) && said_opens == opens && said_files == files;
            if (fine && s)
                s->applied = (uint64_t)h.start_us;
            return fine;
        }
        if (!fine)
            return false;
    }
    return false;
}

static bool read_head(struct series *s, uint32_t number, struct buf *b)
{
    struct series_header h = {.form = SERIES_HEAD, .generation = number};
    char name[SERIES_NAME];
    int64_t size, got = -1;
    int handle;

    series_name_put(name, &h);
    handle = s->io.open(s->io.user, name, JOURNAL_READ);
    if (handle < 0)
        return false;
    size = s->io.size(s->io.user, handle);
    buf_clear(b);
    if (size > 0 && size <= SERIES_HEAD_FILE_MAX) {
        buf_reserve(b, (size_t)size + 1);
        got = s->io.read(s->io.user, handle, 0, b->data, (size_t)size);
    }
    s->io.close(s->io.user, handle);
    if (got > 0)
        b->len = (size_t)got;
    return got > 0 && series_head_take(NULL, buf_str(b), number, s->o.site);
}

/* numbers are sorted, the newest first. What cannot be used is removed, but for the one before the newest that can. */
void series_head_read(struct series *s, struct series_heads *all)
{
    struct buf b = BUF_INIT;
    size_t i = 0;

    while (i < all->number.n && !read_head(s, all->number.at[i], &b))
        i++;
    if (i < all->number.n)
        BUG_ON(!series_head_take(s, buf_str(&b), all->number.at[i], s->o.site));
    s->head = all->number.n ? all->number.at[0] : 0;
    for (size_t k = 0; k < all->number.n; k++) {
        struct series_header h = {.form = SERIES_HEAD, .generation = all->number.at[k]};
        char name[SERIES_NAME];

        if (i == all->number.n || k == i || k == i + 1)
            continue;
        series_name_put(name, &h);
        s->io.unlink(s->io.user, name);
    }
    if (i)
        log_notice("the newest head of the series store is not whole (a crash while it was written, or "
                   "damage): more of the journal is put in again");
    buf_release(&b);
}

struct reached {
    const struct journal_io *io;
    uint64_t seq;
};

static void look_at_head(void *user, const char *name)
{
    struct reached *r = user;
    char bytes[SERIES_HEADER];
    struct series_header h;
    int64_t got = 0;
    int handle;

    if (!series_name_get(name, &h) || h.form != SERIES_HEAD)
        return;
    handle = r->io->open(r->io->user, name, JOURNAL_READ);
    if (handle < 0)
        return;
    got = r->io->read(r->io->user, handle, 0, bytes, sizeof(bytes));
    r->io->close(r->io->user, handle);
    if (got == sizeof(bytes) && series_header_get(str_make(bytes, sizeof(bytes)), &h, NULL) == 0 &&
        h.form == SERIES_HEAD)
        r->seq = MAX(r->seq, (uint64_t)h.start_us);
}

uint64_t series_reached(const struct journal_io *io)
{
    struct reached r = {.io = io};

    io->list(io->user, look_at_head, &r);
    return r.seq;
}
