/* SPDX-License-Identifier: Apache-2.0 */
/* Lists, panels, events and live views over a board that the test writes. The order of a list is compared with a plain sort of all rows. */
#include "api/list.h"
#include "api/names.h"
#include "api/stream.h"
#include "api_world.h"
#include "core/record.h"
#include "wire/json_read.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOSTS    40u
#define SERVICES 9u

static int set_up(void **state)
{
    *state = api_world_new(HOSTS, SERVICES);
    return 0;
}

static int tear_down(void **state)
{
    api_world_free(*state);
    return 0;
}

static uint32_t next_number(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* States, flags, times and outputs of all sorts, the same in each run. */
static void mix(struct api_world *w, uint32_t seed)
{
    for (uint32_t i = 0; i < w->model.n_check; i++) {
        uint32_t flags = next_number(&seed) % 10 ? BOARD_CHECKED : 0, r = next_number(&seed);
        char output[64];

        if (r % 5 == 0)
            flags |= BOARD_ACKNOWLEDGED;
        snprintf(output, sizeof(output), "%s number %u", r & 1 ? "alpha" : "Beta", next_number(&seed) % 50);
        api_world_put(w, i, next_number(&seed) % (i < w->model.n_hosts ? 3 : 4), flags,
                      w->wall.us - (int64_t)(next_number(&seed) % 100) * TIME_MIN, output);
    }
}

/* ---- order and paging ---- */

struct want {
    uint32_t idx, rank;
    int64_t key;
    char text[48];
};

static int sign; /* of the direction */

static int by_want(const void *a, const void *b)
{
    const struct want *x = a, *y = b;
    int c = x->key < y->key ? -1 : x->key > y->key;

    if (!c)
        c = memcmp(x->text, y->text, sizeof(x->text));
    if (c)
        return sign * c;
    return x->rank < y->rank ? -1 : 1;
}

static struct want want_of(const struct api *a, uint32_t idx, enum list_sort sort)
{
    struct board_check c;
    struct board_text t;
    struct buf b = BUF_INIT;
    struct want w = {.idx = idx, .rank = names_rank(a->names, idx)};

    board_read_check_text(&a->board, idx, &c, &t, &b);
    if (sort == LIST_BY_SINCE)
        w.key = c.last_state_change;
    else if (sort == LIST_BY_CHECKED)
        w.key = c.last_check;
    else if (sort == LIST_BY_NAME)
        w.key = w.rank;
    else if (sort == LIST_BY_OUTPUT)
        for (size_t i = 0; i < t.output.n && i < sizeof(w.text); i++)
            w.text[i] =
                t.output.p[i] >= 'A' && t.output.p[i] <= 'Z' ? (char)(t.output.p[i] + 32) : t.output.p[i];
    buf_release(&b);
    return w;
}

static void compare_with_plain(struct api_world *w, struct list_view v, uint32_t step)
{
    struct want *want = mem_calloc(w->model.n_check, sizeof(*want));
    uint32_t page[64];
    struct list_counts k;
    size_t n = 0;

    for (uint32_t i = 0; i < w->model.n_check; i++) {
        if (list_matches(&w->api, &v, i))
            want[n++] = want_of(&w->api, i, v.sort);
    }
    sign = v.descending ? -1 : 1;
    qsort(want, n, sizeof(want[0]), by_want);
    v.limit = 64;
    for (v.offset = 0; v.offset < n + 64; v.offset += step) {
        size_t got = list_select(&w->api, &v, page, &k);

        assert_int_equal(k.matched, n);
        assert_int_equal(got, v.offset < n ? MIN((size_t)64, n - v.offset) : 0);
        for (size_t i = 0; i < got; i++)
            assert_int_equal(page[i], want[v.offset + i].idx);
    }
    mem_free(want);
}

static void test_order(void **state)
{
    static const enum list_sort sorts[] = {LIST_BY_NAME, LIST_BY_SINCE, LIST_BY_CHECKED, LIST_BY_OUTPUT};
    struct api_world *w = *state;

    for (uint32_t seed = 1; seed <= 5; seed++) {
        mix(w, seed);
        for (size_t s = 0; s < ARRAY_LEN(sorts); s++) {
            for (int f = 0; f < 6; f++) {
                struct list_view v = {.sort = sorts[s],
                                      .descending = f & 1,
                                      .filter = (enum list_filter)(f / 2),
                                      .hosts = true,
                                      .services = f != 3};

                compare_with_plain(w, v, 37);
            }
        }
    }
}

/* Of thousands, near pages and far ones. */
static void test_order_of_many(void **state UNUSED)
{
    static const enum list_sort sorts[] = {LIST_BY_SINCE, LIST_BY_OUTPUT};
    struct api_world *w = api_world_new(150, 20);

    mix(w, 7);
    for (size_t s = 0; s < ARRAY_LEN(sorts); s++)
        compare_with_plain(
            w, (struct list_view){.sort = sorts[s], .descending = s == 0, .hosts = true, .services = true},
            411);
    api_world_free(w);
}

/* By severity: the worse first, of those what nobody has taken care of, of those the newest. */
static void test_severity(void **state)
{
    struct api_world *w = *state;
    const uint32_t s = w->model.n_hosts;
    int64_t t = w->wall.us;
    uint32_t page[8];
    struct list_counts k;
    struct list_view v = {.sort = LIST_BY_SEVERITY,
                          .descending = true,
                          .hosts = true,
                          .services = true,
                          .limit = 8,
                          .filter = LIST_PROBLEMS};

    api_world_put(w, s + 0, 1, BOARD_CHECKED, t - TIME_H, "warning");
    api_world_put(w, s + 1, 2, BOARD_CHECKED, t - TIME_H, "critical, old");
    api_world_put(w, s + 2, 2, BOARD_CHECKED, t - TIME_MIN, "critical, new");
    api_world_put(w, s + 3, 2, BOARD_CHECKED | BOARD_ACKNOWLEDGED, t, "critical, acknowledged");
    api_world_put(w, s + 4, 3, BOARD_CHECKED, t, "unknown");
    api_world_put(w, 5, 1, BOARD_CHECKED, t - TIME_DAY, "down");
    assert_int_equal(list_select(&w->api, &v, page, &k), 6);
    assert_int_equal(page[0], 5);
    assert_int_equal(page[1], s + 2);
    assert_int_equal(page[2], s + 1);
    assert_int_equal(page[3], s + 3);
    assert_int_equal(page[4], s + 0);
    assert_int_equal(page[5], s + 4);
    assert_int_equal(k.unhandled, 5);
    assert_int_equal(k.state[ROW_CRITICAL], 3);
    assert_int_equal(k.state[ROW_DOWN], 1);
    assert_int_equal(k.total, w->model.n_check);
    v.filter = LIST_UNHANDLED;
    assert_int_equal(list_select(&w->api, &v, page, &k), 5);
}

/* ---- the list as clients see it ---- */

static struct json_value *get(struct api_world *w, const char *path, const char *query, int status)
{
    struct str text;
    struct err err = ERR_INIT;
    struct json_value *root;
    int got = api_world_ask(w, "GET", path, query, "", API_ROLE_VIEWER);

    if (got != status)
        fail_msg("%s?%s: %d %s", path, query, got, w->body.data);
    text = buf_str(&w->body);
    root = json_read(&text, &err);
    if (!root)
        fail_msg("%s: %s", err.text, w->body.data);
    return root;
}

static int64_t matched(struct api_world *w, const char *query)
{
    struct json_value *root = get(w, "/api/v1/resources", query, 200);
    int64_t n = json_read_int(json_read_member(root, "matched"));

    json_read_free(root);
    return n;
}

static void test_filters(void **state)
{
    struct api_world *w = *state;
    uint32_t s = model_find_service(&w->model, STR("h0003"), STR("s04"));

    api_world_put(w, s, 2, BOARD_CHECKED, w->wall.us, "the Disk is full");
    api_world_put(w, 7, 1, BOARD_CHECKED, w->wall.us, "no answer");
    assert_int_equal(matched(w, ""), HOSTS * (SERVICES + 1));
    assert_int_equal(matched(w, "kind=host"), HOSTS);
    assert_int_equal(matched(w, "kind=service"), HOSTS * SERVICES);
    assert_int_equal(matched(w, "filter=problems"), 2);
    assert_int_equal(matched(w, "state=critical"), 1);
    assert_int_equal(matched(w, "state=critical,down"), 2);
    assert_int_equal(matched(w, "host=h0003"), SERVICES + 1);
    assert_int_equal(matched(w, "host=h0003&service=s04"), 1);
    assert_int_equal(matched(w, "host=nothing"), 0);
    assert_int_equal(matched(w, "q=disk"), 1);
    assert_int_equal(matched(w, "q=H0003+DISK"), 1);
    assert_int_equal(matched(w, "q=h0003+s04"), 1);
    assert_int_equal(matched(w, "q=h0004+disk"), 0);
    assert_int_equal(matched(w, "q=%20%20"), HOSTS * (SERVICES + 1));
}

static void test_bad_parameters(void **state)
{
    static const char *const bad[] = {"filter=x",   "kind=x",     "state=x",
                                      "state=ok,",  "sort=x",     "order=x",
                                      "limit=-1",   "limit=1001", "limit=x",
                                      "limit=",     "cursor=",    "cursor=5",
                                      "cursor=o-1", "cursor=ox",  "cursor=o99999999999",
                                      "q=hots:web"};
    struct api_world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct json_value *root = get(w, "/api/v1/resources", bad[i], 400);

        assert_true(str_starts(str_of(bad[i]), json_read_text(json_read_member(root, "field"))));
        json_read_free(root);
    }
}

