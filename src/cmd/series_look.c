/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/series_look.h"

#include "os/disk.h"

static int open_to_read(void *user, const char *name, enum journal_open_how how)
{
    return how == JOURNAL_CREATE ? E_PERM : disk_open(((struct journal_dir *)user)->fd, name, DISK_READ);
}

static int no_write(void *user UNUSED, int handle UNUSED, uint64_t at UNUSED, const void *from UNUSED,
                    size_t n UNUSED)
{
    return E_PERM;
}

static int no_sync(void *user UNUSED, int handle UNUSED)
{
    return E_PERM;
}

static int no_size(void *user UNUSED, int handle UNUSED, uint64_t size UNUSED)
{
    return E_PERM;
}

static int no_unlink(void *user UNUSED, const char *name UNUSED)
{
    return E_PERM;
}

static int no_names(void *user UNUSED)
{
    return E_PERM;
}

int series_look_open(struct series *s, struct journal_io *io, struct err *err)
{
    io->open = open_to_read;
    io->write = no_write;
    io->sync = no_sync;
    io->allocate = io->truncate = no_size;
    io->unlink = no_unlink;
    io->sync_names = no_names;
    return series_open(s, io, NULL, err);
}

/* Those of heads and logs the store knows itself; these are of days that are whole. */
static int know_file(struct series *s, struct series_file *f, const struct journal_io *io)
{
    struct series_scan scan;
    struct series_record r;
    struct series_key k;
    uint64_t at;
    int code = series_file_reach(f, io);

    if (code < 0)
        return code;
    series_scan_init(&scan, f, io);
    while (series_scan_next(&scan, &r, &at) > 0)
        if (r.kind == SERIES_R_WHOLE && series_key_get(&r.body, &k))
            series_know(s, &k);
    s->stats.damaged += scan.places;
    series_scan_release(&scan);
    return f->code;
}

int series_look_through(struct series *s, const struct journal_io *io, struct err *err)
{
    for (size_t i = 0; i < s->file.n; i++) {
        struct series_file *f = &s->file.at[i];
        int r = f->h.form == SERIES_WHOLE && f->h.nonce ? know_file(s, f, io) : 0;

        if (r < 0)
            return err_set(err, r, "%s cannot be read", f->name);
    }
    return 0;
}
