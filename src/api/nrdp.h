/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * NRDP: passive results as send_nrdp, NCPA and NSClient++ send them, XML or JSON in a form, with the token in it. What cannot be taken of them (a host that there is not) does not stop the
 * rest: the answer counts, and names the first. They go to the engine in bulk (api/results.h), and the answer comes when all are in the journal.
 */
#include "api/api.h"

extern const char *const nrdp_query[];
struct str nrdp_secret(struct api_request *q); /* api_secret_f */
void nrdp_submit(struct api *a, struct api_request *q);
