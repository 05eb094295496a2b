/* SPDX-License-Identifier: Apache-2.0 */
#include "db/backup.h"

#include "base/hash.h"
#include "base/map.h"
#include "base/vec.h"
#include "db/audit.h"
#include "db/backup_int.h"
#include "db/backup_look.h"
#include "db/sql.h"
#include "os/clock.h"
#include "os/file.h"
#include "wire/json_read.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE         (256u * 1024)
#define MANIFEST_MOST (256u * 1024 * 1024)

struct met { /* a file of the archive */
    char *name;
    uint64_t size;
    char sum[HASH_SHA256_HEX];
    bool listed;
};

struct taker {
    const struct backup_where *to;
    struct archive *tar;
    VEC(struct met) files;
    struct map by_name;
    struct buf manifest;
    bool ended; /* the manifest was there */
    struct backup_seen *seen;
    struct err *err;
    char *piece;
};

/* Names come from the archive: what a terminal would obey becomes '?'. */
static void show(struct str name, char *out, size_t size)
{
    str_copy(out, size, name);
    for (char *c = out; *c; c++)
        *c = (unsigned char)*c < ' ' || *c == 0x7f ? '?' : *c;
}

static int bad(struct taker *k, const char *name, const char *what)
{
    char shown[256];

    show(str_of(name), shown, sizeof(shown));
    return err_set(k->err, E_FORMAT, "the backup is not whole: %s: %s; nothing was changed", shown, what);
}

/* An archive of something else. */
static int foreign(struct taker *k, const char *name)
{
    char shown[256];

    show(str_of(name), shown, sizeof(shown));
    return err_set(k->err, E_FORMAT, "this is no backup of Vigie's: it begins with %s; nothing was changed",
                   shown);
}

/* ---- names ---- */

static bool is_allowed(struct str name)
{
    if (str_eq_c(name, "format") || str_eq_c(name, "epoch"))
        return true;
    for (size_t i = 0; i < BACKUP_FOLDERS; i++) {
        size_t n = strlen(backup_folders[i]);

        if (name.n > n && name.p[n] == '/' && str_starts(name, str_of(backup_folders[i])) &&
            backup_name_allowed(backup_folders[i], str_sub(name, n + 1, SIZE_MAX)))
            return true;
    }
    return false;
}

/* ---- files ---- */

