/* SPDX-License-Identifier: Apache-2.0 */
#include "core/model.h"

#include <string.h>

static const uint32_t table_size[MODEL_TABLE_COUNT] = {
#define X(name, type) [MODEL_TABLE_##name] = sizeof(struct type),
    MODEL_TABLES(X)
#undef X
};

static bool inside(uint64_t offset, uint64_t n, uint64_t total)
{
    return offset <= total && n <= total - offset;
}

static int open_header(const struct model_header *h, size_t len, struct err *err)
{
    if (len < sizeof(*h) || memcmp(h->magic, MODEL_MAGIC, sizeof(h->magic)) != 0)
        return err_set(err, E_FORMAT, "this is no Vigie snapshot");
    if (h->version != MODEL_VERSION || h->header_size != sizeof(*h))
        return err_set(err, E_FORMAT, "the snapshot has format version %u, this program reads version %u",
                       h->version, MODEL_VERSION);
    if (h->total > len || !inside(h->strings, h->strings_len, h->total) || h->strings_len < 5 ||
        !inside(h->globals, h->globals_size, h->total) || h->globals % 8 != 0 ||
        h->globals_size != sizeof(struct model_globals))
        return err_set(err, E_FORMAT, "the snapshot is damaged or cut short");
    for (size_t i = 0; i < MODEL_TABLE_COUNT; i++) {
        uint64_t bytes = (uint64_t)h->table[i].n * h->table[i].size;

        if (h->table[i].size != table_size[i] || h->table[i].offset % 8 != 0 ||
            !inside(h->table[i].offset, bytes, h->total))
            return err_set(err, E_FORMAT, "the snapshot's table %zu is damaged", i);
    }
    if ((uint64_t)h->n_hosts + h->n_services != h->table[MODEL_TABLE_check].n)
        return err_set(err, E_FORMAT, "the snapshot's number of checks is damaged");
    return 0;
}

int model_open(struct model *m, const void *base, size_t len, struct err *err)
{
    const struct model_header *h = base;
    const char *bytes = base;
    int r = open_header(h, len, err);

    memset(m, 0, sizeof(*m));
    if (r < 0)
        return r;
#define X(name_, type)                                                                                       \
    m->name_ = (const struct type *)(bytes + h->table[MODEL_TABLE_##name_].offset);                          \
    m->n_##name_ = h->table[MODEL_TABLE_##name_].n;
    MODEL_TABLES(X)
#undef X
    m->globals = (const struct model_globals *)(bytes + h->globals);
    m->strings = bytes + h->strings;
    m->strings_len = h->strings_len;
    m->n_hosts = h->n_hosts;
    m->n_services = h->n_services;
    hash_hex(h->hash, HASH_SHA256_BYTES, m->hash);
    return 0;
}

bool model_intact(const void *base, size_t len)
{
    const struct model_header *h = base;
    unsigned char sum[HASH_SHA256_BYTES];

    if (open_header(h, len, NULL) < 0 || h->total != len)
        return false;
    hash_sha256((const char *)base + sizeof(*h), len - sizeof(*h), sum);
    return memcmp(sum, h->hash, sizeof(sum)) == 0;
}

/* A string is a u32 length, the bytes, a NUL; the offset is that of the first byte. Offset 0 would be the
 * length of the first, empty string: it is read as empty without looking. */
struct str model_str(const struct model *m, uint32_t offset)
{
    uint32_t n;

    if (!offset)
        return STR("");
    BUG_ON(offset < sizeof(n) || offset >= m->strings_len);
    memcpy(&n, m->strings + offset - sizeof(n), sizeof(n));
    BUG_ON(n >= m->strings_len - offset);
    return str_make(m->strings + offset, n);
}

bool model_has(const struct model *m, struct model_list l, uint32_t value)
{
    for (uint32_t i = 0; i < l.n; i++)
        if (model_item(m, l, i) == value)
            return true;
    return false;
}

bool model_sees(const struct model *m, uint32_t contact, uint32_t idx)
{
    const struct model_check *c = model_check(m, idx);

    return model_has(m, c->contacts, contact) ||
           (c->kind == MODEL_SERVICE && model_has(m, model_check(m, c->host)->contacts, contact));
}

uint64_t model_importance(const struct model *m, const struct model_check *c)
{
    return c->hourly_value + (c->extra == MODEL_NONE ? 0 : model_extra(m, c->extra)->services_importance);
}

/* Bisection in checks [from, to), which are ordered by name. */
static uint32_t find_check(const struct model *m, uint32_t from, uint32_t to, struct str name)
{
    while (from < to) {
        uint32_t mid = from + (to - from) / 2;
        int c = str_cmp(model_str(m, model_check(m, mid)->name), name);

        if (c == 0)
            return mid;
        if (c < 0)
            from = mid + 1;
        else
            to = mid;
    }
    return MODEL_NONE;
}

uint32_t model_find_host(const struct model *m, struct str name)
{
    return find_check(m, 0, m->n_hosts, name);
}

uint32_t model_find_service(const struct model *m, struct str host, struct str description)
{
    uint32_t h = model_find_host(m, host);

    if (h == MODEL_NONE)
        return h;
    return find_check(m, model_check(m, h)->first_service,
                      model_check(m, h)->first_service + model_check(m, h)->n_services, description);
}

#define FIND(what) FIND_AMONG(what, m->n_##what)
#define FIND_AMONG(what, count)                                                                              \
    uint32_t model_find_##what(const struct model *m, struct str name)                                       \
    {                                                                                                        \
        uint32_t from = 0, to = (count);                                                                     \
        while (from < to) {                                                                                  \
            uint32_t mid = from + (to - from) / 2;                                                           \
            int c = str_cmp(model_str(m, m->what[mid].name), name);                                          \
            if (c == 0)                                                                                      \
                return mid;                                                                                  \
            if (c < 0)                                                                                       \
                from = mid + 1;                                                                              \
            else                                                                                             \
                to = mid;                                                                                    \
        }                                                                                                    \
        return MODEL_NONE;                                                                                   \
    }
FIND(contact)
FIND(command)
FIND_AMONG(period, m->globals->n_periods)
FIND(host_group)
FIND(service_group)
FIND(contact_group)
#undef FIND

const struct model_var *model_find_var(const struct model *m, uint32_t first, uint32_t n, struct str name)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_ieq(model_str(m, model_var(m, first + i)->name), name))
            return model_var(m, first + i);
    return NULL;
}

