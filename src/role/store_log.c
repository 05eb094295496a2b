/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log in the Nagios format, and beside it syslog and journald. Lines stand in one row: what a full disk does not take waits at its head, and a mark in it (NLOG_ROTATE)
 * holds back what is behind until the parent has begun a new file. Nobody waits for a log: over LOG_WAITS_MOST bytes are given up and counted.
 */
#include "base/log.h"
#include "core/nlog.h"
#include "os/disk.h"
#include "os/file.h"
#include "role/store_int.h"
#include "wire/link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOG_WAITS_MOST  (4u * 1024 * 1024) /* bytes of log lines that wait for a full disk */
#define PARENT_PATIENCE (5 * TIME_S)       /* with a new file; then the old one goes on */
#define SYSLOG_AGAIN    (10 * TIME_S)      /* between two tries to reach a syslog that went away */
#define SYSLOG_TEXT     1024u /* of one line; RFC 5424 asks receivers to take 2048 bytes in all */

enum { FACILITY_USER = 1 };
enum severity { SEVERITY_ERROR = 3, SEVERITY_WARNING = 4, SEVERITY_NOTICE = 5, SEVERITY_INFO = 6 };

static void ask_parent(struct store *s, const char *purpose, struct str name)
{
    msg_put_log_open(&s->frame, &(struct msg_log_open){.purpose = str_of(purpose), .name = name});
    role_send_parent(s->role, &s->frame, -1);
    buf_clear(&s->frame);
}

/* ---- syslog ---- */

static enum severity severity_of(struct str line)
{
    static const struct {
        const char *part;
        enum severity is;
    } parts[] = {{";CRITICAL;", SEVERITY_ERROR},      {";DOWN;", SEVERITY_ERROR},
                 {"Error:", SEVERITY_ERROR},          {";WARNING;", SEVERITY_WARNING},
                 {";UNREACHABLE;", SEVERITY_WARNING}, {";UNKNOWN;", SEVERITY_WARNING},
                 {"Warning:", SEVERITY_WARNING},      {" NOTIFICATION: ", SEVERITY_NOTICE}};
    struct str head = str_sub(line, 0, 300); /* what a plugin said stands behind it */

    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (memmem(head.p, head.n, parts[i].part, strlen(parts[i].part)))
            return parts[i].is;
    return SEVERITY_INFO;
}

/* "SERVICE ALERT: ..." has the id SERVICE_ALERT; other lines have none. */
static void add_message_id(struct buf *b, struct str text)
{
    ssize_t colon = str_find_char(text, ':');
    size_t at = b->len;

    for (ssize_t i = 0; i < colon && colon <= 32; i++) {
        char c = text.p[i];

        if (c != ' ' && (c < 'A' || c > 'Z')) {
            b->len = at;
            break;
        }
        buf_add_char(b, (char)(c == ' ' ? '_' : c));
    }
    if (b->len == at)
        buf_add_char(b, '-');
}

static void make_datagram(const struct store_syslog *t, int64_t at_s, struct str text, struct buf *b)
{
    enum severity severity = severity_of(text);
    char time[TIME_RFC3339];

    text = str_sub(text, 0, SYSLOG_TEXT);
    switch (t->form) {
    case STORE_SYSLOG_LOCAL: /* as syslog(3) writes it, and of the level that Nagios uses for every line */
        buf_printf(b, "<%d>vigie[%d]: " STR_FMT, FACILITY_USER << 3 | SEVERITY_INFO, t->pid, STR_ARG(text));
        break;
    case STORE_SYSLOG_JOURNALD: /* fields by lines; a log line holds no line end */
        buf_printf(
            b, "MESSAGE=" STR_FMT "\nPRIORITY=%d\nSYSLOG_FACILITY=%d\nSYSLOG_IDENTIFIER=vigie\nVIGIE_EVENT=",
            STR_ARG(text), (int)severity, FACILITY_USER);
        add_message_id(b, text);
        buf_add_char(b, '\n');
        break;
    case STORE_SYSLOG_RFC5424:
        time_rfc3339((struct wall){at_s * TIME_S}, time);
        buf_printf(b, "<%d>1 %s %s vigie %d ", FACILITY_USER << 3 | (int)severity, time, t->host, t->pid);
        add_message_id(b, text);
        buf_printf(b, " - " STR_FMT, STR_ARG(text));
        break;
    }
}

