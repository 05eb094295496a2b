/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The search language of Centreon's REST v2: JSON such as {"$and":[{"h.name":{"$lk":"web%"}},{"status_code":{"$in":[1,2]}}]}. Aggregators $and and $or; operators $eq $neq $lt $le $gt $ge
 * $lk $nk $in $ni $rg; {"name":"x"} is $eq; several members of one object must all be true. Names are compared as they are, $lk, $nk and $rg without regard to capitals. Patterns are
 * POSIX extended regular expressions that take no longer than text times pattern (base/ere.h).
 */
#include "api/api.h"

struct centreon_search;
/* NULL and a sentence in err: it is wrong, too long or too deep. */
struct centreon_search *centreon_search_new(struct str json, struct err *err);
void centreon_search_free(struct centreon_search *s); /* NULL allowed */
bool centreon_search_matches(struct api *a, const struct sight *sight, struct centreon_search *s,
                             uint32_t idx);
