/* SPDX-License-Identifier: Apache-2.0 */
#include "crash_vfs.h"

#include "base/bug.h"
#include "base/vec.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

enum { REGIONS = 64, NAME = 200, FULL_FOR = 20 };

struct change { /* since the last sync; n -1: a truncation to `at` */
    int64_t at, n;
    char *data;
};

struct image {
    char *data;
    int64_t n, room;
};

struct file {
    char name[NAME];
    bool there;
    struct image now, sure;
    VEC(struct change) changes;
    void *region[REGIONS];
};

struct handle {
    sqlite3_file base;
    struct file *file;
    bool remove; /* at the close */
};

static struct {
    struct file *at[32];
    size_t n;
    uint64_t seed, calls, nth;
    enum crash_how how;
    bool happened;
    sqlite3_vfs vfs, *before;
} disk;

static uint64_t draw(uint64_t below)
{
    disk.seed = disk.seed * 6364136223846793005u + 1442695040888963407u;
    return (disk.seed >> 33) % below;
}

/* What becomes of the call that is made now: SQLITE_OK, or why not. */
static int call(int io_error)
{
    disk.calls++;
    if (disk.how == CRASH_NONE || disk.calls < disk.nth)
        return SQLITE_OK;
    disk.happened = true;
    if (disk.how == CRASH_POWER)
        return SQLITE_IOERR;
    if (disk.how == CRASH_FULL)
        return disk.calls <= disk.nth + FULL_FOR && io_error == SQLITE_IOERR_WRITE ? SQLITE_FULL : SQLITE_OK;
    return disk.calls == disk.nth ? io_error : SQLITE_OK;
}

static bool is_off(void)
{
    return disk.how == CRASH_POWER && disk.happened;
}

static void resize(struct image *m, int64_t n)
{
    if (n >= m->room) {
        m->room = MAX(2 * m->room, n + 1);
        m->data = mem_realloc(m->data, (size_t)m->room);
    }
    if (n > m->n)
        memset(m->data + m->n, 0, (size_t)(n - m->n));
    m->n = n;
}

static void put(struct image *m, int64_t at, const char *data, int64_t n)
{
    if (at + n > m->n)
        resize(m, at + n);
    if (n)
        memcpy(m->data + at, data, (size_t)n);
}

static void copy(struct image *to, const struct image *from)
{
    to->n = 0;
    resize(to, from->n);
    if (from->n)
        memcpy(to->data, from->data, (size_t)from->n);
}

static void forget_changes(struct file *f)
{
    for (size_t i = 0; i < f->changes.n; i++)
        mem_free(f->changes.at[i].data);
    VEC_RELEASE(&f->changes);
}

static void drop_regions(struct file *f)
{
    for (size_t i = 0; i < REGIONS; i++) {
        mem_free(f->region[i]);
        f->region[i] = NULL;
    }
}

/* Its room stays, for the next of that name: with a sanitizer new memory is most of what a test of many points costs. */
static void empty(struct file *f)
{
    forget_changes(f);
    drop_regions(f);
    f->now.n = f->sure.n = 0;
    f->there = false;
}

static struct file *find(const char *name)
{
    for (size_t i = 0; i < disk.n; i++)
        if (strcmp(disk.at[i]->name, name) == 0)
            return disk.at[i];
    return NULL;
}

static struct file *make(const char *name)
{
    struct file *f = find(name);

    if (!f) {
        BUG_ON(disk.n == sizeof(disk.at) / sizeof(disk.at[0]));
        f = disk.at[disk.n++] = mem_zalloc(sizeof(*f));
        snprintf(f->name, sizeof(f->name), "%s", name);
    }
    f->there = true;
    return f;
}

/* ---- files ---- */

static struct file *of(sqlite3_file *f)
{
    return ((struct handle *)f)->file;
}

static int x_close(sqlite3_file *f)
{
    if (((struct handle *)f)->remove)
        empty(of(f));
    return SQLITE_OK;
}

static int x_read(sqlite3_file *f, void *out, int n, sqlite3_int64 at)
{
    const struct image *m = &of(f)->now;
    int64_t there = m->n - at < n ? m->n - at : n;

    if (is_off())
        return SQLITE_IOERR_READ;
    if (there > 0)
        memcpy(out, m->data + at, (size_t)there);
    if (there == n)
        return SQLITE_OK;
    memset((char *)out + (there > 0 ? there : 0), 0, (size_t)(n - (there > 0 ? there : 0)));
    return SQLITE_IOERR_SHORT_READ;
}

static int x_write(sqlite3_file *f, const void *data, int n, sqlite3_int64 at)
{
    struct file *file = of(f);
    int r = call(SQLITE_IOERR_WRITE);
    char *kept;

    if (r != SQLITE_OK && !(disk.how == CRASH_POWER && disk.calls == disk.nth))
        return r;
    kept = mem_alloc((size_t)n + 1); /* of the write under way when power went something may be there */
    memcpy(kept, data, (size_t)n);
    *VEC_ADD(&file->changes) = (struct change){at, n, kept};
    if (r == SQLITE_OK)
        put(&file->now, at, data, n);
    return r;
}

static int x_truncate(sqlite3_file *f, sqlite3_int64 n)
{
    int r = call(SQLITE_IOERR_TRUNCATE);

    if (r != SQLITE_OK)
        return r;
    resize(&of(f)->now, n);
    *VEC_ADD(&of(f)->changes) = (struct change){n, -1, NULL};
    return SQLITE_OK;
}

static int x_sync(sqlite3_file *f, int flags UNUSED)
{
    int r = call(SQLITE_IOERR_FSYNC);

    if (r != SQLITE_OK)
        return r; /* what was written stays unsure: it may be there or not */
    copy(&of(f)->sure, &of(f)->now);
    forget_changes(of(f));
    return SQLITE_OK;
}

