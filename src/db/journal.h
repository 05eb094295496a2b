/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The journal: what Vigie remembers. One writer (role store). The bytes of a segment are described in db/segment.h; this is the folder of them.
 *
 * Files: STATE/journal/NNNNNNNNNNNNNNNN.vj, named by the first sequence number in hex (-K before the dot for another one begun at the same number, which
 * only happens after a failed sync). They are written one after the other, never changed once the next was begun.
 *
 * Numbers. The writer of records (the engine) numbers them 1, 2, 3 ... without end; the journal keeps these numbers. What was given up on a full
 * disk leaves a gap that is marked as such, so that a missing number without the mark is damage.
 *
 * Acknowledged means synced. journal_add only collects. journal_commit writes all that was collected as one batch and calls fdatasync once; only when it
 * returns 0 may anybody be told. When a write fails, the batch stays and the next commit writes it again at the same place. When a *sync* fails,
 * nothing is known about the pages (the kernel may have dropped them and call them clean): the segment is left for ever at its last synced
 * byte, and the batch goes to a new one.
 *
 * Checkpoint. After a new segment was begun (journal_asks_checkpoint) the engine hands over its whole state, a piece at a time, and between the pieces what changed meanwhile; these records stand in the segment,
 * mixed with ordinary ones in the order in which they came, closed by CHECKPOINT_END: they alone say what was so at the number that it has. A start reads from the newest segment whose checkpoint is complete. All records
 * a start needs are absolute, so reading them in order gives the last state. A checkpoint counts for the segment in which all of it stands: if the segment had
 * to be left meanwhile, its CHECKPOINT_END is not written and the engine is asked again.
 *
 * Full disk. Ahead of its end a segment always holds a reserve of allocated blocks. When no more can be allocated (low), samples (results of active
 * checks) are given up and states coalesced, and the rest goes into the reserve. When that is used up, or the disk is read-only or broken, records wait
 * in memory, bounded: first samples go, then older states of the same object, and last everything old. What was given up is counted. Of the last a deletion may have been one, so when
 * writing works again a new segment is begun, whose checkpoint says what is so, and a start reads nothing before it.
 *
 * Bounds. A segment ends at segment_bytes (or four times its checkpoint) or after a day; one whose checkpoint is awaited at unanswered_bytes, or where what is no checkpoint in it takes keep_bytes, and more than what is. Old ones are removed each time a segment begins: by total size, in which the one that begins counts as if it were full, and
 * by age, of these at most two, so that a clock that jumped cannot empty the folder; never the newest with a complete checkpoint or what follows it. Where these alone are more than keep_bytes it is said.
 */
#include "db/journal_read.h"

struct journal_options {
    uint64_t segment_bytes; /* 0 in any of these: the default; here at most a quarter of keep_bytes */
    uint64_t reserve;
    uint64_t queue_bytes; /* records waiting in memory */
    uint64_t keep_bytes;
    int64_t keep_us;
    uint32_t site;
    uint64_t
        known; /* a batch that was on disk ended with this number: a projection noted journal_held; 0: nobody knows */
};

struct journal_stats {
    uint64_t batches, records, bytes;         /* written by this process */
    uint64_t dropped_samples, dropped_states; /* given up on a full disk */
    uint64_t dropped_other;                   /* ... and what should never be */
    uint64_t failures;                        /* commits that failed */
};

struct journal {
    struct journal_io io;
    struct journal_options o;
    struct journal_list list; /* the last one is the current */
    size_t complete;          /* index of the newest with a complete checkpoint; 0 if there is none */
    bool has_complete;
    int handle;             /* of the current segment; -1: the next commit begins one */
    uint64_t at, allocated; /* end of what is synced; blocks are there up to */
    uint64_t checkpoint_bytes;
    uint64_t unanswered_bytes; /* a segment that nobody gives its checkpoint grows no further */
    uint64_t part_bytes;       /* in the current segment: of checkpoints, whole or not */
    uint64_t expect;           /* db/segment.h, at the end of the current segment */
    uint64_t written;          /* all ordinary numbers below are durable (or given up) */
    uint64_t next;             /* all ordinary numbers below were added */
    struct buf pending, done;  /* records to be written; the last batch that was */
    bool ask;                  /* a checkpoint is to be asked for */
    bool open, cut;            /* a checkpoint is under way; the current segment does not hold all of it */
    uint64_t open_last;        /* which one */
    bool low;                  /* the disk is full: only the reserve is left */
    bool rotate;               /* a new segment is wanted */
    bool lost; /* what no later record makes good was given up: the next segment's checkpoint does */
    bool mending, mended; /* that checkpoint is awaited; it is there, and was not told yet */
    char snapshot[SEGMENT_HASH + 1];
    char why[512]; /* why writing fails now, for people; empty: it does not */
    struct journal_stats stats;
    struct journal_damage damage; /* met at open */
    uint64_t torn;                /* bytes cut off at open */
    uint64_t lacks;               /* met at open: the first of known numbers that the end lacks; 0: none */
    uint64_t said_over;           /* no more than so many bytes, above the bound, are said again */
};

