/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both sides are written as the precache file is, where every list is expanded and in one order, and read back as objects of lines: so equal means equal to the engine. Lines that may stand
 * several times in one object (none do today) would be compared in their order.
 */
#include "core/conf_diff.h"

#include "core/conf_int.h"
#include "core/conf_origin.h"
#include "core/conf_secret.h"
#include "core/precache.h"

#include <stdlib.h>

struct line {
    struct str name, value;
    bool secret;
};

struct object {
    struct str type, key, name; /* key: what makes it this one; name: what people call it */
    VEC(struct line) lines;
    uint32_t number; /* of those with the same key, which one */
};

struct side {
    struct buf text;
    VEC(struct object) objects;
};

/* ---- a side ---- */

static struct str value_of(const struct object *o, const char *name)
{
    for (size_t i = 0; i < o->lines.n; i++)
        if (str_eq_c(o->lines.at[i].name, name))
            return o->lines.at[i].value;
    return STR_NULL;
}

static struct str pair(struct arena *a, struct str host, struct str service)
{
    struct buf b = BUF_INIT;
    struct str s;

    buf_add_str(&b, host);
    if (service.n)
        buf_printf(&b, ";" STR_FMT, STR_ARG(service));
    s = arena_str(a, buf_str(&b));
    buf_release(&b);
    return s;
}

/* Relations have no name: who depends on whom, or who is escalated and from which notification on, is what makes one. */
static void name_relation(struct object *o, struct arena *a)
{
    struct str on = pair(a, value_of(o, "host_name"), value_of(o, "service_description"));
    struct buf b = BUF_INIT;

    if (str_ends(o->type, STR("dependency")))
        buf_printf(&b, STR_FMT " on " STR_FMT,
                   STR_ARG(pair(a, value_of(o, "dependent_host_name"),
                                value_of(o, "dependent_service_description"))),
                   STR_ARG(on));
    else
        buf_printf(&b, STR_FMT ", notifications " STR_FMT " to " STR_FMT, STR_ARG(on),
                   STR_ARG(value_of(o, "first_notification")), STR_ARG(value_of(o, "last_notification")));
    o->name = arena_str(a, buf_str(&b));
    /* One object is written for each kind of criteria. */
    if (value_of(o, "execution_failure_options").p)
        buf_add_c(&b, " x");
    o->key = arena_str(a, buf_str(&b));
    buf_release(&b);
}

static void name_it(struct object *o, struct arena *a)
{
    static const struct {
        const char *type, *name;
    } plain[] = {{"timeperiod", "timeperiod_name"},
                 {"command", "command_name"},
                 {"contactgroup", "contactgroup_name"},
                 {"hostgroup", "hostgroup_name"},
                 {"servicegroup", "servicegroup_name"},
                 {"contact", "contact_name"},
                 {"host", "host_name"}};

    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        if (str_eq_c(o->type, plain[i].type)) {
            o->key = o->name = value_of(o, plain[i].name);
            return;
        }
    if (str_eq_c(o->type, "service"))
        o->key = o->name = pair(a, value_of(o, "host_name"), value_of(o, "service_description"));
    else
        name_relation(o, a);
}

/* Nagios prints six digits behind the point. */
static struct str without_zeros(struct str type, struct str name, struct str value)
{
    enum conf_type t;
    unsigned row;

    if (!conf_type_find(type, &t) || !conf_directive_find(t, name, &row) || str_find_char(value, '.') < 0 ||
        (conf_directive(row)->kind != CONF_KIND_UNITS && conf_directive(row)->kind != CONF_KIND_PERCENT))
        return value;
    while (value.p[value.n - 1] == '0')
        value.n--;
    value.n -= value.p[value.n - 1] == '.';
    return value;
}

/* "\tNAME\tVALUE" */
static void add_line(struct object *o, struct str text)
{
    struct line *l = VEC_ADD(&o->lines);

    text = str_sub(text, 1, text.n);
    l->name = str_cut(&text, '\t');
    l->value = text.p ? without_zeros(o->type, l->name, text) : STR("");
    l->secret = l->name.n && l->name.p[0] == '_' && conf_secret_name(str_sub(l->name, 1, l->name.n));
}

