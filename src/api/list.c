/* SPDX-License-Identifier: Apache-2.0 */
#include "api/list.h"

#include "api/api_reply.h"
#include "api/body.h"
#include "api/names.h"
#include "api/view.h"
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_KEY  48    /* bytes of an output that count when sorting by it */
#define HEAP_MOST 2000u /* rows up to the end of a page; more are sorted otherwise */

const char *const list_query[] = {
    "q",     "filter",       "kind", "host",  "service", "state", "severity_level", "tag",
    "group", "servicegroup", "view", "under", "sort",    "order", "limit",          "cursor",
    NULL};

/* ---- reading the parameters ---- */

static int word_of(struct str s, const char *const *words)
{
    for (int i = 0; words[i]; i++) {
        if (str_eq_c(s, words[i]))
            return i;
    }
    return -1;
}

/* The place of a parameter's value among words; def when it is not there; -1 and answered when it is another word. */
static int choice(struct api *a, struct api_request *q, const char *name, const char *const *words, int def)
{
    struct str value = api_query(q, name);
    int at = value.n ? word_of(value, words) : def;

    if (at < 0)
        api_fail_with(a, q, 400, name, PROBLEM_PARAMETER_WORD, str_of(name), body_words(q, words));
    return at;
}

static bool parse_states(struct api *a, struct api_request *q, struct list_view *v)
{
    struct str rest = api_query(q, "state");
    enum row_state s;

    if (!rest.n)
        return true;
    while (rest.p) {
        struct str one = str_cut(&rest, ',');

        if (!row_state_parse(one, &s)) {
            api_fail(a, q, 400, "state", PROBLEM_PARAMETER_STATE);
            return false;
        }
        v->states |= 1u << s;
    }
    return true;
}

static bool parse_number(struct api *a, struct api_request *q, const char *name, struct str value,
                         uint32_t max, uint32_t *out)
{
    uint64_t n;

    if (!value.p)
        return true;
    if (!value.n || value.n > 9 || value.p[0] < '0' || value.p[0] > '9' || !str_to_u64(value, &n) ||
        n > max) {
        struct buf most = BUF_INIT;

        buf_add_u64(&most, max);
        api_fail_with(a, q, 400, name, PROBLEM_PARAMETER_NUMBER, str_of(name), buf_str(&most));
        buf_release(&most);
        return false;
    }
    *out = (uint32_t)n;
    return true;
}

static bool parse_place(struct api *a, struct api_request *q, uint32_t *limit, uint32_t *offset)
{
    struct str cursor = api_query(q, "cursor");

    *limit = 50;
    if (!parse_number(a, q, "limit", api_query(q, "limit"), LIST_LIMIT_MAX, limit))
        return false;
    if (cursor.p && (!cursor.n || cursor.p[0] != 'o')) {
        api_fail(a, q, 400, "cursor", PROBLEM_PARAMETER_CURSOR);
        return false;
    }
    return parse_number(a, q, "cursor", cursor.p ? str_sub(cursor, 1, cursor.n) : STR_NULL, LIMIT_CHECKS,
                        offset);
}

static const char *const orders[] = {"asc", "desc", NULL};

bool list_page_parse(struct api *a, struct api_request *q, struct list_page *p)
{
    int order = choice(a, q, "order", orders, 0);

    *p = (struct list_page){.descending = order == 1};
    return order >= 0 && parse_place(a, q, &p->limit, &p->offset);
}

/* A view knows three orders. under: the problem whose consequences are asked for. */
static bool parse_view(struct api *a, struct api_request *q, struct list_view *v)
{
    static const char *const views[] = {"all", "hosts", "services", "problems", NULL};
    struct str under = api_query(q, "under");
    int view = choice(a, q, "view", views, LIST_AS_ALL);

    if (view < 0)
        return false;
    v->view = (enum list_as)view;
    if (v->view != LIST_AS_ALL && v->sort > LIST_BY_SINCE) {
        api_fail(a, q, 400, "sort", PROBLEM_SORT_VIEW);
        return false;
    }
    if (!under.p)
        return true;
    v->under = names_find_seen(a, q->sight, under) + 1; /* MODEL_NONE + 1 is 0 */
    if (!v->under)
        api_fail(a, q, 400, "under", PROBLEM_NO_RESOURCE_ID);
    return v->under != 0;
}

