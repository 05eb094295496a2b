/* SPDX-License-Identifier: Apache-2.0 */
/* The reading sub-commands: status, list, show, log. */
#include "cmd/ctl_int.h"

#include <stdio.h>
#include <string.h>

static int print_json(json_t *answer)
{
    json_dumpf(answer, stdout, CTL_JSON);
    printf("\n");
    json_decref(answer);
    return CMD_OK;
}

static void upper(const char *s, char *out, size_t size)
{
    size_t n = 0;

    for (; s[n] && n + 1 < size; n++)
        out[n] = (char)(s[n] >= 'a' && s[n] <= 'z' ? s[n] - ('a' - 'A') : s[n]);
    out[n] = '\0';
}

/* ---- status ---- */

static void print_roles(const struct ctl *c, const json_t *roles)
{
    static const char *const head[] = {"ROLE",     "STATE",        "PID",      "UID",   "SECCOMP",
                                       "LANDLOCK", "NO_NEW_PRIVS", "RESTARTS", "MEMORY"};
    struct ctl_table t = {.head = head, .columns = ARRAY_LEN(head)};
    const json_t *r;
    size_t i;
    char text[64];

    json_array_foreach(roles, i, r)
    {
        snprintf(text, sizeof(text), "%s %lld", ctl_text(r, "role"),
                 (long long)json_integer_value(json_object_get(r, "instance")));
        ctl_table_cell(&t, text);
        ctl_table_cell(&t, ctl_text(r, "state"));
        snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(json_object_get(r, "pid")));
        ctl_table_cell(&t, text);
        snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(json_object_get(r, "uid")));
        ctl_table_cell(&t, text);
        ctl_table_cell(&t, json_is_true(json_object_get(r, "seccomp")) ? "yes" : "no");
        snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(json_object_get(r, "landlock")));
        ctl_table_cell(&t, strcmp(text, "0") == 0 ? "no" : text);
        ctl_table_cell(&t, json_is_true(json_object_get(r, "no_new_privs")) ? "yes" : "no");
        snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(json_object_get(r, "restarts")));
        ctl_table_cell(&t, text);
        snprintf(text, sizeof(text), "%lld kB", (long long)json_integer_value(json_object_get(r, "rss_kb")));
        ctl_table_cell(&t, text);
    }
    ctl_table_print(&t, c, 1);
}

static long long number(const json_t *o, const char *key)
{
    return (long long)json_integer_value(json_object_get(o, key));
}

static double milliseconds(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
}

static void print_checks(const json_t *k)
{
    printf("checks         %lld active, %lld on demand, %lld passive; %lld running, at most %lld at once\n",
           number(k, "active"), number(k, "on_demand"), number(k, "passive"), number(k, "running"),
           number(k, "running_max"));
    printf("               late by %.1f ms on average and %.1f ms at most; one takes %.1f ms on average\n",
           milliseconds(k, "latency_ms"), milliseconds(k, "latency_max_ms"), milliseconds(k, "execution_ms"));
    if (number(k, "late") || number(k, "lost"))
        printf("               %lld results came too late, %lld runs were lost\n", number(k, "late"),
               number(k, "lost"));
    printf("commands       %lld, of which %lld were refused\n", number(k, "commands"),
           number(k, "commands_refused"));
    printf("notifications  %lld\n", number(k, "notifications"));
}

static void print_switches(const json_t *switches)
{
    const char *key, *before = "off            ";
    const json_t *v;

    json_object_foreach((json_t *)(uintptr_t)switches, key, v)
    {
        if (json_is_true(v))
            continue;
        printf("%s", before);
        for (const char *p = key; *p; p++)
            putchar(*p == '_' ? ' ' : *p);
        before = ", ";
    }
    if (strcmp(before, ", ") == 0)
        printf("\n");
}

static void print_facts(const json_t *a)
{
    const json_t *process = json_object_get(a, "process"), *checks = json_object_get(a, "checks"),
                 *journal = json_object_get(a, "journal");
    char since[32], read[32];

    ctl_ago(ctl_text(a, "program_start"), since, sizeof(since));
    ctl_ago(ctl_text(a, "last_reload"), read, sizeof(read));
    printf("Vigie %s (%s), running for %s, watching %lld host%s and %lld service%s\n\n",
           ctl_text(a, "version"), ctl_text(a, "build"), since, number(checks, "hosts"),
           number(checks, "hosts") == 1 ? "" : "s", number(checks, "services"),
           number(checks, "services") == 1 ? "" : "s");
    printf("configuration  %s, read %s ago\n", ctl_text(process, "main_file"), read);
    printf("state folder   %s\n", ctl_text(process, "state_dir"));
    print_checks(checks);
    print_switches(json_object_get(a, "switches"));
    printf("journal        record %s is on disk\n", ctl_text(journal, "seq"));
    if (ctl_text(journal, "degraded")[0])
        printf("               NOT WRITTEN: %s\n", ctl_text(journal, "degraded"));
    printf("page           %lld requests, %lld open streams\n", number(a, "requests"), number(a, "streams"));
    if (json_array_size(json_object_get(a, "not_yet")))
        printf("not yet        %zu directives are read but not acted on: vigie check %s names them\n",
               json_array_size(json_object_get(a, "not_yet")), ctl_text(process, "main_file"));
}

