/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/import.h"

#include "db/series_spool.h"
#include "os/clock.h"
#include "os/disk.h"
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BATCH_BYTES (2u * 1024 * 1024) /* handed over at once: some seconds of the store's work */
#define OUT_MAX     3u                 /* batches that the store has and did not do yet */
#define DONE_MAX    (16u * 1024 * 1024)
#define LOOK_MS     50
#define WAIT_US     (2 * TIME_MIN)

static void name_of(char *out, unsigned number, const char *end)
{
    snprintf(out, 32, "%08u%s", number, end);
}

static bool is_running(const struct import_hand *h)
{
    int fd = openat(h->state, "lock", O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    bool held = fd >= 0 && file_lock(fd) == E_BUSY;

    if (fd >= 0)
        close(fd);
    return held;
}

static int need_running(const struct import_hand *h, struct err *err)
{
    return is_running(h)
               ? 0
               : err_set(
                     err, E_CLOSED,
                     "Vigie does not run with this state folder: its store is what takes measurements. Start "
                     "it; it goes on watching meanwhile");
}

/* ---- opening ---- */

/* The folder belongs to whom the databases belong: the store works in it. */
static int make_folder(const struct import_hand *h, struct err *err)
{
    struct stat st;

    if (mkdirat(h->state, SERIES_SPOOL_FOLDER, 0700) < 0)
        return errno == EEXIST ? 0 : err_sys(err, errno, "cannot make the folder " SERIES_SPOOL_FOLDER);
    if (fstatat(h->state, "db", &st, 0) < 0 ||
        (st.st_uid != geteuid() &&
         fchownat(h->state, SERIES_SPOOL_FOLDER, st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW) < 0)) {
        err_sys(err, errno, "cannot make the folder " SERIES_SPOOL_FOLDER " over to its owner");
        unlinkat(h->state, SERIES_SPOOL_FOLDER, AT_REMOVEDIR);
        return err->code;
    }
    return 0;
}

/* The store has said what became of it, and it is still there: not removed yet, or it cannot be. Then the next file of its name would be taken for it. 1: it is gone; 0: that was not said; E_*. */
static int remove_file(const struct import_hand *h, const char *file, struct err *err)
{
    struct stat st;
    char done[64];
    int r;

    snprintf(done, sizeof(done), "%.*s" SERIES_SPOOL_DONE, (int)(strlen(file) - strlen(SERIES_SPOOL_FILE)),
             file);
    if (fstatat(h->dir, done, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return 0;
    r = disk_unlink(h->dir, file);
    if (r < 0 && r != E_NOENT)
        return err_set(err, r,
                       "all of " SERIES_SPOOL_FOLDER
                       "/%s is done, but it cannot be removed: %s; remove it, then import "
                       "once more: what is there is not taken twice",
                       file, err_name(r));
    return 1;
}

struct rest {
    const struct import_hand *h;
    struct err *err;
    bool any;
    int failed;
};

static void note_rest(void *user, const char *name)
{
    struct rest *x = user;
    int r;

    if (!str_ends(str_of(name), STR(SERIES_SPOOL_FILE)) || x->failed)
        return;
    r = remove_file(x->h, name, x->err);
    x->failed = MIN(r, 0);
    x->any = x->any || r == 0;
}

static void remove_done(void *user, const char *name)
{
    const struct import_hand *h = user;

    if (str_ends(str_of(name), STR(SERIES_SPOOL_DONE)) || str_ends(str_of(name), STR(".new")))
        disk_unlink(h->dir, name);
}

/* What an import that was stopped had handed over is done first: it would not be known whose answers are whose. */
static int finish_rest(struct import_hand *h, struct err *err)
{
    struct rest rest = {.h = h, .err = err, .any = true};

    while (rest.any) {
        rest.any = false;
        if (disk_list(h->dir, note_rest, &rest) < 0)
            return err_set(err, E_IO, "the folder " SERIES_SPOOL_FOLDER " cannot be read");
        if (rest.failed)
            return rest.failed;
        if (rest.any && !h->go_on(h->user))
            return err_set(err, E_CLOSED, "stopped");
        if (rest.any && need_running(h, err) < 0)
            return err->code;
        if (rest.any)
            poll(NULL, 0, LOOK_MS);
    }
    disk_list(h->dir, remove_done, h);
    return 0;
}

int import_hand_open(struct import_hand *h, const char *state, struct err *err)
{
    int r;

    h->dir = h->lock = -1;
    buf_init(&h->bytes);
    series_chunk_room_init(&h->room);
    h->state = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (h->state < 0)
        return err_sys(err, errno, "cannot open the state folder %s", state);
    r = need_running(h, err);
    if (r == 0)
        r = make_folder(h, err);
    if (r < 0)
        return r;
    h->dir = openat(h->state, SERIES_SPOOL_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (h->dir >= 0)
        h->lock = openat(h->dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (h->lock < 0)
        return err_sys(err, errno,
                       "cannot write in %s/" SERIES_SPOOL_FOLDER
                       ": run it as root, or as the user that runs Vigie",
                       state);
    if (file_lock(h->lock) < 0)
        return err_set(err, E_BUSY, "another 'vigie import' is at work on %s", state);
    return finish_rest(h, err);
}

void import_hand_release(struct import_hand *h)
{
    for (size_t i = 0; i < h->out.n; i++)
        VEC_RELEASE(&h->out.at[i].record);
    VEC_RELEASE(&h->out);
    VEC_RELEASE(&h->made.record);
    buf_release(&h->bytes);
    series_chunk_room_release(&h->room);
    if (h->lock >= 0)
        close(h->lock);
    if (h->dir >= 0)
        close(h->dir);
    if (h->state >= 0)
        close(h->state);
}

/* ---- answers ---- */

static void take_line(struct import_hand *h, const struct import_batch *b, struct str line)
{
    struct str rest = line, number = str_cut(&rest, ' '), counts = rest;
    uint64_t i, count[4];
    unsigned n = 0;

    if (!str_to_u64(number, &i) || i >= b->record.n) {
        for (size_t k = 0; k < b->record.n && str_eq_c(number, "E"); k++)
            h->became(h->user, &b->record.at[k], NULL, rest);
        return;
    }
    while (n < 4 && counts.p && str_to_u64(str_cut(&counts, ' '), &count[n]))
        n++;
    h->became(h->user, &b->record.at[i], n == 4 ? count : NULL, rest);
}

/* 1: the oldest batch is done; 0: not yet; E_*. */
static int take_answer(struct import_hand *h, struct err *err)
{
    struct import_batch *b = &h->out.at[0];
    struct buf text = BUF_INIT;
    struct str rest;
    struct stat st;
    char name[32];
    int r;

    name_of(name, b->number, SERIES_SPOOL_FILE);
    if (fstatat(h->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && (r = remove_file(h, name, err)) != 1)
        return r;
    name_of(name, b->number, SERIES_SPOOL_DONE);
    r = file_read_at(h->dir, name, DONE_MAX, &text, err);
    rest = buf_str(&text);
    while (r == 0 && rest.n)
        take_line(h, b, str_cut(&rest, '\n'));
    buf_release(&text);
    if (r < 0)
        return r;
    disk_unlink(h->dir, name);
    VEC_RELEASE(&b->record);
    memmove(b, b + 1, (h->out.n - 1) * sizeof(*b));
    h->out.n--;
    return 1;
}

/* The store may have no room, or much else to do. */
static void say_waiting(const struct import_hand *h, struct mono *since)
{
    if (clock_mono().us - since->us < WAIT_US)
        return;
    since->us = clock_mono().us;
    fprintf(stderr,
            "\nvigie import: waiting for the store, which has %zu batches to do: 'vigie ctl status' says how "
            "it is\n",
            h->out.n);
}

static int wait_until(struct import_hand *h, size_t most, struct err *err)
{
    struct mono since = clock_mono();

    while (h->out.n) {
        int r = take_answer(h, err);

        if (r < 0)
            return r;
        if (!r && h->out.n <= most)
            return 0;
        if (!h->go_on(h->user))
            return err_set(err, E_CLOSED, "stopped");
        if (!r && need_running(h, err) < 0)
            return err->code;
        if (r)
            since = clock_mono();
        say_waiting(h, &since);
        if (!r)
            poll(NULL, 0, LOOK_MS);
    }
    return 0;
}

/* ---- handing over ---- */

static int hand_over(struct import_hand *h, struct err *err)
{
    char name[32];
    int r;

    if (!h->made.record.n)
        return 0;
    series_spool_end(&h->bytes, h->made.record.n);
    h->made.number = ++h->number;
    name_of(name, h->number, SERIES_SPOOL_FILE);
    if (h->bytes.len > SERIES_SPOOL_FILE_MAX)
        return err_set(err, E_LIMIT, "one series is more than %u bytes", SERIES_SPOOL_FILE_MAX);
    /* The folder is the store's own, and closed to all others: it may read what root wrote. */
    r = file_replace_at(h->dir, name, h->bytes.data, h->bytes.len, 0644, err);
    if (r < 0)
        return r;
    *VEC_ADD(&h->out) = h->made;
    h->made = (struct import_batch){.number = 0};
    buf_clear(&h->bytes);
    return wait_until(h, OUT_MAX - 1, err);
}

static void note(struct import_hand *h, size_t source, enum series_class class, size_t records)
{
    for (size_t i = 0; i < records; i++)
        *VEC_ADD(&h->made.record) = (struct import_origin){source, class};
    h->handed(h->user, source, records);
}

/* Buckets that are not over yet grow: they are left to the measurements. */
static void put_buckets(struct import_hand *h, size_t source, struct series_spool_item *item,
                        const struct rrd_rows *rows, int64_t file_step)
{
    struct series_buckets b = {.n = 0};
    int64_t now = clock_wall().us;

    for (unsigned c = SERIES_CLASSES - 1; c > SERIES_RAW; c--) {
        item->class = (enum series_class)c;
        VEC_CLEAR(&b);
        rrd_rows_buckets(rows->at, rows->n, file_step, item->class, &b);
        while (b.n && VEC_LAST(&b).us + series_bucket_us(item->class) > now)
            b.n--;
        note(h, source, item->class, series_spool_put_buckets(&h->bytes, &h->room, item, &b));
    }
    VEC_RELEASE(&b);
}

int import_hand_put(struct import_hand *h, size_t source, const struct series_key *key, struct str unit,
                    const struct rrd_rows *rows, int64_t file_step, struct err *err)
{
    struct series_spool_item item = {.unit = unit, .key = *key};
    struct series_samples v = {.n = 0};

    if (!h->bytes.len)
        series_spool_begin(&h->bytes);
    put_buckets(h, source, &item, rows, file_step);
    item.class = SERIES_RAW;
    for (size_t i = 0, to; i < rows->n; i = to) {
        for (to = i; to < rows->n && rows->at[to].step == rows->at[i].step;)
            to++;
        VEC_CLEAR(&v);
        rrd_rows_samples(rows->at + i, to - i, &v);
        item.step_us = rows->at[i].step * TIME_S;
        note(h, source, SERIES_RAW, series_spool_put_samples(&h->bytes, &h->room, &item, &v));
    }
    VEC_RELEASE(&v);
    return h->bytes.len >= BATCH_BYTES ? hand_over(h, err) : 0;
}

int import_hand_end(struct import_hand *h, struct err *err)
{
    int r = hand_over(h, err);

    return r < 0 ? r : wait_until(h, 0, err);
}
