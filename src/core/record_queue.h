/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Records on their way to the store, in batches of consecutive numbers, each kept until it is durable. Bounded: when there is no more room, samples (results of active checks) are given up, from the oldest on; in their
 * places stands a GIVEN_UP, so that the numbers stay. Of what is handed over only the copy gets thin: its samples are lost, and counted, when it has to be handed over again. States, events and commands never are: when there is no room without samples either, the caller has to say everything anew.
 *
 * Only so much is under way at a time: what is not handed over yet can still be made smaller. Pure.
 */
#include "base/buf.h"
#include "base/vec.h"

#define RECORD_QUEUE_UNDER_WAY (16u * 1024 * 1024) /* bytes handed over and not acknowledged */

struct record_batch {
    uint64_t first, n;
    bool anew;     /* others were dropped before */
    bool thin;     /* its samples were given up */
    size_t handed; /* bytes when it was handed over; 0: it was not */
    uint64_t gone; /* samples that are given up if it is handed over again */
    struct buf records;
};

struct record_queue {
    VEC(struct record_batch) batch; /* the oldest first; the first `handed` of them were handed over */
    size_t handed;
    size_t bytes, under_way;
    uint64_t given_up; /* samples, ever */
};

void record_queue_release(struct record_queue *q);
/* Appends a batch of n records from number `first` on; `most`: bytes of all. False: there is no room, and it was not appended. */
bool record_queue_add(struct record_queue *q, struct str records, uint64_t first, uint64_t n, bool anew,
                      size_t most);
/* The next one to hand over; NULL: there is none, or enough is under way. Borrowed until the next call of any of these. */
const struct record_batch *record_queue_next(const struct record_queue *q);
void record_queue_handed(struct record_queue *q); /* that one was */
/* All up to seq is durable: what ends there is dropped. */
void record_queue_stored(struct record_queue *q, uint64_t seq);
void record_queue_again(
    struct record_queue *q); /* who it was handed to is gone: all of it is handed over again */
/* Does what is kept go on from number seq, of which the next to come is `next`? seq may be within the first batch: of a batch that was cut off on disk the front stays. */
bool record_queue_has(const struct record_queue *q, uint64_t seq, uint64_t next);
void record_queue_clear(struct record_queue *q);
/* A result of an active check in a framed record: the only kind that is given up. */
struct record_frame;
bool record_is_sample(const struct record_frame *f);
