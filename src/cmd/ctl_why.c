/* SPDX-License-Identifier: Apache-2.0 */
/* vigie ctl why: why a host or service is as it is, told as a person would, in the caller's language. */
#include "cmd/ctl_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct why {
    struct ctl ctl;
    const char *lang, *at;
};

/* The words of this page, in both languages; {0}, {1} ...: what is filled in. */
enum word {
    PENDING,
    HARD,
    SOFT,
    NOTHING_THEN,
    GONE,
    NOT_THERE,
    CHECKS,
    NOTICES,
    NO_DECISION,
    NUMBER,
    WOULD,
    THEN,
    ACK,
    ACK_NOBODY,
    STICKY,
    NORMAL,
    EXPIRES,
    DOWNTIME,
    HOST_DOWNTIME,
    UNDELIVERED,
    REFUSED,
    WORDS
};
static const char *const words[WORDS][2] = {
    [PENDING] = {"{0} has no result yet.", "{0} n'a pas encore de résultat."},
    [HARD] = {"{0} is {1} since {2}, confirmed (attempt {3}).",
              "{0} : {1} depuis le {2}, confirmé{4} (tentative {3})."},
    [SOFT] = {"{0} is {1} since {2}, not confirmed yet (attempt {3}).",
              "{0} : {1} depuis le {2}, pas encore confirmé{4} (tentative {3})."},
    [NOTHING_THEN] = {"Nothing is known of {0} at that moment.", "Rien n'est connu de {0} à ce moment."},
    [GONE] = {"{0} is no longer configured; this is what is known of it.",
              "{0} n'est plus configuré ; voici ce qu'on en sait."},
    [NOT_THERE] = {"{0} is not configured since {1}.", "{0} n'est pas configuré depuis le {1}."},
    [CHECKS] = {"Checks", "Contrôles"},
    [NOTICES] = {"Notifications", "Notifications"},
    [NO_DECISION] = {"Nothing was decided yet.", "Rien n'a encore été décidé."},
    [NUMBER] = {", number {0}", ", numéro {0}"},
    [WOULD] = {"If its result came again now:", "Si son résultat revenait maintenant :"},
    [THEN] = {"At {0}:", "Le {0} :"},
    [UNDELIVERED] = {"NOT delivered by {0}: {1}", "NON remise par {0} : {1}"},
    [REFUSED] = {"Performance data not taken today: {0}: {1}",
                 "Données de performance refusées aujourd'hui : {0} : {1}"},
    [ACK] = {"Acknowledged by {0} since {1}, ", "Acquitté par {0} depuis le {1}, "},
    [ACK_NOBODY] = {"Acknowledged ", "Acquitté "}, /* its comment was deleted */
    [STICKY] = {"until it recovers", "jusqu'au rétablissement"},
    [NORMAL] = {"until its state changes", "jusqu'au prochain changement d'état"},
    [EXPIRES] = {", at the latest {0}", ", au plus tard le {0}"},
    [DOWNTIME] = {"A downtime of it is in effect: nobody is told of its problems.",
                  "Une de ses maintenances est en cours : personne n'est averti de ses problèmes."},
    [HOST_DOWNTIME] = {"A downtime of its host is in effect: nobody is told of its problems.",
                       "Une maintenance de son hôte est en cours : personne n'est averti de ses problèmes."},
};

#define ARGS_MAX 5
static void put(const struct why *y, enum word w, const char *const arg[ARGS_MAX])
{
    for (const char *p = words[w][y->ctl.french]; *p; p++) {
        if (*p != '{') {
            putchar(*p);
            continue;
        }
        fputs(arg[p[1] - '0'], stdout);
        p += 2;
    }
}
#define PUT(y, w, ...) put((y), (w), (const char *const[ARGS_MAX]){__VA_ARGS__})

