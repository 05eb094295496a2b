/* SPDX-License-Identifier: Apache-2.0 */
#include "api/notes.h"

#include "api/api_reply.h"
#include "api/list.h"
#include "api/names.h"
#include "api/route.h"
#include "base/vec.h"

#include <stdlib.h>

#define NOTES_LIMIT 500u

const char *const notes_query_acknowledgements[] = {"order", "limit", "cursor", NULL};
const char *const notes_query[] = {"host", "service", "limit", "cursor", NULL};

/* Comments and downtimes are listed by the same hands. */
struct kind {
    const char *member;
    uint32_t (*high)(const struct board *b);
    bool (*peek)(const struct board *b, uint32_t slot, struct buf *scratch, uint64_t *id, uint32_t *idx);
    void (*show)(struct json *j, const struct board *b, uint32_t slot, struct buf *scratch);
};

static const char *comment_kind(unsigned type)
{
    switch (type) {
    case BOARD_COMMENT_DOWNTIME: return "downtime";
    case BOARD_COMMENT_FLAPPING: return "flapping";
    case BOARD_COMMENT_ACK: return "acknowledgement";
    default: return "comment";
    }
}

static bool peek_comment(const struct board *b, uint32_t slot, struct buf *scratch, uint64_t *id,
                         uint32_t *idx)
{
    struct board_comment c;
    struct board_note n;

    if (!board_read_comment(b, slot, &c, &n, scratch))
        return false;
    *id = c.id;
    *idx = c.idx;
    return true;
}

static void show_comment(struct json *j, const struct board *b, uint32_t slot, struct buf *scratch)
{
    struct board_comment c;
    struct board_note n;

    if (!board_read_comment(b, slot, &c, &n, scratch))
        return;
    json_key_c(j, "kind", comment_kind(c.entry_type));
    json_key_str(j, "author", n.author);
    json_key_str(j, "text", n.text);
    json_key_time(j, "time", (struct wall){c.entry_time});
    json_key_bool(j, "persistent", c.persistent);
    json_key_time(j, "expires", (struct wall){c.expires ? c.expire_time : 0});
}

static bool peek_downtime(const struct board *b, uint32_t slot, struct buf *scratch, uint64_t *id,
                          uint32_t *idx)
{
    struct board_downtime d;
    struct board_note n;

    if (!board_read_downtime(b, slot, &d, &n, scratch))
        return false;
    *id = d.id;
    *idx = d.idx;
    return true;
}

static void show_downtime(struct json *j, const struct board *b, uint32_t slot, struct buf *scratch)
{
    struct board_downtime d;
    struct board_note n;

    if (!board_read_downtime(b, slot, &d, &n, scratch))
        return;
    json_key_str(j, "author", n.author);
    json_key_str(j, "comment", n.text);
    json_key_time(j, "entry_time", (struct wall){d.entry_time});
    json_key_time(j, "start", (struct wall){d.start});
    json_key_time(j, "end", (struct wall){d.end});
    json_key_bool(j, "fixed", d.fixed);
    json_key_i64(j, "duration_s", d.duration_us / TIME_S);
    json_key_bool(j, "active", d.in_effect);
}

static const struct kind comments = {"comments", board_comments_high, peek_comment, show_comment};
static const struct kind downtimes = {"downtimes", board_downtimes_high, peek_downtime, show_downtime};

struct item {
    uint64_t id;
    uint32_t slot, idx;
};

static int by_id(const void *x, const void *y)
{
    uint64_t a = ((const struct item *)x)->id, b = ((const struct item *)y)->id;

    return a < b ? -1 : a > b;
}

/* Which are shown: of one check, or of those that a list's parameters name. */
struct wish {
    const struct sight *sight;
    uint32_t idx; /* MODEL_NONE: any */
    struct str host, service;
    uint64_t after;
};

