/* SPDX-License-Identifier: Apache-2.0 */
/* GET /availability/buckets and GET /resources/{id}/availability/buckets: how available in equal parts of the time, all in one answer. The way to the reader and back is that of availability.c. */
#include "api/availability.h"

#include "api/api_reply.h"
#include "api/availability_int.h"
#include "db/past.h"

#include <string.h>

#define PARTS      30u
#define PARTS_MOST "500"

const char *const availability_query_parts[] = {"group",  "kind",      "host", "service", "from", "to",
                                                "period", "downtimes", "soft", "buckets", NULL};
const char *const availability_query_parts_one[] = {"from", "to",      "period", "downtimes",
                                                    "soft", "buckets", NULL};

bool availability_read_parts(struct api *a, struct api_request *q, struct availability_ask *k)
{
    struct str s = api_query(q, "buckets");
    uint64_t n = PARTS;

    if (s.p && (!str_to_u64(s, &n) || n < 1 || n > PAST_PARTS_MOST)) {
        api_fail_with(a, q, 400, "buckets", PROBLEM_PARAMETER_FROM_ONE, STR("buckets"), STR(PARTS_MOST));
        return false;
    }
    k->parts = (size_t)n;
    k->part_ppm = arena_alloc(&q->arena, k->parts * sizeof(*k->part_ppm));
    k->part_counted = arena_alloc(&q->arena, k->parts * sizeof(*k->part_counted));
    memset(k->part_ppm, 0, k->parts * sizeof(*k->part_ppm));
    memset(k->part_counted, 0, k->parts * sizeof(*k->part_counted));
    return true;
}

void availability_take_parts(struct availability_ask *k, const struct json_value *row)
{
    const struct json_value *parts = json_read_member(row, "parts");

    for (size_t i = 0; i < k->parts && i * 2 + 1 < json_read_length(parts); i++) {
        const struct avail_out o = {.good_s = json_read_int(json_read_element(parts, i * 2)),
                                    .bad_s = json_read_int(json_read_element(parts, i * 2 + 1))};
        int64_t ppm = avail_ppm(&o);

        if (ppm < 0)
            continue;
        k->part_ppm[i] += ppm;
        k->part_counted[i]++;
    }
    k->told++;
    k->at++;
}

void availability_write_parts(struct api *a, struct api_request *q, const struct availability_ask *k)
{
    int64_t from = time_wall_s(k->from), wide = time_wall_s(k->to) - from;
    struct buf out = BUF_INIT;
    struct json j;

    if (k->one && !k->told) {
        api_fail(a, q, 404, "id", PROBLEM_NOTHING_THEN);
        return;
    }
    json_init(&j, &out);
    json_map(&j);
    availability_conditions(&j, k);
    json_key_u64(&j, "resources", k->told);
    json_key(&j, "buckets");
    json_list(&j);
    for (size_t i = 0; i < k->parts; i++) {
        int64_t n = (int64_t)k->part_counted[i];

        json_map(&j);
        json_key_time(&j, "from", (struct wall){(from + wide * (int64_t)i / (int64_t)k->parts) * TIME_S});
        json_key_time(&j, "to", (struct wall){(from + wide * (int64_t)(i + 1) / (int64_t)k->parts) * TIME_S});
        availability_percent(&j, "availability", n ? k->part_ppm[i] / n : -1);
        json_key_i64(&j, "with_basis", n);
        json_map_end(&j);
    }
    json_list_end(&j);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

/* ---- what the answer looks like ---- */

static const struct shape_field part_fields[] = {
    {"from", SHAPE_TIME, 0, NULL},
    {"to", SHAPE_TIME, 0, NULL},
    {"availability", SHAPE_NUMBER, SHAPE_NULL, "in percent, the mean of all; null: there is nothing to say",
     .like = "99.9312"},
    {"with_basis", SHAPE_INT, 0, "of how many there is something to say"},
    {NULL},
};
static const struct shape part_shape = {"AvailabilityBucket", part_fields};
static const struct shape_field fields[] = {
    {"", SHAPE_INSIDE, 0, NULL, .of = &availability_conditions_shape},
    {"resources", SHAPE_INT, 0, "how many hosts and services there are"},
    {"buckets", SHAPE_OBJECT, SHAPE_LIST, "equal parts of the time, the oldest first", .of = &part_shape},
    {NULL},
};
const struct shape availability_parts_shape = {"AvailabilityBuckets", fields};
