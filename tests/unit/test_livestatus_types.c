/* SPDX-License-Identifier: Apache-2.0 */
/* Every operator of Livestatus with every type of column, every aggregate, and how values of each type are written in each format. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "api/livestatus.h"
#include "api_world.h"

/* Two hosts of two services each: hosts first, then the services of each host. The services s01 have custom variables OS (Debian 12) and SERVICE_PERIOD (office). */
enum { H0, H1, A0, A1, B0, B1 };

static int set_up(void **state)
{
    struct api_world *w = api_world_new(2, 2);
    static const struct {
        uint32_t idx, state;
        int64_t latency_us, changed_s;
        const char *output;
    } checks[] = {{H0, 0, 0, 100, "up"},
                  {H1, 1, 1250000, 200, "down"},
                  {A0, 0, 250000, 1000, "Alpha"},
                  {A1, 1, 500000, 2000, "a\x01\"b\\\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\x7f/"},
                  {B0, 2, 2000000, 3000, "gamma"},
                  {B1, 3, 1000001, 4000, ""}};

    for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
        struct board_check c = {.oid = 1000 + checks[i].idx,
                                .state = (uint8_t)checks[i].state,
                                .state_hard = 1,
                                .attempt = checks[i].state + 1,
                                .flags = BOARD_CHECKED,
                                .last_state_change = checks[i].changed_s * TIME_S,
                                .latency_us = checks[i].latency_us};

        board_put_check(&w->writer, checks[i].idx, &c, str_of(checks[i].output), STR_NULL, STR_NULL,
                        STR_NULL);
    }
    board_put_comment(&w->writer, &(struct board_comment){.id = 7, .idx = B0}, STR("ann"), STR("a \"note\""));
    board_put_comment(&w->writer, &(struct board_comment){.id = 12, .idx = B0}, STR("bob"), STR("b"));
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    api_world_free(*state);
    return 0;
}

static void answer(void **state, struct str request, struct buf *out)
{
    struct api_world *w = *state;
    struct livestatus_world lw = {
        .m = &w->model, .b = &w->api.board, .version = "1", .pid = 7, .now = w->wall};
    struct livestatus_reply reply;

    buf_clear(out);
    livestatus_answer(&lw, request, out, &reply);
}

struct filter {
    const char *table, *filter,
        *names; /* names: of the rows that pass, each the last two letters of its description or name */
};

static void check_filter(void **state, const struct filter *f, struct buf *request, struct buf *out)
{
    bool host = strcmp(f->table, "hosts") == 0;

    buf_clear(request);
    buf_printf(request, "GET %s\nColumns: %s\nFilter: %s\nSeparators: 32 59 44 124\n", f->table,
               host ? "name" : "host_name description", f->filter);
    answer(state, buf_str(request), out);
    if (strcmp(out->data, f->names) != 0)
        print_message("%s: %s\n", f->table, f->filter);
    assert_string_equal(out->data, f->names);
}

#define S   "services"
#define A0_ "h0000;s00 "
#define A1_ "h0000;s01 "
#define B0_ "h0001;s00 "
#define B1_ "h0001;s01 "

