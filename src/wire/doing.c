/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/doing.h"

static bool is_same(const struct doing *a, const struct doing *b)
{
    return a->kind == b->kind && a->file == b->file && a->number == b->number;
}

/* Where it stands among the suspects; DOING_SUSPECTS: it does not. */
static size_t place_of(const struct doing_segment *s, const struct doing *what)
{
    size_t i = 0;

    while (i < DOING_SUSPECTS && !(s->suspect[i].ends && is_same(&s->suspect[i].what, what)))
        i++;
    return i;
}

static void count(struct doing_segment *s, const struct doing *what)
{
    size_t i = place_of(s, what);

    if (what->kind == DOING_NOTHING)
        return;
    if (i == DOING_SUSPECTS) {
        i = s->next % DOING_SUSPECTS;
        s->next = i + 1;
        s->suspect[i].what = *what;
        s->suspect[i].ends = 0;
    }
    s->suspect[i].ends++;
}

void doing_open(struct doing_segment *s)
{
    const struct doing now = s->now,
                       part = {s->world.id ? DOING_QUEUED : DOING_NOTHING, s->world.done, s->world.id},
                       check = {s->world.check ? DOING_CHECK : DOING_NOTHING, 0, s->world.check};

    /* Taken out first: one that is killed here counts nothing twice. */
    doing_end(s);
    __atomic_store_n(&s->world.id, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&s->world.check, 0, __ATOMIC_RELEASE);
    count(s, &now);
    count(s, &part);
    count(s, &check);
}

void doing_begin(struct doing_segment *s, const struct doing *what)
{
    if (!s)
        return;
    s->now.file = what->file;
    s->now.number = what->number;
    __atomic_store_n(&s->now.kind, what->kind, __ATOMIC_RELEASE); /* last: what it is stands there by then */
}

void doing_end(struct doing_segment *s)
{
    if (s)
        __atomic_store_n(&s->now.kind, DOING_NOTHING, __ATOMIC_RELEASE);
}

bool doing_is_nothing(const struct doing_segment *s)
{
    return !s || __atomic_load_n(&s->now.kind, __ATOMIC_ACQUIRE) == DOING_NOTHING;
}

bool doing_is_left_out(const struct doing_segment *s, const struct doing *what)
{
    size_t i = s ? place_of(s, what) : DOING_SUSPECTS;

    return i < DOING_SUSPECTS && s->suspect[i].ends >= DOING_ENDS_MOST;
}

size_t doing_numbers_left_out(const struct doing_segment *s, enum doing_kind kind, uint64_t *numbers)
{
    size_t n = 0;

    for (size_t i = 0; s && i < DOING_SUSPECTS; i++)
        if (s->suspect[i].what.kind == kind && s->suspect[i].ends >= DOING_PARTS_MOST)
            numbers[n++] = s->suspect[i].what.number;
    return n;
}
