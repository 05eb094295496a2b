/* SPDX-License-Identifier: Apache-2.0 */
/* Performance data: every input ends, every item borrows from the input, texts fit. */
#include "core/perf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = str_make((const char *)data, size);
    struct perf_item it;
    struct str cut = str_sub(rest, 0, perf_whole(rest, size / 2, false));
    struct perf_bad bad = {.n = 0};
    char text[PERF_TEXT], label[64];

    BUG_ON(cut.n > size / 2 || perf_whole(rest, size, false) > size || perf_whole(rest, size, true) > size);
    while (perf_next(&rest, &it, &bad)) {
        perf_text(&it.value, text);
        perf_text(&it.max, text);
        perf_label(&it, label, sizeof(label));
        BUG_ON(it.label.p < (const char *)data || it.label.p + it.label.n > (const char *)data + size);
    }
    BUG_ON(rest.n);
    return 0;
}
