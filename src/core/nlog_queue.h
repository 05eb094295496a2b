/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Lines of the log on their way to the store. Each has a number, from 1 on, and is kept until it is known to be written, so that it can be handed over again to another store.
 * A mark between them says that behind it a new file begins: nothing behind it is handed over before it is passed, and the lines that a new file begins with are dropped where there is none.
 * Only so much is under way at a time. Bounds are its owner's affair. Pure.
 */
#include "base/buf.h"
#include "base/vec.h"

#define NLOG_QUEUE_UNDER_WAY (8u * 1024 * 1024) /* bytes handed over and not known to be written */
#define NLOG_QUEUE_CHUNK     (64u * 1024)       /* bytes of lines in one piece; a single line may be longer */

struct nlog_chunk {
    uint64_t first, n; /* lines of it; a mark has none */
    bool mark;
    uint64_t begins; /* of a mark: the last line that stands only in a new file; 0: there is none */
    struct buf text; /* each with its line end; of a mark: the name of the file before it, in the archive */
};

struct nlog_queue {
    VEC(struct nlog_chunk) chunk; /* the oldest first; the first `handed` of them were handed over */
    size_t handed;
    size_t bytes, under_way;
    bool ending;   /* nothing is held back any more */
    uint64_t last; /* number of the newest line; 0: there was none */
};

void nlog_queue_release(struct nlog_queue *q);
void nlog_queue_add(struct nlog_queue *q, struct str line); /* without line end */
void nlog_queue_mark(struct nlog_queue *q, struct str name);
void nlog_queue_begun(
    struct nlog_queue *q); /* the lines since the last mark are those a new file begins with */
/* The next piece to hand over; NULL: there is none, a mark is before it, or enough is under way. Borrowed until the next call of any of these. */
const struct nlog_chunk *nlog_queue_next(const struct nlog_queue *q);
void nlog_queue_handed(struct nlog_queue *q); /* that one was */
/* All up to that line is written. */
void nlog_queue_written(struct nlog_queue *q, uint64_t line);
uint64_t nlog_queue_reached(const struct nlog_queue *q); /* up to which line all is written */
void nlog_queue_again(
    struct nlog_queue *q); /* who it was handed to is gone: all of it is handed over again */
uint64_t nlog_queue_held(const struct nlog_queue *q); /* lines that are not handed over */
/* Everything before a mark is written: its name, borrowed as above. */
bool nlog_queue_at_mark(const struct nlog_queue *q, struct str *name);
void nlog_queue_pass(struct nlog_queue *q); /* that mark */
void nlog_queue_stay(struct nlog_queue *q); /* likewise, but there is no new file */
/* The end: no mark counts any more, and nothing is held back. */
void nlog_queue_drop_marks(struct nlog_queue *q);
