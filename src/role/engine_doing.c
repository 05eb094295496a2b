/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine is doing for local stands in a segment that outlives it (wire/doing.h): what ended engines before this one is left out. */
#include "base/hash.h"
#include "base/log.h"
#include "core/excmd_queue.h"
#include "core/sched.h"
#include "os/mem.h"
#include "role/engine_in.h"
#include "wire/doing.h"

#include <unistd.h>

_Static_assert(sizeof(struct world_doing) == sizeof(((struct doing_segment *)0)->world) &&
                   offsetof(struct world_doing, done) == sizeof(uint64_t) &&
                   offsetof(struct world_doing, check) == 2 * sizeof(uint64_t),
               "the world writes it there");

void engine_doing_open(struct engine *e, int fd)
{
    struct err err = ERR_INIT;
    void *base;

    if (mem_map_rw(fd, sizeof(*e->doing), &base, &err) < 0)
        log_fatal("what the engine before was doing: %s", err.text);
    close(fd);
    e->doing = base;
    doing_open(e->doing);
}

void engine_doing_release(struct engine *e)
{
    if (e->doing)
        mem_unmap(e->doing, sizeof(*e->doing));
    e->doing = NULL;
}

void engine_doing_world(struct engine *e, struct world_options *o)
{
    if (e->doing)
        o->doing = (struct world_doing *)&e->doing->world;
}

void engine_doing_leave_out(struct engine *e)
{
    uint64_t numbers[DOING_SUSPECTS];
    size_t n = doing_numbers_left_out(e->doing, DOING_QUEUED, numbers);

    for (size_t i = 0; i < n; i++)
        excmd_queue_leave_out(e->world, numbers[i]);
    n = doing_numbers_left_out(e->doing, DOING_CHECK, numbers);
    for (size_t i = 0; i < n; i++)
        sched_leave_out(e->world, numbers[i]);
}

static void step(struct engine *e, const struct doing *what, const struct world_event *ev)
{
    doing_begin(e->doing, what);
    engine_step(e, ev);
    doing_end(e->doing);
}

void engine_doing_line(struct engine *e, struct world_event *ev)
{
    const struct doing what = {.kind = DOING_LINE, .number = ev->command.id};

    ev->command.left_out = doing_is_left_out(e->doing, &what);
    step(e, &what, ev);
}

void engine_doing_result(struct engine *e, struct world_event *ev)
{
    const struct doing what = {.kind = DOING_RESULT,
                               .file = hash_bytes(ev->handed.file.p, ev->handed.file.n),
                               .number = ev->handed.index};

    if (doing_is_left_out(e->doing, &what))
        ev->handed.refused = STR("the engine ended each time that it took this result, and it is left out "
                                 "(please report this)");
    step(e, &what, ev);
}
