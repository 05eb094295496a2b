/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: what was acknowledged is there after any crash, what was not is whole or absent, and a full or broken disk is survived. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/tlv.h"
#include "core/record.h"
#include "db/journal.h"
#include "memdisk.h"

#define OBJECTS 8

/* A small engine: objects with a value, and what was said of them. Every ordinary record n is a state (object n % OBJECTS, value n),
 * a sample or an event, so that what is read back can be told from its number alone. */
struct world {
    uint64_t value[OBJECTS];
    unsigned left;  /* objects of the checkpoint still to be sent; 0: none under way */
    unsigned waits; /* questions for a checkpoint not answered yet */
    uint64_t last;  /* names the one under way */
};

struct bench {
    struct memdisk disk;
    struct journal_io io;
    struct journal j;
    struct journal_options o;
    struct world w;
    uint64_t acked; /* the greatest number told */
    uint64_t total; /* commits that worked */
};

static const struct wall noon = {1767268800 * TIME_S};

static enum record_kind kind_of(uint64_t seq)
{
    return seq % 3 == 0 ? RECORD_RESULT : seq % 7 == 0 ? RECORD_EVENT : RECORD_STATE;
}

static void put_payload(struct buf *b, enum record_kind kind, uint64_t object, uint64_t value)
{
    char fill[1600];
    size_t n = (size_t)(value * 37 % sizeof(fill));

    memset(fill, (int)('a' + value % 26), sizeof(fill));
    buf_clear(b);
    tlv_put_u64(b, 1, object + 1);
    if (kind == RECORD_STATE)
        tlv_put_u64(b, 6, value);
    else
        tlv_put_str(b, 7, str_make(fill, n));
}

static void add_one(struct bench *b)
{
    uint64_t seq = b->j.next;
    struct buf p = BUF_INIT;

    put_payload(&p, kind_of(seq), seq % OBJECTS, seq);
    if (kind_of(seq) == RECORD_STATE)
        b->w.value[seq % OBJECTS] = seq;
    assert_true(journal_add(&b->j, seq, (uint16_t)kind_of(seq), noon, buf_str(&p)));
    buf_release(&p);
}

/* Sends a piece of the checkpoint that was asked for, in order, from what is true now. */
static void answer(struct bench *b)
{
    struct buf p = BUF_INIT;

    if (!b->w.left && b->w.waits) {
        b->w.waits--;
        b->w.left = OBJECTS + 1;
        b->w.last = b->j.next - 1;
    }
    for (int i = 0; i < 3 && b->w.left; i++) {
        unsigned object = OBJECTS + 1 - b->w.left--;

        buf_clear(&p);
        if (object < OBJECTS) {
            put_payload(&p, RECORD_STATE, object, b->w.value[object]);
            journal_add_checkpoint(&b->j, b->w.last, RECORD_STATE, noon, buf_str(&p));
        } else {
            journal_add_checkpoint(&b->j, b->w.last, RECORD_CHECKPOINT_END, noon, buf_str(&p));
        }
    }
    buf_release(&p);
}

static int commit(struct bench *b)
{
    int r = journal_commit(&b->j, noon);

    if (r == 0) {
        b->acked = journal_stored(&b->j);
        b->o.known = journal_held(&b->j); /* as the databases note it */
        b->total++;
    }
    if (journal_asks_checkpoint(&b->j))
        b->w.waits++;
    return r;
}

static void one_round(struct bench *b)
{
    for (uint64_t n = memdisk_random(&b->disk, 6); n > 0; n--)
        add_one(b);
    if (memdisk_random(&b->disk, 3) == 0)
        answer(b);
    commit(b);
}

static void apply(struct world *w, const struct segment_record *r)
{
    struct str rest = r->payload;
    struct tlv_field f;
    uint64_t object = 0, value = 0;

    if (r->kind != RECORD_STATE)
        return;
    while (tlv_next(&rest, &f) > 0) {
        if (f.tag == 1)
            object = f.u64 - 1;
        if (f.tag == 6)
            value = f.u64;
    }
    assert_true(object < OBJECTS);
    w->value[object] = value;
}

