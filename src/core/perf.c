/* SPDX-License-Identifier: Apache-2.0 */
#include "core/perf.h"

#include "base/limits.h"

#include <string.h>

enum { DIGITS_MAX = 18, EXPONENT_MAX = 100 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip(struct str *s, size_t n)
{
    *s = str_sub(*s, n, s->n);
}

/* ---- numbers ---- */

/* Digits of one side of the point. Those past DIGITS_MAX only move the exponent. */
static size_t take_digits(struct str s, int64_t *mantissa, unsigned *used, int *exponent, bool fraction)
{
    size_t i = 0;

    for (; i < s.n && is_digit(s.p[i]); i++) {
        if (*used < DIGITS_MAX) {
            *mantissa = *mantissa * 10 + (s.p[i] - '0');
            *used += *mantissa != 0;
            *exponent -= fraction;
        } else {
            *exponent += !fraction;
        }
    }
    return i;
}

/* "e-3" behind a number; only when digits follow, since "e" may begin a unit. */
static size_t take_exponent(struct str s, int *exponent)
{
    size_t i = 1;
    int sign = 1, v = 0;

    if (!s.n || (s.p[0] != 'e' && s.p[0] != 'E'))
        return 0;
    if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
        sign = s.p[i++] == '-' ? -1 : 1;
    if (i >= s.n || !is_digit(s.p[i]))
        return 0;
    for (; i < s.n && is_digit(s.p[i]); i++)
        v = MIN(v * 10 + (s.p[i] - '0'), 1000);
    *exponent += sign * v;
    return i;
}

bool perf_number(struct str *s, struct perf_value *out)
{
    struct str at = *s;
    bool neg = false;
    int64_t mantissa = 0;
    unsigned used = 0;
    int exponent = 0;
    size_t n, digits;

    if (at.n && (at.p[0] == '-' || at.p[0] == '+')) {
        neg = at.p[0] == '-';
        skip(&at, 1);
    }
    digits = take_digits(at, &mantissa, &used, &exponent, false);
    skip(&at, digits);
    if (at.n && (at.p[0] == '.' || at.p[0] == ',')) {
        n = take_digits(str_sub(at, 1, at.n), &mantissa, &used, &exponent, true);
        if (n || digits)
            skip(&at, n + 1);
        digits += n;
    }
    if (!digits)
        return false;
    skip(&at, take_exponent(at, &exponent));
    if (!mantissa)
        exponent = 0;
    if (exponent > EXPONENT_MAX || exponent < -EXPONENT_MAX)
        return false;
    *out = (struct perf_value){
        .mantissa = neg ? -mantissa : mantissa, .exponent = (int8_t)exponent, .known = true};
    *s = at;
    return true;
}

void perf_text(const struct perf_value *v, char *out)
{
    char digits[24];
    uint64_t m = v->mantissa < 0 ? 0 - (uint64_t)v->mantissa : (uint64_t)v->mantissa;
    int n = 0, point;
    char *at = out;

    if (!v->known) {
        *out = '\0';
        return;
    }
    do {
        digits[n++] = (char)('0' + m % 10);
        m /= 10;
    } while (m);
    if (v->mantissa < 0)
        *at++ = '-';
    point = n + v->exponent; /* digits before the point */
    if (point <= 0)
        *at++ = '0';
    for (int i = 0; i < point; i++)
        *at++ = i < n ? digits[n - 1 - i] : '0';
    if (v->exponent < 0) {
        *at++ = '.';
        for (int i = point; i < n; i++)
            *at++ = i < 0 ? '0' : digits[n - 1 - i];
        while (at[-1] == '0')
            at--;
        if (at[-1] == '.')
            at--;
    }
    *at = '\0';
}

/* ---- units and ranges ---- */

struct unit {
    const char *text;
    enum perf_unit unit;
    int8_t exponent; /* in base units: times 10^exponent, or times 1024^binary */
    uint8_t binary;
};

static const struct unit units[] = {
    {"", PERF_NONE, 0, 0},
    {"s", PERF_SECONDS, 0, 0},
    {"ms", PERF_SECONDS, -3, 0},
    {"%", PERF_PERCENT, 0, 0},
    {"us", PERF_SECONDS, -6, 0},
    {"ns", PERF_SECONDS, -9, 0},
    {"b", PERF_BITS, 0, 0},
    {"B", PERF_BYTES, 0, 0},
    {"kB", PERF_BYTES, 3, 0},
    {"KB", PERF_BYTES, 3, 0},
    {"MB", PERF_BYTES, 6, 0},
    {"GB", PERF_BYTES, 9, 0},
    {"TB", PERF_BYTES, 12, 0},
    {"PB", PERF_BYTES, 15, 0},
    {"KiB", PERF_BYTES, 0, 1},
    {"MiB", PERF_BYTES, 0, 2},
    {"GiB", PERF_BYTES, 0, 3},
    {"TiB", PERF_BYTES, 0, 4},
    {"c", PERF_COUNTER, 0, 0},
    {"EB", PERF_BYTES, 18, 0},
    {"PiB", PERF_BYTES, 0, 5},
    {"EiB", PERF_BYTES, 0, 6},
    {"\xc2\xb5s", PERF_SECONDS, -6, 0},
    {"\xce\xbcs", PERF_SECONDS, -6, 0},
    {"msec", PERF_SECONDS, -3, 0},
    {"sec", PERF_SECONDS, 0, 0},
};

static const struct unit *unit_of(struct str uom)
{
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (str_eq_c(uom, units[i].text))
            return &units[i];
    }
    return NULL;
}

