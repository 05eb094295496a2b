/* SPDX-License-Identifier: Apache-2.0 */
/* Users: made and deleted by administrators. */
#include "api/user.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/stream.h"

static void deleted(struct api *a, struct api_request *q, const struct api_answer *x)
{
    if (!x->ok && str_eq_c(x->values[API_AUTH_CODE], "invalid")) {
        api_fail(a, q, 404, "name", PROBLEM_USER_UNKNOWN);
        return;
    }
    if (api_auth_refused(a, q, x))
        return;
    who_cache_clear(a->cache);
    stream_name_ended(a, q->param[0]);
    api_audit(a, q, "delete", q->path);
    api_reply_ok(a, q, 200);
}

static void user_made(struct api *a, struct api_request *q, const struct api_answer *x)
{
    if (api_auth_refused(a, q, x))
        return;
    api_audit(a, q, "user create", str_of(q->state));
    api_reply_ok(a, q, 201);
}

/* True, and answered, when too many passwords are being hashed already. */
static bool crowded(struct api *a, struct api_request *q)
{
    if (a->n_logins >= API_LOGINS_MAX) {
        api_fail(a, q, 429, NULL, PROBLEM_PASSWORD_BUSY);
        return true;
    }
    q->login = true;
    a->n_logins++;
    return false;
}

static void changed(struct api *a, struct api_request *q, const struct api_answer *x)
{
    if (!x->ok && str_eq_c(x->values[API_AUTH_CODE], "invalid") &&
        str_eq_c(x->values[API_AUTH_FIELD], "user")) {
        api_fail(a, q, 404, "name", PROBLEM_USER_UNKNOWN);
        return;
    }
    if (api_auth_refused(a, q, x))
        return;
    who_cache_clear(a->cache);
    api_audit(a, q, q->state, q->param[0]);
    api_reply_ok(a, q, 200);
}

static void password_set(struct api *a, struct api_request *q, const struct api_answer *x)
{
    if (x->ok)
        stream_name_ended(a, q->param[0]); /* the sessions have ended */
    changed(a, q, x);
}

const struct body_field user_body_password[] = {
    {"password", BODY_TEXT, true, 1, 1024, NULL, "the new one, at least 12 characters"},
    {NULL},
};

void user_password(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];
    struct str args[2];

    if (!body_read(a, q, v) || crowded(a, q))
        return;
    q->state = arena_dup(&q->arena, STR("user password"));
    args[0] = q->param[0];
    args[1] = v[0].text;
    api_ask_auth(a, q, "user_password", args, 2, password_set);
}

const struct body_field user_body_role[] = {
    {"role", BODY_WORD, true, 0, 0, who_role_words, "viewer, operator or admin"},
    {NULL},
};

void user_role(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];
    struct buf what = BUF_INIT;
    struct str args[2];

    if (!body_read(a, q, v))
        return;
    args[0] = q->param[0];
    args[1] = str_of(who_role_word((enum api_role)(v[0].number + API_ROLE_VIEWER)));
    buf_printf(&what, "user role " STR_FMT, STR_ARG(args[1]));
    q->state = arena_dup(&q->arena, buf_str(&what));
    buf_release(&what);
    api_ask_auth(a, q, "user_role", args, 2, changed);
}

const struct body_field user_body[] = {
    {"user", BODY_LINE, true, 1, 64, NULL, "the user's name"},
    {"password", BODY_TEXT, true, 1, 1024, NULL, "at least 12 characters"},
    {"role", BODY_WORD, true, 0, 0, who_role_words, "viewer, operator or admin"},
    {NULL},
};

void user_create(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];
    struct str args[3];

    if (!body_read(a, q, v) || crowded(a, q))
        return;
    args[0] = v[0].text;
    q->state = arena_dup(&q->arena, v[0].text);
    args[1] = v[1].text;
    args[2] = str_of(who_role_word((enum api_role)(v[2].number + API_ROLE_VIEWER)));
    api_ask_auth(a, q, "user_create", args, 3, user_made);
}

void user_delete(struct api *a, struct api_request *q)
{
    api_ask_auth(a, q, "user_delete", q->param, 1, deleted);
}

static void listed(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct buf out = BUF_INIT;

    if (api_auth_refused(a, q, x))
        return;
    buf_printf(&out, "{\"users\":" STR_FMT "}", STR_ARG(x->values[API_AUTH_LIST]));
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

void user_list(struct api *a, struct api_request *q)
{
    api_ask_auth(a, q, "user_list", NULL, 0, listed);
}

/* ---- what the answers look like ---- */

static const struct shape_field user_fields[] = {
    {"user", SHAPE_TEXT, 0, "the user's name"},      {"role", SHAPE_TEXT, 0, NULL},
    {"created", SHAPE_TIME, SHAPE_NULL, NULL},       {"password_changed", SHAPE_TIME, SHAPE_NULL, NULL},
    {"sessions", SHAPE_INT, 0, "how many are open"}, {NULL},
};
static const struct shape user_shape = {"User", user_fields};
static const struct shape_field list_fields[] = {{"users", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &user_shape},
                                                 {NULL}};
const struct shape user_list_shape = {"Users", list_fields};
