/* SPDX-License-Identifier: Apache-2.0 */
/* Where log lines go: the file in Nagios' format, its rotation and reopening, syslog and journald. The store writes; the parent alone opens, with the rights of log_owner. */
#include "role/parent_log.h"

#include "base/log.h"
#include "os/clock.h"
#include "os/sock.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCAL_SYSLOG "/dev/log"
#define JOURNALD     "/run/systemd/journal/socket"

static const char *log_path(const struct parent *p)
{
    return model_c(&p->model, p->model.globals->log_file);
}

/* To be read as well: a store looks for what one that was killed had written. */
static int open_file(const struct parent *p, int *fd, struct err *err)
{
    struct err why = ERR_INIT;
    int r = rights_open_as(&p->uids, log_path(p), O_RDWR | O_APPEND | O_CREAT, 0644, fd, &why);

    if (r == E_PERM) {
        err_clear(&why);
        r = rights_open_as(&p->uids, log_path(p), O_WRONLY | O_APPEND | O_CREAT, 0644, fd, &why);
    }
    if (r < 0)
        err_set(err, r, "log_file: %s%s", why.text,
                r == E_NOENT  ? "; make its folder, or name another file with --set log_file=FILE"
                : r == E_PERM ? "; let that user write there, or name another file with --set log_file=FILE"
                              : "");
    return r;
}

static bool is_same_file(int a, int b)
{
    struct stat x, y;

    return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_ino == y.st_ino && x.st_dev == y.st_dev;
}

/* Two that write into one file would rotate it under each other. */
static int open_log(const struct parent *p, int *fd, struct err *err)
{
    int f = -1, r = open_file(p, &f, err);

    if (r < 0)
        return r;
    if ((p->log_fd >= 0 && is_same_file(f, p->log_fd)) || rights_lock(f)) {
        *fd = f;
        return 0;
    }
    close(f);
    return err_set(err, E_BUSY,
                   "another Vigie writes the log %s: stop it, or give this one a log of its own with --set "
                   "log_file=FILE",
                   log_path(p));
}

int parent_open_log(struct parent *p, struct err *err)
{
    return log_path(p)[0] ? open_log(p, &p->log_fd, err) : 0;
}

static void take_log(struct parent *p, int fd)
{
    if (p->log_fd >= 0)
        close(p->log_fd);
    p->log_fd = fd;
}

static struct child *alive(struct parent *p, enum role_id role)
{
    struct child *c = parent_find(p, role, 0);

    return c && parent_child_lives(c) ? c : NULL;
}

static void send_engine(struct parent *p, struct buf *b)
{
    struct child *engine = alive(p, ROLE_ENGINE);

    if (engine)
        link_send(engine->control, b, NULL, 0);
    buf_release(b);
}

void parent_log_lines(struct parent *p, struct str lines)
{
    long long now = (long long)time_wall_s(clock_wall());
    struct buf text = BUF_INIT, b = BUF_INIT;

    while (lines.p) {
        struct str line = str_cut(&lines, '\n');

        buf_printf(&text, "%s[%lld] " STR_FMT, text.len ? "\n" : "", now, STR_ARG(line));
    }
    msg_must(msg_put_logline(&b, &(struct msg_logline){.text = buf_str(&text)}));
    send_engine(p, &b);
    buf_release(&text);
}

/* asked: the engine has a row of lines that waits for it; stays: for a new file, and this is the old one. */
static void pass_log(struct parent *p, bool asked, bool stays)
{
    struct child *store = parent_find(p, ROLE_STORE, 0);
    struct buf b = BUF_INIT;
    struct stat st = {0};

    if (p->log_fd >= 0)
        fstat(p->log_fd, &st);
    if (store && p->log_fd >= 0)
        parent_pass(store, "nagios-log", log_path(p), p->log_fd);
    else if (store)
        parent_pass(store, "no-log", "", p->state_fd);
    msg_must(msg_put_log_is(&b, &(struct msg_log_is){.file = st.st_ino, .asked = asked, .stays = stays}));
    send_engine(p, &b);
}

