/* SPDX-License-Identifier: Apache-2.0 */
#include "memdisk.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

void memdisk_init(struct memdisk *d, uint64_t seed)
{
    memset(d, 0, sizeof(*d));
    d->random = seed * 2862933555777941757ull + 3037000493ull;
    d->tear = MEMDISK_PAGE;
    d->fail_code = E_IO;
}

void memdisk_release(struct memdisk *d)
{
    for (size_t i = 0; i < MEMDISK_FILES; i++) {
        mem_free(d->file[i].live);
        mem_free(d->file[i].safe);
        mem_free(d->file[i].dirty);
    }
    memset(d, 0, sizeof(*d));
}

uint64_t memdisk_random(struct memdisk *d, uint64_t below)
{
    d->random ^= d->random << 13;
    d->random ^= d->random >> 7;
    d->random ^= d->random << 17;
    return below ? d->random % below : d->random;
}

struct memfile *memdisk_file(struct memdisk *d, const char *name)
{
    for (size_t i = 0; i < MEMDISK_FILES; i++)
        if (d->file[i].exists && strcmp(d->file[i].name, name) == 0)
            return &d->file[i];
    return NULL;
}

/* Counts a call; nonzero: it fails with that code. */
static int call(struct memdisk *d)
{
    d->calls++;
    if (d->readonly)
        return E_NOSPC;
    if (d->fail_at && (d->calls == d->fail_at || (d->dead && d->calls > d->fail_at)))
        return d->fail_code;
    return 0;
}

static void grow(struct memfile *f, size_t to)
{
    size_t cap = f->cap ? f->cap : 16384;

    while (cap < to)
        cap *= 2;
    if (cap == f->cap)
        return;
    f->live = mem_realloc(f->live, cap);
    f->safe = mem_realloc(f->safe, cap);
    f->dirty = mem_realloc(f->dirty, cap / MEMDISK_PAGE);
    memset(f->live + f->cap, 0, cap - f->cap);
    memset(f->safe + f->cap, 0, cap - f->cap);
    memset(f->dirty + f->cap / MEMDISK_PAGE, 0, (cap - f->cap) / MEMDISK_PAGE);
    f->cap = cap;
}

static size_t used(const struct memdisk *d)
{
    size_t n = 0;

    for (size_t i = 0; i < MEMDISK_FILES; i++)
        if (d->file[i].exists)
            n += MAX(d->file[i].size, d->file[i].room);
    return n;
}

static int make(struct memdisk *d, const char *name)
{
    for (size_t i = 0; i < MEMDISK_FILES; i++) {
        struct memfile *f = &d->file[i];

        if (f->exists || f->safe_exists)
            continue;
        f->exists = true;
        f->size = f->safe_size = f->room = 0;
        memcpy(f->name, name, strlen(name) + 1);
        return (int)i;
    }
    abort();
}

static int disk_open(void *user, const char *name, enum journal_open_how how)
{
    struct memdisk *d = user;
    struct memfile *f = memdisk_file(d, name);
    int r = how == JOURNAL_CREATE ? call(d) : 0;

    if (how == JOURNAL_WRITE && d->readonly)
        return E_NOSPC;
    if (r < 0)
        return r;
    if (d->shut[0] && strcmp(d->shut, name) == 0)
        return E_PERM;
    if (!f && how != JOURNAL_CREATE)
        return E_NOENT;
    d->opened++;
    if (!f)
        return make(d, name);
    if (how == JOURNAL_CREATE)
        f->size = f->room = 0;
    return (int)(f - d->file);
}

static void disk_close(void *user, int h UNUSED)
{
    struct memdisk *d = user;

    BUG_ON(!d->opened);
    d->opened--;
}

static int64_t disk_size(void *user, int h)
{
    return (int64_t)((struct memdisk *)user)->file[h].size;
}

static int64_t disk_read(void *user, int h, uint64_t at, void *to, size_t n)
{
    struct memdisk *d = user;
    struct memfile *f = &d->file[h];
    size_t got = at < f->size ? MIN(n, f->size - (size_t)at) : 0;

    if (d->bad.times && strcmp(d->bad.name, f->name) == 0 && at < d->bad.to && at + got > d->bad.from) {
        d->bad.times -= d->bad.times < UINT_MAX;
        return E_IO;
    }
    if (got)
        memcpy(to, f->live + at, got);
    return (int64_t)got;
}

static void put(struct memfile *f, size_t at, const void *from, size_t n)
{
    if (!n)
        return;
    grow(f, at + n);
    memcpy(f->live + at, from, n);
    f->size = MAX(f->size, at + n);
    memset(f->dirty + at / MEMDISK_PAGE, 1, (at + n - 1) / MEMDISK_PAGE - at / MEMDISK_PAGE + 1);
}

