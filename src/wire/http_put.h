/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The head of an answer of HTTP/1.1, made in this one place for every answer there is. */
#include "wire/http.h"

struct http_put {
    const char *always; /* header lines of every answer, each ended by CR LF */
    bool ends;          /* the body is a->body, whole; else it comes in parts */
    bool chunked;       /* the client knows these; else the end of the connection is the end of the body */
    bool head_only;     /* HEAD: no body is sent */
};

/* Adds status line and header lines, and the body where it ends. *keep: whether the connection goes on behind it. */
void http_put_head(struct buf *b, const struct http_answer *a, const struct http_put *how, bool *keep);