static int make_file(struct taker *k, const char *name, int *fd)
{
    *fd = -1;
    if (k->to->fd < 0)
        return 0;
    *fd = openat(k->to->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    return *fd < 0 ? err_sys(k->err, errno, "cannot make %s/%s", k->to->path, name) : 0;
}

/* The data of the entry at hand, to a file (fd >= 0), to a text, or only through the sum. */
static int take_bytes(struct taker *k, struct met *f, int fd, struct buf *text)
{
    unsigned char sum[HASH_SHA256_BYTES];
    struct hash_sha256 hash;
    ssize_t n;

    hash_sha256_init(&hash);
    while ((n = archive_read_data(k->tar, k->piece, PIECE)) > 0) {
        hash_sha256_add(&hash, k->piece, (size_t)n);
        f->size += (uint64_t)n;
        if (text && text->len + (size_t)n <= MANIFEST_MOST)
            buf_add(text, k->piece, (size_t)n);
        if (fd >= 0 && file_write_all(fd, k->piece, (size_t)n) < 0)
            return err_sys(k->err, errno, "cannot write %s/%s", k->to->path, f->name);
    }
    if (n < 0)
        return bad(k, f->name, archive_error_string(k->tar));
    if (fd >= 0 && fsync(fd) < 0)
        return err_sys(k->err, errno, "cannot write %s/%s", k->to->path, f->name);
    hash_sha256_end(&hash, sum);
    hash_hex(sum, HASH_SHA256_BYTES, f->sum);
    return 0;
}

static int take_file(struct taker *k, const char *name)
{
    struct met *f;
    uint64_t at;
    int fd, r;

    if (!is_allowed(str_of(name)))
        return bad(k, name, "no file of this name belongs into one");
    if (map_get(&k->by_name, str_of(name), &at))
        return bad(k, name, "it is there twice");
    f = VEC_ADD(&k->files);
    *f = (struct met){.name = str_dup(str_of(name))};
    map_put(&k->by_name, str_of(f->name), k->files.n - 1);
    r = make_file(k, name, &fd);
    if (r == 0)
        r = take_bytes(k, f, fd, NULL);
    if (fd >= 0)
        close(fd);
    k->seen->files++;
    k->seen->bytes += f->size;
    return r;
}

static int take_entry(struct taker *k, struct archive_entry *e)
{
    const char *name = archive_entry_pathname(e);
    struct met manifest = {.name = (char *)"manifest.json"};

    if (!name)
        return bad(k, "the archive", "a file in it has no name");
    if (!k->files.n && !k->ended && strcmp(name, manifest.name) != 0 && !is_allowed(str_of(name)))
        return foreign(k, name);
    if (archive_entry_filetype(e) != AE_IFREG || archive_entry_hardlink(e))
        return bad(k, name, "it is no plain file");
    if (k->ended)
        return bad(k, name, "it stands behind the manifest");
    if (strcmp(name, manifest.name) != 0)
        return take_file(k, name);
    k->ended = true;
    return take_bytes(k, &manifest, -1, &k->manifest);
}

static int take_all(struct taker *k)
{
    struct archive_entry *e;
    int r = 0, got;

    while (r == 0 && (got = archive_read_next_header(k->tar, &e)) != ARCHIVE_EOF)
        r = got < ARCHIVE_WARN ? bad(k, "the archive", archive_error_string(k->tar)) : take_entry(k, e);
    if (r == 0 && !k->ended)
        r = bad(k, "manifest.json", "the archive ends without it");
    return r;
}

/* ---- the manifest ---- */

static int compare_one(struct taker *k, const struct json_value *v)
{
    struct str name = json_read_text(json_read_member(v, "name")),
               sum = json_read_text(json_read_member(v, "sha256"));
    char shown[256];
    struct met *f;
    uint64_t at;

    str_copy(shown, sizeof(shown), name);
    if (!name.n || !map_get(&k->by_name, name, &at))
        return bad(k, name.n ? shown : "manifest.json", "a file of the manifest is missing");
    BUG_ON(at >= k->files.n);
    f = &k->files.at[at];
    if (f->listed || f->size != (uint64_t)json_read_int(json_read_member(v, "size")) ||
        !str_eq_c(sum, f->sum))
        return bad(k, shown, "its contents are not those that were saved");
    f->listed = true;
    return 0;
}

static void take_words(struct taker *k, const struct json_value *m)
{
    str_copy(k->seen->made, sizeof(k->seen->made), json_read_text(json_read_member(m, "made")));
    str_copy(k->seen->host, sizeof(k->seen->host), json_read_text(json_read_member(m, "host")));
    str_copy(k->seen->version, sizeof(k->seen->version), json_read_text(json_read_member(m, "version")));
}

/* What is said of the journal is seen once more, by reading it. */
static void take_damage(struct taker *k, const struct json_value *m)
{
    const struct json_value *all = json_read_member(m, "damaged");

    for (size_t i = 0; json_read_type(all) == JSON_IS_ARRAY && i < json_read_length(all); i++) {
        const struct json_value *one = json_read_element(all, i);
        struct str name = json_read_text(json_read_member(one, "name"));
        struct backup_damage *d = &k->seen->damage[k->seen->n_damage];

        if (!name.n || str_eq_c(name, "journal") || k->seen->n_damage == BACKUP_DAMAGES)
            continue;
        str_copy(d->name, sizeof(d->name), name);
        show(json_read_text(json_read_member(one, "what")), d->what, sizeof(d->what));
        k->seen->n_damage++;
    }
}

static int compare_files(struct taker *k, const struct json_value *m)
{
    const struct json_value *files = json_read_member(m, "files");
    int64_t format = json_read_int(json_read_member(m, "vigie_backup"));
    int r = 0;

    if (format > BACKUP_FORMAT)
        return err_set(
            k->err, E_FORMAT,
            "the backup was made by a newer Vigie (%s, format %lld; this one knows %d): restore it with that "
            "version; nothing was changed",
            k->seen->version, (long long)format, BACKUP_FORMAT);
    if (format < 1 || json_read_type(files) != JSON_IS_ARRAY)
        return bad(k, "manifest.json", "it is no manifest of Vigie's");
    for (size_t i = 0; r == 0 && i < json_read_length(files); i++)
        r = compare_one(k, json_read_element(files, i));
    for (size_t i = 0; r == 0 && i < k->files.n; i++)
        if (!k->files.at[i].listed)
            r = bad(k, k->files.at[i].name, "the manifest does not know it");
    return r;
}

static int compare(struct taker *k)
{
    struct str rest = buf_str(&k->manifest);
    struct json_value *m = json_read(&rest, NULL);
    int r;

    if (!m)
        return bad(k, "manifest.json", "it is damaged");
    take_words(k, m);
    take_damage(k, m);
    r = compare_files(k, m);
    json_read_free(m);
    return r;
}

/* ---- what was restored, looked at by those who will use it ---- */

static int look_at_journal(struct taker *k)
{
    struct journal_damage damage;
    int r = backup_look_journal(k->to, backup_look_known(k->to), &damage, k->err);

    if (r < 0)
        return r;
    k->seen->journal_damage = damage.places;
    k->seen->journal_lost = damage.lost;
    return 0;
}

/* Was it damaged when it was saved, as the manifest says? Then what is seen of it now is told. */
static bool is_known_damage(const struct taker *k, const char *name, const struct err *look)
{
    for (unsigned i = 0; i < k->seen->n_damage; i++) {
        struct backup_damage *d = &k->seen->damage[i];
        size_t n = strlen(d->what);

        if (strcmp(d->name, name) != 0)
            continue;
        if (look->code == E_FORMAT)
            str_copy(d->what, sizeof(d->what), str_of(look->text));
        else if (!look->code)
            str_copy(d->what + n, sizeof(d->what) - n, STR(" (now nothing wrong is seen in it)"));
        return look->code == E_FORMAT;
    }
    return false;
}

static int look_at_databases(struct taker *k)
{
    char path[4400];
    int r = 0;

    for (size_t i = 0; r == 0 && i < k->files.n; i++) {
        struct str name = str_of(k->files.at[i].name);
        struct err look = ERR_INIT;
        bool whole;

        if (!str_starts(name, STR("db/")) || !str_ends(name, STR(".db")))
            continue;
        snprintf(path, sizeof(path), "%s/%s", k->to->path, k->files.at[i].name);
        whole = sql_look(path, &look) == 0;
        if (!is_known_damage(k, k->files.at[i].name, &look) && !whole)
            r = err_set(k->err, look.code, "%s of the backup cannot be restored: %s; nothing was changed",
                        k->files.at[i].name, look.text);
    }
    return r;
}

/* The audit record says itself that it comes from a backup; what is wrong with it was so when it was saved, and the next start says it. */
static int note_restored(struct taker *k)
{
    struct journal_dir dir = {openat(k->to->fd, "audit", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    struct journal_io io;
    struct audit a;
    struct wall now = clock_wall();
    char text[400];
    int r;

    if (dir.fd < 0)
        return err_sys(k->err, errno, "cannot open %s/audit", k->to->path);
    journal_io_dir(&io, &dir);
    snprintf(text, sizeof(text), "from a backup made at %s on %s", k->seen->made, k->seen->host);
    r = audit_open(&a, &io, 0, now, k->err);
    if (r == 0) {
        audit_add(&a, now, &(struct audit_entry){.kind = AUDIT_RESTORED, .text = str_of(text)});
        r = audit_commit(&a, now);
        if (r < 0)
            err_set(k->err, r, "cannot write %s/%s", k->to->path, a.why);
        audit_release(&a);
    }
    close(dir.fd);
    return r;
}

static int make_folders(struct taker *k)
{
    for (size_t i = 0; i < BACKUP_FOLDERS; i++)
        if (mkdirat(k->to->fd, backup_folders[i], 0700) < 0)
            return err_sys(k->err, errno, "cannot make %s/%s", k->to->path, backup_folders[i]);
    return 0;
}

static int sync_folders(struct taker *k)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < BACKUP_FOLDERS; i++) {
        int fd = openat(k->to->fd, backup_folders[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        r = fd < 0 ? -1 : file_sync_dir(fd);
        if (fd >= 0)
            close(fd);
    }
    if (r < 0 || file_sync_dir(k->to->fd) < 0)
        return err_sys(k->err, errno, "cannot write %s", k->to->path);
    return 0;
}

static int take(struct taker *k, int in_fd)
{
    int r = k->to->fd >= 0 ? make_folders(k) : 0;

    if (r == 0 && archive_read_open_fd(k->tar, in_fd, PIECE) != ARCHIVE_OK)
        r = err_set(k->err, E_FORMAT, "this is damaged, or no backup of Vigie's: %s; nothing was changed",
                    archive_error_string(k->tar));
    if (r == 0)
        r = take_all(k);
    if (r == 0)
        r = compare(k);
    if (r < 0 || k->to->fd < 0)
        return r;
    r = look_at_databases(k);
    if (r == 0)
        r = look_at_journal(k);
    if (r == 0)
        r = note_restored(k);
    return r == 0 ? sync_folders(k) : r;
}

int backup_read(int in_fd, const struct backup_where *to, struct backup_seen *seen, struct err *err)
{
    struct taker k = {.to = to, .seen = seen, .err = err};
    int r;

    *seen = (struct backup_seen){0};
    k.tar = archive_read_new();
    k.piece = mem_alloc(PIECE);
    archive_read_support_format_tar(k.tar);
    archive_read_support_filter_zstd(k.tar);
    r = take(&k, in_fd);
    archive_read_free(k.tar);
    for (size_t i = 0; i < k.files.n; i++)
        mem_free(k.files.at[i].name);
    VEC_RELEASE(&k.files);
    map_release(&k.by_name);
    buf_release(&k.manifest);
    mem_free(k.piece);
    return r;
}
