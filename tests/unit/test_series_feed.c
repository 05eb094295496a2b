/* SPDX-License-Identifier: Apache-2.0 */
/* Performance data as plugins write it into the series store, and which series there are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "core/perf.h"
#include "db/series_feed.h"
#include "memdisk.h"

static const struct wall noon = {20480 * TIME_DAY + 12 * TIME_H};

static struct wall minutes(unsigned n)
{
    return (struct wall){noon.us + n * TIME_MIN};
}

struct world {
    struct memdisk disk;
    struct journal_io io;
    struct series s;
    struct series_feed f;
    struct buf words;
    uint64_t seq;
};

static void open_store(struct world *w)
{
    struct err err = ERR_INIT;

    assert_int_equal(series_open(&w->s, &w->io, NULL, &err), 0);
    w->f.s = &w->s;
    w->f.words = &w->words;
}

static void world_init(struct world *w)
{
    memset(w, 0, sizeof(*w));
    memdisk_init(&w->disk, 1);
    memdisk_io(&w->io, &w->disk);
    open_store(w);
}

static void world_release(struct world *w)
{
    series_release(&w->s);
    memdisk_release(&w->disk);
    buf_release(&w->words);
}

static int feed_at(struct world *w, uint64_t oid, struct str text, struct wall at, struct wall now)
{
    return series_feed(&w->f, &(struct series_feed_result){
                                  .oid = oid, .seq = ++w->seq, .perfdata = text, .at = at, .now = now});
}

static void feed(struct world *w, uint64_t oid, const char *text, struct wall at)
{
    assert_int_equal(feed_at(w, oid, str_of(text), at, at), 0);
}

/* The only measurement of a series as text; "none" or "many". */
static const char *value_of(struct world *w, uint64_t oid, const char *label, enum perf_unit unit)
{
    static char out[PERF_TEXT];
    struct series_key k = {.oid = oid, .unit = (uint8_t)unit, .label = str_of(label)};
    struct series_samples got = {.n = 0};
    struct perf_value v = {.known = true};

    assert_int_equal(series_read(&w->s, &k, 0, INT64_MAX, &got), 0);
    snprintf(out, sizeof(out), "%s", got.n ? "many" : "none");
    if (got.n == 1) {
        v.mantissa = got.at[0].mantissa;
        v.exponent = got.at[0].exponent;
        perf_text(&v, out);
    }
    VEC_RELEASE(&got);
    return out;
}

static void test_units_become_base_units(void **state UNUSED)
{
    static const struct {
        const char *item, *label;
        enum perf_unit unit;
        const char *value;
    } table[] = {
        {"rta=0.5ms;100;500;0", "rta", PERF_SECONDS, "0.0005"},
        {"t=12us", "t", PERF_SECONDS, "0.000012"},
        {"t=1,25s", "t", PERF_SECONDS, "1.25"},
        {"pl=0%", "pl", PERF_PERCENT, "0"},
        {"/=2643MB;5948;5958;0;5968", "/", PERF_BYTES, "2643000000"},
        {"mem=1.5GiB", "mem", PERF_BYTES, "1610612736"},
        {"big=900000000000000000KiB", "big", PERF_BYTES, "921600000000000000000"},
        {"in=18446744073709551615c", "in", PERF_COUNTER, "18446744073709551600"},
        {"temp=-3.0furlongs", "temp", PERF_OTHER, "-3"},
        {"'it''s a=\"label\"'=7", "it's a=\"label\"", PERF_NONE, "7"},
        {"t=12\xc2\xb5s", "t", PERF_SECONDS, "0.000012"},
        {"t=12msec", "t", PERF_SECONDS, "0.012"},
        {"t=12sec", "t", PERF_SECONDS, "12"},
        {"all=3EB", "all", PERF_BYTES, "3000000000000000000"},
        {"all=3PiB", "all", PERF_BYTES, "3377699720527872"},
        {"x=1e100", "x", PERF_NONE, NULL},
        {"load1=0.120;15.000;30.000;0;", "load1", PERF_NONE, "0.12"},
    };

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct world w;
        const char *got;

        world_init(&w);
        feed(&w, 5, table[i].item, noon);
        assert_int_equal(w.f.taken, 1);
        got = value_of(&w, 5, table[i].label, table[i].unit);
        if (table[i].value)
            assert_string_equal(got, table[i].value);
        else
            assert_int_equal(strlen(got), 101);
        world_release(&w);
    }
}

