/* SPDX-License-Identifier: Apache-2.0 */
#include "api/sessions.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/people.h"
#include "api/revoke.h"

const char *const sessions_query[] = {"user", NULL};

static bool has(const struct api_request *q, enum right right)
{
    return (people_rights(q) & right_bit(right)) != 0;
}

/* Asked of himself, by whoever it is: a token has no sessions. */
static bool is_own(const struct api_request *q, struct str user)
{
    return !user.n || (q->who.by == API_BY_SESSION && str_eq_c(user, q->who.name));
}

static void listed(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct buf out = BUF_INIT;

    if (api_auth_refused(a, q, x))
        return;
    buf_printf(&out, "{\"sessions\":" STR_FMT "}", STR_ARG(x->values[API_AUTH_LIST]));
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

void sessions_list(struct api *a, struct api_request *q)
{
    struct str user = api_query(q, "user"), secret = STR_NULL;

    if (!is_own(q, user) && !has(q, RIGHT_SESSIONS_READ)) {
        api_fail_right(a, q, PROBLEM_NEEDS_RIGHT, RIGHT_SESSIONS_READ);
        return;
    }
    if (!user.n && q->who.by != API_BY_SESSION) {
        api_reply_as(a, q, 200, STR("application/json"), STR("{\"sessions\":[]}"));
        return;
    }
    (void)api_session_secret(q, &secret);
    if (is_own(q, user))
        user = str_of(q->who.name);
    else if (str_eq_c(user, "*"))
        user = STR("");
    api_ask_auth(a, q, "session_list", (struct str[]){user, secret}, 2, listed);
}

static void others_ended(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct str *user = q->state;

    if (api_auth_refused(a, q, x))
        return;
    revoke_name(a, q, *user);
    api_audit(a, q, "sessions end", *user);
    api_reply_ok(a, q, 200);
}

void sessions_end_others(struct api *a, struct api_request *q)
{
    struct str *user = arena_alloc(&q->arena, sizeof(*user)), secret = STR_NULL;

    *user = api_query(q, "user");
    if (!is_own(q, *user) && !has(q, RIGHT_SESSIONS_END)) {
        api_fail_right(a, q, PROBLEM_NEEDS_RIGHT, RIGHT_SESSIONS_END);
        return;
    }
    if (is_own(q, *user)) {
        if (q->who.by != API_BY_SESSION) {
            api_fail(a, q, 422, NULL, PROBLEM_SESSION_ONLY);
            return;
        }
        *user = str_of(q->who.name);
        (void)api_session_secret(q, &secret);
    }
    q->state = user;
    api_ask_auth(a, q, "session_drop_others", (struct str[]){secret, *user}, 2, others_ended);
}

static void ended(struct api *a, struct api_request *q, const struct api_answer *x)
{
    if (api_auth_refused(a, q, x))
        return;
    revoke_name(a, q, x->values[API_AUTH_USER]);
    api_audit(a, q, "session end", x->values[API_AUTH_USER]);
    api_reply_ok(a, q, 200);
}

/* Of others only with the right; without it theirs are not there. */
void sessions_end(struct api *a, struct api_request *q)
{
    struct str user = has(q, RIGHT_SESSIONS_END) ? STR("") : str_of(q->who.name);

    if (user.n && q->who.by != API_BY_SESSION)
        api_fail(a, q, 404, "id", PROBLEM_SESSION_UNKNOWN);
    else
        api_ask_auth(a, q, "session_drop", (struct str[]){q->param[0], user}, 2, ended);
}

/* ---- what the answers look like ---- */

static const struct shape_field one_fields[] = {
    {"id", SHAPE_TEXT, 0, "to end it by", .like = "\"0123456789abcdef\""},
    {"user", SHAPE_TEXT, 0, NULL},
    {"source", SHAPE_TEXT, 0, "the address it was opened from", .like = "\"192.0.2.7\""},
    {"created", SHAPE_TIME, SHAPE_NULL, NULL},
    {"used", SHAPE_TIME, SHAPE_NULL, "last, to half a minute"},
    {"expires", SHAPE_TIME, SHAPE_NULL, "when it ends, if it is not used before"},
    {"current", SHAPE_BOOL, 0, "it is the one that asks"},
    {NULL},
};
static const struct shape one_shape = {"OpenSession", one_fields};
static const struct shape_field list_fields[] = {
    {"sessions", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &one_shape}, {NULL}};
const struct shape sessions_shape = {"OpenSessions", list_fields};
