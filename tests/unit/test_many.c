/* SPDX-License-Identifier: Apache-2.0 */
/* Many downtimes, acknowledgements and comments that begin or end in one moment: each does, in their order, in pieces between which other work has its turn; and what they leave behind is nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <cmocka.h>

#include "core/board_w.h"
#include "core/world_in.h"
#include "lab.h"

#define START 1800000000
#define S     TIME_S

enum { MANY = 1000 };

static struct lab_answer up(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = TIME_MS, .output = "UP"};
}

static void open_many(struct lab *lab)
{
    struct buf objects = BUF_INIT;

    buf_add_c(
        &objects,
        "define host {\n host_name h\n use ht\n}\ndefine hostgroup {\n hostgroup_name hg\n members h\n}\n");
    for (int i = 0; i < MANY; i++)
        buf_printf(&objects, "define service {\n host_name h\n service_description s%04d\n use st\n}\n", i);
    lab_open(lab, lab_main, objects.data, START, 1, up, 0);
    buf_release(&objects);
}

static void in_downtime(const struct lab *lab, uint32_t wanted)
{
    for (uint32_t i = 1; i <= MANY; i++)
        assert_int_equal(world_state(lab->w, i)->downtime_depth, wanted);
}

static void in_order(const struct lab *lab, const char *what)
{
    struct str rest = buf_str(&lab->log);
    int next = 0;

    while (rest.n) {
        struct str line = str_cut(&rest, '\n');
        char text[64];

        if (!str_contains(line, STR("SERVICE DOWNTIME ALERT")) || !str_contains(line, str_of(what)))
            continue;
        snprintf(text, sizeof(text), "h;s%04d;%s", next++, what);
        assert_true(str_contains(line, str_of(text)));
    }
    assert_int_equal(next, MANY);
}

static void schedule(struct lab *lab, int64_t lasts_s)
{
    char text[200];
    long long now = time_wall_s(lab_now(lab).wall);

    snprintf(text, sizeof(text), "SCHEDULE_HOSTGROUP_SVC_DOWNTIME;hg;%lld;%lld;1;0;0;me;work", now + 5,
             now + 5 + (long long)lasts_s);
    assert_true(lab_command(lab, text));
}

static void test_end_together(void **state UNUSED)
{
    struct lab lab = {0};
    struct mono due;

    open_many(&lab);
    schedule(&lab, 60);
    lab_run(&lab, 4 * S);
    in_downtime(&lab, 0);
    /* One step does not do them all; the next one is due at once. */
    lab.mono += S;
    lab_event(&lab, &(struct world_event){.kind = WORLD_TICK});
    assert_int_equal(world_state(lab.w, 1)->downtime_depth, 1);
    assert_int_equal(world_state(lab.w, MANY)->downtime_depth, 0);
    assert_true(world_next_due(lab.w, &due) && due.us <= lab.mono);
    lab_run(&lab, S);
    in_downtime(&lab, 1);
    in_order(&lab, "STARTED");
    lab_restart(&lab, false);
    lab_run(&lab, S);
    in_downtime(&lab, 1);
    assert_int_equal(lab_comments(&lab), MANY);
    lab_run(&lab, 60 * S);
    in_downtime(&lab, 0);
    in_order(&lab, "STOPPED");
    assert_int_equal(lab_comments(&lab), 0);
    assert_int_equal(lab_downtimes(&lab), 0);
    lab_close(&lab);
}

/* To grow from 40,000 to 80,000 copies megabytes in one step: once there are more than a few, there is room for all. */
static void test_tables_do_not_grow_again(void **state UNUSED)
{
    struct lab lab = {0};
    size_t comments, downtimes;

    open_many(&lab);
    schedule(&lab, 60);
    schedule(&lab, 60);
    comments = lab.w->comments.cap;
    downtimes = lab.w->downtimes.cap;
    for (int i = 0; i < 5; i++)
        schedule(&lab, 60);
    assert_int_equal(lab_downtimes(&lab), 7 * MANY);
    assert_int_equal(lab.w->comments.cap, comments);
    assert_int_equal(lab.w->downtimes.cap, downtimes);
    lab_close(&lab);
}

static void test_cancelled_together(void **state UNUSED)
{
    struct lab lab = {0};

    open_many(&lab);
    schedule(&lab, 60);
    schedule(&lab, 3600);
    lab_run(&lab, 10 * S);
    in_downtime(&lab, 2);
    assert_true(lab_command(&lab, "DEL_DOWNTIME_BY_HOST_NAME;h"));
    in_downtime(&lab, 0);
    assert_int_equal(lab_count(&lab.log, ";CANCELLED;"), MANY);
    assert_int_equal(lab_comments(&lab), 0);
    assert_int_equal(lab_downtimes(&lab), 0);
    lab_restart(&lab, false);
    assert_int_equal(lab_comments(&lab), 0);
    assert_int_equal(lab_downtimes(&lab), 0);
    lab_close(&lab);
}

