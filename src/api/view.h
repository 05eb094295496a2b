/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Lists whose rows stand for several checks (parameter view):
 *   hosts     one row a host: of those of it and its services that match; where the host is out of sight one of these stands for it
 *   services  one row for all services called the same; its check is the worst of them
 *   problems  one row a problem that follows from no other one: services of a host that is down or unreachable, and hosts that are unreachable because of a parent,
 *             are folded under the one with which it began. Parameter `under` lists what is folded under one.
 */
#include "api/list.h"

struct view_row {
    uint32_t idx;   /* the check whose row stands there */
    uint32_t count; /* how many it stands for; of a problem without itself */
    uint32_t state[ROW_STATES], unhandled;
    enum row_state worst;
    int64_t since; /* when the newest of the worst began */
};

/* The page's rows in order into page (at most v->limit); counts as list_select has them, matched: rows. */
size_t view_select(const struct api *a, const struct list_view *v, struct view_row *page,
                   struct list_counts *counts);
/* The problem with which that of idx began, as far as it is in sight; idx itself where it follows from none. */
uint32_t view_root(const struct api *a, const struct sight *sight, uint32_t idx);
void view_write(const struct api *a, const struct sight *sight, const struct view_row *r, struct json *j,
                struct buf *scratch);
extern const struct shape view_row_shape; /* of any list: with `folded` where it stands for several */
