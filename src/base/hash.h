/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Hashes: hash_bytes for tables (fixed seed: the same in every process; not for hostile keys without a bound on their
 * number), hash_crc32c for stored and sent bytes (Castagnoli, RFC 3720 appendix B.4), SHA-256 (FIPS 180-4) to name contents.
 */
#include "base/bug.h"
#include "base/str.h"

#define HASH_SHA256_BYTES 32
#define HASH_SHA256_HEX   65 /* with NUL */

uint64_t hash_bytes(const void *p, size_t n);
/* crc is 0 to begin, or the result so far to go on. */
uint32_t hash_crc32c(uint32_t crc, const void *p, size_t n);

struct hash_sha256 {
    uint32_t h[8];
    uint64_t total;
    unsigned char block[64];
    bool by_processor; /* it has instructions for it */
};
void hash_sha256_init(struct hash_sha256 *s);
void hash_sha256_add(struct hash_sha256 *s, const void *p, size_t n);
void hash_sha256_end(struct hash_sha256 *s, unsigned char out[HASH_SHA256_BYTES]);
void hash_sha256(const void *p, size_t n, unsigned char out[HASH_SHA256_BYTES]);
void hash_hex(const unsigned char *bytes, size_t n, char *out);           /* out: 2n + 1 */
bool hash_hex_read(struct str hex, unsigned char out[HASH_SHA256_BYTES]); /* 64 digits, in small letters */
