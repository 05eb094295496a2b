/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vigie simulate: a written timeline (cmd/timeline.h) through the core in virtual time. Plugins are its answers, commands its orders; nothing is executed, no network, no file but the
 * configuration is touched. What would be logged, run and asked is told (cmd/simulate_say).
 */
#include "cmd/simulate.h"

#include "cmd/cmd.h"
#include "cmd/ctl_int.h"
#include "cmd/opt.h"
#include "cmd/timeline_texts.h"
#include "core/conf.h"
#include "core/record.h"
#include "os/file.h"
#include "role/conf_io.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MOST  (64u * 1024 * 1024)
#define PLACE      "/simulated" /* what @D@ and @BIN@ stand for */
#define ORIGIN_MS  350          /* a step happens so long after its second */
#define BEGIN_LAG  TIME_S       /* the begin of time is so long after the start */
#define NOT_NAMED  "OK (no answer in the timeline)"
#define FIRST_WORD 2 /* of "plug.sh FOLDER KEY": the key */

struct options {
    const char *config, *output, *start;
    struct opt_list set;
    bool all;
};

/* ---- the configuration ---- */

struct site { /* what the configuration is read from */
    const struct timeline *t;
    const char *path;         /* of the timeline */
    struct str text;          /* its own */
    const char *config;       /* NULL: the texts of timelines */
    uint32_t own_line;        /* of the main file: from there on its lines are the timeline's directives */
    struct buf main, objects; /* by the names below */
    char objects_path[4200];  /* FILE#objects: so findings name their place */
};

#define MAIN_PATH     PLACE "/main.cfg"
#define COMMON_PATH   PLACE "/common.cfg"
#define RESOURCE_PATH PLACE "/resource.cfg"

/* @D@ and @BIN@ are the folders that a drill has on a real machine. */
static void add_words(struct buf *b, struct str text)
{
    static const char *const marks[] = {"@D@", "@BIN@"};

    while (text.n) {
        size_t taken = 1;

        for (size_t i = 0; i < ARRAY_LEN(marks); i++)
            if (str_starts(text, str_of(marks[i])))
                taken = strlen(marks[i]);
        if (taken > 1)
            buf_add_c(b, PLACE);
        else
            buf_add_char(b, text.p[0]);
        text = str_sub(text, taken, text.n);
    }
}

static const struct timeline_directive *changed(const struct timeline *t, struct str name)
{
    for (size_t i = 0; i < t->main.n; i++)
        if (str_eq_c(name, t->main.at[i].name))
            return &t->main.at[i];
    return NULL;
}

/* What the timeline changes, behind the rest: the last line counts. */
static void add_own(struct site *s, struct buf *b)
{
    s->own_line = 1;
    for (size_t i = 0; i < b->len; i++)
        s->own_line += b->data[i] == '\n';
    for (size_t i = 0; i < s->t->main.n; i++)
        if (s->t->main.at[i].value)
            buf_printf(b, "%s=%s\n", s->t->main.at[i].name, s->t->main.at[i].value);
}

/* The common main file, with what the timeline changes. */
static void make_main(struct site *s)
{
    struct str rest = str_of(timeline_main);

    buf_printf(&s->main,
               "resource_file=" RESOURCE_PATH "\ncfg_file=" COMMON_PATH "\ncfg_file=%s\nlog_file=" PLACE
               "/log\n"
               "command_file=" PLACE "/cmd\n",
               s->objects_path);
    while (rest.n) {
        struct str line = str_cut(&rest, '\n'), value = line, name = str_cut(&value, '=');

        if (!changed(s->t, name))
            buf_printf(&s->main, STR_FMT "\n", STR_ARG(line));
    }
    add_own(s, &s->main);
}

