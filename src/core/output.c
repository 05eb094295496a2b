/* SPDX-License-Identifier: Apache-2.0 */
#include "core/output.h"

#include "base/limits.h"
#include "core/perf.h"

/* Without the begin of a character whose rest was cut off by who read the pipe. */
static struct str drop_half(struct str s)
{
    for (size_t back = 1; back <= 3 && back <= s.n; back++) {
        unsigned char c = (unsigned char)s.p[s.n - back];

        if (c >= 0xc0)
            return back < (c >= 0xf0 ? 4u : c >= 0xe0 ? 3u : 2u) ? str_sub(s, 0, s.n - back) : s;
        if (c < 0x80)
            break;
    }
    return s;
}

/* Is it UTF-8 up to the begin of a character that has no end? NRPE and scripts cut so. A text that has no other character of more than one byte may be Latin-1, and that begin its
 * last letter; so it is where others have two bytes, as in western languages, and it would begin one of three or more: "20\xc2\xb0 caf\xe9". \xe2 begins quotes and the euro sign there, \xf0 faces. */
static bool ends_half(struct str s)
{
    struct str whole = drop_half(s);
    unsigned char most = 0, begin = whole.n < s.n ? (unsigned char)s.p[whole.n] : 0;

    if (!begin || !str_is_utf8(whole))
        return false;
    for (size_t i = 0; i < whole.n; i++)
        most = MAX(most, (unsigned char)whole.p[i]);
    if (s.n - whole.n == 1 && begin >= 0xe0 && begin != 0xe2 && begin != 0xf0 && most < 0xe0)
        return false;
    return most >= 0x80;
}

/* A value of which only the first digits are left would be another value: the last item goes whole. at_end: what was not read would go on at its end, where a letter stands. */
static void cut_perf(struct output *o, struct str s, bool at_end)
{
    size_t n = s.n;

    if (at_end || s.n > LIMIT_PERFDATA)
        n = perf_whole(s, LIMIT_PERFDATA, at_end);
    o->perf = str_sub(s, 0, n);
    o->cut = str_trim(str_sub(s, n, s.n));
}

/* U+0080 to U+009F are control characters, too; terminals obey them. */
static bool is_c1(const struct buf *b, size_t i)
{
    return (unsigned char)b->data[i] == 0xc2 && i + 1 < b->len && (unsigned char)b->data[i + 1] < 0xa0;
}

/* In place: CR LF becomes LF, every other control character a blank. */
static void blank_controls(struct buf *b)
{
    size_t to = 0;

    for (size_t i = 0; i < b->len; i++) {
        unsigned char c = (unsigned char)b->data[i];

        if (c == '\r' && i + 1 < b->len && b->data[i + 1] == '\n')
            continue;
        if (is_c1(b, i)) {
            i++;
            c = ' ';
        }
        b->data[to++] = (c < ' ' && c != '\n' && c != '\t') || c == 0x7f ? ' ' : (char)c;
    }
    buf_truncate(b, to);
}

/* Performance data and labels have no lines. */
static void blank_lines(struct buf *b)
{
    for (size_t i = 0; i < b->len; i++)
        if (b->data[i] == '\n' || b->data[i] == '\t')
            b->data[i] = ' ';
}

/* What stands behind the bar; false: there is none. */
static bool take_perf(struct str *text, struct output *o)
{
    ptrdiff_t bar = str_find_char(*text, '|');
    struct str perf;

    if (bar < 0)
        return false;
    perf = str_trim(str_sub(*text, (size_t)bar + 1, text->n));
    *text = str_sub(*text, 0, (size_t)bar);
    if (o->perf_joined.len && perf.n)
        buf_add_char(&o->perf_joined, ' ');
    buf_add_str(&o->perf_joined, perf);
    return true;
}

/* The first line stands between semicolons in logs and commands, so it has none: Nagios does so, and log readers rely on it. */
static void colons(struct buf *b, struct str line)
{
    for (size_t i = 0; i < line.n; i++) {
        char *c = &b->data[line.p - b->data + (ptrdiff_t)i];

        if (*c == ';')
            *c = ':';
    }
}

void output_parse(struct str raw, bool truncated, struct output *o)
{
    struct str rest, line;
    bool ends_whole = true, bar;

    buf_init(&o->clean);
    buf_init(&o->perf_joined);
    truncated = truncated || raw.n > LIMIT_OUTPUT_TOTAL;
    if (truncated) {
        raw = drop_half(str_sub(raw, 0, LIMIT_OUTPUT_TOTAL));
        ends_whole = !raw.n || (unsigned char)raw.p[raw.n - 1] <= ' ';
    }
    if (ends_half(raw))
        raw = drop_half(raw);
    o->converted = buf_add_utf8(&o->clean, raw);
    blank_controls(&o->clean);
    rest = buf_str(&o->clean);
    line = str_cut(&rest, '\n');
    o->bare = !str_trim(line).n;
    bar = take_perf(&line, o);
    if (str_trim(rest).n)
        bar = take_perf(&rest, o);
    blank_lines(&o->perf_joined);
    colons(&o->clean, line);
    o->first = str_head(str_trim(line), LIMIT_OUTPUT_FIRST);
    o->rest = str_head(str_trim(rest), LIMIT_OUTPUT_LONG);
    o->cut_more = truncated && bar;
    cut_perf(o, str_trim(buf_str(&o->perf_joined)), o->cut_more && !ends_whole);
}

void output_clean(struct str raw, struct buf *b)
{
    struct buf text = BUF_INIT;

    buf_add_utf8(&text, raw);
    blank_controls(&text);
    blank_lines(&text);
    buf_add_str(b, buf_str(&text));
    buf_release(&text);
}

bool output_is_clean(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f ||
            ((unsigned char)s.p[i] == 0xc2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xa0))
            return false;
    return str_is_utf8(s);
}

void output_release(struct output *o)
{
    buf_release(&o->clean);
    buf_release(&o->perf_joined);
}

void output_one_line(struct str lines, struct buf *b)
{
    for (size_t i = 0; i < lines.n; i++) {
        if (lines.p[i] == '\n' || lines.p[i] == '\\')
            buf_add_char(b, '\\');
        buf_add_char(b, lines.p[i] == '\n' ? 'n' : lines.p[i]);
    }
}
