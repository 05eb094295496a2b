/* SPDX-License-Identifier: Apache-2.0 */
/* The question series_list: a page of series with what is known of each. */
#include "db/series_num.h"
#include "db/series_said.h"

#define DEFAULT_PAGE 50

static int one(struct series_ask *q, struct json *j, const struct series_pick *p)
{
    struct series_key k = series_key_at(&q->r->s, p->id);
    struct series_sample last;
    struct buf number = BUF_INIT;
    int r;

    json_map(j);
    series_pick_members(j, p->name, &k);
    series_said_unit_members(q, j, &k);
    series_said_members(q, j, &k);
    r = series_read_last(q->r, &k, &last);
    json_key(j, "last");
    if (r > 0) {
        series_num_json(&number, series_num(last.mantissa, last.exponent));
        json_raw(j, buf_str(&number));
    } else {
        json_none(j);
    }
    json_key_time(j, "last_at", (struct wall){r > 0 ? last.us : 0});
    json_map_end(j);
    buf_release(&number);
    return r;
}

int series_ask_list(struct series_ask *q, struct err *err UNUSED)
{
    struct str cursor = series_ask_value(q, "cursor");
    size_t limit = (size_t)series_ask_number(q, "limit", DEFAULT_PAGE, 1, SERIES_ASK_PAGE), from = 0, n = 0;
    struct series_picks picks = {.n = 0};
    struct buf next = BUF_INIT;
    struct json j;
    uint64_t at;
    int r;

    if (cursor.p && (cursor.n < 2 || cursor.p[0] != 'o' || !str_to_u64(str_sub(cursor, 1, SIZE_MAX), &at)))
        return series_ask_problem(q, 400, "cursor", "PARAMETER_CURSOR", STR(""), STR(""));
    r = series_pick(q, 0, INT64_MAX, &picks);
    if (cursor.p && r == 0)
        from = (size_t)MIN(at, (uint64_t)picks.n);
    if (r == 0) {
        buf_add_c(&q->out, "200 application/json\n");
        json_init(&j, &q->out);
        json_map(&j);
        json_key(&j, "series");
        json_list(&j);
        for (; r >= 0 && n < limit && from + n < picks.n; n++) {
            r = q->overdue(q->user) ? E_TIMEOUT : one(q, &j, &picks.at[from + n]);
            series_ask_give(q, false);
        }
        json_list_end(&j);
        json_key_u64(&j, "matched", picks.n);
        buf_printf(&next, "o%zu", from + n);
        json_key_c(&j, "next", from + n < picks.n ? next.data : NULL);
        json_map_end(&j);
        series_ask_give(q, true);
    }
    VEC_RELEASE(&picks);
    buf_release(&next);
    return MIN(r, 0);
}
