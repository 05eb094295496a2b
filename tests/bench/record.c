/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `./dev bench record`, the part in C: the journal, the history projection and SQLite alone in a folder, with the same rows. Not a test: nothing is asserted. Prints lines
 * "NAME|VALUE|UNIT" for tests/bench/record.py, and writes the rows as statements for PostgreSQL (FOLDER/small.sql by 100 a statement, FOLDER/large.sql by 20000), and the questions (FOLDER/page_*.sql).
 * Usage: bench_record FOLDER RECORDS
 */
#include "core/record.h"
#include "db/follow.h"
#include "db/past.h"
#include "os/clock.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define TURN_US (50 * TIME_MS) /* as store */
enum { SMALL = 100, LARGE = 20000, OBJECTS = 11000, TURN = 50, RAW_MOST = 200 /* bytes a row */ };
static const int64_t begin_us = 1735689600 * TIME_S;

/* Of batches: by the clock, and of the processor. */
struct times {
    double *took_us;
    size_t n;
    double all_us, cpu_us;
    struct mono began;
    double cpu_began_us;
};

struct bench {
    const char *folder;
    uint64_t n, seed;
    struct times times, raw;
    struct buf payload;
};

static void must(int64_t r, const char *what)
{
    if (r >= 0)
        return;
    fprintf(stderr, "bench: %s: %lld\n", what, (long long)r);
    exit(1);
}

static uint64_t draw(struct bench *b, uint64_t below)
{
    b->seed = b->seed * 6364136223846793005u + 1442695040888963407u;
    return (b->seed >> 33) % below;
}

static struct wall at_of(uint64_t seq)
{
    return (struct wall){begin_us + (int64_t)seq * TIME_S};
}

/* The same row for the same number, if they are drawn in order from seed 1. */
static struct record_event row(struct bench *b)
{
    static const char *const texts[] = {"OK - all is as it should be", "WARNING - slow answer: 2.31 s",
                                        "CRITICAL - connection refused by the other side"};
    uint64_t state = draw(b, 3);
    struct record_event e = {.oid = 1 + draw(b, OBJECTS),
                             .kind = draw(b, 10) > 6 ? RECORD_EVENT_NOTIFICATION : RECORD_EVENT_ALERT,
                             .state = state,
                             .hard = draw(b, 3) > 0,
                             .attempt = 1 + draw(b, 3),
                             .text = str_of(texts[state])};

    if (e.kind == RECORD_EVENT_NOTIFICATION) {
        e.contact = STR("operators");
        e.command = STR("notify-by-mail");
    }
    return e;
}

static void encode(struct bench *b, enum record_kind kind, const void *record)
{
    struct buf batch = BUF_INIT;
    struct record_frame f;
    struct str rest;

    record_put(&batch, kind, at_of(1), record);
    rest = buf_str(&batch);
    must(record_next(&rest, &f) == 1 ? 0 : -1, "record");
    buf_clear(&b->payload);
    buf_add(&b->payload, f.payload.p, f.payload.n);
    buf_release(&batch);
}

/* ---- what is printed ---- */