/* m x 1024 as a decimal: when it does not fit, digits that are 0 make room. */
static bool times_1024(struct perf_value *v)
{
    int64_t m;

    while (__builtin_mul_overflow(v->mantissa, (int64_t)1024, &m)) {
        if (v->mantissa % 10 || v->exponent == INT8_MAX)
            return false;
        v->mantissa /= 10;
        v->exponent++;
    }
    v->mantissa = m;
    return true;
}

bool perf_base(struct str uom, struct perf_value *v)
{
    const struct unit *u = unit_of(uom);

    if (u && v->known)
        v->exponent = (int8_t)(v->exponent + u->exponent); /* within 115 of 0: perf_number takes 100 */
    for (unsigned k = 0; u && v->known && k < u->binary; k++)
        if (!times_1024(v))
            return false;
    if (!v->mantissa)
        v->exponent = 0;
    return true;
}

/* A number, its unit perhaps behind it: "80%" of a value in %. */
static void take_bound(struct str *s, struct str uom, struct perf_value *v)
{
    if (perf_number(s, v) && uom.n && str_starts(*s, uom))
        skip(s, uom.n);
}

bool perf_range(struct str text, struct str uom, struct perf_range *r)
{
    struct str s = str_trim(text);

    *r = (struct perf_range){.text = s, .given = s.n > 0};
    if (s.n && s.p[0] == '@') {
        r->inverted = true;
        skip(&s, 1);
    }
    if (str_find_char(s, ':') < 0) {
        take_bound(&s, uom, &r->high);
        r->low.known = r->high.known; /* a bare number: from 0 on */
    } else {
        if (s.p[0] == '~')
            skip(&s, 1);
        else
            take_bound(&s, uom, &r->low);
        if (s.n && s.p[0] == ':') {
            skip(&s, 1);
            take_bound(&s, uom, &r->high);
        }
    }
    if (!s.n && (r->low.known || r->high.known || str_find_char(text, ':') >= 0 || !r->given))
        return true;
    *r = (struct perf_range){.given = false};
    return false;
}

/* "U" is not known, as a value is. */
static bool parse_bound(struct str text, struct str uom, struct perf_value *v)
{
    struct str s = str_trim(text);

    take_bound(&s, uom, v);
    if (!s.n || str_eq_c(s, "U"))
        return true;
    v->known = false;
    return false;
}

/* ---- items ---- */

static bool is_number_or_u(struct str word)
{
    struct str head = str_cut(&word, ';');

    if (str_eq_c(head, "U"))
        return true;
    return head.n && (is_digit(head.p[0]) || strchr("+-.,", head.p[0])) && str_find_char(head, '=') < 0;
}

