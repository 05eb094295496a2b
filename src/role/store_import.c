/* SPDX-License-Identifier: Apache-2.0 */
#include "role/store_import.h"

#include "base/log.h"
#include "db/series_roll.h"
#include "os/clock.h"
#include "os/disk.h"
#include "os/file.h"
#include "role/store_int.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void store_import_drop(struct store *s)
{
    struct store_import *m = &s->series.import;

    buf_release(&m->bytes);
    buf_release(&m->done);
    *m = (struct store_import){.number = 0};
}

/* ---- files ---- */

static int open_folder(const struct store *s)
{
    return openat(s->state_fd, SERIES_SPOOL_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

struct looking {
    int dir;
    char *first;
};

/* What became of it is said already: only its file is still there, since it could not be removed or the store ended then. */
static bool is_done(int dir, struct str name, const char *file)
{
    char done[80];
    int64_t at;

    snprintf(done, sizeof(done), STR_FMT SERIES_SPOOL_DONE, STR_ARG(name));
    if (disk_changed_at(dir, done, &at) < 0)
        return false;
    disk_unlink(dir, file);
    return true;
}

static void each_name(void *user, const char *name)
{
    const struct looking *l = user;
    struct str s = str_of(name);

    if (!str_ends(s, STR(SERIES_SPOOL_FILE)))
        return;
    s.n -= strlen(SERIES_SPOOL_FILE);
    if (s.n && s.n < sizeof(((struct store_import *)0)->name) &&
        (!*l->first || str_cmp(s, str_of(l->first)) < 0) && !is_done(l->dir, s, name))
        str_copy(l->first, sizeof(((struct store_import *)0)->name), s);
}

static void refuse(struct store_import *m, const char *why)
{
    log_warn("import: %s" SERIES_SPOOL_FILE ": %s; nothing of it was taken", m->name, why);
    buf_clear(&m->done);
    buf_printf(&m->done, "E %s\n", why);
    m->stage = STORE_IMPORT_SAMPLES;
    m->ended = true;
}

/* The next file, if there is one. */
static bool take_file(struct store *s)
{
    struct store_import *m = &s->series.import;
    struct err err = ERR_INIT;
    char file[80];
    int dir = open_folder(s);

    if (dir < 0)
        return false;
    if (disk_list(dir, each_name, &(struct looking){dir, m->name}) < 0)
        m->name[0] = '\0';
    if (m->name[0]) {
        snprintf(file, sizeof(file), "%s" SERIES_SPOOL_FILE, m->name);
        if (file_read_at(dir, file, SERIES_SPOOL_FILE_MAX, &m->bytes, &err) < 0)
            refuse(m, err.text);
        else if (series_spool_open(buf_str(&m->bytes), &m->first) < 0)
            refuse(m, "it is damaged, or no file of 'vigie import'");
        m->rest = m->first;
    }
    close(dir);
    return m->name[0];
}

/* What became of it is on disk before the file goes. */
static int say_done(const struct store_import *m, int dir, struct err *err)
{
    char done[80], file[80];
    int r;

    snprintf(done, sizeof(done), "%s" SERIES_SPOOL_DONE, m->name);
    snprintf(file, sizeof(file), "%s" SERIES_SPOOL_FILE, m->name);
    r = file_replace_at(dir, done, m->done.data ? m->done.data : "", m->done.len, 0600, err);
    if (r < 0)
        return r;
    r = disk_unlink(dir, file);
    if (r < 0 && r != E_NOENT) /* it is passed over from now on */
        log_warn("import: %s is done, but cannot be removed: %s", file, err_name(r));
    return 0;
}

/* All of it is committed, and that is to be said: until it is, the file stays, and whoever handed it over waits. E_NOSPC: it is done once more, when there is room. */
static int end_file(struct store *s)
{
    struct store_import *m = &s->series.import;
    struct err err = ERR_INIT;
    int dir = open_folder(s), r;

    r = dir >= 0 ? say_done(m, dir, &err) : err_sys(&err, errno, "cannot open " SERIES_SPOOL_FOLDER);
    if (dir >= 0)
        close(dir);
    if (r < 0 && r != E_NOSPC && (dir >= 0 || r != E_NOENT)) {
        if (!m->again.us)
            log_warn("import: %s" SERIES_SPOOL_FILE
                     " is done, but that cannot be said: %s; it is tried again",
                     m->name, err.text);
        m->again = (struct mono){store_now(s).us + STORE_RETRY_US};
        return 0;
    }
    store_import_drop(s);
    return r == E_NOSPC ? r : 0;
}

/* ---- records ---- */

/* The unit, where the class does not say it. */
static int say_unit(struct store *s, const struct series_spool_item *item, int64_t since_us)
{
    struct bounds *b = &s->series.bounds;
    struct bounds_row row = {.since_us = since_us, .uom = item->unit};
    int r;

    if (!item->unit.n)
        return 0;
    r = bounds_begin(b);
    if (r == 0)
        r = bounds_put(b, b->applied, &item->key, &row);
    return r < 0 ? r : bounds_end(b, b->applied);
}

static int put_samples(struct store *s, const struct series_spool_item *item, struct series_import_count *n)
{
    struct series *db = &s->series.db;
    struct series_samples v = {.n = 0};
    int r = series_chunk_get(&db->room, item->chunk, 0, &v);

    if (r == 0) {
        series_roll_order(&v);
        r = series_import_samples(db, &item->key, &v, item->step_us, clock_wall(), n);
    }
    if (r == 0 && n->taken)
        r = say_unit(s, item, v.at[0].us);
    VEC_RELEASE(&v);
    return r;
}

static int put_buckets(struct store *s, const struct series_spool_item *item, struct series_import_count *n)
{
    struct series *db = &s->series.db;
    struct series_buckets v = {.n = 0};
    int r = series_chunk_get_buckets(&db->room, item->chunk, 0, &v);

    for (size_t i = 0; i < v.n && r == 0; i++)
        if (v.at[i].count <= 0 || v.at[i].us % series_bucket_us(item->class))
            r = E_FORMAT;
    if (r == 0) {
        series_roll_order_buckets(&v);
        r = series_import_buckets(db, &item->key, item->class, &v, clock_wall(), n);
    }
    if (r == 0 && n->taken)
        r = say_unit(s, item, v.at[0].us);
    VEC_RELEASE(&v);
    return r;
}

static int put_item(struct store *s, const struct series_spool_item *item)
{
    struct store_import *m = &s->series.import;
    struct series_import_count n = {0};
    int r = item->class == SERIES_RAW ? put_samples(s, item, &n) : put_buckets(s, item, &n);

    if (s->series.db.failed || (r < 0 && r != E_FORMAT && r != E_LIMIT))
        return r < 0 ? r : E_IO;
    if (r < 0)
        buf_printf(&m->done, "%zu %s\n", m->number,
                   r == E_LIMIT ? "more series than there may be" : "damaged");
    else
        buf_printf(&m->done, "%zu %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", m->number, n.taken,
                   n.had, n.old, n.ahead);
    return 0;
}

/* What was put in is committed. */
static int next_stage(struct store *s)
{
    struct store_import *m = &s->series.import;

    m->ended = m->committing = false;
    m->rest = m->first;
    m->number = 0;
    return ++m->stage == STORE_IMPORT_END ? end_file(s) : 0;
}

int store_import_turn(struct store *s, int64_t turn_us)
{
    struct store_import *m = &s->series.import;
    struct mono until = {clock_mono().us + turn_us};
    struct series_spool_item item;
    int r = 0;

    if (!m->name[0] && !take_file(s))
        return 0;
    if (m->stage == STORE_IMPORT_END) {
        r = store_now(s).us < m->again.us ? 0 : end_file(s);
        return r < 0 ? r : m->stage != STORE_IMPORT_END;
    }
    if (m->ended) { /* the commit goes on elsewhere; none is under way when this is called */
        r = m->committing ? 0 : store_series_commit(s);
        m->committing = s->series.db.commit != NULL; /* words for bounds.db come before it */
        if (r == 0)
            r = next_stage(s);
        return r < 0 ? r : 1;
    }
    do {
        m->ended = series_spool_next(&m->rest, &item) == 0;
        if (!m->ended && (item.class == SERIES_RAW) == (m->stage == STORE_IMPORT_SAMPLES))
            r = put_item(s, &item);
        m->number++;
    } while (r == 0 && !m->ended && clock_mono().us < until.us);
    return r < 0 ? r : 1;
}
