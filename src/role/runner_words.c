/* SPDX-License-Identifier: Apache-2.0 */
/* From the words of RUN to argv and environment of a process, and what can be said of them. */
#include "role/runner_int.h"

#include "core/macro.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MASK         "********"
#define PROGRAM_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

void runner_words_release(struct words *w)
{
    mem_wipe(w->block.data, w->block.cap);
    buf_release(&w->block);
    VEC_RELEASE(&w->at);
    VEC_RELEASE(&w->list);
}

static void words_end(struct words *w)
{
    for (size_t i = 0; i < w->at.n; i++)
        *VEC_ADD(&w->list) = w->block.data + w->at.at[i];
    *VEC_ADD(&w->list) = NULL;
}

/* A coded word: slots become what the secret segment holds. A NUL inside would end the word early: it is left out. */
static int add_coded(struct words *w, const struct runner *self, struct str coded)
{
    size_t from = w->block.len, to = from;
    int r;

    *VEC_ADD(&w->at) = from;
    r = secret_fill(&self->secret, coded, &w->block);
    for (size_t i = from; i < w->block.len; i++) {
        if (w->block.data[i])
            w->block.data[to++] = w->block.data[i];
    }
    buf_truncate(&w->block, to);
    buf_add_char(&w->block, '\0');
    return r;
}

/* The program's name for people: MASK in the place of each secret. Empty when it has none. */
static void show_program(struct words *w, struct str coded)
{
    struct buf b = BUF_INIT;
    struct macro_part part;
    bool secret = false;

    while (macro_next(&coded, &part) > 0) {
        secret = secret || part.kind == MACRO_PART_SLOT;
        buf_add_str(&b, part.kind == MACRO_PART_SLOT ? STR(MASK) : part.text);
    }
    if (secret)
        str_copy(w->shown, sizeof(w->shown), buf_str(&b));
    buf_release(&b);
}

static void add_plain(struct words *w, struct str s)
{
    *VEC_ADD(&w->at) = w->block.len;
    buf_add_str(&w->block, s);
    buf_add_char(&w->block, '\0');
}

int runner_words(const struct runner *self, const struct msg_run *m, struct words *argv, struct words *env)
{
    struct str base = buf_str(&self->env);
    int r = m->argv.n ? 0 : E_FORMAT;

    for (size_t i = 0; r == 0 && i < m->argv.n; i++)
        r = add_coded(argv, self, m->argv.at[i]);
    if (r == 0)
        show_program(argv, m->argv.at[0]);
    while (base.n)
        add_plain(env, str_cut(&base, '\0'));
    for (size_t i = 0; r == 0 && i < m->env.n; i++)
        r = add_coded(env, self, m->env.at[i]);
    words_end(argv);
    words_end(env);
    return r;
}

void runner_env_base(struct buf *env, const char *home)
{
    buf_add_c(env, "PATH=" PROGRAM_PATH);
    buf_add_char(env, '\0');
    buf_printf(env, "HOME=%s", home);
    buf_add_char(env, '\0');
    buf_add_c(env, "LANG=C.UTF-8");
    buf_add_char(env, '\0');
}

void runner_env_add(struct buf *env, struct str option)
{
    struct str name = str_cut(&option, '=');

    if (!str_eq_c(name, "vigie_env") || str_find_char(option, '=') <= 0 || str_find_char(option, '\0') >= 0)
        return;
    buf_add_str(env, option);
    buf_add_char(env, '\0');
}

const char *runner_find_program(const char *name, char *path, size_t size)
{
    struct str dirs = STR(PROGRAM_PATH);

    if (strchr(name, '/'))
        return name;
    while (dirs.p) {
        struct str d = str_cut(&dirs, ':');

        snprintf(path, size, STR_FMT "/%s", STR_ARG(d), name);
        if (access(path, X_OK) == 0)
            return path;
    }
    return name;
}

