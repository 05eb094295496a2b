/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * May this request do this? Pure: from the request, who asks and the route's right to a verdict, default deny. The order of
 * the questions is the order of the checks in guard.c; tests/unit/test_guard.c walks all of them.
 */
#include "api/api.h"

enum guard_right {
    GUARD_OPEN = 1, /* without signing in: set-up and login. 0 is nobody's right, so a forgotten one denies */
    GUARD_SELF,     /* whoever has signed in, about himself */
    GUARD_READ,     /* viewer and above */
    GUARD_ACT,      /* operator and above */
    GUARD_ADMIN,
    GUARD_HERE, /* on this machine whoever asks, from elsewhere viewer and above; names nothing: /metrics */
};

struct guard_verdict {
    int status; /* 0: go on */
    const char *field;
    enum problem problem;
};

/* What a browser must not be made to send for another site: judged before anybody is asked who this is. */
struct guard_verdict guard_request(const struct api_request *q);
/* Asked by this machine itself: over loopback, and for nobody else (a reverse proxy asks over loopback, too). */
bool guard_is_here(const struct api_request *q);
/* The right; q->who is known. */
struct guard_verdict guard_right(const struct api_request *q, enum guard_right right);
const char *guard_right_word(enum guard_right right); /* "operator", for the documentation */
