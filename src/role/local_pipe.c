/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command file: a FIFO, one external command a line. What the engine cannot take now stays in the pipe: writers then wait, as with Nagios. What was read stands in a
 * segment of the parent's (wire/hold) until the engine says that it has it: a local that is killed loses nothing, and since the engine remembers the last number, nothing is done
 * twice. Only an engine that dies may get a line a second time, one that it did and could not say.
 */
#include "role/local_int.h"

#include "base/limits.h"
#include "base/log.h"
#include "os/mem.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define ASK_AGAIN_US                                                                                         \
    (2 * TIME_S) /* an answer that did not come; an engine that is still loading gives none */

static void on_pipe(void *user, uint32_t events);
static void ask_again(void *user);

static int send_line(struct peer *engine, struct str line, uint64_t number)
{
    struct buf b = BUF_INIT;
    int r = 0;

    line = str_trim(line);
    if (line.n) {
        msg_put_command(
            &b, &(struct msg_command){.id = number, .who = STR("command file"), .source = 3, .text = line});
        r = role_send(engine, &b, -1);
    }
    buf_release(&b);
    return r;
}

/* Hands out what is there, as far as the engine takes it. */
static void send_lines(struct local *self, struct peer *engine)
{
    enum hold_kind kind;
    struct str line;
    uint64_t number;

    while ((kind = hold_next(&self->hold, &line, &number)) != HOLD_NONE) {
        if (kind == HOLD_TOO_LONG) {
            log_warn("a line of the command file is longer than %u bytes: it was dropped (%.40s...)",
                     LIMIT_EXT_COMMAND, line.p);
        } else if (send_line(engine, line, number) < 0) {
            hold_rewind(&self->hold, number - 1);
            return;
        } else if (str_trim(line).n) {
            self->pipe_sent = number;
        }
    }
}

static void pump(struct role *r)
{
    struct local *self = r->self;
    struct peer *engine = role_peer(r, ROLE_ENGINE, 0);
    size_t room;

    if (engine)
        send_lines(self, engine);
    if (self->pipe_sent <= self->pipe_had) {
        hold_forget(&self->hold);
        loop_timer_cancel(&self->pipe_again);
    } else if (!self->pipe_again.slot) {
        self->pipe_mark = self->pipe_had;
        loop_timer_set(r->loop, &self->pipe_again, (struct mono){loop_now(r->loop).us + ASK_AGAIN_US},
                       ask_again, r);
    }
    hold_room(&self->hold, &room);
    if (!engine || !room)
        loop_fd_remove(&self->pipe_watch);
    else if (!self->pipe_watch.loop)
        loop_fd_add(r->loop, &self->pipe_watch, self->pipe_fd, EPOLLIN, on_pipe, r);
}

static void on_pipe(void *user, uint32_t events UNUSED)
{
    struct role *r = user;
    struct local *self = r->self;
    size_t room;
    char *to = hold_room(&self->hold, &room);
    ssize_t n = read(self->pipe_fd, to, room);

    if (n > 0)
        hold_filled(&self->hold, (size_t)n);
    if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
        pump(r);
    else
        loop_fd_remove(&self->pipe_watch); /* no writer is left, not even the parent: it is going */
}

static void send_again(struct role *r)
{
    struct local *self = r->self;

    hold_rewind(&self->hold, self->pipe_had);
    self->pipe_sent = self->pipe_had;
    pump(r);
}

static void ask_again(void *user)
{
    struct role *r = user;
    struct local *self = r->self;

    if (self->pipe_mark == self->pipe_had)
        send_again(r);
    else
        pump(r);
}

void local_pipe_engine(struct role *r)
{
    struct local *self = r->self;

    if (self->pipe_fd >= 0)
        send_again(r);
}

void local_pipe_had(struct role *r, uint64_t number)
{
    struct local *self = r->self;

    self->pipe_had = MAX(self->pipe_had, number);
    if (self->pipe_fd >= 0 && self->pipe_had >= self->pipe_sent)
        pump(r);
}

void local_pipe_hold(struct role *r, int fd)
{
    struct local *self = r->self;
    struct err err = ERR_INIT;
    void *base;

    if (mem_map_rw(fd, sizeof(struct hold_segment), &base, &err) < 0)
        log_fatal("the lines of the command file: %s", err.text);
    close(fd);
    hold_open(&self->hold, base, LIMIT_EXT_COMMAND);
    self->pipe_had = self->pipe_sent = self->hold.last;
}

void local_pipe_begin(struct role *r, int fd)
{
    struct local *self = r->self;

    BUG_ON(!self->hold.s);
    loop_fd_remove(&self->pipe_watch);
    if (self->pipe_fd >= 0)
        close(self->pipe_fd);
    self->pipe_fd = fd;
    pump(r);
}

void local_pipe_end(struct role *r)
{
    struct local *self = r->self;

    loop_fd_remove(&self->pipe_watch);
    loop_timer_cancel(&self->pipe_again);
    if (self->pipe_fd >= 0)
        close(self->pipe_fd);
    self->pipe_fd = -1;
    if (self->hold.s)
        mem_unmap(self->hold.s, sizeof(struct hold_segment));
    self->hold.s = NULL;
}
