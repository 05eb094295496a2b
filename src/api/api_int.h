/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What api.c, api_reply.c and api_ask.c know of each other: the requests under way, and their end. No handler includes this. */
#include "api/api.h"

struct api_request *api_find(struct api *a, uint64_t serial); /* NULL: it is over */
/* Calls work for every request under way; work may free it. */
void api_each(struct api *a, void (*work)(struct api *a, struct api_request *q, uint64_t arg), uint64_t arg);
/* After each step of a request: frees it when it is answered. One that neither answered nor asked is our mistake. */
void api_after(struct api *a, struct api_request *q);
/* Ends an answer of which a part is on its way. While the way there is full the request stays, and api_tick says it again. */
void api_break_off(struct api *a, struct api_request *q);
