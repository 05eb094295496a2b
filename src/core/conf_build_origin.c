/* SPDX-License-Identifier: Apache-2.0 */
/* The snapshot's tables of which lines made the values of each definition: core/origin.h. */
#include "core/conf_build.h"

#include "core/conf_origin_int.h"
#include "core/origin.h"

#include <stdlib.h>

#define STEPS_MOST                                                                                           \
    (20u * 1000 * 1000) /* of all definitions: templates that use each other again and again multiply */

struct maker {
    struct conf_tracer t;
    struct conf_origin out; /* parts of the definition at hand */
    conf_list own, taken;
    struct map places; /* file, line and templates -> place */
    struct map alike;  /* templates, and the lines taken from them -> an origin that has the same */
    uint64_t steps;
    bool cut;
};

static bool has_origin(const struct conf_object *o)
{
    return o->registered && o->value && o->type <= CONF_TIMEPERIOD;
}

static bool is_own(const struct conf_object *o, uint32_t prop)
{
    return prop >= o->first_prop && prop - o->first_prop < o->n_props;
}

static void add_own(struct maker *k, const struct conf_object *o, unsigned row, uint32_t line)
{
    uint32_t behind = line >= o->line ? line - o->line : 0;

    if (row >> (31 - ORIGIN_LINE_BITS) || behind >> ORIGIN_LINE_BITS)
        k->cut = true;
    else
        conf_list_add(&k->own, (uint32_t)row << ORIGIN_LINE_BITS | behind);
}

static uint32_t place_of(struct maker *k, const struct conf_origin_part *p)
{
    struct model_build *b = k->t.c->build;
    struct model_place place = {p->file, p->line, model_build_str(b, p->through)};
    bool is_new;
    uint64_t *at = map_place(&k->places, str_make((const char *)&place, sizeof(place)), &is_new);

    if (is_new) {
        *at = b->place.n;
        *VEC_ADD(&b->place) = place;
    }
    return (uint32_t)*at;
}

/* What a row has from elsewhere, or is put together of. */
static void add_traced(struct maker *k, const struct conf_object *o, uint32_t object, unsigned row,
                       unsigned n_rows)
{
    k->out.parts.n = 0;
    if (k->steps > STEPS_MOST) {
        k->cut = true;
        return;
    }
    if (row < n_rows)
        conf_origin_trace(&k->t, object, conf_type_info(o->type)->first + row);
    else
        conf_origin_trace_key(&k->t, object, row - n_rows);
    k->steps += k->t.steps + 1;
    for (size_t i = 0; i < k->out.parts.n; i++) {
        const struct conf_origin_part *p = &k->out.parts.at[i];

        if (!p->through.n && p->file == o->file) {
            add_own(k, o, row, p->line);
        } else {
            conf_list_add(&k->taken, row);
            conf_list_add(&k->taken, place_of(k, p));
        }
    }
}

/* The line that a row's value is; 0: it has none, or one that was put together. */
static uint32_t prop_of(const struct conf_object *o, unsigned row, unsigned n_rows)
{
    return row < n_rows ? o->value[row] : o->keyed[row - n_rows] + 1;
}

/* Which lines it has that are not its own, and by which templates. */
static void key_of(const struct conf_object *o, unsigned n_rows, struct buf *key)
{
    buf_clear(key);
    buf_add(key, &o->type, sizeof(o->type));
    for (unsigned row = 0; row < n_rows + o->n_keyed; row++) {
        uint32_t prop = prop_of(o, row, n_rows);

        if (!prop || is_own(o, prop - 1))
            continue;
        buf_add(key, &row, sizeof(row));
        buf_add(key, &prop, sizeof(prop));
    }
    buf_add_str(key, o->use);
}

static void add_origin(struct maker *k, uint32_t object, struct buf *key)
{
    const struct conf_object *o = &k->t.c->objects.at[object];
    unsigned n_rows = conf_type_info(o->type)->n;
    struct model_build *b = k->t.c->build;
    struct model_origin made = {.file = o->file, .line = o->line};
    uint64_t alike;
    bool known;

    key_of(o, n_rows, key);
    known = map_get(&k->alike, buf_str(key), &alike);
    k->own.n = k->taken.n = 0;
    k->cut = false;
    for (unsigned row = 0; row < n_rows + o->n_keyed; row++) {
        uint32_t prop = prop_of(o, row, n_rows);

        if (prop && is_own(o, prop - 1))
            add_own(k, o, row, k->t.c->props.at[prop - 1].line);
        else if (prop && !known)
            add_traced(k, o, object, row, n_rows);
    }
    if (k->cut)
        conf_list_add(&k->own, ORIGIN_CUT);
    made.own = model_build_list(b, k->own.at, k->own.n);
    made.taken = known ? b->origin.at[alike].taken : model_build_list(b, k->taken.at, k->taken.n);
    if (!known && !k->cut)
        map_put(&k->alike, buf_str(key), b->origin.n);
    *VEC_ADD(&b->origin) = made;
    conf_origin_release(&k->out);
    k->out = (struct conf_origin){.type = CONF_TYPE_COUNT};
}

static int by_place(const void *a, const void *b)
{
    const struct model_origin *x = a, *y = b;

    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

void conf_build_origins(struct conf *c)
{
    struct maker k = {.out = {.type = CONF_TYPE_COUNT}};
    struct buf key = BUF_INIT;

    k.t = (struct conf_tracer){.c = c, .out = &k.out};
    for (uint32_t i = 0; i < c->objects.n; i++)
        if (has_origin(&c->objects.at[i]))
            add_origin(&k, i, &key);
    if (c->build->origin.n)
        qsort(c->build->origin.at, c->build->origin.n, sizeof(*c->build->origin.at), by_place);
    VEC_RELEASE(&k.own);
    VEC_RELEASE(&k.taken);
    map_release(&k.places);
    map_release(&k.alike);
    buf_release(&key);
}
