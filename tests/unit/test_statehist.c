/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table statehist of Livestatus, from a real history: random lives of hosts and services, stops of Vigie among them, beside a reference that paints every second from the same
 * events. Each frame of time must be covered without gap or overlap, each second as painted, and what is summed up must be what is counted there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/livestatus.h"
#include "api/livestatus_statehist.h"
#include "api_world.h"
#include "db/past.h"
#include "temp_dir.h"

enum { SECONDS = 80000, HOSTS = 2, OBJECTS = 6, EVENTS = 300, FIRST_OID = 1000 };

struct second {
    int8_t state; /* -1: not known */
    bool down, flapping, blind;
};

struct lives {
    struct api_world *w;
    struct history h;
    char dir[128];
    int64_t begin_s, now_us, alive_us; /* behind the begin */
    int64_t known_s; /* the first thing known of anybody: before it, all is as without periods */
    uint64_t seq;
    struct second is[OBJECTS], painted[OBJECTS][SECONDS];
};

static struct lives l;
static uint64_t seed;

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

/* ---- lives ---- */

static void paint(int64_t from_s)
{
    for (unsigned i = 0; i < OBJECTS; i++)
        for (int64_t s = from_s; s < SECONDS; s++)
            l.painted[i][s] = l.is[i];
}

static void put(struct record_event e)
{
    struct wall at = {l.begin_s * TIME_S + l.now_us};

    assert_int_equal(history_add(&l.h, ++l.seq, at, &e), 0);
    history_seen(&l.h, at);
    l.alive_us = l.now_us;
}

static void of_object(void)
{
    unsigned i = draw(OBJECTS);
    struct second *o = &l.is[i];
    struct record_event e = {
        .oid = FIRST_OID + i, .state = draw(i < HOSTS ? 3 : 4), .hard = draw(2), .attempt = 1};

    switch (draw(8)) {
    case 0:
        e.kind = o->down ? RECORD_EVENT_DOWNTIME_END : RECORD_EVENT_DOWNTIME_START;
        o->down = !o->down;
        break;
    case 1:
        e.kind = o->flapping ? RECORD_EVENT_FLAPPING_END : RECORD_EVENT_FLAPPING_START;
        o->flapping = !o->flapping;
        break;
    case 2: e.kind = RECORD_EVENT_NOTIFICATION; break;
    case 3:
        e.kind = RECORD_EVENT_PENDING;
        o->state = -1;
        o->flapping = false;
        break;
    default:
        e.kind = RECORD_EVENT_ALERT;
        e.text = STR("as said");
        o->state = (int8_t)e.state;
        break;
    }
    if (e.kind != RECORD_EVENT_NOTIFICATION && !l.known_s)
        l.known_s = l.now_us / TIME_S;
    put(e);
}

static void stop_and_start(void)
{
    int64_t was_s = l.alive_us / TIME_S;

    l.now_us += (int64_t)draw(900) * TIME_S + 1;
    for (unsigned i = 0; i < OBJECTS; i++)
        for (int64_t s = was_s; s < l.now_us / TIME_S; s++)
            l.painted[i][s].blind = true;
    put((struct record_event){.kind = RECORD_EVENT_START});
}

static void live(uint64_t with_seed)
{
    char path[160];
    struct err err = ERR_INIT;
    bool moved;

    memset(&l, 0, sizeof(l));
    seed = with_seed;
    l.w = api_world_new(HOSTS, 2);
    l.begin_s = l.w->wall.us / TIME_S - SECONDS;
    l.now_us = 1000 * TIME_S;
    temp_dir_make(l.dir, sizeof(l.dir));
    snprintf(path, sizeof(path), "%s/h.db", l.dir);
    assert_int_equal(history_open(&l.h, path, l.w->wall, &moved, &err), 0);
    for (unsigned i = 0; i < OBJECTS; i++)
        l.is[i].state = -1;
    paint(0);
    assert_int_equal(history_begin(&l.h), 0);
    for (int k = 0; k < EVENTS && l.now_us < (SECONDS - 4000) * TIME_S; k++) {
        l.now_us += draw(4) ? draw(900) * TIME_S / 2 : draw(900000);
        if (draw(12))
            of_object();
        else
            stop_and_start();
        paint(l.now_us / TIME_S);
    }
    assert_int_equal(history_end(&l.h, l.seq), 0);
}

