/* SPDX-License-Identifier: Apache-2.0 */
/* The file of saved filters: what is read is written so that it is read the same; anything else leaves none. */
#include "role/auth_filter.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct auth_filters f = {0};
    struct buf one = BUF_INIT, two = BUF_INIT;
    struct err err = ERR_INIT;

    if (auth_filters_load(&f, str_make((const char *)data, size), &err) == 0) {
        auth_filters_dump(&f, &one);
        auth_filters_release(&f);
        if (auth_filters_load(&f, buf_str(&one), &err) < 0)
            abort();
        auth_filters_dump(&f, &two);
        if (!str_eq(buf_str(&one), buf_str(&two)))
            abort();
    } else if (f.at.n) {
        abort();
    }
    auth_filters_release(&f);
    buf_release(&one);
    buf_release(&two);
    return 0;
}