static void print_warnings(const json_t *answer)
{
    const json_t *list = json_object_get(answer, "warnings"), *w;
    const char *rights = ctl_text(json_object_get(answer, "process"), "rights_warning");
    size_t i;

    if (rights[0])
        printf("\nWARNING: %s\n", rights);
    json_array_foreach(list, i, w)
    {
        if (ctl_text(w, "text_en")[0])
            printf("\nWARNING: %s\n", ctl_text(w, "text_en"));
    }
}

int ctl_status(int argc, char **argv)
{
    struct ctl c = {0};
    const struct opt opts[] = {CTL_OPTIONS(&c)};
    const struct opt_command cmd = {
        .usage = "vigie ctl status [-o json]",
        .about = "How Vigie itself is: its roles and their rights, the journal, the load.",
        .opts = opts,
        .n = ARRAY_LEN(opts)};
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);
    json_t *answer;

    if (done)
        return status;
    answer = ctl_ask(&c, "GET", "/api/v1/status", "", NULL, &status);
    if (!answer)
        return status;
    if (c.json)
        return print_json(answer);
    print_facts(answer);
    printf("\n");
    print_roles(&c, json_object_get(answer, "roles"));
    print_warnings(answer);
    json_decref(answer);
    return CMD_OK;
}

/* ---- list ---- */

static void add_row(struct ctl_table *t, const json_t *r)
{
    char state[32], text[300];
    bool service = ctl_text(r, "service")[0] != '\0', hard = json_is_true(json_object_get(r, "hard"));

    upper(ctl_text(r, "state"), state, sizeof(state));
    ctl_table_cell(t, state);
    snprintf(text, sizeof(text), "%s", hard ? "hard" : "soft");
    ctl_table_cell(t, strcmp(state, "PENDING") == 0 ? "-" : text);
    ctl_table_cell(t, ctl_text(r, "host"));
    ctl_table_cell(t, service ? ctl_text(r, "service") : "-");
    ctl_ago(ctl_text(r, "since"), text, sizeof(text));
    ctl_table_cell(t, text);
    ctl_ago(ctl_text(r, "last_check"), text, sizeof(text));
    ctl_table_cell(t, text);
    snprintf(text, sizeof(text), "%s%s%s", json_is_true(json_object_get(r, "acknowledged")) ? "[ack] " : "",
             json_is_true(json_object_get(r, "in_downtime")) ? "[downtime] " : "", ctl_text(r, "output"));
    ctl_table_cell(t, text);
}

struct list_options {
    const char *states, *host, *search, *kind;
    bool problems, unhandled;
    uint64_t limit;
};

static void list_query(const struct list_options *o, struct buf *q)
{
    buf_printf(q, "filter=%s&limit=%llu",
               o->unhandled  ? "unhandled"
               : o->problems ? "problems"
                             : "all",
               (unsigned long long)MIN(o->limit, (uint64_t)500));
    if (o->states) {
        buf_add_c(q, "&state=");
        ctl_path_part(q, o->states);
    }
    if (o->host) {
        buf_add_c(q, "&host=");
        ctl_path_part(q, o->host);
    }
    if (o->search) {
        buf_add_c(q, "&q=");
        ctl_path_part(q, o->search);
    }
    if (o->kind) {
        buf_add_c(q, "&kind=");
        ctl_path_part(q, o->kind);
    }
}

/* All pages up to the limit, rows joined into the first answer. */
static json_t *list_pages(const struct ctl *c, const struct list_options *o, int *status)
{
    struct buf q = BUF_INIT;
    json_t *first = NULL, *rows = NULL;

    for (;;) {
        json_t *answer, *next;

        if (!first)
            list_query(o, &q);
        answer = ctl_ask(c, "GET", "/api/v1/resources", q.data, NULL, status);
        if (!answer)
            break;
        if (!first) {
            first = answer;
            rows = json_object_get(first, "resources");
        } else {
            json_array_extend(rows, json_object_get(answer, "resources"));
        }
        next = json_object_get(answer, "next");
        if (!json_is_string(next) || json_array_size(rows) >= o->limit) {
            if (answer != first)
                json_decref(answer);
            break;
        }
        buf_clear(&q);
        list_query(o, &q);
        buf_add_c(&q, "&cursor=");
        ctl_path_part(&q, json_string_value(next));
        if (answer != first)
            json_decref(answer);
    }
    buf_release(&q);
    return first;
}

