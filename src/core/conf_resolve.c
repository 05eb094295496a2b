/* SPDX-License-Identifier: Apache-2.0 */
/* Templates: the effective values of every object; then names: every object gets its rank. */
#include "core/conf_build.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

static bool is_null(struct str v)
{
    return str_eq_c(v, "null");
}

const struct conf_prop *conf_get(const struct conf *c, const struct conf_object *o, unsigned row)
{
    uint32_t at = o->value ? o->value[row - conf_type_info(o->type)->first] : 0;

    return at ? &c->props.at[at - 1] : NULL;
}

bool conf_says(const struct conf *c, const struct conf_object *o, unsigned row)
{
    const struct conf_prop *p = conf_get(c, o, row);

    return p && !is_null(p->value);
}

struct str conf_text(const struct conf *c, const struct conf_object *o, unsigned row)
{
    const struct conf_prop *p = conf_get(c, o, row);
    struct str v;

    if (!p)
        return str_of(conf_directive(row)->def);
    v = p->value;
    if (is_null(v) && conf_kind_has_null(conf_directive(row)->kind))
        return STR("");
    if (v.n && v.p[0] == '+' && conf_kind_is_list(conf_directive(row)->kind))
        v = str_trim(str_sub(v, 1, v.n));
    return v.p ? v : STR("");
}

/* "+b" over "a" is "a,b"; over "+a" it is "+a,b", for the next one. */
static uint32_t append(struct conf *c, uint32_t mine, uint32_t theirs)
{
    struct buf b = BUF_INIT;
    struct conf_prop p = c->props.at[mine];

    buf_add_str(&b, c->props.at[theirs].value);
    buf_add_char(&b, ',');
    buf_add_str(&b, str_sub(p.value, 1, p.value.n));
    p.value = arena_str(&c->arena, buf_str(&b));
    buf_release(&b);
    *VEC_ADD(&c->props) = p;
    return (uint32_t)c->props.n - 1;
}

/* "check_command !name" in a template of services is for all who use it, whatever they say themselves. */
static bool is_important(const struct conf *c, const struct conf_object *t, unsigned row)
{
    for (uint32_t i = 0; row == CONF_D_SERVICE_check_command && i < t->n_props; i++) {
        const struct conf_prop *p = &c->props.at[t->first_prop + i];

        if (p->row == row && p->value.n && p->value.p[0] == '!')
            return true;
    }
    return false;
}

static void inherit_values(struct conf *c, struct conf_object *o, const struct conf_object *t)
{
    const struct conf_type_info *info = conf_type_info(o->type);

    for (unsigned i = 0; i < info->n; i++) {
        uint32_t theirs = t->value[i], mine = o->value[i];

        if (!theirs)
            continue;
        if (!mine || is_important(c, t, info->first + i))
            o->value[i] = theirs;
        else if (conf_kind_is_list(conf_directive(info->first + i)->kind) && c->props.at[mine - 1].value.n &&
                 c->props.at[mine - 1].value.p[0] == '+' && !is_null(c->props.at[theirs - 1].value))
            o->value[i] = append(c, mine - 1, theirs - 1) + 1;
    }
}

/* In the criteria of a dependency Nagios takes an n anywhere for a line that is not there, so that the templates are asked; not in those for checks of hosts. */
bool conf_takes_back(const struct conf *c, const struct conf_prop *p)
{
    struct str rest = p->value, name;
    bool none = false;

    if (c->rq.native || (p->row != CONF_D_SERVICEDEPENDENCY_execution_failure_criteria &&
                         p->row != CONF_D_SERVICEDEPENDENCY_notification_failure_criteria &&
                         p->row != CONF_D_HOSTDEPENDENCY_notification_failure_criteria))
        return false;
    while (conf_next_option(&rest, &name))
        none |= str_eq_c(name, "n") || str_eq_c(name, "none");
    return none;
}

static bool is_weekday(struct str key)
{
    struct model_exception x;
    int weekday;

    return conf_parse_day(key, &x, &weekday) == 0 && weekday >= 0;
}

struct day { /* read once, compared often */
    struct str key;
    struct model_exception x;
    int weekday;
    bool is_day;
};

static struct day read_day(const struct conf *c, uint32_t prop)
{
    struct day d = {.key = c->props.at[prop].key};

    d.is_day = conf_parse_day(d.key, &d.x, &d.weekday) == 0;
    return d;
}

