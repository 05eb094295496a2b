/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers questions about time periods and zones, so that a calendar written in another language can contradict it (tests/scenario/time-periods.py).
 *   calendar OBJECTS ZONE < QUESTIONS
 * ZONE: a name below /usr/share/zoneinfo. Times are seconds since 1970. A question and an answer are a line each:
 *   inside PERIOD FROM STEP N     N answers 0 or 1 in a row, for FROM, FROM + STEP ...
 *   next PERIOD AT                when it is inside next, and when that ends; "-" is never
 *   local AT                      YYYY-MM-DD hh:mm:ss weekday yearday offset name
 *   utc Y M D h m s               when the wall clock reads this
 *   world FROM HOURS              what a world of these objects does then, all services being critical: "told AT SERVICE CONTACT NUMBER;" "begin AT SERVICE;" "end AT SERVICE;"
 */
#include "core/conf.h"
#include "core/lab.h"
#include "core/record.h"
#include "core/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct files {
    const char *objects, *zone;
};

static bool slurp(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rb");
    char part[4096];
    size_t n;

    if (!f)
        return false;
    while ((n = fread(part, 1, sizeof(part), f)) > 0)
        buf_add(out, part, n);
    fclose(f);
    return true;
}

static int read_file(void *ctx, const char *path, struct buf *out, char distrust[128], struct err *err)
{
    const struct files *f = ctx;

    distrust[0] = '\0';
    if (strcmp(path, "/main.cfg") == 0)
        buf_printf(out, "cfg_file=/o.cfg\ninterval_length=1\nenable_flap_detection=0\nuse_timezone=%s\n",
                   f->zone);
    else if (strcmp(path, "/o.cfg") != 0 || !slurp(f->objects, out))
        return err_set(err, E_NOENT, "no such file");
    return 0;
}

static int read_zone(void *ctx UNUSED, const char *name, struct buf *out)
{
    char path[256];

    snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
    return slurp(path, out) ? 0 : E_NOENT;
}

static void load(struct files *files, struct buf *snapshot, struct buf *secret, struct model *m)
{
    struct conf_io io = {.ctx = files, .read_file = read_file, .zone = read_zone};
    struct conf *c = conf_load(&io, &(struct conf_request){.main_path = "/main.cfg"});
    struct err err = ERR_INIT;

    for (size_t i = 0; i < conf_n_diags(c); i++)
        if (conf_diag_at(c, i)->severity == CONF_ERROR)
            fprintf(stderr, "%s\n", conf_diag_at(c, i)->text);
    if (!conf_ok(c))
        exit(2);
    conf_build(c, snapshot, secret);
    conf_free(c);
    if (model_open(m, snapshot->data, snapshot->len, &err) < 0)
        exit(2);
}

static uint32_t period_of(const struct when *w, struct str name)
{
    uint32_t p = model_find_period(w->m, name);

    if (p == MODEL_NONE)
        exit(2);
    return p;
}

static struct wall seconds(int64_t s)
{
    return (struct wall){s * TIME_S};
}

static void say(struct wall t, char end)
{
    if (t.us == INT64_MAX)
        printf("-%c", end);
    else
        printf("%lld%c", (long long)(t.us / TIME_S), end);
}

static void inside(const struct when *w, uint32_t p, const int64_t *n)
{
    for (int64_t i = 0; i < n[2]; i++)
        putchar(when_contains(w, p, seconds(n[0] + i * n[1])) ? '1' : '0');
    putchar('\n');
}

static void next(const struct when *w, uint32_t p, const int64_t *n)
{
    struct wall at = when_next(w, p, seconds(n[0]));

    say(at, ' ');
    say(at.us == INT64_MAX ? at : when_end(w, p, at), '\n');
}

static void local(const struct when *w, const int64_t *n)
{
    struct time_civil c = time_local(&w->zone.zone, seconds(n[0]));
    struct str name = model_zone_name(w->m, w->m->globals->zone, n[0]);

    printf("%04d-%02d-%02d %02d:%02d:%02d %d %d %d " STR_FMT "\n", c.year, c.month, c.day, c.hour, c.minute,
           c.second, c.weekday, c.yearday, time_zone_offset(&w->zone.zone, n[0]), STR_ARG(name));
}

