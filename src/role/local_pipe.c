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

#define BEGIN 1024u /* bytes of a line that is too long: what the log shows, and more */

static void on_pipe(void *user, uint32_t events);
static void ask_again(void *user);

/* One that is too long goes there with its begin: it is refused, counted and logged as any that is wrong. */
static int send_line(struct local *self, struct peer *engine, struct str line, uint64_t number, bool too_long)
{
    bool of_file = hold_is_foreign(&self->hold, number);
    const struct local_lines *l = &self->lines;
    struct buf b = BUF_INIT;
    int r = 0;

    line = str_sub(str_trim(line), 0, too_long ? BEGIN : LIMIT_EXT_COMMAND);
    if (line.n || too_long) {
        msg_must(msg_put_command(
            &b, &(struct msg_command){.id = number,
                                      .who = STR("command file"),
                                      .source = of_file ? WORLD_SOURCE_LINES : WORLD_SOURCE_PIPE,
                                      .file = of_file ? l->id : 0,
                                      .at = of_file ? l->at - hold_ahead(&self->hold) : 0,
                                      .mark = of_file ? l->mark : 0,
                                      .cut = too_long,
                                      .text = line}));
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
        bool too_long = kind == HOLD_TOO_LONG;

        if (send_line(self, engine, line, number, too_long) < 0) {
            hold_rewind(&self->hold, number - 1);
            return;
        }
        if (too_long || str_trim(line).n) {
            self->pipe_sent = number;
        }
    }
}

/* The last line may lack its end. */
static void lines_end(struct local *self)
{
    size_t room;
    char *to = hold_room(&self->hold, &room);

    if (!hold_is_whole(&self->hold)) {
        *to = '\n'; /* there is room: something was to be read into it */
        hold_filled(&self->hold, 1);
        self->lines.at++;
    }
    close(self->lines.fd);
    self->lines.fd = -1;
}

/* As much of the file of commands as has room; it begins between two lines of the pipe, which then waits until all of it is done. */
static bool read_lines(struct local *self)
{
    struct local_lines *l = &self->lines;
    size_t room;
    char *to = hold_room(&self->hold, &room);
    ssize_t n;

    if (l->fd < 0 || !room || (!l->begun && !hold_is_whole(&self->hold)))
        return false;
    if (!l->begun)
        hold_foreign(&self->hold, true);
    l->begun = true;
    do
        n = pread(l->fd, to, room, (off_t)l->at);
    while (n < 0 && errno == EINTR);
    if (n > 0) {
        hold_filled(&self->hold, (size_t)n);
        l->at += (size_t)n;
    } else {
        if (n < 0)
            log_warn("a file of external commands cannot be read behind its byte %llu: %s",
                     (unsigned long long)l->at, strerror(errno));
        lines_end(self);
    }
    return true;
}

/* Every line of it is done: true, and the next one may begin. */
static bool lines_over(struct role *r)
{
    struct local *self = r->self;
    struct buf b = BUF_INIT;

    if (!self->lines.id || self->lines.fd >= 0 || !hold_is_empty(&self->hold))
        return false;
    hold_foreign(&self->hold, false);
    msg_must(msg_put_lines_read(&b, &(struct msg_lines_read){.id = self->lines.id}));
    role_send_parent(r, &b, -1);
    buf_release(&b);
    self->lines = self->next_lines;
    self->next_lines = (struct local_lines){.fd = -1};
    return self->lines.id != 0;
}

static void move_on(struct role *r, struct peer *engine)
{
    struct local *self = r->self;
    bool more = engine != NULL;
    size_t ahead;

    while (more) {
        if (self->pipe_sent <= self->pipe_had)
            hold_forget(&self->hold);
        more = read_lines(self);
        ahead = hold_ahead(&self->hold);
        send_lines(self, engine);
        /* blank lines: nobody answers them */
        more = (more || hold_ahead(&self->hold) < ahead) && self->pipe_sent <= self->pipe_had;
    }
}

static void pump(struct role *r)
{
    struct local *self = r->self;
    struct peer *engine = role_peer(r, ROLE_ENGINE, 0);
    size_t room;

    do {
        move_on(r, engine);
        if (self->pipe_sent <= self->pipe_had)
            hold_forget(&self->hold);
    } while (lines_over(r));
    if (self->pipe_sent <= self->pipe_had) {
        loop_timer_cancel(&self->pipe_again);
    } else if (!self->pipe_again.slot) {
        self->pipe_mark = self->pipe_had;
        loop_timer_set(r->loop, &self->pipe_again, (struct mono){loop_now(r->loop).us + ASK_AGAIN_US},
                       ask_again, r);
    }
    hold_room(&self->hold, &room);
    if (!engine || !room || self->lines.begun || self->pipe_fd < 0)
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

void local_pipe_lines(struct role *r, struct str arg, int fd)
{
    struct local *self = r->self;
    struct local_lines l = {.fd = fd}, *to = self->lines.id ? &self->next_lines : &self->lines;
    bool ok = str_to_u64(str_cut(&arg, ' '), &l.id) && str_to_u64(str_cut(&arg, ' '), &l.at) &&
              str_to_u64(arg, &l.mark);

    BUG_ON(!ok || !l.id);
    if (l.id == self->lines.id) { /* an engine that was started again asks for it, too */
        close(fd);
        return;
    }
    if (to->fd >= 0)
        close(to->fd);
    *to = l;
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
    if (self->lines.fd >= 0)
        close(self->lines.fd);
    if (self->next_lines.fd >= 0)
        close(self->next_lines.fd);
    self->lines.fd = self->next_lines.fd = -1;
    if (self->hold.s)
        mem_unmap(self->hold.s, sizeof(struct hold_segment));
    self->hold.s = NULL;
}
