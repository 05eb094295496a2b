/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a command is done to: all of it, in order, as it is when the command begins. Changes nothing. */
#include "core/excmd.h"

/* Of checks their indexes, MODEL_NONE: once, to the program; of comments and downtimes their ids. */
struct excmd_list {
    uint64_t *at;  /* owned */
    size_t n, cap; /* a VEC */
};

enum excmd_of { EXCMD_OF_CHECKS, EXCMD_OF_COMMENTS, EXCMD_OF_DOWNTIMES };

enum excmd_of excmd_list_of(const struct excmd *c);
/* 0, or an error with its text: there is no such thing. */
int excmd_list(const struct world *w, const struct excmd *c, struct excmd_list *out, struct err *err);
/* It concerns c->check and no other. */
bool excmd_list_is_one_check(const struct excmd *c);
