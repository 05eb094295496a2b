/* SPDX-License-Identifier: Apache-2.0 */
/* The .xml of PNP4Nagios, and names of files. */
#include "base/err.h"
#include "db/rrd_pnp.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_make((const char *)data, size);
    char a[RRD_TEXT], b[RRD_TEXT];
    struct err err = ERR_INIT;
    struct rrd_pnp p;
    int r = rrd_pnp_read(&p, text, &err);

    if (r < 0 && !err.text[0])
        abort();
    for (size_t i = 0; i < p.source.n; i++)
        if (!p.source.at[i].label || !p.source.at[i].unit || strchr(p.source.at[i].file, '/'))
            abort();
    rrd_pnp_release(&p);
    for (unsigned n = 0; rrd_name_cut(text, n, a, b); n++)
        if (!a[0] || !b[0])
            abort();
    if (rrd_name_clean(text, a) && strpbrk(a, "& :/\\"))
        abort();
    rrd_name_hashes(text, a);
    return 0;
}
