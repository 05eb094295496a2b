/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast the core is by itself: a world under virtual time, its runs answered at once by nobody, its records made and thrown away.
 *   speed HOSTS SERVICES INTERVAL_S DAYS [board]    one result of a hundred is a problem; board: a board shows every change
 * Prints results, seconds of processor time, and results a second. Not a test: figures depend on the machine.
 */
#include "lab.h"

#include "core/board_w.h"
#include "core/conf.h"
#include "core/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct run {
    uint64_t id;
    int64_t ends;
    uint8_t kind;
};

struct speed {
    struct lab lab;
    struct run *run; /* a ring: every run lasts as long as any other */
    size_t first, n, cap;
    uint64_t results, told, state;
    struct board_w board;
    void *board_memory;
};

#define LASTS    (20 * TIME_MS)
#define PROBLEMS 10 /* of 1000 */

static struct lab_answer never(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = -1, .output = ""};
}

static void push(struct speed *s, const struct world_effect *e)
{
    if (s->n == s->cap) {
        fprintf(stderr, "speed: too many runs at once\n");
        exit(1);
    }
    s->run[(s->first + s->n++) % s->cap] =
        (struct run){.id = e->id, .ends = s->lab.mono + LASTS, .kind = e->run_kind};
}

static void take(struct speed *s)
{
    size_t n;
    const struct world_effect *e = world_effects(s->lab.w, &n);

    for (size_t i = 0; i < n; i++)
        if (e[i].kind == WORLD_RUN)
            push(s, &e[i]);
    world_clear(s->lab.w);
    while (world_show(s->lab.w, s->board_memory ? &s->board : NULL))
        ;
}

static void answer(struct speed *s)
{
    struct run r = s->run[s->first];
    struct world_event e = {.kind = WORLD_RESULT};
    bool bad;

    s->first = (s->first + 1) % s->cap;
    s->n--;
    s->state = s->state * 6364136223846793005u + 1442695040888963407u;
    bad = (s->state >> 33) % 1000 < PROBLEMS;
    e.result.run_id = r.id;
    e.result.started.us = lab_now(&s->lab).wall.us - LASTS;
    e.result.lasted_us = LASTS;
    e.result.code = bad && r.kind == WORLD_RUN_CHECK ? 2 : 0;
    e.result.output = bad ? STR("CRITICAL - 98.1 percent used|used=98.1%;80;90")
                          : STR("OK - 42.0 percent used|used=42.0%;80;90");
    s->results += r.kind == WORLD_RUN_CHECK;
    s->told += r.kind == WORLD_RUN_NOTIFY;
    world_step(s->lab.w, &e, lab_now(&s->lab));
    take(s);
}

static void run(struct speed *s, int64_t until)
{
    while (s->lab.mono < until) {
        struct mono due = {INT64_MAX};
        int64_t ends = s->n ? s->run[s->first].ends : INT64_MAX;

        world_next_due(s->lab.w, &due);
        s->lab.mono = MAX(s->lab.mono, MIN(ends, due.us));
        if (ends <= s->lab.mono) {
            answer(s);
            continue;
        }
        world_step(s->lab.w, &(struct world_event){.kind = WORLD_TICK}, lab_now(&s->lab));
        take(s);
    }
}

static void make_site(struct buf *b, unsigned hosts, unsigned services, unsigned interval)
{
    for (unsigned h = 0; h < hosts; h++) {
        buf_printf(b, "define host {\n host_name h%u\n use ht\n address 10.0.0.1\n check_interval %u\n}\n", h,
                   interval);
        for (unsigned v = 0; v < services / hosts; v++)
            buf_printf(b,
                       "define service {\n host_name h%u\n service_description s%u\n use st\n "
                       "active_checks_enabled 1\n check_interval %u\n retry_interval 60\n}\n",
                       h, v, interval);
    }
}

static void begin_board(struct speed *s)
{
    struct board_shape shape = {.generation = 1,
                                .n_checks = s->lab.model->n_check,
                                .n_hosts = s->lab.model->n_hosts,
                                .n_contacts = s->lab.model->n_contact,
                                .arena_size = board_arena_size(s->lab.model->n_check)};

    s->board_memory = mem_zalloc(board_bytes(&shape));
    board_w_init(&s->board, s->board_memory, board_bytes(&shape), &shape);
    world_show_new(s->lab.w, &s->board, 0, s->lab.model->n_check);
}

static double cpu_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    static struct speed s;
    struct buf objects = BUF_INIT, main_text = BUF_INIT;
    double before;

    if (argc < 5) {
        fprintf(stderr, "usage: speed HOSTS SERVICES INTERVAL_S DAYS [board]\n");
        return 2;
    }
    make_site(&objects, (unsigned)strtoul(argv[1], NULL, 10), (unsigned)strtoul(argv[2], NULL, 10),
              (unsigned)strtoul(argv[3], NULL, 10));
    buf_printf(&main_text, "%s", lab_main);
    lab_open(&s.lab, main_text.data, objects.data, 1790000000, 1, never, 0);
    s.cap = (size_t)s.lab.model->n_check * 2 + 1024;
    s.run = mem_calloc(s.cap, sizeof(*s.run));
    if (argc > 5)
        begin_board(&s);
    before = cpu_s();
    run(&s, s.lab.mono + strtoll(argv[4], NULL, 10) * TIME_DAY);
    before = cpu_s() - before;
    printf("%llu results, %llu notifications, %.2f s of processor time, %.0f results/s\n",
           (unsigned long long)s.results, (unsigned long long)s.told, before, (double)s.results / before);
    if (s.board_memory)
        board_w_release(&s.board);
    mem_free(s.board_memory);
    mem_free(s.run);
    lab_close(&s.lab);
    buf_release(&objects);
    buf_release(&main_text);
    return 0;
}
