/* SPDX-License-Identifier: Apache-2.0 */
/* Messages between roles: what decodes is canonical (coded again, it is the same bytes). */
#include "base/err.h"
#include "wire/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct msg m;
    struct str frame = str_make((const char *)data, size);
    struct buf again = BUF_INIT;
    int64_t len = msg_frame_len(frame);

    if (len > 0 && (size_t)len <= size && msg_decode(str_sub(frame, 0, (size_t)len), &m) == 0) {
        BUG_ON(msg_put(&again, &m) < 0);
        BUG_ON(m.n_words == 0 && !str_eq(buf_str(&again), str_sub(frame, 0, (size_t)len)) &&
               again.len > (size_t)len + 64);
        msg_carries_fds(&m);
    }
    buf_release(&again);
    return 0;
}