static int read_file(void *ctx, const char *path, struct buf *out, char distrust[128], struct err *err)
{
    struct site *s = ctx;
    struct conf_io real = conf_io_files();
    int r = 0;

    distrust[0] = '\0';
    if (strcmp(path, s->objects_path) == 0)
        buf_add_str(out, buf_str(&s->objects));
    else if (s->config) {
        r = real.read_file(real.ctx, path, out, distrust, err);
        if (r == 0 && strcmp(path, s->config) == 0) {
            buf_printf(out, "\ncfg_file=%s\n", s->objects_path);
            add_own(s, out);
        }
    } else if (strcmp(path, MAIN_PATH) == 0)
        buf_add_str(out, buf_str(&s->main));
    else if (strcmp(path, COMMON_PATH) == 0)
        add_words(out, str_of(timeline_common));
    else if (strcmp(path, RESOURCE_PATH) == 0)
        buf_add_c(out, "$USER1$=" PLACE "\n$USER2$=" PLACE "\n$USER5$=secret5\n");
    else
        r = err_set(err, E_NOENT, "no such file");
    return r;
}

static int list_dir(void *ctx, const char *path, conf_entry_f *each, void *arg, struct err *err)
{
    const struct site *s = ctx;
    struct conf_io real = conf_io_files();

    return s->config ? real.list_dir(real.ctx, path, each, arg, err)
                     : err_set(err, E_NOENT, "no such folder");
}

/* On a configuration programs are looked for, as in operation, where a $USERn$ that is a path is no secret. Those of the common objects are there. */
static int program(void *ctx, const char *path)
{
    const struct site *s = ctx;
    struct conf_io real = conf_io_files();

    return s->config ? real.program(real.ctx, path) : 0;
}

static int zone(void *ctx UNUSED, const char *name, struct buf *out)
{
    struct conf_io real = conf_io_files();

    return real.zone(real.ctx, name, out);
}

/* A directive of the timeline is wrong: where it stands there. False: it is of none. */
static bool say_own(const struct site *s, const struct conf *c, const struct conf_diag *d)
{
    uint32_t own = d->line - s->own_line;
    unsigned line, column;
    size_t i = 0;

    if (d->line < s->own_line || strcmp(conf_file_path(c, d->file), s->config ? s->config : MAIN_PATH) != 0)
        return false;
    while (i < s->t->main.n && (!s->t->main.at[i].value || own-- > 0))
        i++;
    timeline_place(s->text, TIMELINE_DIRECTIVE, i, &line, &column);
    fprintf(stderr, "%s:%u:%u: %s: %s\n", s->path, line, column,
            d->severity == CONF_ERROR ? "error" : "warning", d->text);
    return true;
}

/* Its errors are said; false: there are some. */
static bool compile(struct site *s, const struct options *o, struct buf *snapshot, struct buf *secret)
{
    struct conf_io io = {
        .ctx = s, .read_file = read_file, .list_dir = list_dir, .program = program, .zone = zone};
    struct conf_request rq = {.main_path = o->config ? o->config : MAIN_PATH, .zone = getenv("TZ")};
    VEC(struct str) sets = {0};
    struct buf text = BUF_INIT;
    struct conf *c;
    bool ok;

    for (size_t i = 0; i < o->set.n; i++)
        *VEC_ADD(&sets) = str_of(o->set.at[i]);
    rq.sets = sets.at;
    rq.n_sets = sets.n;
    rq.native = o->config && conf_io_is_native(o->config);
    c = conf_load(&io, &rq);
    ok = conf_ok(c);
    for (size_t i = 0; !ok && i < conf_n_diags(c); i++) {
        if (say_own(s, c, conf_diag_at(c, i)))
            continue;
        buf_clear(&text);
        conf_diag_text(c, conf_diag_at(c, i), &text);
        fprintf(stderr, "%s\n", text.data);
    }
    if (ok)
        conf_build(c, snapshot, secret);
    conf_free(c);
    buf_release(&text);
    VEC_RELEASE(&sets);
    return ok;
}

/* ---- plugins ---- */

static void take_answer(struct simulation *s, const struct timeline_answer *a)
{
    struct simulated_plugin *p = NULL;

    for (size_t i = 0; i < s->plugins.n && !p; i++)
        if (strcmp(s->plugins.at[i].key, a->key) == 0)
            p = &s->plugins.at[i];
    if (!p) {
        p = VEC_ADD(&s->plugins);
        p->key = a->key;
        p->output = "";
    }
    if (a->has_code)
        p->code = a->code;
    if (a->has_output)
        p->output = a->output;
    p->signal = a->signal;
    p->sleep_us = a->sleep_ms * TIME_MS;
}

