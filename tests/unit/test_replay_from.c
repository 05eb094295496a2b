/* SPDX-License-Identifier: Apache-2.0 */
/* What a replay begins with, of a segment in which a checkpoint was abandoned and another one made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "cmd/replay_from.h"
#include "core/record.h"
#include "db/journal.h"
#include "memdisk.h"

static const struct wall noon = {1767268800 * TIME_S};

/* Of the frame alone: its kind and its payload. */
static struct str payload_of(struct buf *b, enum record_kind kind, const void *record)
{
    struct str rest;
    struct record_frame f;

    buf_clear(b);
    record_put(b, kind, noon, record);
    rest = buf_str(b);
    assert_int_equal(record_next(&rest, &f), 1);
    return f.payload;
}

static void put(struct journal *j, bool checkpoint, enum record_kind kind, const void *record)
{
    struct buf b = BUF_INIT;
    struct str payload = payload_of(&b, kind, record);

    if (checkpoint)
        journal_add_checkpoint(j, j->next - 1, (uint16_t)kind, noon, payload);
    else
        assert_true(journal_add(j, j->next, (uint16_t)kind, noon, payload));
    assert_int_equal(journal_commit(j, noon), 0);
    buf_release(&b);
}

static void test_abandoned_checkpoint(void **state UNUSED)
{
    static const enum record_kind wanted[] = {RECORD_COMMENT, RECORD_COMMENT_DEL, RECORD_COMMENT,
                                              RECORD_CHECKPOINT_END};
    struct journal_options o = {.reserve = 4096, .queue_bytes = 20000};
    struct replay_from from = {.records = BUF_INIT};
    struct err err = ERR_INIT;
    struct record_frame f;
    struct memdisk disk;
    struct journal_io io;
    struct journal j;
    struct str rest;

    memset(&j, 0, sizeof(j));
    memdisk_init(&disk, 21);
    memdisk_io(&io, &disk);
    assert_int_equal(journal_open(&j, &io, &o, &err), 0);
    put(&j, false, RECORD_EVENT, &(struct record_event){.kind = RECORD_EVENT_START});
    put(&j, true, RECORD_COMMENT, &(struct record_comment){.id = 1});
    assert_int_equal(replay_from_read(&io, &j.list, 0, &from, &err), 0);
    put(&j, false, RECORD_COMMENT_DEL, &(struct record_comment_del){.id = 1});
    journal_ask_again(&j);
    put(&j, true, RECORD_COMMENT, &(struct record_comment){.id = 2});
    put(&j, true, RECORD_CHECKPOINT_END, &(struct record_checkpoint_end){.last = j.next - 1});
    put(&j, false, RECORD_COMMENT_DEL, &(struct record_comment_del){.id = 2});
    assert_int_equal(replay_from_read(&io, &j.list, 0, &from, &err), 1);
    assert_int_equal(from.last, j.next - 2);
    rest = buf_str(&from.records);
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        assert_int_equal(record_next(&rest, &f), 1);
        assert_int_equal(f.kind, wanted[i]);
    }
    assert_int_equal(rest.n, 0);
    buf_release(&from.records);
    journal_release(&j);
    memdisk_release(&disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_abandoned_checkpoint),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