bool list_parse(struct api *a, struct api_request *q, struct list_view *v)
{
    static const char *const filters[] = {"all", "problems", "unhandled", NULL},
                             *const kinds[] = {"host", "service", NULL}, *const sorts[] = {"severity",
                                                                                           "name",
                                                                                           "since",
                                                                                           "checked",
                                                                                           "output",
                                                                                           "severity_level",
                                                                                           NULL};
    struct str host = api_query(q, "host");
    int filter = choice(a, q, "filter", filters, LIST_ALL), kind, sort, order;
    bool rising;

    *v = (struct list_view){.sight = q->sight, .hosts = true, .services = true};
    kind = filter < 0 ? -1 : choice(a, q, "kind", kinds, 2);
    sort = kind < 0 ? -1 : choice(a, q, "sort", sorts, LIST_BY_SEVERITY);
    rising = sort == LIST_BY_NAME || sort == LIST_BY_OUTPUT || sort == LIST_BY_LEVEL;
    order = sort < 0 ? -1 : choice(a, q, "order", orders, rising ? 0 : 1);
    if (order < 0)
        return false;
    v->filter = (enum list_filter)filter;
    v->hosts = kind != 1;
    v->services = kind != 0;
    v->sort = (enum list_sort)sort;
    v->descending = order == 1;
    v->service = api_query(q, "service");
    if (host.n) {
        v->one_host = true;
        v->host_idx = model_find_host(&a->model, host);
        v->nothing = v->host_idx == MODEL_NONE;
    }
    return parse_states(a, q, v) && find_parse(a, q, "q", api_query(q, "q"), &v->find) &&
           label_parse(a, q, &v->labels) && group_parse(a, q, &v->groups) && parse_view(a, q, v) &&
           parse_place(a, q, &v->limit, &v->offset);
}

void list_key(const struct list_view *v, struct buf *out)
{
    buf_printf(out, "%p %d %u %d%d%d%d %u", (const void *)v->sight, v->filter, v->states, v->hosts,
               v->services, v->one_host, v->nothing, v->host_idx);
    if (v->service.p) {
        buf_add_c(out, " s=");
        buf_add_str(out, v->service);
    }
    if (v->under)
        buf_printf(out, " under=%u", v->under);
    label_key(&v->labels, out);
    group_key(&v->groups, out);
    if (v->find) {
        buf_add_char(out, '\n');
        buf_add_str(out, find_text(v->find));
    }
}

/* ---- does a check belong to the view ---- */

static bool brief_matches(const struct list_view *v, const struct row_brief *b)
{
    if (v->states && !(v->states & 1u << b->state))
        return false;
    if (v->filter == LIST_UNHANDLED)
        return b->problem && !b->handled;
    return v->filter == LIST_ALL || b->problem;
}

bool list_holds(const struct api *a, const struct list_view *v, uint32_t idx, const struct row_brief *b)
{
    bool host = idx < a->model.n_hosts;

    if (v->nothing || (host ? !v->hosts : !v->services) || !brief_matches(v, b))
        return false;
    if (v->one_host && model_check(&a->model, idx)->host != v->host_idx)
        return false;
    if (v->service.p &&
        (host || !str_eq(v->service, model_str(&a->model, model_check(&a->model, idx)->name))))
        return false;
    if (v->under && (!b->problem || idx + 1 == v->under || view_root(a, v->sight, idx) + 1 != v->under))
        return false;
    return group_matches(&v->groups, idx) && label_matches(&a->model, &v->labels, idx) &&
           find_matches(a, v->find, idx, b);
}

bool list_matches(const struct api *a, const struct list_view *v, uint32_t idx)
{
    struct row_brief b = row_brief(a, idx);

    return sight_sees(v->sight, idx) && list_holds(a, v, idx, &b);
}

/* ---- order ---- */

struct item {
    uint64_t key, second; /* smaller comes first; directions are worked in */
    uint32_t rank, idx;
};

struct order {
    const char *text; /* LIST_BY_OUTPUT: TEXT_KEY bytes at second * TEXT_KEY */
    bool descending;
};

static int compare(const void *pa, const void *pb, void *arg)
{
    const struct item *x = pa, *y = pb;
    const struct order *o = arg;

    if (o->text) {
        int c = memcmp(o->text + x->second * TEXT_KEY, o->text + y->second * TEXT_KEY, TEXT_KEY);

        if (c)
            return o->descending ? -c : c;
    } else if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    } else if (x->second != y->second) {
        return x->second < y->second ? -1 : 1;
    }
    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

static void swap(struct item *x, struct item *y)
{
    struct item t = *x;

    *x = *y;
    *y = t;
}

/* Moves the items that belong before place `nth` to its left (quickselect, the middle of three as pivot). Bounded: after
 * too many bad pivots the rest is sorted. */
