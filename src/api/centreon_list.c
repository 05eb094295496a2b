/* SPDX-License-Identifier: Apache-2.0 */
#include "api/centreon_list.h"

#include "api/api_reply.h"
#include "api/body.h"
#include "api/centreon.h"
#include "api/centreon_row.h"
#include "api/centreon_search.h"
#include "api/label.h"
#include "api/names.h"
#include "wire/json_read.h"

#include <stdlib.h>
#include <string.h>

#define LIMIT_MAX 10000u /* rows of a page: Nagstamon asks for 9999 */
#define LIMIT_DEF 10u
#define SORTS_MAX 4u

const char *const centreon_list_query[] = {"types",
                                           "statuses",
                                           "states",
                                           "status_types",
                                           "hostgroup_names",
                                           "servicegroup_names",
                                           "search",
                                           "sort_by",
                                           "limit",
                                           "page",
                                           NULL};

enum { TYPE_HOST, TYPE_SERVICE };
enum state_filter { STATE_UNHANDLED, STATE_PROBLEM, STATE_DOWNTIME, STATE_ACKNOWLEDGED, STATE_FLAPPING };
enum sort_by {
    BY_PRESSING,
    BY_CODE,
    BY_CHANGE,
    BY_CHECK,
    BY_NAME,
    BY_PARENT,
    BY_TRIES,
    BY_INFORMATION,
    BY_LEVEL,
    BY_ID,
};

/* Words of each parameter that takes a list; those after the blank are Centreon's for what there is none of here. */
static const char *const type_words[] = {
    "host", "service", "metaservice", "meta", "business-activity", "anomaly-detection", NULL};
static const char *const status_words[] = {"OK",          "UP",       "PENDING", "UNKNOWN", "WARNING",
                                           "UNREACHABLE", "CRITICAL", "DOWN",    NULL};
static const char *const state_words[] = {"unhandled_problems", "resources_problems", "in_downtime",
                                          "acknowledged",       "in_flapping",        NULL};
static const char *const hard_words[] = {"soft", "hard", NULL};

struct view {
    uint32_t types, statuses, states, hard; /* bits by the words above; 0: any */
    const struct json_value *groups, *service_groups;
    struct centreon_search *search;
    struct {
        enum sort_by by;
        bool descending;
    } sort[SORTS_MAX];
    size_t n_sort;
    uint32_t limit, page;
    struct json_value *roots[8]; /* that the above borrow from */
    size_t n_roots;
};

static void release(struct view *v)
{
    for (size_t i = 0; i < v->n_roots; i++)
        json_read_free(v->roots[i]);
    centreon_search_free(v->search);
}

/* ---- reading the parameters ---- */

static void fail(struct api *a, struct api_request *q, const char *name, struct str why)
{
    api_fail_with(a, q, 400, name, PROBLEM_CENTREON_PARAMETER, str_of(name), why);
}

/* The JSON of a parameter; NULL: it is not there, or answered. */
static const struct json_value *json_of(struct api *a, struct api_request *q, struct view *v,
                                        const char *name)
{
    struct str text = api_query(q, name), rest = text;
    struct err err = ERR_INIT;
    struct json_value *root;

    if (!text.n)
        return NULL;
    root = json_read(&rest, &err);
    if (!root || rest.n) {
        fail(a, q, name, root ? STR("something follows the JSON") : str_of(err.text));
        json_read_free(root);
        return NULL;
    }
    BUG_ON(v->n_roots == ARRAY_LEN(v->roots));
    v->roots[v->n_roots++] = root;
    return root;
}

static uint32_t place_of(struct str s, const char *const *words)
{
    uint32_t i = 0;

    while (words[i] && !str_ieq(s, str_of(words[i])))
        i++;
    return i;
}

