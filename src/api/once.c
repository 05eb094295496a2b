/* SPDX-License-Identifier: Apache-2.0 */
#include "api/once.h"

#include "api/api_reply.h"
#include "api/route.h"
#include "base/hash.h"
#include "base/map.h"

#include <string.h>

struct entry {
    uint64_t id;                              /* of its place in the map */
    unsigned char asker[HASH_SHA256_BYTES];   /* who */
    unsigned char key[HASH_SHA256_BYTES];     /* who and key */
    unsigned char request[HASH_SHA256_BYTES]; /* method, path, query, body */
    int64_t at;                               /* mono µs */
    uint64_t serial;                          /* of the request that is under way; 0: it was answered */
    int status;
    char *type;
    struct buf body;
    bool kept; /* the answer is here */
};

struct once {
    struct map map; /* of the key's first 64 bits */
};

struct once *once_new(void)
{
    return mem_zalloc(sizeof(struct once));
}

static void drop(struct once *o, struct entry *e)
{
    map_remove_u64(&o->map, e->id);
    buf_release(&e->body);
    mem_free(e->type);
    mem_free(e);
}

static struct entry *entry_at(const struct once *o, size_t i)
{
    struct str key;
    uint64_t p;

    return map_at(&o->map, i, &key, &p) ? (struct entry *)(uintptr_t)p : NULL;
}

void once_free(struct once *o)
{
    for (size_t i = 0; i < o->map.n_entry; i++) {
        struct entry *e = entry_at(o, i);

        if (e)
            drop(o, e);
    }
    map_release(&o->map);
    mem_free(o);
}

/* ---- which one ---- */

static void add(struct hash_sha256 *h, struct str s)
{
    uint64_t n = s.n;

    hash_sha256_add(h, &n, sizeof(n));
    hash_sha256_add(h, s.p, s.n);
}

static void hash_of(unsigned char out[HASH_SHA256_BYTES], const struct str *parts, size_t n)
{
    struct hash_sha256 h;

    hash_sha256_init(&h);
    for (size_t i = 0; i < n; i++)
        add(&h, parts[i]);
    hash_sha256_end(&h, out);
}

static struct entry entry_of(const struct api_request *q)
{
    const struct str by = str_make((const char *)&q->who.by, sizeof(q->who.by)), name = str_of(q->who.name);
    struct entry e = {.body = BUF_INIT};

    hash_of(e.asker, (const struct str[]){by, name}, 2);
    hash_of(e.key, (const struct str[]){by, name, q->idempotency_key}, 3);
    hash_of(e.request, (const struct str[]){q->method, q->path, q->query, q->body}, 4);
    memcpy(&e.id, e.key, sizeof(e.id));
    return e;
}

static struct entry *find(const struct once *o, const struct entry *want)
{
    uint64_t p;
    struct entry *e = map_get_u64(&o->map, want->id, &p) ? (struct entry *)(uintptr_t)p : NULL;

    return e && memcmp(e->key, want->key, sizeof(e->key)) == 0 ? e : NULL;
}

/* Those that are over, and where there are too many (of all, or of this asker) the oldest. Entries stand in the order of their beginning. */
static void make_room(struct once *o, const struct entry *want, int64_t now)
{
    struct entry *oldest = NULL, *own = NULL;
    size_t n_own = 0;

    for (size_t i = 0; i < o->map.n_entry; i++) {
        struct entry *e = entry_at(o, i);
        bool mine;

        if (!e)
            continue;
        if (now - e->at > ONCE_US) {
            drop(o, e);
            continue;
        }
        mine = memcmp(e->asker, want->asker, sizeof(e->asker)) == 0;
        oldest = oldest ? oldest : e;
        own = own || !mine ? own : e;
        n_own += mine;
    }
    if (n_own >= ONCE_EACH)
        drop(o, own);
    else if (o->map.count >= ONCE_MAX)
        drop(o, oldest);
}

static bool is_key(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 0x21 || s.p[i] > 0x7e)
            return false;
    return s.n > 0 && s.n <= ONCE_KEY;
}

static void replay(struct api *a, struct api_request *q, const struct entry *e, const struct entry *want)
{
    if (memcmp(e->request, want->request, sizeof(e->request)) != 0) {
        api_fail(a, q, 422, "Idempotency-Key", PROBLEM_KEY_OTHER);
    } else if (e->serial) {
        api_header(q, "Retry-After: 1");
        api_fail(a, q, 409, "Idempotency-Key", PROBLEM_KEY_RUNNING);
    } else if (!e->kept) {
        api_fail(a, q, 409, "Idempotency-Key", PROBLEM_KEY_DONE);
    } else {
        api_header(q, "Idempotency-Replayed: true");
        api_reply_as(a, q, e->status, str_of(e->type), buf_str(&e->body));
    }
}

bool once_takes(const struct api_route *r)
{
    return (r->audited || r->rows) && r->right != RIGHT_OPEN;
}

bool once_known(struct api *a, struct api_request *q)
{
    int64_t now = a->ports->mono(a->user).us;
    struct entry want, *e;

    if (!q->idempotency_key.p || !once_takes(q->route))
        return false;
    if (!is_key(q->idempotency_key)) {
        api_fail(a, q, 400, "Idempotency-Key", PROBLEM_KEY_FORM);
        return true;
    }
    want = entry_of(q);
    e = find(a->once, &want);
    if (e && now - e->at <= ONCE_US) {
        replay(a, q, e, &want);
        return true;
    }
    if (e)
        drop(a->once, e);
    make_room(a->once, &want, now);
    e = mem_zalloc(sizeof(*e));
    *e = want;
    e->at = now;
    e->serial = q->serial;
    if (map_get_u64(&a->once->map, e->id,
                    NULL)) { /* 64 bits of two keys are the same: this one is not kept */
        mem_free(e);
        return false;
    }
    map_put_u64(&a->once->map, e->id, (uint64_t)(uintptr_t)e);
    q->once = true;
    return false;
}

/* What is under way by this request; NULL: it has given way. */
static struct entry *own(struct api *a, const struct api_request *q)
{
    struct entry want = entry_of(q), *e = find(a->once, &want);

    return e && e->serial == q->serial ? e : NULL;
}

void once_answered(struct api *a, struct api_request *q, int status, struct str type, struct str body)
{
    struct entry *e = own(a, q);

    q->once = false;
    if (!e)
        return;
    if (status >= 500) {
        drop(a->once, e);
        return;
    }
    e->serial = 0;
    e->status = status;
    e->kept = body.n <= ONCE_BYTES && !(q->route->told_once && status < 300);
    if (!e->kept)
        return;
    e->type = str_dup(type);
    buf_add_str(&e->body, body);
}

void once_dropped(struct api *a, const struct api_request *q)
{
    struct entry *e = own(a, q);

    if (e)
        drop(a->once, e);
}
