/* SPDX-License-Identifier: Apache-2.0 */
#include "db/backup.h"

#include "base/hash.h"
#include "base/vec.h"
#include "db/backup_int.h"
#include "db/backup_look.h"
#include "db/backup_series.h"
#include "db/sql.h"
#include "os/disk.h"
#include "wire/json.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE (256u * 1024)

const char *const backup_folders[BACKUP_FOLDERS] = {"export",    "db",   "db/series", "journal",
                                                    "snapshots", "auth", "audit"};

struct maker {
    const struct backup_where *state;
    const char *scratch;
    struct wall now;
    struct archive *tar;
    struct json manifest;
    struct buf manifest_text;
    struct backup_made *made;
    struct err *err;
    int failed;
    char *piece;
    int folder;      /* the one being listed */
    bool identities; /* they are there, and not yet taken */
    const char *folder_name;
};

static int tar_error(struct maker *k, const char *name)
{
    k->failed = err_set(k->err, archive_errno(k->tar) == ENOSPC ? E_NOSPC : E_IO, "cannot write %s: %s", name,
                        archive_error_string(k->tar));
    return k->failed;
}

static int put_header(struct maker *k, const char *name, uint64_t size)
{
    struct archive_entry *e = archive_entry_new();
    int r = 0;

    archive_entry_set_pathname(e, name);
    archive_entry_set_size(e, (int64_t)size);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_perm(e, 0600);
    archive_entry_set_mtime(e, time_wall_s(k->now), 0);
    if (archive_write_header(k->tar, e) != ARCHIVE_OK)
        r = tar_error(k, name);
    archive_entry_free(e);
    return r;
}

static void list_in_manifest(struct maker *k, const char *name, uint64_t size,
                             const unsigned char sum[HASH_SHA256_BYTES])
{
    char hex[HASH_SHA256_HEX];

    hash_hex(sum, HASH_SHA256_BYTES, hex);
    json_map(&k->manifest);
    json_key_c(&k->manifest, "name", name);
    json_key_u64(&k->manifest, "size", size);
    json_key_c(&k->manifest, "sha256", hex);
    json_map_end(&k->manifest);
    k->made->files++;
    k->made->bytes += size;
}

/* The first `size` bytes of fd: a segment grows meanwhile. */
static int put_bytes(struct maker *k, const char *name, int fd, uint64_t size)
{
    unsigned char sum[HASH_SHA256_BYTES];
    struct hash_sha256 hash;

    hash_sha256_init(&hash);
    for (uint64_t at = 0; at < size;) {
        int64_t n = disk_read(fd, at, k->piece, (size_t)MIN((uint64_t)PIECE, size - at));

        if (n <= 0)
            return k->failed = err_set(k->err, n < 0 ? (int)n : E_IO, "cannot read %s/%s to its end",
                                       k->state->path, name);
        hash_sha256_add(&hash, k->piece, (size_t)n);
        if (archive_write_data(k->tar, k->piece, (size_t)n) != n)
            return tar_error(k, name);
        at += (uint64_t)n;
    }
    hash_sha256_end(&hash, sum);
    list_in_manifest(k, name, size, sum);
    return 0;
}

static int put_fd(struct maker *k, const char *name, int fd)
{
    int64_t size = disk_size(fd);
    int r =
        size < 0 ? (k->failed = err_set(k->err, (int)size, "cannot read %s/%s", k->state->path, name)) : 0;

    if (r == 0)
        r = put_header(k, name, (uint64_t)size);
    return r == 0 ? put_bytes(k, name, fd, (uint64_t)size) : r;
}

/* What is not there any more is no error: retention goes on meanwhile. */
static int put_file(struct maker *k, int dir, const char *file, const char *name)
{
    int fd = disk_open(dir, file, DISK_READ), r;

    if (fd == E_NOENT)
        return 0;
    if (fd < 0)
        return k->failed = err_set(
                   k->err, fd, "cannot open %s/%s%s", k->state->path, name,
                   fd == E_PERM ? ": permission denied (run this as root, or as the user that runs Vigie)"
                                : "");
    r = put_fd(k, name, fd);
    close(fd);
    return r;
}

