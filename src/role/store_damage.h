/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What role store does about damage: a database in which a damaged page was met is moved aside and made anew (what is whole of it is taken over, the rest comes from the journal), and gate is
 * told what was damaged, and what is lost, for as long as that is to be seen: until the file that was moved aside is removed; of the journal until db/journal.damaged is (db/holes.h).
 */
#include "core/damage.h"
#include "db/history_rescue.h"
#include "db/journal_read.h"
#include "os/loop.h"

struct role;
struct msg;
struct peer;
struct store;

struct store_damage {
    struct mono aside[DAMAGE_DATABASES]; /* when that was moved aside last; 0: not in this life */
    struct history_lost lost;
    struct journal_damage journal; /* what readers have met, in this life and before */
    bool unwritten;                /* the file does not say all of it yet */
    struct loop_timer timer;
};

void store_damage_open(struct store *s); /* after all databases */
/* The database is closed and moved aside. False: it was a moment ago, so it is the disk that is broken, and the file is left. */
bool store_damage_aside(struct store *s, enum damage_kind kind, struct sql *sql);
/* DAMAGED: a reader has met a damaged page. */
void store_damage_message(struct role *r, struct peer *gate, const struct msg *m);
/* The history has taken over what was whole of a damaged one. */
void store_damage_rescued(struct store *s);
/* The number with which the journal begins; UINT64_MAX: it is empty. */
uint64_t store_damage_begins(const struct store *s);
/* A reader of the journal has met damage. */
void store_damage_journal(struct store *s, const struct journal_damage *d);
void store_damage_tell(struct store *s); /* gate */
void store_damage_release(struct store *s);
