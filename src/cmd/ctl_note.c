/* SPDX-License-Identifier: Apache-2.0 */
/* vigie ctl downtime and vigie ctl comment: planning and writing, listing with numbers, taking back by number or by name. */
#include "cmd/ctl_group.h"

#include "os/clock.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Both are lists of the API that hold numbered entries of hosts and services. */
struct notes {
    const char *command, *path, *member, *one; /* "a comment" */
};

static const struct notes downtimes = {"downtime", "/api/v1/downtimes", "downtimes", "downtime"};
static const struct notes comments = {"comment", "/api/v1/comments", "comments", "comment"};

/* ---- listing ---- */

/* All pages from behind the number `after`, at most `most` entries. NULL: failed, which was said. */
static json_t *ask_notes(const struct ctl *c, const struct notes *k, const char *host, const char *service,
                         uint64_t after, size_t most, int *status)
{
    json_t *all = json_array();
    struct buf query = BUF_INIT;

    for (;;) {
        json_t *answer;

        buf_clear(&query);
        buf_printf(&query, "limit=%zu", MIN(most - json_array_size(all), (size_t)500));
        if (after)
            buf_printf(&query, "&cursor=%llu", (unsigned long long)after);
        if (host) {
            buf_add_c(&query, "&host=");
            ctl_path_part(&query, host);
        }
        if (service && service[0]) {
            buf_add_c(&query, "&service=");
            ctl_path_part(&query, service);
        }
        answer = ctl_ask(c, "GET", k->path, query.data, NULL, status);
        if (!answer) {
            json_decref(all);
            all = NULL;
            break;
        }
        json_array_extend(all, json_object_get(answer, k->member));
        after = 0;
        str_to_u64(str_of(ctl_text(answer, "next")), &after);
        json_decref(answer);
        if (!after || json_array_size(all) >= most)
            break;
    }
    buf_release(&query);
    return all;
}

static void add_common(struct ctl_table *t, const json_t *o)
{
    ctl_table_cell(t, ctl_text(o, "id"));
    ctl_table_cell(t, ctl_text(o, "host"));
    ctl_table_cell(t, ctl_text(o, "service")[0] ? ctl_text(o, "service") : "-");
}

static void add_when(struct ctl_table *t, const json_t *o, const char *key)
{
    char when[48];

    ctl_when(ctl_text(o, key), when, sizeof(when));
    ctl_table_cell(t, when);
}

static void print_downtimes(const struct ctl *c, const json_t *list)
{
    static const char *const head[] = {"NUMBER", "HOST", "SERVICE", "FROM", "TO", "NOW", "AUTHOR", "COMMENT"};
    struct ctl_table t = {.head = head, .columns = ARRAY_LEN(head)};
    const json_t *d;
    size_t i;

    json_array_foreach(list, i, d)
    {
        add_common(&t, d);
        add_when(&t, d, "start");
        add_when(&t, d, "end");
        ctl_table_cell(&t, ctl_true(d, "active") ? "yes" : ctl_true(d, "fixed") ? "no" : "flexible");
        ctl_table_cell(&t, ctl_person(ctl_text(d, "author")));
        ctl_table_cell(&t, ctl_text(d, "comment"));
    }
    ctl_table_print(&t, c, -1);
}

static void print_comments(const struct ctl *c, const json_t *list)
{
    static const char *const head[] = {"NUMBER", "HOST", "SERVICE", "WRITTEN", "AUTHOR", "KIND", "TEXT"};
    struct ctl_table t = {.head = head, .columns = ARRAY_LEN(head)};
    const json_t *n;
    size_t i;

    json_array_foreach(list, i, n)
    {
        add_common(&t, n);
        add_when(&t, n, "time");
        ctl_table_cell(&t, ctl_person(ctl_text(n, "author")));
        ctl_table_cell(&t, ctl_text(n, "kind"));
        ctl_table_cell(&t, ctl_text(n, "text"));
    }
    ctl_table_print(&t, c, -1);
}

/* Of all, of a host with its services, or of one service. A name that is not there would look like an empty list. */
static int list_notes(const struct ctl *c, const struct notes *k, char **argv, size_t n)
{
    const char *host = NULL, *service = NULL;
    char id[32];
    json_t *list;
    int status;

    if (n && (!ctl_name(c, argv, n, &host, &service) || !ctl_find(c, host, service, id, sizeof(id), &status)))
        return CMD_FAILED;
    list = ask_notes(c, k, host, service, 0, SIZE_MAX, &status);
    if (!list)
        return status;
    if (c->json)
        return ctl_print_json(json_pack("{s:o}", k->member, list));
    if (!json_array_size(list))
        printf("There is no %s%s%s%s%s.\n", k->one, n ? " of " : "", n ? host : "",
               n && service[0] ? " > " : "", n ? service : "");
    else if (k == &downtimes)
        print_downtimes(c, list);
    else
        print_comments(c, list);
    json_decref(list);
    return CMD_OK;
}

