/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of performance data on their way to the store: sent with each flush; kept here, bounded, while the store is away and while a command takes their file over. HOLD asks the store to
 * write what it has and to say so; GO, owed until there is a store that takes it, lets it begin a new file before the lines come.
 */
#include "base/limits.h"
#include "base/log.h"
#include "role/engine_in.h"

#define LINES_MOST (16u * 1024 * 1024) /* bytes of each file's lines kept */
#define PIECE      (160u * 1024)       /* bytes of one message; a single line is shorter */

static bool send_perf(struct engine *e, const struct msg_perf *m)
{
    struct peer *store = role_peer(e->role, ROLE_STORE, 0);
    bool ok = store && e->store_up && msg_put_perf(&e->frame, m) == 0 && role_send(store, &e->frame, -1) == 0;

    buf_clear(&e->frame);
    return ok;
}

static void flush(struct engine *e, bool host)
{
    struct engine_perf *p = &e->perf[host];
    struct buf *b = &p->lines;

    if (p->holding || (p->go && !send_perf(e, &(struct msg_perf){.host = host, .what = MSG_PERF_GO})))
        return;
    p->go = false;
    while (b->len) {
        size_t n = MIN(b->len, (size_t)PIECE);

        while (n < b->len && b->data[n - 1] != '\n')
            n--;
        if (!n || !send_perf(e, &(struct msg_perf){.host = host, .lines = str_make(b->data, n)}))
            return;
        buf_drop_front(b, n);
    }
    if (p->lost)
        log_warn("%llu lines of performance data of %s were lost meanwhile", (unsigned long long)p->lost,
                 host ? "hosts" : "services");
    p->lost = 0;
}

void engine_perf_flush(struct engine *e)
{
    flush(e, false);
    flush(e, true);
}

void engine_perf_line(struct engine *e, bool host, struct str line)
{
    struct engine_perf *p = &e->perf[host];

    if (p->lines.len > PIECE)
        flush(e, host);
    if (p->lines.len + line.n >= LINES_MOST || line.n >= PIECE) {
        if (!p->lost++)
            log_warn("lines of performance data are lost: their file is not written, or its command takes "
                     "too long");
        return;
    }
    buf_add_str(&p->lines, line);
    buf_add_char(&p->lines, '\n');
}

void engine_perf_hold(struct engine *e, bool host)
{
    flush(e, host);
    e->perf[host].holding = true;
    send_perf(
        e, &(struct msg_perf){.host = host, .what = MSG_PERF_HOLD}); /* a store that is away is asked again */
}

void engine_perf_go(struct engine *e, bool host)
{
    e->perf[host].holding = false;
    e->perf[host].go = true;
    flush(e, host);
}
