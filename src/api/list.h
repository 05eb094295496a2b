/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which checks a view shows, and in which order: one pass over the board that reads a few fields of each record, then only as much
 * sorting as the page needs. No text is rendered for a row that is not on the page.
 */
#include "api/find.h"
#include "api/group.h"
#include "api/label.h"
#include "api/row.h"

#define LIST_LIMIT_MAX 1000u

enum list_filter { LIST_ALL, LIST_PROBLEMS, LIST_UNHANDLED };
enum list_sort {
    LIST_BY_SEVERITY,
    LIST_BY_NAME,
    LIST_BY_SINCE,
    LIST_BY_CHECKED,
    LIST_BY_OUTPUT,
    LIST_BY_LEVEL
};

enum list_as { LIST_AS_ALL, LIST_AS_HOSTS, LIST_AS_SERVICES, LIST_AS_PROBLEMS }; /* api/view.h */

struct list_view {
    const struct sight *sight; /* NULL: everything; what is not in it is neither shown nor counted */
    enum list_filter filter;
    uint32_t states; /* bits 1 << row_state, 0: any */
    bool hosts, services;
    bool one_host; /* only idx host_idx and its services */
    uint32_t host_idx;
    struct str service; /* p NULL: any; exact */
    struct find *find;  /* what is searched for; NULL: everything */
    enum list_as view;  /* of the page; which checks match is the same in all */
    uint32_t under;     /* 0: any; else only problems that follow from that of idx under - 1 */
    struct label_choice labels;
    struct group_choice groups;
    enum list_sort sort;
    bool descending;
    uint32_t limit, offset;
    bool nothing; /* the host does not exist: the view is empty */
};

struct list_counts {
    uint32_t state[ROW_STATES], unhandled, total, matched;
};

/* Which page of a list by name: order, limit, cursor. False: answered with 400. */
struct list_page {
    uint32_t limit, offset;
    bool descending;
};
bool list_page_parse(struct api *a, struct api_request *q, struct list_page *p);
/* The parameters of a list or stream that list_parse reads. */
extern const char *const list_query[];
/* False: answered with 400. Slices of v are in q's arena. */
bool list_parse(struct api *a, struct api_request *q, struct list_view *v);
/* The view as text: the same for views that show the same, without page and order. */
void list_key(const struct list_view *v, struct buf *out);
bool list_holds(const struct api *a, const struct list_view *v, uint32_t idx, const struct row_brief *b);
bool list_matches(const struct api *a, const struct list_view *v, uint32_t idx);
/* The page's indexes in order (at most v->limit) into page; counts over all checks in sight and the matching ones. */
size_t list_select(const struct api *a, const struct list_view *v, uint32_t *page,
                   struct list_counts *counts);
void list_count_one(struct list_counts *counts, const struct row_brief *b);
void list_count(const struct api *a, const struct sight *sight,
                struct list_counts *counts); /* without matched */
/* "counts":{...},"total":n,"matched":n */
void list_counts_members(const struct list_counts *c, struct json *j);
extern const struct shape list_counts_shape;