/* What a notification is about, and the states: the API's words, for people. */
static const char *const for_people[][3] = {
    {"problem", "problem", "problème"},
    {"recovery", "recovery", "rétablissement"},
    {"acknowledgement", "acknowledgement", "acquittement"},
    {"flapping_start", "start of flapping", "début d'oscillation"},
    {"flapping_stop", "end of flapping", "fin d'oscillation"},
    {"flapping_disabled", "flap detection switched off", "détection d'oscillation coupée"},
    {"downtime_start", "start of downtime", "début de maintenance"},
    {"downtime_end", "end of downtime", "fin de maintenance"},
    {"downtime_cancelled", "downtime cancelled", "maintenance annulée"},
    {"custom", "free message", "message libre"},
    {"down", "down", "INDISPONIBLE"},
    {"unreachable", "unreachable", "INJOIGNABLE"},
    {"up", "up", "DISPONIBLE"},
    {"critical", "critical", "CRITIQUE"},
    {"warning", "warning", "ALERTE"},
    {"unknown", "unknown", "INCONNU"},
    {"ok", "ok", "OK"},
    {"pending", "pending", "EN ATTENTE"},
    {"not_configured", "not configured", "NON CONFIGURÉ"},
};

static const char *translated(const struct why *y, const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(for_people); i++)
        if (strcmp(text, for_people[i][0]) == 0)
            return for_people[i][y->ctl.french ? 2 : 1];
    return text;
}

/* The moment in the caller's zone; in French the day and the hour as one says them. */
static void when_of(const struct why *y, const char *rfc3339, char *out, size_t size)
{
    char when[48];

    ctl_when(rfc3339, when, sizeof(when));
    if (y->ctl.french && strlen(when) > 10)
        snprintf(out, size, "%.10s à %s", when, when + 11);
    else
        snprintf(out, size, "%s", when);
}

static void say_reason(const struct why *y, const char *indent, const json_t *reason)
{
    char *clean = ctl_clean(ctl_text(reason, y->ctl.french ? "text_fr" : "text_en"), false);

    if (clean[0])
        printf("%s%s\n", indent, clean);
    mem_free(clean);
}

/* The words of a reason behind a name and a colon: in small letters, without the full stop. */
static void say_behind(const struct why *y, const char *who, bool told, const json_t *reason)
{
    char *clean = ctl_clean(ctl_text(reason, y->ctl.french ? "text_fr" : "text_en"), false);
    size_t n = strlen(clean);
    char head[300] = "";

    if (who[0])
        snprintf(head, sizeof(head), "%s%s", who, y->ctl.french ? " :" : ":");
    if (n && clean[n - 1] == '.')
        clean[n - 1] = '\0';
    if (clean[0] >= 'A' && clean[0] <= 'Z')
        clean[0] = (char)(clean[0] - 'A' + 'a');
    printf("    %s %-17s %s\n", told ? "+" : "-", head, clean);
    mem_free(clean);
}

/* all: also those against whom nothing speaks. */
static void say_contacts(const struct why *y, const json_t *of, bool all)
{
    const json_t *c;
    size_t i;

    json_array_foreach(json_object_get(of, "contacts"), i, c)
    {
        char *who = ctl_clean(ctl_text(c, "contact"), false);

        if (all || !ctl_true(c, "told"))
            say_behind(y, who, ctl_true(c, "told"), json_object_get(c, "reason"));
        mem_free(who);
    }
}

static void say_ack(const struct why *y, const json_t *ack)
{
    char since[64], until[64];
    char *who = ctl_clean(ctl_person(ctl_text(ack, "author")), false);
    char *text = ctl_clean(ctl_text(ack, "text"), false);

    if (json_is_object(ack)) {
        when_of(y, ctl_text(ack, "time"), since, sizeof(since));
        when_of(y, ctl_text(ack, "expires"), until, sizeof(until));
        printf("  ");
        PUT(y, who[0] ? ACK : ACK_NOBODY, who, since);
        PUT(y, ctl_true(ack, "sticky") ? STICKY : NORMAL, NULL);
        if (ctl_text(ack, "expires")[0])
            PUT(y, EXPIRES, until);
        printf("%s%s\n", !text[0] ? "" : y->ctl.french ? " : " : ": ", text);
    }
    mem_free(who);
    mem_free(text);
}

