/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The secret segment: what must not be in the public snapshot ($USERn$ that are no paths, password variables,
 * tokens), by slot number. Mapped only by runner, prober and notifier; its values appear in no log, board or
 * journal. Layout: magic "VGSECR01", u32 count, u32 zero, u64 total, then count x {u64 offset, u64 length}
 * from the first byte, then the bytes. Written by conf (core/model_build).
 */
#include "base/buf.h"
#include "base/err.h"

struct secret {
    const unsigned char *base; /* borrowed */
    size_t len;
    uint32_t n;
};

int secret_open(struct secret *s, const void *base, size_t len, struct err *err);
/* empty for a slot that does not exist; borrowed */
struct str secret_get(const struct secret *s, uint32_t slot);
/* Coded text (core/macro.h) with all slots filled and escapes resolved, appended to out; a macro part left
 * over is E_FORMAT. */
int secret_fill(const struct secret *s, struct str coded, struct buf *out);
