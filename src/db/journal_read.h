/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Reading a journal: the list of its segments and a cursor over their records. Changes nothing on disk, so a person may run it on a live state folder;
 * the writer (db/journal.h) uses it at start to find the newest checkpoint and the end.
 */
#include "base/vec.h"
#include "db/journal_io.h"
#include "db/segment.h"

/* NNNNNNNNNNNNNNNN.vj, first sequence number in hex; NNNNNNNNNNNNNNNN-K.vj for another one begun at the same number, after a failed sync. */
#define JOURNAL_NAME         40
/* How many numbers the newest segment may hold, when it does not say it itself. */
#define JOURNAL_NUMBERS_MOST (UINT64_C(1) << 32)

struct journal_segment {
    char name[JOURNAL_NAME];
    uint64_t first_seq;
    uint32_t ordinal;
    uint64_t size; /* bytes */
    struct segment_header head;
    bool whole;  /* the header could be read */
    int refused; /* why it could not even be opened (E_*); 0: it could */
};

struct journal_list {
    VEC(struct journal_segment) v; /* in order */
    VEC(struct journal_segment)
    hollow;         /* left by a crash while they were being made: no whole header and nothing behind it */
    uint64_t known; /* the numbers up to this one were on disk, as somebody says who was told so; 0: nobody */
};

void journal_name(char *out, uint64_t first_seq, uint32_t ordinal); /* out: JOURNAL_NAME */
bool journal_name_parse(const char *name, uint64_t *first_seq, uint32_t *ordinal);
/* Fills the list. A segment of a newer version is E_INVAL, with a text that says what to do; an unreadable header, or a file that cannot be opened, only leaves whole false. */
int journal_list_read(struct journal_list *l, const struct journal_io *io, struct err *err);
void journal_list_release(struct journal_list *l);
/* The number that the first segment that can be read begins with; UINT64_MAX: there is none. */
uint64_t journal_list_begins(const struct journal_list *l);

#define JOURNAL_HOLES 16 /* that are named */

/* Records that are missing: [from, from + n), n 0: how many is not known. They were written between the two moments (0: not known), those of the records around them. */
struct journal_hole {
    uint64_t from, n;
    struct wall after, before;
};

/* What reading met that a crash cannot explain. */
struct journal_damage {
    unsigned places; /* damaged stretches */
    uint64_t lost;   /* sequence numbers that are missing because of them, as far as is known */
    char first[256]; /* "FILE:OFFSET: ..." of the first */
    unsigned n_hole;
    struct journal_hole hole[JOURNAL_HOLES]; /* the first of them */
    uint64_t more_from,
        more_to; /* those that found no room begin with numbers between these; 0: there are none */
};

/* There is no segment, and records up to known were on disk: since which number is not known, for old ones are removed. */
void journal_damage_all(struct journal_damage *d, uint64_t known);
bool journal_damage_has(const struct journal_damage *d,
                        uint64_t from); /* a hole that begins there is named */
/* Adds what another reader met, without what is known. Of those that find no room only the range is kept: what lies within it is taken for known. */
void journal_damage_add(struct journal_damage *to, const struct journal_damage *from);

struct journal_record {
    struct segment_record r; /* the payload is borrowed until the next call */
    size_t segment;          /* index in the list */
    uint64_t offset, size;   /* place in its file */
};

/* A place stays good as long as its segment is kept. */
struct journal_place {
    uint64_t first_seq; /* of the segment */
    uint32_t ordinal;
    uint64_t offset; /* in its file */
};

/* Where a reader stood, to go on from there with another one. */
struct journal_stand {
    struct journal_place at; /* offset 0: nowhere */
    uint64_t expect;         /* as in the reader */
};

struct journal_reader {
    const struct journal_io *io;
    const struct journal_list *list;
    size_t segment;     /* the current one */
    size_t last;        /* the one after the last to be read */
    int handle;         /* of the current segment, -1: none */
    struct buf window;  /* bytes of the file from window_at on */
    uint64_t window_at; /* file offset of window.data[0] */
    bool window_eof;    /* nothing is to be read behind it */
    /* in the list's last segment: the file offset to stop at (a live writer's), else the maximum */
    uint64_t stop;
    uint64_t at;         /* file offset of the next record */
    uint64_t begin;      /* in the first segment: 0, or the offset to begin at */
    size_t read_segment; /* of the record read last, and what follows it; read_at 0: none was read */
    uint64_t read_at, read_expect;
    struct wall read_time;
    uint64_t expect; /* db/segment.h */
    uint64_t end;    /* numbers from here on belong to the next segment */
    uint64_t bad;    /* the window ends here because the disk gives no more; 0: it does not */
    uint64_t failed; /* where it was, after an E_IO */
    bool skipping;   /* a search steps over what cannot be read */
    bool cut;        /* the end of a segment could not be read, and nothing was read behind it */
    bool torn;       /* the last segment ended in a batch that was never synced, at `at` */
    uint64_t
        lacks; /* it ended at `at`, before what list->known names: the first of these numbers; 0: not so */
    struct journal_damage damage;
};

/* Reads segments [from, to) of the list (to at most its length); the list outlives the reader. */
void journal_reader_init(struct journal_reader *rd, const struct journal_io *io,
                         const struct journal_list *list, size_t from, size_t to);
void journal_reader_release(struct journal_reader *rd);
/* Behind the record that was read last; nowhere when none was. */
void journal_reader_stand(const struct journal_reader *rd, struct journal_stand *out);
/* From there on; false: its segment is gone, or it is nowhere, and rd is not touched. */
bool journal_reader_init_at(struct journal_reader *rd, const struct journal_io *io,
                            const struct journal_list *list, const struct journal_stand *stand);
/* The next whole record: 1; 0 at the end; E_IO when the disk does not answer: the cursor stays, and the next call tries again. Damage is stepped over and noted in rd->damage. */
int journal_reader_next(struct journal_reader *rd, struct journal_record *out, struct err *err);
/* All was read, and numbers up to list->known are not there: that is damage, too. */
void journal_reader_lacks(struct journal_reader *rd);
/* After an E_IO that stays: what cannot be read is damage, and reading goes on at the next whole record. */
void journal_reader_skip(struct journal_reader *rd);
/* For who cannot wait between two tries: 1 or 0; what the disk does not give in a few is skipped. */
int journal_reader_next_whole(struct journal_reader *rd, struct journal_record *out);
