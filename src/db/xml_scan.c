/* SPDX-License-Identifier: Apache-2.0 */
#include "db/xml_scan.h"

#include <inttypes.h>
#include <string.h>

void xml_scan_init(struct xml_scan *x,
                   int (*each)(void *user, unsigned depth, struct str name, bool end, struct str text),
                   void *user)
{
    *x = (struct xml_scan){.each = each, .user = user};
    buf_init(&x->rest);
    buf_init(&x->text);
}

void xml_scan_release(struct xml_scan *x)
{
    buf_release(&x->rest);
    buf_release(&x->text);
}

static int wrong(struct xml_scan *x, struct err *err, const char *what)
{
    return err_set(err, E_FORMAT, "byte %" PRIu64 ": %s", x->offset, what);
}

/* ---- texts ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* "#233" or "#xe9". */
static bool add_number(struct buf *b, struct str s)
{
    uint32_t c = 0, base = 10;

    s = str_sub(s, 1, SIZE_MAX);
    if (s.n && s.p[0] == 'x') {
        base = 16;
        s = str_sub(s, 1, SIZE_MAX);
    }
    if (!s.n || s.n > 7)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        const char *digits = "0123456789abcdefABCDEF", *at = strchr(digits, s.p[i]);
        uint32_t d = at && *at ? (uint32_t)(at - digits) : 99;

        d = d > 15 && d < 22 ? d - 6 : d;
        if (d >= base)
            return false;
        c = c * base + d;
    }
    if (!c || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return false;
    buf_add_code_point(b, c);
    return true;
}

static bool add_entity(struct buf *b, struct str name)
{
    static const struct {
        const char *name;
        char c;
    } known[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};

    if (name.n && name.p[0] == '#')
        return add_number(b, name);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (str_eq_c(name, known[i].name)) {
            buf_add_char(b, known[i].c);
            return true;
        }
    return false;
}

static int take_text(struct xml_scan *x, struct str s, struct err *err)
{
    if (!x->depth)
        return str_trim(s).n ? wrong(x, err, "text outside of the root element") : 0;
    if (x->text.len + s.n > XML_PIECE_MAX)
        return err_set(err, E_LIMIT, "byte %" PRIu64 ": a text of more than %u bytes", x->offset,
                       XML_PIECE_MAX);
    while (s.n) {
        const char *and = memchr(s.p, '&', s.n), *end;
        size_t plain = and? (size_t)(and-s.p) : s.n;

        buf_add(&x->text, s.p, plain);
        s = str_sub(s, plain, SIZE_MAX);
        if (!and)
            break;
        end = memchr(s.p, ';', MIN(s.n, (size_t)12));
        if (!end || !add_entity(&x->text, str_make(s.p + 1, (size_t)(end - s.p) - 1)))
            return wrong(x, err, "an entity that is not known");
        s = str_sub(s, (size_t)(end - s.p) + 1, SIZE_MAX);
    }
    return 0;
}

/* ---- tags ---- */

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
              (i && ((c >= '0' && c <= '9') || c == '-' || c == '.'))))
            return false;
    }
    return s.n > 0 && s.n < XML_NAME_MAX;
}

static int open_tag(struct xml_scan *x, struct str name, struct err *err)
{
    if (!x->depth && x->rooted)
        return wrong(x, err, "a second root element");
    if (x->depth == XML_DEPTH_MAX)
        return err_set(err, E_LIMIT, "byte %" PRIu64 ": elements more than %u deep", x->offset,
                       XML_DEPTH_MAX);
    x->rooted = true;
    if (x->depth)
        x->open[x->depth - 1].inner = true;
    str_copy(x->open[x->depth].name, XML_NAME_MAX, name);
    x->open[x->depth].inner = false;
    x->depth++;
    buf_clear(&x->text);
    return x->each(x->user, x->depth, name, false, STR_NULL);
}

static int close_tag(struct xml_scan *x, struct str name, struct err *err)
{
    struct str text = str_trim(buf_str(&x->text));
    int r;

    if (!x->depth || !str_eq_c(name, x->open[x->depth - 1].name))
        return wrong(x, err, "an end tag without its begin");
    r = x->each(x->user, x->depth, name, true, x->open[x->depth - 1].inner ? STR("") : text);
    x->depth--;
    buf_clear(&x->text);
    return r;
}

