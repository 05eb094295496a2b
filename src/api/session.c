/* SPDX-License-Identifier: Apache-2.0 */
/* Set-up, login, logout, the session itself and one's own password. Passwords and secrets pass through here to auth and are kept nowhere. */
#include "api/session.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/audit.h"
#include "api/guard.h"
#include "api/revoke.h"
#include "wire/json.h"

#include <stdio.h>
#include <string.h>

static void set_cookie(struct api_request *q, struct str secret, int64_t seconds)
{
    struct buf b = BUF_INIT;
    char name[API_COOKIE_MAX];

    who_cookie(q->host, q->tls, name);
    buf_printf(&b, "Set-Cookie: %s=" STR_FMT "; Path=/; HttpOnly; SameSite=Strict; Max-Age=%lld%s", name,
               STR_ARG(secret), (long long)seconds, q->tls ? "; Secure" : "");
    api_header(q, b.data);
    mem_wipe(b.data, b.len);
    buf_release(&b);
}

/* "on 10", "off" or "required" as an object. */
static void write_totp(struct json *j, struct str word)
{
    struct str rest = word, first = str_cut(&rest, ' ');
    uint64_t left = 0;

    (void)str_to_u64(rest, &left);
    json_key(j, "totp");
    json_map(j);
    json_key_bool(j, "on", str_eq_c(first, "on"));
    json_key_bool(j, "required", str_eq_c(first, "required"));
    json_key_u64(j, "recovery_codes", left);
    json_map_end(j);
}

static void write_session(struct buf *out, const struct api_who *w)
{
    struct json j;

    json_init(&j, out);
    json_map(&j);
    json_key_c(&j, "user", w->name);
    json_key_c(&j, "role", w->role);
    if (w->viewer[0])
        json_key_c(&j, "viewed_by", w->viewer);
    json_key(&j, "rights");
    right_json(w->rights, &j);
    write_totp(&j, str_of(w->totp));
    json_key_c(&j, "csrf", w->csrf);
    json_key_c(&j, "lang", w->lang[0] ? w->lang : NULL);
    json_key_time(&j, "expires", (struct wall){w->expires});
    json_map_end(&j);
}

void session_begin(struct api *a, struct api_request *q, const struct api_answer *x, struct buf *out)
{
    struct api_who w = {.by = API_BY_SESSION};

    api_who_said(a, &w, x);
    str_copy(w.lang, sizeof(w.lang), x->values[API_AUTH_LANG]);
    str_to_i64(x->values[API_AUTH_EXPIRES], &w.expires);
    who_csrf(x->values[API_AUTH_SECRET], w.csrf);
    set_cookie(q, x->values[API_AUTH_SECRET], (w.expires - api_wall(a).us) / TIME_S);
    write_session(out, &w);
}

static void welcome(struct api *a, struct api_request *q, const struct api_answer *x, int status)
{
    struct buf out = BUF_INIT;

    session_begin(a, q, x, &out);
    api_reply_json(a, q, status, &out);
    buf_release(&out);
}

bool session_crowded(struct api *a, struct api_request *q)
{
    if (a->n_logins >= API_LOGINS_MAX) {
        api_header(q, "Retry-After: 2");
        api_fail(a, q, 429, NULL, PROBLEM_SIGN_IN_CROWD);
        return true;
    }
    q->login = true;
    a->n_logins++;
    return false;
}

