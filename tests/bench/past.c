/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `./dev bench past [EVENTS [SERVICES [PAGES]]]`: fills a history (10 million events of a year of 10,000 services, unless told otherwise) and prints what its questions cost. Not a test:
 * nothing is asserted. PAGES: of a part of a transaction. Times are of one question, the best and the worst of some, without the way through gate and HTTP.
 */
#include "db/follow.h"
#include "db/objects.h"
#include "db/past.h"
#include "os/clock.h"
#include "unit/temp_dir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { WRITE = 2000, LOOK = 2048, WHOLE = 20000, PART = 1000000, HOSTS_PART = 10, ASK = 500, TRIES = 20 };
static const int64_t begin_us = 1735689600 * TIME_S, year_us = 365 * TIME_DAY;

struct bench {
    struct history h;
    struct sql names;
    struct past_names known; /* those of them, as a reader has them */
    uint64_t events, services, hosts, seed;
    double longest_us; /* of the steps of filling that are not divided */
    unsigned part;     /* pages */
    char path[300];
    int64_t longest_log; /* bytes */
    struct buf args;
};

static uint64_t draw(struct bench *b, uint64_t below)
{
    b->seed = b->seed * 6364136223846793005u + 1442695040888963407u;
    return (b->seed >> 33) % below;
}

static void must(int r, const char *what)
{
    if (r >= 0)
        return;
    fprintf(stderr, "bench: %s: %d\n", what, r);
    exit(1);
}

/* ---- filling ---- */

static void add_name(struct bench *b, uint64_t oid)
{
    const enum sql_id id = SQL_OBJECT_ADD;
    bool host = oid <= b->hosts;
    char name[32], service[32] = "";
    uint64_t n = oid - b->hosts - 1;

    snprintf(name, sizeof(name), "host%05llu", (unsigned long long)(host ? oid : 1 + n / HOSTS_PART));
    if (!host)
        snprintf(service, sizeof(service), "service %llu", (unsigned long long)(n % HOSTS_PART));
    must(sql_start(&b->names, id), "names");
    sql_bind_i64(&b->names, id, 1, (int64_t)oid);
    sql_bind_i64(&b->names, id, 2, 0);
    sql_bind_i64(&b->names, id, 3, !host);
    sql_bind_str(&b->names, id, 4, str_of(name));
    sql_bind_str(&b->names, id, 5, str_of(service));
    sql_bind_i64(&b->names, id, 6, begin_us);
    sql_bind_str(&b->names, id, 7, STR(""));
    must(sql_step(&b->names, id), "names");
    sql_end(&b->names, id);
}

static void add_event(struct bench *b, uint64_t seq)
{
    static const char *const texts[] = {"OK - all is as it should be",
                                        "CRITICAL - connection refused by the other side",
                                        "WARNING - slow answer: 2.31 s"};
    uint64_t kind = draw(b, 20), state = draw(b, 3);
    struct wall at = {begin_us + (int64_t)((double)seq / (double)b->events * (double)year_us)};
    struct record_event e = {.oid = 1 + draw(b, b->hosts + b->services),
                             .kind = RECORD_EVENT_ALERT,
                             .state = state,
                             .hard = draw(b, 3) > 0,
                             .attempt = 1 + draw(b, 3),
                             .text = seq == b->events / 2 ? STR("a needle") : str_of(texts[state])};

    if (kind > 13) {
        e.kind = RECORD_EVENT_NOTIFICATION;
        e.contact = STR("operators");
        e.command = STR("notify-by-mail");
    } else if (kind == 13) {
        e.kind = seq & 1 ? RECORD_EVENT_DOWNTIME_START : RECORD_EVENT_DOWNTIME_END;
    } else if (kind == 12 && draw(b, 1000) == 0) {
        e = (struct record_event){.kind = RECORD_EVENT_START};
    }
    must(history_add(&b->h, seq, at, &e), "event");
    history_seen(&b->h, (struct wall){at.us - (e.kind == RECORD_EVENT_START ? 0 : TIME_S)});
}

/* What a stretch of the fill took: by the clock, and of the processor, which says more on a machine that does other things too. */
struct stretch {
    struct mono began;
    double cpu_s;
    uint64_t from, written;
};

static double cpu_s(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / TIME_S;
}

/* Bytes that went to write calls. */
static uint64_t written(void)
{
    FILE *f = fopen("/proc/self/io", "r");
    char line[100];
    uint64_t n = 0;

    while (f && fgets(line, sizeof(line), f)) {
        struct str value = str_of(line), name = str_cut(&value, ':');

        if (str_eq_c(name, "wchar"))
            str_to_u64(str_trim(value), &n);
    }
    if (f)
        fclose(f);
    return n;
}

