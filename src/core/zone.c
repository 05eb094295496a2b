/* SPDX-License-Identifier: Apache-2.0 */
#include "core/zone.h"

#include <string.h>

#define TZIF_HEAD  44u
#define FIRST_YEAR 1970
#define OFFSET_MAX (25 * 3600)
#define COUNT_MAX  20000u

struct counts {
    uint32_t isut, isstd, leap, time, type, chars;
};

static uint64_t be(const unsigned char *p, size_t n)
{
    uint64_t v = 0;

    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

static bool read_head(struct str s, struct counts *c)
{
    const unsigned char *p = (const unsigned char *)s.p;

    if (s.n < TZIF_HEAD || memcmp(p, "TZif", 4) != 0)
        return false;
    c->isut = (uint32_t)be(p + 20, 4);
    c->isstd = (uint32_t)be(p + 24, 4);
    c->leap = (uint32_t)be(p + 28, 4);
    c->time = (uint32_t)be(p + 32, 4);
    c->type = (uint32_t)be(p + 36, 4);
    c->chars = (uint32_t)be(p + 40, 4);
    return c->isut <= COUNT_MAX && c->isstd <= COUNT_MAX && c->leap <= COUNT_MAX && c->time <= COUNT_MAX &&
           c->type >= 1 && c->type <= 256 && c->chars <= COUNT_MAX;
}

static size_t body_size(const struct counts *c, size_t time_size)
{
    return c->time * time_size + c->time + c->type * 6u + c->chars + c->leap * (time_size + 4) + c->isstd +
           c->isut;
}

/* The designation at this place of the names; too long or unfinished ones are cut. */
static void copy_name(char out[ZONE_NAME_MAX], const unsigned char *names, uint32_t chars, uint32_t at)
{
    size_t n = 0;

    for (; at + n < chars && names[at + n] && n + 1 < ZONE_NAME_MAX; n++)
        out[n] = (char)names[at + n];
    out[n] = '\0';
}

static int read_body(struct zone *z, struct str s, const struct counts *c, size_t time_size)
{
    const unsigned char *times = (const unsigned char *)s.p, *index = times + c->time * time_size,
                        *types = index + c->time;
    uint32_t first = 0;

    for (uint32_t i = 0; i < c->type;
         i++) /* before the first transition: the first type that is not summer time */
        if (!types[i * 6 + 4]) {
            first = i;
            break;
        }
    z->first_offset = (int32_t)(uint32_t)be(types + first * 6, 4);
    copy_name(z->first_name, types + c->type * 6, c->chars, types[first * 6 + 5]);
    for (uint32_t i = 0; i < c->time; i++) {
        struct zone_turn t;

        if (index[i] >= c->type)
            return E_FORMAT;
        t.at = time_size == 8 ? (int64_t)be(times + i * 8, 8) : (int32_t)(uint32_t)be(times + i * 4, 4);
        t.offset = (int32_t)(uint32_t)be(types + index[i] * 6, 4);
        t.is_dst = types[index[i] * 6 + 4] != 0;
        if (t.offset > OFFSET_MAX || t.offset < -OFFSET_MAX || (z->turns.n && t.at <= VEC_LAST(&z->turns).at))
            return E_FORMAT;
        copy_name(t.name, types + c->type * 6, c->chars, types[index[i] * 6 + 5]);
        *VEC_ADD(&z->turns) = t;
    }
    return 0;
}

/* ---- the rule: std offset [dst [offset] , start [/time] , end [/time]] ---- */

struct change {
    char form; /* M, J or n */
    int32_t month, week, day;
    int32_t second; /* of the local day, may be negative or over 24 h */
};
struct rule {
    int32_t std, dst; /* seconds east */
    char std_name[ZONE_NAME_MAX], dst_name[ZONE_NAME_MAX];
    bool has_dst;
    struct change begin, end;
};

static bool take(struct str *s, char c)
{
    if (!s->n || s->p[0] != c)
        return false;
    *s = str_sub(*s, 1, s->n);
    return true;
}

static bool name(struct str *s, char out[ZONE_NAME_MAX])
{
    size_t n = 0;

    if (take(s, '<')) {
        ptrdiff_t end = str_find_char(*s, '>');

        if (end < 0)
            return false;
        str_copy(out, ZONE_NAME_MAX, str_sub(*s, 0, (size_t)end));
        *s = str_sub(*s, (size_t)end + 1, s->n);
        return true;
    }
    while (n < s->n && ((s->p[n] >= 'A' && s->p[n] <= 'Z') || (s->p[n] >= 'a' && s->p[n] <= 'z')))
        n++;
    str_copy(out, ZONE_NAME_MAX, str_sub(*s, 0, n));
    *s = str_sub(*s, n, s->n);
    return n >= 3;
}

static bool number(struct str *s, int32_t max, int32_t *out)
{
    size_t n = 0;
    int64_t v;

    while (n < s->n && n < 4 && s->p[n] >= '0' && s->p[n] <= '9')
        n++;
    if (!n || !str_to_i64(str_sub(*s, 0, n), &v) || v > max)
        return false;
    *s = str_sub(*s, n, s->n);
    *out = (int32_t)v;
    return true;
}

/* [+-]hh[:mm[:ss]] in seconds */
static bool clock_of(struct str *s, int32_t *out)
{
    bool minus = take(s, '-');
    int32_t h, m = 0, sec = 0;

    if (!minus)
        take(s, '+');
    if (!number(s, 167, &h) || (take(s, ':') && !number(s, 59, &m)) ||
        (m >= 0 && take(s, ':') && !number(s, 59, &sec)))
        return false;
    *out = h * 3600 + m * 60 + sec;
    if (minus)
        *out = -*out;
    return true;
}

static bool change_of(struct str *s, struct change *c)
{
    c->second = 2 * 3600;
    if (take(s, 'M')) {
        c->form = 'M';
        if (!number(s, 12, &c->month) || c->month < 1 || !take(s, '.') || !number(s, 5, &c->week) ||
            c->week < 1 || !take(s, '.') || !number(s, 6, &c->day))
            return false;
    } else {
        c->form = take(s, 'J') ? 'J' : 'n';
        if (!number(s, 365, &c->day))
            return false;
    }
    return !take(s, '/') || clock_of(s, &c->second);
}

static bool parse_rule(struct str s, struct rule *r)
{
    memset(r, 0, sizeof(*r));
    if (!name(&s, r->std_name) || !clock_of(&s, &r->std))
        return false;
    r->std = -r->std; /* POSIX counts west */
    if (!s.n)
        return true;
    r->has_dst = true;
    r->dst = r->std + 3600;
    if (!name(&s, r->dst_name))
        return false;
    if (s.n && s.p[0] != ',') {
        if (!clock_of(&s, &r->dst))
            return false;
        r->dst = -r->dst;
    }
    if (!s.n) /* no dates given: those of the United States are the custom */
        s = STR(",M3.2.0,M11.1.0");
    return take(&s, ',') && change_of(&s, &r->begin) && take(&s, ',') && change_of(&s, &r->end) && !s.n;
}

/* The local second, counted from 1970 as if it were UTC. */
static int64_t change_at(const struct change *c, int year)
{
    int64_t day;

    if (c->form == 'M') {
        int64_t first = time_days_from_civil(year, c->month, 1);
        int wd = (int)(((first + 4) % 7 + 7) % 7), d = (c->day - wd + 7) % 7 + 7 * (c->week - 1);

        while (d >= time_days_in_month(year, c->month))
            d -= 7;
        day = first + d;
    } else {
        bool leap = time_days_in_month(year, 2) == 29;

        day = time_days_from_civil(year, 1, 1) + c->day;
        if (c->form == 'J') /* 1..365, the 29th of February is never counted */
            day += (leap && c->day >= 60) ? 0 : -1;
    }
    return day * 86400 + c->second;
}

static void add(struct zone *z, int64_t at, const struct rule *r, bool dst)
{
    struct zone_turn t = {.at = at, .offset = dst ? r->dst : r->std, .is_dst = dst};

    if (z->turns.n && at <= VEC_LAST(&z->turns).at)
        return;
    memcpy(t.name, dst ? r->dst_name : r->std_name, sizeof(t.name));
    *VEC_ADD(&z->turns) = t;
}

static void unroll(struct zone *z, const struct rule *r)
{
    for (int year = FIRST_YEAR; r->has_dst && year <= ZONE_LAST_YEAR; year++) {
        int64_t on = change_at(&r->begin, year) - r->std, off = change_at(&r->end, year) - r->dst;

        add(z, MIN(on, off), r, on < off);
        add(z, MAX(on, off), r, on >= off);
    }
}

int zone_compile_rule(struct zone *z, struct str text)
{
    struct rule r;

    memset(z, 0, sizeof(*z));
    if (!parse_rule(text, &r))
        return E_FORMAT;
    z->first_offset = r.std;
    memcpy(z->first_name, r.std_name, sizeof(z->first_name));
    unroll(z, &r);
    return 0;
}

static int footer(struct zone *z, struct str s)
{
    struct rule r;
    struct str text;

    if (!take(&s, '\n'))
        return E_FORMAT;
    text = str_cut(&s, '\n');
    if (!s.p)
        return E_FORMAT;
    if (!text.n)
        return 0;
    if (!parse_rule(text, &r))
        return E_FORMAT;
    unroll(z, &r);
    return 0;
}

int zone_compile(struct zone *z, struct str s)
{
    struct counts c;
    size_t size;
    bool wide;
    int ret;

    memset(z, 0, sizeof(*z));
    if (!read_head(s, &c))
        return E_FORMAT;
    wide = s.p[4] >= '2';
    if (wide) { /* the first block is for readers of 32 bits: pass over it */
        size = TZIF_HEAD + body_size(&c, 4);
        if (size >= s.n)
            return E_FORMAT;
        s = str_sub(s, size, s.n);
        if (!read_head(s, &c))
            return E_FORMAT;
    }
    size = TZIF_HEAD + body_size(&c, wide ? 8 : 4);
    if (size > s.n)
        return E_FORMAT;
    ret = read_body(z, str_sub(s, TZIF_HEAD, s.n), &c, wide ? 8 : 4);
    if (ret == 0 && wide)
        ret = footer(z, str_sub(s, size, s.n));
    if (ret < 0)
        zone_release(z);
    return ret;
}

void zone_release(struct zone *z)
{
    VEC_RELEASE(&z->turns);
    z->first_offset = 0;
}
