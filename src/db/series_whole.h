/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Writes a whole file or a part (db/series_record.h): series in order, then the index, then the END that makes it count. */
#include "db/series_file.h"

struct series_whole {
    struct series_file file;
    struct buf out;
    VEC(struct series_place) place;
    uint64_t samples;
    bool begun;
    /* The end, once it is begun: */
    size_t indexed; /* places that stand in pages */
    struct buf top; /* what TOP says of them */
    uint64_t oid;   /* of the page before */
    struct series_end end;
    bool top_put;
};

/* Makes the file, of about so many series; no key may be put before the others in the order of oid and hash. */
int series_whole_begin(struct series_whole *w, const struct journal_io *io, const struct series_header *h,
                       size_t series);
/* A chunk of n measurements. again: of the same series as the one before. */
void series_whole_put(struct series_whole *w, const struct series_key *k, bool again, struct str chunk,
                      size_t n);
/* What was put is worth to be written: in a step by itself. */
bool series_whole_full(const struct series_whole *w);
int series_whole_flush(struct series_whole *w, const struct journal_io *io);
/* Index, END, sync, in steps of some milliseconds: 1: there is more to do; 0: the file counts, and w->file is the caller's; E_*. */
int series_whole_end(struct series_whole *w, const struct journal_io *io);
/* Gives it up: the file is removed. */
void series_whole_drop(struct series_whole *w, const struct journal_io *io);
void series_whole_release(struct series_whole *w); /* all but w->file */
