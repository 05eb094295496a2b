/* SPDX-License-Identifier: Apache-2.0 */
/* The search language: what a text means as terms, what each search finds in a list, and what is said of one that is wrong. */
#include "api/find_regex.h"
#include "api_world.h"
#include "core/search.h"
#include "wire/json_read.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOSTS    6u
#define SERVICES 3u
#define ALL      (HOSTS * (SERVICES + 1))

/* ---- as terms ---- */

/* "key how text,…" of each term, parted by '; '. */
static void describe(const struct search *s, struct buf *out)
{
    static const char *const hows[] = {"has", "is", "glob", "regex"};

    for (size_t i = 0; i < s->n; i++) {
        const struct search_term *t = &s->term[i];

        buf_printf(out, "%s%s%s%s", i ? "; " : "", t->joined ? "or " : "", t->negated ? "not " : "",
                   t->key == SEARCH_WORD ? "word" : search_key_word(t->key)->name);
        for (size_t k = 0; k < SEARCH_MARKS; k++)
            if (t->marks >> k & 1)
                buf_printf(out, " %s", search_mark_word((enum search_mark)k)->name);
        for (size_t k = 0; k < t->n; k++) {
            const struct search_value *v = &t->value[k];

            buf_add_c(out, k ? "," : "");
            if (v->name.p)
                buf_printf(out, " " STR_FMT, STR_ARG(v->name));
            if (v->text.p)
                buf_printf(out, " %s " STR_FMT, hows[v->how], STR_ARG(v->text));
            else if (!v->name.p)
                buf_printf(out, " %d %lld%s", v->compare, (long long)v->number, v->never ? " never" : "");
        }
    }
}

static void test_terms(void **state UNUSED)
{
    static const struct {
        const char *text, *terms;
    } table[] = {
        {"", ""},
        {"  ", ""},
        {"web DB1", "word has web; word has db1"},
        {"\"disk full\" x", "word has disk full; word has x"},
        {"\"a\\\"b\\\\c\"", "word has a\"b\\c"},
        {"10:30 http://x/y C:\\ eth0:1 foo:bar a:b",
         "word has 10:30; word has http://x/y; word has c:\\; word has "
         "eth0:1; word has foo:bar; word has a:b"},
        {"- ! -- -5 a,b 5\"disk",
         "word has -; word has !; word has --; word has -5; word has a,b; word has 5\"disk"},
        {"!web -db !is:ok -h:x", "not word has web; not word has db; not is ok; not host has x"},
        {"web*1", "word glob *web*1*"},
        {"~^a|b", "word regex ^a|b"},
        {"host:Web", "host has web"},
        {"HOST:web", "host has web"},
        {"h:web h.name:web host_name:web", "host has web; host has web; host has web"},
        {"host:web*01 host:=Web1 host:~^web$ host:^web host:a.*b host:a|b host:a$",
         "host glob web*01; host is web1; host regex ^web$; host regex ^web; host regex a.*b; host regex "
         "a|b; host "
         "regex a$"},
        {"output:\"disk full\",cpu output:~\"a{1,2}\"", "output has disk full, has cpu; output regex a{1,2}"},
        {"output:a*b", "output glob *a*b*"},
        {"information:x s.description:y fqdn:z parent_name:p alias:q",
         "output has x; service has y; address has z; parent_name has p; alias has q"},
        {"hg:linux,bsd sg:web tg:prod cg:ops contact:ann severity:high",
         "hostgroup has linux, has bsd; servicegroup has web; tag has prod; contactgroup has ops; contact "
         "has ann; "
         "severity has high"},
        {"state:crit,unknown", "state unknown critical"},
        {"state:acknowledged status:down type:host state:unhandled_problems",
         "state acknowledged; state down; kind host; state unhandled"},
        {"a OR b c", "word has a; or word has b; word has c"},
        {"is:down OR !output:x OR y", "is down; or not output has x; or word has y"},
        {"ORacle or", "word has oracle; word has or"},
        {"attempt:3 attempt:>2 level:<=2", "attempt 0 3; attempt 3 2; level 2 2"},
        {"since:<1h since:10m checked:never", "since 1 3600000000; since 2 600000000; checked 0 0 never"},
        {"latency:>200ms", "latency 3 200000"},
        {"label:os label:os=debian label:os:\"Debian 12\" _OS:deb*",
         "label OS; label OS has debian; label OS has debian 12; label OS glob deb*"},
        {"hl:os:x", "label OS has x"},
    };

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct arena arena = ARENA_INIT;
        struct buf out = BUF_INIT;
        struct search s;
        struct search_error e;

        if (!search_parse(str_of(table[i].text), &arena, &s, &e))
            fail_msg("%s: %d at %u", table[i].text, e.wrong, e.column);
        describe(&s, &out);
        if (!str_eq_c(buf_str(&out), table[i].terms))
            fail_msg("%s: %s", table[i].text, out.data);
        buf_release(&out);
        arena_release(&arena);
    }
}

