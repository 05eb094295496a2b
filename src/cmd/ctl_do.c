/* SPDX-License-Identifier: Apache-2.0 */
/* The changing sub-commands: each is one request of the API. */
#include "cmd/ctl_int.h"

#include "os/clock.h"

#include <stdio.h>
#include <string.h>

/* Sends what was asked for to one resource and says so. request is taken. */
static int act(const struct ctl *c, char **argv, size_t n, const char *method, const char *verb,
               json_t *request, const char *done_text)
{
    const char *host, *service;
    char id[32], path[96];
    json_t *answer;
    int status;

    if (!ctl_name(argv, n, &host, &service) || !ctl_find(c, host, service, id, sizeof(id), &status)) {
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

#define HOST_OPERANDS .operands_min = 1, .operands_max = 2, .operands = "HOST [SERVICE]"

int ctl_check_now(int argc, char **argv)
{
    struct ctl c = {0};
    const struct opt opts[] = {CTL_OPTIONS(&c)};
    const struct opt_command cmd = {
        .usage = "vigie ctl check-now HOST [SERVICE]",
        .about = "Checks a host or service at once, whatever its schedule and period say.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        HOST_OPERANDS};
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);

    return done ? status : act(&c, argv, n, "POST", "check", json_object(), "is checked now");
}

int ctl_ack(int argc, char **argv)
{
    struct ctl c = {0};
    const char *comment = NULL;
    bool sticky = false, persistent = false, quiet = false, remove = false;
    const struct opt opts[] = {
        CTL_OPTIONS(&c),
        {"comment", 'm', OPT_STR, "TEXT", "What others should know (needed).", &comment},
        {"sticky", 0, OPT_FLAG, NULL, "Until it is OK again, not only until the state changes.", &sticky},
        {"persistent", 0, OPT_FLAG, NULL, "The comment stays when the acknowledgement goes.", &persistent},
        {"quiet", 0, OPT_FLAG, NULL, "Do not tell the contacts.", &quiet},
        {"remove", 0, OPT_FLAG, NULL, "Take the acknowledgement back.", &remove},
    };
    const struct opt_command cmd = {
        .usage = "vigie ctl ack HOST [SERVICE] -m TEXT",
        .about = "Acknowledges a problem: somebody looks after it, nobody is told again.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        HOST_OPERANDS};
    json_t *request;
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);

    if (done)
        return status;
    if (remove)
        return act(&c, argv, n, "DELETE", "acknowledgement", NULL, "the acknowledgement is taken back");
    if (!comment) {
        fprintf(stderr, "vigie ctl ack: a comment is needed: -m TEXT\n");
        return CMD_USAGE;
    }
    request = json_pack("{s:s, s:b, s:b, s:b}", "comment", comment, "sticky", sticky, "notify", !quiet,
                        "persistent", persistent);
    return act(&c, argv, n, "POST", "acknowledge", request, "acknowledged");
}

static int not_a_time(const char *option, const char *text)
{
    fprintf(
        stderr,
        "vigie ctl downtime: --%s is a time such as 22:00, '2026-11-23 22:00' or 2026-11-23T22:00:00Z, not "
        "'%s'\n",
        option, text);
    return CMD_USAGE;
}

int ctl_downtime(int argc, char **argv)
{
    struct ctl c = {0};
    const char *comment = "planned from the command line", *start = NULL, *end = NULL;
    int64_t length = 2 * TIME_H;
    bool flexible = false;
    const struct opt opts[] = {
        CTL_OPTIONS(&c),
        {"for", 'f', OPT_TIME, "DURATION", "How long: 30m, 2h (default), 3d.", &length},
        {"start", 0, OPT_STR, "TIME",
         "Begin: 22:00 or '2026-11-23 22:00' here, or 2026-11-23T22:00:00Z; default now.", &start},
        {"end", 0, OPT_STR, "TIME", "End, instead of --for.", &end},
        {"flexible", 0, OPT_FLAG, NULL,
         "Begins with the first problem between start and end and lasts --for.", &flexible},
        {"comment", 'm', OPT_STR, "TEXT", "Why.", &comment},
    };
    const struct opt_command cmd = {.usage = "vigie ctl downtime HOST [SERVICE] [--for DURATION]",
                                    .about = "Plans a downtime: problems inside it tell nobody.",
                                    .opts = opts,
                                    .n = ARRAY_LEN(opts),
                                    HOST_OPERANDS};
    struct wall from = clock_wall(), to;
    char a[TIME_RFC3339], b[TIME_RFC3339], begins[48], ends[48], text[128];
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);

    if (done)
        return status;
    if (start && !ctl_moment(start, from, &from))
        return not_a_time("start", start);
    if (length <= 0) {
        fprintf(stderr, "vigie ctl downtime: --for must be longer than nothing\n");
        return CMD_USAGE;
    }
    to.us = from.us + length;
    if (end && !ctl_moment(end, from, &to))
        return not_a_time("end", end);
    time_rfc3339(from, a);
    time_rfc3339(to, b);
    ctl_when(a, begins, sizeof(begins));
    ctl_when(b, ends, sizeof(ends));
    snprintf(text, sizeof(text), "downtime from %s to %s", begins, ends);
    return act(&c, argv, n, "POST", "downtime",
               json_pack("{s:s, s:s, s:b, s:I, s:s}", "start", a, "end", b, "fixed", !flexible, "duration_s",
                         (json_int_t)(length / TIME_S), "comment", comment),
               text);
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
        HOST_OPERANDS};
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);

    if (done)
        return status;
    if (!state || !output) {
        fprintf(stderr, "vigie ctl submit: state and text are needed: -s critical -m 'what is wrong'\n");
        return CMD_USAGE;
    }
    return act(&c, argv, n, "POST", "submit",
               json_pack("{s:s, s:s, s:s}", "state", state, "output", output, "perfdata", perf),
               "taken and stored");
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

