/* SPDX-License-Identifier: Apache-2.0 */
#include "role/reader_turns.h"

#include "base/limits.h"

#include <string.h>

bool reader_turns_add(struct reader_turns *t, struct reader_turn *q, struct mono now)
{
    if (t->waiting.n >= READER_WAITING_MOST)
        return false;
    q->until = (struct mono){now.us + LIMIT_ANSWER_US};
    *VEC_ADD(&t->waiting) = q;
    return true;
}

/* How long it may take if it begins now, µs; < 0: it waits. */
static int64_t time_for(const struct reader_turns *t, const struct reader_turn *q, struct mono now)
{
    int64_t wanted = MAX(q->until.us - now.us, 0), most = LIMIT_READER_US;

    if (t->now) {
        if (q->rank >= t->now->rank)
            return -1;
        most = (t->now->deadline.us - now.us) / 2;
        if (most < READER_LEAST_US && q->rank > READER_BRIEF && wanted > 0)
            return -1;
        most = MAX(most, READER_LEAST_US);
    }
    return MIN(wanted, most);
}

struct reader_turn *reader_turns_begin(struct reader_turns *t, struct mono now)
{
    for (size_t i = 0; i < t->waiting.n; i++) {
        struct reader_turn *q = t->waiting.at[i];
        int64_t us = time_for(t, q, now);

        if (us < 0)
            continue;
        t->waiting.n--;
        memmove(&t->waiting.at[i], &t->waiting.at[i + 1], (t->waiting.n - i) * sizeof(t->waiting.at[0]));
        q->deadline = (struct mono){now.us + us};
        q->outer = t->now;
        t->now = q;
        return q;
    }
    return NULL;
}

void reader_turns_end(struct reader_turns *t)
{
    t->now = t->now->outer;
}
