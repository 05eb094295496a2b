/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The list and one resource as they were at a moment (parameter as_of). Both answer when the parameter is there. */
#include "api/api.h"

extern const char *const past_query_list[], *const past_query_one[];
bool past_list(struct api *a, struct api_request *q);  /* false: no as_of */
const char *past_state_word(bool host, int64_t state); /* of a state_at row */
bool past_resource(struct api *a, struct api_request *q);
extern const char *const past_state_words[]; /* those of enum row_state, and of no state at all */
extern const struct shape past_list_shape, past_one_shape;
