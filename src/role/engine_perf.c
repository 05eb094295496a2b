/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of performance data on their way to the store: sent with each flush, kept here, bounded, while the store is away. */
#include "base/limits.h"
#include "base/log.h"
#include "role/engine_in.h"

#define LINES_MOST (4u * 1024 * 1024) /* bytes of each file's lines kept for a store that is away */
#define PIECE      (160u * 1024)      /* bytes of one message; a single line is shorter */

enum { HOLD = 1, GO = 2 };

static bool send_perf(struct engine *e, const struct msg_perf *m)
{
    struct peer *store = role_peer(e->role, ROLE_STORE, 0);
    bool ok = store && e->store_up && msg_put_perf(&e->frame, m) == 0 && role_send(store, &e->frame, -1) == 0;

    buf_clear(&e->frame);
    return ok;
}

static void flush(struct engine *e, bool host)
{
    struct buf *b = &e->perf[host];

    while (b->len) {
        size_t n = MIN(b->len, (size_t)PIECE);

        while (n < b->len && b->data[n - 1] != '\n')
            n--;
        if (!n || !send_perf(e, &(struct msg_perf){.host = host, .lines = str_make(b->data, n)}))
            return;
        buf_drop_front(b, n);
    }
}

void engine_perf_flush(struct engine *e)
{
    flush(e, false);
    flush(e, true);
}

void engine_perf_line(struct engine *e, bool host, struct str line)
{
    struct buf *b = &e->perf[host];

    if (b->len > PIECE)
        flush(e, host);
    if (b->len + line.n >= LINES_MOST || line.n >= PIECE) {
        if (!e->perf_lost++)
            log_warn("lines of performance data are lost: the store does not take them");
        return;
    }
    buf_add_str(b, line);
    buf_add_char(b, '\n');
}

void engine_perf_hold(struct engine *e, bool host)
{
    flush(e, host);
    send_perf(e, &(struct msg_perf){.host = host, .what = HOLD}); /* a store that is away is asked again */
}

void engine_perf_go(struct engine *e, bool host)
{
    send_perf(e,
              &(struct msg_perf){.host = host, .what = GO}); /* a store that is away begins without holding */
}