static int smaller_first(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static void say(const char *name, const char *part, double value, const char *unit)
{
    printf("%s%s|%.6g|%s\n", name, part, value, unit);
    fflush(stdout);
}

static double since_us(struct mono began)
{
    return (double)(clock_mono().us - began.us);
}

static double cpu_us(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * TIME_S +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void batch_begin(struct times *t)
{
    t->cpu_began_us = cpu_us();
    t->began = clock_mono();
}

static void batch_end(struct times *t)
{
    t->took_us[t->n] = since_us(t->began);
    t->cpu_us += cpu_us() - t->cpu_began_us;
    t->all_us += t->took_us[t->n++];
}

static void say_batches(struct times *t, const char *name, uint64_t rows)
{
    say(name, "_rate", (double)rows / t->all_us * TIME_S, "rows/s");
    say(name, "_cpu", t->cpu_us / (double)rows, "us/row");
    qsort(t->took_us, t->n, sizeof(*t->took_us), smaller_first);
    say(name, "_p50", t->took_us[t->n / 2] / 1000, "ms/batch");
    say(name, "_p99", t->took_us[t->n * 99 / 100] / 1000, "ms/batch");
    say(name, "_max", t->took_us[t->n - 1] / 1000, "ms/batch");
    t->n = 0;
    t->all_us = t->cpu_us = 0;
}

static void path_of(const struct bench *b, const char *name, char *out, size_t size)
{
    snprintf(out, size, "%s/%s", b->folder, name);
}

/* ---- the journal, and what the disk could do ---- */

static void open_journal(struct bench *b, struct journal *j, struct journal_dir *d, const char *name)
{
    struct journal_options o = {0};
    struct journal_io io;
    struct err err = ERR_INIT;
    char path[400];

    path_of(b, name, path, sizeof(path));
    must(mkdir(path, 0700), path);
    d->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(d->fd, path);
    journal_io_dir(&io, d);
    must(journal_open(j, &io, &o, &err), "journal");
}

/* One batch into the journal. The payloads are made before the clock runs: the engine makes them. */
static void append(struct bench *b, struct journal *j)
{
    struct buf all = BUF_INIT;
    size_t end[SMALL];

    for (size_t i = 0; i < SMALL; i++) {
        struct record_event e = row(b);

        encode(b, RECORD_EVENT, &e);
        buf_add_str(&all, buf_str(&b->payload));
        end[i] = all.len;
    }
    batch_begin(&b->times);
    for (size_t i = 0, at = 0; i < SMALL; at = end[i++])
        journal_add(j, j->next, RECORD_EVENT, at_of(j->next), str_sub(buf_str(&all), at, end[i] - at));
    must(journal_commit(j, at_of(j->next)), "commit");
    batch_end(&b->times);
    buf_release(&all);
}

/* As many bytes into a file whose blocks are there, and fdatasync: no journal can be faster on this disk. */
static void raw(struct bench *b, int fd, uint64_t at, const char *data, size_t size)
{
    batch_begin(&b->raw);
    must(pwrite(fd, data, size, (off_t)at), "write");
    must(fdatasync(fd), "sync");
    batch_end(&b->raw);
}

/* In turns of some batches, so that what else the machine does slows both alike. */
static void append_all(struct bench *b, struct journal *j)
{
    uint64_t batches = b->n / SMALL, at = 0;
    char path[400];
    int fd;

    path_of(b, "raw", path, sizeof(path));
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    must(fd, path);
    must(-posix_fallocate(fd, 0, (off_t)(b->n * RAW_MOST)), path);
    must(fsync(fd), path);
    for (uint64_t i = 0; i < batches; i += TURN) {
        uint64_t turn = MIN((uint64_t)TURN, batches - i), began = j->stats.bytes;

        for (uint64_t k = 0; k < turn; k++)
            append(b, j);
        began = (j->stats.bytes - began) / turn;
        for (uint64_t k = 0; k < turn; k++, at += began)
            raw(b, fd, at, j->done.data, MIN(began, j->done.len));
    }
    say_batches(&b->times, "append", b->n);
    say_batches(&b->raw, "raw", b->n);
    say("append_bytes", "", (double)j->stats.bytes / (double)b->n, "bytes/row");
    close(fd);
    unlink(path);
}

/* ---- the projection ---- */

static int no_watch(void *user UNUSED, const struct segment_record *r UNUSED)
{
    return 0; /* there is no SNAPSHOT among these */
}

/* What store does when it is behind, turn by turn. *longest_us: of a turn, for which new records wait. */
static double catch_up(struct bench *b, struct journal *j, struct history *h, double *longest_us)
{
    struct mono began = clock_mono(), turn;
    struct follow f;
    int more = 1;

    *longest_us = 0;
    follow_init(&f, h, j, no_watch, NULL);
    history_hurry(h, true);
    while (more) {
        turn = clock_mono();
        must(more = follow_turn(&f, TURN_US), "turn");
        *longest_us = MAX(*longest_us, since_us(turn));
    }
    must(h->applied == b->n ? 0 : -1, "not all of the journal was read");
    history_hurry(h, false);
    return since_us(began);
}

static void project(struct bench *b, struct journal *j, const char *name, const char *what, bool each)
{
    struct history h;
    struct err err = ERR_INIT;
    char path[400];
    bool moved;
    double us, longest_us, cpu;

    path_of(b, name, path, sizeof(path));
    must(history_open(&h, path, at_of(0), &moved, &err), path);
    cpu = cpu_us();
    us = catch_up(b, j, &h, &longest_us);
    cpu = cpu_us() - cpu;
    if (each)
        say(what, "", us / (double)b->n, "us/row");
    else
        say(what, "", (double)b->n / us * TIME_S, "rows/s");
    say(what, "_cpu", cpu / (double)b->n, "us/row");
    say(what, "_turn", longest_us / 1000, "ms");
    history_close(&h);
}

/* Results that change nothing: the projection only notes how far it came. */
static void unchanged(struct bench *b)
{
    struct journal j;
    struct journal_dir d;

    open_journal(b, &j, &d, "results");
    for (uint64_t seq = 1; seq <= b->n; seq++) {
        struct record_result r = {.oid = 1 + draw(b, OBJECTS),
                                  .run_id = seq,
                                  .started = at_of(seq).us,
                                  .lasted_us = 1000,
                                  .output = STR("OK - all is as it should be | time=0.31s;1;2")};

        encode(b, RECORD_RESULT, &r);
        journal_add(&j, seq, RECORD_RESULT, at_of(seq), buf_str(&b->payload));
        if (seq % LARGE == 0)
            must(journal_commit(&j, at_of(seq)), "commit");
    }
    must(journal_commit(&j, at_of(b->n)), "commit");
    project(b, &j, "unchanged.db", "unchanged", true);
    journal_release(&j);
    close(d.fd);
}

/* ---- questions: pages of the newest events before some moment ---- */

enum { PAGE = 50, PAGES = 21, PAGES_SEED = 7 };

static const struct page {
    const char *name, *kinds; /* as Vigie is asked */
    bool object;
} pages[] = {{"page_all", "", false}, {"page_object", "", true}, {"page_kind", "notification", false}};

/* The same one for all who are asked, if they are drawn in order. */
static uint64_t draw_page(struct bench *b, const struct page *p, uint64_t *which)
{
    uint64_t before = b->n / 2 + draw(b, b->n / 2), object = 1 + draw(b, OBJECTS);

    *which = p->object ? object : RECORD_EVENT_NOTIFICATION;
    return before;
}

static void page_sql(struct bench *b, const struct page *p, char *out, size_t size)
{
    char where[64];
    uint64_t which, before = draw_page(b, p, &which);

    snprintf(where, sizeof(where),
             p->object     ? "oid = %llu AND "
             : p->kinds[0] ? "kind = %llu AND "
                           : "",
             (unsigned long long)which);
    snprintf(out, size, "SELECT * FROM event WHERE %sat < %lld ORDER BY at DESC LIMIT %d", where,
             (long long)at_of(before).us, PAGE);
}

static void say_page(const char *who, const struct page *p, double took_us[PAGES], double rows)
{
    char name[64];

    snprintf(name, sizeof(name), "%s%s", who, p->name);
    qsort(took_us, PAGES, sizeof(*took_us), smaller_first);
    say(name, "", took_us[PAGES / 2] / 1000, "ms, the median of 21 pages of 50");
    say(name, "_rows", rows, "rows");
}

static void count_rows(void *user, struct str json)
{
    for (ssize_t at; (at = str_find_char(json, '{')) >= 0; json = str_sub(json, (size_t)at + 1, SIZE_MAX))
        ++*(double *)user;
}

static void ask_history(struct bench *b, const char *name)
{
    struct past_names none = {0};
    struct history h;
    struct err err = ERR_INIT;
    char path[400];
    bool moved;

    path_of(b, name, path, sizeof(path));
    must(history_open(&h, path, at_of(0), &moved, &err), path);
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        double took_us[PAGES], rows = 0;

        b->seed = PAGES_SEED;
        for (unsigned k = 0; k < PAGES; k++) {
            uint64_t which, before = draw_page(b, &pages[i], &which);
            char cursor[24], object[24] = "";
            struct str args[] = {STR("0"), STR("0"),  STR("9223372036854775807"),
                                 STR_NULL, STR("50"), str_of(pages[i].kinds),
                                 STR(""),  STR_NULL};
            struct history_args q = {
                .stmt = STR("events_find"), .at = args, .n = ARRAY_LEN(args), .names = &none};
            struct mono began;

            snprintf(cursor, sizeof(cursor), "%llu", (unsigned long long)before);
            if (pages[i].object)
                snprintf(object, sizeof(object), "%llu", (unsigned long long)which);
            args[3] = str_of(cursor);
            args[7] = str_of(object);
            began = clock_mono();
            must(history_query(&h, &q, count_rows, &rows, &err), err.text);
            took_us[k] = since_us(began);
        }
        say_page("", &pages[i], took_us, rows);
    }
    history_close(&h);
}

static void ask_sqlite(struct bench *b, const char *name)
{
    char path[400], text[256];
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;

    path_of(b, name, path, sizeof(path));
    must(-sqlite3_open(path, &db), path);
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        double took_us[PAGES], rows = 0;

        b->seed = PAGES_SEED;
        for (unsigned k = 0; k < PAGES; k++) {
            struct mono began;
            size_t bytes = 0;

            page_sql(b, &pages[i], text, sizeof(text));
            began = clock_mono();
            must(-sqlite3_prepare_v2(db, text, -1, &st, NULL), text);
            for (; sqlite3_step(st) == SQLITE_ROW; rows++)
                for (int c = 0; c < sqlite3_column_count(st); c++)
                    bytes += strlen((const char *)sqlite3_column_text(st, c));
            sqlite3_finalize(st);
            took_us[k] = since_us(began);
            must(bytes ? 0 : -1, "an empty page");
        }
        say_page("sqlite_", &pages[i], took_us, rows);
    }
    sqlite3_close(db);
}

