/* SPDX-License-Identifier: Apache-2.0 */
#include "db/record_look.h"

#include "db/sql_walk.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TURN_US (50 * TIME_MS)
#define TRIES   5 /* of one that is locked: each waits for a second */

static void note(struct record_look *l, int code, const char *why)
{
    l->code = code;
    str_copy(l->why, sizeof(l->why), str_of(why));
    for (char *c = l->why; *c; c++) /* SQLite tells of a page in a line of its own */
        *c = *c == '\n' ? ' ' : *c;
}

static void read_numbers(struct record_look *l, struct sql *s)
{
    int64_t applied = 0, reached = 0, held = 0;
    int r = sql_meta_get(s, "applied_seq", 0, &applied);

    if (r == 0)
        r = sql_meta_get(s, "reached_seq", applied, &reached);
    if (r == 0)
        r = sql_meta_get(s, "held_seq", 0, &held);
    if (r < 0) {
        note(l, r, sql_message(s));
        return;
    }
    l->applied = applied > 0 ? (uint64_t)applied : 0;
    l->reached = reached > 0 ? (uint64_t)reached : 0;
    l->held = held > 0 ? (uint64_t)held : 0;
}

static void open_one(struct record_look *l)
{
    struct err err = ERR_INIT;
    struct sql s;
    int r;

    if (access(l->path, F_OK) < 0) {
        note(l, E_NOENT, "it is not there");
        return;
    }
    r = sql_open(&s, l->path, SQL_READ, l->schema, &err);
    if (r < 0) {
        note(l, r == E_NOENT ? E_PERM : r, err.text);
        return;
    }
    if (l->follows)
        read_numbers(l, &s);
    sql_close(&s);
}

void record_look_numbers(const char *dir, struct record_look out[RECORD_LOOK_DATABASES])
{
    static const struct sql_schema *const schemas[RECORD_LOOK_DATABASES] = {&schema_history, &schema_state,
                                                                            &schema_bounds, &schema_objects};

    for (size_t i = 0; i < RECORD_LOOK_DATABASES; i++) {
        struct record_look *l = &out[i];

        *l = (struct record_look){.schema = schemas[i], .follows = schemas[i] != &schema_objects};
        snprintf(l->file, sizeof(l->file), "%s.db", l->schema->name);
        snprintf(l->path, sizeof(l->path), "%s/%s", dir, l->file);
        open_one(l);
    }
}

uint64_t record_look_known(const struct record_look at[RECORD_LOOK_DATABASES])
{
    uint64_t known = 0;

    for (size_t i = 0; i < RECORD_LOOK_DATABASES; i++)
        known = MAX(known, at[i].held);
    return known;
}

static int walk(struct record_look *l, struct err *err)
{
    struct sql_walk w = {.sql = NULL};
    struct sql s;
    int r = sql_open(&s, l->path, SQL_READ, l->schema, err), locked = 0;

    if (r < 0)
        return r;
    r = sql_walk_begin(&w, &s);
    if (r == 0)
        do {
            r = sql_walk_turn(&w, TURN_US);
        } while (r == 1 || (r == E_BUSY && ++locked < TRIES));
    if (r < 0)
        err_set(err, r, "%s", sql_message(&s));
    sql_walk_end(&w);
    sql_close(&s);
    return r;
}

void record_look_through(struct record_look *l, bool all)
{
    struct err err = ERR_INIT;
    int r;

    if (l->code != 0 && l->code != E_AGAIN)
        return;
    if (all)
        r = sql_look_all(l->path, &err);
    else if (l->code == E_AGAIN) /* its tables are those of another version */
        r = sql_look(l->path, &err);
    else
        r = walk(l, &err);
    if (r < 0)
        note(l, r, err.text);
}
