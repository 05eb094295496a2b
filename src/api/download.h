/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * GET /api/v1/resources/export: a whole list, not a page of it, as CSV or JSON for other programs. It is chosen and ordered once, as the list is; then its rows are written a slice at a time while others are served,
 * and only as fast as who asked takes them. A row shows what is so when it is written; what is configured no more by then is left out.
 */
#include "api/api.h"

#define DOWNLOADS_MOST 8u /* at once */

struct api_downloads;
struct api_downloads *download_set_new(void);
void download_set_free(struct api_downloads *d);

extern const struct shape download_shape;
extern const char *const download_query[];
void download_list(struct api *a, struct api_request *q);
/* A slice of each. True: there is more to do, when others had their turn. */
bool download_step(struct api *a);
