/* SPDX-License-Identifier: Apache-2.0 */
/* Role store from outside, by its messages: what is told as stored is there after a restart; a disk that takes nothing is survived; identities outlive their file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/log.h"
#include "build_id.h"
#include "core/record.h"
#include "db/current.h"
#include "db/history.h"
#include "os/clock.h"
#include "os/mem.h"
#include "os/sock.h"
#include "role/role.h"
#include "small_model.h"
#include "temp_dir.h"
#include "wire/link.h"

#define CHECKS 3

static const struct wall noon = {1767268800 * TIME_S};
static const struct small_check names[] = {{"a", NULL}, {"b", NULL}, {"a", "disk"}, {"b", "mem"}};

struct other { /* the engine's or gate's side of a link */
    struct link *link;
    uint64_t oid[8];
    uint64_t stored, applied, lag, next_seq, segments;
    unsigned load_ends, oids, changed;
    char degraded[256];
    struct buf loaded;
};

struct rig {
    char dir[128];
    struct loop *loop;
    struct link *control;
    struct role *role;
    bool ready, ended;
    struct other engine, gate;
};

static void take_oids(struct other *o, int *fds, size_t n)
{
    const void *base;
    size_t len;

    assert_int_equal(n, 1);
    assert_int_equal(mem_check_sealed(fds[0], NULL), 0);
    assert_int_equal(mem_map_ro(fds[0], &base, &len, NULL), 0);
    memcpy(o->oid, base, MIN(len, sizeof(o->oid)));
    mem_unmap(base, len);
    o->oids++;
}

static void from_store(void *user, const struct msg *m, int *fds, size_t n_fds)
{
    struct other *o = user;

    switch (m->type) {
    case MSG_HELLO: break;
    case MSG_OIDS: take_oids(o, fds, n_fds); break;
    case MSG_STORED:
        o->stored = m->u.stored.seq;
        o->applied = m->u.stored.applied;
        o->lag = m->u.stored.lag;
        str_copy(o->degraded, sizeof(o->degraded), m->u.stored.degraded);
        break;
    case MSG_SEGMENT: o->segments++; break;
    case MSG_RENAMES: break; /* none: this test has no renames */
    case MSG_LOAD_REC: buf_add_str(&o->loaded, m->u.load_rec.records); break;
    case MSG_LOAD_END:
        o->load_ends++;
        o->next_seq = m->u.load_end.next_seq;
        break;
    case MSG_CHANGED: o->changed += (unsigned)(m->u.changed.idx.n / 4); break;
    default: fail_msg("message %s", msg_info(m->type)->name);
    }
}

static void gone(void *user UNUSED, const struct err *err UNUSED)
{
}

static void from_role(void *user, const struct msg *m, int *fds UNUSED, size_t n UNUSED)
{
    struct rig *g = user;

    g->ready = g->ready || m->type == MSG_READY;
}

static void on_end(void *user, struct role *r UNUSED)
{
    ((struct rig *)user)->ended = true;
}

static const struct link_ops other_ops = {from_store, gone, NULL}, control_ops = {from_role, gone, NULL};

static void until(struct rig *g, bool (*question)(struct rig *g))
{
    int64_t patience = clock_mono().us + 60 * TIME_S;

    while (!question(g)) {
        if (clock_mono().us > patience)
            fail_msg("it does not come");
        loop_once(g->loop, TIME_S);
    }
}

static bool is_ready(struct rig *g)
{
    return g->ready && g->engine.oids && g->gate.oids;
}

