/* SPDX-License-Identifier: Apache-2.0 */
/* vigie ctl availability: of one host or service, whole; of many, a table with their mean and the worst. */
#include "cmd/ctl_csv.h"

#include <stdio.h>
#include <string.h>

struct filter {
    const char *group, *kind, *from, *to, *period;
    bool exclude_downtimes, hard_only, csv;
    uint64_t limit;
};

static bool make_query(const struct ctl *c, const struct filter *f, struct buf *q)
{
    if (f->exclude_downtimes)
        buf_add_c(q, "&downtimes=excluded");
    if (f->hard_only)
        buf_add_c(q, "&soft=ignored");
    ctl_query(q, "period", f->period);
    return ctl_past_between(c, q, f->from, f->to);
}

static void percent(const json_t *o, const char *key, char *out, size_t size)
{
    const json_t *v = json_object_get(o, key);

    if (json_is_number(v))
        snprintf(out, size, "%.4f %%", json_number_value(v));
    else
        snprintf(out, size, "-");
}

/* Of how much of the time anything is known, what is outside the period left out. */
static void known(const json_t *o, char *out, size_t size)
{
    static const char *const parts[] = {"seconds", "in_downtime"}, *const nothing[] = {
                                                                       "pending", "not_configured", "no_data",
                                                                       "unmonitored"};
    long long all = 0, unknown = 0;

    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        const json_t *part = json_object_get(o, parts[i]), *v;
        const char *state;

        json_object_foreach((json_t *)(uintptr_t)part, state, v)
        {
            all += (long long)json_integer_value(v);
        }
        for (size_t k = 0; k < ARRAY_LEN(nothing); k++)
            unknown += ctl_number(part, nothing[k]);
    }
    if (all)
        snprintf(out, size, "%.4f %%", (double)(all - unknown) * 100 / (double)all);
    else
        snprintf(out, size, "-");
}

static void length(const json_t *o, const char *key, char *out, size_t size)
{
    const json_t *v = json_object_get(o, key);

    if (json_is_integer(v))
        ctl_span((long long)json_integer_value(v), out, size);
    else
        snprintf(out, size, "-");
}

static void print_interval(const json_t *o)
{
    char from[48], to[48];

    ctl_when(ctl_text(o, "from"), from, sizeof(from));
    ctl_when(ctl_text(o, "to"), to, sizeof(to));
    printf("%s to %s", from, to);
    if (ctl_text(o, "period")[0])
        printf(", in %s", ctl_text(o, "period"));
    if (strcmp(ctl_text(o, "downtimes"), "excluded") == 0)
        printf(", without downtimes");
    if (strcmp(ctl_text(o, "soft"), "ignored") == 0)
        printf(", hard states only");
    printf("\n");
}

static void print_states(const json_t *o)
{
    const json_t *down = json_object_get(o, "in_downtime"), *v;
    const char *state;

    printf("\n  %-16s %12s %14s\n", "STATE", "SECONDS", "IN DOWNTIME");
    json_object_foreach(json_object_get(o, "seconds"), state, v)
    {
        long long s = (long long)json_integer_value(v), d = ctl_number(down, state);
        char name[32];

        ctl_upper(state, name, sizeof(name));
        if (s || d)
            printf("  %-16s %12lld %14lld\n", name, s, d);
    }
    if (ctl_number(o, "outside_period_s"))
        printf("  %-16s %12lld\n", "outside period", ctl_number(o, "outside_period_s"));
}

static void print_one(const json_t *o)
{
    char text[64], mtbf[32], mttr[32];

    percent(o, "availability", text, sizeof(text));
    printf("%s%s%s: %s\n", ctl_text(o, "host"), ctl_text(o, "service")[0] ? " > " : "",
           ctl_text(o, "service"), strcmp(text, "-") == 0 ? "nothing is known of that time" : text);
    print_interval(o);
    print_states(o);
    length(o, "mtbf_s", mtbf, sizeof(mtbf));
    length(o, "mttr_s", mttr, sizeof(mttr));
    printf("\n%lld outage%s; mean time between failures %s, to repair %s\n", ctl_number(o, "outages"),
           ctl_number(o, "outages") == 1 ? "" : "s", mtbf, mttr);
}

