/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A host or service in the words of Centreon's REST v2: the row of monitoring/resources, in the names that each version has for its members, and the fields it can be searched by.
 */
#include "api/row.h"
#include "api/shape.h"

/* Ids are whole numbers there, and its clients keep them in doubles: 0 for one that is not known yet (a moment after the first start), or beyond what these hold. */
#define CENTREON_ID_MAX (UINT64_C(1) << 53)
uint64_t centreon_row_id(struct api *a, uint32_t idx);
uint32_t centreon_row_find(struct api *a, int64_t id); /* MODEL_NONE: there is none */

struct centreon_field;
const struct centreon_field *centreon_row_field(struct str name); /* NULL: there is none */
/* p NULL: it has none (the service of a host). Yes and no are 1 and 0. */
struct str centreon_row_text(struct api *a, const struct sight *sight, const struct centreon_field *f,
                             uint32_t idx, struct buf *scratch);

/* "OK", 0, 5: its name, its number, how pressing it is (1 is the most) */
const char *centreon_row_status(enum row_state s);
unsigned centreon_row_code(enum row_state s);
unsigned centreon_row_pressing(enum row_state s);
/* In downtime itself, or by its host. */
bool centreon_row_in_downtime(const struct api *a, uint32_t idx);

/* old: the names of before 23.10 */
extern const struct shape centreon_row_shape;
void centreon_row_write(struct api *a, const struct sight *sight, uint32_t idx, bool old, struct json *j,
                        struct buf *scratch);
