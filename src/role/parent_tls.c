/* SPDX-License-Identifier: Apache-2.0 */
/* What listens over TCP, the page and Livestatus: what the settings ask for, whether it may be, and the descriptors that web and local get. The files are opened here, where there may be rights
   to, and read there. */
#include "role/parent_tls.h"

#include "base/log.h"
#include "core/listening.h"
#include "os/file.h"
#include "os/sock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OWN_FOLDER "tls"
#define OWN_FILE   "page.pem" /* certificate and key of the page that Vigie made itself */
#define OWN_MOST   (64u * 1024)

static const char *const purposes[LISTENING_COUNT][LISTENING_FILES] = {
    [LISTENING_PAGE] = {"web-tls-cert", "web-tls-ca", "web-tls-crl", "web-tls-key"},
    [LISTENING_LIVESTATUS] = {"ls-tls-cert", "ls-tls-ca", "ls-tls-crl", "ls-tls-key"},
};

static struct str setting_of(void *user, const char *name)
{
    return model_option_get(&((struct parent *)user)->model, name, STR_NULL);
}

static const char *setting(struct parent *p, const char *name)
{
    struct str s = setting_of(p, name);

    return s.n ? s.p : "";
}

static const char *path_of(const struct listening *l, size_t i)
{
    return l->file[i].n ? l->file[i].p : "";
}

/* *l: what the settings say now. */
static int check(struct parent *p, enum listening_which which, struct listening *l, struct err *err)
{
    const char *name;
    int r;

    listening_read(l, which, setting_of, p);
    r = listening_check(l, &name, err);
    if (r == 0 && l->tls && p->options.one_process && !sock_is_loopback(l->at.p))
        return err_set(err, E_PERM,
                       "%s=" STR_FMT ": in one process, without a sandbox, Vigie listens on loopback only",
                       listening_setting(which), STR_ARG(l->at));
    return r;
}

static int open_file(const struct listening *l, size_t i, int *fd, struct err *err)
{
    const char *path = path_of(l, i), *name = listening_file_setting(l->which, (enum listening_file)i);
    struct stat st;

    *fd = -1;
    if (!path[0])
        return 0;
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0)
        return err_sys(err, errno, "%s=%s: cannot open %s", name, path,
                       listening_file_what((enum listening_file)i));
    if (fstat(*fd, &st) == 0 && S_ISREG(st.st_mode)) {
        if (i == LISTENING_KEY && (st.st_mode & 077))
            log_warn("%s=%s can be read by others: chmod 600 %s", name, path, path);
        return 0;
    }
    close(*fd);
    *fd = -1;
    return err_set(err, E_INVAL, "%s=%s is no file", name, path);
}

static int open_files(const struct listening *l, int fd[LISTENING_FILES], struct err *err)
{
    int r = 0;

    for (size_t i = 0; i < LISTENING_FILES; i++)
        fd[i] = -1;
    for (size_t i = 0; r == 0 && i < LISTENING_FILES; i++)
        r = open_file(l, i, &fd[i], err);
    return r;
}

static void close_files(int fd[LISTENING_FILES])
{
    for (size_t i = 0; i < LISTENING_FILES; i++)
        file_close(&fd[i]);
}

/* Whether they can be opened is seen before anything listens. */
static int try_files(const struct listening *l, struct err *err)
{
    int fd[LISTENING_FILES], r = open_files(l, fd, err);

    close_files(fd);
    return r;
}

int parent_tls_open_tcp(struct parent *p, struct err *err)
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

int parent_tls_open_livestatus(struct parent *p, struct err *err)
{
    struct listening l;
    int r = check(p, LISTENING_LIVESTATUS, &l, err);

    if (r == 0 && l.tls)
        r = try_files(&l, err);
    if (r < 0 || !l.tls)
        return r;
    r = sock_listen_tcp(l.at.p, &p->tls_fd, p->tls_at, sizeof(p->tls_at), err);
    if (r < 0)
        err_prefix(err, "vigie_livestatus_tls: ");
    else
        sock_keep_alive(p->tls_fd);
    return r;
}

int parent_tls_open_page(struct parent *p, struct err *err)
{
    struct listening l;
    int r = check(p, LISTENING_PAGE, &l, err);

    if (r == 0 && l.tls)
        r = try_files(&l, err);
    if (r < 0 || !l.at.n)
        return r;
    p->http_tls = l.tls;
    r = sock_listen_tcp(l.at.p, &p->http_fd, p->http_at, sizeof(p->http_at), err);
    if (r < 0)
        err_prefix(err, "vigie_http_listen=%s: ", l.at.p);
    else if (l.tls)
        sock_keep_alive(p->http_fd);
    return r;
}

