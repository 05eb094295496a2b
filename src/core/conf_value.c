/* SPDX-License-Identifier: Apache-2.0 */
/* Texts to values: every scalar field of the snapshot is filled by the table of directives. */
#include "core/conf_build.h"

#include <string.h>

/* "e3" at the end of a number: how many tens it is moved; false: nothing of the kind. */
static bool exponent(struct str text, int64_t *tens)
{
    return text.n >= 2 && (text.p[0] == 'e' || text.p[0] == 'E') &&
           str_to_i64(str_sub(text, 1, text.n), tens) && *tens > -20 && *tens < 20;
}

static bool hexadecimal(struct str text, uint64_t *v)
{
    *v = 0;
    for (size_t i = 0; i < text.n; i++) {
        char ch = text.p[i];
        int digit = ch >= '0' && ch <= '9'   ? ch - '0'
                    : ch >= 'a' && ch <= 'f' ? ch - 'a' + 10
                    : ch >= 'A' && ch <= 'F' ? ch - 'A' + 10
                                             : -1;

        if (digit < 0)
            return false;
        *v = MIN(*v * 16 + (uint64_t)digit, UINT32_MAX);
    }
    return text.n > 0;
}

static bool decimal(struct str text, bool scaled, int64_t *millionths)
{
    bool minus = text.n && text.p[0] == '-', point = false;
    uint64_t hex;
    int64_t scale = 1000000, tens = 0;
    size_t i = text.n && (text.p[0] == '-' || text.p[0] == '+') ? 1 : 0, digits = 0;
    __int128 v = 0;

    if (scaled && str_starts(str_sub(text, i, text.n), STR("0x")) &&
        hexadecimal(str_sub(text, i + 2, text.n), &hex)) { /* strtod knows them */
        *millionths = (int64_t)MIN((__int128)hex * 1000000, (__int128)INT64_MAX / 2) * (minus ? -1 : 1);
        return true;
    }
    for (; i < text.n; i++) {
        char ch = text.p[i];

        if (ch == '.' && !point) {
            point = true;
        } else if (ch >= '0' && ch <= '9') {
            digits++;
            if (point) {
                scale /= 10;
                v += (ch - '0') * scale;
            } else if (v < INT64_MAX / 20) {
                v = v * 10 + (int64_t)(ch - '0') * 1000000;
            }
        } else {
            break;
        }
    }
    if (scaled && digits && i < text.n && exponent(str_sub(text, i, text.n), &tens))
        i = text.n;
    for (; tens > 0 && v < INT64_MAX / 20; tens--)
        v *= 10;
    for (; tens < 0; tens++)
        v /= 10;
    *millionths = (int64_t)MIN(v, (__int128)INT64_MAX / 2);
    *millionths = minus ? -*millionths : *millionths;
    return digits && i == text.n;
}

bool conf_decimal(struct str text, int64_t *millionths)
{
    return decimal(text, true, millionths);
}

bool conf_whole(struct str text, int64_t *millionths)
{
    return decimal(text, false, millionths);
}

/* The letters and words of all option lists. A word of Nagios is known by its whole, a letter by itself. */
struct letter {
    char letter;
    const char *word;
    uint32_t bit;
};
static const struct letter host_letters[] = {
    {'d', "down", MODEL_ON_DOWN},         {'u', "unreachable", MODEL_ON_UNREACHABLE},
    {'r', "recovery", MODEL_ON_RECOVERY}, {'f', "flapping", MODEL_ON_FLAPPING},
    {'s', "downtime", MODEL_ON_DOWNTIME}, {'o', "up", MODEL_ON_OK},
    {'p', "pending", MODEL_ON_PENDING},   {'N', "notifications", MODEL_ON_NOTIFY},
};
static const struct letter service_letters[] = {
    {'w', "warning", MODEL_ON_WARNING},
    {'u', "unknown", MODEL_ON_UNKNOWN},
    {'c', "critical", MODEL_ON_CRITICAL},
    {'r', "recovery", MODEL_ON_RECOVERY},
    {'f', "flapping", MODEL_ON_FLAPPING},
    {'s', "downtime", MODEL_ON_DOWNTIME},
    {'o', "ok", MODEL_ON_OK},
    {'p', "pending", MODEL_ON_PENDING},
    {'N', "notifications", MODEL_ON_NOTIFY},
};

