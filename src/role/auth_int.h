/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Shared by the files of role/auth_store: refusals, and the waiting time after failures (role/auth_wait.c). */
#include "role/auth_store.h"

void auth_fail(struct auth_result *r, enum auth_code code, const char *field, enum problem p);

/*
 * After some failures each further one doubles the waiting time, up to half a minute: after three for an account from one source, after ten for a source
 * whatever the account, after twenty for an account whatever the source - but for this last not where the account has signed in from since the start, so that
 * nobody can keep an administrator out by guessing. While one waits no password is tried at all, so waiting costs the guesser, not us.
 */
int64_t auth_wait(const struct auth_store *s, struct mono now, struct str account,
                  struct str source); /* 0: go on */
void auth_failed(struct auth_store *s, struct mono now, struct str account, struct str source);
void auth_succeeded(struct auth_store *s, struct str account, struct str source);