static const struct simulated_plugin *find_plugin(const struct simulation *s, struct str key)
{
    for (size_t i = 0; i < s->plugins.n; i++)
        if (str_eq_c(key, s->plugins.at[i].key))
            return &s->plugins.at[i];
    return NULL;
}

/* By what is checked ("host", "host;service"), else by the third word of its command, as the common objects have it. */
static const struct simulated_plugin *plugin_of(const struct simulation *s, const struct world_effect *e)
{
    struct buf b = BUF_INIT;
    const struct simulated_plugin *p;
    struct str words = world_text(s->lab.w, e->words), word = STR_NULL;

    simulate_name(&s->lab, e->check, &b);
    p = find_plugin(s, buf_str(&b));
    for (int i = 0; i <= FIRST_WORD && record_next_word(&words, &word) > 0; i++)
        if (i == FIRST_WORD && !p) {
            buf_clear(&b);
            simulate_fill(s, word, &b);
            word = buf_str(&b);
            if (s->by_shell)
                for (int k = 0; k < FIRST_WORD; k++)
                    str_cut(&word, ' ');
            p = find_plugin(s, s->by_shell ? str_cut(&word, ' ') : word);
        }
    buf_release(&b);
    return p;
}

static void on_run(struct lab *lab, const struct world_effect *e, struct lab_answer *answer)
{
    struct simulation *s = (struct simulation *)lab;
    struct str words = world_text(lab->w, e->words), first = STR_NULL;
    const struct simulated_plugin *p;

    record_next_word(&words, &first);
    s->by_shell = str_eq_c(first, "/bin/sh");
    simulate_say_run(s, e);
    *answer = (struct lab_answer){.lasts_us = 5 * TIME_MS, .output = ""};
    p = e->run_kind == WORLD_RUN_CHECK ? plugin_of(s, e) : NULL;
    if (!p && e->run_kind == WORLD_RUN_CHECK && s->masked)
        answer->output = NOT_NAMED; /* a drill's plugin says nothing then */
    if (!p)
        return;
    answer->lasts_us += p->sleep_us;
    answer->code = p->signal ? p->signal : p->code;
    answer->how = p->signal ? RECORD_HOW_SIGNAL : RECORD_HOW_EXIT;
    answer->output = p->signal ? "" : p->output; /* it is killed before it says anything */
    if (answer->lasts_us > e->timeout_us) {
        answer->lasts_us = e->timeout_us;
        answer->how = RECORD_HOW_TIMEOUT;
    }
}

static void on_effect(struct lab *lab, const struct world_effect *e)
{
    struct simulation *s = (struct simulation *)lab;

    if (e->kind == WORLD_LOGLINE)
        simulate_say_line(s, world_text(lab->w, e->words));
    if (e->kind == WORLD_NOTIFY)
        simulate_say_channel(s, e);
}

/* ---- steps ---- */

/* "@T@" and "@T+3@" in a command: the begin, and seconds from it. */
static void add_command(const struct simulation *s, struct str text, struct buf *b)
{
    while (text.n) {
        ptrdiff_t end = str_starts(text, STR("@T")) ? str_find_char(str_sub(text, 1, text.n), '@') : -1;
        struct str inside = end > 0 ? str_sub(text, 2, (size_t)end - 1) : STR_NULL;
        int64_t n = 0;
        bool mark =
            end > 0 && (!inside.n || ((inside.p[0] == '+' || inside.p[0] == '-') && str_to_i64(inside, &n)));

        if (mark)
            buf_add_i64(b, s->origin_s + n);
        else
            buf_add_char(b, text.p[0]);
        text = str_sub(text, mark ? (size_t)end + 2 : 1, text.n);
    }
}

/* The configuration as it is now, as a start and a reload read it. With errors, which are said, the one before stays. */
static void configure(struct simulation *s, struct site *site, const struct options *o)
{
    struct buf snapshot = BUF_INIT, secret = BUF_INIT;

    if (compile(site, o, &snapshot, &secret))
        (s->lab.w ? lab_take : lab_configure)(&s->lab, &snapshot, &secret);
    buf_release(&snapshot);
    buf_release(&secret);
}

