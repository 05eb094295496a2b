/* SPDX-License-Identifier: Apache-2.0 */
#include "api/revoke.h"

#include "api/api_int.h"
#include "api/jobs.h"
#include "api/stream.h"

#include <string.h>

struct whose {
    const struct api_request *by;
    struct str name; /* p NULL: of all */
    const unsigned char *key;
};

static bool is_meant(const struct whose *x, const struct api_who *w)
{
    if (w->by != API_BY_SESSION && w->by != API_BY_TOKEN)
        return false;
    if (x->key)
        return memcmp(w->key, x->key, HASH_SHA256_BYTES) == 0;
    return !x->name.p || str_ieq(str_of(w->name), x->name) || str_ieq(str_of(w->viewer), x->name);
}

static void one(struct api *a, struct api_request *q, uint64_t arg)
{
    const struct whose *x = (const struct whose *)(uintptr_t)arg;

    if (q == x->by || !is_meant(x, &q->who))
        return;
    q->stale = true;
    if (q->begun && !q->broken) {
        api_break_off(a, q);
        api_after(a, q);
    }
}

void revoke_name(struct api *a, struct api_request *q, struct str name)
{
    struct whose x = {.by = q, .name = name};

    a->revoked++;
    who_cache_clear(a->cache);
    stream_name_ended(a, name);
    jobs_judge(a, name);
    api_each(a, one, (uint64_t)(uintptr_t)&x);
}

void revoke_all(struct api *a, struct api_request *q)
{
    struct whose x = {.by = q};

    a->revoked++;
    who_cache_clear(a->cache);
    stream_all_ended(a);
    jobs_judge(a, STR_NULL);
    api_each(a, one, (uint64_t)(uintptr_t)&x);
}

void revoke_session(struct api *a, struct api_request *q, const unsigned char key[HASH_SHA256_BYTES])
{
    struct whose x = {.by = q, .key = key};

    who_cache_drop(a->cache, key);
    stream_session_ended(a, key);
    api_each(a, one, (uint64_t)(uintptr_t)&x);
}
