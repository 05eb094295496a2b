/* SPDX-License-Identifier: Apache-2.0 */
/* What is done to all hosts and services of a group at once. How many they are can be asked before. */
#include "cmd/ctl_group.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define ASK_EVERY_MS 100

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

/* The body for POST /api/v1/actions. */
static json_t *body_of(const char *group, const struct ctl_group_act *act, bool preview)
{
    json_t *body = json_deep_copy(act->request);

    json_object_set_new(body, "action", json_string(act->action));
    json_object_set_new(body, "filter", json_pack("{s:s}", "group", group));
    json_object_set_new(body, "preview", json_boolean(preview));
    return body;
}

/* Many are a job: it is looked at until it is over. */
static json_t *wait_for(const struct ctl *c, json_t *answer, int *status)
{
    while (answer && strcmp(ctl_text(answer, "state"), "running") == 0) {
        char path[96];

        snprintf(path, sizeof(path), "/api/v1/jobs/%s", ctl_text(answer, "id"));
        json_decref(answer);
        nanosleep(&(struct timespec){.tv_nsec = ASK_EVERY_MS * 1000000L}, NULL);
        answer = ctl_ask(c, "GET", path, "", NULL, status);
    }
    return answer;
}

/* Says for which it could not be done; count is of hosts and of services, and gets smaller by them. */
static void say_failed(const json_t *answer, long long count[2])
{
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(answer, "problems"), i, one)
    {
        const char *service = ctl_text(one, "service");

        fprintf(stderr, "vigie ctl: %s%s%s: %s\n", ctl_text(one, "host"), service[0] ? " > " : "", service,
                ctl_text(one, "detail"));
        count[service[0] != '\0']--;
    }
}

int ctl_group_act(const struct ctl *c, const char *name, const struct ctl_group_act *act, bool preview)
{
    int status = CMD_OK, said;
    json_t *answer = ctl_ask(c, "POST", "/api/v1/actions", "", body_of(name, act, true), &status);
    long long count[2] = {0, 0};

    if (answer) {
        count[0] = ctl_number(answer, "hosts");
        count[1] = ctl_number(answer, "services");
        json_decref(answer);
        answer = NULL;
    }
    if (status == CMD_OK && !preview) {
        answer = ctl_ask(c, "POST", "/api/v1/actions", "", body_of(name, act, false), &status);
        answer = wait_for(c, answer, &status);
    }
    json_decref(act->request);
    if (status != CMD_OK)
        return status;
    if (answer && ctl_number(answer, "failed")) {
        status = CMD_FAILED;
        say_failed(answer, count);
    }
    json_decref(answer);
    said = ctl_group_say(c, name, count[0], count[1], act->done_text, preview);
    return status != CMD_OK ? status : said;
}
