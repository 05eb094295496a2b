/* SPDX-License-Identifier: Apache-2.0 */
#include "core/macro.h"

#include <string.h>

#define ESCAPE '\x01'

static const struct macro_info table[] = {
#define MACRO(name_, class_, scope_, strip_, doc_)                                                           \
    [MACRO_ID_##name_] = {#name_, MACRO_##class_, MACRO_##scope_, strip_, doc_},
#include "core/macro.def"
#undef MACRO
};

/* Of their names: a scan that looks at these first compares one or two names. */
static const unsigned char length[] = {
#define MACRO(name_, class_, scope_, strip_, doc_) [MACRO_ID_##name_] = sizeof(#name_) - 1,
#include "core/macro.def"
#undef MACRO
};

const struct macro_info *macro_info(enum macro_id id)
{
    BUG_ON((size_t)id >= ARRAY_LEN(table));
    return &table[id];
}

bool macro_can_change(enum macro_id id)
{
    return id == MACRO_ID_MAXHOSTATTEMPTS || id == MACRO_ID_MAXSERVICEATTEMPTS ||
           id == MACRO_ID_HOSTCHECKCOMMAND || id == MACRO_ID_SERVICECHECKCOMMAND ||
           id == MACRO_ID_HOSTNOTIFICATIONPERIOD || id == MACRO_ID_SERVICENOTIFICATIONPERIOD;
}

enum macro_within macro_within(enum macro_id id)
{
    switch (id) {
    case MACRO_ID_HOSTNOTES:
    case MACRO_ID_SERVICENOTES:
    case MACRO_ID_HOSTGROUPNOTES:
    case MACRO_ID_SERVICEGROUPNOTES: return MACRO_WITHIN_TEXT;
    case MACRO_ID_HOSTNOTESURL:
    case MACRO_ID_HOSTACTIONURL:
    case MACRO_ID_SERVICENOTESURL:
    case MACRO_ID_SERVICEACTIONURL:
    case MACRO_ID_HOSTGROUPNOTESURL:
    case MACRO_ID_HOSTGROUPACTIONURL:
    case MACRO_ID_SERVICEGROUPNOTESURL:
    case MACRO_ID_SERVICEGROUPACTIONURL: return MACRO_WITHIN_URL;
    default: return MACRO_WITHIN_NONE;
    }
}

void macro_put_url(struct str value, struct buf *out)
{
    static const char plain[] = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] && strchr(plain, value.p[i]))
            buf_add_char(out, value.p[i]);
        else
            buf_printf(out, "%%%02X", (unsigned char)value.p[i]);
}

bool macro_arg(struct str use, unsigned n, struct buf *out)
{
    unsigned at = 0;

    for (size_t i = 0; i < use.n && at <= n; i++) {
        bool escaped = use.p[i] == '\\' && i + 1 < use.n && use.p[i + 1] == '!';

        if (use.p[i] == '!') {
            at++;
        } else {
            i += escaped;
            if (at == n)
                buf_add_char(out, use.p[i]);
        }
    }
    return at >= n;
}

static bool parse_numbered(struct str text, const char *prefix, unsigned max, unsigned *n)
{
    struct str p = str_of(prefix);
    uint64_t v;

    if (!str_starts(text, p) || !str_to_u64(str_sub(text, p.n, text.n), &v) || v < 1 || v > max)
        return false;
    *n = (unsigned)v;
    return true;
}

/* _HOSTname, _SERVICEname, _CONTACTname; with ":object" behind: on demand, then arg is "name:object". The
 * object of the present check is meant otherwise. */
static bool parse_var(struct str text, struct macro_ref *out)
{
    static const struct {
        struct str prefix;
        enum macro_id id;
    } kind[] = {
        {{"_HOST", 5}, MACRO_ID_HOST_VAR},
        {{"_SERVICE", 8}, MACRO_ID_SERVICE_VAR},
        {{"_CONTACT", 8}, MACRO_ID_CONTACT_VAR},
    };

    for (size_t i = 0; i < ARRAY_LEN(kind); i++) {
        if (!str_starts(text, kind[i].prefix) || text.n == kind[i].prefix.n)
            continue;
        out->id = kind[i].id;
        out->arg = str_sub(text, kind[i].prefix.n, text.n);
        out->on_demand = str_find_char(out->arg, ':') >= 0;
        return true;
    }
    return false;
}

bool macro_parse(struct str text, struct macro_ref *out)
{
    struct str name = text, rest = text;

    memset(out, 0, sizeof(*out));
    if (!text.n || text.n > 512)
        return false;
    if (text.p[0] == '_')
        return parse_var(text, out);
    if (parse_numbered(text, "ARG", 32, &out->n)) {
        out->id = MACRO_ID_ARG;
        return true;
    }
    if (parse_numbered(text, "USER", 256, &out->n)) {
        out->id = MACRO_ID_USER;
        return true;
    }
    if (str_find_char(text, ':') >= 0) {
        name = str_cut(&rest, ':');
        out->arg = rest;
        out->on_demand = true;
    }
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (name.n == length[i] && memcmp(name.p, table[i].name, name.n) == 0) {
            out->id = (enum macro_id)i;
            return true;
        }
    return false;
}

const char *macro_near(struct str name)
{
    unsigned best = name.n < 6 ? 2 : 4;
    const char *found = NULL;

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        unsigned d = str_distance(name, str_of(table[i].name), best);

        if (d < best) {
            best = d;
            found = table[i].name;
        }
    }
    return found;
}