/* The record is exactly the one of its number: nothing torn, nothing old. */
static void check_ordinary(const struct segment_record *r)
{
    struct buf p = BUF_INIT;

    assert_int_equal(r->kind, kind_of(r->seq));
    put_payload(&p, kind_of(r->seq), r->seq % OBJECTS, r->seq);
    assert_true(str_eq(buf_str(&p), r->payload));
    buf_release(&p);
}

/* Reads everything and checks it; *last is the greatest number seen. samples_may_miss: a full disk may have dropped them. */
static void check_all(struct bench *b, bool samples_may_miss, uint64_t *last)
{
    struct journal_reader rd;
    struct journal_record rec;
    struct err err = ERR_INIT;
    uint64_t expect = 0;
    int r;

    *last = 0;
    journal_read_from(&b->j, 0, &rd);
    while ((r = journal_reader_next(&rd, &rec, &err)) > 0) {
        if (rec.r.flags & SEGMENT_CHECKPOINT)
            continue;
        check_ordinary(&rec.r);
        for (; expect && expect < rec.r.seq; expect++)
            assert_true(samples_may_miss && kind_of(expect) != RECORD_EVENT);
        expect = rec.r.seq + 1;
        *last = rec.r.seq;
    }
    assert_int_equal(r, 0);
    if (rd.damage.places)
        fail_msg("damage: %s", rd.damage.first);
    journal_reader_release(&rd);
}

/* The state after a start: newest checkpoint, then what follows. */
static void read_world(struct bench *b, struct world *w)
{
    struct journal_reader rd;
    struct journal_record rec;
    struct err err = ERR_INIT;

    memset(w, 0, sizeof(*w));
    journal_read_state(&b->j, &rd);
    while (journal_reader_next(&rd, &rec, &err) > 0)
        apply(w, &rec.r);
    assert_int_equal(rd.damage.places, 0);
    journal_reader_release(&rd);
}

static void world_at(struct world *w, uint64_t last)
{
    memset(w, 0, sizeof(*w));
    for (uint64_t seq = 1; seq <= last; seq++)
        if (kind_of(seq) == RECORD_STATE)
            w->value[seq % OBJECTS] = seq;
}

static void start(struct bench *b)
{
    struct err err = ERR_INIT;

    memdisk_io(&b->io, &b->disk);
    if (journal_open(&b->j, &b->io, &b->o, &err) < 0)
        fail_msg("open: %s", err.text);
    assert_int_equal(b->j.damage.places, 0);
    memset(&b->w, 0, sizeof(b->w));
    journal_ask_again(&b->j);
    commit(b);
}

static void begin(struct bench *b, uint64_t seed)
{
    memset(b, 0, sizeof(*b));
    b->o = (struct journal_options){
        .segment_bytes = 20000, .reserve = 4096, .keep_bytes = 1300000, .keep_us = TIME_DAY};
    memdisk_init(&b->disk, seed);
    start(b);
}

static void stop(struct bench *b)
{
    journal_release(&b->j);
    memdisk_release(&b->disk);
}

/* After a restart: everything told is there, and the state is that of the last number. */
static void check_restart(struct bench *b)
{
    struct world want, got;
    uint64_t last;

    check_all(b, false, &last);
    if (last < b->acked)
        fail_msg("acknowledged up to %llu, there up to %llu", (unsigned long long)b->acked,
                 (unsigned long long)last);
    assert_true(b->j.next == last + 1 || (last == 0 && b->j.next == 1));
    world_at(&want, last);
    read_world(b, &got);
    assert_memory_equal(want.value, got.value, sizeof(want.value));
    memcpy(b->w.value, want.value, sizeof(want.value));
    b->acked = last;
}

static unsigned crash_points(void)
{
    const char *many = getenv("VIGIE_CRASH_POINTS");
    uint64_t n;

    return many && str_to_u64(str_of(many), &n) ? (unsigned)n : 500;
}