static const struct filter filters[] = {
    /* whole numbers */
    {S, "state = 1", A1_},
    {S, "state != 1", A0_ B0_ B1_},
    {S, "state < 1", A0_},
    {S, "state > 1", B0_ B1_},
    {S, "state <= 1", A0_ A1_},
    {S, "state >= 2", B0_ B1_},
    {S, "state !< 1", A1_ B0_ B1_},
    {S, "state !> 1", A0_ A1_},
    {S, "state !<= 1", B0_ B1_},
    {S, "state !>= 2", A0_ A1_},
    {S, "state =~ 2", B0_},
    {S, "state !=~ 2", A0_ A1_ B1_},
    {S, "state ~ ^[12]$", A1_ B0_},
    {S, "state !~ ^[12]$", A0_ B1_},
    {S, "state ~~ [3]", B1_},
    {S, "state !~~ [3]", A0_ A1_ B0_},
    {S, "state = -1", ""},
    /* moments */
    {S, "last_state_change = 2000", A1_},
    {S, "last_state_change != 2000", A0_ B0_ B1_},
    {S, "last_state_change < 2000", A0_},
    {S, "last_state_change > 3000", B1_},
    {S, "last_state_change <= 2000", A0_ A1_},
    {S, "last_state_change >= 3000", B0_ B1_},
    {S, "last_state_change ~ ^3", B0_},
    /* fractions */
    {S, "latency = 0.5", A1_},
    {S, "latency = .5", A1_},
    {S, "latency = 0.500000", A1_},
    {S, "latency != 0.5", A0_ B0_ B1_},
    {S, "latency < 0.5", A0_},
    {S, "latency > 1", B0_ B1_},
    {S, "latency > 1.000001", B0_},
    {S, "latency <= 0.5", A0_ A1_},
    {S, "latency >= 1.000001", B0_ B1_},
    {S, "latency >= -0.5", A0_ A1_ B0_ B1_},
    {S, "latency = 2", B0_},
    {S, "latency ~ ^0", A0_ A1_},
    /* texts */
    {S, "plugin_output = Alpha", A0_},
    {S, "plugin_output != Alpha", A1_ B0_ B1_},
    {S, "plugin_output =~ ALPHA", A0_},
    {S, "plugin_output !=~ ALPHA", A1_ B0_ B1_},
    {S, "plugin_output =~ A\x01\"B\\\xc3\x89\xe2\x82\xac\xf0\x9f\x98\x80\x7f/", A1_},
    {S, "plugin_output !=~ A\x01\"B\\\xc3\x89\xe2\x82\xac\xf0\x9f\x98\x80\x7f/", A0_ B0_ B1_},
    {S, "plugin_output =~ \xc3\x89", ""}, /* the whole, and no pattern */
    {S, "plugin_output =~ .*\xc3\x89.*", ""},
    {S, "plugin_output ~~ B\\\\\xc3\x89", A1_},
    {S, "plugin_output ~ a$", A0_ B0_},
    {S, "plugin_output !~ a$", A1_ B1_},
    {S, "plugin_output ~~ A", A0_ A1_ B0_},
    {S, "plugin_output !~~ A", B1_},
    {S, "plugin_output < b", A0_ A1_ B1_},
    {S, "plugin_output > b", B0_},
    {S, "plugin_output <= gamma", A0_ A1_ B0_ B1_},
    {S, "plugin_output >= gamma", B0_},
    {S, "plugin_output =", B1_},
    {S, "plugin_output !=", A0_ A1_ B0_},
    {S, "plugin_output ~ ", A0_ A1_ B0_ B1_},
    {S, "plugin_output ~ \xc3\xa9", A1_},
    {S, "host_name = h0001", B0_ B1_},
    {S, "host_name = h0000", A0_ A1_},
    {S, "host_name != h0001", A0_ A1_},
    {S, "host_name !=~ H0001", A0_ A1_},
    {S, "host_name = h0002", ""},
    {S, "host_name =", ""},
    {"hosts", "name = h0001", "h0001 "},
    {"hosts", "host_name = h0000", "h0000 "},
    {"hosts", "name = h", ""},
    /* lists: = of one only */
    {"hosts", "services >= s01", "h0000 h0001 "},
    {"hosts", "services >= S01", ""},
    {"hosts", "services <= S01", "h0000 h0001 "},
    {"hosts", "services < s01", ""},
    {"hosts", "services < s02", "h0000 h0001 "},
    {"hosts", "services > S01", ""},
    {"hosts", "services > S02", "h0000 h0001 "},
    {"hosts", "services =", ""},
    {"hosts", "services !=", "h0000 h0001 "},
    {"hosts", "services = s01", ""},
    {"hosts", "services ~ 1$", "h0000 h0001 "},
    {"hosts", "services !~ 1$", ""},
    {"hosts", "services ~~ ^S", "h0000 h0001 "},
    {"hosts", "services !~~ ^S", ""},
    {"hosts", "services =~ S00", "h0000 h0001 "},
    {"hosts", "services !=~ S00", ""},
    {"hosts", "groups = g1", "h0000 "},
    {"hosts", "groups >= g2", "h0001 "},
    {"hosts", "contacts >= bob", "h0001 "},
    {"hosts", "contacts !>= bob", "h0000 "},
    {S, "comments >= 7", B0_},
    {S, "comments >= 12", B0_},
    {S, "comments >= 1", ""},
    {S, "comments !=", B0_},
    {S, "comments_with_info >= 12", B0_},
    {S, "comments_with_info =", A0_ A1_ B1_},
    /* names with values */
    {S, "custom_variables = OS Debian 12", A1_ B1_},
    {S, "custom_variables != OS Debian 12", A0_ B0_},
    {S, "custom_variables = OS Debian", ""},
    {S, "custom_variables = OS", A0_ B0_}, /* what is not there is empty */
    {S, "custom_variables ~ OS ^Deb", A1_ B1_},
    {S, "custom_variables !~ OS ^Deb", A0_ B0_},
    {S, "custom_variables ~ OS OS", ""},
    {S, "custom_variables ~~ OS ^DEB", A1_ B1_},
    {S, "custom_variables =~ OS DEBIAN 12", A1_ B1_},
    {S, "custom_variables < OS Debian 13", A0_ A1_ B0_ B1_},
    {S, "custom_variables >= OS Debian 12", A1_ B1_},
    {S, "custom_variables = 'OS' Debian 12", A1_ B1_},
    {S, "custom_variables = SERVICE_PERIOD office", A1_ B1_},
    {S, "custom_variables = os Debian 12", ""},
    {S, "custom_variable_names >= OS", A1_ B1_},
    {S, "custom_variable_values >= office", A1_ B1_},
};

