/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `./dev bench series` runs it: the series store alone, in a folder of the real disk.
 *
 *   bench_series run FOLDER SERIES STEPS    adds, seals, merges, rolls up, reads; a line `name value unit` for each figure. Rates are those of CPU time
 *   bench_series year FOLDER SERIES DAYS    adds one measurement each five minutes, a day after the other, each of which becomes whole: what a class takes of the disk, over measurements
 *   bench_series hold FOLDER SERIES         how long one step of committing and of merging keeps the one that calls from other work, when all chunks are nearly full
 *   bench_series fill FOLDER STEPS T0       into a store, for the objects whose numbers stand in stdin, five series each
 *   bench_series put FOLDER NOW             into a store, what stands in stdin: lines OID UNIT MICROSECONDS MANTISSA EXPONENT LABEL
 *   bench_series remote SERIES STEPS T0     the same data as bodies of Prometheus' remote write, each behind four bytes of length
 *   bench_series rrd SERIES STEPS T0        the same as commands for `rrdtool -`
 *
 * The data: one measurement a minute; of five series one each a percentage with a decimal (a walk of up to 3), a counter of bytes, a latency with three decimals, a percentage that
 * changes once in sixty, a number that changes once in four.
 */
#include "base/err.h"
#include "base/tlv.h"
#include "base/vec.h"
#include "db/series.h"
#include "db/series_roll.h"

#include <fcntl.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct source {
    uint64_t state;
    double value;
};

static uint32_t draw(struct source *s)
{
    s->state = s->state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(s->state >> 33);
}

static void source_init(struct source *s, size_t i)
{
    s->state = i * 0x9E3779B97F4A7C15ull + 12345;
    draw(s);
    switch (i % 5) {
    case 0: s->value = draw(s) % 1000 / 10.0; break;
    case 1: s->value = draw(s) % 1000000000; break;
    case 2: s->value = 1 + draw(s) % 50; break;
    case 3: s->value = draw(s) % 9000 / 100.0; break;
    default: s->value = draw(s) % 300;
    }
}

static double latency(struct source *s)
{
    double u = (draw(s) % 1000 + 1) / 1000.0;

    return round((s->value * (0.9 + 0.2 * u) + (u > 0.98 ? 20 * u : 0)) * 1000) / 1000;
}

static double source_next(struct source *s, size_t i)
{
    switch (i % 5) {
    case 0:
        s->value = round((s->value + ((int)(draw(s) % 61) - 30) / 10.0) * 10) / 10;
        s->value = s->value < 0 ? 0 : s->value > 100 ? 100 : s->value;
        break;
    case 1: s->value += 100000 + draw(s) % (1u << (10 + i % 13)); break;
    case 2: return latency(s);
    case 3:
        if (draw(s) % 60 == 0)
            s->value = round((s->value + ((int)(draw(s) % 21) - 10) / 100.0) * 100) / 100;
        break;
    default:
        if (draw(s) % 4 == 0)
            s->value += (int)(draw(s) % 5) - 2;
    }
    s->value = s->value < 0 ? 0 : s->value;
    return s->value;
}

static const char *const labels[] = {"cpu_pct", "bytes", "latency", "disk_pct", "procs"};
static const int8_t exponents[] = {-1, 0, -3, -2, 0};

