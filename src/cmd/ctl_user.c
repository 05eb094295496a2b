/* SPDX-License-Identifier: Apache-2.0 */
/* vigie ctl user and vigie ctl token: who may come in over HTTP. */
#include "cmd/ctl_people.h"

#include <stdio.h>
#include <string.h>

static void path_of(struct buf *b, const char *where, const char *name, const char *behind)
{
    buf_printf(b, "/api/v1/%s/", where);
    ctl_path_part(b, name);
    buf_add_c(b, behind);
}

/* ---- users ---- */

static int list_users(const struct ctl *c)
{
    static const char *const head[] = {"NAME",         "ROLE",       "SESSIONS", "ADDED", "PASSWORD OF",
                                       "LAST SIGN-IN", "2ND FACTOR", "SCOPE",    "GROUPS"};
    struct ctl_table t = {.head = head, .columns = ARRAY_LEN(head)};
    json_t *answer;
    const json_t *u;
    int status;
    size_t i;

    answer = ctl_people_all(c, "/api/v1/users", "users", &status);
    if (!answer)
        return status;
    if (c->json)
        return ctl_print_json(answer);
    json_array_foreach(json_object_get(answer, "users"), i, u)
    {
        char sessions[32];

        snprintf(sessions, sizeof(sessions), "%lld", ctl_number(u, "sessions"));
        ctl_table_cell(&t, ctl_text(u, "user"));
        ctl_table_cell(&t, *ctl_text(u, "role") ? ctl_text(u, "role") : "-");
        ctl_table_cell(&t, sessions);
        ctl_people_add_time(&t, u, "created");
        ctl_people_add_time(&t, u, "password_changed");
        ctl_people_add_time(&t, u, "last_sign_in");
        ctl_table_cell(&t, ctl_true(u, "totp") ? "on" : ctl_true(u, "totp_required") ? "required" : "-");
        ctl_people_add_list(&t, json_object_get(u, "scope"),
                            json_is_null(json_object_get(u, "scope")) ? "everything" : "nothing");
        ctl_people_add_list(&t, json_object_get(u, "groups"), "-");
    }
    if (i)
        ctl_table_print(&t, c, -1);
    else
        printf("There is no user yet: vigie ctl user add NAME --role admin\n");
    json_decref(answer);
    return CMD_OK;
}

static int add_user(const struct ctl *c, const char *name, const char *role, const char *scope,
                    const char *groups)
{
    char password[CTL_PASSWORD_SIZE], prompt[128];
    json_t *answer;
    int status;

    snprintf(prompt, sizeof(prompt), "password for %.64s", name);
    if (!ctl_password(prompt, password))
        return CMD_FAILED;
    answer = ctl_ask(c, "POST", "/api/v1/users", "",
                     json_pack("{s:s, s:s, s:s*, s:o, s:o}", "user", name, "password", password, "role",
                               strcmp(role, "none") == 0 ? NULL : role, "scope",
                               ctl_people_scope(scope ? scope : "everything"), "groups",
                               ctl_people_names(groups ? groups : "")),
                     &status);
    mem_wipe(password, sizeof(password));
    return ctl_people_say(c, answer, status, name, "may sign in as ", role);
}

static int set_password(const struct ctl *c, const char *name)
{
    char password[CTL_PASSWORD_SIZE], prompt[128];
    struct buf path = BUF_INIT;
    json_t *answer;
    int status;

    snprintf(prompt, sizeof(prompt), "new password for %.64s", name);
    if (!ctl_password(prompt, password))
        return CMD_FAILED;
    path_of(&path, "users", name, "/password");
    answer = ctl_ask(c, "POST", path.data, "", json_pack("{s:s}", "password", password), &status);
    mem_wipe(password, sizeof(password));
    buf_release(&path);
    return ctl_people_say(c, answer, status, name, "the new password holds, all sessions are ended", "");
}