/* The same day in other words: "day 1" and "day 1 - 1". Nagios keeps all days of a definition but the plain weekdays, and takes from templates what is not there. */
static bool same_day(const struct day *a, const struct day *b)
{
    if (!a->is_day || !b->is_day)
        return str_eq(a->key, b->key);
    return a->weekday == b->weekday && (a->weekday >= 0 || memcmp(&a->x, &b->x, sizeof(a->x)) == 0);
}

static bool has_key(const struct conf *c, const struct conf_object *o, struct str key, uint32_t *at)
{
    for (uint32_t i = 0; i < o->n_keyed; i++)
        if (str_eq(c->props.at[o->keyed[i]].key, key)) {
            *at = i;
            return true;
        }
    return false;
}

/* Of two days alike the last counts. How many there are now. */
static uint32_t inherit_days(const struct conf *c, const struct conf_object *t, uint32_t *all, uint32_t n)
{
    struct day *days = mem_calloc(LIMIT_CONF_VARS + 1, sizeof(*days));

    for (uint32_t k = 0; k < n; k++)
        days[k] = read_day(c, all[k]);
    for (uint32_t i = t->n_keyed; i > 0 && n < LIMIT_CONF_VARS; i--) {
        bool there = false;

        days[n] = read_day(c, t->keyed[i - 1]);
        for (uint32_t k = 0; k < n && !there; k++)
            there = same_day(&days[k], &days[n]);
        if (!there)
            all[n++] = t->keyed[i - 1];
    }
    mem_free(days);
    return n;
}

static void inherit_keyed(struct conf *c, struct conf_object *o, const struct conf_object *t)
{
    uint32_t *all, n = o->n_keyed, at;

    if (!t->n_keyed)
        return;
    all = arena_alloc(&c->arena, (size_t)(o->n_keyed + t->n_keyed) * sizeof(*all));
    if (n)
        memcpy(all, o->keyed, n * sizeof(*all));
    if (o->type == CONF_TIMEPERIOD)
        n = inherit_days(c, t, all, n);
    for (uint32_t i = t->n_keyed; i > 0 && n < LIMIT_CONF_VARS && o->type != CONF_TIMEPERIOD; i--)
        if (!has_key(c, o, c->props.at[t->keyed[i - 1]].key, &at))
            all[n++] = t->keyed[i - 1];
    o->keyed = all;
    o->n_keyed = n;
}

/* "a" and then "b" is "a,b". */
static uint32_t join(struct conf *c, uint32_t first, uint32_t second)
{
    struct buf b = BUF_INIT;
    struct conf_prop p = c->props.at[second];

    buf_add_str(&b, c->props.at[first].value);
    buf_add_char(&b, ',');
    buf_add_str(&b, p.value);
    p.value = arena_str(&c->arena, buf_str(&b));
    buf_release(&b);
    *VEC_ADD(&c->props) = p;
    return (uint32_t)c->props.n - 1;
}

/* Of two the last counts, except that a null behind a text takes nothing away, and that some are joined: so Nagios has it. */
static void own_value(struct conf *c, struct conf_object *o, const struct conf_type_info *info, uint32_t prop)
{
    const struct conf_prop *p = &c->props.at[prop];
    const struct conf_directive *d = conf_directive(p->row);
    uint32_t *at = &o->value[p->row - info->first];
    bool none = is_null(p->value) && conf_kind_has_null(d->kind), named = p->row == (uint32_t)info->name_row;

    if (*at && d->how != CONF_HOW_JOIN)
        conf_say(c, named && o->type != CONF_SERVICE ? CONF_ERROR : CONF_MISTAKE, conf_place_of(c, prop),
                 "%s stands twice in this definition, first in line %u; remove one", d->name,
                 c->props.at[*at - 1].line);
    if (conf_takes_back(c, p))
        *at = 0;
    else if (*at && d->how == CONF_HOW_JOIN && !none && !is_null(c->props.at[*at - 1].value))
        *at = join(c, *at - 1, prop) + 1;
    else if (!*at || !none)
        *at = prop + 1;
}

