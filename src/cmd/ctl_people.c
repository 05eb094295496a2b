/* SPDX-License-Identifier: Apache-2.0 */
/* vigie ctl user-group, role and session: who may do what, and who is signed in. */
#include "cmd/ctl_people.h"

#include <stdio.h>
#include <string.h>

/* ---- what all of them do ---- */

int ctl_people_say(const struct ctl *c, json_t *answer, int status, const char *name, const char *done_text,
                   const char *more)
{
    if (!answer)
        return status;
    if (c->json)
        return ctl_print_json(answer);
    printf("%s: %s%s\n", name, done_text, more);
    json_decref(answer);
    return CMD_OK;
}

int ctl_people_change(const struct ctl *c, const char *method, const char *where, const char *name,
                      const char *behind, json_t *request, const char *done_text, const char *more)
{
    struct buf path = BUF_INIT;
    json_t *answer;
    int status;

    buf_printf(&path, "/api/v1/%s/", where);
    ctl_path_part(&path, name);
    buf_add_c(&path, behind);
    answer = ctl_ask(c, method, path.data, "", request, &status);
    buf_release(&path);
    return ctl_people_say(c, answer, status, name, done_text, more);
}

int ctl_people_wrong_option(const char *command, const char *option, const char *with)
{
    fprintf(stderr, "vigie ctl %s: --%s belongs to '%s' only\n", command, option, with);
    return CMD_USAGE;
}

json_t *ctl_people_names(const char *text)
{
    struct str rest = str_of(text);
    json_t *list = json_array();

    while (rest.n) {
        struct str part = str_trim(str_cut(&rest, ','));

        json_array_append_new(list, json_stringn(part.p ? part.p : "", part.n));
    }
    return list;
}

json_t *ctl_people_scope(const char *text)
{
    return strcmp(text, "everything") == 0 ? json_null() : ctl_people_names(text);
}

void ctl_people_add_list(struct ctl_table *t, const json_t *list, const char *none)
{
    struct buf b = BUF_INIT;
    const json_t *v;
    size_t i;

    json_array_foreach(list, i, v) buf_printf(&b, "%s%s", i ? "," : "", json_string_value(v));
    ctl_table_cell(t, b.len ? b.data : none);
    buf_release(&b);
}

void ctl_people_add_time(struct ctl_table *t, const json_t *o, const char *key)
{
    char when[48];

    ctl_when(ctl_text(o, key), when, sizeof(when));
    ctl_table_cell(t, when);
}

json_t *ctl_people_all(const struct ctl *c, const char *path, const char *key, int *status)
{
    struct buf query = BUF_INIT;
    json_t *all = NULL, *page;

    for (;;) {
        char next[256];

        page = ctl_ask(c, "GET", path, query.len ? query.data + 1 : "", NULL, status);
        if (!page) {
            json_decref(all);
            all = NULL;
            break;
        }
        snprintf(next, sizeof(next), "%s", ctl_text(page, "next"));
        if (!all) {
            all = page;
        } else {
            json_array_extend(json_object_get(all, key), json_object_get(page, key));
            json_decref(page);
        }
        if (!next[0])
            break;
        buf_clear(&query);
        ctl_query(&query, "cursor", next);
    }
    if (all)
        json_object_del(all, "next");
    buf_release(&query);
    return all;
}

json_t *ctl_people_merge(const struct ctl *c, const char *path, const char *key, const char *name_key,
                         const char *name, const char *const *keys, json_t *given, int *status)
{
    json_t *all = ctl_people_all(c, path, key, status), *one = NULL;
    const json_t *v;
    size_t i;

    json_array_foreach(json_object_get(all, key), i, v)
    {
        if (strcmp(ctl_text(v, name_key), name) != 0)
            continue;
        one = json_object();
        for (const char *const *k = keys; *k; k++)
            json_object_set(one, *k,
                            json_object_get(json_object_get(given, *k) ? given : (json_t *)(uintptr_t)v, *k));
    }
    if (all && !one) {
        fprintf(stderr, "vigie ctl: there is no %s; %s\n", name, c->hint);
        *status = CMD_FAILED;
    }
    json_decref(all);
    json_decref(given);
    return one;
}

/* ---- groups of users ---- */

static int list_groups(const struct ctl *c)
{
    static const char *const head[] = {"NAME", "ROLE", "SCOPE", "MEMBERS"};
    struct ctl_table t = {.head = head, .columns = ARRAY_LEN(head)};
    const json_t *g;
    json_t *answer;
    int status;
    size_t i;

    answer = ctl_people_all(c, "/api/v1/user-groups", "groups", &status);
    if (!answer)
        return status;
    if (c->json)
        return ctl_print_json(answer);
    json_array_foreach(json_object_get(answer, "groups"), i, g)
    {
        ctl_table_cell(&t, ctl_text(g, "name"));
        ctl_table_cell(&t, *ctl_text(g, "role") ? ctl_text(g, "role") : "-");
        ctl_people_add_list(&t, json_object_get(g, "scope"),
                            json_is_null(json_object_get(g, "scope")) ? "everything" : "nothing");
        ctl_people_add_list(&t, json_object_get(g, "members"), "-");
    }
    if (i)
        ctl_table_print(&t, c, -1);
    else
        printf("There is no user group: vigie ctl user-group add NAME --role ROLE --members USER,USER\n");
    json_decref(answer);
    return CMD_OK;
}

