/* SPDX-License-Identifier: Apache-2.0 */
/* A damaged database, page by page: what stands on the others goes into a new one, and no page costs more than itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "db/bounds.h"
#include "db/history_rescue.h"
#include "db/objects.h"
#include "os/file.h"
#include "small_model.h"
#include "temp_dir.h"

#define CHECKS 400

static const struct wall noon = {1767268800 * TIME_S};

struct place {
    char dir[128], path[160], damaged[SQL_ASIDE_PATH];
    struct buf whole; /* the file as it was */
};

static void begin(struct place *p)
{
    temp_dir_make(p->dir, sizeof(p->dir));
    snprintf(p->path, sizeof(p->path), "%s/a.db", p->dir);
    snprintf(p->damaged, sizeof(p->damaged), "%s.damaged-7", p->path);
    buf_init(&p->whole);
}

static void end(struct place *p)
{
    buf_release(&p->whole);
    temp_dir_remove(p->dir);
}

static void clear(const struct place *p)
{
    char name[200];

    unlink(p->path);
    snprintf(name, sizeof(name), "%s-wal", p->path);
    unlink(name);
    snprintf(name, sizeof(name), "%s-shm", p->path);
    unlink(name);
}

/* The database is closed: keeps its bytes, and takes the file away. How many pages. */
static uint32_t take(struct place *p, struct sql *s)
{
    struct err err = ERR_INIT;

    sql_settle(s);
    sql_close(s);
    assert_int_equal(file_read(p->path, 64u << 20, &p->whole, &err), 0);
    clear(p);
    return (uint32_t)(p->whole.len / SQL_PAGE);
}

