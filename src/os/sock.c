/* SPDX-License-Identifier: Apache-2.0 */
#include "os/sock.h"

#include "base/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 512 };

int sock_pair(int fd[2], struct err *err)
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fd) < 0)
        return err_sys(err, errno, "cannot make a pair of sockets");
    return 0;
}

union endpoint {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static int bad_address(struct err *err, const char *at)
{
    return err_set(err, E_INVAL, "'%s' is no ADDRESS:PORT: write for instance 127.0.0.1:8080 or [::1]:8080",
                   at);
}

static int parse_address(const char *at, union endpoint *a, socklen_t *len, struct err *err)
{
    const char *colon = strrchr(at, ':');
    char host[64];
    uint64_t port;
    struct str h;

    if (!colon || !str_to_u64(str_of(colon + 1), &port) || port > 65535)
        return bad_address(err, at);
    h = str_make(at, (size_t)(colon - at));
    if (h.n >= 2 && h.p[0] == '[' && h.p[h.n - 1] == ']')
        h = str_sub(h, 1, h.n - 2);
    if (!str_copy(host, sizeof(host), h))
        return bad_address(err, at);
    memset(a, 0, sizeof(*a));
    if (inet_pton(AF_INET, host, &a->v4.sin_addr) == 1) {
        a->v4.sin_family = AF_INET;
        a->v4.sin_port = htons((uint16_t)port);
        *len = sizeof(a->v4);
        return 0;
    }
    if (inet_pton(AF_INET6, host, &a->v6.sin6_addr) != 1)
        return bad_address(err, at);
    a->v6.sin6_family = AF_INET6;
    a->v6.sin6_port = htons((uint16_t)port);
    *len = sizeof(a->v6);
    return 0;
}

int sock_check_address(const char *at, struct err *err)
{
    union endpoint a;
    socklen_t len;

    return parse_address(at, &a, &len, err);
}

bool sock_is_loopback(const char *at)
{
    struct address a;

    return address_parse_at(str_of(at), &a, NULL) && address_is_loopback(&a);
}

bool sock_is_private(const char *at)
{
    struct address a;

    return address_parse_at(str_of(at), &a, NULL) && address_is_private(&a);
}

void sock_name(const struct sockaddr_storage *a, char *out, size_t size)
{
    const struct sockaddr_in *v4 = (const void *)a;
    const struct sockaddr_in6 *v6 = (const void *)a;

    str_copy(out, size, STR("unknown"));
    if (a->ss_family == AF_INET)
        inet_ntop(AF_INET, &v4->sin_addr, out, (socklen_t)size);
    else if (a->ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
        inet_ntop(AF_INET, v6->sin6_addr.s6_addr + 12, out, (socklen_t)size);
    else if (a->ss_family == AF_INET6)
        inet_ntop(AF_INET6, &v6->sin6_addr, out, (socklen_t)size);
}

void sock_keep_alive(int fd)
{
    const int one = 1, idle_s = 60, between_s = 30, probes = 4;

    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof(idle_s));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &between_s, sizeof(between_s));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
}

static int bind_error(struct err *err, int e, const char *at)
{
    if (e == EADDRINUSE)
        return err_set(err, E_BUSY, "%s is in use by another program: stop that one, or take another port",
                       at);
    if (e == EACCES)
        return err_set(err, E_PERM,
                       "no right to listen on %s: ports below 1024 need root or CAP_NET_BIND_SERVICE; take a "
                       "higher port",
                       at);
    if (e == EADDRNOTAVAIL)
        return err_set(err, E_INVAL,
                       "%s is no address of this machine: take 127.0.0.1 or one that 'ip address' shows", at);
    return err_sys(err, e, "cannot listen on %s", at);
}

static void say_bound(int fd, char *bound, size_t size)
{
    union endpoint a = {.any.sa_family = AF_UNSPEC};
    socklen_t len = sizeof(a);
    char host[INET6_ADDRSTRLEN] = "?";

    if (getsockname(fd, &a.any, &len) < 0)
        return;
    if (a.any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &a.v4.sin_addr, host, sizeof(host));
        snprintf(bound, size, "%s:%u", host, ntohs(a.v4.sin_port));
    } else {
        inet_ntop(AF_INET6, &a.v6.sin6_addr, host, sizeof(host));
        snprintf(bound, size, "[%s]:%u", host, ntohs(a.v6.sin6_port));
    }
}

int sock_listen_tcp(const char *at, int *fd, char *bound, size_t size, struct err *err)
{
    union endpoint a;
    socklen_t len = 0;
    int one = 1, s, r = parse_address(at, &a, &len, err);

    if (r < 0)
        return r;
    s = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s < 0)
        return err_sys(err, errno, "cannot make a socket for %s", at);
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(s, &a.any, len) < 0 || listen(s, BACKLOG) < 0) {
        r = bind_error(err, errno, at);
        close(s);
        return r;
    }
    say_bound(s, bound, size);
    *fd = s;
    return 0;
}