static void act(struct simulation *s, enum timeline_action action, struct site *site, const struct options *o)
{
    if ((action == TIMELINE_STOP || action == TIMELINE_RESTART) && s->lab.w)
        lab_stop(&s->lab, false);
    if ((action == TIMELINE_START || action == TIMELINE_RESTART) && !s->lab.w) {
        configure(s, site, o);
        lab_start(&s->lab);
    } else if (action == TIMELINE_HUP && s->lab.w) {
        configure(s, site, o);
    }
}

static void go_to(struct simulation *s, int64_t at_ms)
{
    int64_t wait = s->begin + (at_ms + ORIGIN_MS) * TIME_MS - s->lab.mono;

    if (wait <= 0)
        return;
    if (s->lab.w)
        lab_run(&s->lab, wait);
    else
        s->lab.mono += wait;
}

static const char *const actions[] = {[TIMELINE_STOP] = "stop",
                                      [TIMELINE_START] = "start",
                                      [TIMELINE_RESTART] = "restart",
                                      [TIMELINE_HUP] = "hup"};

static void step(struct simulation *s, const struct timeline_step *t, struct site *site,
                 const struct options *o)
{
    struct buf text = BUF_INIT;

    go_to(s, t->at_ms);
    for (size_t i = 0; i < t->n_commands; i++) {
        bool taken;

        buf_clear(&text);
        add_command(s, str_of(t->commands[i]), &text);
        simulate_text_events(s);
        simulate_say_command(s, buf_str(&text));
        taken = s->lab.w && lab_command(&s->lab, text.data);
        simulate_say_taken(s, buf_str(&text), taken);
    }
    for (size_t i = 0; i < t->n_answers; i++)
        take_answer(s, &t->answers[i]);
    if (t->objects) {
        buf_clear(&site->objects);
        add_words(&site->objects, str_of(t->objects));
    }
    simulate_text_events(s);
    if (t->action != TIMELINE_NOTHING)
        simulate_say_action(s, actions[t->action]);
    act(s, t->action, site, o);
    if (t->probe)
        simulate_say_probe(s, t->probe);
    buf_release(&text);
}

static void play(struct simulation *s, const struct timeline *t, struct site *site, const struct options *o)
{
    for (size_t i = 0; i < t->steps.n && t->steps.at[i].at_ms <= t->end_ms; i++)
        step(s, &t->steps.at[i], site, o);
    go_to(s, t->end_ms);
    simulate_say_probe(s, "end");
}

/* ---- */

/* Whole: a relative name would be looked for beside the main file, which is nowhere. */
static void name_objects(struct site *s, const char *path)
{
    char cwd[2100];
    bool whole = path[0] == '/' || !getcwd(cwd, sizeof(cwd));

    snprintf(s->objects_path, sizeof(s->objects_path), "%s%s%.2000s#objects", whole ? "" : cwd,
             whole ? "" : "/", path);
}

static int simulate(const struct timeline *t, const char *path, struct str text, const struct options *o,
                    int64_t start_s)
{
    struct simulation s = {.lab = {.on_run = on_run, .on_effect = on_effect, .version = BUILD_VERSION},
                           .json = o->output && strcmp(o->output, "json") == 0,
                           .masked = o->config != NULL,
                           .all = o->all,
                           .dated = o->start != NULL,
                           .start_s = start_s,
                           .origin_s = start_s + BEGIN_LAG / TIME_S,
                           .begin = 1000 * TIME_S + BEGIN_LAG};
    struct site site = {
        .t = t, .path = path, .text = text, .config = o->config, .main = BUF_INIT, .objects = BUF_INIT};
    struct buf snapshot = BUF_INIT, secret = BUF_INIT;
    int status = CMD_USAGE;

    name_objects(&site, path);
    add_words(&site.objects, str_of(t->objects));
    make_main(&site);
    simulate_say_init(&s);
    for (size_t i = 0; i < t->n_answers; i++)
        take_answer(&s, &t->answers[i]);
    if (compile(&site, o, &snapshot, &secret)) {
        lab_begin(&s.lab, &snapshot, &secret, start_s);
        if (simulate_names(&s, t, path, text)) {
            play(&s, t, &site, o);
            simulate_say_end(&s, t->name, t->what);
            status = CMD_OK;
        }
        lab_close(&s.lab);
    } else {
        fprintf(stderr, "vigie simulate: %s: the configuration of this timeline has errors\n", path);
    }
    simulate_say_release(&s);
    VEC_RELEASE(&s.plugins);
    buf_release(&site.main);
    buf_release(&site.objects);
    buf_release(&snapshot);
    buf_release(&secret);
    return status;
}

