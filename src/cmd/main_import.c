/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vigie-import: what 'vigie import' calls. An executable of its own: it reads identities (SQLite), which the other commands do not link. 'vigie import rrd' reads files of PNP4Nagios, Nagiosgraph and
 * Centreon by rrdtool and hands the measurements to the store of a Vigie that runs (docs/RRD.md).
 */
#include "cmd/import.h"

#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/state_dir.h"
#include "core/perf.h"
#include "os/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct options {
    const char *config, *state, *format, *rejects, *rrdtool;
    struct opt_list maps;
    int64_t silent_us;
    bool dry, resume;
};

struct work {
    const struct options *o;
    enum import_format format;
    struct import_objects objects;
    import_sources sources;
    struct import_hand hand;
    struct import_say say;
    struct rrd_rows rows;
    uint64_t buckets; /* put in */
    uint64_t good;    /* files that could be read, now or before */
    bool handing;     /* not a dry run */
};

static const char *const formats[IMPORT_FORMATS] = {"pnp4nagios", "nagiosgraph", "centreon"};

/* ---- what became of it ---- */

static void finish(struct work *w, struct import_source *s)
{
    if (!s->dumped || s->pending || s->bad)
        return;
    if (import_say_done(&w->say, s) < 0)
        import_say_reject(&w->say, s, "", "taken, but it cannot be noted that it is finished");
}

static void handed(void *user, size_t source, size_t records)
{
    ((struct work *)user)->sources.at[source].pending += records;
}

static void became(void *user, const struct import_origin *o, const uint64_t count[4], struct str text)
{
    struct work *w = user;
    struct import_source *s = &w->sources.at[o->source];
    char reason[200];

    s->pending--;
    if (!count) {
        snprintf(reason, sizeof(reason), "not taken: " STR_FMT, STR_ARG(str_sub(text, 0, 150)));
        import_say_reject(&w->say, s, "", reason);
        s->bad = true;
    } else {
        *(o->class == SERIES_RAW ? &w->say.taken : &w->buckets) += count[0];
        w->say.had += o->class == SERIES_RAW ? count[1] : 0;
    }
    if (count && count[2] && o->class == SERIES_1D) {
        snprintf(reason, sizeof(reason),
                 "%" PRIu64 " days are older than what is kept (vigie_series_day_days)", count[2]);
        import_say_reject(&w->say, s, "", reason);
    }
    if (count && count[3] && o->class == SERIES_RAW) {
        snprintf(reason, sizeof(reason), "%" PRIu64 " rows are more than a day ahead of the clock", count[3]);
        import_say_reject(&w->say, s, "", reason);
    }
    finish(w, s);
}

/* Signals to end are held back, so that what is written is written whole. */
static bool go_on(void *user)
{
    struct work *w = user;
    sigset_t waiting;

    import_say_progress(&w->say, false);
    return sigpending(&waiting) < 0 ||
           !(sigismember(&waiting, SIGINT) == 1 || sigismember(&waiting, SIGTERM) == 1);
}

/* ---- one data source ---- */

struct target {
    struct series_key key;
    char uom[BOUNDS_TEXT_MAX + 1]; /* in which the values are */
    char unit[32];                 /* to be said: of those that their class does not name */
};

static bool is_one_of(const char *s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(s, words[i]) == 0)
            return true;
    return false;
}

/* What a data source is called. NULL: *why it is not taken. */
static const struct import_label *label_of(const struct work *w, const struct import_source *s,
                                           const struct rrd_dump *d, const char *ds, const char **text,
                                           const char **why)
{
    static const char *const values[] = {"data", "value", "count"}, *const bounds[] = {"warn", "crit", "min",
                                                                                       "max"};
    const struct import_label *any = NULL;

    for (size_t i = 0; i < s->label.n; i++) {
        const struct import_label *l = &s->label.at[i];

        if (strcmp(l->ds, ds) == 0) {
            *text = l->label[0] ? l->label : ds;
            return l;
        }
        any = l->ds[0] ? any : l;
    }
    *why = "nothing says what this data source is";
    if (!any)
        return NULL;
    *text = any->label;
    if (d->ds.n == 1 || strcmp(ds, any->label) == 0 || is_one_of(ds, values, ARRAY_LEN(values)))
        return any;
    *text = ds;
    if (w->format == IMPORT_NAGIOSGRAPH && !is_one_of(ds, bounds, ARRAY_LEN(bounds)))
        return any;
    *why = is_one_of(ds, bounds, ARRAY_LEN(bounds)) ? "a threshold or bound, no measurement" : *why;
    return NULL;
}