static int disk_write(void *user, int h, uint64_t at, const void *from, size_t n)
{
    struct memdisk *d = user;
    struct memfile *f = &d->file[h];
    int r = call(d);
    size_t more = at + n > MAX(f->size, f->room) ? at + n - MAX(f->size, f->room) : 0;

    if (r < 0)
        n = memdisk_random(d, n + 1);
    else if (d->capacity && more && used(d) + more > d->capacity)
        r = E_NOSPC, n = 0;
    put(f, at, from, n);
    return r;
}

static void settle(struct memfile *f, size_t page)
{
    memcpy(f->safe + page * MEMDISK_PAGE, f->live + page * MEMDISK_PAGE, MEMDISK_PAGE);
}

/* Each dirty page reaches the disk, or does not; pages of one tear unit share their fate. */
static void settle_some(struct memdisk *d, struct memfile *f)
{
    size_t unit = d->tear / MEMDISK_PAGE;
    bool keep = false;

    for (size_t p = 0; p * MEMDISK_PAGE < f->cap; p++) {
        if (p % unit == 0)
            keep = memdisk_random(d, 2);
        if (f->dirty[p] && keep)
            settle(f, p);
        f->dirty[p] = 0;
    }
}

static int disk_sync(void *user, int h)
{
    struct memdisk *d = user;
    struct memfile *f = &d->file[h];
    int r = call(d);

    if (r < 0) {
        /* As Linux does: the pages are clean now, and some are not on the disk. */
        settle_some(d, f);
        return r;
    }
    for (size_t p = 0; p * MEMDISK_PAGE < f->cap; p++)
        if (f->dirty[p])
            settle(f, p), f->dirty[p] = 0;
    f->safe_size = f->size;
    return 0;
}

static int disk_allocate(void *user, int h, uint64_t to)
{
    struct memdisk *d = user;
    struct memfile *f = &d->file[h];
    int r = call(d);
    size_t have = MAX(f->size, f->room);

    if (r < 0)
        return r;
    if (d->capacity && to > have && used(d) + (to - have) > d->capacity)
        return E_NOSPC;
    f->room = MAX(f->room, (size_t)to);
    return 0;
}

static int disk_truncate(void *user, int h, uint64_t size)
{
    struct memdisk *d = user;
    struct memfile *f = &d->file[h];
    int r = call(d);

    if (r < 0)
        return r;
    grow(f, size + 1);
    if (size < f->size)
        memset(f->live + size, 0, f->size - size);
    f->size = f->room = size;
    return 0;
}

static int disk_unlink(void *user, const char *name)
{
    struct memdisk *d = user;
    struct memfile *f = memdisk_file(d, name);
    int r = call(d);

    if (r < 0 || !f)
        return r < 0 ? r : E_NOENT;
    f->exists = false;
    return 0;
}

static int disk_sync_names(void *user)
{
    struct memdisk *d = user;
    int r = call(d);

    for (size_t i = 0; i < MEMDISK_FILES && r == 0; i++)
        d->file[i].safe_exists = d->file[i].exists;
    return r;
}

static int disk_list(void *user, void (*each)(void *each_user, const char *name), void *each_user)
{
    struct memdisk *d = user;

    for (size_t i = 0; i < MEMDISK_FILES; i++)
        if (d->file[i].exists)
            each(each_user, d->file[i].name);
    return 0;
}

static uint64_t disk_nonce(void *user)
{
    return memdisk_random(user, 0);
}

void memdisk_io(struct journal_io *io, struct memdisk *d)
{
    *io = (struct journal_io){
        .user = d,
        .open = disk_open,
        .close = disk_close,
        .size = disk_size,
        .read = disk_read,
        .write = disk_write,
        .sync = disk_sync,
        .allocate = disk_allocate,
        .truncate = disk_truncate,
        .unlink = disk_unlink,
        .sync_names = disk_sync_names,
        .list = disk_list,
        .nonce = disk_nonce,
    };
}

static void crash_file(struct memdisk *d, struct memfile *f)
{
    if (f->exists != f->safe_exists && memdisk_random(d, 2))
        f->exists = f->safe_exists;
    f->safe_exists = f->exists;
    if (!f->cap)
        return;
    settle_some(d, f);
    if (f->size != f->safe_size) {
        size_t low = MIN(f->size, f->safe_size), high = MAX(f->size, f->safe_size);
        uint64_t how = memdisk_random(d, 3);

        f->safe_size = how == 0 ? low : how == 1 ? high : low + memdisk_random(d, high - low + 1);
    }
    f->size = f->room = f->safe_size;
    memcpy(f->live, f->safe, f->cap);
    if (f->size < f->cap)
        memset(f->live + f->size, 0, f->cap - f->size);
    memcpy(f->safe, f->live, f->cap);
}

void memdisk_crash(struct memdisk *d)
{
    d->tear = memdisk_random(d, 2) ? MEMDISK_PAGE : 4096;
    for (size_t i = 0; i < MEMDISK_FILES; i++)
        if (d->file[i].exists || d->file[i].safe_exists)
            crash_file(d, &d->file[i]);
    d->calls = d->fail_at = 0;
    d->dead = false;
    d->opened = 0;
}
