/* SPDX-License-Identifier: Apache-2.0 */
#include "api/filter.h"

#include "api/api_ask.h"
#include "api/api_reply.h"

const char *const filter_query_delete[] = {"by", NULL};

const struct body_field filter_body[] = {
    {"query", BODY_LINE, true, 1, 1500, NULL,
     "the query of the list's address, such as view=problems&q=host:web"},
    {"shared", BODY_BOOL, false, 0, 0, NULL,
     "whether it is offered to everybody; that takes the right to share"},
    {NULL},
};

/* Programs have names of their own, which may be those of people. */
static bool is_person(struct api *a, struct api_request *q)
{
    if (q->who.by != API_BY_SESSION)
        api_fail(a, q, 422, NULL, PROBLEM_FILTER_PERSON);
    return q->who.by == API_BY_SESSION;
}

static bool may_share(const struct api_request *q)
{
    return q->who.rights & right_bit(RIGHT_FILTERS_SHARE);
}

static void listed(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct buf out = BUF_INIT;

    if (api_auth_refused(a, q, x))
        return;
    buf_printf(&out, "{\"filters\":" STR_FMT "}", STR_ARG(x->values[API_AUTH_LIST]));
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

void filter_list(struct api *a, struct api_request *q)
{
    struct str user = q->who.by == API_BY_SESSION ? str_of(q->who.name) : STR("");

    api_ask_auth(a, q, "filter_list", &user, 1, listed);
}

static void done(struct api *a, struct api_request *q, const struct api_answer *x)
{
    enum problem p;

    if (!x->ok && problem_parse(x->error, &p) && p == PROBLEM_FILTER_SHARE) {
        api_fail_right(a, q, PROBLEM_NEEDS_RIGHT, RIGHT_FILTERS_SHARE);
        return;
    }
    if (!api_auth_refused(a, q, x))
        api_reply_ok(a, q, 200);
}

void filter_put(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];
    struct str args[5] = {str_of(q->who.name), q->param[0]};

    if (!is_person(a, q) || !body_read(a, q, v))
        return;
    args[2] = v[0].text;
    args[3] = v[1].there && v[1].number ? STR("1") : STR("");
    args[4] = may_share(q) ? STR("1") : STR("");
    api_ask_auth(a, q, "filter_put", args, 5, done);
}

void filter_delete(struct api *a, struct api_request *q)
{
    struct str by = api_query(q, "by");
    struct str args[] = {str_of(q->who.name), by.n ? by : str_of(q->who.name), q->param[0],
                         may_share(q) ? STR("1") : STR("")};

    if (is_person(a, q))
        api_ask_auth(a, q, "filter_delete", args, 4, done);
}

static const struct shape_field filter_fields[] = {
    {"name", SHAPE_TEXT, 0, NULL},
    {"query", SHAPE_TEXT, 0, "of the list's address"},
    {"shared", SHAPE_BOOL, 0, "it is offered to everybody"},
    {"own", SHAPE_BOOL, 0, "who asks has saved it"},
    {"by", SHAPE_TEXT, 0, "who has saved it"},
    {"changed", SHAPE_TIME, 0, NULL},
    {NULL},
};
static const struct shape filter_shape = {"SavedFilter", filter_fields};
static const struct shape_field list_fields[] = {
    {"filters", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &filter_shape}, {NULL}};
const struct shape filter_list_shape = {"SavedFilters", list_fields};