static void send_snapshot(struct rig *g, uint32_t n_names, uint64_t generation)
{
    struct buf b = BUF_INIT, frame = BUF_INIT;
    struct err err = ERR_INIT;
    struct model m;
    void *base;
    int fd;

    small_model(names, n_names, &b);
    assert_int_equal(model_open(&m, b.data, b.len, &err), 0);
    assert_int_equal(mem_segment("snapshot", b.len, &fd, &err), 0);
    assert_int_equal(mem_map_rw(fd, b.len, &base, &err), 0);
    memcpy(base, b.data, b.len);
    mem_unmap(base, b.len);
    assert_int_equal(mem_seal(fd, &err), 0);
    msg_put_snapshot(&frame, &(struct msg_snapshot){
                                 .generation = generation, .hash = str_of(m.hash), .public_len = b.len});
    assert_int_equal(link_send(g->control, &frame, &fd, 1), 0);
    close(fd);
    buf_release(&b);
    buf_release(&frame);
}

static void send_fd(struct rig *g, const char *purpose, int fd)
{
    struct buf b = BUF_INIT;

    msg_put_fdpass(&b, &(struct msg_fdpass){.purpose = str_of(purpose), .arg = str_of("x")});
    assert_int_equal(link_send(g->control, &b, &fd, 1), 0);
    close(fd);
    buf_release(&b);
}

static void send_peer(struct rig *g, struct other *o, enum role_id id)
{
    struct buf b = BUF_INIT;
    struct err err = ERR_INIT;
    int fd[2];

    assert_int_equal(sock_pair(fd, &err), 0);
    memset(o, 0, sizeof(*o));
    buf_init(&o->loaded);
    o->link = link_new(g->loop, fd[0], &other_ops, o);
    msg_put_peer(&b, &(struct msg_peer){.role = id});
    assert_int_equal(link_send(g->control, &b, &fd[1], 1), 0);
    close(fd[1]);
    msg_put_hello(&b, &(struct msg_hello){.build_id = STR(BUILD_REVISION), .role = id});
    assert_int_equal(link_send(o->link, &b, NULL, 0), 0);
    buf_release(&b);
}