static void test_operators(void **state)
{
    struct buf out = BUF_INIT, request = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(filters); i++)
        check_filter(state, &filters[i], &request, &out);
    buf_release(&out);
    buf_release(&request);
}

struct exchange {
    const char *request, *answer;
};

static void compare(void **state, const struct exchange *e, size_t n)
{
    struct buf out = BUF_INIT;

    for (size_t i = 0; i < n; i++) {
        answer(state, str_of(e[i].request), &out);
        if (strcmp(out.data, e[i].answer) != 0)
            print_message("asked:\n%s", e[i].request);
        assert_string_equal(out.data, e[i].answer);
    }
    buf_release(&out);
}

#define JSON "OutputFormat: json\n"

static void test_aggregates(void **state)
{
    static const struct exchange cases[] = {
        {"GET services\nStats: sum state\nStats: avg state\nStats: min state\nStats: max state\nStats: std "
         "state\nStats: suminv state\nStats: avginv state\n" JSON,
         "[[6,1.5,0,3,1.290994,1.833333,0.458333]]\n"}, /* 1 + 1/2 + 1/3: nothing has no inverse */
        {"GET services\nStats: sum current_attempt\nStats: avg current_attempt\nStats: suminv "
         "current_attempt\nStats: avginv current_attempt\n",
         "10;2.5;2.083333;0.520833\n"},
        {"GET services\nStats: sum latency\nStats: avg latency\nStats: min latency\nStats: max "
         "latency\nStats: suminv latency\nStats: avginv latency\n" JSON,
         "[[3.750001,0.9375,0.25,2.0,7.499999,1.875]]\n"},
        {"GET services\nStats: min last_state_change\nStats: max last_state_change\nStats: sum "
         "last_state_change\nStats: avg last_state_change\n",
         "1000;4000;10000;2500.0\n"},
        {"GET services\nFilter: state = 9\nStats: sum state\nStats: avg state\nStats: min state\nStats: max "
         "state\nStats: std state\nStats: suminv state\nStats: avginv latency\n" JSON,
         "[[0,0.0,0,0,0.0,0.0,0.0]]\n"},
        {"GET services\nColumns: host_name\nStats: sum state\nStats: state > 0\nStats: avg latency\n",
         "h0000;1;1;0.375\nh0001;5;2;1.5\n"},
        {"GET services\nColumns: host_name description\nStats: max state\nLimit: 2\nOffset: 1\n" JSON,
         "[[\"h0000\",\"s01\",1],\n[\"h0001\",\"s00\",2]]\n"},
        {"GET services\nColumns: custom_variable_names\nStats: state >= 0\n" JSON,
         "[[[],2],\n[[\"SERVICE_PERIOD\",\"OS\"],2]]\n"},
        {"GET services\nFilter: host_name = h0001\nStats: state >= 0\nStats: sum state\n", "2;5\n"},
        {"GET services\nFilter: host_name = h0001\nFilter: host_name = h0000\nStats: state >= 0\n", "0\n"},
        {"GET services\nFilter: host_name = h0001\nFilter: host_name = h0000\nOr: 2\nStats: state >= 0\n",
         "4\n"},
        {"GET services\nFilter: host_name = h0001\nNegate:\nStats: state >= 0\n", "2\n"},
        {"GET hosts\nFilter: name = h0001\nStats: state = 1\nStats: num_services = 2\n", "1;1\n"},
        {"GET hosts\nFilter: name = nobody\nStats: state = 1\n", "0\n"},
        {"GET services\nColumns: latency last_state_change\nStats: state = 2\nFilter: state = 2\n" JSON,
         "[[\"2.0\",\"3000\",1]]\n"},
        {"GET services\nStats: state = 1\nStats: state = 2\nStatsOr: 2\nStats: latency > 1\nStatsAnd: "
         "2\nStats: state = 0\nStatsNegate:\n",
         "1;3\n"},
        {"GET services\nStats: state = 0\nStats: state = 1\nStats: state = 2\nStatsOr: "
         "3\nStatsNegate:\nStats: sum state\n",
         "1;6\n"},
        {"GET services\nStats: state >= 0\nOutputFormat: wrapped_json\n",
         "{\"data\":[[4]]\n,\"total_count\":1}\n"},
        {"GET services\nColumns: host_name\nStats: state >= 0\nOutputFormat: python\n",
         "[[u\"h0000\",2],\n[u\"h0001\",2]]\n"},
        {"GET services\nColumns: host_name\nStats: state >= 0\nOutputFormat: python3\n",
         "[[\"h0000\",2],\n[\"h0001\",2]]\n"},
        {"GET services\nStats: sum description\n", "Stats: numbers can be summed up, not 'description'\n"},
        {"GET services\nStats: max comments\n", "Stats: numbers can be summed up, not 'comments'\n"},
        {"GET services\nStats: sum nothing\n",
         "Stats: the table services has no column 'nothing'; GET columns lists what there is\n"},
    };

    compare(state, cases, ARRAY_LEN(cases));
}

