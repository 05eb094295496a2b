/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AuthUser as a user of Vigie: in every table, with all columns, nothing is told of what is out of sight, which is called ZZ in every name, output and group; counts are of what is seen; and who it is:
 * a user, else a contact, else nobody.
 */
#include "api/livestatus.h"
#include "api/livestatus_int.h"
#include "api/livestatus_who.h"
#include "api/revoke.h"
#include "api_world.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define PERSON(name)                                                                                         \
    "define contact {\n contact_name " name "\n alias " name " alias\n email " name "@example.org\n"         \
    " host_notifications_enabled 0\n service_notifications_enabled 0\n"                                      \
    " host_notification_period always\n service_notification_period always\n"                                \
    " host_notification_commands ping\n service_notification_commands ping\n}\n"
#define HOST(name, more)                                                                                     \
    "define host {\n host_name " name "\n check_command ping!a\n max_check_attempts 3\n"                     \
    " check_period always\n notification_period always\n" more "}\n"
#define SERVICE(host, name, more)                                                                            \
    "define service {\n host_name " host "\n service_description " name                                      \
    "\n check_command ping!a\n max_check_attempts 3\n check_period always\n notification_period "            \
    "always\n" more "}\n"

/* In sight: all of web but ZZsecret, and of half the service ok. web hangs behind ZZrouter. */
#define SCOPE "[\"host:web\",\"service:half/ok\",\"!service:web/ZZ*\"]"
static const char objects[] =
    "define command {\n command_name ZZcommand\n command_line /bin/ZZ\n}\n"
    "define timeperiod {\n timeperiod_name ZZperiod\n alias ZZtime\n monday 00:00-24:00\n}\n" PERSON(
        "ZZperson")
        PERSON("nat") "define contactgroup {\n contactgroup_name team\n members bob\n}\n"
                      "define contactgroup {\n contactgroup_name ZZteam\n members ZZperson\n}\n"
                      "define hostgroup {\n hostgroup_name mixed\n members web,half,ZZhost\n}\n"
                      "define hostgroup {\n hostgroup_name ZZgroup\n members ZZhost,ZZrouter\n}\n"
                      "define servicegroup {\n servicegroup_name mixedsg\n members "
                      "web,http,web,ZZsecret,half,ok,ZZhost,ZZsvc\n}\n"
                      "define servicegroup {\n servicegroup_name ZZsg\n members ZZhost,ZZsvc\n}\n" HOST(
                          "web",
                          " address 192.0.2.1\n parents ZZrouter\n contacts bob\n contact_groups team\n")
                          HOST("half", " alias ZZhalf\n display_name ZZdisplay\n address ZZ.example\n "
                                       "contacts ZZperson\n _VAR ZZvar\n notes ZZnotes\n")
                              HOST("ZZhost",
                                   " parents web\n contacts ZZperson\n contact_groups "
                                   "ZZteam\n") "define host {\n host_name ZZrouter\n "
                                               "check_command ZZcommand\n max_check_attempts "
                                               "3\n"
                                               " check_period ZZperiod\n notification_period "
                                               "ZZperiod\n contacts ZZperson\n}\n" SERVICE("web", "http",
                                                                                           " contacts bob\n")
                                                   SERVICE("web", "ZZsecret", " contacts ZZperson\n")
                                                       SERVICE("half", "ok",
                                                               " contacts bob,kim\n notes $HOSTALIAS$ "
                                                               "$HOSTADDRESS$ $HOSTOUTPUT$\n")
                                                           SERVICE("ZZhost", "ZZsvc", " contacts ZZperson\n");

/* kim is in sight, and what is ZZ about kim is not: addresses, variables, and periods and groups of no check in sight. */
static const char person_in_sight[] =
    "define contact {\n contact_name kim\n email ZZ@example.org\n pager ZZpager\n address1 ZZ1\n address2 "
    "ZZ2\n"
    " address3 ZZ3\n address4 ZZ4\n address5 ZZ5\n address6 ZZ6\n _VAR ZZvalue\n _ZZVAR value\n"
    " contactgroups ZZteam\n host_notification_period ZZperiod\n service_notification_period ZZperiod\n"
    " host_notification_commands ZZcommand\n service_notification_commands ZZcommand\n}\n";

static uint32_t host_of(const struct api_world *w, const char *name)
{
    return model_find_host(&w->model, str_of(name));
}

