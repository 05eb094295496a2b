/* SPDX-License-Identifier: Apache-2.0 */
/* What is done to all hosts and services of a group at once. How many they are can be asked before. */
#include "cmd/ctl_group.h"

#include <stdio.h>
#include <string.h>

bool ctl_group_or_host(const char *command, const char *group, bool preview, size_t n_operands)
{
    if (group && n_operands)
        fprintf(stderr, "vigie ctl %s: give HOST [SERVICE] or --group, not both\n", command);
    else if (!group && preview)
        fprintf(stderr, "vigie ctl %s: --preview goes with --group NAME\n", command);
    else if (!group && !n_operands)
        fprintf(stderr, "vigie ctl %s: missing: HOST [SERVICE], or --group NAME; see vigie ctl %s --help\n",
                command, command);
    else
        return true;
    return false;
}

bool ctl_group_find(const struct ctl *c, const char *name, struct ctl_group *g, int *status)
{
    struct buf q = BUF_INIT;
    json_t *answer;
    const json_t *one;
    size_t i;

    /* a list refuses a group that there is not, and says which is near */
    buf_add_c(&q, "limit=1");
    ctl_query(&q, "group", name);
    answer = ctl_ask(c, "GET", "/api/v1/resources", q.data, NULL, status);
    json_decref(answer);
    buf_clear(&q);
    ctl_query(&q, "name", name);
    if (answer)
        answer = ctl_ask(c, "GET", "/api/v1/groups", q.data + 1, NULL, status);
    buf_release(&q);
    if (!answer)
        return false;
    *g = (struct ctl_group){.name = name};
    json_array_foreach(json_object_get(answer, "groups"), i, one)
    {
        bool of_hosts = strcmp(ctl_text(one, "kind"), "hostgroup") == 0;

        g->of_hosts = g->of_hosts || of_hosts;
        g->of_services = g->of_services || !of_hosts;
        g->hosts += ctl_number(one, "hosts");
        g->services += ctl_number(one, "services");
    }
    json_decref(answer);
    if (i)
        return true;
    fprintf(stderr, "vigie ctl: --group takes one group here, not '%s'\n", name);
    *status = CMD_USAGE;
    return false;
}

int ctl_group_say(const struct ctl *c, const char *name, long long hosts, long long services,
                  const char *done_text, bool preview)
{
    if (c->json)
        return ctl_print_json(json_pack("{s:s, s:I, s:I, s:b}", "group", name, "hosts", (json_int_t)hosts,
                                        "services", (json_int_t)services, "preview", preview));
    printf("group %s: %lld host%s and %lld service%s %s%s%s\n", name, hosts, hosts == 1 ? "" : "s", services,
           services == 1 ? "" : "s", preview ? "would be " : "", done_text,
           preview ? "; nothing was done yet" : "");
    return CMD_OK;
}

/* All of the group that the filter leaves, before the first is changed: then the list would be another one. */
static json_t *members(const struct ctl *c, const char *name, const char *filter, int *status)
{
    struct buf q = BUF_INIT, cursor = BUF_INIT;
    json_t *all = json_array(), *answer;

    do {
        buf_clear(&q);
        buf_printf(&q, "sort=name&limit=1000&filter=%s", filter);
        ctl_query(&q, "group", name);
        ctl_query(&q, "cursor", cursor.len ? cursor.data : NULL);
        answer = ctl_ask(c, "GET", "/api/v1/resources", q.data, NULL, status);
        buf_clear(&cursor);
        if (answer) {
            json_array_extend(all, json_object_get(answer, "resources"));
            buf_add_c(&cursor, ctl_text(answer, "next"));
            json_decref(answer);
        }
    } while (answer && cursor.len);
    buf_release(&q);
    buf_release(&cursor);
    if (!answer) {
        json_decref(all);
        return NULL;
    }
    return all;
}

static bool is_wanted(const json_t *row, const char *wanted)
{
    return !wanted || (wanted[0] == '!' ? !ctl_true(row, wanted + 1) : ctl_true(row, wanted));
}

int ctl_group_act(const struct ctl *c, const char *name, const struct ctl_group_act *act, bool preview)
{
    long long count[2] = {0, 0};
    int status = CMD_OK, failed = CMD_OK;
    json_t *rows = members(c, name, act->filter, &status);
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        char path[96];
        json_t *answer = NULL;

        if (!is_wanted(row, act->wanted))
            continue;
        snprintf(path, sizeof(path), "/api/v1/resources/%s/%s", ctl_text(row, "id"), act->verb);
        if (!preview)
            answer = ctl_ask(c, act->method, path, "", json_incref(act->request), &status);
        if (!preview && !answer) {
            failed = status; /* of this one, which was said; the others are no worse for it */
            continue;
        }
        json_decref(answer);
        count[strcmp(ctl_text(row, "kind"), "service") == 0]++;
    }
    json_decref(act->request);
    if (!rows)
        return status;
    json_decref(rows);
    status = ctl_group_say(c, name, count[0], count[1], act->done_text, preview);
    return failed != CMD_OK ? failed : status;
}
