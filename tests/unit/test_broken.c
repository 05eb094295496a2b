/* SPDX-License-Identifier: Apache-2.0 */
/* An answer whose rest does not come, in the roles that hand answers on: the test is their parent, the gate and the client. Who asked must see that it is not whole. And one that is long, beside short ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "build_id.h"
#include "db/history.h"
#include "os/clock.h"
#include "os/sock.h"
#include "role/assets.h"
#include "role/local_tls.h"
#include "role/role.h"
#include "temp_dir.h"
#include "wire/link.h"

const struct tls_library *const role_tls = NULL;
const struct asset assets[] = {{.path = "/"}};
const unsigned n_assets = 0;

struct rig {
    struct loop *loop;
    struct link *control, *gate, *client; /* client: of local */
    int fd;                               /* the client of web; -1 */
    uint16_t port;
    bool ready, ended, closed, whole; /* whole: local said that this was all */
    uint64_t asked, status;
    unsigned rows;        /* parts of the reader's answer */
    struct buf got, ends; /* ends: of the reader's answers, by their numbers */
};

static void from_role(void *user, const struct msg *m, int *fds UNUSED, size_t n UNUSED)
{
    struct rig *g = user;

    g->ready = g->ready || m->type == MSG_READY;
}

/* Of the messages that roles send, the one for which the queue is full: that many are counted down. */
static unsigned room;
/* And what gate does when the first part of an answer is sent. */
static void (*meanwhile)(struct rig *g);
static struct rig *of_meanwhile;

int __real_role_send(struct peer *p, struct buf *b, int fd);
int __wrap_role_send(struct peer *p, struct buf *b, int fd);

int __wrap_role_send(struct peer *p, struct buf *b, int fd)
{
    int r = --room ? __real_role_send(p, b, fd) : E_LIMIT;
    void (*then)(struct rig * g) = meanwhile;

    meanwhile = NULL;
    if (then)
        then(of_meanwhile);
    return r;
}

static void to_gate(void *user, const struct msg *m, int *fds UNUSED, size_t n UNUSED)
{
    struct rig *g = user;

    if (m->type == MSG_API_REQ)
        g->asked = m->u.api_req.id;
    if (m->type != MSG_ROWS)
        return;
    g->rows++;
    g->closed = m->u.rows.end;
    if (m->u.rows.end)
        buf_printf(&g->ends, "%llu ", (unsigned long long)m->u.rows.id);
    buf_add_str(&g->got, m->u.rows.error);
}

static void to_client(void *user, const struct msg *m, int *fds UNUSED, size_t n UNUSED)
{
    struct rig *g = user;

    assert_int_equal(m->type, MSG_CTL_RESP);
    if (m->u.ctl_resp.status)
        g->status = m->u.ctl_resp.status;
    buf_add_str(&g->got, m->u.ctl_resp.body);
    g->closed = g->whole = !m->u.ctl_resp.more;
}

static void gone(void *user UNUSED, const struct err *err UNUSED)
{
}

static void client_gone(void *user, const struct err *err UNUSED)
{
    ((struct rig *)user)->closed = true;
}

static void on_end(void *user, struct role *r UNUSED)
{
    ((struct rig *)user)->ended = true;
}

static const struct link_ops control_ops = {from_role, gone, NULL}, gate_ops = {to_gate, gone, NULL},
                             client_ops = {to_client, client_gone, NULL};

static bool is_ready(struct rig *g)
{
    return g->ready;
}

static bool has_ended(struct rig *g)
{
    return g->ended;
}

static bool has_asked(struct rig *g)
{
    return g->asked != 0;
}

/* What came to the client, until its connection is closed. */
static bool is_over(struct rig *g)
{
    char some[4096];
    ssize_t n;

    while (g->fd >= 0 && !g->closed && (n = recv(g->fd, some, sizeof(some), MSG_DONTWAIT)) >= 0) {
        buf_add_str(&g->got, str_make(some, (size_t)n));
        g->closed = n == 0;
    }
    return g->closed;
}

static void until(struct rig *g, bool (*question)(struct rig *g))
{
    int64_t patience = clock_mono().us + 60 * TIME_S;

    while (!question(g)) {
        if (clock_mono().us > patience)
            fail_msg("it does not come");
        loop_once(g->loop, TIME_S / 50);
    }
}

