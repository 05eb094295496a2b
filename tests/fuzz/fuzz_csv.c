/* SPDX-License-Identifier: Apache-2.0 */
/* Tables: each line that is given has as many fields as the first. */
#include "db/csv_scan.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv_scan c;
    struct err err = ERR_INIT;
    int r = csv_scan_begin(&c, str_make((const char *)data, size), &err);

    if (r == 0 && csv_scan_column(&c, "id") >= (int)c.columns)
        abort();
    while (r >= 0 && (r = csv_scan_next(&c, &err)) == 1) {
        if (c.n != c.columns)
            abort();
        for (size_t i = 0; i < c.n; i++)
            if (csv_scan_field(&c, (int)i).n > CSV_FIELD_MAX + 1)
                abort();
    }
    if (r < 0 && !err.text[0])
        abort();
    csv_scan_release(&c);
    return 0;
}
