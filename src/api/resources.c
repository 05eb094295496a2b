/* SPDX-License-Identifier: Apache-2.0 */
/* GET /api/v1/resources: the list. */
#include "api/resources.h"

#include "api/api_reply.h"
#include "api/list.h"
#include "api/past.h"
#include "api/view.h"

#include <string.h>

static void show(struct api *a, struct api_request *q, bool problems)
{
    struct list_view v;
    struct list_counts counts;
    struct buf out = BUF_INIT, scratch = BUF_INIT;
    struct json j;
    bool plain;
    void *page;
    size_t n;

    if (api_not_ready(a, q) || (!problems && past_list(a, q)) || !list_parse(a, q, &v))
        return;
    if (problems && !api_query(q, "view").p)
        v.view = LIST_AS_PROBLEMS;
    if (problems && v.filter == LIST_ALL)
        v.filter = LIST_PROBLEMS;
    plain = v.view == LIST_AS_ALL;
    page = arena_alloc(&q->arena, (v.limit + 1) * (plain ? sizeof(uint32_t) : sizeof(struct view_row)));
    n = plain ? list_select(a, &v, page, &counts) : view_select(a, &v, page, &counts);
    if (find_gave_up(v.find)) {
        api_fail(a, q, 400, "q", PROBLEM_SEARCH_COSTLY);
        return;
    }
    json_init(&j, &out);
    json_map(&j);
    json_key(&j, "resources");
    json_list(&j);
    for (size_t i = 0; i < n; i++) {
        if (plain)
            row_write(a, q->sight, ((const uint32_t *)page)[i], &j, &scratch);
        else
            view_write(a, q->sight, (const struct view_row *)page + i, &j, &scratch);
    }
    json_list_end(&j);
    list_counts_members(&counts, &j);
    json_key(&j, "next");
    if (v.offset + n < counts.matched && n) {
        struct buf cursor = BUF_INIT;

        buf_printf(&cursor, "o%zu", v.offset + n);
        json_str(&j, buf_str(&cursor));
        buf_release(&cursor);
    } else {
        json_none(&j);
    }
    api_reply_now(a, q, &j, &out);
    buf_release(&out);
    buf_release(&scratch);
}

void resources_list(struct api *a, struct api_request *q)
{
    show(a, q, false);
}

void resources_problems(struct api *a, struct api_request *q)
{
    show(a, q, true);
}

/* ---- what the answers look like ---- */

static const struct shape_field fields[] = {
    {"resources", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &view_row_shape},
    {"counts", SHAPE_OBJECT, 0, "of all there are, by state", .of = &list_counts_shape},
    {"total", SHAPE_INT, 0, "how many there are"},
    {"matched", SHAPE_INT, 0, "how many rows the parameters choose"},
    {"next", SHAPE_TEXT, SHAPE_NULL, "the cursor of the next page; null at the end"},
    {"now", SHAPE_TIME, 0, NULL},
    {NULL},
};
static const struct shape now_shape = {"Resources", fields};
static const struct shape *const either[] = {&now_shape, &past_list_shape, NULL};
const struct shape resources_shape = {"ResourcesNowOrThen", .either = either};
