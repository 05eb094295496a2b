/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The readers of the series store's files: a folder with one file, which is opened, read, and merged. The first byte says which file and how the rest is taken: bits 0-1 the form (log, part, whole,
 * head), bit 2: the rest is the file behind its header as it is; otherwise records with right checksums, of each a byte kind, two bytes length, the body. Bits 3-4 the class.
 * Whatever comes: the store starts, reads what it finds, in order and within the partition; and takes measurements afterwards, which are read back.
 */
#include "../unit/memdisk.h"
#include "base/log.h"
#include "db/series.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int64_t day_us = 20480 * TIME_DAY;

static void put_records(struct buf *b, uint64_t nonce, struct str rest)
{
    while (rest.n >= 3) {
        unsigned kind = 1 + (unsigned char)rest.p[0] % 7;
        size_t n = (unsigned char)rest.p[1] | (size_t)((unsigned char)rest.p[2] & 15) << 8;
        struct str body = str_sub(rest, 3, n);

        /* END and what it points to come out right when the body says how long TOP is, counted back. */
        if (kind == SERIES_R_END && body.n >= 4) {
            struct series_end e = {.top_bytes = (unsigned char)body.p[0], .series = 1};

            e.top = b->len - MIN(b->len, e.top_bytes);
            series_end_put(b, nonce, &e);
        } else {
            series_record_put(b, nonce, (enum series_kind)kind, body, STR_NULL);
        }
        rest = str_sub(rest, 3 + body.n, SIZE_MAX);
    }
}

static void put_file(const struct journal_io *io, uint8_t how, struct str rest)
{
    struct series_header h = {.form = (enum series_form)(how & 3),
                              .class = (enum series_class)(how >> 3 & 3),
                              .generation = 1,
                              .nonce = 0x1234567890abcdef};
    struct buf b = BUF_INIT;
    char name[SERIES_NAME];
    int handle;

    h.start_us = h.form == SERIES_HEAD ? 1000 : series_start_of(h.class, day_us);
    series_header_put(&b, &h);
    if (how & 4)
        buf_add_str(&b, rest);
    else
        put_records(&b, h.nonce, rest);
    series_name_put(name, &h);
    handle = io->open(io->user, name, JOURNAL_CREATE);
    io->write(io->user, handle, 0, b.data, b.len);
    io->sync(io->user, handle);
    io->close(io->user, handle);
    io->sync_names(io->user);
    buf_release(&b);
}

static void take_key(void *user, const struct series_key *k)
{
    if (k->oid != *(uint64_t *)user)
        abort();
}

static void read_all(struct series *s)
{
    uint64_t oid = 5;

    struct series_samples samples = {.n = 0};
    struct series_buckets buckets = {.n = 0};

    if (series_list(s, oid, INT64_MIN, INT64_MAX, take_key, &oid) < 0)
        abort();
    for (size_t id = 0; id < s->active.n && id < 50; id++) {
        struct series_key k = series_key_at(s, id);

        if (series_read(s, &k, INT64_MIN, INT64_MAX, &samples) < 0)
            abort();
        for (size_t i = 1; i < samples.n; i++)
            if (samples.at[i - 1].us >= samples.at[i].us)
                abort();
        for (unsigned c = SERIES_5M; c < SERIES_CLASSES; c++)
            if (series_read_buckets(s, &k, (enum series_class)c, INT64_MIN, INT64_MAX, &buckets) < 0)
                abort();
    }
    VEC_RELEASE(&samples);
    VEC_RELEASE(&buckets);
}

static void use(struct series *s)
{
    struct series_key k = {.oid = 5, .unit = 1, .label = STR("fuzz")};
    struct series_sample v = {.us = day_us + TIME_H, .mantissa = 42, .exponent = -1};
    struct wall now = {v.us};
    struct series_samples got = {.n = 0};

    read_all(s);
    if (series_add(s, &k, &v, now) < 0 || series_commit(s, s->applied + 1, now) < 0)
        abort();
    now.us += 3 * TIME_DAY;
    if (series_commit(s, s->applied + 1, now) < 0)
        abort();
    while (series_step(s, now))
        ;
    if (s->stats.given_up || series_read(s, &k, v.us, v.us + 1, &got) < 0 || got.n != 1)
        abort();
    VEC_RELEASE(&got);
    read_all(s);
}

static void no_words(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memdisk disk;
    struct journal_io io;
    struct series s;
    struct err err = ERR_INIT;

    if (!size)
        return 0;
    log_set_sink(no_words);
    memdisk_init(&disk, 1);
    memdisk_io(&io, &disk);
    put_file(&io, data[0], str_make((const char *)data + 1, size - 1));
    for (int round = 0; round < 2; round++) {
        if (series_open(&s, &io, NULL, &err) < 0)
            abort();
        use(&s);
        series_release(&s);
    }
    memdisk_release(&disk);
    return 0;
}
