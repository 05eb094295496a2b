/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_num.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 32 /* of any number that is written by digits */

static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                              1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

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

/* The digits of u end at `end`; at least `least` of them. Returns where they begin. */
static char *digits(char *end, uint64_t u, unsigned least)
{
    char *p = end;

    while (u || least) {
        *--p = (char)('0' + u % 10);
        u /= 10;
        least -= least != 0;
    }
    return p;
}

/* r x 10^-places, r below 10^18. */
static void put_decimal(struct buf *b, bool minus, uint64_t r, unsigned places)
{
    char text[ROOM], *end = text + sizeof(text), *p;

    while (places && r % 10 == 0) {
        r /= 10;
        places--;
    }
    p = digits(end, r, places + 1);
    if (places) {
        memmove(p - 1, p, (size_t)(end - p) - places);
        p--;
        end[-(int)places - 1] = '.';
    }
    if (minus)
        *--p = '-';
    buf_add(b, p, (size_t)(end - p));
}

void series_num_i64(struct buf *b, int64_t v)
{
    char text[ROOM], *end = text + sizeof(text), *p;

    p = digits(end, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 1);
    if (v < 0)
        *--p = '-';
    buf_add(b, p, (size_t)(end - p));
}

/* Few places and at most 15 digits: then no other text that short is this number. */
static bool put_short(struct buf *b, double v, double size)
{
    for (unsigned k = 0; k < 10; k++) {
        double r = rint(size * tens[k]);

        if (r >= 1e15)
            return false;
        if (r / tens[k] == size) {
            put_decimal(b, signbit(v) && r != 0, (uint64_t)r, k);
            return true;
        }
    }
    return false;
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

static void put_all(struct buf *b, double v, unsigned wanted)
{
    double size = fabs(v);
    unsigned places = places_of(size, wanted);
    /* 64 bits of mantissa: with 17 digits a number and its neighbour are ten apart. */
    long double r = rintl((long double)size * (long double)(places > 15 ? 1e15 : tens[places]) *
                          (long double)(places > 15 ? tens[places - 15] : 1));

    if (r >= 1e18L)
        buf_printf(b, "%.17g", v);
    else
        put_decimal(b, v < 0, (uint64_t)r, places);
}

static void put(struct buf *b, double v, unsigned wanted)
{
    double size = fabs(v);

    if (size < 1e15 && put_short(b, v, size))
        return;
    if (size >= 1e-6 && size < 1e15)
        put_all(b, v, wanted);
    else if (size >= 1e15 && size < 1e21 && size == floor(size))
        buf_printf(b, "%.0f", v);
    else
        buf_printf(b, "%.*g", wanted == 15 ? 15 : 17, v);
}

void series_num_put(struct buf *b, double v)
{
    if (isnan(v))
        buf_add_c(b, "NaN");
    else if (isinf(v))
        buf_add_c(b, v < 0 ? "-Inf" : "+Inf");
    else
        put(b, v, 17);
}

void series_num_json(struct buf *b, double v)
{
    if (isfinite(v))
        put(b, v, 15);
    else
        buf_add_c(b, "null");
}
