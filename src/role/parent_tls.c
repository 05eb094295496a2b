/* SPDX-License-Identifier: Apache-2.0 */
/* Livestatus over TCP: what the settings ask for, whether it may be, and the descriptors that local gets. The files are opened here, where there may be rights to, and read there. */
#include "role/parent_int.h"

#include "base/log.h"
#include "os/sock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *setting, *purpose, *what;
    bool secret, needed;
} files[PARENT_TLS_FILES] = {
    {"vigie_livestatus_tls_cert", "ls-tls-cert", "the server's certificate", false, true},
    {"vigie_livestatus_tls_ca", "ls-tls-ca", "the authority of clients' certificates", false, false},
    {"vigie_livestatus_tls_crl", "ls-tls-crl", "the lists of clients' certificates that were taken back",
     false, false},
    {"vigie_livestatus_tls_key", "ls-tls-key", "the key of the certificate", true,
     true}, /* the last: with it local begins */
};

static const char *setting(const struct parent *p, const char *name)
{
    struct str s = model_option_get(&p->model, name, STR(""));

    return s.n ? s.p : "";
}

static int check(const struct parent *p, const char *at, struct err *err)
{
    bool ca = setting(p, "vigie_livestatus_tls_ca")[0];

    if (sock_check_address(at, err) < 0) {
        err_prefix(err, "vigie_livestatus_tls: ");
        return err->code;
    }
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        if (files[i].needed && !setting(p, files[i].setting)[0])
            return err_set(err, E_INVAL, "vigie_livestatus_tls=%s needs %s: write %s=FILE (PEM)", at,
                           files[i].what, files[i].setting);
    }
    if (setting(p, "vigie_livestatus_tls_crl")[0] && !ca)
        return err_set(err, E_INVAL,
                       "vigie_livestatus_tls_crl=%s: there are no certificates of clients that could be "
                       "taken back: name who signs them with vigie_livestatus_tls_ca=FILE",
                       setting(p, "vigie_livestatus_tls_crl"));
    if (!sock_is_private(at) && !ca)
        return err_set(
            err, E_PERM,
            "vigie_livestatus_tls=%s is an address that everybody may reach: clients must show a "
            "certificate there. Name who signs these with vigie_livestatus_tls_ca=FILE, or take an address "
            "of this machine or of a private network",
            at);
    if (p->options.one_process && !sock_is_loopback(at))
        return err_set(
            err, E_PERM,
            "vigie_livestatus_tls=%s: in one process, without a sandbox, Vigie listens on loopback only", at);
    return 0;
}

static int open_file(const struct parent *p, size_t i, int *fd, struct err *err)
{
    const char *path = setting(p, files[i].setting);
    struct stat st;

    *fd = -1;
    if (!path[0])
        return 0;
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0)
        return err_sys(err, errno, "%s=%s: cannot open %s", files[i].setting, path, files[i].what);
    if (fstat(*fd, &st) == 0 && S_ISREG(st.st_mode)) {
        if (files[i].secret && (st.st_mode & 077))
            log_warn("%s=%s can be read by others: chmod 600 %s", files[i].setting, path, path);
        return 0;
    }
    close(*fd);
    *fd = -1;
    return err_set(err, E_INVAL, "%s=%s is no file", files[i].setting, path);
}

static int open_files(const struct parent *p, int fd[PARENT_TLS_FILES], struct err *err)
{
    int r = 0;

    for (size_t i = 0; i < PARENT_TLS_FILES; i++)
        fd[i] = -1;
    for (size_t i = 0; r == 0 && i < PARENT_TLS_FILES; i++)
        r = open_file(p, i, &fd[i], err);
    return r;
}

static void close_files(int fd[PARENT_TLS_FILES])
{
    for (size_t i = 0; i < PARENT_TLS_FILES; i++) {
        if (fd[i] >= 0)
            close(fd[i]);
    }
}

int parent_tcp_open(struct parent *p, struct err *err)
{
    const char *at = setting(p, "vigie_livestatus_tcp");
    int r;

    if (!at[0])
        return 0;
    r = sock_check_address(at, err);
    if (r == 0 && !sock_is_loopback(at))
        return err_set(
            err, E_PERM,
            "vigie_livestatus_tcp=%s: without TLS, Vigie answers Livestatus on loopback only: take "
            "127.0.0.1:PORT (or [::1]:PORT), or vigie_livestatus_tls=%s with a certificate",
            at, at);
    if (r == 0)
        r = sock_listen_tcp(at, &p->tcp_fd, p->tcp_at, sizeof(p->tcp_at), err);
    if (r < 0)
        err_prefix(err, "vigie_livestatus_tcp: ");
    else
        sock_keep_alive(p->tcp_fd);
    return r;
}

int parent_tls_open(struct parent *p, struct err *err)
{
    const char *at = setting(p, "vigie_livestatus_tls");
    int fd[PARENT_TLS_FILES], r;

    if (!at[0])
        return 0;
    r = check(p, at, err);
    if (r < 0)
        return r;
    r = open_files(p, fd, err);
    close_files(fd);
    if (r < 0)
        return r;
    r = sock_listen_tcp(at, &p->tls_fd, p->tls_at, sizeof(p->tls_at), err);
    if (r < 0)
        err_prefix(err, "vigie_livestatus_tls: ");
    else
        sock_keep_alive(p->tls_fd);
    return r;
}

void parent_tls_pass(struct parent *p, struct child *local, bool listener)
{
    struct err err = ERR_INIT;
    int fd[PARENT_TLS_FILES];

    if (p->tls_fd < 0)
        return;
    if (open_files(p, fd, &err) < 0) {
        log_error("%s: Livestatus %s", err.text, listener ? "has no TLS" : "keeps its former certificate");
    } else {
        for (size_t i = 0; i < PARENT_TLS_FILES; i++)
            parent_pass(local, files[i].purpose, setting(p, files[i].setting), fd[i]);
        if (listener)
            parent_pass(local, "ls-tls-listen", p->tls_at, p->tls_fd);
    }
    close_files(fd);
}

void parent_tls_renew(struct parent *p)
{
    struct child *local = parent_find(p, ROLE_LOCAL, 0);

    if (local && parent_child_lives(local))
        parent_tls_pass(p, local, false);
}
