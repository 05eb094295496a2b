/* SPDX-License-Identifier: Apache-2.0 */
/* The APIs of others: Centreon's REST v2 (versions, lists, searches, actions, who asks), NRDP (forms, XML, JSON, what is refused), and how each tells what is wrong. */
#include "api/api_ask.h"
#include "api/centreon_search.h"
#include "api/nrdp_read.h"
#include "api_world.h"
#include "core/passive.h"
#include "wire/dialect.h"
#include "wire/form.h"
#include "wire/http_text.h"
#include "wire/xml.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define RESOURCES "/centreon/api/v24.04/monitoring/resources"

static int set_up(void **state)
{
    struct api_world *w = api_world_new(2, 2); /* h0000 1000, h0001 1001; services 1002 to 1005 */

    api_world_put(w, 1, 1, BOARD_CHECKED, w->wall.us - TIME_MIN, "no answer");
    api_world_put(w, 3, 2, BOARD_CHECKED | BOARD_ACKNOWLEDGED, w->wall.us - 2 * TIME_MIN, "broken");
    api_world_put(w, 4, 1, BOARD_CHECKED, w->wall.us - 90061 * TIME_S, "full");
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    api_world_free(*state);
    return 0;
}

static void has(const struct api_world *w, const char *part)
{
    if (!strstr(w->body.data, part))
        fail_msg("%s is not in %s", part, w->body.data);
}

/* ---- whose address ---- */

static void test_dialects(void **state UNUSED)
{
    static const struct {
        const char *path;
        enum dialect d;
    } table[] = {
        {"/api/v1/login", DIALECT_OURS},
        {"/api/v1.04/login", DIALECT_OURS},
        {"/api/latest", DIALECT_CENTREON},
        {"/api/latest/platform/versions", DIALECT_CENTREON},
        {"/api/v24.04/login", DIALECT_CENTREON},
        {"/centreon/api/nonsense/login", DIALECT_CENTREON},
        {"/nrdp", DIALECT_NRDP},
        {"/nrdp/", DIALECT_NRDP},
        {"/nrdp//", DIALECT_NRDP},
        {"/nrdpx", DIALECT_OURS},
        {"/prometheus/api/v1/query", DIALECT_PROMETHEUS},
        {"/", DIALECT_OURS},
    };

    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        assert_int_equal(dialect_of(str_of(table[i].path)), table[i].d);
}

/* ---- Centreon: lists ---- */

static int list(struct api_world *w, const char *query)
{
    return api_world_ask(w, "GET", RESOURCES, query, "", API_ROLE_VIEWER);
}

static void total(struct api_world *w, const char *search, unsigned n)
{
    struct buf q = BUF_INIT;
    char want[32];

    buf_add_c(&q, "search=");
    http_text_escape(str_of(search), &q);
    assert_int_equal(list(w, q.data), 200);
    snprintf(want, sizeof(want), "\"total\":%u}}", n);
    if (!strstr(w->body.data, want))
        fail_msg("%s: not %u in %s", search, n, w->body.data);
    buf_release(&q);
}

static void test_versions(void **state)
{
    struct api_world *w = *state;

    assert_int_equal(api_world_ask(w, "GET", "/api/latest/platform/versions", "", "", API_ROLE_NONE), 200);
    has(w, "\"major\":\"24\",\"minor\":\"04\"");
    assert_int_equal(w->asked_auth, 0);
    assert_int_equal(api_world_ask(w, "GET", "/centreon/api/1.0/platform/versions", "", "", API_ROLE_NONE),
                     404);
    has(w, "{\"code\":404,\"message\":\"");
}

