/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Comments and downtimes: those of one host or service as a part of it, and the lists of all. The board keeps them in no order; they are shown
 * by their numbers, which are unique over hosts and services.
 */
#include "api/api.h"
#include "wire/json.h"

/* The members "comments" and "downtimes" of a resource. */
void notes_of(struct json *j, const struct api *a, uint32_t idx);
/* "acknowledgement": who, when, what they said, and until when; null: there is none. Without author and time where its comment was deleted. */
void notes_acknowledgement(struct json *j, const struct api *a, uint32_t idx, const struct board_check *c);
extern const char *const notes_query[], *const notes_query_acknowledgements[];
void notes_acknowledgements(struct api *a, struct api_request *q); /* GET /acknowledgements */
void notes_comments(struct api *a, struct api_request *q);  /* GET /comments */
void notes_downtimes(struct api *a, struct api_request *q); /* GET /downtimes */
extern const struct shape notes_comments_shape, notes_downtimes_shape;
extern const struct shape notes_comment_shape, notes_downtime_shape, notes_acknowledgement_shape;
extern const struct shape notes_acknowledgements_shape;
