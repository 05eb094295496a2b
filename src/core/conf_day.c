/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Days and times of a time period. Nagios tries the forms below one after the other and takes the first that fits from the left; what is read here is what it
 * reads, mistakes included: "day 1 - 09:00-10:00" is the days 1 to 9, from 00:00 to 10:00.
 */
#include "core/conf_build.h"

#include <string.h>

#define NUMBER_MAX 99999

/* Y, M: numbers of at most four and two digits, D: of any, W: a word, R: times, _: at least one blank, ' ': any. */
struct form {
    const char *text;
    bool date, step, second; /* what it begins with; "/ D"; what stands behind the - */
    uint8_t words[2];        /* of either side */
};
static const struct form forms[] = {
    {"Y-M-M - Y-M-M / D R", true, true, true, {0, 0}},
    {"Y-M-M / D R", true, true, false, {0, 0}},
    {"Y-M-M - Y-M-M R", true, false, true, {0, 0}},
    {"Y-M-M R", true, false, false, {0, 0}},
    {"W D W - W D W / D R", false, true, true, {2, 2}},
    {"W D - W D / D R", false, true, true, {1, 1}},
    {"W D - D / D R", false, true, true, {1, 0}},
    {"W D W - W D W R", false, false, true, {2, 2}},
    {"W D - D R", false, false, true, {1, 0}},
    {"W D - W D R", false, false, true, {1, 1}},
    {"W D W R", false, false, false, {2, 0}},
    {"W D_R", false, false, false, {1, 0}},
    {"W R", false, false, false, {1, 0}},
};

struct found {
    int32_t number[8];
    struct str word[4], times;
    size_t n_numbers, n_words;
};

static bool is_blank(char ch)
{
    return ch == ' ' || ch == '\t';
}

static struct str skip_blanks(struct str s)
{
    while (s.n && is_blank(s.p[0]))
        s = str_sub(s, 1, s.n);
    return s;
}

static bool take_number(struct str *s, size_t width, struct found *f)
{
    struct str in = skip_blanks(*s);
    size_t n = in.n && (in.p[0] == '-' || in.p[0] == '+'), digits = n;
    int64_t v = 0;

    for (; n < in.n && n < width && in.p[n] >= '0' && in.p[n] <= '9'; n++)
        v = MIN(v * 10 + (in.p[n] - '0'), (int64_t)NUMBER_MAX + 1);
    if (n == digits || v > NUMBER_MAX)
        return false;
    f->number[f->n_numbers++] = (int32_t)(in.p[0] == '-' ? -v : v);
    *s = str_sub(in, n, in.n);
    return true;
}

static struct str take_bytes(struct str *s, bool letters)
{
    struct str in = *s;
    size_t n = 0;

    while (n < in.n &&
           (letters ? in.p[n] >= 'a' && in.p[n] <= 'z' : strchr("0123456789:, -", in.p[n]) != NULL))
        n++;
    *s = str_sub(in, n, in.n);
    return str_sub(in, 0, n);
}

static bool fits(const struct form *form, struct str s, struct found *f)
{
    struct str part;

    memset(f, 0, sizeof(*f));
    for (const char *at = form->text; *at; at++) {
        switch (*at) {
        case 'Y':
        case 'M':
        case 'D':
            if (!take_number(&s, *at == 'Y' ? 4 : *at == 'M' ? 2 : SIZE_MAX, f))
                return false;
            break;
        case 'W':
        case 'R':
            part = take_bytes(&s, *at == 'W');
            if (!part.n)
                return false;
            if (*at == 'W')
                f->word[f->n_words++] = part;
            else
                f->times = part;
            break;
        case '_':
        case ' ':
            if (*at == '_' && (!s.n || !is_blank(s.p[0])))
                return false;
            s = skip_blanks(s);
            break;
        default:
            if (!s.n || s.p[0] != *at)
                return false;
            s = str_sub(s, 1, s.n);
        }
    }
    return true;
}

static int place_of(struct str s, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_c(s, names[i]))
            return (int)i;
    return -1;
}

