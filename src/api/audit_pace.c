/* SPDX-License-Identifier: Apache-2.0 */
#include "api/audit_pace.h"

#include <string.h>

static int64_t minute_of(struct wall now)
{
    return now.us / TIME_MIN;
}

static struct audit_pace_source *source_of(struct audit_pace *p, struct str from)
{
    struct audit_pace_source *s;
    char name[sizeof(s->from)];

    str_copy(name, sizeof(name), from);
    for (unsigned i = 0; i < p->n; i++)
        if (strcmp(p->source[i].from, name) == 0)
            return &p->source[i];
    if (p->n == AUDIT_PACE_SOURCES)
        return &p->source[AUDIT_PACE_SOURCES - 1];
    s = &p->source[p->n++];
    *s = (struct audit_pace_source){.entries = 0};
    if (p->n < AUDIT_PACE_SOURCES) /* the last one is for all others */
        memcpy(s->from, name, sizeof(name));
    return s;
}

bool audit_pace_take(struct audit_pace *p, struct str from, struct wall now)
{
    struct audit_pace_source *s;

    if (!p->n)
        p->minute = minute_of(now);
    s = source_of(p, from);
    if (s->entries < AUDIT_PACE_ENTRIES) {
        s->entries++;
        return true;
    }
    s->more++;
    return false;
}

bool audit_pace_over(struct audit_pace *p, struct wall now, struct audit_pace_source *out, struct wall *since)
{
    if (minute_of(now) == p->minute)
        return false;
    while (p->n) {
        *out = p->source[--p->n];
        since->us = p->minute * TIME_MIN;
        if (out->more)
            return true;
    }
    return false;
}