static void test_rows(void **state)
{
    struct api_world *w = *state;

    assert_int_equal(list(w, "types=[%22host%22]&statuses=[%22DOWN%22]&limit=9999"), 200);
    has(w, "\"uuid\":\"h1001\",\"id\":1001,\"type\":\"host\"");
    has(w, "\"status\":{\"code\":1,\"name\":\"DOWN\",\"severity_code\":1}");
    has(w, "\"last_status_change\":\"2023-11-14T22:12:20+00:00\",\"duration\":\"1m\",\"last_check\":\"59s\"");
    has(w, "\"tries\":\"1/3 (H)\"");
    has(w, "\"is_notification_enabled\":true,\"is_acknowledged\":false,\"is_in_downtime\":false");
    has(w, "\"severity\":null");
    has(w, "\"parent\":null");
    has(w, "\"meta\":{\"page\":1,\"limit\":9999,\"search\":{},\"sort_by\":{},\"total\":1}");
    assert_int_equal(api_world_ask(w, "GET", "/api/v22.04/monitoring/resources",
                                   "types=[%22service%22,%22metaservice%22]&statuses=[%22CRITICAL%22]", "",
                                   API_ROLE_VIEWER),
                     200);
    has(w, "\"acknowledged\":true,\"in_downtime\":false,\"flapping\":false,\"severity_level\":null");
    has(w, "\"parent\":{\"uuid\":\"h1000\",\"id\":1000,\"type\":\"host\",\"short_type\":\"h\",\"name\":"
           "\"h0000\"");
    assert_int_equal(list(w, "types=[%22metaservice%22]"), 200);
    has(w, "{\"result\":[],\"meta\"");
    assert_int_equal(
        list(w, "states=[%22unhandled_problems%22]&sort_by={%22last_status_change%22:%22asc%22}"), 200);
    has(w, "\"total\":2}");
    assert_true(strstr(w->body.data, "\"id\":1004") < strstr(w->body.data, "\"uuid\":\"h1001\",\"id\":1001"));
    has(w, "\"duration\":\"1d 1h 1m 1s\"");
    assert_int_equal(list(w, "limit=0"), 200);
    has(w, "{\"result\":[],\"meta\":{\"page\":1,\"limit\":0");
    assert_int_equal(list(w, "limit=2&page=3&sort_by={%22name%22:%22asc%22}"), 200);
    has(w, "\"total\":6}");
    assert_int_equal(list(w, "limit=2&page=4"), 200);
    has(w, "{\"result\":[],");
}

static void test_searches(void **state)
{
    struct api_world *w = *state;

    total(w, "{\"h.name\":\"h0001\"}", 3);
    total(w, "{\"$and\":[{\"h.name\":{\"$eq\":\"h0001\"}},{\"s.description\":{\"$eq\":\"s00\"}}]}", 1);
    total(w, "{\"$or\":[{\"name\":{\"$lk\":\"H%1\"}},{\"s.description\":{\"$lk\":\"%_1\"}}]}", 3);
    total(w, "{\"$or\":{\"name\":\"h0000\",\"id\":{\"$in\":[1003,\"1004\"]}}}", 3);
    total(w, "{\"name\":{\"$rg\":\"^H\\\\d{3}1$\"}}", 1);
    total(w, "{\"name\":{\"$neq\":\"s00\"},\"type\":\"service\"}", 2);
    total(w, "{\"s.description\":null}", 2);
    total(w, "{\"s.description\":{\"$neq\":null}}", 4);
    total(w, "{\"s.description\":{\"$ni\":[\"s00\"]}}", 2);
    total(w, "{\"status_code\":{\"$ge\":1}}", 3);
    total(w, "{\"is_acknowledged\":true}", 1);
    total(w, "{\"information\":{\"$nk\":\"%well\"}}", 3);
    total(w, "{\"$and\":[]}", 6);
    total(w, "{\"name\":{\"$lk\":\"%%%0%\"}}", 6);
    total(w, "{\"name\":{\"$lk\":\"%0\"}}", 3);
}

static void test_bad_lists(void **state)
{
    struct api_world *w = *state;
    static const char *const bad[] = {
        "search={%22$and%22:1}",
        "search={%22nothing%22:1}",
        "search={%22name%22:{%22$xy%22:1}}",
        "search={%22name%22:{%22$rg%22:%22(%22}}",
        "search=[",
        "search={%22name%22:{%22$in%22:1}}",
        "search={%22name%22:[1]}",
        "types=1",
        "statuses=[%22BAD%22]",
        "sort_by={%22x%22:%22asc%22}",
        "sort_by={%22name%22:1}",
        "limit=x",
        "nothing=1",
        "page=99999999999",
    };

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (list(w, bad[i]) != 400 || !strstr(w->body.data, "{\"code\":400,\"message\":\""))
            fail_msg("%s: %d %s", bad[i], w->status, w->body.data);
    }
}

