/* SPDX-License-Identifier: Apache-2.0 */
#include "core/excmd_unplan.h"

#include "core/note.h"
#include "core/world_in.h"

#include <stdlib.h>

/* Only what is given is compared. */
struct wanted {
    struct str service; /* given: no downtime of a host */
    struct str author, comment;
    int64_t start, end, duration; /* s; 0: any */
    int64_t fixed, trigger;       /* -1: any */
};

struct picked {
    const struct world *w;
    struct excmd_list *out;
    unsigned char *has; /* by place in the table: stands on the list */
};

static bool agrees(const struct world *w, const struct world_downtime *d, const struct wanted *k)
{
    if (k->service.n && !str_eq(model_description(w->m, d->check), k->service))
        return false;
    if ((k->author.n && !str_eq_c(k->author, d->author)) || (k->comment.n && !str_eq_c(k->comment, d->text)))
        return false;
    if ((k->start && d->start != k->start * TIME_S) || (k->end && d->end != k->end * TIME_S) ||
        (k->duration && d->duration_us != k->duration * TIME_S))
        return false;
    return (k->fixed < 0 || d->fixed == (k->fixed != 0)) &&
           (k->trigger < 0 || d->triggered_by == (uint64_t)k->trigger);
}

static void begin(struct picked *p, const struct world *w, struct excmd_list *out)
{
    *p = (struct picked){w, out, mem_zalloc(w->downtimes.n + 1)};
}

static int end(struct picked *p, struct err *err)
{
    mem_free(p->has);
    return p->out->n ? 0 : err_set(err, E_NOENT, "there is no such downtime");
}

/* With those it triggers, the newest first; how deep that goes is bounded (core/downtime.c). */
static void pick(struct picked *p, const struct world_downtime *d)
{
    size_t at = (size_t)(d - p->w->downtimes.at);

    if (p->has[at])
        return;
    p->has[at] = 1;
    for (uint64_t id = d->last_child; id;) {
        const struct world_downtime *child = note_downtime_find(p->w, id);

        id = child->older_sibling;
        pick(p, child);
    }
    *VEC_ADD(p->out) = d->id;
}

/* hosts: by index, those whose downtimes and whose services' downtimes are meant; NULL: all. */
static void pick_all(struct picked *p, const unsigned char *hosts, const struct wanted *k)
{
    const struct world *w = p->w;

    for (size_t i = w->downtimes.n; i-- > 0;) {
        const struct world_downtime *d = &w->downtimes.at[i];

        if (!d->gone && (!hosts || hosts[model_check(w->m, d->check)->host]) && agrees(w, d, k))
            pick(p, d);
    }
}

static int by_falling_id(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x > *y ? -1 : *x < *y;
}

/* Of so many checks, one behind the other: the newest first, as everywhere. */
static void pick_of_checks(struct picked *p, uint32_t first, uint32_t n, struct excmd_list *ids)
{
    for (uint32_t i = 0; i < n; i++)
        for (uint64_t id = note_newest_downtime(p->w, first + i); id;
             id = note_downtime_find(p->w, id)->older)
            *VEC_ADD(ids) = id;
}

static void pick_ids(struct picked *p, struct excmd_list *ids, const struct wanted *k)
{
    if (ids->n)
        qsort(ids->at, ids->n, sizeof(*ids->at), by_falling_id);
    for (size_t i = 0; i < ids->n; i++) {
        const struct world_downtime *d = note_downtime_find(p->w, ids->at[i]);

        if (agrees(p->w, d, k))
            pick(p, d);
    }
    VEC_RELEASE(ids);
}

static void pick_of_host(struct picked *p, uint32_t host, const struct wanted *k)
{
    const struct model_check *h = model_check(p->w->m, host);
    struct excmd_list ids = {0};

    if (h->n_services > p->w->downtimes.n / 16) {
        unsigned char *hosts = mem_zalloc(p->w->m->n_hosts);

        hosts[host] = 1;
        pick_all(p, hosts, k);
        mem_free(hosts);
        return;
    }
    pick_of_checks(p, host, 1, &ids);
    pick_of_checks(p, h->first_service, h->n_services, &ids);
    pick_ids(p, &ids, k);
}

