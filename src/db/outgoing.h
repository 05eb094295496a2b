/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Measurements on their way to another store: what the results of a stretch of the journal bring, with the names of their objects, and its two forms. A measurement is what series_feed takes: an
 * item with a number, in base units, at the moment its check began, down to the millisecond; of two of a series with one time the later word counts.
 *
 * As docs/SERIES.md has it there is one metric, vigie_perfdata, with the labels host, service (not of a host's own), label and unit (not where there is none), and those that the
 * configuration adds (core/labels.h).
 */
#include "base/vec.h"
#include "core/labels.h"
#include "core/perf.h"
#include "core/record.h"

struct outgoing_sample {
    size_t key; /* where in keys: host, service, label, unit, each NUL-ended */
    size_t key_n;
    int64_t ms;
    struct perf_value v; /* in base units */
};

struct outgoing {
    struct buf keys;
    VEC(struct outgoing_sample) v;
};

void outgoing_init(struct outgoing *o);
void outgoing_release(struct outgoing *o);
void outgoing_clear(struct outgoing *o);
/* What a result brings is put behind the others; nothing if it is no output of a plugin. */
void outgoing_add(struct outgoing *o, struct str host, struct str service, const struct record_result *r);
/* In the order of their times, each once. Nothing is to be added after. */
void outgoing_sort(struct outgoing *o);
/* The last place from..to-1 whose series has no measurement before it there. What is sent at this place first is out of the order of nothing. */
size_t outgoing_last_first(const struct outgoing *o, size_t from, size_t to);
/* Those from..to-1 as the body of a remote write, before compression; as Influx lines. */
void outgoing_remote(const struct outgoing *o, size_t from, size_t to, const struct labels *l, struct buf *b);
void outgoing_influx(const struct outgoing *o, size_t from, size_t to, const struct labels *l, struct buf *b);

/* How far a target is, as it stands on disk: "vigie-export 1 DONE MARKED": all up to the first number is there, and what was sent at most up to the second. False: it is not that. */
bool outgoing_place(struct str text, uint64_t *done, uint64_t *marked);
