/* SPDX-License-Identifier: Apache-2.0 */
/* Requests as clients write them and the bytes they get, over a board that the test writes. */
#include "api/livestatus_current.h"
#include "api/livestatus.h"
#include "api_world.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

/* Two hosts of two services each: hosts first, then the services of each host. */
enum { H0, H1, A0, A1, B0, B1 };

static int set_up(void **state)
{
    struct api_world *w = api_world_new(2, 2);
    int64_t since = w->wall.us - TIME_MIN;

    api_world_put(w, H0, 0, BOARD_CHECKED, since, "fine");
    api_world_put(w, H1, 1, BOARD_CHECKED, since, "no answer");
    api_world_put(w, A0, 0, BOARD_CHECKED, since, "a \"quoted\" \xc3\xa9; \\ ,");
    api_world_put(w, A1, 1, BOARD_CHECKED, since, "Warm");
    api_world_put(w, B0, 2, BOARD_CHECKED | BOARD_ACKNOWLEDGED, since, "hot");
    api_world_put(w, B1, 0, 0, since, "");
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    api_world_free(*state);
    return 0;
}

/* As the reader hands them over: newest first. 1000 is h0000, 1004 is h0001's s00, 9999 is gone. */
static const struct {
    const char *id, *second, *kind, *more;
} events[] = {
    {"30", "19", "stop", ""},
    {"31", "18", "other", ",\"passive\":true,\"oid\":\"1000\",\"state\":1,\"text\":\"gone\""},
    {"29", "18", "reload", ""},
    {"32", "17", "other", ",\"passive\":true,\"oid\":\"1004\",\"state\":9,\"text\":\"hot | t=1\""},
    {"28", "17", "command", ",\"text\":\"[1700000017] _VIGIE_AUDIT;login;jp;::1\""},
    {"27", "16", "command", ",\"text\":\"[1700000016] DEL_HOST_DOWNTIME;8\""},
    {"26", "15", "flapping_start", ",\"oid\":\"1004\",\"state\":2,\"hard\":true"},
    {"25", "14", "downtime_end", ",\"oid\":\"1000\",\"type\":1,\"author\":\"ann\""},
    {"24", "13", "downtime_start", ",\"oid\":\"1000\",\"author\":\"ann\",\"text\":\"works\""},
    {"23", "12", "notification",
     ",\"oid\":\"1004\",\"state\":2,\"hard\":true,\"attempt\":1,\"type\":2,\"contact\":\"bob\",\"command\":"
     "\"mail\",\"text\":\"hot\",\"author\":\"ann\",\"long_text\":\"I see\""},
    {"22", "11", "alert", ",\"oid\":\"9999\",\"state\":1,\"hard\":true,\"attempt\":1,\"text\":\"x\""},
    {"21", "10", "alert", ",\"oid\":\"1004\",\"state\":2,\"hard\":true,\"attempt\":3,\"text\":\"hot; very\""},
    {"20", "09", "alert", ",\"oid\":\"1004\",\"state\":2,\"hard\":false,\"attempt\":1,\"text\":\"hot\""},
    {"19", "08", "start", ""},
    {"34", "07", "alert",
     ",\"oid\":\"9998\",\"gone\":true,\"host\":\"old\",\"service\":\"disk\",\"state\":2,\"hard\":true,"
     "\"attempt\":4,"
     "\"text\":\"full\""},
    {"33", "06", "notification",
     ",\"oid\":\"9997\",\"gone\":true,\"host\":\"old\",\"state\":1,\"contact\":\"bob\",\"command\":\"mail\","
     "\"text\":"
     "\"dead\""},
};

static void write_events(struct buf *b)
{
    buf_add_char(b, '[');
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        buf_printf(b, "%s{\"at\":\"17000000%s500000\",\"id\":\"%s\",\"kind\":\"%s\"%s}", i ? "," : "",
                   events[i].second, events[i].id, events[i].kind, events[i].more);
    buf_add_char(b, ']');
}

static struct livestatus_reply ask(struct api_world *w, const char *text, struct buf *out)
{
    struct livestatus_world lw = {
        .m = &w->model, .b = &w->api.board, .version = "1", .pid = 7, .now = w->wall};
    struct livestatus_log_range range;
    struct livestatus_log log = {0};
    struct livestatus_reply reply;
    struct buf page = BUF_INIT;

    if (livestatus_log_wanted(&lw, str_of(text), &range)) {
        write_events(&page);
        livestatus_log_take(&log, buf_str(&page));
        livestatus_log_take(&log, STR("[]"));
        livestatus_log_resolve(&log, &w->api);
        lw.log = &log;
    }
    buf_release(&page);
    buf_clear(out);
    livestatus_answer(&lw, str_of(text), out, &reply);
    livestatus_log_release(&log);
    return reply;
}

struct exchange {
    const char *request, *answer;
};

