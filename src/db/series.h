/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The series store: every measurement of every check, in little space. One writer. A projection of the journal (docs/decisions/0005): what is in the journal can be put in again.
 *
 * Identity. A series is (oid, label, unit class). Its measurements are decimals with a time in microseconds. Two with the same time are one: the later word counts. That makes
 * everything here safe to do twice.
 *
 * Where a measurement is. First in the *open chunk* of its series, in memory (db/series_open.h). When that is full, or its day (UTC) is over, it is *sealed*: put in order, coded
 * (db/series_chunk.h) and appended to the *log* of the day. When the day and an hour are over, the log becomes a *whole* file, in which each series is one chunk, with an index; from it
 * come the buckets of 5 min, 1 h and 1 d, a *part* of each for every day, in partitions of 8, 64 and 1024 days; sixteen parts, or all of a partition that is over, become one whole file. Buckets that were imported (db/series_import.h) come in logs of their class, which become whole files too. Deleting is unlinking whole partitions, by class.
 *
 * Files in one folder: CLASS-YYYYMMDD-GENERATION.vsl (log), .vsp (part) and .vsw (whole), head-NUMBER.vsh. A whole file stands for all files of its partition with a lower generation. What comes late for a day that
 * is whole goes to a new log beside it, and both become one again.
 *
 * What survives. series_commit writes a *head*: all open chunks, and the number in the journal (`applied`) up to which all is in the store; and syncs the logs. It does so in steps: the chunks in the head are not of one moment, and hold more than the number says. After a start,
 * records of the journal behind `applied` are put in again. A chunk that was sealed after the head is then in its log already, and comes once more: the same times, the same values. The head before
 * the last one is kept: if the newest cannot be read, more of the journal is put in again; if none can, all of it, and what was sealed is there in any case. Nothing here is acknowledged to anybody.
 *
 * Order of writing. A whole file counts with its END, written after all else in it, and after its buckets were synced; then it is synced, its name too, and only then are the files that it stands
 * for unlinked. So at every moment one of the two is whole. What the power left of an unfinished one is removed at the next start.
 *
 * Errors. When the disk fails or is full, the store takes no more (series_add says so, s->why says why): it is to be released and opened again later, and goes on from its head. A merge that fails is given
 * up and tried again. Damage in files costs the records that it hit, is passed over and counted, and never keeps the store from starting.
 *
 * Retention counts from the end of a partition, by the newest measurement there is, if the clock is ahead of it by more than a day; one partition of a class at a time.
 */
#include "base/map.h"
#include "db/series_file.h"
#include "db/series_labels.h"
#include "db/series_open.h"

struct series_options {
    uint32_t site;
    int64_t keep_us[SERIES_CLASSES]; /* 0 in any of these: the default */
    int64_t grace_us;                /* how long after its end a partition is merged */
    uint32_t step_series;            /* that a step of a commit looks at, at most */
    uint32_t
        labels_most; /* series that an object may have on a day before new ones are refused; 0: any number */
};

struct series_active {
    uint64_t oid;
    uint32_t label; /* in s->labels */
    uint8_t unit;
    uint8_t said_unit; /* of what was last said beside a value (db/series_feed.h), as below: of the unit */
    uint16_t day;      /* the newest on which it was counted in s->per_object */
    uint32_t said;     /* digest of it all */
    uint32_t said_s;   /* when all that was said would have been, at one word in SERIES_WORDS_US */
    uint32_t late_s;   /* the same of what was late, by when it came */
    struct series_open open;
};

struct series_stats {
    uint64_t added, refused; /* measurements */
    uint64_t sealed;         /* chunks */
    uint64_t merged;         /* partitions */
    uint64_t removed;        /* files, by age */
    uint64_t damaged;        /* places that could not be read */
    uint64_t given_up;       /* merges */
};

