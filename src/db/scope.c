/* SPDX-License-Identifier: Apache-2.0 */
#include "db/scope.h"

#define CONTACT "c:"

void scope_put_contact(struct buf *out, struct str name)
{
    buf_add_c(out, CONTACT);
    buf_add_str(out, name);
}

int scope_parse(struct scope *s, struct str text, const struct model *m, const struct past_names *names,
                struct err *err)
{
    *s = (struct scope){.m = m, .names = names, .contact = MODEL_NONE};
    if (str_eq_c(text, SCOPE_EVERYTHING)) {
        s->everything = true;
        return 0;
    }
    if (!str_starts(text, STR(CONTACT)))
        return err_set(err, E_INVAL, "what may be seen is not said: there is no such scope");
    if (!m || !names)
        return err_set(err, E_CLOSED, "what may be seen cannot be judged: the %s cannot be read",
                       m ? "identities of objects" : "configuration");
    s->contact = model_find_contact(m, str_sub(text, sizeof(CONTACT) - 1, SIZE_MAX));
    return 0;
}

/* The check that has this identity now. */
static uint32_t check_of(const struct scope *s, uint64_t oid)
{
    const struct past_name *x = past_names_of(s->names, oid);

    if (!x || x->gone)
        return MODEL_NONE;
    return x->service.n ? model_find_service(s->m, x->host, x->service) : model_find_host(s->m, x->host);
}

enum scope_sight scope_sight(const struct scope *s, uint64_t oid)
{
    const struct model_check *c;
    uint32_t idx;

    if (s->everything)
        return SCOPE_SEEN;
    idx = oid && s->contact != MODEL_NONE ? check_of(s, oid) : MODEL_NONE;
    if (idx == MODEL_NONE)
        return SCOPE_NOT;
    if (model_sees(s->m, s->contact, idx))
        return SCOPE_SEEN;
    c = model_check(s->m, idx);
    for (uint32_t i = 0; c->kind == MODEL_HOST && i < c->n_services; i++)
        if (model_sees(s->m, s->contact, c->first_service + i))
            return SCOPE_AS_HOST;
    return SCOPE_NOT;
}

bool scope_sees(const struct scope *s, uint64_t oid)
{
    return scope_sight(s, oid) == SCOPE_SEEN;
}