static void compare(void **state, const struct exchange *e, size_t n)
{
    struct buf out = BUF_INIT;

    for (size_t i = 0; i < n; i++) {
        ask(*state, e[i].request, &out);
        if (strcmp(out.data ? out.data : "", e[i].answer) != 0)
            print_message("asked:\n%s", e[i].request);
        assert_string_equal(out.data ? out.data : "", e[i].answer);
    }
    buf_release(&out);
}

#define JSON  "OutputFormat: json\n"
#define NAMES "Columns: host_name description\n"

static void test_formats(void **state)
{
    static const struct exchange cases[] = {
        {"GET hosts\nColumns: name state\n", "h0000;0\nh0001;1\n"},
        {"GET hosts\nColumns: name state\nColumnHeaders: on\n", "name;state\nh0000;0\nh0001;1\n"},
        {"GET hosts\nColumns: name state\n" JSON, "[[\"h0000\",0],\n[\"h0001\",1]]\n"},
        {"GET hosts\nColumns: name\nColumnHeaders: on\n" JSON, "[[\"name\"],\n[\"h0000\"],\n[\"h0001\"]]\n"},
        {"GET hosts\nColumns: name\nFilter: name = none\n" JSON, "[]\n"},
        {"GET hosts\nColumns: name\nFilter: name = none\n", ""},
        {"GET services\nColumns: plugin_output\nLimit: 1\n" JSON,
         "[[\"a \\\"quoted\\\" \xc3\xa9; \\\\ ,\"]]\n"},
        {"GET hosts\nColumns: name\nResponseHeader: fixed16\n", "200          12\nh0000\nh0001\n"},
        {"GET hosts\nColumns: name state\nSeparators: 10 124 44 59\n", "h0000|0\nh0001|1\n"},
        {"GET hosts\nColumns: services\nFilter: name = h0000\n", "s01,s00\n"},
        {"GET hosts\nColumns: services\nFilter: name = h0000\n" JSON, "[[[\"s01\",\"s00\"]]]\n"},
        {"GET hosts\r\nColumns: name\r\nLimit: 1\r\n", "h0000\n"},
        {"GET hosts\nColumns: name\nOutputFormat: wrapped_json\nLimit: 1\n",
         "{\"data\":[[\"h0000\"]]\n,\"total_count\":2}\n"},
        {"GET hosts\nColumns: name\nColumnHeaders: on\nOutputFormat: wrapped_json\n",
         "{\"columns\":[\"name\"],\n\"data\":[[\"h0000\"],\n[\"h0001\"]]\n,\"total_count\":2}\n"},
        {"GET services\nColumns: plugin_output state\nLimit: 1\nOutputFormat: python\n",
         "[[u\"a \\\"quoted\\\" \\u00e9; \\\\ ,\",0]]\n"},
        {"GET services\nColumns: plugin_output\nLimit: 1\nOutputFormat: python3\n",
         "[[\"a \\\"quoted\\\" \xc3\xa9; \\\\ ,\"]]\n"},
    };

    compare(state, cases, ARRAY_LEN(cases));
}

static void test_filters(void **state)
{
    static const struct exchange cases[] = {
        {"GET services\n" NAMES "Filter: state = 2\n", "h0001;s00\n"},
        {"GET services\n" NAMES "Filter: state != 0\n", "h0000;s01\nh0001;s00\n"},
        {"GET services\n" NAMES "Filter: state >= 1\nFilter: acknowledged = 0\n", "h0000;s01\n"},
        {"GET services\n" NAMES "Filter: state = 1\nFilter: state = 2\nOr: 2\n", "h0000;s01\nh0001;s00\n"},
        {"GET services\n" NAMES "Filter: state = 1\nFilter: state = 2\nAnd: 2\n", ""},
        {"GET services\n" NAMES "Filter: state = 0\nNegate:\n", "h0000;s01\nh0001;s00\n"},
        {"GET services\n" NAMES "Filter: has_been_checked = 0\n", "h0001;s01\n"},
        {"GET services\n" NAMES "Filter: plugin_output ~ ^W\n", "h0000;s01\n"},
        {"GET services\n" NAMES "Filter: plugin_output ~ ^w\n", ""},
        {"GET services\n" NAMES "Filter: plugin_output ~~ ^w\n", "h0000;s01\n"},
        {"GET services\n" NAMES "Filter: plugin_output =~ warm\n", "h0000;s01\n"},
        {"GET services\n" NAMES "Filter: plugin_output !~ [a-z]\n", "h0001;s01\n"},
        {"GET services\n" NAMES "Filter: plugin_output =\n", "h0001;s01\n"},       /* empty text */
        {"GET hosts\nColumns: name\nFilter: services >= s01\n", "h0000\nh0001\n"}, /* a list has the member */
        {"GET hosts\nColumns: name\nFilter: services < s01\n", ""},                /* a list has it not */
        {"GET hosts\nColumns: name\nFilter: parents =\n", "h0000\nh0001\n"},       /* an empty list */
        {"GET services\n" NAMES "Filter: host_state = 1\nFilter: state = 2\n", "h0001;s00\n"},
        {"GET hosts\nColumns: host_name\nFilter: host_name = h0001\n", "h0001\n"}, /* its own prefix */
        {"GET services\nColumns: service_description\nFilter: service_state = 2\n", "s00\n"},
    };

    compare(state, cases, ARRAY_LEN(cases));
}

