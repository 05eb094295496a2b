/* SPDX-License-Identifier: Apache-2.0 */
/* Identities: they stay with a name, or with what is said of a rename, and survive the loss of their table. */
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

#include "base/limits.h"
#include "base/log.h"
#include "core/oids.h"
#include "db/objects.h"
#include "db/statedir.h"
#include "os/file.h"
#include "small_model.h"
#include "temp_dir.h"

static const struct wall noon = {1767268800 * TIME_S};

struct place {
    char dir[128], path[160];
};

static void begin(struct place *p)
{
    temp_dir_make(p->dir, sizeof(p->dir));
    snprintf(p->path, sizeof(p->path), "%s/a.db", p->dir);
}

static void register_all(struct objects *o, const struct small_check *list, uint32_t n, uint64_t *oid)
{
    struct buf b = BUF_INIT;
    struct err err = ERR_INIT;
    struct model m;

    small_model(list, n, &b);
    assert_int_equal(model_open(&m, b.data, b.len, &err), 0);
    if (objects_register(o, &m, noon, oid, &err) < 0)
        fail_msg("%s", err.text);
    buf_release(&b);
}

static void test_identities(void **state UNUSED)
{
    static const struct small_check one[] = {{"a"}, {"b"}, {"a", "disk"}, {"a", "load"}, {"b", "disk"}};
    static const struct small_check two[] = {{"a"}, {"c"}, {"a", "disk"}, {"a", "mem"}, {"c", "disk"}};
    uint64_t first[5] = {0}, second[5] = {0}, third[5] = {0};
    struct objects o;
    struct err err = ERR_INIT;
    struct place p;
    bool moved;

    begin(&p);
    assert_int_equal(objects_open(&o, p.path, 7, noon, &moved, &err), 0);
    register_all(&o, one, 5, first);
    for (int i = 0; i < 5; i++)
        assert_true(first[i] == OBJECTS_OID(7, (uint64_t)i + 1));
    register_all(&o, two, 5, second);
    assert_true(second[0] == first[0] && second[2] == first[2]);
    assert_true(second[1] == OBJECTS_OID(7, 6) && second[3] == OBJECTS_OID(7, 7) &&
                second[4] == OBJECTS_OID(7, 8));
    objects_close(&o);
    assert_int_equal(objects_open(&o, p.path, 8, noon, &moved, &err), E_INVAL); /* of another site */
    assert_non_null(strstr(err.text, "belongs to site 7, and this Vigie is site 8: write vigie_site=7"));
    err_clear(&err);
    assert_int_equal(objects_open(&o, p.path, 7, noon, &moved, &err), 0);
    assert_true(o.next == OBJECTS_OID(7, 9)); /* the numbers of what is gone are not given again */
    register_all(&o, one, 5, third);
    assert_memory_equal(third, first, sizeof(first)); /* what comes back has its old identity */
    objects_close(&o);
    temp_dir_remove(p.dir);
}

/* After the loss of the file: what was known beside the snapshot is taken, and the counter goes on behind it. */
static void test_identities_restored(void **state UNUSED)
{
    static const struct small_check one[] = {{"a"}, {"b"}, {"a", "disk"}};
    static const struct small_check two[] = {{"a"}, {"b"}, {"c"}, {"a", "disk"}};
    uint64_t kept[3] = {OBJECTS_OID(0, 40), OBJECTS_OID(0, 12), OBJECTS_OID(0, 33)}, next[4] = {0};
    struct objects o;
    struct err err = ERR_INIT;
    struct place p;
    bool moved;

    begin(&p);
    assert_int_equal(objects_open(&o, p.path, 0, noon, &moved, &err), 0);
    register_all(&o, one, 3, kept);
    register_all(&o, two, 4, next);
    assert_true(next[0] == kept[0] && next[1] == kept[1] && next[3] == kept[2]);
    assert_true(next[2] == OBJECTS_OID(0, 41));
    objects_close(&o);
    temp_dir_remove(p.dir);
}

