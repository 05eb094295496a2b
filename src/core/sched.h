/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * When checks run. Each check is in one heap, keyed by the monotonic time it is due; a run under way is in another, keyed by the moment it is given up. A
 * schedule keeps its phase: the next time is the last due time plus the interval, so lateness never adds up. Never two runs of one check.
 */
#include "base/vec.h"
#include "core/state.h"
#include "core/world.h"

enum sched_option {
    SCHED_FORCED = 1,    /* whatever periods, switches and dependencies say */
    SCHED_ON_DEMAND = 2, /* asked for by another check's result: only if its checks are on */
    SCHED_FRESHNESS = 4, /* its results are stale: also if its active checks are off */
    SCHED_LOST = 8,      /* the run before was lost */
};

#define SCHED_ADOPT_WAIT (1 * TIME_S) /* for results that a runner that came back still has to send */

struct world_run;

/* First times of all checks (of those without one, when only_new): evenly over the interval, at most over the configured spread. */
void sched_spread(struct world *w, bool only_new);
struct sched_overdue {
    int64_t was;    /* when it was due, on the wall clock */
    int64_t window; /* it waits no longer */
    uint32_t check, options;
};
/* The same in the caller's own pass over the checks, in their order. */
struct sched_spread {
    bool only_new, keeps;
    bool died; /* the engine before came to no orderly end: plans stay whatever the main file says */
    uint32_t ordinal;
    uint64_t rate; /* of all checks together: so many come in RATE_SPAN */
    VEC(struct sched_overdue) overdue;
};
struct sched_spread sched_spread_begin(const struct world *w, bool only_new);
void sched_spread_one(struct world *w, uint32_t check, struct sched_spread *p);
/*
 * What was due while nothing ran is made up for one behind the other, what was due first at first, as fast as the checks come at any time: whatever the plans were, there are at most
 * about twice as many as ever until that is done. Those that a person forced come before the others. Releases p.
 */
void sched_spread_end(struct world *w, struct sched_spread *p);
/* Where in an interval (µs) a check begins: number i of a low-discrepancy sequence, so any set of checks is spread evenly. */
int64_t sched_phase(uint32_t i, int64_t interval);
/* Makes check due at that moment; if keep_earlier, an earlier plan stays, and one that is forced where this one is not. */
void sched_at(struct world *w, uint32_t check, struct mono at, uint32_t options, bool keep_earlier);
/* Due at a wall clock time. */
void sched_at_wall(struct world *w, uint32_t check, struct wall at, uint32_t options);
/* A person's wish. As in Nagios a forced plan gives way only to a forced one that comes earlier, and any other to what is forced or comes earlier. False: the plan stands. */
bool sched_wish(struct world *w, uint32_t check, struct wall at, uint32_t options);
/* A check that a person forced and that has no result yet: planned, waiting for the end of a run, or under way. 0: there is none; else 1 more than how often it was begun by engines that had no result. */
uint32_t sched_forced(const struct world *w, uint32_t check);
/* What has an interval again, or may be checked again, is checked at once. */
void sched_now(struct world *w, uint32_t check);
/* last_check as the clock would have shown it, had it always stood as it stands now: what waits from there waits as long, however the clock was set since. */
struct wall sched_checked_at(const struct world *w, uint32_t check);
/* A check on demand, unless a result younger than the cache horizon of its kind is there. */
void sched_on_demand(struct world *w, uint32_t check);
/* The same of the children of a host that changed, as far as that is worth while: in the next calls of sched_around, many of them in some steps. */
void sched_children(struct world *w, uint32_t host);
void sched_around(struct world *w, bool all); /* all: now, whatever it takes */
/* As in Nagios a service whose soft problem is over is looked at once more after its retry_interval. */
bool sched_looks_again(const struct world *w, uint32_t check);
/*
 * A problem came from outside and is not confirmed yet: what is checked actively is tried again after its retry_interval, if nothing is planned earlier. A host that was UP until
 * then first waits for its check_interval, as in Nagios: with none it is checked at once, unless DOWN is translated (translate_passive_host_checks).
 */
void sched_confirm(struct world *w, uint32_t check);
/* Plans the next regular check; due is when the last one was due. */
void sched_after(struct world *w, uint32_t check, struct mono due);
/* Switches, intervals or periods of a check changed: plan or unplan it. */
void sched_again(struct world *w, uint32_t check);
/* A check that waits for its period has another one. */
void sched_period_changed(struct world *w, uint32_t check);
/* One from the record, applied once more. */
struct record_skip;
void sched_skip_again(struct world *w, const struct record_skip *r);
/* The check of that identity is not begun: engines before this one ended while they began it (world_options.doing). */
void sched_leave_out(struct world *w, uint64_t oid);
/* Starts what is due and gives up what is overdue. */
void sched_run(struct world *w);
bool sched_next(const struct world *w, struct mono *at);
/* The clock was set: what is due at a wall time moves. */
void sched_clock_step(struct world *w);

/* Why this check must not run now, or WHY_NONE; options: of its plan. */
struct state_why sched_may_run(const struct world *w, uint32_t check, uint32_t options);
uint32_t sched_most(const struct world *w); /* checks that may run at once */
/* Checks that are due and may not begin: as many run as may, or nobody executes any. */
bool sched_holds(const struct world *w);
size_t sched_held(const struct world *w);

/* What came of a check's turn. That it does not run is an event when it begins: every turn would be one too many. */
void sched_note_turn(struct world *w, uint32_t check, const struct state_why *why, bool runs);

/* Runs. */
int64_t sched_timeout(const struct world *w, uint32_t check); /* of a check's runs, µs */
/* slot */
uint32_t sched_begin_run(struct world *w, uint32_t check, enum world_run_kind kind, int64_t timeout_us);
bool sched_find_run(const struct world *w, uint64_t id, uint32_t *slot);
void sched_end_run(struct world *w, uint32_t slot);
/*
 * Counted, forgotten, and made due again: at once the first time, then a little apart from others that were lost with it, since one of them may be a plugin that
 * ends its runner. Lost SCHED_LOSSES_MAX times in a row, that is its result.
 */
enum { SCHED_LOSSES_MAX = 3 };
void sched_lost(struct world *w, uint32_t slot);
/* Its runner has begun it: from now on its time counts. What waits in a queue in front of the runner is not lost. */
void sched_begun(struct world *w, uint64_t run_id);
/* Gives up what should have ended. */
void sched_give_up(struct world *w);
void sched_runner(struct world *w, unsigned instance, bool up, const struct world_listed *runs, size_t n);
/* A run that an engine before this one started, of which its runner tells: ours from now on. False: its check is not there, runs anew, or has a result that is as new. */
bool sched_adopt(struct world *w, unsigned instance, const struct world_listed *run, struct wall started,
                 uint32_t *slot);
