/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_num.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* ---- text, written where there is room for SERIES_NUM_ROOM bytes; each returns its end ---- */

/* r x 10^-places. */
static char *put_decimal(char *to, bool minus, uint64_t r, unsigned places)
{
    char text[SERIES_NUM_ROOM], *end = text + sizeof(text), *p = end;

    while (places && r % 10 == 0) {
        r /= 10;
        places--;
    }
    for (; places; places--) {
        *--p = (char)('0' + r % 10);
        r /= 10;
        if (places == 1)
            *--p = '.';
    }
    do {
        *--p = (char)('0' + r % 10);
        r /= 10;
    } while (r);
    if (minus)
        *--p = '-';
    memcpy(to, p, (size_t)(end - p));
    return to + (end - p);
}

char *series_num_i64_at(char *to, int64_t v)
{
    return put_decimal(to, v < 0, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 0);
}

/* Few places and at most 15 digits: then no other text that short is this number. NULL: it has more. */
static char *put_short(char *to, bool minus, double size)
{
    for (unsigned k = 0; k < 10; k++) {
        double x = size * tens[k], r;

        if (x >= 1e15)
            return NULL;
        r = (double)(uint64_t)(x + 0.5);
        /* A product is off by one rounding at most: the division decides only where it may be one. */
        if (fabs(x - r) <= x * 1e-15 && r / tens[k] == size)
            return put_decimal(to, minus && r != 0, (uint64_t)r, k);
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

static char *put(char *to, double v, unsigned wanted)
{
    double size = fabs(v);
    char *end = size < 1e15 ? put_short(to, signbit(v), size) : NULL;

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

char *series_num_at(char *to, double v)
{
    if (isnan(v))
        return put_word(to, "NaN");
    if (isinf(v))
        return put_word(to, v < 0 ? "-Inf" : "+Inf");
    return put(to, v, 17);
}

char *series_num_json_at(char *to, double v)
{
    return isfinite(v) ? put(to, v, 15) : put_word(to, "null");
}

void series_num_json(struct buf *b, double v)
{
    buf_reserve(b, SERIES_NUM_ROOM + 1);
    b->len = (size_t)(series_num_json_at(b->data + b->len, v) - b->data);
    b->data[b->len] = '\0';
}
