/* SPDX-License-Identifier: Apache-2.0 */
#include "db/prom_lex.h"

#include "base/buf.h"
#include "db/prom_parse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int prom_wrong(struct str all, size_t at, struct err *err, const char *fmt, ...)
{
    struct buf b = BUF_INIT;
    size_t line = 1, column = 1;
    va_list ap;

    for (size_t i = 0; i < at && i < all.n; i++) {
        column = all.p[i] == '\n' ? 1 : column + 1;
        line += all.p[i] == '\n';
    }
    va_start(ap, fmt);
    buf_vprintf(&b, fmt, ap);
    va_end(ap);
    err_set(err, E_INVAL, "%zu:%zu: parse error: %s", line, column, b.data);
    buf_release(&b);
    return E_INVAL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool prom_is_label(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_letter(s.p[i]) && (!i || !is_digit(s.p[i])))
            return false;
    return s.n != 0;
}

/* Units come in falling order, each once. */
bool prom_duration(struct str s, int64_t *ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"y", 365 * INT64_C(86400000)},
                 {"w", 7 * INT64_C(86400000)},
                 {"d", 86400000},
                 {"h", 3600000},
                 {"m", 60000},
                 {"s", 1000},
                 {"ms", 1}};
    size_t at = 0, unit = 0;

    *ms = 0;
    while (at < s.n) {
        size_t from = at, u;
        struct str word;
        uint64_t n;

        while (at < s.n && is_digit(s.p[at]))
            at++;
        if (at == from || at - from > 12 || !str_to_u64(str_sub(s, from, at - from), &n))
            return false;
        for (from = at; at < s.n && is_letter(s.p[at]);)
            at++;
        word = str_sub(s, from, at - from);
        for (u = unit; u < ARRAY_LEN(units) && !str_eq_c(word, units[u].unit);)
            u++;
        if (u == ARRAY_LEN(units) || n > (uint64_t)(INT64_MAX / 4 / units[u].ms))
            return false;
        *ms += (int64_t)n * units[u].ms;
        if (*ms > INT64_MAX / 8)
            return false;
        unit = u + 1;
    }
    return *ms > 0;
}

static void skip(struct prom_lexer *l)
{
    while (l->at < l->all.n) {
        char c = l->all.p[l->at];

        if (c == '#')
            while (l->at < l->all.n && l->all.p[l->at] != '\n')
                l->at++;
        else if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
            l->at++;
        else
            return;
    }
}

static char peek(const struct prom_lexer *l, size_t ahead)
{
    return l->at + ahead < l->all.n ? l->all.p[l->at + ahead] : '\0';
}

/* ---- strings ---- */

/* n digits of a base behind the place; false: they are not there. */
static bool digits(struct prom_lexer *l, unsigned n, unsigned base, uint32_t *out)
{
    *out = 0;
    for (unsigned i = 0; i < n; i++) {
        char c = peek(l, i);
        unsigned d = is_digit(c)            ? (unsigned)(c - '0')
                     : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                     : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                            : 99;

        if (d >= base)
            return false;
        *out = *out * base + d;
    }
    l->at += n;
    return true;
}

/* Behind a backslash. */
static bool escape(struct prom_lexer *l, char quote, struct buf *b)
{
    static const char names[] = "abfnrtv\\", stand_for[] = "\a\b\f\n\r\t\v\\";
    char c = peek(l, 0);
    const char *simple = c ? strchr(names, c) : NULL;
    uint32_t code;

    if (simple || c == quote) {
        buf_add_char(b, simple ? stand_for[simple - names] : c);
        l->at++;
        return true;
    }
    if (c >= '0' && c <= '7') {
        if (!digits(l, 3, 8, &code) || code > 255)
            return false;
        buf_add_char(b, (char)code);
        return true;
    }
    l->at++;
    if (c == 'x') {
        if (!digits(l, 2, 16, &code))
            return false;
        buf_add_char(b, (char)code);
        return true;
    }
    if ((c != 'u' && c != 'U') || !digits(l, c == 'u' ? 4 : 8, 16, &code) || code > 0x10ffff ||
        (code >= 0xd800 && code < 0xe000))
        return false;
    buf_add_code_point(b, code);
    return true;
}