static enum perf_unit class_of(const char *uom)
{
    struct perf_item item;
    struct buf b = BUF_INIT;
    struct str rest;
    struct perf_bad bad = {.n = 0};

    buf_printf(&b, "x=1%s", uom);
    rest = buf_str(&b);
    if (!uom[0] || perf_next(&rest, &item, &bad) != 1 || !str_eq_c(item.uom, uom))
        item.unit = uom[0] ? PERF_OTHER : PERF_NONE;
    buf_release(&b);
    return item.unit;
}

/* A rate is in base units per second: no class has a name for that. */
static void set_unit(struct target *t, bool rate)
{
    static const char *const base[] = {
        [PERF_SECONDS] = "s", [PERF_PERCENT] = "%", [PERF_BYTES] = "B", [PERF_BITS] = "b"};
    enum perf_unit class = class_of(t->uom);
    const char *name = class == PERF_OTHER                      ? t->uom
                       : class < ARRAY_LEN(base) && base[class] ? base[class]
                                                                : "";

    t->unit[0] = '\0';
    if (rate)
        snprintf(t->unit, sizeof(t->unit), "%.20s/s", name);
    else if (class == PERF_OTHER)
        snprintf(t->unit, sizeof(t->unit), "%.31s", name);
    t->key.unit = (uint8_t)(rate ? PERF_OTHER : class);
}

static const char *aim(struct work *w, const struct import_source *s, const struct rrd_dump *d, size_t ds,
                       struct target *t)
{
    const char *text = NULL, *why = NULL;
    const struct import_label *l = label_of(w, s, d, d->ds.at[ds].name, &text, &why);

    if (!l)
        return why;
    t->key = (struct series_key){.oid = s->oid, .label = str_of(text)};
    t->uom[0] = '\0';
    if (!t->key.label.n || t->key.label.n > SERIES_LABEL_MAX)
        return "no label, or one of more than 255 bytes";
    if (l->unit && !str_copy(t->uom, sizeof(t->uom), str_of(l->unit)))
        return "a unit of more than 64 bytes";
    if (!l->unit && bounds_unit(&w->objects.bounds, s->oid, t->key.label, t->uom) != 1)
        t->uom[0] = '\0';
    set_unit(t, d->ds.at[ds].rate);
    return NULL;
}

static int take_ds(struct work *w, size_t source, const struct rrd_dump *d, size_t ds, struct err *err)
{
    struct import_source *s = &w->sources.at[source];
    struct target t;
    const char *why = aim(w, s, d, ds, &t);

    if (!why && rrd_rows_of(d, ds, str_of(t.uom), &w->rows) < 0)
        why = "no archive of means or last values";
    if (why) {
        import_say_reject(&w->say, s, d->ds.at[ds].name, why);
        return 0;
    }
    w->say.rows += w->rows.n;
    if (!w->handing || !w->rows.n)
        return 0;
    return import_hand_put(&w->hand, source, &t.key, str_of(t.unit), &w->rows, d->step, err);
}

/* ---- one file ---- */