static const char *name_of(const json_t *a, char *out, size_t size)
{
    snprintf(out, size, "%s%s%s", ctl_text(a, "host"), ctl_text(a, "service")[0] ? " > " : "",
             ctl_text(a, "service"));
    return out;
}

static void say_state(const struct why *y, const json_t *a)
{
    const json_t *s = json_object_get(a, "state");
    const char *state = ctl_text(s, "state");
    char name[600], since[64], upper[64], attempt[24];

    name_of(a, name, sizeof(name));
    snprintf(attempt, sizeof(attempt), "%lld", ctl_number(s, "attempt"));
    ctl_upper(state, upper, sizeof(upper));
    when_of(y, ctl_text(s, "since"), since, sizeof(since));
    if (!json_is_object(s))
        PUT(y, NOTHING_THEN, name);
    else if (strcmp(state, "not_configured") == 0)
        PUT(y, NOT_THERE, name, since);
    else if (strcmp(state, "pending") == 0)
        PUT(y, PENDING, name);
    else
        PUT(y, ctl_true(s, "hard") ? HARD : SOFT, name, y->ctl.french ? translated(y, state) : upper, since,
            attempt, strcmp(ctl_text(s, "state"), "warning") == 0 ? "e" : ""); /* une alerte est confirmée */
    printf("\n");
    if (ctl_text(s, "output")[0]) {
        char *clean = ctl_clean(ctl_text(s, "output"), false);

        printf("  %s\n", clean);
        mem_free(clean);
    }
    say_reason(y, "  ", json_object_get(a, "why"));
    say_ack(y, json_object_get(s, "acknowledgement"));
    if (!ctl_true(s, "in_downtime") && !ctl_true(s, "host_in_downtime"))
        return;
    printf("  ");
    PUT(y, ctl_true(s, "in_downtime") ? DOWNTIME : HOST_DOWNTIME, NULL);
    printf("\n");
}

static void say_checks(const struct why *y, const json_t *a)
{
    const json_t *next = json_object_get(a, "next"), *r;
    size_t i;

    if (!json_array_size(next) && !json_is_object(json_object_get(a, "ran")))
        return;
    printf("\n");
    PUT(y, CHECKS, NULL);
    printf("\n");
    say_reason(y, "  ", json_object_get(a, "ran"));
    json_array_foreach(next, i, r) say_reason(y, "  ", r);
}

static void say_undelivered(const struct why *y, const json_t *d)
{
    const json_t *u;
    size_t i;

    json_array_foreach(json_object_get(d, "undelivered"), i, u)
    {
        char *text = ctl_clean(ctl_text(u, "text"), false), *who = ctl_clean(ctl_text(u, "contact"), false);

        printf("    ! %-16s ", who);
        PUT(y, UNDELIVERED, ctl_text(u, "command"), text);
        printf("\n");
        mem_free(text);
        mem_free(who);
    }
}

static void say_decision(const struct why *y, const json_t *d)
{
    char when[64], number[24];

    if (!json_is_object(d)) {
        printf("  ");
        PUT(y, NO_DECISION, NULL);
        printf("\n");
        return;
    }
    when_of(y, ctl_text(d, "time"), when, sizeof(when));
    printf("  %s, %s", when, translated(y, ctl_text(d, "about")));
    snprintf(number, sizeof(number), "%lld", ctl_number(d, "number"));
    if (ctl_number(d, "number") && strcmp(ctl_text(json_object_get(d, "reason"), "code"), "TOLD") == 0)
        PUT(y, NUMBER, number); /* one that nobody got has none: the next may have the same */
    printf("\n");
    say_reason(y, "    ", json_object_get(d, "reason"));
    say_contacts(y, d, true);
    say_undelivered(y, d);
}