static void split_at(struct item *at, size_t n, size_t nth, struct order *o)
{
    size_t low = 0, high = n;

    for (int rounds = 0; high - low > 16 && rounds < 64; rounds++) {
        struct item *x = &at[low], *y = &at[low + (high - low) / 2], *z = &at[high - 1];
        struct item *middle = compare(x, y, o) < 0 ? (compare(y, z, o) < 0   ? y
                                                      : compare(x, z, o) < 0 ? z
                                                                             : x)
                                                   : (compare(x, z, o) < 0   ? x
                                                      : compare(y, z, o) < 0 ? z
                                                                             : y);
        struct item pivot = *middle;
        size_t i = low, k = high - 1;

        for (;;) {
            while (compare(&at[i], &pivot, o) < 0)
                i++;
            while (compare(&pivot, &at[k], o) < 0)
                k--;
            if (i >= k)
                break;
            swap(&at[i++], &at[k--]);
        }
        if (nth <= k)
            high = k + 1;
        else
            low = k + 1;
    }
    qsort_r(at + low, high - low, sizeof(*at), compare, o);
}

static uint64_t turned(int64_t v, bool descending)
{
    uint64_t u = (uint64_t)v ^ (uint64_t)1 << 63; /* order as unsigned */

    return descending ? ~u : u;
}

static struct item item_of(const struct api *a, const struct list_view *v, uint32_t idx,
                           const struct row_brief *b, size_t place)
{
    const struct board_check *c = row_in_place(a, idx);
    struct item it = {.rank = names_rank(a->names, idx), .idx = idx};

    switch (v->sort) {
    case LIST_BY_SEVERITY: { /* the worse, then what nobody has taken care of, then the newest */
        bool good = b->state <= ROW_UP;

        it.key = turned((good ? 0 : (int64_t)b->state * 2 + !b->handled), v->descending);
        it.second = turned(__atomic_load_n(&c->last_state_change, __ATOMIC_RELAXED), true);
        break;
    }
    case LIST_BY_NAME: break; /* by rank alone: select_by_name */
    case LIST_BY_SINCE:
        it.key = turned(__atomic_load_n(&c->last_state_change, __ATOMIC_RELAXED), v->descending);
        break;
    case LIST_BY_CHECKED:
        it.key = turned(__atomic_load_n(&c->last_check, __ATOMIC_RELAXED), v->descending);
        break;
    case LIST_BY_OUTPUT: it.second = place; break;
    case LIST_BY_LEVEL: { /* 1 is the most severe; those without one come last either way */
        const struct model_severity *s = label_severity(&a->model, idx);

        it.key = s ? turned(s->level, v->descending) : UINT64_MAX;
        it.second = turned(b->state <= ROW_UP ? 0 : (int64_t)b->state, true);
        break;
    }
    }
    return it;
}

/* The begin of the output, in small letters, as it is compared. */
static void put_text(const struct api *a, uint32_t idx, char key[TEXT_KEY])
{
    struct str output = str_sub(row_output_in_place(a, idx), 0, TEXT_KEY);

    memset(key, 0, TEXT_KEY);
    for (size_t i = 0; i < output.n; i++)
        key[i] = output.p[i] >= 'A' && output.p[i] <= 'Z' ? (char)(output.p[i] - 'A' + 'a') : output.p[i];
}

void list_count_one(struct list_counts *k, const struct row_brief *b)
{
    k->state[b->state]++;
    k->unhandled += b->problem && !b->handled;
    k->total++;
}

void list_count(const struct api *a, const struct sight *sight, struct list_counts *counts)
{
    memset(counts, 0, sizeof(*counts));
    for (uint32_t i = 0; i < a->model.n_check; i++) {
        struct row_brief b;

        if (sight && i % 64 == 0 && !sight->bits[i / 64]) {
            i += 63; /* sights are mostly small */
            continue;
        }
        if (!sight_sees(sight, i))
            continue;
        b = row_brief(a, i);
        list_count_one(counts, &b);
    }
}

/* By name there is nothing to sort: the checks are visited in that order, and those of the page are taken. */
static size_t select_by_name(const struct api *a, const struct list_view *v, uint32_t *page,
                             struct list_counts *counts)
{
    uint32_t all = a->model.n_check;
    size_t n = 0;

    for (uint32_t k = 0; k < all; k++) {
        uint32_t i = names_at(a->names, v->descending ? all - 1 - k : k);
        struct row_brief b;

        if (!sight_sees(v->sight, i))
            continue;
        b = row_brief(a, i);
        list_count_one(counts, &b);
        if (!list_holds(a, v, i, &b))
            continue;
        if (counts->matched >= v->offset && n < v->limit)
            page[n++] = i;
        counts->matched++;
    }
    return n;
}

/*
 * Those that come first, of all that are added: so many as the page and all before it have, at most. A heap with the last of them on top, so that nearly all of a hundred thousand are
 * compared once and dropped; many pages on, where it would be large, all are kept and parted at the end.
 */
struct best {
    struct item *at;
    size_t n, most, room; /* most 0: all */
    struct order o;
    char *text; /* LIST_BY_OUTPUT: a place for each item, and one for the next */
    size_t place;
};

