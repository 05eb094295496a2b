/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Writing JSON (RFC 8259) into a buffer, streaming: no tree. Commas are set by the writer. Bytes that are not UTF-8 are read as Latin-1; control characters, and
 * U+2028, U+2029 and '<', are written as escapes, so that an answer is safe wherever it is put. Reading JSON is jansson's.
 */
#include "base/buf.h"
#include "base/time.h"

#define JSON_DEPTH_MAX 32

/* Some programs have libjansson too, which calls its own json_object, json_array and json_null: none of ours may have the name of one of its functions. */
struct json {
    struct buf *out;
    unsigned depth;
    bool comma[JSON_DEPTH_MAX]; /* an element stands there already */
    bool after_key;
};

void json_init(struct json *j, struct buf *out);
void json_map(struct json *j); /* { */
void json_map_end(struct json *j);
void json_list(struct json *j);
void json_list_end(struct json *j);
void json_key(struct json *j, const char *key);
void json_str(struct json *j, struct str s);
void json_c(struct json *j, const char *s); /* NULL: null */
void json_i64(struct json *j, int64_t v);   /* a number */
void json_u64(struct json *j, uint64_t v);
void json_id(struct json *j, uint64_t v); /* 64-bit number as a string */
void json_bool(struct json *j, bool v);
void json_none(struct json *j);
void json_time(struct json *j, struct wall t); /* RFC 3339; 0: null */
/* Thousandths as a decimal number: 1500 -> 1.5 */
void json_milli(struct json *j, int64_t thousandths);
void json_raw(struct json *j, struct str text); /* a value that is JSON already */

/* key and value in one. */
void json_key_str(struct json *j, const char *key, struct str s);
void json_key_c(struct json *j, const char *key, const char *s);
void json_key_i64(struct json *j, const char *key, int64_t v);
void json_key_u64(struct json *j, const char *key, uint64_t v);
void json_key_id(struct json *j, const char *key, uint64_t v);
void json_key_bool(struct json *j, const char *key, bool v);
void json_key_time(struct json *j, const char *key, struct wall t);