/* ---- which object goes on as which ---- */

#define MOST 16

/* A configuration as a line: "host", "host:IDENT", "host/service", "host/service:IDENT", in the order of a model. */
struct site {
    char text[256];
    struct small_check check[MOST];
    char name[MOST][32];
    uint64_t oid[MOST];
    uint32_t n;
};

static void read_site(struct site *s, const char *line)
{
    char *word, *rest = s->text;

    memset(s, 0, sizeof(*s));
    snprintf(s->text, sizeof(s->text), "%s", line);
    while ((word = strsep(&rest, " ")) != NULL) {
        struct small_check *c = &s->check[s->n];
        char *ident = strchr(word, ':'), *service;

        if (ident)
            *ident++ = '\0';
        snprintf(s->name[s->n++], sizeof(s->name[0]), "%s", word);
        service = strchr(word, '/');
        if (service)
            *service++ = '\0';
        *c = (struct small_check){word, service, ident};
    }
}

static uint64_t oid_of(const struct site *s, struct str name)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (str_eq_c(name, s->name[i]))
            return s->oid[i];
    fail_msg("no " STR_FMT, STR_ARG(name));
    return 0;
}

static void announce(struct objects *o, const char *line, struct wall at)
{
    struct objects_rename list[4] = {{.id = 0}};
    char text[256], *word, *rest = text;
    struct err err = ERR_INIT;
    size_t n = 0;

    snprintf(text, sizeof(text), "%s", line);
    while (n < ARRAY_LEN(list) && (word = strsep(&rest, " ")) != NULL) {
        char *to = strchr(word, '>'), *service, *to_service;

        *to++ = '\0';
        service = strchr(word, '/');
        to_service = strchr(to, '/');
        if (service)
            *service++ = '\0';
        if (to_service)
            *to_service++ = '\0';
        list[n++] = (struct objects_rename){.who = (char *)"ann",
                                            .host = word,
                                            .service = service ? service : (char *)"",
                                            .to_host = to,
                                            .to_service = to_service ? to_service : (char *)""};
    }
    if (objects_rename_add(o, list, n, at, &err) < 0)
        fail_msg("%s", err.text);
}

struct chapter {
    const char *before, *between; /* between: another configuration in the mean time, or NULL */
    const char *announced;        /* "old>new", or NULL */
    const char *after;
    const char *same; /* "old>new": these go on; all others of after are new */
    unsigned waits;   /* renames that wait at the end */
};