/* Sums of moments of a hundred thousand rows are no more than a number of 64 bits. */
static void test_large_sums(void **state UNUSED)
{
    struct api_world *many = api_world_new(2, 2000);
    struct buf out = BUF_INIT;
    void *as = many;

    for (uint32_t i = 0; i < many->model.n_check; i++)
        api_world_put(many, i, 0, BOARD_CHECKED, 1700000000 * TIME_S, "x");
    answer(&as, STR("GET services\nStats: sum last_state_change\nStats: avg last_state_change\n"), &out);
    assert_string_equal(out.data, "6800000000000;1700000000.0\n");
    api_world_free(many);
    buf_release(&out);
}

/* Bytes as they are in the answer: a text with control characters, quotes, two, three and four bytes a letter. */
static void test_formats(void **state)
{
#define ROW                                                                                                  \
    "GET services\nFilter: host_name = h0000\nFilter: description = s01\nColumns: plugin_output state "      \
    "latency last_state_change custom_variables comments\n"
#define NOTES                                                                                                \
    "GET services\nFilter: host_name = h0001\nFilter: description = s00\nColumns: comments "                 \
    "comments_with_info groups\n"
    static const struct exchange cases[] = {
        {ROW JSON, "[[\"a\\u0001\\\"b\\\\\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\\u007f/"
                   "\",1,0.5,2000,{\"SERVICE_PERIOD\":\"office\",\"OS\":\"Debian 12\"},[]]]\n"},
        {ROW "OutputFormat: python\n",
         "[[u\"a\\u0001\\\"b\\\\\\u00e9\\u20ac\\U0001f600\\u007f/"
         "\",1,0.5,2000,{u\"SERVICE_PERIOD\":u\"office\",u\"OS\":u\"Debian 12\"},[]]]\n"},
        {ROW "OutputFormat: python3\n",
         "[[\"a\\u0001\\\"b\\\\\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\\u007f/"
         "\",1,0.5,2000,{\"SERVICE_PERIOD\":\"office\",\"OS\":\"Debian 12\"},[]]]\n"},
        {ROW, "a\x01\"b\\\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\x7f/"
              ";1;0.5;2000;SERVICE_PERIOD|office,OS|Debian 12;\n"},
        {NOTES JSON, "[[[7,12],[[7,\"ann\",\"a \\\"note\\\"\"],[12,\"bob\",\"b\"]],[]]]\n"},
        {NOTES "OutputFormat: python\n",
         "[[[7,12],[[7,u\"ann\",u\"a \\\"note\\\"\"],[12,u\"bob\",u\"b\"]],[]]]\n"},
        {NOTES, "7,12;7|ann|a \"note\",12|bob|b;\n"},
        {NOTES "OutputFormat: python3\nColumnHeaders: on\nResponseHeader: fixed16\n",
         "200          98\n[[\"comments\",\"comments_with_info\",\"groups\"],\n[[7,12],[[7,\"ann\",\"a "
         "\\\"note\\\"\"],[12,\"bob\",\"b\"]],[]]]\n"},
    };

    compare(state, cases, ARRAY_LEN(cases));
}