/* Page after page, every row once. */
static void test_paging(void **state)
{
    struct api_world *w = *state;
    char query[64] = "limit=7&sort=name";
    struct map seen = MAP_INIT;
    unsigned pages = 0;

    for (;;) {
        struct json_value *root = get(w, "/api/v1/resources", query, 200);
        const struct json_value *rows = json_read_member(root, "resources");
        struct str next = json_read_text(json_read_member(root, "next"));

        for (size_t i = 0; i < json_read_length(rows); i++)
            assert_true(
                map_put(&seen, json_read_text(json_read_member(json_read_element(rows, i), "id")), 1));
        pages++;
        snprintf(query, sizeof(query), "limit=7&sort=name&cursor=" STR_FMT, STR_ARG(next));
        json_read_free(root);
        if (!next.p)
            break;
    }
    assert_int_equal(seen.count, w->model.n_check);
    assert_int_equal(pages, (w->model.n_check + 6) / 7);
    map_release(&seen);
}

/* Whatever a plugin prints arrives as text: control characters, markup and broken UTF-8 do not break the answer. */
static void test_hostile_output(void **state)
{
    static const char *const outputs[] = {"<script>alert(1)</script>", "\"},{\"x\":\"",
                                          "\033[31mred\033[0m",        "\xe2\x80\xae txet",
                                          "line\xe2\x80\xa8separator", "tab\there"};
    struct api_world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(outputs); i++) {
        struct json_value *root;

        api_world_put(w, 0, 1, BOARD_CHECKED, w->wall.us, outputs[i]);
        root = get(w, "/api/v1/resources", "state=down", 200);
        assert_int_equal(json_read_length(json_read_member(root, "resources")), 1);
        assert_true(str_eq_c(json_read_text(json_read_member(
                                 json_read_element(json_read_member(root, "resources"), 0), "output")),
                             outputs[i]));
        assert_null(strchr(w->body.data, '<'));
        json_read_free(root);
    }
}

