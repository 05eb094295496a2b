/* SPDX-License-Identifier: Apache-2.0 */
#include "core/output.h"

#include "base/limits.h"

/* At most n bytes, never half a character. */
static struct str cut(struct str s, size_t n)
{
    if (s.n <= n)
        return s;
    while (n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;
    return str_sub(s, 0, n);
}

static void blank_controls(struct buf *b)
{
    for (size_t i = 0; i < b->len; i++) {
        unsigned char c = (unsigned char)b->data[i];

        if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
            b->data[i] = ' ';
    }
}

static struct str take_perf(struct str *text, struct output *o)
{
    ptrdiff_t bar = str_find_char(*text, '|');
    struct str perf;

    if (bar < 0)
        return STR_NULL;
    perf = str_trim(str_sub(*text, (size_t)bar + 1, text->n));
    *text = str_sub(*text, 0, (size_t)bar);
    if (o->perf_joined.len && perf.n)
        buf_add_char(&o->perf_joined, ' ');
    buf_add_str(&o->perf_joined, perf);
    return perf;
}

void output_parse(struct str raw, struct output *o)
{
    struct str rest, line;

    buf_init(&o->clean);
    buf_init(&o->perf_joined);
    o->converted = buf_add_utf8(&o->clean, str_trim(str_sub(raw, 0, LIMIT_OUTPUT_TOTAL)));
    blank_controls(&o->clean);
    rest = buf_str(&o->clean);
    line = str_cut(&rest, '\n');
    take_perf(&line, o);
    if (rest.p)
        take_perf(&rest, o);
    for (size_t i = 0; i < o->perf_joined.len; i++)
        if (o->perf_joined.data[i] == '\n')
            o->perf_joined.data[i] = ' ';
    o->first = cut(str_trim(line), LIMIT_OUTPUT_FIRST);
    o->rest = cut(str_trim(rest), LIMIT_OUTPUT_LONG);
    o->perf = cut(str_trim(buf_str(&o->perf_joined)), LIMIT_PERFDATA);
}

void output_release(struct output *o)
{
    buf_release(&o->clean);
    buf_release(&o->perf_joined);
}
