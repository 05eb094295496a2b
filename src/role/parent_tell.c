/* SPDX-License-Identifier: Apache-2.0 */
/* What a child is told: its birth message, descriptors, peers, the snapshot. */
#include "role/parent_int.h"
#include "role/parent_log.h"
#include "role/parent_results.h"
#include "role/parent_tls.h"

#include "base/log.h"
#include "base/vec.h"
#include "os/sock.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Who may talk to whom: no pair outside this list is ever connected. */
static const enum role_id peer_table[][2] = {
    {ROLE_ENGINE, ROLE_RUNNER}, {ROLE_ENGINE, ROLE_PROBER}, {ROLE_ENGINE, ROLE_NOTIFIER},
    {ROLE_ENGINE, ROLE_STORE},  {ROLE_ENGINE, ROLE_GATE},   {ROLE_ENGINE, ROLE_LOCAL},
    {ROLE_STORE, ROLE_GATE},    {ROLE_GATE, ROLE_READER},   {ROLE_GATE, ROLE_AUTH},
    {ROLE_GATE, ROLE_WEB},      {ROLE_GATE, ROLE_LOCAL},    {ROLE_STORE, ROLE_EXPORT},
    {ROLE_GATE, ROLE_EXPORT},
};

bool parent_child_lives(const struct child *c)
{
    return c->control && (c->state == CHILD_STARTING || c->state == CHILD_READY);
}

static bool are_peers(enum role_id a, enum role_id b)
{
    for (size_t i = 0; i < ARRAY_LEN(peer_table); i++) {
        if ((peer_table[i][0] == a && peer_table[i][1] == b) ||
            (peer_table[i][0] == b && peer_table[i][1] == a))
            return true;
    }
    return false;
}

void parent_pass(struct child *c, const char *purpose, const char *arg, int fd)
{
    struct buf b = BUF_INIT;
    const struct msg_fdpass m = {.purpose = str_of(purpose), .arg = str_of(arg)};

    if (fd < 0 || !c->control)
        return;
    msg_must(msg_put_fdpass(&b, &m));
    if (link_send(c->control, &b, &fd, 1) < 0)
        log_warn("%s cannot take %s", role_name(c->id), purpose);
    buf_release(&b);
}

void parent_tell_snapshot(struct parent *p, struct child *c)
{
    const struct plan *plan = parent_plan_of(c->id);
    struct buf b = BUF_INIT;
    struct msg_snapshot m = {.generation = p->generation,
                             .hash = str_of(p->snap.hash),
                             .public_len = plan->snapshot ? p->snap.len : 0,
                             .secret_len = plan->secret ? p->snap.secret_len : 0};
    int fds[2];
    size_t n = 0;

    if (!plan->snapshot && !plan->secret)
        return;
    if (plan->snapshot)
        fds[n++] = p->snap.public_fd;
    if (plan->secret)
        fds[n++] = p->snap.secret_fd;
    msg_must(msg_put_snapshot(&b, &m));
    if (link_send(c->control, &b, fds, n) < 0)
        log_warn("%s cannot take the snapshot", role_name(c->id));
    buf_release(&b);
}

void parent_tell_start(struct parent *p, struct child *c)
{
    struct buf b = BUF_INIT, opt = BUF_INIT;
    VEC(struct str) words = {0};
    VEC(size_t) ends = {0};
    struct msg_start m = {.role = (uint64_t)c->id,
                          .instance = c->instance,
                          .epoch = p->epoch,
                          .state_dir = str_of(p->state_dir),
                          .one_process = p->options.one_process};

    for (uint32_t i = 0; i < p->model.n_option; i++) {
        const struct model_option *o = model_option(&p->model, i);

        buf_printf(&opt, "%s=%s", model_c(&p->model, o->name), model_c(&p->model, o->value));
        *VEC_ADD(&ends) = opt.len;
    }
    /* That of the start, whatever a reload brought: a store that is restarted goes on in the same folder. */
    buf_printf(&opt, "vigie_site=%u", p->site);
    *VEC_ADD(&ends) = opt.len;
    for (size_t i = 0, at = 0; i < ends.n; at = ends.at[i++])
        *VEC_ADD(&words) = str_make(opt.data + at, ends.at[i] - at);
    m.options = (struct msg_strv){words.at, words.n};
    msg_must(msg_put_start(&b, &m));
    link_send(c->control, &b, NULL, 0);
    VEC_RELEASE(&words);
    VEC_RELEASE(&ends);
    buf_release(&opt);
    buf_release(&b);
}