static void die(void)
{
    history_close(&l.h);
    temp_dir_remove(l.dir);
    api_world_free(l.w);
}

/* ---- questions ---- */

static unsigned pages;

static void take(void *user, struct str json)
{
    livestatus_statehist_take(user, json);
}

/* As gate and reader do it. */
static void gather(struct livestatus_statehist *h)
{
    struct buf oids = BUF_INIT;
    struct err err = ERR_INIT;
    const char *question;
    char from[24], to[24];

    snprintf(from, sizeof(from), "%lld", (long long)h->from_s);
    snprintf(to, sizeof(to), "%lld", (long long)h->to_s);
    while ((question = livestatus_statehist_page(h, &oids))) {
        struct str args[] = {STR("0"), str_of(from), str_of(to), buf_str(&oids)};
        struct history_args q = {.stmt = str_of(question), .at = args, .n = ARRAY_LEN(args)};

        pages++;
        if (history_query(&l.h, &q, take, h, &err) < 0)
            fail_msg("%s: %s", question, err.text);
    }
    buf_release(&oids);
}

static void ask(const char *request, struct buf *out)
{
    struct livestatus_world w = {.m = &l.w->model, .b = &l.w->api.board, .version = "1", .now = l.w->wall};
    struct livestatus_statehist h;
    struct livestatus_reply reply;

    if (livestatus_statehist_wanted(&w, str_of(request), &h)) {
        gather(&h);
        livestatus_statehist_make(&h, &l.w->api);
        w.statehist = &h;
    }
    buf_clear(out);
    livestatus_answer(&w, str_of(request), out, &reply);
    livestatus_statehist_release(&h);
}

static int64_t number(struct str *line)
{
    int64_t n = 0;

    assert_true(str_to_i64(str_cut(line, ';'), &n));
    return n;
}

struct row {
    unsigned i;
    int64_t from, until, state, host_down, down, host_in_downtime, flapping, duty;
};

static unsigned index_of(struct str host, struct str service)
{
    unsigned h = host.p[4] == '1';

    return !service.n ? h : HOSTS + h * 2 + (service.p[2] == '1');
}

static void check_second(const struct row *r, int64_t s, bool duty)
{
    const struct second *x = &l.painted[r->i][s],
                        *host = &l.painted[r->i < HOSTS ? r->i : (r->i - HOSTS) / 2][s];
    bool known = !x->blind;

    if (r->state != (known ? x->state : -1) || r->down != (known && x->down) ||
        r->flapping != (known && x->flapping) || r->host_down != (known && host->state > 0) ||
        r->host_in_downtime != (known && host->down) || r->duty != duty)
        fail_msg("object %u at %lld: state %lld for %d, downtime %lld for %d, flapping %lld for %d, host "
                 "%lld for %d, its "
                 "downtime %lld for %d, duty %lld for %d",
                 r->i, (long long)s, (long long)r->state, x->state, (long long)r->down, x->down,
                 (long long)r->flapping, x->flapping, (long long)r->host_down, host->state,
                 (long long)r->host_in_downtime, host->down, (long long)r->duty, duty);
}