static void needed_known(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct buf out = BUF_INIT;

    if (api_auth_refused(a, q, x))
        return;
    buf_printf(&out, "{\"needed\":%s}", str_eq_c(x->values[API_AUTH_USER], "yes") ? "true" : "false");
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

void session_setup_needed(struct api *a, struct api_request *q)
{
    api_ask_auth(a, q, "setup_needed", NULL, 0, needed_known);
}

static void set_up(struct api *a, struct api_request *q, const struct api_answer *x)
{
    if (api_auth_refused(a, q, x))
        return;
    str_copy(q->who.name, sizeof(q->who.name), x->values[API_AUTH_USER]);
    api_audit(a, q, "setup", x->values[API_AUTH_USER]);
    welcome(a, q, x, 201);
}

const struct body_field session_body_setup[] = {
    {"token", BODY_LINE, true, 1, 256, NULL, "the text behind #setup= in the set-up link"},
    {"user", BODY_LINE, true, 1, 64, NULL, "the name of the first administrator"},
    {"password", BODY_TEXT, true, 1, 1024, NULL, "at least 12 characters"},
    {NULL},
};

void session_setup(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];
    struct str args[4];

    if (!guard_is_here(q)) {
        api_fail(a, q, 403, NULL, PROBLEM_SETUP_HERE);
        return;
    }
    if (!body_read(a, q, v) || session_crowded(a, q))
        return;
    args[0] = v[0].text;
    args[1] = v[1].text;
    args[2] = v[2].text;
    args[3] = q->peer;
    api_ask_auth(a, q, "setup_create", args, 4, set_up);
}

static void renewed(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct buf out = BUF_INIT;
    struct json j;

    if (api_auth_refused(a, q, x))
        return;
    json_init(&j, &out);
    json_map(&j);
    json_key_str(&j, "token", x->values[API_AUTH_SECRET]);
    json_map_end(&j);
    api_reply_json(a, q, 201, &out);
    buf_release(&out);
}

static void token_known(struct api *a, struct api_request *q, const struct api_answer *x)
{
    if (!api_auth_refused(a, q, x))
        api_reply_ok(a, q, 200);
}

const struct body_field session_body_setup_check[] = {
    {"token", BODY_LINE, true, 1, 256, NULL, "the text behind #setup= in the set-up link"},
    {NULL},
};

/* So that a wrong link is told before somebody has thought of a password. Its 256 bits need no slowing down. */
void session_setup_check(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];

    if (!guard_is_here(q)) {
        api_fail(a, q, 403, NULL, PROBLEM_SETUP_HERE);
        return;
    }
    if (body_read(a, q, v))
        api_ask_auth(a, q, "setup_check", &v[0].text, 1, token_known);
}

void session_setup_renew(struct api *a, struct api_request *q)
{
    api_ask_auth(a, q, "setup_renew", NULL, 0, renewed);
}

/* Who signs in again leaves the session that the browser still showed. Nobody waits for the answer. */
static void end_old(struct api *a, struct api_request *q)
{
    unsigned char key[HASH_SHA256_BYTES];
    struct str secret;

    if (!api_session_secret(q, &secret))
        return;
    who_key(secret, key);
    revoke_session(a, q, key);
    a->ports->auth(a->user, 0, "session_end", &secret, 1);
}

void session_end_new(struct api *a, struct api_request *q UNUSED, const struct api_answer *x)
{
    a->ports->auth(a->user, 0, "session_end", &x->values[API_AUTH_SECRET], 1);
}

static void logged_in(struct api *a, struct api_request *q, const struct api_answer *x)
{
    if (!x->ok && str_eq_c(x->values[API_AUTH_CODE], "denied") && !str_eq_c(x->error, "TOTP_NEEDED"))
        api_audit(a, q, "login refused", *(struct str *)q->state);
    if (api_auth_refused(a, q, x) || !audit_first(a, q, x, logged_in, session_end_new))
        return;
    end_old(a, q);
    str_copy(q->who.name, sizeof(q->who.name), x->values[API_AUTH_USER]);
    api_audit(a, q, "login", x->values[API_AUTH_USER]);
    welcome(a, q, x, 200);
}

const struct body_field session_body_login[] = {
    {"user", BODY_LINE, true, 1, 64, NULL, "the user's name"},
    {"password", BODY_TEXT, true, 1, 1024, NULL, "the user's password"},
    {"code", BODY_LINE, false, 0, 64, NULL,
     "of the second factor: six digits, or a recovery code; asked for with the code totp_needed"},
    {NULL},
};

