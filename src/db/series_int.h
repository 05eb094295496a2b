/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of the series store share: db/series.c (adding, reading), series_start.c (opening), series_commit.c (commits, writing heads), series_head.c (reading heads), series_merge.c (merging, removing). */
#include "db/series.h"

#define SERIES_NONE SIZE_MAX

int series_fail(struct series *s, int code, const char *name, const char *doing);
size_t series_find(const struct series *s, const struct series_key *k); /* SERIES_NONE */
size_t series_intern(struct series *s, const struct series_key *k);
/* Index of a log to append to, made if there is none; below 0: an error, and the store has failed. */
int64_t series_log(struct series *s, enum series_class class, int64_t start_us);
/* Puts a file into its place in the list; returns its index. */
size_t series_file_put(struct series *s, const struct series_file *f);
/* Seals one open chunk. */
int series_seal(struct series *s, size_t id);
/* Closes files so that only few are open. */
void series_close_some(struct series *s);
/* Chunks of one series in all files of a partition with a generation below `below`. */
int series_partition_get(struct series *s, enum series_class class, int64_t start_us, uint32_t below,
                         const struct series_key *k, struct series_found *found);
bool series_same_partition(const struct series_file *f, enum series_class class, int64_t start_us);

/* The head: series_head.c. */
#define SERIES_HEAD_FILE_MAX (1024u * 1024 * 1024)
/* Reads the newest that is whole into s; the names of all that there are, the newest first. Files it names get their synced size. */
struct series_heads {
    VEC(uint32_t) number;
};
void series_head_read(struct series *s, struct series_heads *all);
/* From the bytes of a head: true if they are a whole one. With s NULL they are only looked at. */
bool series_head_take(struct series *s, struct str bytes, uint32_t number, uint32_t site);

/* series_commit.c: what is under way is given up. */
void series_commit_stop(struct series *s);

/* series_merge.c */
void series_merge_stop(struct series *s);
uint32_t series_merge_generation(const struct series *s, enum series_class class,
                                 int64_t start_us); /* 0: none */
