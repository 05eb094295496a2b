/* SPDX-License-Identifier: Apache-2.0 */
#include "api/download.h"

#include "api/api_int.h"
#include "api/api_reply.h"
#include "api/body.h"
#include "api/list.h"
#include "api/names.h"
#include "api/shape.h"
#include "base/csv.h"

#include <stdio.h>
#include <string.h>

#define SLICE   (48u * 1024)    /* bytes, about: half a millisecond */
#define QUEUED  (1024u * 1024)  /* bytes on their way to web: then it waits */
#define LASTS   (30 * TIME_MIN) /* of one that is taken slowly */
#define FORMATS "csv, json"

const char *const download_query[] = {"q",     "filter",         "kind",  "host",  "service",
                                      "state", "severity_level", "tag",   "group", "servicegroup",
                                      "under", "sort",           "order", "format", NULL};

struct api_downloads {
    VEC(uint64_t) serials;
};

struct download { /* of a request, in its arena */
    uint64_t *oid;
    size_t n, at, written;
    bool csv;
};

struct api_downloads *download_set_new(void)
{
    return mem_zalloc(sizeof(struct api_downloads));
}

void download_set_free(struct api_downloads *d)
{
    VEC_RELEASE(&d->serials);
    mem_free(d);
}

/* ---- a row ---- */

static void cell(struct buf *b, struct str s, bool last)
{
    csv_cell(b, s);
    buf_add_c(b, last ? "\r\n" : ",");
}

static void moment(struct buf *b, int64_t us)
{
    char text[TIME_RFC3339] = "";

    if (us)
        time_rfc3339((struct wall){us}, text);
    cell(b, str_of(text), false);
}

static void flag(struct buf *b, bool on)
{
    buf_add_c(b, on ? "yes," : "no,");
}

#define CSV_HEAD                                                                                             \
    "host,service,state,hard,attempt,max_attempts,since,last_check,next_check,acknowledged,in_downtime,"     \
    "host_in_downtime,flapping,notifications_enabled,checks_enabled,stale,output\r\n"

static void write_csv(const struct api *a, uint32_t idx, struct buf *b, struct buf *scratch)
{
    struct board_check c;
    struct board_text t;

    board_read_check_text(&a->board, idx, &c, &t, scratch);
    cell(b, model_host_name(&a->model, idx), false);
    cell(b, model_description(&a->model, idx), false);
    cell(b, str_of(row_state_word(row_state_of(idx < a->model.n_hosts, c.flags, c.state))), false);
    flag(b, c.state_hard);
    buf_printf(b, "%u,%u,", (unsigned)c.attempt, (unsigned)c.max_attempts);
    moment(b, c.last_state_change);
    moment(b, c.last_check);
    moment(b, c.next_check);
    flag(b, c.flags & BOARD_ACKNOWLEDGED);
    flag(b, c.downtime_depth > 0);
    flag(b, row_host_downtime(a, idx) > 0);
    flag(b, c.flags & BOARD_FLAPPING);
    flag(b, c.flags & BOARD_NOTIFY_ENABLED);
    flag(b, c.flags & BOARD_ACTIVE_ENABLED);
    flag(b, c.flags & BOARD_STALE);
    cell(b, t.output, true);
}

static void write_row(struct api *a, const struct sight *sight, struct download *d, uint64_t oid,
                      struct buf *out, struct buf *scratch)
{
    struct json j;
    uint32_t idx;

    buf_clear(scratch);
    buf_add_u64(scratch, oid);
    idx = names_find_seen(a, sight, buf_str(scratch));
    buf_clear(scratch);
    if (idx == MODEL_NONE)
        return;
    if (d->csv) {
        write_csv(a, idx, out, scratch);
        return;
    }
    buf_add_c(out, d->written++ ? ",\n" : "\n");
    json_init(&j, out);
    row_write(a, sight, idx, &j, scratch);
}

/* ---- a slice ---- */