/* The interpreter in the first line of a script; "" when there is none. */
static void read_interpreter(const char *path, char *out, size_t size)
{
    char head[256];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));
    struct str line = str_make(head, (size_t)MAX(n, (ssize_t)0));

    if (fd >= 0)
        close(fd);
    out[0] = '\0';
    if (!str_starts(line, STR("#!")))
        return;
    line = str_cut(&line, '\n');
    line = str_sub(line, 2, line.n);
    while (line.n && line.p[0] == ' ')
        line = str_sub(line, 1, line.n);
    str_copy(out, size, str_cut(&line, ' '));
}

void runner_why_not_started(const char *program, const char *shown, int error, char *text, size_t size)
{
    const char *name = *shown ? shown : program;
    char interpreter[200];
    struct stat st;

    if (error == ENOENT && stat(program, &st) == 0) {
        read_interpreter(program, interpreter, sizeof(interpreter));
        if (strchr(interpreter, '\r'))
            snprintf(text, size,
                     "%s cannot be executed: it has the line ends of Windows (CR LF); turn them into those "
                     "of Unix",
                     name);
        else if (interpreter[0])
            snprintf(text, size,
                     "%s cannot be executed: its first line names the interpreter '%s', which does not exist",
                     name, interpreter);
        else
            snprintf(text, size,
                     "%s cannot be executed: the loader or a library that it needs does not exist", name);
    } else if (error == ENOENT) {
        snprintf(text, size, "%s does not exist", name);
    } else if (error == EACCES && stat(program, &st) == 0 && S_ISDIR(st.st_mode)) {
        snprintf(text, size, "%s is a folder", name);
    } else if (error == EACCES && stat(program, &st) == 0 && !(st.st_mode & 0111)) {
        snprintf(text, size, "%s is not executable (mode %03o): chmod +x", name, st.st_mode & 0777);
    } else if (error == EACCES) {
        snprintf(text, size, "%s cannot be executed by user %u: Permission denied", name,
                 (unsigned)geteuid());
    } else {
        snprintf(text, size, "%s cannot be executed: %s", name, strerror(error));
    }
}

bool runner_is_ping(const struct words *argv)
{
    static const char *const marks[] = {"ping", "icmp", "check_host", "check_rta", "check_dhcp"};
    const char *slash = strrchr(argv->list.at[0], '/');
    struct str what = str_of(slash ? slash + 1 : argv->list.at[0]);

    if (argv->list.n == 4 && str_eq_c(what, "sh"))
        what = str_of(argv->list.at[2]); /* sh -c TEXT */
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        if (str_contains(what, str_of(marks[i])))
            return true;
    }
    return false;
}

static bool says(struct str out, struct str err, const char *mark)
{
    return str_icontains(out, str_of(mark)) || str_icontains(err, str_of(mark));
}

bool runner_is_rightless(bool pings, struct str out, struct str err)
{
    /* Whoever says this lacked a right, scripts around ping too. */
    static const char *const marks[] = {"missing cap_net_raw+p",
                                        "ping: operation not permitted",
                                        "icmp: operation not permitted",
                                        "ping: socket: operation not permitted",
                                        "ping: icmp open socket: operation not permitted",
                                        "ping: permission denied",
                                        "failed to obtain icmp socket",
                                        "lacking privilege for icmp",
                                        "\"no new privileges\" flag is set",
                                        "is sudo installed setuid root"};
    /* From a plugin that sends ICMP these are enough. */
    static const char *const from_pings[] = {"operation not permitted",
                                             "permission denied",
                                             "lacking privilege",
                                             "must be run as root",
                                             "must run as root",
                                             "need root",
                                             "root privileges",
                                             "your privileges",
                                             "cap_net_raw",
                                             "suid root",
                                             "setuid root",
                                             "sufficient privilege",
                                             "could not interpret output from ping",
                                             "could not open pipe",
                                             "failed system call"};

    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        if (says(out, err, marks[i]))
            return true;
    }
    for (size_t i = 0; pings && i < ARRAY_LEN(from_pings); i++) {
        if (says(out, err, from_pings[i]))
            return true;
    }
    /* check_fping that could not execute fping has no more words than these. */
    return pings && says(out, err, "fping unknown - ") && !says(out, err, "not found") &&
           !says(out, err, "invalid command");
}
