/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The results in what clients of NRDP send: XML <checkresults><checkresult type="service"><hostname>..., or the same as JSON. Pure. */
#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

#define NRDP_RESULTS_MAX 2000u /* of one request */

struct nrdp_result {
    bool service;
    struct str host, description, state, output; /* n 0: not there */
    int64_t time_s;                              /* 0: now */
};
struct nrdp_results {
    VEC(struct nrdp_result) list;
    struct arena arena; /* of their texts */
};

/* 0, or an error with its place. Release after an error too. */
int nrdp_read_xml(struct str text, struct nrdp_results *out, struct err *err);
int nrdp_read_json(struct str text, struct nrdp_results *out, struct err *err);
void nrdp_read_release(struct nrdp_results *r);
/* The number that the state is: one, or a word of Nagios; false: neither. */
bool nrdp_read_state(struct str s, bool service, int64_t *code);
