/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Journal records: the structs and coding made from core/record.def, and their framing in a batch. The engine
 * fills batches (message PUT), the store gives each record its sequence number and checksum (db/journal.h), a
 * start reads them back (message LOAD_REC). Pure: no clock, no file.
 *
 * In a batch a record is: varint kind, varint wall clock µs, varint length, payload (base/tlv.h).
 */
#include "base/buf.h"
#include "base/time.h"

enum record_kind {
#define RECORD(NAME, name, number) RECORD_##NAME = number,
#define F_U64(name, field, tag)
#define F_I64(name, field, tag)
#define F_STR(name, field, tag)
#define END(name)
#include "core/record.def"
#undef RECORD
#undef F_U64
#undef F_I64
#undef F_STR
    RECORD_KIND_END
};

/* struct record_snapshot, struct record_result ... Texts of a decoded record borrow from the payload. */
#define RECORD(NAME, name, number) struct record_##name {
#define F_U64(name, field, tag)    uint64_t field;
#define F_I64(name, field, tag)    int64_t field;
#define F_STR(name, field, tag)    struct str field;
#undef END
#define END(name)                                                                                            \
    }                                                                                                        \
    ;
#include "core/record.def"
#undef RECORD
#undef F_U64
#undef F_I64
#undef F_STR
#undef END

enum record_how { /* record_result.how, as in message RESULT */
                  RECORD_HOW_EXIT,
                  RECORD_HOW_SIGNAL,
                  RECORD_HOW_TIMEOUT,
                  RECORD_HOW_NOT_STARTED,
                  RECORD_HOW_LOST,
};
enum record_source {
    RECORD_SOURCE_ACTIVE,
    RECORD_SOURCE_PASSIVE,
    RECORD_SOURCE_LOGIC,
    RECORD_SOURCE_SCHEDULE
};

enum record_event_kind { /* record_event.kind */
#define EVENT(CODE, number, name, fields) RECORD_EVENT_##CODE = number,
#include "core/event.def"
#undef EVENT
};

/* Appends one framed record; the struct must be that of the kind. */
void record_put(struct buf *batch, enum record_kind kind, struct wall at, const void *record);

struct record_frame {
    enum record_kind kind;
    struct wall at;
    struct str payload; /* borrowed */
};
/* Next frame of a batch: 1 a record, 0 at the end, E_FORMAT. Kinds that are not in the table are E_FORMAT. */
int record_next(struct str *rest, struct record_frame *f);
/* Records from the front of a batch of our own: as many whole ones as `most` bytes take, at least one; n: how many. */
struct str record_take(struct str *rest, size_t most, uint64_t *n);
/* Decodes a payload into the struct of its kind. An unknown or repeated tag, a wrong kind of field or
 * left-over bytes are E_FORMAT. */
int record_get(enum record_kind kind, struct str payload, void *out);
size_t record_size(enum record_kind kind); /* of the struct; 0: no such kind */
const char *record_name(enum record_kind kind);
/* It says what is so, and a start is made from it. The others are inputs and history: what came of them stands in states. */
bool record_restores(enum record_kind kind);

/* Packed words: an argv as one text (varint length, bytes, ...). */
void record_pack_word(struct buf *b, struct str word);
int record_next_word(struct str *rest, struct str *word); /* 1, 0, E_FORMAT */
