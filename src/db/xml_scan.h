/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A small reader of XML for what other programs' tools write (db/rrd_dump.h, db/rrd_pnp.h): bytes are fed in pieces of any size, tags and texts come out. Knows elements, texts, CDATA, the five
 * named entities and numbers; comments, declarations and processing instructions are passed over, attributes too. No entity can be defined, nothing is fetched.
 *
 * Strict: tags must match, there is one root, and a piece (tag, text, comment) has at most XML_PIECE_MAX bytes, elements stand in one another at most XML_DEPTH_MAX deep. A text is
 * given only within an element that has no other element in it, without blanks at its ends, with its end tag.
 */
#include "base/buf.h"
#include "base/err.h"

#define XML_PIECE_MAX 65536u
#define XML_DEPTH_MAX 16u
#define XML_NAME_MAX  64u

struct xml_scan {
    /* Called for each element: when it begins (text is STR_NULL, end is false) and when it ends (with its text, empty if it holds elements). depth: 1 is the root. Below 0: ends the reading with
       that code. */
    int (*each)(void *user, unsigned depth, struct str name, bool end, struct str text);
    void *user;
    struct buf rest; /* not understood yet: the begin of a piece */
    struct buf text; /* of the innermost element */
    struct {
        char name[XML_NAME_MAX];
        bool inner; /* it holds elements */
    } open[XML_DEPTH_MAX];
    unsigned depth;
    bool rooted;     /* the root began */
    uint64_t offset; /* of rest, from the begin: for errors */
};

void xml_scan_init(struct xml_scan *x,
                   int (*each)(void *user, unsigned depth, struct str name, bool end, struct str text),
                   void *user);
void xml_scan_release(struct xml_scan *x);
/* E_FORMAT with the place in bytes, E_LIMIT, or what `each` returned. After an error nothing more may be fed. */
int xml_scan_feed(struct xml_scan *x, struct str bytes, struct err *err);
/* Nothing more comes: E_FORMAT if something is missing. */
int xml_scan_end(struct xml_scan *x, struct err *err);