/* Acknowledgements and comments whose time is over together go in pieces, too; one that is made again is not watched twice. */
static void test_expire_together(void **state UNUSED)
{
    struct lab lab = {0};
    struct mono due;
    char text[200];

    open_many(&lab);
    for (int i = 0; i < MANY; i++) {
        snprintf(text, sizeof(text), "PROCESS_SERVICE_CHECK_RESULT;h;s%04d;2;broken", i);
        assert_true(lab_command(&lab, text));
        for (int k = 0; k < 2; k++) {
            snprintf(text, sizeof(text), "ACKNOWLEDGE_SVC_PROBLEM_EXPIRE;h;s%04d;2;0;0;%d;me;seen", i,
                     START + 60);
            assert_true(lab_command(&lab, text));
        }
        snprintf(text, sizeof(text), "ADD_SVC_COMMENT_EXPIRE;h;s%04d;0;%d;me;note", i, START + 120);
        assert_true(lab_command(&lab, text));
    }
    assert_int_equal(lab.w->acks_expiring.count, MANY);
    assert_int_equal(lab_comments(&lab), 3 * MANY);
    lab_run(&lab, START * S + 60 * S - lab_now(&lab).wall.us - 1);
    assert_int_equal(world_state(lab.w, 1)->ack_type, STATE_ACK_STICKY);
    lab.mono += 1;
    lab_event(&lab, &(struct world_event){.kind = WORLD_TICK});
    assert_int_equal(world_state(lab.w, 1)->ack_type, STATE_ACK_NONE);
    assert_int_equal(world_state(lab.w, MANY)->ack_type, STATE_ACK_STICKY);
    assert_true(world_next_due(lab.w, &due) && due.us <= lab.mono);
    lab_run(&lab, S);
    assert_int_equal(lab.w->acks_expiring.count, 0);
    assert_int_equal(lab_comments(&lab), MANY); /* and no other's */
    lab_run(&lab, START * S + 120 * S - lab_now(&lab).wall.us - 1);
    assert_int_equal(lab_comments(&lab), MANY);
    lab.mono += 1;
    lab_event(&lab, &(struct world_event){.kind = WORLD_TICK});
    assert_in_range(lab_comments(&lab), 1, MANY - 1);
    assert_true(world_next_due(lab.w, &due) && due.us <= lab.mono);
    lab_run(&lab, S);
    assert_int_equal(lab_comments(&lab), 0);
    lab_close(&lab);
}

/* The comments of a check are found after restarts with and without a checkpoint, a reload, and when some between them are gone. */
static void test_comments_of_one(void **state UNUSED)
{
    struct lab lab = {0};

    open_many(&lab);
    for (int i = 0; i < 4; i++) {
        assert_true(lab_command(&lab, "ADD_SVC_COMMENT;h;s0001;1;me;a"));
        assert_true(lab_command(&lab, "ADD_SVC_COMMENT;h;s0002;1;me;b"));
    }
    assert_true(lab_command(&lab, "DEL_SVC_COMMENT;3"));
    lab_restart(&lab, false);
    assert_true(lab_command(&lab, "DEL_SVC_COMMENT;7"));
    lab_restart(&lab, true);
    assert_true(lab_command(&lab, "DEL_SVC_COMMENT;2"));
    assert_true(lab_command(&lab, "ADD_SVC_COMMENT;h;s0001;1;me;a"));
    assert_int_equal(lab_comments(&lab), 6);
    assert_true(lab_command(&lab, "DEL_ALL_SVC_COMMENTS;h;s0001"));
    assert_int_equal(lab_comments(&lab), 3);
    assert_true(lab_command(&lab, "DEL_ALL_SVC_COMMENTS;h;s0002"));
    assert_int_equal(lab_comments(&lab), 0);
    lab_close(&lab);
}

/* To cancel by host group looks at each downtime once, not once for each host of the group: then it costs about what one host costs. */
static void test_cancelled_by_group(void **state UNUSED)
{
    enum { HOSTS = 1000, ROUNDS = 5 };
    struct buf objects = BUF_INIT;
    struct lab lab = {0};
    clock_t cost[2];

    buf_add_c(&objects, "define hostgroup {\n hostgroup_name hg\n members *\n}\n");
    for (int i = 0; i < HOSTS; i++)
        buf_printf(&objects,
                   "define host {\n host_name h%d\n use ht\n}\n"
                   "define service {\n host_name h%d\n service_description s\n use st\n}\n",
                   i, i);
    lab_open(&lab, lab_main, objects.data, START, 1, up, 0);
    for (int i = 0; i < 4; i++)
        schedule(&lab, 3600 + i);
    for (int k = 0; k < 2; k++) {
        cost[k] = clock();
        for (int i = 0; i < ROUNDS; i++)
            assert_false(lab_command(&lab, k ? "DEL_DOWNTIME_BY_HOSTGROUP_NAME;hg;;none"
                                             : "DEL_DOWNTIME_BY_HOST_NAME;h7;none"));
        cost[k] = clock() - cost[k];
    }
    assert_int_equal(lab_downtimes(&lab), 4 * HOSTS);
    assert_in_range(cost[1], 0, 50 * (cost[0] + 200 * ROUNDS));
    lab_close(&lab);
    buf_release(&objects);
}