static bool number_after(const char **p, const char *word, unsigned long *n)
{
    char *end;

    if (strncmp(*p, word, strlen(word)) != 0)
        return false;
    *n = strtoul(*p + strlen(word), &end, 10);
    *p = end;
    return true;
}

/* "line 3, column 5: text" of what is no JSON names the file as compilers do. */
static void say_bad(const char *path, const struct err *err)
{
    unsigned long line, column;
    const char *p = err->text;

    if (number_after(&p, "line ", &line) && number_after(&p, ", column ", &column) &&
        strncmp(p, ": ", 2) == 0)
        fprintf(stderr, "%s:%lu:%lu: error: %s\n", path, line, column, p + 2);
    else
        fprintf(stderr, "%s: error: %s\n", path, err->text);
}

static int simulate_file(const char *path, const struct options *o, int64_t start_s)
{
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;
    struct timeline t;
    int status = CMD_USAGE;

    if (file_read(path, FILE_MOST, &text, &err) < 0) {
        fprintf(stderr, "vigie simulate: %s\n", err.text);
    } else if (timeline_read(&t, buf_str(&text), &err) < 0) {
        say_bad(path, &err);
    } else {
        for (size_t i = 0; i < t.ignored.n; i++)
            fprintf(stderr, "%s: warning: %s: it means nothing\n", path, t.ignored.at[i]);
        status = simulate(&t, path, buf_str(&text), o, start_s);
        timeline_release(&t);
    }
    buf_release(&text);
    return status;
}

int cmd_simulate(int argc, char **argv)
{
    struct options o = {.config = NULL};
    const struct opt opts[] = {
        {"config", 'c', OPT_STR, "MAIN",
         "The configuration to play it on; without it, the objects that timelines have in common.",
         &o.config},
        {"set", 0, OPT_LIST, "NAME=VALUE", "A directive of the main file, as for vigie run.", &o.set},
        {"start", 0, OPT_STR, "TIME", "The time at the begin: 2026-11-23, \"2026-11-23 22:00\" or RFC 3339.",
         &o.start},
        {"all", 'a', OPT_FLAG, NULL,
         "Tell every check, line of the log and text that would be sent, and the states of all.", &o.all},
        {"output", 'o', OPT_STR, "FORMAT", "text (default) or json.", &o.output},
    };
    const struct opt_command cmd = {
        .usage = "vigie simulate [-c MAIN] [--all] [-o json] FILE",
        .about = "Plays a written timeline (commands, plugins' answers, restarts) in virtual time and tells "
                 "what would "
                 "be logged, who would be notified, and the states asked for. Executes nothing.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_min = 1,
        .operands_max = 1,
        .operands = "FILE"};
    struct wall start = {1790000000 * TIME_S};
    struct err err = ERR_INIT;
    size_t n;
    int r = opt_parse(&cmd, argc, argv, &n, &err);

    if (r == OPT_HELP)
        return CMD_OK;
    if (r == 0)
        r = ctl_format(o.output, &err);
    if (r < 0) {
        fprintf(stderr, "vigie simulate: %s\n", err.text);
        return CMD_USAGE;
    }
    if (o.start && !ctl_past(NULL, "start", o.start, &start))
        return CMD_USAGE;
    if (o.start)
        start.us -= BEGIN_LAG; /* the begin is then, not the start */
    r = simulate_file(argv[0], &o, time_wall_s(start));
    mem_free(o.set.at);
    return r;
}