/* ---- Centreon: actions ---- */

static void test_acknowledge(void **state)
{
    struct api_world *w = *state;

    assert_int_equal(
        api_world_ask(w, "POST", RESOURCES "/acknowledge", "",
                      "{\"acknowledgement\":{\"comment\":\"a;b\",\"with_services\":true,\"is_sticky\":true,"
                      "\"is_notify_contacts\":false,\"is_persistent_comment\":true},"
                      "\"resources\":[{\"type\":\"host\",\"id\":1001,\"parent\":{\"id\":null}}]}",
                      API_ROLE_OPERATOR),
        0);
    assert_string_equal(w->question.data,
                        "[1700000000] ACKNOWLEDGE_HOST_PROBLEM;h0001;2;0;1;tester;a;b|tester|api");
    api_world_engine(w, true, "");
    assert_string_equal(w->question.data,
                        "[1700000000] ACKNOWLEDGE_SVC_PROBLEM;h0001;s00;2;0;1;tester;a;b|tester|api");
    api_world_engine(w, true, ""); /* the other service has no problem */
    assert_int_equal(w->status, 204);
    assert_int_equal(w->body.len, 0);
}

static void test_downtime_and_check(void **state)
{
    struct api_world *w = *state;

    assert_int_equal(
        api_world_ask(w, "POST", RESOURCES "/downtime", "",
                      "{\"downtime\":{\"comment\":\"works\",\"with_services\":false,\"is_fixed\":true,"
                      "\"duration\":7200,\"start_time\":\"2023-11-14T23:13:20+0100\","
                      "\"end_time\":\"2023-11-15T00:13:20Z\"},\"resources\":["
                      "{\"type\":\"service\",\"id\":1003,\"parent\":{\"id\":1000}},"
                      "{\"type\":\"host\",\"id\":1000,\"parent\":null}]}",
                      API_ROLE_OPERATOR),
        0);
    assert_string_equal(
        w->question.data,
        "[1700000000] "
        "SCHEDULE_SVC_DOWNTIME;h0000;s01;1700000000;1700007200;1;0;7200;tester;works|tester|api");
    api_world_engine(w, false, "no room");
    assert_true(strstr(w->question.data, "SCHEDULE_HOST_DOWNTIME;h0000;1700000000;1700007200;1;0;7200;") !=
                NULL);
    api_world_engine(w, true, "");
    assert_int_equal(w->status, 422);
    has(w, "Not done: 1 / 2. h0000, s01: no room");
    assert_int_equal(api_world_ask(w, "POST", RESOURCES "/check", "",
                                   "{\"check\":{\"is_forced\":true},\"resources\":[{\"type\":\"host\","
                                   "\"id\":1000,\"parent\":null}]}",
                                   API_ROLE_OPERATOR),
                     0);
    assert_string_equal(w->question.data,
                        "[1700000000] SCHEDULE_FORCED_HOST_CHECK;h0000;1700000000|tester|api");
}

static void test_bad_actions(void **state)
{
    struct api_world *w = *state;
    static const struct {
        const char *path, *body;
        int status;
    } bad[] = {
        {"/check", "", 400},
        {"/check", "{}", 400},
        {"/check", "{\"resources\":[]}", 400},
        {"/check", "{\"resources\":[{\"type\":\"host\",\"id\":7}]}", 404},
        {"/check", "{\"resources\":[{\"type\":\"host\",\"id\":1002}]}", 404},
        {"/check", "{\"resources\":[{\"type\":\"service\",\"id\":1002,\"parent\":{\"id\":1001}}]}", 404},
        {"/check", "{\"resources\":[{\"type\":\"metaservice\",\"id\":1002}]}", 404},
        {"/check", "{\"resources\":[{\"type\":\"host\",\"id\":0}]}", 404},
        {"/acknowledge", "{\"resources\":[{\"type\":\"host\",\"id\":1000}]}", 400},
        {"/downtime",
         "{\"downtime\":{\"comment\":\"x\",\"start_time\":\"2023-11-14\",\"end_time\":\"2023-11-15T00:13:"
         "20Z\"},"
         "\"resources\":[{\"type\":\"host\",\"id\":1000}]}",
         400},
        {"/downtime",
         "{\"downtime\":{\"comment\":\"x\",\"start_time\":\"2023-11-14T00:00:00Z\",\"end_time\":"
         "\"2023-11-13T00:13:20Z\"},\"resources\":[{\"type\":\"host\",\"id\":1000}]}",
         400},
    };

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char path[128];

        snprintf(path, sizeof(path), RESOURCES "%s", bad[i].path);
        if (api_world_ask(w, "POST", path, "", bad[i].body, API_ROLE_OPERATOR) != bad[i].status)
            fail_msg("%s: %d %s", bad[i].body, w->status, w->body.data);
    }
    assert_int_equal(w->asked_engine, 0);
}

