/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What is configured, to read: hosts, services, groups, contacts, time periods and commands, as lists and one by one with the values that count and where it is defined. All of it comes from the snapshot in
 * force. Who does not see everything finds those hosts and services that are in sight, the groups of which something is, and of contacts, periods and commands those that what is in sight refers to; the
 * addresses of people are for who sees everything.
 */
#include "api/api.h"

extern const char *const object_query[], *const object_query_services[];
void object_list(struct api *a, struct api_request *q);
void object_show(struct api *a, struct api_request *q);
extern const struct shape object_shape, object_list_shape;