static void log_again(struct parent *p)
{
    struct err err = ERR_INIT;
    int fd = -1;

    if (log_path(p)[0] && open_log(p, &fd, &err) < 0) {
        log_error("%s; the log goes on where it was", err.text);
        return;
    }
    if (fd >= 0 && p->log_fd >= 0 && is_same_file(fd, p->log_fd)) {
        close(fd);
        return;
    }
    take_log(p, fd);
    pass_log(p, false, false);
}

void parent_log_reload(struct parent *p)
{
    struct child *store = parent_find(p, ROLE_STORE, 0);

    log_again(p);
    parent_log_judge(p, NULL);
    if (!store)
        return;
    parent_pass_syslog(p, store, false);
    parent_perf_pass(p, store, false);
}

/* ---- rotation ---- */

#define ARCHIVES_OF_AN_HOUR 9u

/* The name comes from a child: it may be nothing but the name of an archive. */
static bool is_archive_name(struct str name)
{
    struct str middle = str_sub(name, 7, name.n > 11 ? name.n - 11 : 0);

    if (!str_starts(name, STR("nagios-")) || !str_ends(name, STR(".log")) || !middle.n || name.n > 64)
        return false;
    for (size_t i = 0; i < middle.n; i++)
        if (middle.p[i] != '-' && (middle.p[i] < '0' || middle.p[i] > '9'))
            return false;
    return true;
}

/* The folder of log_archive_path; without it the folder archives beside the log if it is there, else that of the log. */
static void archive_path(const struct parent *p, struct str name, struct buf *out)
{
    const char *folder = model_c(&p->model, p->model.globals->log_archive_path), *path = log_path(p);
    const char *slash = strrchr(path, '/');
    struct str beside = str_make(path, slash ? (size_t)(slash - path) + 1 : 0);
    struct stat st, log;

    /* Nothing is copied while lines come in: an archive on another disk gets the old logs from whoever tends it. */
    if (folder[0] && stat(folder, &st) == 0 && stat(path, &log) == 0 && st.st_dev != log.st_dev) {
        log_warn("log_archive_path %s is on another file system: the old log stays beside the log, move it "
                 "from there",
                 folder);
        buf_add_str(out, beside);
    } else if (folder[0]) {
        buf_printf(out, "%s/", folder);
    } else {
        buf_printf(out, STR_FMT "archives", STR_ARG(beside));
        if (stat(out->data, &st) == 0 && S_ISDIR(st.st_mode)) {
            buf_add_char(out, '/');
        } else {
            buf_clear(out);
            buf_add_str(out, beside);
        }
    }
    buf_add_str(out, name);
}

/* Where the hour is twice, as when clocks are set back, the second archive is called like the first and -2. */
static int move_to_archive(const struct parent *p, struct str name, struct buf *to, struct err *err)
{
    struct buf numbered = BUF_INIT;
    int r;

    archive_path(p, name, to);
    r = rights_move_as(&p->uids, log_path(p), to->data, err);
    for (unsigned n = 2; r == E_EXIST && n <= ARCHIVES_OF_AN_HOUR; n++) {
        buf_clear(&numbered);
        buf_printf(&numbered, STR_FMT "-%u.log", (int)name.n - 4, name.p, n);
        buf_clear(to);
        archive_path(p, buf_str(&numbered), to);
        r = rights_move_as(&p->uids, log_path(p), to->data, err);
    }
    buf_release(&numbered);
    return r;
}

static int may_change(const struct parent *p, const char *folder, struct err *err)
{
    int fd = -1, r = rights_open_folder(&p->uids, folder, &fd, err);

    if (r == 0)
        r = rights_may_change(&p->uids, fd, folder, err);
    if (fd >= 0)
        close(fd);
    return r;
}