/* ---- who asks ---- */

static void ask(struct api_world *w, struct api_request q)
{
    q.source = API_BY_WEB;
    q.id = ++w->ids;
    q.peer = STR("192.0.2.7");
    q.host = STR("localhost");
    q.uid = -1;
    w->status = 0;
    api_world_receive(w, &q);
}

static void test_sessions(void **state)
{
    struct api_world *w = *state;
    struct api_request login = {.method = STR("POST"),
                                .path = STR("/api/v24.04/login"),
                                .content_type = STR("text/plain"),
                                .body = STR("{\"security\":{\"credentials\":{\"login\":\"ann\",\"password\":"
                                            "\"secret\"}}}")};
    struct api_request check = {.method = STR("POST"),
                                .path = STR("/api/v24.04/monitoring/resources/check"),
                                .auth_token = STR("secretsecret"),
                                .body = STR("{\"resources\":[{\"type\":\"host\",\"id\":1000}]}")};

    ask(w, login);
    assert_string_equal(w->question.data, "login|ann|secret||192.0.2.7");
    api_world_auth(w, true, "", "", "ann", "operator");
    assert_int_equal(w->status, 200);
    has(w, "\"security\":{\"token\":\"secretsecret\"}");
    has(w, "\"contact\":{\"id\":1,\"name\":\"ann\"");
    assert_null(strstr(w->headers.data, "Set-Cookie"));
    ask(w, check); /* a session without X-CSRF: there is no cookie that a page of another site could use */
    assert_string_equal(w->question.data, "session_check|secretsecret");
    api_world_auth(w, true, "", "", "ann", "operator");
    assert_true(strstr(w->question.data, "SCHEDULE_FORCED_HOST_CHECK") != NULL);
    check.auth_token = STR("vgt_token");
    ask(w, check);
    assert_string_equal(w->question.data, "token_check|vgt_token");
    check.auth_token = STR_NULL;
    check.cookie = STR("vigie_session=secretsecret"); /* here a cookie is nobody */
    ask(w, check);
    assert_int_equal(w->status, 401);
    has(w, "{\"code\":401,\"message\":\"The token is missing, unknown or over.\"}");
    check.auth_token = STR("secretsecret");
    check.origin = STR("https://elsewhere.example");
    ask(w, check);
    assert_int_equal(w->status, 403);
    ask(w, (struct api_request){
               .method = STR("GET"), .path = STR("/api/latest/logout"), .auth_token = STR("secretsecret")});
    assert_string_equal(w->question.data, "session_end|secretsecret");
}

static void test_basic(void **state)
{
    struct api_world *w = *state;
    struct api_request q = {.method = STR("GET"), .path = STR("/api/v1/resources")};

    q.authorization = STR("Basic eDp2Z3RfdG9rZW4="); /* x:vgt_token */
    ask(w, q);
    assert_string_equal(w->question.data, "token_check|vgt_token");
    buf_clear(&w->question);
    q.authorization = STR("Basic YW5uOnNlY3JldA=="); /* ann:secret */
    ask(w, q);
    assert_int_equal(w->status, 401);
    assert_int_equal(w->question.len, 0);
    q.authorization = STR("Basic YW5uOnNlY3Jl_A==");
    ask(w, q);
    assert_int_equal(w->status, 401);
}

/* ---- NRDP ---- */