static const char *const weekdays[] = {"sunday",   "monday", "tuesday", "wednesday",
                                       "thursday", "friday", "saturday"};
static const char *const months[] = {"january", "february", "march",     "april",   "may",      "june",
                                     "july",    "august",   "september", "october", "november", "december"};

static int weekday_of(struct str s)
{
    return place_of(s, weekdays, ARRAY_LEN(weekdays));
}

static int month_of(struct str s)
{
    return place_of(s, months, ARRAY_LEN(months)) + 1;
}

const char *conf_day_near(struct str word)
{
    const char *best = "";
    unsigned least = word.n < 4 ? 1 : 2;

    for (size_t i = 0; i < ARRAY_LEN(weekdays) + ARRAY_LEN(months); i++) {
        const char *name = i < ARRAY_LEN(weekdays) ? weekdays[i] : months[i - ARRAY_LEN(weekdays)];
        char low[16];
        size_t n = MIN(word.n, sizeof(low));
        unsigned d;

        for (size_t k = 0; k < n; k++)
            low[k] = word.p[k] >= 'A' && word.p[k] <= 'Z' ? (char)(word.p[k] + 32) : word.p[k];
        if (n >= 3 && str_starts(str_of(name), str_make(low, n)))
            return name; /* Mon, sept */
        d = str_distance(str_make(low, n), str_of(name), least);
        if (d > least || (d == least && *best))
            continue;
        best = name;
        least = d;
    }
    return best;
}

/* One side of a range: "day 1", "january 1", "monday 1", "monday 1 january"; the kind, or -1. */
struct side {
    int32_t year, month, day, weekday, nth;
};
static int side_of(const struct str *w, size_t n, int32_t number, struct side *e)
{
    e->weekday = weekday_of(w[0]);
    e->month = n == 2 ? month_of(w[1]) : month_of(w[0]);
    if (e->weekday >= 0) {
        e->nth = number;
        return n == 1 ? MODEL_DAY_WEEKDAY : e->month > 0 ? MODEL_DAY_MONTH_WEEKDAY : -1;
    }
    e->weekday = 0;
    e->day = number;
    if (n == 1 && e->month > 0)
        return MODEL_DAY_MONTH_DATE;
    return n == 1 && str_eq_c(w[0], "day") ? MODEL_DAY_MONTH_DAY : -1;
}

static int sides(const struct form *form, const struct found *f, struct side *a, struct side *b)
{
    const int32_t *n = f->number;
    int kind = MODEL_DAY_DATE, kind2;

    memset(a, 0, sizeof(*a));
    memset(b, 0, sizeof(*b));
    if (form->date) {
        *a = *b = (struct side){.year = n[0], .month = n[1], .day = n[2]};
        if (form->second)
            *b = (struct side){.year = n[3], .month = n[4], .day = n[5]};
        return kind;
    }
    kind = kind2 = side_of(f->word, form->words[0], n[0], a);
    *b = *a;
    if (form->second && form->words[1]) {
        memset(b, 0, sizeof(*b));
        kind2 = side_of(f->word + form->words[0], form->words[1], n[1], b);
    } else if (form->second) {
        *(kind == MODEL_DAY_WEEKDAY ? &b->nth : &b->day) = n[1];
    }
    return kind == kind2 ? kind : -1;
}

static const struct form *form_of(struct str line, struct found *f)
{
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        if (fits(&forms[i], line, f))
            return &forms[i];
    return NULL;
}