static const struct chapter chapters[] = {
    /* by ident */
    {"a:A a/x", NULL, NULL, "b:A b/x", "a>b a/x>b/x", 0},
    {"a:A b:B a/x b/x b/y", NULL, NULL, "a:B b:A a/x b/x", "a>b b>a a/x>b/x b/x>a/x", 0},
    {"a a/x:X", NULL, NULL, "a a/y:X", "a>a a/x>a/y", 0},
    {"a b a/x:X", NULL, NULL, "a b b/x:X", "a>a b>b a/x>b/x", 0},
    {"a b a/x:X b/x:Y", NULL, NULL, "a b a/x:Y b/x:X", "a>a b>b a/x>b/x b/x>a/x", 0},
    {"a", NULL, NULL, "a:A", "a>a", 0},                   /* said for the first time: by name */
    {"a", "a:A", NULL, "b:A", "a>b", 0},                  /* and from then on */
    {"a:A a/x:X", NULL, NULL, "a a/x", "a>a a/x>a/x", 0}, /* taken back: by name again */
    {"a:A", "a", NULL, "b:A", "", 0},
    {"a:A a/x", NULL, NULL, "a:B a/x", "", 0}, /* another one under the same name */
    {"a:A a/x", NULL, NULL, "a b:A a/x b/x", "a>b a/x>b/x", 0},
    {"a:A a/x", NULL, NULL, "a b:A a/x", "a>b", 0}, /* the service of the new host is not that of the old */
    {"a:A b b/x", NULL, NULL, "b:A b/x", "a>b", 0},
    {"a:A a/x:X", "c", NULL, "b:A b/x:X", "a>b a/x>b/x", 0}, /* was away meanwhile */
    {"a:A b:A2 a/x:S", NULL, NULL, "a:A b:A2 b/y:S", "a>a b>b a/x>b/y", 0},
    {"a:A a/x:X a/y", NULL, NULL, "b:A b/x b/y:Y", "a>b a/x>b/x a/y>b/y", 0},
    /* announced */
    {"a a/x a/y", NULL, "a>b", "b b/x b/y", "a>b a/x>b/x a/y>b/y", 0},
    {"a a/x", NULL, "a/x>a/y", "a a/y", "a>a a/x>a/y", 0},
    {"a b a/x", NULL, "a/x>b/z", "a b b/z", "a>a b>b a/x>b/z", 0},
    {"a b a/x b/x", NULL, "a>b b>a", "a b a/x b/x", "a>b b>a a/x>b/x b/x>a/x", 0},
    {"a b", NULL, "a>b b>c", "b c", "a>b b>c", 0},
    {"a a/x", NULL, "a>b a/x>b/y", "b b/y", "a>b a/x>b/y", 0},
    {"a a/x", NULL, "a>b", "a a/x", "a>a a/x>a/x", 1}, /* not yet */
    {"a a/x", NULL, "a>b", "c c/x", "", 1},
    {"a a/x", NULL, "a>b", "a b a/x b/x", "a>a a/x>a/x", 1}, /* both are there: no rename */
    {"a a/x", "c", "a>b", "b b/x", "a>b a/x>b/x", 0},
    {"a:A", NULL, "a>b", "b c:A", "a>c", 0}, /* the ident says otherwise */
    /* by name */
    {"a a/x", "c", NULL, "a a/x", "a>a a/x>a/x", 0},
};

static void put(struct objects *o, struct site *s, const char *line)
{
    read_site(s, line);
    register_all(o, s->check, s->n, s->oid);
}

static bool goes_on_as(struct site *before, struct str pairs, uint64_t oid, const char *name)
{
    while (pairs.n) {
        struct str to = str_cut(&pairs, ' '), from = str_cut(&to, '>');

        if (str_eq_c(to, name)) {
            if (oid_of(before, from) != oid)
                fail_msg("%s is not what " STR_FMT " was", name, STR_ARG(from));
            return true;
        }
    }
    return false;
}

static void test_chapters(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(chapters); i++) {
        const struct chapter *c = &chapters[i];
        struct site before, between, after, again;
        struct objects o;
        struct err err = ERR_INIT;
        struct place p;
        bool moved;

        begin(&p);
        assert_int_equal(objects_open(&o, p.path, 0, noon, &moved, &err), 0);
        put(&o, &before, c->before);
        if (c->between)
            put(&o, &between, c->between);
        if (c->announced)
            announce(&o, c->announced, noon);
        objects_close(&o); /* what was announced is on disk */
        assert_int_equal(objects_open(&o, p.path, 0, noon, &moved, &err), 0);
        put(&o, &after, c->after);
        for (uint32_t k = 0; k < after.n; k++) {
            bool known = false;

            for (uint32_t n = 0; n < before.n; n++)
                known |= before.oid[n] == after.oid[k];
            if (!goes_on_as(&before, str_of(c->same), after.oid[k], after.name[k]) && known)
                fail_msg("chapter %zu: %s should be new", i, after.name[k]);
        }
        assert_int_equal(o.rename.n, c->waits);
        put(&o, &again, c->after); /* and so it stays */
        assert_memory_equal(again.oid, after.oid, sizeof(after.oid));
        objects_close(&o);
        temp_dir_remove(p.dir);
    }
}