/* ---- taking back ---- */

static bool is_number(const char *text, uint64_t *number)
{
    return text[strspn(text, "0123456789")] == '\0' && str_to_u64(str_of(text), number) && *number;
}

/* One entry, known to be there. Done ones are added to *gone. */
static int delete_one(const struct ctl *c, const struct notes *k, const char *id, const char *host,
                      const char *service, json_t *gone)
{
    char path[96];
    json_t *answer;
    int status;

    snprintf(path, sizeof(path), "%s/%s", k->path, id);
    answer = ctl_ask(c, "DELETE", path, "", NULL, &status);
    if (!answer)
        return status;
    json_decref(answer);
    json_array_append_new(gone, json_string(id));
    if (!c->json)
        printf("%s%s%s: %s %s is %s\n", host, service[0] ? " > " : "", service, k->one, id,
               k == &downtimes ? "cancelled" : "deleted");
    return CMD_OK;
}

static int delete_number(const struct ctl *c, const struct notes *k, uint64_t number, json_t *gone)
{
    int status;
    json_t *list = ask_notes(c, k, NULL, NULL, number - 1, 1, &status);
    const json_t *first = json_array_get(list, 0);
    uint64_t found = 0;

    if (!list)
        return status;
    str_to_u64(str_of(ctl_text(first, "id")), &found);
    if (found == number) {
        status = delete_one(c, k, ctl_text(first, "id"), ctl_text(first, "host"), ctl_text(first, "service"),
                            gone);
    } else {
        status = CMD_FAILED;
        fprintf(stderr, "vigie ctl %s: there is no %s %llu (any more); vigie ctl %s shows the numbers\n",
                k->command, k->one, (unsigned long long)number,
                k == &downtimes ? "downtime --list" : "comment list");
    }
    json_decref(list);
    return status;
}

/* All downtimes of one host or service themselves. */
static int cancel_of(const struct ctl *c, char **argv, size_t n, json_t *gone)
{
    const char *host, *service;
    char id[32], path[64];
    const json_t *d;
    json_t *answer;
    int status;
    size_t i;

    if (!ctl_name(c, argv, n, &host, &service) || !ctl_find(c, host, service, id, sizeof(id), &status))
        return CMD_FAILED;
    snprintf(path, sizeof(path), "/api/v1/resources/%s", id);
    answer = ctl_ask(c, "GET", path, "", NULL, &status);
    if (!answer)
        return status;
    json_array_foreach(json_object_get(answer, "downtimes"), i, d)
    {
        int r = delete_one(c, &downtimes, ctl_text(d, "id"), host, service, gone);

        status = r ? r : status;
    }
    if (!i) {
        fprintf(stderr, "vigie ctl downtime: %s%s%s has no downtime; vigie ctl downtime --list shows all\n",
                host, service[0] ? " > " : "", service);
        status = CMD_FAILED;
    }
    json_decref(answer);
    return status;
}

static int ended(const struct ctl *c, json_t *gone, int status, const char *key)
{
    if (c->json && json_array_size(gone))
        ctl_print_json(json_pack("{s:o}", key, gone));
    else
        json_decref(gone);
    return status;
}

static int cancel(const struct ctl *c, char **argv, size_t n)
{
    json_t *gone = json_array();
    uint64_t number;
    int status;

    if (n == 1 && is_number(argv[0], &number))
        status = delete_number(c, &downtimes, number, gone);
    else
        status = cancel_of(c, argv, n, gone);
    return ended(c, gone, status, "cancelled");
}

/* ---- vigie ctl downtime ---- */

struct plan {
    const char *comment, *start, *end, *group;
    int64_t length; /* -1: not said */
    bool flexible, preview;
};

static int not_a_time(const char *option, const char *text)
{
    fprintf(
        stderr,
        "vigie ctl downtime: --%s is a time such as 22:00, '2026-11-23 22:00' or 2026-11-23T22:00:00Z, not "
        "'%s'\n",
        option, text);
    return CMD_USAGE;
}