int parent_log_judge(struct parent *p, struct err *err UNUSED)
{
    const char *path = log_path(p), *slash = strrchr(path, '/');
    struct buf from = BUF_INIT, to = BUF_INIT;
    struct err why = ERR_INIT;

    buf_clear(&p->log_stays);
    if (!slash || p->model.globals->log_rotation_method == 'n')
        return 0;
    buf_add(&from, path, (size_t)(slash - path) + 1);
    archive_path(p, STR_NULL, &to);
    if (may_change(p, from.data, &why) < 0 || may_change(p, to.data, &why) < 0) {
        log_warn("the log could not be rotated: %s", why.text);
        buf_add_c(&p->log_stays, why.text);
    }
    buf_release(&from);
    buf_release(&to);
    return 0;
}

/* False: there is none, lines go where they went. */
static bool begin_new(struct parent *p, struct str name)
{
    struct buf to = BUF_INIT;
    struct err err = ERR_INIT;
    bool begun = false;
    int fd;

    if (move_to_archive(p, name, &to, &err) < 0) {
        log_error("the log is not rotated and goes on in the same file: %s", err.text);
    } else if (open_log(p, &fd, &err) == 0) {
        take_log(p, fd);
        begun = true;
    } else {
        log_error("no new log can be begun: %s; the old one goes on, it is %s now", err.text, to.data);
    }
    buf_clear(&p->log_stays);
    buf_add_c(&p->log_stays, begun ? "" : err.text);
    buf_release(&to);
    return begun;
}

void parent_log_rotate(struct parent *p, struct str name)
{
    bool begun = false;

    if (p->phase == PHASE_STOP)
        return;
    if (log_path(p)[0] && is_archive_name(name))
        begun = begin_new(p, name);
    pass_log(p, true, !begun);
}

void parent_log_open(struct parent *p, struct child *store, const struct msg_log_open *m)
{
    if (p->phase == PHASE_STOP)
        return;
    if (parent_perf_open(p, store, m->purpose))
        return;
    parent_pass_syslog(p, store, true);
}

/* ---- syslog and journald ---- */

/* One line a target: what the configuration asks for. */
static void pass_target(struct child *store, const char *to, bool warn)
{
    struct err err = ERR_INIT;
    struct buf arg = BUF_INIT;
    char host[256] = "-";
    int fd;

    if (sock_connect_datagram(to, &fd, &err) < 0) {
        if (warn)
            log_warn("log lines cannot go to %s (vigie_syslog): %s", to, err.text);
        return;
    }
    gethostname(host, sizeof(host) - 1);
    buf_printf(&arg, "%s %d %s",
               strcmp(to, JOURNALD) == 0       ? "journald"
               : strcmp(to, LOCAL_SYSLOG) == 0 ? "local"
                                               : "rfc5424",
               (int)getpid(), host);
    parent_pass(store, "syslog", arg.data, fd);
    close(fd);
    buf_release(&arg);
}

static const char *target_of(const struct parent *p, uint32_t option)
{
    const struct model_option *o = model_option(&p->model, option);
    const char *to = model_c(&p->model, o->value);

    if (strcmp(model_c(&p->model, o->name), "vigie_syslog") != 0 || !to[0])
        return NULL;
    return strcmp(to, "journald") == 0 ? JOURNALD : to;
}

/* again: the store asks for them because one is away; that it cannot be reached was said before. */
void parent_pass_syslog(struct parent *p, struct child *store, bool again)
{
    unsigned wanted = 0;
    char count[16];

    for (uint32_t i = 0; i < p->model.n_option; i++)
        wanted += target_of(p, i) != NULL;
    snprintf(count, sizeof(count), "%u", wanted);
    parent_pass(store, "no-syslog", count, p->state_fd); /* what was passed before is void */
    if (p->model.globals->use_syslog)
        pass_target(store, LOCAL_SYSLOG, false);
    for (uint32_t i = 0; i < p->model.n_option; i++)
        if (target_of(p, i))
            pass_target(store, target_of(p, i), !again);
}