static int change_user(const struct ctl *c, const char *name, const char *role, const char *scope,
                       const char *groups)
{
    static const char *const keys[] = {"role", "scope", "groups", NULL};
    json_t *o = json_object();
    int status = CMD_OK;

    if (role)
        json_object_set_new(o, "role", strcmp(role, "none") == 0 ? json_null() : json_string(role));
    if (scope)
        json_object_set_new(o, "scope", ctl_people_scope(scope));
    if (groups)
        json_object_set_new(o, "groups", ctl_people_names(groups));
    o = ctl_people_merge(c, "/api/v1/users", "users", "user", name, keys, o, &status);
    return o ? ctl_people_change(c, "PUT", "users", name, "", o, "changed", "") : status;
}

int ctl_user(int argc, char **argv)
{
    static const struct ctl_word words[] = {{"list", "", 0, 0},          {"add", "NAME [--role ROLE]", 1, 1},
                                            {"delete", "NAME", 1, 1},    {"password", "NAME", 1, 1},
                                            {"role", "NAME ROLE", 2, 2}, {"change", "NAME", 1, 1},
                                            {"totp-off", "NAME", 1, 1}};
    struct ctl c = {.hint = "vigie ctl user list names all"};
    const char *role = NULL, *scope = NULL, *groups = NULL;
    const struct opt opts[] = {
        CTL_OPTIONS(&c),
        {"role", 'r', OPT_STR, "ROLE",
         "add, change: viewer (default of add), operator, admin, an own role or none.", &role},
        {"scope", 's', OPT_STR, "TERMS",
         "add, change: of what: everything, or hostgroup:NAME,!host:PATTERN and so on.", &scope},
        {"groups", 'g', OPT_STR, "GROUPS", "add, change: the user groups that the user is in: NAME,NAME.",
         &groups},
    };
    const struct opt_command cmd = {
        .usage = "vigie ctl user list|add|change|delete|password|role|totp-off [NAME ...]",
        .about =
            "The people who may sign in to the page.\nlist: who they are.\nadd NAME [--role ROLE]: one "
            "more.\n"
            "delete NAME: and end the sessions.\npassword NAME: a new one, also for who forgot it; ends the "
            "sessions.\nrole NAME ROLE: viewer, operator, admin or an own one; ends the sessions.\nchange "
            "NAME: --role, --scope, --groups; what is left out stays.\ntotp-off NAME: takes the second "
            "factor off who has lost it.\n"
            "A password is asked for on the terminal without showing it, or read as one line of standard "
            "input; it has at least 12 characters. The last administrator stays one.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_max = 3};
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done), word;

    if (done)
        return status;
    word = ctl_word("user", words, ARRAY_LEN(words), argv, n);
    if ((role || scope || groups) && word >= 0 && word != 1 && word != 5)
        return ctl_people_wrong_option("user", role ? "role" : scope ? "scope" : "groups", "add");
    switch (word) {
    case 0: return list_users(&c);
    case 1: return add_user(&c, argv[1], role ? role : "viewer", scope, groups);
    case 2: return ctl_people_change(&c, "DELETE", "users", argv[1], "", NULL, "deleted", "");
    case 3: return set_password(&c, argv[1]);
    case 4:
        return ctl_people_change(&c, "POST", "users", argv[1], "/role", json_pack("{s:s}", "role", argv[2]),
                                 "the role is now ", argv[2]);
    case 5: return change_user(&c, argv[1], role, scope, groups);
    case 6:
        return ctl_people_change(&c, "DELETE", "users", argv[1], "/totp", NULL,
                                 "the second factor is off, all sessions are ended", "");
    default: return CMD_USAGE;
    }
}

/* ---- tokens ---- */