static int x_size(sqlite3_file *f, sqlite3_int64 *n)
{
    *n = of(f)->now.n;
    return SQLITE_OK;
}

static int x_lock(sqlite3_file *f UNUSED, int how UNUSED)
{
    return SQLITE_OK;
}

static int x_reserved(sqlite3_file *f UNUSED, int *out)
{
    *out = 0;
    return SQLITE_OK;
}

static int x_control(sqlite3_file *f UNUSED, int op UNUSED, void *arg UNUSED)
{
    return SQLITE_NOTFOUND;
}

static int x_sector(sqlite3_file *f UNUSED)
{
    return 512;
}

static int x_kind(sqlite3_file *f UNUSED)
{
    return 0;
}

static int x_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    struct file *file = of(f);

    BUG_ON(page >= REGIONS);
    if (!file->region[page] && extend)
        file->region[page] = mem_zalloc((size_t)size);
    *out = file->region[page];
    return SQLITE_OK;
}

static int x_shm_lock(sqlite3_file *f UNUSED, int at UNUSED, int n UNUSED, int flags UNUSED)
{
    return SQLITE_OK;
}

static void x_shm_barrier(sqlite3_file *f UNUSED)
{
}

static int x_shm_unmap(sqlite3_file *f, int remove UNUSED)
{
    drop_regions(of(f));
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = x_close,
    .xRead = x_read,
    .xWrite = x_write,
    .xTruncate = x_truncate,
    .xSync = x_sync,
    .xFileSize = x_size,
    .xLock = x_lock,
    .xUnlock = x_lock,
    .xCheckReservedLock = x_reserved,
    .xFileControl = x_control,
    .xSectorSize = x_sector,
    .xDeviceCharacteristics = x_kind,
    .xShmMap = x_shm_map,
    .xShmLock = x_shm_lock,
    .xShmBarrier = x_shm_barrier,
    .xShmUnmap = x_shm_unmap,
};

static int x_open(sqlite3_vfs *v UNUSED, const char *name, sqlite3_file *f, int flags, int *out)
{
    struct handle *h = (struct handle *)f;

    h->base.pMethods = NULL;
    if (is_off() || !name)
        return SQLITE_CANTOPEN;
    if (!(flags & SQLITE_OPEN_CREATE) && !(find(name) && find(name)->there))
        return SQLITE_CANTOPEN;
    h->file = make(name);
    h->remove = flags & SQLITE_OPEN_DELETEONCLOSE;
    h->base.pMethods = &methods;
    if (out)
        *out = flags;
    return SQLITE_OK;
}

static int x_delete(sqlite3_vfs *v UNUSED, const char *name, int sync UNUSED)
{
    int r = call(SQLITE_IOERR_DELETE);

    if (r != SQLITE_OK)
        return r;
    if (!find(name) || !find(name)->there)
        return SQLITE_IOERR_DELETE_NOENT;
    empty(find(name));
    return SQLITE_OK;
}

static int x_access(sqlite3_vfs *v UNUSED, const char *name, int flags UNUSED, int *out)
{
    *out = find(name) && find(name)->there;
    return SQLITE_OK;
}

static int x_full(sqlite3_vfs *v UNUSED, const char *name, int n, char *out)
{
    snprintf(out, (size_t)n, "%s", name);
    return SQLITE_OK;
}

/* ---- the test's side ---- */

void crash_vfs_begin(uint64_t seed)
{
    disk.before = sqlite3_vfs_find(NULL);
    disk.vfs = *disk.before;
    disk.vfs.zName = "crash";
    disk.vfs.szOsFile = sizeof(struct handle);
    disk.vfs.mxPathname = NAME;
    disk.vfs.xOpen = x_open;
    disk.vfs.xDelete = x_delete;
    disk.vfs.xAccess = x_access;
    disk.vfs.xFullPathname = x_full;
    disk.seed = seed;
    BUG_ON(sqlite3_vfs_register(&disk.vfs, 1) != SQLITE_OK);
    crash_vfs_plan(CRASH_NONE, 0);
}

void crash_vfs_end(void)
{
    for (size_t i = 0; i < disk.n; i++)
        empty(disk.at[i]);
    sqlite3_vfs_unregister(&disk.vfs);
    BUG_ON(sqlite3_vfs_register(disk.before, 1) != SQLITE_OK);
}

void crash_vfs_plan(enum crash_how how, uint64_t nth)
{
    disk.how = how;
    disk.nth = nth;
    disk.calls = 0;
    disk.happened = false;
}

uint64_t crash_vfs_calls(void)
{
    return disk.calls;
}

bool crash_vfs_happened(void)
{
    return disk.happened;
}

static void lose(struct file *f)
{
    static const int64_t tear[] = {512, 4096};

    for (size_t i = 0; i < f->changes.n; i++) {
        const struct change *c = &f->changes.at[i];
        uint64_t fate = draw(3);
        int64_t unit = tear[draw(2)];

        if (fate == 0)
            continue;
        if (c->n < 0)
            resize(&f->sure, c->at);
        else if (fate == 1)
            put(&f->sure, c->at, c->data, c->n);
        else
            put(&f->sure, c->at, c->data, (int64_t)draw((uint64_t)(c->n / unit) + 1) * unit);
    }
    copy(&f->now, &f->sure);
    forget_changes(f);
    drop_regions(f);
}

void crash_vfs_power_back(void)
{
    for (size_t i = 0; i < disk.n; i++)
        lose(disk.at[i]);
    crash_vfs_plan(CRASH_NONE, 0);
}