static void test_what_is_not_taken_is_counted(void **state UNUSED)
{
    struct world w;
    char text[4096];
    size_t n;

    world_init(&w);
    feed(&w, 5, "a=U b=nan c=inf d=-inf e=1e400 f= =3 g h=1 h=2 h=3s i=99999999999999999GiB", noon);
    assert_int_equal(w.f.refused[SERIES_UNKNOWN], 1);
    assert_int_equal(w.f.refused[SERIES_TWICE], 1);
    assert_int_equal(w.f.taken, 2); /* h without a unit, h in seconds */
    assert_int_equal(w.f.refused[SERIES_UNREAD],
                     7 + 1); /* seven that perf_next passes over; i, which does not fit */
    assert_string_equal(w.f.last.label, "b=nan"); /* which piece it was */
    assert_string_equal(value_of(&w, 5, "h", PERF_NONE), "1");
    n = (size_t)snprintf(text, sizeof(text), "'%0300d'=1 ", 7);
    snprintf(text + n, sizeof(text) - n, "'%0255d'=1", 7);
    feed(&w, 6, text, noon);
    assert_int_equal(w.f.refused[SERIES_LONG], 1);
    assert_int_equal(w.f.last.oid, 6);
    assert_int_equal(w.f.last.why, SERIES_LONG);
    assert_int_equal(strlen(w.f.last.label), sizeof(w.f.last.label) - 1);
    assert_int_equal(w.f.taken, 3);
    world_release(&w);
}

static void test_ten_thousand_labels(void **state UNUSED)
{
    struct world w;
    struct buf b = BUF_INIT;

    world_init(&w);
    for (unsigned i = 0; i < 10000; i++)
        buf_printf(&b, "l%u=%u ", i, i);
    assert_int_equal(feed_at(&w, 5, buf_str(&b), noon, noon), 0);
    assert_int_equal(w.f.taken, LIMIT_PERF_ITEMS);
    assert_int_equal(w.f.refused[SERIES_MANY], 10000 - LIMIT_PERF_ITEMS);
    assert_int_equal(w.s.active.n, LIMIT_PERF_ITEMS);
    assert_int_equal(series_refused_of(&w.f.by_object, 5, SERIES_MANY, noon), 10000 - LIMIT_PERF_ITEMS);
    buf_release(&b);
    world_release(&w);
}

static void feed_cut(struct world *w, const char *text, const char *cut, bool more)
{
    assert_int_equal(series_feed(&w->f, &(struct series_feed_result){.oid = 5,
                                                                     .seq = ++w->seq,
                                                                     .perfdata = str_of(text),
                                                                     .cut = str_of(cut),
                                                                     .cut_more = more,
                                                                     .at = minutes((unsigned)w->seq),
                                                                     .now = noon}),
                     0);
}

/* As much of it as can be seen, at least one. */
static void test_what_a_limit_took_is_counted(void **state UNUSED)
{
    struct world w;

    world_init(&w);
    feed_cut(&w, "a=1", "b=2 'c d'=3 e", false);
    assert_int_equal(w.f.refused[SERIES_CUT], 3);
    feed_cut(&w, "a=1", "'c d'=3", false);
    assert_string_equal(w.f.last.label, "c d");
    feed_cut(&w, "a=1", "big=12", true);
    feed_cut(&w, "a=1", "'some lab", true);
    feed_cut(&w, "a=1", "", true);
    feed_cut(&w, "", "", true);
    assert_int_equal(w.f.refused[SERIES_CUT], 8);
    assert_int_equal(w.f.refused[SERIES_UNREAD], 0);
    assert_int_equal(w.f.taken, 5);
    assert_int_equal(w.f.last.why, SERIES_CUT);
    assert_int_equal(series_refused_of(&w.f.by_object, 5, SERIES_CUT, noon), 8);
    assert_int_equal(series_refused_of(&w.f.by_object, 6, SERIES_CUT, noon), 0);
    world_release(&w);
}