struct str model_ident(const struct model *m, uint32_t check)
{
    const struct model_check *c = model_check(m, check);
    const struct model_var *v = model_find_var(m, c->first_var, c->n_vars, STR("VIGIE_ID"));

    return v && !v->secret ? model_str(m, v->value) : STR("");
}

struct str model_option_get(const struct model *m, const char *name, struct str def)
{
    for (uint32_t i = m->n_option; i > 0; i--) /* the last one said counts: --set stands behind the files */
        if (str_eq_c(model_str(m, m->option[i - 1].name), name))
            return model_str(m, m->option[i - 1].value);
    return def;
}

bool model_option_is(const struct model *m, const char *name, bool def)
{
    struct str v = model_option_get(m, name, STR_NULL);

    if (!v.p)
        return def;
    return str_eq_c(v, "1") || str_ieq(v, STR("yes")) || str_ieq(v, STR("on")) || str_ieq(v, STR("true"));
}

struct str model_host_name(const struct model *m, uint32_t check)
{
    return model_str(m, model_check(m, model_check(m, check)->host)->name);
}

struct str model_description(const struct model *m, uint32_t check)
{
    const struct model_check *c = model_check(m, check);

    return c->kind == MODEL_SERVICE ? model_str(m, c->name) : STR("");
}

void model_zone_open(const struct model *m, uint32_t zone, struct model_zone_view *out)
{
    const struct model_zone *z;

    memset(out, 0, sizeof(*out));
    if (zone == MODEL_NONE)
        return;
    z = model_zone(m, zone);
    out->zone.first_offset = z->first_offset;
    out->zone.n = z->n;
    out->at = mem_calloc(z->n, sizeof(*out->at));
    out->offset = mem_calloc(z->n, sizeof(*out->offset));
    out->is_dst = mem_calloc(z->n, sizeof(*out->is_dst));
    for (uint32_t i = 0; i < z->n; i++) {
        const struct model_transition *t = model_transition(m, z->first_at + i);

        out->at[i] = t->at;
        out->offset[i] = t->offset;
        out->is_dst[i] = (uint8_t)t->is_dst;
    }
    out->zone.at = out->at;
    out->zone.offset = out->offset;
    out->zone.is_dst = out->is_dst;
}

void model_zone_release(struct model_zone_view *v)
{
    mem_free(v->at);
    mem_free(v->offset);
    mem_free(v->is_dst);
    memset(v, 0, sizeof(*v));
}

struct str model_zone_name(const struct model *m, uint32_t zone, int64_t utc_s)
{
    const struct model_zone *z;
    uint32_t from = 0, to;

    if (zone == MODEL_NONE)
        return STR("UTC");
    z = model_zone(m, zone);
    to = z->n;
    while (from < to) {
        uint32_t mid = from + (to - from) / 2;

        if (model_transition(m, z->first_at + mid)->at <= utc_s)
            from = mid + 1;
        else
            to = mid;
    }
    return model_str(m, from ? model_transition(m, z->first_at + from - 1)->name : z->first_name);
}
