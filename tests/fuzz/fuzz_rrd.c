/* SPDX-License-Identifier: Apache-2.0 */
/* What rrdtool dump says: fed in pieces whose length the first byte gives. What is taken must make rows in order, and buckets whose least is not above their greatest. */
#include "base/err.h"
#include "base/time.h"
#include "db/rrd_rows.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void make_all(const struct rrd_dump *d, size_t ds)
{
    struct rrd_rows rows = {.n = 0};
    struct series_buckets b = {.n = 0};
    struct series_samples s = {.n = 0};

    if (rrd_rows_of(d, ds, STR("KiB"), &rows) == 0) {
        for (size_t i = 0; i < rows.n; i++)
            if (rows.at[i].step <= 0 || rows.at[i].count <= 0 || (i && rows.at[i].end <= rows.at[i - 1].end))
                abort();
        rrd_rows_samples(rows.at, rows.n, &s);
        rrd_rows_buckets(rows.at, rows.n, d->step, SERIES_1H, &b);
        for (size_t i = 0; i < b.n; i++)
            if (b.at[i].min > b.at[i].max || b.at[i].count <= 0 || (i && b.at[i].us < b.at[i - 1].us))
                abort();
    }
    VEC_RELEASE(&rows);
    VEC_RELEASE(&b);
    VEC_RELEASE(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = str_make((const char *)data + 1, size ? size - 1 : 0);
    struct err err = ERR_INIT;
    struct rrd_dump d;
    int r = 0;

    if (!size)
        return 0;
    rrd_dump_init(&d);
    while (r == 0 && rest.n) {
        r = rrd_dump_feed(&d, str_sub(rest, 0, 1u + data[0]), &err);
        rest = str_sub(rest, 1u + data[0], SIZE_MAX);
    }
    if (r == 0)
        r = rrd_dump_end(&d, &err);
    for (size_t ds = 0; r == 0 && ds < d.ds.n; ds++)
        make_all(&d, ds);
    if (r < 0 && !err.text[0])
        abort();
    rrd_dump_release(&d);
    return 0;
}