static int list_tokens(const struct ctl *c)
{
    static const char *const head[] = {"NAME", "ROLE", "MADE", "GOOD UNTIL", "BY"};
    struct ctl_table t = {.head = head, .columns = ARRAY_LEN(head)};
    json_t *answer;
    const json_t *k;
    int status;
    size_t i;

    answer = ctl_people_all(c, "/api/v1/tokens", "tokens", &status);
    if (!answer)
        return status;
    if (c->json)
        return ctl_print_json(answer);
    json_array_foreach(json_object_get(answer, "tokens"), i, k)
    {
        ctl_table_cell(&t, ctl_text(k, "name"));
        ctl_table_cell(&t, *ctl_text(k, "role") ? ctl_text(k, "role") : "-");
        ctl_people_add_time(&t, k, "created");
        ctl_people_add_time(&t, k, "expires");
        ctl_table_cell(&t, ctl_person(ctl_text(k, "by")));
    }
    if (i)
        ctl_table_print(&t, c, -1);
    else
        printf("There is no token: vigie ctl token create NAME\n");
    json_decref(answer);
    return CMD_OK;
}

static int create_token(const struct ctl *c, const char *name, const char *role, const char *rights,
                        const char *scope, int64_t expires)
{
    char seconds[32], until[48];
    json_t *answer;
    int status;

    snprintf(seconds, sizeof(seconds), "%llds", (long long)(expires / TIME_S));
    answer = ctl_ask(c, "POST", "/api/v1/tokens", "",
                     json_pack("{s:s, s:s*, s:o*, s:o, s:s}", "name", name, "role", rights ? NULL : role,
                               "rights", rights ? ctl_people_names(rights) : NULL, "scope",
                               ctl_people_scope(scope ? scope : "everything"), "expires", seconds),
                     &status);
    if (!answer)
        return status;
    if (c->json)
        return ctl_print_json(answer);
    printf("%s\n", ctl_text(answer, "token"));
    ctl_when(ctl_text(answer, "expires"), until, sizeof(until));
    fprintf(stderr, "vigie ctl: this token is shown only now; name %s, role %s, good until %s\n",
            ctl_text(answer, "name"), ctl_text(answer, "role"), until);
    json_decref(answer);
    return CMD_OK;
}

int ctl_token(int argc, char **argv)
{
    static const struct ctl_word words[] = {{"list", "", 0, 0},
                                            {"create", "NAME [--role ROLE] [--expires DURATION]", 1, 1},
                                            {"delete", "NAME", 1, 1}};
    struct ctl c = {.hint = "vigie ctl token list names all"};
    const char *role = NULL, *rights = NULL, *scope = NULL;
    int64_t expires = -1;
    const struct opt opts[] = {
        CTL_OPTIONS(&c),
        {"role", 'r', OPT_STR, "ROLE", "create: viewer (default), operator, admin or an own role.", &role},
        {"rights", 0, OPT_STR, "RIGHTS",
         "create: instead of a role: resources.read,resources.check and so on.", &rights},
        {"scope", 's', OPT_STR, "TERMS",
         "create: of what: everything, or hostgroup:NAME,!host:PATTERN and so on.", &scope},
        {"expires", 'e', OPT_TIME, "DURATION", "create: how long it is good for: 90d (default).", &expires},
    };
    const struct opt_command cmd = {
        .usage = "vigie ctl token list|create|delete [NAME]",
        .about = "API tokens for programs.\nlist: their names.\ncreate NAME [--role ROLE] [--expires "
                 "DURATION]: prints "
                 "it once. Use it as: Authorization: Bearer TOKEN.\ndelete NAME: it opens nothing any more.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_max = 2};
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done), word;

    if (done)
        return status;
    word = ctl_word("token", words, ARRAY_LEN(words), argv, n);
    if ((role || rights || scope || expires >= 0) && word >= 0 && word != 1)
        return ctl_people_wrong_option("token",
                                       role     ? "role"
                                       : rights ? "rights"
                                       : scope  ? "scope"
                                                : "expires",
                                       "create");
    switch (word) {
    case 0: return list_tokens(&c);
    case 1:
        return create_token(&c, argv[1], role ? role : "viewer", rights, scope,
                            expires >= 0 ? expires : 90 * TIME_DAY);
    case 2:
        return ctl_people_change(&c, "DELETE", "tokens", argv[1], "", NULL,
                                 "deleted; it opens nothing any more", "");
    default: return CMD_USAGE;
    }
}