static void say_token(const json_t *answer)
{
    char until[48];

    ctl_when(ctl_text(answer, "expires"), until, sizeof(until));
    fprintf(stderr, "vigie ctl: this token is shown only now; name %s, role %s, good until %s\n",
            ctl_text(answer, "name"), ctl_text(answer, "role"), until);
}

int ctl_token(int argc, char **argv)
{
    struct ctl c = {0};
    const char *role = "viewer";
    int64_t expires = 90 * TIME_DAY;
    const struct opt opts[] = {
        CTL_OPTIONS(&c),
        {"role", 'r', OPT_STR, "ROLE", "viewer (default), operator or admin.", &role},
        {"expires", 'e', OPT_TIME, "DURATION", "How long it is good for: 90d (default).", &expires},
    };
    const struct opt_command cmd = {
        .usage = "vigie ctl token create NAME [--role ROLE] [--expires DURATION]",
        .about = "Makes an API token and prints it once. Use it as: Authorization: Bearer TOKEN.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_min = 2,
        .operands_max = 2,
        .operands = "create NAME"};
    json_t *answer;
    char seconds[32];
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);

    if (done)
        return status;
    if (strcmp(argv[0], "create") != 0) {
        fprintf(stderr, "vigie ctl token: only 'create NAME' is known, not '%s'\n", argv[0]);
        return CMD_USAGE;
    }
    snprintf(seconds, sizeof(seconds), "%llds", (long long)(expires / TIME_S));
    answer =
        ctl_ask(&c, "POST", "/api/v1/tokens", "",
                json_pack("{s:s, s:s, s:s}", "name", argv[1], "role", role, "expires", seconds), &status);
    if (!answer)
        return status;
    if (c.json)
        json_dumpf(answer, stdout, CTL_JSON);
    else
        printf("%s", ctl_text(answer, "token"));
    printf("\n");
    if (!c.json)
        say_token(answer);
    json_decref(answer);
    return CMD_OK;
}