static void test_stats(void **state)
{
    static const struct exchange cases[] = {
        {"GET services\nStats: state = 0\nStats: state = 1\nStats: state = 2\n", "2;1;1\n"},
        {"GET services\nFilter: host_name = h0001\nStats: state = 2\nStats: acknowledged = 1\nStatsAnd: 2\n",
         "1\n"},
        {"GET services\nStats: state = 1\nStats: state = 2\nStatsOr: 2\n" JSON, "[[2]]\n"},
        {"GET services\nStats: state = 0\nStatsNegate:\n" JSON, "[[2]]\n"},
        {"GET services\nFilter: state = 9\nStats: state = 0\n",
         "0\n"}, /* nothing counts, and that is an answer */
        {"GET services\nColumns: host_name\nStats: state = 0\n", "h0000;1\nh0001;1\n"},
        {"GET services\nStats: state = 0\nStatsGroupBy: host_name\n", "h0000;1\nh0001;1\n"},
        {"GET services\nColumns: state\nStats: sum state\nLimit: 2\n" JSON, "[[\"0\",0],\n[\"1\",1]]\n"},
        {"GET services\nColumns: host_state\nStats: state >= 0\nColumnHeaders: on\n" JSON,
         "[[\"host_state\",\"stats_1\"],\n[\"0\",2],\n[\"1\",2]]\n"},
        {"GET services\nStats: max state\nStats: state = 0\nStats: state = 1\nStatsOr: 2\n", "2;3\n"},
        /* the numbers would change their places */
        {"GET services\nStats: state = 0\nStats: max state\nStats: state = 1\nStatsOr: 2\n",
         "StatsOr: counts are needed just before it, not a sum or the like\n"},
        {"GET services\nStats: state = 0\nStats: avg execution_time\nStatsNegate:\n",
         "StatsNegate: counts are needed just before it, not a sum or the like\n"},
        {"GET services\nStats: max state\nStatsAnd: 1\n",
         "StatsAnd: counts are needed just before it, not a sum or the like\n"},
        {"GET services\nStatsAnd: 0\nStats: state = 0\nStatsAnd: 0\nStats: state = 1\n", "2;1\n"},
        {"GET services\nStats: max state\nStats: min state\n", "2;0\n"},
    };

    compare(state, cases, ARRAY_LEN(cases));
}

static void test_order_and_part(void **state)
{
    static const struct exchange cases[] = {
        {"GET services\n" NAMES "Sort: state desc\nLimit: 2\n", "h0001;s00\nh0000;s01\n"},
        {"GET services\n" NAMES "Sort: description desc\nLimit: 1\nOffset: 1\n", "h0001;s01\n"},
        {"GET services\n" NAMES "Limit: 0\n", ""},
    };

    compare(state, cases, ARRAY_LEN(cases));
}

/* A row each member, with the columns of both: g1 has both hosts, g2 the second one; sg the services s01. */
static void test_by_group(void **state)
{
    static const struct exchange cases[] = {
        {"GET hostsbygroup\nColumns: hostgroup_name name state\n", "g1;h0000;0\ng1;h0001;1\ng2;h0001;1\n"},
        {"GET hostsbygroup\nColumns: hostgroup_alias\nStats: state = 1\n", "Group 1;1\nGroup 2;1\n"},
        {"GET hostsbygroup\nColumns: host_name\nAuthUser: bob\n", "h0001\nh0001\n"},
        {"GET servicesbygroup\nColumns: servicegroup_name host_name description\n",
         "sg;h0000;s01\nsg;h0001;s01\n"},
        {"GET servicesbyhostgroup\nColumns: hostgroup_name host_name description\nFilter: hostgroup_name = "
         "g2\n",
         "g2;h0001;s00\ng2;h0001;s01\n"},
        {"GET servicesbyhostgroup\nStats: state >= 0\n", "6\n"},
        {"GET servicesbyhostgroup\nColumns: description\nSort: description desc\nLimit: 2\n", "s01\ns01\n"},
        {"GET hostgroups\nColumns: name num_hosts num_services num_services_crit num_services_pending "
         "worst_host_state worst_service_state\n",
         "g1;2;4;1;1;1;2\ng2;1;2;1;1;1;2\n"},
        {"GET hosts\nColumns: services_with_state\nFilter: name = h0001\n", "s01|0|0,s00|2|1\n"},
        {"GET hosts\nColumns: services_with_info\nFilter: name = h0001\n" JSON,
         "[[[[\"s01\",0,0,\"\"],[\"s00\",2,1,\"hot\"]]]]\n"},
        {"GET columns\nColumns: table name\nFilter: name = servicegroup_alias\n",
         "servicesbygroup;servicegroup_alias\n"},
    };

    compare(state, cases, ARRAY_LEN(cases));
}

