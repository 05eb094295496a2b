/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of performance data on their way to the store: handed over with each flush, and kept here, bounded, until it has written them: another store gets again what is not known to be written. So a kill
 * of the store loses none, and may write those of its last moment twice. HOLD asks the store to write what it has and to say so; GO, owed until there is a store that takes it, lets it begin a new
 * file before the lines come.
 */
#include "base/limits.h"
#include "base/log.h"
#include "role/engine_in.h"

#define LINES_MOST (16u * 1024 * 1024) /* bytes of each file's lines kept */
#define LINE_MOST  (160u * 1024)       /* bytes of what one result makes: it goes into one message */

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
    const struct nlog_chunk *c;

    if (p->holding || (p->go && !send_perf(e, &(struct msg_perf){.host = host, .what = MSG_PERF_GO})))
        return;
    p->go = false;
    while ((c = nlog_queue_next(&p->lines)) &&
           send_perf(e, &(struct msg_perf){.host = host, .line = c->first, .lines = buf_str(&c->text)}))
        nlog_queue_handed(&p->lines);
    if (p->lost && p->lines.bytes < LINES_MOST / 2) {
        log_warn("%llu lines of performance data of %s were lost meanwhile", (unsigned long long)p->lost,
                 host ? "hosts" : "services");
        p->lost = 0;
    }
}

void engine_perf_flush(struct engine *e)
{
    flush(e, false);
    flush(e, true);
}

/* All others go on. It may come with each result: said at each doubling. */
static void lose_long(struct engine_perf *p, bool host, struct str line)
{
    p->too_long++;
    if ((p->too_long & (p->too_long - 1)) == 0)
        log_warn("a line of performance data of %s is lost, for it has %zu bytes, which is too much for one: "
                 "that is number %llu; it begins with \"" STR_FMT "\"",
                 host ? "hosts" : "services", line.n, (unsigned long long)p->too_long,
                 STR_ARG(str_sub(line, 0, 100)));
}

void engine_perf_line(struct engine *e, bool host, struct str line)
{
    struct engine_perf *p = &e->perf[host];

    if (line.n >= LINE_MOST) {
        lose_long(p, host, line);
        return;
    }
    if (p->lost || p->lines.bytes + line.n >= LINES_MOST) {
        if (!p->lost++)
            log_warn("lines of performance data are lost: their file is not written, nobody reads it, or its "
                     "command takes too long");
        return;
    }
    do /* a template may make several */
        nlog_queue_add(&p->lines, str_cut(&line, '\n'));
    while (line.p);
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

void engine_perf_again(struct engine *e)
{
    nlog_queue_again(&e->perf[false].lines);
    nlog_queue_again(&e->perf[true].lines);
}

void engine_perf_last(struct engine *e)
{
    nlog_queue_drop_marks(&e->perf[false].lines);
    nlog_queue_drop_marks(&e->perf[true].lines);
}

void engine_perf_message(struct role *r, struct peer *store UNUSED, const struct msg *m)
{
    struct engine *e = r->self;

    if (m->type == MSG_PERF_WRITTEN) {
        nlog_queue_written(&e->perf[m->u.perf_written.host != 0].lines, m->u.perf_written.line);
        engine_plan_flush(e);
    } else if (e->loaded) {
        engine_step(e, &(struct world_event){.kind = WORLD_PERF_HELD, .ok = m->u.perf_held.host != 0});
    }
}
