/* SPDX-License-Identifier: Apache-2.0 */
/* vigie ctl status: how Vigie itself is. */
#include "cmd/ctl_int.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN_MOST = 5 };

static void add_number(struct ctl_table *t, long long n, const char *unit)
{
    char text[64];

    snprintf(text, sizeof(text), "%lld%s", n, unit);
    ctl_table_cell(t, text);
}

static void print_roles(const struct ctl *c, const json_t *roles)
{
    static const char *const head[] = {"ROLE",     "STATE",     "PID",      "UID",   "SECCOMP",
                                       "LANDLOCK", "NEW PRIVS", "RESTARTS", "MEMORY"};
    struct ctl_table t = {.head = head, .columns = ARRAY_LEN(head)};
    const json_t *r;
    size_t i;

    json_array_foreach(roles, i, r)
    {
        long long instance = ctl_number(r, "instance");
        char name[64];

        if (instance)
            snprintf(name, sizeof(name), "%s %lld", ctl_text(r, "role"), instance);
        else
            snprintf(name, sizeof(name), "%s", ctl_text(r, "role"));
        ctl_table_cell(&t, name);
        ctl_table_cell(&t, ctl_text(r, "state"));
        add_number(&t, ctl_number(r, "pid"), "");
        add_number(&t, ctl_number(r, "uid"), "");
        ctl_table_cell(&t, ctl_true(r, "seccomp") ? "yes" : "no");
        if (ctl_number(r, "landlock"))
            add_number(&t, ctl_number(r, "landlock"), "");
        else
            ctl_table_cell(&t, "no");
        ctl_table_cell(&t, ctl_true(r, "no_new_privs") ? "never" : "POSSIBLE");
        add_number(&t, ctl_number(r, "restarts"), "");
        add_number(&t, (ctl_number(r, "rss_kb") + 512) / 1024, " MiB");
    }
    ctl_table_print(&t, c, 1);
}

enum { FAR_BEHIND = 10000 }; /* records; fewer are a moment's */

/* Nothing catches up while it cannot be written. */
static const char *catching_up(const json_t *a)
{
    const json_t *w;
    size_t i;

    json_array_foreach(json_object_get(a, "warnings"), i, w)
    {
        const char *code = ctl_text(w, "code");

        if (strcmp(code, "record_waits") == 0 || strcmp(code, "journal_degraded") == 0 ||
            strcmp(code, "journal_stands") == 0)
            return "";
    }
    return ", and catching up";
}

static void print_series(const json_t *a)
{
    const json_t *s = json_object_get(a, "series");
    const json_t *last = json_object_get(s, "last_refused");

    double kib = (double)ctl_number(s, "bytes") / 1024;

    printf("series         %lld, %.1f %s, %lld measurements taken since the start\n", ctl_number(s, "active"),
           kib < 1000 ? kib : kib / 1024, kib < 1000 ? "KiB" : "MiB", ctl_number(s, "taken"));
    if (ctl_true(s, "failed"))
        printf("               NOTHING IS TAKEN: measurements stay in the journal\n");
    if (ctl_number(s, "lag"))
        printf("               %lld records behind%s\n", ctl_number(s, "lag"), catching_up(a));
    if (json_is_object(last))
        printf("               not taken last: '%s' of %s%s%s: %s\n", ctl_text(last, "label"),
               ctl_text(last, "host"), ctl_text(last, "service")[0] ? "/" : "", ctl_text(last, "service"),
               ctl_text(last, "text_en"));
}

static double milliseconds(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
}

