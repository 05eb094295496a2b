/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Finds the compiled-in asset (role/assets.h) a request asks for, and how to send it: brotli, gzip or identity, whole or "not modified". */
#include "wire/http_parse.h"

struct web_asset_answer {
    int status; /* 200, 304 or 404 */
    struct str headers[6];
    size_t n_headers;
    struct str body;    /* borrowed from the program */
    char etag_line[96]; /* headers point into this struct: do not copy it */
    char type_line[96];
    char coding_line[32];
};

/* False: there is no such asset. */
bool web_asset_find(const struct http_head *h, struct web_asset_answer *out);
/*
 * What a person at an address without anything gets: the page, which says so, with status 404. False: whoever asks reads no
 * HTML, or only as well as anything.
 */
bool web_asset_missing(const struct http_head *h, struct web_asset_answer *out);
