/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of programs: made and deleted by administrators. A token's text is shown once, in the answer that makes it. */
#include "api/token.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/people.h"
#include "wire/json.h"

#include <stdio.h>

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
    {"role", BODY_LINE, false, 1, 64, NULL,
     "viewer, operator, admin or a role of one's own; left out where rights are named"},
    {"rights", BODY_LIST, false, 0, 64, NULL,
     "the rights it has, such as resources.read, in place of a role"},
    {"scope", BODY_SCOPE, false, 0, 64, NULL,
     "what they hold for: null (everything) or terms such as hostgroup:NAME (docs/USERS.md)"},
    {"expires", BODY_LINE, true, 1, 32, NULL, "how long it lasts, such as 30d"},
    {NULL},
};

void token_create(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];
    struct str rights = STR("");
    char lasts[24];
    int64_t us;

    if (!body_read(a, q, v))
        return;
    if (v[1].there == v[2].there) {
        api_fail(a, q, 422, v[1].there ? "rights" : "role", PROBLEM_TOKEN_RIGHTS);
        return;
    }
    if (v[2].there)
        rights = people_read_rights(a, q, v[2].text);
    if (!rights.p)
        return;
    if (!time_parse_duration(v[4].text, &us)) {
        api_fail(a, q, 422, "expires", PROBLEM_TOKEN_EXPIRES);
        return;
    }
    snprintf(lasts, sizeof(lasts), "%lld", (long long)us);
    api_ask_auth(a, q, "token_create",
                 (struct str[]){*keep(q, v[0].text), v[1].text, rights, people_scope(&v[3]), str_of(lasts),
                                str_of(q->who.name), people_asker(q)},
                 7, token_made);
}

void token_delete(struct api *a, struct api_request *q)
{
    people_change(a, q, "token_delete", (struct str[]){q->param[0], people_asker(q)}, 2, 200, "token delete",
                  q->param[0]);
}

void token_list(struct api *a, struct api_request *q)
{
    people_page(a, q, "token_list", "tokens");
}

/* ---- what the answers look like ---- */

static const struct shape_field made_fields[] = {
    {"name", SHAPE_TEXT, 0, NULL},
    {"role", SHAPE_TEXT, 0, "none: it has rights of its own"},
    {"expires", SHAPE_TIME, SHAPE_NULL, NULL},
    {"token", SHAPE_TEXT, 0, "its text, which is told this once", .like = "\"vgt_...\""},
    {NULL},
};
const struct shape token_made_shape = {"TokenMade", made_fields};
static const struct shape_field token_fields[] = {
    {"name", SHAPE_TEXT, 0, NULL},
    {"role", SHAPE_TEXT, SHAPE_NULL, "null: it has rights of its own"},
    {"scope", SHAPE_TEXT, SHAPE_LIST | SHAPE_NULL, "what they hold for; null: everything"},
    {"rights", SHAPE_TEXT, SHAPE_LIST, "their words: docs/USERS.md"},
    {"created", SHAPE_TIME, SHAPE_NULL, NULL},
    {"expires", SHAPE_TIME, SHAPE_NULL, NULL},
    {"by", SHAPE_TEXT, 0, "who made it"},
    {NULL},
};
static const struct shape token_shape = {"Token", token_fields};
static const struct shape_field list_fields[] = {
    {"tokens", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &token_shape},
    {"next", SHAPE_TEXT, SHAPE_NULL, "the cursor of the next page"},
    {NULL}};
const struct shape token_list_shape = {"Tokens", list_fields};
