/* SPDX-License-Identifier: Apache-2.0 */
/* What the journal loses: where a disk does not give what it has, what is whole before and behind it is used and the rest is named; and what had to be given up is asked for anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/tlv.h"
#include "core/record.h"
#include "db/holes.h"
#include "db/journal.h"
#include "db/journal_shrink.h"
#include "memdisk.h"

struct bench {
    struct memdisk disk;
    struct journal_io io;
    struct journal j;
    struct journal_options o;
};

static const struct wall noon = {1767268800 * TIME_S};

static void add(struct bench *b, enum record_kind kind)
{
    uint64_t seq = b->j.next;
    char fill[400];
    struct buf p = BUF_INIT;

    memset(fill, 'a' + (int)(seq % 26), sizeof(fill));
    tlv_put_u64(&p, 1, 1 + seq % 8);
    tlv_put_str(&p, 7, str_make(fill, 50 + seq * 37 % 350));
    assert_true(journal_add(&b->j, seq, (uint16_t)kind, noon, buf_str(&p)));
    buf_release(&p);
}

static void open_journal(struct bench *b)
{
    struct err err = ERR_INIT;

    if (journal_open(&b->j, &b->io, &b->o, &err) < 0)
        fail_msg("open: %s", err.text);
}

static void begin(struct bench *b)
{
    memset(b, 0, sizeof(*b));
    b->o = (struct journal_options){.reserve = 4096, .queue_bytes = 20000};
    memdisk_init(&b->disk, 21);
    memdisk_io(&b->io, &b->disk);
    open_journal(b);
    for (int i = 0; i < 200; i++) {
        add(b, RECORD_EVENT);
        assert_int_equal(journal_commit(&b->j, noon), 0);
    }
}

static void end(struct bench *b)
{
    journal_release(&b->j);
    memdisk_release(&b->disk);
}

/* ---- what the disk does not give ---- */

/* A byte of the newest segment, and the journal opened anew. */
static void open_spoilt(struct bench *b, uint64_t at, unsigned times)
{
    memcpy(b->disk.bad.name, VEC_LAST(&b->j.list.v).name, JOURNAL_NAME);
    journal_release(&b->j);
    b->disk.bad.from = at;
    b->disk.bad.to = at + 1;
    b->disk.bad.times = times;
    open_journal(b);
}

/* The last number that is there, how many are not, and what the reader says of that. */
static void numbers(struct bench *b, uint64_t *last, uint64_t *missing, struct journal_damage *damage)
{
    struct journal_reader rd;
    struct journal_record rec;

    *missing = *last = 0;
    journal_read_from(&b->j, 0, &rd);
    while (journal_reader_next_whole(&rd, &rec)) {
        *missing += rec.r.seq - *last - 1;
        *last = rec.r.seq;
    }
    *damage = rd.damage;
    journal_reader_release(&rd);
}

/* More places than are named: who reads the same once more counts none of them again. */
static void test_more_than_are_named(void **state UNUSED)
{
    struct journal_damage all = {.places = 0}, part = {.places = 0};

    for (unsigned i = 0; i < JOURNAL_HOLES + 4; i++) {
        struct journal_damage one = {
            .places = 1, .lost = 2, .n_hole = 1, .hole = {{.from = 10 + 10 * i, .n = 2}}};

        journal_damage_add(&all, &one);
        journal_damage_add(&all, &one);
        journal_damage_add(&part, &one);
    }
    assert_int_equal(all.places, JOURNAL_HOLES + 4);
    assert_int_equal(all.lost, 2 * (JOURNAL_HOLES + 4));
    for (int i = 0; i < 3; i++)
        journal_damage_add(&all, &part);
    assert_int_equal(all.places, JOURNAL_HOLES + 4);
    assert_int_equal(all.lost, 2 * (JOURNAL_HOLES + 4));
    assert_int_equal(all.n_hole, JOURNAL_HOLES);
    assert_true(holes_left(&all, 10 + 10 * (JOURNAL_HOLES + 4)));
    assert_int_equal(all.places, 0);
    assert_int_equal(all.lost, 0);
}

