/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Parameters that several resources about the past share: moments, intervals, groups of hosts and services. A function that returns false has answered. */
#include "api/api.h"

/* An RFC 3339 time; def when it is not there. */
bool choose_moment(struct api *a, struct api_request *q, const char *name, struct wall def, struct wall *out);
/* from and to: to is now when it is left out or lies ahead, from def_us before it. In order, and not longer than ten years. */
bool choose_interval(struct api *a, struct api_request *q, int64_t def_us, struct wall *from,
                     struct wall *to);
/* The same in whole seconds; the one that is under way counts, so that what happens is in the answer at once. */
bool choose_seconds(struct api *a, struct api_request *q, int64_t def_us, struct wall *from, struct wall *to);

enum choose_how {
    CHOOSE_MEMBERS, /* of a host group its hosts, of a service group its services; with kind "service" a host group stands for the services of its hosts */
    CHOOSE_EVERYTHING, /* the services of a host group's hosts too */
};
/* The checks that kind, host and group name (by index, rising), in q's arena; n 0 with NULL: none of the parameters is there and all are meant. */
struct choose_set {
    uint32_t *idx;
    size_t n;
    bool all;
};
bool choose_checks(struct api *a, struct api_request *q, enum choose_how how, struct choose_set *out);