int ctl_list(int argc, char **argv)
{
    static const char *const head[] = {"STATE", "TYPE", "HOST", "SERVICE", "SINCE", "CHECKED", "INFORMATION"};
    struct ctl c = {0};
    struct list_options o = {.limit = 100000};
    const struct opt opts[] = {
        CTL_OPTIONS(&c),
        {"problems", 'p', OPT_FLAG, NULL, "Only what is not OK or UP.", &o.problems},
        {"unhandled", 'u', OPT_FLAG, NULL, "Only problems that are neither acknowledged nor in downtime.",
         &o.unhandled},
        {"states", 's', OPT_STR, "LIST",
         "Only these states: critical,warning,unknown,ok,pending,up,down,unreachable.", &o.states},
        {"host", 'H', OPT_STR, "NAME", "Only this host and its services.", &o.host},
        {"kind", 'k', OPT_STR, "KIND", "host or service.", &o.kind},
        {"search", 'q', OPT_STR, "TEXT", "Only where name or output has this text.", &o.search},
        {"limit", 'n', OPT_U64, "N", "At most so many rows.", &o.limit},
    };
    const struct opt_command cmd = {.usage = "vigie ctl list [--problems] [--states LIST] [--host NAME]",
                                    .about = "Hosts and services with their states, the worst first.",
                                    .opts = opts,
                                    .n = ARRAY_LEN(opts)};
    struct ctl_table t = {.head = head, .columns = ARRAY_LEN(head)};
    const json_t *r;
    json_t *answer;
    size_t n, i;
    bool done;
    int status;

    status = ctl_begin(&c, &cmd, argc, argv, &n, &done);
    if (done)
        return status;
    answer = list_pages(&c, &o, &status);
    if (!answer)
        return status;
    if (c.json)
        return print_json(answer);
    json_array_foreach(json_object_get(answer, "resources"), i, r)
    {
        if (i < o.limit)
            add_row(&t, r);
    }
    if (t.cells.n)
        ctl_table_print(&t, &c, 0);
    printf("%s%lld of %lld\n", t.cells.n ? "\n" : "",
           (long long)json_integer_value(json_object_get(answer, "matched")),
           (long long)json_integer_value(json_object_get(answer, "total")));
    json_decref(answer);
    return CMD_OK;
}

/* ---- show ---- */

static void print_show(const struct ctl *c, const json_t *a)
{
    const char *state = ctl_text(a, "state"), *colour = c->colour ? ctl_state_colour(state) : NULL;
    const json_t *why = json_object_get(a, "why"), *p;
    char word[32], since[32], next[32];
    size_t i;

    upper(state, word, sizeof(word));
    ctl_ago(ctl_text(a, "since"), since, sizeof(since));
    ctl_ago(ctl_text(a, "next_check"), next, sizeof(next));
    printf("%s%s%s%s\n", ctl_text(a, "host"), ctl_text(a, "service")[0] ? " > " : "", ctl_text(a, "service"),
           "");
    printf("%s%s%s%s%s, %s, attempt %lld of %lld, since %s\n", colour ? "\033[" : "", colour ? colour : "",
           colour ? "m" : "", word, colour ? "\033[0m" : "",
           json_is_true(json_object_get(a, "hard")) ? "hard" : "soft",
           (long long)json_integer_value(json_object_get(a, "attempt")),
           (long long)json_integer_value(json_object_get(a, "max_attempts")), since);
    if (ctl_text(why, "text_en")[0])
        printf("why: %s\n", ctl_text(why, "text_en"));
    printf("\n%s\n%s", ctl_text(a, "output"), ctl_text(a, "long_output"));
    if (ctl_text(a, "long_output")[0])
        printf("\n");
    printf("\n%-14s %s\n%-14s %s\n%-14s %s\n", "check", ctl_text(a, "check_command"), "next check", next,
           "address", ctl_text(a, "address"));
    json_array_foreach(json_object_get(a, "perfdata"), i, p)
    {
        const json_t *v = json_object_get(p, "value");

        printf("%-14s %s = ", i ? "" : "performance", ctl_text(p, "label"));
        if (json_is_number(v))
            printf("%.10g", json_number_value(v));
        else
            printf("%s", json_is_string(v) ? json_string_value(v) : "?");
        printf(" %s\n", ctl_text(p, "unit"));
    }
    json_array_foreach(json_object_get(a, "comments"), i, p)
        printf("%-14s %s: %s\n", i ? "" : "comments", ctl_text(p, "author"), ctl_text(p, "text"));
    json_array_foreach(json_object_get(a, "downtimes"), i, p)
    {
        char start[48], end[48];

        ctl_when(ctl_text(p, "start"), start, sizeof(start));
        ctl_when(ctl_text(p, "end"), end, sizeof(end));
        printf("%-14s %s to %s, %s: %s\n", i ? "" : "downtimes", start, end, ctl_text(p, "author"),
               ctl_text(p, "comment"));
    }
}