static void test_unreadable(void **state UNUSED)
{
    struct journal_damage damage;
    uint64_t next, last, missing;
    char where[80];
    struct bench b;

    begin(&b);
    next = b.j.next;
    open_spoilt(&b, 3 * 4096 + 7, 2); /* not the first time, but then */
    assert_true(b.j.damage.places == 0 && b.j.next == next && b.disk.bad.times == 0);
    open_spoilt(&b, 100, UINT_MAX); /* one copy of the header */
    assert_true(b.j.damage.places == 0 && b.j.next == next);
    open_spoilt(&b, 3 * 4096 + 7, UINT_MAX);
    assert_true(b.j.next == next && b.j.torn == 0);
    assert_int_equal(b.j.damage.places, 1);
    snprintf(where, sizeof(where), "%s:%u: cannot be read", b.disk.bad.name, 3 * 4096);
    assert_string_equal(b.j.damage.first, where);
    numbers(&b, &last, &missing, &damage);
    assert_true(last == next - 1 && missing > 0 && missing < 40 && damage.places == 1);
    assert_int_equal(damage.lost, missing);
    end(&b);
}

/* The end: nothing is cut off, for it may be readable another time, and its numbers are not given again. */
static void test_unreadable_end(void **state UNUSED)
{
    struct journal_damage damage;
    uint64_t next, last, missing;
    struct bench b;
    size_t size;

    begin(&b);
    next = b.j.next;
    size = memdisk_file(&b.disk, b.j.list.v.at[0].name)->size;
    open_spoilt(&b, size - 1, UINT_MAX);
    assert_true(b.j.next >= next && b.j.damage.places == 1);
    add(&b, RECORD_EVENT);
    assert_int_equal(journal_commit(&b.j, noon), 0);
    assert_int_equal(b.j.list.v.n, 2);
    assert_int_equal(memdisk_file(&b.disk, b.j.list.v.at[0].name)->size, size);
    numbers(&b, &last, &missing, &damage);
    assert_true(last == b.j.next - 1 && last >= next && missing > 0);
    assert_int_equal(damage.lost, missing);
    b.disk.bad.times = 0;
    numbers(&b, &last, &missing, &damage);
    assert_true(last == b.j.next - 1 && missing == last - next); /* nothing that was written */
    end(&b);
}

static void add_checkpoint(struct bench *b)
{
    journal_add_checkpoint(&b->j, b->j.next - 1, RECORD_CHECKPOINT_END, noon, STR(""));
}

static int refuse_unlink(void *user UNUSED, const char *name UNUSED)
{
    return E_IO;
}

static void more(struct bench *b, unsigned n)
{
    b->j.rotate = true;
    while (n-- > 0) {
        add(b, RECORD_EVENT);
        assert_int_equal(journal_commit(&b->j, noon), 0);
    }
}

static void open_without(struct bench *b, size_t segment)
{
    memcpy(b->disk.shut, b->j.list.v.at[segment].name, JOURNAL_NAME);
    journal_release(&b->j);
    open_journal(b);
}

/* One in the middle: the others are used, and the numbers of what is lost are said. */
static void test_cannot_be_opened(void **state UNUSED)
{
    struct journal_damage damage;
    uint64_t last, missing;
    char where[160];
    struct bench b;

    begin(&b); /* 1 to 200 */
    more(&b, 30);
    more(&b, 20);
    open_without(&b, 1);
    assert_true(b.j.next == 251 && b.j.damage.places == 1 && b.j.damage.lost == 30);
    snprintf(where, sizeof(where), "%s:0: it cannot be opened (%s): records 201 to 230 are lost", b.disk.shut,
             err_name(E_PERM));
    assert_string_equal(b.j.damage.first, where);
    more(&b, 1);
    numbers(&b, &last, &missing, &damage);
    assert_true(last == 251 && missing == 30 && damage.lost == 30 && damage.places == 1);
    assert_non_null(memdisk_file(&b.disk, b.disk.shut));
    b.disk.shut[0] = 0; /* it was a matter of rights, and is mended */
    journal_release(&b.j);
    open_journal(&b);
    numbers(&b, &last, &missing, &damage);
    assert_true(last == 251 && missing == 0 && damage.places == 0);
    end(&b);
}

