/* SPDX-License-Identifier: Apache-2.0 */
/* Users: made, changed and deleted by administrators. */
#include "api/user.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/people.h"

#define ROLE_DOC  "viewer, operator, admin or a role of one's own; none if left out"
#define SCOPE_DOC "what the role holds for: null (everything) or terms such as hostgroup:NAME (docs/USERS.md)"

/* True, and answered, when too many passwords are being hashed already. */
static bool crowded(struct api *a, struct api_request *q)
{
    if (a->n_logins >= API_LOGINS_MAX) {
        api_header(q, "Retry-After: 2");
        api_fail(a, q, 429, NULL, PROBLEM_PASSWORD_BUSY);
        return true;
    }
    q->login = true;
    a->n_logins++;
    return false;
}

const struct body_field user_body_password[] = {
    {"password", BODY_TEXT, true, 1, 1024, NULL, "the new one, at least 12 characters"},
    {NULL},
};

void user_password(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];

    if (!body_read(a, q, v) || crowded(a, q))
        return;
    people_change(a, q, "user_password", (struct str[]){q->param[0], v[0].text, people_asker(q)}, 3, 200,
                  "user password", q->param[0]);
}

const struct body_field user_body_role[] = {
    {"role", BODY_LINE, false, 1, 64, NULL, ROLE_DOC},
    {NULL},
};

void user_role(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];
    struct buf what = BUF_INIT;

    if (!body_read(a, q, v))
        return;
    buf_printf(&what, "user role " STR_FMT, STR_ARG(v[0].there ? v[0].text : STR("none")));
    people_change(a, q, "user_role", (struct str[]){q->param[0], v[0].text, people_asker(q)}, 3, 200,
                  arena_dup(&q->arena, buf_str(&what)), q->param[0]);
    buf_release(&what);
}

const struct body_field user_body_change[] = {
    {"role", BODY_LINE, false, 1, 64, NULL, ROLE_DOC},
    {"scope", BODY_SCOPE, true, 0, 64, NULL, SCOPE_DOC},
    {"groups", BODY_LIST, true, 0, 15, NULL, "the user groups that the user is in"},
    {NULL},
};

void user_change(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];

    if (!body_read(a, q, v))
        return;
    people_change(a, q, "user_change",
                  (struct str[]){q->param[0], v[0].text, v[1].text, v[2].text, people_asker(q)}, 5, 200,
                  "user change", q->param[0]);
}

const struct body_field user_body[] = {
    {"user", BODY_LINE, true, 1, 64, NULL, "the user's name"},
    {"password", BODY_TEXT, true, 1, 1024, NULL, "at least 12 characters"},
    {"role", BODY_LINE, false, 1, 64, NULL, ROLE_DOC},
    {"scope", BODY_SCOPE, false, 0, 64, NULL, SCOPE_DOC},
    {"groups", BODY_LIST, false, 0, 15, NULL, "the user groups that the user is in"},
    {NULL},
};

void user_create(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];

    if (!body_read(a, q, v) || crowded(a, q))
        return;
    people_change(a, q, "user_create",
                  (struct str[]){v[0].text, v[1].text, v[2].text, people_scope(&v[3]), people_list(&v[4]),
                                 people_asker(q)},
                  6, 201, "user create", v[0].text);
}

void user_delete(struct api *a, struct api_request *q)
{
    people_change(a, q, "user_delete", (struct str[]){q->param[0], people_asker(q)}, 2, 200, "user delete",
                  q->param[0]);
}

void user_totp_reset(struct api *a, struct api_request *q)
{
    people_change(a, q, "totp_reset", (struct str[]){q->param[0], people_asker(q)}, 2, 200, "user totp off",
                  q->param[0]);
}

void user_list(struct api *a, struct api_request *q)
{
    people_page(a, q, "user_list", "users");
}

/* ---- groups ---- */

const struct body_field user_body_group[] = {
    {"name", BODY_LINE, true, 1, 64, NULL, "the group's name"},
    {"role", BODY_LINE, false, 1, 64, NULL, ROLE_DOC},
    {"scope", BODY_SCOPE, false, 0, 64, NULL, SCOPE_DOC},
    {"members", BODY_LIST, false, 0, 1000, NULL, "the users who are in it"},
    {NULL},
};

void user_group_create(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];

    if (!body_read(a, q, v))
        return;
    people_change(
        a, q, "group_create",
        (struct str[]){v[0].text, v[1].text, people_scope(&v[2]), people_list(&v[3]), people_asker(q)}, 5,
        201, "user group create", v[0].text);
}

const struct body_field user_body_group_change[] = {
    {"role", BODY_LINE, false, 1, 64, NULL, ROLE_DOC},
    {"scope", BODY_SCOPE, true, 0, 64, NULL, SCOPE_DOC},
    {"members", BODY_LIST, true, 0, 1000, NULL, "the users who are in it"},
    {NULL},
};

void user_group_change(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];

    if (!body_read(a, q, v))
        return;
    people_change(a, q, "group_change",
                  (struct str[]){q->param[0], v[0].text, v[1].text, v[2].text, people_asker(q)}, 5, 200,
                  "user group change", q->param[0]);
}

void user_group_delete(struct api *a, struct api_request *q)
{
    people_change(a, q, "group_delete", (struct str[]){q->param[0], people_asker(q)}, 2, 200,
                  "user group delete", q->param[0]);
}

void user_group_list(struct api *a, struct api_request *q)
{
    people_page(a, q, "group_list", "groups");
}

/* ---- what the answers look like ---- */

#define NEXT_FIELD                                                                                           \
    {                                                                                                        \
        "next", SHAPE_TEXT, SHAPE_NULL, "the cursor of the next page"                                        \
    }
#define SCOPE_FIELD                                                                                          \
    {                                                                                                        \
        "scope", SHAPE_TEXT, SHAPE_LIST | SHAPE_NULL, SCOPE_DOC, .like = "\"hostgroup:linux\""               \
    }
static const struct shape_field user_fields[] = {
    {"user", SHAPE_TEXT, 0, "the user's name"},
    {"role", SHAPE_TEXT, SHAPE_NULL, "null: none of its own"},
    SCOPE_FIELD,
    {"groups", SHAPE_TEXT, SHAPE_LIST, "the user groups that the user is in"},
    {"totp", SHAPE_BOOL, 0, "the second factor is on"},
    {"totp_required", SHAPE_BOOL, 0, "a role of the user's requires it"},
    {"created", SHAPE_TIME, SHAPE_NULL, NULL},
    {"password_changed", SHAPE_TIME, SHAPE_NULL, NULL},
    {"last_sign_in", SHAPE_TIME, SHAPE_NULL, "null: never, or before there was such a record"},
    {"sessions", SHAPE_INT, 0, "how many are open"},
    {NULL},
};
static const struct shape user_shape = {"User", user_fields};
static const struct shape_field list_fields[] = {
    {"users", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &user_shape}, NEXT_FIELD, {NULL}};
const struct shape user_list_shape = {"Users", list_fields};
static const struct shape_field group_fields[] = {
    {"name", SHAPE_TEXT, 0, NULL},
    {"role", SHAPE_TEXT, SHAPE_NULL, "null: none"},
    SCOPE_FIELD,
    {"members", SHAPE_TEXT, SHAPE_LIST, "the users who are in it"},
    {NULL},
};
static const struct shape group_shape = {"UserGroup", group_fields};
static const struct shape_field group_list_fields[] = {
    {"groups", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &group_shape}, NEXT_FIELD, {NULL}};
const struct shape user_group_list_shape = {"UserGroups", group_list_fields};
