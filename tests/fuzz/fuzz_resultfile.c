/* SPDX-License-Identifier: Apache-2.0 */
/* Result files of any bytes: the reader comes to an end, its lines rise, and what it takes for a result is one. */
#include "base/limits.h"
#include "core/resultfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct resultfile_one one;
    struct resultfile f;
    unsigned before = 0;
    int r = 1;

    resultfile_init(&f, str_make((const char *)data, size));
    for (size_t n = 0; r != 0; n++) {
        struct err err = ERR_INIT;

        r = resultfile_next(&f, &one, &err);
        BUG_ON(n > size + 1 || f.line < before || (r < 0 && !err.text[0]));
        before = f.line;
        if (r != 1)
            continue;
        BUG_ON(!one.host.n || one.host.n > LIMIT_EXT_COMMAND || one.service.n > LIMIT_EXT_COMMAND);
        BUG_ON(one.code > 255 || one.started_us < 0 || one.lasted_us < 0 || one.latency_us < 0);
        BUG_ON(one.line > f.line || one.output.n > size);
    }
    resultfile_release(&f);
    return 0;
}
