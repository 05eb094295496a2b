/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What somebody may do has changed, or his sessions have ended: nothing goes on by what was known before. Called when auth has answered, so that whoever is asked about from then on is judged anew. Streams end
 * (browsers come again by themselves), answers under way are broken off, jobs ask auth again before they do more, what goes step by step stops, and Livestatus judges AuthUser again. Done before:
 * it is done.
 */
#include "api/api.h"

void revoke_name(struct api *a, struct api_request *q,
                 struct str name); /* a user or token; q, which did it, is answered */
void revoke_all(struct api *a, struct api_request *q);
/* One session has ended, by what it is found by (api_who.key). */
void revoke_session(struct api *a, struct api_request *q, const unsigned char key[HASH_SHA256_BYTES]);