static void nrdp(struct api_world *w, const char *type, const char *body)
{
    ask(w, (struct api_request){.method = STR("POST"),
                                .path = STR("/nrdp/"),
                                .content_type = str_of(type),
                                .body = str_of(body)});
    if (w->status == 0 && str_starts(buf_str(&w->question), STR("token_check")))
        api_world_auth(w, true, "", "", "robot", "operator");
}

#define FORM "application/x-www-form-urlencoded"

/* The results that the engine was asked to take, a line each: oid;code;second;output. */
static void rows_are(struct api_world *w, const char *want)
{
    struct str rest = buf_str(&w->question);
    struct buf out = BUF_INIT;
    struct passive_row r;

    assert_true(str_eq_c(str_cut(&rest, '|'), "robot"));
    rest = str_sub(rest, 0, rest.n - 5); /* |some */
    while (passive_next(&rest, &r) == 1)
        buf_printf(&out, "%llu;%llu;%lld;" STR_FMT "\n", (unsigned long long)r.oid,
                   (unsigned long long)r.code, (long long)time_wall_s(r.said), STR_ARG(r.output));
    assert_string_equal(out.data, want);
    buf_release(&out);
}

/* What signs in a person is no token: auth is not even asked. */
static void test_nrdp_session(void **state)
{
    struct api_world *w = *state;
    struct api_request q = {.method = STR("POST"),
                            .path = STR("/nrdp/"),
                            .content_type = STR("application/x-www-form-urlencoded"),
                            .body = STR("token=secretsecret&cmd=submitcheck&JSONDATA={}")};
    unsigned asked = w->asked_auth;

    ask(w, q);
    assert_int_equal(w->asked_auth, asked);
    assert_int_not_equal(w->status, 0);
    q.body = STR("cmd=submitcheck&JSONDATA={}");
    q.query = STR("token=secretsecret");
    ask(w, q);
    assert_int_equal(w->asked_auth, asked);
    q.body = STR("token=vgt_one&cmd=submitcheck&JSONDATA={}");
    q.query = STR_NULL;
    ask(w, q);
    assert_int_equal(w->asked_auth, asked + 1);
}

/* The form is put together by hand, and nothing in it is coded, as send_nrdp.sh does it. */
static void test_nrdp_xml(void **state)
{
    struct api_world *w = *state;

    nrdp(w, FORM,
         "token=vgt_x&cmd=submitcheck&XMLDATA=<?xml version='1.0'?><checkresults><checkresult type='service' "
         "checktype='1'><servicename>s01</servicename><hostname>h0000</hostname><state>1</state>"
         "<output><![CDATA[WARNING: 90% full %3C%26]]></output></checkresult><checkresult type='host'>"
         "<hostname>nobody</hostname><state>0</state><output/></checkresult><checkresult type=\"host\">"
         "<hostname>h0001</hostname><state>UP</state><output>a%26lt;b%26#10;c\td\n</output>"
         "<time>1699999000</time></checkresult></checkresults>");
    assert_int_equal(w->asked_results, 1); /* all of them at once */
    rows_are(w, "1003;1;0;WARNING: 90% full <&\n1001;0;1699999000;a<b\nc d\n");
    api_world_engine(w, true, "");
    assert_int_equal(w->status, 200);
    has(w, "<status>0</status>");
    has(w, "<message>OK, but 1 of 3 not taken: nobody: There is no host called nobody.</message>");
    has(w, "<output>2 checks processed</output>");
    assert_true(strstr(w->headers.data, "text/xml") != NULL);
}

static void test_nrdp_json(void **state)
{
    struct api_world *w = *state;

    nrdp(
        w, FORM,
        "token=vgt_x&cmd=submitcheck&JSONDATA=%7B%22checkresults%22%3A%5B%7B%22checkresult%22%3A%7B%22type%"
        "22%3A"
        "%22service%22%7D%2C%22hostname%22%3A%22h0000%22%2C%22servicename%22%3A%22s00%22%2C%22state%22%3A2%2C"
        "%22output%22%3A%22bad%7Cx%3D1%22%7D%5D%7D");
    rows_are(w, "1002;2;0;bad|x=1\n");
    api_world_engine(w, true, "");
    assert_string_equal(
        w->body.data,
        "{\"result\":{\"status\":0,\"message\":\"OK\",\"meta\":{\"output\":\"1 checks processed\"}}}");
}

