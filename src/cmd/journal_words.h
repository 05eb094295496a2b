/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A record of the journal for who reads it: as a line of words (names of hosts and services, states, times of the reader's own zone; what is 0 or empty is left out, where 0 is no word), and as JSON for programs,
 * raw and complete.
 */
#include "cmd/journal_names.h"
#include "cmd/local_time.h"
#include "core/record.h"
#include "db/journal_read.h"

struct journal_words {
    struct local_time time;
    struct journal_names names;
    uint8_t *meaning[RECORD_KIND_END]; /* of each field */
    struct buf line, text;
    int32_t offset;            /* of the record at hand: seconds east of UTC */
    enum record_event_kind of; /* if it is an EVENT: which */
    bool pending;              /* if it is a STATE: there was no result yet */
    bool named;                /* it is known whom the fields are about: */
    enum model_kind whom;      /* what that is */
};

/* objects: the path of objects.db. What cannot be read of it is said in err; numbers stand in place of names then. */
int journal_words_open(struct journal_words *w, const char *objects, struct err *err);
void journal_words_close(struct journal_words *w);
/* A line of text, with its end; borrowed until the next call. */
struct str journal_words_line(struct journal_words *w, const struct segment_record *r);
struct str journal_words_json(struct journal_words *w, const struct journal_record *rec, const char *segment);
