/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plays a timeline in virtual time: the recorded scenarios of tests/scenario without waiting.
 *   play MAIN OBJECTS RESOURCE START < STEPS
 * The files hold texts in which /o.cfg and /r.cfg name the other two. STEPS, a line each, times in ms from START:
 *   T cmd TEXT | T plugin KEY CODE SLEEP_MS SIGNAL OUTPUT | T probe NAME | T stop | T start | T hup | T end
 * Output: "L line" of the log, "E ms text" of commands run (words from the third on, by '|'; a line for a shell as it is, behind byte 1d, its environment behind bytes 1e;
 * line ends are byte 1c), "P name" with the state after it.
 */
#include "core/record.h"
#include "core/secret.h"
#include "core/world_in.h"
#include "lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct plugin {
    char key[128], output[4096];
    uint64_t code, signal;
    int64_t sleep_us;
};
struct player {
    struct lab lab; /* first: the hook finds the player by it */
    VEC(struct plugin) plugins;
    int64_t begin; /* mono */
};

static struct plugin *find_plugin(struct player *p, const char *key, bool make)
{
    for (size_t i = 0; i < p->plugins.n; i++)
        if (strcmp(p->plugins.at[i].key, key) == 0)
            return &p->plugins.at[i];
    if (!make)
        return NULL;
    VEC_ADD(&p->plugins);
    str_copy(VEC_LAST(&p->plugins).key, sizeof(VEC_LAST(&p->plugins).key), str_of(key));
    return &VEC_LAST(&p->plugins);
}

/* A coded word as the runner would fill it. */
static void fill(const struct lab *lab, struct str coded, struct buf *out)
{
    struct err err = ERR_INIT;
    struct secret secret;
    size_t from = out->len;

    if (secret_open(&secret, lab->secret.data, lab->secret.len, &err) < 0 ||
        secret_fill(&secret, coded, out) < 0) {
        fprintf(stderr, "a word cannot be filled\n");
        exit(2);
    }
    for (; from < out->len; from++)
        out->data[from] = out->data[from] == '\n' ? '\x1c' : out->data[from];
}

/* A line for a shell: the test unfolds it. */
static void shell(const struct lab *lab, struct str line, struct str env, struct buf *b, struct buf *key)
{
    struct str rest, word;

    buf_add_char(b, '\x1d');
    fill(lab, line, b);
    rest = str_sub(buf_str(b), 1, b->len);
    for (int i = 0; i < 2; i++)
        str_cut(&rest, ' ');
    buf_add_str(key, str_cut(&rest, ' '));
    while (record_next_word(&env, &word) > 0) {
        buf_add_char(b, '\x1e');
        fill(lab, word, b);
    }
}

/* Words behind the program and the sandbox folder. */
static void join(const struct lab *lab, const struct world_effect *e, struct buf *b, struct buf *key)
{
    struct str packed = world_text(lab->w, e->words), word;
    bool by_shell = false;

    for (int i = 0; record_next_word(&packed, &word) > 0; i++) {
        by_shell = i == 0 ? str_eq_c(word, "/bin/sh") : by_shell;
        if (i == 2 && by_shell) {
            shell(lab, word, world_text(lab->w, e->env), b, key);
            return;
        }
        if (i < 2)
            continue;
        if (i == 2)
            fill(lab, word, key);
        else
            buf_add_char(b, '|');
        fill(lab, word, b);
    }
}

static void on_run(struct lab *lab, const struct world_effect *e, struct lab_answer *answer)
{
    struct player *p = (struct player *)lab;
    struct buf text = BUF_INIT, key = BUF_INIT;
    const struct plugin *g;

    join(lab, e, &text, &key);
    g = e->run_kind == WORLD_RUN_CHECK ? find_plugin(p, key.data, false) : NULL;
    printf("E %lld %s%s\n", (long long)((lab->mono - p->begin) / TIME_MS),
           e->run_kind == WORLD_RUN_CHECK ? "RUN|" : "", text.data);
    *answer = (struct lab_answer){.lasts_us = 5 * TIME_MS, .output = ""};
    if (g) {
        answer->lasts_us += g->sleep_us;
        answer->code = g->signal ? g->signal : g->code;
        answer->how = g->signal ? RECORD_HOW_SIGNAL : RECORD_HOW_EXIT;
        answer->output = g->signal ? "" : g->output; /* it is killed before it says anything */
        if (answer->lasts_us > e->timeout_us) {
            answer->lasts_us = e->timeout_us;
            answer->how = RECORD_HOW_TIMEOUT;
        }
    }
    buf_release(&text);
    buf_release(&key);
}

/* ---- probes ---- */

static void name(const struct lab *lab, uint32_t i)
{
    struct str host = model_host_name(lab->model, i), service = model_description(lab->model, i);

    printf(STR_FMT "%s" STR_FMT, STR_ARG(host), service.n ? ";" : "", STR_ARG(service));
}