/* send_nrdp.sh and send_nrdp.php put "/" behind the address they are given, and their help gives ".../nrdp/"; some write the page's name. */
static void test_nrdp_addresses(void **state)
{
    static const struct {
        const char *path;
        bool good;
    } paths[] = {{"/nrdp", true},
                 {"/nrdp/", true},
                 {"/nrdp//", true},
                 {"/nrdp/index.php", true},
                 {"/nrdp//index.php", true},
                 {"/nrdp/x", false},
                 {"/nrdp/index.php/", false}};
    struct api_world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        ask(w, (struct api_request){
                   .method = STR("POST"),
                   .path = str_of(paths[i].path),
                   .content_type = STR(FORM),
                   .body = STR("token=vgt_x&cmd=submitcheck&xml=<checkresults></checkresults>")});
        if (w->status == 0 && str_starts(buf_str(&w->question), STR("token_check")))
            api_world_auth(w, true, "", "", "robot", "operator");
        assert_int_equal(strstr(w->body.data, "<status>0</status>") != NULL, paths[i].good);
    }
}

/* A code beyond those of a service is UNKNOWN, as in Nagios; of a host it is nothing. */
static void test_nrdp_codes(void **state)
{
    struct api_world *w = *state;

    nrdp(
        w, FORM,
        "token=vgt_x&cmd=submitcheck&xml=<checkresults><checkresult type='service'><hostname>h0000</hostname>"
        "<servicename>s00</servicename><state>9</state><output>odd</output></checkresult>"
        "<checkresult "
        "type='host'><hostname>h0001</hostname><state>9</state><output>odd</output></checkresult>"
        "</checkresults>");
    rows_are(w, "1002;3;0;odd\n");
    api_world_engine(w, true, "");
    has(w, "<message>OK, but 1 of 2 not taken: h0001: A host is up, down or unreachable.</message>");
}

static void test_nrdp_multipart(void **state)
{
    struct api_world *w = *state;

    nrdp(w, "multipart/form-data; boundary=\"XyZ\"",
         "--XyZ\r\nContent-Disposition: form-data; name=\"cmd\"\r\n\r\nsubmitcheck\r\n--XyZ\r\n"
         "Content-Disposition: form-data; name=\"token\"\r\n\r\nvgt_x\r\n--XyZ\r\n"
         "Content-Disposition: form-data; name=\"XMLDATA\"\r\nContent-Type: text/xml\r\n\r\n"
         "<checkresults><checkresult type='host'><hostname>h0000</hostname><state>1</state>"
         "<output>100%41</output></checkresult></checkresults>\r\n--XyZ--\r\n");
    rows_are(w, "1000;1;0;100%41\n");
}

