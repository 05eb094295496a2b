/* SPDX-License-Identifier: Apache-2.0 */
/* Scopes: what is none, with what to write instead; what each term is about; and that the bitmaps say what the terms say. */
#include "api_world.h"
#include "core/sight.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

/* Hosts a, ab, b and b/c, each with services disk and load; group nested holds group ga. */
static const char objects[] =
    "define hostgroup {\n hostgroup_name ga\n members a,ab\n}\n"
    "define hostgroup {\n hostgroup_name nested\n hostgroup_members ga\n}\n"
    "define hostgroup {\n hostgroup_name empty\n}\n"
    "define servicegroup {\n servicegroup_name disks\n members a,disk,b,disk\n}\n"
    "define host {\n name h\n check_command ping\n max_check_attempts 1\n check_period always\n "
    "notification_period always\n register 0\n}\n"
    "define service {\n name s\n check_command ping\n max_check_attempts 1\n check_period always\n "
    "notification_period always\n register 0\n}\n"
    "define host {\n use h\n host_name a\n address a\n contacts ann\n}\n"
    "define host {\n use h\n host_name ab\n address a\n contacts ann\n}\n"
    "define host {\n use h\n host_name b\n address a\n contacts bob\n}\n"
    "define host {\n use h\n host_name b/c\n address a\n contacts ann\n}\n"
    "define service {\n use s\n host_name a,ab,b,b/c\n service_description disk\n contacts ann\n}\n"
    "define service {\n use s\n host_name a,ab,b,b/c\n service_description lo*d\n contacts ann\n}\n";

static int set_up(void **state)
{
    *state = api_world_more(0, 0, objects);
    return 0;
}

static int tear_down(void **state)
{
    api_world_free(*state);
    return 0;
}

/* Scopes stand apart by '|', terms by blanks. */
static void parse(struct sight *s, const char *line)
{
    struct str scopes = str_of(line);
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;

    while (scopes.p) {
        struct str terms = str_cut(&scopes, '|');

        while (terms.n)
            assert_int_equal(sight_put_term(&text, str_cut(&terms, ' '), &err), 0);
        sight_put_end(&text);
    }
    assert_int_equal(sight_parse(s, buf_str(&text), &err), 0);
    buf_release(&text);
}

static void seen(struct api_world *w, const char *line, const char *want)
{
    struct buf have = BUF_INIT;
    struct sight s;

    parse(&s, line);
    sight_evaluate(&s, &w->model);
    for (uint32_t i = 0; i < w->model.n_check; i++) {
        assert_int_equal(sight_sees(&s, i), sight_judges(&s, &w->model, i));
        if (!sight_sees(&s, i))
            continue;
        assert_true(sight_names_host(&s, model_check(&w->model, i)->host));
        buf_printf(&have, "%s" STR_FMT, have.len ? " " : "", STR_ARG(model_host_name(&w->model, i)));
        if (i >= w->model.n_hosts)
            buf_printf(&have, ":%c", model_description(&w->model, i).p[0]);
    }
    if (strcmp(have.data ? have.data : "", want) != 0)
        fail_msg("%s sees %s, not %s", line, have.data, want);
    assert_false(sight_sees(&s, w->model.n_check) || sight_sees(&s, UINT32_MAX));
    sight_release(&s);
    buf_release(&have);
}