static void test_crash_anywhere(void **state UNUSED)
{
    unsigned points = crash_points();
    struct bench b;

    for (unsigned seed = 1; seed <= points; seed++) {
        begin(&b, seed);
        for (unsigned life = 0; life < 4; life++) {
            b.disk.fail_at = b.disk.calls + 1 + (unsigned)memdisk_random(&b.disk, 120);
            b.disk.dead = true;
            for (unsigned i = 0; i < 200 && b.disk.calls < b.disk.fail_at; i++)
                one_round(&b);
            journal_release(&b.j);
            memdisk_crash(&b.disk);
            start(&b);
            check_restart(&b);
        }
        stop(&b);
    }
}

/* One call fails and the machine stays up: nothing is told that is not so, and it goes on by itself. */
static void test_one_call_fails(void **state UNUSED)
{
    struct bench b;

    for (unsigned seed = 1; seed <= crash_points(); seed++) {
        uint64_t before;

        begin(&b, seed);
        b.disk.fail_at = b.disk.calls + 1 + seed % 150;
        b.disk.fail_code = seed & 1 ? E_IO : E_NOSPC;
        for (unsigned i = 0; i < 80; i++)
            one_round(&b);
        before = b.j.next;
        assert_int_equal(commit(&b), 0);
        assert_int_equal(b.acked, before - 1);
        assert_int_equal(b.j.why[0], 0);
        journal_release(&b.j);
        memdisk_crash(&b.disk);
        start(&b);
        check_restart(&b);
        assert_true(b.acked >= before - 1);
        stop(&b);
    }
}

static void test_failed_sync_is_never_success(void **state UNUSED)
{
    struct bench b;
    char left[JOURNAL_NAME];

    begin(&b, 3);
    for (int i = 0; i < 5; i++)
        add_one(&b);
    assert_int_equal(commit(&b), 0);
    memcpy(left, VEC_LAST(&b.j.list.v).name, sizeof(left));
    for (int i = 0; i < 5; i++)
        add_one(&b);
    b.disk.fail_at = b.disk.calls + 2; /* the write works, its sync does not */
    assert_int_equal(commit(&b), E_IO);
    assert_int_equal(b.acked, 5);
    assert_true(b.j.why[0]);
    /* It may not be asked again about the same pages: a new segment. */
    assert_int_equal(commit(&b), 0);
    assert_int_equal(b.acked, 10);
    assert_string_not_equal(left, VEC_LAST(&b.j.list.v).name);
    journal_release(&b.j);
    memdisk_crash(&b.disk);
    start(&b);
    check_restart(&b);
    assert_int_equal(b.acked, 10);
    stop(&b);
}

static void test_full_disk(void **state UNUSED)
{
    struct world want, got;
    uint64_t last, waits;
    struct bench b;

    begin(&b, 4);
    b.o.segment_bytes = b.j.o.segment_bytes = 1u << 30;
    while (b.w.waits || b.w.left)
        answer(&b);
    assert_int_equal(commit(&b), 0);
    b.disk.capacity = b.j.allocated + 1; /* full now, but for the reserve */
    for (int i = 0; i < 20000 && !b.j.low; i++) {
        add_one(&b);
        commit(&b);
    }
    assert_true(b.j.low);
    assert_non_null(strstr(b.j.why, "full"));
    for (int i = 0; i < 10; i++) /* events still fit, samples are given up */
        add_one(&b);
    assert_int_equal(commit(&b), 0);
    assert_true(b.j.stats.dropped_samples > 0);
    assert_int_equal(b.acked, b.j.next - 1);
    for (int i = 0; i < 200; i++) /* until the reserve is used up */
        add_one(&b), commit(&b);
    waits = b.j.pending.len;
    assert_true(waits > 0);
    assert_true(b.acked < b.j.next - 1);
    b.disk.capacity = 0; /* somebody made room */
    assert_int_equal(commit(&b), 0);
    assert_int_equal(b.acked, b.j.next - 1);
    assert_int_equal(b.j.why[0], 0);
    assert_false(b.j.low);
    for (int i = 0; i < 20; i++)
        add_one(&b);
    assert_int_equal(commit(&b), 0);
    assert_int_equal(b.j.stats.dropped_other, 0);
    journal_release(&b.j);
    memdisk_crash(&b.disk);
    start(&b);
    check_all(&b, true, &last);
    assert_true(last >= b.acked || kind_of(b.acked) == RECORD_RESULT);
    world_at(&want, last);
    read_world(&b, &got);
    assert_memory_equal(want.value, got.value, sizeof(want.value));
    stop(&b);
}

