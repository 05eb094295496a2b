/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Request bodies: one flat JSON object, read against a table of its members, which is ended by one without a name and stands beside the handler that reads it. A member that is unknown, missing, twice there, of
 * another type, too long or out of range is a problem that names it. The values are copied into the request's arena.
 */
#include "api/api.h"

#define BODY_FIELDS_MAX 12

enum body_type { BODY_TEXT, BODY_LINE, BODY_BOOL, BODY_INT, BODY_TIME, BODY_WORD, BODY_LIST, BODY_SCOPE };

struct body_field {
    const char *name;    /* NULL: the end */
    enum body_type type; /* BODY_LINE: a text without control characters */
    bool required;
    int64_t min, max;         /* length of a text in bytes, range of a number, how many a list may hold */
    const char *const *words; /* BODY_WORD: what it may be, ended by NULL */
    const char *doc;
    bool secret; /* it does not stand in the audit record */
};

struct body_value {
    bool there;
    struct str text; /* BODY_LIST: of texts, BODY_SCOPE: that, or null (everything); both as JSON */
    int64_t number;  /* BODY_BOOL 0 or 1, BODY_INT, BODY_TIME in µs, BODY_WORD its place among the words */
};

/* By the table of the route, values[i] of its member i. False: answered with 400 or 422. An empty body counts as {}. */
bool body_read(struct api *a, struct api_request *q, struct body_value values[BODY_FIELDS_MAX]);
/* "viewer, operator, admin" of words ended by NULL, in the request's arena. */
struct str body_words(struct api_request *q, const char *const *words);
