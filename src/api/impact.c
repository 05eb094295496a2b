/* SPDX-License-Identifier: Apache-2.0 */
#include "api/impact.h"

#include "api/names.h"
#include "api/shape.h"
#include "base/vec.h"

#define SHOWN 50u /* of contacts, hosts behind and overlaps; all are counted */

enum { FIELD_START, FIELD_END, FIELD_CHILDREN = 7 };

struct impact {
    const struct model *m;
    const struct sight *sight; /* of who asks */
    const bool *in;
    bool *covered, *behind, *told; /* by check, by check, by contact */
    VEC(uint32_t) list;            /* of hosts whose children are looked at */
    bool with_children;
};

/* All hosts behind those that are on the list. */
static void mark_behind(struct impact *k)
{
    for (size_t at = 0; at < k->list.n; at++) {
        const struct model_check *c = model_check(k->m, k->list.at[at]);

        for (uint32_t i = 0; i < c->children.n; i++) {
            uint32_t child = model_item(k->m, c->children, i);

            if (k->behind[child])
                continue;
            k->behind[child] = true;
            *VEC_ADD(&k->list) = child;
        }
    }
}

static void mark_told(struct impact *k, uint32_t idx)
{
    const struct model_check *c = model_check(k->m, idx);

    for (uint32_t i = 0; i < c->contacts.n; i++)
        k->told[model_item(k->m, c->contacts, i)] = true;
}

static void mark(struct impact *k)
{
    for (uint32_t i = 0; i < k->m->n_check; i++) {
        k->covered[i] = k->in[i];
        if (k->in[i] && i < k->m->n_hosts)
            *VEC_ADD(&k->list) = i;
    }
    mark_behind(k);
    for (uint32_t i = 0; i < k->m->n_hosts && k->with_children; i++)
        k->covered[i] |= k->behind[i];
    for (uint32_t i = 0; i < k->m->n_check; i++) {
        if (sight_sees(k->sight, i) && (k->covered[i] || k->covered[model_check(k->m, i)->host]))
            mark_told(k, i);
    }
}

static void write_counts(struct json *j, const struct impact *k)
{
    uint64_t hosts = 0, services = 0, quiet = 0;

    for (uint32_t i = 0; i < k->m->n_check; i++) {
        hosts += k->covered[i] && i < k->m->n_hosts;
        services += k->covered[i] && i >= k->m->n_hosts;
        quiet += sight_sees(k->sight, i) && !k->covered[i] && k->covered[model_check(k->m, i)->host];
    }
    json_key_u64(j, "hosts", hosts);
    json_key_u64(j, "services", services);
    json_key_u64(j, "quiet_services", quiet);
}

static void write_contacts(struct json *j, const struct impact *k)
{
    uint64_t n = 0;

    json_key(j, "contacts");
    json_list(j);
    for (uint32_t i = 0; i < k->m->n_contact; i++) {
        if (k->told[i] && n++ < SHOWN)
            json_str(j, model_str(k->m, model_contact(k->m, i)->name));
    }
    json_list_end(j);
    json_key_u64(j, "contact_count", n);
}

static void write_behind(struct json *j, const struct impact *k)
{
    uint64_t n = 0;

    json_key(j, "hosts_behind");
    json_list(j);
    for (uint32_t i = 0; i < k->m->n_hosts; i++) {
        if (sight_sees(k->sight, i) && k->behind[i] && !k->covered[i] && n++ < SHOWN)
            json_str(j, model_host_name(k->m, i));
    }
    json_list_end(j);
    json_key_u64(j, "hosts_behind_count", n);
}

static void write_overlap(struct json *j, struct api *a, const struct board_downtime *d,
                          const struct board_note *n)
{
    struct buf id = BUF_INIT;

    json_map(j);
    json_key_id(j, "id", d->id);
    names_id(a, d->idx, 0, &id);
    json_key_str(j, "resource", buf_str(&id));
    json_key_str(j, "host", model_host_name(&a->model, d->idx));
    json_key_str(j, "service", model_description(&a->model, d->idx));
    json_key_time(j, "start", (struct wall){d->start});
    json_key_time(j, "end", (struct wall){d->end});
    json_key_str(j, "author", n->author);
    json_key_str(j, "comment", n->text);
    json_map_end(j);
    buf_release(&id);
}