static void test_read_only_disk(void **state UNUSED)
{
    struct bench b;
    uint64_t last;

    begin(&b, 5);
    for (int i = 0; i < 10; i++)
        one_round(&b);
    journal_release(&b.j);
    memdisk_crash(&b.disk);
    b.disk.readonly = true;
    start(&b); /* is no error */
    check_all(&b, false, &last);
    add_one(&b);
    assert_int_equal(commit(&b), E_NOSPC);
    assert_non_null(strstr(b.j.why, "read-only"));
    b.disk.readonly = false;
    assert_int_equal(commit(&b), 0);
    assert_int_equal(b.acked, last + 1);
    stop(&b);
}

/* Memory is bounded when nothing can be written: samples and old states first, events last. */
static void test_queue_bound(void **state UNUSED)
{
    struct bench b;

    begin(&b, 6);
    b.j.o.queue_bytes = 60000;
    b.disk.readonly = true;
    for (int i = 0; i < 100; i++)
        add_one(&b);
    assert_int_equal(b.j.stats.dropped_other, 0);
    for (int i = 0; i < 20000; i++) {
        add_one(&b);
        assert_true(b.j.pending.len < 60000 + 4096);
    }
    assert_true(b.j.stats.dropped_samples > 5000);
    assert_true(b.j.stats.dropped_states > 5000);
    assert_true(b.j.stats.dropped_other > 0);
    b.disk.readonly = false;
    assert_int_equal(commit(&b), 0);
    stop(&b);
}

static void flip(struct bench *b, const char *name, size_t at, size_t n)
{
    struct memfile *f = memdisk_file(&b->disk, name);

    assert_non_null(f);
    assert_true(at + n <= f->size);
    for (size_t i = 0; i < n; i++)
        f->live[at + i] ^= 0x5a;
}

/* Damage that no crash explains: what is whole is kept, what is lost is named. */
static void test_damaged_middle(void **state UNUSED)
{
    struct journal_reader rd;
    struct journal_record rec;
    struct err err = ERR_INIT;
    unsigned seen = 0;
    struct bench b;

    begin(&b, 7);
    b.j.o.segment_bytes = 1u << 30;
    for (int i = 0; i < 30; i++) {
        add_one(&b);
        commit(&b);
    }
    flip(&b, VEC_LAST(&b.j.list.v).name, SEGMENT_BODY + 20, 1);
    journal_release(&b.j);
    assert_int_equal(journal_open(&b.j, &b.io, &b.o, &err), 0);
    assert_int_equal(b.j.damage.places, 1);
    assert_int_equal(b.j.damage.lost, 1);
    assert_string_equal(b.j.damage.first, "0000000000000001.vj:8192: damaged");
    assert_int_equal(b.j.next, 31);
    journal_read_state(&b.j, &rd);
    while (journal_reader_next(&rd, &rec, &err) > 0)
        seen++;
    journal_reader_release(&rd);
    assert_int_equal(seen, 29);
    stop(&b);
}

static void test_headers(void **state UNUSED)
{
    struct err err = ERR_INIT;
    struct bench b;
    char name[JOURNAL_NAME];
    uint64_t last;

    begin(&b, 8);
    for (int i = 0; i < 5; i++)
        one_round(&b);
    memcpy(name, b.j.list.v.at[0].name, sizeof(name));
    journal_release(&b.j);
    flip(&b, name, 0, 600); /* one copy of the header is enough */
    start(&b);
    check_all(&b, false, &last);
    assert_true(last >= b.acked && last > 0);
    journal_release(&b.j);
    flip(&b, name, 4096, 600); /* none left: said, and life goes on behind all numbers it may have held */
    err_clear(&err);
    assert_int_equal(journal_open(&b.j, &b.io, &b.o, &err), 0);
    assert_int_equal(b.j.damage.places, 1);
    assert_true(b.j.next > last);
    assert_int_equal(journal_oldest(&b.j).us, INT64_MAX); /* when it was begun is not known */
    assert_int_equal(journal_commit(&b.j, noon), 0);
    assert_int_equal(b.j.list.v.n, 2);
    assert_int_equal(journal_oldest(&b.j).us, noon.us);
    assert_false(journal_refuses(&b.j));
    stop(&b);
}

