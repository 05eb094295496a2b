/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of programs: made and deleted by administrators. A token's text is shown once, in the answer that makes it. */
#include "api/token.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/stream.h"
#include "wire/json.h"

static void token_made(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct str *name = q->state;
    struct buf out = BUF_INIT;
    struct json j;
    int64_t expires = 0;

    if (api_auth_refused(a, q, x))
        return;
    str_to_i64(x->values[API_AUTH_EXPIRES], &expires);
    api_audit(a, q, "token create", *name);
    json_init(&j, &out);
    json_map(&j);
    json_key_str(&j, "name", *name);
    json_key_str(&j, "role", x->values[API_AUTH_ROLE]);
    json_key_time(&j, "expires", (struct wall){expires});
    json_key_str(&j, "token", x->values[API_AUTH_SECRET]);
    json_map_end(&j);
    api_reply_json(a, q, 201, &out);
    mem_wipe(out.data, out.len);
    buf_release(&out);
}

static struct str *keep(struct api_request *q, struct str name)
{
    struct str *kept = arena_alloc(&q->arena, sizeof(*kept));

    *kept = name;
    q->state = kept;
    return kept;
}

const struct body_field token_body[] = {
    {"name", BODY_LINE, true, 1, 64, NULL, "the token's name"},
    {"role", BODY_WORD, true, 0, 0, who_role_words, "viewer, operator or admin"},
    {"expires", BODY_LINE, true, 1, 32, NULL, "how long it lasts, such as 30d"},
    {NULL},
};

void token_create(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];
    struct buf lasts = BUF_INIT;
    struct str args[4];
    int64_t us;

    if (!body_read(a, q, v))
        return;
    if (!time_parse_duration(v[2].text, &us)) {
        api_fail(a, q, 422, "expires", PROBLEM_TOKEN_EXPIRES);
        return;
    }
    buf_add_i64(&lasts, us);
    args[0] = *keep(q, v[0].text);
    args[1] = str_of(who_role_word((enum api_role)(v[1].number + API_ROLE_VIEWER)));
    args[2] = buf_str(&lasts);
    args[3] = str_of(q->who.name);
    api_ask_auth(a, q, "token_create", args, 4, token_made);
    buf_release(&lasts);
}

static void deleted(struct api *a, struct api_request *q, const struct api_answer *x)
{
    if (!x->ok && str_eq_c(x->values[API_AUTH_CODE], "invalid")) {
        api_fail(a, q, 404, "name", PROBLEM_TOKEN_UNKNOWN);
        return;
    }
    if (api_auth_refused(a, q, x))
        return;
    who_cache_clear(a->cache);
    stream_name_ended(a, q->param[0]);
    api_audit(a, q, "delete", q->path);
    api_reply_ok(a, q, 200);
}

void token_delete(struct api *a, struct api_request *q)
{
    api_ask_auth(a, q, "token_delete", q->param, 1, deleted);
}

static void listed(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct buf out = BUF_INIT;

    if (api_auth_refused(a, q, x))
        return;
    buf_printf(&out, "{\"tokens\":" STR_FMT "}", STR_ARG(x->values[API_AUTH_LIST]));
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

void token_list(struct api *a, struct api_request *q)
{
    api_ask_auth(a, q, "token_list", NULL, 0, listed);
}

/* ---- what the answers look like ---- */

static const struct shape_field made_fields[] = {
    {"name", SHAPE_TEXT, 0, NULL},
    {"role", SHAPE_TEXT, 0, NULL},
    {"expires", SHAPE_TIME, SHAPE_NULL, NULL},
    {"token", SHAPE_TEXT, 0, "its text, which is told this once", .like = "\"vgt_...\""},
    {NULL},
};
const struct shape token_made_shape = {"TokenMade", made_fields};
static const struct shape_field token_fields[] = {
    {"name", SHAPE_TEXT, 0, NULL},
    {"role", SHAPE_TEXT, 0, NULL},
    {"created", SHAPE_TIME, SHAPE_NULL, NULL},
    {"expires", SHAPE_TIME, SHAPE_NULL, NULL},
    {"by", SHAPE_TEXT, 0, "who made it"},
    {NULL},
};
static const struct shape token_shape = {"Token", token_fields};
static const struct shape_field list_fields[] = {
    {"tokens", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &token_shape}, {NULL}};
const struct shape token_list_shape = {"Tokens", list_fields};
