/* SPDX-License-Identifier: Apache-2.0 */
#include "core/flap.h"

/* The weight of change i (0 the oldest) is 0.75 + i * 0.5 / 19, in units of 1/76: 57 + 2 i. All 20 changes weigh 20 * 76. */
#define WEIGHT_FIRST 57u
#define WEIGHT_STEP  2u
#define WEIGHT_ALL   (20u * 76u)

static unsigned at(const struct state *s, unsigned i)
{
    return (unsigned)(s->flap_history >> (2 * ((s->flap_at + i) % FLAP_STATES))) & 3u;
}

void flap_add(struct state *s)
{
    unsigned shift = 2u * s->flap_at;
    uint64_t sum = 0;

    s->flap_history = (s->flap_history & ~((uint64_t)3 << shift)) | (uint64_t)s->state << shift;
    s->flap_at = (uint8_t)((s->flap_at + 1) % FLAP_STATES);
    if (!s->flap_history) { /* all is well, as mostly */
        s->flap_percent = 0;
        return;
    }
    for (unsigned i = 0; i + 1 < FLAP_STATES; i++)
        if (at(s, i) != at(s, i + 1))
            sum += WEIGHT_FIRST + WEIGHT_STEP * i;
    s->flap_percent = (uint32_t)((sum * 10000 + WEIGHT_ALL / 2) / WEIGHT_ALL);
}

uint32_t flap_tenths(uint32_t percent)
{
    uint32_t sum = (percent * WEIGHT_ALL + 5000) / 10000; /* exact: a weight is more than six hundredths */
    uint32_t tenths = sum * 1000 / WEIGHT_ALL, rest = sum * 1000 % WEIGHT_ALL * 2;

    return tenths + (rest > WEIGHT_ALL || (rest == WEIGHT_ALL && tenths % 2));
}

void flap_clear(struct state *s)
{
    s->flap_history = 0;
    for (unsigned i = 0; i < FLAP_STATES; i++)
        s->flap_history |= (uint64_t)s->state << (2 * i);
    s->flap_percent = 0;
}

bool flap_is_even(const struct state *s)
{
    struct state even = *s;

    flap_clear(&even);
    return s->flap_history == even.flap_history;
}

bool flap_begins(const struct state *s, uint32_t high)
{
    return !s->flapping && s->flap_percent >= high;
}

bool flap_ends(const struct state *s, uint32_t low)
{
    return s->flapping && s->flap_percent <= low;
}