/* Every second of the frame, once, as painted; and no two rows that tell the same. */
static void check_frame(int64_t from, int64_t to, struct str answer)
{
    struct row before = {.i = OBJECTS};
    int64_t at = to;
    unsigned objects = 0;
    struct when when;

    when_init(&when, &l.w->model);
    while (answer.n) {
        struct str line = str_cut(&answer, '\n'), host = str_cut(&line, ';'), service = str_cut(&line, ';');
        struct row r = {.i = index_of(host, service), .from = number(&line) - l.begin_s};

        r.until = number(&line) - l.begin_s;
        r.state = number(&line);
        r.host_down = number(&line);
        r.down = number(&line);
        r.host_in_downtime = number(&line);
        r.flapping = number(&line);
        r.duty = number(&line);
        if (r.i != before.i) {
            assert_int_equal(at, to);
            at = from;
            objects++;
        } else {
            assert_true(memcmp(&r.state, &before.state, sizeof(r) - offsetof(struct row, state)) != 0);
        }
        assert_int_equal(r.from, at);
        assert_true(r.until > r.from && r.until <= to);
        for (int64_t s = r.from; s < r.until; s += 1 + (int64_t)draw(7)) {
            struct wall moment = {(l.begin_s + s) * TIME_S};
            uint32_t office = model_find_period(&l.w->model, STR("office"));
            bool office_only = service.n && service.p[2] == '1';

            check_second(&r, s, !office_only || s < l.known_s || when_contains(&when, office, moment));
        }
        at = r.until;
        before = r;
    }
    when_release(&when);
    assert_int_equal(at, to);
    assert_int_equal(objects, OBJECTS);
}

static void test_random_lives(void **state UNUSED)
{
    struct buf out = BUF_INIT;

    for (uint64_t round = 0; round < 6; round++) {
        live(round);
        for (int k = 0; k < 8; k++) {
            int64_t from = draw(SECONDS - 10), to = from + 1 + draw((uint32_t)(SECONDS - from - 1));
            char request[400];

            snprintf(request, sizeof(request),
                     "GET statehist\nColumns: host_name service_description from until state host_down "
                     "in_downtime "
                     "in_host_downtime is_flapping in_service_period\nFilter: time >= %lld\nFilter: time <= "
                     "%lld\n",
                     (long long)(l.begin_s + from), (long long)(l.begin_s + to));
            ask(request, &out);
            check_frame(from, to, buf_str(&out));
        }
        die();
    }
    buf_release(&out);
}

/* As clients ask: seconds by state, and their parts of the frame. */
static void test_sums(void **state UNUSED)
{
    struct buf out = BUF_INIT, want = BUF_INIT;
    int64_t from = 17, to = SECONDS - 5, seconds[5] = {0};
    char request[400];

    live(99);
    for (int64_t s = from; s < to; s++)
        seconds[1 + (l.painted[3][s].blind ? -1 : l.painted[3][s].state)]++;
    snprintf(request, sizeof(request),
             "GET statehist\nStats: sum duration_unmonitored\nStats: sum duration_ok\nStats: sum "
             "duration_warning\nStats: sum "
             "duration_critical\nStats: sum duration_unknown\nStats: sum duration\nStats: sum duration_part\n"
             "Filter: host_name = h0000\nFilter: service_description = s01\nFilter: time > %lld\nFilter: "
             "time < %lld\n",
             (long long)(l.begin_s + from - 1), (long long)(l.begin_s + to + 1));
    pages = 0;
    ask(request, &out);
    assert_int_equal(pages, 2); /* the gaps, and the service with its host: nobody else is asked for */
    for (int i = 0; i < 5; i++)
        buf_printf(&want, "%lld;", (long long)seconds[i]);
    buf_printf(&want, "%lld;1.0\n", (long long)(to - from));
    assert_string_equal(out.data, want.data);
    for (int i = 0; i < 5; i++) {
        int64_t ppm = (seconds[i] * 1000000 + (to - from) / 2) / (to - from);

        snprintf(request, sizeof(request),
                 "GET statehist\nColumns: state\nStats: sum duration\nStats: sum duration_part\n"
                 "Filter: host_name = h0000\nFilter: service_description = s01\nFilter: state = %d\nFilter: "
                 "time >= "
                 "%lld\nFilter: time <= %lld\nOutputFormat: json\n",
                 i - 1, (long long)(l.begin_s + from), (long long)(l.begin_s + to));
        buf_clear(&want);
        buf_printf(&want, "[[\"%d\",%lld,0.%06lld", i - 1, (long long)seconds[i], (long long)ppm);
        while (want.data[want.len - 1] == '0')
            buf_truncate(&want, want.len - 1);
        buf_add_c(&want, "]]\n");
        ask(request, &out);
        assert_string_equal(out.data, seconds[i] ? want.data : "[]\n");
    }
    die();
    buf_release(&out);
    buf_release(&want);
}