/* Measurements of which its plugin brings more labels than it may. */
static void say_refused(const struct why *y, const json_t *r)
{
    char number[24];

    if (!json_is_object(r))
        return;
    snprintf(number, sizeof(number), "%lld", ctl_number(r, "count"));
    PUT(y, REFUSED, number, ctl_text(r, y->ctl.french ? "text_fr" : "text_en"));
    printf("\n");
}

static void say(const struct why *y, const json_t *a)
{
    const json_t *would = json_object_get(a, "would");
    char when[64], name[600];

    if (ctl_true(a, "gone")) {
        PUT(y, GONE, name_of(a, name, sizeof(name)));
        printf("\n");
    }
    if (y->at) {
        when_of(y, ctl_text(a, "at"), when, sizeof(when));
        PUT(y, THEN, when);
        printf("\n");
    }
    say_state(y, a);
    say_checks(y, a);
    printf("\n");
    say_refused(y, json_object_get(a, "measurements_refused"));
    PUT(y, NOTICES, NULL);
    printf("\n");
    say_decision(y, json_object_get(a, "decision"));
    if (!json_is_object(would))
        return;
    printf("  ");
    PUT(y, WOULD, NULL);
    printf("\n");
    say_reason(y, "    ", json_object_get(would, "reason"));
    say_contacts(y, would, strcmp(ctl_text(json_object_get(would, "reason"), "code"), "NOTIFY_GO") == 0);
}

/* --lang, else what the environment asks for. False: neither, which was said. */
static bool choose_language(struct why *y)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *lang = y->lang;

    for (size_t i = 0; i < ARRAY_LEN(names) && !lang; i++) {
        const char *set = getenv(names[i]);

        if (set && *set)
            lang = set;
    }
    y->ctl.french = lang && strncmp(lang, "fr", 2) == 0;
    if (!y->lang || strcmp(y->lang, "fr") == 0 || strcmp(y->lang, "en") == 0)
        return true;
    fprintf(stderr, "vigie ctl why: --lang takes en or fr, not '%s'\n", y->lang);
    return false;
}

static int ask(struct why *y, char **argv, size_t n)
{
    const char *host, *service;
    struct buf query = BUF_INIT;
    char id[32], path[64];
    json_t *answer = NULL;
    int status = CMD_FAILED;
    bool gone; /* which the answer says */

    if (!ctl_name(&y->ctl, argv, n, &host, &service))
        return CMD_USAGE;
    if (!ctl_past_query(&y->ctl, &query, "at", y->at))
        status = CMD_USAGE;
    else if (ctl_find_any(&y->ctl, host, service, id, sizeof(id), &gone, &status)) {
        snprintf(path, sizeof(path), "/api/v1/resources/%s/why", id);
        answer = ctl_ask(&y->ctl, "GET", path, query.len ? query.data + 1 : "", NULL, &status);
    }
    buf_release(&query);
    if (answer && y->ctl.json)
        return ctl_print_json(answer);
    if (answer)
        say(y, answer);
    json_decref(answer);
    return status;
}

int ctl_why(int argc, char **argv)
{
    struct why y = {.lang = NULL};
    const struct opt opts[] = {
        CTL_OPTIONS(&y.ctl),
        {"lang", 'l', OPT_STR, "LANG", "en or fr; without it, what LANG says.", &y.lang},
        {"at", 0, OPT_STR, "TIME",
         "What had been decided by then: 2026-11-23, \"2026-11-23 22:00\", 22:00, or 3h (before now).",
         &y.at},
    };
    const struct opt_command cmd = {
        .usage = "vigie ctl why HOST [SERVICE] [--at TIME] [--lang fr]",
        .about = "Why a host or service is as it is: why it has its state, why it ran and when it runs next "
                 "or why "
                 "not, who was\ntold of it at the last decision, and why each other contact was not.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        CTL_HOST_OPERANDS};
    size_t n;
    bool done;
    int status = ctl_begin(&y.ctl, &cmd, argc, argv, &n, &done);

    if (done)
        return status;
    return choose_language(&y) ? ask(&y, argv, n) : CMD_USAGE;
}