static void test_panel(void **state)
{
    struct api_world *w = *state;
    struct json_value *root;
    const struct json_value *perf;
    struct board_comment c = {.id = 5, .idx = 3, .entry_type = BOARD_COMMENT_ACK, .entry_time = w->wall.us};
    struct board_downtime d = {.id = 6,
                               .idx = 3,
                               .fixed = 1,
                               .start = w->wall.us,
                               .end = w->wall.us + TIME_H,
                               .duration_us = TIME_H};

    board_put_comment(&w->writer, &c, STR("ann"), STR("being looked at"));
    board_put_downtime(&w->writer, &d, STR("bob"), STR("a new disk"));
    root = get(w, "/api/v1/resources/1003", "", 200);
    assert_true(str_eq_c(json_read_text(json_read_member(root, "id")), "1003"));
    assert_true(str_eq_c(json_read_text(json_read_member(root, "host")), "h0003"));
    assert_true(str_eq_c(json_read_text(json_read_member(root, "address")), "192.0.2.3"));
    assert_true(str_eq_c(json_read_text(json_read_member(root, "check_command")), "ping!a"));
    assert_true(str_eq_c(json_read_text(json_read_element(json_read_member(root, "contacts"), 0)), "ann"));
    assert_int_equal(json_read_int(json_read_member(root, "check_interval_s")), 300);
    assert_int_equal(json_read_length(json_read_member(root, "comments")), 1);
    assert_int_equal(json_read_length(json_read_member(root, "downtimes")), 1);
    assert_non_null(strstr(w->body.data, "\"acknowledgement\":null"));
    perf = json_read_member(root, "perfdata");
    assert_int_equal(json_read_length(perf), 2);
    assert_true(
        str_eq_c(json_read_text(json_read_member(json_read_element(perf, 1), "label")), "free space"));
    assert_int_equal(json_read_int(json_read_member(json_read_element(perf, 1), "value")), 80);
    assert_non_null(strstr(
        w->body.data, "\"value\":0.5,\"unit\":\"s\",\"warn\":\"1\",\"crit\":\"2\",\"min\":0,\"max\":null"));
    json_read_free(root);
    json_read_free(get(w, "/api/v1/resources/1003", "x=1", 400));
    board_put_check(&w->writer, 3,
                    &(struct board_check){.oid = 1003,
                                          .state = 1,
                                          .flags = BOARD_CHECKED | BOARD_ACKNOWLEDGED,
                                          .ack_type = 2,
                                          .ack_expires = w->wall.us + TIME_H,
                                          .downtime_depth = 1},
                    STR("gone"), STR(""), STR(""), STR_NULL);
    json_read_free(get(w, "/api/v1/resources/1003", "", 200));
    assert_non_null(strstr(w->body.data, "\"acknowledgement\":{\"author\":\"ann\",\"text\":\"being looked "
                                         "at\",\"time\":\"2023-11-14T22:13:20.000Z\",\"expires\":\"2023-11-"
                                         "14T23:13:20.000Z\",\"sticky\":true}"));
    json_read_free(get(w, "/api/v1/resources", "host=h0003&service=s00", 200));
    assert_non_null(strstr(w->body.data, "\"in_downtime\":false,\"host_in_downtime\":true"));
    json_read_free(get(w, "/api/v1/status", "", 200));
}