/* Comments and downtimes in the rows of their hosts and services. */
static void test_notes(void **state)
{
    static const struct exchange cases[] = {
        {"GET services\nColumns: host_name description comments comments_with_info "
         "downtimes_with_info\nFilter: comments "
         "!=\n" JSON,
         "[[\"h0001\",\"s00\",[7,9],[[7,\"ann\",\"a; b\"],[9,\"bob\",\"c\"]],[]]]\n"},
        {"GET services\nColumns: comments_with_extra_info\nFilter: comments >= 7\n",
         "7|ann|a; b|1|1700000000,9|bob|c|4|1700000060\n"},
        {"GET hosts\nColumns: name comments downtimes downtimes_with_info\nFilter: downtimes !=\n" JSON,
         "[[\"h0000\",[],[8],[[8,\"cat\",\"works\"]]]]\n"},
        {"GET services\nColumns: host_downtimes host_downtimes_with_info\nFilter: host_name = h0000\nLimit: "
         "1\n" JSON,
         "[[[8],[[8,\"cat\",\"works\"]]]]\n"},
        {"GET services\nStats: comments != \nStats: downtimes != \n", "1;0\n"},
    };
    struct api_world *w = *state;

    board_put_comment(
        &w->writer,
        &(struct board_comment){
            .id = 7, .idx = B0, .entry_type = BOARD_COMMENT_USER, .entry_time = 1700000000 * TIME_S},
        STR("ann"), STR("a; b"));
    board_put_downtime(&w->writer, &(struct board_downtime){.id = 8, .idx = H0}, STR("cat"), STR("works"));
    board_put_comment(
        &w->writer,
        &(struct board_comment){
            .id = 9, .idx = B0, .entry_type = BOARD_COMMENT_ACK, .entry_time = 1700000060 * TIME_S},
        STR("bob"), STR("c"));
    compare(state, cases, ARRAY_LEN(cases));
    board_del_comment(&w->writer, 7);
    board_del_comment(&w->writer, 9);
    board_del_downtime(&w->writer, 8);
}

/* The log: words as Nagios writes them, of the objects that there are, newest first. */
static void test_log(void **state)
{
    static const struct exchange cases[] = {
        {"GET log\nColumns: message\nFilter: class = 1\nFilter: class = 3\nOr: 2\n",
         "[1700000015] SERVICE FLAPPING ALERT: h0001;s00;STARTED; Service appears to have started flapping\n"
         "[1700000014] HOST DOWNTIME ALERT: h0000;CANCELLED; Scheduled downtime for host has been "
         "cancelled.\n"
         "[1700000013] HOST DOWNTIME ALERT: h0000;STARTED; Host has entered a period of scheduled downtime\n"
         "[1700000012] SERVICE NOTIFICATION: bob;h0001;s00;ACKNOWLEDGEMENT (CRITICAL);mail;hot;ann;I see\n"
         "[1700000010] SERVICE ALERT: h0001;s00;CRITICAL;HARD;3;hot; very\n"
         "[1700000009] SERVICE ALERT: h0001;s00;CRITICAL;SOFT;1;hot\n"
         "[1700000007] SERVICE ALERT: old;disk;CRITICAL;HARD;4;full\n"
         "[1700000006] HOST NOTIFICATION: bob;old;DOWN;mail;dead\n"},
        /* configured no more: by the name that it had last, and nobody is told of it */
        {"GET log\nColumns: host_name service_description current_host_name current_service_description "
         "state\nFilter: host_name = old\n",
         "old;disk;;;2\nold;;;;1\n"},
        {"GET log\nColumns: lineno\nFilter: host_name = old\nAuthUser: ann\n", ""},
        {"GET log\nColumns: message type options\nFilter: host_name =\n",
         "[1700000019] Successfully shutdown...;Successfully shutdown...;\n"
         "[1700000016] EXTERNAL COMMAND: DEL_HOST_DOWNTIME;8;EXTERNAL COMMAND;DEL_HOST_DOWNTIME;8\n"
         "[1700000008] Vigie starting...;Vigie starting...;\n"},
        {"GET log\nColumns: time lineno type state state_type attempt host_name service_description "
         "plugin_output "
         "comment contact_name command_name\nFilter: service_description = s00\nFilter: class != 4\nSort: "
         "lineno asc\n",
         "1700000009;20;SERVICE ALERT;2;SOFT;1;h0001;s00;hot;;;\n"
         "1700000010;21;SERVICE ALERT;2;HARD;3;h0001;s00;hot; very;;;\n"
         "1700000012;23;SERVICE NOTIFICATION;2;ACKNOWLEDGEMENT (CRITICAL);0;h0001;s00;hot;I see;bob;mail\n"
         "1700000015;26;SERVICE FLAPPING ALERT;0;STARTED;0;h0001;s00;;Service appears to have started "
         "flapping;;\n"},
        {"GET log\nStats: min time\nStats: max time\nStats: class = 1\n", "1700000006;1700000019;6\n"},
        {"GET log\nColumns: current_host_state current_service_description\nFilter: time = 1700000010\n",
         "1;s00\n"},
        {"GET log\nColumns: current_service_description current_host_alias\nFilter: type = HOST DOWNTIME "
         "ALERT\nLimit: "
         "1\n",
         ";Machine 0\n"},
        {"GET log\nColumns: lineno\nAuthUser: bob\nFilter: class != 4\nLimit: 2\n", "26\n23\n"},
        {"GET log\nColumns: message type class state state_type attempt plugin_output comment\nFilter: class "
         "= "
         "4\n",
         "[1700000018] PASSIVE HOST CHECK: h0000;1;gone;PASSIVE HOST CHECK;4;1;;0;gone;\n"
         "[1700000017] PASSIVE SERVICE CHECK: h0001;s00;9;hot | t=1;PASSIVE SERVICE CHECK;4;9;;0;hot | "
         "t=1;\n"},
    };

    compare(state, cases, ARRAY_LEN(cases));
}