static bool is_wished(const struct api *a, const struct wish *w, uint64_t id, uint32_t idx)
{
    if (id <= w->after || idx >= a->model.n_check || !sight_sees(w->sight, idx))
        return false;
    if (w->idx != MODEL_NONE)
        return idx == w->idx;
    return (!w->host.p || str_eq(w->host, model_host_name(&a->model, idx))) &&
           (!w->service.p || str_eq(w->service, model_description(&a->model, idx)));
}

static void collect(const struct api *a, const struct kind *k, const struct wish *w, struct buf *scratch,
                    struct item **out, size_t *n)
{
    VEC(struct item) items = {0};

    for (uint32_t i = 0; i < k->high(&a->board); i++) {
        struct item x = {.slot = i};

        if (k->peek(&a->board, i, scratch, &x.id, &x.idx) && is_wished(a, w, x.id, x.idx))
            *VEC_ADD(&items) = x;
    }
    if (items.n)
        qsort(items.at, items.n, sizeof(*items.at), by_id);
    *out = items.at;
    *n = items.n;
}

static void write_list(struct json *j, const struct api *a, const struct kind *k, const struct item *items,
                       size_t n, bool of_all)
{
    struct buf scratch = BUF_INIT;

    json_key(j, k->member);
    json_list(j);
    for (size_t i = 0; i < n; i++) {
        json_map(j);
        json_key_id(j, "id", items[i].id);
        if (of_all) {
            json_key(j, "resource");
            buf_clear(&scratch);
            names_id(a, items[i].idx, 0, &scratch);
            json_str(j, buf_str(&scratch));
            json_key_str(j, "host", model_host_name(&a->model, items[i].idx));
            json_key_str(j, "service", model_description(&a->model, items[i].idx));
        }
        k->show(j, &a->board, items[i].slot, &scratch);
        json_map_end(j);
    }
    json_list_end(j);
    buf_release(&scratch);
}

static void of_one(struct json *j, const struct api *a, const struct kind *k, uint32_t idx)
{
    const struct wish w = {.idx = idx};
    struct buf scratch = BUF_INIT;
    struct item *items;
    size_t n;

    collect(a, k, &w, &scratch, &items, &n);
    write_list(j, a, k, items, n, false);
    mem_free(items);
    buf_release(&scratch);
}

void notes_of(struct json *j, const struct api *a, uint32_t idx)
{
    of_one(j, a, &comments, idx);
    of_one(j, a, &downtimes, idx);
}

void notes_acknowledgement(struct json *j, const struct api *a, uint32_t idx, const struct board_check *c)
{
    const struct wish w = {.idx = idx};
    struct buf scratch = BUF_INIT;
    struct board_comment comment, newest = {.id = 0};
    struct board_note n;
    struct item *items;
    size_t n_items;

    json_key(j, "acknowledgement");
    if (!(c->flags & BOARD_ACKNOWLEDGED)) {
        json_none(j);
        return;
    }
    collect(a, &comments, &w, &scratch, &items, &n_items);
    json_map(j);
    for (size_t i = n_items; i-- > 0 && !newest.id;) {
        if (!board_read_comment(&a->board, items[i].slot, &comment, &n, &scratch) ||
            comment.entry_type != BOARD_COMMENT_ACK)
            continue;
        newest = comment;
        json_key_str(j, "author", n.author);
        json_key_str(j, "text", n.text);
    }
    json_key_time(j, "time", (struct wall){newest.entry_time});
    json_key_time(j, "expires", (struct wall){c->ack_expires});
    json_key_bool(j, "sticky", c->ack_type == 2);
    json_map_end(j);
    mem_free(items);
    buf_release(&scratch);
}