/* What external commands set stands in the place of what the files say. */
static void test_panel_as_commanded(void **state)
{
    struct api_world *w = *state;
    struct board_check c = {.oid = 1003};
    struct buf over = BUF_INIT;
    struct json_value *root;

    c.over_check_period = model_find_period(&w->model, STR("office")) + 1;
    record_pack_word(&over, STR("ping!z"));
    record_pack_word(&over, STR(""));
    board_put_check(&w->writer, 3, &c, STR("up"), STR_NULL, STR_NULL, buf_str(&over));
    root = get(w, "/api/v1/resources/1003", "", 200);
    assert_true(str_eq_c(json_read_text(json_read_member(root, "check_command")), "ping!z"));
    assert_true(str_eq_c(json_read_text(json_read_member(root, "check_period")), "office"));
    assert_true(str_eq_c(json_read_text(json_read_member(root, "notification_period")), "always"));
    json_read_free(root);
    buf_release(&over);
}

/* ---- events ---- */

static void test_events(void **state)
{
    struct api_world *w = *state;
    struct str text;
    struct err err = ERR_INIT;
    struct json_value *root;
    const struct json_value *list;

    assert_int_equal(
        api_world_ask(w, "GET", "/api/v1/resources/1041/events", "limit=2&cursor=77", "", API_ROLE_VIEWER),
        0);
    assert_string_equal(w->question.data, "events_of|0|1041|77|2");
    api_world_rows(w, "[{\"id\":\"70\",\"time\":\"2026-11-23T09:00:00Z\",\"oid\":\"1041\",\"kind\":\"alert\","
                      "\"state\":2,\"hard\":true,\"attempt\":3,"
                      "\"text\":\"bad\"}][{\"id\":\"69\",\"time\":\"2026-11-23T08:00:00Z\",\"kind\":"
                      "\"comment\",\"author\":\"ann\"}]");
    assert_int_equal(w->status, 200);
    text = buf_str(&w->body);
    root = json_read(&text, &err);
    list = json_read_member(root, "events");
    assert_int_equal(json_read_length(list), 2);
    assert_true(str_eq_c(json_read_text(json_read_member(json_read_element(list, 0), "state")), "critical"));
    assert_true(str_eq_c(json_read_text(json_read_member(root, "next")), "69"));
    json_read_free(root);
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/resources/1041/events", "limit=0", "", API_ROLE_VIEWER),
                     400);
    assert_int_equal(
        api_world_ask(w, "GET", "/api/v1/resources/1041/events", "cursor=x", "", API_ROLE_VIEWER), 400);
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/events", "", "", API_ROLE_VIEWER), 0);
    assert_string_equal(w->question.data, "events_recent|0|0|20");
    api_world_rows(w, "[]");
    assert_string_equal(w->body.data, "{\"events\":[],\"next\":null}");
}