#define HOST_PROBLEMS    (MODEL_ON_DOWN | MODEL_ON_UNREACHABLE)
#define SERVICE_PROBLEMS (MODEL_ON_WARNING | MODEL_ON_UNKNOWN | MODEL_ON_CRITICAL)
#define NOTICES          (MODEL_ON_RECOVERY | MODEL_ON_FLAPPING | MODEL_ON_DOWNTIME)

/* What each kind of list may say; "all" is allowed without what only a letter of its own can switch on. */
static const struct {
    enum conf_kind kind;
    uint32_t allowed, all;
} option_kinds[] = {
    {CONF_KIND_ON_HOST, HOST_PROBLEMS | NOTICES, HOST_PROBLEMS | NOTICES},
    {CONF_KIND_ON_HOST_FLAP, HOST_PROBLEMS | MODEL_ON_OK, HOST_PROBLEMS | MODEL_ON_OK},
    {CONF_KIND_ON_HOST_STALK, HOST_PROBLEMS | MODEL_ON_OK | MODEL_ON_NOTIFY,
     HOST_PROBLEMS | MODEL_ON_OK | MODEL_ON_NOTIFY},
    {CONF_KIND_ON_HOST_FAIL, HOST_PROBLEMS | MODEL_ON_OK | MODEL_ON_PENDING,
     HOST_PROBLEMS | MODEL_ON_OK | MODEL_ON_PENDING},
    {CONF_KIND_ON_HOST_ESCALATION, HOST_PROBLEMS | MODEL_ON_RECOVERY, HOST_PROBLEMS | MODEL_ON_RECOVERY},
    {CONF_KIND_ON_SERVICE, SERVICE_PROBLEMS | NOTICES, SERVICE_PROBLEMS | NOTICES},
    {CONF_KIND_ON_SERVICE_FLAP, SERVICE_PROBLEMS | MODEL_ON_OK, SERVICE_PROBLEMS | MODEL_ON_OK},
    {CONF_KIND_ON_SERVICE_STALK, SERVICE_PROBLEMS | MODEL_ON_OK | MODEL_ON_NOTIFY,
     SERVICE_PROBLEMS | MODEL_ON_OK | MODEL_ON_NOTIFY},
    {CONF_KIND_ON_SERVICE_FAIL, SERVICE_PROBLEMS | MODEL_ON_OK | MODEL_ON_PENDING,
     SERVICE_PROBLEMS | MODEL_ON_OK | MODEL_ON_PENDING},
    {CONF_KIND_ON_SERVICE_ESCALATION, SERVICE_PROBLEMS | MODEL_ON_RECOVERY,
     SERVICE_PROBLEMS | MODEL_ON_RECOVERY},
};

static bool one_option(enum conf_kind kind, struct str name, uint32_t *bit)
{
    bool host = kind <= CONF_KIND_ON_HOST_ESCALATION;
    const struct letter *l = host ? host_letters : service_letters;
    size_t n = host ? ARRAY_LEN(host_letters) : ARRAY_LEN(service_letters);

    for (size_t i = 0; i < n; i++)
        if ((name.n == 1 && name.p[0] == l[i].letter) || str_eq_c(name, l[i].word)) {
            *bit = l[i].bit;
            return true;
        }
    return false;
}

bool conf_next_option(struct str *rest, struct str *name)
{
    size_t from = 0, n = 0;

    while (from < rest->n && (rest->p[from] == ',' || rest->p[from] == ' '))
        from++;
    while (from + n < rest->n && rest->p[from + n] != ',' && rest->p[from + n] != ' ')
        n++;
    *name = str_trim(str_sub(*rest, from, n));
    *rest = str_sub(*rest, from + n, rest->n);
    return n > 0;
}