static double seconds(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double cpu(void)
{
    return seconds(CLOCK_PROCESS_CPUTIME_ID);
}

static void figure(const char *name, double value, const char *unit)
{
    printf("%s %.6g %s\n", name, value, unit);
    fflush(stdout);
}

static struct series_key key_of(size_t i)
{
    return (struct series_key){.oid = 1 + i / 5, .unit = (uint8_t)(i % 5), .label = str_of(labels[i % 5])};
}

struct bench {
    size_t n, steps;
    int64_t first_us, step_us;
    struct source *source;
    struct series_sample *minute;
    struct series s;
    double adding;
    uint64_t memory; /* the most there was */
};

static void bench_begin(struct bench *b, const char *folder, struct journal_dir *dir)
{
    struct journal_io io;
    struct err err = ERR_INIT;

    dir->fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    BUG_ON(dir->fd < 0 || !b->n || !b->steps);
    journal_io_dir(&io, dir);
    BUG_ON(series_open(&b->s, &io, NULL, &err) < 0);
    b->source = mem_calloc(b->n, sizeof(b->source[0]));
    b->minute = mem_calloc(b->n, sizeof(b->minute[0]));
    for (size_t i = 0; i < b->n; i++)
        source_init(&b->source[i], i);
}

static void bench_end(struct bench *b)
{
    struct journal_dir *dir = b->s.io.user;

    series_release(&b->s);
    mem_free(b->source);
    mem_free(b->minute);
    close(dir->fd);
}

/* All series' measurement of one minute, or other step; only the store's time is counted. */
static void add_minute(struct bench *b, size_t step)
{
    static const double scale[] = {10, 1, 1000, 100, 1};
    struct wall now = {b->first_us + (int64_t)step * b->step_us};
    double from;

    for (size_t i = 0; i < b->n; i++)
        b->minute[i] =
            (struct series_sample){.us = now.us,
                                   .mantissa = llround(source_next(&b->source[i], i) * scale[i % 5]),
                                   .exponent = exponents[i % 5]};
    from = cpu();
    for (size_t i = 0; i < b->n; i++) {
        struct series_key k = key_of(i);

        BUG_ON(series_add(&b->s, &k, &b->minute[i], now) < 0);
    }
    if (step % 5 == 4)
        BUG_ON(series_commit(&b->s, step, now) < 0);
    b->adding += cpu() - from;
    if (step % 10 == 9)
        b->memory = MAX(b->memory, series_memory(&b->s));
}

static void read_some(struct bench *b, const char *when)
{
    struct series_samples out = {.n = 0};
    struct series_buckets buckets = {.n = 0};
    char name[64];
    size_t points = 0;
    double from;

    for (unsigned many = 1; many <= 100; many *= 100) {
        from = cpu();
        for (unsigned round = 0; round < 20; round++)
            for (size_t i = 0; i < many; i++) {
                struct series_key k = key_of((round * 97 + i) % b->n);

                BUG_ON(series_read(&b->s, &k, b->first_us, b->first_us + TIME_DAY, &out) < 0);
                points += out.n;
            }
        snprintf(name, sizeof(name), "read_%u_%s", many, when);
        figure(name, (cpu() - from) / 20 * 1000, "ms");
    }
    from = cpu();
    for (size_t i = 0; i < MIN(b->n, 100); i++) {
        struct series_key k = key_of(i);

        BUG_ON(series_read_buckets(&b->s, &k, SERIES_1H, b->first_us, b->first_us + TIME_DAY, &buckets) < 0);
    }
    snprintf(name, sizeof(name), "read_100_hours_%s", when);
    figure(name, (cpu() - from) * 1000, "ms");
    BUG_ON(points != 20 * 101 * b->steps);
    VEC_RELEASE(&out);
    VEC_RELEASE(&buckets);
}

/* Bytes of all files in the folder. */
struct sum {
    int dir;
    uint64_t bytes, of[SERIES_CLASSES];
};

static const char *const classes[] = {
    [SERIES_RAW] = "raw-", [SERIES_5M] = "5m-", [SERIES_1H] = "1h-", [SERIES_1D] = "1d-"};

static void add_file(void *user, const char *name)
{
    struct sum *sum = user;
    struct stat st;

    if (fstatat(sum->dir, name, &st, 0) != 0)
        return;
    sum->bytes += (uint64_t)st.st_size;
    for (size_t i = 0; i < SERIES_CLASSES; i++)
        if (strncmp(name, classes[i], strlen(classes[i])) == 0)
            sum->of[i] += (uint64_t)st.st_size;
}

static struct sum disk(struct bench *b)
{
    struct sum sum = {.dir = ((struct journal_dir *)b->s.io.user)->fd};

    b->s.io.list(b->s.io.user, add_file, &sum);
    return sum;
}

static void merge(struct bench *b)
{
    struct wall later = {b->first_us + TIME_DAY + 2 * TIME_H};
    double samples = (double)(b->n * b->steps), from = cpu(), longest = 0;
    uint64_t rolled;
    struct sum sum;

    BUG_ON(series_commit(&b->s, b->steps, later) < 0);
    for (bool more = true; more;) {
        double step = cpu();

        more = series_step(&b->s, later);
        longest = MAX(longest, cpu() - step);
    }
    figure("merge_cpu", (cpu() - from) / samples * 1e9, "ns/sample");
    figure("merge_longest_step", longest * 1000, "ms");
    BUG_ON(series_commit(&b->s, b->steps, later) < 0);
    BUG_ON(series_commit(&b->s, b->steps, later) < 0);
    sum = disk(b);
    rolled = sum.of[SERIES_5M] + sum.of[SERIES_1H] + sum.of[SERIES_1D];
    figure("bytes_merged", (double)(sum.bytes - rolled) / samples, "bytes/sample");
    figure("bytes_rolled", (double)rolled / samples, "bytes/sample");
}

static int run(const char *folder, size_t n, size_t steps)
{
    struct bench b = {.n = n, .steps = steps, .first_us = 20000 * TIME_DAY, .step_us = TIME_MIN};
    struct journal_dir dir;
    struct journal_io io;
    struct err err = ERR_INIT;
    double samples = (double)(n * steps), from;

    BUG_ON(steps > 1440);
    bench_begin(&b, folder, &dir);
    io = b.s.io;
    for (size_t step = 0; step < steps; step++)
        add_minute(&b, step);
    figure("ingest", samples / b.adding, "samples/s/core");
    figure("memory", (double)b.memory / (double)n, "bytes/series");
    read_some(&b, "open");
    BUG_ON(series_commit(&b.s, steps, (struct wall){b.first_us + (int64_t)steps * TIME_MIN}) < 0);
    figure("bytes_with_open", (double)disk(&b).bytes / samples, "bytes/sample");
    series_release(&b.s);
    from = cpu();
    BUG_ON(series_open(&b.s, &io, NULL, &err) < 0);
    figure("start", (cpu() - from) * 1000, "ms");
    BUG_ON(series_seal_all(&b.s) < 0);
    for (int i = 0; i < 2; i++)
        BUG_ON(series_commit(&b.s, steps, (struct wall){b.first_us + (int64_t)steps * TIME_MIN}) < 0);
    figure("bytes_sealed", (double)disk(&b).bytes / samples, "bytes/sample");
    figure("ingest_with_seal", samples / (b.adding + cpu() - from), "samples/s/core");
    merge(&b);
    read_some(&b, "merged");
    bench_end(&b);
    return 0;
}

/* ---- what years take ---- */

#define DAY_STEPS 288u

static void end_day(struct bench *b, size_t day)
{
    struct wall later = {b->first_us + (int64_t)(day + 1) * TIME_DAY + 2 * TIME_H};

    BUG_ON(series_commit(&b->s, day, later) < 0);
    while (series_step(&b->s, later))
        ;
    for (int i = 0; i < 2; i++)
        BUG_ON(series_commit(&b->s, day, later) < 0);
}

/* Begins where a partition of hours does. What is older than measurements are kept is not removed. */
static int year(const char *folder, size_t n, size_t days)
{
    struct bench b = {
        .n = n, .steps = days * DAY_STEPS, .first_us = 64 * 313 * TIME_DAY, .step_us = 5 * TIME_MIN};
    const struct series_options keep = {
        .keep_us = {36500 * TIME_DAY, 36500 * TIME_DAY, 36500 * TIME_DAY, 36500 * TIME_DAY}};
    struct journal_dir dir;
    struct sum sum;

    bench_begin(&b, folder, &dir);
    series_keep(&b.s, &keep);
    for (size_t step = 0; step < b.steps; step++) {
        add_minute(&b, step);
        if (step % DAY_STEPS == DAY_STEPS - 1)
            end_day(&b, step / DAY_STEPS);
    }
    sum = disk(&b);
    for (size_t i = 0; i < SERIES_CLASSES; i++) {
        char name[32];

        snprintf(name, sizeof(name), "bytes_%.*s", (int)strlen(classes[i]) - 1, classes[i]);
        figure(name, (double)sum.of[i] / (double)(n * b.steps), "bytes/sample");
    }
    bench_end(&b);
    return 0;
}

/* ---- how long others wait ---- */

#define HOLD_STEPS 120u /* of the bits of most chunks nearly all are used then */

struct hold {
    unsigned steps;
    double wall, cpu;                 /* when the step began */
    double all, longest, longest_cpu; /* seconds */
};

static void step_begins(struct hold *h)
{
    h->steps++;
    h->wall = seconds(CLOCK_MONOTONIC);
    h->cpu = cpu();
}

static void step_ended(struct hold *h)
{
    double wall = seconds(CLOCK_MONOTONIC) - h->wall;

    h->all += wall;
    h->longest = MAX(h->longest, wall);
    h->longest_cpu = MAX(h->longest_cpu, cpu() - h->cpu);
}

static void hold_figures(const char *what, const struct hold *h)
{
    char name[64];

    snprintf(name, sizeof(name), "%s_longest", what);
    figure(name, h->longest * 1000, "ms");
    snprintf(name, sizeof(name), "%s_longest_cpu", what);
    figure(name, h->longest_cpu * 1000, "ms");
    snprintf(name, sizeof(name), "%s_all", what);
    figure(name, h->all * 1000, "ms");
    snprintf(name, sizeof(name), "%s_steps", what);
    figure(name, h->steps, "steps");
}

static void hold_commit(struct bench *b, const char *what, struct wall now)
{
    struct hold h = {.steps = 0};

    for (int r = 1; r;) {
        step_begins(&h);
        r = series_commit_step(&b->s, 1, now);
        step_ended(&h);
        BUG_ON(r < 0);
    }
    hold_figures(what, &h);
}

static int hold(const char *folder, size_t n)
{
    struct bench b = {.n = n, .steps = HOLD_STEPS, .first_us = 20000 * TIME_DAY, .step_us = TIME_MIN};
    struct wall later = {b.first_us + TIME_DAY + 2 * TIME_H};
    struct journal_dir dir;
    struct hold h = {.steps = 0};

    bench_begin(&b, folder, &dir);
    for (size_t step = 0; step < HOLD_STEPS; step++)
        add_minute(&b, step * 5); /* in the bench's time a commit comes with the fourth of five */
    figure("hold_bytes", (double)b.s.active.at[0].open.used / 8, "bytes of the first chunk");
    hold_commit(&b, "hold_commit", (struct wall){b.first_us + TIME_H});
    hold_commit(&b, "hold_seal", later);
    for (bool more = true; more;) {
        step_begins(&h);
        more = series_step(&b.s, later);
        step_ended(&h);
    }
    hold_figures("hold_merge", &h);
    bench_end(&b);
    return 0;
}

/* ---- into the store of a Vigie that does not run ---- */

static struct series *store_open(const char *folder, struct journal_dir *dir)
{
    static struct series s;
    struct journal_io io;
    struct err err = ERR_INIT;

    dir->fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    BUG_ON(dir->fd < 0);
    journal_io_dir(&io, dir);
    BUG_ON(series_open(&s, &io, NULL, &err) < 0);
    return &s;
}

/* What it had of the journal it goes on from. */
static int store_close(struct series *s, struct wall now)
{
    BUG_ON(series_commit(s, s->applied, now) < 0);
    while (series_step(s, now))
        ;
    BUG_ON(series_commit(s, s->applied, now) < 0);
    series_release(s);
    close(((struct journal_dir *)s->io.user)->fd);
    return 0;
}

/* The data of `run`, for the objects whose numbers stand in stdin, five series each. */
static int fill(const char *folder, size_t steps, long t0)
{
    static const double scale[] = {10, 1, 1000, 100, 1};
    struct journal_dir dir;
    struct series *s = store_open(folder, &dir);
    VEC(uint64_t) oid = {.n = 0};
    unsigned long long one;
    struct source *source;

    while (scanf("%llu", &one) == 1)
        *VEC_ADD(&oid) = one;
    source = mem_calloc(5 * oid.n, sizeof(*source));
    for (size_t i = 0; i < 5 * oid.n; i++)
        source_init(&source[i], i);
    for (size_t step = 0; step < steps; step++) {
        struct wall now = {((int64_t)t0 + (int64_t)step * 60) * TIME_S};

        for (size_t i = 0; i < 5 * oid.n; i++) {
            struct series_key k = key_of(i);
            struct series_sample v = {now.us, llround(source_next(&source[i], i) * scale[i % 5]),
                                      exponents[i % 5]};

            k.oid = oid.at[i / 5];
            BUG_ON(series_add(s, &k, &v, now) < 0);
        }
    }
    mem_free(source);
    VEC_RELEASE(&oid);
    return store_close(s, (struct wall){((int64_t)t0 + (int64_t)steps * 60) * TIME_S});
}

/* Lines of stdin: OID UNIT MICROSECONDS MANTISSA EXPONENT LABEL, in any order. */
static int put(const char *folder, long now_s)
{
    struct journal_dir dir;
    struct series *s = store_open(folder, &dir);
    struct wall now = {now_s * TIME_S};
    char line[600];

    while (fgets(line, sizeof(line), stdin)) {
        unsigned long long oid;
        long long us, mantissa;
        int unit, exponent, at = 0;
        struct series_key k;

        BUG_ON(sscanf(line, "%llu %d %lld %lld %d %n", &oid, &unit, &us, &mantissa, &exponent, &at) != 5 ||
               !at);
        k = (struct series_key){.oid = oid, .unit = (uint8_t)unit, .label = str_trim(str_of(line + at))};
        BUG_ON(series_add(s, &k, &(struct series_sample){us, mantissa, (int8_t)exponent}, now) < 0);
    }
    return store_close(s, now);
}

/* ---- the same data for others ---- */

static void put_label(struct buf *to, const char *name, const char *value)
{
    size_t n = strlen(name), m = strlen(value);

    buf_add_char(to, 0x0a);
    tlv_put_varint(to, 4 + n + m);
    buf_add_char(to, 0x0a);
    tlv_put_varint(to, n);
    buf_add_c(to, name);
    buf_add_char(to, 0x12);
    tlv_put_varint(to, m);
    buf_add_c(to, value);
}

/* One time series with one sample, as Prometheus' remote write has it. */
static void put_remote(struct buf *to, size_t i, double v, uint64_t ms)
{
    struct buf one = BUF_INIT, sample = BUF_INIT;
    char host[32], service[32];
    uint64_t bits;

    snprintf(host, sizeof(host), "host%05zu", i / 100);
    snprintf(service, sizeof(service), "svc%02zu", i / 5 % 20);
    put_label(&one, "__name__", labels[i % 5]);
    put_label(&one, "host", host);
    put_label(&one, "service", service);
    memcpy(&bits, &v, sizeof(bits));
    buf_add_char(&sample, 0x09);
    buf_add_le64(&sample, bits);
    buf_add_char(&sample, 0x10);
    tlv_put_varint(&sample, ms);
    buf_add_char(&one, 0x12);
    tlv_put_varint(&one, sample.len);
    buf_add_str(&one, buf_str(&sample));
    buf_add_char(to, 0x0a);
    tlv_put_varint(to, one.len);
    buf_add_str(to, buf_str(&one));
    buf_release(&one);
    buf_release(&sample);
}

/* Four bytes of length, then the body in Snappy's format, as literals only. */
static void write_frame(struct buf *body)
{
    struct buf out = BUF_INIT;
    uint32_t n;

    buf_add_le32(&out, 0);
    tlv_put_varint(&out, body->len);
    for (size_t at = 0; at < body->len; at += 65536) {
        size_t piece = MIN(65536, body->len - at);

        buf_add_char(&out, (char)(61 << 2));
        buf_add_le16(&out, (uint16_t)(piece - 1));
        buf_add(&out, body->data + at, piece);
    }
    n = (uint32_t)out.len - 4;
    memcpy(out.data, &n, sizeof(n));
    fwrite(out.data, 1, out.len, stdout);
    buf_release(&out);
    buf_clear(body);
}

static int remote(size_t n, size_t steps, long t0)
{
    struct source *source = mem_calloc(n, sizeof(source[0]));
    struct buf body = BUF_INIT;

    for (size_t i = 0; i < n; i++)
        source_init(&source[i], i);
    for (size_t step = 0; step < steps; step++)
        for (size_t i = 0; i < n; i++) {
            put_remote(&body, i, source_next(&source[i], i), ((uint64_t)t0 + step * 60) * 1000);
            if (i % 2000 == 1999 || i + 1 == n)
                write_frame(&body);
        }
    buf_release(&body);
    mem_free(source);
    return 0;
}

static int rrd(size_t n, size_t steps, long t0)
{
    for (size_t i = 0; i < n; i++) {
        struct source s;

        source_init(&s, i);
        printf("create %zu.rrd --start %ld --step 60 DS:v:GAUGE:120:U:U RRA:AVERAGE:0.5:1:%zu\n", i, t0 - 60,
               steps);
        for (size_t step = 0; step < steps; step++)
            printf("update %zu.rrd %ld:%.*f\n", i, t0 + (long)step * 60, -exponents[i % 5],
                   source_next(&s, i));
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc == 5 ? argv[1] : "";

    mallopt(M_MXFAST, 0); /* as a role has it */
    if (argc == 4 && strcmp(argv[1], "hold") == 0)
        return hold(argv[2], strtoul(argv[3], NULL, 10));
    if (argc == 4 && strcmp(argv[1], "put") == 0)
        return put(argv[2], strtol(argv[3], NULL, 10));
    if (strcmp(what, "fill") == 0)
        return fill(argv[2], strtoul(argv[3], NULL, 10), strtol(argv[4], NULL, 10));
    if (strcmp(what, "year") == 0)
        return year(argv[2], strtoul(argv[3], NULL, 10), strtoul(argv[4], NULL, 10));
    if (strcmp(what, "run") == 0)
        return run(argv[2], strtoul(argv[3], NULL, 10), strtoul(argv[4], NULL, 10));
    if (strcmp(what, "remote") == 0)
        return remote(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10), strtol(argv[4], NULL, 10));
    if (strcmp(what, "rrd") == 0)
        return rrd(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10), strtol(argv[4], NULL, 10));
    fprintf(stderr, "usage: bench_series run FOLDER SERIES STEPS | year FOLDER SERIES DAYS | hold FOLDER "
                    "SERIES | fill FOLDER STEPS T0 "
                    "| put FOLDER NOW | remote SERIES "
                    "STEPS T0 | rrd SERIES STEPS T0\n");
    return 2;
}