static void test_wrong(void **state UNUSED)
{
    static const struct {
        const char *text;
        enum search_wrong wrong;
        unsigned column;
    } table[] = {
        {"web \"disk", SEARCH_QUOTE, 5},     {"\"a\"b", SEARCH_QUOTE, 4},
        {"host:", SEARCH_EMPTY, 6},          {"é host: x", SEARCH_EMPTY, 8},
        {"host:a,", SEARCH_EMPTY, 8},        {"host:\"\"", SEARCH_EMPTY, 6},
        {"hots:web", SEARCH_NO_KEY, 1},      {"a -hots:web", SEARCH_NO_KEY, 4},
        {"is:nice", SEARCH_NO_MARK, 4},      {"state:ok,bad", SEARCH_NO_MARK, 10},
        {"attempt:x", SEARCH_NO_NUMBER, 9},  {"attempt:>", SEARCH_NO_NUMBER, 9},
        {"attempt:-1", SEARCH_NO_NUMBER, 9}, {"since:soon", SEARCH_NO_SPAN, 7},
        {"since:>", SEARCH_NO_SPAN, 7},      {"OR a", SEARCH_LONE_OR, 1},
        {"a OR", SEARCH_LONE_OR, 5},         {"a OR OR b", SEARCH_LONE_OR, 6},
        {"label:=x", SEARCH_EMPTY, 7},
    };

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct arena arena = ARENA_INIT;
        struct search s;
        struct search_error e;

        assert_false(search_parse(str_of(table[i].text), &arena, &s, &e));
        if (e.wrong != table[i].wrong || e.column != table[i].column)
            fail_msg("%s: %d at %u", table[i].text, e.wrong, e.column);
        arena_release(&arena);
    }
}

/* ---- as rows ---- */

static int set_up(void **state)
{
    struct api_world *w = api_world_new(HOSTS, SERVICES);
    uint32_t s = w->model.n_hosts;

    api_world_put(w, 2, 1, BOARD_CHECKED | BOARD_ACKNOWLEDGED, w->wall.us - TIME_H, "no answer at all");
    api_world_put(w, s, 2, BOARD_CHECKED | BOARD_ACTIVE_ENABLED, w->wall.us - TIME_MIN, "Disk Full: 99%");
    api_world_put(w, s + 1, 1, BOARD_CHECKED | BOARD_FLAPPING, w->wall.us - 3 * TIME_DAY, "disk half full");
    api_world_put(w, s + 2, 0, 0, 0, "");
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    api_world_free(*state);
    return 0;
}

static int ask(struct api_world *w, const char *path, const char *search, const char *more)
{
    struct buf query = BUF_INIT;
    int status;

    buf_add_c(&query, "q=");
    for (const char *p = search; *p; p++)
        buf_printf(&query, "%%%02x", (unsigned char)*p);
    buf_add_c(&query, more);
    status = api_world_ask(w, "GET", path, query.data, "", API_ROLE_VIEWER);
    buf_release(&query);
    return status;
}

