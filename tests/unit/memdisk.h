/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A disk in memory for the journal's tests, which may lose what was not synced, tear pages, fail the nth call, and be full. Mutating calls (create, write, sync, truncate,
 * unlink, sync_names, allocate) are counted; the one numbered fail_at fails, and with `dead` all after it.
 */
#include "db/journal_io.h"

#define MEMDISK_FILES 192
#define MEMDISK_PAGE  512u

struct memfile {
    char name[48];
    unsigned char *live, *safe;        /* what a read sees; what a crash leaves */
    unsigned char *dirty;              /* a byte a page */
    size_t size, safe_size, cap, room; /* room: blocks allocated up to */
    bool exists, safe_exists;
};

struct memdisk {
    struct memfile file[MEMDISK_FILES];
    uint64_t random;         /* state of the generator */
    unsigned calls, fail_at; /* 0: never */
    int fail_code;
    bool dead;       /* from the failing call on nothing works: the power is off */
    size_t capacity; /* bytes of all files, 0: no end */
    size_t tear;     /* pages of this many bytes are lost or kept as one */
    bool readonly;
    unsigned opened; /* handles open now */
    char shut[48];   /* the file of this name cannot be opened */
    /* Bytes that are not given: a read that asks for one of them fails, so many times (UINT_MAX: always). */
    struct {
        char name[48];
        uint64_t from, to;
        unsigned times;
    } bad;
};

void memdisk_init(struct memdisk *d, uint64_t seed);
void memdisk_release(struct memdisk *d);
void memdisk_io(struct journal_io *io, struct memdisk *d);
/* The power fails and comes back: what was not synced is there, or not, page by page. Counters and failures are reset. */
void memdisk_crash(struct memdisk *d);
uint64_t memdisk_random(struct memdisk *d, uint64_t below);
struct memfile *memdisk_file(struct memdisk *d, const char *name); /* NULL: none */
