/* SPDX-License-Identifier: Apache-2.0 */
#include "os/stray.h"

#include "base/buf.h"
#include "os/clock.h"
#include "os/file.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOCKS_LINE "Max file locks"

enum { CHILDREN_MAX = 1024 * 1024, LIMITS_MAX = 8192, DEPTH_MAX = 64, ROUND_MS = 5 };

/* Inside another Vigie's plugin we carry a mark ourselves, and so does all we start. */
static bool are_unmarked(void)
{
    struct rlimit own;

    return getrlimit(RLIMIT_LOCKS, &own) == 0 && own.rlim_max == RLIM_INFINITY;
}

bool stray_mark(struct proc_limit *out, struct mono deadline)
{
    if (!are_unmarked())
        return false;
    out->resource = RLIMIT_LOCKS;
    out->value = (struct rlimit){(rlim_t)deadline.us, (rlim_t)deadline.us};
    return true;
}

/* The limits of another user's process can be read as text by everybody; by the call only with CAP_SYS_RESOURCE, which containers hold back. */
static bool read_limit(pid_t pid, uint64_t *value)
{
    char path[64];
    struct buf text = BUF_INIT;
    struct str rest, word = STR_NULL;
    bool found = false;

    snprintf(path, sizeof(path), "/proc/%d/limits", (int)pid);
    file_read(path, LIMITS_MAX, &text, NULL);
    rest = buf_str(&text);
    while (rest.n && !found) {
        struct str line = str_cut(&rest, '\n');

        found = str_starts(line, STR(LOCKS_LINE));
        if (found)
            word = str_trim(str_sub(line, sizeof(LOCKS_LINE) - 1, line.n));
    }
    found = found && str_to_u64(str_cut(&word, ' '),
                                value); /* both, soft and hard, are the mark; without: "unlimited" */
    buf_release(&text);
    return found;
}

/* The mark of a process; false: none, or not ours to read. */
static bool read_mark(pid_t pid, struct mono *deadline)
{
    struct rlimit l;
    uint64_t value;

    if (prlimit(pid, RLIMIT_LOCKS, NULL, &l) == 0)
        value = l.rlim_max;
    else if (errno != EPERM || !read_limit(pid, &value))
        return false;
    if (value == RLIM_INFINITY)
        return false;
    deadline->us = (int64_t)MIN(value, (uint64_t)INT64_MAX);
    return true;
}

static void list_children(pid_t pid, struct buf *out)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
    file_read(path, CHILDREN_MAX, out, NULL);
}

static bool next_pid(struct str *list, pid_t *pid)
{
    while (list->p) {
        uint64_t n;

        if (str_to_u64(str_trim(str_cut(list, ' ')), &n)) {
            *pid = (pid_t)n;
            return true;
        }
    }
    return false;
}

static void kill_below(pid_t pid, unsigned depth)
{
    struct buf list = BUF_INIT;
    struct str rest;
    pid_t child;

    list_children(pid, &list);
    rest = buf_str(&list);
    while (next_pid(&rest, &child)) {
        if (depth < DEPTH_MAX)
            kill_below(child, depth + 1);
        kill(child, SIGKILL);
    }
    buf_release(&list);
}

void stray_kill_below(pid_t pid)
{
    kill_below(pid, 0);
}

/* One child of ours: true while it is marked and lives. */
static bool judge(pid_t pid, struct mono now)
{
    struct mono deadline;

    if (!read_mark(pid, &deadline) || waitpid(pid, NULL, WNOHANG) == pid)
        return false;
    if (deadline.us < now.us) {
        stray_kill_below(pid);
        kill(pid, SIGKILL);
    }
    return true;
}

size_t stray_sweep(struct mono now, bool (*spare)(void *user, pid_t pid), void *user)
{
    struct buf list = BUF_INIT;
    struct str rest;
    size_t n = 0;
    pid_t pid;

    if (!are_unmarked())
        return 0;
    list_children(getpid(), &list);
    rest = buf_str(&list);
    while (next_pid(&rest, &pid)) {
        if (!spare || !spare(user, pid))
            n += judge(pid, now);
    }
    buf_release(&list);
    return n;
}

void stray_end_all(int64_t max_us)
{
    const int64_t end = clock_mono().us + max_us;

    /* Who is killed leaves its children to us: they are seen in the next round. */
    while (stray_sweep((struct mono){INT64_MAX}, NULL, NULL) && clock_mono().us < end)
        poll(NULL, 0, ROUND_MS);
}