static void tell(struct link *l, struct buf *b, int fd)
{
    assert_int_equal(link_send(l, b, &fd, fd >= 0), 0);
    buf_release(b);
    if (fd >= 0)
        close(fd);
}

static void begin(struct rig *g, const struct role_ops *ops, const char *purpose, const char *arg, int given)
{
    struct buf b = BUF_INIT;
    struct err err = ERR_INIT;
    int fd[2], gate[2];

    memset(g, 0, sizeof(*g));
    buf_init(&g->got);
    buf_init(&g->ends);
    g->fd = -1;
    room = UINT_MAX;
    assert_int_equal(sock_pair(fd, &err), 0);
    assert_int_equal(sock_pair(gate, &err), 0);
    g->loop = loop_new();
    g->control = link_new(g->loop, fd[0], &control_ops, g);
    g->gate = link_new(g->loop, gate[0], &gate_ops, g);
    role_attach(ops, g->loop, fd[1], on_end, g);
    msg_must(msg_put_start(
        &b, &(struct msg_start){.role = ops->id, .epoch = 1, .state_dir = STR("/"), .one_process = 1}));
    tell(g->control, &b, -1);
    msg_must(msg_put_fdpass(&b, &(struct msg_fdpass){.purpose = str_of(purpose), .arg = str_of(arg)}));
    tell(g->control, &b, given);
    msg_must(msg_put_peer(&b, &(struct msg_peer){.role = ROLE_GATE}));
    tell(g->control, &b, gate[1]);
    msg_must(msg_put_hello(&b, &(struct msg_hello){.build_id = STR(BUILD_REVISION), .role = ROLE_GATE}));
    tell(g->gate, &b, -1);
    msg_must(msg_put_go(&b, &(struct msg_go){}));
    tell(g->control, &b, -1);
    until(g, is_ready);
}

static void end(struct rig *g)
{
    struct buf b = BUF_INIT;

    msg_must(msg_put_stop(&b, &(struct msg_stop){}));
    tell(g->control, &b, -1);
    until(g, has_ended);
    link_free(g->control);
    link_free(g->gate);
    link_free(g->client);
    if (g->fd >= 0)
        close(g->fd);
    buf_release(&g->got);
    buf_release(&g->ends);
    loop_free(g->loop);
}

/* How much of its answer gate sends before the rest of it is lost. */
enum sends { NOTHING, SOME, ALL };

static void answer(struct rig *g, enum sends sends)
{
    const struct str type = STR("Content-Type: text/csv");
    struct buf b = BUF_INIT;

    if (sends != NOTHING) {
        msg_must(msg_put_api_resp(
            &b, &(struct msg_api_resp){
                    .id = g->asked, .status = 200, .headers = {&type, 1}, .body = STR("first,"), .more = 1}));
        tell(g->gate, &b, -1);
        msg_must(msg_put_api_data(
            &b, &(struct msg_api_data){.id = g->asked, .body = STR("second"), .end = sends == ALL}));
        tell(g->gate, &b, -1);
    }
    if (sends != ALL) {
        msg_must(msg_put_api_data(&b, &(struct msg_api_data){.id = g->asked, .broken = 1}));
        tell(g->gate, &b, -1);
    }
    until(g, is_over);
}

static void begin_web(struct rig *g, const char *request)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(at);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(listener, 4), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &len), 0);
    begin(g, &role_web, "http-listen", "x", listener);
    g->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(g->fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(send(g->fd, request, strlen(request), 0), strlen(request));
}

