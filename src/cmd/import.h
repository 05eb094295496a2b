/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The parts of vigie-import: main_import.c (options, the way from file to file), import_objects.c (what Vigie watches), import_find.c (which files there are, and whose), import_dump.c (one file, by
 * rrdtool), import_hand.c (handing over to the store, and what became of it), import_say.c (progress, rejects, what is finished).
 */
#include "base/map.h"
#include "cmd/opt.h"
#include "db/bounds.h"
#include "db/rrd_rows.h"

#include <stdio.h>
#include <sys/types.h>

/* ---- what Vigie watches ---- */

struct import_objects {
    struct map by_name;  /* host NUL service: oid */
    struct map by_clean; /* the same, as PNP4Nagios makes file names of them; 0: several */
    struct bounds bounds;
};
/* Reads the identities of a state folder. */
int import_objects_read(struct import_objects *o, const char *state, struct err *err);
void import_objects_release(struct import_objects *o);
/* 0: it is not configured. service: empty for a host's own. */
uint64_t import_objects_find(const struct import_objects *o, const char *host, const char *service);
uint64_t import_objects_find_clean(const struct import_objects *o, const char *host, const char *service);

/* ---- files ---- */

enum import_format { IMPORT_PNP4NAGIOS, IMPORT_NAGIOSGRAPH, IMPORT_CENTREON, IMPORT_FORMATS };

struct import_label {
    char *ds;    /* of which data source; empty: of any that no other label is for */
    char *label; /* empty: that is the data source's own name */
    char *unit;  /* as the plugin writes it; NULL: as Vigie knows it of the series */
};

struct import_source {
    char *path;
    uint64_t size;
    int64_t changed_us;
    uid_t uid; /* whose file it is */
    gid_t gid;
    uint64_t oid;
    char *why; /* it is not taken; NULL: it is */
    VEC(struct import_label) label;
    struct buf rejects; /* of it, as lines of the list of files that are finished */
    /* While it is worked at: */
    size_t pending; /* records that were handed over and are not in the store yet */
    bool dumped;
    bool bad; /* something of it was lost: it is not finished */
};
typedef VEC(struct import_source) import_sources;

/* All RRD files below dir, in the order of their paths, with what is known of them before they are read. maps: names of CSV files. */
int import_find(enum import_format format, const char *dir, const struct opt_list *maps,
                const struct import_objects *objects, import_sources *out, struct err *err);
void import_find_release(import_sources *s);

/* ---- one file ---- */

struct import_dumper {
    const char *rrdtool;
    int64_t silent_us;         /* so long it may say nothing */
    bool (*go_on)(void *user); /* asked while it runs: false ends it with E_CLOSED */
    void *user;
};
/* By rrdtool, which runs as the user whose file it is, if that can be. E_IO, E_TIMEOUT: the program failed; E_FORMAT, E_LIMIT: what it said cannot be read; E_CLOSED. Release the dump in any case. */
int import_dump(const struct import_dumper *how, const struct import_source *source, struct rrd_dump *d,
                struct err *err);

/* ---- the store ---- */

struct import_origin {
    size_t source; /* index */
    enum series_class class;
};
struct import_batch {
    unsigned number;
    VEC(struct import_origin) record;
};
struct import_hand {
    int dir, lock, state; /* db/import, its lock, the state folder */
    unsigned number;      /* of the batch that is made */
    struct buf bytes;
    struct import_batch made;
    VEC(struct import_batch) out; /* that the store has, the oldest first */
    struct series_chunk_room room;
    /* So many records of a source will be handed over. */
    void (*handed)(void *user, size_t source, size_t records);
    /* What became of one: taken, had, old, ahead (db/series_import.h), or a text. */
    void (*became)(void *user, const struct import_origin *o, const uint64_t count[4], struct str text);
    /* Asked while it waits: false ends it with E_CLOSED. */
    bool (*go_on)(void *user);
    void *user;
};
int import_hand_open(struct import_hand *h, const char *state, struct err *err);
void import_hand_release(struct import_hand *h);
/* One series; hands over when enough was collected, and waits while the store has too much. E_CLOSED: go_on said so; other E_*. */
int import_hand_put(struct import_hand *h, size_t source, const struct series_key *key, struct str unit,
                    const struct rrd_rows *rows, int64_t file_step, struct err *err);
/* Hands over what is left, and waits for all. */
int import_hand_end(struct import_hand *h, struct err *err);

/* ---- what is said ---- */

struct import_say {
    FILE *rejects;
    const char *rejects_name;
    uint64_t rejected, files, bytes, rows, taken, had;
    uint64_t all_files, all_bytes;
    struct mono began, said;
    bool terminal;
    int finished; /* file of the files that are finished; -1: none is written */
    struct map done;
    struct buf was; /* of the file of an earlier import */
};
int import_say_begin(struct import_say *s, const char *rejects, struct err *err);
void import_say_end(struct import_say *s); /* the last line */
void import_say_reject(struct import_say *s, struct import_source *source, const char *ds,
                       const char *reason);
void import_say_progress(struct import_say *s, bool now);
/* The files that are finished: path, size and time of change. resume: those of before count. Of one that is, what was not taken then is listed again. */
int import_say_remember(struct import_say *s, int dir, bool resume, struct err *err);
bool import_say_is_done(struct import_say *s, const struct import_source *source);
int import_say_done(struct import_say *s, const struct import_source *source);
