/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Who AuthUser of a Livestatus request is: a user of Vigie, whom auth knows, and then his grants say what is answered, as on the page; or nobody there, and then it may be the name of a contact
 * (docs/decisions/0036). What auth said is remembered for a moment, as of those who sign in, and forgotten when users, groups or roles change.
 *
 *   livestatus_who_known -> false: ask auth ("grants", the name) -> livestatus_who_said
 */
#include "api/api.h"
#include "api/livestatus.h"

/* False: auth has to be asked. *e is to be released. */
bool livestatus_who_known(struct api *a, struct str name, struct livestatus_eyes *e);
/* The answer of auth to that; false: it cannot say, and then nothing is answered. */
bool livestatus_who_said(struct api *a, struct str name, const struct api_answer *x,
                         struct livestatus_eyes *e);
void livestatus_eyes_release(struct api *a, struct livestatus_eyes *e);
