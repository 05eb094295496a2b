/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of performance data (core/perfdata.h): lines are written as they come. Before a command takes a file over the engine holds lines back, and is told when all that came before is written;
 * afterwards the parent opens the file anew.
 * The engine keeps each line until it is told that it is written.
 * A pipe that nobody empties and a full disk are waited for; over LINES_MOST, which only engines that ended one after the other bring, the oldest lines are given up.
 */
#include "base/log.h"
#include "os/file.h"
#include "role/store_int.h"
#include "wire/link.h"

#include <string.h>
#include <unistd.h>

#define LINES_MOST (16u * 1024 * 1024) /* bytes of a file's lines that wait */

static const char *const purpose[2] = {"perfdata-service", "perfdata-host"};

static uint64_t count_ends(const char *text, size_t n)
{
    uint64_t ends = 0;

    for (const char *end = text + n; text < end && (text = memchr(text, '\n', (size_t)(end - text))); text++)
        ends++;
    return ends;
}

/* Up to where all lines of the engine are in. */
static void tell_engine(struct store *s, bool host)
{
    struct store_perf *p = &s->perf[host];
    struct peer *engine = role_peer(s->role, ROLE_ENGINE, 0);
    uint64_t line = p->last - MIN(p->n, p->last);

    if (!engine || line == p->told)
        return;
    p->told = line;
    msg_must(msg_put_perf_written(&s->frame, &(struct msg_perf_written){.host = host, .line = line}));
    role_send(engine, &s->frame, -1);
    buf_clear(&s->frame);
}

/* The rest of a line whose begin is in the file stays. */
static void give_up_oldest(struct store_perf *p)
{
    struct str all = buf_str(&p->lines);
    size_t keep = p->cut ? (size_t)(str_find_char(all, '\n') + 1) : 0, from = MAX(keep, LINES_MOST / 4);
    ptrdiff_t end = str_find_char(str_sub(all, from, SIZE_MAX), '\n');
    size_t n = end < 0 ? all.n : from + (size_t)end + 1;

    if (!p->lost)
        log_warn(
            "%s is not written fast enough, or nobody reads it: old lines of performance data are given up",
            p->path);
    p->lost += n - keep;
    p->n -= count_ends(p->lines.data + keep, n - keep);
    memmove(p->lines.data + keep, p->lines.data + n, p->lines.len - n);
    buf_truncate(&p->lines, p->lines.len - (n - keep));
}

static void write_lines(struct store_perf *p)
{
    while (p->lines.len && !p->held) {
        ssize_t n = write(p->fd, p->lines.data, p->lines.len);

        if (n <= 0)
            break;
        p->cut = p->lines.data[n - 1] != '\n';
        p->n -= count_ends(p->lines.data, (size_t)n);
        buf_drop_front(&p->lines, (size_t)n);
    }
    if (p->lost && !p->lines.len) {
        log_warn("%s is written again; %llu bytes of its lines were given up", p->path,
                 (unsigned long long)p->lost);
        p->lost = 0;
    }
}

void store_perf_write(struct store *s)
{
    for (int host = 0; host < 2; host++) {
        struct store_perf *p = &s->perf[host];

        if (p->fd < 0) {
            buf_clear(&p->lines);
            p->n = 0;
        }
        write_lines(p);
        if (p->lines.len > LINES_MOST)
            give_up_oldest(p);
        tell_engine(s, host != 0);
        if (p->lines.len && !p->held)
            store_plan_retry(s);
    }
}

static void hold(struct store *s, struct store_perf *p, bool host)
{
    store_perf_write(s);
    p->held = true;
    msg_must(msg_put_perf_held(&s->frame, &(struct msg_perf_held){.host = host}));
    if (role_peer(s->role, ROLE_ENGINE, 0))
        role_send(role_peer(s->role, ROLE_ENGINE, 0), &s->frame, -1);
    buf_clear(&s->frame);
}

/* The parent answers with a descriptor, or with the word that there is none. */
static void ask_anew(struct store *s, bool host)
{
    s->perf[host].held = s->perf[host].asked = true;
    msg_must(msg_put_log_open(&s->frame, &(struct msg_log_open){.purpose = str_of(purpose[host])}));
    role_send_parent(s->role, &s->frame, -1);
    buf_clear(&s->frame);
}

void store_perf_message(struct role *r, struct peer *engine UNUSED, const struct msg *m)
{
    struct store *s = r->self;
    bool host = m->u.perf.host != 0;
    struct store_perf *p = &s->perf[host];

    if (m->u.perf.lines.n) {
        uint64_t n = count_ends(m->u.perf.lines.p, m->u.perf.lines.n);

        buf_add_str(&p->lines, m->u.perf.lines);
        p->n += n;
        p->last = m->u.perf.line + n - 1;
    }
    if (m->u.perf.what == MSG_PERF_HOLD)
        hold(s, p, host);
    else if (m->u.perf.what == MSG_PERF_GO)
        ask_anew(s, host);
    else
        store_perf_write(s);
}

bool store_perf_fd(struct store *s, struct str what, struct str arg, int fd)
{
    struct str none = str_starts(what, STR("no-")) ? str_sub(what, 3, SIZE_MAX) : what;

    for (int host = 0; host < 2; host++) {
        struct store_perf *p = &s->perf[host];

        if (!str_eq_c(none, purpose[host]))
            continue;
        if (p->fd >= 0)
            close(p->fd);
        p->fd = none.p == what.p ? fd : -1;
        if (p->fd < 0)
            close(fd);
        str_copy(p->path, sizeof(p->path), arg);
        if (p->asked || p->fd < 0) /* one that a reload brought may be the file that is being taken */
            p->held = p->asked = false;
        store_perf_write(s);
        return true;
    }
    return false;
}

void store_perf_engine_gone(struct store *s)
{
    for (int host = 0; host < 2; host++) {
        s->perf[host].last = s->perf[host].told = 0; /* the next one counts anew */
        if (s->perf[host].held)
            ask_anew(s, host); /* its command may have taken the file */
    }
}

void store_perf_release(struct store *s)
{
    for (int host = 0; host < 2; host++) {
        s->perf[host].held = false;
        store_perf_write(s);
        if (s->perf[host].fd >= 0)
            close(s->perf[host].fd);
        buf_release(&s->perf[host].lines);
    }
}