/* Macros in notes; what is none stays. */
static void test_expanded(void **state)
{
    static const struct exchange cases[] = {
        {"GET hosts\nColumns: notes notes_expanded notes_url_expanded\nFilter: name = h0001\n",
         "$HOSTNAME$ at $HOSTADDRESS$: $HOSTOUTPUT$ $USER1$ $$ $NOTHING$;h0001 at 192.0.2.1: down $USER1$ $$ "
         "$NOTHING$;http://wiki/1\n"},
        {"GET services\nColumns: notes_expanded host_notes_expanded\nFilter: host_name = h0001\nFilter: "
         "description = s01\n",
         "s01 of Machine 1 on Debian 12 ($_SERVICENONE$, down, );h0001 at 192.0.2.1: down $USER1$ $$ "
         "$NOTHING$\n"},
        {"GET services\nColumns: notes_expanded\nFilter: host_name = h0001\nFilter: description = s00\n",
         "\n"},
    };

    compare(state, cases, ARRAY_LEN(cases));
}

/* Many rows, few wanted: the best of them, in order, whatever way they come. */
static void test_best_of_many(void **state UNUSED)
{
    struct api_world *many = api_world_new(3, 400);
    struct buf out = BUF_INIT, want = BUF_INIT;
    uint32_t n = many->model.n_check - 3;
    void *as = many;

    for (uint32_t i = 0; i < n; i++)
        api_world_put(many, 3 + i, 0, BOARD_CHECKED, (int64_t)(i * 7919u % n + 1) * TIME_S, "x");
    answer(&as,
           STR("GET services\nColumns: last_state_change\nSort: last_state_change desc\nLimit: 40\nOffset: "
               "3\nOutputFormat: wrapped_json\n"),
           &out);
    buf_add_c(&want, "{\"data\":[");
    for (uint32_t i = 0; i < 40; i++)
        buf_printf(&want, "%s[%u]", i ? ",\n" : "", n - 3 - i);
    buf_printf(&want, "]\n,\"total_count\":%u}\n", n);
    assert_string_equal(out.data, want.data);
    answer(&as, STR("GET services\nColumns: host_name\nSort: state asc\nSort: host_name desc\nLimit: 1\n"),
           &out);
    assert_string_equal(out.data, "h0002\n");
    answer(&as, STR("GET services\nColumns: host_name description\nSort: state asc\nLimit: 2\nOffset: 1\n"),
           &out);
    assert_string_equal(out.data, "h0000;s01\nh0000;s02\n"); /* equal ones as they are recorded */
    answer(&as,
           STR("GET services\nColumns: description\nSort: state asc\nLimit: 0\nOutputFormat: wrapped_json\n"),
           &out);
    assert_string_equal(out.data, "{\"data\":[]\n,\"total_count\":1200}\n");
    answer(&as, STR("GET services\nColumns: description\nLimit: 9223372036854775807\nOffset: 1199\n"), &out);
    assert_string_equal(out.data, "s99\n");
    answer(
        &as,
        STR("GET services\nColumns: description\nSort: state desc\nLimit: 5\nOffset: 9223372036854775807\n"),
        &out);
    assert_string_equal(out.data, "");
    api_world_free(many);
    buf_release(&out);
    buf_release(&want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operators),  cmocka_unit_test(test_aggregates),
        cmocka_unit_test(test_large_sums), cmocka_unit_test(test_formats),
        cmocka_unit_test(test_expanded),   cmocka_unit_test(test_best_of_many),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