/* The newest: none of its numbers is given again, whatever it holds. */
static void test_newest_cannot_be_opened(void **state UNUSED)
{
    struct journal_damage damage;
    uint64_t last, missing;
    char where[160];
    struct bench b;

    begin(&b);
    more(&b, 30);
    open_without(&b, 1);
    assert_true(b.j.next > 230 && b.j.damage.places == 1);
    snprintf(where, sizeof(where), "%s:0: it cannot be opened (%s): records from 201 on are lost",
             b.disk.shut, err_name(E_PERM));
    assert_string_equal(b.j.damage.first, where);
    more(&b, 3);
    journal_release(&b.j);
    open_journal(&b);
    numbers(&b, &last, &missing, &damage);
    assert_true(last == b.j.next - 1 && damage.places == 1 && damage.lost == 0);
    b.disk.shut[0] = 0;
    journal_release(&b.j);
    open_journal(&b);
    numbers(&b, &last, &missing, &damage);
    assert_true(last == b.j.next - 1 && missing == last - 230 - 3);
    end(&b);
}

/* Age removes it from the list, even if the file cannot be removed. */
static void test_trimmed_though_it_stays(void **state UNUSED)
{
    struct bench b;

    begin(&b);
    more(&b, 3);
    open_without(&b, 0);
    b.j.io.unlink = refuse_unlink;
    b.j.o.keep_bytes = 1;
    more(&b, 1);
    add_checkpoint(&b);
    assert_int_equal(journal_commit(&b.j, noon), 0);
    more(&b, 1);
    assert_true(b.j.list.v.at[0].first_seq > 1);
    end(&b);
}

/* ---- what had to be given up ---- */

/* A disk that takes nothing, and more records than may wait. */
static void give_up(struct bench *b, enum record_kind kind, unsigned n)
{
    b->disk.readonly = true;
    while (n-- > 0)
        add(b, kind);
    assert_true(journal_commit(&b->j, noon) < 0);
    b->disk.readonly = false;
    assert_int_equal(journal_commit(&b->j, noon), 0);
}

/* Any of them may have been a deletion: a start is not to read what stood before. */
static void test_given_up_is_made_good(void **state UNUSED)
{
    struct journal_reader rd;
    struct bench b;
    uint64_t first;

    begin(&b);
    add_checkpoint(&b);
    assert_int_equal(journal_commit(&b.j, noon), 0);
    assert_true(journal_asks_checkpoint(&b.j) && journal_has_checkpoint(&b.j));
    give_up(&b, RECORD_RESULT, 300);
    assert_true(b.j.stats.dropped_samples > 0 && b.j.stats.dropped_other == 0);
    assert_int_equal(journal_commit(&b.j, noon), 0);
    assert_false(journal_asks_checkpoint(&b.j)); /* samples are missed by nobody */
    give_up(&b, RECORD_COMMENT, 300);
    assert_true(b.j.stats.dropped_other > 0);
    first = b.j.next;
    assert_int_equal(journal_commit(&b.j, noon), 0);
    assert_true(journal_asks_checkpoint(&b.j));
    assert_false(journal_has_checkpoint(&b.j));
    assert_false(journal_mended(&b.j));
    add(&b, RECORD_EVENT);
    add_checkpoint(&b);
    assert_int_equal(journal_commit(&b.j, noon), 0);
    assert_true(journal_mended(&b.j));
    assert_false(journal_mended(&b.j));
    journal_read_state(&b.j, &rd);
    assert_int_equal(b.j.list.v.at[rd.segment].first_seq, first);
    journal_reader_release(&rd);

    journal_lacks(&b.j); /* so does what the engine gave up */
    add(&b, RECORD_EVENT);
    assert_int_equal(journal_commit(&b.j, noon), 0);
    assert_true(b.j.rotate);
    assert_int_equal(journal_commit(&b.j, noon), 0);
    assert_true(journal_asks_checkpoint(&b.j));
    end(&b);
}