/* What defines it: NULL for relations. */
static const struct conf_object *defined_by(const struct conf *c, const struct object *o, enum conf_type type)
{
    struct str host = value_of(o, "host_name"), description = value_of(o, "service_description");
    uint32_t rank;

    if (type != CONF_SERVICE) {
        rank = conf_type_info(type)->name_row == CONF_D_ALL ? CONF_NONE : conf_rank(c, type, o->name);
        return rank == CONF_NONE ? NULL : conf_ranked(c, type, rank);
    }
    rank = conf_rank(c, CONF_HOST, host);
    for (uint32_t i = rank == CONF_NONE ? 0 : c->first_service[rank];
         rank != CONF_NONE && i < c->first_service[rank + 1]; i++)
        if (str_eq(c->services.at[i].description, description))
            return &c->objects.at[c->services.at[i].object];
    return NULL;
}

/* Directives that Nagios does not know are not in a file of its format. */
static void add_own(struct conf *c, struct object *o)
{
    enum conf_type type;
    const struct conf_object *by = conf_type_find(o->type, &type) ? defined_by(c, o, type) : NULL;
    const struct conf_type_info *info = by ? conf_type_info(type) : NULL;

    for (unsigned i = 0; by && i < info->n; i++) {
        const struct conf_directive *d = conf_directive(info->first + i);
        struct str value = conf_text(c, by, info->first + i);

        if (!(d->engines & CONF_NAGIOS) && d->acted == 1 && value.n)
            *VEC_ADD(&o->lines) = (struct line){str_of(d->name), value, conf_secret_row(info->first + i)};
    }
}

static int by_key(const void *a, const void *b)
{
    const struct object *x = a, *y = b;
    int d = str_cmp(x->type, y->type);

    if (d == 0)
        d = str_cmp(x->key, y->key);
    return d ? d : x->number < y->number ? -1 : x->number > y->number;
}

static void number_same(struct side *s)
{
    for (size_t i = 0; i < s->objects.n; i++)
        s->objects.at[i].number = (uint32_t)i;
    if (s->objects.n)
        qsort(s->objects.at, s->objects.n, sizeof(*s->objects.at), by_key);
    for (size_t i = 0; i < s->objects.n; i++) {
        struct object *o = &s->objects.at[i], *before = i ? o - 1 : NULL;

        o->number =
            before && str_eq(before->type, o->type) && str_eq(before->key, o->key) ? before->number + 1 : 0;
    }
}

static void read_side(struct conf *c, struct side *s, struct arena *a)
{
    struct str rest, line, define = STR("define ");
    struct object *o = NULL;

    precache_write(conf_tables(c), &s->text);
    rest = buf_str(&s->text);
    while (rest.p) {
        line = str_cut(&rest, '\n');
        if (str_starts(line, define)) {
            o = VEC_ADD(&s->objects);
            *o = (struct object){.type = str_trim(str_sub(line, define.n, line.n - define.n - 1))};
        } else if (o && str_eq_c(str_trim(line), "}")) {
            name_it(o, a);
            add_own(c, o);
            o = NULL;
        } else if (o && line.n > 1) {
            add_line(o, line);
        }
    }
    number_same(s);
}

/* Where the files are is no effect. */
static bool is_where(struct str name)
{
    static const char *const names[] = {"cfg_file", "cfg_dir", "include_file", "include_dir",
                                        "resource_file"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq_c(name, names[i]))
            return true;
    return false;
}

/* The values of the main file as one more object. */
static void read_main(struct conf *c, struct object *o, struct arena *a)
{
    struct conf_origin m = {.type = CONF_TYPE_COUNT};

    conf_origin_main(c, &m);
    *o = (struct object){.type = STR("main"), .key = STR(""), .name = STR("")};
    for (size_t i = 0; i < m.rows.n; i++) {
        const struct conf_origin_row *r = &m.rows.at[i];

        if (!is_where(r->name))
            *VEC_ADD(&o->lines) = (struct line){arena_str(a, r->name), arena_str(a, r->value), r->secret};
    }
    conf_origin_release(&m);
}

static void release_side(struct side *s)
{
    for (size_t i = 0; i < s->objects.n; i++)
        VEC_RELEASE(&s->objects.at[i].lines);
    VEC_RELEASE(&s->objects);
    buf_release(&s->text);
}

