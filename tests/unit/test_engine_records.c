/* SPDX-License-Identifier: Apache-2.0 */
/* How role engine brings records to the store: each message takes its records, however large one is, and one that none takes is left out and said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "core/record.h"
#include "core/world_in.h"
#include "os/clock.h"
#include "os/sock.h"
#include "role/engine_in.h"
#include "wire/link.h"
#include "lab.h"

#define START 1800000000

struct store { /* the other side */
    struct link *link;
    unsigned puts, checkpoints, states, comments, given_up, ends;
    uint64_t records;
};

static struct store store;
static struct role role;
static unsigned errors;

static void count(struct str records)
{
    struct record_frame f;

    for (; record_next(&records, &f) == 1; store.records++) {
        store.states += f.kind == RECORD_STATE;
        store.comments += f.kind == RECORD_COMMENT;
        store.given_up += f.kind == RECORD_GIVEN_UP;
        store.ends += f.kind == RECORD_CHECKPOINT_END;
    }
    assert_int_equal(records.n, 0);
}

static void to_store(void *user UNUSED, const struct msg *m, int *fds UNUSED, size_t n UNUSED)
{
    if (m->type == MSG_PUT) {
        store.puts++;
        count(m->u.put.records);
    } else {
        assert_int_equal(m->type, MSG_CHECKPOINT);
        store.checkpoints++;
        count(m->u.checkpoint.records);
    }
}

static void to_engine(void *user UNUSED, const struct msg *m UNUSED, int *fds UNUSED, size_t n UNUSED)
{
}

static void gone(void *user UNUSED, const struct err *err UNUSED)
{
}

static void count_errors(enum log_level level, const char *line UNUSED, size_t n UNUSED)
{
    errors += level == LOG_ERROR;
}

static const struct link_ops engine_ops = {to_engine, gone, NULL}, store_ops = {to_store, gone, NULL};

static void begin(struct engine *e)
{
    struct err err = ERR_INIT;
    int fd[2];

    assert_int_equal(sock_pair(fd, &err), 0);
    errors = 0;
    log_set_sink(count_errors);
    role = (struct role){.loop = loop_new(), .n_peers = 1, .self = e};
    role.peers[0] = (struct peer){
        .owner = &role, .id = ROLE_STORE, .link = link_new(role.loop, fd[0], &engine_ops, NULL), .up = true};
    store = (struct store){.link = link_new(role.loop, fd[1], &store_ops, NULL)};
    *e = (struct engine){.role = &role, .store_up = true, .loaded = true};
    buf_init(&e->batch);
    buf_init(&e->frame);
}

static void end(struct engine *e)
{
    link_free(role.peers[0].link);
    link_free(store.link);
    record_queue_release(&e->queue);
    nlog_queue_release(&e->log.lines);
    buf_release(&e->batch);
    buf_release(&e->frame);
    VEC_RELEASE(&e->failed);
    loop_free(role.loop);
}

static void until(const unsigned *what, unsigned n)
{
    int64_t patience = clock_mono().us + 60 * TIME_S;

    while (*what < n) {
        if (clock_mono().us > patience)
            fail_msg("it does not come");
        loop_once(role.loop, TIME_S);
    }
}

static struct lab_answer up(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = TIME_MS, .output = "UP"};
}

static void pad(struct buf *b, size_t n)
{
    for (; n; n--)
        buf_add_char(b, 'x');
}

/* Changes, then states, and a large one where the message is nearly full. */
static void test_checkpoint(void **state UNUSED)
{
    static const size_t sizes[] = {60 * 1024, 53 * 1024, 104 * 1024, 10};
    struct buf text = BUF_INIT;
    struct engine e;
    struct lab lab = {0};

    for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
        buf_printf(&text, "define host {\n host_name h%zu\n use ht\n}\n", i);
    lab_open(&lab, lab_main, text.data, START, 1, up, 0);
    for (uint32_t i = 0; i < ARRAY_LEN(sizes); i++) {
        buf_clear(&text);
        pad(&text, sizes[i]);
        state_set_text(&lab.w->st[i], STR("UP"), buf_str(&text), STR_NULL);
    }
    begin(&e);
    e.world = lab.w;
    engine_checkpoint(&e);
    for (int i = 0; i < 3; i++) {
        buf_clear(&text);
        buf_printf(&text, "ADD_HOST_COMMENT;h3;1;me;%d", i);
        pad(&text, 15 * 1024);
        assert_true(lab_command(&lab, text.data));
    }
    until(&store.ends, 1);
    assert_true(store.states >= ARRAY_LEN(sizes));
    assert_true(store.comments >= 3);
    assert_int_equal(errors, 0);
    end(&e);
    lab_close(&lab);
    buf_release(&text);
}

/* What the bounds of its parts should never let come to be. */
static void test_too_large(void **state UNUSED)
{
    struct buf text = BUF_INIT;
    struct engine e;
    struct lab lab = {0};

    lab_open(&lab, lab_main, "define host {\n host_name h\n use ht\n}\n", START, 1, up, 0);
    begin(&e);
    e.world = lab.w;
    pad(&text, LIMIT_MESSAGE);
    e.batch_first = 1;
    for (uint64_t i = 1; i <= 3; i++)
        record_put(&e.batch, RECORD_STATE, (struct wall){1},
                   &(struct record_state){.oid = i, .long_output = i == 2 ? buf_str(&text) : STR_NULL});
    e.batch_n = 3;
    engine_flush(&e);
    until(&store.puts, 3);
    assert_int_equal(store.states, 2);
    assert_int_equal(store.given_up, 1);
    assert_int_equal(store.records, 3); /* each keeps its number */
    assert_int_equal(e.given_up, 1);
    assert_int_equal(errors, 1);
    state_set_text(&lab.w->st[0], STR("UP"), buf_str(&text), STR_NULL);
    engine_checkpoint(&e);
    until(&store.ends, 1); /* it is none without this one, but the journal goes on */
    assert_int_equal(errors, 2);
    end(&e);
    lab_close(&lab);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_checkpoint), cmocka_unit_test(test_too_large)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
