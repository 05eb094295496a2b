/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include <stdio.h>
#include <string.h>

/* Days are counted in eras of 400 years that begin on 1 March, so that the leap day is the last day of a year. */
int64_t time_days_from_civil(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void time_civil_from_days(int64_t days, int *year, int *month, int *day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;

    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

int time_days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    BUG_ON(month < 1 || month > 12);
    return days[month - 1] + (month == 2 && leap);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static struct time_civil civil_of(int64_t s, int us)
{
    int64_t days = floor_div(s, 86400), rest = s - days * 86400;
    struct time_civil c = {.us = us};

    time_civil_from_days(days, &c.year, &c.month, &c.day);
    c.hour = (int)(rest / 3600);
    c.minute = (int)(rest / 60 % 60);
    c.second = (int)(rest % 60);
    c.weekday = (int)(days + 4 - 7 * floor_div(days + 4, 7));
    c.yearday = (int)(days - time_days_from_civil(c.year, 1, 1));
    return c;
}

int64_t time_wall_s(struct wall t)
{
    return floor_div(t.us, TIME_S);
}

struct time_civil time_utc(struct wall t)
{
    int64_t s = time_wall_s(t);

    return civil_of(s, (int)(t.us - s * TIME_S));
}

struct wall time_from_utc(const struct time_civil *c)
{
    int64_t s =
        time_days_from_civil(c->year, c->month, c->day) * 86400 + c->hour * 3600 + c->minute * 60 + c->second;

    return (struct wall){s * TIME_S + c->us};
}

/* The number of transitions at or before utc_s. */
static uint32_t transitions_before(const struct time_zone *z, int64_t utc_s)
{
    uint32_t lo = 0, hi = z->n;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;

        if (z->at[mid] <= utc_s)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

int32_t time_zone_offset(const struct time_zone *z, int64_t utc_s)
{
    uint32_t k;

    if (!z)
        return 0;
    k = transitions_before(z, utc_s);
    return k ? z->offset[k - 1] : z->first_offset;
}

struct time_civil time_local(const struct time_zone *z, struct wall t)
{
    int64_t s = time_wall_s(t);

    return civil_of(s + time_zone_offset(z, s), (int)(t.us - s * TIME_S));
}

int64_t time_from_local(const struct time_zone *z, const struct time_civil *c)
{
    int64_t local = time_wall_s(time_from_utc(c));
    int64_t best = INT64_MAX;
    uint32_t k;

    if (!z)
        return local;
    /* No zone is farther than a day from UTC: try every offset in force around that moment, keep the first that fits. */
    k = transitions_before(z, local - 86400 * 2);
    for (; k <= z->n; k++) {
        int64_t from = k ? z->at[k - 1] : INT64_MIN, to = k < z->n ? z->at[k] : INT64_MAX;
        int64_t utc = local - (k ? z->offset[k - 1] : z->first_offset);

        if (from != INT64_MIN && from > local + 86400 * 2)
            break;
        if (utc >= from && utc < to)
            return utc;
        if (utc >= to)
            best = to; /* beyond the end of this offset: if the next begins after it, it was skipped */
    }
    return best;
}

static char *put_digits(char *at, int v, int n)
{
    for (int i = n - 1; i >= 0; i--, v /= 10)
        at[i] = (char)('0' + v % 10);
    return at + n;
}

/* By hand: answers are full of moments. A year before 0 is told as 0. */
void time_rfc3339(struct wall t, char *out)
{
    struct time_civil c = time_utc(t);
    const struct {
        int v, n;
        char before;
    } part[] = {{c.month, 2, '-'},  {c.day, 2, '-'},    {c.hour, 2, 'T'},
                {c.minute, 2, ':'}, {c.second, 2, ':'}, {c.us / 1000, 3, '.'}};
    char *at;

    at = put_digits(out, c.year < 0 ? 0 : c.year, 4);
    for (size_t i = 0; i < ARRAY_LEN(part); i++) {
        *at++ = part[i].before;
        at = put_digits(at, part[i].v, part[i].n);
    }
    memcpy(at, "Z", 2);
}

static bool digits(const char **p, const char *end, int n, int *out)
{
    int v = 0;

    for (int i = 0; i < n; i++, (*p)++) {
        if (*p >= end || **p < '0' || **p > '9')
            return false;
        v = v * 10 + (**p - '0');
    }
    *out = v;
    return true;
}

static bool one_char(const char **p, const char *end, const char *set)
{
    if (*p >= end || !**p || !strchr(set, **p))
        return false;
    (*p)++;
    return true;
}

static bool parse_fraction(const char **p, const char *end, int *us)
{
    int scale = 100000;

    *us = 0;
    if (*p >= end || **p != '.')
        return true;
    (*p)++;
    if (*p >= end || **p < '0' || **p > '9')
        return false;
    for (; *p < end && **p >= '0' && **p <= '9'; (*p)++, scale /= 10)
        *us += (**p - '0') * scale;
    return true;
}

static bool parse_zone(const char **p, const char *end, int64_t *east_s)
{
    int h, m, sign;

    *east_s = 0;
    if (one_char(p, end, "Zz"))
        return true;
    if (*p >= end)
        return false;
    sign = **p == '-' ? -1 : 1;
    if (!one_char(p, end, "+-") || !digits(p, end, 2, &h))
        return false;
    one_char(p, end, ":");
    if (!digits(p, end, 2, &m) || h > 23 || m > 59)
        return false;
    *east_s = sign * (h * 3600 + m * 60);
    return true;
}

bool time_parse_rfc3339(struct str s, struct wall *out)
{
    const char *p = s.p, *end = s.p + s.n;
    struct time_civil c = {0};
    int64_t east;

    if (!s.n || !digits(&p, end, 4, &c.year) || !one_char(&p, end, "-") || !digits(&p, end, 2, &c.month) ||
        !one_char(&p, end, "-") || !digits(&p, end, 2, &c.day) || !one_char(&p, end, "Tt ") ||
        !digits(&p, end, 2, &c.hour) || !one_char(&p, end, ":") || !digits(&p, end, 2, &c.minute))
        return false;
    if (one_char(&p, end, ":") && (!digits(&p, end, 2, &c.second) || !parse_fraction(&p, end, &c.us)))
        return false;
    if (!parse_zone(&p, end, &east) || p != end)
        return false;
    if (c.month < 1 || c.month > 12 || c.day < 1 || c.day > time_days_in_month(c.year, c.month) ||
        c.hour > 23 || c.minute > 59 || c.second > 60)
        return false;
    out->us = time_from_utc(&c).us - east * TIME_S;
    return true;
}

static int64_t unit_us(char c)
{
    switch (c) {
    case 's': return TIME_S;
    case 'm': return TIME_MIN;
    case 'h': return TIME_H;
    case 'd': return TIME_DAY;
    case 'w': return 7 * TIME_DAY;
    default: return 0;
    }
}

bool time_parse_duration(struct str s, int64_t *us)
{
    int64_t total = 0;
    size_t i = 0;

    if (!s.n)
        return false;
    while (i < s.n) {
        size_t from = i;
        int64_t v, unit = TIME_S;

        while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
            i++;
        if (!str_to_i64(str_make(s.p + from, i - from), &v))
            return false;
        if (i < s.n)
            unit = unit_us(s.p[i++]);
        else if (from)
            return false; /* "1h30": a bare number only stands alone */
        if (!unit || __builtin_mul_overflow(v, unit, &v) || __builtin_add_overflow(total, v, &total))
            return false;
    }
    *us = total;
    return true;
}
