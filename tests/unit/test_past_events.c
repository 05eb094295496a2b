/* SPDX-License-Identifier: Apache-2.0 */
/* Events of the past: found by page, group, kind and text, and counted over time, beside a list of the same events; a search for something rare. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "past_place.h"

/* ---- events ---- */

static const char *const texts[] = {"disk is full", "all good", "DISK slow", "timeout"};

static struct record_event event_no(uint64_t seq)
{
    return (struct record_event){.oid = 1 + seq * 7 % 13,
                                 .kind = seq % 5 == 0   ? RECORD_EVENT_NOTIFICATION
                                         : seq % 9 == 0 ? RECORD_EVENT_COMMENT
                                                        : RECORD_EVENT_ALERT,
                                 .text = str_of(texts[seq % 4])};
}

/* Rises, two at a time, but for a time when the clock had been set back. */
static int64_t time_no(uint64_t seq)
{
    return begin_s * TIME_S + (int64_t)((seq < 200 || seq > 260 ? seq : seq - 50) / 2) * TIME_S;
}

struct wish {
    const char *kinds, *text, *oids;
    int64_t from, to; /* seconds behind begin_s */
};

static bool wished(const struct wish *w, uint64_t seq)
{
    struct record_event e = event_no(seq);
    int64_t at = time_no(seq) - begin_s * TIME_S;
    struct str oids = str_of(w->oids), kinds = str_of(w->kinds);
    bool oid = !oids.n, kind = !kinds.n;
    uint64_t one;

    while (oids.n && str_to_u64(str_cut(&oids, ','), &one))
        oid |= one == e.oid;
    while (kinds.n)
        kind |= str_eq_c(str_cut(&kinds, ','), history_kind_name(e.kind));
    return oid && kind && at >= w->from * TIME_S && at <= w->to * TIME_S &&
           (!w->text[0] || str_icontains(e.text, str_of(w->text)));
}

enum { FOUND_MOST = 401 };

static int newest_first(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    if (time_no(x) != time_no(y))
        return time_no(x) > time_no(y) ? -1 : 1;
    return x > y ? -1 : x < y;
}

static void check_wish(struct history *h, const struct wish *w)
{
    uint64_t want[FOUND_MOST], cursor = 0;
    size_t n = 0, got = 0, page;

    for (uint64_t seq = 1; seq <= 400; seq++)
        n += wished(w, want[n] = seq);
    qsort(want, n, sizeof(*want), newest_first);
    do {
        struct json_value *v;
        char line[300];

        snprintf(line, sizeof(line), "0|%lld|%lld|%llu|7|%s|%s|%s", (long long)((begin_s + w->from) * TIME_S),
                 (long long)((begin_s + w->to) * TIME_S), (unsigned long long)cursor, w->kinds, w->text,
                 w->oids);
        v = ask(h, NULL, "events_find", line);
        assert_non_null(v);
        page = json_read_length(v);
        for (size_t i = 0; i < page; i++) {
            assert_true(got < n);
            assert_true(str_to_u64(json_read_text(json_read_member(json_read_element(v, i), "id")), &cursor));
            assert_int_equal(cursor, want[got++]);
        }
        json_read_free(v);
    } while (page == 7);
    assert_int_equal(got, n);
}

/* The same wish, counted in three parts. */
static void check_counts(struct history *h, const struct wish *w)
{
    int64_t from = (begin_s + w->from) * TIME_S, to = (begin_s + w->to) * TIME_S;
    long want[3][64] = {{0}};
    char line[300];
    struct json_value *v;

    for (uint64_t seq = 1; seq <= 400; seq++) {
        size_t part = (size_t)((double)(time_no(seq) - from) / ((double)(to - from) + 1) * 3);

        if (wished(w, seq))
            want[MIN(part, 2u)][event_no(seq).kind]++;
    }
    snprintf(line, sizeof(line), "0|%lld|%lld|0|3|%s|%s|%s", (long long)from, (long long)to, w->kinds,
             w->text, w->oids);
    v = ask(h, NULL, "events_histogram", line);
    assert_non_null(v);
    for (size_t i = 0; i < json_read_length(v); i++) {
        const struct json_value *o = json_read_element(v, i);

        for (uint64_t k = 1; k < 64; k++)
            if (str_eq_c(json_read_text(json_read_member(o, "kind")), history_kind_name(k)))
                want[json_read_int(json_read_member(o, "part"))][k] -=
                    json_read_int(json_read_member(o, "n"));
    }
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 64; k++)
            assert_int_equal(want[i][k], 0);
    json_read_free(v);
}

