/* SPDX-License-Identifier: Apache-2.0 */
#include "api/gone.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/names.h"
#include "api/resource.h"
#include "wire/json_read.h"

struct asked {
    gone_then_f *then;
    bool by_id;
};

static size_t take(struct api_request *q, struct str text, struct gone **out)
{
    struct json_value *part;
    VEC(struct gone) all = {0};
    size_t n;

    while (text.n && (part = json_read(&text, NULL))) {
        for (size_t i = 0; i < json_read_length(part); i++) {
            const struct json_value *o = json_read_element(part, i);
            struct gone *x = VEC_ADD(&all);

            *x = (struct gone){.host = arena_str(&q->arena, json_read_text(json_read_member(o, "host"))),
                               .service =
                                   arena_str(&q->arena, json_read_text(json_read_member(o, "service")))};
            str_to_u64(json_read_text(json_read_member(o, "oid")), &x->oid);
        }
        json_read_free(part);
    }
    n = all.n;
    *out = arena_alloc(&q->arena, (n + 1) * sizeof(**out));
    for (size_t i = 0; i < n; i++)
        (*out)[i] = all.at[i];
    VEC_RELEASE(&all);
    return n;
}

static void known(struct api *a, struct api_request *q, const struct api_answer *x)
{
    const struct asked *k = q->state;
    struct gone *at;
    size_t n;

    if (api_reader_refused(a, q, x))
        return;
    if (api_not_ready(a, q))
        return;
    n = take(q, x->json, &at);
    buf_clear(&q->json);
    if (k->by_id && !n)
        api_fail(a, q, 404, "id", PROBLEM_NO_CHECK);
    else
        k->then(a, q, at, n);
}

static void ask(struct api *a, struct api_request *q, struct asked k, struct str id, struct str host,
                struct str service)
{
    struct str args[] = {api_scope(q), id, host, service};
    struct asked *state = arena_alloc(&q->arena, sizeof(*state));

    *state = k;
    q->state = state;
    api_ask_reader(a, q, "object", args, ARRAY_LEN(args), known);
}

/* It is configured, and not for this right in sight, but may be read: who asks is told so (resource_of). */
static bool is_read(struct api *a, struct api_request *q)
{
    uint32_t idx = names_find(a, q->param[0]);

    return idx != MODEL_NONE && resource_reads(a, q, idx);
}

/* The host or service of these names, or a host that has a service in sight. */
static bool is_seen(const struct api *a, const struct sight *sight, struct str host, struct str service)
{
    uint32_t h = model_find_host(&a->model, host),
             s = service.n ? model_find_service(&a->model, host, service) : MODEL_NONE;

    return service.n ? s != MODEL_NONE && sight_sees(sight, s)
                     : h != MODEL_NONE && sight_names_host(sight, h);
}

bool gone_by_id(struct api *a, struct api_request *q, gone_then_f *then)
{
    uint64_t oid;

    if (!a->ready || names_find_seen(a, q->sight, q->param[0]) != MODEL_NONE || is_read(a, q))
        return false;
    if (!str_to_u64(q->param[0], &oid) || !oid || oid > INT64_MAX)
        return false; /* it never was one */
    ask(a, q, (struct asked){then, true}, q->param[0], STR(""), STR(""));
    return true;
}

bool gone_by_name(struct api *a, struct api_request *q, gone_then_f *then)
{
    struct str host = api_query(q, "host"), service = api_query(q, "service");

    if (!a->ready || !host.n || api_query(q, "group").p)
        return false;
    if (is_seen(a, q->sight, host, service))
        return false;
    ask(a, q, (struct asked){then, false}, STR("0"), host, service);
    return true;
}

void gone_member(struct json *j, const struct gone *at, size_t n)
{
    if (!n)
        return;
    json_key(j, "gone");
    json_list(j);
    for (size_t i = 0; i < n; i++) {
        json_map(j);
        json_key_id(j, "id", at[i].oid);
        json_key_c(j, "kind", at[i].service.n ? "service" : "host");
        json_key_str(j, "host", at[i].host);
        if (at[i].service.n)
            json_key_str(j, "service", at[i].service);
        json_map_end(j);
    }
    json_list_end(j);
}

/* ---- what the answers look like ---- */

static const struct shape_field fields[] = {
    {"id", SHAPE_ID, 0, NULL},
    {"kind", SHAPE_WORD, 0, NULL, .words = shape_kinds},
    {"host", SHAPE_TEXT, 0, "the name it had last"},
    {"service", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {NULL},
};
const struct shape gone_shape = {"Gone", fields};