static const struct {
    const char *search;
    unsigned found;
} finds[] = {
    {"", ALL},
    {"h0001", SERVICES + 1},
    {"h0001 s01", 1},
    {"!h0001", ALL - SERVICES - 1},
    {"disk", 2},
    {"\"disk full\"", 1},
    {"\"Disk half\"", 1},
    {"disk*full", 2},
    {"output:disk", 2},
    {"output:~\"^disk.{1,5}full\"", 1},
    {"output:^disk", 2},
    {"output:full$", 1},
    {"host:h0001", SERVICES + 1},
    {"host:h000?", ALL},
    {"host:=h000", 0},
    {"host:=H0001", SERVICES + 1},
    {"host:h0001,h0002", 2 * (SERVICES + 1)},
    {"!host:h0001,h0002", ALL - 2 * (SERVICES + 1)},
    {"host:~h000[12]", 2 * (SERVICES + 1)},
    {"service:s01", HOSTS},
    {"s:s01 OR s:s02", 2 * HOSTS},
    {"s:s01 OR s:s02 h:h0001", 2},
    {"name:h0001", 1},
    {"name:s0*", HOSTS *SERVICES},
    {"parent_name:h0001", SERVICES},
    {"alias:\"machine 3\"", SERVICES + 1},
    {"address:192.0.2.3", SERVICES + 1},
    {"ad:192.0.2.*", ALL},
    {"command:ping!a", HOSTS},
    {"period:always", ALL},
    {"period:office", 0},
    {"group:g1", ALL},
    {"hg:g2", SERVICES + 1},
    {"hg:g2 kind:service", SERVICES},
    {"group:sg", HOSTS},
    {"hg:g*", ALL},
    {"hg:\"Group 2\"", SERVICES + 1},
    {"contact:bob", 1},
    {"label:os", HOSTS},
    {"label:OS=debian", HOSTS},
    {"label:OS=\"debian 12\" !label:nothing", HOSTS},
    {"_os:=debian", 0},
    {"is:problem", 3},
    {"state:critical,warning", 2},
    {"is:unhandled", 2},
    {"is:handled", 1},
    {"is:ack", 1},
    {"is:flapping", 1},
    {"is:pending", 1},
    {"is:host", HOSTS},
    {"is:problem is:host", 1},
    {"is:down OR output:disk", 3},
    {"since:<5m is:problem", 1},
    {"since:<2h is:problem", 2},
    {"since:>1d is:problem", 1},
    {"since:<2020-01-01T00:00:00Z is:problem", 0},
    {"since:>2020-01-01T00:00:00Z is:problem", 3},
    {"since:never", 1},
    {"attempt:>100", 0},
};

static void test_rows(void **state)
{
    struct api_world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(finds); i++) {
        struct str text;
        struct json_value *root;
        int64_t n;

        if (ask(w, "/api/v1/resources", finds[i].search, "") != 200)
            fail_msg("%s: %s", finds[i].search, w->body.data);
        text = buf_str(&w->body);
        root = json_read(&text, NULL);
        n = json_read_int(json_read_member(root, "matched"));
        if (n != finds[i].found)
            fail_msg("%s: %lld", finds[i].search, (long long)n);
        json_read_free(root);
    }
}

/* Each refusal names the parameter, the column and what to write. */
static void test_refusals(void **state)
{
    static const struct {
        const char *search, *said;
    } table[] = {
        {"hots:web", "is host: meant?"}, {"a is:nice", "Column 6"},   {"host:~[a", "no regular expression"},
        {"hg:g3", "is g1 meant?"},       {"hg:zzzzzzz", "*zzzzzzz*"}, {"since:soon", "since:>3d"},
        {"\"a", "a blank behind it"},
    };
    struct api_world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        assert_int_equal(ask(w, "/api/v1/resources", table[i].search, ""), 400);
        assert_non_null(strstr(w->body.data, "\"field\":\"q\""));
        if (!strstr(w->body.data, table[i].said))
            fail_msg("%s: %s", table[i].search, w->body.data);
        assert_int_equal(ask(w, "/api/v1/stream", table[i].search, ""), 400);
    }
}

/* A regular expression that never comes to an end is given up, and that is said. */
static void test_costly(void **state)
{
    struct api_world *w = *state;
    struct api_world *many = api_world_new(60, 9);
    char output[64];

    memset(output, 'a', sizeof(output) - 1);
    output[sizeof(output) - 2] = '!';
    output[sizeof(output) - 1] = '\0';
    for (uint32_t i = 0; i < many->model.n_check; i++)
        api_world_put(many, i, 0, BOARD_CHECKED, w->wall.us, output);
    assert_int_equal(ask(many, "/api/v1/resources", "output:~\"(a+)+$\"", ""), 400);
    assert_non_null(strstr(many->body.data, "search_costly"));
    assert_int_equal(ask(many, "/api/v1/resources", "output:aaa", ""), 200);
    api_world_free(many);
}

/* Of the past the reader searches for words. */
static void test_past(void **state)
{
    struct api_world *w = *state;

    ask(w, "/api/v1/resources", "Disk full", "&as_of=2023-11-14T22:00:00Z");
    assert_int_equal(w->asked_reader, 1);
    assert_non_null(strstr(w->question.data, "|disk full|"));
    api_source_lost(&w->api, API_BY_WEB);
    assert_int_equal(ask(w, "/api/v1/resources", "disk !is:ok", "&as_of=2023-11-14T22:00:00Z"), 400);
    assert_non_null(strstr(w->body.data, "Column 6"));
    assert_non_null(strstr(w->body.data, "leave !is:ok out"));
    assert_int_equal(w->asked_reader, 1);
}

/* ---- completion ---- */