static void probe_check(const struct lab *lab, uint32_t i)
{
    const struct state *s = world_state(lab->w, i);

    printf("S ");
    name(lab, i);
    printf("\tcurrent_state=%u\tstate_type=%u\tcurrent_attempt=%u\tmax_attempts=%u\tproblem_has_been_"
           "acknowledged=%u",
           s->state, s->hard, s->attempt, s->max_attempts, s->ack_type != 0);
    printf("\tacknowledgement_type=%u\tscheduled_downtime_depth=%u\tis_flapping=%u\tcurrent_notification_"
           "number=%u",
           s->ack_type ? s->ack_type : s->ack_last, s->downtime_depth, s->flapping, s->notification_number);
    printf("\tnotifications_enabled=%d\tactive_checks_enabled=%d\tpassive_checks_enabled=%d\tevent_handler_"
           "enabled=%d",
           (s->switches & MODEL_CHECK_NOTIFY) != 0, (s->switches & MODEL_CHECK_ACTIVE) != 0,
           (s->switches & MODEL_CHECK_PASSIVE) != 0, (s->switches & MODEL_CHECK_EVENT_HANDLER) != 0);
    printf("\tflap_detection_enabled=%d\thas_been_checked=%d", (s->switches & MODEL_CHECK_FLAP) != 0,
           s->checked);
    printf("\tplugin_output=" STR_FMT "\tperformance_data=" STR_FMT "\tlong_plugin_output=",
           STR_ARG(state_output(s)), STR_ARG(state_perf(s)));
    for (size_t k = 0; k < state_long(s).n; k++)
        putchar(state_long(s).p[k] == '\n' ? ' ' : state_long(s).p[k]);
    putchar('\n');
}

static void probe(struct player *p, const char *what)
{
    const struct lab *lab = &p->lab;

    printf("P %s\n", what);
    for (uint32_t i = 0; i < lab->model->n_check; i++)
        probe_check(lab, i);
    for (size_t i = 0; i < lab->w->comments.n; i++) {
        const struct world_comment *c = &lab->w->comments.at[i];

        printf("C ");
        name(lab, c->check);
        printf("\tauthor=%s\tcomment_data=%s\tpersistent=%d\tentry_type=%u\n", c->author, c->text,
               c->persistent, c->entry_type);
    }
    for (size_t i = 0; i < lab->w->downtimes.n; i++) {
        const struct world_downtime *d = &lab->w->downtimes.at[i];

        printf("D ");
        name(lab, d->check);
        printf("\tauthor=%s\tcomment=%s\tfixed=%d\tduration=%lld\n", d->author, d->text, d->fixed,
               (long long)(d->duration_us / TIME_S));
    }
}

/* ---- steps ---- */

static char *slurp(const char *path)
{
    struct buf b = BUF_INIT;
    char part[4096];
    FILE *f = fopen(path, "rb");
    size_t n;

    if (!f) {
        perror(path);
        exit(2);
    }
    while ((n = fread(part, 1, sizeof(part), f)) > 0)
        buf_add(&b, part, n);
    fclose(f);
    return buf_take(&b, &n);
}

static void set_plugin(struct player *p, struct str rest)
{
    struct str key = str_cut(&rest, ' '), code = str_cut(&rest, ' '), sleep_ms = str_cut(&rest, ' '),
               signal = str_cut(&rest, ' ');
    char text[128];
    struct plugin *g;
    int64_t ms = 0;

    str_copy(text, sizeof(text), key);
    g = find_plugin(p, text, true);
    str_to_u64(code, &g->code);
    str_to_u64(signal, &g->signal);
    str_to_i64(sleep_ms, &ms);
    g->sleep_us = ms * TIME_MS;
    str_copy(g->output, sizeof(g->output), rest);
    for (char *c = g->output; (c = strstr(c, "\\n")) != NULL; c++) {
        *c = '\n';
        memmove(c + 1, c + 2, strlen(c + 2) + 1);
    }
}

static bool step(struct player *p, struct str line, const struct lab_site *site)
{
    struct str at = str_cut(&line, ' '), what = str_cut(&line, ' ');
    char text[8192];
    int64_t ms = 0, wait;

    str_to_i64(at, &ms);
    wait = p->begin + ms * TIME_MS - p->lab.mono;
    if (wait > 0 && p->lab.w)
        lab_run(&p->lab, wait);
    else if (wait > 0)
        p->lab.mono += wait;
    str_copy(text, sizeof(text), line);
    if (str_eq_c(what, "cmd"))
        lab_command(&p->lab, text);
    else if (str_eq_c(what, "plugin"))
        set_plugin(p, line);
    else if (str_eq_c(what, "probe"))
        probe(p, text);
    else if (str_eq_c(what, "stop"))
        lab_stop(&p->lab, false);
    else if (str_eq_c(what, "start"))
        lab_start(&p->lab);
    else if (str_eq_c(what, "hup"))
        lab_reload_site(&p->lab, site);
    return !str_eq_c(what, "end");
}

int main(int argc, char **argv)
{
    static struct player p;
    struct lab_site site = {.bare = true};
    char *texts[3], line[16384];
    bool on = true;

    if (argc != 5) {
        fprintf(stderr, "usage: play MAIN OBJECTS RESOURCE START < STEPS\n");
        return 2;
    }
    for (int i = 0; i < 3; i++)
        texts[i] = slurp(argv[1 + i]);
    site.main_text = texts[0];
    site.objects = texts[1];
    site.resource = texts[2];
    p.lab.on_run = on_run;
    /* Plugins are set before the start: steps before time 0 come first. */
    while (fgets(line, sizeof(line), stdin) && strncmp(line, "begin", 5) != 0)
        set_plugin(&p, str_trim(str_of(line)));
    p.begin = 1001 * TIME_S;
    lab_open_site(&p.lab, &site, strtoll(argv[4], NULL, 10), 1, NULL, 0);
    while (on && fgets(line, sizeof(line), stdin)) {
        struct str s = str_of(line);

        on = step(&p, str_sub(s, 0, s.n && s.p[s.n - 1] == '\n' ? s.n - 1 : s.n), &site);
    }
    for (struct str rest = buf_str(&p.lab.log); rest.n;) {
        struct str l = str_cut(&rest, '\n');

        printf("L " STR_FMT "\n", STR_ARG(l));
    }
    lab_close(&p.lab);
    VEC_RELEASE(&p.plugins);
    for (int i = 0; i < 3; i++)
        mem_free(texts[i]);
    return 0;
}
