/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Tagged fields, the coding of messages between roles and of journal records. A field is a varint key (tag << 1 | kind),
 * then for kind 0 a varint value (signed ones zigzag), for kind 1 a varint length and that many bytes. Varints are little-endian base
 * 128, at most 10 bytes, no over-long form. Tags are 1..127. The reader borrows from the frame and dies on nothing: it reports.
 */
#include "base/buf.h"

enum tlv_kind { TLV_NUMBER = 0, TLV_BYTES = 1 };

void tlv_put_u64(struct buf *b, unsigned tag, uint64_t v);
void tlv_put_i64(struct buf *b, unsigned tag, int64_t v);
void tlv_put_str(struct buf *b, unsigned tag, struct str s);
void tlv_put_varint(struct buf *b, uint64_t v);
#define TLV_VARINT_MAX 10
size_t tlv_varint(unsigned char to[TLV_VARINT_MAX], uint64_t v); /* its bytes; how many */

struct tlv_field {
    unsigned tag;
    enum tlv_kind kind;
    uint64_t u64;     /* kind TLV_NUMBER, as it stands */
    struct str bytes; /* kind TLV_BYTES, borrowed */
};
int64_t tlv_i64(const struct tlv_field *f); /* the zigzag reading of u64 */

/* Reads the next field from *rest. 1: a field; 0: at the end; E_FORMAT: short, over-long or bad. */
int tlv_next(struct str *rest, struct tlv_field *f);
bool tlv_get_varint(struct str *rest, uint64_t *v);