static struct lab_answer critical(struct lab *lab, uint32_t check, uint64_t n UNUSED)
{
    return (struct lab_answer){
        .code = check < lab->model->n_hosts ? 0 : 2, .lasts_us = TIME_MS, .output = "x"};
}

static void tell(const struct lab *lab, struct wall at, const struct record_event *e)
{
    long long s = (long long)time_wall_s(at);
    uint32_t i = 0;

    while (i + 1 < lab->model->n_check && lab->oids[i] != e->oid)
        i++;
    if (e->kind == RECORD_EVENT_NOTIFICATION)
        printf("told %lld " STR_FMT " " STR_FMT " %llu;", s, STR_ARG(model_description(lab->model, i)),
               STR_ARG(e->contact), (unsigned long long)e->attempt);
    else if (e->kind == RECORD_EVENT_DOWNTIME_START || e->kind == RECORD_EVENT_DOWNTIME_END)
        printf("%s %lld " STR_FMT ";", e->kind == RECORD_EVENT_DOWNTIME_START ? "begin" : "end", s,
               STR_ARG(model_description(lab->model, i)));
}

static void world(const struct buf *snapshot, const struct buf *secret, const int64_t *n)
{
    struct lab lab = {.plugin = critical};
    struct buf public = BUF_INIT, private = BUF_INIT;
    struct record_frame f;
    struct str rest;

    buf_add_str(&public, buf_str(snapshot));
    buf_add_str(&private, buf_str(secret));
    lab_begin(&lab, &public, &private, n[0]);
    lab_run(&lab, n[1] * TIME_H);
    rest = buf_str(&lab.journal);
    while (record_next(&rest, &f) == 1) {
        struct record_event e;

        if (f.kind == RECORD_EVENT && record_get(f.kind, f.payload, &e) == 0)
            tell(&lab, f.at, &e);
    }
    putchar('\n');
    lab_close(&lab);
}

static void answer(const struct when *w, const struct buf *snapshot, const struct buf *secret,
                   struct str line)
{
    struct str what = str_cut(&line, ' '), name = STR_NULL;
    int64_t n[6] = {0};

    if (str_eq_c(what, "inside") || str_eq_c(what, "next"))
        name = str_cut(&line, ' ');
    for (size_t i = 0; i < ARRAY_LEN(n) && line.n; i++)
        if (!str_to_i64(str_cut(&line, ' '), &n[i]))
            exit(2);
    if (str_eq_c(what, "inside"))
        inside(w, period_of(w, name), n);
    else if (str_eq_c(what, "next"))
        next(w, period_of(w, name), n);
    else if (str_eq_c(what, "local"))
        local(w, n);
    else if (str_eq_c(what, "world"))
        world(snapshot, secret, n);
    else if (str_eq_c(what, "utc"))
        printf("%lld\n",
               (long long)time_from_local(&w->zone.zone, &(struct time_civil){.year = (int)n[0],
                                                                              .month = (int)n[1],
                                                                              .day = (int)n[2],
                                                                              .hour = (int)n[3],
                                                                              .minute = (int)n[4],
                                                                              .second = (int)n[5]}));
    else
        exit(2);
}

int main(int argc, char **argv)
{
    struct files files;
    struct buf snapshot = BUF_INIT, secret = BUF_INIT;
    struct model m;
    struct when w;
    char line[256];

    if (argc != 3) {
        fprintf(stderr, "usage: calendar OBJECTS ZONE < QUESTIONS\n");
        return 2;
    }
    files = (struct files){argv[1], argv[2]};
    load(&files, &snapshot, &secret, &m);
    when_init(&w, &m);
    while (fgets(line, sizeof(line), stdin))
        answer(&w, &snapshot, &secret, str_trim(str_of(line)));
    when_release(&w);
    buf_release(&snapshot);
    buf_release(&secret);
    return 0;
}
