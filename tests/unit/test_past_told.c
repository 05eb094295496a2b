/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions about notifications: found by time, object, kind, contact and whether somebody was told, page after page, beside a list of the same; and what of each did not arrive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/notify.h"
#include "core/reason.h"
#include "past_place.h"

enum { SEQS = 300, FEW = 6 };

static const char *const people[] = {"ann", "bob", "eve"};

/* Of whom decision seq speaks, and what became of it. */
static bool names(uint64_t seq, size_t person)
{
    return seq % 7 && (seq + person) % 3 != 0;
}

static bool tells(uint64_t seq, size_t person)
{
    return names(seq, person) && (seq / 2 + person) % 2 == 0;
}

static uint64_t oid_of(uint64_t seq)
{
    return 1 + seq % 5;
}

static int64_t type_of(uint64_t seq)
{
    return seq % 4 == 3 ? NOTIFY_RECOVERY : seq % 11 == 0 ? NOTIFY_ACK : NOTIFY_PROBLEM;
}

/* Two at a time, and for a while the clock was set back. */
static int64_t time_of(uint64_t seq)
{
    return begin_s * TIME_S + (int64_t)((seq < 100 || seq > 160 ? seq : seq - 40) / 2) * TIME_S;
}

static void add(struct history *h, uint64_t seq)
{
    struct buf reasons = BUF_INIT;

    reason_put(&reasons,
               &(struct reason){.topic = REASON_DECIDED, .code = seq % 7 ? WHY_TOLD : WHY_NOTIFY_ONCE});
    for (size_t i = 0; i < ARRAY_LEN(people); i++)
        if (names(seq, i))
            reason_put(&reasons, &(struct reason){.topic = REASON_CONTACT,
                                                  .code = tells(seq, i) ? WHY_CONTACT_TOLD : WHY_CONTACT_OFF,
                                                  .contact = str_of(people[i])});
    assert_int_equal(history_add(h, seq, (struct wall){time_of(seq)},
                                 &(struct record_event){.oid = oid_of(seq),
                                                        .kind = RECORD_EVENT_DECISION,
                                                        .state = 2,
                                                        .hard = 1,
                                                        .attempt = seq,
                                                        .type = (uint64_t)type_of(seq),
                                                        .text = buf_str(&reasons)}),
                     0);
    buf_release(&reasons);
}

struct wish {
    int64_t from, to; /* seconds behind begin_s */
    unsigned types;
    const char *contact, *told, *oids;
};

static bool wished(const struct wish *w, uint64_t seq)
{
    int64_t at = time_of(seq) - begin_s * TIME_S;
    bool named = !w->contact[0], told = false, oid = !w->oids[0];
    struct str oids = str_of(w->oids);
    uint64_t one;

    for (size_t i = 0; i < ARRAY_LEN(people); i++) {
        if (w->contact[0] && strcmp(w->contact, people[i]) != 0)
            continue;
        named |= names(seq, i);
        told |= tells(seq, i);
    }
    while (oids.n && str_to_u64(str_cut(&oids, ','), &one))
        oid |= one == oid_of(seq);
    return at >= w->from * TIME_S && at <= w->to * TIME_S && named && oid &&
           (!w->told[0] || told == (strcmp(w->told, "yes") == 0)) &&
           (!w->types || w->types >> type_of(seq) & 1);
}

static int newest_first(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    if (time_of(x) != time_of(y))
        return time_of(x) > time_of(y) ? -1 : 1;
    return x > y ? -1 : x < y;
}

static uint64_t number(const struct json_value *row, const char *key)
{
    uint64_t n = 0;

    assert_true(str_to_u64(json_read_text(json_read_member(row, key)), &n));
    return n;
}

static void check_wish(struct history *h, const struct wish *w)
{
    uint64_t want[SEQS + 1], cursor = 0, to = (uint64_t)((begin_s + w->to) * TIME_S);
    size_t n = 0, got = 0, page;

    for (uint64_t seq = 1; seq <= SEQS; seq++)
        n += wished(w, want[n] = seq);
    qsort(want, n, sizeof(*want), newest_first);
    do {
        struct json_value *v;
        char line[300];

        snprintf(line, sizeof(line), "0|%lld|%llu|%llu|%d|%u|%s|%s|%s",
                 (long long)((begin_s + w->from) * TIME_S), (unsigned long long)to,
                 (unsigned long long)cursor, FEW, w->types, w->contact, w->told, w->oids);
        v = ask(h, NULL, "decisions", line);
        assert_non_null(v);
        page = json_read_length(v);
        for (size_t i = 0; i < page; i++) {
            const struct json_value *row = json_read_element(v, i);

            assert_true(got < n);
            cursor = number(row, "id");
            to = number(row, "at");
            assert_int_equal(cursor, want[got++]);
            assert_int_equal(number(row, "oid"), oid_of(cursor));
            assert_int_equal(json_read_int(json_read_member(row, "number")), cursor);
            assert_int_equal(json_read_int(json_read_member(row, "type")), type_of(cursor));
            assert_true(json_read_text(json_read_member(row, "reasons")).n > 0);
        }
        json_read_free(v);
    } while (page == FEW);
    assert_int_equal(got, n);
}

