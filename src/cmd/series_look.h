/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The series store of a state folder, of a Vigie that runs too, opened by who only reads: what a writer would mend stays as it is. Of one that runs it is what was committed, and what is merged just then may pass for damaged. */
#include "db/series.h"

/* io is that of its folder, and may not write from then on. series_release in any case. */
int series_look_open(struct series *s, struct journal_io *io, struct err *err);
/* Reads all files whose contents it does not know yet, as far as their checksums go: s->stats.damaged is how many places are damaged. */
int series_look_through(struct series *s, const struct journal_io *io, struct err *err);