static const struct {
    const char *search, *at, *first, *also; /* texts */
    unsigned from, to;
} completes[] = {
    {"", "", "host:", "is:", 0, 0},
    {"ho", "", "host:", "hostgroup:", 0, 2},
    {"h.n", "", "host:", NULL, 0, 3},
    {"!h000", "", "!host:=h0000", "!host:=h0005", 0, 5},
    {"web -g", "", "-group:", NULL, 4, 6},
    {"g2", "", "group:g2", NULL, 0, 2},
    {"host:h000 x", "9", "host:h0000", "host:h0005", 0, 9},
    {"é host:0003", "", "host:h0003", NULL, 2, 11},
    {"host:=H0003", "", "host:=h0003", NULL, 0, 11},
    {"hg:g1,", "", "hg:g1,g1", "hg:g1,g2", 0, 6},
    {"group:", "", "group:g1", "group:sg", 0, 6},
    {"alias:\"machine 3", "", "alias:\"Machine 3\"", NULL, 0, 16},
    {"service:s", "", "service:s00", "service:s02", 0, 9},
    {"ad:.3", "", "ad:192.0.2.3", NULL, 0, 5},
    {"is:unh", "", "is:unhandled", NULL, 0, 6},
    {"state:", "", "state:ok", "state:down", 0, 6},
    {"kind:s", "", "kind:service", NULL, 0, 6},
    {"contact:b", "", "contact:bob", NULL, 0, 9},
    {"label:o", "", "label:OS", NULL, 0, 7},
    {"label:OS=deb", "", "label:OS=\"Debian 12\"", NULL, 0, 12},
    {"since:", "", "since:<5m", "since:never", 0, 6},
    {"output:x", "", NULL, NULL, 0, 8},
    {"foo:x", "", NULL, NULL, 0, 5},
    {"\"disk fu", "", NULL, NULL, 0, 8},
};

static void test_completion(void **state)
{
    struct api_world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(completes); i++) {
        struct buf more = BUF_INIT;
        struct json_value *root;
        const struct json_value *list;
        struct str text, first;
        bool also = !completes[i].also;

        buf_printf(&more, completes[i].at[0] ? "&at=%s" : "%s", completes[i].at);
        assert_int_equal(
            ask(w, "/api/v1/resources/complete", completes[i].search, more.data ? more.data : ""), 200);
        text = buf_str(&w->body);
        root = json_read(&text, NULL);
        list = json_read_member(root, "suggestions");
        first = json_read_text(json_read_member(json_read_element(list, 0), "text"));
        for (size_t k = 0; k < json_read_length(list) && !also; k++)
            also = str_eq_c(json_read_text(json_read_member(json_read_element(list, k), "text")),
                            completes[i].also);
        if (!also || json_read_length(list) > 20 ||
            !str_eq_c(first, completes[i].first ? completes[i].first : "") ||
            json_read_int(json_read_member(root, "from")) != completes[i].from ||
            json_read_int(json_read_member(root, "to")) != completes[i].to)
            fail_msg("%s: %s", completes[i].search, w->body.data);
        json_read_free(root);
        buf_release(&more);
    }
    w->language = "fr";
    assert_int_equal(ask(w, "/api/v1/resources/complete", "outp", ""), 200);
    assert_non_null(strstr(w->body.data, "ce que le contr"));
    assert_int_equal(ask(w, "/api/v1/resources/complete", "a", "&at=2"), 400);
    assert_int_equal(ask(w, "/api/v1/resources/complete", "a", "&at=x"), 400);
}

/* What every text that matches a regular expression holds: less than there is, never more. */
static void test_must(void **state UNUSED)
{
    static const struct {
        const char *pattern, *must; /* "": none is seen */
    } table[] = {
        {"", ""},
        {"full", "full"},
        {"^di.*full$", "full"},
        {"a", ""},
        {"disk", "di"},
        {"abc|abcd", ""},
        {"abc?", "ab"},
        {"abc*d", "ab"},
        {"abc+def", "abc"},
        {"abc{0}def", "ab"},
        {"ab(cdef)?", "ab"},
        {"(?i)abc", ""},
        {"[abc]def", ""},
        {"ab\\.cde", "cde"},
        {"\\x41bcd", ""},
        {"ab\\dcde", "ab"},
        {"\\Qa+b\\Ecde", ""},
        {"h\xc3\xa9te", "te"},
        {"full\\", "full"},
        {"10 % of", "10 % of"},
    };

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct str must = find_regex_must(str_of(table[i].pattern));

        if (!str_eq_c(must, table[i].must))
            fail_msg("%s: " STR_FMT, table[i].pattern, STR_ARG(must));
    }
}

int main(void)
{
#define WORLD(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terms),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_must),
        WORLD(test_rows),
        WORLD(test_refusals),
        WORLD(test_costly),
        WORLD(test_past),
        WORLD(test_completion),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