/* Figures, not words: percentages without a sign, times in seconds. rows is taken. */
static void print_csv(const json_t *o, json_t *rows)
{
    static const char *const columns[] = {"host",          "service", "from",   "to",    "available_percent",
                                          "known_percent", "outages", "mtbf_s", "mttr_s"};
    struct buf row = BUF_INIT;
    char text[64];
    const json_t *r;
    size_t i;

    for (i = 0; i < ARRAY_LEN(columns); i++)
        ctl_csv_cell(&row, columns[i]);
    ctl_csv_end(&row);
    json_array_foreach(rows, i, r)
    {
        ctl_csv_value(&row, r, "host");
        ctl_csv_value(&row, r, "service");
        ctl_csv_value(&row, o, "from");
        ctl_csv_value(&row, o, "to");
        ctl_csv_value(&row, r, "availability");
        known(r, text, sizeof(text));
        text[strcspn(text, " -")] = '\0';
        ctl_csv_cell(&row, text);
        ctl_csv_value(&row, r, "outages");
        ctl_csv_value(&row, r, "mtbf_s");
        ctl_csv_value(&row, r, "mttr_s");
        ctl_csv_end(&row);
    }
    buf_release(&row);
    json_decref(rows);
}

static int of_one(const struct ctl *c, char **argv, size_t n, const struct filter *f)
{
    const char *host, *service;
    struct buf query = BUF_INIT, path = BUF_INIT;
    json_t *answer = NULL;
    char id[32];
    int status = CMD_OK;

    if (!ctl_name(c, argv, n, &host, &service))
        return CMD_USAGE;
    if (!ctl_find_past(c, host, service, id, sizeof(id), &status))
        return status;
    buf_printf(&path, "/api/v1/resources/%s/availability", id);
    if (make_query(c, f, &query))
        answer = ctl_ask(c, "GET", path.data, query.len ? query.data + 1 : "", NULL, &status);
    else
        status = CMD_USAGE;
    buf_release(&query);
    buf_release(&path);
    if (!answer)
        return status;
    if (c->json)
        return ctl_print_json(answer);
    if (f->csv)
        print_csv(answer, json_pack("[O]", answer));
    else
        print_one(answer);
    json_decref(answer);
    return CMD_OK;
}

/* All pages up to the limit, rows joined into the first answer. */
static json_t *pages(const struct ctl *c, const struct filter *f, int *status)
{
    struct buf query = BUF_INIT, cursor = BUF_INIT;
    json_t *first = NULL;
    size_t have = 0;

    ctl_query(&query, "group", f->group);
    ctl_query(&query, "kind", f->kind);
    if (!make_query(c, f, &query)) {
        *status = CMD_USAGE;
        buf_release(&query);
        return NULL;
    }
    do {
        struct buf q = BUF_INIT;
        json_t *answer;

        buf_printf(&q, "limit=%zu%s", MIN((size_t)f->limit - have, (size_t)1000),
                   buf_str(&query).n ? query.data : "");
        if (cursor.len)
            buf_printf(&q, "&cursor=%s", cursor.data);
        answer = ctl_ask(c, "GET", "/api/v1/availability", q.data, NULL, status);
        buf_release(&q);
        buf_clear(&cursor);
        if (!answer)
            break;
        buf_add_c(&cursor, ctl_text(answer, "next"));
        if (!first) {
            first = answer;
        } else {
            json_array_extend(json_object_get(first, "resources"), json_object_get(answer, "resources"));
            json_decref(answer);
        }
        have = json_array_size(json_object_get(first, "resources"));
    } while (cursor.len && have < f->limit);
    buf_release(&query);
    buf_release(&cursor);
    return first;
}

/* Of those that are shown, how many are hosts; where not all are shown, the rest may be anything. */
static const char *what_they_are(size_t hosts, size_t shown, size_t all)
{
    if (shown == all && shown && hosts == shown)
        return all == 1 ? "host" : "hosts";
    if (shown == all && shown && !hosts)
        return all == 1 ? "service" : "services";
    return "hosts and services";
}

