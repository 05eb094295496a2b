/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What 'vigie import' left in the folder db/import (db/series_spool.h) is put into the series store, one file after another in the order of their names, a little in each turn. When all of a file is
 * committed, what became of it is written beside it and the file is removed; until then it is done from its begin after a crash or a failure, which changes nothing of what is there already.
 * Buckets go first and are committed, then measurements: these make buckets themselves, beside which the ones of a second try would not be taken.
 */
#include "db/series_import.h"
#include "db/series_spool.h"

struct store;

struct store_import {
    char name[64]; /* the file at hand, without its ending; empty: none */
    struct buf bytes, done;
    struct str first, rest; /* of bytes: all records; those that are still to be looked at */
    size_t number;          /* of the next one */
    enum { STORE_IMPORT_BUCKETS, STORE_IMPORT_SAMPLES, STORE_IMPORT_END } stage; /* what is put in */
    bool ended;        /* all of the stage was: it waits for the commit */
    bool committing;   /* which has begun */
    struct mono again; /* when its end is said once more; 0: that did not fail */
};

/* 1: there is more; 0: nothing to import; E_*: the series store has failed. */
int store_import_turn(struct store *s, int64_t turn_us);
void store_import_drop(struct store *s); /* the file at hand is begun anew later */