static bool cut_number(struct str *rest, char end, uint64_t *v)
{
    ptrdiff_t at = str_find_char(str_sub(*rest, 0, 12), end);

    if (at <= 0 || !str_to_u64(str_sub(*rest, 0, (size_t)at), v) || *v > UINT32_MAX)
        return false;
    *rest = str_sub(*rest, (size_t)at + 1, rest->n);
    return true;
}

static int next_macro(struct str *rest, struct macro_part *out)
{
    ptrdiff_t semi = str_find_char(str_sub(*rest, 0, 12), ';'),
              colon = str_find_char(str_sub(*rest, 0, 12), ':');
    uint64_t id, n;

    out->kind = MACRO_PART_MACRO;
    if (semi > 0 && (colon < 0 || semi < colon)) {
        if (!cut_number(rest, ';', &id))
            return E_FORMAT;
        out->id = (enum macro_id)id;
        return 1;
    }
    if (!cut_number(rest, ':', &id) || !cut_number(rest, ':', &n) || n >= rest->n || rest->p[n] != ';')
        return E_FORMAT;
    out->id = (enum macro_id)id;
    out->arg = str_make(rest->p, (size_t)n);
    *rest = str_sub(*rest, (size_t)n + 1, rest->n);
    return 1;
}

static int next_escape(struct str *rest, struct macro_part *out)
{
    uint64_t slot;
    char c;

    if (rest->n < 2)
        return E_FORMAT;
    c = rest->p[1];
    *rest = str_sub(*rest, 2, rest->n);
    if (c == ESCAPE) {
        out->kind = MACRO_PART_TEXT;
        out->text = STR("\x01");
        return 1;
    }
    if (c == 'S') {
        out->kind = MACRO_PART_SLOT;
        if (!cut_number(rest, ';', &slot))
            return E_FORMAT;
        out->slot = (uint32_t)slot;
        return 1;
    }
    return c == 'M' ? next_macro(rest, out) : E_FORMAT;
}

int macro_next(struct str *rest, struct macro_part *out)
{
    const struct str all = *rest;
    ptrdiff_t at;
    int r = 1;

    memset(out, 0, sizeof(*out));
    if (!rest->n)
        return 0;
    at = str_find_char(*rest, ESCAPE);
    if (at == 0) {
        r = next_escape(rest, out);
    } else {
        out->kind = MACRO_PART_TEXT;
        out->text = at < 0 ? all : str_sub(all, 0, (size_t)at);
        *rest = at < 0 ? STR_NULL : str_sub(all, (size_t)at, all.n);
    }
    if (r > 0)
        out->coded = str_sub(all, 0, all.n - rest->n);
    return r;
}

void macro_put_literal(struct buf *b, struct str text)
{
    while (text.n) {
        const char *at = memchr(text.p, ESCAPE, text.n);
        size_t n = at ? (size_t)(at - text.p) : text.n;

        buf_add(b, text.p, n);
        if (at)
            buf_add(b, "\x01\x01", 2);
        text = str_sub(text, n + (at != NULL), text.n);
    }
}

void macro_put_slot(struct buf *b, uint32_t slot)
{
    buf_printf(b, "\x01S%u;", slot);
}

void macro_put_macro(struct buf *b, enum macro_id id, struct str arg)
{
    if (!arg.p) {
        buf_printf(b, "\x01M%u;", (unsigned)id);
        return;
    }
    buf_printf(b, "\x01M%u:%zu:", (unsigned)id, arg.n);
    buf_add_str(b, arg);
    buf_add_char(b, ';');
}

static void show_word(const struct model *m, uint32_t string, struct buf *out)
{
    struct str rest = model_str(m, string);
    struct buf word = BUF_INIT;
    struct macro_part part;
    bool quote = !rest.n; /* only what stands there in so many words can need quotes */

    while (macro_next(&rest, &part) > 0) {
        for (size_t i = 0; i < part.text.n; i++)
            quote |= strchr(" \t\n'\"\\$`|&;<>()*?[]~#", part.text.p[i]) != NULL;
        if (part.kind == MACRO_PART_SLOT)
            buf_add_c(&word, "****");
        else if (part.kind == MACRO_PART_TEXT)
            buf_add_str(&word, part.text);
        else if (part.id < MACRO_ID_COUNT)
            buf_printf(&word, "$%s%s" STR_FMT "$", macro_info(part.id)->name, part.arg.p ? ":" : "",
                       STR_ARG(part.arg));
        else
            buf_printf(&word, "$_%s" STR_FMT "$",
                       part.id == MACRO_ID_HOST_VAR      ? "HOST"
                       : part.id == MACRO_ID_SERVICE_VAR ? "SERVICE"
                                                         : "CONTACT",
                       STR_ARG(part.arg));
    }
    if (quote)
        buf_add_char(out, '\'');
    for (size_t i = 0; i < word.len; i++)
        if (word.data[i] == '\'')
            buf_add_c(out, "'\\''");
        else
            buf_add_char(out, word.data[i]);
    if (quote)
        buf_add_char(out, '\'');
    buf_release(&word);
}

void macro_show_line(const struct model *m, uint32_t line, struct buf *out)
{
    struct model_list words = model_line(m, line)->words;

    for (uint32_t i = 0; i < words.n; i++) {
        if (i)
            buf_add_char(out, ' ');
        show_word(m, model_item(m, words, i), out);
    }
}