static void test_web(void **state UNUSED)
{
    static const char *const ends[] = {[NOTHING] = "}", [SOME] = "second\r\n", [ALL] = "second\r\n0\r\n\r\n"};
    struct rig g;

    for (int sends = NOTHING; sends <= ALL; sends++) {
        begin_web(&g, "GET /api/v1/series/data HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        until(&g, has_asked);
        answer(&g, (enum sends)sends);
        assert_true(str_starts(buf_str(&g.got), sends ? STR("HTTP/1.1 200 ") : STR("HTTP/1.1 503 ")));
        if (!str_ends(buf_str(&g.got), str_of(ends[sends])))
            fail_msg("%d: %s", sends, g.got.data);
        end(&g);
    }
}

/* What web refuses itself, below /prometheus as Prometheus would. */
static void test_web_refuses(void **state UNUSED)
{
    enum why { ITSELF, LINK_FULL, BROKEN };
    static const struct {
        const char *method, *path, *host, *length;
        enum why why;
        int status;
        const char *type; /* of Prometheus' */
    } table[] = {
        {"GET", "query", "evil.example", "0", ITSELF, 421, "bad_data"},
        {"POST", "query", "localhost", "99999999", ITSELF, 413, "bad_data"},
        {"GET", "query", "localhost", "x", ITSELF, 400, "bad_data"},
        {"GET", "labels", "localhost", "0", LINK_FULL, 503, "unavailable"},
        {"GET", "labels", "localhost", "0", BROKEN, 503, "unavailable"},
    };

    for (size_t i = 0; i < 2 * ARRAY_LEN(table); i++) {
        bool prom = i % 2;
        char request[200], want[100];
        struct rig g;

        snprintf(request, sizeof(request),
                 "%s %s/api/v1/%s HTTP/1.1\r\nHost: %s\r\nContent-Length: %s\r\nConnection: close\r\n\r\n",
                 table[i / 2].method, prom ? "/prometheus" : "", table[i / 2].path, table[i / 2].host,
                 table[i / 2].length);
        begin_web(&g, request);
        room = table[i / 2].why == LINK_FULL ? 1 : UINT_MAX;
        if (table[i / 2].why == BROKEN) {
            until(&g, has_asked);
            answer(&g, NOTHING);
        }
        until(&g, is_over);
        snprintf(want, sizeof(want), "HTTP/1.1 %d ", table[i / 2].status);
        assert_true(str_starts(buf_str(&g.got), str_of(want)));
        assert_int_equal(strstr(g.got.data, "\r\nRetry-After: 1\r\n") != NULL, table[i / 2].status == 503);
        if (prom)
            snprintf(want, sizeof(want), "\r\n\r\n{\"status\":\"error\",\"errorType\":\"%s\",\"error\":\"",
                     table[i / 2].type);
        else
            snprintf(want, sizeof(want), ",\"status\":%d,\"code\":\"", table[i / 2].status);
        if (!strstr(g.got.data, want) || (!prom && !strstr(g.got.data, "\",\"detail\":\"")) ||
            !strstr(g.got.data, prom ? "\r\nContent-Type: application/json\r\n"
                                     : "\r\nContent-Type: application/problem+json\r\n"))
            fail_msg("%s: %s", request, g.got.data);
        end(&g);
    }
}

static void begin_local(struct rig *g)
{
    char folder[100], path[110];
    struct buf b = BUF_INIT;
    struct err err = ERR_INIT;
    int fd;

    temp_dir_make(folder, sizeof(folder));
    snprintf(path, sizeof(path), "%s/ctl", folder);
    assert_int_equal(sock_listen_unix(path, 0600, &fd, &err), 0);
    begin(g, &role_local, "ctl-listen", path, fd);
    assert_int_equal(sock_connect_unix(path, &fd, &err), 0);
    temp_dir_remove(folder);
    g->client = link_new(g->loop, fd, &client_ops, g);
    msg_must(msg_put_ctl_req(
        &b, &(struct msg_ctl_req){.id = 1, .method = STR("GET"), .path = STR("/api/v1/history")}));
    tell(g->client, &b, -1);
    until(g, has_asked);
}

static void test_local(void **state UNUSED)
{
    struct rig g;

    begin_local(&g);
    answer(&g, NOTHING);
    assert_int_equal(g.status, 503);
    end(&g);
    begin_local(&g);
    answer(&g, ALL);
    assert_int_equal(g.status, 200);
    assert_string_equal(g.got.data, "first,second");
    assert_true(g.whole);
    end(&g);
    begin_local(&g);
    answer(&g, SOME);
    assert_int_equal(g.status, 200);
    assert_string_equal(g.got.data, "first,second");
    assert_false(g.whole);
    end(&g);
}

/* A part that finds no room: none follows it, and the end is an error. */
static void test_reader(void **state UNUSED)
{
    const struct str of[] = {STR("0"), STR("1"), STR(""), STR("5")};
    char folder[100], path[120];
    struct history h;
    struct err err = ERR_INIT;
    struct buf b = BUF_INIT;
    struct rig g;
    bool moved;

    temp_dir_make(folder, sizeof(folder));
    snprintf(path, sizeof(path), "%s/history.db", folder);
    assert_int_equal(history_open(&h, path, clock_wall(), &moved, &err), 0);
    history_close(&h);
    for (int lost = 0; lost < 2; lost++) {
        begin(&g, &role_reader, "db-dir", folder, open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        room = lost ? 1 : UINT_MAX;
        msg_must(msg_put_query(
            &b, &(struct msg_query){.id = 1, .stmt = STR("events_of"), .args = {of, ARRAY_LEN(of)}}));
        tell(g.gate, &b, -1);
        until(&g, is_over);
        assert_int_equal(g.rows, lost ? 1 : 2);
        assert_string_equal(buf_str(&g.got).n ? g.got.data : "", lost ? "a part of the answer was lost" : "");
        end(&g);
    }
    temp_dir_remove(folder);
}

enum { OBJECTS = 500, CHANGES = 4 };

/* A history of which the spans of all are some parts of an answer, but no more than waits in a link. */
static void fill(const char *path)
{
    struct history h;
    struct err err = ERR_INIT;
    uint64_t oid[OBJECTS], seq = 1;
    bool moved;

    assert_int_equal(history_open(&h, path, (struct wall){1}, &moved, &err), 0);
    assert_int_equal(history_begin(&h), 0);
    for (int i = 0; i < OBJECTS; i++)
        oid[i] = 1 + (uint64_t)i;
    assert_int_equal(history_watch(&h, seq, (struct wall){TIME_S}, oid, OBJECTS), 0);
    for (int k = 0; k < OBJECTS * CHANGES; k++) {
        struct record_event e = {.kind = RECORD_EVENT_ALERT,
                                 .oid = oid[k % OBJECTS],
                                 .state = k / OBJECTS & 1 ? 0 : 2,
                                 .hard = 1,
                                 .attempt = 1};

        assert_int_equal(history_add(&h, ++seq, (struct wall){(int64_t)seq * TIME_S}, &e), 0);
    }
    assert_int_equal(history_end(&h, seq), 0);
    history_close(&h);
}

static void ask_brief(struct rig *g, uint64_t id)
{
    const struct str of[] = {STR("0"), STR("1"), STR(""), STR("5")};
    struct buf b = BUF_INIT;

    msg_must(msg_put_query(
        &b, &(struct msg_query){.id = id, .stmt = STR("events_of"), .args = {of, ARRAY_LEN(of)}}));
    tell(g->gate, &b, -1);
}

static void ask_long(struct rig *g, uint64_t id)
{
    struct str of[] = {STR("0"), STR("0"), STR("99999"), STR_NULL};
    struct buf b = BUF_INIT, list = BUF_INIT;

    for (int i = 0; i < OBJECTS; i++)
        buf_printf(&list, "%s%d", i ? "," : "", 1 + i);
    of[3] = buf_str(&list);
    msg_must(
        msg_put_query(&b, &(struct msg_query){.id = id, .stmt = STR("spans"), .args = {of, ARRAY_LEN(of)}}));
    tell(g->gate, &b, -1);
    buf_release(&list);
}

static void ask_more(struct rig *g)
{
    ask_long(g, 2);
    ask_brief(g, 3);
    ask_brief(g, 4);
}

static bool all_ended(struct rig *g)
{
    size_t n = 0;

    for (size_t i = 0; i < g->ends.len; i++)
        n += g->ends.data[i] == ' ';
    return n == 4;
}

/* What is asked while a long question is under way: brief ones are let in, a long one has its turn behind it. */
static void test_let_in(void **state UNUSED)
{
    char folder[100], path[120];
    struct rig g;

    temp_dir_make(folder, sizeof(folder));
    snprintf(path, sizeof(path), "%s/history.db", folder);
    fill(path);
    begin(&g, &role_reader, "db-dir", folder, open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    of_meanwhile = &g;
    meanwhile = ask_more;
    ask_long(&g, 1);
    until(&g, all_ended);
    assert_string_equal(g.ends.data, "3 4 1 2 ");
    assert_string_equal(buf_str(&g.got).n ? g.got.data : "", "");
    assert_true(g.rows >= 2 * 3 + 4);
    end(&g);
    temp_dir_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_web), cmocka_unit_test(test_web_refuses),
                                       cmocka_unit_test(test_local), cmocka_unit_test(test_reader),
                                       cmocka_unit_test(test_let_in)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
