/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Writing a snapshot: tables that grow, a string pool and a list pool in which equal content is kept once, secrets by slot. For conf and for tests that need
 * a small model. Fill the tables in the order model.h promises (checks by host and name, others by name), then model_build_public and model_build_secret.
 */
#include "base/buf.h"
#include "base/map.h"
#include "base/vec.h"
#include "core/model.h"

struct model_build {
#define X(name, type) VEC(struct type) name;
    MODEL_TABLES(X)
#undef X
    struct model_globals globals;
    uint32_t n_hosts; /* the first n_hosts checks */
    uint32_t empty;   /* see model_build_empty */
    struct buf strings;
    struct map string_at, list_at, secret_at;
    struct buf secrets;
    VEC(uint64_t) secret_end; /* of each slot, in secrets */
};

void model_build_init(struct model_build *b);
void model_build_release(struct model_build *b);
uint32_t model_build_str(struct model_build *b, struct str s); /* 0: nothing */
uint32_t model_build_empty(struct model_build *b);             /* a text that is there and empty: not 0 */
struct model_list model_build_list(struct model_build *b, const uint32_t *v, size_t n);
uint32_t model_build_slot(struct model_build *b, struct str secret); /* equal secrets share a slot */
struct str model_build_slot_value(const struct model_build *b, uint32_t slot);
/* A model that reads the tables as they are now; borrowed until the next change. */
void model_build_view(const struct model_build *b, struct model *m);
void model_build_public(const struct model_build *b, struct buf *out);
void model_build_secret(const struct model_build *b, struct buf *out);