static void test_terms(void **state)
{
    static const char *const cases[][2] = {
        {"hostgroup:ga", "a ab a:d a:l ab:d ab:l"},
        {"hostgroup:nested", "a ab a:d a:l ab:d ab:l"},
        {"hostgroup:empty", ""},
        {"hostgroup:none", ""},
        {"hostgroup:GA", ""},
        {"servicegroup:disks", "a:d b:d"},
        {"servicegroup:ga", ""},
        {"host:a", "a a:d a:l"},
        {"host:a?", "ab ab:d ab:l"},
        {"host:a*", "a ab a:d a:l ab:d ab:l"},
        {"host:*", "a ab b b/c a:d a:l ab:d ab:l b:d b:l b/c:d b/c:l"},
        {"host:b/c", "b/c b/c:d b/c:l"},
        {"host:b\\/c", "b/c b/c:d b/c:l"},
        {"host:a\\*", ""},
        {"service:a*/disk", "a:d ab:d"},
        {"service:*/lo\\*d", "a:l ab:l b:l b/c:l"},
        {"service:b\\/c/disk", "b/c:d"},
        {"service:b/c/disk", ""},
        {"contact:bob", "b b:d b:l"},
        {"contact:nobody", ""},
        {"host:* !hostgroup:nested", "b b/c b:d b:l b/c:d b/c:l"},
        {"host:* !service:*/disk", "a ab b b/c a:l ab:l b:l b/c:l"},
        {"!host:a", ""},
        {"host:a !host:*", ""},
        {"", ""},
        {"|", ""},
        {"host:a !servicegroup:disks|service:b/disk", "a a:l b:d"},
        {"host:* !host:a|host:a !host:*", "ab b b/c ab:d ab:l b:d b:l b/c:d b/c:l"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        seen(*state, cases[i][0], cases[i][1]);
}

/* A service in sight brings its host's name along, and not the host. */
static void test_named_hosts(void **state)
{
    struct api_world *w = *state;
    struct sight s;
    uint32_t a = model_find_host(&w->model, STR("a")), ab = model_find_host(&w->model, STR("ab"));

    parse(&s, "service:a/disk");
    sight_evaluate(&s, &w->model);
    assert_true(sight_names_host(&s, a) && !sight_sees(&s, a));
    assert_false(sight_names_host(&s, ab));
    assert_int_equal(s.seen_hosts, 0);
    assert_int_equal(s.seen_services, 1);
    assert_true(sight_names_host(NULL, ab) && sight_sees(NULL, ab));
    sight_release(&s);
}

/* What is gone is known by its names alone. */
static void test_gone(void **state UNUSED)
{
    static const struct {
        const char *line, *host, *service;
        bool seen;
    } cases[] = {
        {"host:old*", "old1", "", true},
        {"host:old*", "old1", "disk", true},
        {"host:old*", "new1", "disk", false},
        {"service:old*/disk", "old1", "disk", true},
        {"service:old*/disk", "old1", "", false},
        {"hostgroup:ga", "old1", "", false},
        {"contact:ann", "old1", "", false},
        {"host:* !service:*/load", "old1", "load", false},
        {"host:* !service:*/load", "old1", "disk", true},
        {"host:* !hostgroup:ga", "old1", "disk", false}, /* nobody knows whether it was in there */
        {"host:* !hostgroup:ga|host:old*", "old1", "disk", true},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sight s;

        parse(&s, cases[i].line);
        if (sight_judges_gone(&s, str_of(cases[i].host), str_of(cases[i].service)) != cases[i].seen)
            fail_msg("%s: %s %s", cases[i].line, cases[i].host, cases[i].service);
        sight_release(&s);
    }
}

static void test_wrong_terms(void **state UNUSED)
{
    static const char *const cases[][2] = {
        {"", "write hostgroup:NAME"},
        {"linux",
         "\"linux\": write hostgroup:NAME, servicegroup:NAME, host:PATTERN, service:HOST/SERVICE or"},
        {"hosts:a", "\"hosts:a\": write hostgroup:NAME"},
        {"Host:a", "write hostgroup:NAME"},
        {"!!host:a", "write hostgroup:NAME"},
        {"! host:a", "write hostgroup:NAME"},
        {"hostgroup:", "\"hostgroup:\": a name must follow, as in hostgroup:linux"},
        {"!contact:", "a name must follow, as in contact:anna"},
        {"service:web", "service:HOST/SERVICE, such as service:web*/HTTP*"},
        {"service:/disk", "service:HOST/SERVICE"},
        {"service:web/", "service:HOST/SERVICE"},
        {"service:web\\/disk", "service:HOST/SERVICE"},
        {"host:a\nb", "one line"},
        {"host:\xff", "UTF-8"},
        {"host:\x7f", "control characters"},
    };
    char text[SIGHT_TERM_MAX + 2];

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf b = BUF_INIT;
        struct err err = ERR_INIT;

        if (sight_put_term(&b, str_of(cases[i][0]), &err) != E_INVAL || !strstr(err.text, cases[i][1]) ||
            b.len)
            fail_msg("\"%s\": %s", cases[i][0], err.text);
        buf_release(&b);
    }
    memset(text, 'x', sizeof(text));
    memcpy(text, "host:", 5);
    for (size_t n = SIGHT_TERM_MAX; n <= SIGHT_TERM_MAX + 1; n++) {
        struct buf b = BUF_INIT;
        struct err err = ERR_INIT;

        assert_int_equal(sight_put_term(&b, str_make(text, n), &err), n > SIGHT_TERM_MAX ? E_INVAL : 0);
        buf_release(&b);
    }
}

/* A text that is none sees nothing, whatever of it could be read. */
static void test_wrong_texts(void **state)
{
    static const char *const cases[] = {"host:a", "host:a\n", "host:a\n\nhost:b\n", "host:a\nx\n\n", "x\n\n"};
    struct api_world *w = *state;
    struct buf many = BUF_INIT;
    struct sight s;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err err = ERR_INIT;

        assert_int_equal(sight_parse(&s, str_of(cases[i]), &err), E_INVAL);
        sight_evaluate(&s, &w->model);
        for (uint32_t k = 0; k < w->model.n_check; k++)
            assert_false(sight_sees(&s, k));
        sight_release(&s);
    }
    for (size_t i = 0; i <= SIGHT_TERMS_MAX; i++)
        assert_int_equal(sight_put_term(&many, STR("host:a"), NULL), 0);
    sight_put_end(&many);
    assert_int_equal(sight_parse(&s, buf_str(&many), NULL), E_LIMIT);
    sight_release(&s);
    buf_release(&many);
}

int main(void)
{
#define WORLD(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WORLD(test_terms),           WORLD(test_named_hosts),
        cmocka_unit_test(test_gone), cmocka_unit_test(test_wrong_terms),
        WORLD(test_wrong_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