static void test_frames(void **state UNUSED)
{
    static const struct {
        const char *filters, *starts; /* of the answer; %lld: begin, of the history */
    } cases[] = {
        {"", "400 "},
        {"Filter: time < 1900000000\n", "400 "},
        {"Filter: time >= 1000\nNegate:\n", "400 "},
        {"Filter: time >= 1000\nFilter: time >= 2000\nOr: 2\n", "400 "},
        {"Filter: until >= 1000\n", "400 "},
        {"Filter: time >= 1000\n", "200 "},
        {"Filter: time >= 1000\nFilter: state = 0\nAnd: 2\n", "200 "},
        {"Filter: time = 1000\n", "200           0\n"}, /* no time at all */
        {"Filter: time >= 2000\nFilter: time <= 1000\n", "200           0\n"},
        {"Filter: time >= 1999999000\n", "200           0\n"}, /* without an end it is now */
        {"Filter: time >= 1000\nFilter: host_name = nobody\n", "200           0\n"},
        {"Filter: time >= 1\nFilter: time <= 4000000000000\n",
         "200 "}, /* not every Monday of it is looked at */
        {"Filter: time >= 1000\nAuthUser: nobody\n", "200           0\n"},
        {"Filter: time >= 1000\nColumns: nothing\n", "400 "},
    };
    struct buf out = BUF_INIT;

    live(5);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char request[300];

        snprintf(request, sizeof(request), "GET statehist\nColumns: state\nResponseHeader: fixed16\n%s",
                 cases[i].filters);
        ask(request, &out);
        if (!str_starts(buf_str(&out), str_of(cases[i].starts)))
            fail_msg("%s is answered with %s", cases[i].filters, out.data);
    }
    die();
    buf_release(&out);
}