/* More objects than can be named: the sum counts, and a new day makes room. */
static void test_many_objects_are_refused(void **state UNUSED)
{
    struct world w;
    struct wall tomorrow = {noon.us + TIME_DAY};

    world_init(&w);
    for (uint64_t oid = 1; oid <= SERIES_REFUSED_MOST + 10; oid++)
        feed(&w, oid, "a=nan b=nan", noon);
    assert_int_equal(w.f.refused[SERIES_UNREAD], 2 * SERIES_REFUSED_MOST + 20);
    assert_int_equal(w.f.by_object.n, SERIES_REFUSED_MOST);
    assert_int_equal(series_refused_of(&w.f.by_object, SERIES_REFUSED_MOST, SERIES_UNREAD, noon), 2);
    assert_int_equal(series_refused_of(&w.f.by_object, SERIES_REFUSED_MOST, SERIES_UNREAD, tomorrow), 0);
    assert_int_equal(series_refused_of(&w.f.by_object, SERIES_REFUSED_MOST + 1, SERIES_UNREAD, noon), 0);
    feed(&w, SERIES_REFUSED_MOST + 1, "a=nan", tomorrow);
    assert_int_equal(series_refused_of(&w.f.by_object, SERIES_REFUSED_MOST + 1, SERIES_UNREAD, tomorrow), 1);
    world_release(&w);
}

/* A result of nothing but rubbish looks through the objects once for each reason, and not for each word; that there is no place left changes nothing of that. */
static void test_rubbish_without_end(void **state UNUSED)
{
    struct world w;
    struct buf b = BUF_INIT;
    uint64_t before;

    world_init(&w);
    for (uint64_t oid = 1; oid <= SERIES_REFUSED_MOST; oid++)
        feed(&w, oid, "a=nan", noon);
    for (unsigned i = 0; i < 2000; i++)
        buf_add_c(&b, "word x=1 ");
    before = w.f.by_object.looked;
    assert_int_equal(feed_at(&w, SERIES_REFUSED_MOST + 1, buf_str(&b), noon, noon), 0);
    assert_int_equal(w.f.refused[SERIES_UNREAD], SERIES_REFUSED_MOST + 2000);
    assert_int_equal(w.f.refused[SERIES_TWICE] + w.f.refused[SERIES_MANY], 2000 - 1);
    assert_int_equal(w.f.by_object.looked - before, 3);
    assert_int_equal(feed_at(&w, 1, buf_str(&b), noon, noon), 0);
    assert_int_equal(w.f.by_object.looked - before, 6);
    assert_int_equal(series_refused_of(&w.f.by_object, 1, SERIES_UNREAD, noon), 1 + 2000);
    /* A clock that went back and came again frees what it took. */
    feed(&w, 1, "a=nan", (struct wall){noon.us + TIME_DAY});
    series_refused_trim(&w.f.by_object, (struct wall){noon.us + TIME_DAY});
    assert_int_equal(w.f.by_object.n, 1);
    for (uint64_t oid = 2; oid <= SERIES_REFUSED_MOST + 1; oid++)
        feed(&w, oid, "a=nan", oid == 2 ? noon : (struct wall){noon.us + TIME_DAY});
    assert_int_equal(w.f.by_object.n, SERIES_REFUSED_MOST);
    assert_int_equal(series_refused_of(&w.f.by_object, SERIES_REFUSED_MOST + 1, SERIES_UNREAD,
                                       (struct wall){noon.us + TIME_DAY}),
                     1);
    buf_release(&b);
    world_release(&w);
}

static void test_the_store_refuses_and_fails(void **state UNUSED)
{
    struct world w;
    struct wall later = {noon.us + 365 * TIME_DAY};

    world_init(&w);
    assert_int_equal(feed_at(&w, 5, STR("a=1"), noon, later), 0);
    assert_int_equal(feed_at(&w, 5, STR("a=1"), later, noon), 0);
    assert_int_equal(w.f.refused[SERIES_OLD], 1);
    assert_int_equal(w.f.refused[SERIES_AHEAD], 1);
    w.disk.fail_at = 1;
    feed(&w, 5, "a=1", noon);
    assert_int_equal(series_commit(&w.s, 1, noon), E_IO);
    assert_int_equal(feed_at(&w, 5, STR("a=2"), noon, noon), E_IO);
    world_release(&w);
}

/* ---- labels without end ---- */

/* A plugin that writes the number of a process into its label, once an hour. */
static void feed_processes(struct world *w, uint64_t oid, unsigned from, unsigned n, struct wall at)
{
    char text[64];

    for (unsigned i = from; i < from + n; i++) {
        snprintf(text, sizeof(text), "load=%u rss_%u=7", i, i);
        at.us += TIME_S;
        feed(w, oid, text, at);
    }
}

static uint32_t refused_of(struct world *w, uint64_t oid, struct wall at)
{
    return series_refused_of(&w->f.by_object, oid, SERIES_LABELS, at);
}