/* The number that the downtime just planned was given: the highest of its host or service with these words. "": not found. */
static void number_of(const struct ctl *c, const char *id, const char *comment, char *out, size_t size)
{
    struct err err = ERR_INIT;
    struct buf body = BUF_INIT;
    uint64_t highest = 0, number;
    char path[64];
    json_t *answer = NULL;
    const json_t *d;
    size_t i;

    snprintf(path, sizeof(path), "/api/v1/resources/%s", id);
    if (ctl_call(c, "GET", path, "", STR(""), &body, &err) == 200)
        answer = json_loadb(body.data, body.len, 0, NULL);
    out[0] = '\0';
    json_array_foreach(json_object_get(answer, "downtimes"), i, d)
    {
        if (str_to_u64(str_of(ctl_text(d, "id")), &number) && number > highest &&
            strcmp(ctl_text(d, "comment"), comment) == 0) {
            highest = number;
            snprintf(out, size, "%s", ctl_text(d, "id"));
        }
    }
    json_decref(answer);
    buf_release(&body);
}

static int plan_it(const struct ctl *c, char **argv, size_t n, struct wall from, struct wall to,
                   const struct plan *p)
{
    const char *host, *service;
    int64_t length = p->length >= 0 ? p->length : 2 * TIME_H;
    char a[TIME_RFC3339], b[TIME_RFC3339], begins[48], ends[48], id[32], path[96], number[32], lasts[48];
    json_t *answer;
    int status;

    if (!ctl_name(c, argv, n, &host, &service) || !ctl_find(c, host, service, id, sizeof(id), &status))
        return CMD_FAILED;
    time_rfc3339(from, a);
    time_rfc3339(to, b);
    snprintf(path, sizeof(path), "/api/v1/resources/%s/downtime", id);
    answer = ctl_ask(c, "POST", path, "",
                     json_pack("{s:s, s:s, s:b, s:I, s:s}", "start", a, "end", b, "fixed", !p->flexible,
                               "duration_s", (json_int_t)(length / TIME_S), "comment", p->comment),
                     &status);
    if (!answer)
        return status;
    number_of(c, id, p->comment, number, sizeof(number));
    if (c->json) {
        if (number[0])
            json_object_set_new(answer, "id", json_string(number));
        return ctl_print_json(answer);
    }
    ctl_when(a, begins, sizeof(begins));
    ctl_when(b, ends, sizeof(ends));
    ctl_length(p->flexible ? length : to.us - from.us, lasts, sizeof(lasts));
    printf("%s%s%s: downtime %s%sfrom %s to %s, %s%s%s\n", host, service[0] ? " > " : "", service, number,
           number[0] ? " " : "", begins, ends, lasts, p->flexible ? " from a first problem on" : "",
           from.us + TIME_S < clock_wall().us && p->start ? "; it has begun" : "");
    json_decref(answer);
    return CMD_OK;
}

/* A date alone is its begin. */
static bool moment(const char *text, struct wall not_before, struct wall *out)
{
    char midnight[64];

    snprintf(midnight, sizeof(midnight), "%s 00:00", text);
    return ctl_moment(text, not_before, out) || (strlen(text) == 10 && ctl_moment(midnight, not_before, out));
}

static int end_of(const struct plan *p, struct wall from, struct wall *to)
{
    to->us = from.us + (p->length >= 0 ? p->length : 2 * TIME_H);
    return p->end && !moment(p->end, from, to) ? not_a_time("end", p->end) : CMD_OK;
}

/*
 * A time of the day that has passed today means today's while the downtime is not over (who types 06:00 at 06:06 has begun to work), else tomorrow's, and that
 * is said aloud.
 */
static int begin_of(const struct plan *p, struct wall now, struct wall *from)
{
    struct wall midnight = now, to;
    bool day = p->start && strlen(p->start) <= 8 &&
               ctl_moment("00:00", (struct wall){now.us - TIME_DAY + 1}, &midnight);
    int status;

    *from = now;
    if (p->start && !moment(p->start, day ? midnight : now, from))
        return not_a_time("start", p->start);
    if (!day || from->us >= now.us)
        return CMD_OK;
    status = end_of(p, *from, &to);
    if (status || to.us > now.us)
        return status;
    fprintf(stderr, "vigie ctl downtime: %s has passed today, and so would the end: it begins tomorrow\n",
            p->start);
    return moment(p->start, now, from) ? CMD_OK : not_a_time("start", p->start);
}

