/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The small texts inside HTTP: percent-coding, query strings, cookies, weighted lists, host names, dates. Everything
 * here comes from strangers: nothing is trusted, nothing is repaired. No allocation but into the caller's buffer.
 */
#include "base/buf.h"
#include "base/time.h"

/* Appends s with %XX decoded (plus: also '+' to a blank, as queries are coded). False: a bad escape, a NUL, or not
 * valid UTF-8 in the end; out may then hold a part. */
bool http_text_unescape(struct str s, bool plus, struct buf *out);
/* Appends s so that it may stand in a query value or a path segment. */
void http_text_escape(struct str s, struct buf *out);

/* The next name=value of a query, undecoded, empty parts skipped. False at the end. */
bool http_text_query_next(struct str *rest, struct str *name, struct str *value);
/* The value of a cookie in a Cookie field; the first one counts. False: not there. */
bool http_text_cookie(struct str field, struct str name, struct str *value);
/* The weight (0..1000) that a list such as Accept-Encoding or Accept-Language gives to word: the entry itself, for a
 * language also its region forms ("fr-CA" for "fr"); otherwise what "*" says; -1 when nothing applies. */
int http_text_weight(struct str list, struct str word);
/* "If-None-Match" against an entity tag with its quotes; weak comparison. */
bool http_text_etag_matches(struct str list, struct str etag);

/* Cuts "name", "name:80", "[::1]:80" into its parts. port 0: none given. False: not a host. */
bool http_text_host(struct str field, struct str *name, unsigned *port);
/* localhost and its subdomains, 127.0.0.0/8, ::1. */
bool http_text_is_loopback(struct str name);

/* Appends what the text codes in base64 (RFC 4648, with its padding). False: it is none. */
bool http_text_base64(struct str s, struct buf *out);

bool http_text_is_token(struct str s); /* an RFC 9110 token, at least one character */
/* "Mon, 23 Nov 2026 09:58:42 GMT" */
void http_text_date(struct wall t, struct buf *out);
const char *http_text_reason(int status); /* "Not Found" */
