/* SPDX-License-Identifier: Apache-2.0 */
#include "api/scope.h"

#include "api/api_int.h"
#include "api/api_reply.h"
#include "api/eyes.h"
#include "api/group.h"
#include "core/sight.h"
#include "wire/json.h"
#include "wire/json_read.h"

const char *const scope_query[] = {"terms", NULL};

/* The text of the sight that these terms are; false: they are none. */
static bool read_terms(struct str text, struct buf *out)
{
    struct err err = ERR_INIT;
    struct json_value *v = json_read(&text, &err);
    bool good = v && !text.n && json_read_type(v) == JSON_IS_ARRAY;

    for (size_t i = 0; good && i < json_read_length(v); i++) {
        struct str term = json_read_text(json_read_element(v, i));

        good = term.p && sight_put_term(out, term, &err) >= 0;
    }
    json_read_free(v);
    if (good)
        sight_put_end(out);
    return good;
}

/* Is there such a group or contact, for who asks? Of what is out of sight nothing is said, not even that it is there. */
static bool is_known(struct eyes *e, const struct sight_term *t)
{
    if (t->kind == SIGHT_HOST || t->kind == SIGHT_SERVICE)
        return true;
    if (t->at == MODEL_NONE)
        return false;
    if (t->kind == SIGHT_CONTACT)
        return eyes_see(e, EYES_CONTACT, t->at);
    return t->kind == SIGHT_HOST_GROUP ? group_seen(e->m, model_host_group(e->m, t->at), true, e->sight)
                                       : group_seen(e->m, model_service_group(e->m, t->at), false, e->sight);
}

/* Groups and contacts that there are not, as they were written. */
static void write_unknown(struct json *j, const struct sight *s, struct eyes *e)
{
    struct str text = buf_str(&s->text);

    json_key(j, "unknown");
    json_list(j);
    for (size_t i = 0; i < s->term.n; i++) {
        struct str line = str_cut(&text, '\n');

        if (!is_known(e, &s->term.at[i]))
            json_str(j, line);
    }
    json_list_end(j);
}

static void answer(struct api *a, struct api_request *q, const struct sight *s)
{
    struct eyes e = eyes_of(&a->model, q->sight, &q->arena);
    uint64_t hosts = 0, services = 0;
    struct buf out = BUF_INIT;
    struct json j;

    for (uint32_t i = 0; i < a->model.n_check; i++) {
        if (sight_sees(s, i) && sight_sees(q->sight, i))
            (*(i < a->model.n_hosts ? &hosts : &services))++;
    }
    json_init(&j, &out);
    json_map(&j);
    json_key_u64(&j, "hosts", hosts);
    json_key_u64(&j, "services", services);
    if (s) {
        write_unknown(&j, s, &e);
    } else {
        json_key(&j, "unknown");
        json_list(&j);
        json_list_end(&j);
    }
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

void scope_show(struct api *a, struct api_request *q)
{
    struct str terms = api_query(q, "terms");
    struct buf text = BUF_INIT;
    struct sight s = {.text = BUF_INIT, .arena = ARENA_INIT};

    if (api_not_ready(a, q))
        return;
    if (!terms.p || str_eq_c(terms, "null")) {
        answer(a, q, NULL);
        return;
    }
    if (read_terms(terms, &text) && sight_parse(&s, buf_str(&text), NULL) >= 0) {
        sight_evaluate(&s, &a->model);
        answer(a, q, &s);
    } else {
        api_fail(a, q, 400, "terms", PROBLEM_SCOPE_FORM);
    }
    sight_release(&s);
    buf_release(&text);
}

/* ---- what the answer looks like ---- */

static const struct shape_field fields[] = {
    {"hosts", SHAPE_INT, 0, "that are in sight, of those that one sees oneself"},
    {"services", SHAPE_INT, 0, "likewise"},
    {"unknown", SHAPE_TEXT, SHAPE_LIST, "the terms of groups and contacts that there are not"},
    {NULL},
};
const struct shape scope_shape = {"ScopeSeen", fields};
