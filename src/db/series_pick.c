/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_pick.h"

#include "base/glob.h"
#include "core/perf.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 8u

/* ---- what a series is called ---- */

static bool plain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
}

void series_pick_id(struct buf *b, const struct series_key *k)
{
    buf_printf(b, "%llu-%u-", (unsigned long long)k->oid, k->unit);
    for (size_t i = 0; i < k->label.n; i++) {
        unsigned char c = (unsigned char)k->label.p[i];

        if (plain(c))
            buf_add_char(b, (char)c);
        else
            buf_printf(b, "~%02X", c);
    }
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool series_pick_parse(struct str id, struct buf *b, struct series_key *k)
{
    struct str oid = str_cut(&id, '-'), unit = str_cut(&id, '-');
    size_t from = b->len;
    uint64_t u;

    *k = (struct series_key){.oid = 0};
    if (!str_to_u64(oid, &k->oid) || !str_to_u64(unit, &u) || u > PERF_OTHER || !id.p)
        return false;
    for (size_t i = 0; i < id.n; i++) {
        int high = id.p[i] == '~' && i + 2 < id.n ? hex(id.p[i + 1]) : -1,
            low = high >= 0 ? hex(id.p[i + 2]) : -1;

        if (low >= 0) {
            buf_add_char(b, (char)(high * 16 + low));
            i += 2;
        } else if (plain((unsigned char)id.p[i])) {
            buf_add_char(b, id.p[i]);
        } else {
            return false;
        }
    }
    k->unit = (uint8_t)u;
    k->label = str_make(b->data + from, b->len - from);
    return true;
}

const char *series_pick_unit(unsigned unit)
{
    static const char *const words[] = {
        [PERF_NONE] = "",  [PERF_SECONDS] = "s", [PERF_PERCENT] = "%", [PERF_BYTES] = "B",
        [PERF_BITS] = "b", [PERF_COUNTER] = "c", [PERF_OTHER] = ""};

    return unit < ARRAY_LEN(words) ? words[unit] : "";
}

void series_pick_members(struct json *j, const struct past_name *name, const struct series_key *k)
{
    struct buf id = BUF_INIT;

    series_pick_id(&id, k);
    json_key_str(j, "id", buf_str(&id));
    json_key_id(j, "resource", k->oid);
    json_key_c(j, "kind", name->service.n ? "service" : "host");
    json_key_str(j, "host", name->host);
    if (name->service.n)
        json_key_str(j, "service", name->service);
    else
        json_key_c(j, "service", NULL);
    json_key_str(j, "label", k->label);
    buf_release(&id);
}

/* ---- which objects ---- */

/* By its name, or all whose name a pattern matches. p NULL: whatever it is. */
struct name {
    struct str text;
    bool pattern;
};

struct choice {
    struct series_ask *q;
    struct name host, service, label;
    bool hosts, services;
    struct str word[WORDS_MAX];
    size_t n_words;
    VEC(struct series_key) id;
    struct buf ids;                        /* their labels */
    VEC(const struct past_name *) objects; /* candidates */
};

static void candidate(struct choice *c, uint64_t oid)
{
    const struct past_name *x = past_names_of(c->q->names, oid);

    if (x)
        *VEC_ADD(&c->objects) = x;
}

static int by_place(const void *a, const void *b)
{
    uintptr_t x, y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x < y ? -1 : x > y;
}

/* In the order of names, each once. */
static void settle(struct choice *c)
{
    size_t kept = 0;

    if (c->objects.n)
        qsort(c->objects.at, c->objects.n, sizeof(c->objects.at[0]), by_place);
    for (size_t i = 0; i < c->objects.n; i++)
        if (!kept || c->objects.at[i] != c->objects.at[kept - 1])
            c->objects.at[kept++] = c->objects.at[i];
    c->objects.n = kept;
}

static void member(struct choice *c, uint32_t idx)
{
    const struct model *m = c->q->m;
    const struct past_name *x =
        past_names_find(c->q->names, model_host_name(m, idx), model_description(m, idx));

    if (x)
        *VEC_ADD(&c->objects) = x;
}

static bool any_member_seen(const struct choice *c)
{
    for (size_t i = 0; i < c->objects.n; i++)
        if (scope_sees(&c->q->scope, c->objects.at[i]->oid))
            return true;
    return false;
}

static bool members(struct choice *c, struct str group)
{
    const struct model *m = c->q->m;
    uint32_t h = m ? model_find_host_group(m, group) : MODEL_NONE,
             s = m ? model_find_service_group(m, group) : MODEL_NONE;

    for (uint32_t i = 0; h != MODEL_NONE && i < model_host_group(m, h)->members.n; i++) {
        uint32_t host = model_item(m, model_host_group(m, h)->members, i);
        const struct model_check *k = model_check(m, host);

        member(c, host);
        for (uint32_t n = 0; n < k->n_services; n++)
            member(c, k->first_service + n);
    }
    for (uint32_t i = 0; s != MODEL_NONE && i < model_service_group(m, s)->members.n; i++)
        member(c, model_item(m, model_service_group(m, s)->members, i));
    return (h != MODEL_NONE || s != MODEL_NONE) && (c->q->scope.everything || any_member_seen(c));
}

/* A host of which nothing is seen is as none. */
static bool any_seen(const struct choice *c, const struct past_name *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (scope_sees(&c->q->scope, at[i].oid))
            return true;
    return false;
}

/* 1: answered; 0; with an id that is none there are no series of it. */
static int candidates(struct choice *c)
{
    struct str resource = series_ask_value(c->q, "resource"), group = series_ask_value(c->q, "group"),
               id = series_ask_value(c->q, "id");
    size_t from = 0, n = c->q->names->at.n;
    uint64_t oid;

    if (c->host.text.p) {
        size_t of_host, first = past_names_host(c->q->names, c->host.text, &of_host);
        bool is_there = any_seen(c, &c->q->names->at.at[first], of_host);

        if (!is_there && !c->host.pattern)
            return series_ask_problem(c->q, 404, "host", "NO_HOST", c->host.text, STR("")), 1;
        c->host.pattern = !is_there;
        if (is_there) {
            from = first;
            n = of_host;
        }
    }
    if (group.p && !members(c, group))
        return series_ask_problem(c->q, 404, "group", "NO_GROUP", group, STR("")), 1;
    if (group.p) {
        settle(c);
        return 0;
    }
    for (size_t i = 0; i < c->id.n; i++)
        candidate(c, c->id.at[i].oid);
    while (!id.p && resource.p)
        if (str_to_u64(str_cut(&resource, ','), &oid))
            candidate(c, oid);
    for (size_t i = 0; !id.p && !series_ask_value(c->q, "resource").p && i < n; i++)
        *VEC_ADD(&c->objects) = &c->q->names->at.at[from + i];
    settle(c);
    return 0;
}

static bool listed(const struct choice *c, uint64_t oid)
{
    struct str rest = series_ask_value(c->q, "resource");
    bool any = !rest.p;
    uint64_t one;

    while (rest.p && !any)
        any = str_to_u64(str_cut(&rest, ','), &one) && one == oid;
    return any;
}

static bool is_meant(const struct name *n, struct str s)
{
    return !n->text.p || (n->pattern ? glob_matches(n->text, s) : str_eq(n->text, s));
}

static bool is_object(const struct choice *c, const struct past_name *x)
{
    if (!is_meant(&c->host, x->host) || !is_meant(&c->service, x->service) ||
        (c->service.pattern && !x->service.n))
        return false;
    return (x->service.n ? c->services : c->hosts) && listed(c, x->oid);
}

static bool is_series(void *user, const struct past_name *name, const struct series_key *k)
{
    const struct choice *c = user;
    bool any = !series_ask_value(c->q, "id").p;

    if (!is_meant(&c->label, k->label))
        return false;
    for (size_t i = 0; i < c->n_words; i++)
        if (!str_icontains(name->host, c->word[i]) && !str_icontains(name->service, c->word[i]) &&
            !str_icontains(k->label, c->word[i]))
            return false;
    for (size_t i = 0; i < c->id.n && !any; i++)
        any = series_key_eq(&c->id.at[i], k);
    return any;
}

void series_pick_object(struct series_ask *q, const struct past_name *name,
                        bool (*is)(void *user, const struct past_name *name, const struct series_key *k),
                        void *user, struct series_picks *out)
{
    const uint32_t *id;
    size_t n = scope_sees(&q->scope, name->oid) ? series_read_object(q->r, name->oid, &id) : 0;

    for (size_t i = 0; i < n; i++) {
        struct series_key k = series_key_at(&q->r->s, id[i]);

        if (is(user, name, &k))
            *VEC_ADD(out) = (struct series_pick){name, id[i]};
    }
}

static void read_ids(struct choice *c)
{
    struct str rest = series_ask_value(c->q, "id");
    VEC(size_t) label = {.n = 0};

    while (rest.p) {
        struct series_key k;
        size_t from = c->ids.len;

        if (series_pick_parse(str_cut(&rest, ','), &c->ids, &k)) {
            *VEC_ADD(&label) = from;
            *VEC_ADD(&c->id) = k;
        } else {
            buf_truncate(&c->ids, from);
        }
    }
    for (size_t i = 0; i < label.n && c->id.at; i++) /* the buffer has moved */
        c->id.at[i].label = str_make(c->ids.data + label.at[i], c->id.at[i].label.n);
    VEC_RELEASE(&label);
}

static struct name read_name(const struct series_ask *q, const char *parameter)
{
    struct str text = series_ask_value(q, parameter);

    return (struct name){text, glob_is(text)};
}

static void read_choice(struct choice *c)
{
    struct str kind = series_ask_value(c->q, "kind"), words = series_ask_value(c->q, "q");

    buf_init(&c->ids);
    c->host = read_name(c->q, "host");
    c->service = read_name(c->q, "service");
    c->label = read_name(c->q, "label");
    c->hosts = !str_eq_c(kind, "service");
    c->services = !str_eq_c(kind, "host");
    while (words.p && c->n_words < WORDS_MAX) {
        struct str one = str_cut(&words, ' ');

        if (one.n)
            c->word[c->n_words++] = one;
    }
    read_ids(c);
}

/* What has exactly the name that looks like a pattern goes before it. */
static void exact_service_first(struct choice *c)
{
    for (size_t i = 0; i < c->objects.n && c->service.pattern; i++) {
        const struct past_name *x = c->objects.at[i];

        if (str_eq(x->service, c->service.text) && is_object(c, x) && scope_sees(&c->q->scope, x->oid))
            c->service.pattern = false;
    }
}

static void exact_label_first(struct choice *c, struct series_picks *picks)
{
    size_t kept = 0;

    for (size_t i = 0; i < picks->n && c->label.pattern; i++)
        if (str_eq(series_key_at(&c->q->r->s, picks->at[i].id).label, c->label.text))
            picks->at[kept++] = picks->at[i];
    if (kept)
        picks->n = kept;
}

int series_pick(struct series_ask *q, int64_t from_us, int64_t to_us, struct series_picks *out)
{
    struct choice c = {.q = q};
    int r = series_read_catalogue(q->r, from_us, to_us);

    VEC_CLEAR(out);
    if (r < 0)
        return r;
    read_choice(&c);
    r = candidates(&c);
    if (r == 0)
        exact_service_first(&c);
    for (size_t i = 0; r == 0 && i < c.objects.n; i++)
        if (is_object(&c, c.objects.at[i]))
            series_pick_object(q, c.objects.at[i], is_series, &c, out);
    exact_label_first(&c, out);
    VEC_RELEASE(&c.objects);
    VEC_RELEASE(&c.id);
    buf_release(&c.ids);
    return r;
}