/* ---- live views ---- */

static void ask_stream(struct api_world *w, const char *query, const char *last_id)
{
    struct api_request q = {.source = API_BY_WEB,
                            .id = ++w->ids,
                            .method = STR("GET"),
                            .path = STR("/api/v1/stream"),
                            .query = str_of(query),
                            .peer = STR("127.0.0.1"),
                            .host = STR("localhost"),
                            .uid = -1,
                            .authorization = STR("Bearer vgt_viewer"),
                            .last_event_id = str_of(last_id)};
    unsigned before = w->asked_auth;

    api_world_receive(w, &q);
    if (w->asked_auth > before)
        api_world_auth(w, true, "ok", "", "tester", "viewer");
}

static void open_stream(struct api_world *w, const char *query, const char *last_id)
{
    ask_stream(w, query, last_id);
    assert_int_equal(w->status, 200);
    assert_true(w->more);
    assert_non_null(strstr(w->headers.data, "Content-Type: text/event-stream\n"));
    assert_non_null(strstr(w->headers.data, "X-Accel-Buffering: no\n"));
}

static void round_of(struct api_world *w)
{
    buf_clear(&w->streamed);
    api_world_forward(w, STREAM_ROUND_US);
    api_tick(&w->api);
}

static unsigned times(const struct buf *b, const char *what)
{
    unsigned n = 0;

    for (const char *p = b->data; (p = strstr(p, what)); p++)
        n++;
    return n;
}

static void test_stream(void **state)
{
    struct api_world *w = *state;
    int64_t t = w->wall.us;

    open_stream(w, "filter=problems", NULL);
    assert_non_null(strstr(w->body.data, "event: counts"));
    round_of(w);
    assert_int_equal(w->streamed.len, 0); /* nothing changed, nothing is said */
    for (int i = 0; i < 5; i++)
        api_world_put(w, 9, 1, BOARD_CHECKED, t, i < 4 ? "not this" : "gone dark");
    api_world_put(w, 10, 0, BOARD_CHECKED, t, "still fine");
    round_of(w);
    assert_int_equal(times(&w->streamed, "event: row"),
                     1); /* five changes, one row; what does not match is not told */
    assert_non_null(strstr(w->streamed.data, "gone dark"));
    assert_non_null(strstr(w->streamed.data, "\"matched\":1"));
    assert_int_equal(times(&w->streamed, "event: counts"), 1);
    api_world_put(w, 9, 0, BOARD_CHECKED, t, "back again");
    api_tick(&w->api); /* too early for the next round */
    assert_int_equal(times(&w->streamed, "back again"), 0);
    round_of(w);
    assert_int_equal(times(&w->streamed, "event: row"), 1); /* it leaves the view: once more, then gone */
    assert_non_null(strstr(w->streamed.data, "event: gone\ndata: {\"id\":\"1009\"}"));
    api_world_put(w, 9, 0, BOARD_CHECKED, t, "and again");
    round_of(w);
    assert_int_equal(w->streamed.len, 0);
}