static json_t *given(const char *role, const char *scope, const char *key, const char *names)
{
    json_t *o = json_object();

    if (role)
        json_object_set_new(o, "role", strcmp(role, "none") == 0 ? json_null() : json_string(role));
    if (scope)
        json_object_set_new(o, "scope", ctl_people_scope(scope));
    if (names)
        json_object_set_new(o, key, ctl_people_names(names));
    return o;
}

int ctl_user_group(int argc, char **argv)
{
    static const struct ctl_word words[] = {
        {"list", "", 0, 0}, {"add", "NAME", 1, 1}, {"change", "NAME", 1, 1}, {"delete", "NAME", 1, 1}};
    static const char *const keys[] = {"role", "scope", "members", NULL};
    struct ctl c = {.hint = "vigie ctl user-group list names all"};
    const char *role = NULL, *scope = NULL, *members = NULL;
    const struct opt opts[] = {
        CTL_OPTIONS(&c),
        {"role", 'r', OPT_STR, "ROLE", "Its role; none: none.", &role},
        {"scope", 's', OPT_STR, "TERMS", "Of what: everything, or hostgroup:NAME,!host:PATTERN and so on.",
         &scope},
        {"members", 'm', OPT_STR, "USERS", "Who is in it: USER,USER.", &members},
    };
    const struct opt_command cmd = {
        .usage = "vigie ctl user-group list|add|change|delete [NAME]",
        .about = "Groups of users: who is in one has its role for its scope, beside his own.\nlist: what "
                 "there is.\nadd NAME, change NAME: with --role, --scope and --members; what is left out "
                 "stays.\ndelete NAME: the users stay.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_max = 2};
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done), word;
    json_t *o;

    if (done)
        return status;
    word = ctl_word("user-group", words, ARRAY_LEN(words), argv, n);
    switch (word) {
    case 0: return list_groups(&c);
    case 1:
        o = given(role, scope, "members", members);
        json_object_set_new(o, "name", json_string(argv[1]));
        o = ctl_ask(&c, "POST", "/api/v1/user-groups", "", o, &status);
        return ctl_people_say(&c, o, status, argv[1], "there is this user group now", "");
    case 2:
        o = ctl_people_merge(&c, "/api/v1/user-groups", "groups", "name", argv[1], keys,
                             given(role, scope, "members", members), &status);
        return o ? ctl_people_change(&c, "PUT", "user-groups", argv[1], "", o, "changed", "") : status;
    case 3:
        return ctl_people_change(&c, "DELETE", "user-groups", argv[1], "", NULL, "deleted; its users stay",
                                 "");
    default: return CMD_USAGE;
    }
}

/* ---- roles ---- */

static int list_roles(const struct ctl *c)
{
    static const char *const head[] = {"NAME", "2ND FACTOR", "RIGHTS"};
    struct ctl_table t = {.head = head, .columns = ARRAY_LEN(head)};
    const json_t *r;
    json_t *answer;
    int status;
    size_t i;

    answer = ctl_ask(c, "GET", "/api/v1/roles", "", NULL, &status);
    if (!answer)
        return status;
    if (c->json)
        return ctl_print_json(answer);
    json_array_foreach(json_object_get(answer, "roles"), i, r)
    {
        ctl_table_cell(&t, ctl_text(r, "name"));
        ctl_table_cell(&t, ctl_true(r, "totp_required") ? "required" : "-");
        ctl_people_add_list(&t, json_object_get(r, "rights"), "-");
    }
    ctl_table_print(&t, c, -1);
    json_decref(answer);
    return CMD_OK;
}

/* Of a role that is there: rights left out stay; so does whether it requires the second factor. */
static int change_role(const struct ctl *c, const char *name, const char *rights, const char *totp)
{
    static const char *const keys[] = {"rights", "totp_required", NULL};
    json_t *o = json_object();
    int status = CMD_OK;

    if (rights)
        json_object_set_new(o, "rights", ctl_people_names(rights));
    if (totp)
        json_object_set_new(o, "totp_required", json_boolean(strcmp(totp, "yes") == 0));
    o = ctl_people_merge(c, "/api/v1/roles", "roles", "name", name, keys, o, &status);
    return o ? ctl_people_change(c, "PUT", "roles", name, "", o, "changed", "") : status;
}

