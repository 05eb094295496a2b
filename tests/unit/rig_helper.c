/* SPDX-License-Identifier: Apache-2.0 */
#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "build_id.h"
#include "core/model_build.h"
#include "os/clock.h"
#include "os/mem.h"
#include "os/sock.h"

static void from_role(void *user, const struct msg *m, int *fds UNUSED, size_t n UNUSED)
{
    struct rig *g = user;

    g->ready = g->ready || m->type == MSG_READY;
}

static void control_gone(void *user, const struct err *err UNUSED)
{
    struct rig *g = user;

    g->gone = true;
}

static void take_result(struct rig *g, const struct msg_result *m)
{
    *VEC_ADD(&g->answer) = (struct rig_answer){.id = m->run_id,
                                               .seq = m->seq,
                                               .how = m->how,
                                               .code = m->code,
                                               .truncated = m->truncated,
                                               .rightless = m->rightless,
                                               .lasted_us = m->lasted_us,
                                               .output = str_dup(m->output),
                                               .error = str_dup(m->error),
                                               .output_n = m->output.n};
}

static void from_peer(void *user, const struct msg *m, int *fds UNUSED, size_t n UNUSED)
{
    struct rig *g = user;

    switch (m->type) {
    case MSG_HELLO:
        g->hello = true;
        VEC_CLEAR(&g->listed);
        for (size_t i = 0; i + 8 <= m->u.hello.runs.n; i += 16) /* id and identity of the check */
            memcpy(VEC_ADD(&g->listed), m->u.hello.runs.p + i, 8);
        break;
    case MSG_BEGUN: *VEC_ADD(&g->begun) = m->u.begun.run_id; break;
    case MSG_RESULT: take_result(g, &m->u.result); break;
    case MSG_NOTIFIED:
        *VEC_ADD(&g->answer) = (struct rig_answer){.id = m->u.notified.intent,
                                                   .code = !m->u.notified.ok,
                                                   .output = str_dup(STR_NULL),
                                                   .error = str_dup(m->u.notified.error)};
        break;
    default: fail_msg("message %s", msg_info(m->type)->name);
    }
}

static void peer_gone(void *user UNUSED, const struct err *err UNUSED)
{
}

static const struct link_ops control_ops = {from_role, control_gone, NULL},
                             peer_ops = {from_peer, peer_gone, NULL};

void rig_until(struct rig *g, bool (*question)(void *user), void *user, const char *what)
{
    int64_t patience = clock_mono().us + 60 * TIME_S;

    while (!question(user)) {
        if (clock_mono().us > patience)
            fail_msg("it does not come: %s", what);
        if (g->gone)
            fail_msg("the role ended while we waited: %s", what);
        loop_once(g->loop, TIME_S / 50);
    }
}

static void to_control(struct rig *g, struct buf *b, int fd)
{
    assert_int_equal(link_send(g->control, b, &fd, fd >= 0), 0);
}

static void send_secret(struct rig *g)
{
    struct model_build b;
    struct buf text = BUF_INIT, frame = BUF_INIT;
    struct err err = ERR_INIT;
    void *base;
    int fd;

    model_build_init(&b);
    model_build_slot(&b, STR("s3cr3t"));
    model_build_slot(&b, STR("a\x01"
                             "b"));
    model_build_secret(&b, &text);
    model_build_release(&b);
    assert_int_equal(mem_segment("secret", text.len, &fd, &err), 0);
    assert_int_equal(mem_map_rw(fd, text.len, &base, &err), 0);
    memcpy(base, text.data, text.len);
    mem_unmap(base, text.len);
    assert_int_equal(mem_seal(fd, &err), 0);
    msg_must(msg_put_snapshot(
        &frame, &(struct msg_snapshot){.generation = 1, .hash = STR("x"), .secret_len = text.len}));
    to_control(g, &frame, fd);
    close(fd);
    buf_release(&text);
    buf_release(&frame);
}

static bool is_up(void *user)
{
    struct rig *g = user;

    return g->ready && g->hello;
}

void rig_connect(struct rig *g)
{
    struct buf b = BUF_INIT;
    struct err err = ERR_INIT;
    int fd[2];

    link_free(g->engine);
    g->hello = false;
    assert_int_equal(sock_pair(fd, &err), 0);
    g->engine = link_new(g->loop, fd[0], &peer_ops, g);
    msg_must(msg_put_peer(&b, &(struct msg_peer){.role = ROLE_ENGINE}));
    to_control(g, &b, fd[1]);
    close(fd[1]);
    msg_must(msg_put_hello(&b, &(struct msg_hello){.build_id = STR(BUILD_REVISION), .role = ROLE_ENGINE}));
    rig_send(g, &b);
    buf_release(&b);
    if (g->ready)
        rig_until(g, is_up, g, "HELLO of the role");
}