/* True: it is over. */
static bool slice(struct api *a, struct api_request *q)
{
    struct download *d = q->state;
    struct buf out = BUF_INIT, scratch = BUF_INIT;
    bool end;

    while (d->at < d->n && out.len < SLICE)
        write_row(a, q->sight, d, d->oid[d->at++], &out, &scratch);
    end = d->at == d->n;
    if (end && !d->csv)
        buf_add_c(&out, "\n]}");
    api_reply_more(a, q, buf_str(&out), end);
    buf_release(&out);
    buf_release(&scratch);
    return end || q->broken;
}

bool download_step(struct api *a)
{
    struct api_downloads *s = a->downloads;
    bool more = false;

    for (size_t i = s->serials.n; i-- > 0;) {
        struct api_request *q = api_find(a, s->serials.at[i]);

        if (q && !q->broken && !q->held && a->ready && a->ports->queued(a->user, q->source) < QUEUED) {
            more = true;
            if (!slice(a, q))
                continue;
            api_after(a, q);
            q = NULL;
        }
        if (!q || q->broken)
            VEC_SWAP_REMOVE(&s->serials, i);
    }
    return more && s->serials.n;
}

/* ---- its begin ---- */

/* Nobody answers it: the slices do. */
static void waits_on(struct api *a UNUSED, struct api_request *q UNUSED, const struct api_answer *x UNUSED)
{
}

static struct download *choose(struct api *a, struct api_request *q)
{
    struct download *d = arena_alloc(&q->arena, sizeof(*d));
    struct list_counts counts;
    struct list_view v;
    uint32_t *page;

    if (!list_parse(a, q, &v))
        return NULL;
    v.limit = a->model.n_check;
    page = mem_calloc((size_t)v.limit + 1, sizeof(*page));
    d->n = list_select(a, &v, page, &counts);
    d->oid = arena_alloc(&q->arena, (d->n + 1) * sizeof(*d->oid));
    for (size_t i = 0; i < d->n; i++)
        d->oid[i] = names_oid(a, page[i]);
    mem_free(page);
    return d;
}

/* vigie-2026-12-01T10-00-00Z.csv */
static void add_name(const struct api *a, struct api_request *q, const char *ending)
{
    char at[TIME_RFC3339], line[128];

    time_rfc3339((struct wall){time_wall_s(api_wall(a)) * TIME_S}, at);
    for (char *p = at; *p; p++) {
        if (*p == ':')
            *p = '-';
    }
    snprintf(line, sizeof(line), "Content-Disposition: attachment; filename=\"vigie-%.19sZ.%s\"", at, ending);
    api_header(q, line);
}

void download_list(struct api *a, struct api_request *q)
{
    struct str format = api_query(q, "format");
    struct download *d;
    struct buf head = BUF_INIT;

    if (api_not_ready(a, q))
        return;
    if (format.p && !str_eq_c(format, "csv") && !str_eq_c(format, "json")) {
        api_fail_with(a, q, 400, "format", PROBLEM_PARAMETER_WORD, STR("format"), STR(FORMATS));
        return;
    }
    if (a->downloads->serials.n >= DOWNLOADS_MOST) {
        api_header(q, "Retry-After: 10");
        api_fail(a, q, 503, NULL, PROBLEM_TOO_MANY_REQUESTS);
        return;
    }
    d = choose(a, q);
    if (!d)
        return;
    d->csv = !str_eq_c(format, "json");
    if (d->csv)
        buf_add_c(&head, CSV_HEAD);
    else
        buf_add_c(&head, "{\"resources\":[");
    add_name(a, q, d->csv ? "csv" : "json");
    q->state = d;
    q->due.us += LASTS;
    q->resume = waits_on;
    q->waits_for = API_FROM_JOB;
    api_reply_begin(a, q, 200,
                    d->csv ? STR("text/csv; charset=utf-8; header=present") : STR("application/json"),
                    buf_str(&head));
    buf_release(&head);
    if (q->broken)
        return;
    *VEC_ADD(&a->downloads->serials) = q->serial;
    a->ports->wake(a->user);
}

static const struct shape_field fields[] = {
    {"resources", SHAPE_OBJECT, SHAPE_LIST, "one a line", .of = &row_shape},
    {NULL},
};
const struct shape download_shape = {"ResourcesFile", fields, .also = "text/csv"};
