/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Lines read from a pipe, kept in a shared segment until their receiver has them. The segment outlives its process: who opens it next finds every byte that was
 * read and not yet forgotten, and numbers the lines as before, so that a receiver which remembers the last number takes none twice. At every instruction at which the
 * process may be killed the segment is whole; the bytes must be read into hold_room directly, since what passes through other memory first would be lost.
 * One user at a time. NUL bytes become blanks.
 */
#include "base/str.h"

#define HOLD_BYTES (128u * 1024)

struct hold_half {
    uint64_t before; /* number of the line before the first */
    uint64_t
        inside; /* not 0: the bytes begin inside a line that was too long: up to the line end they are dropped */
    char data[HOLD_BYTES];
};

/* Lines count from 1, above the number of the life that they belong to: their sender's sender was started again, and its lines are others. */
#define HOLD_LIFE(number) ((number) >> 32)

struct hold_segment { /* zeroed at first, but for `before`; the half that is not current is all zeros */
    uint64_t current;
    struct hold_half half[2];
    uint64_t foreign_from, foreign_to; /* lines above the first are not the pipe's, if the second is not 0 */
};

enum hold_kind { HOLD_NONE, HOLD_LINE, HOLD_TOO_LONG };

struct hold {
    struct hold_segment *s;
    size_t len, at; /* of the current half: bytes there; the first that was not handed out */
    size_t line_max;
    uint64_t last; /* number of the line handed out last */
    bool skip;     /* inside a line that is too long */
};

/* A new segment, all zeros: its lines are those of that life. */
void hold_begin(struct hold_segment *s, uint32_t life);
/* What stands in the segment is there again, but for foreign lines: they are blank. Lines over line_max bytes, less than half of HOLD_BYTES, are dropped. */
void hold_open(struct hold *h, struct hold_segment *s, size_t line_max);
/* Where to read into, *n bytes; 0: there is no room before hold_forget. */
char *hold_room(struct hold *h, size_t *n);
void hold_filled(struct hold *h, size_t n);
/* The next whole line, without its end. HOLD_TOO_LONG: its begin; nobody gets it. Borrowed until hold_forget. */
enum hold_kind hold_next(struct hold *h, struct str *line, uint64_t *number);
/* What was read so far ends with a line's end. */
bool hold_is_whole(const struct hold *h);
/* What is read from now on (at a line's end) comes from elsewhere, and can be read there again; until it does no more, and all that was handed out is forgotten. */
void hold_foreign(struct hold *h, bool foreign);
bool hold_is_foreign(const struct hold *h, uint64_t number);
/* Bytes that were read and not handed out. */
size_t hold_ahead(const struct hold *h);
/* Nothing is there: all was handed out, and has arrived. */
bool hold_is_empty(const struct hold *h);
/* Lines above this number are handed out again. */
void hold_rewind(struct hold *h, uint64_t number);
/* All that was handed out has arrived. */
void hold_forget(struct hold *h);