static void test_nrdp_refusals(void **state)
{
    struct api_world *w = *state;
    static const struct {
        const char *body, *says;
    } bad[] = {
        {"cmd=submitcheck", "The token is missing"},
        {"token=vgt_x", "BAD COMMAND"},
        {"token=vgt_x&cmd=submitcmd&command=SHUTDOWN_PROGRAM", "BAD COMMAND"},
        {"token=vgt_x&cmd=submitcheck", "NO DATA"},
        {"token=vgt_x&cmd=submitcheck&XMLDATA=", "NO DATA"},
        {"token=vgt_x&cmd=submitcheck&XMLDATA=<a>", "BAD XML: the document is &lt;checkresults&gt;"},
        {"token=vgt_x&cmd=submitcheck&XMLDATA=<checkresults>",
         "BAD XML: line 1: the document ends too early"},
        {"token=vgt_x&cmd=submitcheck&XMLDATA=<!DOCTYPE a [<!ENTITY b 'c'>]><checkresults/>",
         "a document type declaration is not taken"},
        {"token=vgt_x&cmd=submitcheck&XMLDATA=<checkresults><checkresult type='host'>"
         "<hostname>%26b;</hostname></checkresult></checkresults>",
         "only &amp;lt;"},
        {"token=vgt_x&cmd=submitcheck&JSONDATA={", "\"message\":\"BAD JSON: "},
        {"token=vgt_x&cmd=submitcheck&XMLDATA=<checkresults><checkresult type='service'><hostname>h0000"
         "</hostname><servicename>x</servicename><state>0</state></checkresult></checkresults>",
         "<message>1 of 1 not taken: h0000, x: The host h0000 has no service called x.</message>"},
        {"token=vgt_x&cmd=submitcheck&XMLDATA=<checkresults><checkresult type='host'><hostname>h0000"
         "</hostname><state>BAD</state></checkresult></checkresults>",
         "A host is up, down or unreachable."},
        {"token=vgt_x&cmd=submitcheck&XMLDATA=<checkresults><checkresult type='service'><hostname>h0000"
         "</hostname><state>0</state></checkresult></checkresults>",
         "It has no servicename."},
    };

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        nrdp(w, FORM, bad[i].body);
        assert_int_equal(w->status, 200);
        has(w, bad[i].says);
        has(w, strstr(bad[i].body, "JSONDATA") ? "\"status\":-1" : "<status>-1</status>");
    }
    assert_int_equal(w->asked_engine + w->asked_results, 0);
    nrdp(w, FORM, "token=vgt_x&cmd=submitcheck&XMLDATA=<checkresults/>");
    has(w, "<message>OK</message>");
    w->refuse = E_LIMIT; /* who may try again is told so by the status */
    nrdp(w, FORM, "token=vgt_y&cmd=submitcheck&XMLDATA=<checkresults/>");
    assert_int_equal(w->status, 503);
    has(w, "<status>-1</status>");
}

/* What the engine refuses is named, too; what could not be written is not called taken. */
static void test_nrdp_of_many(void **state)
{
    static const char one[] = "<checkresult type='host'><hostname>h0001</hostname><state>1</state>"
                              "<output>a\\nb\\\\n</output></checkresult>";
    struct buf body = BUF_INIT, no = BUF_INIT;
    struct api_world *w = *state;

    buf_add_c(&body, "token=vgt_x&cmd=submitcheck&XMLDATA=<checkresults>");
    for (unsigned i = 0; i < 600; i++)
        buf_add_c(&body, one);
    buf_add_c(&body, "</checkresults>");
    nrdp(w, FORM, body.data);
    assert_int_equal(w->asked_results, 3);
    passive_refuse(&no, &(struct passive_refusal){513, STR("not now")});
    for (unsigned i = 0; i < 3; i++)
        api_answered(&w->api, w->serial,
                     &(struct api_answer){.kind = API_FROM_ENGINE,
                                          .ok = true,
                                          .error = STR(""),
                                          .refused = i == 2 ? buf_str(&no) : STR("")});
    assert_int_equal(w->status, 200);
    has(w, "<message>OK, but 1 of 600 not taken: h0001: It was refused: not now.</message>");
    has(w, "<output>599 checks processed</output>");
    nrdp(w, FORM, body.data);
    for (unsigned i = 0; i < 3; i++)
        api_answered(
            &w->api, w->serial,
            &(struct api_answer){.kind = API_FROM_ENGINE, .ok = true, .error = STR("the disk is full")});
    assert_int_equal(w->status, 503);
    has(w, "<status>-1</status>");
    buf_release(&body);
    buf_release(&no);
}