static bool read_number(struct api *a, struct api_request *q, const char *name, uint64_t most, uint64_t *out)
{
    struct str text = api_query(q, name);

    if (!text.p ||
        (text.n && text.p[0] >= '0' && text.p[0] <= '9' && str_to_u64(text, out) && *out && *out <= most))
        return true;
    if (most == UINT64_MAX)
        api_fail(a, q, 400, name, PROBLEM_PARAMETER_CURSOR);
    else
        api_fail_with(a, q, 400, name, PROBLEM_PARAMETER_NUMBER, str_of(name), STR("500"));
    return false;
}

static void list(struct api *a, struct api_request *q, const struct kind *k)
{
    struct wish w = {.sight = q->sight,
                     .idx = MODEL_NONE,
                     .host = api_query(q, "host"),
                     .service = api_query(q, "service")};
    struct buf out = BUF_INIT, scratch = BUF_INIT;
    uint64_t limit = 100;
    struct item *items;
    struct json j;
    size_t n;

    if (api_not_ready(a, q) || !read_number(a, q, "limit", NOTES_LIMIT, &limit) ||
        !read_number(a, q, "cursor", UINT64_MAX, &w.after))
        return;
    collect(a, k, &w, &scratch, &items, &n);
    json_init(&j, &out);
    json_map(&j);
    write_list(&j, a, k, items, MIN(n, (size_t)limit), true);
    json_key(&j, "next");
    if (n > limit)
        json_id(&j, items[limit - 1].id);
    else
        json_none(&j);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    mem_free(items);
    buf_release(&out);
    buf_release(&scratch);
}

void notes_comments(struct api *a, struct api_request *q)
{
    list(a, q, &comments);
}

void notes_downtimes(struct api *a, struct api_request *q)
{
    list(a, q, &downtimes);
}

/* ---- acknowledgements ---- */

static void acknowledged(struct json *j, const struct api *a, const struct sight *sight, uint32_t idx,
                         struct buf *scratch)
{
    struct board_check c;
    struct board_text t;

    board_read_check_text(&a->board, idx, &c, &t, scratch);
    json_map(j);
    row_members(a, sight, idx, &c, &t, j);
    notes_acknowledgement(j, a, idx, &c);
    json_map_end(j);
}

void notes_acknowledgements(struct api *a, struct api_request *q)
{
    struct buf out = BUF_INIT, scratch = BUF_INIT;
    uint32_t matched = 0, n = 0;
    struct list_page p;
    struct json j;

    if (api_not_ready(a, q) || !list_page_parse(a, q, &p))
        return;
    json_init(&j, &out);
    json_map(&j);
    json_key(&j, "acknowledgements");
    json_list(&j);
    for (uint32_t i = 0; i < a->model.n_check; i++) {
        uint32_t idx = names_at(a->names, p.descending ? a->model.n_check - 1 - i : i);
        uint32_t flags = __atomic_load_n(&row_in_place(a, idx)->flags, __ATOMIC_RELAXED);

        if (!(flags & BOARD_ACKNOWLEDGED) || !sight_sees(q->sight, idx))
            continue;
        if (matched++ < p.offset || n == p.limit)
            continue;
        n++;
        acknowledged(&j, a, q->sight, idx, &scratch);
    }
    json_list_end(&j);
    json_key_u64(&j, "matched", matched);
    json_key(&j, "next");
    buf_clear(&scratch);
    buf_printf(&scratch, "o%u", p.offset + n);
    json_c(&j, n && p.offset + n < matched ? scratch.data : NULL);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
    buf_release(&scratch);
}

/* ---- what the answers look like ---- */