/* Blanks behind '=': they are passed over if a value follows. */
static struct str to_value(struct str s)
{
    struct str at = s;
    size_t n = 0;

    while (at.n && is_blank(at.p[0]))
        skip(&at, 1);
    while (n < at.n && !is_blank(at.p[n]))
        n++;
    return is_number_or_u(str_sub(at, 0, n)) ? at : s;
}

/* The label up to '='; false when none is found (nothing is taken then). *ends: what there is ends before. */
static bool take_label(struct str *rest, struct perf_item *out, bool *ends)
{
    struct str s = *rest;
    size_t i = 0;

    if (s.n && s.p[0] == '\'') {
        out->quoted = true;
        for (i = 1; i < s.n; i++) {
            if (s.p[i] != '\'')
                continue;
            if (i + 1 < s.n && s.p[i + 1] == '\'')
                i++;
            else
                break;
        }
        out->label = str_sub(s, 1, i - 1);
        i += i < s.n;
    } else {
        while (i < s.n && s.p[i] != '=' && !is_blank(s.p[i]))
            i++;
        out->label = str_sub(s, 0, i);
    }
    while (i < s.n && is_blank(s.p[i]))
        i++;
    *ends = i >= s.n;
    if (*ends || s.p[i] != '=' || !out->label.n)
        return false;
    *rest = to_value(str_sub(s, i + 1, s.n));
    return true;
}

/* Everything up to the next blank. */
static struct str take_word(struct str *rest)
{
    size_t i = 0;
    struct str word;

    while (i < rest->n && !is_blank(rest->p[i]))
        i++;
    word = str_sub(*rest, 0, i);
    skip(rest, i);
    return word;
}

static void skip_blanks(struct str *rest)
{
    while (rest->n && is_blank(rest->p[0]))
        skip(rest, 1);
}

/* ---- what may be a unit ---- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_among(uint32_t c, uint32_t from, uint32_t to)
{
    return c >= from && c <= to;
}

/* What characters beyond ASCII are in numbers as people write them. */
enum sign { SIGN_NONE, SIGN_MARK, SIGN_BLANK, SIGN_DIGIT };

static enum sign sign_of(struct str s)
{
    static const uint32_t blanks[] = {0xa0, 0x1680, 0x3000, 0xfeff},
                          marks[] = {0xb7, 0xd7, 0xf7, 0x66b, 0x66c};
    uint32_t c = str_utf8_len(s) ? str_take_utf8(&s) : 0; /* bytes of no character are no sign */

    for (size_t i = 0; i < ARRAY_LEN(blanks); i++)
        if (c == blanks[i])
            return SIGN_BLANK;
    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        if (c == marks[i])
            return SIGN_MARK;
    if (is_among(c, 0xbc, 0xbe) || is_among(c, 0x660, 0x669) || is_among(c, 0x2150, 0x218b) ||
        is_among(c, 0xff10, 0xff19))
        return SIGN_DIGIT;
    if (is_among(c, 0x2000, 0x200f) || is_among(c, 0x2028, 0x202f) || is_among(c, 0x205f, 0x2064))
        return SIGN_BLANK;
    return is_among(c, 0x2010, 0x2027) || is_among(c, 0x2200, 0x22ff) ? SIGN_MARK : SIGN_NONE;
}

/* '/' begins one with a letter behind it: B/s of nothing is /s. What stands in the midst of numbers, dates and times begins none. */
static bool begins_unit(struct str s)
{
    char next = s.n > 1 ? s.p[1] : '\0';

    if ((unsigned char)s.p[0] >= 0x80)
        return sign_of(s) != SIGN_BLANK;
    if (s.p[0] == '/')
        return is_letter(next) || (unsigned char)next >= 0x80;
    if ((s.p[0] == 'e' || s.p[0] == 'E') && (next == '+' || next == '-'))
        return false;
    return !is_digit(s.p[0]) && !strchr(".,'_:+-=", s.p[0]);
}

static bool is_hex(struct str s)
{
    size_t n = 1;

    while (n < s.n && strchr("0123456789abcdefABCDEF", s.p[n]))
        n++;
    return (s.p[0] == 'x' || s.p[0] == 'X') && n == s.n && n > 1;
}