/* A folder of the state folder, as a descriptor; arg is its absolute path. */
static void pass_folder(struct parent *p, struct child *c, const char *purpose, const char *name)
{
    char path[sizeof(p->state_dir) + 32];
    int fd = openat(p->state_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

    snprintf(path, sizeof(path), "%s/%s", p->state_dir, name);
    parent_pass(c, purpose, path, fd);
    if (fd >= 0)
        close(fd);
}

/* vigie_export_ca as it is now. Export has read it, and begins anew where it is another one; one that is away just now is not put in force. */
static void pass_export_ca(const struct parent *p, struct child *export)
{
    struct str path = model_option_get(&p->model, "vigie_export_ca", STR_NULL);
    char which[128];
    struct stat st;
    int fd = path.n ? open(path.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : -1;

    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        if (path.n)
            log_warn("vigie_export_ca=%s cannot be read", path.p);
    } else {
        snprintf(which, sizeof(which), "%llx %llx %lld %lld.%09ld %lld.%09ld", (unsigned long long)st.st_dev,
                 (unsigned long long)st.st_ino, (long long)st.st_size, (long long)st.st_mtim.tv_sec,
                 st.st_mtim.tv_nsec, (long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
        parent_pass(export, "export-ca", which, fd);
    }
    if (fd >= 0)
        close(fd);
}

void parent_tell_export(struct parent *p)
{
    struct child *export = parent_find(p, ROLE_EXPORT, 0);

    if (export && parent_child_lives(export))
        pass_export_ca(p, export);
}

void parent_tell_board(struct parent *p, struct child *gate)
{
    char generation[24];

    snprintf(generation, sizeof(generation), "%llu", (unsigned long long)p->board_generation);
    parent_pass(gate, "board", generation, p->board_fd);
}

void parent_tell_descriptors(struct parent *p, struct child *c)
{
    switch (c->id) {
    case ROLE_STORE:
        parent_pass(c, "state-dir", p->state_dir, p->state_fd);
        parent_pass(c, "nagios-log", model_c(&p->model, p->model.globals->log_file), p->log_fd);
        parent_pass_syslog(p, c, false);
        parent_perf_pass(p, c, c->restarts > 0);
        break;
    case ROLE_ENGINE: parent_pass(c, "doing", "", p->doing_fd); break;
    case ROLE_READER: pass_folder(p, c, "db-dir", "db"); break;
    case ROLE_EXPORT:
        pass_folder(p, c, "journal-dir", "journal");
        pass_folder(p, c, "export-dir", "export");
        pass_export_ca(p, c);
        break;
    case ROLE_AUTH: pass_folder(p, c, "auth-dir", "auth"); break;
    case ROLE_WEB: parent_tls_pass(p, c); break;
    case ROLE_GATE: parent_tell_board(p, c); break;
    case ROLE_LOCAL:
        parent_pass(c, "ctl-listen", "", p->ctl_fd);
        parent_pass(c, "ls-listen", "", p->ls_fd);
        parent_pass(c, "ls-tcp-listen", p->tcp_at, p->tcp_fd);
        parent_tls_pass(p, c);
        parent_pass(c, "command-hold", "", p->hold.fd);
        parent_pass(c, "command-pipe", p->pipe_at, p->pipe_fd);
        parent_results_pass(p, c);
        break;
    default: break;
    }
}

static void send_peer(struct child *to, const struct child *other, int fd)
{
    struct buf b = BUF_INIT;
    const struct msg_peer m = {.role = (uint64_t)other->id, .instance = other->instance};

    msg_must(msg_put_peer(&b, &m));
    link_send(to->control, &b, &fd, 1);
    buf_release(&b);
}

void parent_tell_peers(struct parent *p, struct child *c)
{
    for (size_t i = 0; i < p->n_children; i++) {
        struct child *other = &p->child[i];
        struct err err = ERR_INIT;
        int fd[2];

        if (other == c || !parent_child_lives(other) || !are_peers(c->id, other->id))
            continue;
        if (sock_pair(fd, &err) < 0) {
            log_error("%s", err.text);
            continue;
        }
        send_peer(c, other, fd[0]);
        send_peer(other, c, fd[1]);
        close(fd[0]);
        close(fd[1]);
    }
}