static void print_checks(const json_t *k)
{
    printf("checks         %lld active, %lld on demand, %lld passive; %lld running, at most %lld at once\n",
           ctl_number(k, "active"), ctl_number(k, "on_demand"), ctl_number(k, "passive"),
           ctl_number(k, "running"), ctl_number(k, "running_max"));
    printf("               late by %.1f ms on average and %.1f ms at most; one takes %.1f ms on average\n",
           milliseconds(k, "latency_ms"), milliseconds(k, "latency_max_ms"), milliseconds(k, "execution_ms"));
    if (ctl_number(k, "late") || ctl_number(k, "lost"))
        printf("               %lld results came too late, %lld runs were lost\n", ctl_number(k, "late"),
               ctl_number(k, "lost"));
    printf("commands       %lld, of which %lld were refused\n", ctl_number(k, "commands"),
           ctl_number(k, "commands_refused"));
    if (ctl_number(k, "commands_waiting"))
        printf("               %lld are under way or wait; FLUSH_PENDING_COMMANDS drops those that wait\n",
               ctl_number(k, "commands_waiting"));
    printf("notifications  %lld", ctl_number(k, "notifications"));
    if (ctl_number(k, "undelivered"))
        printf(", of which %lld did not arrive", ctl_number(k, "undelivered"));
    printf("\n");
}

static void print_switches(const json_t *switches)
{
    const char *key, *before = "off            ";
    const json_t *v;

    json_object_foreach((json_t *)(uintptr_t)switches, key, v)
    {
        if (json_is_true(v))
            continue;
        printf("%s", before);
        for (const char *p = key; *p; p++)
            putchar(*p == '_' ? ' ' : *p);
        before = ", ";
    }
    if (strcmp(before, ", ") == 0)
        printf("\n");
}

static void print_exports(const json_t *list)
{
    const json_t *x;
    size_t i;

    json_array_foreach(list, i, x)
    {
        char *error = ctl_clean(ctl_text(x, "error"), false);

        printf("%-14s %lld measurements sent, %lld refused", i ? "" : "export", ctl_number(x, "sent"),
               ctl_number(x, "refused"));
        if (ctl_number(x, "lag_seconds") > 5)
            printf(", %lld s behind", ctl_number(x, "lag_seconds"));
        printf(" (%s)\n", ctl_text(x, "target"));
        if (error[0])
            printf("               NOT SENT NOW: %s\n", error);
        if (ctl_number(x, "missed"))
            printf("               %lld records left the journal before they were sent\n",
                   ctl_number(x, "missed"));
        mem_free(error);
    }
}

static void print_facts(const json_t *a)
{
    const json_t *process = json_object_get(a, "process"), *checks = json_object_get(a, "checks"),
                 *journal = json_object_get(a, "journal");
    size_t not_yet = json_array_size(json_object_get(a, "not_yet"));
    char since[32], read[32];

    ctl_ago(ctl_text(a, "program_start"), since, sizeof(since));
    ctl_ago(ctl_text(a, "last_reload"), read, sizeof(read));
    printf("Vigie %s (%s), running for %s, watching %lld host%s and %lld service%s\n\n",
           ctl_text(a, "version"), ctl_text(a, "build"), since, ctl_number(checks, "hosts"),
           ctl_number(checks, "hosts") == 1 ? "" : "s", ctl_number(checks, "services"),
           ctl_number(checks, "services") == 1 ? "" : "s");
    printf("configuration  %s, read %s ago\n", ctl_text(process, "main_file"), read);
    printf("state folder   %s\n", ctl_text(process, "state_dir"));
    print_checks(checks);
    print_switches(json_object_get(a, "switches"));
    printf("journal        record %s is on disk\n", ctl_text(journal, "seq"));
    if (ctl_text(journal, "degraded")[0])
        printf("               NOT WRITTEN: %s\n", ctl_text(journal, "degraded"));
    if (ctl_number(json_object_get(a, "history"), "lag"))
        printf("history        %lld records behind%s\n", ctl_number(json_object_get(a, "history"), "lag"),
               catching_up(a));
    if (ctl_number(json_object_get(a, "states"), "lag"))
        printf("states         the database is %lld records behind%s\n",
               ctl_number(json_object_get(a, "states"), "lag"), catching_up(a));
    print_series(a);
    print_exports(json_object_get(a, "exports"));
    printf("page           %lld request%s, %lld open stream%s\n", ctl_number(a, "requests"),
           ctl_number(a, "requests") == 1 ? "" : "s", ctl_number(a, "streams"),
           ctl_number(a, "streams") == 1 ? "" : "s");
    if (ctl_number(a, "renames_waiting"))
        printf("renames        %lld wait for their reload: vigie ctl rename --list\n",
               ctl_number(a, "renames_waiting"));
    if (not_yet)
        printf("not yet        %zu directive%s read but not acted on: vigie check %s names %s\n", not_yet,
               not_yet == 1 ? " is" : "s are", ctl_text(process, "main_file"), not_yet == 1 ? "it" : "them");
}

