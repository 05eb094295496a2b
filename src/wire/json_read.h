/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Reading JSON: jansson behind a few functions, so that its names do not meet those of the writer (wire/json), and that depth, doubled keys and
 * NUL are judged in one place. A value borrows from its root; texts are valid UTF-8.
 */
#include "base/err.h"
#include "base/str.h"

struct json_value;
enum json_read_type {
    JSON_NOTHING,
    JSON_IS_NULL,
    JSON_IS_BOOL,
    JSON_IS_INT,
    JSON_IS_REAL,
    JSON_IS_TEXT,
    JSON_IS_ARRAY,
    JSON_IS_OBJECT
};

/* Takes one value off the front of *rest (blanks behind it too). NULL, and err with line and column, when there is none, when it is nested
 * deeper than LIMIT_JSON_DEPTH, or holds a key twice. */
struct json_value *json_read(struct str *rest, struct err *err);
void json_read_free(struct json_value *root); /* NULL allowed */

enum json_read_type json_read_type(const struct json_value *v); /* NULL: JSON_NOTHING */
bool json_read_is(const struct json_value *v);                  /* of a bool */
int64_t json_read_int(const struct json_value *v);              /* 0 of anything that is no whole number */
/* A number, also one with a fraction, in thousandths; false of anything else and beyond a million million. */
bool json_read_milli(const struct json_value *v, int64_t *thousandths);
struct str json_read_text(const struct json_value *v); /* p NULL of anything that is no text */
/* NULL: not there */
const struct json_value *json_read_member(const struct json_value *object, const char *key);
size_t json_read_length(const struct json_value *array); /* 0 of anything that is no array */
const struct json_value *json_read_element(const struct json_value *array, size_t i);
/* The members of an object, in the order they stand: false at the end. *at begins as NULL. */
bool json_read_next(const struct json_value *object, void **at, struct str *key,
                    const struct json_value **value);
/* Once, before a sandbox closes: hashing gets its random seed, for which jansson would open a file. */
void json_read_init(void);
struct buf;
void json_read_copy(const struct json_value *v, struct buf *out); /* as text again, compact */