/* With that page damaged, where it was moved to. */
static void put_damaged(const struct place *p, uint32_t page)
{
    char bad[SQL_PAGE];
    int fd = open(p->damaged, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    memset(bad, 0xff, sizeof(bad));
    assert_int_equal(file_write_all(fd, p->whole.data, p->whole.len), 0);
    assert_int_equal(pwrite(fd, bad, sizeof(bad), (off_t)(page - 1) * SQL_PAGE), SQL_PAGE);
    close(fd);
}

static int64_t ask(struct sql *s, const char *text)
{
    sqlite3_stmt *st = NULL;
    int64_t n = -1;

    assert_int_equal(sqlite3_prepare_v2(s->db, text, -1, &st, NULL), SQLITE_OK);
    if (sqlite3_step(st) == SQLITE_ROW)
        n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return n;
}

/* ---- identities ---- */

static void register_many(struct objects *o, uint64_t *oid)
{
    static char names[CHECKS][32];
    struct small_check list[CHECKS];
    struct buf b = BUF_INIT;
    struct err err = ERR_INIT;
    struct model m;

    for (int i = 0; i < CHECKS; i++) {
        snprintf(names[i], sizeof(names[i]), "host-number-%05d", i);
        list[i] = (struct small_check){names[i]};
    }
    small_model(list, CHECKS, &b);
    assert_int_equal(model_open(&m, b.data, b.len, &err), 0);
    assert_int_equal(objects_register(o, &m, noon, oid, &err), 0);
    buf_release(&b);
}

static void test_objects(void **state UNUSED)
{
    uint64_t first[CHECKS] = {0}, oid[CHECKS], rows;
    struct objects o;
    struct err err = ERR_INIT;
    struct place p;
    uint32_t pages;
    bool moved;

    begin(&p);
    assert_int_equal(objects_open(&o, p.path, 3, noon, &moved, &err), 0);
    register_many(&o, first);
    pages = take(&p, &o.sql);
    objects_close(&o);
    assert_true(pages > 10);
    for (uint32_t page = 1; page <= pages; page++) {
        memset(oid, 0, sizeof(oid));
        put_damaged(&p, page);
        assert_int_equal(objects_open(&o, p.path, 3, noon, &moved, &err), 0);
        assert_int_equal(objects_rescue(&o, p.damaged, noon, &rows), 0);
        assert_int_equal(ask(&o.sql, "SELECT count(*) FROM object"), CHECKS);
        assert_true(o.next == OBJECTS_OID(3, CHECKS + 1));
        register_many(&o, oid);
        assert_memory_equal(oid, first, sizeof(oid));
        assert_int_equal(ask(&o.sql, "SELECT count(*) FROM object WHERE deleted <> 0"), 0);
        assert_int_equal(rows, CHECKS);
        objects_close(&o);
        clear(&p);
    }
    end(&p);
}

/* ---- thresholds ---- */

static void test_bounds(void **state UNUSED)
{
    struct bounds b;
    struct err err = ERR_INIT;
    struct place p;
    uint32_t pages;
    int64_t least = CHECKS;
    bool moved;

    begin(&p);
    assert_int_equal(bounds_open(&b, p.path, noon, &moved, &err), 0);
    assert_int_equal(bounds_begin(&b), 0);
    for (uint64_t i = 1; i <= CHECKS; i++)
        assert_int_equal(bounds_put(&b, i, &(struct series_key){.oid = i, .label = STR("a label")},
                                    &(struct bounds_row){.since_us = noon.us, .warn = STR("10:20")}),
                         0);
    assert_int_equal(bounds_end(&b, CHECKS), 0);
    pages = take(&p, &b.sql);
    for (uint32_t page = 1; page <= pages; page++) {
        put_damaged(&p, page);
        assert_int_equal(bounds_open(&b, p.path, noon, &moved, &err), 0);
        assert_int_equal(bounds_rescue(&b, p.damaged), 0);
        least = MIN(least, ask(&b.sql, "SELECT count(*) FROM bound WHERE warn = '10:20'"));
        assert_true(b.applied == 0); /* the journal has the rest */
        bounds_close(&b);
        clear(&p);
    }
    assert_true(least > CHECKS * 2 / 3 && least < CHECKS);
    end(&p);
}

/* ---- the history ---- */

#define EVENTS  3000
#define OBJECTS 40
#define JOURNAL 2501 /* begins with this number */

static const char long_text[] = "a long text that does not fit into a page: ";

static void add_event(struct history *h, uint64_t seq)
{
    struct record_event e = {.oid = seq % OBJECTS + 1,
                             .kind = seq % 7 == 3   ? RECORD_EVENT_DECISION
                                     : seq % 7 == 5 ? RECORD_EVENT_PASSIVE
                                                    : RECORD_EVENT_ALERT,
                             .state = seq / OBJECTS % 4,
                             .hard = 1,
                             .text = STR("said")};
    struct buf b = BUF_INIT;

    for (int i = 0; seq % 500 == 1 && i < 200; i++)
        buf_add_c(&b, long_text);
    e.long_text = buf_str(&b);
    assert_int_equal(history_add(h, seq, (struct wall){noon.us + (int64_t)seq * TIME_S}, &e), 0);
    buf_release(&b);
}

static void fill(struct history *h)
{
    assert_int_equal(history_begin(h), 0);
    for (uint64_t seq = 1; seq <= EVENTS; seq++)
        add_event(h, seq);
    assert_int_equal(history_end(h, EVENTS), 0);
}

#define ALL "(SELECT seq, at FROM event UNION SELECT seq, at FROM decision UNION SELECT seq, at FROM passive)"

/* What is there and what is known to be lost are all that there was before the journal, and the spans are those that there were. */
static void look(struct history *h, const char *whole)
{
    char attach[256];
    struct history_lost lost;

    snprintf(attach, sizeof(attach), "ATTACH '%s' AS was", whole);
    assert_int_equal(sqlite3_exec(h->sql.db, attach, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(history_lost(h, &lost), 0);
    assert_int_equal(ask(&h->sql, "SELECT count(*) FROM " ALL " WHERE seq < 2501") + (int64_t)lost.n,
                     JOURNAL - 1);
    assert_true(lost.n < 200); /* what a page holds of the smallest */
    assert_int_equal(ask(&h->sql, "SELECT count(*) FROM lost WHERE at <> 1767268800000000 + seq * 1000000"),
                     0);
    if (lost.n)
        assert_true(lost.from < lost.until || lost.n == 1);
    assert_int_equal(
        ask(&h->sql, "SELECT count(*) FROM (SELECT * FROM event EXCEPT SELECT * FROM was.event)"), 0);
    assert_int_equal(ask(&h->sql, "SELECT count(*) FROM (SELECT oid, at, seq FROM event EXCEPT "
                                  "SELECT oid, at, seq FROM object_event)"),
                     0);
    /* Without its event a span is there, unless both pages are lost. */
    assert_int_equal(ask(&h->sql, "SELECT count(*) FROM (SELECT * FROM was.span WHERE seq < 2501 EXCEPT "
                                  "SELECT * FROM span)"),
                     0);
    assert_int_equal(ask(&h->sql, "SELECT count(*) FROM span WHERE seq >= 2501"), 0);
    assert_true(h->applied == JOURNAL - 1 && h->filled && !h->seeded);
    assert_int_equal(sqlite3_exec(h->sql.db, "DETACH was", NULL, NULL, NULL), SQLITE_OK);
}

static void rescue(struct history *h, const struct place *p)
{
    struct history_rescue x;
    struct err err = ERR_INIT;
    bool moved;
    int r = 1;

    for (int turn = 0; r == 1; turn++) {
        if (turn % 5 == 0) { /* now and then a kill */
            assert_int_equal(history_open(h, p->path, noon, &moved, &err), 0);
            assert_int_equal(history_rescue_begin(&x, h, p->path, JOURNAL), 0);
            assert_true(x.on);
        }
        r = history_rescue_turn(&x, 2 * TIME_MS);
        if (turn % 5 == 4 || r != 1) {
            history_rescue_end(&x);
            history_close(h);
        }
    }
    assert_int_equal(r, 0);
    assert_int_equal(history_open(h, p->path, noon, &moved, &err), 0);
    assert_int_equal(history_rescue_begin(&x, h, p->path, JOURNAL), 0);
    assert_false(x.on); /* it was done */
}

static void test_history(void **state UNUSED)
{
    struct history h;
    struct err err = ERR_INIT;
    struct place p;
    char whole[200];
    uint32_t pages;
    bool moved;
    int fd;

    begin(&p);
    assert_int_equal(history_open(&h, p.path, noon, &moved, &err), 0);
    fill(&h);
    pages = take(&p, &h.sql);
    history_close(&h);
    snprintf(whole, sizeof(whole), "%s/whole.db", p.dir);
    fd = open(whole, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(file_write_all(fd, p.whole.data, p.whole.len), 0);
    close(fd);
    for (uint32_t page = 1; page <= pages; page += page < 12 ? 1 : 5) {
        put_damaged(&p, page);
        rescue(&h, &p);
        look(&h, whole);
        history_close(&h);
        clear(&p);
    }
    end(&p);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_objects),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_history),
    };

    log_init("test", LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
