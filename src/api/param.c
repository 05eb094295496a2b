/* SPDX-License-Identifier: Apache-2.0 */
#include "api/param.h"

#include "api/event.h"
#include "api/list.h"
#include "api/row.h"
#include "db/audit_ask.h"
#include "db/past.h"
#include "db/series_ask.h"

#include <string.h>

#define V1            "/api/v1"
#define PROM          "/prometheus/api/v1"
#define CENTREON_LIST "/centreon/api/{version}/monitoring/resources"

static const char *const
    filters[] = {"all", "problems", "unhandled", NULL},
    *const sorts[] = {"severity", "name", "since", "checked", "output", "severity_level", NULL},
    *const views[] = {"all", "hosts", "services", "problems", NULL}, *const orders[] = {"asc", "desc", NULL},
    *const formats[] = {"json", "csv", NULL}, *const downtimes[] = {"counted", "excluded", NULL},
    *const soft[] = {"counted", "ignored", NULL}, *const bits[] = {"0", "1", NULL},
    *const no_yes[] = {"0", "1", NULL}, *const outcomes[] = {"done", "refused", "failed", "unknown", NULL},
    *const yes_no[] = {"yes", "no", NULL};

static const struct param table[] = {
    {NULL, "q", PARAM_TEXT, 0, 0, NULL, "words that its names or its output hold, all of them"},
    {NULL, "filter", PARAM_WORD, 0, 0, filters,
     "problems: not good; unhandled: of these, nobody has taken care of"},
    {NULL, "kind", PARAM_WORD, 0, 0, shape_kinds, "only hosts, or only services"},
    {NULL, "host", PARAM_TEXT, 0, 0, NULL, "of this host"},
    {NULL, "service", PARAM_TEXT, 0, 0, NULL, "of services of this description"},
    {NULL, "state", PARAM_WORDS, 0, 0, row_state_words, "in one of these states"},
    {NULL, "severity_level", PARAM_TEXTS, 0, 0, NULL, "of one of these levels of severity, numbers"},
    {NULL, "tag", PARAM_TEXT, 0, 0, NULL, "that has this tag"},
    {NULL, "group", PARAM_TEXTS, 0, 0, NULL, "of these host groups or service groups"},
    {NULL, "servicegroup", PARAM_TEXTS, 0, 0, NULL, "of these service groups"},
    {NULL, "view", PARAM_WORD, 0, 0, views,
     "hosts, services: a row for all of one; problems: what follows from a problem is folded under it"},
    {NULL, "under", PARAM_TEXT, 0, 0, NULL, "what is folded under the problem of the resource with this id"},
    {NULL, "sort", PARAM_WORD, 0, 0, sorts, "by what"},
    {NULL, "order", PARAM_WORD, 0, 0, orders, "left out: what is usual for `sort`"},
    {NULL, "limit", PARAM_INT, 1, LIST_LIMIT_MAX, NULL, "how many a page has at most"},
    {V1 "/problems", "limit", PARAM_INT, 0, LIST_LIMIT_MAX, NULL, "how many a page has at most"},
    {V1 "/resources", "limit", PARAM_INT, 0, LIST_LIMIT_MAX, NULL,
     "how many a page has at most; 0: only the counts"},
    {V1 "/stream", "limit", PARAM_INT, 0, LIST_LIMIT_MAX, NULL, "how many rows are followed"},
    {CENTREON_LIST, "limit", PARAM_TEXT, 0, 0, NULL,
     "how many a page has at most, 10,000; 0: only the total"},
    {PROM "/*", "limit", PARAM_TEXT, 0, 0, NULL, "how many at most; 0: all"},
    {V1 "/downtimes", "limit", PARAM_INT, 1, 500, NULL, "how many a page has at most"},
    {V1 "/comments", "limit", PARAM_INT, 1, 500, NULL, "how many a page has at most"},
    {V1 "/events", "limit", PARAM_INT, 1, 200, NULL, "how many a page has at most"},
    {V1 "/resources/{id}/events", "limit", PARAM_INT, 1, 200, NULL, "how many a page has at most"},
    {V1 "/notifications", "limit", PARAM_INT, 1, 200, NULL, "how many a page has at most"},
    {NULL, "contact", PARAM_TEXT, 0, 0, NULL, "that name this contact"},
    {NULL, "about", PARAM_WORDS, 0, 0, event_about_words, "what the notification was about"},
    {NULL, "told", PARAM_WORD, 0, 0, yes_no, "yes: somebody was told (of a contact: he was); no: nobody was"},
    {V1 "/series", "limit", PARAM_INT, 1, SERIES_ASK_PAGE, NULL, "how many a page has at most"},
    {V1 "/series/data", "limit", PARAM_INT, 1, SERIES_ASK_LIMIT, NULL, "how many series at most"},
    {"/api/v1/sessions", "user", PARAM_TEXT, 0, 0, NULL, "whose sessions; `*`: everybody's"},
    {V1 "/scope", "terms", PARAM_TEXT, 0, 0, NULL,
     "null (everything), or a list such as [\"hostgroup:linux\"]"},
    {NULL, "cursor", PARAM_TEXT, 0, 0, NULL, "the `next` of the page before"},
    {NULL, "by", PARAM_TEXT, 0, 0, NULL, "of this user"},
    {NULL, "as_of", PARAM_TIME, 0, 0, NULL, "as it was at that moment"},
    {V1 "/resources/complete", "at", PARAM_TEXT, 0, 0, NULL,
     "where the cursor is, in bytes; the end if it is left out"},
    {NULL, "at", PARAM_TIME, 0, 0, NULL, "as it was decided by that moment"},
    {NULL, "from", PARAM_TIME, 0, 0, NULL, "from that moment on"},
    {NULL, "to", PARAM_TIME, 0, 0, NULL, "until that moment; now if it is left out"},
    {NULL, "name", PARAM_TEXT, 0, 0, NULL, "called exactly so"},
    {NULL, "period", PARAM_TEXT, 0, 0, NULL, "within this time period"},
    {NULL, "downtimes", PARAM_WORD, 0, 0, downtimes, "whether what happens in a downtime counts"},
    {NULL, "soft", PARAM_WORD, 0, 0, soft, "whether soft states count"},
    {NULL, "spans", PARAM_INT, 1, 20000, NULL, "at most so many stretches"},
    {NULL, "buckets", PARAM_INT, 1, PAST_PARTS_MOST, NULL, "how many parts"},
    {V1 "/events/histogram", "kind", PARAM_TEXTS, 0, 0, NULL, "of these kinds, such as alert,notification"},
    {V1 "/downtimes/recurring", "limit", PARAM_INT, 1, 500, NULL, "how many a page has at most"},
    {V1 "/events", "kind", PARAM_TEXTS, 0, 0, NULL, "of these kinds, such as alert,notification"},
    {NULL, "text", PARAM_TEXT, 0, 0, NULL, "with this text in it"},
    {NULL, "id", PARAM_TEXTS, 0, 0, NULL, "these"},
    {NULL, "resource", PARAM_TEXTS, 0, 0, NULL, "of the hosts and services with these ids"},
    {NULL, "label", PARAM_TEXT, 0, 0, NULL,
     "the label of the performance data; `*` is any text, `?` one character"},
    {NULL, "step", PARAM_INT, 1, SERIES_ASK_STEP, NULL, "one value for each so many seconds"},
    {NULL, "points", PARAM_INT, 1, SERIES_ASK_POINTS, NULL, "the step that gives about so many values"},
    {NULL, "aggregate", PARAM_TEXTS, 0, 0, NULL, "of mean, min, max, last, sum, count, p0 to p100"},
    {NULL, "rate", PARAM_WORD, 0, 0, bits, "1: per second"},
    {NULL, "combine", PARAM_TEXT, 0, 0, NULL,
     "one series of all with the same label, by sum, mean, min, max or p0 to p100"},
    {NULL, "compare", PARAM_TEXTS, 0, 0, NULL, "the same of earlier, such as 1d,7d"},
    {V1 "/resources/export", "format", PARAM_WORD, 0, 0, formats, "csv if it is left out"},
    {NULL, "all_or_nothing", PARAM_WORD, 0, 0, no_yes, "1: if one row is refused, none is taken"},
    {NULL, "format", PARAM_WORD, 0, 0, formats, "json if it is left out"},
    {V1 "/audit", "limit", PARAM_INT, 1, AUDIT_ASK_PAGE, NULL, "how many a page has at most"},
    {NULL, "who", PARAM_TEXT, 0, 0, NULL, "of this user or token; `*` is any text, `?` one character"},
    {NULL, "what", PARAM_TEXT, 0, 0, NULL,
     "with this text in the method, the address, the right or the kind"},
    {NULL, "object", PARAM_TEXT, 0, 0, NULL,
     "of this host, HOST;SERVICE, user or token; `*` is any text, `?` one character"},
    {NULL, "outcome", PARAM_WORD, 0, 0, outcomes, "what came of it"},
    /* Centreon's own: JSON */
    {NULL, "page", PARAM_TEXT, 0, 0, NULL, "the number of the page, from 1"},
    {NULL, "types", PARAM_TEXT, 0, 0, NULL, "[\"host\",\"service\"]"},
    {NULL, "statuses", PARAM_TEXT, 0, 0, NULL, "[\"DOWN\",\"CRITICAL\"]"},
    {NULL, "states", PARAM_TEXT, 0, 0, NULL, "[\"unhandled_problems\"]"},
    {NULL, "status_types", PARAM_TEXT, 0, 0, NULL, "[\"hard\"]"},
    {NULL, "hostgroup_names", PARAM_TEXT, 0, 0, NULL, "a list of names"},
    {NULL, "servicegroup_names", PARAM_TEXT, 0, 0, NULL, "a list of names"},
    {NULL, "search", PARAM_TEXT, 0, 0, NULL, "{\"h.name\":{\"$lk\":\"web%\"}}"},
    {NULL, "sort_by", PARAM_TEXT, 0, 0, NULL, "{\"name\":\"asc\"}"},
    /* NRDP's */
    {NULL, "token", PARAM_TEXT, 0, 0, NULL, "who sends; else in the form"},
    {NULL, "cmd", PARAM_TEXT, 0, 0, NULL, "submitcheck; else in the form"},
    /* Prometheus' own */
    {NULL, "query", PARAM_TEXT, 0, 0, NULL, "the expression"},
    {NULL, "time", PARAM_TEXT, 0, 0, NULL, "RFC 3339, or seconds since 1970"},
    {NULL, "start", PARAM_TEXT, 0, 0, NULL, "RFC 3339, or seconds since 1970"},
    {NULL, "end", PARAM_TEXT, 0, 0, NULL, "RFC 3339, or seconds since 1970"},
    {PROM "/query_range", "step", PARAM_TEXT, 0, 0, NULL, "seconds, or a span of time such as 5m"},
    {NULL, "timeout", PARAM_TEXT, 0, 0, NULL, "a span of time such as 30s"},
    {NULL, "lookback_delta", PARAM_TEXT, 0, 0, NULL, "a span of time such as 5m"},
    {NULL, "stats", PARAM_TEXT, 0, 0, NULL, "passed over"},
    {NULL, "match[]", PARAM_MANY, 0, 0, NULL, "a selector of series"},
    {NULL, "metric", PARAM_TEXT, 0, 0, NULL, "of this metric only"},
    {NULL, "limit_per_metric", PARAM_TEXT, 0, 0, NULL, "a number"},
};

static bool is_of(const char *want, const char *path)
{
    size_t n = strlen(want);

    return want[n - 1] == '*' ? strncmp(want, path, n - 1) == 0 : strcmp(want, path) == 0;
}

const struct param *param_find(const char *path, const char *name)
{
    const struct param *found = NULL;

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (strcmp(table[i].name, name) != 0 || (table[i].path && !is_of(table[i].path, path)))
            continue;
        if (table[i].path)
            return &table[i];
        found = found ? found : &table[i];
    }
    return found;
}