static void note(struct api_world *w, uint32_t idx, unsigned id, const char *text)
{
    assert_true(board_put_downtime(&w->writer, &(struct board_downtime){.id = id, .idx = idx}, STR("bob"),
                                   str_of(text)));
    assert_true(board_put_comment(&w->writer, &(struct board_comment){.id = id, .idx = idx, .entry_type = 1},
                                  STR("bob"), str_of(text)));
}

static int set_up(void **state)
{
    struct buf b = BUF_INIT;
    struct api_world *w;

    buf_printf(&b, "%s%s", objects, person_in_sight);
    buf_add_char(&b, '\0');
    w = api_world_more(0, 0, b.data);
    buf_release(&b);

    for (uint32_t i = 0; i < w->model.n_check; i++)
        api_world_put(w, i, 1, BOARD_CHECKED, w->wall.us - TIME_H, "ZZoutput");
    api_world_put(w, host_of(w, "web"), 0, BOARD_CHECKED, w->wall.us - TIME_H, "clear");
    api_world_put(w, model_find_service(&w->model, STR("web"), STR("http")), 0, BOARD_CHECKED,
                  w->wall.us - TIME_H, "clear");
    api_world_put(w, model_find_service(&w->model, STR("half"), STR("ok")), 2, BOARD_CHECKED,
                  w->wall.us - TIME_H, "clear");
    note(w, host_of(w, "web"), 11, "clear note");
    note(w, host_of(w, "ZZhost"), 12, "ZZnote");
    note(w, host_of(w, "half"), 13, "ZZnote");
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    api_world_free(*state);
    return 0;
}

/* ---- who it is ---- */

static const char viewer[] = "[\"resources.read\",\"events.read\",\"commands.read\"]";

static bool said(struct api_world *w, const char *name, const char *code, const char *rights,
                 const char *scope, const char *totp, struct livestatus_eyes *e)
{
    struct str values[API_AUTH_VALUES] = {str_of(code), STR(""),    STR("0"), STR(""),
                                          str_of(name), STR("own"), STR("")};
    struct api_answer x = {.kind = API_FROM_AUTH,
                           .ok = strcmp(code, "ok") == 0,
                           .error = STR(""),
                           .values = values,
                           .n_values = API_AUTH_VALUES};
    struct buf grants = BUF_INIT;
    bool known;

    buf_printf(&grants, "[{\"rights\":%s,\"scope\":%s}]", rights, scope);
    values[API_AUTH_EXPIRES] = STR("0");
    values[API_AUTH_LIST] = STR("");
    values[API_AUTH_GRANTS] = buf_str(&grants);
    values[API_AUTH_TOTP] = str_of(totp);
    known = livestatus_who_said(&w->api, str_of(name), &x, e);
    buf_release(&grants);
    return known;
}

static struct livestatus_eyes user(struct api_world *w, const char *rights, const char *scope)
{
    struct livestatus_eyes e;

    assert_true(said(w, "nat", "ok", rights, scope, "off", &e));
    assert_true(e.user);
    return e;
}

static const char *answer(struct api_world *w, const struct livestatus_eyes *e, const char *request)
{
    static char text[200000];
    struct livestatus_world lw = {
        .m = &w->model, .b = &w->api.board, .version = "1", .now = w->wall, .eyes = *e};
    struct livestatus_reply reply;
    struct buf out = BUF_INIT;

    livestatus_answer(&lw, str_of(request), &out, &reply);
    assert_true(out.len < sizeof(text));
    memcpy(text, out.len ? out.data : "", out.len);
    text[out.len] = '\0';
    buf_release(&out);
    return text;
}

