/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A plugin's text, taken apart as every plugin of the last twenty years writes it: "output | perfdata", then lines of long output, from a further '|' on
 * performance data again. A ';' of the first line becomes ':'. What comes out is valid UTF-8 (each byte that is none is read as Latin-1; half a character at the end is left out), without control characters but line ends and
 * tabs in the long output, and within base/limits.h.
 */
#include "base/buf.h"

struct output {
    struct str first, rest, perf; /* borrowed from the buffers below */
    struct str cut;               /* performance data that is there, and beyond a limit; likewise */
    bool bare;                    /* the first line is empty: not even a bar is in it */
    bool cut_more;                /* and more of it may come behind that was not read */
    bool converted;               /* was not UTF-8 */
    struct buf clean, perf_joined;
};

/* raw: standard output. truncated: who read it has cut off the end. A value that a limit would cut is left out whole, and what is left out is told. */
void output_parse(struct str raw, bool truncated, struct output *o);
void output_release(struct output *o);
/* Text of others as a label is read of an output: each byte that is no UTF-8 as Latin-1, each control character, ends of lines and tabs too, a blank. Added to b. */
void output_clean(struct str raw, struct buf *b);
/* Is it such a text already? */
bool output_is_clean(struct str s);
/* Lines as one line, as macros have them: "\n" for an end of line, "\\" for a backslash. What reads them back finds no line that a plugin made up. */
void output_one_line(struct str lines, struct buf *b);
