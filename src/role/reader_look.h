/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The first reader looks through all databases (db/sql_walk.h), also those of which nobody asks anything: soon after its start, and then each day. It does so in turns between questions, a twentieth of
 * the time at most. Damage goes to store over gate, as what a question meets.
 */
#include "base/buf.h"
#include "core/damage.h"
#include "db/sql_walk.h"
#include "os/loop.h"

struct role;

struct reader_look {
    struct role *role;
    char folder[4096];
    unsigned kind;  /* enum damage_kind: the database that is looked at, or is next */
    struct sql sql; /* closed between two of them */
    uint64_t inode; /* of its file */
    struct sql_walk walk;
    struct loop_timer timer;
    struct buf frame;
};

void reader_look_begin(struct reader_look *l, struct role *r, struct str folder);
void reader_look_release(struct reader_look *l);
