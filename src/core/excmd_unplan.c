/* SPDX-License-Identifier: Apache-2.0 */
/* External commands that cancel downtimes by what they say: only what is given is compared. */
#include "core/excmd_do.h"

#include "core/note.h"
#include "core/world_in.h"

struct wanted {
    uint32_t check;             /* MODEL_NONE: any */
    uint32_t host;              /* its own and those of its services; MODEL_NONE: any */
    const unsigned char *hosts; /* by index: those whose downtimes, as above, are meant; NULL: any */
    struct str service;         /* given: no downtime of a host */
    struct str author, comment;
    int64_t start, end, duration; /* s; 0: any */
    int64_t fixed, trigger;       /* -1: any */
};

static bool agrees(const struct world *w, const struct world_downtime *d, const struct wanted *k)
{
    const struct model_check *c = model_check(w->m, d->check);

    if ((k->check != MODEL_NONE && k->check != d->check) || (k->host != MODEL_NONE && k->host != c->host))
        return false;
    if (k->hosts && !k->hosts[c->host])
        return false;
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

/* Cancelling one cancels those it triggers. */
static size_t cancel(struct world *w, const struct wanted *k)
{
    size_t n = 0;

    for (size_t i = w->downtimes.n; i-- > 0;)
        if (!w->downtimes.at[i].gone && agrees(w, &w->downtimes.at[i], k)) {
            note_downtime_del(w, w->downtimes.at[i].id);
            n++;
        }
    return n;
}

static int none_found(size_t n, struct err *err)
{
    return n ? 0 : err_set(err, E_NOENT, "there is no such downtime");
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
    return (struct wanted){.check = MODEL_NONE, .host = MODEL_NONE, .fixed = -1, .trigger = -1};
}

int excmd_do_downtimes_del(struct world *w, const struct excmd *c, uint32_t check UNUSED, struct err *err)
{
    struct wanted k = anything();

    k.host = c->check;
    k.service = c->text[1];
    k.comment = c->text[3];
    if (number(c->text[2], &k.start, err) < 0)
        return err->code;
    return none_found(cancel(w, &k), err);
}

int excmd_do_downtimes_del_group(struct world *w, const struct excmd *c, uint32_t check UNUSED,
                                 struct err *err)
{
    struct model_list l = model_host_group(w->m, c->group)->members;
    struct wanted k = anything();
    unsigned char *hosts;
    size_t n;

    k.service = c->text[2];
    k.comment = c->text[4];
    if (number(c->text[3], &k.start, err) < 0)
        return err->code;
    k.hosts = hosts = mem_zalloc((size_t)w->m->n_hosts + 1);
    for (uint32_t i = 0; i < l.n; i++) {
        uint32_t host = model_item(w->m, l, i);

        hosts[host] = !c->text[1].n || str_eq(model_host_name(w->m, host), c->text[1]);
    }
    n = cancel(w, &k);
    mem_free(hosts);
    return none_found(n, err);
}

int excmd_do_downtimes_del_like(struct world *w, const struct excmd *c, uint32_t check UNUSED,
                                struct err *err)
{
    struct wanted k = anything();

    k.comment = c->text[1];
    if (number(c->text[0], &k.start, err) < 0)
        return err->code;
    if (!k.start && !k.comment.n)
        return err_set(err, E_INVAL, "neither a start nor a comment is given");
    return none_found(cancel(w, &k), err);
}

int excmd_do_downtimes_del_full(struct world *w, const struct excmd *c, uint32_t check, struct err *err)
{
    const struct str *f = c->text + c->first;
    struct wanted k = anything();

    k.check = check;
    k.comment = f[5];
    k.author = str_cut(&k.comment, ';');
    if (number(f[0], &k.start, err) < 0 || number(f[1], &k.end, err) < 0 || number(f[2], &k.fixed, err) < 0 ||
        number(f[3], &k.trigger, err) < 0 || number(f[4], &k.duration, err) < 0)
        return err->code;
    return none_found(cancel(w, &k), err);
}
