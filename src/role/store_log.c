/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log in the Nagios format, and beside it syslog and journald. Lines are written as they come; what a full disk does not take waits here. The engine keeps each until LOGGED says that it is in
 * the file, and how long that is with it: so a store that comes after one that was killed finds what that had written, and writes no line twice and each once. The parent opens the file.
 */
#include "base/log.h"
#include "os/clock.h"
#include "os/disk.h"
#include "os/file.h"
#include "role/store_int.h"
#include "wire/link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_WAITS_MOST (16u * 1024 * 1024) /* bytes of lines that wait for a full disk: two engines' */
#define SYSLOG_AGAIN   (10 * TIME_S)       /* between two tries to reach a syslog that went away */
#define SYSLOG_TEXT    1024u /* of one line; RFC 5424 asks receivers to take 2048 bytes in all */

enum { FACILITY_USER = 1 };
enum severity { SEVERITY_ERROR = 3, SEVERITY_WARNING = 4, SEVERITY_NOTICE = 5, SEVERITY_INFO = 6 };

static void ask_parent(struct store *s, const char *purpose)
{
    msg_must(msg_put_log_open(&s->frame, &(struct msg_log_open){.purpose = str_of(purpose)}));
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

    text = str_head(text, SYSLOG_TEXT);
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
    ask_parent(s, "syslog");
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

/* Up to where all lines of the engine are in, and how long the file is with them. */
static void tell_engine(struct store *s)
{
    struct store_log *l = &s->log;
    struct peer *engine = role_peer(s->role, ROLE_ENGINE, 0);
    struct msg_logged m = {.line = l->last - MIN(l->lines, l->last), .file = l->file};
    int64_t size = s->log_fd >= 0 ? disk_size(s->log_fd) : 0;

    if (!engine || !l->engine || (m.line == l->told.line && m.file == l->told.file))
        return;
    m.size = l->behind.text.len ? l->behind.from + l->behind.at : (uint64_t)MAX(size, 0) - l->begun.len;
    l->told.line = m.line;
    l->told.file = m.file;
    msg_must(msg_put_logged(&s->frame, &m));
    role_send(engine, &s->frame, -1);
    buf_clear(&s->frame);
}

static void say_why(struct store *s, int error)
{
    char why[sizeof(s->log.why)] = "";

    if (error)
        snprintf(why, sizeof(why), "the log %s is not written (%s); its lines wait",
                 model_c(&s->model, s->model.globals->log_file), strerror(error));
    if (strcmp(why, s->log.why) == 0)
        return;
    memcpy(s->log.why, why, sizeof(why));
    store_tell_degraded(s);
}

/* The line that begins at this byte is in the file. own: of the store's own lines, those that were before it. */
static void took_line(struct store_log *l, size_t at, size_t *own)
{
    if (*own < l->own.n && l->own.at[*own] == at)
        ++*own;
    else if (l->earlier)
        l->earlier--;
    else
        l->lines--;
    buf_clear(&l->begun);
}

/* The first n bytes of what waits are in the file. */
static void took(struct store_log *l, size_t n)
{
    const char *end;
    size_t own = 0, left = 0;

    for (size_t at = 0; at < n; at = (size_t)(end - l->text.data) + 1) {
        end = memchr(l->text.data + at, '\n', n - at);
        if (!end) {
            buf_add(&l->begun, l->text.data + at, n - at);
            break;
        }
        took_line(l, at, &own);
    }
    buf_drop_front(&l->text, n);
    for (; own < l->own.n; own++)
        l->own.at[left++] = l->own.at[own] - MIN(l->own.at[own], n);
    l->own.n = left;
}

static void put(struct store *s)
{
    struct store_log *l = &s->log;
    int64_t before = disk_size(s->log_fd), more;
    int r = file_write_all(s->log_fd, l->text.data, l->text.len);

    /* What a filling disk took stays there: the next try goes on behind it. */
    more = r == 0 ? (int64_t)l->text.len : disk_size(s->log_fd) - before;
    if (before >= 0 && more > 0)
        took(l, MIN((size_t)more, l->text.len));
    say_why(s, -r);
}

static void drop_text(struct store_log *l)
{
    buf_clear(&l->text);
    VEC_CLEAR(&l->own);
    l->lines = l->earlier = l->gone = 0;
}

/* Where they would stand. This line is the store's own: it has no number. */
static void say_lost(struct store *s, uint64_t n)
{
    struct store_log *l = &s->log;
    size_t at = l->text.len;

    *VEC_ADD(&l->own) = at;
    buf_printf(&l->text, "[%lld] Warning: %llu lines of this log were given up: it could not be written\n",
               (long long)time_wall_s(clock_wall()), (unsigned long long)n);
    l->gone += n;
    send_syslog(s, str_sub(buf_str(&l->text), at, l->text.len - at - 1));
    log_warn("%llu lines of the log were given up", (unsigned long long)n);
}

/* Only engines that ended one after the other, while nothing could be written, bring so much: each keeps a bound of its own. */
static void give_up(struct store *s)
{
    struct store_log *l = &s->log;
    uint64_t lines = l->earlier + l->lines, gone = l->gone + lines;

    l->lost += lines;
    drop_text(l);
    if (l->begun.len) { /* that line ends where it is */
        *VEC_ADD(&l->own) = 0;
        buf_add_char(&l->text, '\n');
    }
    say_lost(s, gone);
}

void store_log_write(struct store *s)
{
    if (s->log_fd < 0)
        drop_text(&s->log);
    if (s->log.text.len)
        put(s);
    else
        say_why(s, 0);
    if (s->log.text.len > LOG_WAITS_MOST)
        give_up(s);
    if (s->log.text.len)
        store_plan_retry(s);
    else
        s->log.gone = 0;
    tell_engine(s);
}

/* ---- lines ---- */

static void forget_behind(struct store_log *l)
{
    buf_release(&l->behind.text);
    l->behind.at = 0;
}

/* A line that its writer could not end, for he was killed: what comes now is another one. */
static void end_line(struct store *s)
{
    int64_t size = disk_size(s->log_fd);
    char last = '\n';

    if (size > 0 && !s->log.text.len && disk_read(s->log_fd, (uint64_t)size - 1, &last, 1) == 1 &&
        last != '\n')
        file_write_all(s->log_fd, "\n", 1);
}

static void read_behind(struct store *s, size_t n)
{
    struct buf *text = &s->log.behind.text;
    int64_t got;

    buf_reserve(text, n);
    got = disk_read(s->log_fd, s->log.behind.from, text->data,
                    n); /* a file that may only be written: nothing */
    if (got > 0) {
        text->len = (size_t)got;
        text->data[text->len] = '\0';
    }
}

void store_log_load(struct store *s, const struct msg_load *m)
{
    struct store_log *l = &s->log;
    int64_t size = s->log_fd >= 0 ? disk_size(s->log_fd) : 0;

    forget_behind(l);
    l->engine = true;
    l->last = m->line;
    l->told.line = UINT64_MAX;
    if (m->log_file && m->log_file == l->file && size > 0) {
        l->behind.from = m->log_size > (uint64_t)size ? 0 : m->log_size;
        read_behind(s, MIN((size_t)size - l->behind.from, (size_t)LOG_WAITS_MOST));
    }
    if (!l->behind.text.len && s->log_fd >= 0)
        end_line(s);
    tell_engine(s);
}

/* A store that was killed may have written the first of these lines, and not said so: they are what is in the file behind those of which it did, in the same order. Others may have written there, too. */
static struct str not_written(struct store *s, struct str lines)
{
    struct store_log *l = &s->log;

    while (l->behind.text.len && lines.n) {
        struct str rest = str_sub(buf_str(&l->behind.text), l->behind.at, SIZE_MAX), line = lines;
        struct str mine = str_cut(&line, '\n'), is;

        do
            is = str_cut(&rest, '\n');
        while (rest.p && !str_eq(is, mine));
        if (rest.p) { /* found, with its end */
            l->behind.at = l->behind.text.len - rest.n;
            lines = line;
            continue;
        }
        if (is.n && is.n <= mine.n && str_starts(mine, is)) {
            buf_add_str(&l->begun, is);
            lines = str_sub(lines, is.n, SIZE_MAX);
        }
        forget_behind(l);
        if (!l->begun.len)
            end_line(s);
    }
    return lines;
}

void store_log_take(struct store *s, const struct msg_put *m)
{
    struct store_log *l = &s->log;
    struct str rest = m->lines, new;
    size_t begun = l->begun.len;
    uint64_t n = 0;

    l->lost += m->lines_lost;
    l->held = m->lines_held;
    l->unsaid = m->lines_unsaid;
    if (m->lines_lost)
        store_tell_degraded(s);
    if (!rest.n)
        return;
    for (; rest.n; n++)
        str_cut(&rest, '\n');
    l->last = m->line + n - 1;
    new = not_written(s, m->lines);
    buf_add_str(&l->text, new);
    if (l->begun.len != begun) { /* the end of a line */
        str_cut(&new, '\n');
        l->lines++;
    }
    for (rest = new; rest.n; l->lines++) {
        struct str line = str_cut(&rest, '\n');

        if (s->n_syslog || s->syslog_wanted)
            send_syslog(s, line);
    }
    if (!s->retry.slot)
        store_log_write(s);
}

/* Of the lines that only it had, nothing is left but their number. */
void store_log_engine_gone(struct store *s)
{
    struct store_log *l = &s->log;
    uint64_t lost = l->held + l->unsaid;

    l->engine = false;
    l->earlier += l->lines;
    l->lines = 0;
    l->lost += l->held;
    l->held = l->unsaid = 0;
    if (!lost || s->log_fd < 0)
        return;
    say_lost(s, lost);
    if (!s->retry.slot)
        store_log_write(s);
    store_tell_degraded(s);
}

/* ---- descriptors ---- */

static uint64_t inode_of(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 ? st.st_ino : 0;
}

/* In another file: the line that was begun goes there whole. */
static void begin_file(struct store_log *l)
{
    struct buf text = l->begun;

    for (size_t i = 0; i < l->own.n; i++)
        l->own.at[i] += l->own.at[i] ? text.len : 0;
    buf_add_str(&text, buf_str(&l->text));
    buf_release(&l->text);
    l->text = text;
    buf_init(&l->begun);
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
    if (s->log_fd >= 0) {
        store_log_write(s);
        close(s->log_fd);
    }
    s->log_fd = str_eq_c(purpose, "nagios-log") ? fd : -1;
    if (s->log_fd < 0)
        close(fd);
    s->log.file = s->log_fd >= 0 ? inode_of(fd) : 0;
    begin_file(&s->log);
    forget_behind(&s->log);
    if (s->opened)
        store_log_write(s);
    return true;
}

void store_log_release(struct store *s)
{
    store_log_write(s);
    forget_syslog(s);
    buf_release(&s->log.text);
    VEC_RELEASE(&s->log.own);
    buf_release(&s->log.begun);
    forget_behind(&s->log);
    if (s->log_fd >= 0)
        close(s->log_fd);
}
