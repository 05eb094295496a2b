/* SPDX-License-Identifier: Apache-2.0 */
#include "api/guard.h"

#include "api/route.h"
#include "wire/http_text.h"

#include <string.h>

static const struct guard_verdict pass = {0, NULL, PROBLEM_NONE, RIGHT_NOBODY};

static struct guard_verdict refuse(int status, const char *field, enum problem p)
{
    return (struct guard_verdict){status, field, p, RIGHT_NOBODY};
}

static bool is_safe(struct str method)
{
    return str_eq_c(method, "GET") || str_eq_c(method, "HEAD");
}

/* "http://host:port" of the page that sends must be the address it sends to. */
static bool origin_is_ours(const struct api_request *q)
{
    struct str origin = q->origin, scheme = q->tls ? STR("https://") : STR("http://");

    return str_starts(origin, scheme) && str_ieq(str_sub(origin, scheme.n, origin.n), q->host);
}

static bool is_type(struct str type, struct str want)
{
    struct str rest = type;

    return str_ieq(str_trim(str_cut(&rest, ';')), want);
}

static bool is_readable(const struct api_request *q)
{
    if (q->route && q->route->rows && is_type(q->content_type, STR("application/x-ndjson")))
        return true;
    return q->route && q->route->form ? is_type(q->content_type, STR("application/x-www-form-urlencoded"))
                                      : is_type(q->content_type, STR("application/json"));
}

struct guard_verdict guard_request(const struct api_request *q)
{
    if (q->source == API_BY_LOCAL) /* no browser there */
        return pass;
    if (q->fetch_site.p && !str_eq_c(q->fetch_site, "same-origin") && !str_eq_c(q->fetch_site, "none"))
        return refuse(403, "Sec-Fetch-Site", PROBLEM_OTHER_SITE);
    if (is_safe(q->method))
        return pass;
    if (q->origin.p && !origin_is_ours(q))
        return refuse(403, "Origin", PROBLEM_OTHER_SITE);
    if ((q->body.n || q->asks) && q->content_encoding.n && !str_ieq(q->content_encoding, STR("identity")))
        return refuse(415, "Content-Encoding", PROBLEM_BODY_CODED);
    if ((q->body.n || q->asks) && !(q->route && q->route->secret) && !is_readable(q))
        return refuse(415, "Content-Type",
                      q->route && q->route->form   ? PROBLEM_BODY_FORM
                      : q->route && q->route->rows ? PROBLEM_ROWS_TYPE
                                                   : PROBLEM_BODY_TYPE);
    return pass;
}

static bool equal(struct str a, const char *b)
{
    size_t n = strlen(b);
    unsigned char diff = a.n != n;

    for (size_t i = 0; i < a.n && i < n; i++)
        diff |= (unsigned char)(a.p[i] ^ b[i]);
    return diff == 0 && n > 0;
}

bool guard_is_here(const struct api_request *q)
{
    return q->source == API_BY_LOCAL || (http_text_is_loopback(q->peer) && !q->forwarded);
}

struct guard_verdict guard_right(const struct api_request *q, enum right right)
{
    enum right needed = right == RIGHT_HERE ? RIGHT_PLATFORM_READ : right;

    if (right == RIGHT_OPEN || (right == RIGHT_HERE && guard_is_here(q)))
        return pass;
    if (right != RIGHT_SELF && !right_row(needed)) /* a route without a right */
        return refuse(403, NULL, PROBLEM_NOBODY_MAY);
    if (q->who.by == API_BY_NOBODY)
        return refuse(401, NULL, q->route && q->route->secret ? PROBLEM_SIGN_IN_THERE : PROBLEM_SIGN_IN);
    if (right != RIGHT_SELF && !(q->who.rights & right_bit(needed)))
        return (struct guard_verdict){403, NULL, PROBLEM_NEEDS_RIGHT, needed};
    if (q->who.by == API_BY_SESSION && !(q->route && q->route->secret) && !is_safe(q->method) &&
        !equal(q->csrf, q->who.csrf))
        return refuse(403, "X-CSRF", PROBLEM_NEEDS_CSRF);
    return pass;
}

struct guard_verdict guard_scope(enum guard_scope scope, const struct sight *sight, enum right right)
{
    if (scope == SCOPE_MISSING)
        return refuse(403, NULL, PROBLEM_NOBODY_MAY);
    if (scope == SCOPE_ALL && sight)
        return (struct guard_verdict){403, NULL, PROBLEM_NEEDS_EVERYTHING, right};
    return pass;
}

struct guard_verdict guard_view_as(const struct api_request *q, struct sights *sights)
{
    uint64_t bit = right_bit(RIGHT_USERS_VIEW_AS);

    if (q->who.by == API_BY_NOBODY)
        return refuse(401, NULL, PROBLEM_SIGN_IN);
    if (!is_safe(q->method) || (q->route && q->route->audited)) /* Centreon's clients sign out by GET */
        return refuse(403, "X-View-As", PROBLEM_VIEW_AS_LOOKS);
    if (!(q->who.rights & bit))
        return (struct guard_verdict){403, "X-View-As", PROBLEM_NEEDS_RIGHT, RIGHT_USERS_VIEW_AS};
    return guard_scope(SCOPE_ALL, who_sight(&q->who, bit, sights), RIGHT_USERS_VIEW_AS);
}
