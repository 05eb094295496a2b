/* SPDX-License-Identifier: Apache-2.0 */
#include "core/origin.h"

static int compare(const struct model_origin *o, uint32_t file, uint32_t line)
{
    if (o->file != file)
        return o->file < file ? -1 : 1;
    return o->line < line ? -1 : o->line > line;
}

const struct model_origin *origin_find(const struct model *m, uint32_t file, uint32_t line)
{
    uint32_t from = 0, to = m->n_origin;

    while (from < to) {
        uint32_t mid = from + (to - from) / 2;
        int c = compare(model_origin(m, mid), file, line);

        if (c == 0)
            return model_origin(m, mid);
        if (c < 0)
            from = mid + 1;
        else
            to = mid;
    }
    return NULL;
}

size_t origin_lines(const struct model *m, const struct model_origin *o, unsigned row,
                    struct origin_line *out, size_t most)
{
    size_t n = 0;

    for (uint32_t i = 0; i < o->own.n; i++) {
        uint32_t word = model_item(m, o->own, i);

        if (word == ORIGIN_CUT || word >> ORIGIN_LINE_BITS != row)
            continue;
        if (n++ < most)
            out[n - 1] = (struct origin_line){
                o->file, o->line + (word & ((UINT32_C(1) << ORIGIN_LINE_BITS) - 1)), STR("")};
    }
    for (uint32_t i = 0; i + 1 < o->taken.n; i += 2) {
        const struct model_place *p;

        if (model_item(m, o->taken, i) != row)
            continue;
        p = model_place(m, model_item(m, o->taken, i + 1));
        if (n++ < most)
            out[n - 1] = (struct origin_line){p->file, p->line, model_str(m, p->through)};
    }
    return n;
}

bool origin_is_cut(const struct model *m, const struct model_origin *o)
{
    return o->own.n && model_item(m, o->own, o->own.n - 1) == ORIGIN_CUT;
}
