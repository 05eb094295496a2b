/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * APIs of others that Vigie answers like, for their clients: which one an address is of, and how what goes wrong is told there. Ours is RFC 9457, made elsewhere. web and gate both
 * refuse, and in the same form.
 */
#include "base/buf.h"

enum dialect {
    DIALECT_OURS,
    DIALECT_PROMETHEUS, /* below /prometheus/ */
    DIALECT_CENTREON,   /* REST v2: below /centreon/api/, and below /api/ with one of its versions */
    DIALECT_NRDP,       /* /nrdp and below */
};

enum dialect dialect_of(struct str path);
/* "latest", "beta", "v24.04" */
bool dialect_is_centreon_version(struct str word);
/* The status as it is sent: clients of NRDP read what is wrong in the body, and take another status than 200 for a server that is away. */
int dialect_status(enum dialect d, int status);
/* The body of a refusal, not of DIALECT_OURS; json: NRDP's client has sent JSON. */
void dialect_refusal(enum dialect d, bool json, int status, struct str text, struct buf *out);
/* Its media type, also of DIALECT_OURS. */
const char *dialect_type(enum dialect d, bool json);
/* NRDP's own answer; status 0 or -1; note: n 0: none. */
void dialect_nrdp(bool json, int status, struct str message, struct str note, struct buf *out);