static void write_overlaps(struct json *j, struct api *a, const struct impact *k, int64_t start, int64_t end)
{
    struct buf text = BUF_INIT;
    struct board_downtime d;
    struct board_note note;
    uint64_t n = 0;

    json_key(j, "overlaps");
    json_list(j);
    for (uint32_t i = 0; i < board_downtimes_high(&a->board); i++) {
        if (!board_read_downtime(&a->board, i, &d, &note, &text) || d.idx >= k->m->n_check ||
            !k->covered[d.idx] || d.start >= end || d.end <= start)
            continue;
        if (n++ < SHOWN)
            write_overlap(j, a, &d, &note);
    }
    json_list_end(j);
    json_key_u64(j, "overlap_count", n);
    buf_release(&text);
}

bool impact_reaches_unseen(const struct api *a, const struct sight *sight, const bool *in)
{
    struct impact k = {.m = &a->model, .sight = sight, .in = in};
    bool unseen = false;

    if (!sight)
        return false;
    k.behind = mem_calloc((size_t)k.m->n_check + 1, sizeof(bool));
    for (uint32_t i = 0; i < k.m->n_hosts; i++) {
        if (in[i])
            *VEC_ADD(&k.list) = i;
    }
    mark_behind(&k);
    for (uint32_t i = 0; i < k.m->n_hosts; i++)
        unseen |= k.behind[i] && !sight_sees(sight, i);
    mem_free(k.behind);
    VEC_RELEASE(&k.list);
    return unseen;
}

void impact_write(struct json *j, struct api *a, const struct api_request *q, const bool *in,
                  const struct body_value *v)
{
    struct impact k = {.m = &a->model, .sight = q->sight, .in = in, .with_children = v[FIELD_CHILDREN].number > 0};

    k.covered = mem_calloc((size_t)k.m->n_check + 1, sizeof(bool));
    k.behind = mem_calloc((size_t)k.m->n_check + 1, sizeof(bool));
    k.told = mem_calloc((size_t)k.m->n_contact + 1, sizeof(bool));
    mark(&k);
    write_counts(j, &k);
    write_contacts(j, &k);
    write_behind(j, &k);
    write_overlaps(j, a, &k, v[FIELD_START].number, v[FIELD_END].number);
    mem_free(k.covered);
    mem_free(k.behind);
    mem_free(k.told);
    VEC_RELEASE(&k.list);
}

static const struct shape_field overlap_fields[] = {
    {"id", SHAPE_ID, 0, "its number"},
    {"resource", SHAPE_TEXT, 0, "the id of the host or service"},
    {"host", SHAPE_TEXT, 0, NULL},
    {"service", SHAPE_TEXT, 0, "empty: it is of the host"},
    {"start", SHAPE_TIME, SHAPE_NULL, NULL},
    {"end", SHAPE_TIME, SHAPE_NULL, NULL},
    {"author", SHAPE_TEXT, 0, NULL},
    {"comment", SHAPE_TEXT, 0, NULL},
    {NULL},
};
static const struct shape overlap_shape = {"Overlap", overlap_fields};
static const struct shape_field fields[] = {
    {"hosts", SHAPE_INT, 0, "it covers"},
    {"services", SHAPE_INT, 0, "it covers"},
    {"quiet_services", SHAPE_INT, 0,
     "those of its hosts that it does not cover: nobody is told of them either"},
    {"contacts", SHAPE_TEXT, SHAPE_LIST, "who would not be told, at most 50"},
    {"contact_count", SHAPE_INT, 0, NULL},
    {"hosts_behind", SHAPE_TEXT, SHAPE_LIST, "that it does not cover, at most 50"},
    {"hosts_behind_count", SHAPE_INT, 0, NULL},
    {"overlaps", SHAPE_OBJECT, SHAPE_LIST, "at most 50", .of = &overlap_shape},
    {"overlap_count", SHAPE_INT, 0, NULL},
    {"unknown", SHAPE_INT, 0, "ids of no host or service"},
    {NULL},
};
const struct shape impact_shape = {"Impact", fields};
