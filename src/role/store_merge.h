/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What an engine that starts is given besides a journal that is damaged: of each object the newer of what the journal and the database of states (db/current.h) know. A part of role
 * store; knows nothing of messages. While `wanted` the database is not written, for it knows what the journal lacks.
 */
#include "base/map.h"
#include "db/current.h"
#include "db/segment.h"

struct store;

/* The journal is damaged: what the database of states knows better. */
struct store_merge {
    bool wanted;     /* until a checkpoint makes the journal whole */
    bool on, over;   /* for the engine that starts now; all was given */
    uint64_t base;   /* what is so at this number stands in the checkpoint whole; 0: not known */
    struct map seen; /* what the journal gave: kind and id, or name, to number and how (store_merge.c) */
    size_t at;       /* next of them, once the database is read through */
    bool read_through;
    struct current_cursor cursor;
    uint64_t newer, gone; /* objects that were given, and taken out */
};

/* Up to which number the databases say that the journal was on disk; none is open yet. */
uint64_t store_merge_known(const struct store *s);
void store_merge_look(struct store *s); /* after all was opened: is it wanted? */
void store_merge_begin(struct store *s);
void store_merge_note(struct store *s, const struct segment_record *r); /* the engine is given this one */
/* Behind the last record of the disk: adds one that the database knows better to the batch: 1, 0 when there is no more. */
int store_merge_next(struct store *s);
void store_merge_said(
    struct store *s); /* the engine has all: says what it got, and has the journal made whole */
void store_merge_end(struct store *s);