static void stretch_begin(struct stretch *t, uint64_t from)
{
    *t = (struct stretch){.began = clock_mono(), .cpu_s = cpu_s(), .from = from, .written = written()};
}

static void stretch_say(const struct stretch *t, uint64_t to, const char *what)
{
    double s = (double)(clock_mono().us - t->began.us) / TIME_S, n = (double)(to - t->from);

    printf("%-44s %9.0f events/s (%.0f s; an event: %.1f us of CPU, %.0f bytes written)\n", what, n / s, s,
           (cpu_s() - t->cpu_s) / n * TIME_S, (double)(written() - t->written) / n);
    fflush(stdout);
}

static void took(struct bench *b, struct mono began)
{
    b->longest_us = MAX(b->longest_us, (double)(clock_mono().us - began.us));
}

/* Between two transactions, or parts of one. */
static void tidy(struct bench *b)
{
    struct mono began = clock_mono();
    char log[320];
    struct stat st;

    snprintf(log, sizeof(log), "%s-wal", b->path);
    if (stat(log, &st) == 0)
        b->longest_log = MAX(b->longest_log, (int64_t)st.st_size);
    sql_tidy(&b->h.sql);
    took(b, began);
}

/* As follow_turn does it. */
static void part_over(struct bench *b)
{
    struct mono began = clock_mono();
    int r = sql_written(&b->h.sql) < b->part ? 0 : history_part(&b->h);

    must(r, "part");
    if (!r)
        return;
    took(b, began);
    tidy(b);
    must(history_resume(&b->h), "next part");
}

/* As store does when it is behind, which looks after new records between these steps. */
static void end_transaction(struct bench *b, uint64_t seq)
{
    struct mono began;
    int more = 1;

    while (more) {
        began = clock_mono();
        must(more = history_write(&b->h, WRITE), "rows");
        took(b, began);
        if (more)
            part_over(b);
    }
    began = clock_mono();
    must(history_end(&b->h, seq), "end");
    took(b, began);
    tidy(b);
}

static void fill(struct bench *b)
{
    uint64_t *oid = mem_calloc(b->hosts + b->services, sizeof(*oid));
    struct stretch all, part;

    history_hurry(&b->h, true); /* as store does when it is behind */
    stretch_begin(&all, 0);
    stretch_begin(&part, 0);
    must(sql_begin(&b->names), "names");
    for (uint64_t i = 0; i < b->hosts + b->services; i++)
        add_name(b, oid[i] = i + 1);
    must(sql_commit(&b->names), "names");
    must(history_begin(&b->h), "begin");
    must(history_watch(&b->h, 1, (struct wall){begin_us}, oid, b->hosts + b->services), "objects");
    for (uint64_t seq = 2; seq <= b->events; seq++) {
        add_event(b, seq);
        if (seq % LOOK == 0)
            part_over(b);
        if (seq % FOLLOW_EVENTS && seq != WHOLE)
            continue;
        end_transaction(b, seq);
        must(history_begin(&b->h), "begin");
        if (seq % PART)
            continue;
        stretch_say(&part, seq, "  a million of it");
        stretch_begin(&part, seq);
    }
    end_transaction(b, b->events);
    history_hurry(&b->h, false);
    stretch_say(&all, b->events, "fill: events with their spans");
    printf("%-44s %9.2f s\n", "  its longest step", b->longest_us / TIME_S);
    printf("%-44s %9.0f MiB\n", "  its longest log", (double)b->longest_log / 1048576);
    mem_free(oid);
}

/* ---- asking ---- */

static void take(void *user, struct str json)
{
    *(size_t *)user += json.n;
}

static double ask_ms(struct bench *b, const char *stmt, size_t *bytes)
{
    struct str rest = buf_str(&b->args), args[16];
    struct history_args q = {.stmt = str_of(stmt), .at = args, .names = &b->known};
    struct mono began = clock_mono();
    struct err err = ERR_INIT;

    while (rest.p)
        args[q.n++] = str_cut(&rest, '|');
    if (history_query(&b->h, &q, take, bytes, &err) < 0) {
        fprintf(stderr, "bench: %s\n", err.text);
        exit(1);
    }
    return (double)(clock_mono().us - began.us) / TIME_MS;
}

static void list_oids(struct bench *b, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        buf_printf(&b->args, "%s%llu", i ? "," : "",
                   (unsigned long long)(1 + draw(b, b->hosts + b->services)));
}