static void own_values(struct conf *c, struct conf_object *o)
{
    const struct conf_type_info *info = conf_type_info(o->type);
    uint32_t at, keyed = 0;

    o->value = arena_alloc(&c->arena, info->n * sizeof(*o->value));
    for (uint32_t i = 0; i < o->n_props; i++)
        keyed += c->props.at[o->first_prop + i].key.n > 0;
    if (keyed > LIMIT_CONF_VARS)
        conf_say(c, CONF_ERROR, conf_object_place(o), "this %s has more than %u %s; take some out",
                 conf_type_name(o->type), LIMIT_CONF_VARS,
                 o->type == CONF_TIMEPERIOD ? "days" : "custom variables");
    if (keyed)
        o->keyed = arena_alloc(&c->arena, keyed * sizeof(*o->keyed));
    for (uint32_t i = 0; i < o->n_props; i++) {
        const struct conf_prop *p = &c->props.at[o->first_prop + i];

        if (p->row != CONF_D_ALL)
            own_value(c, o, info, o->first_prop + i);
        else if (p->key.n && o->n_keyed < LIMIT_CONF_VARS && has_key(c, o, p->key, &at) &&
                 (o->type != CONF_TIMEPERIOD || is_weekday(p->key)))
            o->keyed[at] = o->first_prop + i;
        else if (p->key.n && o->n_keyed < LIMIT_CONF_VARS)
            o->keyed[o->n_keyed++] = o->first_prop + i;
    }
}

static void resolve(struct conf *c, uint32_t object, unsigned depth);

static void use(struct conf *c, uint32_t object, struct str name, unsigned depth)
{
    struct conf_object *o = &c->objects.at[object];
    struct conf_place at = conf_value_place(c, o->use_prop);
    uint64_t t;

    if (!map_get(&c->templates[o->type], name, &t)) {
        struct str near = conf_near(c, &c->templates[o->type], name);
        /* Nagios lets it pass in a template that it comes to by one who uses it. */
        enum conf_severity sev = depth == 0 ? CONF_ERROR : CONF_MISTAKE;

        if (near.n)
            conf_say(c, sev, at, "there is no %s template '" STR_FMT "'; did you mean '" STR_FMT "'?",
                     conf_type_name(o->type), STR_ARG(name), STR_ARG(near));
        else
            conf_say(c, sev, at, "there is no %s template '" STR_FMT "'; define one with: name " STR_FMT,
                     conf_type_name(o->type), STR_ARG(name), STR_ARG(name));
        o->torn |= sev == CONF_ERROR;
        return;
    }
    if (c->objects.at[t].step == 0 && depth >= LIMIT_CONF_NEST)
        conf_say(c, CONF_ERROR, at,
                 "templates use each other more than %u deep here, which is as far as they are read; take "
                 "some out",
                 LIMIT_CONF_NEST);
    else if (c->objects.at[t].step == 1)
        conf_say(c, CONF_MISTAKE, at,
                 "the %s template '" STR_FMT "' uses itself in a circle; take one 'use' out",
                 conf_type_name(o->type), STR_ARG(name));
    if (t == object || (c->objects.at[t].step == 0 && depth >= LIMIT_CONF_NEST))
        return;
    /* In a circle this does nothing more: what the template has so far is taken. */
    resolve(c, (uint32_t)t, depth + 1);
    inherit_values(c, o, &c->objects.at[t]);
    inherit_keyed(c, o, &c->objects.at[t]);
}

static void resolve(struct conf *c, uint32_t object, unsigned depth)
{
    struct conf_object *o = &c->objects.at[object];
    struct str rest = o->use, name;

    if (o->step)
        return;
    o->step = 1;
    own_values(c, o);
    while (o->use_prop != CONF_NONE && rest.p) {
        name = str_trim(str_cut(&rest, ','));
        use(c, object, name, depth);
    }
    o->step = 2;
}

static void add_template(struct conf *c, uint32_t object)
{
    struct conf_object *o = &c->objects.at[object];
    uint64_t other;

    if (map_get(&c->templates[o->type], o->name, &other))
        conf_say(c, CONF_ERROR, conf_object_place(o),
                 "the %s template '" STR_FMT "' is defined already in %s:%u; rename one",
                 conf_type_name(o->type), STR_ARG(o->name), conf_file_path(c, c->objects.at[other].file),
                 c->objects.at[other].line);
    else
        map_put(&c->templates[o->type], o->name, object);
}

