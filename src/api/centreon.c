/* SPDX-License-Identifier: Apache-2.0 */
#include "api/centreon.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/audit.h"
#include "api/revoke.h"
#include "api/route.h"
#include "api/session.h"
#include "wire/json.h"
#include "wire/json_read.h"

#define MAJOR "24"
#define MINOR "04"
#define FIX   "0"

bool centreon_is_old(const struct api_request *q)
{
    int64_t year, month;
    struct str v = q->param[0];

    return v.n == 6 && str_to_i64(str_sub(v, 1, 2), &year) && str_to_i64(str_sub(v, 4, 2), &month) &&
           year * 100 + month < 2310;
}

struct str centreon_secret(struct api_request *q)
{
    return q->auth_token;
}

/* That of the Centreon whose answers ours are like. */
void centreon_versions(struct api *a, struct api_request *q)
{
    struct buf out = BUF_INIT;
    struct json j;

    json_init(&j, &out);
    json_map(&j);
    json_key(&j, "web");
    json_map(&j);
    json_key_c(&j, "version", MAJOR "." MINOR "." FIX);
    json_key_c(&j, "major", MAJOR);
    json_key_c(&j, "minor", MINOR);
    json_key_c(&j, "fix", FIX);
    json_map_end(&j);
    json_key(&j, "modules");
    json_map(&j);
    json_map_end(&j);
    json_key(&j, "widgets");
    json_map(&j);
    json_map_end(&j);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

/* ---- sessions ---- */

/* Its clients keep the number of who signs in, and send it back: here people have names. */
static void welcome(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct str user = x->values[API_AUTH_USER];
    struct buf out = BUF_INIT;
    struct json j;

    json_init(&j, &out);
    json_map(&j);
    json_key(&j, "contact");
    json_map(&j);
    json_key_u64(&j, "id", 1);
    json_key_str(&j, "name", user);
    json_key_str(&j, "alias", user);
    json_key_c(&j, "email", "");
    json_key_bool(&j, "is_admin", str_eq_c(x->values[API_AUTH_ROLE], who_role_word(API_ROLE_ADMIN)));
    json_map_end(&j);
    json_key(&j, "security");
    json_map(&j);
    json_key_str(&j, "token", x->values[API_AUTH_SECRET]);
    json_map_end(&j);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    mem_wipe(out.data, out.len);
    buf_release(&out);
}

static void logged_in(struct api *a, struct api_request *q, const struct api_answer *x)
{
    if (!x->ok && str_eq_c(x->values[API_AUTH_CODE], "denied") && !str_eq_c(x->error, "TOTP_NEEDED"))
        api_audit(a, q, "login refused", *(struct str *)q->state);
    if (api_auth_refused(a, q, x) || !audit_first(a, q, x, logged_in, session_end_new))
        return;
    str_copy(q->who.name, sizeof(q->who.name), x->values[API_AUTH_USER]);
    api_audit(a, q, "login", x->values[API_AUTH_USER]);
    welcome(a, q, x);
}

static struct str text_of(struct api_request *q, const struct json_value *from, const char *key)
{
    struct str s = json_read_text(json_read_member(from, key));

    return s.p ? arena_str(&q->arena, s) : STR_NULL;
}

/* {"security":{"credentials":{"login":"...","password":"..."}}} */
void centreon_login(struct api *a, struct api_request *q)
{
    struct str rest = q->body, args[4], *name;
    struct err err = ERR_INIT;
    struct json_value *root = json_read(&rest, &err);
    const struct json_value *at = json_read_member(json_read_member(root, "security"), "credentials");

    args[0] = text_of(q, at, "login");
    args[1] = text_of(q, at, "password");
    args[2] = STR(""); /* there is no place for a second factor: who has one makes a token */
    args[3] = q->peer;
    json_read_free(root);
    if (!args[0].n || args[0].n > 64 || !args[1].n || args[1].n > 1024) {
        api_fail(a, q, 400, NULL, PROBLEM_CENTREON_LOGIN);
        return;
    }
    if (session_crowded(a, q))
        return;
    name = arena_alloc(&q->arena, sizeof(*name));
    *name = str_contains(args[0], STR(";")) ? STR("-") : args[0];
    q->state = name;
    api_ask_auth(a, q, "login", args, 4, logged_in);
}

static void logged_out(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct buf out = BUF_INIT;

    if (api_auth_refused(a, q, x))
        return;
    buf_add_c(&out, "{\"message\":\"Successful logout\"}");
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

void centreon_logout(struct api *a, struct api_request *q)
{
    if (q->who.by != API_BY_SESSION) {
        api_fail(a, q, 422, NULL, PROBLEM_SESSION_ONLY);
        return;
    }
    revoke_session(a, q, q->who.key);
    api_audit(a, q, "logout", str_of(q->who.name));
    api_ask_auth(a, q, "session_end", &q->auth_token, 1, logged_out);
}

static const struct shape_field web_fields[] = {
    {"version", SHAPE_TEXT, 0, NULL, .like = "\"24.04.0\""},
    {"major", SHAPE_TEXT},
    {"minor", SHAPE_TEXT},
    {"fix", SHAPE_TEXT},
    {NULL},
};
static const struct shape web_shape = {"CentreonVersion", web_fields};
static const struct shape_field versions_fields[] = {
    {"web", SHAPE_OBJECT, 0, NULL, .of = &web_shape},
    {"modules", SHAPE_ANY},
    {"widgets", SHAPE_ANY},
    {NULL},
};
const struct shape centreon_versions_shape = {"CentreonVersions", versions_fields};

static const struct shape_field contact_fields[] = {
    {"id", SHAPE_INT, 0, "the same for everybody"},
    {"name", SHAPE_TEXT},
    {"alias", SHAPE_TEXT},
    {"email", SHAPE_TEXT, 0, "empty"},
    {"is_admin", SHAPE_BOOL},
    {NULL},
};
static const struct shape contact_shape = {"CentreonContact", contact_fields};
static const struct shape_field security_fields[] = {{"token", SHAPE_TEXT, 0, "for X-Auth-Token"}, {NULL}};
static const struct shape security_shape = {"CentreonSecurity", security_fields};
static const struct shape_field login_fields[] = {
    {"contact", SHAPE_OBJECT, 0, NULL, .of = &contact_shape},
    {"security", SHAPE_OBJECT, 0, NULL, .of = &security_shape},
    {NULL},
};
const struct shape centreon_login_shape = {"CentreonLogin", login_fields};
static const struct shape_field logout_fields[] = {{"message", SHAPE_TEXT}, {NULL}};
const struct shape centreon_logout_shape = {"CentreonLogout", logout_fields};
