/* SPDX-License-Identifier: Apache-2.0 */
/* Plugin output of any bytes: what comes out is UTF-8, within the limits, without control characters. */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "core/output.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct output o;

    output_parse(str_make((const char *)data, size), size && data[0] & 1, &o);
    must(o.first.n <= LIMIT_OUTPUT_FIRST && o.rest.n <= LIMIT_OUTPUT_LONG && o.perf.n <= LIMIT_PERFDATA);
    must(str_is_utf8(o.first) && str_is_utf8(o.rest) && str_is_utf8(o.perf));
    must(str_find_char(o.first, '\n') < 0 && str_find_char(o.perf, '\n') < 0 &&
         str_find_char(o.first, '|') < 0);
    must(str_find_char(o.first, '\0') < 0 && str_find_char(o.rest, '\0') < 0 &&
         str_find_char(o.perf, '\0') < 0);
    must(str_is_utf8(o.cut));
    output_release(&o);
    return 0;
}
