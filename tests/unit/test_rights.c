/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each role against its row of the rights table, in a process of its own that closed the real sandbox: open, write, socket, connect, exec, ptrace.
 * What is expected is read from the row, so a row that promises more than the filter gives, or less, fails here. Skipped under sanitizers: there the filter is not the
 * release one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "role/rights.h"
#include "role/role.h"

enum { ALLOWED, DENIED, KILLED };

struct probe {
    const char *what;
    bool (*run)(const char *state, uint16_t port); /* in the sandbox: true when it was possible */
};

static bool p_read(const char *state UNUSED, uint16_t port UNUSED)
{
    return open("/etc/passwd", O_RDONLY) >= 0;
}

static bool p_write(const char *state UNUSED, uint16_t port UNUSED)
{
    return open("/tmp/vigie-rights-probe", O_WRONLY | O_CREAT, 0600) >= 0;
}

static bool write_in(const char *state, const char *folder)
{
    char path[4200];

    snprintf(path, sizeof(path), "%s/%s/probe", state, folder);
    return open(path, O_WRONLY | O_CREAT, 0600) >= 0;
}

static bool p_journal(const char *state, uint16_t port UNUSED)
{
    return write_in(state, "journal");
}

static bool p_auth(const char *state, uint16_t port UNUSED)
{
    return write_in(state, "auth");
}

static bool p_db(const char *state, uint16_t port UNUSED)
{
    return write_in(state, "db");
}

static bool p_socket(const char *state UNUSED, uint16_t port UNUSED)
{
    return socket(AF_INET, SOCK_DGRAM, 0) >= 0;
}

static bool p_connect(const char *state UNUSED, uint16_t port)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int s = socket(AF_INET, SOCK_STREAM, 0);

    return s >= 0 && connect(s, (struct sockaddr *)&a, sizeof(a)) == 0;
}

static bool p_listen(const char *state UNUSED, uint16_t port UNUSED)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int s = socket(AF_INET, SOCK_STREAM, 0);

    return s >= 0 && bind(s, (struct sockaddr *)&a, sizeof(a)) == 0 && listen(s, 1) == 0;
}

static bool p_exec(const char *state UNUSED, uint16_t port UNUSED)
{
    execl("/bin/true", "true", (char *)NULL);
    return false;
}

static bool p_ptrace(const char *state UNUSED, uint16_t port UNUSED)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static bool p_fork(const char *state UNUSED, uint16_t port UNUSED)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    return pid > 0;
}

static bool p_level(const char *state UNUSED, uint16_t port UNUSED)
{
    char text[8192];
    int fd = open("/proc/self/status", O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

    text[MAX(n, (ssize_t)0)] = '\0';
    return strstr(text, "Seccomp:\t2") && strstr(text, "NoNewPrivs:\t1");
}

static bool lists(const char *const *paths, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (paths[i] && strcmp(paths[i], name) == 0)
            return true;
    }
    return false;
}

/* What the row says of a probe. */
static int expected(const struct rights_row *row, const char *what)
{
    bool spawn = row->calls & SANDBOX_SPAWN, connects = row->calls & SANDBOX_NET_CONNECT;

    if (strcmp(what, "exec") == 0)
        return spawn ? ALLOWED : KILLED;
    if (strcmp(what, "ptrace") == 0)
        return spawn ? DENIED : KILLED;
    if (strcmp(what, "fork") == 0)
        return spawn ? ALLOWED : DENIED;
    if (strcmp(what, "read") == 0)
        return spawn || lists(row->read, ARRAY_LEN(row->read), "/") ? ALLOWED : DENIED;
    if (strcmp(what, "socket") == 0 || strcmp(what, "connect") == 0)
        return spawn || connects ? ALLOWED : DENIED;
    if (strcmp(what, "listen") == 0)
        return spawn ? ALLOWED : DENIED;
    if (strcmp(what, "write") == 0)
        return spawn ? ALLOWED : DENIED;
    return spawn || lists(row->write, ARRAY_LEN(row->write), what) ? ALLOWED : DENIED;
}

/* Runs one probe in a child that entered the row's sandbox. */
static int attempt(const struct rights_row *row, const struct probe *p, const char *state, uint16_t port)
{
    pid_t pid = fork();
    int status;

    assert_true(pid >= 0);
    if (pid == 0) {
        struct role *r = calloc(1, sizeof(*r));
        struct err err = ERR_INIT;
        struct rlimit no_core = {0, 0};

        setrlimit(RLIMIT_CORE, &no_core);
        snprintf(r->state_dir, sizeof(r->state_dir), "%s", state);
        if (row->calls & SANDBOX_SPAWN) /* the parent sets it between fork and exec */
            prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (rights_enter(row->role, r, &err) < 0) {
            fprintf(stderr, "%s: %s\n", role_name(row->role), err.text);
            _exit(77);
        }
        _exit(p->run(state, port) ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGSYS ? KILLED : -1;
    return WEXITSTATUS(status) == 0 ? ALLOWED : WEXITSTATUS(status) == 1 ? DENIED : -2;
}

static uint16_t listener(int *fd)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(a);

    *fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(*fd, (struct sockaddr *)&a, sizeof(a)), 0);
    assert_int_equal(listen(*fd, 64), 0);
    assert_int_equal(getsockname(*fd, (struct sockaddr *)&a, &len), 0);
    return ntohs(a.sin_port);
}

