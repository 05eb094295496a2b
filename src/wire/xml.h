/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Reading small XML documents, piece by piece: elements, attributes, text. Strict: well-formed, UTF-8 (or without a declaration of another coding), the five entities and numbered
 * characters only. A document type declaration is refused, and with it every entity of the document's own and everything that is fetched. Depth and length are bounded. No tree is made.
 */
#include "base/buf.h"
#include "base/err.h"

#define XML_DEPTH_MAX 16u
#define XML_NAME_MAX  64u
#define XML_ATTRS_MAX 16u

enum xml_kind { XML_END, XML_OPEN, XML_CLOSE, XML_TEXT, XML_WRONG };

struct xml_attr {
    struct str name, value; /* the value is in the reader's text, decoded */
};

struct xml {
    struct str all, rest;
    struct str open[XML_DEPTH_MAX];
    size_t depth;
    bool empty, seen_root; /* empty: the close of <a/> is still to be told */
    /* of the last piece, valid until the next */
    struct str name; /* XML_OPEN, XML_CLOSE */
    struct buf text; /* XML_TEXT: decoded */
    struct xml_attr attr[XML_ATTRS_MAX];
    size_t n_attr;
    struct err *err;
};

void xml_init(struct xml *x, struct str document, struct err *err);
/* XML_WRONG: err says what and in which line. Comments and processing instructions are passed over. */
enum xml_kind xml_next(struct xml *x);
struct str xml_attr(const struct xml *x, const char *name); /* p NULL: not there */
void xml_release(struct xml *x);
