/* SPDX-License-Identifier: Apache-2.0 */
/* vigie ctl user and vigie ctl token: who may come in over HTTP. */
#include "cmd/ctl_int.h"

#include <stdio.h>
#include <string.h>

/* "NAME: what was done" of an answer, which is taken. */
static int say(const struct ctl *c, json_t *answer, int status, const char *name, const char *done_text,
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

static void path_of(struct buf *b, const char *where, const char *name, const char *behind)
{
    buf_printf(b, "/api/v1/%s/", where);
    ctl_path_part(b, name);
    buf_add_c(b, behind);
}

static void add_time(struct ctl_table *t, const json_t *o, const char *key)
{
    char when[48];

    ctl_when(ctl_text(o, key), when, sizeof(when));
    ctl_table_cell(t, when);
}

static int wrong_option(const char *command, const char *option, const char *with)
{
    fprintf(stderr, "vigie ctl %s: --%s belongs to '%s' only\n", command, option, with);
    return CMD_USAGE;
}

/* ---- users ---- */

static int list_users(const struct ctl *c)
{
    static const char *const head[] = {"NAME", "ROLE", "SESSIONS", "ADDED", "PASSWORD OF"};
    struct ctl_table t = {.head = head, .columns = ARRAY_LEN(head)};
    json_t *answer;
    const json_t *u;
    int status;
    size_t i;

    answer = ctl_ask(c, "GET", "/api/v1/users", "", NULL, &status);
    if (!answer)
        return status;
    if (c->json)
        return ctl_print_json(answer);
    json_array_foreach(json_object_get(answer, "users"), i, u)
    {
        char sessions[32];

        snprintf(sessions, sizeof(sessions), "%lld", ctl_number(u, "sessions"));
        ctl_table_cell(&t, ctl_text(u, "user"));
        ctl_table_cell(&t, ctl_text(u, "role"));
        ctl_table_cell(&t, sessions);
        add_time(&t, u, "created");
        add_time(&t, u, "password_changed");
    }
    if (i)
        ctl_table_print(&t, c, -1);
    else
        printf("There is no user yet: vigie ctl user add NAME --role admin\n");
    json_decref(answer);
    return CMD_OK;
}

static int add_user(const struct ctl *c, const char *name, const char *role)
{
    char password[CTL_PASSWORD_SIZE], prompt[128];
    json_t *answer;
    int status;

    snprintf(prompt, sizeof(prompt), "password for %.64s", name);
    if (!ctl_password(prompt, password))
        return CMD_FAILED;
    answer = ctl_ask(c, "POST", "/api/v1/users", "",
                     json_pack("{s:s, s:s, s:s}", "user", name, "password", password, "role", role), &status);
    mem_wipe(password, sizeof(password));
    return say(c, answer, status, name, "may sign in as ", role);
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
    return say(c, answer, status, name, "the new password holds, all sessions are ended", "");
}

static int change(const struct ctl *c, const char *method, const char *where, const char *name,
                  const char *behind, json_t *request, const char *done_text, const char *more)
{
    struct buf path = BUF_INIT;
    json_t *answer;
    int status;

    path_of(&path, where, name, behind);
    answer = ctl_ask(c, method, path.data, "", request, &status);
    buf_release(&path);
    return say(c, answer, status, name, done_text, more);
}

int ctl_user(int argc, char **argv)
{
    static const struct ctl_word words[] = {{"list", "", 0, 0},
                                            {"add", "NAME [--role ROLE]", 1, 1},
                                            {"delete", "NAME", 1, 1},
                                            {"password", "NAME", 1, 1},
                                            {"role", "NAME ROLE", 2, 2}};
    struct ctl c = {.hint = "vigie ctl user list names all"};
    const char *role = NULL;
    const struct opt opts[] = {
        CTL_OPTIONS(&c),
        {"role", 'r', OPT_STR, "ROLE", "add: viewer (default), operator or admin.", &role},
    };
    const struct opt_command cmd = {
        .usage = "vigie ctl user list|add|delete|password|role [NAME [ROLE]]",
        .about =
            "The people who may sign in to the page.\nlist: who they are.\nadd NAME [--role ROLE]: one "
            "more.\n"
            "delete NAME: and end the sessions.\npassword NAME: a new one, also for who forgot it; ends the "
            "sessions.\nrole NAME ROLE: viewer, operator or admin.\n"
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
    if (role && word >= 0 && word != 1)
        return wrong_option("user", "role", "add");
    switch (word) {
    case 0: return list_users(&c);
    case 1: return add_user(&c, argv[1], role ? role : "viewer");
    case 2: return change(&c, "DELETE", "users", argv[1], "", NULL, "deleted", "");
    case 3: return set_password(&c, argv[1]);
    case 4:
        return change(&c, "POST", "users", argv[1], "/role", json_pack("{s:s}", "role", argv[2]),
                      "the role is now ", argv[2]);
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

    answer = ctl_ask(c, "GET", "/api/v1/tokens", "", NULL, &status);
    if (!answer)
        return status;
    if (c->json)
        return ctl_print_json(answer);
    json_array_foreach(json_object_get(answer, "tokens"), i, k)
    {
        ctl_table_cell(&t, ctl_text(k, "name"));
        ctl_table_cell(&t, ctl_text(k, "role"));
        add_time(&t, k, "created");
        add_time(&t, k, "expires");
        ctl_table_cell(&t, ctl_person(ctl_text(k, "by")));
    }
    if (i)
        ctl_table_print(&t, c, -1);
    else
        printf("There is no token: vigie ctl token create NAME\n");
    json_decref(answer);
    return CMD_OK;
}

static int create_token(const struct ctl *c, const char *name, const char *role, int64_t expires)
{
    char seconds[32], until[48];
    json_t *answer;
    int status;

    snprintf(seconds, sizeof(seconds), "%llds", (long long)(expires / TIME_S));
    answer = ctl_ask(c, "POST", "/api/v1/tokens", "",
                     json_pack("{s:s, s:s, s:s}", "name", name, "role", role, "expires", seconds), &status);
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
    const char *role = NULL;
    int64_t expires = -1;
    const struct opt opts[] = {
        CTL_OPTIONS(&c),
        {"role", 'r', OPT_STR, "ROLE", "create: viewer (default), operator or admin.", &role},
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
    if ((role || expires >= 0) && word >= 0 && word != 1)
        return wrong_option("token", role ? "role" : "expires", "create");
    switch (word) {
    case 0: return list_tokens(&c);
    case 1: return create_token(&c, argv[1], role ? role : "viewer", expires >= 0 ? expires : 90 * TIME_DAY);
    case 2:
        return change(&c, "DELETE", "tokens", argv[1], "", NULL, "deleted; it opens nothing any more", "");
    default: return CMD_USAGE;
    }
}
