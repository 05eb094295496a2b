/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "build_id.h"
#include "os/clock.h"
#include "os/mem.h"
#include "os/sock.h"
#include "small_model.h"
#include "store_rig.h"

static const struct small_check names[] = {{"a", NULL},   {"b", NULL},   {"a", "disk"}, {"b", "mem"},
                                           {"b", "cpu"},  {"b", "load"}, {"b", "swap"}, {"b", "users"},
                                           {"b", "ping"}, {"b", "http"}, {"b", "ssh"},  {"b", "ntp"},
                                           {"b", "raid"}, {"b", "mail"}, {"b", "dns"},  {"b", "ups"}};

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
        o->lines_lost = m->u.stored.lines_lost;
        o->stored = m->u.stored.seq;
        o->applied = m->u.stored.applied;
        o->lag = m->u.stored.lag;
        str_copy(o->degraded, sizeof(o->degraded), m->u.stored.degraded);
        break;
    case MSG_LOGGED:
        o->logged = m->u.logged;
        o->loggeds++;
        break;
    case MSG_SEGMENT: o->segments++; break;
    case MSG_PERF_HELD: o->held++; break;
    case MSG_PERF_WRITTEN:
        o->perf_written = m->u.perf_written.host ? o->perf_written : m->u.perf_written.line;
        break;
    case MSG_SERIES: o->series = m->u.series; break;
    case MSG_RENAMES: break; /* none: this test has no renames */
    case MSG_AUDITED: break; /* how the audit record does: test_audit, tests/life/69-audit.py */
    case MSG_DAMAGE: break;  /* what is told to people: tests/life/61-damaged-database.py */
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
    if (m->type == MSG_LOG_OPEN) {
        g->asked++;
        str_copy(g->purpose, sizeof(g->purpose), m->u.log_open.purpose);
    }
}

static void on_end(void *user, struct role *r UNUSED)
{
    ((struct rig *)user)->ended = true;
}

static const struct link_ops other_ops = {from_store, gone, NULL}, control_ops = {from_role, gone, NULL};

void rig_until(struct rig *g, bool (*question)(struct rig *g))
{
    int64_t patience = clock_mono().us + 60 * TIME_S;

    while (!question(g)) {
        if (clock_mono().us > patience)
            fail_msg("it does not come");
        loop_once(g->loop, TIME_S);
    }
}

bool rig_is_ready(struct rig *g)
{
    return g->ready && g->engine.oids && g->gate.oids;
}

void rig_send_snapshot(struct rig *g, uint32_t n_names, uint64_t generation)
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
    msg_must(msg_put_snapshot(
        &frame,
        &(struct msg_snapshot){.generation = generation, .hash = str_of(m.hash), .public_len = b.len}));
    assert_int_equal(link_send(g->control, &frame, &fd, 1), 0);
    close(fd);
    buf_release(&b);
    buf_release(&frame);
}

void rig_send_fd(struct rig *g, const char *purpose, int fd)
{
    struct buf b = BUF_INIT;

    msg_must(msg_put_fdpass(&b, &(struct msg_fdpass){.purpose = str_of(purpose), .arg = str_of("x")}));
    assert_int_equal(link_send(g->control, &b, &fd, 1), 0);
    close(fd);
    buf_release(&b);
}

void rig_send_peer(struct rig *g, struct other *o, enum role_id id)
{
    struct buf b = BUF_INIT;
    struct err err = ERR_INIT;
    int fd[2];

    assert_int_equal(sock_pair(fd, &err), 0);
    memset(o, 0, sizeof(*o));
    buf_init(&o->loaded);
    o->link = link_new(g->loop, fd[0], &other_ops, o);
    msg_must(msg_put_peer(&b, &(struct msg_peer){.role = id}));
    assert_int_equal(link_send(g->control, &b, &fd[1], 1), 0);
    close(fd[1]);
    msg_must(msg_put_hello(&b, &(struct msg_hello){.build_id = STR(BUILD_REVISION), .role = id}));
    assert_int_equal(link_send(o->link, &b, NULL, 0), 0);
    buf_release(&b);
}

