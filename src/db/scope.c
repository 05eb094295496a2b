/* SPDX-License-Identifier: Apache-2.0 */
#include "db/scope.h"

#define CONTACT "c:"
#define SIGHT   "s:"

void scope_put_contact(struct buf *out, struct str name)
{
    buf_add_c(out, CONTACT);
    buf_add_str(out, name);
}

void scope_put_sight(struct buf *out, struct str sight)
{
    buf_add_c(out, SIGHT);
    buf_add_str(out, sight);
}

int scope_parse(struct scope *s, struct str text, const struct model *m, const struct past_names *names,
                struct err *err)
{
    struct str rest = str_sub(text, sizeof(CONTACT) - 1, text.n);
    bool by_contact = str_starts(text, STR(CONTACT));
    int r;

    *s = (struct scope){.m = m, .names = names, .contact = MODEL_NONE};
    if (str_eq_c(text, SCOPE_EVERYTHING)) {
        s->everything = true;
        return 0;
    }
    s->by_sight = str_starts(text, STR(SIGHT));
    if (!by_contact && !s->by_sight)
        return err_set(err, E_INVAL, "what may be seen is not said: there is no such scope");
    if (!m || !names)
        return err_set(err, E_CLOSED, "what may be seen cannot be judged: the %s cannot be read",
                       m ? "identities of objects" : "configuration");
    if (by_contact) {
        s->contact = model_find_contact(m, rest);
        return 0;
    }
    r = sight_parse(&s->sight, rest, err);
    if (r < 0)
        return err_set(err, E_INVAL, "what may be seen is not said as it should be");
    sight_bind(&s->sight, m);
    return 0;
}

void scope_release(struct scope *s)
{
    if (s->by_sight)
        sight_release(&s->sight);
    *s = (struct scope){.contact = MODEL_NONE};
}

/* The check that has these names now. */
static uint32_t check_of(const struct scope *s, const struct past_name *x)
{
    return x->service.n ? model_find_service(s->m, x->host, x->service) : model_find_host(s->m, x->host);
}

static bool judges(const struct scope *s, uint32_t idx)
{
    return s->by_sight ? sight_judges(&s->sight, s->m, idx) : model_sees(s->m, s->contact, idx);
}

enum scope_sight scope_sight(const struct scope *s, uint64_t oid)
{
    const struct past_name *x;
    const struct model_check *c;
    uint32_t idx;

    if (s->everything)
        return SCOPE_SEEN;
    x = oid && (s->by_sight || s->contact != MODEL_NONE) ? past_names_of(s->names, oid) : NULL;
    if (x && x->gone)
        return s->by_sight && sight_judges_gone(&s->sight, x->host, x->service) ? SCOPE_SEEN : SCOPE_NOT;
    idx = x ? check_of(s, x) : MODEL_NONE;
    if (idx == MODEL_NONE)
        return SCOPE_NOT;
    if (judges(s, idx))
        return SCOPE_SEEN;
    c = model_check(s->m, idx);
    for (uint32_t i = 0; c->kind == MODEL_HOST && i < c->n_services; i++)
        if (judges(s, c->first_service + i))
            return SCOPE_AS_HOST;
    return SCOPE_NOT;
}

bool scope_sees(const struct scope *s, uint64_t oid)
{
    return scope_sight(s, oid) == SCOPE_SEEN;
}