static void best_begin(struct best *b, const struct api *a, const struct list_view *v)
{
    size_t wanted = (size_t)v->offset + v->limit, all = a->model.n_check;

    *b = (struct best){.o.descending = v->descending, .room = MIN(wanted, all) + 1};
    if (wanted && wanted <= HEAP_MOST)
        b->most = wanted;
    else
        b->room = all + 1;
    b->at = mem_calloc(b->room, sizeof(*b->at));
    if (v->sort == LIST_BY_OUTPUT)
        b->text = mem_calloc(b->room, TEXT_KEY);
    b->o.text = b->text;
}

static void sink(struct best *b)
{
    for (size_t i = 0, child; (child = 2 * i + 1) < b->n; i = child) {
        if (child + 1 < b->n && compare(&b->at[child], &b->at[child + 1], &b->o) < 0)
            child++;
        if (compare(&b->at[i], &b->at[child], &b->o) >= 0)
            return;
        swap(&b->at[i], &b->at[child]);
    }
}

static void rise(struct best *b)
{
    for (size_t i = b->n - 1; i && compare(&b->at[(i - 1) / 2], &b->at[i], &b->o) < 0; i = (i - 1) / 2)
        swap(&b->at[i], &b->at[(i - 1) / 2]);
}

static void best_add(struct best *b, const struct item *it)
{
    if (b->most && b->n == b->most) {
        if (compare(it, &b->at[0], &b->o) >= 0)
            return;
        b->place = b->at[0].second; /* its text is wanted no more */
        b->at[0] = *it;
        sink(b);
        return;
    }
    b->at[b->n++] = *it;
    b->place = b->n;
    if (b->most)
        rise(b);
}

/* The page, in order. */
static size_t best_page(struct best *b, const struct list_view *v, uint32_t *page)
{
    size_t first = MIN((size_t)v->offset, b->n), n = MIN((size_t)v->limit, b->n - first);

    if (n && b->most) {
        qsort_r(b->at, b->n, sizeof(*b->at), compare, &b->o);
    } else if (n) {
        if (first)
            split_at(b->at, b->n, first, &b->o);
        if (first + n < b->n)
            split_at(b->at + first, b->n - first, n, &b->o);
        qsort_r(b->at + first, n, sizeof(*b->at), compare, &b->o);
    }
    for (size_t i = 0; i < n; i++)
        page[i] = b->at[first + i].idx;
    mem_free(b->at);
    mem_free(b->text);
    return n;
}

static size_t select_sorted(const struct api *a, const struct list_view *v, uint32_t *page,
                            struct list_counts *counts)
{
    struct best best;

    best_begin(&best, a, v);
    for (uint32_t i = 0; i < a->model.n_check; i++) {
        struct row_brief b;
        struct item it;

        if (!sight_sees(v->sight, i))
            continue;
        b = row_brief(a, i);
        list_count_one(counts, &b);
        if (!list_holds(a, v, i, &b))
            continue;
        if (best.text)
            put_text(a, i, best.text + best.place * TEXT_KEY);
        it = item_of(a, v, i, &b, best.place);
        best_add(&best, &it);
        counts->matched++;
    }
    return best_page(&best, v, page);
}

size_t list_select(const struct api *a, const struct list_view *v, uint32_t *page, struct list_counts *counts)
{
    memset(counts, 0, sizeof(*counts));
    return v->sort == LIST_BY_NAME ? select_by_name(a, v, page, counts) : select_sorted(a, v, page, counts);
}

void list_counts_members(const struct list_counts *c, struct json *j)
{
    json_key(j, "counts");
    json_map(j);
    for (int i = ROW_STATES - 1; i >= 0; i--)
        json_key_u64(j, row_state_word((enum row_state)i), c->state[i]);
    json_key_u64(j, "unhandled", c->unhandled);
    json_map_end(j);
    json_key_u64(j, "total", c->total);
    json_key_u64(j, "matched", c->matched);
}

/* ---- what the answers look like ---- */

static const struct shape_field count_fields[] = {
    {"ok", SHAPE_INT, 0, NULL},
    {"up", SHAPE_INT, 0, NULL},
    {"pending", SHAPE_INT, 0, NULL},
    {"unknown", SHAPE_INT, 0, NULL},
    {"warning", SHAPE_INT, 0, NULL},
    {"unreachable", SHAPE_INT, 0, NULL},
    {"critical", SHAPE_INT, 0, NULL},
    {"down", SHAPE_INT, 0, NULL},
    {"unhandled", SHAPE_INT, 0, "problems that are neither acknowledged nor in downtime"},
    {NULL},
};
const struct shape list_counts_shape = {"Counts", count_fields};
