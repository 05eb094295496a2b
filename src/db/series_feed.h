/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Performance data into the series store: each item that has a number is a measurement, in base units (core/perf.h: perf_base), with the time of its result. What is not taken is counted by its
 * reason, and the last one of them is remembered. A unit that nobody knows is kept as it is, under PERF_OTHER.
 *
 * What is said beside a value (db/bounds.h) is put into `words` when it is another thing than last time. A series may say SERIES_WORDS_BURST other things at once, and then one in SERIES_WORDS_US: what says
 * another thing at each check does not grow without end. Another unit has as much again for itself, which what says other thresholds all the time does not use up. What is hours late has the same once more.
 */
#include "db/bounds.h"
#include "db/series.h"
#include "db/series_refused.h"

#define SERIES_WORDS_US    (5 * TIME_MIN)
#define SERIES_WORDS_BURST 20

/* Why a measurement is not taken, or what stands beside it. */
enum series_refusal {
#define REFUSAL(id, name, en, fr) SERIES_##id,
#include "core/refusal.def"
#undef REFUSAL
    SERIES_REFUSAL_COUNT
};

struct series_feed {
    struct series *s;
    struct buf *words; /* borrowed: what was said (series_words_next); NULL: that is not wanted */
    uint64_t taken;
    uint64_t refused[SERIES_REFUSAL_COUNT];
    struct series_refused by_object; /* but of U */
    struct {                         /* the last that was refused for another reason than U; oid 0: none */
        uint64_t oid;
        enum series_refusal why;
        char label[64]; /* its begin, or that of the piece that cannot be read, as written */
    } last;
};

struct series_feed_result {
    uint64_t oid, seq; /* number in the journal */
    struct str perfdata;
    struct str cut; /* more of it, that a limit took: counted only */
    bool cut_more;  /* and more behind, of which nothing is known */
    struct wall at, now;
    enum series_refusal
        untimed; /* OLD, AHEAD: of what time it is is not known, so nothing of it is taken; else 0 */
    bool again;  /* its measurements are in the store: only the words count */
};

/* E_IO: the store has failed. Everything else is counted. */
int series_feed(struct series_feed *f, const struct series_feed_result *r);

/* Takes the next of the words off *rest; what it gives is borrowed. False at the end. */
bool series_words_next(struct str *rest, struct series_key *k, uint64_t *seq, struct bounds_row *row);
