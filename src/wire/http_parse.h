/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The head of an HTTP/1.1 request, read strictly: what RFC 9112 lets a server refuse is refused, so that no two readers
 * of one byte stream can disagree. No bare CR or LF, no folded lines, no blank before a colon, one Host, at most one
 * Content-Length, no Transfer-Encoding, an origin-form target. Pure; the result borrows from the bytes.
 */
#include "base/str.h"

#define HTTP_FIELDS_MAX 64

struct http_field {
    struct str name, value; /* value trimmed */
};
struct http_head {
    struct str method, target, path,
        query;      /* path begins with '/'; query without '?', p NULL if there was none */
    unsigned minor; /* HTTP/1.minor: 0 or 1 */
    bool keep_alive, expect_continue, has_length;
    uint64_t length; /* of the body */
    struct http_field field[HTTP_FIELDS_MAX];
    size_t n_fields;
};

/* The length of the head with its empty line, 0: not complete yet. scanned: bytes known to hold no end, for the next call. */
size_t http_parse_end(struct str bytes, size_t *scanned);
/* 0, or the status of the refusal (400, 431, 501, 505); why is a sentence for the client. */
int http_parse_head(struct str bytes, struct http_head *out, const char **why);
/* The value of a field, name in lower case; p NULL: not there. */
struct str http_parse_field(const struct http_head *h, const char *name);
