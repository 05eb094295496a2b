/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command file: a FIFO, one external command a line. What the engine cannot take now stays in the pipe: writers then wait, as with Nagios. What was read stands in a
 * segment of the parent's (wire/hold) until the engine says that what it did is on disk, and the record holds the number of the last line that was done: neither a local nor an engine
 * that is killed loses a line or does one twice.
 */
#include "role/local_int.h"

#include "base/limits.h"
#include "base/log.h"
#include "core/source.h"
#include "os/mem.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define ASK_AGAIN_US                                                                                         \
    (2 * TIME_S) /* an answer that did not come; an engine that is still loading gives none */

static void on_pipe(void *user, uint32_t events);
static void ask_again(void *user);

static int send_line(struct local *self, struct peer *engine, struct str line, uint64_t number)
{
    bool of_file = hold_is_foreign(&self->hold, number);
    struct buf b = BUF_INIT;
    int r = 0;

    line = str_trim(line);
    if (line.n) {
        msg_put_command(&b, &(struct msg_command){.id = number,
                                                  .who = STR("command file"),
                                                  .source = of_file ? WORLD_SOURCE_LINES : WORLD_SOURCE_PIPE,
                                                  .text = line});
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
                     LIMIT_EXT_COMMAND, line.p[0] == '[' ? line.p : "");
        } else if (send_line(self, engine, line, number) < 0) {
            hold_rewind(&self->hold, number - 1);
            return;
        } else if (str_trim(line).n) {
            self->pipe_sent = number;
        }
    }
}

/* The file is read to its end; its last line may lack one. */
static void lines_end(struct role *r)
{
    struct local *self = r->self;
    struct buf b = BUF_INIT;
    size_t room;
    char *to = hold_room(&self->hold, &room);

    if (!hold_is_whole(&self->hold)) {
        *to = '\n'; /* there is room: something was to be read into it */
        hold_filled(&self->hold, 1);
    }
    hold_foreign(&self->hold, false);
    close(self->lines_fd);
    self->lines_fd = -1;
    msg_put_lines_read(&b, &(struct msg_lines_read){});
    role_send_parent(r, &b, -1);
    buf_release(&b);
}

/* A file begins between two lines of the pipe, and after every line of the one before it was done: the hold knows one file's. */
static bool may_begin(const struct local *self)
{
    uint64_t end = hold_foreign_end(&self->hold);

    if (!hold_is_whole(&self->hold))
        return false;
    if (end == UINT64_MAX) /* a local was killed before it read the first byte */
        return true;
    return self->pipe_had >= end || (self->hold.last >= end && self->pipe_sent <= self->pipe_had);
}

/* As much of the file of commands as has room. The pipe waits until its end. */
static bool read_lines(struct role *r)
{
    struct local *self = r->self;
    size_t room;
    char *to = hold_room(&self->hold, &room);
    ssize_t n;

    if (self->lines_fd < 0 || !room || (!self->lines_begun && !may_begin(self)))
        return false;
    if (!self->lines_begun)
        hold_foreign(&self->hold, true);
    self->lines_begun = true;
    do
        n = read(self->lines_fd, to, room);
    while (n < 0 && errno == EINTR);
    if (n > 0)
        hold_filled(&self->hold, (size_t)n);
    else
        lines_end(r);
    return true;
}

static void pump(struct role *r)
{
    struct local *self = r->self;
    struct peer *engine = role_peer(r, ROLE_ENGINE, 0);
    bool more = engine != NULL;
    size_t room;

    while (more) {
        if (self->pipe_sent <= self->pipe_had)
            hold_forget(&self->hold);
        more = read_lines(r);
        send_lines(self, engine);
        more = more && self->pipe_sent <= self->pipe_had; /* blank lines: nobody answers them */
    }
    if (self->pipe_sent <= self->pipe_had) {
        hold_forget(&self->hold);
        loop_timer_cancel(&self->pipe_again);
    } else if (!self->pipe_again.slot) {
        self->pipe_mark = self->pipe_had;
        loop_timer_set(r->loop, &self->pipe_again, (struct mono){loop_now(r->loop).us + ASK_AGAIN_US},
                       ask_again, r);
    }
    hold_room(&self->hold, &room);
    if (!engine || !room || (self->lines_fd >= 0 && self->lines_begun) || self->pipe_fd < 0)
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

void local_pipe_lines(struct role *r, int fd)
{
    struct local *self = r->self;

    if (self->lines_fd >= 0)
        close(self->lines_fd);
    self->lines_fd = fd;
    self->lines_begun = lseek(fd, 0, SEEK_CUR) > 0; /* what stands last in the hold came from it */
    if (self->hold.s && self->pipe_fd >= 0)
        pump(r);
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
    if (self->lines_fd >= 0)
        close(self->lines_fd);
    self->lines_fd = -1;
    if (self->hold.s)
        mem_unmap(self->hold.s, sizeof(struct hold_segment));
    self->hold.s = NULL;
}
