/* SPDX-License-Identifier: Apache-2.0 */
/* From the names that a person types to one resource, and to those that were meant. */
#include "cmd/ctl_int.h"

#include <stdio.h>
#include <string.h>

#define SUGGESTIONS 3

/* Is there a host of this name? Says nothing. */
static bool has_host(const struct ctl *c, const char *host)
{
    struct buf query = BUF_INIT, body = BUF_INIT;
    struct err err = ERR_INIT;
    json_t *answer = NULL;
    bool has;

    buf_add_c(&query, "filter=all&limit=1&kind=host");
    ctl_query(&query, "host", host);
    if (ctl_call(c, "GET", "/api/v1/resources", query.data, STR_NULL, &body, &err) == 200)
        answer = json_loadb(body.data, body.len, 0, NULL);
    has = json_array_size(json_object_get(answer, "resources")) > 0;
    json_decref(answer);
    buf_release(&query);
    buf_release(&body);
    return has;
}

/* Where a host and its service meet in one word: "HOST;SERVICE", else "HOST/SERVICE" unless a host is called so. */
static char *joint(const struct ctl *c, char *word)
{
    char *at = strchr(word, ';');

    if (at)
        return at;
    at = strchr(word, '/');
    return at && at[1] && !has_host(c, word) ? at : NULL;
}

bool ctl_name(const struct ctl *c, char **argv, size_t n, const char **host, const char **service)
{
    char *at = n == 1 ? joint(c, argv[0]) : NULL;

    *host = argv[0];
    *service = n > 1 ? argv[1] : "";
    if (at) {
        *at = '\0';
        *service = at + 1;
    }
    if (!**host)
        ctl_say(c, CTL_EMPTY_HOST, NULL, NULL);
    return **host != '\0';
}

static json_t *ask_list(const struct ctl *c, const char *start, const char *host, const char *service,
                        int *status)
{
    struct buf query = BUF_INIT;
    json_t *answer;

    buf_add_c(&query, start);
    if (host) {
        buf_add_c(&query, "&host=");
        ctl_path_part(&query, host);
    }
    if (service) {
        buf_add_c(&query, "&service=");
        ctl_path_part(&query, service);
    }
    answer = ctl_ask(c, "GET", "/api/v1/resources", query.data, NULL, status);
    buf_release(&query);
    return answer;
}

/* Names of the answer that differ from what was typed by a slip or two, the nearest first, and none that is much farther than that. */
static void suggest(const struct ctl *c, const json_t *answer, const char *key, const char *typed)
{
    size_t most = MIN(strlen(typed) / 3 + 1, (size_t)3), i, n = 0;
    struct {
        const char *name;
        size_t far;
    } near[SUGGESTIONS];
    const json_t *row;

    json_array_foreach(json_object_get(answer, "resources"), i, row)
    {
        const char *name = ctl_text(row, key);
        size_t far = str_distance(str_of(name), str_of(typed), (unsigned)most), at = n;

        while (at > 0 && near[at - 1].far > far)
            at--;
        if (far > most || at == SUGGESTIONS)
            continue;
        n = MIN(n + 1, (size_t)SUGGESTIONS);
        memmove(&near[at + 1], &near[at], (n - at - 1) * sizeof(near[0]));
        near[at].name = name;
        near[at].far = far;
    }
    for (i = 0; i < n && near[i].far <= near[0].far + 1; i++)
        ctl_put(c, i ? CTL_MEANT_MORE : CTL_MEANT, near[i].name, NULL);
    if (n)
        ctl_put(c, CTL_MEANT_END, NULL, NULL);
}

static void say_missing(const struct ctl *c, const char *host, const char *service)
{
    int status;
    json_t *hosts = ask_list(c, "filter=all&limit=1&kind=host", host, NULL, &status), *near;
    bool known = json_array_size(json_object_get(hosts, "resources")) > 0;

    if (!hosts)
        return; /* which was said */
    fputs("vigie ctl: ", stderr);
    ctl_put(c, known ? CTL_NO_SERVICE : CTL_NO_HOST, host, service);
    near = ask_list(
        c, known ? "filter=all&limit=500&kind=service&sort=name" : "filter=all&limit=500&kind=host&sort=name",
        known ? host : NULL, NULL, &status);
    suggest(c, near, known ? "service" : "host", known ? service : host);
    ctl_put(c, known ? CTL_ALL_SERVICES : CTL_ALL_HOSTS, host, NULL);
    fputs("\n", stderr);
    json_decref(hosts);
    json_decref(near);
}

/* The id of one that is configured; "": there is none. False: it could not be asked, which was said. */
static bool find_now(const struct ctl *c, const char *host, const char *service, char *id, size_t size,
                     int *status)
{
    bool is_service = service[0] != '\0';
    json_t *answer =
        ask_list(c, is_service ? "filter=all&limit=1&kind=service" : "filter=all&limit=1&kind=host", host,
                 is_service ? service : NULL, status);

    if (!answer)
        return false;
    snprintf(id, size, "%s", ctl_text(json_array_get(json_object_get(answer, "resources"), 0), "id"));
    json_decref(answer);
    return true;
}

/* The same of one that is configured no more. Says nothing. */
static void find_gone(const struct ctl *c, const char *host, const char *service, char *id, size_t size)
{
    struct buf query = BUF_INIT, body = BUF_INIT;
    struct err err = ERR_INIT;
    json_t *answer = NULL;

    buf_add_c(&query, "limit=1");
    ctl_query(&query, "host", host);
    ctl_query(&query, "service", service[0] ? service : NULL);
    if (ctl_call(c, "GET", "/api/v1/events", query.data, STR_NULL, &body, &err) == 200)
        answer = json_loadb(body.data, body.len, 0, NULL);
    snprintf(id, size, "%s", ctl_text(json_array_get(json_object_get(answer, "gone"), 0), "id"));
    json_decref(answer);
    buf_release(&query);
    buf_release(&body);
}

bool ctl_find(const struct ctl *c, const char *host, const char *service, char *id, size_t size, int *status)
{
    if (!find_now(c, host, service, id, size, status))
        return false;
    if (id[0])
        return true;
    *status = CMD_FAILED;
    say_missing(c, host, service);
    return false;
}

bool ctl_find_any(const struct ctl *c, const char *host, const char *service, char *id, size_t size,
                  bool *gone, int *status)
{
    *gone = false;
    if (!find_now(c, host, service, id, size, status))
        return false;
    if (id[0])
        return true;
    find_gone(c, host, service, id, size);
    *gone = id[0] != '\0';
    if (*gone)
        return true;
    *status = CMD_FAILED;
    say_missing(c, host, service);
    return false;
}

bool ctl_find_past(const struct ctl *c, const char *host, const char *service, char *id, size_t size,
                   int *status)
{
    bool gone;

    if (!ctl_find_any(c, host, service, id, size, &gone, status))
        return false;
    if (gone)
        fprintf(stderr, "vigie ctl: %s%s%s is no longer configured; this is what is known of it\n", host,
                service[0] ? " > " : "", service);
    return true;
}
