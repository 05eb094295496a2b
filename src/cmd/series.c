/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vigie series: reads the series store of a state folder, of a running Vigie too (what it has committed), and changes nothing. verify says whether it is whole, dump prints measurements.
 */
#include "cmd/cmd.h"
#include "cmd/look.h"
#include "cmd/series_look.h"
#include "core/perf.h"
#include "db/series_roll.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct place {
    struct look look;
    const char *label, *class; /* options */
    uint64_t oid;
    struct series s;
};

static int open_store(void *self, struct err *err)
{
    struct place *p = self;

    return series_look_open(&p->s, &p->look.io, err);
}

static void close_store(void *self)
{
    series_release(&((struct place *)self)->s);
}

/* ---- verify ---- */

static void print_files(const struct place *p)
{
    static const char *const form[] = {"log", "part", "whole", "head"};

    for (size_t i = 0; i < p->s.file.n; i++) {
        const struct series_file *f = &p->s.file.at[i];

        printf("%-26s %-5s %-5s %12" PRIu64 " bytes", f->name, series_class_name(f->h.class), form[f->h.form],
               f->size);
        if (f->h.form == SERIES_WHOLE || f->h.form == SERIES_PART)
            printf(" %10u series %12" PRIu64 " %s", f->end.series, f->end.samples,
                   f->h.class == SERIES_RAW ? "measurements" : "buckets");
        putchar('\n');
    }
}

static bool is_asked(const struct place *p, const struct series_key *k)
{
    return (!p->oid || k->oid == p->oid) && (!p->label || str_eq_c(k->label, p->label));
}

static int each_series(struct place *p, struct err *err,
                       void (*each)(const struct series_key *k, const struct series_samples *s), uint64_t *n)
{
    struct series_samples got = {.n = 0};
    int r = series_look_through(&p->s, &p->look.io, err);

    for (size_t id = 0; r == 0 && id < p->s.active.n; id++) {
        struct series_key k = series_key_at(&p->s, id);

        if (!is_asked(p, &k))
            continue;
        r = series_read(&p->s, &k, INT64_MIN, INT64_MAX, &got);
        if (r < 0)
            err_set(err, r, "series %" PRIu64 " '" STR_FMT "' cannot be read", k.oid, STR_ARG(k.label));
        *n += got.n;
        if (each)
            each(&k, &got);
    }
    VEC_RELEASE(&got);
    return r;
}

static int verify(void *self, struct err *err)
{
    struct place *p = self;
    uint64_t n = 0;
    int r = each_series(p, err, NULL, &n);

    print_files(p);
    printf("%zu series, %" PRIu64 " measurements, all up to record %" PRIu64 " of the journal\n",
           p->s.active.n, n, p->s.applied);
    if (r < 0)
        return r;
    if (p->s.stats.damaged)
        return err_set(err, E_FORMAT,
                       "DAMAGED at %" PRIu64
                       " places. What is whole is used. Check the disk; a copy is worth keeping",
                       p->s.stats.damaged);
    printf("whole\n");
    return 0;
}

/* ---- dump ---- */

static void print_label(struct str s)
{
    putchar('"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            putchar('"');
        putchar(s.p[i]);
    }
    putchar('"');
}

static const char *unit_name(const struct series_key *k)
{
    static const char *const unit[] = {"", "s", "%", "B", "b", "c", "other"};

    return k->unit < ARRAY_LEN(unit) ? unit[k->unit] : "other";
}

static void print_one(const struct series_key *k, const struct series_samples *s)
{
    char text[PERF_TEXT];

    for (size_t i = 0; i < s->n; i++) {
        struct perf_value v = {.mantissa = s->at[i].mantissa, .exponent = s->at[i].exponent, .known = true};

        perf_text(&v, text);
        printf("%" PRIu64 ",", k->oid);
        print_label(k->label);
        printf(",%s,%" PRId64 ".%03" PRId64 ",%s\n", unit_name(k), s->at[i].us / TIME_S,
               s->at[i].us % TIME_S / TIME_MS, text);
    }
}

