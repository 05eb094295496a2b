/* SPDX-License-Identifier: Apache-2.0 */
/* vigie ctl history: events of the past, chosen by what they are about, when they were, and what they say. */
#include "cmd/ctl_csv.h"

#include <stdio.h>
#include <string.h>

enum { PAGE = 200 };

struct filter {
    const char *host, *service, *group, *kinds, *text, *from, *to;
    uint64_t limit;
    bool csv;
};

static bool make_query(const struct ctl *c, const struct filter *f, struct buf *q)
{
    ctl_query(q, "host", f->host);
    ctl_query(q, "service", f->service && f->service[0] ? f->service : NULL);
    ctl_query(q, "group", f->group);
    ctl_query(q, "kind", f->kinds);
    ctl_query(q, "text", f->text);
    /* always one of these, so that the answer is ordered by time */
    return ctl_past_between(c, q, f->from ? f->from : "1970-01-01", f->to);
}

/* Adds a page to all; moves the cursor. False: it was the last one, or failed. */
static bool page(const struct ctl *c, const struct filter *f, const char *query, json_t *all,
                 struct buf *cursor, int *status)
{
    struct buf q = BUF_INIT;
    size_t have = json_array_size(all), want = MIN((size_t)f->limit - have, (size_t)PAGE);
    json_t *answer;

    buf_printf(&q, "limit=%zu%s", want, query);
    if (cursor->len)
        buf_printf(&q, "&cursor=%s", cursor->data);
    answer = ctl_ask(c, "GET", "/api/v1/events", q.data, NULL, status);
    buf_release(&q);
    buf_clear(cursor);
    if (!answer)
        return false;
    json_array_extend(all, json_object_get(answer, "events"));
    buf_add_c(cursor, ctl_text(answer, "next"));
    json_decref(answer);
    return cursor->len && json_array_size(all) < f->limit;
}

/* As on the screen: the newest last. */
static void print_csv(const json_t *all)
{
    static const char *const columns[] = {"time", "kind",    "host",    "service", "state",
                                          "hard", "attempt", "contact", "author",  "text"};
    json_t *turned = json_array();

    for (size_t i = json_array_size(all); i-- > 0;)
        json_array_append(turned, json_array_get(all, i));
    ctl_csv_rows(columns, ARRAY_LEN(columns), turned, SIZE_MAX);
    json_decref(turned);
}

static int print_all(const struct ctl *c, const struct filter *f)
{
    struct buf query = BUF_INIT, cursor = BUF_INIT;
    json_t *all = json_array();
    int status = CMD_OK;

    if (!make_query(c, f, &query))
        status = CMD_USAGE;
    while (status == CMD_OK && page(c, f, query.data, all, &cursor, &status))
        ;
    if (status == CMD_OK && f->csv)
        print_csv(all);
    for (size_t i = json_array_size(all); status == CMD_OK && !f->csv && i-- > 0;) {
        if (!c->json) {
            ctl_print_event(json_array_get(all, i));
            continue;
        }
        json_dumpf(json_array_get(all, i), stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
        printf("\n");
    }
    if (status == CMD_OK && !c->json && !f->csv && !json_array_size(all))
        printf("Nothing of that kind is in the history.\n");
    if (status == CMD_OK && !c->json && cursor.len)
        fprintf(stderr, "vigie ctl: there are older ones; -n shows more\n");
    if (status == CMD_OK)
        ctl_say_behind(c);
    json_decref(all);
    buf_release(&query);
    buf_release(&cursor);
    return status;
}

int ctl_history(int argc, char **argv)
{
    struct ctl c = {0};
    struct filter f = {.limit = 100};
    const struct opt opts[] = {
        CTL_OPTIONS(&c),
        {"group", 'g', OPT_STR, "NAME", "Of this host group or service group.", &f.group},
        {"kind", 'k', OPT_STR, "LIST",
         "Only these: alert, notification, acknowledgement, downtime_start, downtime_end, comment, command, "
         "login, administration, start, stop, reload and so on, by comma.",
         &f.kinds},
        {"text", 'q', OPT_STR, "TEXT", "Only where a text has this in it.", &f.text},
        {"from", 0, OPT_STR, "TIME",
         "Not before: 2026-11-23, \"2026-11-23 22:00\", 22:00, or 3h (before now).", &f.from},
        {"to", 0, OPT_STR, "TIME", "Not after.", &f.to},
        {"limit", 'n', OPT_U64, "N", "The last N (100).", &f.limit},
        CTL_CSV_OPTION(&f.csv),
    };
    const struct opt_command cmd = {.usage =
                                        "vigie ctl history [HOST [SERVICE]] [--group NAME] [--from TIME]",
                                    .about = "What happened, newest last. Of a host, its services too; of a "
                                             "group of hosts, their services too. Also of what is no longer "
                                             "configured, by its last name. With -o json, one object a line.",
                                    .opts = opts,
                                    .n = ARRAY_LEN(opts),
                                    .operands_max = 2,
                                    .operands = "HOST [SERVICE]"};
    char id[32];
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);

    if (done)
        return status;
    if (n && !ctl_name(&c, argv, n, &f.host, &f.service))
        return CMD_USAGE;
    if (n && !ctl_find_past(&c, f.host, f.service, id, sizeof(id), &status))
        return status;
    f.limit = MAX(f.limit, 1);
    return print_all(&c, &f);
}
