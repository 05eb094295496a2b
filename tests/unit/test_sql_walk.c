/* SPDX-License-Identifier: Apache-2.0 */
/* Looking through a database in small turns finds each page that SQLite's own check finds, whoever reads it otherwise. */
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

#include "base/buf.h"
#include "base/log.h"
#include "db/sql_pages.h"
#include "db/sql_walk.h"
#include "os/file.h"
#include "temp_dir.h"

#define MANY "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 600)"

static const struct {
    const struct sql_schema *schema;
    enum sql_how how;
    const char *fill;
    unsigned ends; /* pages that are the last of a long text */
} databases[] = {
    {&schema_history, SQL_PROJECTION,
     MANY
     "INSERT INTO event SELECT i, i / 3, 0, 0, i % 7, 1, 0, 1, 0, 0, 0, 'said', CASE WHEN i % 200 = 0 THEN "
     "hex(zeroblob(6000)) ELSE '' END, '', '', '' FROM n;" MANY
     "INSERT INTO span SELECT i % 7, i, i, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM n;" MANY
     "INSERT INTO object_event SELECT i % 7, i, i FROM n;",
     3},
    {&schema_objects, SQL_DURABLE,
     MANY
     "INSERT INTO object SELECT i, 0, 0, 1, 'host-number-' || i % 40, 'service ' || i, 0, 0, CASE WHEN i % "
     "2 THEN 'id ' || i ELSE '' END FROM n;"},
    {&schema_state, SQL_PROJECTION,
     MANY
     "INSERT INTO contact SELECT char(33 + i % 90) || i, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '', '' FROM "
     "n;"},
};

static void make(const char *path, unsigned which)
{
    struct sql s;
    struct err err = ERR_INIT;

    assert_int_equal(sql_open(&s, path, databases[which].how, databases[which].schema, &err), 0);
    assert_int_equal(sqlite3_exec(s.db, databases[which].fill, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(s.db, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL), SQLITE_OK);
    sql_close(&s);
}

/* In turns as short as can be; how many. */
static int walk(const char *path, unsigned which, int *turns)
{
    struct sql s;
    struct sql_walk w = {.sql = NULL};
    struct err err = ERR_INIT;
    int r = sql_open(&s, path, SQL_READ, databases[which].schema, &err);

    if (r == 0)
        r = sql_walk_begin(&w, &s);
    if (r == 0)
        for (*turns = 1; (r = sql_walk_turn(&w, 0)) == 1; ++*turns)
            assert_true(sqlite3_get_autocommit(s.db) && !sqlite3_next_stmt(s.db, NULL)); /* nothing is held */
    sql_walk_end(&w);
    sql_close(&s);
    return r;
}

static void set_page(const char *path, uint32_t page, const char *bytes)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    assert_int_equal(pwrite(fd, bytes, SQL_PAGE, (off_t)(page - 1) * SQL_PAGE), SQL_PAGE);
    close(fd);
}

static void test_every_page(void **state UNUSED)
{
    static const char zero[SQL_PAGE];
    char ones[SQL_PAGE], dir[128], path[160];
    struct buf whole = BUF_INIT;
    struct err err = ERR_INIT;
    int turns, known;
    unsigned missed;

    memset(ones, 0xff, sizeof(ones));
    temp_dir_make(dir, sizeof(dir));
    for (unsigned i = 0; i < ARRAY_LEN(databases); i++) {
        snprintf(path, sizeof(path), "%s/%u.db", dir, i);
        make(path, i);
        missed = 0;
        buf_clear(&whole);
        assert_int_equal(file_read(path, 64u << 20, &whole, &err), 0);
        assert_int_equal(walk(path, i, &turns), 0);
        assert_true(turns > 600 / 32);
        assert_true(whole.len / SQL_PAGE > 8);
        for (uint32_t page = 1; page <= whole.len / SQL_PAGE; page++) {
            bool map = databases[i].how == SQL_PROJECTION &&
                       page == 2; /* which page leads to which: leads nowhere */

            for (int k = 0; k < 2; k++) {
                set_page(path, page, k ? ones : zero);
                err_clear(&err);
                known = sql_look(path, &err);
                missed += known == E_FORMAT && !map && walk(path, i, &turns) != E_FORMAT;
            }
            set_page(path, page, whole.data + (size_t)(page - 1) * SQL_PAGE);
        }
        assert_int_equal(walk(path, i, &turns), 0);
        assert_true(missed <= databases[i].ends); /* what stands there is text, whatever it is */
    }
    buf_release(&whole);
    temp_dir_remove(dir);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_page),
    };

    log_init("test", LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