static void test_newer_version(void **state UNUSED)
{
    struct segment_header h = {.version = SEGMENT_VERSION + 1, .first_seq = 1, .nonce = 5};
    struct err err = ERR_INIT;
    struct buf area = BUF_INIT;
    struct bench b;
    char name[JOURNAL_NAME];

    begin(&b, 9);
    memcpy(name, b.j.list.v.at[0].name, sizeof(name));
    journal_release(&b.j);
    segment_header_put(&area, &h);
    memcpy(memdisk_file(&b.disk, name)->live, area.data, area.len);
    buf_release(&area);
    assert_int_equal(journal_open(&b.j, &b.io, &b.o, &err), E_INVAL);
    assert_non_null(strstr(err.text, "newer Vigie"));
    stop(&b);
}

/* The journal of another site is refused before a byte of it is changed, also where its last batch is torn. */
static void test_other_site(void **state UNUSED)
{
    struct err err = ERR_INIT;
    struct memfile *f;
    struct bench b;
    char *was;
    size_t n;

    begin(&b, 9);
    b.j.o.segment_bytes = 1u << 30;
    for (int i = 0; i < 5; i++) {
        add_one(&b);
        commit(&b);
    }
    f = memdisk_file(&b.disk, b.j.list.v.at[0].name);
    journal_release(&b.j);
    n = f->size - 3;
    f->size = n;
    was = mem_alloc(n);
    memcpy(was, f->live, n);
    b.o.site = 3;
    assert_int_equal(journal_open(&b.j, &b.io, &b.o, &err), E_INVAL);
    assert_non_null(strstr(err.text, "belongs to site 0, and this Vigie is site 3: write vigie_site=0"));
    assert_true(f->size == n && memcmp(f->live, was, n) == 0);
    mem_free(was);
    journal_release(&b.j);
    b.o.site = 0;
    b.o.known = 0;
    assert_int_equal(journal_open(&b.j, &b.io, &b.o, NULL), 0);
    assert_true(b.j.torn > 0);
    stop(&b);
}

/* A record that somebody wrote into an output is none, wherever it stands. */
static void test_forged_record(void **state UNUSED)
{
    struct buf forged = BUF_INIT;
    struct segment_record r = {.seq = 100, .kind = RECORD_STATE, .payload = STR("x")}, got;
    size_t size;

    segment_record_put(&forged, &r);
    segment_seal(&forged, 1, 100);
    assert_int_equal(segment_record_get(buf_str(&forged), 1, &got, &size), 1);
    assert_int_equal(got.flags, SEGMENT_BATCH | SEGMENT_END);
    assert_int_equal(segment_record_get(buf_str(&forged), 2, &got, &size), E_FORMAT);
    for (size_t i = 0; i < forged.len; i++) {
        int r1;

        forged.data[i] ^= 1;
        r1 = segment_record_get(buf_str(&forged), 1, &got, &size);
        assert_true(r1 == E_FORMAT || r1 == E_AGAIN);
        forged.data[i] ^= 1;
    }
    buf_release(&forged);
}

