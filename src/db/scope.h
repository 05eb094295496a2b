/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What of the past somebody may see: the first argument of every question (db/past.h, db/series_ask.h), made by gate and judged by the reader, object by object, so that nothing else is answered
 * or counted. As text:
 *   0        everything
 *   c:NAME   the hosts and services that the contact NAME is told of in the configuration in force (model_sees), with all their past. A contact that there is not sees nothing. Not among them:
 *            what is configured no more, and what happened to no object (starts, commands, sign-ins).
 *   s:SIGHT  what is in that sight (core/sight.h) in the configuration in force, with all its past; and what is configured no more and was last called as its patterns say (sight_judges_gone). Not
 *            what happened to no object.
 * Any other text is refused, and so is one that cannot be judged: nobody sees everything by a mistake.
 */
#include "base/buf.h"
#include "base/err.h"
#include "core/model.h"
#include "core/sight.h"
#include "db/past_names.h"

#define SCOPE_EVERYTHING "0"

enum scope_sight {
    SCOPE_NOT,
    SCOPE_AS_HOST, /* only as the host of services that are seen: its state and its downtimes, which their rows tell */
    SCOPE_SEEN,
};

struct scope {
    bool everything;
    const struct model *m;
    const struct past_names *names;
    uint32_t contact; /* MODEL_NONE: nobody */
    bool by_sight;    /* then sight is what counts */
    struct sight sight;
};

void scope_put_contact(struct buf *out, struct str name);
void scope_put_sight(struct buf *out, struct str sight);
/* m and names are borrowed, as they are now; NULL: not known. E_INVAL: it is no scope; E_CLOSED: it cannot be judged. Release it in any case. */
int scope_parse(struct scope *s, struct str text, const struct model *m, const struct past_names *names,
                struct err *err);
void scope_release(struct scope *s);
enum scope_sight scope_sight(const struct scope *s, uint64_t oid); /* 0: of no object */
bool scope_sees(const struct scope *s, uint64_t oid);
