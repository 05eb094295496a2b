/* SPDX-License-Identifier: Apache-2.0 */
/* vigie ctl show: one host or service, whole. */
#include "cmd/ctl_int.h"

#include <stdio.h>
#include <string.h>

/* "name           value", the name only before the first of several values. Nothing for an empty value. */
static void fact(const char *name, const char *value)
{
    char *clean = ctl_clean(value, false);

    if (value[0])
        printf("%-14s %s\n", name, clean);
    mem_free(clean);
}

static void list_fact(const json_t *a, const char *name, const char *key)
{
    struct buf b = BUF_INIT;
    const json_t *v;
    size_t i;

    json_array_foreach(json_object_get(a, key), i, v)
        buf_printf(&b, "%s%s", i ? ", " : "", json_string_value(v));
    fact(name, b.data);
    buf_release(&b);
}

static void print_head(const struct ctl *c, const json_t *a)
{
    const char *state = ctl_text(a, "state"), *colour = c->colour ? ctl_state_colour(state) : NULL;
    struct buf flags = BUF_INIT;
    char word[32], since[32];

    ctl_upper(state, word, sizeof(word));
    ctl_ago(ctl_text(a, "since"), since, sizeof(since));
    ctl_flags(a, &flags);
    printf("%s%s%s\n%s%s%s%s%s", ctl_text(a, "host"), ctl_text(a, "service")[0] ? " > " : "",
           ctl_text(a, "service"), colour ? "\033[" : "", colour ? colour : "", colour ? "m" : "", word,
           colour ? "\033[0m" : "");
    if (strcmp(state, "pending") == 0)
        printf(", not checked yet");
    else
        printf(", %s, attempt %lld of %lld, for %s", ctl_true(a, "hard") ? "hard" : "soft",
               ctl_number(a, "attempt"), ctl_number(a, "max_attempts"), since);
    printf("%s%s\n", flags.len ? "  " : "", flags.data);
    buf_release(&flags);
}

static void print_output(const json_t *a)
{
    struct buf b = BUF_INIT;
    char *clean;

    buf_add_c(&b, ctl_text(a, "output"));
    if (ctl_text(a, "long_output")[0])
        buf_printf(&b, "\n%s", ctl_text(a, "long_output"));
    clean = ctl_clean(b.data, true);
    if (clean[0])
        printf("\n%s\n", clean);
    mem_free(clean);
    buf_release(&b);
}

static void print_why(const json_t *a)
{
    const json_t *why = json_object_get(a, "why"), *told = json_object_get(a, "why_notify");

    fact("why", ctl_text(why, "text_en"));
    if (ctl_text(a, "last_notification")[0]) {
        char ago[32], text[128];

        ctl_ago(ctl_text(a, "last_notification"), ago, sizeof(ago));
        snprintf(text, sizeof(text), "%s ago, number %lld of this problem", ago,
                 ctl_number(a, "notification_number"));
        fact("last notice", text);
    }
    fact("notices", ctl_text(told, "text_en"));
}

/* Who acknowledged it, when, and until when. */
static void print_ack(const json_t *a)
{
    const json_t *ack = json_object_get(a, "acknowledgement");
    char since[48], until[48];
    struct buf b = BUF_INIT;

    if (!json_is_object(ack))
        return;
    if (ctl_text(ack, "author")[0]) {
        ctl_when(ctl_text(ack, "time"), since, sizeof(since));
        buf_printf(&b, "by %s since %s, ", ctl_person(ctl_text(ack, "author")), since);
    }
    ctl_when(ctl_text(ack, "expires"), until, sizeof(until));
    buf_printf(&b, "until %s%s%s", ctl_true(ack, "sticky") ? "it recovers" : "its state changes",
               ctl_text(ack, "expires")[0] ? ", at the latest " : "",
               ctl_text(ack, "expires")[0] ? until : "");
    if (ctl_text(ack, "text")[0])
        buf_printf(&b, ": %s", ctl_text(ack, "text"));
    fact("acknowledged", b.data);
    buf_release(&b);
}

static void print_checking(const json_t *a)
{
    char ago[32], every[32], retry[32], text[256];

    if (ctl_text(a, "last_check")[0]) {
        ctl_ago(ctl_text(a, "last_check"), ago, sizeof(ago));
        snprintf(text, sizeof(text), "%s ago, %s, took %.1f ms", ago, ctl_text(a, "check_type"),
                 json_number_value(json_object_get(a, "execution_ms")));
        fact("last check", text);
    }
    ctl_ago(ctl_text(a, "next_check"), ago, sizeof(ago));
    ctl_span(ctl_number(a, "check_interval_s"), every, sizeof(every));
    ctl_span(ctl_number(a, "retry_interval_s"), retry, sizeof(retry));
    if (!ctl_true(a, "checks_enabled"))
        fact("next check", "none: active checks are off");
    else {
        snprintf(text, sizeof(text), "%s; every %s, while soft every %s", ago, every, retry);
        fact("next check", text);
    }
    fact("period", ctl_text(a, "check_period"));
    fact("command", ctl_text(a, "check_command"));
}

