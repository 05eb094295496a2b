/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the engine is doing for somebody else, in a segment of the parent's that outlives it. A line of the command file, or a result of a result file, is given to each new engine until one says
 * that it is done; one that ends the engine would end every engine. So the engine writes here what it begins and that it is through, the next one reads what the one before was at, and what two
 * engines ended at is left out. An engine that ends at something else, while it loads or between two lines, counts for none. The
 * process may be killed between any two instructions: then it is counted once against what was done, or not at all, and never against another thing. What was counted stays so, also if it is done one day. One user at
 * a time.
 */
#include "base/str.h"

#define DOING_ENDS_MOST  2u /* engines that ended at one thing; then it is left out */
/* At the same part of a command that is for many, or the begin of a check: an engine that is killed at any moment is in one of these more often than in anything else. */
#define DOING_PARTS_MOST 3u
#define DOING_SUSPECTS                                                                                       \
    64u /* things that are remembered; of more the oldest is forgotten, and may end some more */

enum doing_kind {
    DOING_NOTHING,
    DOING_LINE,   /* number: that of the line */
    DOING_RESULT, /* number: that in its file; file: hash of what that is called */
    DOING_CHECK,  /* number: the identity of a check that is begun */
    DOING_QUEUED, /* number: that of a command in the record that waits, or is done in parts; file: to how many things it was done before */
};

struct doing {
    uint64_t kind, file, number;
};

struct doing_segment { /* zeroed at first */
    struct doing now;
    struct {
        uint64_t id, done, check;
    } world;       /* as struct world_doing: the engine's world writes it */
    uint64_t next; /* of suspects */
    struct {
        struct doing what;
        uint64_t ends;
    } suspect[DOING_SUSPECTS];
};

/* A new engine: what the one before was at is counted against that. */
void doing_open(struct doing_segment *s);
/* NULL: there is no segment; then nothing is kept, and nothing left out. */
void doing_begin(struct doing_segment *s, const struct doing *what);
void doing_end(struct doing_segment *s);
bool doing_is_nothing(const struct doing_segment *s);
bool doing_is_left_out(const struct doing_segment *s, const struct doing *what);
/* Numbers of that kind, commands in the record or checks, that are left out, at most DOING_SUSPECTS. */
size_t doing_numbers_left_out(const struct doing_segment *s, enum doing_kind kind, uint64_t *numbers);
