/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/xml.h"

#include <string.h>

void xml_init(struct xml *x, struct str document, struct err *err)
{
    *x = (struct xml){.all = document, .rest = document, .err = err};
    buf_init(&x->text);
    if (str_starts(document, STR("\xef\xbb\xbf")))
        x->rest = str_sub(document, 3, document.n);
}

void xml_release(struct xml *x)
{
    buf_release(&x->text);
}

static enum xml_kind wrong(struct xml *x, const char *why)
{
    size_t line = 1;

    for (const char *p = x->all.p; p < x->rest.p; p++)
        line += *p == '\n';
    err_set(x->err, E_FORMAT, "line %zu: %s", line, why);
    x->rest = STR_NULL;
    return XML_WRONG;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct xml *x)
{
    while (x->rest.n && is_blank(x->rest.p[0]))
        x->rest = str_sub(x->rest, 1, x->rest.n);
}

static bool take(struct xml *x, struct str what)
{
    if (!str_starts(x->rest, what))
        return false;
    x->rest = str_sub(x->rest, what.n, x->rest.n);
    return true;
}

/* What stands before the mark, which is taken, too; p NULL: it does not come. */
static struct str take_until(struct xml *x, struct str mark)
{
    const char *at = x->rest.n ? memmem(x->rest.p, x->rest.n, mark.p, mark.n) : NULL;
    struct str part;

    if (!at)
        return STR_NULL;
    part = str_make(x->rest.p, (size_t)(at - x->rest.p));
    x->rest = str_sub(x->rest, part.n + mark.n, x->rest.n);
    return part;
}

static bool is_name(char c, bool first)
{
    unsigned char u = (unsigned char)c;
    bool letter = (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u == '_' || u == ':' || u >= 0x80;

    return letter || (!first && ((u >= '0' && u <= '9') || u == '-' || u == '.'));
}

static struct str take_name(struct xml *x)
{
    struct str name;
    size_t n = 0;

    while (n < x->rest.n && is_name(x->rest.p[n], n == 0))
        n++;
    name = str_sub(x->rest, 0, n);
    x->rest = str_sub(x->rest, n, x->rest.n);
    return n && n <= XML_NAME_MAX ? name : STR_NULL;
}

/* ---- text ---- */

static bool is_character(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xd800) || (c >= 0xe000 && c < 0xfffe) ||
           (c >= 0x10000 && c <= 0x10ffff);
}

static bool add_number(struct buf *out, struct str digits)
{
    bool is_hex = digits.n && digits.p[0] == 'x';
    uint32_t c = 0;

    if (is_hex)
        digits = str_sub(digits, 1, digits.n);
    if (!digits.n || digits.n > 7)
        return false;
    for (size_t i = 0; i < digits.n; i++) {
        char d = digits.p[i];
        unsigned v = d >= '0' && d <= '9'             ? (unsigned)(d - '0')
                     : is_hex && d >= 'a' && d <= 'f' ? (unsigned)(d - 'a') + 10
                     : is_hex && d >= 'A' && d <= 'F' ? (unsigned)(d - 'A') + 10
                                                      : 99;

        if (v == 99)
            return false;
        c = c * (is_hex ? 16 : 10) + v;
    }
    if (!is_character(c))
        return false;
    buf_add_code_point(out, c);
    return true;
}

static bool add_entity(struct buf *out, struct str name)
{
    static const struct {
        const char *name;
        char c;
    } table[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};

    if (name.n && name.p[0] == '#')
        return add_number(out, str_sub(name, 1, name.n));
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (str_eq_c(name, table[i].name)) {
            buf_add_char(out, table[i].c);
            return true;
        }
    }
    return false;
}

/* NULL, or what is wrong. */
static const char *add_raw(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c < 0x20 && !is_blank(s.p[i]))
            return "a control character";
    }
    buf_add_utf8(out, s); /* senders that do not say their coding have Latin-1 */
    return NULL;
}

static const char *add_decoded(struct buf *out, struct str s)
{
    const char *why = NULL;

    while (s.n && !why) {
        const char *amp = memchr(s.p, '&', s.n), *end;
        size_t n = amp ? (size_t)(amp - s.p) : s.n;

        why = add_raw(out, str_sub(s, 0, n));
        s = str_sub(s, n, s.n);
        if (!s.n || why)
            break;
        end = memchr(s.p, ';', MIN(s.n, 16u));
        if (!end || !add_entity(out, str_make(s.p + 1, (size_t)(end - s.p) - 1)))
            return "only &lt; &gt; &amp; &quot; &apos; and numbered characters may follow a &; write &amp; "
                   "for "
                   "the character";
        s = str_sub(s, (size_t)(end - s.p) + 1, s.n);
    }
    return why;
}

/* ---- elements ---- */

