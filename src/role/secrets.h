/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The secret segments that a role may still need. A command names the configuration it was made from, and the engine may work on with an old one for a moment after a
 * reload came here: its slots must not be filled from the new. What the engine has left behind is unmapped.
 */
#include "base/vec.h"
#include "core/secret.h"
#include "role/role.h"

#define SECRETS_MOST 16 /* reloads that the engine may be behind */

struct secrets_one {
    uint64_t generation;
    const void *base;
    size_t len;
    struct secret secret;
};
struct secrets {
    VEC(struct secrets_one)
    v; /* the newest last; the first of all is kept, for options that were given at birth */
};

/* A snapshot came: its secret part is mapped here too. */
void secrets_take(struct secrets *s, const struct role_snapshot *now);
/* That of a generation, 0: the newest. One that is still on its way from the parent is waited for. NULL: it is not here. */
const struct secret *secrets_of(struct secrets *s, struct role *r, uint64_t generation);
/* Of the snapshot that was there at birth. */
const struct secret *secrets_first(const struct secrets *s);
void secrets_release(struct secrets *s);
