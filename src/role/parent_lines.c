/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of external commands (PROCESS_FILE): opened with the rights of nagios_user and handed to local, one after the other. The descriptor stays here until local has
 * read it to its end: both share its offset, so that a local that was killed goes on where the one before it was.
 */
#include "role/parent_int.h"

#include "base/log.h"
#include "os/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void parent_lines_pass(struct parent *p, struct child *local)
{
    if (p->lines.n)
        parent_pass(local, "command-lines", p->lines.at[0].path, p->lines.at[0].fd);
}

static void drop_first(struct parent *p)
{
    close(p->lines.at[0].fd);
    mem_free(p->lines.at[0].path);
    p->lines.n--;
    memmove(p->lines.at, p->lines.at + 1, p->lines.n * sizeof(*p->lines.at));
}

void parent_lines_release(struct parent *p)
{
    while (p->lines.n)
        drop_first(p);
    VEC_RELEASE(&p->lines);
}

/* Into the log in Nagios' format, where who wrote the command looks. */
static void complain(struct parent *p, const char *why)
{
    struct child *store = parent_find(p, ROLE_STORE, 0);
    struct buf text = BUF_INIT, b = BUF_INIT;

    log_warn("%s", why);
    buf_printf(&text, "[%lld] Warning: External command refused: PROCESS_FILE: %s",
               (long long)time_wall_s(clock_wall()), why);
    msg_put_logline(&b, &(struct msg_logline){.text = buf_str(&text)});
    if (store && parent_child_lives(store))
        link_send(store->control, &b, NULL, 0);
    buf_release(&text);
    buf_release(&b);
}

static int open_lines(struct parent *p, const char *path, int *fd, struct err *err)
{
    struct stat st;
    int r;

    if (p->lines.n >= PARENT_LINES_MOST)
        return err_set(err, E_LIMIT, "%s: %u other files wait to be read", path, PARENT_LINES_MOST);
    r = rights_open_as(&p->uids, path, O_RDONLY, 0, fd, err);
    if (r == 0 && (fstat(*fd, &st) < 0 || !S_ISREG(st.st_mode))) {
        close(*fd);
        return err_set(err, E_INVAL, "%s is no ordinary file", path);
    }
    return r;
}

void parent_lines_open(struct parent *p, const struct msg_command_lines *m)
{
    struct child *local = parent_find(p, ROLE_LOCAL, 0);
    struct parent_lines l = {.path = str_dup(m->path), .fd = -1, .remove = m->remove != 0};
    struct err err = ERR_INIT;

    /* From an engine that was killed before its record was on disk: this one does the line again. */
    if (m->id && m->id <= p->lines_had) {
        mem_free(l.path);
        return;
    }
    p->lines_had = MAX(p->lines_had, m->id);
    if (open_lines(p, l.path, &l.fd, &err) < 0) {
        complain(p, err.text);
        mem_free(l.path);
        return;
    }
    *VEC_ADD(&p->lines) = l;
    if (p->lines.n == 1 && local && parent_child_lives(local))
        parent_lines_pass(p, local);
}

void parent_lines_read(struct parent *p, struct child *local)
{
    struct err err = ERR_INIT;

    if (!p->lines.n)
        return;
    if (p->lines.at[0].remove && rights_unlink_as(&p->uids, p->lines.at[0].path, p->lines.at[0].fd, &err) < 0)
        complain(p, err.text);
    drop_first(p);
    parent_lines_pass(p, local);
}