/* Given up again before the checkpoint is whole: that one does not say what is so. */
static void test_given_up_twice(void **state UNUSED)
{
    struct bench b;

    begin(&b);
    give_up(&b, RECORD_COMMENT, 300);
    assert_int_equal(journal_commit(&b.j, noon), 0);
    assert_true(journal_asks_checkpoint(&b.j));
    b.disk.readonly = true;
    for (int i = 0; i < 300; i++)
        add(&b, RECORD_COMMENT);
    add_checkpoint(&b);
    b.disk.readonly = false;
    assert_int_equal(journal_commit(&b.j, noon), 0);
    assert_false(journal_mended(&b.j));
    assert_int_equal(journal_commit(&b.j, noon), 0);
    assert_true(journal_asks_checkpoint(&b.j));
    add_checkpoint(&b);
    assert_int_equal(journal_commit(&b.j, noon), 0);
    assert_true(journal_mended(&b.j));
    end(&b);
}

static void quiet(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

static void put_state(struct buf *b, uint64_t seq, uint8_t flags)
{
    struct buf p = BUF_INIT;
    struct segment_record r = {.seq = seq, .kind = RECORD_STATE, .flags = flags, .at = noon};

    tlv_put_u64(&p, 1, 7);
    r.payload = buf_str(&p);
    segment_record_put(b, &r);
    buf_release(&p);
}

/* A full disk: of the states of an object the newest stays, and that of a checkpoint, for who reads to its end, and no further, has no other. */
static void test_a_checkpoint_keeps_its_states(void **state UNUSED)
{
    struct journal_stats stats = {0};
    struct buf b = BUF_INIT;
    size_t before;

    put_state(&b, 0, SEGMENT_CHECKPOINT);
    put_state(&b, 12, 0);
    before = b.len;
    assert_false(journal_shrink(&b, 0, &stats));
    assert_int_equal(b.len, before);
    put_state(&b, 13, 0);
    assert_false(journal_shrink(&b, 0, &stats));
    assert_int_equal(b.len, before);
    assert_int_equal(stats.dropped_states, 1);
    assert_true(journal_shrink_checkpoint(&b));
    assert_true(b.len < before);
    buf_release(&b);
}

/* ---- the clock ---- */

static void test_oldest_with_the_clock_set_back(void **state UNUSED)
{
    static const struct wall early = {1767268800 * TIME_S - 365 * TIME_DAY};
    struct bench b;

    begin(&b);
    assert_int_equal(journal_oldest(&b.j).us, noon.us);
    b.j.rotate = true;
    add(&b, RECORD_EVENT);
    assert_int_equal(journal_commit(&b.j, early), 0);
    assert_int_equal(journal_begun(&b.j).us, early.us);
    assert_int_equal(journal_oldest(&b.j).us, early.us);
    more(&b, 1);
    assert_int_equal(journal_begun(&b.j).us, noon.us);
    assert_int_equal(journal_oldest(&b.j).us, early.us);
    end(&b);
}

/* A segment that nobody gives its checkpoint ends by a small bound of all, and a checkpoint that is much larger than that still finds its end in one segment. */
static void test_large_checkpoint(void **state UNUSED)
{
    struct bench b = {.o = {.keep_bytes = 1u << 20}};
    struct buf p = BUF_INIT;

    memdisk_init(&b.disk, 22);
    memdisk_io(&b.io, &b.disk);
    open_journal(&b);
    buf_printf(&p, "%060000d", 0);
    for (int i = 0; i < 30; i++) {
        journal_add(&b.j, b.j.next, RECORD_EVENT, noon, buf_str(&p));
        assert_int_equal(journal_commit(&b.j, noon), 0);
    }
    assert_int_equal(b.j.list.v.n, 2);
    for (int i = 0; i < 100; i++) {
        journal_add_checkpoint(&b.j, 7, RECORD_STATE, noon, buf_str(&p));
        assert_int_equal(journal_commit(&b.j, noon), 0);
    }
    journal_add_checkpoint(&b.j, 7, RECORD_CHECKPOINT_END, noon, STR_NULL);
    assert_int_equal(journal_commit(&b.j, noon), 0);
    assert_true(journal_has_checkpoint(&b.j));
    assert_int_equal(b.j.list.v.n, 2);
    buf_release(&p);
    journal_release(&b.j);
    memdisk_release(&b.disk);
}

/* ---- a batch that was being written ---- */

/* The journal of these bytes, up to `end`, with a header of that version. */
static void open_cut(struct bench *b, struct str bytes, uint64_t end, uint32_t version)
{
    struct segment_header h = b->j.list.v.at[0].head;
    struct memfile *f = memdisk_file(&b->disk, b->j.list.v.at[0].name);
    struct buf head = BUF_INIT;

    h.version = version;
    segment_header_put(&head, &h);
    journal_release(&b->j);
    memcpy(f->live, bytes.p, bytes.n);
    memcpy(f->live, head.data, head.len);
    f->size = (size_t)end;
    buf_release(&head);
    open_journal(b);
}

/* What one event did is there as a whole or not at all, wherever its batch was cut off; a segment of version 1, which says no ends, keeps what is whole of it. */
static void test_batch_whole_or_absent(void **state UNUSED)
{
    struct buf bytes = BUF_INIT;
    struct bench b;
    uint64_t next, last, missing, from, to;
    struct journal_damage damage;
    unsigned kept = 0;

    begin(&b);
    next = b.j.next;
    from = b.j.at;
    for (int i = 0; i < 5; i++)
        add(&b, RECORD_EVENT);
    assert_int_equal(journal_commit(&b.j, noon), 0);
    to = b.j.at;
    buf_add(&bytes, memdisk_file(&b.disk, b.j.list.v.at[0].name)->live, (size_t)to);
    for (uint64_t cut = to; cut > from; cut--) {
        open_cut(&b, buf_str(&bytes), cut, SEGMENT_VERSION);
        assert_int_equal(b.j.next, cut == to ? next + 5 : next);
        assert_int_equal(b.j.at, cut == to ? to : from);
        numbers(&b, &last, &missing, &damage);
        assert_true(last == b.j.next - 1 && missing == 0 && damage.places == 0);
        open_cut(&b, buf_str(&bytes), cut, SEGMENT_ENDS - 1);
        assert_true(b.j.next >= next && b.j.next <= next + 5);
        kept += b.j.next > next && b.j.next < next + 5;
    }
    assert_true(kept > 0);
    buf_release(&bytes);
    end(&b);
}

/* ---- the end, of which somebody knows that it was on disk ---- */

#define LAST 5u /* records of the last batch */

/* Where each record of it begins, and its end. */
static void places(struct bench *b, uint64_t at[LAST + 1])
{
    struct journal_reader rd;
    struct journal_record rec;

    journal_read_from(&b->j, 0, &rd);
    while (journal_reader_next_whole(&rd, &rec))
        if (rec.r.seq + LAST >= b->j.next) {
            at[rec.r.seq + LAST - b->j.next] = rec.offset;
            at[LAST] = rec.offset + rec.size;
        }
    journal_reader_release(&rd);
}

static void begin_known(struct bench *b, uint64_t at[LAST + 1], struct buf *bytes)
{
    begin(b);
    for (unsigned i = 0; i < LAST; i++)
        add(b, RECORD_EVENT);
    assert_int_equal(journal_commit(&b->j, noon), 0);
    places(b, at);
    buf_add(bytes, memdisk_file(&b->disk, b->j.list.v.at[0].name)->live, (size_t)at[LAST]);
}

/* The journal with that byte spoilt, or, if it is the end, cut off there; all else is as it was written. */
static void open_known(struct bench *b, struct str bytes, uint64_t at, uint64_t end, uint64_t known)
{
    struct memfile *f = memdisk_file(&b->disk, b->j.list.v.at[0].name);

    for (size_t i = 1; i < b->j.list.v.n; i++)
        b->io.unlink(b->io.user, b->j.list.v.at[i].name);
    journal_release(&b->j);
    memcpy(f->live, bytes.p, bytes.n);
    f->size = (size_t)end;
    if (at < end)
        f->live[at] ^= 0x20;
    b->o.known = known;
    open_journal(b);
}

/* One more record, and what the journal says then: what was lost, in `lost` records from `from` on, and nothing else. */
static void expect_lost(struct bench *b, uint64_t from, uint64_t lost)
{
    struct journal_damage damage;
    uint64_t last, missing;

    assert_true(b->j.torn == 0 && b->j.damage.places == 1 && b->j.damage.n_hole == 1);
    assert_true(b->j.damage.hole[0].from == from && b->j.damage.hole[0].n == lost);
    add(b, RECORD_EVENT);
    assert_int_equal(journal_commit(&b->j, noon), 0);
    numbers(b, &last, &missing, &damage);
    assert_int_equal(last, 206);
    assert_int_equal(missing, lost);
    assert_true(damage.places == 1 && damage.lost == lost && damage.hole[0].from == from);
}

/* A byte of the last batch is another: what is whole of it is used, and the record is named. Nobody knows of it: it is torn, and goes as a whole. */
static void test_known_batch(void **state UNUSED)
{
    struct buf bytes = BUF_INIT;
    uint64_t at[LAST + 1];
    struct bench b;

    begin_known(&b, at, &bytes);
    for (unsigned i = 0; i < LAST; i++) {
        open_known(&b, buf_str(&bytes), at[i] + 30, at[LAST], 205);
        assert_int_equal(b.j.lacks, i == LAST - 1 ? 205 : 0);
        assert_int_equal(b.j.next, 206);
        expect_lost(&b, 201 + i, 1);
        assert_int_equal(memdisk_file(&b.disk, b.j.list.v.at[0].name)->size >= at[LAST], 1);
        open_known(&b, buf_str(&bytes), at[i] + 30, at[LAST], 203); /* some of it was in a projection */
        assert_int_equal(b.j.next, 201 + i <= 203 ? 206 : 201 + i);
        if (201 + i <= 203)
            expect_lost(&b, 201 + i, 1);
        for (unsigned known = 0; known <= 200; known += 200) {
            open_known(&b, buf_str(&bytes), at[i] + 30, at[LAST], known);
            assert_true(b.j.next == 201 && b.j.torn == at[LAST] - at[0]);
            assert_true(b.j.damage.places == 0 && b.j.lacks == 0);
        }
    }
    buf_release(&bytes);
    end(&b);
}

/* It is cut off, wherever: no number that was known is given again, and what was is named. */
static void test_known_and_cut(void **state UNUSED)
{
    struct buf bytes = BUF_INIT;
    uint64_t at[LAST + 1], there = LAST;
    struct bench b;

    begin_known(&b, at, &bytes);
    for (uint64_t cut = at[LAST]; cut >= at[0]; cut--) { /* the last one: exactly behind the batch before */
        while (at[there] > cut)
            there--;
        open_known(&b, buf_str(&bytes), cut, cut, 205);
        assert_int_equal(b.j.next, 206);
        assert_int_equal(b.j.lacks, there == LAST ? 0 : 201 + there);
        if (there < LAST)
            expect_lost(&b, 201 + there, LAST - there);
        else
            assert_int_equal(b.j.damage.places, 0);
    }
    buf_release(&bytes);
    end(&b);
}

/* Whole segments that were known are not there, the newest one or all: that is named, too, and no number is given again. */
static void test_known_and_gone(void **state UNUSED)
{
    struct journal_damage damage;
    uint64_t last, missing;
    struct bench b;

    for (int all = 0; all < 2; all++) {
        begin(&b);
        b.j.rotate = true;
        add(&b, RECORD_EVENT);
        assert_int_equal(journal_commit(&b.j, noon), 0);
        assert_int_equal(b.j.list.v.n, 2);
        assert_int_equal(journal_held(&b.j), 201);
        for (size_t i = all ? 0 : 1; i < 2; i++)
            b.io.unlink(b.io.user, b.j.list.v.at[i].name);
        for (int life = 0; life < 2; life++) { /* also if nothing was written since */
            journal_release(&b.j);
            b.o.known = 201;
            open_journal(&b);
            assert_true(b.j.damage.places == 1 && b.j.damage.n_hole == 1);
            assert_int_equal(b.j.damage.hole[0].from, all ? 1 : 201);
            assert_int_equal(b.j.damage.hole[0].n, all ? 201 : 1);
            assert_true(b.j.next == 202 && journal_stored(&b.j) == 201);
        }
        add(&b, RECORD_EVENT);
        assert_int_equal(journal_commit(&b.j, noon), 0);
        assert_int_equal(VEC_LAST(&b.j.list.v).first_seq, 202);
        numbers(&b, &last, &missing, &damage);
        assert_int_equal(last, 202);
        assert_int_equal(damage.places, all ? 0 : 1); /* nothing before it is there to compare with */
        journal_release(&b.j);
        b.o.known = 202;
        open_journal(&b);
        assert_int_equal(b.j.damage.places, 0); /* the newest is whole */
        end(&b);
    }
}

/* What a full disk made it give up was never on disk: however the power fails then, no end of the journal is called damaged for it. */
static void test_full_is_not_known(void **state UNUSED)
{
    unsigned low = 0, gap = 0;

    for (unsigned seed = 1; seed <= 300; seed++) {
        struct bench b;

        memset(&b, 0, sizeof(b));
        b.o = (struct journal_options){.reserve = 4096, .queue_bytes = 20000};
        memdisk_init(&b.disk, seed);
        memdisk_io(&b.io, &b.disk);
        open_journal(&b);
        b.disk.capacity = 8192 + 4096 + memdisk_random(&b.disk, 40000);
        b.disk.fail_at = b.disk.calls + 20 + (unsigned)memdisk_random(&b.disk, 300);
        b.disk.dead = true;
        for (unsigned i = 0; i < 200 && b.disk.calls < b.disk.fail_at; i++) {
            add(&b, RECORD_EVENT);
            add(&b, RECORD_RESULT);
            if (journal_commit(&b.j, noon) == 0)
                b.o.known = journal_held(&b.j);
        }
        low += b.j.low;
        gap += b.o.known < journal_stored(&b.j);
        journal_release(&b.j);
        memdisk_crash(&b.disk);
        memdisk_io(&b.io, &b.disk);
        open_journal(&b);
        assert_int_equal(b.j.damage.places, 0);
        assert_true(b.j.next > b.o.known);
        end(&b);
    }
    assert_true(low > 50 && gap > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_more_than_are_named),
        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_a_checkpoint_keeps_its_states),
        cmocka_unit_test(test_oldest_with_the_clock_set_back),
        cmocka_unit_test(test_large_checkpoint),
        cmocka_unit_test(test_unreadable_end),
        cmocka_unit_test(test_cannot_be_opened),
        cmocka_unit_test(test_newest_cannot_be_opened),
        cmocka_unit_test(test_trimmed_though_it_stays),
        cmocka_unit_test(test_given_up_is_made_good),
        cmocka_unit_test(test_given_up_twice),
        cmocka_unit_test(test_batch_whole_or_absent),
        cmocka_unit_test(test_known_batch),
        cmocka_unit_test(test_known_and_cut),
        cmocka_unit_test(test_known_and_gone),
        cmocka_unit_test(test_full_is_not_known),
    };

    log_init("test", LOG_ERROR);
    log_set_sink(quiet);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
