/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the routes about users, groups, roles, tokens and sessions share. */
#include "api/body.h"
#include "api/right.h"

/* The rights that who asks has for everything: nobody gives more than that. */
uint64_t people_rights(const struct api_request *q);
struct str people_asker(
    struct api_request
        *q); /* who asks: auth knows what he may when it is done, which may be less than when he asked */
/* The rights of a JSON list, by words and commas, in the arena; p NULL: answered with 422, one is not known. */
struct str people_read_rights(struct api *a, struct api_request *q, struct str json);
struct str people_list(const struct body_value *v);  /* of a member that may be left out: [] */
struct str people_scope(const struct body_value *v); /* ... null */
/* Asks auth, and answers {"ok":true} with status; recorded as what, of the object's name. What was remembered of anybody's rights is forgotten then. */
void people_change(struct api *a, struct api_request *q, const char *op, const struct str *args, size_t n,
                   int status, const char *what, struct str name);
/* {"key": the list, "next": the cursor of the next page} of a list; `cursor` is the parameter of that name. */
extern const char *const people_query[];
void people_page(struct api *a, struct api_request *q, const char *op, const char *key);