/* Pages of 50, at cursors anywhere. */
static void pages(struct bench *b, const char *what, const char *kinds, const char *text, uint64_t objects,
                  bool window)
{
    double best = 1e9, worst = 0;

    for (int i = 0; i < TRIES; i++) {
        uint64_t cursor = i ? 1 + draw(b, b->events) : 0;
        int64_t from = window ? begin_us + (int64_t)draw(b, 300) * TIME_DAY : 0;
        size_t bytes = 0;
        double ms;

        buf_clear(&b->args);
        buf_printf(&b->args, "0|%lld|%lld|%llu|50|%s|%s|", (long long)from,
                   (long long)(window ? from + TIME_DAY : INT64_MAX),
                   (unsigned long long)(window ? 0 : cursor), kinds, text);
        list_oids(b, objects);
        ms = ask_ms(b, "events_find", &bytes);
        best = MIN(best, ms);
        worst = MAX(worst, ms);
    }
    printf("%-44s %9.2f .. %.2f ms\n", what, best, worst);
    fflush(stdout);
}

static void year(struct bench *b, const char *flags, const char *what)
{
    double ms = 0;
    size_t bytes = 0;

    for (uint64_t at = 0; at < b->services; at += ASK) {
        buf_clear(&b->args);
        buf_printf(&b->args, "0|%lld|%lld||%s|", (long long)(begin_us / TIME_S),
                   (long long)((begin_us + year_us) / TIME_S), flags);
        for (uint64_t i = at; i < MIN(at + ASK, b->services); i++)
            buf_printf(&b->args, "%s%llu:%llu", i > at ? "," : "", (unsigned long long)(b->hosts + 1 + i),
                       (unsigned long long)(1 + i / HOSTS_PART));
        ms += ask_ms(b, "availability", &bytes);
    }
    printf("%-44s %9.2f s (%.2f ms a service)\n", what, ms / 1000, ms / (double)b->services);
    fflush(stdout);
}

static void as_of(struct bench *b, const char *what, const char *filter, const char *words)
{
    double best = 1e9, worst = 0, began_s = cpu_s();

    for (int i = 0; i < TRIES; i++) {
        size_t bytes = 0;
        double ms;

        buf_clear(&b->args);
        buf_printf(&b->args, "0|%lld|%s||0|||%s|severity|desc|50|0",
                   (long long)(begin_us + (int64_t)draw(b, 365) * TIME_DAY), filter, words);
        ms = ask_ms(b, "as_of", &bytes);
        best = MIN(best, ms);
        worst = MAX(worst, ms);
    }
    printf("%-44s %9.2f .. %.2f ms (%.2f of CPU each)\n", what, best, worst,
           (cpu_s() - began_s) * 1000 / TRIES);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct bench b = {.events = 10000000, .services = 10000, .seed = 1, .part = FOLLOW_PART};
    char dir[200], path[300];
    struct err err = ERR_INIT;
    bool moved;

    if (argc > 1)
        str_to_u64(str_of(argv[1]), &b.events);
    if (argc > 2)
        str_to_u64(str_of(argv[2]), &b.services);
    if (argc > 3)
        b.part = (unsigned)strtoul(argv[3], NULL, 10);
    b.hosts = b.services / HOSTS_PART;
    temp_dir_make(dir, sizeof(dir));
    snprintf(path, sizeof(path), "%s/objects.db", dir);
    must(sql_open(&b.names, path, SQL_DURABLE, &schema_objects, &err), "objects.db");
    snprintf(path, sizeof(path), "%s/history.db", dir);
    snprintf(b.path, sizeof(b.path), "%s", path);
    must(history_open(&b.h, path, (struct wall){begin_us}, &moved, &err), "history.db");
    printf("%llu events of a year, %llu hosts, %llu services; one core\n", (unsigned long long)b.events,
           (unsigned long long)b.hosts, (unsigned long long)b.services);
    fill(&b);
    pages(&b, "page of 50: everything", "", "", 0, false);
    pages(&b, "page of 50: one object", "", "", 1, false);
    pages(&b, "page of 50: group of 200", "", "", 200, false);
    pages(&b, "page of 50: group of 5000", "", "", 5000, false);
    pages(&b, "page of 50: one kind", "downtime_start", "", 0, false);
    pages(&b, "page of 50: group of 200, one kind", "alert", "", 200, false);
    pages(&b, "page of 50: one day, some time ago", "", "", 0, true);
    pages(&b, "page of 50: a frequent text", "", "REFUSED", 0, false);
    pages(&b, "a text that is nowhere, 100000 events", "", "nowhere", 0, false);
    year(&b, "", "a year of all services");
    year(&b, "xh", "the same, hard states, without downtimes");
    must(past_names_refresh(&b.known, &b.names, &err), "names");
    as_of(&b, "the list as of a moment: problems", "problems", "");
    as_of(&b, "the same, with a text", "problems", "refused");
    as_of(&b, "everything, with a text", "all", "refused");
    as_of(&b, "everything, a text that is nowhere", "all", "nowhere");
    past_names_release(&b.known);
    history_close(&b.h);
    sql_close(&b.names);
    buf_release(&b.args);
    temp_dir_remove(dir);
    return 0;
}
