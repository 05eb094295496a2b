/* SPDX-License-Identifier: Apache-2.0 */
#include "db/kept.h"

#include "base/hash.h"
#include "base/limits.h"
#include "os/file.h"

#include <stdio.h>
#include <string.h>

#define OIDS_MAGIC "VGOIDS01"
#define OIDS_HEAD  16u
#define OIDS_MOST  (OIDS_HEAD + 8 * (size_t)LIMIT_CHECKS)
#define SNAP_MOST  (1024u * 1024 * 1024)

void kept_name(char out[KEPT_NAME], const char *hash, const char *suffix)
{
    snprintf(out, KEPT_NAME, "%.64s.%s", hash, suffix);
}

int kept_write_oids(int dir, const char *hash, const uint64_t *oid, uint32_t n, struct err *err)
{
    char name[KEPT_NAME];
    struct buf b = BUF_INIT;
    int r;

    kept_name(name, hash, "oids");
    buf_add(&b, OIDS_MAGIC, 8);
    buf_add_le32(&b, n);
    buf_add_le32(&b, hash_crc32c(0, oid, 8 * (size_t)n));
    buf_add(&b, oid, 8 * (size_t)n);
    r = file_replace_at(dir, name, b.data, b.len, 0600, err);
    buf_release(&b);
    return r;
}

/* The file, with a head that fits its length: how many; 0: there is none. */
static uint32_t read_file(int dir, const char *hash, struct buf *b)
{
    char name[KEPT_NAME];
    uint32_t n = 0;

    kept_name(name, hash, "oids");
    if (file_read_at(dir, name, OIDS_MOST, b, NULL) < 0 || b->len < OIDS_HEAD ||
        memcmp(b->data, OIDS_MAGIC, 8) != 0)
        return 0;
    memcpy(&n, b->data + 8, sizeof(n));
    return b->len == OIDS_HEAD + 8 * (size_t)n ? n : 0;
}

bool kept_read_oids(int dir, const char *hash, uint64_t *oid, uint32_t n)
{
    struct buf b = BUF_INIT;
    uint32_t crc = 0;
    bool ok = read_file(dir, hash, &b) == n && b.len;

    if (ok)
        memcpy(&crc, b.data + 12, sizeof(crc));
    ok = ok && crc == hash_crc32c(0, b.data + OIDS_HEAD, 8 * (size_t)n);
    if (ok)
        memcpy(oid, b.data + OIDS_HEAD, 8 * (size_t)n);
    buf_release(&b);
    return ok;
}

uint32_t kept_count_oids(int dir, const char *hash)
{
    struct buf b = BUF_INIT;
    uint32_t n = read_file(dir, hash, &b);

    buf_release(&b);
    return n;
}

int kept_read(int dir, const char *hash, struct kept *k, struct err *err)
{
    char name[KEPT_NAME];
    int r;

    *k = (struct kept){.bytes = BUF_INIT};
    kept_name(name, hash, "snap");
    r = file_read_at(dir, name, SNAP_MOST, &k->bytes, err);
    if (r == 0 && !model_intact(k->bytes.data, k->bytes.len))
        r = err_set(err, E_FORMAT, "the kept configuration %s is damaged", name);
    if (r == 0)
        r = model_open(&k->model, k->bytes.data, k->bytes.len, err);
    if (r == 0) {
        k->oid = mem_calloc((size_t)k->model.n_check + 1, sizeof(*k->oid));
        if (!kept_read_oids(dir, hash, k->oid, k->model.n_check))
            r = err_set(err, E_FORMAT, "the identities kept with the configuration %.12s are not whole",
                        hash);
    }
    if (r < 0)
        kept_release(k);
    return r;
}

void kept_release(struct kept *k)
{
    buf_release(&k->bytes);
    mem_free(k->oid);
    k->oid = NULL;
}