void session_login(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];
    struct str args[4], *name;

    if (!body_read(a, q, v) || session_crowded(a, q))
        return;
    name = arena_alloc(&q->arena, sizeof(*name));
    *name = str_contains(v[0].text, STR(";")) ? STR("-") : v[0].text;
    q->state = name;
    args[0] = v[0].text;
    args[1] = v[1].text;
    args[2] = v[2].text;
    args[3] = q->peer;
    api_ask_auth(a, q, "login", args, 4, logged_in);
}

static void logged_out(struct api *a, struct api_request *q, const struct api_answer *x)
{
    if (api_auth_refused(a, q, x))
        return;
    set_cookie(q, STR(""), 0);
    api_reply_ok(a, q, 200);
}

void session_logout(struct api *a, struct api_request *q)
{
    struct str secret;

    if (q->who.by != API_BY_SESSION || !api_session_secret(q, &secret)) {
        api_fail(a, q, 422, NULL, PROBLEM_SESSION_ONLY);
        return;
    }
    revoke_session(a, q, q->who.key);
    api_audit(a, q, "logout", str_of(q->who.name));
    api_ask_auth(a, q, "session_end", &secret, 1, logged_out);
}

void session_show(struct api *a, struct api_request *q)
{
    struct buf out = BUF_INIT;

    write_session(&out, &q->who);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

static void password_changed(struct api *a, struct api_request *q, const struct api_answer *x)
{
    if (api_auth_refused(a, q, x))
        return;
    revoke_name(a, q, str_of(q->who.name)); /* all former sessions of this user have ended */
    api_audit(a, q, "password", str_of(q->who.name));
    welcome(a, q, x, 200);
}

const struct body_field session_body_password[] = {
    {"old", BODY_TEXT, true, 1, 1024, NULL, "the present password", .secret = true},
    {"password", BODY_TEXT, true, 1, 1024, NULL, "the new one, at least 12 characters"},
    {NULL},
};

void session_password(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];
    struct str args[4];

    if (q->who.by != API_BY_SESSION) {
        api_fail(a, q, 422, NULL, PROBLEM_PERSON_ONLY);
        return;
    }
    if (!body_read(a, q, v) || session_crowded(a, q))
        return;
    args[0] = str_of(q->who.name);
    args[1] = v[0].text;
    args[2] = v[1].text;
    args[3] = q->peer;
    api_ask_auth(a, q, "password", args, 4, password_changed);
}

/* ---- what the answers look like ---- */

static const struct shape_field needed_fields[] = {{"needed", SHAPE_BOOL, 0, "there is no user yet"}, {NULL}};
const struct shape session_needed_shape = {"SetupNeeded", needed_fields};
static const struct shape_field link_fields[] = {{"token", SHAPE_TEXT, 0, "the text behind #setup="}, {NULL}};
const struct shape session_link_shape = {"SetupLink", link_fields};
static const struct shape_field totp_fields[] = {
    {"on", SHAPE_BOOL, 0, NULL},
    {"required", SHAPE_BOOL, 0, "the role requires it, and it is not on: nothing else may be done before"},
    {"recovery_codes", SHAPE_INT, 0, "how many are left"},
    {NULL},
};
static const struct shape totp_shape = {"SecondFactor", totp_fields};
static const struct shape_field session_fields[] = {
    {"user", SHAPE_TEXT, 0, "the name of who asks", .like = "\"ann\""},
    {"viewed_by", SHAPE_TEXT, SHAPE_MAYBE, "who looks at things as this user (X-View-As)"},
    {"role", SHAPE_TEXT, 0, NULL, .like = "\"operator\""},
    {"rights", SHAPE_TEXT, SHAPE_LIST, "their words: docs/USERS.md"},
    {"totp", SHAPE_OBJECT, 0, "the second factor", .of = &totp_shape},
    {"csrf", SHAPE_TEXT, 0, "what X-CSRF must be; empty where no cookie is used"},
    {"lang", SHAPE_TEXT, SHAPE_NULL, NULL, .like = "\"fr\""},
    {"expires", SHAPE_TIME, SHAPE_NULL, NULL},
    {NULL},
};
const struct shape session_shape = {"Session", session_fields};
