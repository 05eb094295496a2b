/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a password. It is never an argument: arguments are seen by everybody on the machine. */
#include "cmd/ctl_int.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

/* One line of standard input, without its end. False: nothing came, or too much. signals: a descriptor whose readiness ends the reading; -1: none. */
static bool read_line(char out[CTL_PASSWORD_SIZE], int signals)
{
    size_t n = 0;

    for (;;) {
        struct pollfd wait[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
        ssize_t got;

        if (poll(wait, ARRAY_LEN(wait), -1) < 0 && errno != EINTR)
            return false;
        if (wait[1].revents)
            return false;
        if (!wait[0].revents)
            continue;
        got = read(STDIN_FILENO, out + n, 1); /* one at a time: what follows belongs to whoever reads next */
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || out[n] == '\n')
            break;
        if (out[n] == '\0' || ++n >= CTL_PASSWORD_SIZE - 1)
            return false;
    }
    out[n] = '\0';
    if (n && out[n - 1] == '\r')
        out[n - 1] = '\0';
    return out[0] != '\0';
}

/* The terminal shows nothing meanwhile. A signal is taken only when it shows again. */
static bool read_unseen(const char *prompt, char out[CTL_PASSWORD_SIZE])
{
    struct termios was, unseen;
    sigset_t ends, before;
    bool done = false;
    int fd;

    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGQUIT);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGHUP);
    sigaddset(&ends, SIGTSTP);
    if (tcgetattr(STDIN_FILENO, &was) < 0)
        return false;
    unseen = was;
    unseen.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
    unseen.c_lflag |= ECHONL;
    sigprocmask(SIG_BLOCK, &ends, &before);
    fd = signalfd(-1, &ends, SFD_CLOEXEC);
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen) == 0) {
        fprintf(stderr, "%s: ", prompt);
        done = read_line(out, fd);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
    }
    if (fd >= 0)
        close(fd);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return done;
}

bool ctl_password(const char *prompt, char out[CTL_PASSWORD_SIZE])
{
    char again[CTL_PASSWORD_SIZE] = "";
    bool same;

    if (!isatty(STDIN_FILENO)) {
        if (read_line(out, -1))
            return true;
        fprintf(stderr, "vigie ctl user: no password came on standard input; write it there as one line\n");
        return false;
    }
    if (!read_unseen(prompt, out) || !read_unseen("the same again", again)) {
        fprintf(stderr, "vigie ctl user: no password was given; nothing is changed\n");
        mem_wipe(again, sizeof(again));
        return false;
    }
    same = strcmp(out, again) == 0;
    mem_wipe(again, sizeof(again));
    if (!same)
        fprintf(stderr, "vigie ctl user: the two are not the same; nothing is changed\n");
    return same;
}