/* The log is begun anew at midnight UTC of 2023-11-15 (1700006400); a start 100 s later. */
static void test_log_current_states(void **state)
{
    static const char question[] =
        "GET log\nColumns: time type service_description state attempt\n"
        "Filter: time >= 1699990000\nFilter: time <= 1700010000\nFilter: class = 6\n";
    static const struct {
        const char *more;
        bool wanted;
    } cases[] = {{"", true},
                 {"Filter: host_name = h0001\n", true},
                 {"Filter: host_name = nobody\n", false},
                 {"Filter: type = SERVICE ALERT\n", false},
                 {"Filter: current_host_name = h0000\nNegate:\n", true},
                 {"Filter: plugin_output ~ x\n", true}};
    struct api_world *w = *state;
    struct livestatus_log log = {.text = BUF_INIT};
    struct livestatus_world lw = {
        .m = &w->model, .b = &w->api.board, .version = "1", .pid = 7, .now = w->wall, .log = &log};
    struct livestatus_log_range range;
    struct livestatus_statehist h;
    struct livestatus_log_line one;
    struct livestatus_reply reply;
    struct buf out = BUF_INIT;

    lw.now.us = 1700020000 * TIME_S;
    assert_true(livestatus_log_wanted(&lw, str_of(question), &range));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        buf_clear(&out);
        buf_printf(&out, "%s%s", question, cases[i].more);
        assert_int_equal(livestatus_current_wanted(&lw, buf_str(&out), &range, &h), cases[i].wanted);
        livestatus_statehist_release(&h);
    }
    assert_true(livestatus_current_wanted(&lw, str_of(question), &range, &h));
    assert_string_equal(livestatus_statehist_page(&h, &out), "gaps");
    livestatus_statehist_take(&h, STR("[{\"from\":1700006450,\"to\":1700006500}]"));
    assert_string_equal(livestatus_statehist_page(&h, &out), "spans");
    livestatus_statehist_take(&h, STR("[{\"oid\":\"1000\",\"at\":1699980000,\"seq\":\"3\",\"state\":1,"
                                      "\"hard\":true,\"attempt\":2,\"text\":\"gone\"},"
                                      "{\"oid\":\"1004\",\"at\":1700006400,\"seq\":\"4\",\"state\":2,"
                                      "\"attempt\":1,\"text\":\"hot\"}]"));
    assert_null(livestatus_statehist_page(&h, &out));
    livestatus_log_take(&log, STR("[{\"id\":\"9\",\"at\":\"1700006500000000\",\"kind\":\"start\"}]"));
    livestatus_current_add(&log, &h, &w->api);
    livestatus_log_resolve(&log, &w->api);
    buf_clear(&out);
    livestatus_answer(&lw, str_of(question), &out, &reply);
    assert_string_equal(out.data, "1700006500;CURRENT SERVICE STATE;s00;2;1\n"
                                  "1700006500;CURRENT HOST STATE;;1;2\n"
                                  "1700006400;CURRENT HOST STATE;;1;2\n");
    assert_null(livestatus_log_refusal(&log));
    one = log.line.at[0];
    while (log.line.n < LIVESTATUS_LOG_MAX - 2) /* three states more than fit are not left out in silence */
        *VEC_ADD(&log.line) = one;
    livestatus_current_add(&log, &h, &w->api);
    assert_non_null(strstr(livestatus_log_refusal(&log), "(class 6) that are more than 300000 lines"));
    assert_int_equal(log.line.n, LIVESTATUS_LOG_MAX - 2);
    livestatus_statehist_release(&h);
    livestatus_log_release(&log);
    buf_release(&out);
}