static void questions(struct bench *b)
{
    char path[400], text[256];

    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        FILE *f;

        snprintf(path, sizeof(path), "%s/%s.sql", b->folder, pages[i].name);
        f = fopen(path, "w");
        must(f ? 0 : -1, path);
        b->seed = PAGES_SEED;
        for (unsigned k = 0; k < PAGES; k++) {
            page_sql(b, &pages[i], text, sizeof(text));
            fprintf(f, "%s;\n", text);
        }
        must(fclose(f), path);
    }
}

/* ---- SQLite alone, and the rows for PostgreSQL ---- */

#define TABLE                                                                                                \
    "CREATE TABLE event (seq BIGINT PRIMARY KEY, at BIGINT, oid BIGINT, kind INTEGER, state INTEGER, hard "  \
    "INTEGER, attempt INTEGER, text TEXT, contact TEXT, command TEXT);"
#define INDEXES                                                                                              \
    "CREATE INDEX by_object ON event (oid, at); CREATE INDEX by_time ON event (at); "                        \
    "CREATE INDEX by_kind ON event (kind, at);"

static void sqlite(struct bench *b, const char *name, bool indexes, unsigned batch)
{
    char path[400];
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    uint64_t n = b->n;

    path_of(b, name, path, sizeof(path));
    must(-sqlite3_open(path, &db), path);
    must(-sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" TABLE, NULL, NULL, NULL),
         path);
    if (indexes)
        must(-sqlite3_exec(db, INDEXES, NULL, NULL, NULL), path);
    must(-sqlite3_prepare_v2(db, "INSERT INTO event VALUES (?,?,?,?,?,?,?,?,?,?)", -1, &st, NULL), path);
    for (uint64_t seq = 1; seq <= n; seq++) {
        struct record_event e = row(b);
        const int64_t v[] = {(int64_t)seq,     at_of(seq).us,   (int64_t)e.oid,    (int64_t)e.kind,
                             (int64_t)e.state, (int64_t)e.hard, (int64_t)e.attempt};
        const struct str w[] = {e.text, e.contact, e.command};

        if (seq % batch == 1) {
            batch_begin(&b->times);
            must(-sqlite3_exec(db, "BEGIN", NULL, NULL, NULL), path);
        }
        for (size_t i = 0; i < ARRAY_LEN(v); i++)
            sqlite3_bind_int64(st, (int)i + 1, v[i]);
        for (size_t i = 0; i < ARRAY_LEN(w); i++)
            sqlite3_bind_text(st, (int)(i + ARRAY_LEN(v)) + 1, w[i].n ? w[i].p : "", (int)w[i].n, NULL);
        must(sqlite3_step(st) == SQLITE_DONE ? 0 : -1, path);
        sqlite3_reset(st);
        if (seq % batch == 0 || seq == n) {
            must(-sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), path);
            batch_end(&b->times);
        }
    }
    say_batches(&b->times, indexes ? "sqlite_history" : "sqlite_append", n);
    sqlite3_finalize(st);
    sqlite3_close(db);
}

