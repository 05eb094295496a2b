/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of external commands (PROCESS_FILE): opened with the rights of nagios_user and handed to local, one after the other. The engine says which is next and how much of it was done, by the record
 * (core/excmd_file.h), whenever it or local begins: nothing of it is kept here but the one that is being read.
 */
#include "role/parent_int.h"
#include "role/parent_log.h"

#include "base/hash.h"
#include "base/log.h"
#include "os/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void parent_lines_release(struct parent *p)
{
    if (p->lines.fd >= 0)
        close(p->lines.fd);
    mem_free(p->lines.path);
    p->lines = (struct parent_lines){.fd = -1};
}

/* Into the log in Nagios' format, where who wrote the command looks. */
static void complain(struct parent *p, const char *why)
{
    struct buf line = BUF_INIT;

    log_warn("%s", why);
    buf_printf(&line, "Warning: External command refused: PROCESS_FILE: %s", why);
    parent_log_lines(p, buf_str(&line));
    buf_release(&line);
}

/* What tells a file from another that has its path later: numbers of devices change with a start of the machine. */
static uint64_t mark_of(int fd)
{
    struct statx st;
    uint64_t words[3] = {0};

    if (statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &st) < 0)
        return 1;
    words[0] = st.stx_ino;
    if (st.stx_mask & STATX_BTIME) {
        words[1] = (uint64_t)st.stx_btime.tv_sec;
        words[2] = st.stx_btime.tv_nsec;
    }
    return hash_bytes(words, sizeof(words)) | 1; /* 0 says that there is none */
}

/* at: where to go on, behind the end of a line of the same file. */
static int may_go_on(const char *path, int fd, const struct msg_command_lines *m, struct err *err)
{
    struct stat st;
    char end = '\n';

    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return err_set(err, E_INVAL, "%s is no ordinary file", path);
    if (!m->at)
        return 0;
    if (m->mark != mark_of(fd) || (uint64_t)st.st_size < m->at ||
        ((uint64_t)st.st_size > m->at && pread(fd, &end, 1, (off_t)m->at - 1) != 1) || end != '\n')
        return err_set(
            err, E_INVAL,
            "%s is another file than that of which the first %llu bytes were done: its lines are not done",
            path, (unsigned long long)m->at);
    return 0;
}

static int open_lines(struct parent *p, const char *path, const struct msg_command_lines *m, int *fd,
                      struct err *err)
{
    int r = rights_open_as(&p->uids, path, O_RDONLY, 0, fd, err);

    if (r == 0)
        r = may_go_on(path, *fd, m, err);
    if (r < 0 && *fd >= 0) {
        close(*fd);
        *fd = -1;
    }
    return r;
}

static void over(struct parent *p, uint64_t id)
{
    struct child *engine = parent_find(p, ROLE_ENGINE, 0);
    struct buf b = BUF_INIT;

    p->lines_over = id;
    msg_must(msg_put_lines_over(&b, &(struct msg_lines_over){.id = id}));
    if (engine && parent_child_lives(engine))
        link_send(engine->control, &b, NULL, 0);
    buf_release(&b);
}

static void pass(struct parent *p, const struct msg_command_lines *m)
{
    struct child *local = parent_find(p, ROLE_LOCAL, 0);
    char arg[80];

    snprintf(arg, sizeof(arg), "%llu %llu %llu", (unsigned long long)m->id, (unsigned long long)m->at,
             (unsigned long long)mark_of(p->lines.fd));
    if (local && parent_child_lives(local))
        parent_pass(local, "command-lines", arg, p->lines.fd);
}

void parent_lines_open(struct parent *p, const struct msg_command_lines *m)
{
    struct err err = ERR_INIT;
    bool was_deleted;

    if (m->id == p->lines_over) { /* an engine that was killed before it heard of it */
        over(p, m->id);
        return;
    }
    if (m->id != p->lines.id || p->lines.fd < 0) {
        parent_lines_release(p);
        p->lines.id = m->id;
        p->lines.path = str_dup(m->path);
        p->lines.remove = m->remove != 0;
        if (open_lines(p, p->lines.path, m, &p->lines.fd, &err) < 0) {
            was_deleted =
                m->at && m->remove && err.code == E_NOENT; /* all was done, and then all was killed */
            if (!was_deleted)
                complain(p, err.text);
            parent_lines_release(p);
            over(p, m->id);
            return;
        }
    }
    pass(p, m);
}

void parent_lines_read(struct parent *p, uint64_t id)
{
    struct err err = ERR_INIT;

    if (id == p->lines.id && p->lines.fd >= 0) {
        if (p->lines.remove && rights_unlink_as(&p->uids, p->lines.path, p->lines.fd, &err) < 0)
            complain(p, err.text);
        parent_lines_release(p);
    }
    over(p, id);
}
