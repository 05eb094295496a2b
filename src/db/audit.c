/* SPDX-License-Identifier: Apache-2.0 */
#include "db/audit.h"

#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define AHEAD (256u * 1024) /* allocated at a time, beyond the reserve */

/* ---- open ---- */

static void add_text(struct audit *a, struct wall now, enum audit_kind kind, uint64_t bytes, const char *text)
{
    audit_add(a, now, &(struct audit_entry){.kind = kind, .bytes = bytes, .text = str_of(text)});
}

/* All numbers that are there are taken. */
static void go_behind(struct audit *a, struct audit_scan *s)
{
    struct audit_line l;
    ptrdiff_t end;

    while ((end = str_find_char(s->rest, '\n')) >= 0) {
        if (audit_line_get(str_sub(s->rest, 0, (size_t)end), &l) == 0 && l.n > a->disk.n &&
            l.n - a->disk.n <= AUDIT_FILE_MAX) {
            a->disk.n = l.n;
            str_copy(a->disk.hash, sizeof(a->disk.hash), l.hash);
        }
        s->rest = str_sub(s->rest, (size_t)end + 1, SIZE_MAX);
    }
}

/* What stands in the newest file; the chain goes on behind the last entry that is as it was written. False: it is not all good. */
static bool scan(struct audit *a, const struct audit_file *file, struct str bytes)
{
    struct audit_scan s = {.rest = bytes};
    struct audit_line l;
    char why[400] = "this is no entry of an audit record";
    uint64_t lines = 0;
    int r;

    a->disk.n = file->first - 1;
    while ((r = audit_scan_next(&s, &l)) == 1) {
        if (!lines++) {
            a->begun = l.at;
            if (l.kind == AUDIT_BEGIN)
                str_copy(a->disk.hash, sizeof(a->disk.hash), l.before);
        }
        if (!audit_chain_follow(&a->disk, &l, why, sizeof(why)))
            break;
        a->at = s.at;
    }
    if (r == E_AGAIN)
        a->torn = s.rest.n;
    if (r == 0 || (r == E_AGAIN && lines))
        return true;
    if (r == E_AGAIN && !lines) /* it was being begun */
        return true;
    snprintf(a->wrong, sizeof(a->wrong), "audit/%s, line %" PRIu64 ": %s", file->name, lines + (r != 1), why);
    go_behind(a, &s);
    a->disk.n = MAX(a->disk.n, file->first); /* the next file has another name than this one */
    return false;
}

/* The last hash of the file before one of which nothing is left. */
static void look_before(struct audit *a, const struct audit_files *files, struct buf *b)
{
    struct audit_scan s;
    struct audit_line l;

    for (size_t i = files->v.n - 1; i-- > 0;) {
        if (audit_file_read(&a->io, files->v.at[i].name, b, NULL) < 0)
            continue;
        s = (struct audit_scan){.rest = buf_str(b)};
        while (audit_scan_next(&s, &l) == 1)
            if (l.n <= a->disk.n)
                str_copy(a->disk.hash, sizeof(a->disk.hash), l.hash);
        return;
    }
}

/* The file is gone on with, if it can be written and nothing is wrong with it. */
static void resume(struct audit *a, const struct audit_file *file, uint64_t size)
{
    str_copy(a->file, sizeof(a->file), str_of(file->name));
    a->handle = a->io.open(a->io.user, file->name, JOURNAL_WRITE);
    if (a->handle < 0) {
        a->handle = -1;
        return;
    }
    if (size > a->at &&
        (a->io.truncate(a->io.user, a->handle, a->at) < 0 || a->io.sync(a->io.user, a->handle) < 0)) {
        a->io.close(a->io.user, a->handle);
        a->handle = -1;
    }
    a->allocated = a->at;
}

static int open_newest(struct audit *a, const struct audit_files *files, struct err *err)
{
    const struct audit_file *file = &VEC_LAST(&files->v);
    struct buf b = BUF_INIT;
    int r = audit_file_read(&a->io, file->name, &b, err);
    uint64_t size = b.len;
    bool good = r == 0 && scan(a, file, buf_str(&b));

    if (r == 0 && a->disk.n + 1 == file->first) /* nothing of it is whole */
        look_before(a, files, &b);
    if (good && a->at)
        resume(a, file, size);
    else if (good) /* begun and no more: it is begun again, under the same name */
        a->io.unlink(a->io.user, file->name);
    buf_release(&b);
    return r;
}

int audit_open(struct audit *a, const struct journal_io *io, int64_t keep_us, struct wall now,
               struct err *err)
{
    struct audit_files files = {.v = {0}};
    char text[400];
    int r;

    *a = (struct audit){.io = *io, .keep_us = keep_us, .handle = -1};
    buf_init(&a->pending);
    audit_chain_init(&a->disk);
    r = audit_files_read(&files, io, err);
    if (r == 0 && files.v.n)
        r = open_newest(a, &files, err);
    audit_files_release(&files);
    a->next = a->disk;
    if (r == 0 && a->torn) {
        snprintf(
            text, sizeof(text),
            "the record ended in a line that is not whole: it was cut off. Nobody was told of it, if the "
            "disk is sound");
        add_text(a, now, AUDIT_MENDED, a->torn, text);
    }
    if (r == 0 && a->wrong[0])
        add_text(a, now, AUDIT_WRONG, 0, a->wrong);
    return r;
}

static void leave(struct audit *a)
{
    if (a->handle < 0)
        return;
    a->io.truncate(a->io.user, a->handle, a->at); /* blocks behind it, and what a failed write left */
    a->io.close(a->io.user, a->handle);
    a->handle = -1;
}

void audit_release(struct audit *a)
{
    leave(a);
    buf_release(&a->pending);
    VEC_RELEASE(&a->late);
}

