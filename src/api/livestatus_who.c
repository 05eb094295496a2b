/* SPDX-License-Identifier: Apache-2.0 */
#include "api/livestatus_who.h"

#include "api/right.h"

#include <string.h>

static const struct sight *pinned(struct api *a, const struct api_who *w, enum right right)
{
    const struct sight *s = who_sight(w, right_bit(right), a->sights);

    sights_pin(a->sights, s);
    return s;
}

static void eyes(struct api *a, const struct api_who *w, struct livestatus_eyes *e)
{
    *e = (struct livestatus_eyes){.user = w->by != API_BY_NOBODY};
    if (!e->user)
        return;
    e->resources = pinned(a, w, RIGHT_RESOURCES_READ);
    e->events = pinned(a, w, RIGHT_EVENTS_READ);
    e->commands = pinned(a, w, RIGHT_COMMANDS_READ);
}

void livestatus_eyes_release(struct api *a, struct livestatus_eyes *e)
{
    sights_unpin(a->sights, e->resources);
    sights_unpin(a->sights, e->events);
    sights_unpin(a->sights, e->commands);
    *e = (struct livestatus_eyes){.user = false};
}

bool livestatus_who_known(struct api *a, struct str name, struct livestatus_eyes *e)
{
    unsigned char key[HASH_SHA256_BYTES];
    struct api_who w;

    *e = (struct livestatus_eyes){.user = false};
    who_name_key(a->cache, name, key);
    if (!who_cache_get(a->cache, WHO_BY_NAME, key, a->ports->mono(a->user), &w))
        return false;
    eyes(a, &w, e);
    return true;
}

/* Who must have a second factor and has none may do nothing on the page, and sees nothing here. */
static bool is_held_back(const struct api_answer *x)
{
    return str_eq_c(x->values[API_AUTH_TOTP], "required");
}

bool livestatus_who_said(struct api *a, struct str name, const struct api_answer *x,
                         struct livestatus_eyes *e)
{
    struct api_who w = {.by = API_BY_NOBODY};

    *e = (struct livestatus_eyes){.user = false};
    if (!x->ok && !str_eq_c(x->values[API_AUTH_CODE], "invalid")) /* "invalid": there is no such user */
        return false;
    if (x->ok) {
        w.by = API_BY_SESSION;
        api_who_said(a, &w, x);
        if (is_held_back(x))
            w.n_grants = w.rights = 0;
    }
    who_name_key(a->cache, name, w.key);
    who_cache_put(a->cache, WHO_BY_NAME, &w, a->ports->mono(a->user));
    eyes(a, &w, e);
    return true;
}
