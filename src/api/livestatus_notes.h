/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Columns that tell of the comments and downtimes of a check. */
#include "api/livestatus_int.h"

enum ls_note_kind { LS_COMMENTS, LS_DOWNTIMES, LS_NOTE_KINDS };
struct ls_note {
    uint32_t idx, slot;
};
struct ls_notes { /* by check; of one query */
    bool read;
    VEC(struct ls_note) at;
};
enum ls_note_detail { LS_NOTE_ID, LS_NOTE_INFO, LS_NOTE_ALL }; /* the columns' arg */
void livestatus_notes_comments(struct ls_row *row, const struct ls_column *c, struct ls_value *v);
void livestatus_notes_downtimes(struct ls_row *row, const struct ls_column *c, struct ls_value *v);
void livestatus_notes_release(struct ls_notes *notes);