/* ---- adding ---- */

static bool is_begun(const struct audit *a)
{
    return a->handle >= 0 || a->pending.len;
}

static void add(struct audit *a, struct wall at, const struct audit_entry *e)
{
    if (!is_begun(a))
        audit_line_put(&a->pending, &a->next, at, &(struct audit_entry){.kind = AUDIT_BEGIN});
    audit_line_put(&a->pending, &a->next, at, e);
}

uint64_t audit_add(struct audit *a, struct wall at, const struct audit_entry *e)
{
    if (e->kind == AUDIT_DONE) {
        if (a->late.n < AUDIT_LATE_MAX)
            *VEC_ADD(&a->late) = (struct audit_late){at, e->of, e->status};
        else
            a->late_lost++;
        return 0;
    }
    add(a, at, e);
    return a->next.n;
}

bool audit_waits(const struct audit *a)
{
    return a->late.n || a->pending.len;
}

/* ---- writing ---- */

static int fails(struct audit *a, int code, const char *doing)
{
    a->failures++;
    snprintf(a->why, sizeof(a->why), "audit/%s: %s failed: %s", a->file, doing,
             code == E_NOSPC ? "the disk is full or read-only" : "the disk reports an error");
    buf_clear(&a->pending);
    a->next = a->disk;
    return code;
}

static void allocate(struct audit *a, uint64_t need)
{
    uint64_t want = a->at + need + AUDIT_RESERVE;
    int r;

    if (!a->low && want <= a->allocated)
        return;
    r = a->io.allocate(a->io.user, a->handle, want + AHEAD);
    if (r == 0)
        a->allocated = want + AHEAD;
    a->low = r == E_NOSPC;
}

void audit_look_for_room(struct audit *a)
{
    if (a->handle >= 0)
        allocate(a, 0);
    else
        a->low = false;
}

static int begin_file(struct audit *a, struct wall now)
{
    int r;

    audit_name(a->file, a->disk.n + 1);
    a->handle = a->io.open(a->io.user, a->file, JOURNAL_CREATE);
    if (a->handle < 0) {
        r = a->handle;
        a->handle = -1;
        return r;
    }
    a->at = a->allocated = 0;
    a->begun = now;
    return a->io.sync_names(a->io.user);
}

/* A file that is full, or of another month, is left; what is collected then begins with its BEGIN. */
static bool turns(const struct audit *a, struct wall now)
{
    struct time_civil was = time_utc(a->begun), is = time_utc(now);

    return a->at >= AUDIT_ROTATE_BYTES || was.month != is.month || was.year != is.year;
}

static void add_late(struct audit *a)
{
    for (size_t i = 0; i < a->late.n; i++)
        add(a, a->late.at[i].at,
            &(struct audit_entry){
                .kind = AUDIT_DONE, .of = a->late.at[i].of, .status = a->late.at[i].status});
}

static int write_pending(struct audit *a)
{
    int r;

    allocate(a, a->pending.len);
    r = a->io.write(a->io.user, a->handle, a->at, a->pending.data, a->pending.len);
    if (r < 0) {
        a->io.truncate(a->io.user, a->handle, a->at); /* so that half of it is not taken for an entry */
        a->allocated = a->at;
        if (!a->at) { /* it has not even begun */
            leave(a);
            a->io.unlink(a->io.user, a->file);
        }
        return fails(a, r, "writing");
    }
    r = a->io.sync(a->io.user, a->handle);
    if (r == 0)
        return 0;
    leave(a); /* nothing is known about its pages */
    return fails(a, r, "syncing");
}

int audit_commit(struct audit *a, struct wall now)
{
    int r = 0;

    add_late(a);
    if (!a->pending.len)
        return 0;
    if (a->handle < 0)
        r = begin_file(a, now);
    if (r < 0) {
        leave(a);
        return fails(a, r, "making the file");
    }
    r = write_pending(a);
    if (r < 0)
        return r;
    a->at += a->pending.len;
    a->disk = a->next;
    a->why[0] = '\0';
    buf_clear(&a->pending);
    VEC_CLEAR(&a->late);
    if (turns(a, now))
        leave(a);
    return 0;
}

/* ---- removing ---- */

/* The last entry of a file, which has that number; false: it cannot be said. */
static bool end_of(struct audit *a, const char *name, uint64_t n, struct audit_line *last, struct buf *b)
{
    struct audit_scan s;
    struct audit_line l;
    bool any = false;

    if (audit_file_read(&a->io, name, b, NULL) < 0)
        return false;
    s = (struct audit_scan){.rest = buf_str(b)};
    while (!any && audit_scan_next(&s, &l) == 1) {
        *last = l;
        any = l.n == n;
    }
    return any;
}

void audit_trim(struct audit *a, struct wall now)
{
    struct audit_files files = {.v = {0}};
    struct buf b = BUF_INIT;
    struct audit_line last;
    size_t n = 0;

    if (audit_files_read(&files, &a->io, NULL) < 0)
        files.v.n = 0;
    /* At most two at a time, so that a clock that jumped cannot empty the folder; never the newest. */
    while (n < 2 && n + 1 < files.v.n &&
           end_of(a, files.v.at[n].name, files.v.at[n + 1].first - 1, &last, &b) &&
           last.at.us < now.us - a->keep_us) {
        audit_add(a, now,
                  &(struct audit_entry){
                      .kind = AUDIT_CUT, .until = files.v.at[n + 1].first - 1, .head = last.hash});
        n++;
    }
    if (n && audit_commit(a, now) == 0)
        for (size_t i = 0; i < n; i++)
            if (a->io.unlink(a->io.user, files.v.at[i].name) < 0 || a->io.sync_names(a->io.user) < 0)
                break;
    buf_release(&b);
    audit_files_release(&files);
}