static int take_source(struct work *w, size_t source, struct err *err)
{
    struct import_source *s = &w->sources.at[source];
    struct err why = ERR_INIT;
    struct rrd_dump d;
    int r;

    if (!s->why && w->o->resume && import_say_is_done(&w->say, s)) {
        w->good++;
        return 0;
    }
    if (s->why) {
        import_say_reject(&w->say, s, "", s->why);
        return 0;
    }
    r = import_dump(&(struct import_dumper){w->o->rrdtool, w->o->silent_us, go_on, w}, s, &d, &why);
    if (r == E_CLOSED) {
        err_set(err, r, "%s", why.text);
    } else if (r < 0) {
        import_say_reject(&w->say, s, "", why.text);
        s->bad = true;
        r = 0;
    } else {
        for (size_t ds = 0; ds < d.ds.n && r == 0; ds++)
            r = take_ds(w, source, &d, ds, err);
        s->dumped = r == 0;
        w->good++;
        if (s->dumped)
            finish(w, s);
    }
    rrd_dump_release(&d);
    return r;
}

static int take_all(struct work *w, struct err *err)
{
    int r = 0;

    for (size_t i = 0; i < w->sources.n; i++)
        w->say.all_bytes += w->sources.at[i].size;
    w->say.all_files = w->sources.n;
    w->say.began = clock_mono();
    for (size_t i = 0; i < w->sources.n && r == 0; i++) {
        r = go_on(w) ? take_source(w, i, err) : err_set(err, E_CLOSED, "stopped");
        w->say.files++;
        w->say.bytes += w->sources.at[i].size;
    }
    if (r == 0 && w->handing)
        r = import_hand_end(&w->hand, err);
    return r;
}

/* ---- the whole ---- */

static void print_end(const struct work *w)
{
    if (w->handing)
        printf("%" PRIu64 " measurements and %" PRIu64 " buckets put in, %" PRIu64
               " measurements were there\n",
               w->say.taken, w->buckets, w->say.had);
    else
        printf("%" PRIu64 " rows of %" PRIu64
               " files could be put in (what is there already, or is too old, is seen when it is done)\n",
               w->say.rows, w->say.files);
    printf("%" PRIu64 " %s, in %s\n", w->say.rejected, w->say.rejected == 1 ? "reject" : "rejects",
           w->say.rejects_name);
}

static int begin(struct work *w, const char *dir, char *folder, struct err *err)
{
    char state[4096];
    int r = state_dir_find(w->o->config, w->o->state, state, sizeof(state), err);

    if (r == 0 && access(w->o->rrdtool, X_OK) < 0)
        r = err_sys(err, errno,
                    "cannot run %s, which reads the files (install rrdtool, or name it by --rrdtool)",
                    w->o->rrdtool);
    if (r == 0 && !realpath(dir, folder))
        r = err_sys(err, errno, "cannot find the folder %s", dir);
    if (r == 0)
        r = import_objects_read(&w->objects, state, err);
    if (r == 0)
        r = import_find(w->format, folder, &w->o->maps, &w->objects, &w->sources, err);
    if (r == 0 && !w->sources.n)
        r = err_set(err, E_NOENT, "no .rrd file of %s below %s", formats[w->format], dir);
    if (r == 0 && w->handing)
        r = import_hand_open(&w->hand, state, err);
    if (r == 0)
        r = import_say_begin(&w->say, w->o->rejects, err);
    if (r == 0 && w->handing)
        r = import_say_remember(&w->say, w->hand.dir, w->o->resume, err);
    return r;
}

static int import(const struct options *o, enum import_format format, const char *dir)
{
    struct work w = {.o = o, .format = format, .handing = !o->dry};
    struct err err = ERR_INIT;
    char folder[PATH_MAX];
    sigset_t ends;
    int r;

    w.hand = (struct import_hand){
        .dir = -1, .lock = -1, .state = -1, .handed = handed, .became = became, .go_on = go_on, .user = &w};
    w.say.finished = -1;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    r = begin(&w, dir, folder, &err);
    if (r == 0) {
        r = take_all(&w, &err);
        import_say_progress(&w.say, true);
        print_end(&w);
        if (r == 0 && !w.good)
            r = err_set(&err, E_FORMAT, "not one of %" PRIu64 " files was taken: %s says why",
                        w.say.all_files, w.say.rejects_name);
    }
    if (r < 0)
        fprintf(stderr, "vigie import: %s%s\n", err.text,
                w.good && w.handing ? ". What was handed over is whole; --resume goes on with the rest" : "");
    import_say_end(&w.say);
    import_hand_release(&w.hand);
    import_find_release(&w.sources);
    import_objects_release(&w.objects);
    VEC_RELEASE(&w.rows);
    return r < 0 ? CMD_FAILED : CMD_OK;
}