static void statements(struct bench *b, const char *name, unsigned batch)
{
    char path[400];
    FILE *f;
    uint64_t n = b->n;

    path_of(b, name, path, sizeof(path));
    f = fopen(path, "w");
    must(f ? 0 : -1, path);
    for (uint64_t seq = 1; seq <= n; seq++) {
        struct record_event e = row(b);

        if (seq % batch == 1)
            fprintf(f, "INSERT INTO event VALUES ");
        fprintf(f, "(%llu,%lld,%llu,%llu,%llu,%llu,%llu,'" STR_FMT "','" STR_FMT "','" STR_FMT "')%s",
                (unsigned long long)seq, (long long)at_of(seq).us, (unsigned long long)e.oid,
                (unsigned long long)e.kind, (unsigned long long)e.state, (unsigned long long)e.hard,
                (unsigned long long)e.attempt, STR_ARG(e.text), STR_ARG(e.contact), STR_ARG(e.command),
                seq % batch == 0 || seq == n ? ";\n" : ",");
    }
    must(fclose(f), path);
}

int main(int argc, char **argv)
{
    struct bench b = {.seed = 1};
    struct journal j;
    struct journal_dir d;

    if (argc != 3 || !str_to_u64(str_of(argv[2]), &b.n) || b.n < LARGE || b.n % LARGE) {
        fprintf(stderr, "usage: bench_record FOLDER RECORDS (a multiple of %d)\n", LARGE);
        return 2;
    }
    b.folder = argv[1];
    b.times.took_us = mem_calloc(b.n / SMALL, sizeof(double));
    b.raw.took_us = mem_calloc(b.n / SMALL, sizeof(double));
    open_journal(&b, &j, &d, "journal");
    append_all(&b, &j);
    project(&b, &j, "history.db", "history", false);
    journal_release(&j);
    close(d.fd);
    unchanged(&b);
    b.seed = 1;
    sqlite(&b, "append.db", false, SMALL);
    b.seed = 1;
    sqlite(&b, "history-alone.db", true, LARGE);
    b.seed = 1;
    statements(&b, "small.sql", SMALL);
    b.seed = 1;
    statements(&b, "large.sql", LARGE);
    ask_history(&b, "history.db");
    ask_sqlite(&b, "history-alone.db");
    questions(&b);
    buf_release(&b.payload);
    mem_free(b.times.took_us);
    mem_free(b.raw.took_us);
    return 0;
}