static void test_age_and_size(void **state UNUSED)
{
    struct bench b;
    size_t before;

    begin(&b, 10);
    for (int i = 0; i < 3000; i++)
        one_round(&b);
    assert_true(b.j.list.v.n > 3);
    /* 200 kB of 20 kB beside the blocks that are held ready, and what the checkpoints need. */
    assert_true(b.j.list.v.n < 40);
    /* A clock that jumps by ten years empties nothing at once. */
    b.j.o.keep_bytes = 1u << 30;
    before = b.j.list.v.n;
    b.j.rotate = true;
    assert_int_equal(journal_commit(&b.j, (struct wall){noon.us + 3650 * TIME_DAY}), 0);
    assert_true(b.j.list.v.n + 1 >= before);
    /* One that goes back ends the segment, once. */
    before = b.j.list.v.n;
    b.j.has_complete = true;
    b.j.complete = before - 1;
    for (int i = 0; i < 3; i++) {
        add_one(&b);
        assert_int_equal(journal_commit(&b.j, (struct wall){noon.us + i}), 0);
        b.j.complete = MIN(b.j.complete, b.j.list.v.n - 1);
    }
    assert_true(VEC_LAST(&b.j.list.v).head.created.us == noon.us + 1);
    stop(&b);
}

static size_t on_disk(struct bench *b)
{
    size_t sum = 0;

    for (size_t i = 0; i < MEMDISK_FILES; i++)
        if (b->disk.file[i].exists)
            sum += MAX(b->disk.file[i].room, b->disk.file[i].size);
    return sum;
}

/* The least that is taken for vigie_journal_size, with the blocks that are held ready; segments of the usual size would not fit. */
static void test_small_bound(void **state UNUSED)
{
    struct buf p = BUF_INIT;
    struct bench b;
    size_t most = 0;

    begin(&b, 11);
    stop(&b);
    b.o = (struct journal_options){.keep_bytes = 16u << 20};
    memdisk_init(&b.disk, 11);
    start(&b);
    buf_printf(&p, "%060000d", 0);
    for (int i = 0; i < 1000; i++) {
        journal_add(&b.j, b.j.next, RECORD_EVENT, noon, buf_str(&p));
        while (b.w.waits || b.w.left)
            answer(&b);
        assert_int_equal(commit(&b), 0);
        most = MAX(most, on_disk(&b));
    }
    assert_true(b.j.list.v.at[0].first_seq > 1);
    assert_true(most > b.o.keep_bytes / 2);
    assert_true(most <= b.o.keep_bytes);
    assert_int_equal(b.j.said_over, 0);
    b.j.o.keep_bytes = 1u << 20; /* less than is taken: it is said, once */
    for (int i = 0; i < 300; i++) {
        journal_add(&b.j, b.j.next, RECORD_EVENT, noon, buf_str(&p));
        while (b.w.waits || b.w.left)
            answer(&b);
        assert_int_equal(commit(&b), 0);
    }
    assert_true(b.j.said_over > b.j.o.keep_bytes);
    assert_int_equal(b.j.list.v.n, 2);
    buf_release(&p);
    stop(&b);
}

static void test_names(void **state UNUSED)
{
    char name[JOURNAL_NAME];
    uint64_t seq;
    uint32_t k;

    journal_name(name, 0x1a2b, 0);
    assert_string_equal(name, "0000000000001a2b.vj");
    assert_true(journal_name_parse(name, &seq, &k));
    assert_true(seq == 0x1a2b && k == 0);
    journal_name(name, UINT64_MAX, 12);
    assert_true(journal_name_parse(name, &seq, &k) && seq == UINT64_MAX && k == 12);
    assert_false(journal_name_parse("0000000000001A2B.vj", &seq, &k));
    assert_false(journal_name_parse("0000000000001a2b.vj.tmp", &seq, &k));
    assert_false(journal_name_parse("0000000000001a2b-0.vj", &seq, &k));
    assert_false(journal_name_parse("1a2b.vj", &seq, &k));
}

static void quiet(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_forged_record),
        cmocka_unit_test(test_newer_version),
        cmocka_unit_test(test_other_site),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_damaged_middle),
        cmocka_unit_test(test_failed_sync_is_never_success),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_read_only_disk),
        cmocka_unit_test(test_queue_bound),
        cmocka_unit_test(test_age_and_size),
        cmocka_unit_test(test_small_bound),
        cmocka_unit_test(test_one_call_fails),
        cmocka_unit_test(test_crash_anywhere),
    };

    log_init("test", LOG_ERROR);
    log_set_sink(quiet);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