/* ["host","service"] */
static bool parse_words(struct api *a, struct api_request *q, struct view *v, const char *name,
                        const char *const *words, uint32_t *out)
{
    const struct json_value *list = json_of(a, q, v, name);

    if (!list)
        return !q->answered;
    if (json_read_type(list) != JSON_IS_ARRAY)
        fail(a, q, name, STR("it is a list of words"));
    for (size_t i = 0; !q->answered && i < json_read_length(list); i++) {
        uint32_t place = place_of(json_read_text(json_read_element(list, i)), words);

        if (words[place])
            *out |= 1u << place;
        else
            fail(a, q, name, body_words(q, words));
    }
    return !q->answered;
}

static bool parse_groups(struct api *a, struct api_request *q, struct view *v, const char *name,
                         const struct json_value **out)
{
    const struct json_value *list = json_of(a, q, v, name);

    if (list && json_read_type(list) != JSON_IS_ARRAY)
        fail(a, q, name, STR("it is a list of names"));
    if (list && json_read_length(list) && !q->answered)
        *out = list;
    return !q->answered;
}

static bool parse_search(struct api *a, struct api_request *q, struct view *v)
{
    struct str text = api_query(q, "search");
    struct err err = ERR_INIT;

    if (!text.n)
        return true;
    v->search = centreon_search_new(text, &err);
    if (!v->search)
        fail(a, q, "search", str_of(err.text));
    return v->search;
}

static const struct {
    const char *name;
    enum sort_by by;
} sorts[] = {
    {"status_severity_code", BY_PRESSING},
    {"status", BY_CODE},
    {"status_code", BY_CODE},
    {"last_status_change", BY_CHANGE},
    {"duration", BY_CHANGE},
    {"last_check", BY_CHECK},
    {"name", BY_NAME},
    {"resource", BY_NAME},
    {"parent_name", BY_PARENT},
    {"parent_resource", BY_PARENT},
    {"tries", BY_TRIES},
    {"information", BY_INFORMATION},
    {"severity_level", BY_LEVEL},
    {"id", BY_ID},
};

static void add_sort(struct api *a, struct api_request *q, struct view *v, struct str name, struct str order)
{
    size_t i = 0;

    while (i < ARRAY_LEN(sorts) && !str_eq_c(name, sorts[i].name))
        i++;
    if (i == ARRAY_LEN(sorts) || (!str_ieq(order, STR("asc")) && !str_ieq(order, STR("desc")))) {
        fail(a, q, "sort_by", STR("{\"status_severity_code\":\"asc\",\"last_status_change\":\"desc\"}"));
        return;
    }
    v->sort[v->n_sort].by = sorts[i].by;
    v->sort[v->n_sort++].descending = str_ieq(order, STR("desc"));
}

/* {"name":"asc"}, or as older clients write it {"sort":"name"}; as Centreon has it when nothing is asked for. */
static bool parse_sort(struct api *a, struct api_request *q, struct view *v)
{
    const struct json_value *map = json_of(a, q, v, "sort_by"), *value;
    void *at = NULL;
    struct str key;

    while (map && !q->answered && v->n_sort < SORTS_MAX && json_read_next(map, &at, &key, &value))
        add_sort(a, q, v, key, json_read_text(value));
    if (!q->answered && !v->n_sort) {
        add_sort(a, q, v, STR("status_severity_code"), STR("asc"));
        add_sort(a, q, v, STR("last_status_change"), STR("desc"));
    }
    return !q->answered;
}

static bool parse_number(struct api *a, struct api_request *q, const char *name, uint32_t def, uint32_t *out)
{
    struct str text = api_query(q, name);
    uint64_t n = def;

    if (text.n && (!str_to_u64(text, &n) || n > UINT32_MAX / LIMIT_MAX))
        fail(a, q, name, STR("it is a whole number"));
    *out = (uint32_t)n;
    return !q->answered;
}

