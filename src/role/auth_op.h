/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the gate asks auth by name (MSG_AUTH_REQ), put to the store. Who asks for a change is told by name, and what he may is looked up here at that moment. */
#include "role/auth_people.h"

/* list: the answer to a question for many, as JSON; then r->user is the last of this page, if there is more. False: there is no such question, or not with so many arguments. */
bool auth_op(struct auth_store *s, struct auth_now now, struct str name, const struct str *arg, size_t n_args,
             struct auth_result *r, struct buf *list);