static int run(const struct options *o, char **words)
{
    if (strcmp(words[0], "rrd") != 0) {
        fprintf(stderr, "vigie import: '%s' is nothing that can be imported: rrd\n", words[0]);
        return CMD_USAGE;
    }
    for (unsigned f = 0; f < IMPORT_FORMATS; f++)
        if (o->format && strcmp(o->format, formats[f]) == 0)
            return import(o, (enum import_format)f, words[1]);
    fprintf(stderr, "vigie import: --format must be pnp4nagios, nagiosgraph or centreon\n");
    return CMD_USAGE;
}

int main(int argc, char **argv)
{
    struct options o = {
        .rejects = "vigie-import-rejects.csv", .rrdtool = "/usr/bin/rrdtool", .silent_us = TIME_MIN};
    const struct opt opts[] = {
        {"config", 'c', OPT_STR, "MAIN", "The main configuration file of the Vigie that takes them.",
         &o.config},
        {"state", 0, OPT_STR, "DIR", STATE_DIR_HELP, &o.state},
        {"format", 'f', OPT_STR, "FORMAT", "Whose files they are: pnp4nagios, nagiosgraph or centreon.",
         &o.format},
        {"map", 'm', OPT_LIST, "FILE",
         "A CSV file that says what the files hold. May be given several times.", &o.maps},
        {"dry-run", 'n', OPT_FLAG, NULL, "Read all and list the rejects, but put nothing in.", &o.dry},
        {"resume", 0, OPT_FLAG, NULL, "Pass over files that are finished and did not change since.",
         &o.resume},
        {"rejects", 0, OPT_STR, "FILE", "Where what is not taken is listed (vigie-import-rejects.csv).",
         &o.rejects},
        {"rrdtool", 0, OPT_STR, "PROGRAM", "The program that reads RRD files (/usr/bin/rrdtool).",
         &o.rrdtool},
        {"silent", 0, OPT_TIME, "TIME",
         "So long that program may say nothing of a file before it is a reject (1m).", &o.silent_us},
    };
    const struct opt_command cmd = {
        .usage = "vigie import rrd --format FORMAT [--map FILE]... [-c MAIN | --state DIR] [options] DIR",
        .about = "Puts the measurements in the RRD files below DIR into the series store of a Vigie that "
                 "runs, for the hosts and "
                 "services that it watches. What is there already stays as it is, so it may be stopped at "
                 "any time and done "
                 "again. What is not taken is listed with its reason.\n"
                 "pnp4nagios: DIR is its folder perfdata; nagiosgraph: its folder rrd; centreon: the one "
                 "that holds "
                 "metrics/ID.rrd, and --map names CSV files of its tables index_data and metrics.\n"
                 "Needs to write into the state folder: run it as root, or as the user that runs Vigie.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_min = 2,
        .operands_max = 2,
        .operands = "rrd DIR",
    };
    struct err err = ERR_INIT;
    size_t n;
    int r;

    log_init("", LOG_INFO);
    if (argc < 2 || strcmp(argv[1], "import") != 0) {
        fprintf(stderr, "vigie-import is called by 'vigie import'\n");
        return CMD_USAGE;
    }
    r = opt_parse(&cmd, argc - 1, argv + 1, &n, &err);
    if (r < 0)
        fprintf(stderr, "vigie import: %s\n", err.text);
    r = r == OPT_HELP ? CMD_OK : r < 0 ? CMD_USAGE : run(&o, argv + 1);
    VEC_RELEASE(&o.maps);
    return cmd_end("import", r, CMD_FAILED);
}
