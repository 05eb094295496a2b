/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The sights of all who ask, each text once (core/sight.h): a hundred people of one group share one bitmap. They are evaluated when they are first asked for, and again with each world. Pointers stay
 * good until a sweep in which nobody marks them; it is for who keeps them (requests, streams, the cache of who asks) to do so.
 */
#include "core/sight.h"

#define SIGHTS_MANY 256u /* with so many, those of nobody are dropped before another one is made */

struct sights;
struct sights *sights_new(void);
void sights_free(struct sights *s);
/* The one of this text; one that sees nothing if the text is none. */
const struct sight *sights_get(struct sights *s, struct str text);
const struct sight *sights_nothing(struct sights *s);
/* All are evaluated against this model from now on; it is borrowed until the next call. */
void sights_world(struct sights *s, const struct model *m);
/* Kept through sweeps until it is unpinned as often, for who keeps it for a while and is not asked. NULL: nothing to do. */
void sights_pin(struct sights *s, const struct sight *x);
void sights_unpin(struct sights *s, const struct sight *x);
/* A sweep: begin; mark what is still used; end drops the others. */
bool sights_many(const struct sights *s);
void sights_sweep_begin(struct sights *s);
void sights_mark(struct sights *s, const struct sight *x); /* NULL: nothing to mark */
void sights_sweep_end(struct sights *s);
