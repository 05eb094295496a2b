/* SPDX-License-Identifier: Apache-2.0 */
#include "core/why.h"

#include <string.h>

struct row {
    unsigned code;
    const char *name;
    const char *words[2];
};

static const struct row rows[] = {
#define WHY(CODE, number, en, fr) {number, #CODE, {en, fr}},
#include "core/why.def"
#undef WHY
};

static const struct row *find(unsigned code)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (rows[i].code == code)
            return &rows[i];
    return NULL;
}

struct state_why why_make(enum why_code code, uint32_t idx, int64_t arg0, int64_t arg1)
{
    return (struct state_why){.code = (uint16_t)code, .idx = idx, .arg = {arg0, arg1}};
}

bool why_known(unsigned code)
{
    return find(code) != NULL;
}

enum why_of why_object_of(unsigned code)
{
    switch (code) {
    case WHY_NOTIFY_PERIOD:
    case WHY_CONTACT_PERIOD:
    case WHY_ESCALATION_PERIOD:
    case WHY_RUN_PERIOD: return WHY_OF_PERIOD;
    default: return WHY_OF_CHECK;
    }
}

bool why_is_skip(unsigned code)
{
    return code >= WHY_RUN_OFF_GLOBAL && code < WHY_RUN_UNDER_WAY;
}

const char *why_name(unsigned code)
{
    const struct row *r = find(code);

    return r ? r->name : rows[0].name;
}

bool why_begins_with_name(unsigned code)
{
    const struct row *r = find(code);

    return r && strncmp(r->words[WHY_EN], "{o}", 3) == 0;
}

static void duration(struct buf *b, int64_t us, enum why_lang lang)
{
    static const struct {
        int64_t unit;
        const char *mark[2];
    } units[] = {
        {TIME_DAY, {"d", " j"}}, {TIME_H, {"h", " h"}}, {TIME_MIN, {"m", " min"}}, {TIME_S, {"s", " s"}}};
    bool any = false;

    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (us < units[i].unit && (any || units[i].unit != TIME_S))
            continue;
        buf_printf(b, "%s%lld%s", any ? " " : "", (long long)(us / units[i].unit), units[i].mark[lang]);
        us %= units[i].unit;
        any = true;
    }
}

/* In French the time comes first, as the texts say "à": à 22:00:00 le 2026-11-29. */
static void moment(struct buf *b, int64_t us, enum why_lang lang, const struct time_zone *zone)
{
    struct time_civil c = time_local(zone, (struct wall){us});

    if (lang == WHY_FR)
        buf_printf(b, "%02d:%02d:%02d le %04d-%02d-%02d", c.hour, c.minute, c.second, c.year, c.month, c.day);
    else
        buf_printf(b, "%04d-%02d-%02d %02d:%02d:%02d", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

/* A service stands as HOST;SERVICE in the reason, and is shown as everywhere: HOST > SERVICE. */
static void name_of(struct buf *b, unsigned code, struct str object)
{
    ptrdiff_t at =
        why_object_of(code) == WHY_OF_CHECK && code != WHY_RUN_SKIPPED ? str_find_char(object, ';') : -1;

    if (at > 0) {
        buf_add_str(b, str_sub(object, 0, (size_t)at));
        buf_add_c(b, " > ");
        object = str_sub(object, (size_t)at + 1, object.n);
    }
    buf_add_str(b, object);
}

void why_render(struct buf *b, unsigned code, const int64_t arg[2], struct str object, enum why_lang lang,
                const struct time_zone *zone)
{
    const struct row *r = find(code);
    const char *p = r ? r->words[lang] : "";

    while (*p) {
        const char *close = *p == '{' ? strchr(p, '}') : NULL;
        int64_t v = close ? arg[p[2] == '1'] : 0;

        if (!close) {
            buf_add_char(b, *p++);
            continue;
        }
        if (p[1] == 'o')
            name_of(b, code, object);
        else if (p[1] == 'd')
            duration(b, v, lang);
        else if (p[1] == 't')
            moment(b, v, lang, zone);
        else
            buf_add_i64(b, v);
        p = close + 1;
    }
}