/* A history of three events, every column of it. */
static void test_columns(void **state UNUSED)
{
    struct buf out = BUF_INIT, want = BUF_INIT;
    char request[600];

    live(1);
    history_close(&l.h);
    temp_dir_remove(l.dir);
    temp_dir_make(l.dir, sizeof(l.dir));
    {
        char path[160];
        struct err err = ERR_INIT;
        bool moved;

        snprintf(path, sizeof(path), "%s/h.db", l.dir);
        assert_int_equal(history_open(&l.h, path, l.w->wall, &moved, &err), 0);
        assert_int_equal(history_begin(&l.h), 0);
        l.seq = 0;
        l.now_us = 100 * TIME_S;
        put((struct record_event){.kind = RECORD_EVENT_ALERT,
                                  .oid = FIRST_OID + 4,
                                  .state = 2,
                                  .hard = 1,
                                  .text = STR("hot; \"very\"")});
        l.now_us = 140 * TIME_S + 999999;
        put((struct record_event){.kind = RECORD_EVENT_DOWNTIME_START, .oid = FIRST_OID + 1});
        l.now_us = 150 * TIME_S;
        put((struct record_event){.kind = RECORD_EVENT_FLAPPING_START, .oid = FIRST_OID + 4});
        assert_int_equal(history_end(&l.h, l.seq), 0);
    }
    snprintf(
        request, sizeof(request),
        "GET statehist\nColumns: from time until duration duration_part state host_down in_downtime "
        "in_host_downtime "
        "is_flapping in_notification_period notification_period in_service_period service_period debug_info "
        "log_output lineno duration_critical duration_part_critical current_host_alias host_state "
        "current_service_state\nFilter: host_name = h0001\nFilter: service_description = s00\nFilter: time "
        ">= "
        "%lld\nFilter: time <= %lld\nOutputFormat: json\n",
        (long long)(l.begin_s + 90), (long long)(l.begin_s + 190));
    ask(request, &out);
#define AT(n) (long long)(l.begin_s + (n))
    buf_printf(&want,
               "[[%lld,%lld,%lld,10,0.1,-1,0,0,0,0,1,\"always\",1,\"\",\"UNMONITORED\",\"\",0,0,0.0,"
               "\"Machine 1\",0,0],\n"
               "[%lld,%lld,%lld,40,0.4,2,0,0,0,0,1,\"always\",1,\"\",\"STATE\",\"hot; "
               "\\\"very\\\"\",1,40,0.4,\"Machine 1\",0,0],\n"
               "[%lld,%lld,%lld,10,0.1,2,0,0,1,0,1,\"always\",1,\"\",\"HOST DOWNTIME\",\"hot; "
               "\\\"very\\\"\",1,10,0.1,\"Machine 1\",0,0],\n"
               "[%lld,%lld,%lld,40,0.4,2,0,0,1,1,1,\"always\",1,\"\",\"FLAPPING\",\"hot; "
               "\\\"very\\\"\",3,40,0.4,\"Machine 1\",0,0]]\n",
               AT(90), AT(100), AT(100), AT(100), AT(140), AT(140), AT(140), AT(150), AT(150), AT(150),
               AT(190), AT(190));
    assert_string_equal(out.data, want.data);
    die();
    buf_release(&out);
    buf_release(&want);
}

static bool at_once(void *user UNUSED)
{
    return true;
}

/* What does not come from the reader, or too much, does no harm. */
static void test_strange_answers(void **state UNUSED)
{
    static const char *const pieces[] = {"",
                                         "[",
                                         "{}",
                                         "[1,null,\"x\",{}]",
                                         "[{\"oid\":\"1000\",\"at\":\"x\",\"state\":99}]",
                                         "[{\"oid\":\"1000\",\"at\":-5,\"state\":-1}]",
                                         "[{\"from\":5}]"};
    struct livestatus_world w = {.now = {1700000000 * TIME_S}};
    struct livestatus_statehist h;
    struct api_world *many;

    live(2);
    w.m = &l.w->model;
    w.b = &l.w->api.board;
    assert_true(livestatus_statehist_wanted(&w, STR("GET statehist\nFilter: time >= 1000\n"), &h));
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
        livestatus_statehist_take(&h, str_of(pieces[i]));
    livestatus_statehist_make(&h, &l.w->api);
    assert_true(h.rows.n >= OBJECTS && !h.full);
    for (unsigned i = 0; i <= LIVESTATUS_STATEHIST_MAX && !h.full; i++)
        livestatus_statehist_take(&h, STR("[{\"oid\":\"1000\",\"at\":5}]"));
    assert_true(h.full);
    livestatus_statehist_release(&h);
    w.too_long = at_once;
    assert_true(livestatus_statehist_wanted(&w, STR("GET statehist\nFilter: time >= 1000\n"), &h));
    assert_false(h.gave_up); /* it is asked every 16th object, and there are six */
    livestatus_statehist_release(&h);
    many = api_world_new(20, 2);
    w.m = &many->model;
    w.b = &many->api.board;
    assert_true(livestatus_statehist_wanted(&w, STR("GET statehist\nFilter: time >= 1000\n"), &h) &&
                h.gave_up);
    livestatus_statehist_release(&h);
    api_world_free(many);
    die();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_lives), cmocka_unit_test(test_sums),
                                       cmocka_unit_test(test_frames), cmocka_unit_test(test_columns),
                                       cmocka_unit_test(test_strange_answers)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
