/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Messages: the structs, the coder and the decoder made from wire/msg.def.
 * A frame: type u16, version u8, zero u8, length u32 of the body (little-endian), then the body's fields (base/tlv). Whole frame at most LIMIT_MESSAGE.
 * The coder writes fields in the order of their tags; the decoder accepts no other order, no unknown tag, no duplicate, no left-over byte.
 * Strings of a decoded message are borrowed from the frame.
 */
#include "base/buf.h"
#include "base/limits.h"
#include "wire/msg.def"
#include "wire/roles.h"

#define MSG_HEADER   8u
#define MSG_STRV_MAX 2048u /* words of all lists of one message */

enum msg_type {
#define MSG(name, NAME, number, version, from, to, text) MSG_##NAME = number,
    MSG_TABLE(MSG)
#undef MSG
};

struct msg_strv {
    const struct str *at;
    size_t n;
};

#define MSG_C_U64                           uint64_t
#define MSG_C_I64                           int64_t
#define MSG_C_STR                           struct str
#define MSG_C_STRV                          struct msg_strv
#define MSG_FIELD(M, tag, kind, name, need) MSG_C_##kind name;
#define MSG(name, NAME, number, version, from, to, text)                                                     \
    struct msg_##name {                                                                                      \
        FIELDS_##name(MSG_FIELD, name)                                                                       \
    };
MSG_TABLE(MSG)
#undef MSG

struct msg {
    enum msg_type type;
    union {
#define MSG(name, NAME, number, version, from, to, text) struct msg_##name name;
        MSG_TABLE(MSG)
#undef MSG
    } u;
    struct str words[MSG_STRV_MAX]; /* what the lists of u point into */
    size_t n_words;
};

/* Appends one whole frame. E_LIMIT when it would be larger than LIMIT_MESSAGE or has too many words: b is as before. */
#define MSG(name, NAME, number, version, from, to, text)                                                     \
    MUST_CHECK int msg_put_##name(struct buf *b, const struct msg_##name *m);
MSG_TABLE(MSG)
#undef MSG
/* For a message whose size the house itself bounds: that it does not fit is our mistake, and must not be silence. */
static inline void msg_must(int put)
{
    BUG_ON(put < 0);
}
int msg_put(struct buf *b, const struct msg *m); /* by m->type */

/* The length of the whole frame that begins at data, 0 while the header is not complete, E_FORMAT when it cannot be a frame. */
int64_t msg_frame_len(struct str data);
/* Decodes one whole frame. E_FORMAT: unknown type, other version, bad body. */
int msg_decode(struct str frame, struct msg *m);

/* How many descriptors belong to this message. */
size_t msg_carries_fds(const struct msg *m);

/* NOTIFIED.ok: the notifier cannot take it now. */
#define NOTIFIED_AGAIN 2u
/* What PERF asks of the store, beside its lines. */
enum msg_perf_what { MSG_PERF_LINES, MSG_PERF_HOLD, MSG_PERF_GO };

/* The table, for inbox checks, tests and docs. */
enum msg_kind { MSG_KIND_U64, MSG_KIND_I64, MSG_KIND_STR, MSG_KIND_STRV };
struct msg_field_info {
    unsigned tag;
    enum msg_kind kind;
    const char *name;
    bool required;
    size_t offset; /* in its struct */
};
struct msg_info {
    enum msg_type type;
    uint8_t version;
    const char *name;
    uint32_t from, to; /* bits of roles */
    const char *text;
    const struct msg_field_info *field;
    size_t n_fields, size;
};
const struct msg_info *msg_info(enum msg_type type); /* NULL: no such message */
size_t msg_count(void);
const struct msg_info *msg_info_at(size_t i);