int rig_open_at(const struct rig *g, const char *name, int flags)
{
    char path[256];
    int fd;

    snprintf(path, sizeof(path), "%s%s", g->dir, name);
    fd = open(path, flags | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    return fd;
}

void rig_begin(struct rig *g, uint32_t n_names)
{
    struct buf b = BUF_INIT;
    struct err err = ERR_INIT;
    int fd[2];

    assert_int_equal(sock_pair(fd, &err), 0);
    g->loop = loop_new();
    g->ready = g->ended = false;
    g->control = link_new(g->loop, fd[0], &control_ops, g);
    g->role = role_attach(&role_store, g->loop, fd[1], on_end, g);
    msg_must(msg_put_start(
        &b,
        &(struct msg_start){.role = ROLE_STORE, .epoch = 1, .state_dir = str_of(g->dir), .one_process = 1}));
    assert_int_equal(link_send(g->control, &b, NULL, 0), 0);
    rig_send_fd(g, "state-dir", rig_open_at(g, "", O_RDONLY | O_DIRECTORY));
    rig_send_fd(g, "nagios-log", rig_open_at(g, "/log", O_RDWR | O_APPEND | O_CREAT));
    rig_send_snapshot(g, n_names, 1);
    rig_send_peer(g, &g->engine, ROLE_ENGINE);
    rig_send_peer(g, &g->gate, ROLE_GATE);
    msg_must(msg_put_go(&b, &(struct msg_go){}));
    assert_int_equal(link_send(g->control, &b, NULL, 0), 0);
    buf_release(&b);
    rig_until(g, rig_is_ready);
}

void rig_make_folders(struct rig *g)
{
    static const char *const folder[] = {"journal", "snapshots", "db", "audit"};
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

void rig_end(struct rig *g)
{
    struct buf b = BUF_INIT;

    msg_must(msg_put_stop(&b, &(struct msg_stop){}));
    assert_int_equal(link_send(g->control, &b, NULL, 0), 0);
    rig_until(g, has_ended);
    link_free(g->control);
    link_free(g->engine.link);
    link_free(g->gate.link);
    buf_release(&g->engine.loaded);
    buf_release(&g->gate.loaded);
    loop_free(g->loop);
    buf_release(&b);
}

static uint64_t wanted_file;

static bool has_file(struct rig *g)
{
    return g->engine.logged.file == wanted_file;
}

void rig_fill_log(struct rig *g)
{
    int full = open("/dev/full", O_RDWR | O_APPEND | O_CLOEXEC);
    struct stat st;

    assert_true(full >= 0 && fstat(full, &st) == 0);
    wanted_file = st.st_ino;
    rig_send_fd(g, "nagios-log", full);
    rig_until(g, has_file);
}

/* ---- what the engine says ---- */

static bool is_loaded(struct rig *g)
{
    return g->engine.load_ends > 0;
}

void rig_load(struct rig *g)
{
    struct buf b = BUF_INIT;

    g->engine.load_ends = 0;
    buf_clear(&g->engine.loaded);
    msg_must(msg_put_load(&b, &g->load));
    assert_int_equal(link_send(g->engine.link, &b, NULL, 0), 0);
    rig_until(g, is_loaded);
    msg_must(msg_put_put(&b, &(struct msg_put){.first_seq = g->engine.next_seq})); /* it serves */
    assert_int_equal(link_send(g->engine.link, &b, NULL, 0), 0);
    buf_release(&b);
}

/* Record n: the state of check n % RIG_CHECKS with attempt n, and every third an event. */
static void add_record(struct rig *g, struct buf *batch, uint64_t n)
{
    struct record_state s = {.oid = g->engine.oid[n % RIG_CHECKS], .attempt = n};
    struct record_event e = {
        .oid = g->engine.oid[n % RIG_CHECKS], .kind = RECORD_EVENT_ALERT, .attempt = n, .text = STR("said")};

    if (n % 3)
        record_put(batch, RECORD_STATE, rig_noon, &s);
    else
        record_put(batch, RECORD_EVENT, rig_noon, &e);
}

uint64_t rig_wanted;

bool rig_is_stored(struct rig *g)
{
    return g->engine.stored >= rig_wanted;
}

void rig_put_and_wait(struct rig *g, uint64_t first, uint64_t count)
{
    rig_put(g, first, count);
    rig_wanted = first + count - 1;
    rig_until(g, rig_is_stored);
}

/* The newest attempt of each check that the load brought. */
void rig_newest(struct rig *g, uint64_t attempt[RIG_CHECKS])
{
    struct str rest = buf_str(&g->engine.loaded);
    struct record_frame f;
    struct record_state s;

    memset(attempt, 0, RIG_CHECKS * sizeof(*attempt));
    while (rest.n) {
        assert_int_equal(record_next(&rest, &f), 1);
        if (f.kind != RECORD_STATE)
            continue;
        assert_int_equal(record_get(f.kind, f.payload, &s), 0);
        for (int i = 0; i < RIG_CHECKS; i++)
            if (s.oid == g->engine.oid[i])
                attempt[i] = s.attempt;
    }
}

bool rig_is_asked(struct rig *g)
{
    return g->engine.segments > 0;
}

void rig_put_batch(struct rig *g, uint64_t first, uint64_t count, const struct buf *batch)
{
    struct buf b = BUF_INIT;

    assert_int_equal(
        msg_put_put(&b, &(struct msg_put){.first_seq = first, .count = count, .records = buf_str(batch)}), 0);
    assert_int_equal(link_send(g->engine.link, &b, NULL, 0), 0);
    buf_release(&b);
}

void rig_put(struct rig *g, uint64_t first, uint64_t count)
{
    struct buf batch = BUF_INIT;

    for (uint64_t n = first; n < first + count; n++)
        add_record(g, &batch, n);
    rig_put_batch(g, first, count, &batch);
    buf_release(&batch);
}

void rig_put_one(struct rig *g, uint64_t seq, enum record_kind kind, const void *record)
{
    struct buf batch = BUF_INIT;

    record_put(&batch, kind, rig_noon, record);
    rig_put_batch(g, seq, 1, &batch);
    buf_release(&batch);
    rig_wanted = seq;
    rig_until(g, rig_is_stored);
}

void rig_send_records(struct rig *g, uint64_t last, const struct buf *batch)
{
    struct buf b = BUF_INIT;

    msg_must(msg_put_checkpoint(&b, &(struct msg_checkpoint){.records = buf_str(batch), .last = last}));
    assert_int_equal(link_send(g->engine.link, &b, NULL, 0), 0);
    buf_release(&b);
}

void rig_send_checkpoint(struct rig *g, uint64_t last)
{
    struct record_checkpoint_end done = {.last = last};
    struct buf batch = BUF_INIT;

    for (uint64_t i = 0; i < RIG_CHECKS; i++) {
        struct record_state s = {.oid = g->engine.oid[i], .attempt = 1000 + i};

        record_put(&batch, RECORD_STATE, rig_noon, &s);
    }
    record_put(&batch, RECORD_CHECKPOINT_END, rig_noon, &done);
    rig_send_records(g, last, &batch);
    buf_release(&batch);
}

void rig_remove_file(const struct rig *g, const char *name)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", g->dir, name);
    assert_int_equal(unlink(path), 0);
}