/* It is saved nevertheless; who reads the backup is told. */
static void note_damage(struct maker *k, const char *name, const char *what)
{
    struct backup_damage *d = &k->made->damage[k->made->n_damage];

    if (k->made->n_damage == BACKUP_DAMAGES)
        return;
    k->made->n_damage++;
    str_copy(d->name, sizeof(d->name), str_of(name));
    str_copy(d->what, sizeof(d->what), str_of(what));
    for (char *c = d->what; *c; c++) /* SQLite tells of a page in a line of its own */
        *c = (unsigned char)*c < ' ' ? ' ' : *c;
}

/* A copy of one moment, if SQLite makes one; else, for one that it does not take for a database any more, the file as it is. */
static int copy_database(struct maker *k, const char *path, const char *file, const char *name, int *fd)
{
    struct err look = ERR_INIT;
    int r;

    unlink(k->scratch);
    r = sql_copy(path, k->scratch, &look);
    if (r < 0 && r != E_FORMAT)
        return err_set(k->err, r, "%s", look.text);
    if (r == E_FORMAT || sql_look(k->scratch, &look) < 0)
        note_damage(k, name, look.text);
    *fd =
        r == 0 ? open(k->scratch, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : disk_open(k->folder, file, DISK_READ);
    return *fd < 0 ? err_set(k->err, E_IO, "cannot read %s%s", r == 0 ? "the copy of " : "", path) : 0;
}

static int put_database(struct maker *k, const char *file, const char *name)
{
    char path[4400];
    int fd = -1, r;

    snprintf(path, sizeof(path), "%s/%s", k->state->path, name);
    r = copy_database(k, path, file, name, &fd);
    if (r == 0)
        r = put_fd(k, name, fd);
    if (fd >= 0)
        close(fd);
    unlink(k->scratch);
    k->failed = r;
    return r;
}

/* Who is who: it comes last, so that it knows everybody that the journal and the snapshots name. */
#define IDENTITIES "objects.db"

static void put_listed(void *user, const char *file)
{
    struct maker *k = user;
    struct str f = str_of(file);
    char name[512];
    struct stat st;

    if (k->failed || !backup_name_allowed(k->folder_name, f) ||
        fstatat(k->folder, file, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
        return;
    snprintf(name, sizeof(name), "%s/%s", k->folder_name, file);
    if (strcmp(name, "db/" IDENTITIES) == 0)
        k->identities = true;
    else if (strcmp(k->folder_name, "db") == 0)
        put_database(k, file, name);
    else
        put_file(k, k->folder, file, name);
}

static int put_series_file(void *user, const char *file)
{
    struct maker *k = user;

    put_listed(k, file);
    return k->failed;
}

/* Its writer merges meanwhile. */
static int put_series(struct maker *k)
{
    struct journal_dir dir = {k->folder};
    struct journal_io io;

    journal_io_dir(&io, &dir);
    return backup_series(&io, put_series_file, k);
}

static int put_folder(struct maker *k, const char *name)
{
    int r;

    k->folder_name = name;
    k->folder = openat(k->state->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (k->folder < 0)
        return errno == ENOENT ? 0 : err_sys(k->err, errno, "cannot open %s/%s", k->state->path, name);
    r = strcmp(name, "db/series") == 0 ? put_series(k) : disk_list(k->folder, put_listed, k);
    close(k->folder);
    if (r < 0 && !k->failed)
        return err_set(k->err, r, "cannot list %s/%s", k->state->path, name);
    return k->failed;
}

static int put_identities(struct maker *k)
{
    int r;

    k->folder = openat(k->state->fd, "db", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (k->folder < 0)
        return err_sys(k->err, errno, "cannot open %s/db", k->state->path);
    r = put_database(k, IDENTITIES, "db/" IDENTITIES);
    close(k->folder);
    return r;
}

static void begin_manifest(struct maker *k)
{
    char host[256] = "";
    struct json *j = &k->manifest;

    gethostname(host, sizeof(host) - 1);
    json_init(j, &k->manifest_text);
    json_map(j);
    json_key_u64(j, "vigie_backup", BACKUP_FORMAT);
    json_key_c(j, "version", BUILD_VERSION);
    json_key_time(j, "made", k->now);
    json_key_c(j, "host", host);
    json_key(j, "files");
    json_list(j);
}

static void list_damage(struct maker *k)
{
    struct json *j = &k->manifest;

    json_key(j, "damaged");
    json_list(j);
    for (unsigned i = 0; i < k->made->n_damage; i++) {
        json_map(j);
        json_key_c(j, "name", k->made->damage[i].name);
        json_key_c(j, "what", k->made->damage[i].what);
        json_map_end(j);
    }
    json_list_end(j);
}

static int put_manifest(struct maker *k)
{
    json_list_end(&k->manifest);
    list_damage(k);
    json_map_end(&k->manifest);
    buf_add_char(&k->manifest_text, '\n');
    if (put_header(k, "manifest.json", k->manifest_text.len) < 0)
        return k->failed;
    if (archive_write_data(k->tar, k->manifest_text.data, k->manifest_text.len) !=
        (ssize_t)k->manifest_text.len)
        return tar_error(k, "manifest.json");
    return 0;
}

/* Records whose number a database knew before the journal was taken were in it. */
static int look_at_journal(struct maker *k, uint64_t known)
{
    struct journal_damage d;
    int r = backup_look_journal(k->state, known, &d, k->err);
    struct buf what = BUF_INIT;

    if (r < 0 || !d.places)
        return r;
    buf_printf(&what, "damaged at %u place%s, the first %s; at least %" PRIu64 " record%s lost", d.places,
               d.places == 1 ? "" : "s", d.first, d.lost, d.lost == 1 ? " is" : "s are");
    for (unsigned i = 0; i < d.n_hole && d.hole[i].n && what.len < 300; i++)
        buf_printf(&what, "%s %" PRIu64 " to %" PRIu64, i ? "," : ":", d.hole[i].from,
                   d.hole[i].from + d.hole[i].n - 1);
    note_damage(k, "journal", what.data);
    buf_release(&what);
    return 0;
}

static int put_all(struct maker *k)
{
    uint64_t known = backup_look_known(k->state);
    int r = put_file(k, k->state->fd, "format", "format");

    if (r == 0 && !k->made->files)
        r = err_set(k->err, E_NOENT, "%s is no state folder of Vigie: it has no file 'format'",
                    k->state->path);
    if (r == 0)
        r = put_file(k, k->state->fd, "epoch", "epoch");
    for (size_t i = 0; r == 0 && i < BACKUP_FOLDERS; i++)
        r = put_folder(k, backup_folders[i]);
    if (r == 0 && k->identities)
        r = put_identities(k);
    if (r == 0)
        r = look_at_journal(k, known);
    return r == 0 ? put_manifest(k) : r;
}

int backup_make(const struct backup_where *state, int out_fd, const char *scratch, struct wall now,
                struct backup_made *made, struct err *err)
{
    struct maker k = {.state = state, .scratch = scratch, .now = now, .made = made, .err = err};
    int r;

    *made = (struct backup_made){.files = 0};
    k.tar = archive_write_new();
    k.piece = mem_alloc(PIECE);
    begin_manifest(&k);
    if (archive_write_set_format_pax_restricted(k.tar) != ARCHIVE_OK ||
        archive_write_add_filter_zstd(k.tar) < ARCHIVE_WARN ||
        archive_write_open_fd(k.tar, out_fd) != ARCHIVE_OK)
        r = tar_error(&k, "the archive");
    else
        r = put_all(&k);
    if (archive_write_close(k.tar) != ARCHIVE_OK && r == 0)
        r = tar_error(&k, "the archive");
    archive_write_free(k.tar);
    buf_release(&k.manifest_text);
    mem_free(k.piece);
    return r;
}
