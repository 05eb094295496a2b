/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A stretch of the journal through the core once more: with the configurations that were in force then, or with another one from a moment on. What comes out is compared with what the
 * journal says came out: events (alerts, who was told, acknowledgements, downtimes, flapping, event handlers) and, at the end, states. The same configuration gives no difference.
 *
 * Inputs are the records RESULT, COMMAND, CLOCK and SKIP, and what SNAPSHOT, START and RELOAD say of configurations and lives of the engine. Time goes from record to record: whatever the engine did
 * left one, with the moment it was done at; so periods, downtimes and delays are judged at the same moments as then. Nothing is run: results are those that came, however
 * often another configuration would have asked. A result of something that the configuration does not have is left out.
 *
 *   replay_new, replay_begin (a checkpoint), replay_take for each record behind it in order, replay_end
 */
#include "core/model.h"
#include "core/reason.h"
#include "core/replay_state.h"
#include "core/world.h"

struct replay_config { /* both stay to the end */
    const struct model *model;
    const uint64_t *oids; /* of its checks */
};

enum replay_side { REPLAY_WAS, REPLAY_WOULD };

struct replay_event { /* one side has it and the other does not */
    enum replay_side side;
    struct wall at;
    struct str host, service; /* empty: of nothing that is configured */
    const struct record_event *event;
    const struct reason *reason; /* of a notification, why the other side did not; NULL: it does not say */
};

struct replay_state { /* one side has no state: its kind is 0 */
    struct str host, service;
    bool has[2];
    struct record_state state[2]; /* by side */
};

struct replay_options {
    struct wall from, to;        /* differences in between, both inclusive, are told */
    const struct model *changed; /* in force from `from` on; NULL: those that were */
    void *user;
    /* The configuration of a SNAPSHOT; false: it is not kept, the one before goes on. */
    bool (*config)(void *user, struct str hash, struct replay_config *out);
    void (*event)(void *user, const struct replay_event *e);
    void (*state)(void *user, const struct replay_state *s);
};

struct replay_stats {
    uint64_t records, results, commands, unknown; /* unknown: results of what is not configured */
    uint64_t lives, reloads, without;             /* without: configurations that are not kept any more */
    uint64_t notifications[2], alerts[2];         /* by side */
    struct wall first, last;                      /* moments that were compared */
};

struct replay;

struct replay *replay_new(const struct replay_options *o);
void replay_free(struct replay *r);
/* From a whole checkpoint: its records as a batch, when it was made, the configuration then. E_NOENT: that is not kept; E_FORMAT. */
int replay_begin(struct replay *r, struct str records, struct wall at, struct str hash);
/* The next ordinary record. False: it is behind `to`, no more is wanted. */
bool replay_take(struct replay *r, const struct record_frame *f);
/* All that was taken is through; states are compared. */
void replay_end(struct replay *r);
const struct replay_stats *replay_stats(const struct replay *r);
const struct world *replay_world(const struct replay *r); /* for tests */
