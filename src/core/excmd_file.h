/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Files of external commands (PROCESS_FILE). They are read one after the other, outside the world; each line comes as a command of WORLD_SOURCE_LINES, with the file's number and with how far
 * the file is read when it is done. Both stand in the record with what the line did, so that whoever is killed, the machine too, the reading goes on behind the last line that was done.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "core/world.h"

struct world_file {
    uint64_t id;     /* of the line of the command file that named it, or another */
    uint64_t turn;   /* rises in the order in which they came */
    struct str path; /* absolute */
    bool remove;     /* it is deleted when it is over */
    uint64_t at;     /* bytes whose lines are done */
    uint64_t mark;   /* which file they were of; 0: none was done yet */
};

struct excmd_files {
    VEC(struct world_file) all; /* by turn; the first one is read now; paths are owned */
    uint64_t turn;              /* of the last that came */
    uint64_t last; /* of those that a command of a person named: what their number was made from */
    bool doubted;  /* loaded: it is not known how far they were read */
};

/* The one whose turn it is; its path is borrowed until the next event. False: none waits. */
bool excmd_file_first(const struct world *w, struct world_file *f);
/* Was that line of it done? Also by an engine before us. *known: it is the one whose turn it is. */
bool excmd_file_had(const struct world *w, uint64_t id, uint64_t at, bool *known);

struct excmd;
/* PROCESS_FILE. */
int excmd_do_file(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
/* A line of it was done. */
void excmd_file_line(struct world *w, const struct world_event *e);
/* It is over: read and done, or it could not be read. */
void excmd_file_over(struct world *w, uint64_t id);

/* From the record, when it is loaded. */
struct record_file_waits;
struct record_file_read;
void excmd_file_restore(struct world *w, const struct record_file_waits *r);
void excmd_file_restore_read(struct world *w, const struct record_file_read *r);
/* Part of the journal is lost: they do not go on. */
void excmd_file_doubt(struct world *w);
void excmd_file_after_load(struct world *w);
/* For core/checkpoint.h. */
bool excmd_file_put(const struct world *w, struct wall at, uint64_t *next, size_t most, struct buf *out);
void excmd_file_release(struct world *w);
