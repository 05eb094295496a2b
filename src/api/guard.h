/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * May this request do this? Pure: from the request, who asks and the route's right to a verdict, default deny. The order of
 * the questions is the order of the checks in guard.c; tests/unit/test_guard.c walks all of them.
 */
#include "api/api.h"
#include "api/right.h"

/* Of which hosts and services a route speaks, and so what becomes of those that who asks may not see (api_request.sight). */
enum guard_scope {
    SCOPE_MISSING,  /* of a route that names none: denied */
    SCOPE_RESOURCE, /* of the one in the path: what is not seen is not there (404) */
    SCOPE_LIST,     /* of many: what is not seen is neither shown nor counted nor found by its name */
    SCOPE_ALL,      /* of all of them, or of what rules them: only for who sees everything (403) */
    SCOPE_NONE,     /* of none */
};

struct guard_verdict {
    int status; /* 0: go on */
    const char *field;
    enum problem problem;
    enum right right; /* of PROBLEM_NEEDS_RIGHT and PROBLEM_NEEDS_EVERYTHING: which one */
};

/* What a browser must not be made to send for another site: judged before anybody is asked who this is. */
struct guard_verdict guard_request(const struct api_request *q);
/* Asked by this machine itself: over loopback, and for nobody else (a reverse proxy asks over loopback, too). */
bool guard_is_here(const struct api_request *q);
/* The right, and the scope; q->who is known. */
struct guard_verdict guard_right(const struct api_request *q, enum right right);
struct guard_verdict guard_scope(enum guard_scope scope, const struct sight *sight, enum right right);
/* Who sees things as somebody else does (X-View-As) only looks, and must have the right to, of everything; q->who is who really asks. */
struct guard_verdict guard_view_as(const struct api_request *q, struct sights *sights);