static void test_events_are_found(void **state UNUSED)
{
    static const struct wish wishes[] = {
        {"", "", "", 0, 1000},
        {"alert", "", "", 0, 1000},
        {"notification,comment", "", "", 30, 300},
        {"", "disk", "", 0, 1000},
        {"", "nowhere", "", 0, 1000},
        {"alert", "Full", "", 50, 230},
        {"", "", "3", 0, 1000},
        {"comment", "good", "3", 0, 1000},
        {"", "", "3,5,8", 0, 1000},
        {"", "", "3,5,99", 100, 250},
        {"alert", "", "1,2,3,4", 0, 1000},
        {"", "", "", 150, 210},
        {"", "", "", 500, 400},
        {"notification", "t", "7,9", 0, 399},
    };
    struct history h;
    struct place p;

    place_make(&p);
    open_new(&h, &p);
    assert_int_equal(history_begin(&h), 0);
    for (uint64_t seq = 1; seq <= 400; seq++) {
        struct record_event e = event_no(seq);

        assert_int_equal(history_add(&h, seq, (struct wall){time_no(seq)}, &e), 0);
    }
    assert_int_equal(history_end(&h, 400), 0);
    for (size_t i = 0; i < ARRAY_LEN(wishes); i++)
        check_wish(&h, &wishes[i]);
    for (size_t i = 0; i < ARRAY_LEN(wishes); i++)
        if (wishes[i].from < wishes[i].to)
            check_counts(&h, &wishes[i]);
    assert_null(ask(&h, NULL, "events_histogram", "0|0|1|0|501|||"));
    assert_null(ask(&h, NULL, "events_histogram", "0|0|1|0|3|nonsense||"));
    assert_null(ask(&h, NULL, "events_find", "0|0|1|0|7|nonsense||"));
    assert_null(ask(&h, NULL, "events_find", "0|0|1|0|7|||x"));
    assert_null(ask(&h, NULL, "events_find", "0|0|1|0|7||"));
    assert_null(ask(&h, NULL, "availability", "0|5|4|||1:0"));
    assert_null(ask(&h, NULL, "availability", "0|4|5|||1"));
    history_close(&h);
    temp_dir_remove(p.dir);
}

/* A search for something rare says how far it looked; a group in which nothing happened for long is found all the same. */
static void test_long_search(void **state UNUSED)
{
    struct record_event e = {.oid = 1, .kind = RECORD_EVENT_ALERT, .text = STR("usual")};
    struct history h;
    struct json_value *v;
    struct buf line = BUF_INIT;
    struct place p;

    place_make(&p);
    open_new(&h, &p);
    assert_int_equal(history_begin(&h), 0);
    assert_int_equal(
        history_add(&h, 1, (struct wall){1}, &(struct record_event){.oid = 9, .text = STR("rare")}), 0);
    for (uint64_t seq = 2; seq <= PAST_SCAN_MOST + 50; seq++)
        assert_int_equal(history_add(&h, seq, (struct wall){(int64_t)seq}, &e), 0);
    assert_int_equal(history_end(&h, PAST_SCAN_MOST + 50), 0);
    v = ask(&h, NULL, "events_find", "0|0|9999999|0|7||rare|");
    assert_non_null(v);
    assert_int_equal(json_read_length(v), 1);
    assert_true(json_read_is(json_read_member(json_read_element(v, 0), "searched")));
    assert_true(str_eq_c(json_read_text(json_read_member(json_read_element(v, 0), "id")), "51"));
    json_read_free(v);
    v = ask(&h, NULL, "events_find", "0|0|9999999|51|7||rare|");
    assert_int_equal(json_read_length(v), 1);
    assert_true(str_eq_c(json_read_text(json_read_member(json_read_element(v, 0), "id")), "1"));
    json_read_free(v);
    v = ask(&h, NULL, "events_histogram", "0|0|9999999|0|1|||"); /* it stops as a search does, and goes on */
    assert_int_equal(json_read_length(v), 2);
    assert_int_equal(json_read_int(json_read_member(json_read_element(v, 0), "n")), PAST_SCAN_MOST);
    assert_true(str_eq_c(json_read_text(json_read_member(json_read_element(v, 1), "id")), "51"));
    json_read_free(v);
    v = ask(&h, NULL, "events_histogram", "0|0|9999999|51|1|alert||");
    assert_int_equal(json_read_length(v), 1);
    assert_int_equal(json_read_int(json_read_member(json_read_element(v, 0), "n")), 49);
    json_read_free(v);
    buf_add_c(&line, "0|0|9999999|0|7|||9");
    for (int i = 10; i < 800; i++)
        buf_printf(&line, ",%d", i);
    v = ask(&h, NULL, "events_find", line.data);
    assert_int_equal(json_read_length(v), 1);
    json_read_free(v);
    history_close(&h);
    buf_release(&line);
    temp_dir_remove(p.dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_events_are_found),
                                       cmocka_unit_test(test_long_search)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
