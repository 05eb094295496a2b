/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_num.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                              1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

#define PLACES 10u /* that are tried, one after another */

double series_num(int64_t mantissa, int exponent)
{
    char text[48];

    if (mantissa > -(INT64_C(1) << 53) && mantissa < INT64_C(1) << 53) { /* exact, and one rounding */
        if (exponent <= 0 && exponent >= -22)
            return (double)mantissa / tens[-exponent];
        if (exponent > 0 && exponent <= 22)
            return (double)mantissa * tens[exponent];
    }
    snprintf(text, sizeof(text), "%llde%d", (long long)mantissa, exponent);
    return strtod(text, NULL);
}

/* ---- text, written where there is room for SERIES_NUM_ROOM bytes; each returns its end ---- */

static const char pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
    "4041424344454647484950515253545556575859606162636465666768697071727374757677787980"
    "81828384858687888990919293949596979899";

static const uint64_t whole_tens[] = {1,
                                      10,
                                      100,
                                      1000,
                                      10000,
                                      100000,
                                      1000000,
                                      10000000,
                                      100000000,
                                      1000000000,
                                      10000000000,
                                      100000000000,
                                      1000000000000,
                                      10000000000000,
                                      100000000000000,
                                      1000000000000000,
                                      10000000000000000,
                                      100000000000000000,
                                      1000000000000000000,
                                      10000000000000000000u};

static unsigned digits_of(uint64_t r)
{
    unsigned about = (64 - (unsigned)__builtin_clzll(r | 1)) * 1233 >> 12;

    return about + (r >= whole_tens[about]) + (r == 0);
}

/* The n last digits of r, zeros in front of it; returns their end. */
static char *put_digits(char *to, uint64_t r, unsigned n)
{
    char *p = to + n;

    for (; p - to >= 2; r /= 100)
        memcpy(p -= 2, &pairs[r % 100 * 2], 2);
    if (p > to)
        *to = (char)('0' + r % 10);
    return to + n;
}

/* r x 10^-places. */
static char *put_decimal(char *to, bool minus, uint64_t r, unsigned places)
{
    uint64_t whole;

    while (places && r % 10 == 0) {
        r /= 10;
        places--;
    }
    *to = '-';
    to += minus;
    if (!places)
        return put_digits(to, r, digits_of(r));
    whole = places < ARRAY_LEN(whole_tens) ? r / whole_tens[places] : 0;
    to = put_digits(to, whole, digits_of(whole));
    *to++ = '.';
    return put_digits(to, r, places);
}

char *series_num_i64_at(char *to, int64_t v)
{
    return put_decimal(to, v < 0, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 0);
}

/* Few places and at most 15 digits: then no other text that short is this number. NULL: it has more. With more places than it needs it is found as well: those before had so many. */
static char *put_short(char *to, bool minus, double size, unsigned *places)
{
    for (unsigned i = 0, k = *places; i < PLACES; i++, k = k + 1 < PLACES ? k + 1 : 0) {
        double x = size * tens[k], r;

        if (x >= 1e15)
            continue;
        r = (double)(int64_t)(x + 0.5);
        /* A product is off by one rounding at most: the division decides only where it may be one. */
        if (fabs(x - r) <= x * 1e-15 && r / tens[k] == size) {
            *places = k;
            return put_decimal(to, minus && r != 0, (uint64_t)(int64_t)r, k);
        }
    }
    return NULL;
}

/* How many places v has behind the point with so many digits; v within 1e-6 and 1e15. */
static unsigned places_of(double size, unsigned digits_wanted)
{
    unsigned before = 0;

    while (before < 16 && size >= tens[before])
        before++;
    if (!before)
        for (unsigned k = 1; k < 7 && size * tens[k] < 1; k++)
            digits_wanted++;
    return digits_wanted - before;
}

static char *put_all(char *to, double v, unsigned wanted)
{
    double size = fabs(v);
    unsigned places = places_of(size, wanted);
    /* 64 bits of mantissa: with 17 digits a number and its neighbour are ten apart. */
    long double r = rintl((long double)size * (long double)(places > 15 ? 1e15 : tens[places]) *
                          (long double)(places > 15 ? tens[places - 15] : 1));

    if (r >= 1e18L)
        return to + snprintf(to, SERIES_NUM_ROOM, "%.17g", v);
    return put_decimal(to, v < 0, (uint64_t)r, places);
}

static char *put(char *to, double v, unsigned wanted, unsigned *places)
{
    double size = fabs(v);
    char *end = size < 1e15 ? put_short(to, signbit(v), size, places) : NULL;

    if (end)
        return end;
    if (size >= 1e-6 && size < 1e15)
        return put_all(to, v, wanted);
    if (size >= 1e15 && size < 1e21 && size == floor(size))
        return to + snprintf(to, SERIES_NUM_ROOM, "%.0f", v);
    return to + snprintf(to, SERIES_NUM_ROOM, "%.*g", wanted == 15 ? 15 : 17, v);
}

static char *put_word(char *to, const char *word)
{
    size_t n = strlen(word);

    memcpy(to, word, n);
    return to + n;
}

char *series_num_at(char *to, double v, unsigned *places)
{
    if (isnan(v))
        return put_word(to, "NaN");
    if (isinf(v))
        return put_word(to, v < 0 ? "-Inf" : "+Inf");
    return put(to, v, 17, places);
}

char *series_num_json_at(char *to, double v, unsigned *places)
{
    return isfinite(v) ? put(to, v, 15, places) : put_word(to, "null");
}

void series_num_json(struct buf *b, double v)
{
    unsigned places = 0;

    buf_reserve(b, SERIES_NUM_ROOM + 1);
    b->len = (size_t)(series_num_json_at(b->data + b->len, v, &places) - b->data);
    b->data[b->len] = '\0';
}