static void test_found(void **state UNUSED)
{
    static const struct wish wishes[] = {
        {0, 1000, 0, "", "", ""},       {0, 1000, 1 << NOTIFY_RECOVERY, "", "", ""},
        {20, 70, 0, "ann", "", ""},     {0, 1000, 0, "ann", "yes", ""},
        {0, 1000, 0, "ann", "no", ""},  {0, 1000, 0, "", "no", ""},
        {0, 1000, 0, "", "yes", "3"},   {0, 1000, 0, "eve", "no", "2,4"},
        {0, 1000, 0, "nobody", "", ""}, {0, 1000, 1 << NOTIFY_ACK | 1, "bob", "yes", "1,2,3"},
        {0, 1000, 0, "", "", "77"},
    };
    struct place p;
    struct history h;

    place_make(&p);
    open_new(&h, &p);
    assert_int_equal(history_begin(&h), 0);
    for (uint64_t seq = 1; seq <= SEQS; seq++)
        add(&h, seq);
    assert_int_equal(history_end(&h, SEQS), 0);
    for (size_t i = 0; i < ARRAY_LEN(wishes); i++)
        check_wish(&h, &wishes[i]);
    history_close(&h);
}

/* What did not arrive belongs to the decision before it, until the object's next one. */
static void test_undelivered(void **state UNUSED)
{
    static const struct {
        uint64_t oid;
        enum record_event_kind kind;
        const char *contact;
    } life[] = {{1, RECORD_EVENT_DECISION, ""},    {1, RECORD_EVENT_UNDELIVERED, "ann"},
                {2, RECORD_EVENT_DECISION, ""},    {2, RECORD_EVENT_UNDELIVERED, "bob"},
                {1, RECORD_EVENT_DECISION, ""},    {1, RECORD_EVENT_UNDELIVERED, "eve"},
                {1, RECORD_EVENT_NOTIFICATION, ""}};
    const char *const want[] = {"eve", "bob", "ann"};
    struct json_value *v;
    struct place p;
    struct history h;

    place_make(&p);
    open_new(&h, &p);
    assert_int_equal(history_begin(&h), 0);
    for (uint64_t i = 0; i < ARRAY_LEN(life); i++)
        assert_int_equal(history_add(&h, i + 1, (struct wall){(begin_s + (int64_t)i) * TIME_S},
                                     &(struct record_event){.oid = life[i].oid,
                                                            .kind = life[i].kind,
                                                            .contact = str_of(life[i].contact),
                                                            .text = STR("no route")}),
                         0);
    assert_int_equal(history_end(&h, ARRAY_LEN(life)), 0);
    v = ask(&h, NULL, "decisions", "0|0|9000000000000000|0|10|0|||");
    assert_int_equal(json_read_length(v), ARRAY_LEN(want));
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        const struct json_value *lost = json_read_member(json_read_element(v, i), "undelivered");

        assert_int_equal(json_read_length(lost), 1);
        assert_true(
            str_eq_c(json_read_text(json_read_member(json_read_element(lost, 0), "contact")), want[i]));
        assert_true(
            str_eq_c(json_read_text(json_read_member(json_read_element(lost, 0), "text")), "no route"));
    }
    json_read_free(v);
    history_close(&h);
}

/* Each argument as it must not be. */
static void test_wrong(void **state UNUSED)
{
    static const char *const lines[] = {"0|x|9|0|1|0|||",     "0|0|x|0|1|0|||",      "0|0|9|x|1|0|||",
                                        "0|0|9|0|0|0|||",     "0|0|9|0|1001|0|||",   "0|0|9|0|1|x|||",
                                        "0|0|9|0|1|-1|||",    "0|0|9|0|1|0||maybe|", "0|0|9|0|1|0|||x",
                                        "0|0|9|0|1|0|||1,,2", "0|0|9|0|1|0||"};
    struct place p;
    struct history h;

    place_make(&p);
    open_new(&h, &p);
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        if (ask(&h, NULL, "decisions", lines[i]))
            fail_msg("%s was answered", lines[i]);
    history_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_found), cmocka_unit_test(test_undelivered),
                                       cmocka_unit_test(test_wrong)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
