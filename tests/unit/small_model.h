/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A snapshot of nothing but names: for tests of what is kept by name. */
#include "core/model_build.h"

struct small_check {
    const char *host, *service; /* service NULL: the host itself */
    const char *ident;          /* _VIGIE_ID, or NULL */
};

struct small_told { /* the check at this place tells this contact; contacts in the order of their names */
    uint32_t check;
    const char *contact;
};

/* Checks in the order of core/model.h: hosts by name, then services by host and description. */
static inline void small_model_told(const struct small_check *list, uint32_t n, const struct small_told *told,
                                    size_t n_told, struct buf *out)
{
    struct model_build b;
    uint32_t host;

    model_build_init(&b);
    for (uint32_t i = 0; i < n; i++) {
        struct model_check *c;

        for (host = 0; !str_eq_c(str_of(list[host].host), list[i].host); host++)
            ;
        c = VEC_ADD(&b.check);
        c->kind = list[i].service ? MODEL_SERVICE : MODEL_HOST;
        c->host = host;
        c->name = model_build_str(&b, str_of(list[i].service ? list[i].service : list[i].host));
        if (list[i].ident) {
            c->first_var = (uint32_t)b.var.n;
            c->n_vars = 1;
            *VEC_ADD(&b.var) = (struct model_var){.name = model_build_str(&b, STR("VIGIE_ID")),
                                                  .value = model_build_str(&b, str_of(list[i].ident))};
        }
        b.n_hosts += list[i].service ? 0 : 1;
        if (list[i].service && !b.check.at[host].n_services++)
            b.check.at[host].first_service = i;
    }
    for (size_t i = 0; i < n_told; i++) {
        uint32_t at = 0, name = model_build_str(&b, str_of(told[i].contact));

        while (at < b.contact.n && b.contact.at[at].name != name)
            at++;
        if (at == b.contact.n)
            *VEC_ADD(&b.contact) = (struct model_contact){.name = name};
        b.check.at[told[i].check].contacts = model_build_list(&b, &at, 1);
    }
    model_build_public(&b, out);
    model_build_release(&b);
}

static inline void small_model(const struct small_check *list, uint32_t n, struct buf *out)
{
    small_model_told(list, n, NULL, 0, out);
}