static void test_stream_beats(void **state)
{
    struct api_world *w = *state;

    open_stream(w, "", NULL);
    buf_clear(&w->streamed);
    for (int64_t us = 0; us < STREAM_BEAT_US; us += STREAM_ROUND_US) {
        assert_int_equal(w->streamed.len, 0);
        api_world_forward(w, STREAM_ROUND_US);
        api_tick(&w->api);
    }
    assert_string_equal(w->streamed.data, ":\n\n");
}

static void test_stream_too_much(void **state)
{
    struct api_world *w = *state;

    open_stream(w, "", NULL);
    for (int k = 0; k < 3; k++) {
        for (uint32_t i = 0; i < w->model.n_check; i++)
            api_world_put(w, i, 0, BOARD_CHECKED, w->wall.us, "changed");
        round_of(w);
        assert_int_equal(times(&w->streamed, "event: row"), 0);
        assert_int_equal(times(&w->streamed, "event: resync"), k == 0); /* and not again for a while */
    }
    api_world_forward(w, STREAM_RESYNC_US);
    round_of(w);
    assert_int_equal(times(&w->streamed, "event: resync"), 1); /* what was held back is said then */
}

static void test_stream_slow(void **state)
{
    struct api_world *w = *state;

    open_stream(w, "", NULL);
    api_world_put(w, 1, 1, BOARD_CHECKED, w->wall.us, "first");
    w->queued = STREAM_QUEUED_MAX + 1;
    round_of(w);
    assert_int_equal(w->streamed.len, 0);
    api_world_put(w, 1, 1, BOARD_CHECKED, w->wall.us, "second");
    w->queued = 0;
    round_of(w);
    assert_int_equal(times(&w->streamed, "event: row"), 1); /* only as it is now */
    assert_non_null(strstr(w->streamed.data, "second"));
    api_world_put(w, 1, 0, BOARD_CHECKED, w->wall.us, "third");
    w->refuse = E_LIMIT;
    round_of(w);
    w->refuse = 0;
    round_of(w);
    assert_int_equal(times(&w->streamed, "event: resync"), 1); /* a round was lost on the way: read again */
}

static void test_stream_resume(void **state)
{
    struct api_world *w = *state;
    const char *id;
    char last[64];

    open_stream(w, "", NULL);
    id = strstr(w->body.data, "id: ");
    snprintf(last, sizeof(last), "%.*s", (int)strcspn(id + 4, "\n"), id + 4);
    open_stream(w, "", last);
    assert_int_equal(times(&w->body, "event: resync"), 0);
    open_stream(w, "", "0-1");
    assert_int_equal(times(&w->body, "event: resync"), 1);
}

/* Views of the same filter share their work; each stream gets its copy; the last one to leave takes the view along. */
static void test_stream_shared(void **state)
{
    struct api_world *w = *state;

    open_stream(w, "filter=problems&sort=name", NULL);
    open_stream(w, "filter=problems&limit=5", NULL);
    assert_int_equal(stream_count(w->api.streams), 2);
    api_world_put(w, 1, 1, BOARD_CHECKED, w->wall.us, "down");
    round_of(w);
    assert_int_equal(times(&w->streamed, "event: row"), 2);
    api_gone(&w->api, API_BY_WEB, w->ids);
    api_world_put(w, 2, 1, BOARD_CHECKED, w->wall.us, "down");
    round_of(w);
    assert_int_equal(times(&w->streamed, "event: row"), 1);
    api_source_lost(&w->api, API_BY_WEB);
    assert_int_equal(stream_count(w->api.streams), 0);
}

