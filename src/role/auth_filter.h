/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Saved filters: lists that a person comes back to, by name, each the query of a page's address. Those that are shared are offered to everybody; what they show is judged by who looks. In memory, with the text
 * form of the file STATE/auth/filters; the file is role/auth's affair:
 *   vigie-filters 1
 *   filter OWNER own|shared CHANGED NAME<tab>QUERY
 *   end N
 */
#include "base/vec.h"
#include "role/auth_store.h"

#define AUTH_FILTER_NAME_MAX    64
#define AUTH_FILTER_QUERY_MAX   1500
#define AUTH_FILTERS_OWN_MAX    50   /* of one person */
#define AUTH_FILTERS_MAX        5000 /* of all; shared ones: AUTH_FILTERS_SHARED_MAX */
#define AUTH_FILTERS_SHARED_MAX 200

struct auth_filter {
    char owner[AUTH_NAME_MAX + 1], name[AUTH_FILTER_NAME_MAX + 1], *query;
    bool shared;
    int64_t changed;
};
struct auth_filters {
    VEC(struct auth_filter) at;
    bool changed; /* to be written */
};

void auth_filters_release(struct auth_filters *f);
/* E_FORMAT with the line; then there are none. */
int auth_filters_load(struct auth_filters *f, struct str text, struct err *err);
void auth_filters_dump(const struct auth_filters *f, struct buf *out);
/*
 * filter_list USER            its own ones and those that are shared, as JSON
 * filter_put USER NAME QUERY SHARED MAY    SHARED, MAY: "1" or ""; MAY: has the right to share
 * filter_delete USER OWNER NAME MAY        others' ones that are shared with MAY only
 * False: that is no question about filters, or not with so many arguments.
 */
bool auth_filter_op(struct auth_filters *f, struct auth_now now, struct str op, const struct str *arg,
                    size_t n, struct auth_result *r, struct buf *list);
/* A person is deleted: what is shared stays, for others use it. */
void auth_filters_forget(struct auth_filters *f, struct str user);