static int string(struct prom_lexer *l, struct prom_token *t, struct err *err)
{
    char quote = peek(l, 0), c;
    struct buf b = BUF_INIT;
    int r = 0;

    l->at++;
    while (r == 0 && (c = peek(l, 0)) != quote) {
        if (l->at >= l->all.n || (c == '\n' && quote != '`')) {
            r = prom_wrong(l->all, t->at, err, "unterminated quoted string");
        } else if (c == '\\' && quote != '`') {
            l->at++;
            if (!escape(l, quote, &b))
                r = prom_wrong(l->all, MIN(l->at, l->all.n), err, "unknown escape sequence in a string");
        } else {
            buf_add_char(&b, c);
            l->at++;
        }
    }
    l->at++;
    t->kind = PROM_T_STRING;
    if (r == 0)
        t->text = arena_str(l->arena, buf_str(&b));
    buf_release(&b);
    return r;
}

/* ---- numbers and durations ---- */

/* As Prometheus has them: 017 is fifteen, 018 and 0 are decimal. */
static bool is_octal(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '7')
            return false;
    return s.n > 1 && s.n < 22 && s.p[0] == '0';
}

static int number(struct prom_lexer *l, struct prom_token *t, struct err *err)
{
    size_t from = l->at;
    bool hexadecimal = peek(l, 0) == '0' && (peek(l, 1) == 'x' || peek(l, 1) == 'X');
    int64_t ms;
    char *end, *copy;

    while (l->at < l->all.n) {
        char c = peek(l, 0), before = l->at > from ? l->all.p[l->at - 1] : '\0';
        bool sign = (c == '+' || c == '-') && (before == 'e' || before == 'E') && !hexadecimal;

        if (!is_digit(c) && !is_letter(c) && c != '.' && !sign)
            break;
        l->at++;
    }
    t->text = str_sub(l->all, from, l->at - from);
    if (prom_duration(t->text, &ms)) {
        t->kind = PROM_T_DURATION;
        t->number = (double)ms;
        return 0;
    }
    copy = arena_dup(l->arena, t->text);
    t->kind = PROM_T_NUMBER;
    t->number = is_octal(t->text) ? (double)strtoull(copy, &end, 8) : strtod(copy, &end);
    if (*end || end == copy || strpbrk(copy, "pPnNiI_"))
        return prom_wrong(l->all, t->at, err, "bad number or duration syntax: \"%.40s\"", copy);
    return 0;
}

/* ---- all ---- */

static int sign(struct prom_lexer *l, struct prom_token *t, struct err *err)
{
    static const char *const two[] = {"==", "!=", "=~", "!~", "<=", ">="};
    char c = peek(l, 0);

    t->kind = PROM_T_SIGN;
    for (size_t i = 0; i < ARRAY_LEN(two); i++) {
        if (c != two[i][0] || peek(l, 1) != two[i][1])
            continue;
        t->text = str_sub(l->all, l->at, 2);
        l->at += 2;
        return 0;
    }
    if (!strchr("+-*/%^(){}[],:@=<>", c))
        return prom_wrong(l->all, l->at, err, "unexpected character: '%c'", c > ' ' && c < 127 ? c : '?');
    t->text = str_sub(l->all, l->at, 1);
    l->at++;
    return 0;
}

int prom_lex(struct prom_lexer *l, struct prom_token *t, struct err *err)
{
    char c;

    skip(l);
    *t = (struct prom_token){.kind = PROM_T_END, .at = l->at};
    if (l->at >= l->all.n)
        return 0;
    c = peek(l, 0);
    if (c == '\0')
        return prom_wrong(l->all, l->at, err, "unexpected character: '?'");
    if (is_digit(c) || (c == '.' && is_digit(peek(l, 1))))
        return number(l, t, err);
    if (c == '"' || c == '\'' || c == '`')
        return string(l, t, err);
    if (!is_letter(c) && !(c == ':' && (is_letter(peek(l, 1)) || peek(l, 1) == ':')))
        return sign(l, t, err);
    t->kind = PROM_T_NAME;
    while (l->at < l->all.n && (is_letter(peek(l, 0)) || is_digit(peek(l, 0)) || peek(l, 0) == ':'))
        l->at++;
    t->text = str_sub(l->all, t->at, l->at - t->at);
    return 0;
}