/* A name that is said twice, where one of the two is of a template: Nagios does not look whether they are registered. */
static void double_names(struct conf *c, enum conf_type type)
{
    unsigned row = (unsigned)conf_type_info(type)->name_row;
    struct map seen = {0};
    uint64_t other;

    for (uint32_t i = 0; i < c->objects.n; i++) {
        const struct conf_object *o = &c->objects.at[i];
        const struct conf_prop *own = NULL;

        for (uint32_t k = 0; o->type == type && k < o->n_props; k++)
            if (c->props.at[o->first_prop + k].row == row)
                own = &c->props.at[o->first_prop + k];
        if (!own)
            continue;
        if (!map_get(&seen, own->value, &other))
            map_put(&seen, own->value, i);
        else if (!c->objects.at[other].registered || !o->registered)
            conf_say(c, CONF_ERROR, conf_object_place(o),
                     "the %s '" STR_FMT "' is defined already in %s:%u; rename or remove one",
                     conf_type_name(type), STR_ARG(own->value), conf_file_path(c, c->objects.at[other].file),
                     c->objects.at[other].line);
    }
    map_release(&seen);
}

/* ---- ranks ---- */

struct named {
    struct str name;
    uint32_t object;
};

static int by_name(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int d = str_cmp(x->name, y->name);

    return d ? d : x->object < y->object ? -1 : 1;
}

void conf_check_name(struct conf *c, const struct conf_object *o, struct str name)
{
    unsigned row;
    struct str bad;

    BUG_ON(!conf_main_find(STR("illegal_object_name_chars"), &row));
    bad = c->main_value[row];
    for (size_t i = 0; i < name.n && bad.n; i++)
        if (str_find_char(bad, name.p[i]) >= 0) {
            conf_say(c, CONF_ERROR, conf_object_place(o),
                     "the name '" STR_FMT
                     "' contains '%c', which illegal_object_name_chars forbids; rename the %s",
                     STR_ARG(name), name.p[i], conf_type_name(o->type));
            return;
        }
}

/* A registered object without any name of its own: Nagios does not look into its templates for one. */
static bool nameless(const struct conf *c, const struct conf_object *o, unsigned row)
{
    const struct conf_prop *p = conf_get(c, o, row);
    size_t at = p ? (size_t)(p - c->props.at) : 0;

    return p && !o->name.n && o->type <= CONF_TIMEPERIOD &&
           (at < o->first_prop || at >= o->first_prop + o->n_props);
}

static void rank_type(struct conf *c, enum conf_type type)
{
    unsigned row = conf_type_info(type)->name_row;
    VEC(struct named) all = {0};

    for (uint32_t i = 0; i < c->objects.n; i++) {
        const struct conf_object *o = &c->objects.at[i];
        struct str name;

        if (o->type != type || !o->registered)
            continue;
        name = conf_text(c, o, row);
        if (!name.n && o->torn)
            continue;
        if (!name.n) {
            conf_say(c, o->name.n ? CONF_MISTAKE : CONF_ERROR /* a template without register 0 */,
                     conf_object_place(o),
                     "this %s has no name; write: %s NAME (or register 0 for a template)",
                     conf_type_name(type), conf_directive(row)->name);
            continue;
        }
        if (nameless(c, o, row))
            conf_say(c, CONF_ERROR, conf_object_place(o),
                     "this %s has the name '" STR_FMT "' of its template only; write: %s " STR_FMT,
                     conf_type_name(type), STR_ARG(name), conf_directive(row)->name, STR_ARG(name));
        conf_check_name(c, o, name);
        *VEC_ADD(&all) = (struct named){name, i};
    }
    if (all.n)
        qsort(all.at, all.n, sizeof(*all.at), by_name);
    for (size_t i = 0; i < all.n; i++) {
        const struct conf_object *o = &c->objects.at[all.at[i].object];

        if (i && str_eq(all.at[i].name, all.at[i - 1].name)) {
            const struct conf_object *first = &c->objects.at[VEC_LAST(&c->ranked[type])];

            conf_say(c, CONF_ERROR, conf_object_place(o),
                     "the %s '" STR_FMT "' is defined already in %s:%u; rename or remove one",
                     conf_type_name(type), STR_ARG(all.at[i].name), conf_file_path(c, first->file),
                     first->line);
            continue;
        }
        map_put(&c->rank[type], all.at[i].name, c->ranked[type].n);
        *VEC_ADD(&c->ranked[type]) = all.at[i].object;
    }
    VEC_RELEASE(&all);
}