static const struct probe probes[] = {
    {"read", p_read}, {"write", p_write},   {"journal", p_journal}, {"auth", p_auth},
    {"db", p_db},     {"socket", p_socket}, {"connect", p_connect}, {"listen", p_listen},
    {"exec", p_exec}, {"ptrace", p_ptrace}, {"fork", p_fork},
};

static void test_rows(void **unused UNUSED)
{
    static const char *const word[] = {"allowed", "denied", "killed"};
    static const char *const folders[] = {"journal", "snapshots", "db", "auth", "export"};
    char state[] = "/tmp/vigie-rights-XXXXXX", path[200];
    const struct rights_row *row;
    unsigned wrong = 0;
    uint16_t port;
    int fd;

#ifdef VIGIE_SANITIZED
    skip();
#endif
    assert_non_null(mkdtemp(state));
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        snprintf(path, sizeof(path), "%s/%s", state, folders[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    port = listener(&fd);
    for (size_t i = 0; (row = rights_row_at(i)); i++) {
        for (size_t k = 0; k < ARRAY_LEN(probes); k++) {
            int want = expected(row, probes[k].what), got = attempt(row, &probes[k], state, port);

            if (!sandbox_landlock_abi() && want == DENIED && row->calls & SANDBOX_FILES)
                continue; /* paths cannot be told apart without Landlock */
            if (got != want) {
                print_error("%s: %s should be %s, is %s\n", role_name(row->role), probes[k].what, word[want],
                            got < 0 ? "broken" : word[got]);
                wrong++;
            }
        }
    }
    close(fd);
    unlink("/tmp/vigie-rights-probe");
    assert_int_equal(wrong, 0);
}

static void test_level(void **unused UNUSED)
{
    static const struct probe level = {"level", p_level};

#ifdef VIGIE_SANITIZED
    skip();
#endif
    /* conf may read /proc: it can look at itself; the others are looked at by the parent in life tests. */
    assert_int_equal(attempt(rights_row(ROLE_CONF), &level, "/tmp", 0), ALLOWED);
}

static void test_every_role_has_a_row(void **unused UNUSED)
{
    for (int id = ROLE_CONF; id < ROLE_CLIENT; id++)
        assert_non_null(rights_row((enum role_id)id));
    assert_null(rights_row(ROLE_PARENT));
}

/* It lies in our folder, and who left it there may still read it: nobody can tell, so it stays, and what to do is said. */
static void test_command_file_of_another(void **unused UNUSED)
{
    char folder[] = "/tmp/vigie-rights-XXXXXX", path[60];
    struct err err = ERR_INIT;
    int r;

    assert_non_null(mkdtemp(folder));
    assert_int_equal(chmod(folder, 0755), 0);
    snprintf(path, sizeof(path), "%s/cmd", folder);
    assert_int_equal(mkfifo(path, 0), 0);
    setfsuid(65534); /* root could write to it */
    r = rights_fifo_is_free(path, &err);
    setfsuid(geteuid());
    assert_int_equal(r, E_PERM);
    assert_non_null(strstr(err.text, path));
    assert_non_null(strstr(err.text, "if none does, delete it"));
    assert_int_equal(unlink(path), 0);
    rmdir(folder);
}

/* The groups of nagios_user count for its files, and those that root was started with do not. */
static void test_groups_of_the_owner(void **unused UNUSED)
{
    char folder[] = "/tmp/vigie-rights-XXXXXX", path[60];
    struct rights_uids u = {
        .root = true,
        .log_owner = {.uid = 65500, .gid = 65500, .groups = {65500, 65501}, .n_groups = 2},
        .own = {.groups = {65502}, .n_groups = 1}};
    gid_t was[64], now[64];
    int n = getgroups(ARRAY_LEN(was), was), fd = -1;

    if (geteuid() != 0 || n < 0 || setgroups(1, u.own.groups) < 0)
        skip();
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chmod(folder, 0770), 0);
    snprintf(path, sizeof(path), "%s/log", folder);
    assert_int_equal(chown(folder, 0, 65502), 0);
    assert_int_equal(rights_open_as(&u, path, O_WRONLY | O_CREAT, 0644, &fd, NULL), E_PERM);
    assert_int_equal(chown(folder, 0, 65501), 0);
    assert_int_equal(rights_open_as(&u, path, O_WRONLY | O_CREAT, 0644, &fd, NULL), 0);
    assert_int_equal(getgroups(ARRAY_LEN(now), now), 1);
    assert_int_equal(now[0], 65502);
    assert_int_equal(setgroups((size_t)n, was), 0);
    close(fd);
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_level),
        cmocka_unit_test(test_every_role_has_a_row),
        cmocka_unit_test(test_command_file_of_another),
        cmocka_unit_test(test_groups_of_the_owner),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
