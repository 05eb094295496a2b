/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The databases beside a journal, looked at by who changes nothing, also while Vigie writes them: are they whole, and which records of the journal do they know? Read their numbers before the
 * journal: what they know stands there already.
 */
#include "db/sql.h"

enum { RECORD_LOOK_DATABASES = 4 };

struct record_look {
    const struct sql_schema *schema;
    char file[32]; /* "history.db" */
    char path[4400];
    int code; /* 0: whole, as far as was looked; E_NOENT: not there; E_AGAIN: of an older Vigie, whose next start brings it up; E_INVAL: of a newer one; E_FORMAT: damaged; other E_*: it cannot be read */
    char why[600];
    bool follows;     /* it is made from the journal: all but the identities */
    uint64_t applied; /* up to this record all is in; 0: nothing, or it does not say */
    uint64_t reached; /* of state.db: no row is of a later record; else applied */
    uint64_t
        held; /* a batch on disk ended with this record; 0: it does not say. The others may be above: what a full disk made the journal give up */
};

/* Opens each, and reads up to where it is. dir: the folder they are in. */
void record_look_numbers(const char *dir, struct record_look out[RECORD_LOOK_DATABASES]);
/* The greatest number that one of them knows: it stood on the disk. 0: none knows any. */
uint64_t record_look_known(const struct record_look at[RECORD_LOOK_DATABASES]);
/* Looks through one of them and sets code and why: in turns that hold nothing (db/sql_walk.h), or, all: as SQLite itself checks it, in one. */
void record_look_through(struct record_look *l, bool all);
