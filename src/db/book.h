/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a transaction of the history knows of objects, in memory until it ends: the newest span of each that was asked for, so that not every event asks the database; and what
 * belongs into the tables that are kept by object, spans and the places of events. It is written in the order of its keys: of an object's rows, which lie together, a page
 * is then read, changed and written once in a transaction and not once an event. What was written is read nowhere before it is (book_write).
 * While much is written in a row the newest spans are kept from one transaction to the next, of BOOK_OBJECTS objects at most.
 */
#include "base/map.h"
#include "base/vec.h"
#include "db/span.h"

#define BOOK_OBJECTS 150000u /* with their map about 20 MiB */

struct book_event { /* where an event of an object is found */
    uint64_t oid;
    int64_t at;
    uint64_t seq;
};

struct book {
    struct sql *sql;
    struct map place;        /* of an object in newest */
    VEC(struct span) newest; /* seq 0: the database has none */
    VEC(struct span) spans;  /* to be written; once in order, from the last to the first */
    VEC(struct book_event) events;
    bool in_order;
};

void book_init(struct book *b, struct sql *s);
/* The database is the only one that knows. What was not written is gone. */
void book_release(struct book *b);

/* The last span of an object: 1; 0: there is none, and *out says that nothing is known. */
int book_newest(struct book *b, uint64_t oid, struct span *out);
/* The next one of its object, whose newest was asked for. */
void book_add_span(struct book *b, const struct span *p);
void book_add_event(struct book *b, uint64_t oid, struct wall at, uint64_t seq);
/* Writes at most n of what was added. 1: there is more, 0: done. */
int book_write(struct book *b, size_t n);
