/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Memory for the states of the checks, made before a reload wants it (world_prepare). Only for core/world. */
#include <stddef.h>
#include <stdint.h>

struct state;
struct world;

struct world_room {
    struct state *st; /* owned; NULL: there is none */
    uint32_t n;       /* for so many checks, and one more */
    size_t blank;     /* so many bytes of it are zero already */
};

/* For so many checks, all blank, the caller's: what is there, if it is for as many, else made now. */
struct state *world_take_room(struct world *w, uint32_t n);
