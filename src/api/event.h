/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What happened, from the history. */
#include "api/api.h"
#include "api/gone.h"

extern const char *const event_query[], *const event_query_resource[], *const event_query_histogram[];
const char *event_about(int64_t type); /* what a notification is about; NULL: it is no enum notify_type */
extern const char *const event_about_words[]; /* in the order of enum notify_type, ended by NULL */
/* The objects of group, host and service, or those that are configured no more, by comma; nothing: all are meant, INT64_MAX: nobody fits. False: answered. */
bool event_oids(struct api *a, struct api_request *q, const struct gone *gone, size_t n_gone,
                struct buf *out);
void event_of_resource(struct api *a, struct api_request *q);
void event_list(struct api *a, struct api_request *q);
void event_histogram(struct api *a, struct api_request *q);
extern const struct shape event_list_shape, event_histogram_shape;