static const char *take_attributes(struct xml *x)
{
    size_t at[XML_ATTRS_MAX + 1] = {0};

    buf_clear(&x->text);
    for (x->n_attr = 0;;) {
        bool apart = x->rest.n && is_blank(x->rest.p[0]);
        struct str name, value;
        const char *why;
        char mark[2] = {0};

        skip_blanks(x);
        if (!x->rest.n || x->rest.p[0] == '>' || x->rest.p[0] == '/')
            break;
        name = take_name(x);
        skip_blanks(x);
        if (!apart || !name.p || !take(x, STR("=")))
            return "an attribute is name=\"value\"";
        skip_blanks(x);
        mark[0] = x->rest.n ? x->rest.p[0] : 0;
        if (mark[0] != '"' && mark[0] != '\'')
            return "the value of an attribute stands in quotes";
        x->rest = str_sub(x->rest, 1, x->rest.n);
        value = take_until(x, str_of(mark));
        if (!value.p || memchr(value.p, '<', value.n))
            return "the value of an attribute does not end";
        if (x->n_attr == XML_ATTRS_MAX)
            return "too many attributes";
        for (size_t i = 0; i < x->n_attr; i++) {
            if (str_eq(x->attr[i].name, name))
                return "an attribute stands twice";
        }
        why = add_decoded(&x->text, value);
        if (why)
            return why;
        x->attr[x->n_attr++].name = name;
        at[x->n_attr] = x->text.len;
    }
    for (size_t i = 0; i < x->n_attr; i++)
        x->attr[i].value = str_make(x->text.data + at[i], at[i + 1] - at[i]);
    return NULL;
}

static enum xml_kind open_element(struct xml *x)
{
    const char *why;

    if (!x->depth && x->seen_root)
        return wrong(x, "something follows the document");
    if (x->depth == XML_DEPTH_MAX)
        return wrong(x, "elements are nested too deep");
    x->name = take_name(x);
    if (!x->name.p)
        return wrong(x, "a < that begins no element; write &lt; for the character");
    why = take_attributes(x);
    if (why)
        return wrong(x, why);
    x->empty = take(x, STR("/"));
    if (!take(x, STR(">")))
        return wrong(x, "an element does not end with >");
    x->open[x->depth++] = x->name;
    x->seen_root = true;
    return XML_OPEN;
}

static enum xml_kind close_element(struct xml *x)
{
    struct str name = take_name(x);

    skip_blanks(x);
    if (!name.p || !x->depth || !str_eq(name, x->open[x->depth - 1]) || !take(x, STR(">")))
        return wrong(x, "an element ends that is not the one that is open");
    x->name = x->open[--x->depth];
    return XML_CLOSE;
}

/* Text up to the next element, with its CDATA sections and without comments; XML_END: there is none. */
static enum xml_kind text(struct xml *x)
{
    buf_clear(&x->text);
    while (x->rest.n) {
        const char *lt = memchr(x->rest.p, '<', x->rest.n), *why;
        struct str part = lt ? str_make(x->rest.p, (size_t)(lt - x->rest.p)) : x->rest;

        why = add_decoded(&x->text, part);
        if (why)
            return wrong(x, why);
        x->rest = str_sub(x->rest, part.n, x->rest.n);
        if (take(x, STR("<!--"))) {
            if (!take_until(x, STR("-->")).p)
                return wrong(x, "a comment does not end");
        } else if (take(x, STR("<?"))) {
            if (!take_until(x, STR("?>")).p)
                return wrong(x, "a processing instruction does not end");
        } else if (x->depth && take(x, STR("<![CDATA["))) {
            part = take_until(x, STR("]]>"));
            why = part.p ? add_raw(&x->text, part) : "a CDATA section does not end";
            if (why)
                return wrong(x, why);
        } else {
            break;
        }
    }
    return x->text.len ? XML_TEXT : XML_END;
}

enum xml_kind xml_next(struct xml *x)
{
    enum xml_kind k;

    if (x->empty) {
        x->empty = false;
        x->name = x->open[--x->depth];
        return XML_CLOSE;
    }
    if (!x->rest.p)
        return x->seen_root && !x->depth ? XML_END : XML_WRONG;
    k = text(x);
    if (k == XML_WRONG)
        return k;
    if (k == XML_TEXT && !x->depth && str_trim(buf_str(&x->text)).n)
        return wrong(x,
                     x->seen_root ? "something follows the document" : "the document does not begin with <");
    if (k == XML_TEXT && x->depth)
        return k;
    if (!x->rest.n)
        return x->depth || !x->seen_root ? wrong(x, "the document ends too early") : XML_END;
    if (str_starts(x->rest, STR("<!")))
        return wrong(x, "a document type declaration is not taken");
    if (take(x, STR("</")))
        return close_element(x);
    take(x, STR("<"));
    return open_element(x);
}

struct str xml_attr(const struct xml *x, const char *name)
{
    for (size_t i = 0; i < x->n_attr; i++) {
        if (str_eq_c(x->attr[i].name, name))
            return x->attr[i].value;
    }
    return STR_NULL;
}
