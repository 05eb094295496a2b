/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command file: a FIFO, one external command a line. What the engine cannot take now stays in the pipe: writers then wait, as with Nagios; nothing is lost. Lines
 * over the limit are dropped and said.
 */
#include "role/local_int.h"

#include "base/limits.h"
#include "base/log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Little is held here: what was read from the pipe is lost when this process is killed, what is still in it is not. */
enum { READ_CHUNK = 4 * 1024 };

static bool engine_takes(struct role *r)
{
    struct peer *engine = role_peer(r, ROLE_ENGINE, 0);

    return engine && link_queued(engine->link) == 0;
}

static void send_line(struct role *r, struct str line)
{
    struct buf b = BUF_INIT;

    line = str_trim(line);
    if (!line.n)
        return;
    msg_put_command(&b,
                    &(struct msg_command){.id = 0, .who = STR("command file"), .source = 3, .text = line});
    if (role_send(role_peer(r, ROLE_ENGINE, 0), &b, -1) < 0)
        log_error("a command of the command file was lost: the engine takes none");
    buf_release(&b);
}

static void take_bytes(struct role *r, struct str bytes)
{
    struct local *self = r->self;

    while (bytes.n) {
        ptrdiff_t end = str_find_char(bytes, '\n');
        struct str part = str_sub(bytes, 0, end < 0 ? bytes.n : (size_t)end);

        if (!self->pipe_skipping)
            buf_add_str(&self->pipe_in, part);
        if (self->pipe_in.len > LIMIT_EXT_COMMAND) {
            log_warn("a line of the command file is longer than %u bytes: it was dropped (%.40s...)",
                     LIMIT_EXT_COMMAND, self->pipe_in.data);
            self->pipe_skipping = true;
            buf_clear(&self->pipe_in);
        }
        bytes = str_sub(bytes, part.n, bytes.n);
        if (end < 0)
            return;
        bytes = str_sub(bytes, 1, bytes.n);
        if (!self->pipe_skipping)
            send_line(r, buf_str(&self->pipe_in));
        self->pipe_skipping = false;
        buf_clear(&self->pipe_in);
    }
}

static void on_pipe(void *user, uint32_t events UNUSED)
{
    struct role *r = user;
    struct local *self = r->self;
    char chunk[READ_CHUNK];
    ssize_t n;

    if (!engine_takes(r)) {
        struct peer *engine = role_peer(r, ROLE_ENGINE, 0);

        loop_fd_remove(&self->pipe_watch); /* until drained, or a new engine comes */
        if (engine)
            link_tell_below(engine->link, 0);
        return;
    }
    n = read(self->pipe_fd, chunk, sizeof(chunk));
    if (n > 0)
        take_bytes(r, str_make(chunk, (size_t)n));
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        loop_fd_remove(&self->pipe_watch); /* no writer is left, not even the parent: it is going */
}

void local_pipe_go_on(struct role *r)
{
    struct local *self = r->self;

    if (self->pipe_fd < 0 || self->pipe_watch.loop || !engine_takes(r))
        return;
    loop_fd_add(r->loop, &self->pipe_watch, self->pipe_fd, EPOLLIN, on_pipe, r);
}

void local_pipe_begin(struct role *r, int fd)
{
    struct local *self = r->self;

    loop_fd_remove(&self->pipe_watch);
    if (self->pipe_fd >= 0)
        close(self->pipe_fd);
    self->pipe_fd = fd;
    local_pipe_go_on(r);
}
