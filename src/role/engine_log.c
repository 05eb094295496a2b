/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of the log. They go to the store with the records of what they tell, and are kept here until it has written them: another store gets again what is not known to be written, and where in the
 * file to look for it. Where a new file begins, all before that must be written first; then the parent is asked for it, and what is behind waits until the store writes there.
 */
#include "base/log.h"
#include "os/clock.h"
#include "role/engine_in.h"

#define LOG_MOST                                                                                             \
    (4u * 1024 * 1024) /* lines that wait for a store, or a disk; what comes at once comes on top */
#define LINE_MOST (LIMIT_MESSAGE - 8192u) /* of one line */

void engine_log_line(struct engine *e, struct str line)
{
    if (!e->log.full)
        nlog_queue_add(&e->log.lines, str_sub(line, 0, LINE_MOST));
    else if (e->log.lost++ == e->log.lost_before)
        log_error("the log in Nagios' format is not written: its lines are given up until it is");
}

void engine_log_rotate(struct engine *e, struct str name)
{
    if (name.n)
        nlog_queue_mark(&e->log.lines, name);
    else
        nlog_queue_begun(&e->log.lines);
}

static void say_lost(struct engine *e)
{
    struct buf line = BUF_INIT;
    unsigned long long n = e->log.lost - e->log.lost_before;

    if (!n)
        return;
    buf_printf(&line, "[%lld] Warning: %llu lines of this log were given up: it could not be written",
               (long long)time_wall_s(clock_wall()), n);
    log_warn("%llu lines of the log were given up", n);
    e->log.lost_before = e->log.lost;
    engine_log_line(e, buf_str(&line));
    buf_release(&line);
}

/* Between two events: one may log a line for each check (the current states at a start, or in a new file). Nothing of that could be written yet, so it does not say that nothing is. */
static void keep_bound(struct engine *e)
{
    struct engine_log *l = &e->log;
    size_t bytes = l->lines.bytes, came = bytes - MIN(bytes, l->waited);

    l->waited = bytes;
    l->on_top = bytes > LOG_MOST ? MAX(l->on_top, came) : 0;
    if (bytes > LOG_MOST + l->on_top) {
        l->full = true;
    } else if (l->full && bytes < LOG_MOST / 2) {
        l->full = false;
        say_lost(e);
    }
}

static void go_on(struct engine *e)
{
    struct str name;

    if (!nlog_queue_at_mark(&e->log.lines, &name))
        return;
    if (!e->log.asked) {
        msg_must(msg_put_log_rotate(&e->frame, &(struct msg_log_rotate){.name = name}));
        e->log.asked = role_send_parent(e->role, &e->frame, -1) == 0;
        buf_clear(&e->frame);
    } else if (e->log.told && e->log.file == e->log.new_file) {
        (e->log.stays ? nlog_queue_stay : nlog_queue_pass)(&e->log.lines);
        e->log.asked = e->log.told = false;
    }
}

/* What is lost if this engine ends before it can say more: the store is told with each message, and says so in its place. */
void engine_log_with(const struct engine *e, struct msg_put *m)
{
    const struct engine_log *l = &e->log;
    const struct nlog_chunk *c = nlog_queue_next(&l->lines);

    if (c && c->text.len + m->records.n <= LIMIT_RECORD) {
        m->line = c->first;
        m->lines = buf_str(&c->text);
        m->lines_held = l->lines.last + 1 - c->first - c->n;
    } else {
        m->lines_held = nlog_queue_held(&l->lines);
    }
    m->lines_lost = l->lost - l->lost_told;
    m->lines_unsaid = l->lost - l->lost_before;
}

void engine_log_handed(struct engine *e, const struct msg_put *m)
{
    struct engine_log *l = &e->log;

    if (m->lines.n)
        nlog_queue_handed(&l->lines);
    l->lost_told += m->lines_lost;
    l->held_told = m->lines_held;
    l->unsaid_told = m->lines_unsaid;
}

static bool has_news(const struct engine *e, const struct msg_put *m)
{
    return m->lines.n || m->lines_lost || m->lines_held != e->log.held_told ||
           m->lines_unsaid != e->log.unsaid_told;
}

void engine_log_put(struct engine *e)
{
    struct peer *store = role_peer(e->role, ROLE_STORE, 0);

    keep_bound(e);
    go_on(e);
    while (store && e->store_up && e->loaded) {
        struct msg_put m = {0};
        int r;

        engine_log_with(e, &m);
        if (!has_news(e, &m))
            return;
        r = msg_put_put(&e->frame, &m) < 0 ? E_LIMIT : role_send(store, &e->frame, -1);
        buf_clear(&e->frame);
        if (r < 0)
            return;
        engine_log_handed(e, &m);
    }
}

void engine_log_again(struct engine *e)
{
    nlog_queue_again(&e->log.lines);
    e->log.held_told = e->log.unsaid_told = 0;
}

void engine_log_last(struct engine *e)
{
    nlog_queue_drop_marks(&e->log.lines);
}

void engine_log_message(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    struct engine *e = r->self;
    struct str rest;

    switch (m->type) {
    case MSG_LOGLINE:
        for (rest = m->u.logline.text; rest.p;)
            engine_log_line(e, str_cut(&rest, '\n'));
        break;
    case MSG_LOG_IS:
        e->log.told |= e->log.asked && m->u.log_is.asked;
        e->log.new_file = m->u.log_is.file;
        if (m->u.log_is.asked)
            e->log.stays = m->u.log_is.stays;
        break;
    case MSG_LOGGED:
        nlog_queue_written(&e->log.lines, m->u.logged.line);
        e->log.file = m->u.logged.file;
        e->log.size = m->u.logged.size;
        e->board_behind = true; /* fewer wait */
        break;
    default: BUG("no message of the log");
    }
    engine_plan_flush(e);
}
