/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of results as they travel from gate to engine, and refusals back: any bytes come to an end, what is read is written as it was, and pieces hold all that the whole holds. */
#include "core/passive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count(struct str rest)
{
    struct passive_row r;
    size_t n = 0;

    while (passive_next(&rest, &r) == 1)
        n++;
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str in = str_make((const char *)data, size), rest = in;
    struct buf again = BUF_INIT;
    struct passive_refusal refusal;
    struct passive_row r, back;
    size_t n = 0, pieces = 0;

    while (passive_next(&rest, &r) == 1) {
        struct str text;

        buf_clear(&again);
        passive_put(&again, &r);
        text = buf_str(&again);
        BUG_ON(passive_next(&text, &back) != 1 || text.n || back.row != r.row || back.oid != r.oid ||
               back.code != r.code || back.said.us != r.said.us || !str_eq(back.output, r.output) ||
               !str_eq(back.through, r.through));
        BUG_ON(++n > size);
    }
    rest = in;
    while (rest.n) {
        size_t before = rest.n;

        pieces += count(passive_cut(&rest, 3));
        BUG_ON(rest.n >= before);
    }
    BUG_ON(pieces != n);
    rest = in;
    for (n = 0; passive_refused(&rest, &refusal) == 1; n++)
        BUG_ON(n > size || refusal.why.n > size);
    buf_release(&again);
    return 0;
}