static void test_who(void **state)
{
    struct api_world *w = *state;
    struct livestatus_eyes e;
    struct str name;

    assert_false(livestatus_user(STR("GET hosts\n"), w->wall, &name));
    assert_false(livestatus_user(STR("GET hosts\nFilter: name = AuthUser\n"), w->wall, &name));
    assert_true(livestatus_user(STR("GET hosts\nAuthUser: nat\n"), w->wall, &name));
    assert_true(str_eq_c(name, "nat"));
    assert_false(livestatus_who_known(&w->api, name, &e));
    e = user(w, viewer, SCOPE);
    livestatus_eyes_release(&w->api, &e);
    assert_true(livestatus_who_known(&w->api, name, &e)); /* remembered for a moment */
    assert_true(e.user && e.resources && e.events && e.commands);
    livestatus_eyes_release(&w->api, &e);
    revoke_all(&w->api, NULL);
    assert_false(livestatus_who_known(&w->api, name, &e));
    e = user(w, viewer, "null"); /* everything */
    assert_true(e.user && !e.resources && !e.events && !e.commands);
    e = user(w, "[\"events.read\"]", "null"); /* each by its own right */
    assert_true(e.user && e.resources && !e.resources->seen_hosts && !e.events && !e.commands->seen_hosts);
    livestatus_eyes_release(&w->api, &e);
    assert_true(said(w, "nat", "ok", viewer, "null", "required", &e)); /* who must have a second factor */
    assert_true(e.user && e.resources && !e.resources->seen_hosts);
    livestatus_eyes_release(&w->api, &e);
    assert_true(said(w, "bob", "invalid", "[]", "null", "off", &e)); /* no user: a contact, if any */
    assert_false(e.user);
    assert_true(livestatus_who_known(&w->api, STR("bob"), &e));
    assert_false(e.user);
    assert_false(said(w, "bob", "broken", "[]", "null", "off", &e)); /* nobody knows: nothing is answered */
}

/* nat is a contact that is told of nothing, and a user: the user counts. bob is a contact alone, and keeps Nagios' rule. */
static void test_precedence(void **state)
{
    struct api_world *w = *state;
    struct livestatus_eyes nobody = {.user = false}, e = user(w, viewer, SCOPE);

    assert_string_equal(answer(w, &e, "GET hosts\nColumns: name\nAuthUser: nat\n"), "web\n");
    assert_string_equal(answer(w, &nobody, "GET hosts\nColumns: name\nAuthUser: nat\n"), "");
    assert_string_equal(answer(w, &nobody, "GET services\nColumns: host_name description\nAuthUser: bob\n"),
                        "half;ok\nweb;ZZsecret\nweb;http\n");
    assert_string_equal(answer(w, &nobody, "GET contacts\nColumns: name\nAuthUser: nobody\n"), "");
    assert_string_equal(answer(w, &nobody, "GET timeperiods\nColumns: name\nAuthUser: nobody\n"), "");
    assert_non_null(strstr(answer(w, &nobody, "GET contacts\nColumns: name\nAuthUser: bob\n"), "ZZperson"));
    livestatus_eyes_release(&w->api, &e);
    e = user(w, "[\"resources.check\"]", "null"); /* by no right to read: nothing */
    assert_string_equal(answer(w, &e, "GET hosts\nColumns: name\nAuthUser: nat\n"), "");
    assert_string_equal(answer(w, &e, "GET commands\nColumns: name\nAuthUser: nat\n"), "");
    livestatus_eyes_release(&w->api, &e);
}

/* ---- what is seen ---- */

static void test_every_table(void **state)
{
    struct api_world *w = *state;
    struct livestatus_eyes nobody = {.user = false}, part = user(w, viewer, SCOPE),
                           none = user(w, viewer, "[]");
    unsigned plants = 0;

    for (size_t i = 0; i < ls_n_tables; i++) {
        char request[128];
        const char *text;

        if (ls_tables[i] == &ls_columns)
            continue;
        snprintf(request, sizeof(request), "GET %s\nOutputFormat: json\n%sAuthUser: nat\n",
                 ls_tables[i]->name, ls_tables[i] == &ls_statehist ? "Filter: time >= 5\n" : "");
        text = answer(w, &part, request);
        if (strstr(text, "ZZ"))
            fail_msg("%s: %.300s", request, strstr(text, "ZZ") - MIN(strstr(text, "ZZ") - text, 200));
        text = answer(w, &none, request);
        if (strstr(text, "ZZ") || strstr(text, "web") || strstr(text, "half") || strstr(text, "clear"))
            fail_msg("who sees nothing: %s: %.300s", request, text);
        snprintf(request, sizeof(request), "GET %s\nOutputFormat: json\n%s", ls_tables[i]->name,
                 ls_tables[i] == &ls_statehist ? "Filter: time >= 5\n" : "");
        plants += strstr(answer(w, &nobody, request), "ZZ") != NULL;
    }
    assert_int_equal(plants,
                     ls_n_tables -
                         4); /* all but columns, status, and log and statehist, which have no rows here */
    livestatus_eyes_release(&w->api, &part);
    livestatus_eyes_release(&w->api, &none);
}

