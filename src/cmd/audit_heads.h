/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the journal of a state folder remembers of the audit record: its heads, for who verifies that. */
#include "base/err.h"
#include "db/audit_read.h"

struct audit_heads {
    VEC(struct audit_head) v;
};

/* state: the state folder. 0, or E_*: there is no journal that can be read. Ask before the record is read, for that goes on meanwhile. */
int audit_heads_read(struct audit_heads *h, const char *state, struct err *err);
void audit_heads_release(struct audit_heads *h);