static const char *const comment_kinds[] = {"comment", "downtime", "flapping", "acknowledgement", NULL};
static const struct shape_field comment_fields[] = {
    {"id", SHAPE_ID, 0, "its number"},
    {"kind", SHAPE_WORD, 0, "what made it", .words = comment_kinds},
    {"author", SHAPE_TEXT, 0, NULL},
    {"text", SHAPE_TEXT, 0, NULL},
    {"time", SHAPE_TIME, SHAPE_NULL, NULL},
    {"persistent", SHAPE_BOOL, 0, "it stays over a restart"},
    {"expires", SHAPE_TIME, SHAPE_NULL, NULL},
    {NULL},
};
const struct shape notes_comment_shape = {"Comment", comment_fields};
static const struct shape_field downtime_fields[] = {
    {"id", SHAPE_ID, 0, "its number"},
    {"author", SHAPE_TEXT, 0, NULL},
    {"comment", SHAPE_TEXT, 0, NULL},
    {"entry_time", SHAPE_TIME, SHAPE_NULL, NULL},
    {"start", SHAPE_TIME, SHAPE_NULL, NULL},
    {"end", SHAPE_TIME, SHAPE_NULL, NULL},
    {"fixed", SHAPE_BOOL, 0, "false: it begins with the first problem between start and end"},
    {"duration_s", SHAPE_INT, 0, "of a flexible one"},
    {"active", SHAPE_BOOL, 0, NULL},
    {NULL},
};
const struct shape notes_downtime_shape = {"Downtime", downtime_fields};

#define OF_ALL                                                                                               \
    {"resource", SHAPE_TEXT, 0, "the id of the host or service"}, {"host", SHAPE_TEXT, 0, NULL},             \
    {                                                                                                        \
        "service", SHAPE_TEXT, 0, "empty: of the host"                                                       \
    }
static const struct shape_field comment_of_all_fields[] = {
    {"", SHAPE_INSIDE, 0, NULL, .of = &notes_comment_shape}, OF_ALL, {NULL}};
static const struct shape comment_of_all_shape = {"CommentOf", comment_of_all_fields};
static const struct shape_field downtime_of_all_fields[] = {
    {"", SHAPE_INSIDE, 0, NULL, .of = &notes_downtime_shape}, OF_ALL, {NULL}};
static const struct shape downtime_of_all_shape = {"DowntimeOf", downtime_of_all_fields};
static const struct shape_field comments_fields[] = {
    {"comments", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &comment_of_all_shape},
    {"next", SHAPE_TEXT, SHAPE_NULL, "the cursor of the next page; null at the end"},
    {NULL},
};
const struct shape notes_comments_shape = {"Comments", comments_fields};
static const struct shape_field downtimes_fields[] = {
    {"downtimes", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &downtime_of_all_shape},
    {"next", SHAPE_TEXT, SHAPE_NULL, "the cursor of the next page; null at the end"},
    {NULL},
};
const struct shape notes_downtimes_shape = {"Downtimes", downtimes_fields};
static const struct shape_field acknowledgement_fields[] = {
    {"author", SHAPE_TEXT, SHAPE_MAYBE, "left out where the comment was deleted"},
    {"text", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"time", SHAPE_TIME, SHAPE_NULL, NULL},
    {"expires", SHAPE_TIME, SHAPE_NULL, NULL},
    {"sticky", SHAPE_BOOL, 0, "stays until the state is good again"},
    {NULL},
};
const struct shape notes_acknowledgement_shape = {"Acknowledgement", acknowledgement_fields};
static const struct shape_field acknowledged_fields[] = {
    {"", SHAPE_INSIDE, 0, NULL, .of = &row_shape},
    {"acknowledgement", SHAPE_OBJECT, SHAPE_NULL, NULL, .of = &notes_acknowledgement_shape},
    {NULL},
};
static const struct shape acknowledged_shape = {"Acknowledged", acknowledged_fields};
static const struct shape_field acknowledgements_fields[] = {
    {"acknowledgements", SHAPE_OBJECT, SHAPE_LIST, "in the order of names", .of = &acknowledged_shape},
    {"matched", SHAPE_INT, 0, NULL},
    {"next", SHAPE_TEXT, SHAPE_NULL, "the cursor of the next page; null at the end"},
    {NULL},
};
const struct shape notes_acknowledgements_shape = {"Acknowledgements", acknowledgements_fields};