/* A number that may be missing. */
static int number(struct str s, int64_t *v, struct err *err)
{
    s = str_trim(s);
    if (!s.n || (str_to_i64(s, v) && *v < INT64_MAX / TIME_S / 4 && *v >= 0))
        return 0;
    return err_set(err, E_INVAL, "'" STR_FMT "' is no whole number", STR_ARG(str_sub(s, 0, 60)));
}

static struct wanted anything(void)
{
    return (struct wanted){.fixed = -1, .trigger = -1};
}

/* The one with that number; the command says of which kind it is. */
static int one(const struct world *w, const struct excmd *c, struct excmd_list *out, struct err *err)
{
    const struct world_downtime *d = c->number[0] > 0 ? note_downtime_find(w, (uint64_t)c->number[0]) : NULL;
    struct picked p;

    if (!d || world_kind(w, d->check) != c->row->param)
        return err_set(err, E_NOENT, "there is no downtime %lld of a %s", (long long)c->number[0],
                       c->row->param == MODEL_HOST ? "host" : "service");
    begin(&p, w, out);
    pick(&p, d);
    return end(&p, err);
}

static int of_host(const struct world *w, const struct excmd *c, struct excmd_list *out, struct err *err)
{
    struct wanted k = anything();
    struct picked p;

    k.service = c->text[1];
    k.comment = c->text[3];
    if (number(c->text[2], &k.start, err) < 0)
        return err->code;
    begin(&p, w, out);
    pick_of_host(&p, c->check, &k);
    return end(&p, err);
}

static int of_group(const struct world *w, const struct excmd *c, struct excmd_list *out, struct err *err)
{
    struct model_list l = model_host_group(w->m, c->group)->members;
    struct wanted k = anything();
    unsigned char *hosts;
    struct picked p;

    k.service = c->text[2];
    k.comment = c->text[4];
    if (number(c->text[3], &k.start, err) < 0)
        return err->code;
    begin(&p, w, out);
    hosts = mem_zalloc((size_t)w->m->n_hosts + 1);
    for (uint32_t i = 0; i < l.n; i++) {
        uint32_t host = model_item(w->m, l, i);

        hosts[host] = !c->text[1].n || str_eq(model_host_name(w->m, host), c->text[1]);
    }
    pick_all(&p, hosts, &k);
    mem_free(hosts);
    return end(&p, err);
}

static int like(const struct world *w, const struct excmd *c, struct excmd_list *out, struct err *err)
{
    struct wanted k = anything();
    struct picked p;

    k.comment = c->text[1];
    if (number(c->text[0], &k.start, err) < 0)
        return err->code;
    if (!k.start && !k.comment.n)
        return err_set(err, E_INVAL, "neither a start nor a comment is given");
    begin(&p, w, out);
    pick_all(&p, NULL, &k);
    return end(&p, err);
}

static int full(const struct world *w, const struct excmd *c, struct excmd_list *out, struct err *err)
{
    const struct str *f = c->text + c->first;
    struct wanted k = anything();
    struct excmd_list ids = {0};
    struct picked p;

    k.comment = f[5];
    k.author = str_cut(&k.comment, ';');
    if (number(f[0], &k.start, err) < 0 || number(f[1], &k.end, err) < 0 || number(f[2], &k.fixed, err) < 0 ||
        number(f[3], &k.trigger, err) < 0 || number(f[4], &k.duration, err) < 0)
        return err->code;
    begin(&p, w, out);
    pick_of_checks(&p, c->check, 1, &ids);
    pick_ids(&p, &ids, &k);
    return end(&p, err);
}

int excmd_unplan_list(const struct world *w, const struct excmd *c, struct excmd_list *out, struct err *err)
{
    switch (c->row->target) {
    case EXCMD_DOWNTIME: return one(w, c, out, err);
    case EXCMD_DOWNTIMES_OF_HOST: return of_host(w, c, out, err);
    case EXCMD_DOWNTIMES_OF_GROUP: return of_group(w, c, out, err);
    case EXCMD_DOWNTIMES_LIKE: return like(w, c, out, err);
    case EXCMD_DOWNTIMES_FULL: return full(w, c, out, err);
    default: BUG("no command about downtimes");
    }
}