static void test_log_time(void **state)
{
    static const struct {
        const char *request;
        int64_t from, to; /* to -1: no log is wanted */
        bool no_results;  /* that were handed in: they are not asked for */
    } cases[] = {
        {"GET log\n", 0, INT64_MAX},
        {"GET log\nFilter: time >= 10\nFilter: time < 20\n", 10000000, 19999999},
        {"GET log\nFilter: time > 10\nFilter: time <= 20\nFilter: class = 1\nAnd: 3\n", 11000000, 20999999,
         true},
        {"GET log\nFilter: time = 10\n", 10000000, 10999999},
        {"GET log\nFilter: time >= 10\nFilter: time <= 5\nOr: 2\n", 0, INT64_MAX},
        {"GET log\nFilter: time >= 10\nNegate:\n", 0, INT64_MAX},
        {"GET log\nFilter: time != 10\n", 0, INT64_MAX},
        {"GET log\nFilter: current_service_last_check > 10\n", 0, INT64_MAX},
        {"GET log\nFilter: time > -5\n", 0, INT64_MAX},
        {"GET hosts\nFilter: last_check > 10\n", 0, -1},
        {"GET log\nFilter: nothing > 10\n", 0, -1},
        {"COMMAND [1] X\n", 0, -1},
        {"GET log\nFilter: class = 1\n", 0, INT64_MAX, true},
        {"GET log\nFilter: class = 1\nFilter: class = 4\nOr: 2\n", 0, INT64_MAX, false},
        {"GET log\nFilter: class = 4\nNegate:\n", 0, INT64_MAX, true},
        {"GET log\nFilter: type = SERVICE ALERT\n", 0, INT64_MAX, true},
        {"GET log\nFilter: type ~ CHECK\n", 0, INT64_MAX, false},
        {"GET log\nFilter: type = PASSIVE HOST CHECK\n", 0, INT64_MAX, false},
        {"GET log\nFilter: type = PASSIVE SERVICE CHECK\nFilter: plugin_output ~ x\n", 0, INT64_MAX, false},
    };
    struct api_world *w = *state;
    const struct livestatus_world lw = {.m = &w->model, .b = &w->api.board};

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct livestatus_log_range range;
        bool wanted = livestatus_log_wanted(&lw, str_of(cases[i].request), &range);

        if (wanted != (cases[i].to >= 0) ||
            (wanted && (range.from_us != cases[i].from || range.to_us != cases[i].to)))
            print_message("asked:\n%s", cases[i].request);
        assert_int_equal(wanted, cases[i].to >= 0);
        if (wanted) {
            assert_int_equal(range.from_us, cases[i].from);
            assert_int_equal(range.to_us, cases[i].to);
            if (range.passive == cases[i].no_results)
                fail_msg("%s", cases[i].request);
        }
    }
}

/* The columns that Thruk, NagVis and Nagstamon name in their queries. */
static void test_clients_columns(void **state)
{
    static const char *const asked[] = {
        "hosts\nColumns: modified_attributes_list total_services num_services_hard_ok num_services_hard_crit "
        "worst_service_hard_state last_time_unreachable in_check_period obsess_over_host hard_state "
        "staleness",
        "services\nColumns: host_comments host_icon_image_expanded host_custom_variable_values "
        "modified_attributes_list "
        "host_parents last_time_unknown obsess_over_service host_perf_data host_check_type host_latency",
        "hostgroups\nColumns: num_services_hard_ok num_services_hard_warn num_services_hard_crit "
        "num_services_hard_unknown "
        "worst_service_hard_state num_hosts_unreach notes_url action_url",
        "servicegroups\nColumns: num_services_hard_ok num_services_hard_warn num_services_hard_crit "
        "num_services_hard_unknown worst_service_hard_state worst_service_state",
        "comments\nColumns: author comment entry_time entry_type expires expire_time host_name id persistent "
        "service_description source type",
        "downtimes\nColumns: author comment end_time entry_time fixed host_name id start_time "
        "service_description "
        "triggered_by duration",
        "status\nColumns: cached_log_messages connections connections_rate host_checks host_checks_rate "
        "requests "
        "requests_rate service_checks service_checks_rate neb_callbacks neb_callbacks_rate log_messages "
        "log_messages_rate forks forks_rate last_log_rotation livestatus_version",
    };
    struct buf out = BUF_INIT, request = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        buf_clear(&request);
        buf_printf(&request, "GET %s\nResponseHeader: fixed16\n", asked[i]);
        ask(*state, request.data, &out);
        if (strncmp(out.data, "200 ", 4) != 0)
            print_message("%s", out.data);
        assert_memory_equal(out.data, "200 ", 4);
    }
    buf_release(&request);
    buf_release(&out);
}