static bool is_word(struct str s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_c(s, words[i]))
            return true;
    return false;
}

/* 2h3m, 5d2, 4k7, 1e5e2, 5GB3: behind these letters a digit goes on with the number, and is no power. */
static bool goes_on(struct str letters, struct str behind)
{
    static const char *const always[] = {"k", "K", "M", "G", "T", "R", "e", "E"};
    static const char *const times[] = {"m", "s", "ms", "y", "w", "d", "j", "h", "H", "min", "mn", "sec"};
    const struct unit *known = unit_of(letters);
    size_t n = 0;

    while (n < behind.n && is_letter(behind.p[n]))
        n++;
    if (is_word(letters, always, ARRAY_LEN(always)) || (known && known->unit != PERF_SECONDS))
        return true;
    if (!is_word(letters, times, ARRAY_LEN(times)))
        return false;
    /* s2 and m2 are powers; where one of time follows they are not */
    return (!n && !is_word(letters, times, 3)) || is_word(str_sub(behind, 0, n), times, ARRAY_LEN(times));
}

/* l/100km: so much of another unit; not 5MB/10MB, which is of how much. */
static bool is_amount(struct str before, struct str digits, struct str behind)
{
    if (!before.n || digits.n < 2 || digits.p[0] != '1' || !behind.n || !is_letter(behind.p[0]))
        return false;
    for (size_t i = 1; i < digits.n; i++)
        if (digits.p[i] != '0')
            return false;
    return !unit_of(before) && !str_eq(before, behind);
}

/* How many digits the unit s has from at on: powers (m2, m^-2, W.m-2), those of chemistry (CO2), an amount. 0: they are none of a unit. */
static size_t take_power(struct str s, size_t at)
{
    struct str before = str_sub(s, 0, at), digits = str_sub(s, at, s.n), behind;
    size_t n = 0, letters = 0;
    char last = at ? s.p[at - 1] : '\0', last_but_one = at > 1 ? s.p[at - 2] : '\0';

    while (n < digits.n && is_digit(digits.p[n]))
        n++;
    behind = str_sub(digits, n, digits.n);
    digits = str_sub(digits, 0, n);
    if (last == '/')
        return is_amount(str_sub(s, 0, at - 1), digits, behind) ? n : 0;
    if ((last == '^' && at > 1) || (last == '-' && last_but_one == '^' && at > 2))
        return n;
    if (n > 1 || digits.p[0] > '4')
        return 0;
    while (letters < at && is_letter(s.p[letters]))
        letters++;
    if (last == '-') /* of several units: 3m-4 is a range */
        return is_letter(last_but_one) && letters < at - 1 && (!behind.n || !is_letter(behind.p[0]));
    return is_letter(last) && digits.p[0] > '1' && !(letters == at && goes_on(before, behind));
}

/* False: it is the rest of a number that was not understood, or of an item that another one is glued to. A unit that nobody knows is none of that. */
static bool is_unit(struct str s)
{
    if (!s.n)
        return true;
    if (is_hex(s) || !begins_unit(s))
        return false;
    for (size_t i = 0, n; i < s.n; i += n) {
        struct str rest = str_sub(s, i, s.n);
        enum sign sign;

        n = is_digit(s.p[i]) ? take_power(s, i) : MAX(str_utf8_len(rest), (size_t)1);
        if (!n || s.p[i] == '=')
            return false;
        sign = (unsigned char)s.p[i] >= 0x80 ? sign_of(rest) : SIGN_NONE;
        if (sign == SIGN_DIGIT || (sign != SIGN_NONE && i + n < s.n && is_digit(s.p[i + n])))
            return false;
    }
    return true;
}

/* Blanks between number and unit, those that typography has for it too. */
static struct str to_unit(struct str s)
{
    for (;;) {
        if (s.n && is_blank(s.p[0]))
            skip(&s, 1);
        else if (str_starts(s, STR("\xc2\xa0")))
            skip(&s, 2);
        else if (str_starts(s, STR("\xe2\x80\xaf")) || str_starts(s, STR("\xe2\x80\x89")))
            skip(&s, 3);
        else
            return s;
    }
}