static void open_again(struct world *w)
{
    assert_int_equal(series_commit(&w->s, 1, noon), 0);
    series_release(&w->s);
    open_store(w);
    w->s.o.labels_most = 10;
}

static void test_new_labels_of_an_object_have_an_end(void **state UNUSED)
{
    struct world w;
    struct wall tomorrow = {noon.us + TIME_DAY};

    world_init(&w);
    w.s.o.labels_most = 10;
    feed_processes(&w, 5, 100, 30, noon);
    assert_int_equal(w.f.taken, 30 + 9); /* "load", which is there already, goes on */
    assert_int_equal(w.f.refused[SERIES_LABELS], 21);
    assert_int_equal(refused_of(&w, 5, noon), 21);
    assert_int_equal(w.f.last.why, SERIES_LABELS);
    assert_string_equal(w.f.last.label, "rss_129");
    feed(&w, 6, "a=1 b=2", noon); /* another object has its own */
    feed(&w, 5, "rss_103=8 rss_200=1", noon);
    assert_int_equal(w.f.refused[SERIES_LABELS], 22);
    open_again(&w); /* a start changes nothing */
    feed(&w, 5, "load=1 rss_103=9 rss_201=1", noon);
    assert_int_equal(w.f.refused[SERIES_LABELS], 23);
    feed_processes(&w, 5, 300, 30, tomorrow);
    assert_int_equal(w.f.refused[SERIES_LABELS], 23 + 21);
    assert_int_equal(refused_of(&w, 5, tomorrow), 21);
    series_refused_trim(&w.f.by_object, (struct wall){tomorrow.us + TIME_DAY});
    assert_int_equal(w.f.by_object.n, 0);
    w.s.o.labels_most = 0;
    feed_processes(&w, 5, 400, 30, tomorrow);
    assert_int_equal(w.f.refused[SERIES_LABELS], 23 + 21);
    world_release(&w);
}

/* ---- what is said beside the values ---- */

static void assert_words(struct world *w, const char *wanted)
{
    struct buf b = BUF_INIT;
    struct str rest = buf_str(&w->words);
    struct series_key k;
    struct bounds_row row;
    uint64_t seq;

    while (series_words_next(&rest, &k, &seq, &row))
        buf_printf(&b, "%u:" STR_FMT "[" STR_FMT "]" STR_FMT ";" STR_FMT ";" STR_FMT ";" STR_FMT " ",
                   (unsigned)seq, STR_ARG(k.label), STR_ARG(row.uom), STR_ARG(row.warn), STR_ARG(row.crit),
                   STR_ARG(row.min), STR_ARG(row.max));
    assert_int_equal(rest.n, 0);
    buf_add_char(&b, 0);
    assert_string_equal(b.data, wanted);
    buf_release(&b);
    buf_clear(&w->words);
}

static unsigned count_words(const struct world *w)
{
    struct str rest = buf_str(&w->words);
    struct series_key k;
    struct bounds_row row;
    unsigned n = 0;
    uint64_t seq;

    while (series_words_next(&rest, &k, &seq, &row))
        n++;
    return n;
}

static void test_words_when_they_change(void **state UNUSED)
{
    struct world w;

    world_init(&w);
    feed(&w, 5, "a=1ms;10:20;@30;0;1,5 b=1", minutes(0));
    assert_words(&w, "1:a[ms]10:20;@30;0;1.5 1:b[];;; ");
    feed(&w, 5, "a=2ms;10:20;@30;0;1,5 b=2", minutes(10));
    assert_words(&w, "");
    feed(&w, 5, "a=2ms;10:20;@31;0;1,5 b=2", minutes(20));
    feed(&w, 5, "a=2ms;10:20;@31;0;1,5 b=2;;;;7", minutes(21));
    assert_words(&w, "3:a[ms]10:20;@31;0;1.5 4:b[];;;7 ");
    /* A value that is not taken says nothing. */
    feed(&w, 5, "a=Ums;9", minutes(30));
    feed(&w, 5, "a=1s", (struct wall){noon.us - 365 * TIME_DAY});
    world_release(&w);
}

