/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which hosts and services somebody sees. A scope is a list of terms, each about some of them:
 *   hostgroup:NAME      its hosts, with all their services
 *   servicegroup:NAME   its services
 *   host:PATTERN        the hosts that are called so, with all their services
 *   service:HOST/NAME   the services that are called so (both are patterns) of the hosts that are called so
 *   contact:NAME        what that contact is told of (model_sees)
 * and, with ! in front, what is left out. Seen is what one of the terms is about, and none of those with ! in front. Patterns: `*` is any text, `?` one character, `\` quotes one of `*?\/`;
 * capitals count. A group or contact that there is not is nothing's. A service that is seen does not bring its host into sight: only the host's name, as a part of the service's.
 *
 * A sight is one scope, or several of which one suffices. As text, which gate sends to the reader and by which it knows equal ones: each term ends with LF, an empty line ends each scope. No scope
 * at all sees nothing. Evaluated against a model a sight is a bitmap over the indexes of its checks, so that a list asks one bit for each.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "core/model.h"

#define SIGHT_TERMS_MAX 64u          /* of one scope */
#define SIGHT_TERM_MAX  256u         /* bytes of one */
#define SIGHT_TEXT_MAX  (64u * 1024) /* bytes of a sight */

enum sight_kind { SIGHT_HOST_GROUP, SIGHT_SERVICE_GROUP, SIGHT_HOST, SIGHT_SERVICE, SIGHT_CONTACT };

struct sight_term {
    enum sight_kind kind;
    bool negated, ends; /* ends: the last one of its scope */
    struct str name;    /* of a group or contact; the pattern of a host */
    struct str service; /* the pattern of a service */
    uint32_t at;        /* of a group or contact in the model; MODEL_NONE: there is none */
};

struct sight {
    struct buf text;
    struct arena arena; /* the names of terms borrow from it */
    VEC(struct sight_term) term;
    uint64_t *bits;                     /* a bit for each check; NULL: not evaluated, nothing is seen */
    uint64_t *named;                    /* for each host: it, or a service of it, is seen */
    uint32_t n_check, n_hosts;          /* of the model it was evaluated against */
    uint32_t seen_hosts, seen_services; /* how many */
};

/* One term; its names are put into arena. E_INVAL says what is wrong with it, and what to write instead. */
int sight_term_parse(struct sight_term *t, struct str text, struct arena *arena, struct err *err);

/* Building the text: a term of the scope at hand (E_INVAL, E_LIMIT: not added), then the end of that scope. */
int sight_put_term(struct buf *text, struct str term, struct err *err);
void sight_put_end(struct buf *text);

/* E_INVAL, E_LIMIT: it is none, and sees nothing. Release it in any case. */
int sight_parse(struct sight *s, struct str text, struct err *err);
void sight_release(struct sight *s);
/* Finds the groups and contacts of its terms in the model, for sight_judges. */
void sight_bind(struct sight *s, const struct model *m);
/* Is this check of the model it was bound to in sight? Asked of the terms, one after the other. */
bool sight_judges(const struct sight *s, const struct model *m, uint32_t idx);
/* What is configured no more is known by its last names alone (service empty: a host), and so no group or contact holds it; a scope that leaves out a group or a contact shows nothing of that kind, for
 * it might have been in there. */
bool sight_judges_gone(const struct sight *s, struct str host, struct str service);
/* Binds it, and makes the bitmaps. */
void sight_evaluate(struct sight *s, const struct model *m);

/* NULL sees everything. */
static inline bool sight_sees(const struct sight *s, uint32_t idx)
{
    return !s || (idx < s->n_check && (s->bits[idx / 64] >> (idx % 64) & 1));
}

/* May the host be called by its name: is it, or a service of it, in sight? */
static inline bool sight_names_host(const struct sight *s, uint32_t host)
{
    return !s || (host < s->n_hosts && (s->named[host / 64] >> (host % 64) & 1));
}
