/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Shared by the files of role/auth_store: refusals, and the waiting time after failures (role/auth_wait.c). */
#include "role/auth_store.h"

void auth_fail(struct auth_result *r, enum auth_code code, const char *field, enum problem p);

/*
 * After three failures each further one doubles the waiting time, up to half a minute, for the account and for the source
 * apart. Nobody is ever locked out; while one waits, no password is tried at all, so waiting costs the guesser, not us.
 */
int64_t auth_wait(const struct auth_store *s, struct mono now, struct str account, struct str source); /* 0: go on */
void auth_failed(struct auth_store *s, struct mono now, struct str account, struct str source);
void auth_succeeded(struct auth_store *s, struct str account, struct str source);