static void print_labels(const json_t *a)
{
    const json_t *severity = json_object_get(a, "severity"), *tag;
    struct buf b = BUF_INIT;
    size_t i;

    if (severity) {
        buf_printf(&b, "%s (level %lld)", ctl_text(severity, "name"), ctl_number(severity, "level"));
        fact("severity", b.data);
        buf_clear(&b);
    }
    json_array_foreach(json_object_get(a, "tags"), i, tag)
        buf_printf(&b, "%s%s (%s)", i ? ", " : "", ctl_text(tag, "name"), ctl_text(tag, "kind"));
    fact("tags", b.len ? b.data : "");
    buf_release(&b);
}

static void print_objects(const json_t *a)
{
    const json_t *source = json_object_get(a, "source");
    char text[4200];

    fact("alias", ctl_text(a, "alias"));
    fact("address", ctl_text(a, "address"));
    list_fact(a, "parents", "parents");
    list_fact(a, "children", "children");
    list_fact(a, "groups", "groups");
    print_labels(a);
    list_fact(a, "contacts", "contacts");
    if (!ctl_true(a, "notifications_enabled"))
        fact("notifications", "off");
    fact("notes", ctl_text(a, "notes"));
    fact("notes link", ctl_text(a, "notes_url"));
    fact("action link", ctl_text(a, "action_url"));
    snprintf(text, sizeof(text), "%s:%lld", ctl_text(source, "file"), ctl_number(source, "line"));
    if (ctl_text(source, "file")[0])
        fact("defined in", text);
}

/* A number as the API writes it, whether as number or as text. */
static void add_value(struct buf *b, const char *before, const json_t *v)
{
    if (json_is_string(v) && json_string_value(v)[0])
        buf_printf(b, "%s%s", before, json_string_value(v));
    else if (json_is_number(v))
        buf_printf(b, "%s%.10g", before, json_number_value(v));
}

static void print_perfdata(const json_t *a)
{
    const json_t *p;
    size_t i;

    json_array_foreach(json_object_get(a, "perfdata"), i, p)
    {
        struct buf b = BUF_INIT;

        buf_printf(&b, "%s =", ctl_text(p, "label"));
        add_value(&b, " ", json_object_get(p, "value"));
        add_value(&b, " ", json_object_get(p, "unit"));
        add_value(&b, ", warning at ", json_object_get(p, "warn"));
        add_value(&b, ", critical at ", json_object_get(p, "crit"));
        add_value(&b, ", from ", json_object_get(p, "min"));
        add_value(&b, " to ", json_object_get(p, "max"));
        fact(i ? "" : "performance", b.data);
        buf_release(&b);
    }
}

static void print_notes(const json_t *a)
{
    const json_t *p;
    size_t i;

    json_array_foreach(json_object_get(a, "comments"), i, p)
    {
        struct buf b = BUF_INIT;
        char when[48];

        ctl_when(ctl_text(p, "time"), when, sizeof(when));
        buf_printf(&b, "[%s] %s, %s: %s", ctl_text(p, "id"), when, ctl_person(ctl_text(p, "author")),
                   ctl_text(p, "text"));
        fact(i ? "" : "comments", b.data);
        buf_release(&b);
    }
    json_array_foreach(json_object_get(a, "downtimes"), i, p)
    {
        struct buf b = BUF_INIT;
        char start[48], end[48];

        ctl_when(ctl_text(p, "start"), start, sizeof(start));
        ctl_when(ctl_text(p, "end"), end, sizeof(end));
        buf_printf(&b, "[%s] %s to %s, %s%s: %s", ctl_text(p, "id"), start, end,
                   ctl_true(p, "fixed") ? "" : "flexible, ", ctl_person(ctl_text(p, "author")),
                   ctl_text(p, "comment"));
        fact(i ? "" : "downtimes", b.data);
        buf_release(&b);
    }
}

static void print_show(const struct ctl *c, const json_t *a)
{
    print_head(c, a);
    print_output(a);
    printf("\n");
    print_why(a);
    print_ack(a);
    print_checking(a);
    print_perfdata(a);
    print_objects(a);
    print_notes(a);
}

int ctl_show(int argc, char **argv)
{
    struct ctl c = {0};
    const struct opt opts[] = {CTL_OPTIONS(&c)};
    const struct opt_command cmd = {
        .usage = "vigie ctl show HOST [SERVICE]",
        .about = "One host or service, whole: state and why, output, performance data, comments, downtimes.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_min = 1,
        .operands_max = 2,
        .operands = "HOST [SERVICE]"};
    const char *host, *service;
    char id[32], path[64];
    json_t *answer;
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);

    if (done)
        return status;
    if (!ctl_name(&c, argv, n, &host, &service) || !ctl_find(&c, host, service, id, sizeof(id), &status))
        return CMD_FAILED;
    snprintf(path, sizeof(path), "/api/v1/resources/%s", id);
    answer = ctl_ask(&c, "GET", path, "", NULL, &status);
    if (!answer)
        return status;
    if (c.json)
        return ctl_print_json(answer);
    print_show(&c, answer);
    json_decref(answer);
    return CMD_OK;
}