/* What stands between < and >. */
static int take_tag(struct xml_scan *x, struct str s, struct err *err)
{
    bool ends = s.n && s.p[0] == '/', empty = !ends && s.n && s.p[s.n - 1] == '/';
    struct str name;
    size_t n = 0;
    int r;

    if (ends)
        s = str_sub(s, 1, SIZE_MAX);
    if (empty)
        s.n--;
    while (n < s.n && !is_blank(s.p[n]))
        n++;
    name = str_sub(s, 0, n);
    if (!is_name(name))
        return wrong(x, err, "a tag without a name");
    if (ends)
        return str_trim(s).n == n ? close_tag(x, name, err)
                                  : wrong(x, err, "an end tag with more than a name");
    r = open_tag(x, name, err);
    return r == 0 && empty ? close_tag(x, name, err) : r;
}

/* ---- pieces ---- */

/* Where the piece ends at which rest begins: 0: more bytes are needed. */
static size_t piece_end(struct str s, const char *end)
{
    const char *at = memmem(s.p, s.n, end, strlen(end));

    return at ? (size_t)(at - s.p) + strlen(end) : 0;
}

/* The > of a tag, or of <!DOCTYPE ...>: not one within quotes. */
static size_t tag_end(struct str s)
{
    char quote = 0;

    for (size_t i = 1; i < s.n; i++) {
        if (quote)
            quote = s.p[i] == quote ? 0 : quote;
        else if (s.p[i] == '"' || s.p[i] == '\'')
            quote = s.p[i];
        else if (s.p[i] == '>')
            return i + 1;
    }
    return 0;
}

/* One piece from the front: its length, 0 if it is not whole, or E_*. */
static int64_t take_piece(struct xml_scan *x, struct str s, struct err *err)
{
    const char *lt;
    size_t n;
    int r = 0;

    if (s.p[0] != '<') {
        lt = memchr(s.p, '<', s.n);
        if (!lt)
            return 0;
        n = (size_t)(lt - s.p);
        r = take_text(x, str_sub(s, 0, n), err);
    } else if (s.n < 9 && !memchr(s.p, '>', s.n)) {
        return 0; /* which kind it is may not be seen yet */
    } else if (str_starts(s, STR("<!--"))) {
        n = piece_end(str_sub(s, 4, SIZE_MAX), "-->");
        n += n ? 4 : 0;
    } else if (str_starts(s, STR("<![CDATA["))) {
        n = piece_end(s, "]]>");
        if (n && x->text.len + n > XML_PIECE_MAX)
            return err_set(err, E_LIMIT, "byte %" PRIu64 ": a text of more than %u bytes", x->offset,
                           XML_PIECE_MAX);
        if (n && !x->depth)
            return wrong(x, err, "text outside of the root element");
        if (n)
            buf_add(&x->text, s.p + 9, n - 12);
    } else if (s.p[1] == '?') {
        n = piece_end(s, "?>");
    } else {
        n = tag_end(s);
        if (n && s.p[1] == '!')
            return x->rooted || memchr(s.p, '[', n) ? wrong(x, err, "a declaration that is not taken")
                                                    : (int64_t)n;
        r = n ? take_tag(x, str_make(s.p + 1, n - 2), err) : 0;
    }
    return r < 0 ? r : (int64_t)n;
}

int xml_scan_feed(struct xml_scan *x, struct str bytes, struct err *err)
{
    size_t at = 0;

    buf_add_str(&x->rest, bytes);
    while (at < x->rest.len) {
        int64_t n = take_piece(x, str_make(x->rest.data + at, x->rest.len - at), err);

        if (n < 0)
            return (int)n;
        if (!n)
            break;
        at += (size_t)n;
        x->offset += (uint64_t)n;
    }
    buf_drop_front(&x->rest, at);
    if (x->rest.len > XML_PIECE_MAX)
        return err_set(err, E_LIMIT, "byte %" PRIu64 ": a piece of more than %u bytes", x->offset,
                       XML_PIECE_MAX);
    return 0;
}

int xml_scan_end(struct xml_scan *x, struct err *err)
{
    if (!x->rooted)
        return wrong(x, err, "there is no element");
    if (x->depth || str_trim(buf_str(&x->rest)).n)
        return wrong(x, err, "the end is missing");
    return 0;
}