static void test_words_that_never_stand_still(void **state UNUSED)
{
    struct world w;
    char text[32];

    world_init(&w);
    for (unsigned m = 0; m < 24 * 60; m++) {
        snprintf(text, sizeof(text), "a=1K;%u", m);
        feed(&w, 5, text, minutes(m));
        if (m == 10)
            assert_int_equal(count_words(&w), 11); /* a person who tries something out */
    }
    assert_int_equal(count_words(&w), SERIES_WORDS_BURST + 24 * 12 - 1);
    buf_clear(&w.words);
    /* Another unit is another thing: it is heard at once all the same. */
    feed(&w, 5, "a=1F;2", minutes(24 * 60));
    feed(&w, 5, "a=1C;2", minutes(24 * 60 + 1));
    feed(&w, 5, "a=1C;3", minutes(24 * 60 + 2));
    assert_words(&w, "1441:a[F]2;;; 1442:a[C]2;;; ");
    /* Whatever comes in its place, and stays, is heard in the end. */
    feed(&w, 5, "a=1C;4", minutes(32 * 60));
    assert_words(&w, "1444:a[C]4;;; ");
    world_release(&w);
}

static void test_units_that_never_stand_still(void **state UNUSED)
{
    struct world w;
    char text[32];

    world_init(&w);
    for (unsigned m = 0; m < 24 * 60; m++) {
        snprintf(text, sizeof(text), "a=1/%c%c%c", 'a' + m % 26, 'a' + m / 26 % 26, 'a' + m / 676);
        feed(&w, 5, text, minutes(m));
    }
    assert_int_equal(count_words(&w), 2 * SERIES_WORDS_BURST + 24 * 12 - 1);
    world_release(&w);
}

/* What comes late says what held then. */
static void test_late_words(void **state UNUSED)
{
    struct world w;
    char text[32];

    world_init(&w);
    for (unsigned m = 0; m < 60; m++) {
        snprintf(text, sizeof(text), "a=1;%u", m);
        feed(&w, 5, text, minutes(m));
    }
    buf_clear(&w.words);
    feed(&w, 5, "a=1;100", (struct wall){noon.us - TIME_DAY});
    assert_words(&w, "61:a[]100;;; ");
    world_release(&w);
}

/* One who sends old stamps, in any order, with other thresholds each time: that has an end, too, and what is said of now has its own. */
static void test_late_words_that_never_stand_still(void **state UNUSED)
{
    struct world w;
    struct wall yesterday = {noon.us - TIME_DAY}, clock = noon;
    char text[32];

    world_init(&w);
    feed(&w, 5, "a=1;1", noon);
    buf_clear(&w.words);
    for (unsigned m = 0; m < 24 * 60; m++, clock.us += TIME_MIN) {
        struct wall at = {yesterday.us + m * 7 % 60 * TIME_MIN};

        snprintf(text, sizeof(text), "a=1;%u", 2 + m);
        assert_int_equal(feed_at(&w, 5, str_of(text), at, clock), 0);
    }
    assert_int_equal(count_words(&w), SERIES_WORDS_BURST + 24 * 12 - 1);
    buf_clear(&w.words);
    feed(&w, 5, "a=1;0", clock);
    assert_int_equal(count_words(&w), 1);
    /* A clock that was set back takes nobody's turn away. */
    assert_int_equal(feed_at(&w, 5, STR("a=1;1"), yesterday, yesterday), 0);
    assert_int_equal(count_words(&w), 2);
    world_release(&w);
}

/* Units and thresholds that change within seconds: each from its moment on. */
static void test_words_at_once(void **state UNUSED)
{
    struct world w;

    world_init(&w);
    feed(&w, 5, "t=20C;30;40", noon);
    feed(&w, 5, "t=70F;86;104", (struct wall){noon.us + TIME_S});
    feed(&w, 5, "t=71F;87;104", (struct wall){noon.us + 2 * TIME_S});
    assert_words(&w, "1:t[C]30;40;; 2:t[F]86;104;; 3:t[F]87;104;; ");
    world_release(&w);
}

static void test_long_words(void **state UNUSED)
{
    struct world w;
    char text[512];

    world_init(&w);
    snprintf(text, sizeof(text), "a=1%070d;%070d;5;1e90;2 b=1;%064d", 0, 1, 2);
    memset(text + 3, 'u', 70);
    feed(&w, 5, text, noon);
    snprintf(text, sizeof(text), "1:a[%.64s];5;;2 1:b[]%064d;;; ",
             "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu", 2);
    assert_words(&w, text);
    assert_int_equal(w.f.refused[SERIES_BESIDE], 1);
    assert_string_equal(w.f.last.label, "a");
    snprintf(text, sizeof(text),
             "a=1;%065d b=1;;%065d c=1;;;1e90 d=1;;;;1e90 e=1;;;1e60 f=1;2;3;4;5,g=6 h=1;i=2", 1, 2);
    feed(&w, 6, text, noon);
    assert_int_equal(w.f.refused[SERIES_BESIDE], 1 + 6);
    assert_int_equal(series_refused_of(&w.f.by_object, 6, SERIES_BESIDE, noon), 6);
    assert_int_equal(w.f.taken, 2 + 7);
    buf_clear(&w.words);
    feed(&w, 7, "c=5;d=6 e=1;80%;90", noon);
    assert_words(&w, "3:c[];;; 3:e[];90;; ");
    world_release(&w);
}

