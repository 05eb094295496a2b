/* SPDX-License-Identifier: Apache-2.0 */
/* vigie ctl log: what happened. To follow, the newest page is asked for again: an event is there when it is on disk, and only the record knows that. */
#include "cmd/ctl_int.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { PAGE = 200, CATCH_UP = 10000, ASK_EVERY_MS = 500 };

static void print_state(const json_t *e)
{
    char state[32];

    ctl_upper(ctl_text(e, "state"), state, sizeof(state));
    if (state[0] && strcmp(ctl_text(e, "kind"), "notification") != 0 && !ctl_true(e, "hard"))
        printf("  %s (soft, attempt %lld)", state, ctl_number(e, "attempt"));
    else if (state[0])
        printf("  %s", state);
    if (ctl_text(e, "about")[0] && strcmp(ctl_text(e, "about"), "problem") != 0)
        printf("  (%s)", ctl_text(e, "about"));
}

static void print_step(const json_t *e)
{
    long long s = ctl_number(e, "step_s");
    char span[32];

    ctl_span(s < 0 ? -s : s, span, sizeof(span));
    if (s)
        printf("  set %s by %s", s < 0 ? "back" : "forward", span);
}

/* What the text does not say. */
static void print_behind(const json_t *e)
{
    const char *kind = ctl_text(e, "kind");
    char *why = ctl_clean(ctl_text(e, "long_text"), false);

    if (strcmp(kind, "login") == 0 || strcmp(kind, "administration") == 0)
        printf(" (from %s)", why);
    if (ctl_true(e, "refused"))
        printf(" (refused%s%s)", why[0] ? ": " : "", why);
    if (ctl_true(e, "cancelled"))
        printf(" (cancelled)");
    mem_free(why);
}

void ctl_print_event(const json_t *e)
{
    char when[48], *text = ctl_clean(ctl_text(e, "text"), false);
    const char *person =
        ctl_text(e, "contact")[0] ? ctl_text(e, "contact") : ctl_person(ctl_text(e, "author"));

    ctl_when(ctl_text(e, "time"), when, sizeof(when));
    printf(ctl_text(e, "host")[0] ? "%s  %-15s" : "%s  %s", when, ctl_text(e, "kind"));
    if (ctl_text(e, "host")[0])
        printf("  %s%s%s", ctl_text(e, "host"), ctl_text(e, "service")[0] ? " > " : "",
               ctl_text(e, "service"));
    print_state(e);
    if (person[0])
        printf("  %s", person);
    if (ctl_true(e, "expired"))
        printf("  its time was over");
    print_step(e);
    if (text[0])
        printf("%s%s", person[0] ? ": " : "  ", text);
    print_behind(e);
    printf("\n");
    mem_free(text);
}

static uint64_t id_of(const json_t *e)
{
    uint64_t id = 0;

    str_to_u64(str_of(ctl_text(e, "id")), &id);
    return id;
}

/* One page of events before the cursor, newest first, put behind those in *all. False: there is nothing older to ask for. */
static bool more(const struct ctl *c, json_t *all, uint64_t newer_than, size_t most, char *cursor,
                 size_t size, int *status)
{
    size_t have = json_array_size(all), i;
    const json_t *e;
    json_t *answer;
    char query[96];
    bool end = false;

    snprintf(query, sizeof(query), "limit=%zu%s%s", MIN(most - have, (size_t)PAGE),
             cursor[0] ? "&cursor=" : "", cursor);
    answer = ctl_ask(c, "GET", "/api/v1/events", query, NULL, status);
    if (!answer)
        return false;
    json_array_foreach(json_object_get(answer, "events"), i, e)
    {
        end |= id_of(e) <= newer_than;
        if (!end)
            json_array_append(all, (json_t *)(uintptr_t)e);
    }
    snprintf(cursor, size, "%s", ctl_text(answer, "next"));
    json_decref(answer);
    return !end && cursor[0] && json_array_size(all) < most;
}

/* Prints the last `most` events behind *last, oldest first, and moves *last. quiet: only moves it. */
static int print_since(const struct ctl *c, size_t most, bool quiet, uint64_t *last)
{
    json_t *all = json_array();
    int status = CMD_OK;
    char cursor[32] = "";

    while (more(c, all, *last, most, cursor, sizeof(cursor), &status))
        ;
    for (size_t i = json_array_size(all); status == CMD_OK && i-- > 0;) {
        const json_t *e = json_array_get(all, i);

        *last = MAX(*last, id_of(e));
        if (quiet)
            continue;
        if (c->json) {
            json_dumpf(e, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
            printf("\n");
        } else {
            ctl_print_event(e);
        }
    }
    fflush(stdout);
    json_decref(all);
    return status;
}

int ctl_log(int argc, char **argv)
{
    struct ctl c = {0};
    bool follow = false;
    uint64_t limit = 20, last = 0;
    const struct opt opts[] = {
        CTL_OPTIONS(&c),
        {"follow", 'f', OPT_FLAG, NULL, "Go on as things happen, until Ctrl-C.", &follow},
        {"limit", 'n', OPT_U64, "N", "Begin with the last N (20).", &limit},
    };
    const struct opt_command cmd = {.usage = "vigie ctl log [--follow] [-n N]",
                                    .about = "What happened, newest last: state changes, notifications, "
                                             "acknowledgements, downtimes, commands.\n"
                                             "With -o json, one object a line.",
                                    .opts = opts,
                                    .n = ARRAY_LEN(opts)};
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);

    if (done)
        return status;
    status = print_since(&c, limit ? (size_t)limit : 1, !limit, &last);
    while (status == CMD_OK && follow && !ferror(stdout)) {
        nanosleep(&(struct timespec){.tv_nsec = ASK_EVERY_MS * 1000000L}, NULL);
        status = print_since(&c, CATCH_UP, false, &last);
    }
    return status;
}