/* What chooses a live view outlives the request that opened it. */
static void test_stream_of_group(void **state)
{
    struct api_world *w = *state;

    open_stream(w, "filter=problems&group=g2", NULL);
    api_world_put(w, 1, 1, BOARD_CHECKED, w->wall.us, "down");
    api_world_put(w, 2, 1, BOARD_CHECKED, w->wall.us, "down");
    round_of(w);
    assert_int_equal(times(&w->streamed, "event: row"), 1);
    assert_non_null(strstr(w->streamed.data, "\"matched\":1"));
    api_source_lost(&w->api, API_BY_WEB);
}

static void test_stream_ends(void **state)
{
    struct api_world *w = *state;

    open_stream(w, "", NULL);
    api_world_forward(w, 12 * TIME_H);
    round_of(w);
    assert_int_equal(w->ended, 1); /* the session is over, so is the stream */
    open_stream(w, "", NULL);
    stream_name_ended(&w->api, STR("tester"));
    assert_int_equal(w->ended, 2);
    assert_int_equal(stream_count(w->api.streams), 0);
}

/* A stream whose begin found no room has not begun: its client is told that nothing comes, or he would wait for ever. */
static void test_stream_without_begin(void **state)
{
    struct api_world *w = *state;

    w->refuse_answer = w->refuse_broken = E_LIMIT;
    ask_stream(w, "", NULL);
    assert_int_equal(stream_count(w->api.streams), 0);
    api_world_put(w, 1, 1, BOARD_CHECKED, w->wall.us, "down");
    w->refuse_answer = 0;
    round_of(w);
    assert_int_equal(w->broken, 0); /* there is no room for that either */
    w->refuse_broken = 0;
    round_of(w);
    assert_int_equal(w->broken, 1);
    assert_int_equal(w->answers, 0);
    assert_int_equal(w->streamed.len, 0);
    assert_int_equal(w->api.n_pending, 0);
}

/* While the way to web is full nobody can be told that his stream is over: he is told later, and gets nothing else meanwhile. */
static void test_stream_ends_later(void **state)
{
    struct api_world *w = *state;

    for (int k = 0; k < 3; k++)
        open_stream(w, "", NULL);
    w->refuse = E_LIMIT;
    stream_name_ended(&w->api, STR("tester"));
    stream_world(&w->api);
    round_of(w);
    assert_int_equal(w->ended, 0);
    assert_int_equal(stream_count(w->api.streams), 3);
    api_gone(&w->api, API_BY_WEB, w->ids); /* one does not wait for it */
    w->refuse = 0;
    api_world_put(w, 1, 1, BOARD_CHECKED, w->wall.us, "down");
    round_of(w);
    assert_int_equal(w->ended, 2);
    assert_int_equal(w->streamed.len, 0);
    assert_int_equal(stream_count(w->api.streams), 0);
    open_stream(w, "", NULL);
    w->refuse = E_CLOSED; /* nobody is there to be told */
    stream_name_ended(&w->api, STR("tester"));
    assert_int_equal(stream_count(w->api.streams), 0);
}

int main(void)
{
#define WORLD(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WORLD(test_order),
        cmocka_unit_test(test_order_of_many),
        WORLD(test_severity),
        WORLD(test_filters),
        WORLD(test_bad_parameters),
        WORLD(test_paging),
        WORLD(test_hostile_output),
        WORLD(test_panel),
        WORLD(test_panel_as_commanded),
        WORLD(test_events),
        WORLD(test_stream),
        WORLD(test_stream_beats),
        WORLD(test_stream_too_much),
        WORLD(test_stream_slow),
        WORLD(test_stream_resume),
        WORLD(test_stream_shared),
        WORLD(test_stream_of_group),
        WORLD(test_stream_ends),
        WORLD(test_stream_ends_later),
        WORLD(test_stream_without_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