/* The first findings of a list, a line each, and how many more there are. */
static void print_findings(const json_t *list, long long count)
{
    size_t i, n = MIN(json_array_size(list), (size_t)SHOWN_MOST);

    for (i = 0; i < n; i++) {
        const json_t *f = json_array_get(list, i);
        char *text = ctl_clean(ctl_text(f, "text"), false), *file = ctl_clean(ctl_text(f, "file"), false);

        printf("  ");
        if (file[0])
            printf("%s:%lld:%lld: ", file, ctl_number(f, "line"), ctl_number(f, "column"));
        printf("%s\n", text);
        mem_free(text);
        mem_free(file);
    }
    if (count > (long long)n)
        printf("  and %lld more\n", count - (long long)n);
}

static void print_configuration(const json_t *a)
{
    const json_t *reload = json_object_get(a, "reload");
    long long errors = ctl_number(reload, "error_count"), warnings = ctl_number(a, "config_warning_count");
    char ago[32];

    if (json_is_object(reload) && !ctl_true(reload, "ok")) {
        ctl_ago(ctl_text(reload, "time"), ago, sizeof(ago));
        printf(
            "\nWARNING: the reload %s ago was refused (%lld error%s); the configuration before it stays in "
            "force\n",
            ago, errors, errors == 1 ? "" : "s");
        print_findings(json_object_get(reload, "errors"), errors);
    }
    if (warnings) {
        printf("\n%lld warning%s about the configuration in force\n", warnings, warnings == 1 ? "" : "s");
        print_findings(json_object_get(a, "config_warnings"), warnings);
    }
}

static void print_warnings(const json_t *answer)
{
    const json_t *list = json_object_get(answer, "warnings"), *w;
    const char *rights = ctl_text(json_object_get(answer, "process"), "rights_warning");
    size_t i;

    if (rights[0])
        printf("\nWARNING: %s\n", rights);
    json_array_foreach(list, i, w)
    {
        if (ctl_text(w, "text_en")[0])
            printf("\nWARNING: %s\n", ctl_text(w, "text_en"));
    }
}

void ctl_say_behind(const struct ctl *c)
{
    int status;
    json_t *a = ctl_ask(c, "GET", "/api/v1/status", "", NULL, &status);
    long long lag = ctl_number(json_object_get(a, "history"), "lag");

    if (lag && (lag > FAR_BEHIND || !*catching_up(a)))
        fprintf(
            stderr,
            "vigie ctl: the history is %lld record%s behind%s: the newest of what happened is missing here; "
            "vigie ctl status says more\n",
            lag, lag == 1 ? "" : "s", catching_up(a));
    json_decref(a);
}

int ctl_status(int argc, char **argv)
{
    struct ctl c = {0};
    const struct opt opts[] = {CTL_OPTIONS(&c)};
    const struct opt_command cmd = {
        .usage = "vigie ctl status [-o json]",
        .about = "How Vigie itself is: its roles and their rights, the journal, the load.",
        .opts = opts,
        .n = ARRAY_LEN(opts)};
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);
    json_t *answer;

    if (done)
        return status;
    answer = ctl_ask(&c, "GET", "/api/v1/status", "", NULL, &status);
    if (!answer)
        return status;
    if (c.json)
        return ctl_print_json(answer);
    print_facts(answer);
    printf("\n");
    print_roles(&c, json_object_get(answer, "roles"));
    print_configuration(answer);
    print_warnings(answer);
    json_decref(answer);
    return CMD_OK;
}
