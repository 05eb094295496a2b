/* SPDX-License-Identifier: Apache-2.0 */
/* What was known of objects in a stretch of time, change by change. */
#include "core/avail.h"
#include "db/past.h"

static int64_t second(int64_t us)
{
    return time_wall_s((struct wall){us});
}

static int read_frame(const struct history_args *q, int64_t *from_s, int64_t *to_s, struct err *err)
{
    if (!past_number(q->at[1], from_s))
        return past_wrong(q, 1, err);
    if (!past_number(q->at[2], to_s) || *to_s < *from_s || *to_s > INT64_MAX / TIME_S)
        return past_wrong(q, 2, err);
    return 0;
}

static void write_gap(struct rows *rows, const struct avail_range *r)
{
    if (r->from_s >= r->to_s)
        return;
    json_map(&rows->j);
    json_key_i64(&rows->j, "from", r->from_s);
    json_key_i64(&rows->j, "to", r->to_s);
    json_map_end(&rows->j);
    rows_next(rows);
}

int past_gaps(struct history *h, const struct history_args *q, struct rows *rows, struct err *err)
{
    const enum sql_id id = SQL_GAPS;
    struct avail_range last = {0};
    int64_t from_s, to_s;
    int r = read_frame(q, &from_s, &to_s, err);

    if (r == 0)
        r = sql_start(&h->sql, id);
    if (r < 0)
        return r;
    sql_bind_i64(&h->sql, id, 1, from_s * TIME_S);
    sql_bind_i64(&h->sql, id, 2, to_s * TIME_S);
    while ((r = sql_step(&h->sql, id)) == 1) {
        struct avail_range next = {second(sql_i64(&h->sql, id, 0)), second(sql_i64(&h->sql, id, 1))};

        if (next.from_s <= last.to_s) {
            last.to_s = MAX(last.to_s, next.to_s);
            continue;
        }
        write_gap(rows, &last);
        last = next;
    }
    sql_end(&h->sql, id);
    write_gap(rows, &last);
    return r;
}

static void write_span(struct rows *rows, struct sql *s, uint64_t oid, bool with_text)
{
    const enum sql_id id = SQL_SPANS_TOLD;
    struct json *j = &rows->j;
    struct str text = sql_str(s, id, 5);

    json_map(j);
    json_key_id(j, "oid", oid);
    json_key_i64(j, "at", second(sql_i64(s, id, 0)));
    json_key_id(j, "seq", (uint64_t)sql_i64(s, id, 1));
    json_key_i64(j, "state", sql_i64(s, id, 2));
    json_key_bool(j, "downtime", sql_i64(s, id, 3) > 0);
    json_key_bool(j, "flapping", sql_i64(s, id, 4) != 0);
    json_key_bool(j, "hard", sql_i64(s, id, 6) != 0);
    json_key_i64(j, "attempt", sql_i64(s, id, 7));
    if (text.n && with_text)
        json_key_str(j, "text", text);
    json_map_end(j);
    rows_next(rows);
}

static int of_object(struct sql *s, uint64_t oid, enum scope_sight sight, const int64_t frame_us[2],
                     struct rows *rows)
{
    const enum sql_id id = SQL_SPANS_TOLD;
    int r = sight == SCOPE_NOT ? 0 : sql_start(s, id);

    if (r < 0 || sight == SCOPE_NOT)
        return r;
    sql_bind_i64(s, id, 1, (int64_t)oid);
    sql_bind_i64(s, id, 2, frame_us[0]);
    sql_bind_i64(s, id, 3, frame_us[1]);
    while ((r = sql_step(s, id)) == 1)
        write_span(rows, s, oid, sight == SCOPE_SEEN);
    sql_end(s, id);
    return r;
}

int past_spans(struct history *h, const struct history_args *q, struct rows *rows, struct err *err)
{
    struct str list = q->at[3];
    int64_t frame[2];
    unsigned n = 0;
    int r = read_frame(q, &frame[0], &frame[1], err);

    for (size_t i = 0; r == 0 && i < ARRAY_LEN(frame); i++)
        frame[i] *= TIME_S;
    while (r == 0 && list.n) {
        uint64_t oid;

        if (!str_to_u64(str_cut(&list, ','), &oid) || oid > INT64_MAX || ++n > PAST_OBJECTS_MOST)
            return past_wrong(q, 3, err);
        r = sql_overdue(&h->sql) ? E_TIMEOUT
                                 : of_object(&h->sql, oid, scope_sight(&q->scope, oid), frame, rows);
    }
    return r;
}
