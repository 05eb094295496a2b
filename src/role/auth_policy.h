/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a new password must be: long rather than intricate, not the user's name, not one of those that everybody tries.
 * The set-up page says the same while typing (ui/src/password.ts); the last word is here.
 */
#include "api/problem.h"
#include "base/str.h"

#define AUTH_PASSWORD_MIN 12   /* characters */
#define AUTH_PASSWORD_MAX 1024 /* bytes */

/* PROBLEM_NONE: good. */
enum problem auth_policy_password(struct str password, struct str user);
/* Letters, digits, '.', '_', '-', '@'; 1 to 64; not "-" alone, which is none. */
bool auth_policy_name(struct str name);
