/* SPDX-License-Identifier: Apache-2.0 */
/* How the export follows a journal that is written, ends segments and loses old ones: everything once, in batches, never beyond what is stored, and a gap is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "db/journal.h"
#include "memdisk.h"
#include "role/export_int.h"

static const struct wall noon = {20480 * TIME_DAY + 12 * TIME_H};

struct world {
    struct memdisk disk;
    struct journal j;
    struct export e;
    struct export_target *t;
};

static void quiet(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

static void world_init(struct world *w)
{
    struct export_object *x;
    struct err err = ERR_INIT;

    log_set_sink(quiet);
    memset(w, 0, sizeof(*w));
    memdisk_init(&w->disk, 1);
    memdisk_io(&w->e.io, &w->disk);
    assert_int_equal(journal_open(&w->j, &w->e.io, NULL, &err), 0);
    w->e.oids.oid = mem_calloc(1, sizeof(uint64_t)); /* names are known: nobody is asked */
    map_put_u64(&w->e.names, 5, 0);
    x = VEC_ADD(&w->e.object);
    *x = (struct export_object){
        .known = true, .wanted = true, .host = str_dup(STR("web")), .service = str_dup(STR("PING"))};
    w->t = &w->e.target[0];
    w->t->e = &w->e;
    w->t->name = "remote_write";
    w->t->placed = true;
    outgoing_init(&w->t->batch);
}

static void world_release(struct world *w)
{
    export_read_release(w->t);
    export_name_clear(&w->e);
    oids_release(&w->e.oids);
    journal_release(&w->j);
    memdisk_release(&w->disk);
    log_set_sink(NULL);
}

/* Results numbered on by their values, each a batch of the journal. */
static void write_results(struct world *w, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        uint64_t seq = w->j.next;
        struct buf frames = BUF_INIT;
        struct record_result r = {.oid = 5, .how = RECORD_HOW_EXIT};
        struct record_frame frame;
        struct str rest;
        char text[400];

        snprintf(text, sizeof(text), "%0250u|n=%llu", 0, (unsigned long long)seq);
        r.output = str_of(text);
        r.started = noon.us + (int64_t)seq * TIME_S;
        record_put(&frames, RECORD_RESULT, noon, &r);
        rest = buf_str(&frames);
        assert_int_equal(record_next(&rest, &frame), 1);
        w->j.rotate = seq % 300 == 0;
        assert_true(journal_add(&w->j, seq, (uint16_t)frame.kind, noon, frame.payload));
        assert_int_equal(journal_commit(&w->j, noon), 0);
        buf_release(&frames);
    }
}

/* Reads until a batch is there; it holds exactly the records from..to. */
static enum export_got reads(struct world *w, uint64_t from, uint64_t to)
{
    enum export_got got;

    while ((got = export_read(w->t)) == EXPORT_TIME)
        ;
    assert_int_equal(w->t->batch.v.n, to + 1 - from);
    for (uint64_t i = from; i <= to; i++)
        assert_int_equal(w->t->batch.v.at[i - from].v.mantissa, i);
    assert_int_equal(w->t->read, to);
    outgoing_clear(&w->t->batch);
    w->t->done = w->t->read;
    w->t->marked = MAX(w->t->marked, w->t->done);
    return got;
}

static void test_everything_once(void **state UNUSED)
{
    struct world w;

    world_init(&w);
    write_results(&w, 3000);
    assert_true(w.j.list.v.n > 5);
    w.e.stored = 2500; /* the store has not said more yet */
    assert_int_equal(reads(&w, 1, EXPORT_BATCH), EXPORT_FULL);
    assert_int_equal(reads(&w, EXPORT_BATCH + 1, 2500), EXPORT_END);
    w.e.stored = 3000;
    assert_int_equal(reads(&w, 2501, 3000), EXPORT_END);
    write_results(&w, 1000); /* in segments that the reader does not know of */
    w.e.stored = 4000;
    assert_int_equal(reads(&w, 3001, 4000), EXPORT_END);
    assert_int_equal(w.t->count.missed, 0);
    world_release(&w);
}

/* What was marked before a kill is read as one batch again, to that record. */
static void test_the_same_batch_again(void **state UNUSED)
{
    struct world w;

    world_init(&w);
    write_results(&w, 2600);
    w.e.stored = 2600;
    w.t->done = w.t->read = 100;
    w.t->marked = 2300;
    assert_int_equal(reads(&w, 101, 2300), EXPORT_FULL);
    assert_int_equal(reads(&w, 2301, 2600), EXPORT_END);
    world_release(&w);
}

static void test_what_is_gone_is_counted(void **state UNUSED)
{
    struct world w;
    uint64_t begins;

    world_init(&w);
    write_results(&w, 1500);
    w.e.stored = 1500;
    begins = w.j.list.v.at[2].first_seq;
    assert_int_equal(w.e.io.unlink(w.e.io.user, w.j.list.v.at[0].name), 0);
    assert_int_equal(w.e.io.unlink(w.e.io.user, w.j.list.v.at[1].name), 0);
    assert_int_equal(reads(&w, begins, 1500), EXPORT_END);
    assert_int_equal(w.t->count.missed, begins - 1);
    world_release(&w);
}

/* Numbers that a full disk took: the reader comes to the end of what there is, and does not wait for them. */
static void test_given_up_numbers(void **state UNUSED)
{
    struct world w;

    world_init(&w);
    write_results(&w, 10);
    w.e.stored = 25;
    while (export_read(w.t) == EXPORT_TIME)
        ;
    assert_int_equal(w.t->batch.v.n, 10);
    assert_int_equal(w.t->read, 25);
    world_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_once),
        cmocka_unit_test(test_the_same_batch_again),
        cmocka_unit_test(test_what_is_gone_is_counted),
        cmocka_unit_test(test_given_up_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
