/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Role store in this process, with the test as its parent, engine and gate. */
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/time.h"
#include "os/loop.h"
#include "role/role.h"
#include "wire/link.h"

#define AT_STORE_CHECKS 3 /* of the four names: a, b, a/disk, b/mem */

struct other { /* the engine's or gate's side of a link */
    struct link *link;
    uint64_t oid[8];
    uint64_t stored, applied, lag, next_seq, segments;
    unsigned load_ends, oids, changed;
    char degraded[256];
    struct buf loaded;
    struct msg_series series; /* its numbers; the texts are not to be read */
};

struct rig {
    char dir[128];
    struct loop *loop;
    struct link *control;
    struct role *role;
    bool ready, ended;
    struct other engine, gate;
};

extern const struct wall at_store_noon;
extern uint64_t at_store_wanted; /* number for at_store_has_stored */

void at_store_folders(struct rig *g);
/* The first n_names are configured. */
void at_store_begin(struct rig *g, uint32_t n_names);
void at_store_end(struct rig *g);
int at_store_open(const struct rig *g, const char *name, int flags);
void at_store_snapshot(struct rig *g, uint32_t n_names, uint64_t generation);
/* Waits until the answer is yes. */
void at_store_until(struct rig *g, bool (*question)(struct rig *g));
bool at_store_is_ready(struct rig *g);
bool at_store_has_stored(struct rig *g);
/* As the engine: asks for the record; sends records, of states and events. */
void at_store_load(struct rig *g);
void at_store_put(struct rig *g, uint64_t first, uint64_t count);
void at_store_put_and_wait(struct rig *g, uint64_t first, uint64_t count);
/* Sends any records and waits until they are stored. */
void at_store_send(struct rig *g, uint64_t first, uint64_t count, struct str records);