static uint32_t options(struct conf *c, const struct conf_directive *d, struct str text, uint32_t prop)
{
    uint32_t mask = 0, bit, allowed = 0, all = 0;
    struct str name;

    for (size_t i = 0; i < ARRAY_LEN(option_kinds); i++)
        if (option_kinds[i].kind == d->kind) {
            allowed = option_kinds[i].allowed;
            all = option_kinds[i].all;
        }
    while (conf_next_option(&text, &name)) {
        if (str_eq_c(name, "a") || str_eq_c(name, "all"))
            mask = all | MODEL_ON_ALL;
        else if (str_eq_c(name, "n") || str_eq_c(name, "none"))
            mask = 0;
        else if (one_option(d->kind, name, &bit) && (bit & allowed))
            mask |= bit;
        else if (conf_say_once(c, prop, name))
            conf_say(c, CONF_ERROR, conf_value_place(c, prop),
                     "'" STR_FMT "' is no option of %s; the manual has: %s", STR_ARG(name), d->name, d->doc);
    }
    return mask;
}

static void not_a_number(struct conf *c, const struct conf_directive *d, struct str text, uint32_t prop)
{
    if (conf_say_once(c, prop, text))
        conf_say(c, CONF_MISTAKE, conf_value_place(c, prop), "%s is '" STR_FMT "'; write %s", d->name,
                 STR_ARG(text), d->kind == CONF_KIND_BOOL ? "0 or 1" : "a number");
}

static int64_t number(struct conf *c, const struct conf_directive *d, struct str text, uint32_t prop)
{
    bool scaled = d->kind == CONF_KIND_UNITS || d->kind == CONF_KIND_PERCENT;
    int64_t v;

    if (!decimal(text, scaled, &v) && text.n)
        not_a_number(c, d, text, prop);
    return v;
}

static uint32_t state(struct conf *c, struct str text, uint32_t prop, enum conf_type type)
{
    static const char *const words[2][4] = {{"up", "down", "unreachable", ""},
                                            {"ok", "warning", "critical", "unknown"}};
    const char *letters = type == CONF_HOST ? "odu" : "owcu";

    for (uint32_t i = 0; letters[i]; i++)
        if ((text.n == 1 && text.p[0] == letters[i]) || str_eq_c(text, words[type != CONF_HOST][i]))
            return i;
    if (conf_say_once(c, prop, text))
        conf_say(c, CONF_ERROR, conf_value_place(c, prop), "'" STR_FMT "' is no state; write one of %s",
                 STR_ARG(text), type == CONF_HOST ? "o, d, u" : "o, w, u, c");
    return 0;
}

static uint32_t period(struct conf *c, struct str text, uint32_t prop)
{
    uint32_t rank;

    if (!text.n && prop != CONF_NONE && !c->props.at[prop].value.n)
        conf_say_unknown(c, CONF_TIMEPERIOD, prop, text);
    if (!text.n)
        return MODEL_NONE;
    rank = conf_rank(c, CONF_TIMEPERIOD, text);
    if (rank == CONF_NONE)
        conf_say_unknown(c, CONF_TIMEPERIOD, prop, text);
    return rank;
}

/* A text that is said to be empty is not one that nobody says, but where something must stand. */
static bool may_be_empty(unsigned row)
{
    const struct conf_directive *d = conf_directive(row);

    return d->engines && d->kind != CONF_KIND_NAME && row != CONF_D_COMMAND_command_line &&
           row != CONF_D_HOST_display_name && row != CONF_D_SERVICE_display_name;
}

