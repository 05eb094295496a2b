/* SPDX-License-Identifier: Apache-2.0 */
/* Renames: announced before the reload that carries them out, so that what has another name then is known to be what it was. The store keeps them. */
#include "api/rename.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "wire/json.h"

enum { HOST, SERVICE, TO_HOST, TO_SERVICE, SWAP };

static bool is_there(const struct model *m, struct str host, struct str service)
{
    return (service.n ? model_find_service(m, host, service) : model_find_host(m, host)) != MODEL_NONE;
}

/* PROBLEM_NONE: good. */
static enum problem judge(const struct api *a, const struct str *names, bool swap)
{
    bool old = is_there(&a->model, names[HOST], names[SERVICE]),
         now = is_there(&a->model, names[TO_HOST], names[TO_SERVICE]);

    if ((names[SERVICE].n > 0) != (names[TO_SERVICE].n > 0))
        return PROBLEM_RENAME_KIND;
    if (str_eq(names[HOST], names[TO_HOST]) && str_eq(names[SERVICE], names[TO_SERVICE]))
        return PROBLEM_RENAME_SAME;
    if (swap)
        return old && now ? PROBLEM_NONE : PROBLEM_RENAME_SWAP;
    return old && now ? PROBLEM_RENAME_BOTH : PROBLEM_NONE;
}

static void done(struct api *a, struct api_request *q, const struct api_answer *x)
{
    if (!x->ok)
        api_fail_with(a, q, 409, NULL, PROBLEM_ENGINE_REFUSES, x->error, STR_NULL);
    else
        api_reply_ok(a, q, 202);
}

static void audit(struct api *a, struct api_request *q, const struct str *names)
{
    struct buf what = BUF_INIT;

    for (size_t i = 0; i < 4; i += 2)
        buf_printf(&what, "%s" STR_FMT "%s" STR_FMT, i ? " > " : "", STR_ARG(names[i]),
                   names[i + 1].n ? "/" : "", STR_ARG(names[i + 1]));
    api_audit(a, q, "rename", buf_str(&what));
    buf_release(&what);
}

const struct body_field rename_body[] = {
    {"host", BODY_LINE, true, 1, 255, NULL, "what the host is called now"},
    {"service", BODY_LINE, false, 1, 255, NULL, "and the service; left out: the host is renamed"},
    {"to_host", BODY_LINE, true, 1, 255, NULL, "the host's name in the new configuration"},
    {"to_service", BODY_LINE, false, 1, 255, NULL, "the service's"},
    {"swap", BODY_BOOL, false, 0, 0, NULL, "both are configured, and change places"},
    {NULL},
};

void rename_create(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];
    struct str names[8];
    enum problem p;
    bool swap;

    if (api_not_ready(a, q) || !body_read(a, q, v))
        return;
    swap = v[SWAP].there && v[SWAP].number;
    for (size_t i = 0; i < 4; i++) {
        names[i] = v[i].text;
        names[(i + 2) % 4 + 4] = v[i].text; /* the other way round */
    }
    p = judge(a, names, swap);
    if (p != PROBLEM_NONE) {
        api_fail(a, q, p == PROBLEM_RENAME_BOTH ? 409 : 422, NULL, p);
        return;
    }
    audit(a, q, names);
    api_ask_rename(a, q, names, swap ? 8 : 4, 0, done);
}

static void deleted(struct api *a, struct api_request *q, const struct api_answer *x)
{
    if (x->ok)
        api_reply_ok(a, q, 200);
    else
        api_fail(a, q, 404, "id", PROBLEM_NO_ENTRY);
}

void rename_delete(struct api *a, struct api_request *q)
{
    uint64_t id;

    if (!str_to_u64(q->param[0], &id) || !id) {
        api_fail(a, q, 404, "id", PROBLEM_NO_ENTRY);
        return;
    }
    api_audit(a, q, "delete", q->path);
    api_ask_rename(a, q, NULL, 0, id, deleted);
}

void rename_list(struct api *a, struct api_request *q)
{
    struct buf out = BUF_INIT;
    struct json j;

    json_init(&j, &out);
    json_map(&j);
    json_key(&j, "renames");
    json_raw(&j, a->renames.len ? buf_str(&a->renames) : STR("[]"));
    json_key_u64(&j, "total", a->n_renames);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

void rename_take(struct api *a, struct str json, uint64_t total)
{
    buf_clear(&a->renames);
    buf_add_str(&a->renames, json);
    a->n_renames = total;
}

/* ---- what the answers look like ---- */

static const struct shape_field rename_fields[] = {
    {"id", SHAPE_ID, 0, NULL},
    {"time", SHAPE_TIME, SHAPE_NULL, "when it was announced"},
    {"until", SHAPE_TIME, SHAPE_NULL, NULL},
    {"author", SHAPE_TEXT, 0, NULL},
    {"host", SHAPE_TEXT, 0, NULL},
    {"service", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"to_host", SHAPE_TEXT, 0, NULL},
    {"to_service", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {NULL},
};
static const struct shape rename_shape = {"Rename", rename_fields};
static const struct shape_field list_fields[] = {
    {"renames", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &rename_shape},
    {"total", SHAPE_INT, 0, NULL},
    {NULL},
};
const struct shape rename_list_shape = {"Renames", list_fields};
