/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes, split: it ends, no byte is made up, and no run-time macro is lost or changed. The last byte picks the class pattern. */
#include "core/shsplit.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count(const struct buf *class, char c)
{
    size_t n = 0;

    for (size_t i = 0; i < class->len; i++)
        n += class->data[i] == c;
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char classes[] = "tvsm";
    struct shsplit_line l, word;
    size_t at = 0, macros = 0, bytes = 0, words = 0;

    shsplit_init(&l);
    shsplit_init(&word);
    for (size_t i = 0; i + 1 < size; i++)
        shsplit_add(&l, str_make((const char *)data + i, 1),
                    (enum shsplit_class)classes[(data[size - 1] >> (i % 4 * 2)) & 3]);
    shsplit_needs_shell(&l);
    while (shsplit_next(&l, &at, &word) != 0) {
        BUG_ON(word.bytes.len != word.class.len || at > l.bytes.len || ++words > size);
        macros += count(&word.class, SHSPLIT_MACRO);
        bytes += word.bytes.len;
    }
    BUG_ON(macros != count(&l.class, SHSPLIT_MACRO) || bytes > l.bytes.len);
    shsplit_release(&l);
    shsplit_release(&word);
    return 0;
}