static int open_at(const struct rig *g, const char *name, int flags)
{
    char path[256];
    int fd;

    snprintf(path, sizeof(path), "%s%s", g->dir, name);
    fd = open(path, flags | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    return fd;
}

static void begin(struct rig *g, uint32_t n_names)
{
    struct buf b = BUF_INIT;
    struct err err = ERR_INIT;
    int fd[2];

    assert_int_equal(sock_pair(fd, &err), 0);
    g->loop = loop_new();
    g->ready = g->ended = false;
    g->control = link_new(g->loop, fd[0], &control_ops, g);
    g->role = role_attach(&role_store, g->loop, fd[1], on_end, g);
    msg_put_start(&b, &(struct msg_start){
                          .role = ROLE_STORE, .epoch = 1, .state_dir = str_of(g->dir), .one_process = 1});
    assert_int_equal(link_send(g->control, &b, NULL, 0), 0);
    send_fd(g, "state-dir", open_at(g, "", O_RDONLY | O_DIRECTORY));
    send_fd(g, "nagios-log", open_at(g, "/log", O_WRONLY | O_APPEND | O_CREAT));
    send_snapshot(g, n_names, 1);
    send_peer(g, &g->engine, ROLE_ENGINE);
    send_peer(g, &g->gate, ROLE_GATE);
    msg_put_go(&b, &(struct msg_go){});
    assert_int_equal(link_send(g->control, &b, NULL, 0), 0);
    buf_release(&b);
    until(g, is_ready);
}

static void make_folders(struct rig *g)
{
    static const char *const folder[] = {"journal", "snapshots", "db"};
    char path[256];

    memset(g, 0, sizeof(*g));
    temp_dir_make(g->dir, sizeof(g->dir));
    for (size_t i = 0; i < ARRAY_LEN(folder); i++) {
        snprintf(path, sizeof(path), "%s/%s", g->dir, folder[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
}

static bool has_ended(struct rig *g)
{
    return g->ended;
}

static void end(struct rig *g)
{
    struct buf b = BUF_INIT;

    msg_put_stop(&b, &(struct msg_stop){});
    assert_int_equal(link_send(g->control, &b, NULL, 0), 0);
    until(g, has_ended);
    link_free(g->control);
    link_free(g->engine.link);
    link_free(g->gate.link);
    buf_release(&g->engine.loaded);
    buf_release(&g->gate.loaded);
    loop_free(g->loop);
    buf_release(&b);
}

/* ---- what the engine says ---- */

static bool is_loaded(struct rig *g)
{
    return g->engine.load_ends > 0;
}

static void load(struct rig *g)
{
    struct buf b = BUF_INIT;

    g->engine.load_ends = 0;
    buf_clear(&g->engine.loaded);
    msg_put_load(&b, &(struct msg_load){});
    assert_int_equal(link_send(g->engine.link, &b, NULL, 0), 0);
    buf_release(&b);
    until(g, is_loaded);
}

/* Record n: the state of check n % CHECKS with attempt n, and every third an event. */
static void add_record(struct rig *g, struct buf *batch, uint64_t n)
{
    struct record_state s = {.oid = g->engine.oid[n % CHECKS], .attempt = n};
    struct record_event e = {
        .oid = g->engine.oid[n % CHECKS], .kind = RECORD_EVENT_ALERT, .attempt = n, .text = STR("said")};

    if (n % 3)
        record_put(batch, RECORD_STATE, noon, &s);
    else
        record_put(batch, RECORD_EVENT, noon, &e);
}

static void put(struct rig *g, uint64_t first, uint64_t count)
{
    struct buf batch = BUF_INIT, b = BUF_INIT;

    for (uint64_t n = first; n < first + count; n++)
        add_record(g, &batch, n);
    msg_put_put(&b, &(struct msg_put){.first_seq = first, .count = count, .records = buf_str(&batch)});
    assert_int_equal(link_send(g->engine.link, &b, NULL, 0), 0);
    buf_release(&batch);
    buf_release(&b);
}

static uint64_t wanted;

static bool is_stored(struct rig *g)
{
    return g->engine.stored >= wanted;
}

static void put_and_wait(struct rig *g, uint64_t first, uint64_t count)
{
    put(g, first, count);
    wanted = first + count - 1;
    until(g, is_stored);
}

/* The newest attempt of each check that the load brought. */
static void newest(struct rig *g, uint64_t attempt[CHECKS])
{
    struct str rest = buf_str(&g->engine.loaded);
    struct record_frame f;
    struct record_state s;

    memset(attempt, 0, CHECKS * sizeof(*attempt));
    while (rest.n) {
        assert_int_equal(record_next(&rest, &f), 1);
        if (f.kind != RECORD_STATE)
            continue;
        assert_int_equal(record_get(f.kind, f.payload, &s), 0);
        for (int i = 0; i < CHECKS; i++)
            if (s.oid == g->engine.oid[i])
                attempt[i] = s.attempt;
    }
}

static bool is_asked(struct rig *g)
{
    return g->engine.segments > 0;
}

static void test_stored_is_there(void **state UNUSED)
{
    uint64_t attempt[CHECKS], oid[8];
    struct rig g;

    make_folders(&g);
    begin(&g, CHECKS);
    load(&g);
    assert_int_equal(g.engine.next_seq, 1);
    until(&g, is_asked);
    put_and_wait(&g, 1, 100);
    put(&g, 101, 50);
    put_and_wait(&g, 151, 50);
    assert_string_equal(g.engine.degraded, "");
    assert_int_equal(g.gate.changed, 200 - 66);
    memcpy(oid, g.engine.oid, sizeof(oid));
    end(&g);
    begin(&g, CHECKS);
    assert_memory_equal(oid, g.engine.oid, sizeof(oid));
    load(&g);
    assert_int_equal(g.engine.next_seq, 201);
    newest(&g, attempt);
    assert_int_equal(attempt[200 % CHECKS], 200);
    assert_int_equal(attempt[199 % CHECKS], 199);
    /* Sent again after a reconnect: it changes nothing. */
    put(&g, 150, 51);
    put_and_wait(&g, 201, 10);
    load(&g);
    assert_int_equal(g.engine.next_seq, 211);
    end(&g);
    temp_dir_remove(g.dir);
}

static void send_checkpoint(struct rig *g, uint64_t last)
{
    struct record_checkpoint_end done = {.last = last};
    struct buf batch = BUF_INIT, b = BUF_INIT;

    for (uint64_t i = 0; i < CHECKS; i++) {
        struct record_state s = {.oid = g->engine.oid[i], .attempt = 1000 + i};

        record_put(&batch, RECORD_STATE, noon, &s);
    }
    record_put(&batch, RECORD_CHECKPOINT_END, noon, &done);
    msg_put_checkpoint(&b, &(struct msg_checkpoint){.records = buf_str(&batch), .last = last});
    assert_int_equal(link_send(g->engine.link, &b, NULL, 0), 0);
    buf_release(&batch);
    buf_release(&b);
}

static void test_checkpoint_shortens_the_start(void **state UNUSED)
{
    uint64_t attempt[CHECKS];
    struct rig g;

    make_folders(&g);
    begin(&g, CHECKS);
    load(&g);
    until(&g, is_asked);
    put_and_wait(&g, 1, 3);
    send_checkpoint(&g, 3);
    put_and_wait(&g, 4, 1); /* check 1 */
    end(&g);
    begin(&g, CHECKS);
    load(&g);
    newest(&g, attempt);
    assert_int_equal(attempt[0], 1000);
    assert_int_equal(attempt[1], 4);
    assert_int_equal(attempt[2], 1002);
    assert_int_equal(g.engine.segments, 0); /* the segment has its checkpoint */
    end(&g);
    temp_dir_remove(g.dir);
}

static bool is_degraded(struct rig *g)
{
    return g->engine.degraded[0] && g->gate.degraded[0];
}

static void limit_files(rlim_t bytes)
{
    struct rlimit l;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
    l.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
}

static unsigned syncs_failed;
static bool sync_fails;

/* In the place of libc's, for all that this program links. */
int fdatasync(int fd)
{
    if (!sync_fails)
        return (int)syscall(SYS_fdatasync, fd);
    syncs_failed++;
    errno = EIO;
    return -1;
}

static bool is_tried_again(struct rig *g)
{
    return is_degraded(g) && syncs_failed > 3;
}

/* Nothing is told as stored while its sync fails, however often it is tried; when it works, all of it, and it is there. */
static void test_failed_sync(void **state UNUSED)
{
    struct rig g;

    make_folders(&g);
    begin(&g, CHECKS);
    load(&g);
    put_and_wait(&g, 1, 10);
    syncs_failed = 0;
    sync_fails = true;
    put(&g, 11, 10);
    until(&g, is_tried_again);
    put(&g, 21, 10);
    syncs_failed = 0;
    until(&g, is_tried_again);
    sync_fails = false;
    assert_int_equal(g.engine.stored, 10);
    wanted = 30;
    until(&g, is_stored);
    put_and_wait(&g, 31, 1);
    assert_string_equal(g.engine.degraded, "");
    end(&g);
    begin(&g, CHECKS);
    load(&g);
    assert_int_equal(g.engine.next_seq, 32);
    end(&g);
    temp_dir_remove(g.dir);
}

static void test_full_disk_resumes(void **state UNUSED)
{
    struct rig g;

    make_folders(&g);
    begin(&g, CHECKS);
    load(&g);
    put_and_wait(&g, 1, 10);
    limit_files(8192 + 100); /* no file may grow any more */
    put(&g, 11, 1000);
    until(&g, is_degraded);
    assert_non_null(strstr(g.engine.degraded, "the disk is full"));
    assert_true(g.engine.stored < 1010);
    load(&g); /* a new engine gets what waits in memory, too */
    assert_int_equal(g.engine.next_seq, 1011);
    limit_files(RLIM_INFINITY);
    wanted = 1010;
    until(&g, is_stored);
    put_and_wait(&g, 1011, 1);
    assert_string_equal(g.engine.degraded, "");
    end(&g);
    begin(&g, CHECKS);
    load(&g);
    assert_int_equal(g.engine.next_seq, 1012);
    end(&g);
    temp_dir_remove(g.dir);
}

static void remove_file(const struct rig *g, const char *name)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", g->dir, name);
    assert_int_equal(unlink(path), 0);
}

/* What the database of states has of a check: number and attempt, or -1. */
static int64_t known(const struct rig *g, uint64_t oid, enum sql_id id)
{
    struct current c;
    struct err err = ERR_INIT;
    char path[256];
    int64_t seq = -1;

    snprintf(path, sizeof(path), "%s/db/state.db", g->dir);
    assert_int_equal(current_open_read(&c, path, &err), 0);
    assert_int_equal(sql_start(&c.sql, id), 0);
    sql_bind_i64(&c.sql, id, 1, (int64_t)oid);
    if (sql_step(&c.sql, id) == 1)
        seq = sql_i64(&c.sql, id, 0);
    sql_end(&c.sql, id);
    current_close(&c);
    return seq;
}

static bool states_are_in(struct rig *g)
{
    return known(g, g->engine.oid[2], SQL_STATE_SEQ) == 89 && known(g, g->engine.oid[1], SQL_STATE_SEQ) == 88;
}

static bool results_are_in(struct rig *g)
{
    return states_are_in(g) && known(g, g->engine.oid[2], SQL_RESULT_SEQ) == 89 &&
           known(g, g->engine.oid[1], SQL_RESULT_SEQ) == 88;
}

/* Changes are in a moment later; after a loss all of it is made again from the journal, also what stood behind the checkpoint. */
static void test_states_in_the_database(void **state UNUSED)
{
    struct rig g;

    make_folders(&g);
    begin(&g, CHECKS);
    load(&g);
    until(&g, is_asked);
    put_and_wait(&g, 1, 60);
    send_checkpoint(&g, 60);
    put_and_wait(&g, 61, 30);
    until(&g, states_are_in);
    end(&g);
    remove_file(&g, "db/state.db");
    begin(&g, CHECKS);
    load(&g);
    until(&g, results_are_in);
    assert_int_equal(known(&g, g.engine.oid[0], SQL_STATE_SEQ), 60); /* it stands in the checkpoint only */
    end(&g);
    temp_dir_remove(g.dir);
}

/* objects.db and history.db are projections: lost, they are made again. */
static void test_projections_come_back(void **state UNUSED)
{
    struct history h;
    struct err err = ERR_INIT;
    uint64_t oid[8];
    struct rig g;
    char path[256];
    bool moved;

    make_folders(&g);
    begin(&g, CHECKS);
    load(&g);
    put_and_wait(&g, 1, 90);
    memcpy(oid, g.engine.oid, sizeof(oid));
    end(&g);
    remove_file(&g, "db/objects.db");
    remove_file(&g, "db/history.db");
    begin(&g, CHECKS + 1);
    assert_true(g.engine.oid[0] == oid[0] && g.engine.oid[1] == oid[1] && g.engine.oid[2] == oid[2]);
    assert_int_equal(g.engine.oid[3], CHECKS + 1);
    load(&g);
    put_and_wait(&g, 91, 3);
    loop_once(g.loop, TIME_S);
    end(&g);
    snprintf(path, sizeof(path), "%s/db/history.db", g.dir);
    assert_int_equal(history_open(&h, path, noon, &moved, &err), 0);
    assert_true(h.applied >= 90);
    history_close(&h);
    temp_dir_remove(g.dir);
}

static bool is_behind(struct rig *g)
{
    return g->gate.lag >= wanted && strstr(g->gate.degraded, "the history is not written");
}

static bool has_caught_up(struct rig *g)
{
    return !g->gate.lag && g->gate.applied >= wanted && !g->gate.degraded[0];
}

static void count_events(void *user, struct str json)
{
    for (size_t i = 0; i + 5 < json.n; i++)
        *(unsigned *)user += memcmp(json.p + i, "\"id\":", 5) == 0;
}

/* A history that is lost, and cannot be made anew at first: how far it is behind is told; as soon as it can be it has all, of before and of meanwhile. */
static void test_lag_is_told(void **state UNUSED)
{
    struct str args[] = {STR(""), STR("1000")};
    struct history_args q = {.stmt = STR("events_recent"), .at = args, .n = 2};
    struct history h;
    struct err err = ERR_INIT;
    struct rig g;
    char path[256];
    unsigned events = 0;
    bool moved;

    make_folders(&g);
    begin(&g, CHECKS);
    load(&g);
    put_and_wait(&g, 1, 900);
    wanted = 900;
    until(&g, has_caught_up);
    end(&g);
    remove_file(&g, "db/history.db");
    remove_file(&g, "db/history.db-wal");
    snprintf(path, sizeof(path), "%s/db/history.db", g.dir);
    assert_int_equal(mkdir(path, 0700), 0); /* no file can be there */
    begin(&g, CHECKS);
    load(&g);
    wanted = 900;
    until(&g, is_behind);
    put_and_wait(&g, 901, 300);
    wanted = 1200;
    until(&g, is_behind);
    assert_int_equal(g.gate.applied, 0);
    assert_int_equal(rmdir(path), 0);
    until(&g, has_caught_up);
    end(&g);
    assert_int_equal(history_open(&h, path, noon, &moved, &err), 0);
    assert_int_equal(h.applied, 1200);
    assert_int_equal(history_query(&h, &q, count_events, &events, &err), 0);
    assert_int_equal(events, 1200 / 3);
    history_close(&h);
    temp_dir_remove(g.dir);
}

static void test_log_lines(void **state UNUSED)
{
    struct buf b = BUF_INIT;
    char text[64] = "";
    struct rig g;
    int fd;

    make_folders(&g);
    begin(&g, CHECKS);
    load(&g);
    msg_put_logline(&b, &(struct msg_logline){.text = STR("[1] SERVICE ALERT: a\n[2] b")});
    assert_int_equal(link_send(g.engine.link, &b, NULL, 0), 0);
    put_and_wait(&g, 1, 1);
    fd = open_at(&g, "/log", O_RDONLY);
    assert_true(read(fd, text, sizeof(text) - 1) > 0);
    close(fd);
    assert_string_equal(text, "[1] SERVICE ALERT: a\n[2] b\n");
    end(&g);
    buf_release(&b);
    temp_dir_remove(g.dir);
}

static void test_reload(void **state UNUSED)
{
    struct rig g;

    make_folders(&g);
    begin(&g, CHECKS);
    load(&g);
    g.engine.oids = g.gate.oids = 0;
    send_snapshot(&g, CHECKS + 1, 2);
    until(&g, is_ready);
    assert_int_equal(g.engine.oid[3], CHECKS + 1);
    end(&g);
    temp_dir_remove(g.dir);
}

static void quiet(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stored_is_there),
        cmocka_unit_test(test_checkpoint_shortens_the_start),
        cmocka_unit_test(test_failed_sync),
        cmocka_unit_test(test_full_disk_resumes),
        cmocka_unit_test(test_states_in_the_database),
        cmocka_unit_test(test_projections_come_back),
        cmocka_unit_test(test_lag_is_told),
        cmocka_unit_test(test_log_lines),
        cmocka_unit_test(test_reload),
    };

    log_init("test", LOG_ERROR);
    log_set_sink(getenv("VIGIE_TEST_LOG") ? NULL : quiet);
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
