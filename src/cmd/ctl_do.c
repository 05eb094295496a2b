/* SPDX-License-Identifier: Apache-2.0 */
/* The changing sub-commands: each is one request of the API. */
#include "cmd/ctl_group.h"

#include "os/clock.h"

#include <stdio.h>

int ctl_act(const struct ctl *c, char **argv, size_t n, const char *method, const char *verb, json_t *request,
            const char *done_text)
{
    const char *host, *service;
    char id[32], path[96];
    json_t *answer;
    int status;

    if (!ctl_name(c, argv, n, &host, &service) || !ctl_find(c, host, service, id, sizeof(id), &status)) {
        json_decref(request);
        return CMD_FAILED;
    }
    snprintf(path, sizeof(path), "/api/v1/resources/%s/%s", id, verb);
    answer = ctl_ask(c, method, path, "", request, &status);
    if (!answer)
        return status;
    if (c->json)
        json_dumpf(answer, stdout, CTL_JSON);
    else
        printf("%s%s%s: %s", host, service[0] ? " > " : "", service, done_text);
    printf("\n");
    json_decref(answer);
    return CMD_OK;
}

int ctl_check_now(int argc, char **argv)
{
    struct ctl c = {0};
    const char *group = NULL;
    bool preview = false;
    const struct opt opts[] = {CTL_OPTIONS(&c), CTL_GROUP_OPTIONS(&group, &preview)};
    const struct opt_command cmd = {
        .usage = "vigie ctl check-now HOST [SERVICE] | --group NAME",
        .about = "Checks a host or service at once, whatever its schedule and period say.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_max = 2,
        .operands = "HOST [SERVICE]"};
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);

    if (done)
        return status;
    if (!ctl_group_or_host("check-now", group, preview, n))
        return CMD_USAGE;
    if (group)
        return ctl_group_act(
            &c, group,
            &(struct ctl_group_act){.action = "check", .done_text = "checked now", .request = json_object()},
            preview);
    return ctl_act(&c, argv, n, "POST", "check", json_object(), "is checked now");
}

void ctl_expires(json_t *request, int64_t length_us)
{
    char at[TIME_RFC3339];

    if (length_us < 0)
        return;
    time_rfc3339((struct wall){clock_wall().us + length_us}, at);
    json_object_set_new(request, "expires", json_string(at));
}

int ctl_ack(int argc, char **argv)
{
    struct ctl c = {0};
    int64_t length = -1;
    const char *comment = NULL;
    const char *group = NULL;
    bool sticky = false, persistent = false, quiet = false, remove = false, preview = false;
    const struct opt opts[] = {
        CTL_OPTIONS(&c),
        CTL_GROUP_OPTIONS(&group, &preview),
        {"comment", 'm', OPT_STR, "TEXT", "What others should know (needed).", &comment},
        {"sticky", 0, OPT_FLAG, NULL, "Until it is OK again, not only until the state changes.", &sticky},
        {"persistent", 0, OPT_FLAG, NULL, "The comment stays when the acknowledgement goes.", &persistent},
        {"for", 'f', OPT_TIME, "DURATION",
         "Taken back by itself after that time: 30m, 2h, 3d; seconds without a unit.", &length},
        {"quiet", 0, OPT_FLAG, NULL, "Do not tell the contacts.", &quiet},
        {"remove", 0, OPT_FLAG, NULL, "Take the acknowledgement back.", &remove},
    };
    const struct opt_command cmd = {
        .usage = "vigie ctl ack HOST [SERVICE] | --group NAME -m TEXT",
        .about = "Acknowledges a problem: somebody looks after it, nobody is told again. "
                 "Of a group, every problem that is not acknowledged yet.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_max = 2,
        .operands = "HOST [SERVICE]"};
    json_t *request;
    char lasts[48], answer[96];
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);

    if (done)
        return status;
    if (!ctl_group_or_host("ack", group, preview, n))
        return CMD_USAGE;
    if (remove && group)
        return ctl_group_act(&c, group,
                             &(struct ctl_group_act){.action = "unacknowledge",
                                                     .done_text = "no longer acknowledged",
                                                     .request = json_object()},
                             preview);
    if (remove)
        return ctl_act(&c, argv, n, "DELETE", "acknowledgement", NULL, "the acknowledgement is taken back");
    if (!comment && !preview) {
        fprintf(stderr, "vigie ctl ack: a comment is needed: -m TEXT\n");
        return CMD_USAGE;
    }
    request = json_pack("{s:s, s:b, s:b, s:b}", "comment", comment ? comment : "-", "sticky", sticky,
                        "notify", !quiet, "persistent", persistent);
    ctl_expires(request, length);
    ctl_length(length, lasts, sizeof(lasts));
    snprintf(answer, sizeof(answer), "acknowledged%s%s%s", length < 0 ? "" : ", for ",
             length < 0 ? "" : lasts, length < 0 ? "" : " at most");
    if (group)
        return ctl_group_act(
            &c, group,
            &(struct ctl_group_act){.action = "acknowledge", .done_text = answer, .request = request},
            preview);
    return ctl_act(&c, argv, n, "POST", "acknowledge", request, answer);
}

