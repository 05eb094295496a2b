/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * struct buf: a growing byte buffer that owns its memory. data is never NULL after buf_init and data[len] is always NUL.
 * Ground floor: knows nothing of files, sockets or the domain. Lifetime verbs: init, release (memory given back), clear
 * (length 0, memory kept), take (the caller owns the bytes, the buffer is empty again).
 */
#include "base/str.h"

#include <stdarg.h>

struct buf {
    char *data;
    size_t len;
    size_t cap; /* 0: data is the shared empty string */
};

extern char buf_empty[1];
#define BUF_INIT                                                                                             \
    {                                                                                                        \
        .data = buf_empty                                                                                    \
    }

void buf_init(struct buf *b);
void buf_release(struct buf *b);
void buf_clear(struct buf *b);
char *buf_take(struct buf *b, size_t *len); /* NUL-ended, mem_free it */
void buf_reserve(struct buf *b, size_t more);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_add_str(struct buf *b, struct str s);
void buf_add_c(struct buf *b, const char *cstr);
void buf_add_char(struct buf *b, char c);
void buf_add_u64(struct buf *b, uint64_t v); /* decimal */
void buf_add_i64(struct buf *b, int64_t v);  /* decimal */
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap);
void buf_truncate(struct buf *b, size_t len); /* len must not be over b->len */
void buf_drop_front(struct buf *b, size_t n); /* n must not be over b->len */
struct str buf_str(const struct buf *b);      /* borrowed: valid until the next change */
/* Little-endian integers, for formats. */
void buf_add_le16(struct buf *b, uint16_t v);
void buf_add_le32(struct buf *b, uint32_t v);
void buf_add_le64(struct buf *b, uint64_t v);
/* As UTF-8. c is at most 0x10ffff. */
void buf_add_code_point(struct buf *b, uint32_t c);
/* Adds s as valid UTF-8: each byte of it that is none is read as Latin-1, and what is valid stays. Returns true if there was one. */
bool buf_add_utf8(struct buf *b, struct str s);