static void send_syslog(struct store *s, struct str line)
{
    struct str text = line, stamp = str_cut(&text, ' ');
    struct buf b = BUF_INIT;
    int64_t at_s = 0;

    str_to_i64(str_sub(stamp, 1, stamp.n > 2 ? stamp.n - 2 : 0), &at_s);
    for (size_t i = 0; i < s->n_syslog; i++) {
        make_datagram(&s->syslog[i], at_s, text, &b);
        if (send(s->syslog[i].fd, b.data, b.len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
            s->syslog_lost++;
            s->syslog_away = s->syslog_away || errno == ECONNREFUSED || errno == ENOTCONN;
        }
        buf_clear(&b);
    }
    buf_release(&b);
    if ((!s->syslog_away && s->n_syslog >= s->syslog_wanted) ||
        store_now(s).us - s->syslog_asked.us < SYSLOG_AGAIN)
        return;
    s->syslog_away = false;
    s->syslog_asked = store_now(s);
    ask_parent(s, "syslog", STR_NULL);
}

static void forget_syslog(struct store *s)
{
    for (size_t i = 0; i < s->n_syslog; i++)
        close(s->syslog[i].fd);
    s->n_syslog = 0;
}

/* arg: "FORM PID HOST" */
static void take_syslog(struct store *s, struct str arg, int fd)
{
    struct str form = str_cut(&arg, ' '), pid = str_cut(&arg, ' ');
    struct store_syslog *t = &s->syslog[s->n_syslog];
    uint64_t n = 0;

    if (s->n_syslog == ARRAY_LEN(s->syslog)) {
        log_warn("only %zu targets of vigie_syslog are used", ARRAY_LEN(s->syslog));
        close(fd);
        return;
    }
    str_to_u64(pid, &n);
    *t = (struct store_syslog){.fd = fd, .pid = (int)n};
    t->form = str_eq_c(form, "local")      ? STORE_SYSLOG_LOCAL
              : str_eq_c(form, "journald") ? STORE_SYSLOG_JOURNALD
                                           : STORE_SYSLOG_RFC5424;
    str_copy(t->host, sizeof(t->host), arg);
    s->n_syslog++;
}

/* ---- the file ---- */

/* Bytes of whole lines up to the next mark. */
static size_t before_mark(const struct buf *log)
{
    const char *mark = log->len ? memchr(log->data, NLOG_ROTATE, log->len) : NULL;

    return mark ? (size_t)(mark - log->data) : log->len;
}

static bool put(struct store *s, size_t n)
{
    int64_t before = disk_size(s->log_fd), took;

    if (file_write_all(s->log_fd, s->log.data, n) == 0) {
        buf_drop_front(&s->log, n);
        return true;
    }
    /* What a filling disk took stays there: the next try goes on behind it. */
    took = disk_size(s->log_fd) - before;
    if (before >= 0 && took > 0)
        buf_drop_front(&s->log, MIN((size_t)took, n));
    return false;
}

static void begin_new(struct store *s)
{
    struct str row = buf_str(&s->log), mark = str_cut(&row, '\n');

    ask_parent(s, "nagios-log", str_sub(mark, 1, SIZE_MAX));
    buf_drop_front(&s->log, MIN(mark.n + 1, s->log.len));
    s->rotating = true;
    s->rotating_until = (struct mono){store_now(s).us + PARENT_PATIENCE};
}

void store_log_write(struct store *s)
{
    bool whole = true;
    size_t n;

    if (s->log_fd < 0)
        buf_clear(&s->log);
    if (s->rotating && store_now(s).us >= s->rotating_until.us)
        s->rotating = false;
    while (s->log.len && !s->rotating && whole) {
        n = before_mark(&s->log);
        whole = !n || put(s, n);
        if (whole && s->log.len)
            begin_new(s);
    }
    if (s->log.len > LOG_WAITS_MOST && !s->rotating) { /* a rotation has an end of its own: PARENT_PATIENCE */
        s->log_lost += s->log.len;
        buf_clear(&s->log);
        log_error("the log file cannot be written: %llu bytes of it were given up",
                  (unsigned long long)s->log_lost);
    }
    if (s->log.len)
        store_plan_retry(s);
}

void store_log_take(struct store *s, struct str lines)
{
    struct str rest = lines;

    buf_add_str(&s->log, lines);
    buf_add_char(&s->log, '\n');
    while ((s->n_syslog || s->syslog_wanted) && rest.n) {
        struct str line = str_cut(&rest, '\n');

        if (line.n && line.p[0] != NLOG_ROTATE)
            send_syslog(s, line);
    }
    if (!s->retry.slot)
        store_log_write(s);
}

bool store_log_fd(struct store *s, struct str purpose, struct str arg, int fd)
{
    if (str_eq_c(purpose, "syslog")) {
        take_syslog(s, arg, fd);
        return true;
    }
    if (str_eq_c(purpose, "no-syslog")) {
        forget_syslog(s);
        str_to_u64(arg, &s->syslog_wanted);
        close(fd);
        return true;
    }
    if (!str_eq_c(purpose, "nagios-log") && !str_eq_c(purpose, "no-log"))
        return false;
    if (s->log_fd >= 0 && !s->rotating)
        store_log_write(s);
    if (s->log_fd >= 0)
        close(s->log_fd);
    s->log_fd = str_eq_c(purpose, "nagios-log") ? fd : -1;
    if (s->log_fd < 0)
        close(fd);
    s->rotating = false;
    if (s->opened)
        store_log_write(s);
    return true;
}

/* The end: nobody answers a rotation any more, and what is behind its mark goes to the old file. */
static void drop_marks(struct store *s)
{
    struct buf all = s->log;
    struct str rest = buf_str(&all);

    buf_init(&s->log);
    while (rest.n) {
        struct str line = str_cut(&rest, '\n');

        if (!line.n || line.p[0] == NLOG_ROTATE)
            continue;
        buf_add_str(&s->log, line);
        buf_add_char(&s->log, '\n');
    }
    buf_release(&all);
}

void store_log_release(struct store *s)
{
    s->rotating = false;
    drop_marks(s);
    store_log_write(s);
    forget_syslog(s);
    buf_release(&s->log);
    if (s->log_fd >= 0)
        close(s->log_fd);
}
