/* SPDX-License-Identifier: Apache-2.0 */
#include "role/keep.h"

#include "os/clock.h"

#include <string.h>

enum { BYTES_MAX = 64 * 1024 * 1024 };

static void drop_oldest(struct keep *k)
{
    struct kept *old = &k->kept.at[k->at++];

    k->bytes -= old->len;
    mem_free(old->frame);
    if (k->at > 1024 && k->at > k->kept.n / 2) {
        memmove(k->kept.at, k->kept.at + k->at, (k->kept.n - k->at) * sizeof(*k->kept.at));
        k->kept.n -= k->at;
        k->at = 0;
    }
}

void keep_go_on(struct keep *k, struct peer *engine)
{
    struct buf b = BUF_INIT;
    bool all = true;

    for (size_t i = k->at; all && i < k->kept.n; i++) {
        const struct kept *one = &k->kept.at[i];

        if (one->seq <= k->sent)
            continue;
        buf_add(&b, one->frame, one->len);
        all = role_send(engine, &b, -1) == 0; /* else full, or away: drained or a new engine brings us back */
        if (all)
            k->sent = one->seq;
    }
    if (all)
        k->sent = k->next_seq; /* also when nothing is kept: what comes now is next */
    buf_release(&b);
}

void keep_send(struct keep *k, struct peer *engine, struct msg_result *m)
{
    struct buf b = BUF_INIT;
    bool in_order = k->sent == k->next_seq;

    if (!k->next_seq)
        k->next_seq = k->sent = (uint64_t)clock_mono().us;
    m->seq = ++k->next_seq;
    BUG_ON(msg_put_result(&b, m) < 0);
    *VEC_ADD(&k->kept) = (struct kept){.seq = m->seq, .frame = str_dup(buf_str(&b)), .len = b.len};
    k->bytes += b.len;
    while (k->bytes > BYTES_MAX)
        drop_oldest(k);
    if (in_order && role_send(engine, &b, -1) == 0)
        k->sent = m->seq;
    buf_release(&b);
}

void keep_stored(struct keep *k, uint64_t seq)
{
    while (k->at < k->kept.n && k->kept.at[k->at].seq <= seq)
        drop_oldest(k);
}

void keep_resend(struct keep *k, struct peer *engine)
{
    k->sent = 0;
    keep_go_on(k, engine);
}

struct str keep_list(struct keep *k, const struct map *runs, uint64_t (*oid_of)(uint64_t value))
{
    struct buf ids = BUF_INIT;
    struct str key;
    uint64_t value, id;
    size_t n;

    for (size_t i = 0; i < runs->n_entry; i++) {
        if (!map_at(runs, i, &key, &value))
            continue;
        memcpy(&id, key.p, sizeof(id));
        if (!id || oid_of(value) == KEEP_UNTOLD) /* 0: our own trial */
            continue;
        buf_add_le64(&ids, id);
        buf_add_le64(&ids, oid_of(value));
    }
    mem_free(k->ids);
    k->ids = buf_take(&ids, &n);
    return str_make(k->ids, n);
}

void keep_release(struct keep *k)
{
    while (k->at < k->kept.n)
        drop_oldest(k);
    VEC_RELEASE(&k->kept);
    mem_free(k->ids);
    k->ids = NULL;
}
