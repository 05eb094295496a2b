/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Identities and order of the checks of one snapshot: the id that people and programs use (oid, as text), the index that
 * the tables use, and the order by name (a host, then its services) as numbers, so that sorting compares no texts.
 */
#include "api/api.h"

struct api_names;
/* oids NULL: asked of the board as needed */
struct api_names *names_new(const struct model *m, const uint64_t *oids);
void names_free(struct api_names *n);
uint32_t names_rank(const struct api_names *n, uint32_t idx);
/* The host of a check, of a host itself: as in the model, but close together, for passes over all checks. */
uint32_t names_host(const struct api_names *n, uint32_t idx);
/* the check that stands there in the order of names */
uint32_t names_at(const struct api_names *n, uint32_t rank);
/* In which names a word stands, whatever its capitals: found in one pass over all of them. Of a host: name, display name, alias and address; of a service: description and display name. */
struct names_hits { /* bits by idx, in the arena */
    uint64_t *own;  /* in one of its own names */
    uint64_t *name; /* in the first of them */
};
void names_search(const struct api_names *n, struct str word, struct arena *arena, struct names_hits *out);
/* ... in those of the check or of its host (of a host: itself); of one that is not seen nothing counts but its name. */
bool names_hold(const struct names_hits *hits, uint32_t idx, uint32_t host, bool host_seen);
/* The id as the API shows it: the oid, or while none is known "i", what names the snapshot, and the index there. The latter finds its check as long as the snapshot is the
 * same, also when the oid has come meanwhile: between two requests it may. */
void names_id(const struct api *a, uint32_t idx, uint64_t board_oid, struct buf *out);
uint32_t names_find(struct api *a, struct str id); /* MODEL_NONE: there is no such check */
uint32_t names_find_seen(struct api *a, const struct sight *sight,
                         struct str id);               /* the same, of those in sight */
uint64_t names_oid(struct api *a, uint32_t idx);       /* 0: not known yet */
void names_learn(struct api *a, const uint64_t *oids); /* NULL: nothing new */
