/* SPDX-License-Identifier: Apache-2.0 */
#include "api/right.h"

#include "wire/json.h"

static const struct right_row table[] = {
#define RIGHT(NAME, resource, action, least, privileged, en, fr)                                             \
    {resource "." action, API_ROLE_##least, privileged, en, fr},
#include "api/right.def"
#undef RIGHT
};
_Static_assert(ARRAY_LEN(table) == RIGHT_END - RIGHT_FIRST && ARRAY_LEN(table) <= 64, "a bit for each");

const struct right_row *right_row(enum right r)
{
    return r >= RIGHT_FIRST && r < RIGHT_END ? &table[r - RIGHT_FIRST] : NULL;
}

uint64_t right_bit(enum right r)
{
    return right_row(r) ? UINT64_C(1) << (r - RIGHT_FIRST) : 0;
}

const char *right_word(enum right r)
{
    switch (r) {
    case RIGHT_OPEN: return "anyone";
    case RIGHT_SELF: return "signed in";
    case RIGHT_HERE: return "anyone on this machine, platform.read from elsewhere";
    default: return right_row(r) ? right_row(r)->word : "denied";
    }
}

bool right_of(struct str word, enum right *out)
{
    for (int r = RIGHT_FIRST; r < RIGHT_END; r++) {
        if (str_eq_c(word, table[r - RIGHT_FIRST].word)) {
            *out = (enum right)r;
            return true;
        }
    }
    return false;
}

void right_json(uint64_t mask, struct json *j)
{
    json_list(j);
    for (int r = RIGHT_FIRST; r < RIGHT_END; r++) {
        if (mask & right_bit((enum right)r))
            json_c(j, table[r - RIGHT_FIRST].word);
    }
    json_list_end(j);
}

uint64_t right_mask(enum api_role role)
{
    uint64_t mask = 0;

    for (int r = RIGHT_FIRST; r < RIGHT_END; r++) {
        if (table[r - RIGHT_FIRST].least <= role)
            mask |= right_bit((enum right)r);
    }
    return mask;
}