struct series {
    struct journal_io io;
    struct series_options o;
    VEC(struct series_active) active;
    uint32_t *slot; /* index + 1 in active, by key */
    size_t n_slot;
    size_t last; /* index in active: where the last measurement went */
    struct map labels;
    struct series_labels per_object;
    VEC(struct series_file) file; /* in the order of class, begin, generation */
    struct series_chunk_room room;
    struct series_samples samples;
    struct buf chunk;
    uint64_t applied;
    uint32_t head;     /* number of the newest */
    int64_t newest_us; /* measurement */
    int64_t late_us;   /* when late ones were merged last */
    int64_t wait_us;   /* no merge before: the last one failed */
    int64_t
        imported_us; /* when something was imported last (db/series_import.h): merging waits until it is over */
    uint64_t uses;
    struct series_merge *merge;   /* under way */
    struct series_commit *commit; /* likewise */
    bool failed;
    char why[256];
    struct series_stats stats;
};

/* An empty folder is an empty store. E_INVAL: files of another site or a newer version (nothing was changed); any damage is no error. */
int series_open(struct series *s, const struct journal_io *io, const struct series_options *o,
                struct err *err);
/* The number in the journal up to which the newest head says that all is in the store in this folder, without opening that; 0: there is none. */
uint64_t series_reached(const struct journal_io *io);
/* How long things are kept from now on (o->keep_us), and how many labels an object may have. */
void series_keep(struct series *s, const struct series_options *o);
/* What was not committed is gone from here. */
void series_release(struct series *s);

/* One measurement. Refused (counted): E_TIMEOUT: older than what is kept; E_AGAIN: more than a day ahead of now; E_LIMIT: one series too many; E_BUSY: its object has too many new
   ones today; E_INVAL: the label is too long. E_IO, E_NOSPC: the
   store has failed. */
int series_add(struct series *s, const struct series_key *k, const struct series_sample *v, struct wall now);
/* Index in active of a series, which is made if it is new; SIZE_MAX: one too many. */
size_t series_know(struct series *s, const struct series_key *k);
/* All that was added is on disk, and everything in the journal up to seq is in it. */
int series_commit(struct series *s, uint64_t seq, struct wall now);
/* The same in steps of some milliseconds, between which measurements may be added and merging go on: 1: there is more to do; 0: it is done, with the seq of the first of the steps. What was added since may be
   on disk or not, and what was said of it is not counted. */
int series_commit_step(struct series *s, uint64_t seq, struct wall now);
/* Some of what is to be done beside: merging, removing. True: there is more. */
bool series_step(struct series *s, struct wall now);
/* Seals all open chunks: for tests and figures. */
int series_seal_all(struct series *s);

/* Measurements of [from, to) in order, appended to nothing: out is cleared first. Damaged places are counted in stats. */
int series_read(struct series *s, const struct series_key *k, int64_t from_us, int64_t to_us,
                struct series_samples *out);
/* The same as buckets of a class that is not SERIES_RAW. What is not rolled up yet is rolled up now. */
int series_read_buckets(struct series *s, const struct series_key *k, enum series_class class,
                        int64_t from_us, int64_t to_us, struct series_buckets *out);
/* The finest class that is kept for that long and has at most so many points in the span (samples count as one in a minute); the coarsest if none is. */
enum series_class series_choose(const struct series *s, int64_t from_us, int64_t to_us, uint64_t points,
                                struct wall now);
/* The series of an object that have anything in a partition which touches [from, to), or are open; each once, in the order of label and unit. Labels are borrowed until the next series_add. E_IO: not all could be read. */
int series_list(struct series *s, uint64_t oid, int64_t from_us, int64_t to_us,
                void (*each)(void *user, const struct series_key *k), void *user);
/* Series that the store knows of in memory: index 0 .. s->active.n. The label is borrowed until the next series_add. */
struct series_key series_key_at(const struct series *s, size_t id);
/* Bytes of memory for the active series: with open chunks, table and labels. */
uint64_t series_memory(const struct series *s);
uint64_t series_disk(const struct series *s); /* bytes of all files but heads */
