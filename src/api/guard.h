/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * May this request do this? Pure: from the request, who asks and the route's right to a verdict, default deny. The order of
 * the questions is the order of the checks in guard.c; tests/unit/test_guard.c walks all of them.
 */
#include "api/api.h"
#include "api/right.h"

struct guard_verdict {
    int status; /* 0: go on */
    const char *field;
    enum problem problem;
    enum right right; /* of PROBLEM_NEEDS_RIGHT: which one */
};

/* What a browser must not be made to send for another site: judged before anybody is asked who this is. */
struct guard_verdict guard_request(const struct api_request *q);
/* Asked by this machine itself: over loopback, and for nobody else (a reverse proxy asks over loopback, too). */
bool guard_is_here(const struct api_request *q);
/* The right; q->who is known. */
struct guard_verdict guard_right(const struct api_request *q, enum right right);
