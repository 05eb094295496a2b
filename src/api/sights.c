/* SPDX-License-Identifier: Apache-2.0 */
#include "api/sights.h"

#include "base/map.h"

struct held {
    struct sight sight; /* first: its address is the one that is given out */
    bool marked;
    unsigned pins;
};

struct sights {
    struct map by_text; /* -> struct held * */
    VEC(struct held *) all;
    const struct model *m; /* NULL: there is no world yet */
    size_t many;
};

struct sights *sights_new(void)
{
    struct sights *s = mem_zalloc(sizeof(*s));

    s->many = SIGHTS_MANY;
    return s;
}

static void held_free(struct held *h)
{
    sight_release(&h->sight);
    mem_free(h);
}

void sights_free(struct sights *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->all.n; i++)
        held_free(s->all.at[i]);
    VEC_RELEASE(&s->all);
    map_release(&s->by_text);
    mem_free(s);
}

const struct sight *sights_get(struct sights *s, struct str text)
{
    struct held *h;
    uint64_t p;

    if (map_get(&s->by_text, text, &p))
        return &((struct held *)(uintptr_t)p)->sight;
    h = mem_zalloc(sizeof(*h));
    if (sight_parse(&h->sight, text, NULL) < 0) {
        held_free(h);
        return sights_nothing(s);
    }
    if (s->m)
        sight_evaluate(&h->sight, s->m);
    map_put(&s->by_text, text, (uint64_t)(uintptr_t)h);
    *VEC_ADD(&s->all) = h;
    return &h->sight;
}

const struct sight *sights_nothing(struct sights *s)
{
    return sights_get(s, STR(""));
}

void sights_world(struct sights *s, const struct model *m)
{
    s->m = m;
    for (size_t i = 0; i < s->all.n; i++)
        sight_evaluate(&s->all.at[i]->sight, m);
}

bool sights_many(const struct sights *s)
{
    return s->all.n >= s->many;
}

void sights_sweep_begin(struct sights *s)
{
    for (size_t i = 0; i < s->all.n; i++)
        s->all.at[i]->marked = false;
}

void sights_mark(struct sights *s UNUSED, const struct sight *x)
{
    if (x)
        ((struct held *)(uintptr_t)x)->marked = true;
}

void sights_pin(struct sights *s UNUSED, const struct sight *x)
{
    if (x)
        ((struct held *)(uintptr_t)x)->pins++;
}

void sights_unpin(struct sights *s UNUSED, const struct sight *x)
{
    if (x)
        ((struct held *)(uintptr_t)x)->pins--;
}

/* What is left may be many, too: then the next sweep waits until there are twice as many. */
void sights_sweep_end(struct sights *s)
{
    for (size_t i = s->all.n; i-- > 0;) {
        struct held *h = s->all.at[i];

        if (h->marked || h->pins)
            continue;
        map_remove(&s->by_text, buf_str(&h->sight.text));
        held_free(h);
        VEC_SWAP_REMOVE(&s->all, i);
    }
    s->many = MAX((size_t)SIGHTS_MANY, 2 * s->all.n);
}