/* AuthUser: what a contact is not told of is not there. bob is told of the second host, and thereby of its services. */
static void test_contacts(void **state)
{
    static const struct exchange cases[] = {
        {"GET hosts\nColumns: name\nAuthUser: ann\n", "h0000\nh0001\n"},
        {"GET hosts\nColumns: name\nAuthUser: bob\n", "h0001\n"},
        {"GET hosts\nColumns: name\nAuthUser: nobody\n", ""},
        {"GET hosts\nColumns: name\nAuthUser:\n", ""},
        {"GET services\n" NAMES "AuthUser: bob\n", "h0001;s00\nh0001;s01\n"},
        {"GET services\nStats: state >= 0\nAuthUser: bob\n", "2\n"},
        {"GET services\nStats: state >= 0\nAuthUser: nobody\n", "0\n"},
        {"GET status\nColumns: nagios_pid\nAuthUser: nobody\n", "7\n"},
        {"GET hostgroups\nColumns: name\nAuthUser: ann\n", "g1\ng2\n"},
        {"GET hostgroups\nColumns: name\nAuthUser: bob\n", "g2\n"}, /* not the whole of g1 */
        {"GET servicegroups\nColumns: name\nAuthUser: bob\n", ""},
        {"GET servicegroups\nColumns: name\nAuthUser: ann\n", "sg\n"},
        {"GET hostsbygroup\nColumns: hostgroup_name name\nAuthUser: bob\n", "g1;h0001\ng2;h0001\n"},
        {"GET contacts\nColumns: name\nAuthUser: bob\n", "ann\nbob\n"},
    };

    compare(state, cases, ARRAY_LEN(cases));
}

/* The header that is wrong is named in front, and not again. */
static void once(const char *error)
{
    struct str rest = str_of(error), name = str_cut(&rest, ':');

    if (str_find_char(name, ' ') < 0 && str_contains(rest, name))
        fail_msg("twice: %s", error);
}

/* Each error says what to write instead, and has the number that clients look for. */
static void test_errors(void **state)
{
    static const struct {
        const char *request;
        int code;
        const char *words;
    } cases[] = {
        {"GET nothing\n", 404, "nothing"},
        {"GET\n", 404, "table"},
        {"PUT hosts\n", 400, "PUT"},
        {"GET hosts\nColumns: name sstate\n", 400, "sstate"},
        {"GET hosts\nFilter: name\n", 400, "Filter"},
        {"GET hosts\nFilter: name ? x\n", 400, "?"},
        {"GET hosts\nFilter: state = up\n", 400, "up"},
        {"GET hosts\nFilter: name ~ (\n", 400, "pattern"},
        {"GET hosts\nFilter: name = x\nOr: 2\n", 400, "Or"},
        {"GET hosts\nNegate:\n", 400, "Negate"},
        {"GET hosts\nLimit: many\n", 400, "Limit"},
        {"GET hosts\nOutputFormat: xml\n", 400, "xml"},
        {"GET hosts\nWhatever: 1\n", 400, "Whatever: there is no such header"},
        {"GET hosts\nSort: name up\n", 400, "Sort: asc or desc is needed, not 'up'"},
        {"GET hosts\nSeparators: 10 59 44\n", 400,
         "Separators: four numbers from 0 to 255 are needed, not '10 59 44'"},
        {"GET hosts\nSeparators: 10 59 x 124\n", 400, "not '10 59 x 124'"},
        {"GET hosts\nSeparators: 10 59 44 256\n", 400, "not '10 59 44 256'"},
        {"GET hosts\nFilter: name = x\nAnd: two\n", 400,
         "And: how many of the 1 filters before it is needed, not 'two'"},
    };
    struct buf out = BUF_INIT, request = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char code[8];

        buf_clear(&request);
        buf_printf(&request, "%sResponseHeader: fixed16\n", cases[i].request);
        ask(*state, request.data, &out);
        snprintf(code, sizeof(code), "%d ", cases[i].code);
        if (!str_starts(buf_str(&out), str_of(code)) || !strstr(out.data, cases[i].words))
            fail_msg("%s is answered with: %s", cases[i].request, out.data);
        assert_true(out.len > 20); /* there are words, after the header of 16 bytes */
        once(out.data + 16);
    }
    ask(*state, "\n", &out);
    assert_true(str_starts(buf_str(&out), STR("a request begins with GET or COMMAND")));
    buf_release(&out);
    buf_release(&request);
}