static int unix_address(const char *path, struct sockaddr_un *a, socklen_t *len, struct err *err)
{
    size_t n = strlen(path);

    memset(a, 0, sizeof(*a));
    a->sun_family = AF_UNIX;
    if (n >= sizeof(a->sun_path))
        return err_set(err, E_LIMIT,
                       "the socket path %s is too long (at most %zu bytes): take a shorter folder", path,
                       sizeof(a->sun_path) - 1);
    memcpy(a->sun_path, path, n);
    if (path[0] == '@')
        a->sun_path[0] = '\0';
    *len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (path[0] != '@'));
    return 0;
}

/* Clears a socket file that nobody serves any more. */
static int clear_stale(const char *path, const struct sockaddr_un *a, socklen_t len, struct err *err)
{
    struct stat st;
    int s, r;

    if (lstat(path, &st) < 0)
        return 0;
    if (!S_ISSOCK(st.st_mode))
        return err_set(err, E_EXIST, "%s exists and is no socket: take it away, or name another path", path);
    s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s < 0)
        return err_sys(err, errno, "cannot make a socket");
    r = connect(s, (const struct sockaddr *)a, len) < 0 ? errno : 0;
    close(s);
    if (r == EACCES)
        return err_sys(err, r, "cannot ask whether another program serves %s", path);
    if (r != ECONNREFUSED && r != ENOENT) /* also one that is too busy to answer, or expects datagrams */
        return err_set(err, E_BUSY, "another program serves %s: stop it, or name another path", path);
    if (unlink(path) < 0 && errno != ENOENT)
        return err_sys(err, errno, "cannot take away the stale socket %s", path);
    return 0;
}

int sock_listen_unix(const char *path, unsigned mode, int *fd, struct err *err)
{
    struct sockaddr_un a;
    socklen_t len = 0;
    int s, r = unix_address(path, &a, &len, err);

    if (r == 0)
        r = clear_stale(path, &a, len, err);
    if (r < 0)
        return r;
    s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s < 0)
        return err_sys(err, errno, "cannot make a socket");
    if (bind(s, (const struct sockaddr *)&a, len) < 0 || chmod(path, mode) < 0 || listen(s, BACKLOG) < 0) {
        r = err_sys(err, errno, "cannot listen on %s", path);
        close(s);
        return r;
    }
    *fd = s;
    return 0;
}

int sock_connect_unix(const char *path, int *fd, struct err *err)
{
    struct sockaddr_un a;
    socklen_t len = 0;
    int s, r = unix_address(path, &a, &len, err);

    if (r < 0)
        return r;
    s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s < 0)
        return err_sys(err, errno, "cannot make a socket");
    if (connect(s, (const struct sockaddr *)&a, len) < 0) {
        r = err_sys(err, errno, "cannot connect to %s", path);
        close(s);
        return r;
    }
    *fd = s;
    return 0;
}

int sock_connect_datagram(const char *to, int *fd, struct err *err)
{
    union endpoint a;
    struct sockaddr_un un;
    const struct sockaddr *at = &a.any;
    socklen_t len = 0;
    int s, r = to[0] == '/' ? unix_address(to, &un, &len, err) : parse_address(to, &a, &len, err);

    if (r < 0)
        return r;
    if (to[0] == '/')
        at = (const struct sockaddr *)&un;
    s = socket(at->sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s < 0)
        return err_sys(err, errno, "cannot make a socket");
    if (connect(s, at, len) < 0) {
        r = err_sys(err, errno, "cannot connect to %s", to);
        close(s);
        return r;
    }
    *fd = s;
    return 0;
}

int sock_accept(int listener, int *fd)
{
    int s = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (s < 0)
        return errno == EAGAIN || errno == EINTR || errno == ECONNABORTED ? E_AGAIN : E_IO;
    *fd = s;
    return 0;
}

int sock_peer(int fd, uid_t *uid, gid_t *gid, pid_t *pid)
{
    struct ucred c;
    socklen_t len = sizeof(c);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &len) < 0)
        return E_IO;
    *uid = c.uid;
    *gid = c.gid;
    *pid = c.pid;
    return 0;
}

int sock_send_all(int fd, struct str bytes, struct err *err)
{
    while (bytes.n) {
        ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(err, errno, "cannot send");
        bytes = str_sub(bytes, (size_t)n, bytes.n);
    }
    return 0;
}

int sock_send_datagram(const char *path, struct str text, struct err *err)
{
    struct sockaddr_un a;
    socklen_t len = 0;
    int s, r = unix_address(path, &a, &len, err);

    if (r < 0)
        return r;
    s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (s < 0)
        return err_sys(err, errno, "cannot make a socket");
    if (sendto(s, text.p, text.n, MSG_NOSIGNAL, (const struct sockaddr *)&a, len) < 0)
        r = err_sys(err, errno, "cannot send to %s", path);
    close(s);
    return r;
}
