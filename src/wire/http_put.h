/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The head of an answer of HTTP/1.1, made in this one place for every answer there is. */
#include "wire/http.h"

/* The line with the date, made once a second; zeroed memory is a valid one. */
struct http_date {
    int64_t second;
    char line[48];
    size_t n;
};
struct str http_put_date(struct http_date *d);

struct http_put {
    const char *always; /* header lines of every answer, each ended by CR LF */
    struct str date;
    bool ends;    /* the body is a->body, whole; else it comes in parts */
    bool chunked; /* the client knows these; else the end of the connection is the end of the body */
};

/* Adds status line and header lines; where it ends a->body is only counted. *keep: whether the connection goes on behind it. */
void http_put_head(struct buf *b, const struct http_answer *a, const struct http_put *how, bool *keep);
