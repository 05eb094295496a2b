/* SPDX-License-Identifier: Apache-2.0 */
#include "core/conf_option.h"

#include "base/limits.h"
#include "base/time.h"

#include <string.h>

enum takes { NUMBER, SPAN, WORD };

static const struct option {
    const char *name;
    enum takes takes;
    uint64_t least, most; /* of a span: microseconds */
    const char *word[3];
    const char *write;
} options[] = {
    {"vigie_site", NUMBER, 0, LIMIT_SITE, {NULL}, "a number from 0 to 32767"},
    {"vigie_runners", NUMBER, 1, LIMIT_RUNNERS, {NULL}, "a number from 1 to 16"},
    {"vigie_max_concurrent_notifications", NUMBER, 1, 10000, {NULL}, "a number from 1 to 10000"},
    {"vigie_max_concurrent_handlers", NUMBER, 1, 10000, {NULL}, "a number from 1 to 10000"},
    {"vigie_states_every", NUMBER, 1, 86400, {NULL}, "a number of seconds, from 1 to 86400"},
    {"vigie_series_labels",
     NUMBER,
     0,
     UINT16_MAX - 1,
     {NULL},
     "a number from 1 to 65534, or 0: as many as come"},
#define DAYS(name)                                                                                           \
    {                                                                                                        \
        name, NUMBER, 1, 36500, {NULL}, "a number of days, from 1 to 36500"                                  \
    }
    DAYS("vigie_journal_days"),
    DAYS("vigie_history_days"),
    DAYS("vigie_audit_days"),
    DAYS("vigie_series_days"),
    DAYS("vigie_series_5min_days"),
    DAYS("vigie_series_hour_days"),
    DAYS("vigie_series_day_days"),
#undef DAYS
    {"vigie_journal_size", NUMBER, 16u << 20, INT64_MAX, {NULL}, "a number of bytes, at least 16777216"},
#define SPAN_FROM(name, least, text)                                                                         \
    {                                                                                                        \
        name, SPAN, (uint64_t)(least), INT64_MAX, {NULL},                                                    \
            "a span of time such as 90s, 5m or 12h, at least " text                                          \
    }
    SPAN_FROM("vigie_session_idle", TIME_MIN, "1m"),
    SPAN_FROM("vigie_session_max", TIME_MIN, "1m"),
    SPAN_FROM("vigie_livestatus_tls_idle", TIME_S, "1s"),
#undef SPAN_FROM
    {"vigie_smtp_tls", WORD, 0, 0, {"auto", "required", "off"}, "auto, required or off"},
    {"vigie_shell", WORD, 0, 0, {"on", "off"}, "on or off"},
    {"vigie_tls", WORD, 0, 0, {"auto", "on"}, "auto or on"},
    {"vigie_tls_min", WORD, 0, 0, {"1.3", "1.2"}, "1.3 or 1.2"},
};

static const struct option *find(const struct conf_directive *d)
{
    for (size_t i = 0; i < ARRAY_LEN(options); i++)
        if (strcmp(options[i].name, d->name) == 0)
            return &options[i];
    return NULL;
}

const char *conf_write_text(const struct conf_directive *d)
{
    const struct option *o = find(d);

    return o ? o->write : conf_kind_text(d->kind);
}

static bool is_word(const struct option *o, struct str value)
{
    for (size_t i = 0; i < ARRAY_LEN(o->word) && o->word[i]; i++)
        if (str_eq_c(value, o->word[i]))
            return true;
    return false;
}

/* Nothing is the default, but for words. */
bool conf_option_fits(const struct conf_directive *d, struct str value)
{
    const struct option *o = find(d);
    uint64_t n;
    int64_t us;

    if (!o || (!value.n && o->takes != WORD))
        return true;
    switch (o->takes) {
    case NUMBER: return str_to_u64(value, &n) && n >= o->least && n <= o->most;
    case SPAN: return time_parse_duration(value, &us) && us >= (int64_t)o->least;
    case WORD: return is_word(o, value);
    }
    BUG("what an option takes");
}