bool parent_tls_page_changes(struct parent *p, const struct model *next)
{
    struct parent *other = mem_zalloc(sizeof(*other));
    struct listening l;

    other->model = *next;
    listening_read(&l, LISTENING_PAGE, setting_of, other);
    mem_free(other);
    return p->http_fd >= 0 && l.at.n && l.tls != p->http_tls;
}

/* ---- Vigie's own certificate ---- */

static int open_folder(const struct parent *p)
{
    if (mkdirat(p->state_fd, OWN_FOLDER, 0700) < 0 && errno != EEXIST)
        return -1;
    return openat(p->state_fd, OWN_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

/* An empty one where there is none: web makes a certificate then. */
static int open_own(const struct parent *p)
{
    int dir = open_folder(p), fd = -1;

    if (dir >= 0) {
        fd = openat(dir, OWN_FILE, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
        close(dir);
    }
    if (fd >= 0)
        return fd;
    log_warn("%s/" OWN_FOLDER "/" OWN_FILE
             " cannot be opened (%s): the page gets a certificate that the next start does not have",
             p->state_dir, strerror(errno));
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void keep_own(struct parent *p, struct str pem)
{
    struct err err = ERR_INIT;
    int dir = open_folder(p);

    if (pem.n > OWN_MOST)
        err_set(&err, E_LIMIT, "it is too large");
    else if (dir < 0)
        err_sys(&err, errno, "cannot open the folder");
    else
        file_replace_at(dir, OWN_FILE, pem.p, pem.n, 0600, &err);
    if (err.code)
        log_warn("%s/" OWN_FOLDER "/" OWN_FILE
                 ", the page's own certificate: %s; the next start makes another one",
                 p->state_dir, err.text);
    file_close(&dir);
}

void parent_tls_page(struct parent *p, const struct msg_page_tls *m)
{
    bool other = !str_eq_c(m->print, p->page_print);

    if (!str_copy(p->page_print, sizeof(p->page_print), m->print))
        p->page_print[0] = '\0';
    p->page_until = m->until;
    p->page_own = m->own != 0;
    if (m->pem.n && p->page_own)
        keep_own(p, m->pem);
    if (other && p->announced)
        log_notice("the page shows another certificate from now on: SHA-256 %s", p->page_print);
}

/* ---- handing over ---- */

static void pass(struct parent *p, enum listening_which which, struct child *c)
{
    struct listening l;
    struct err err = ERR_INIT;
    int fd[LISTENING_FILES];
    bool own;

    listening_read(&l, which, setting_of, p);
    own = which == LISTENING_PAGE && !l.file[LISTENING_CERT].n && !l.file[LISTENING_KEY].n;
    if (open_files(&l, fd, &err) < 0) {
        log_error("%s: the former certificate, if there is one, stays in use", err.text);
    } else {
        for (size_t i = 0; i < LISTENING_FILES; i++)
            parent_pass(c, purposes[which][i], path_of(&l, i), fd[i]);
        if (own) {
            close_files(fd);
            fd[0] = open_own(p);
            parent_pass(c, "web-tls-own", "", fd[0]);
        }
    }
    close_files(fd);
}

void parent_tls_pass(struct parent *p, struct child *c)
{
    if (c->id == ROLE_LOCAL && p->tls_fd >= 0) {
        pass(p, LISTENING_LIVESTATUS, c);
        parent_pass(c, "ls-tls-listen", p->tls_at, p->tls_fd);
    } else if (c->id == ROLE_WEB) {
        if (p->http_tls)
            pass(p, LISTENING_PAGE, c);
        parent_pass(c, "http-listen", p->http_at, p->http_fd);
    }
}

void parent_tls_renew(struct parent *p)
{
    struct child *local = parent_find(p, ROLE_LOCAL, 0), *web = parent_find(p, ROLE_WEB, 0);

    if (local && parent_child_lives(local) && p->tls_fd >= 0)
        pass(p, LISTENING_LIVESTATUS, local);
    if (web && parent_child_lives(web) && p->http_tls)
        pass(p, LISTENING_PAGE, web);
}