/* What changed for everybody reaches the board in pieces, each check with what it is then. */
static void test_shown_in_pieces(void **state UNUSED)
{
    enum { CHECKS = 45000 };
    struct buf objects = BUF_INIT;
    struct lab lab = {0};
    struct board_shape shape;
    struct board_w board;
    struct board_check seen;
    struct board b;
    struct err err = ERR_INIT;
    unsigned pieces = 1;
    void *mem;

    buf_add_c(&objects, "define host {\n host_name h\n use ht\n}\n");
    for (int i = 1; i < CHECKS; i++)
        buf_printf(&objects,
                   "define service {\n host_name h\n service_description s%d\n use st\n "
                   "active_checks_enabled 1\n check_interval 3600\n}\n",
                   i);
    lab_open(&lab, lab_main, objects.data, START, 1, up, 0);
    shape = (struct board_shape){.generation = 1,
                                 .n_checks = CHECKS,
                                 .n_hosts = 1,
                                 .n_contacts = lab.model->n_contact,
                                 .arena_size = board_arena_size(CHECKS)};
    mem = mem_zalloc(board_bytes(&shape));
    board_w_init(&board, mem, board_bytes(&shape), &shape);
    assert_int_equal(world_show_new(lab.w, &board, 0, CHECKS), MODEL_NONE);
    lab.wall_offset += TIME_H; /* moves every plan */
    world_step(lab.w, &(struct world_event){.kind = WORLD_TICK}, lab_now(&lab));
    world_clear(lab.w);
    while (world_show(lab.w, &board))
        pieces++;
    assert_true(pieces > 1);
    assert_int_equal(board_open(&b, mem, board_bytes(&shape), &err), 0);
    for (uint32_t i = 1; i < CHECKS; i++) {
        board_read_check(&b, i, &seen);
        if (!world_state(lab.w, i)->run) /* else it has no plan */
            assert_int_equal(seen.next_check, world_state(lab.w, i)->next_check);
    }
    board_w_release(&board);
    mem_free(mem);
    lab_close(&lab);
    buf_release(&objects);
}

/* Everything that a world knows that was given these records. */
static void know(struct lab *lab, struct str first, struct str all, struct buf *out)
{
    struct world *w = world_new(&(struct world_options){.epoch = 2, .version = "test", .pid = 1});

    world_set_model(w, lab->model, 1, lab_now(lab));
    assert_true(world_set_oids(w, 1, lab_oids(lab), lab->model->n_check));
    assert_int_equal(world_load(w, first), 0);
    assert_int_equal(world_load(w, all), 0);
    world_load_end(w, lab->n_records + 1);
    world_export(w, lab_now(lab), lab->n_records, out);
    world_free(w);
}

/* The store died while it gave the record: what was deleted in the part that came is not there again after the whole. */
static void test_record_that_comes_twice(void **state UNUSED)
{
    struct buf once = BUF_INIT, twice = BUF_INIT;
    struct lab lab = {0};
    struct str all, rest;

    open_many(&lab);
    for (int turn = 0; turn < 3; turn++) {
        char text[128];

        for (int i = 0; i < 40; i++) {
            snprintf(text, sizeof(text), "ADD_SVC_COMMENT;h;s%04d;1;ann;words", i);
            assert_true(lab_command(&lab, text));
            snprintf(text, sizeof(text), "SCHEDULE_SVC_DOWNTIME;h;s%04d;%d;%d;1;0;0;ann;work", i, START,
                     START + 90000);
            assert_true(lab_command(&lab, text));
        }
        for (int i = 0; i < 40; i++) {
            snprintf(text, sizeof(text), "DEL_ALL_SVC_COMMENTS;h;s%04d", i);
            assert_true(turn == 2 || i % 4 == 0 || lab_command(&lab, text));
            snprintf(text, sizeof(text), "DEL_SVC_DOWNTIME;%d", turn * 40 + i + 1);
            assert_true(turn == 2 || i % 4 == 0 || lab_command(&lab, text));
        }
    }
    all = rest = buf_str(&lab.journal);
    know(&lab, STR_NULL, all, &once);
    for (unsigned n = 0; rest.n; n++) {
        struct record_frame f;

        assert_int_equal(record_next(&rest, &f), 1);
        if (n % 97 || !rest.n)
            continue;
        buf_clear(&twice);
        know(&lab, str_sub(all, 0, all.n - rest.n), all, &twice);
        assert_int_equal(twice.len, once.len);
        assert_memory_equal(twice.data, once.data, once.len);
    }
    buf_release(&once);
    buf_release(&twice);
    lab_close(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_record_that_comes_twice),  cmocka_unit_test(test_end_together),
        cmocka_unit_test(test_tables_do_not_grow_again), cmocka_unit_test(test_cancelled_together),
        cmocka_unit_test(test_cancelled_by_group),       cmocka_unit_test(test_expire_together),
        cmocka_unit_test(test_comments_of_one),          cmocka_unit_test(test_shown_in_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