/* A number alone in its word: does the next word say its unit ("5 MB;6;7")? It does if it is a known unit, or one with thresholds behind, and no label. "21 c" and
 * "5 b" alone are something else: nobody writes a counter or bits so. */
static bool is_its_unit(struct str number, struct str rest)
{
    struct perf_value v;
    struct str word, unit;
    bool more;

    if (!perf_number(&number, &v) || number.n)
        return false;
    skip_blanks(&rest);
    word = take_word(&rest);
    skip_blanks(&rest);
    if (str_find_char(word, '=') >= 0 || (rest.n && rest.p[0] == '='))
        return false;
    more = str_find_char(word, ';') >= 0;
    unit = str_cut(&word, ';');
    if (str_eq_c(unit, "c") || str_eq_c(unit, "b"))
        return more;
    return unit.n && (unit_of(unit) || (more && is_unit(unit)));
}

/* What belongs to one item behind its '='. */
static struct str take_values(struct str *rest)
{
    struct str all = *rest, word = take_word(rest);

    if (is_its_unit(word, *rest)) {
        skip_blanks(rest);
        take_word(rest);
    }
    return str_sub(all, 0, all.n - rest->n);
}

static bool parse_values(struct str word, struct perf_item *out)
{
    struct str head = str_cut(&word, ';'), uom = STR_NULL;
    bool good;

    if (!str_eq_c(head, "U")) {
        if (!perf_number(&head, &out->value))
            return false;
        uom = to_unit(head);
        if (!is_unit(uom) || (!uom.n && head.n))
            return false;
    }
    out->uom = uom;
    out->unit = unit_of(uom) ? unit_of(uom)->unit : PERF_OTHER;
    if (out->unit == PERF_COUNTER && uom.p != head.p)
        out->unit = PERF_OTHER; /* "21 c;30;40" is a temperature: the guidelines' counter has no blank */
    good = perf_range(str_cut(&word, ';'), uom, &out->warn);
    good &= perf_range(str_cut(&word, ';'), uom, &out->crit);
    good &= parse_bound(str_cut(&word, ';'), uom, &out->min);
    good &= parse_bound(str_cut(&word, ';'), uom, &out->max);
    out->odd = !good || str_trim(word).n;
    return true;
}

int perf_next(struct str *rest, struct perf_item *out, struct perf_bad *bad)
{
    bool ends;

    for (skip_blanks(rest); rest->n; skip_blanks(rest)) {
        struct str from = *rest;

        memset(out, 0, sizeof(*out));
        if (take_label(rest, out, &ends)) {
            if (parse_values(take_values(rest), out))
                return 1;
        } else {
            take_word(rest);
        }
        if (!bad->n++)
            bad->first = str_sub(from, 0, from.n - rest->n);
    }
    return 0;
}

/* The text ends within the word behind: it may be the begin of a unit that is known ("KiB" has three letters), of what stands before. */
static bool may_be_unit(struct str rest)
{
    struct str word;

    skip_blanks(&rest);
    word = take_word(&rest);
    for (size_t i = 0; i < word.n; i++)
        if (!is_letter(word.p[i]) && word.p[i] != '%')
            return false;
    return word.n && word.n <= 3 && !rest.n;
}

size_t perf_whole(struct str text, size_t n, bool more)
{
    struct str rest = text;
    size_t whole = 0;

    for (skip_blanks(&rest); rest.n; skip_blanks(&rest)) {
        struct perf_item item = {.quoted = false};
        bool ends, labelled = take_label(&rest, &item, &ends);

        if (more && ends)
            break;
        if (labelled)
            take_values(&rest);
        else
            take_word(&rest);
        if (text.n - rest.n > n || (more && labelled && (!rest.n || may_be_unit(rest))))
            break;
        whole = text.n - rest.n;
    }
    return whole;
}

void perf_label(const struct perf_item *item, char *out, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; i < item->label.n && n + 1 < size; i++) {
        out[n++] = item->label.p[i];
        if (item->quoted && item->label.p[i] == '\'' && i + 1 < item->label.n && item->label.p[i + 1] == '\'')
            i++;
    }
    out[n] = '\0';
}