static void test_columns(void **state)
{
    static const struct {
        const char *request, *answer;
    } cases[] = {
        {"GET hosts\nColumns: name parents childs services num_services worst_service_state\n",
         "web;;;http;1;0\n"},
        {"GET services\nColumns: host_name description host_address host_plugin_output notes_expanded\n",
         "half;ok;;;  \nweb;http;192.0.2.1;clear;\n"},
        {"GET services\nStats: state >= 0\n", "2\n"},
        {"GET hosts\nStats: state >= 0\n", "1\n"},
        {"GET services\nStats: host_state = 1\n", "0\n"}, /* of half that is not told */
        {"GET services\nColumns: description\nFilter: host_alias ~ ZZ\n", ""},
        {"GET hostgroups\nColumns: name members num_hosts num_services worst_host_state\n",
         "mixed;web;1;2;0\n"},
        {"GET servicegroups\nColumns: name members num_services\n", "mixedsg;half|ok,web|http;2\n"},
        {"GET status\nColumns: num_hosts num_services\n", "1;2\n"},
        {"GET contacts\nColumns: name\n", "bob\nkim\n"},
        {"GET contacts\nColumns: name email pager address1 address6 custom_variables "
         "host_notification_period "
         "groups\nFilter: name = kim\n",
         "kim;;;;;;;\n"},
        {"GET contacts\nColumns: name\nFilter: email ~ ZZ\n", ""},
        {"GET contactgroups\nColumns: name members\n", "team;bob\n"},
        {"GET commands\nColumns: name\n", "ping\n"},
        {"GET timeperiods\nColumns: name\n", "always\n"},
        {"GET downtimes\nColumns: id comment host_name\n", "11;clear note;web\n"},
        {"GET comments\nColumns: id\n", "11\n"},
        {"GET hostsbygroup\nColumns: hostgroup_name name hostgroup_members\n", "mixed;web;web\n"},
        {"GET servicesbyhostgroup\nColumns: hostgroup_name host_name description host_alias\n",
         "mixed;half;ok;\nmixed;web;http;web\n"},
        {"GET hosts\nColumns: name\nWaitObject: ZZhost\nWaitCondition: state = 1\n",
         "the table hosts has no row 'ZZhost' to wait for\n"},
    };
    struct api_world *w = *state;
    struct livestatus_eyes e = user(w, viewer, SCOPE);

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char request[256];

        snprintf(request, sizeof(request), "%sAuthUser: nat\n", cases[i].request);
        if (strcmp(answer(w, &e, request), cases[i].answer) != 0)
            fail_msg("%s: %s", request, answer(w, &e, request));
    }
    livestatus_eyes_release(&w->api, &e);
    e = user(w, viewer, "null"); /* who sees everything is told where to reach people */
    assert_string_equal(answer(w, &e,
                               "GET contacts\nColumns: email pager address6 custom_variable_values "
                               "host_notification_period groups\nFilter: name = kim\nAuthUser: nat\n"),
                        "ZZ@example.org;ZZpager;ZZ6;ZZvalue,value;ZZperiod;ZZteam\n");
}

static void test_past(void **state)
{
    struct api_world *w = *state;
    struct livestatus_eyes nobody = {.user = false}, e = user(w, viewer, "[\"host:web\"]"),
                           all = {.user = true};
    struct buf b = BUF_INIT;

    livestatus_scope(STR("GET log\nFilter: time >= 5\nAuthUser: nat\n"), w->wall, &e, &b);
    assert_string_equal(b.data, "s:host:web\n\n");
    buf_clear(&b);
    livestatus_scope(STR("GET statehist\nFilter: time >= 5\nAuthUser: nat\n"), w->wall, &e, &b);
    assert_string_equal(b.data, "s:host:web\n\n");
    buf_clear(&b);
    livestatus_scope(STR("GET log\nAuthUser: nat\n"), w->wall, &all, &b);
    assert_string_equal(b.data, "0");
    buf_clear(&b);
    livestatus_scope(STR("GET log\nAuthUser: bob\n"), w->wall, &nobody, &b);
    assert_string_equal(b.data, "c:bob");
    livestatus_eyes_release(&w->api, &e);
    e = user(w, "[\"resources.read\"]", "null"); /* the log takes its own right */
    buf_clear(&b);
    livestatus_scope(STR("GET log\nAuthUser: nat\n"), w->wall, &e, &b);
    assert_string_equal(b.data, "s:");
    livestatus_eyes_release(&w->api, &e);
    buf_release(&b);
}

int main(void)
{
#define WORLD(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WORLD(test_who),     WORLD(test_precedence), WORLD(test_every_table),
        WORLD(test_columns), WORLD(test_past),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
