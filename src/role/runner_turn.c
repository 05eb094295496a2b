/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notification commands, and likewise event handlers and what else follows a result, of which there may be thousands in one moment: so many run at once, the others wait in their order. Their words are
 * complete, with the secrets of their configuration; their time counts from their begin. The engine sees which wait: they are given and have not begun.
 */
#include "role/runner_int.h"

#include "base/limits.h"

static struct runner_turn *turn_of(const struct run *run)
{
    struct runner *self = run->role->self;

    if (run->kind == RUN_CHECK)
        return NULL;
    return &self->turn[run->kind != RUN_NOTIFICATION];
}

static uint64_t most_of(const struct role *r, const char *option)
{
    uint64_t n;

    return str_to_u64(str_of(role_option(r, option, "")), &n) && n ? n : LIMIT_COMMANDS_AT_ONCE;
}

void runner_turn_birth(struct role *r)
{
    struct runner *self = r->self;

    self->turn[0].most = most_of(r, "vigie_max_concurrent_notifications");
    self->turn[1].most = most_of(r, "vigie_max_concurrent_handlers");
}

bool runner_turn_is_full(const struct run *run)
{
    const struct runner_turn *t = turn_of(run);

    return t && t->waiting >= LIMIT_COMMANDS_IN_TURN;
}

bool runner_turn_may(struct run *run)
{
    struct runner_turn *t = turn_of(run);

    if (!t)
        return true;
    if (t->running < t->most && !t->first) {
        t->running++;
        run->counts = true;
        return true;
    }
    run->waits = true;
    if (t->first)
        t->last->behind = run;
    else
        t->first = run;
    t->last = run;
    t->waiting++;
    return false;
}

static void take_out(struct runner_turn *t, struct run *run)
{
    struct run *before = NULL;

    for (struct run *at = t->first; at != run; at = at->behind)
        before = at;
    if (before)
        before->behind = run->behind;
    else
        t->first = run->behind;
    if (t->last == run)
        t->last = before;
    run->behind = NULL;
    run->waits = false;
    t->waiting--;
}

/* One that cannot be started ends at once: those behind it come in their turn here, not from its end. */
static void on_next(void *user)
{
    struct runner *self = ((struct role *)user)->self;

    for (size_t i = 0; i < ARRAY_LEN(self->turn); i++) {
        struct runner_turn *t = &self->turn[i];

        while (t->first && t->running < t->most) {
            struct run *run = t->first;

            take_out(t, run);
            t->running++;
            run->counts = true;
            runner_begin(run);
        }
    }
}

void runner_turn_over(struct run *run)
{
    struct runner *self = run->role->self;
    struct runner_turn *t = turn_of(run);

    if (run->waits)
        take_out(t, run);
    if (run->counts)
        t->running--;
    run->counts = false;
    if (t && t->first && t->running < t->most)
        loop_timer_set(run->role->loop, &self->next_turn, loop_now(run->role->loop), on_next, run->role);
}

void runner_turn_stop(struct runner *self)
{
    loop_timer_cancel(&self->next_turn);
    for (size_t i = 0; i < ARRAY_LEN(self->turn); i++)
        self->turn[i] = (struct runner_turn){.most = self->turn[i].most};
}
