/* SPDX-License-Identifier: Apache-2.0 */
/* A journal of any bytes, read into a world that then starts: damage is reported or harmless. What was read once is written and read again the same. */
#include <stdlib.h>
#include <string.h>

#include "core/record.h"
#include "core/replay.h"
#include "lab.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct lab_answer up(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = TIME_MS, .output = "UP"};
}

static void round_trip(struct str records)
{
    union {
        uint64_t align;
        char bytes[1024];
    } first, again;
    struct record_frame f, g;
    struct buf b = BUF_INIT;

    while (record_next(&records, &f) == 1) {
        struct str rest;

        if (record_size(f.kind) > sizeof(first))
            abort();
        if (record_get(f.kind, f.payload, &first) < 0)
            continue;
        buf_clear(&b);
        record_put(&b, f.kind, f.at, &first);
        rest = buf_str(&b);
        if (record_next(&rest, &g) != 1 || record_get(g.kind, g.payload, &again) < 0 || g.at.us != f.at.us ||
            rest.n)
            abort();
    }
    buf_release(&b);
}

static const uint64_t oids[] = {1, 2};

static bool config(void *user, struct str hash UNUSED, struct replay_config *out)
{
    *out = (struct replay_config){user, oids};
    return true;
}

static void event(void *user UNUSED, const struct replay_event *e UNUSED)
{
}

static void state(void *user UNUSED, const struct replay_state *s UNUSED)
{
}

/* As inputs, behind themselves as a checkpoint. */
static void replay(const struct model *m, struct str records)
{
    struct replay_options o = {.to = {INT64_MAX},
                               .changed = records.n % 2 ? m : NULL,
                               .user = (void *)(uintptr_t)m,
                               .config = config,
                               .event = event,
                               .state = state};
    struct replay *r = replay_new(&o);
    struct record_frame f;

    replay_begin(r, records, (struct wall){1800000000 * TIME_S}, STR(""));
    while (record_next(&records, &f) == 1)
        replay_take(r, &f);
    replay_end(r);
    replay_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct lab lab;
    static bool open;
    struct str records = str_make((const char *)data, size);
    struct world_event tick = {.kind = WORLD_TICK};
    struct world *w;
    struct buf out = BUF_INIT;

    round_trip(records);
    if (!open)
        lab_open(&lab, lab_main,
                 "define host {\n host_name h1\n use ht\n}\ndefine service {\n host_name h1\n "
                 "service_description s1\n use st\n}\n",
                 1800000000, 1, up, 0);
    open = true;
    w = world_new(&(struct world_options){.epoch = 2, .version = "fuzz"});
    world_set_model(w, lab.model, 1, lab_now(&lab));
    world_set_oids(w, 1, oids, 2);
    world_load(w, records);
    world_load_end(w, 5);
    world_start(w, lab_now(&lab));
    world_clear(w);
    world_step(w, &tick, lab_now(&lab));
    world_export(w, lab_now(&lab), 4, &out);
    round_trip(buf_str(&out));
    replay(lab.model, records);
    world_free(w);
    buf_release(&out);
    return 0;
}