/* ---- both ---- */

static void add_value(struct conf_diff *d, const struct line *a, const struct line *b)
{
    const struct line *any = a ? a : b;

    BUG_ON(!any);
    *VEC_ADD(&d->values) = (struct conf_diff_value){
        .name = arena_str(&d->arena, any->name),
        .a = a ? arena_str(&d->arena, a->value) : STR_NULL,
        .b = b ? arena_str(&d->arena, b->value) : STR_NULL,
        .secret = (a && a->secret) || (b && b->secret),
    };
}

static const struct line *twin(const struct object *o, const struct line *all, size_t at)
{
    size_t nth = 0;

    if (at < o->lines.n && str_eq(o->lines.at[at].name, all[at].name)) /* nearly always */
        return &o->lines.at[at];
    for (size_t i = 0; i < at; i++)
        nth += str_eq(all[i].name, all[at].name);
    for (size_t i = 0; i < o->lines.n; i++)
        if (str_eq(o->lines.at[i].name, all[at].name) && nth-- == 0)
            return &o->lines.at[i];
    return NULL;
}

static void begin(struct conf_diff *d, enum conf_diff_kind kind, const struct object *o)
{
    *VEC_ADD(&d->objects) = (struct conf_diff_object){.kind = kind,
                                                      .type = arena_str(&d->arena, o->type),
                                                      .name = arena_str(&d->arena, o->name),
                                                      .first_value = (uint32_t)d->values.n};
}

static void end(struct conf_diff *d)
{
    struct conf_diff_object *o = &VEC_LAST(&d->objects);

    o->n_values = (uint32_t)d->values.n - o->first_value;
    if (o->kind == CONF_DIFF_CHANGED && !o->n_values)
        d->objects.n--;
}

static void one_only(struct conf_diff *d, enum conf_diff_kind kind, const struct object *o)
{
    begin(d, kind, o);
    for (size_t i = 0; i < o->lines.n; i++)
        add_value(d, kind == CONF_DIFF_REMOVED ? &o->lines.at[i] : NULL,
                  kind == CONF_DIFF_ADDED ? &o->lines.at[i] : NULL);
    end(d);
}

static void compare(struct conf_diff *d, const struct object *a, const struct object *b)
{
    begin(d, CONF_DIFF_CHANGED, a);
    for (size_t i = 0; i < a->lines.n; i++) {
        const struct line *other = twin(b, a->lines.at, i);

        if (!other || !str_eq(other->value, a->lines.at[i].value))
            add_value(d, &a->lines.at[i], other);
    }
    for (size_t i = 0; i < b->lines.n; i++)
        if (!twin(a, b->lines.at, i))
            add_value(d, NULL, &b->lines.at[i]);
    end(d);
}

void conf_diff_make(struct conf *ca, struct conf *cb, struct conf_diff *out)
{
    struct side a = {.text = BUF_INIT}, b = {.text = BUF_INIT};
    struct object main_a, main_b;
    struct arena scratch = ARENA_INIT;
    size_t i = 0, k = 0;

    *out = (struct conf_diff){.arena = ARENA_INIT};
    read_main(ca, &main_a, &scratch);
    read_main(cb, &main_b, &scratch);
    compare(out, &main_a, &main_b);
    read_side(ca, &a, &scratch);
    read_side(cb, &b, &scratch);
    while (i < a.objects.n || k < b.objects.n) {
        int order = i == a.objects.n ? 1 : k == b.objects.n ? -1 : by_key(&a.objects.at[i], &b.objects.at[k]);

        if (order < 0)
            one_only(out, CONF_DIFF_REMOVED, &a.objects.at[i++]);
        else if (order > 0)
            one_only(out, CONF_DIFF_ADDED, &b.objects.at[k++]);
        else
            compare(out, &a.objects.at[i++], &b.objects.at[k++]);
    }
    VEC_RELEASE(&main_a.lines);
    VEC_RELEASE(&main_b.lines);
    release_side(&a);
    release_side(&b);
    arena_release(&scratch);
}

void conf_diff_release(struct conf_diff *d)
{
    VEC_RELEASE(&d->objects);
    VEC_RELEASE(&d->values);
    arena_release(&d->arena);
}
