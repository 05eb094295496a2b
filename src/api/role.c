/* SPDX-License-Identifier: Apache-2.0 */
#include "api/role.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/people.h"
#include "wire/json.h"

#define RIGHTS_DOC "the rights it has, such as resources.read; GET /api/v1/roles lists all there are"
#define TOTP_DOC   "who has the role needs the second factor, and may do nothing else before it is on"

/* With all the rights that a role may have, and what each is for. */
static void listed(struct api *a, struct api_request *q, const struct api_answer *x)
{
    bool french = api_reads_french(q);
    struct buf out = BUF_INIT;
    struct json j;

    if (api_auth_refused(a, q, x))
        return;
    json_init(&j, &out);
    json_map(&j);
    json_key(&j, "roles");
    json_raw(&j, x->values[API_AUTH_LIST]);
    json_key(&j, "rights");
    json_list(&j);
    for (int r = RIGHT_FIRST; r < RIGHT_END; r++) {
        const struct right_row *row = right_row((enum right)r);

        json_map(&j);
        json_key_c(&j, "right", row->word);
        json_key_c(&j, "text", french ? row->fr : row->en);
        json_key_bool(&j, "privileged", row->privileged);
        json_map_end(&j);
    }
    json_list_end(&j);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

void role_list(struct api *a, struct api_request *q)
{
    api_ask_auth(a, q, "role_list", NULL, 0, listed);
}

const struct body_field role_body[] = {
    {"name", BODY_LINE, true, 1, 64, NULL, "the role's name"},
    {"rights", BODY_LIST, true, 0, 64, NULL, RIGHTS_DOC},
    {"totp_required", BODY_BOOL, false, 0, 0, NULL, TOTP_DOC},
    {NULL},
};

void role_create(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];
    struct str rights;

    if (!body_read(a, q, v))
        return;
    rights = people_read_rights(a, q, v[1].text);
    if (rights.p)
        people_change(
            a, q, "role_create",
            (struct str[]){v[0].text, rights, v[2].number ? STR("yes") : STR("no"), people_asker(q)}, 4, 201,
            "role create", v[0].text);
}

const struct body_field role_body_change[] = {
    {"rights", BODY_LIST, false, 0, 64, NULL, RIGHTS_DOC "; left as they are if left out"},
    {"totp_required", BODY_BOOL, true, 0, 0, NULL, TOTP_DOC},
    {NULL},
};

void role_change(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];
    struct str rights;

    if (!body_read(a, q, v))
        return;
    rights = v[0].there ? people_read_rights(a, q, v[0].text) : STR("=");
    if (rights.p)
        people_change(
            a, q, "role_change",
            (struct str[]){q->param[0], rights, v[1].number ? STR("yes") : STR("no"), people_asker(q)}, 4,
            200, "role change", q->param[0]);
}

void role_delete(struct api *a, struct api_request *q)
{
    people_change(a, q, "role_delete", (struct str[]){q->param[0], people_asker(q)}, 2, 200, "role delete",
                  q->param[0]);
}

/* ---- what the answers look like ---- */

static const struct shape_field role_fields[] = {
    {"name", SHAPE_TEXT, 0, NULL},
    {"built_in", SHAPE_BOOL, 0, "viewer, operator and admin: their rights are fixed"},
    {"rights", SHAPE_TEXT, SHAPE_LIST, "their words"},
    {"totp_required", SHAPE_BOOL, 0, TOTP_DOC},
    {"used_by", SHAPE_INT, 0, "how many users, user groups and tokens have it"},
    {NULL},
};
static const struct shape role_shape = {"Role", role_fields};
static const struct shape_field right_fields[] = {
    {"right", SHAPE_TEXT, 0, "its word", .like = "\"resources.read\""},
    {"text", SHAPE_TEXT, 0, "what one may, behind \"the right to\", in the language of who asks"},
    {"privileged", SHAPE_BOOL, 0, "it changes who may do what, or everything at once"},
    {NULL},
};
static const struct shape right_shape = {"Right", right_fields};
static const struct shape_field list_fields[] = {
    {"roles", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &role_shape},
    {"rights", SHAPE_OBJECT, SHAPE_LIST, "all that a role may have", .of = &right_shape},
    {NULL}};
const struct shape role_list_shape = {"Roles", list_fields};