static void spawn(struct rig *g, const char *exe, enum role_id id, int control)
{
    const char *argv[] = {exe, "-x", role_name(id), "-i", "0", NULL};
    const char *asan = getenv("ASAN_OPTIONS");
    char text[600];
    const char *envv[] = {"TZ=UTC0", "LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin", text, NULL};
    const struct proc_fd fds[] = {{control, 3}};
    struct proc_spec spec = PROC_SPEC_INIT;
    struct err err = ERR_INIT;

    snprintf(text, sizeof(text), "ASAN_OPTIONS=%s:detect_leaks=0", asan ? asan : "");
    spec.exe = exe;
    spec.argv = argv;
    spec.envv = envv;
    spec.fds = fds;
    spec.n_fds = ARRAY_LEN(fds);
    spec.death_signal = SIGKILL;
    if (proc_spawn(&g->proc, &spec, &err) < 0)
        fail_msg("%s", err.text);
}

void rig_begin(struct rig *g, const char *exe, enum role_id id, const char *const *options)
{
    struct str words[16];
    struct msg_start m = {.role = id, .epoch = 1, .state_dir = STR("/nonexistent")};
    struct buf b = BUF_INIT;
    struct err err = ERR_INIT;
    int fd[2];

    memset(g, 0, sizeof(*g));
    signal(SIGPIPE, SIG_IGN);
    for (m.options.at = words; options && options[m.options.n]; m.options.n++)
        words[m.options.n] = str_of(options[m.options.n]);
    assert_int_equal(sock_pair(fd, &err), 0);
    g->loop = loop_new();
    spawn(g, exe, id, fd[1]);
    close(fd[1]);
    g->control = link_new(g->loop, fd[0], &control_ops, g);
    msg_must(msg_put_start(&b, &m));
    to_control(g, &b, -1);
    send_secret(g);
    rig_connect(g);
    msg_must(msg_put_go(&b, &(struct msg_go){}));
    to_control(g, &b, -1);
    rig_until(g, is_up, g, "READY");
    buf_release(&b);
}

static bool is_gone(void *user)
{
    struct rig *g = user;
    bool gone = g->gone;

    g->gone = false; /* it is what we wait for */
    return gone;
}

void rig_end(struct rig *g)
{
    struct buf b = BUF_INIT;
    int status = -1;

    msg_must(msg_put_stop(&b, &(struct msg_stop){}));
    to_control(g, &b, -1);
    rig_until(g, is_gone, g, "the end of the role");
    waitpid(g->proc.pid, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(g->proc.pidfd);
    rig_forget(g);
    VEC_RELEASE(&g->answer);
    VEC_RELEASE(&g->listed);
    VEC_RELEASE(&g->begun);
    link_free(g->engine);
    link_free(g->control);
    loop_free(g->loop);
    buf_release(&b);
}

void rig_send(struct rig *g, struct buf *b)
{
    assert_int_equal(link_send(g->engine, b, NULL, 0), 0);
}

void rig_run_of(struct rig *g, uint64_t id, unsigned kind, int64_t timeout_us, uint64_t generation,
                const char *const *argv)
{
    struct str words[32];
    struct buf b = BUF_INIT;
    size_t n = 0;

    for (; argv[n]; n++)
        words[n] = str_of(argv[n]);
    assert_int_equal(msg_put_run(&b, &(struct msg_run){.run_id = id,
                                                       .kind = kind,
                                                       .argv = {words, n},
                                                       .timeout_us = timeout_us,
                                                       .generation = generation}),
                     0);
    rig_send(g, &b);
    buf_release(&b);
}

void rig_run(struct rig *g, uint64_t id, unsigned kind, int64_t timeout_us, const char *const *argv)
{
    rig_run_of(g, id, kind, timeout_us, 0, argv);
}

bool rig_has(const struct rig *g, uint64_t id)
{
    for (size_t i = 0; i < g->answer.n; i++) {
        if (g->answer.at[i].id == id)
            return true;
    }
    return false;
}

struct wanted {
    struct rig *g;
    uint64_t id;
};

static bool is_there(void *user)
{
    const struct wanted *w = user;

    return rig_has(w->g, w->id);
}

const struct rig_answer *rig_answer(struct rig *g, uint64_t id)
{
    struct wanted w = {g, id};

    rig_until(g, is_there, &w, "an answer");
    for (size_t i = 0; i < g->answer.n; i++) {
        if (g->answer.at[i].id == id)
            return &g->answer.at[i];
    }
    return NULL;
}

void rig_forget(struct rig *g)
{
    for (size_t i = 0; i < g->answer.n; i++) {
        mem_free(g->answer.at[i].output);
        mem_free(g->answer.at[i].error);
    }
    VEC_CLEAR(&g->answer);
}