static void test_commands(void **state)
{
    struct buf out = BUF_INIT;
    struct livestatus_reply r;

    r = ask(*state, "COMMAND [1700000000] DISABLE_NOTIFICATIONS\n", &out);
    assert_true(str_eq_c(r.command, "[1700000000] DISABLE_NOTIFICATIONS") && r.keep && out.len == 0);
    r = ask(*state, "COMMAND [1] ADD_HOST_COMMENT;h0000;1;ann;GET hosts; really\nKeepAlive: off\n", &out);
    assert_true(str_eq_c(r.command, "[1] ADD_HOST_COMMENT;h0000;1;ann;GET hosts; really") && !r.keep);
    r = ask(*state, "GET hosts\nColumns: name\nKeepAlive: on\nResponseHeader: fixed16\n", &out);
    assert_true(r.keep && !r.command.n);
    buf_release(&out);
}

/* What the oldest clients ask for: every column of every table has a value, and as many as it has names. */
static void test_all_columns(void **state)
{
    static const char *const tables[] = {
        "hosts",    "services",      "status",          "comments",           "downtimes", "hostgroups",
        "contacts", "servicegroups", "commands",        "contactgroups",      "log",       "timeperiods",
        "columns",  "hostsbygroup",  "servicesbygroup", "servicesbyhostgroup"};
    struct buf out = BUF_INIT, request = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        struct str rest, line;
        size_t columns = 0;

        buf_clear(&request);
        buf_printf(&request, "GET %s\nSeparators: 30 1 2 3\n", tables[i]);
        ask(*state, request.data, &out);
        rest = buf_str(&out);
        for (size_t k = 0; rest.n; k++) {
            size_t n = 1;

            line = str_cut(&rest, 30);
            for (size_t c = 0; c < line.n; c++)
                n += line.p[c] == 1;
            if (k == 0)
                columns = n;
            assert_int_equal(n, columns);
        }
        assert_true(columns > 1);
    }
    ask(*state, "GET commands\n", &request);
    ask(*state, "GET commands\nColumns:\n", &out); /* names none: all */
    assert_string_equal(out.data, request.data);
    buf_release(&out);
    buf_release(&request);
}

static bool at_once(void *user)
{
    ++*(unsigned *)user;
    return true;
}

/* A request that takes too long is given up with words, whatever it asks for. */
static void test_given_up(void **state)
{
    struct api_world *w = *state, *many = api_world_new(20, 2);
    unsigned asked = 0;
    struct livestatus_world lw = {.m = &many->model,
                                  .b = &many->api.board,
                                  .version = "1",
                                  .now = w->wall,
                                  .too_long = at_once,
                                  .user = &asked};
    static const char *const requests[] = {
        "GET services\nColumns: description\nFilter: plugin_output ~ ^(a|aa)+[^a]\nResponseHeader: fixed16\n",
        "GET services\nStats: plugin_output ~ ^(a|aa)+[^a]\nResponseHeader: fixed16\n"};

    for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
        struct buf out = BUF_INIT;
        struct livestatus_reply reply;

        asked = 0;
        livestatus_answer(&lw, str_of(requests[i]), &out, &reply);
        assert_true(str_starts(buf_str(&out), STR("400 ")));
        assert_true(str_contains(buf_str(&out), STR("takes too long")));
        assert_int_equal(asked, 1);
        lw.too_long = NULL;
        buf_clear(&out);
        livestatus_answer(&lw, str_of(requests[i]), &out, &reply);
        assert_true(str_starts(buf_str(&out), STR("200 ")));
        lw.too_long = at_once;
        buf_release(&out);
    }
    api_world_free(many);
}

/* What the reader is asked to keep to; what cannot be understood may see nothing. */
static void test_scope(void **state UNUSED)
{
    static const char *const table[][2] = {
        {"GET log\nFilter: time >= 5\n", "0"},
        {"GET log\nFilter: time >= 5\nAuthUser: bob\n", "c:bob"},
        {"GET statehist\nAuthUser: bob\nFilter: time >= 5\n", "c:bob"},
        {"GET log\nAuthUser:\n", "c:"},
        {"GET log\nAuthUser: 0\n", "c:0"},
        {"GET log\nFilter: nonsense = 1\n", ""},
        {"", ""},
    };

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct buf out = BUF_INIT;

        livestatus_scope(str_of(table[i][0]), (struct wall){TIME_DAY},
                         &(struct livestatus_eyes){.user = false}, &out);
        assert_true(str_eq_c(buf_str(&out), table[i][1]));
        buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_stats),
        cmocka_unit_test(test_order_and_part),
        cmocka_unit_test(test_by_group),
        cmocka_unit_test(test_contacts),
        cmocka_unit_test(test_scope),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_log_time),
        cmocka_unit_test(test_clients_columns),
        cmocka_unit_test(test_log_current_states),
        cmocka_unit_test(test_all_columns),
        cmocka_unit_test(test_given_up),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
