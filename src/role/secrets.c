/* SPDX-License-Identifier: Apache-2.0 */
#include "role/secrets.h"

#include "base/log.h"
#include "os/mem.h"
#include "wire/link.h"

#include <string.h>

static void drop(struct secrets *s, size_t i)
{
    mem_unmap(s->v.at[i].base, s->v.at[i].len);
    memmove(&s->v.at[i], &s->v.at[i + 1], (s->v.n - i - 1) * sizeof(*s->v.at));
    s->v.n--;
}

void secrets_take(struct secrets *s, const struct role_snapshot *now)
{
    struct secrets_one one = {.generation = now->generation};
    struct err err = ERR_INIT;

    if (mem_map_ro(now->secret_fd, &one.base, &one.len, &err) < 0 ||
        secret_open(&one.secret, one.base, one.len, &err) < 0)
        log_fatal("the secrets of the configuration: %s", err.text);
    if (s->v.n > SECRETS_MOST)
        drop(s, 1);
    *VEC_ADD(&s->v) = one;
}

static const struct secret *find(const struct secrets *s, uint64_t generation)
{
    for (size_t i = s->v.n; i-- > 0;)
        if (s->v.at[i].generation == generation || !generation)
            return &s->v.at[i].secret;
    return NULL;
}

const struct secret *secrets_of(struct secrets *s, struct role *r, uint64_t generation)
{
    /* The parent tells those who hold secrets first: when the engine knows it, it is in our link. With --one-process all are told in one thread. */
    if (s->v.n && generation > VEC_LAST(&s->v).generation && !r->one_process)
        link_drain(r->control);
    while (generation && s->v.n > 2 && s->v.at[1].generation < generation)
        drop(s, 1);
    return find(s, generation);
}

const struct secret *secrets_first(const struct secrets *s)
{
    return s->v.n ? &s->v.at[0].secret : NULL;
}

void secrets_release(struct secrets *s)
{
    while (s->v.n)
        drop(s, s->v.n - 1);
    VEC_RELEASE(&s->v);
}