/* So many hosts that the list of renames can be filled. */
static void many(struct objects *o)
{
    struct small_check *list = mem_calloc(LIMIT_RENAMES, sizeof(*list));
    uint64_t *oid = mem_calloc(LIMIT_RENAMES, sizeof(*oid));

    for (unsigned i = 0; i < LIMIT_RENAMES; i++) {
        char name[16];

        snprintf(name, sizeof(name), "h%04u", i);
        list[i].host = str_dup(str_of(name));
    }
    register_all(o, list, LIMIT_RENAMES, oid);
    for (unsigned i = 0; i < LIMIT_RENAMES; i++)
        mem_free((char *)(uintptr_t)list[i].host);
    mem_free(list);
    mem_free(oid);
}

static void test_announcements(void **state UNUSED)
{
    struct wall late = {noon.us - OBJECTS_RENAME_US};
    struct objects_rename one = {.who = (char *)"ann",
                                 .host = (char *)"a",
                                 .service = (char *)"",
                                 .to_host = (char *)"b",
                                 .to_service = (char *)""};
    struct site before, after;
    struct objects o;
    struct err err = ERR_INIT;
    struct place p;
    bool moved;

    begin(&p);
    assert_int_equal(objects_open(&o, p.path, 0, noon, &moved, &err), 0);
    put(&o, &before, "a");
    announce(&o, "a>b", late);
    put(&o, &after, "b"); /* it waited too long */
    assert_true(after.oid[0] != before.oid[0] && o.rename.n == 0);
    announce(&o, "b>c", noon);
    assert_int_equal(objects_rename_drop(&o, o.rename.at[0].id, &err), 0);
    assert_int_equal(objects_rename_drop(&o, 77, &err), E_NOENT);
    put(&o, &before, "c");
    assert_true(after.oid[0] != before.oid[0]);
    many(&o);
    for (unsigned i = 0; i < LIMIT_RENAMES; i++) {
        char name[16], to[16];
        struct objects_rename n = one;

        snprintf(name, sizeof(name), "h%04u", i);
        snprintf(to, sizeof(to), "n%04u", i);
        n.host = name;
        n.to_host = to;
        assert_int_equal(objects_rename_add(&o, &n, 1, noon, &err), 0);
        if (i)
            continue;
        assert_int_equal(objects_rename_add(&o, &n, 1, noon, &err), E_EXIST); /* said twice */
        n.host = to;
        assert_int_equal(objects_rename_add(&o, &n, 1, noon, &err), E_EXIST); /* to the same */
        n.to_host = name;
        assert_int_equal(objects_rename_add(&o, &n, 1, noon, &err), E_NOENT);
    }
    assert_int_equal(objects_rename_add(&o, &one, 1, noon, &err), E_LIMIT);
    objects_close(&o);
    temp_dir_remove(p.dir);
}

/* The table is lost after a swap of names: what is kept beside the snapshots, oldest first, makes it again. */
static void test_restored_over_a_rename(void **state UNUSED)
{
    struct site before, after, later;
    struct objects o;
    struct err err = ERR_INIT;
    struct place p;
    bool moved;

    begin(&p);
    read_site(&before, "a b a/x");
    read_site(&after, "a b b/x");
    for (uint32_t i = 0; i < 3; i++)
        before.oid[i] = after.oid[i] = 7 + i;
    after.oid[0] = 8;
    after.oid[1] = 7;
    assert_int_equal(objects_open(&o, p.path, 0, noon, &moved, &err), 0);
    register_all(&o, before.check, 3, before.oid);
    register_all(&o, after.check, 3, after.oid);
    put(&o, &later, "a b c b/x");
    assert_true(later.oid[0] == 8 && later.oid[1] == 7 && later.oid[2] == 10 && later.oid[3] == 9);
    objects_close(&o);
    temp_dir_remove(p.dir);
}