int ctl_submit(int argc, char **argv)
{
    struct ctl c = {0};
    const char *state = NULL, *output = NULL, *perf = "";
    const struct opt opts[] = {
        CTL_OPTIONS(&c),
        {"result", 's', OPT_STR, "STATE",
         "ok, warning, critical, unknown; for a host up, down, unreachable (needed).", &state},
        {"text", 'm', OPT_STR, "TEXT", "The output (needed).", &output},
        {"perfdata", 'p', OPT_STR, "DATA", "Performance data: label=value;warn;crit;min;max ...", &perf},
    };
    const struct opt_command cmd = {
        .usage = "vigie ctl submit HOST [SERVICE] -s STATE -m TEXT",
        .about = "Hands in a passive result. When this returns 0, the result is on disk.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        CTL_HOST_OPERANDS};
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);
    char word[32];

    if (done)
        return status;
    if (!state || !output) {
        fprintf(stderr, "vigie ctl submit: state and text are needed: -s critical -m 'what is wrong'\n");
        return CMD_USAGE;
    }
    ctl_lower(state, word, sizeof(word));
    return ctl_act(&c, argv, n, "POST", "submit",
                   json_pack("{s:s, s:s, s:s}", "state", word, "output", output, "perfdata", perf),
                   "taken and stored");
}

int ctl_command(int argc, char **argv)
{
    struct ctl c = {0};
    const struct opt opts[] = {CTL_OPTIONS(&c)};
    const struct opt_command cmd = {
        .usage = "vigie ctl command 'NAME;FIELD;FIELD'",
        .about = "Gives an external command in Nagios' format, without the time. The manual lists them all.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_min = 1,
        .operands_max = 1,
        .operands = "'NAME;FIELD;FIELD'"};
    struct buf line = BUF_INIT;
    json_t *answer;
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);

    if (done)
        return status;
    buf_printf(&line, "[%lld] %s", (long long)time_wall_s(clock_wall()), argv[0]);
    answer = ctl_ask(&c, "POST", "/api/v1/commands", "", json_pack("{s:s}", "command", line.data), &status);
    buf_release(&line);
    if (!answer)
        return status;
    if (c.json)
        json_dumpf(answer, stdout, CTL_JSON);
    else
        printf("done");
    printf("\n");
    json_decref(answer);
    return CMD_OK;
}

int ctl_reload(int argc, char **argv)
{
    struct ctl c = {0};
    const struct opt opts[] = {CTL_OPTIONS(&c)};
    const struct opt_command cmd = {
        .usage = "vigie ctl reload",
        .about = "Reads the configuration again without interrupting a check. A refused one changes nothing.",
        .opts = opts,
        .n = ARRAY_LEN(opts)};
    json_t *answer;
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);

    if (done)
        return status;
    answer = ctl_ask(&c, "POST", "/api/v1/reload", "", json_object(), &status);
    if (!answer)
        return status;
    if (c.json)
        json_dumpf(answer, stdout, CTL_JSON);
    else
        printf("the configuration was read again");
    printf("\n");
    json_decref(answer);
    return CMD_OK;
}