const struct conf_object *conf_ranked(const struct conf *c, enum conf_type type, uint32_t rank)
{
    BUG_ON(rank >= c->ranked[type].n);
    return &c->objects.at[c->ranked[type].at[rank]];
}

uint32_t conf_rank(const struct conf *c, enum conf_type type, struct str name)
{
    uint64_t rank;

    return map_get(&c->rank[type], name, &rank) ? (uint32_t)rank : CONF_NONE;
}

/* A switch of an object that counts only beside a switch of the main file: nothing is missing while that is off. */
static bool is_idle(const struct conf *c, uint32_t row)
{
    switch (row) {
    case CONF_D_HOST_obsess: return !conf_main_is_on(c, "obsess_over_hosts");
    case CONF_D_SERVICE_obsess: return !conf_main_is_on(c, "obsess_over_services");
    case CONF_D_HOST_process_perf_data:
    case CONF_D_SERVICE_process_perf_data: return !conf_main_is_on(c, "process_performance_data");
    default: return false;
    }
}

static bool main_is_idle(const struct conf *c, struct str name)
{
    if (str_starts(name, STR("ocsp_")))
        return !conf_main_is_on(c, "obsess_over_services");
    if (str_starts(name, STR("ochp_")))
        return !conf_main_is_on(c, "obsess_over_hosts");
    return str_contains(name, STR("perfdata")) && !conf_main_is_on(c, "process_performance_data");
}

/* A directive that keeps something: nothing is missing when it says 1, which is what Vigie does. */
static bool is_kept(uint32_t row, struct str value)
{
    bool keeps = row == CONF_D_HOST_retain_nonstatus_information ||
                 row == CONF_D_SERVICE_retain_nonstatus_information ||
                 row == CONF_D_CONTACT_retain_nonstatus_information ||
                 row == CONF_D_CONTACT_retain_status_information;

    return keeps && str_eq_c(value, "1");
}

static bool is_off(struct str value)
{
    return str_eq_c(value, "0") || str_eq_c(value, "n") || str_eq_c(value, "none") || str_eq_c(value, "null");
}

/* Directives that are read and not acted on are listed from the files as they stand, templates too. */
static void notices(struct conf *c)
{
    for (uint32_t i = 0; i < c->objects.n; i++) {
        const struct conf_object *o = &c->objects.at[i];
        const char *idle = conf_type_info(o->type)->not_acted;

        if (idle)
            conf_notice_add(c, conf_type_name(o->type), "(all of it)", idle, conf_object_place(o));
        for (uint32_t k = 0; k < o->n_props && !idle; k++) {
            const struct conf_prop *p = &c->props.at[o->first_prop + k];
            const struct conf_directive *d;

            if (p->row == CONF_D_ALL)
                continue;
            d = conf_directive(p->row);
            if (d->acted != 0 || is_idle(c, p->row) || is_kept(p->row, p->value))
                continue;
            /* What keeps state over a restart is missed when it is switched off; everything else when it is on. */
            if (!is_off(p->value) || strncmp(d->name, "retain_", 7) == 0)
                conf_notice_add(c, conf_type_name(o->type), d->name, d->doc,
                                conf_place_of(c, o->first_prop + k));
        }
    }
    for (unsigned row = 0; row < conf_main_count(); row++) {
        const struct conf_directive *d = conf_main(row);
        struct str value = c->main_value[row];

        if (value.n && d->acted == 0 && !is_off(value) && !main_is_idle(c, str_of(d->name)))
            conf_notice_add(c, "main", d->name, d->doc, c->main_place[row]);
    }
}

void conf_resolve(struct conf *c)
{
    static const enum conf_type ranked[] = {CONF_HOST,      CONF_HOSTGROUP,    CONF_SERVICEGROUP,
                                            CONF_CONTACT,   CONF_CONTACTGROUP, CONF_COMMAND,
                                            CONF_TIMEPERIOD};

    for (uint32_t i = 0; i < c->objects.n; i++)
        if (c->objects.at[i].name.n)
            add_template(c, i);
    for (uint32_t i = (uint32_t)c->objects.n; i > 0; i--) /* from the last to the first, as Nagios does */
        resolve(c, i - 1, 0);
    notices(c);
    for (size_t i = 0; i < ARRAY_LEN(ranked); i++)
        rank_type(c, ranked[i]);
    for (size_t i = 0; i < ARRAY_LEN(ranked) && !c->rq.native; i++)
        double_names(c, ranked[i]);
}