int conf_parse_day(struct str key, struct model_exception *out, int *weekday)
{
    struct buf line = BUF_INIT;
    const struct form *form;
    struct side a, b;
    struct found f;
    int kind = -1;

    memset(out, 0, sizeof(*out));
    *weekday = -1;
    buf_add_str(&line, key);
    buf_add_c(&line, " 00:00-24:00"); /* a form is known by its end */
    form = form_of(buf_str(&line), &f);
    if (form && !f.n_numbers && f.n_words == 1) {
        *weekday = weekday_of(f.word[0]);
    } else if (form) {
        kind = sides(form, &f, &a, &b);
        out->skip = form->step ? f.number[f.n_numbers - 1] : 0;
    }
    buf_release(&line);
    if (kind < 0)
        return *weekday >= 0 ? 0 : E_INVAL;
    if (kind == MODEL_DAY_DATE && !form->second && out->skip > 1)
        b.year = 0; /* for ever */
    out->kind = kind;
    out->year = a.year, out->month = a.month, out->day = a.day, out->weekday = a.weekday, out->nth = a.nth;
    out->year2 = b.year, out->month2 = b.month, out->day2 = b.day, out->weekday2 = b.weekday,
    out->nth2 = b.nth;
    return 0;
}

bool conf_split_day(struct str line, struct str *day, struct str *times)
{
    struct model_exception x;
    struct found f;
    int weekday;

    if (!form_of(line, &f))
        return false;
    *day = str_trim(str_sub(line, 0, (size_t)(f.times.p - line.p)));
    *times = str_sub(line, (size_t)(f.times.p - line.p), line.n);
    return conf_parse_day(*day, &x, &weekday) == 0;
}

static bool odd_number(int32_t v, int32_t most)
{
    return v == 0 || v < -most || v > most;
}

/* The most it can have. */
static int32_t days_in(int32_t month)
{
    return time_days_in_month(2000, month ? month : 1);
}

bool conf_odd_day(const struct model_exception *x)
{
    bool ends = x->year2 != 0; /* of a date */

    switch (x->kind) {
    case MODEL_DAY_DATE:
        return x->year < 1970 || x->month < 1 || x->month > 12 || x->day < 1 ||
               x->day > time_days_in_month(x->year, x->month) ||
               (ends && (x->month2 < 1 || x->month2 > 12 || x->day2 < 1 ||
                         x->day2 > time_days_in_month(x->year2, x->month2)));
    case MODEL_DAY_MONTH_DATE:
        return odd_number(x->day, days_in(x->month)) || odd_number(x->day2, days_in(x->month2));
    case MODEL_DAY_MONTH_DAY: return odd_number(x->day, 31) || odd_number(x->day2, 31);
    default: return odd_number(x->nth, 5) || odd_number(x->nth2, 5);
    }
}

/* Minutes behind a ':', which must be there; more behind another one is passed over. */
static bool time_of_day(struct str s, int32_t *out, bool *odd)
{
    struct str minutes = s, hours = str_cut(&minutes, ':'), rest = minutes;
    uint64_t h = 0, m = 0;

    if (!minutes.p)
        return false;
    minutes = str_cut(&rest, ':');
    *odd |= rest.p || hours.n < 1 || hours.n > 2 || minutes.n < 1 || minutes.n > 2;
    if ((hours.n && !str_to_u64(hours, &h)) || (minutes.n && !str_to_u64(minutes, &m)) || h > 24 ||
        m > 1440 || h * 60 + m > 1440)
        return false;
    *odd |= m >= 60;
    *out = (int32_t)(h * 3600 + m * 60);
    return true;
}

int conf_parse_ranges(struct str text, struct model_range *out, size_t max, size_t *n, bool *odd)
{
    struct str rest = text;

    *n = 0;
    *odd = false;
    text = take_bytes(&rest, false);
    *odd |= str_trim(rest).n > 0;
    while (text.p) {
        size_t len = 0;
        struct str part, to, from;

        while (len < text.n && text.p[len] != ',' && text.p[len] != ' ')
            len++;
        *odd |= len < text.n && text.p[len] == ' ';
        part = str_sub(text, 0, len);
        text = len < text.n ? str_sub(text, len + 1, text.n) : STR_NULL;
        to = part;
        from = str_cut(&to, '-');
        if (!to.p || *n == max)
            return E_INVAL;
        part = str_cut(&to, '-');
        *odd |= to.p != NULL;
        if (!time_of_day(from, &out[*n].from, odd) || !time_of_day(part, &out[*n].to, odd))
            return E_INVAL;
        (*n)++;
    }
    return 0;
}