static void print_number(int64_t mantissa, int8_t exponent)
{
    struct perf_value v = {.mantissa = mantissa, .exponent = exponent, .known = true};
    char text[PERF_TEXT];

    perf_text(&v, text);
    printf(",%s", text);
}

static void print_buckets(const struct series_key *k, const struct series_buckets *s)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct series_bucket *b = &s->at[i];

        printf("%" PRIu64 ",", k->oid);
        print_label(k->label);
        printf(",%s,%" PRId64 ",%" PRId64, unit_name(k), b->us / TIME_S, b->count);
        print_number(b->min, b->exponent);
        print_number(b->max, b->exponent);
        print_number(b->last, b->exponent);
        print_number((int64_t)(series_roll_sum(b) / b->count), b->exponent);
        putchar('\n');
    }
}

static int dump_class(struct place *p, enum series_class class, struct err *err)
{
    struct series_buckets got = {.n = 0};
    int r = series_look_through(&p->s, &p->look.io, err);

    printf("id,label,unit,time,count,min,max,last,mean\n");
    for (size_t id = 0; r == 0 && id < p->s.active.n; id++) {
        struct series_key k = series_key_at(&p->s, id);

        if (!is_asked(p, &k))
            continue;
        r = series_read_buckets(&p->s, &k, class, INT64_MIN / 2, INT64_MAX / 2, &got);
        if (r < 0)
            err_set(err, r, "series %" PRIu64 " '" STR_FMT "' cannot be read", k.oid, STR_ARG(k.label));
        print_buckets(&k, &got);
    }
    VEC_RELEASE(&got);
    return r;
}

static int dump(void *self, struct err *err)
{
    struct place *p = self;
    enum series_class class = SERIES_RAW;
    uint64_t n = 0;
    int r;

    while (p->class && class < SERIES_CLASSES && strcmp(p->class, series_class_name(class)) != 0)
        class ++;
    if (class == SERIES_CLASSES)
        return err_set(err, E_INVAL, "--class is raw, 5m, 1h or 1d");
    if (class == SERIES_RAW)
        printf("id,label,unit,time,value\n");
    r = class == SERIES_RAW ? each_series(p, err, print_one, &n) : dump_class(p, class, err);
    if (r == 0 && p->s.stats.damaged)
        return err_set(err, E_FORMAT, "damaged at %" PRIu64 " places", p->s.stats.damaged);
    return r;
}

/* ---- */

static const struct look_word words[] = {{"verify", verify}, {"dump", dump}};

static bool check_options(void *self, const char *word)
{
    const struct place *p = self;

    if (!p->class || strcmp(word, "dump") == 0)
        return true;
    fprintf(stderr, "vigie series: --class belongs to 'dump' only\n");
    return false;
}

int cmd_series(int argc, char **argv)
{
    struct place p = {.label = NULL};
    const struct opt opts[] = {
        LOOK_OPTIONS(&p.look, "series they are"),
        {"id", 0, OPT_U64, "ID", "Only of the host or service with this number.", &p.oid},
        {"label", 'l', OPT_STR, "LABEL", "Only those with this label.", &p.label},
        {"class", 0, OPT_STR, "CLASS", "dump: roll-ups of 5m, 1h or 1d instead of measurements (raw).",
         &p.class},
    };
    const struct look_command c = {
        .name = "series",
        .folder = "db/series",
        .opt =
            {
                .usage = "vigie series verify|dump [-c MAIN | --state DIR] [options]",
                .about =
                    "Looks into the series store on disk and changes nothing.\n"
                    "verify says whether it is whole (exit status 1 if not), dump prints measurements as CSV "
                    "in base units (seconds, bytes, bits).\n"
                    "Of a Vigie that runs it is what was committed, and what is merged just then may pass "
                    "for damaged: ask again.",
                .opts = opts,
                .n = ARRAY_LEN(opts),
                .operands_min = 1,
                .operands_max = 1,
                .operands = "verify|dump",
            },
        .words = words,
        .n_words = ARRAY_LEN(words),
        .self = &p,
        .look = &p.look,
        .check = check_options,
        .open = open_store,
        .close = close_store,
    };

    return look_main(&c, argc, argv);
}
