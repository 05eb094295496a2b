/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Request bodies: one JSON object, read against a table of its members, which is ended by one without a name and stands beside the handler that reads it. A member that is unknown, missing, twice there, of
 * another type, too long or out of range is a problem that names it. The values are copied into the request's arena.
 */
#include "api/api.h"
#include "wire/json_read.h"

#define BODY_FIELDS_MAX 12

enum body_type {
    BODY_TEXT,
    BODY_LINE, /* a text without control characters */
    BODY_BOOL,
    BODY_INT,
    BODY_TIME,
    BODY_WORD,
    BODY_LIST, /* of texts */
    BODY_SCOPE,
    BODY_STATE, /* a word, in small or capital letters, or a number that a plugin would end with */
    BODY_IDS,   /* of lines; min and max: how many */
    BODY_MAP,   /* an object of lines; likewise */
};

struct body_field {
    const char *name; /* NULL: the end */
    enum body_type type;
    bool required;
    int64_t min, max;         /* length of a text in bytes, range of a number, how many a list may hold */
    const char *const *words; /* BODY_WORD, BODY_STATE: what it may be, ended by NULL */
    const char *doc;
    bool secret; /* it does not stand in the audit record */
};

struct body_value {
    bool there;
    struct str text; /* BODY_LIST: of texts, BODY_SCOPE: that, or null (everything); both as JSON */
    /* BODY_BOOL 0 or 1, BODY_INT, BODY_TIME in µs, BODY_WORD its place among the words, BODY_STATE likewise or BODY_NUMBER + the number */
    int64_t number;
    struct str *list; /* BODY_IDS; BODY_MAP: name, value, name, value */
    size_t n_list;
};
#define BODY_NUMBER 100

/* What is wrong with an object, and where. */
struct body_wrong {
    const char *field; /* NULL: the whole */
    enum problem problem;
    struct str arg[PROBLEM_ARGS];
};

/* By the table of the route, values[i] of its member i. False: answered with 400 or 422. An empty body counts as {}. */
bool body_read(struct api *a, struct api_request *q, struct body_value values[BODY_FIELDS_MAX]);
/* One object by any table; values has room for all of its members. False: *wrong says why, and nothing is answered. more: a second table, of the members that the first one has not; or NULL. */
bool body_take(struct api_request *q, const struct json_value *root, const struct body_field *fields,
               struct body_value *values, const struct body_field *more, struct body_value *more_values,
               struct body_wrong *wrong);
/* The body as JSON, one value; to be freed. NULL: answered with 400. */
struct json_value *body_parse(struct api *a, struct api_request *q);
/* "viewer, operator, admin" of words ended by NULL, in the request's arena. */
struct str body_words(struct api_request *q, const char *const *words);