static void print_many(const struct ctl *c, const json_t *o)
{
    static const char *const head[] = {"HOST", "SERVICE", "AVAILABLE", "KNOWN", "OUTAGES", "MTBF", "MTTR"};
    struct ctl_table t = {.head = head, .columns = ARRAY_LEN(head)};
    const json_t *r, *sum = json_object_get(o, "summary"), *worst = json_object_get(sum, "worst");
    size_t i, hosts = 0;
    char text[64];

    json_array_foreach(json_object_get(o, "resources"), i, r)
    {
        hosts += !ctl_text(r, "service")[0];
        ctl_table_cell(&t, ctl_text(r, "host"));
        ctl_table_cell(&t, ctl_text(r, "service")[0] ? ctl_text(r, "service") : "-");
        percent(r, "availability", text, sizeof(text));
        ctl_table_cell(&t, text);
        known(r, text, sizeof(text));
        ctl_table_cell(&t, text);
        snprintf(text, sizeof(text), "%lld", ctl_number(r, "outages"));
        ctl_table_cell(&t, text);
        length(r, "mtbf_s", text, sizeof(text));
        ctl_table_cell(&t, text);
        length(r, "mttr_s", text, sizeof(text));
        ctl_table_cell(&t, text);
    }
    if (i)
        ctl_table_print(&t, c, -1);
    percent(sum, "mean", text, sizeof(text));
    printf("\n%lld %s, mean %s", ctl_number(sum, "resources"),
           what_they_are(hosts, i, (size_t)ctl_number(sum, "resources")), text);
    if (json_is_object(worst)) {
        percent(worst, "availability", text, sizeof(text));
        printf(", the worst %s%s%s with %s", ctl_text(worst, "host"),
               ctl_text(worst, "service")[0] ? " > " : "", ctl_text(worst, "service"), text);
    }
    printf("\n");
    print_interval(o);
}

static int of_many(const struct ctl *c, const struct filter *f)
{
    int status = CMD_OK;
    json_t *answer = pages(c, f, &status);

    if (!answer || status != CMD_OK) {
        json_decref(answer);
        return status == CMD_OK ? CMD_FAILED : status;
    }
    if (c->json)
        return ctl_print_json(answer);
    if (f->csv)
        print_csv(answer, json_incref(json_object_get(answer, "resources")));
    else
        print_many(c, answer);
    json_decref(answer);
    return CMD_OK;
}

int ctl_availability(int argc, char **argv)
{
    struct ctl c = {0};
    struct filter f = {.limit = 100000};
    const struct opt opts[] = {
        CTL_OPTIONS(&c),
        {"group", 'g', OPT_STR, "NAME", "Of the hosts of a host group, or the services of a service group.",
         &f.group},
        {"kind", 'k', OPT_STR, "KIND", "host or service; with a host group, service: those of its hosts.",
         &f.kind},
        {"from", 0, OPT_STR, "TIME",
         "From: 2026-11-23, \"2026-11-23 22:00\", 22:00, or 7d ago (30d if left out).", &f.from},
        {"to", 0, OPT_STR, "TIME", "To (now if left out).", &f.to},
        {"period", 'p', OPT_STR, "NAME", "Only the time within this time period.", &f.period},
        {"exclude-downtimes", 'x', OPT_FLAG, NULL, "Time in downtime does not count.", &f.exclude_downtimes},
        {"hard", 0, OPT_FLAG, NULL, "Soft states do not count: the last hard one does.", &f.hard_only},
        {"limit", 'n', OPT_U64, "N", "At most so many rows.", &f.limit},
        CTL_CSV_OPTION(&f.csv),
    };
    const struct opt_command cmd = {
        .usage = "vigie ctl availability HOST [SERVICE] | --group NAME [--from TIME]",
        .about =
            "How much of the time a host, a service or a group was as it should be (OK, WARNING, UP), exact "
            "to "
            "the second, with the number of outages, the mean time between failures and to repair. Time when "
            "Vigie did not run, or nothing had been checked yet, is neither good nor bad: KNOWN is for how "
            "much "
            "of the time a state is known.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_max = 2,
        .operands = "HOST [SERVICE]"};
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);

    if (done)
        return status;
    if (n ? f.group || f.kind : !f.group && !f.kind) {
        fprintf(stderr, "vigie ctl availability: give HOST [SERVICE], or --group or --kind\n");
        return CMD_USAGE;
    }
    f.limit = MAX(f.limit, 1);
    status = n ? of_one(&c, argv, n, &f) : of_many(&c, &f);
    if (status == CMD_OK)
        ctl_say_behind(&c);
    return status;
}
