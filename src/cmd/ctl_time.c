/* SPDX-License-Identifier: Apache-2.0 */
/* Times as the person at the terminal reads them: in the zone of TZ, else of the machine. */
#include "cmd/ctl_int.h"

#include "cmd/local_time.h"
#include "os/clock.h"

#include <stdio.h>
#include <string.h>

/* The offset then and its name. */
static int32_t zone_at(int64_t utc_s, char name[ZONE_NAME_MAX])
{
    struct local_time l;
    const char *called;
    int32_t offset;

    local_time_open(&l);
    offset = local_time_offset(&l, utc_s, &called);
    str_copy(name, ZONE_NAME_MAX, str_of(called));
    local_time_close(&l);
    return offset;
}

void ctl_when(const char *rfc3339, char *out, size_t size)
{
    char zone[ZONE_NAME_MAX];
    struct time_civil c;
    struct wall t;

    if (!time_parse_rfc3339(str_of(rfc3339), &t)) {
        snprintf(out, size, "-");
        return;
    }
    t.us += (int64_t)zone_at(time_wall_s(t), zone) * TIME_S;
    c = time_utc(t);
    snprintf(out, size, "%04d-%02d-%02d %02d:%02d:%02d %s", c.year, c.month, c.day, c.hour, c.minute,
             c.second, zone);
}

/* A civil time of the caller's zone; one that the clocks skip is an hour later. */
static bool from_local(const char *text, struct wall *out)
{
    char utc[64], zone[ZONE_NAME_MAX];
    struct wall as_utc;
    int64_t s;

    if (snprintf(utc, sizeof(utc), "%sZ", text) >= (int)sizeof(utc) ||
        !time_parse_rfc3339(str_of(utc), &as_utc))
        return false;
    s = time_wall_s(as_utc) - zone_at(time_wall_s(as_utc), zone);
    out->us = as_utc.us - (int64_t)zone_at(s, zone) * TIME_S;
    return true;
}

bool ctl_moment(const char *text, struct wall not_before, struct wall *out)
{
    if (time_parse_rfc3339(str_of(text), out) || from_local(text, out))
        return true;
    for (int day = 0; strlen(text) <= 8 && day < 3; day++) {
        char zone[ZONE_NAME_MAX], whole[64];
        struct wall local = {not_before.us + (int64_t)zone_at(time_wall_s(not_before), zone) * TIME_S +
                             day * TIME_DAY};
        struct time_civil c = time_utc(local);

        snprintf(whole, sizeof(whole), "%04d-%02d-%02d %s", c.year, c.month, c.day, text);
        if (!from_local(whole, out))
            return false;
        if (out->us >= not_before.us)
            return true;
    }
    return false;
}

/* A begin, or a moment to look at, that is yet to come is a slip of the hand or another zone; an end may lie there. */
static bool is_past(const struct ctl *c, const char *option, const char *text, struct wall t, struct wall now)
{
    char moment[TIME_RFC3339], here[64], what[128];

    if ((strcmp(option, "at") != 0 && strcmp(option, "from") != 0) || t.us <= now.us + TIME_S)
        return true;
    time_rfc3339(now, moment);
    ctl_when(moment, here, sizeof(here));
    snprintf(what, sizeof(what), "%s %s", option, text);
    ctl_say(c, CTL_YET_TO_COME, what, here);
    return false;
}

bool ctl_past(const struct ctl *c, const char *option, const char *text, struct wall *out)
{
    struct wall now = clock_wall(), day_ago = {now.us - TIME_DAY};
    char midnight[64];
    int64_t ago;

    if (time_parse_duration(str_of(text), &ago)) {
        out->us = MAX(now.us - ago, (int64_t)0);
        return true;
    }
    snprintf(midnight, sizeof(midnight), "%s 00:00", text);
    if (ctl_moment(text, day_ago, out) || (strlen(text) == 10 && ctl_moment(midnight, day_ago, out)))
        return is_past(c, option, text, *out, now);
    ctl_say(c, CTL_NO_TIME, option, NULL);
    return false;
}

static void add_moment(struct buf *q, const char *name, struct wall t)
{
    char moment[TIME_RFC3339];

    time_rfc3339(t, moment);
    ctl_query(q, name, moment);
}

bool ctl_past_query(const struct ctl *c, struct buf *q, const char *name, const char *text)
{
    struct wall t;

    if (!text)
        return true;
    if (!ctl_past(c, name, text, &t))
        return false;
    add_moment(q, name, t);
    return true;
}

bool ctl_past_between(const struct ctl *c, struct buf *q, const char *from, const char *to)
{
    struct wall begin, end;

    if ((from && !ctl_past(c, "from", from, &begin)) || (to && !ctl_past(c, "to", to, &end)))
        return false;
    if (from && to && begin.us > end.us) {
        ctl_say(c, CTL_WRONG_WAY, from, to);
        return false;
    }
    if (from)
        add_moment(q, "from", begin);
    if (to)
        add_moment(q, "to", end);
    return true;
}

void ctl_span(long long seconds, char *out, size_t size)
{
    static const struct {
        long long below, unit;
        const char *name;
    } steps[] = {{60, 1, "s"}, {3600, 60, "min"}, {48 * 3600, 3600, "h"}, {INT64_MAX, 86400, "d"}};
    size_t i = 0;

    while (seconds >= steps[i].below)
        i++;
    snprintf(out, size, "%lld %s", seconds / steps[i].unit, steps[i].name);
}

void ctl_length(int64_t us, char *out, size_t size)
{
    static const struct {
        int64_t unit;
        const char *name;
    } units[] = {{TIME_DAY, "d"}, {TIME_H, "h"}, {TIME_MIN, "min"}, {TIME_S, "s"}};
    struct buf b = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (us >= units[i].unit)
            buf_printf(&b, "%s%lld %s", b.len ? " " : "", (long long)(us / units[i].unit), units[i].name);
        us %= units[i].unit;
    }
    str_copy(out, size, b.len ? buf_str(&b) : STR("0 s"));
    buf_release(&b);
}

void ctl_ago(const char *rfc3339, char *out, size_t size)
{
    ctl_before(rfc3339, NULL, out, size);
}

void ctl_before(const char *rfc3339, const char *moment, char *out, size_t size)
{
    struct wall now = clock_wall(), t;
    char span[32];

    if (moment)
        time_parse_rfc3339(str_of(moment), &now);
    if (!time_parse_rfc3339(str_of(rfc3339), &t)) {
        snprintf(out, size, "-");
        return;
    }
    ctl_span((now.us < t.us ? t.us - now.us : now.us - t.us) / TIME_S, span, sizeof(span));
    snprintf(out, size, "%s%s", now.us < t.us ? "in " : "", span);
}