/* False: such a time cannot be meant, which was said with the times. */
static bool can_be(struct wall from, struct wall to, struct wall now)
{
    struct wall than = to.us <= from.us ? from : now;
    char at[TIME_RFC3339], end[48], other[48];

    if (to.us > than.us)
        return true;
    time_rfc3339(to, at);
    ctl_when(at, end, sizeof(end));
    time_rfc3339(than, at);
    ctl_when(at, other, sizeof(other));
    if (to.us <= from.us)
        fprintf(stderr, "vigie ctl downtime: the end, %s, must be after the start, %s\n", end, other);
    else
        fprintf(stderr, "vigie ctl downtime: the end, %s, is over already: it is %s\n", end, other);
    return false;
}

/* One of the external commands that exist for groups; author and comment come last, so that the latter may hold anything. */
static bool command_group(const struct ctl *c, const char *name, struct wall from, struct wall to,
                          const struct plan *p, int *status)
{
    struct buf line = BUF_INIT;
    char uid[32];
    json_t *answer;

    snprintf(uid, sizeof(uid), "uid:%u", (unsigned)getuid());
    buf_printf(&line, "[%lld] %s;%s;%lld;%lld;%d;0;%lld;%s;%s", (long long)time_wall_s(clock_wall()), name,
               p->group, (long long)time_wall_s(from), (long long)time_wall_s(to), !p->flexible,
               (long long)((p->length >= 0 ? p->length : 2 * TIME_H) / TIME_S), ctl_person(uid), p->comment);
    answer = ctl_ask(c, "POST", "/api/v1/commands", "", json_pack("{s:s}", "command", line.data), status);
    buf_release(&line);
    json_decref(answer);
    return answer != NULL;
}

static int plan_group(const struct ctl *c, struct wall from, struct wall to, const struct plan *p)
{
    char a[TIME_RFC3339], b[TIME_RFC3339], begins[48], ends[48], text[160];
    struct ctl_group g;
    int status;

    if (!ctl_group_find(c, p->group, &g, &status))
        return status;
    time_rfc3339(from, a);
    time_rfc3339(to, b);
    ctl_when(a, begins, sizeof(begins));
    ctl_when(b, ends, sizeof(ends));
    snprintf(text, sizeof(text), "in downtime from %s to %s", begins, ends);
    if (!p->preview &&
        ((g.of_hosts && (!command_group(c, "SCHEDULE_HOSTGROUP_HOST_DOWNTIME", from, to, p, &status) ||
                         !command_group(c, "SCHEDULE_HOSTGROUP_SVC_DOWNTIME", from, to, p, &status))) ||
         (g.of_services && !command_group(c, "SCHEDULE_SERVICEGROUP_SVC_DOWNTIME", from, to, p, &status))))
        return status;
    return ctl_group_say(c, p->group, g.hosts, g.services, text, p->preview);
}

static int plan(const struct ctl *c, char **argv, size_t n, const struct plan *p)
{
    struct wall now = clock_wall(), from, to;
    int status;

    if (p->length == 0) {
        fprintf(stderr, "vigie ctl downtime: --for must be longer than nothing\n");
        return CMD_USAGE;
    }
    status = begin_of(p, now, &from);
    if (!status)
        status = end_of(p, from, &to);
    if (status)
        return status;
    if (!can_be(from, to, now))
        return CMD_FAILED;
    return p->group ? plan_group(c, from, to, p) : plan_it(c, argv, n, from, to, p);
}