static void carry(struct site *old, struct site *now)
{
    struct buf a = BUF_INIT, b = BUF_INIT;
    struct err err = ERR_INIT;
    struct model was, is;

    small_model(old->check, old->n, &a);
    small_model(now->check, now->n, &b);
    assert_int_equal(model_open(&was, a.data, a.len, &err), 0);
    assert_int_equal(model_open(&is, b.data, b.len, &err), 0);
    oids_carry(&was, old->oid, &is, now->oid);
    buf_release(&a);
    buf_release(&b);
}

static void test_without_the_table(void **state UNUSED)
{
    struct site old, now;

    read_site(&old, "a b:B c b/x c/x");
    for (uint32_t i = 0; i < old.n; i++)
        old.oid[i] = 11 + i;
    read_site(&now, "a b d:B b/x d/x");
    carry(&old, &now);
    assert_true(now.oid[0] == 11 && now.oid[1] == 0 && now.oid[2] == 12 && now.oid[3] == 14 &&
                now.oid[4] == 0);
}

static const char objects_1[] =
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE object (oid INTEGER PRIMARY KEY, site INTEGER NOT NULL, scope INTEGER NOT NULL, kind "
    "INTEGER NOT NULL,"
    " host TEXT NOT NULL, service TEXT NOT NULL, created INTEGER NOT NULL, deleted INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX object_by_name ON object (kind, host, service);"
    "INSERT INTO meta VALUES ('next', 31); INSERT INTO object VALUES (21, 0, 0, 0, 'a', '', 5, 0), (22, 0, "
    "0, 1, 'a', 'x', 5, 0);"
    "PRAGMA user_version=1; PRAGMA application_id=0x56474f31;";

static void test_table_of_version_1(void **state UNUSED)
{
    struct site now, later;
    struct objects o;
    struct err err = ERR_INIT;
    struct place p;
    sqlite3 *db;
    bool moved;

    begin(&p);
    assert_int_equal(sqlite3_open(p.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, objects_1, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    if (objects_open(&o, p.path, 0, noon, &moved, &err) < 0)
        fail_msg("%s", err.text);
    assert_false(moved);
    put(&o, &now, "a:A b a/x");
    assert_true(now.oid[0] == 21 && now.oid[1] == 31 && now.oid[2] == 22);
    put(&o, &later, "a b:A b/x");
    assert_true(later.oid[0] == 32 && later.oid[1] == 21 && later.oid[2] == 22);
    objects_close(&o);
    temp_dir_remove(p.dir);
}

static void quiet(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

/* Numbers of statfs(2), as the kernel gives them: ext4 and tmpfs are here, these are elsewhere. */
static void test_network_file_systems(void **state UNUSED)
{
    assert_string_equal(statedir_network(0x6969), "NFS");
    assert_string_equal(statedir_network((long)0xff534d42), "CIFS");
    assert_string_equal(statedir_network((int)0xff534d42), "CIFS"); /* where f_type is an int */
    assert_null(statedir_network(0xef53));
    assert_null(statedir_network(0x01021994));
}

static void write_mark(int dir, const char *text)
{
    struct err err = ERR_INIT;

    assert_int_equal(file_replace_at(dir, "format", text, strlen(text), 0600, &err), 0);
}

static void assert_mark(int dir, const char *text)
{
    struct buf b = BUF_INIT;

    assert_int_equal(file_read_at(dir, "format", 4096, &b, NULL), 0);
    assert_true(str_eq_c(buf_str(&b), text));
    buf_release(&b);
}

/* The mark of a folder: what it may be, who is refused, and that refusing changes nothing. */
static void test_mark(void **state UNUSED)
{
    static const struct {
        const char *text;
        uint32_t site;
        int wanted;
        const char *says;
    } cases[] = {
        {"vigie-state 1\n", 0, 0, NULL}, /* from before sites: its record says whose it is */
        {"vigie-state 1\n", 7, 0, NULL},
        {"vigie-state 1", 7, 0, NULL},
        {"vigie-state 1\nsite 7\n", 7, 0, NULL},
        {"vigie-state 1\r\nsite 7", 7, 0, NULL},
        {"vigie-state 1\nsite 7\n", STATEDIR_ANY_SITE, 0, NULL},
        {"vigie-state 1\nsite 7\n", 0, E_INVAL, "belongs to site 7, and this Vigie is site 0"},
        {"vigie-state 2\nsite 7\nwhatever 9\n", 7, E_FORMAT, "newer Vigie"},
        {"vigie-state 1\nsite\n", 7, E_FORMAT, "is damaged"},
        {"vigie-state 1\nsite 32768\n", 7, E_FORMAT, "is damaged"},
        {"vigie-state 1\nsite 7\nsite 7\n", 7, E_FORMAT, "is damaged"},
        {"vigie-state x\n", 7, E_FORMAT, "is damaged"},
        {"", 7, E_FORMAT, "is damaged"},
    };
    char path[256];
    int dir;

    temp_dir_make(path, sizeof(path));
    dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err err = ERR_INIT;

        write_mark(dir, cases[i].text);
        assert_int_equal(statedir_check_format(dir, path, cases[i].site, &err), cases[i].wanted);
        assert_true(!cases[i].says || strstr(err.text, cases[i].says));
        assert_mark(dir, cases[i].text);
    }
    unlinkat(dir, "format", 0);
    assert_int_equal(statedir_check_format(dir, path, 7, NULL), 0);
    assert_int_equal(faccessat(dir, "format", F_OK, 0), -1); /* who asks changes nothing */
    assert_int_equal(statedir_mark_format(dir, 7, NULL), 0);
    assert_mark(dir, "vigie-state 1\nsite 7\n");
    unlinkat(dir, "format", 0);
    mkdirat(dir, "journal", 0700); /* a record without a mark: not said to be ours */
    assert_int_equal(statedir_may_begin(dir, path, NULL), E_INVAL); /* there is none */
    close(openat(dir, "journal/0000000000000001.vj", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    assert_int_equal(statedir_may_begin(dir, path, NULL), 0);
    assert_int_equal(statedir_check_format(dir, path, 7, NULL), 0);
    assert_int_equal(statedir_mark_format(dir, 7, NULL), 0);
    assert_mark(dir, "vigie-state 1\n");
    close(dir);
    temp_dir_remove(path);
}

/* A folder of somebody else's is not begun in. */
static void test_not_empty(void **state UNUSED)
{
    static const struct {
        const char *name;
        int wanted;
    } cases[] = {{"lost+found", 0},  {".snapshot", 0},  {"lock", 0},          {".nfs000012", 0},
                 {"notes", E_INVAL}, {".git", E_INVAL}, {".bashrc", E_INVAL}, {"...", E_INVAL},
                 {".lock", E_INVAL}, {"db", E_INVAL},   {"epoch", 0},         {"format", 0}};
    char path[256];

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err err = ERR_INIT;
        int dir;

        temp_dir_make(path, sizeof(path));
        dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_int_equal(statedir_may_begin(dir, path, &err), 0);
        assert_int_equal(mkdirat(dir, cases[i].name, 0700), 0);
        assert_int_equal(statedir_may_begin(dir, path, &err), cases[i].wanted);
        assert_true(!cases[i].wanted ||
                    (strstr(err.text, cases[i].name) && strstr(err.text, "vigie_state_dir=DIR")));
        assert_int_equal(statedir_may_begin(dir, path, NULL), cases[i].wanted);
        close(dir);
        temp_dir_remove(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identities),
        cmocka_unit_test(test_identities_restored),
        cmocka_unit_test(test_chapters),
        cmocka_unit_test(test_announcements),
        cmocka_unit_test(test_restored_over_a_rename),
        cmocka_unit_test(test_without_the_table),
        cmocka_unit_test(test_table_of_version_1),
        cmocka_unit_test(test_network_file_systems),
        cmocka_unit_test(test_mark),
        cmocka_unit_test(test_not_empty),
    };

    log_init("test", LOG_ERROR);
    log_set_sink(quiet);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
