/* SPDX-License-Identifier: Apache-2.0 */
/* Result files in role local, by its messages: the test is its parent and the engine. An answer counts for the file it is of, however late it comes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "build_id.h"
#include "core/handed.h"
#include "os/clock.h"
#include "os/sock.h"
#include "role/local_tls.h"
#include "role/role.h"
#include "wire/link.h"

#define RESULTS 100u
#define WINDOW  64u /* on their way to the engine at most */

const struct tls_library *const role_tls = NULL;

struct rig {
    struct loop *loop;
    struct link *control, *engine;
    bool ready, ended;
    unsigned read; /* files: HANDED_READ */
    uint64_t id;   /* of the last result that came */
    uint64_t answered;
};

static void from_local(void *user, const struct msg *m, int *fds UNUSED, size_t n UNUSED)
{
    struct rig *g = user;

    g->ready = g->ready || m->type == MSG_READY;
    g->read += m->type == MSG_HANDED_READ;
}

static void to_engine(void *user, const struct msg *m, int *fds UNUSED, size_t n UNUSED)
{
    struct rig *g = user;

    if (m->type != MSG_HANDED)
        return;
    g->id = m->u.handed.id;
    assert_true(HANDED_NUMBER(g->id) <= g->answered + WINDOW);
}

static void gone(void *user UNUSED, const struct err *err UNUSED)
{
}

static void on_end(void *user, struct role *r UNUSED)
{
    ((struct rig *)user)->ended = true;
}

static const struct link_ops control_ops = {from_local, gone, NULL}, engine_ops = {to_engine, gone, NULL};

static bool is_ready(const struct rig *g)
{
    return g->ready;
}

static bool has_ended(const struct rig *g)
{
    return g->ended;
}

static bool has_sent_some(const struct rig *g)
{
    return HANDED_NUMBER(g->id) == g->answered + WINDOW;
}

static bool has_sent_all(const struct rig *g)
{
    return HANDED_NUMBER(g->id) == RESULTS;
}

static unsigned files_wanted;

static bool has_read(const struct rig *g)
{
    return g->read == files_wanted;
}

static void until(struct rig *g, bool (*question)(const struct rig *g))
{
    int64_t patience = clock_mono().us + 60 * TIME_S;

    while (!question(g)) {
        if (clock_mono().us > patience)
            fail_msg("it does not come");
        loop_once(g->loop, TIME_S);
    }
}

static void begin(struct rig *g)
{
    struct buf b = BUF_INIT;
    struct err err = ERR_INIT;
    int fd[2], engine[2];

    memset(g, 0, sizeof(*g));
    assert_int_equal(sock_pair(fd, &err), 0);
    assert_int_equal(sock_pair(engine, &err), 0);
    g->loop = loop_new();
    g->control = link_new(g->loop, fd[0], &control_ops, g);
    g->engine = link_new(g->loop, engine[0], &engine_ops, g);
    role_attach(&role_local, g->loop, fd[1], on_end, g);
    msg_must(msg_put_start(
        &b, &(struct msg_start){.role = ROLE_LOCAL, .epoch = 1, .state_dir = STR("/"), .one_process = 1}));
    assert_int_equal(link_send(g->control, &b, NULL, 0), 0);
    msg_must(msg_put_peer(&b, &(struct msg_peer){.role = ROLE_ENGINE}));
    assert_int_equal(link_send(g->control, &b, &engine[1], 1), 0);
    close(engine[1]);
    msg_must(msg_put_hello(&b, &(struct msg_hello){.build_id = STR(BUILD_REVISION), .role = ROLE_ENGINE}));
    assert_int_equal(link_send(g->engine, &b, NULL, 0), 0);
    msg_must(msg_put_go(&b, &(struct msg_go){}));
    assert_int_equal(link_send(g->control, &b, NULL, 0), 0);
    buf_release(&b);
    until(g, is_ready);
}

static void end(struct rig *g)
{
    struct buf b = BUF_INIT;

    msg_must(msg_put_stop(&b, &(struct msg_stop){}));
    assert_int_equal(link_send(g->control, &b, NULL, 0), 0);
    until(g, has_ended);
    link_free(g->control);
    link_free(g->engine);
    loop_free(g->loop);
    buf_release(&b);
}

static void give_file(struct rig *g, const char *known_by)
{
    struct buf b = BUF_INIT, text = BUF_INIT;
    int fd = memfd_create("results", MFD_CLOEXEC);

    assert_true(fd >= 0);
    for (unsigned i = 0; i < RESULTS; i++)
        buf_add_str(&text, STR("host_name=h\ncheck_type=1\nreturn_code=0\noutput=fine\n\n"));
    assert_int_equal(write(fd, text.data, text.len), text.len);
    buf_clear(&text);
    buf_printf(&text, "0 %s", known_by); /* its most age: none */
    msg_must(msg_put_fdpass(&b, &(struct msg_fdpass){.purpose = STR("result-file"), .arg = buf_str(&text)}));
    assert_int_equal(link_send(g->control, &b, &fd, 1), 0);
    close(fd);
    g->answered = 0;
    buf_release(&b);
    buf_release(&text);
}

static void answer(struct rig *g, uint64_t id)
{
    struct buf b = BUF_INIT;

    msg_must(msg_put_command_done(&b, &(struct msg_command_done){.id = id}));
    assert_int_equal(link_send(g->engine, &b, NULL, 0), 0);
    buf_release(&b);
}

static void test_late_answers(void **state UNUSED)
{
    struct rig g;
    uint64_t late;

    begin(&g);
    give_file(&g, "c000001 1 1.000000000");
    until(&g, has_sent_some);
    g.answered = WINDOW;
    answer(&g, g.id);
    until(&g, has_sent_all);
    late = g.id;
    files_wanted = 1;
    answer(&g, late);
    until(&g, has_read);
    give_file(&g, "c000002 2 2.000000000");
    until(&g, has_sent_some);
    answer(&g, late); /* a second time: none of these is on disk */
    g.answered = 1;
    answer(&g, g.id - WINDOW + 1);
    until(&g, has_sent_some);
    g.answered = WINDOW + 1;
    answer(&g, g.id);
    until(&g, has_sent_all);
    files_wanted = 2;
    answer(&g, g.id);
    until(&g, has_read);
    end(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_late_answers)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