/* Opens the folder for writing: reads the end of the newest segment, cuts a torn batch off. What is known to have been on disk is not torn but damaged: it is named, nothing of it is cut off, and
 * the next commit begins a new segment. A disk that cannot be written to is no error (j->why says so after the first commit); a
 * newer version, a segment of another site or an unreadable folder is. */
int journal_open(struct journal *j, const struct journal_io *io, const struct journal_options *o,
                 struct err *err);
void journal_release(struct journal *j);

/* Numbers below `next` are taken: a projection has seen them. */
void journal_raise(struct journal *j, uint64_t next);
/* The snapshot that new segments name. */
void journal_set_snapshot(struct journal *j, const char *hash);
/* Collects an ordinary record. A number below j->next was there already (sent again after a reconnect): false. */
bool journal_add(struct journal *j, uint64_t seq, uint16_t kind, struct wall at, struct str payload);
/* Collects a record of the checkpoint that is named by `last`, the greatest number when it was begun. CHECKPOINT_END, which says up to which number all is in it, ends it. */
void journal_add_checkpoint(struct journal *j, uint64_t last, uint16_t kind, struct wall at,
                            struct str payload);
/* Collects a record of the store's own, which has no number: it stands among the others as one of a checkpoint does, and belongs to none. Lost with what waits on a full disk; it is said again. */
void journal_add_aside(struct journal *j, uint16_t kind, struct wall at, struct str payload);
/* Writes and syncs. 0: everything added is durable, and j->done holds it until the next commit. Otherwise j->why says why not, and it may be tried again at any time. */
int journal_commit(struct journal *j, struct wall now);
/* True once after a new segment was begun, or its checkpoint was spoilt: the engine is to be asked for one. */
bool journal_asks_checkpoint(struct journal *j);
/* The engine is new, or did not answer: what came of a checkpoint is void; asks again if the current segment has none. */
void journal_ask_again(struct journal *j);
bool journal_has_checkpoint(const struct journal *j); /* the current segment has a whole one */
/* The writer of records gave some up on its side, that is, before the numbers that are added now. */
void journal_lacks(struct journal *j);
/* True once after a checkpoint made good what was given up: what was made from the records before it is to be made anew. */
bool journal_mended(struct journal *j);
/* The greatest number that may be acknowledged. */
uint64_t journal_stored(const struct journal *j);
/* The last number that a batch on disk holds; above it, up to journal_stored, all was given up. */
uint64_t journal_held(const struct journal *j);
/* True if a segment that is kept was begun under that snapshot. */
bool journal_names_snapshot(const struct journal *j, const char *hash);
/* The earliest time that a segment was begun at, of those that say it: not that of the first, where the clock was set back. INT64_MAX: none does. */
struct wall journal_oldest(const struct journal *j);
/* The disk does not give a segment, or not now: what that names is not known. */
bool journal_refuses(const struct journal *j);
/* The time that the newest segment was begun at; 0: there is none. */
struct wall journal_begun(const struct journal *j);
/* A cursor from the newest complete checkpoint to the last synced record. j must not be written to while it is used. */
void journal_read_state(const struct journal *j, struct journal_reader *rd);
/* A cursor from the segment that holds seq (or the oldest) on. The first records may have lower numbers. */
void journal_read_from(const struct journal *j, uint64_t seq, struct journal_reader *rd);
/* The same from where another cursor stood, when that is still there. */
bool journal_read_at(const struct journal *j, const struct journal_stand *stand, struct journal_reader *rd);