int ctl_show(int argc, char **argv)
{
    struct ctl c = {0};
    const struct opt opts[] = {CTL_OPTIONS(&c)};
    const struct opt_command cmd = {
        .usage = "vigie ctl show HOST [SERVICE]",
        .about = "One host or service, whole: state and why, output, performance data, comments, downtimes.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_min = 1,
        .operands_max = 2,
        .operands = "HOST [SERVICE]"};
    const char *host, *service;
    char id[32], path[64];
    json_t *answer;
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);

    if (done)
        return status;
    if (!ctl_name(argv, n, &host, &service) || !ctl_find(&c, host, service, id, sizeof(id), &status))
        return CMD_FAILED;
    snprintf(path, sizeof(path), "/api/v1/resources/%s", id);
    answer = ctl_ask(&c, "GET", path, "", NULL, &status);
    if (!answer)
        return status;
    if (c.json)
        return print_json(answer);
    print_show(&c, answer);
    json_decref(answer);
    return CMD_OK;
}

/* ---- log ---- */

static void print_event(const json_t *e)
{
    char state[32], when[48];

    ctl_when(ctl_text(e, "time"), when, sizeof(when));
    upper(ctl_text(e, "state"), state, sizeof(state));
    printf("%s  %-16s %s%s%s  %s%s%s\n", when, ctl_text(e, "kind"), ctl_text(e, "host"),
           ctl_text(e, "service")[0] ? " > " : "", ctl_text(e, "service"), state, state[0] ? "  " : "",
           ctl_text(e, "text"));
}

/* The newest page, printed oldest first; those up to *last (an event id) are left out. */
static int log_page(const struct ctl *c, uint64_t limit, uint64_t *last)
{
    char query[64];
    json_t *answer, *events;
    int status;

    snprintf(query, sizeof(query), "limit=%llu", (unsigned long long)limit);
    answer = ctl_ask(c, "GET", "/api/v1/events", query, NULL, &status);
    if (!answer)
        return status;
    events = json_object_get(answer, "events");
    for (size_t i = json_array_size(events); i-- > 0;) {
        json_t *e = json_array_get(events, i);
        uint64_t id = 0;

        str_to_u64(str_of(ctl_text(e, "id")), &id);
        if (id <= *last)
            continue;
        *last = id;
        if (c->json) {
            json_dumpf(e, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
            printf("\n");
        } else {
            print_event(e);
        }
    }
    fflush(stdout);
    json_decref(answer);
    return CMD_OK;
}

struct follow {
    const struct ctl *c;
    uint64_t last;
    int status;
};

/* Anything on the stream of changes means that there may be new events. */
static bool on_part(void *user, struct str body)
{
    struct follow *f = user;

    if (str_contains(body, STR("event:")))
        f->status = log_page(f->c, 100, &f->last);
    return f->status == CMD_OK;
}

int ctl_log(int argc, char **argv)
{
    struct ctl c = {0};
    bool follow = false;
    uint64_t limit = 20;
    const struct opt opts[] = {
        CTL_OPTIONS(&c),
        {"follow", 'f', OPT_FLAG, NULL, "Go on as things happen, until Ctrl-C.", &follow},
        {"limit", 'n', OPT_U64, "N", "Begin with the last N (20).", &limit},
    };
    const struct opt_command cmd = {.usage = "vigie ctl log [--follow] [-n N]",
                                    .about = "What happened, newest last: state changes, notifications, "
                                             "acknowledgements, downtimes, commands.",
                                    .opts = opts,
                                    .n = ARRAY_LEN(opts)};
    struct follow f = {.c = &c};
    struct err err = ERR_INIT;
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);

    if (done)
        return status;
    status = log_page(&c, MIN(limit, (uint64_t)500), &f.last);
    if (status || !follow)
        return status;
    if (ctl_follow(&c, "/api/v1/stream", "filter=all&limit=1", on_part, &f, &err) < 0)
        fprintf(stderr, "vigie ctl: %s\n", err.text);
    return CMD_FAILED;
}