/* Of what is out of sight nothing is listed, found, done or taken; of the host of a service in sight the name is told. */
static void test_scope(void **state)
{
    struct api_world *w = *state;

    w->scope = "[\"service:h0000/s00\",\"host:h0001\",\"!service:h0001/s01\"]";
    total(w, "{\"$and\":[]}", 3);
    assert_null(strstr(w->body.data, "192.0.2.0"));
    has(w, "\"name\":\"h0000\",\"alias\":null,\"fqdn\":null}");
    total(w, "{\"h.name\":\"h0000\"}", 1);
    total(w, "{\"h.address\":{\"$lk\":\"%\"}}", 2);
    total(w, "{\"id\":{\"$in\":[1000,1003,1005]}}", 0);
    total(w, "{\"parent_status\":\"UP\"}", 0);
    assert_int_equal(api_world_ask(w, "POST", RESOURCES "/check", "",
                                   "{\"resources\":[{\"type\":\"host\",\"id\":1000}]}", API_ROLE_OPERATOR),
                     404);
    assert_int_equal(
        api_world_ask(w, "POST", RESOURCES "/downtime", "",
                      "{\"downtime\":{\"comment\":\"w\",\"with_services\":true,\"start_time\":"
                      "\"2023-11-14T22:13:20Z\",\"end_time\":\"2023-11-15T00:13:20Z\"},\"resources\":["
                      "{\"type\":\"host\",\"id\":1001}]}",
                      API_ROLE_OPERATOR),
        0);
    api_world_engine(w, true, "");
    assert_true(strstr(w->question.data, ";h0001;s00;") != NULL);
    api_world_engine(w, true, ""); /* the other one is left out */
    assert_int_equal(w->status, 204);
    nrdp(w, FORM,
         "token=vgt_z&cmd=submitcheck&XMLDATA=<checkresults><checkresult "
         "type='host'><hostname>h0000</hostname>"
         "<state>0</state></checkresult></checkresults>");
    has(w, "<message>1 of 1 not taken: h0000: There is no host called h0000.</message>");
}

/* ---- XML ---- */

/* "<a x=1>text</a>" as "(a x=1)text/a"; what is wrong as "!". */
static void walk(const char *document, const char *want)
{
    struct buf out = BUF_INIT;
    enum xml_kind k;
    struct xml x;

    xml_init(&x, str_of(document), NULL);
    do {
        k = xml_next(&x);
        if (k == XML_OPEN) {
            buf_printf(&out, "(" STR_FMT, STR_ARG(x.name));
            for (size_t i = 0; i < x.n_attr; i++)
                buf_printf(&out, " " STR_FMT "=" STR_FMT, STR_ARG(x.attr[i].name), STR_ARG(x.attr[i].value));
            buf_add_c(&out, ")");
        } else if (k == XML_CLOSE) {
            buf_printf(&out, "/" STR_FMT, STR_ARG(x.name));
        } else if (k == XML_TEXT) {
            buf_add_str(&out, buf_str(&x.text));
        }
    } while (k != XML_END && k != XML_WRONG);
    buf_add_c(&out, k == XML_WRONG ? "!" : "");
    assert_string_equal(out.data, want);
    buf_release(&out);
    xml_release(&x);
}

static void test_xml(void **state UNUSED)
{
    walk("<?xml version='1.0'?><!-- x --><a x='1' y=\"&lt;2\"><b/>t<!--c-->u</a> ", "(a x=1 y=<2)(b)/btu/a");
    walk("<a>&#233;&#xe9;&amp;</a>", "(a)éé&/a");
    walk("<a><![CDATA[<b>&x;]]]]></a>", "(a)<b>&x;]]/a");
    walk("<a>\xe9</a>", "(a)é/a");
    walk("", "!");
    walk("text", "!");
    walk("<a>", "(a)!");
    walk("<a></b>", "(a)!");
    walk("<a/><b/>", "(a)/a!");
    walk("<a/>x", "(a)/a!");
    walk("<a x='1' x='2'/>", "!");
    walk("<a x=1/>", "!");
    walk("<a x='<'/>", "!");
    walk("<a>&#0;</a>", "(a)!");
    walk("<a>&#x110000;</a>", "(a)!");
    walk("<a>&nbsp;</a>", "(a)!");
    walk("<a>& </a>", "(a)!");
    walk("<!DOCTYPE a><a/>", "!");
    walk("<a><!ELEMENT b></a>", "(a)!");
    walk("<a><!-- </a>", "(a)!");
    walk("<a>\x01</a>", "(a)!");
    walk("<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>",
         "(a)(a)(a)(a)(a)(a)(a)(a)(a)(a)(a)(a)(a)(a)(a)(a)!");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dialects),
        cmocka_unit_test_setup_teardown(test_versions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_searches, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_lists, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_acknowledge, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_downtime_and_check, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_actions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sessions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_basic, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nrdp_session, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nrdp_xml, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nrdp_json, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nrdp_addresses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nrdp_codes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nrdp_multipart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nrdp_refusals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nrdp_of_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_scope, set_up, tear_down),
        cmocka_unit_test(test_xml),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