static bool parse(struct api *a, struct api_request *q, struct view *v)
{
    if (!parse_words(a, q, v, "types", type_words, &v->types) ||
        !parse_words(a, q, v, "statuses", status_words, &v->statuses) ||
        !parse_words(a, q, v, "states", state_words, &v->states) ||
        !parse_words(a, q, v, "status_types", hard_words, &v->hard) ||
        !parse_groups(a, q, v, "hostgroup_names", &v->groups) ||
        !parse_groups(a, q, v, "servicegroup_names", &v->service_groups) || !parse_search(a, q, v) ||
        !parse_sort(a, q, v) || !parse_number(a, q, "limit", LIMIT_DEF, &v->limit) ||
        !parse_number(a, q, "page", 1, &v->page))
        return false;
    v->limit = MIN(v->limit, LIMIT_MAX);
    v->page = MAX(v->page, 1u);
    return true;
}

/* ---- which ---- */

static bool state_matches(const struct api *a, const struct view *v, uint32_t idx, const struct row_brief *b)
{
    uint32_t flags = __atomic_load_n(&row_in_place(a, idx)->flags, __ATOMIC_RELAXED), is = 0;

    is |= (uint32_t)(b->problem && !b->handled) << STATE_UNHANDLED;
    is |= (uint32_t)b->problem << STATE_PROBLEM;
    is |= (uint32_t)centreon_row_in_downtime(a, idx) << STATE_DOWNTIME;
    is |= (uint32_t)((flags & BOARD_ACKNOWLEDGED) != 0) << STATE_ACKNOWLEDGED;
    is |= (uint32_t)((flags & BOARD_FLAPPING) != 0) << STATE_FLAPPING;
    return is & v->states;
}

/* In one of the groups of these names; hosts: a service is in those of its host. */
static bool in_groups(const struct api *a, const struct json_value *names, uint32_t idx, bool hosts)
{
    const struct model *m = &a->model;
    struct model_list groups = model_check(m, hosts ? model_check(m, idx)->host : idx)->groups;

    for (uint32_t i = 0; i < groups.n; i++) {
        uint32_t g = model_item(m, groups, i);
        struct str name =
            model_str(m, hosts ? model_host_group(m, g)->name : model_service_group(m, g)->name);

        for (size_t k = 0; k < json_read_length(names); k++) {
            if (str_eq(json_read_text(json_read_element(names, k)), name))
                return true;
        }
    }
    return false;
}

static bool matches(struct api *a, const struct sight *sight, const struct view *v, uint32_t idx)
{
    bool host = idx < a->model.n_hosts;
    struct row_brief b;

    if (v->types && !(v->types & 1u << (host ? TYPE_HOST : TYPE_SERVICE)))
        return false;
    b = row_brief(a, idx);
    if (v->statuses && !(v->statuses & 1u << b.state))
        return false;
    if (v->states && !state_matches(a, v, idx, &b))
        return false;
    if (v->hard &&
        !(v->hard & 1u << (__atomic_load_n(&row_in_place(a, idx)->state_hard, __ATOMIC_RELAXED) != 0)))
        return false;
    if (v->groups &&
        (!sight_sees(sight, model_check(&a->model, idx)->host) || !in_groups(a, v->groups, idx, true)))
        return false;
    if (v->service_groups && (host || !in_groups(a, v->service_groups, idx, false)))
        return false;
    return !v->search || centreon_search_matches(a, sight, v->search, idx);
}

/* ---- order ---- */

struct item {
    uint64_t key[SORTS_MAX];
    uint32_t rank, idx;
};