/* The measurement is in the store already, and what was said may not be. */
static void test_words_only(void **state UNUSED)
{
    struct world w;

    world_init(&w);
    assert_int_equal(
        series_feed(
            &w.f,
            &(struct series_feed_result){
                .oid = 5, .seq = 1, .perfdata = STR("a=1;2 b=U c"), .at = noon, .now = noon, .again = true}),
        0);
    assert_words(&w, "1:a[]2;;; ");
    assert_string_equal(value_of(&w, 5, "a", PERF_NONE), "none");
    assert_int_equal(w.f.taken, 0);
    assert_int_equal(w.f.refused[SERIES_UNREAD] + w.f.refused[SERIES_UNKNOWN], 0);
    world_release(&w);
}

/* ---- which there are ---- */

struct names {
    char text[256];
};

static void add_name(void *user, const struct series_key *k)
{
    struct names *n = user;
    size_t at = strlen(n->text);

    snprintf(n->text + at, sizeof(n->text) - at, STR_FMT "/%u ", STR_ARG(k->label), k->unit);
}

static void check_list(struct world *w, uint64_t oid, int64_t from_us, int64_t to_us, const char *want)
{
    struct names names = {.text = ""};

    assert_int_equal(series_list(&w->s, oid, from_us, to_us, add_name, &names), 0);
    assert_string_equal(names.text, want);
}

static void merge(struct world *w, struct wall now)
{
    assert_int_equal(series_commit(&w->s, 1, now), 0);
    while (series_step(&w->s, now))
        ;
    assert_int_equal(w->s.stats.given_up, 0);
}

static void test_series_of_an_object(void **state UNUSED)
{
    struct world w;
    struct wall day2 = {noon.us + TIME_DAY}, day3 = {noon.us + 2 * TIME_DAY};

    world_init(&w);
    feed(&w, 5, "a=1 b=2s", noon);
    feed(&w, 6, "z=1", noon);
    check_list(&w, 5, 0, INT64_MAX, "a/0 b/1 ");
    merge(&w, day2);
    feed(&w, 5, "a=1 c=3", day2);
    check_list(&w, 5, 0, INT64_MAX, "a/0 b/1 c/0 ");
    series_release(&w.s); /* a was not committed: what is whole is known all the same */
    open_store(&w);
    check_list(&w, 5, 0, INT64_MAX, "a/0 b/1 ");
    check_list(&w, 6, 0, INT64_MAX, "z/0 ");
    check_list(&w, 7, 0, INT64_MAX, "");
    feed(&w, 5, "c=3", day2);
    assert_int_equal(series_seal_all(&w.s), 0);
    merge(&w, day2);
    feed(&w, 9, "n=1", day3);
    series_release(&w.s);
    open_store(&w);
    check_list(&w, 5, noon.us, noon.us + TIME_H, "a/0 b/1 ");
    /* a and b: their buckets have longer partitions, which touch the span. */
    check_list(&w, 5, day2.us, day3.us, "a/0 b/1 c/0 ");
    world_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_units_become_base_units),
        cmocka_unit_test(test_what_is_not_taken_is_counted),
        cmocka_unit_test(test_ten_thousand_labels),
        cmocka_unit_test(test_what_a_limit_took_is_counted),
        cmocka_unit_test(test_many_objects_are_refused),
        cmocka_unit_test(test_rubbish_without_end),
        cmocka_unit_test(test_the_store_refuses_and_fails),
        cmocka_unit_test(test_new_labels_of_an_object_have_an_end),
        cmocka_unit_test(test_words_when_they_change),
        cmocka_unit_test(test_words_at_once),
        cmocka_unit_test(test_words_that_never_stand_still),
        cmocka_unit_test(test_units_that_never_stand_still),
        cmocka_unit_test(test_late_words),
        cmocka_unit_test(test_late_words_that_never_stand_still),
        cmocka_unit_test(test_long_words),
        cmocka_unit_test(test_words_only),
        cmocka_unit_test(test_series_of_an_object),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
