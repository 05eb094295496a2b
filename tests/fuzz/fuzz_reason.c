/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of reasons: what can be read is written again as the same, and has words in both languages. */
#include "base/buf.h"
#include "core/reason.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = str_make((const char *)data, size);
    struct buf once = BUF_INIT, words = BUF_INIT;
    struct reason r, again;
    struct str back;

    while (reason_next(&rest, &r) > 0) {
        buf_clear(&once);
        reason_put(&once, &r);
        back = buf_str(&once);
        BUG_ON(reason_next(&back, &again) != 1 || back.n);
        BUG_ON(again.topic != r.topic || again.code != r.code || again.arg[0] != r.arg[0] ||
               again.arg[1] != r.arg[1]);
        BUG_ON(again.object.n != r.object.n || again.contact.n != r.contact.n);
        why_render(&words, r.code, r.arg, r.object, WHY_EN, NULL);
        why_render(&words, r.code, r.arg, r.object, WHY_FR, NULL);
        buf_clear(&words);
    }
    buf_release(&once);
    buf_release(&words);
    return 0;
}
