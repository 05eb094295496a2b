/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Performance data: 'label'=value[UOM];[warn];[crit];[min];[max], separated by blanks (Nagios plugin guidelines, "Performance data").
 * Read as users write it: labels in single quotes with '' for a quote, decimal commas, exponents, U for "not known", thresholds missing, as ranges or with the value's unit, blanks around
 * = and before the unit. What cannot be read is passed over and counted: one bad item never costs the others, and a number that is none ("1.234,56", "1,234,567", "1_000", "0x1F", "1 234" with a blank that is none of ASCII, "5/10", "12h30m") is not taken for its begin.
 * Values are decimal (mantissa x 10^exponent), never floating point.
 */
#include "base/str.h"

struct perf_value {
    int64_t mantissa;
    int8_t exponent;
    bool known; /* false: not given, or U */
};

/* A threshold range: alert outside [low, high], or inside when inverted ("@"). An absent end is open. */
struct perf_range {
    bool given, inverted;
    struct perf_value low, high;
    struct str text; /* as written, borrowed */
};

enum perf_unit { PERF_NONE, PERF_SECONDS, PERF_PERCENT, PERF_BYTES, PERF_BITS, PERF_COUNTER, PERF_OTHER };

struct perf_item {
    /* without quotes; a doubled quote inside stays doubled (perf_label undoes it). Borrowed */
    struct str label;
    bool quoted;
    struct perf_value value;
    struct str uom; /* as written. Borrowed */
    enum perf_unit unit;
    struct perf_range warn, crit;
    struct perf_value min, max;
    bool odd; /* of what stands behind the value something cannot be read, or is more than there may be */
};

/* Pieces that were passed over, and the first of them, as written. Borrowed. */
struct perf_bad {
    unsigned n;
    struct str first;
};

/* Takes the next item off *rest: 1, or 0 at the end. bad is raised by each piece that was passed over. */
int perf_next(struct str *rest, struct perf_item *out, struct perf_bad *bad);
/* The bytes of the items that stand whole within the first n of the text. more: it was cut off at its end, what stands there may be the begin of something longer. */
size_t perf_whole(struct str text, size_t n, bool more);
/* A threshold range: "10", "10:", "~:10", "10:20", "@10:20"; the unit of the value may stand behind a number. False: anything else; then none is given. */
bool perf_range(struct str text, struct str uom, struct perf_range *out);
/* Makes a value that is written in the unit uom one in base units (seconds, bytes, bits): ms, us and ns move the exponent; kB (or KB), MB to EB are powers of ten, KiB to EiB of two.
   A unit that is not known changes nothing. False: it does not fit, and is undefined. */
bool perf_base(struct str uom, struct perf_value *v);
/* The label with '' made one quote, cut to size. */
void perf_label(const struct perf_item *item, char *out, size_t size);
/* A decimal number from the front of *s ("-1.50", "1,5", "2e3"); false and *s unchanged if there is none. More than 18 digits are rounded towards zero. */
bool perf_number(struct str *s, struct perf_value *out);
/* The value in base units as text without exponent ("0.25"); out of at least PERF_TEXT bytes. Not known: "". */
#define PERF_TEXT 300
void perf_text(const struct perf_value *v, char *out);