/* The first bytes, in small letters, as a number: enough to order by, and it does not change while that is done. */
static uint64_t text_key(struct str s)
{
    uint64_t key = 0;

    for (size_t i = 0; i < 8; i++) {
        unsigned char c = i < s.n ? (unsigned char)s.p[i] : 0;

        key = key << 8 | (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    return key;
}

static uint64_t key_of(struct api *a, enum sort_by by, uint32_t idx)
{
    const struct board_check *c = row_in_place(a, idx);
    const struct model_check *m = model_check(&a->model, idx);
    const struct model_severity *s;

    switch (by) {
    case BY_PRESSING: return centreon_row_pressing(row_brief(a, idx).state);
    case BY_CODE: return centreon_row_code(row_brief(a, idx).state);
    case BY_CHANGE: return (uint64_t)__atomic_load_n(&c->last_state_change, __ATOMIC_RELAXED);
    case BY_CHECK: return (uint64_t)__atomic_load_n(&c->last_check, __ATOMIC_RELAXED);
    case BY_NAME: return text_key(model_str(&a->model, m->name));
    case BY_PARENT: return names_rank(a->names, m->host);
    case BY_TRIES: return __atomic_load_n(&c->attempt, __ATOMIC_RELAXED);
    case BY_INFORMATION: return text_key(row_output_in_place(a, idx));
    case BY_LEVEL: s = label_severity(&a->model, idx); return s ? s->level : UINT32_MAX;
    case BY_ID: return centreon_row_id(a, idx);
    }
    BUG("order of a list");
}

static int compare(const void *pa, const void *pb, void *arg)
{
    const struct item *x = pa, *y = pb;
    const struct view *v = arg;

    for (size_t i = 0; i < v->n_sort; i++) {
        if (x->key[i] != y->key[i])
            return (x->key[i] < y->key[i]) == v->sort[i].descending ? 1 : -1;
    }
    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

/* ---- the answer ---- */

static void meta(struct api_request *q, const struct view *v, size_t total, struct json *j)
{
    static const char *const copied[] = {"search", "sort_by"};

    json_key(j, "meta");
    json_map(j);
    json_key_u64(j, "page", v->page);
    json_key_u64(j, "limit", v->limit);
    for (size_t i = 0; i < ARRAY_LEN(copied); i++) {
        struct str text = api_query(q, copied[i]);

        json_key(j, copied[i]);
        json_raw(j, text.n ? text : STR("{}"));
    }
    json_key_u64(j, "total", total);
    json_map_end(j);
}

void centreon_list_resources(struct api *a, struct api_request *q)
{
    struct view v = {.types = 0};
    VEC(struct item) items = {0};
    struct buf out = BUF_INIT, scratch = BUF_INIT;
    struct json j;

    if (api_not_ready(a, q))
        return;
    if (!parse(a, q, &v)) {
        release(&v);
        return;
    }
    for (uint32_t i = 0; i < a->model.n_check; i++) {
        struct item *it;

        if (!sight_sees(q->sight, i) || !matches(a, q->sight, &v, i))
            continue;
        it = VEC_ADD(&items);
        *it = (struct item){.rank = names_rank(a->names, i), .idx = i};
        for (size_t k = 0; k < v.n_sort; k++)
            it->key[k] = key_of(a, v.sort[k].by, i);
    }
    if (items.n)
        qsort_r(items.at, items.n, sizeof(*items.at), compare, &v);
    json_init(&j, &out);
    json_map(&j);
    json_key(&j, "result");
    json_list(&j);
    for (size_t i = (size_t)(v.page - 1) * v.limit, n = 0; i < items.n && n < v.limit; i++, n++)
        centreon_row_write(a, q->sight, items.at[i].idx, centreon_is_old(q), &j, &scratch);
    json_list_end(&j);
    meta(q, &v, items.n, &j);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    VEC_RELEASE(&items);
    buf_release(&out);
    buf_release(&scratch);
    release(&v);
}

static const struct shape_field meta_fields[] = {
    {"page", SHAPE_INT},
    {"limit", SHAPE_INT},
    {"search", SHAPE_ANY, 0, "as it was sent"},
    {"sort_by", SHAPE_ANY, 0, "as it was sent"},
    {"total", SHAPE_INT, 0, "of all pages"},
    {NULL},
};
static const struct shape meta_shape = {"CentreonMeta", meta_fields};
static const struct shape_field fields[] = {
    {"result", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &centreon_row_shape},
    {"meta", SHAPE_OBJECT, 0, NULL, .of = &meta_shape},
    {NULL},
};
const struct shape centreon_list_shape = {"CentreonResources", fields};
