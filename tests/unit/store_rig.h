/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Role store from outside, by its messages: the test is its parent, the engine and gate, in one process, on a state folder of its own. */
#include "base/buf.h"
#include "core/record.h"
#include "role/role.h"
#include "temp_dir.h"
#include "wire/link.h"

#define RIG_CHECKS 3

static const struct wall rig_noon = {1767268800 * TIME_S};

struct other { /* the engine's or gate's side of a link */
    struct link *link;
    uint64_t oid[16];
    uint64_t stored, applied, lag, next_seq, segments, lines_lost;
    unsigned load_ends, oids, changed, held; /* held: PERF_HELD */
    char degraded[256];
    struct msg_logged logged; /* the last */
    unsigned loggeds;
    uint64_t perf_written; /* of services */
    struct buf loaded;
    struct msg_series series; /* its numbers; the texts are not to be read */
};

struct rig {
    char dir[128];
    struct loop *loop;
    struct link *control;
    struct role *role;
    bool ready, ended;
    unsigned asked;   /* LOG_OPEN */
    char purpose[64]; /* of the last */
    struct other engine, gate;
    struct msg_load load; /* what the engine says of the log */
};

void rig_until(struct rig *g, bool (*question)(struct rig *g));

/* A folder; a life of the store in it, up to READY; its orderly end. n_names: how many checks the configuration has, at most 16. */
void rig_make_folders(struct rig *g);
void rig_begin(struct rig *g, uint32_t n_names);
void rig_end(struct rig *g);
void rig_send_snapshot(struct rig *g, uint32_t n_names, uint64_t generation);
void rig_send_fd(struct rig *g, const char *purpose, int fd); /* taken */
void rig_send_peer(struct rig *g, struct other *o, enum role_id id);
void rig_fill_log(struct rig *g); /* the log is a full disk from now on */
bool rig_is_ready(struct rig *g);
int rig_open_at(const struct rig *g, const char *name, int flags); /* name: with its slash */
void rig_remove_file(const struct rig *g, const char *name);

/* What an engine says. */
void rig_load(struct rig *g);
/* Record n: the state of check n % RIG_CHECKS with attempt n, and every third an event. */
void rig_put(struct rig *g, uint64_t first, uint64_t count);
void rig_put_and_wait(struct rig *g, uint64_t first, uint64_t count);
/* The framed records in batch, count of them; does not wait. */
void rig_put_batch(struct rig *g, uint64_t first, uint64_t count, const struct buf *batch);
void rig_put_one(struct rig *g, uint64_t seq, enum record_kind kind, const void *record); /* and waits */
void rig_send_checkpoint(struct rig *g, uint64_t last); /* the states only, with attempts from 1000 on */
void rig_send_records(struct rig *g, uint64_t last, const struct buf *batch); /* a checkpoint of these */
extern uint64_t rig_wanted;                                                   /* for rig_is_stored */
bool rig_is_stored(struct rig *g);
bool rig_is_asked(struct rig *g); /* for a checkpoint */
/* The newest attempt of each check that the load brought. */
void rig_newest(struct rig *g, uint64_t attempt[RIG_CHECKS]);