int ctl_role(int argc, char **argv)
{
    static const struct ctl_word words[] = {{"list", "", 0, 0},
                                            {"add", "NAME --rights RIGHTS", 1, 1},
                                            {"change", "NAME", 1, 1},
                                            {"delete", "NAME", 1, 1}};
    struct ctl c = {.hint = "vigie ctl role list names all"};
    const char *rights = NULL, *totp = NULL;
    const struct opt opts[] = {
        CTL_OPTIONS(&c),
        {"rights", 'r', OPT_STR, "RIGHTS", "What it may: resources.read,resources.check and so on.", &rights},
        {"totp", 't', OPT_STR, "YES", "yes: who has it needs the second factor; no: not.", &totp},
    };
    const struct opt_command cmd = {
        .usage = "vigie ctl role list|add|change|delete [NAME]",
        .about =
            "Roles: what who has one may do.\nlist: the three built in, and one's own.\nadd NAME --rights "
            "RIGHTS: one more.\nchange NAME: with --rights or --totp; of a built-in role only the "
            "latter.\ndelete NAME: while nobody has it.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_max = 2};
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done), word;
    json_t *o;

    if (done)
        return status;
    word = ctl_word("role", words, ARRAY_LEN(words), argv, n);
    if (totp && strcmp(totp, "yes") != 0 && strcmp(totp, "no") != 0) {
        fprintf(stderr, "vigie ctl role: --totp is yes or no\n");
        return CMD_USAGE;
    }
    switch (word) {
    case 0: return list_roles(&c);
    case 1:
        o = json_pack("{s:s, s:o, s:b}", "name", argv[1], "rights", ctl_people_names(rights ? rights : ""),
                      "totp_required", totp && strcmp(totp, "yes") == 0);
        o = ctl_ask(&c, "POST", "/api/v1/roles", "", o, &status);
        return ctl_people_say(&c, o, status, argv[1], "there is this role now", "");
    case 2: return change_role(&c, argv[1], rights, totp);
    case 3: return ctl_people_change(&c, "DELETE", "roles", argv[1], "", NULL, "deleted", "");
    default: return CMD_USAGE;
    }
}

/* ---- sessions ---- */

static int list_sessions(const struct ctl *c, const char *user)
{
    static const char *const head[] = {"ID", "USER", "FROM", "SINCE", "LAST USED"};
    struct ctl_table t = {.head = head, .columns = ARRAY_LEN(head)};
    struct buf query = BUF_INIT;
    const json_t *s;
    json_t *answer;
    int status;
    size_t i;

    ctl_query(&query, "user", user);
    answer = ctl_ask(c, "GET", "/api/v1/sessions", query.data + 1, NULL, &status);
    buf_release(&query);
    if (!answer)
        return status;
    if (c->json)
        return ctl_print_json(answer);
    json_array_foreach(json_object_get(answer, "sessions"), i, s)
    {
        ctl_table_cell(&t, ctl_text(s, "id"));
        ctl_table_cell(&t, ctl_text(s, "user"));
        ctl_table_cell(&t, ctl_text(s, "source"));
        ctl_people_add_time(&t, s, "created");
        ctl_people_add_time(&t, s, "used");
    }
    if (i)
        ctl_table_print(&t, c, -1);
    else
        printf("Nobody is signed in.\n");
    json_decref(answer);
    return CMD_OK;
}

static int end_all(const struct ctl *c, const char *user)
{
    struct buf query = BUF_INIT;
    json_t *answer;
    int status;

    ctl_query(&query, "user", user);
    answer = ctl_ask(c, "DELETE", "/api/v1/sessions", query.data + 1, NULL, &status);
    buf_release(&query);
    return ctl_people_say(c, answer, status, user, "all sessions are ended", "");
}

int ctl_session(int argc, char **argv)
{
    static const struct ctl_word words[] = {
        {"list", "[USER]", 0, 1}, {"end", "USER", 1, 1}, {"end-one", "ID", 1, 1}};
    struct ctl c = {.hint = "vigie ctl session list names all"};
    const struct opt opts[] = {CTL_OPTIONS(&c)};
    const struct opt_command cmd = {
        .usage = "vigie ctl session list|end|end-one [USER|ID]",
        .about = "Who is signed in.\nlist [USER]: everybody's sessions, or one user's.\nend USER: all of a "
                 "user.\nend-one ID: one.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_max = 2};
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);

    if (done)
        return status;
    switch (ctl_word("session", words, ARRAY_LEN(words), argv, n)) {
    case 0: return list_sessions(&c, n > 1 ? argv[1] : "*");
    case 1: return end_all(&c, argv[1]);
    case 2: return ctl_people_change(&c, "DELETE", "sessions", argv[1], "", NULL, "ended", "");
    default: return CMD_USAGE;
    }
}
