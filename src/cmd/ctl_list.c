/* SPDX-License-Identifier: Apache-2.0 */
/* vigie ctl list: rows of hosts and services. */
#include "cmd/ctl_csv.h"

#include <stdio.h>
#include <string.h>

/* "WARNING", and while it is soft "WARNING 1/3". */
static void add_state(struct ctl_table *t, const json_t *r)
{
    char state[32], text[64];

    ctl_upper(ctl_text(r, "state"), state, sizeof(state));
    if (json_object_get(r, "max_attempts"))
        snprintf(text, sizeof(text), "%s %lld/%lld", state, ctl_number(r, "attempt"),
                 ctl_number(r, "max_attempts"));
    else /* of the past: how many there were to be is not known any more */
        snprintf(text, sizeof(text), "%s %lld", state, ctl_number(r, "attempt"));
    ctl_table_cell(t, ctl_true(r, "hard") || strcmp(state, "PENDING") == 0 ? state : text);
}

static void add_row(struct ctl_table *t, const json_t *r, const char *moment)
{
    struct buf text = BUF_INIT;
    char since[32];

    add_state(t, r);
    ctl_before(ctl_text(r, "since"), moment, since, sizeof(since));
    ctl_table_cell(t, since);
    ctl_table_cell(t, ctl_text(r, "host"));
    ctl_table_cell(t, ctl_text(r, "service")[0] ? ctl_text(r, "service") : "-");
    ctl_flags(r, &text);
    buf_add_c(&text, ctl_text(r, "output"));
    ctl_table_cell(t, text.data);
    buf_release(&text);
}

struct list_options {
    const char *states, *host, *search, *kind, *level, *tag, *group, *sort, *at;
    bool problems, unhandled, csv;
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
    ctl_query(q, "severity_level", o->level);
    ctl_query(q, "tag", o->tag);
    ctl_query(q, "group", o->group);
    ctl_query(q, "sort", o->sort);
    ctl_query(q, "as_of", o->at);
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
    if (first && json_array_size(rows) >= (size_t)ctl_number(first, "matched"))
        json_object_del(first, "next"); /* of the first page only: there is no more */
    return first;
}

/* "None" of nothing would look like good news. */
static void say_unknown(const char *known_from)
{
    char when[48];

    ctl_when(known_from, when, sizeof(when));
    if (known_from[0])
        printf("Nothing is known of that moment: the first record is of %s.\n", when);
    else
        printf("Nothing is known of that moment.\n");
}

static void print_list(const struct ctl *c, const struct list_options *o, const json_t *answer)
{
    static const char *const head[] = {"STATE", "FOR", "HOST", "SERVICE", "INFORMATION"};
    struct ctl_table t = {.head = head, .columns = ARRAY_LEN(head)};
    long long matched = ctl_number(answer, "matched"), total = ctl_number(answer, "total");
    const json_t *rows = json_object_get(answer, "resources"), *r;
    size_t i, shown = MIN(json_array_size(rows), (size_t)o->limit);

    json_array_foreach(rows, i, r)
    {
        if (i < shown)
            add_row(&t, r, o->at);
    }
    if (!total && o->at) {
        say_unknown(ctl_text(answer, "known_from"));
        return;
    }
    if (json_is_false(json_object_get(answer, "monitored")))
        printf("Vigie did not run then; this is what was known last.\n\n");
    if (shown)
        ctl_table_print(&t, c, 0);
    if (!matched)
        printf("None of %lld hosts and services.\n", total);
    else if (shown < (size_t)matched)
        printf("\n%lld of %lld hosts and services, the first %zu are shown.\n", matched, total, shown);
    else
        printf("\n%lld of %lld hosts and services.\n", matched, total);
}

/* An empty list for a host that is not there would look like good news. */
static bool host_is_there(const struct ctl *c, const struct list_options *o, const json_t *answer,
                          int *status)
{
    char id[32];

    return !o->host || ctl_number(answer, "matched") || ctl_find(c, o->host, "", id, sizeof(id), status);
}

static bool past_moment(const char *text, char out[TIME_RFC3339])
{
    struct wall t;

    if (!ctl_past(NULL, "at", text, &t))
        return false;
    time_rfc3339(t, out);
    return true;
}

static const char *const csv_columns[] = {
    "host",       "service", "state",        "hard",        "attempt",          "since",
    "last_check", "output",  "acknowledged", "in_downtime", "host_in_downtime", "flapping"};

int ctl_list(int argc, char **argv)
{
    struct ctl c = {0};
    struct list_options o = {.limit = 100000};
    const char *at = NULL;
    char moment[TIME_RFC3339], states[128];
    const struct opt opts[] = {
        CTL_OPTIONS(&c),
        {"problems", 'p', OPT_FLAG, NULL, "Only what is not OK or UP.", &o.problems},
        {"unhandled", 'u', OPT_FLAG, NULL, "Only problems neither acknowledged nor in downtime.",
         &o.unhandled},
        {"states", 's', OPT_STR, "LIST",
         "Only these: critical,warning,unknown,ok,pending,up,down,unreachable.", &o.states},
        {"host", 'H', OPT_STR, "NAME", "Only this host and its services.", &o.host},
        {"group", 'g', OPT_STR, "LIST",
         "Only of these host groups, with the services of their hosts, and service groups: web,db.",
         &o.group},
        {"kind", 'k', OPT_STR, "KIND", "host or service.", &o.kind},
        {"search", 'q', OPT_STR, "TEXT", "Only what this search finds: words, or host:web* is:unhandled (docs/SEARCH.md).", &o.search},
        {"level", 'l', OPT_STR, "LIST", "Only with a severity of these levels: 1,2.", &o.level},
        {"tag", 't', OPT_STR, "NAME", "Only with this tag, of a group or a category.", &o.tag},
        {"sort", 0, OPT_STR, "WORD", "severity, severity_level, name, since, checked or output.", &o.sort},
        {"at", 0, OPT_STR, "TIME",
         "As it was then: 2026-11-23, \"2026-11-23 22:00\", 22:00, or 3h (before now).", &at},
        {"limit", 'n', OPT_U64, "N", "At most so many rows.", &o.limit},
        CTL_CSV_OPTION(&o.csv),
    };
    const struct opt_command cmd = {
        .usage = "vigie ctl list [--problems] [--states LIST] [--host NAME] [--group NAME]",
        .about = "Hosts and services with their states, the worst first. On a "
                 "terminal, long texts are cut at its width.",
        .opts = opts,
        .n = ARRAY_LEN(opts)};
    json_t *answer;
    size_t n;
    bool done;
    int status;

    status = ctl_begin(&c, &cmd, argc, argv, &n, &done);
    if (done)
        return status;
    if (at && !past_moment(at, moment))
        return CMD_USAGE;
    o.at = at ? moment : NULL;
    if (o.states) {
        ctl_lower(o.states, states, sizeof(states));
        o.states = states;
    }
    answer = list_pages(&c, &o, &status);
    if (!answer)
        return status;
    if (!at && !host_is_there(&c, &o, answer, &status)) {
        json_decref(answer);
        return status;
    }
    if (at)
        ctl_say_behind(&c);
    if (c.json)
        return ctl_print_json(answer);
    if (o.csv) {
        ctl_csv_rows(csv_columns, ARRAY_LEN(csv_columns), json_object_get(answer, "resources"),
                     (size_t)o.limit);
        json_decref(answer);
        return CMD_OK;
    }
    print_list(&c, &o, answer);
    json_decref(answer);
    return CMD_OK;
}