static uint32_t numeral(struct conf *c, const struct conf_directive *d, struct str text, uint32_t prop)
{
    int64_t v = number(c, d, text, prop);

    if (d->kind == CONF_KIND_INT)
        return (uint32_t)(int32_t)MAX(MIN(v / 1000000, INT32_MAX), INT32_MIN);
    if (d->kind == CONF_KIND_PERCENT)
        return v >= 10000 ? (uint32_t)MIN(v / 10000, 10000) : 0;
    return v >= 1000000 ? (uint32_t)MIN(v / 1000000, UINT32_MAX - 1) : 0;
}

/* What a row comes to: the value of its field, or 1 of a switch that is on. It follows from row and property alone. */
static int64_t row_value(struct conf *c, const struct conf_object *o, unsigned row, uint32_t prop)
{
    const struct conf_directive *d = conf_directive(row);
    struct str text = conf_text(c, o, row);

    switch (d->kind) {
    case CONF_KIND_BOOL: return number(c, d, text, prop) >= 1000000;
    case CONF_KIND_UNITS:
        return (int64_t)((__int128)number(c, d, text, prop) * c->build->globals.interval_length_us / 1000000);
    case CONF_KIND_SECONDS: return number(c, d, text, prop);
    case CONF_KIND_STATE: return state(c, text, prop, o->type);
    case CONF_KIND_UINT:
    case CONF_KIND_INT:
    case CONF_KIND_PERCENT: return numeral(c, d, text, prop);
    case CONF_KIND_PERIOD: return period(c, text, prop);
    case CONF_KIND_STRING:
    case CONF_KIND_TEXT:
    case CONF_KIND_NAME:
        if (!text.n && conf_says(c, o, row) && may_be_empty(row))
            return model_build_empty(c->build);
        return model_build_str(c->build, text);
    default: return options(c, d, text, prop);
    }
}

int64_t conf_number(struct conf *c, const struct conf_object *o, unsigned row)
{
    const struct conf_prop *p = conf_get(c, o, row);

    return p ? row_value(c, o, row, (uint32_t)(p - c->props.at)) : 0;
}

static void fill_row(struct conf *c, const struct conf_object *o, unsigned row, void *record, uint32_t *flags)
{
    const struct conf_directive *d = conf_directive(row);
    const struct conf_prop *p = conf_get(c, o, row);
    uint32_t prop = p ? (uint32_t)(p - c->props.at) : CONF_NONE, u32;
    struct conf_filled *last = &c->filled[row];
    char *at = (char *)record + d->field;
    int64_t v;

    if (!last->there || last->prop != prop) /* most objects have it of the same template, or not at all */
        *last = (struct conf_filled){.there = true, .prop = prop, .value = row_value(c, o, row, prop)};
    v = last->value;
    u32 = (uint32_t)v;
    if (d->kind == CONF_KIND_BOOL)
        *flags |= v ? (uint32_t)d->field : 0;
    else if (d->kind == CONF_KIND_STATE)
        *at = (char)v;
    else if (d->kind != CONF_KIND_UNITS && d->kind != CONF_KIND_SECONDS)
        memcpy(at, &u32, sizeof(u32));
    else if (d->kind == CONF_KIND_SECONDS || conf_text(c, o, row).n)
        memcpy(at, &v, sizeof(v));
}

void conf_check_letters(struct conf *c, const struct conf_object *o, uint32_t prop)
{
    const struct conf_prop *p = &c->props.at[prop];
    const struct conf_directive *d = conf_directive(p->row);

    if (conf_kind_is_option(d->kind))
        options(c, d, p->value, prop);
    else if (d->kind == CONF_KIND_STATE && p->value.n)
        state(c, p->value, prop, o->type);
}

void conf_fill(struct conf *c, const struct conf_object *o, void *record, uint32_t *flags)
{
    const struct conf_type_info *info = conf_type_info(o->type);

    for (unsigned row = info->first; row < (unsigned)info->first + info->n; row++)
        if (conf_directive(row)->field != CONF_NO_FIELD)
            fill_row(c, o, row, record, flags);
}
