/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a pattern, and what follows the first newline as the text: it compiles or says why, and the search ends. */
#include "base/ere.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = str_make((const char *)data, size), pattern = str_cut(&rest, '\n');
    struct err err = ERR_INIT;
    struct ere e;

    if (ere_compile(&e, pattern, &err) == 0)
        ere_find(&e, str_sub(rest, 0, 2000));
    else
        BUG_ON(!err.text[0]);
    ere_release(&e);
    return 0;
}