int ctl_downtime(int argc, char **argv)
{
    struct ctl c = {0};
    struct plan p = {.length = -1};
    bool list = false, back = false, planned;
    const struct opt opts[] = {
        CTL_OPTIONS(&c),
        CTL_GROUP_OPTIONS(&p.group, &p.preview),
        {"for", 'f', OPT_TIME, "DURATION", "How long: 30m, 2h (default), 3d; seconds without a unit.",
         &p.length},
        {"start", 0, OPT_STR, "TIME",
         "Begin: 22:00, 2026-11-23 or '2026-11-23 22:00' here, or 2026-11-23T22:00:00Z; default now.",
         &p.start},
        {"end", 0, OPT_STR, "TIME", "End, instead of --for.", &p.end},
        {"flexible", 0, OPT_FLAG, NULL,
         "Begins with the first problem between start and end and lasts --for.", &p.flexible},
        {"comment", 'm', OPT_STR, "TEXT", "Why (needed).", &p.comment},
        {"list", 'l', OPT_FLAG, NULL, "Show the downtimes there are, of HOST with its services or of all.",
         &list},
        {"cancel", 0, OPT_FLAG, NULL, "Cancel all of HOST or SERVICE, or the one of that NUMBER.", &back},
    };
    const struct opt_command cmd = {
        .usage = "vigie ctl downtime [--list|--cancel] HOST [SERVICE] | -g NAME -m TEXT",
        .about =
            "Plans a downtime: problems inside it tell nobody.\nWith --list, shows the downtimes there are, "
            "of "
            "HOST with its services or of all, and their numbers. With --cancel, takes back all of HOST or "
            "of SERVICE, or the one of that NUMBER: --cancel NUMBER.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_max = 2};
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);

    if (done)
        return status;
    planned = p.start || p.end || p.flexible || p.comment || p.length >= 0 || p.group || p.preview;
    if (list + back + planned > 1) {
        fprintf(stderr,
                "vigie ctl downtime: --list, --cancel and what plans a downtime exclude each other\n");
        return CMD_USAGE;
    }
    if (list)
        return list_notes(&c, &downtimes, argv, n);
    if (!back && !ctl_group_or_host("downtime", p.group, p.preview, n))
        return CMD_USAGE;
    if (!n && back) {
        fprintf(stderr, "vigie ctl downtime: missing: %s; see vigie ctl downtime --help\n",
                "the NUMBER of the downtime, or HOST [SERVICE]");
        return CMD_USAGE;
    }
    if (back)
        return cancel(&c, argv, n);
    if (!p.comment && !p.preview) {
        fprintf(stderr, "vigie ctl downtime: a comment is needed, which tells others why: -m TEXT\n");
        return CMD_USAGE;
    }
    return plan(&c, argv, n, &p);
}

/* ---- vigie ctl comment ---- */

static int delete_comments(const struct ctl *c, char **argv, size_t n)
{
    json_t *gone = json_array();
    int status = CMD_OK;
    uint64_t number;

    for (size_t i = 0; i < n && status != CMD_USAGE; i++) {
        int r = CMD_USAGE;

        if (is_number(argv[i], &number))
            r = delete_number(c, &comments, number, gone);
        else
            fprintf(
                stderr,
                "vigie ctl comment: '%s' is not the number of a comment; vigie ctl comment list shows them\n",
                argv[i]);
        status = r ? r : status;
    }
    return ended(c, gone, status, "deleted");
}

int ctl_comment(int argc, char **argv)
{
    static const struct ctl_word words[] = {{"list", "[HOST [SERVICE]]", 0, 2},
                                            {"add", "HOST [SERVICE] -m TEXT", 1, 2},
                                            {"delete", "NUMBER ...", 1, 1000}};
    struct ctl c = {0};
    const char *text = NULL;
    bool fleeting = false;
    int64_t length = -1;
    json_t *request;
    const struct opt opts[] = {
        CTL_OPTIONS(&c),
        {"comment", 'm', OPT_STR, "TEXT", "add: the text (needed).", &text},
        {"fleeting", 0, OPT_FLAG, NULL, "add: it goes with the next restart of Vigie.", &fleeting},
        {"for", 'f', OPT_TIME, "DURATION",
         "add: it is deleted after that time: 30m, 2h, 3d; seconds without a unit.", &length},
    };
    const struct opt_command cmd = {
        .usage = "vigie ctl comment list|add|delete [HOST [SERVICE] | NUMBER ...]",
        .about =
            "What others should know of hosts and services.\nlist [HOST [SERVICE]]: those of all, of a host "
            "with "
            "its services, or of a service; those of acknowledgements, downtimes and flapping, too.\n"
            "add HOST [SERVICE] -m TEXT: writes one.\ndelete NUMBER ...: list and show tell the numbers.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_max = 1001};
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done), word;

    if (done)
        return status;
    word = ctl_word("comment", words, ARRAY_LEN(words), argv, n);
    if (word == 1 && !text) {
        fprintf(stderr, "vigie ctl comment: a text is needed: add HOST [SERVICE] -m TEXT\n");
        return CMD_USAGE;
    }
    if ((word == 0 || word == 2) && (text || fleeting || length >= 0)) {
        fprintf(stderr, "vigie ctl comment: --%s belongs to 'add' only\n",
                text       ? "comment"
                : fleeting ? "fleeting"
                           : "for");
        return CMD_USAGE;
    }
    switch (word) {
    case 0: return list_notes(&c, &comments, argv + 1, n - 1);
    case 1:
        request = json_pack("{s:s, s:b}", "comment", text, "persistent", !fleeting);
        ctl_expires(request, length);
        return ctl_act(&c, argv + 1, n - 1, "POST", "comment", request, "the comment is added");
    case 2: return delete_comments(&c, argv + 1, n - 1);
    default: return CMD_USAGE;
    }
}
