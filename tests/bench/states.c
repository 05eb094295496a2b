/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `./dev bench record`, the database of states: what a result costs it that changes nothing (looked at with its batch, read again and written with the round of the minute), and one that
 * changes something; and SQLite alone with full sync, the same rows in the order in which they came. Prints lines "NAME|VALUE|UNIT" for tests/bench/record.py.
 * Usage: bench_states FOLDER CHECKS
 */
#include "core/record.h"
#include "db/current.h"
#include "db/journal_pick.h"
#include "os/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { BATCH = 200, SLICE = 1000 };
static const struct wall noon = {1735689600 * TIME_S};

struct bench {
    const char *folder;
    uint64_t n;
    struct journal journal;
    struct journal_dir dir;
    struct journal_place *place; /* by check */
    uint32_t *digest;
    struct buf payload;
};

static void must(int64_t r, const char *what)
{
    if (r >= 0)
        return;
    fprintf(stderr, "bench: %s: %lld\n", what, (long long)r);
    exit(1);
}

static double cpu_us(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

/* A number that is prime to n, so that all checks come, in no order. */
static uint64_t check_of(const struct bench *b, uint64_t i)
{
    return i * 7919 % b->n;
}

static void encode(struct bench *b, uint64_t check, unsigned round)
{
    struct record_state s = {.oid = check + 1,
                             .checked = 1,
                             .hard = 1,
                             .attempt = 1,
                             .max_attempts = 3,
                             .last_check = noon.us + round * TIME_MIN,
                             .next_check = noon.us + (round + 1) * TIME_MIN,
                             .last_state_change = noon.us,
                             .last_time_0 = noon.us + round * TIME_MIN,
                             .latency_us = 310,
                             .execution_us = 1200,
                             .switches = 0x3f,
                             .output = STR("DISK OK - free space: / 3326 MiB (56%)"),
                             .perfdata = STR("/=2643MiB;5948;5958;0;5968 /boot=68MiB;88;93;0;98")};
    struct buf batch = BUF_INIT;
    struct record_frame f;
    struct str rest;

    record_put(&batch, RECORD_STATE, noon, &s);
    rest = buf_str(&batch);
    must(record_next(&rest, &f) == 1 ? 0 : -1, "record");
    buf_clear(&b->payload);
    buf_add(&b->payload, f.payload.p, f.payload.n);
    buf_release(&batch);
}

/* What store does with a batch: looks whether something changed, and marks where the record stands. */
static double look(struct bench *b)
{
    struct journal_place place = journal_done_at(&b->journal);
    double began = cpu_us();
    struct segment_record r;
    size_t size;

    for (size_t at = 0; segment_record_peek(str_sub(buf_str(&b->journal.done), at, SIZE_MAX), &r, &size) == 1;
         at += size) {
        struct record_state s;

        must(record_get(RECORD_STATE, r.payload, &s), "state");
        b->digest[s.oid - 1] = current_digest(&s);
        b->place[s.oid - 1] = place;
        b->place[s.oid - 1].offset += at;
    }
    return cpu_us() - began;
}

static double append(struct bench *b, unsigned round)
{
    double us = 0;

    for (uint64_t i = 0; i < b->n; i++) {
        encode(b, check_of(b, i), round);
        journal_add(&b->journal, b->journal.next, RECORD_STATE, noon, buf_str(&b->payload));
        if (i % BATCH == BATCH - 1 || i + 1 == b->n) {
            must(journal_commit(&b->journal, noon), "commit");
            us += look(b);
        }
    }
    return us;
}

static double write_round(struct bench *b, struct current *c, enum current_part part)
{
    double began = cpu_us();
    struct journal_pick pick;

    journal_pick_init(&pick, &b->journal);
    for (uint64_t i = 0; i < b->n; i++) {
        struct record_state s;
        struct segment_record r;

        if (i % SLICE == 0)
            must(current_begin(c), "begin");
        must(journal_pick(&pick, &b->journal, &b->place[i], &r), "pick");
        must(record_get(RECORD_STATE, r.payload, &s), "state");
        must(current_put_state(c, r.seq, r.at, &s, part), "put");
        if (i % SLICE == SLICE - 1 || i + 1 == b->n)
            must(current_end(c, r.seq, r.seq), "end");
    }
    journal_pick_release(&pick);
    sql_forget(&c->sql);
    return cpu_us() - began;
}

/* The same rows whole, as they come, each batch on disk before the next. */
static double alone(struct bench *b)
{
    struct current c = {.applied = 0};
    struct err err = ERR_INIT;
    char path[400];
    double began;

    snprintf(path, sizeof(path), "%s/alone.db", b->folder);
    must(sql_open(&c.sql, path, SQL_DURABLE, &schema_state, &err), err.text);
    began = cpu_us();
    for (uint64_t i = 0; i < b->n; i++) {
        struct record_state s = {.oid = check_of(b, i) + 1,
                                 .output = STR("DISK OK - free space: / 3326 MiB (56%)"),
                                 .perfdata = STR("/=2643MiB;5948;5958;0;5968 /boot=68MiB;88;93;0;98")};

        if (i % BATCH == 0)
            must(current_begin(&c), "begin");
        must(current_put_state(&c, i + 1, noon, &s, CURRENT_WHOLE), "put");
        if (i % BATCH == BATCH - 1 || i + 1 == b->n)
            must(current_end(&c, i + 1, i + 1), "end");
    }
    current_close(&c);
    return cpu_us() - began;
}

static void open_all(struct bench *b, struct current *c)
{
    struct journal_options o = {0};
    struct journal_io io;
    struct err err = ERR_INIT;
    char path[400];
    bool moved;

    snprintf(path, sizeof(path), "%s/states-journal", b->folder);
    must(mkdir(path, 0700), path);
    b->dir.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(b->dir.fd, path);
    journal_io_dir(&io, &b->dir);
    must(journal_open(&b->journal, &io, &o, &err), "journal");
    snprintf(path, sizeof(path), "%s/states.db", b->folder);
    must(current_open(c, path, noon, &moved, &err), path);
}

int main(int argc, char **argv)
{
    struct bench b = {.n = 0};
    struct current c;
    double changed, looked, written;

    if (argc != 3 || !str_to_u64(str_of(argv[2]), &b.n) || b.n < SLICE || b.n % 7919 == 0) {
        fprintf(stderr, "usage: bench_states FOLDER CHECKS\n");
        return 2;
    }
    b.folder = argv[1];
    b.place = mem_calloc(b.n, sizeof(*b.place));
    b.digest = mem_calloc(b.n, sizeof(*b.digest));
    open_all(&b, &c);
    append(&b, 0);
    changed = write_round(&b, &c, CURRENT_WHOLE);
    looked = append(&b, 1);
    written = write_round(&b, &c, CURRENT_RESULT);
    printf("states_changed|%.6g|us/row\n", changed / (double)b.n);
    printf("states_unchanged|%.6g|us/row\n", (looked + written) / (double)b.n);
    printf("states_looked|%.6g|us/row\n", looked / (double)b.n);
    printf("sqlite_states|%.6g|us/row\n", alone(&b) / (double)b.n);
    current_close(&c);
    journal_release(&b.journal);
    mem_free(b.place);
    mem_free(b.digest);
    buf_release(&b.payload);
    return 0;
}
