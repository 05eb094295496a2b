/* SPDX-License-Identifier: Apache-2.0 */
/* What is configured, and where each value stands: GET /hosts/{name} and its kin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "api_world.h"
#include "wire/json_read.h"

static const char more[] =
    "define host {\n name generic\n register 0\n check_interval 7\n contacts ann\n max_check_attempts 4\n}\n"
    "define host {\n name linux\n use generic\n register 0\n notes_url http://wiki\n _SNMP_COMMUNITY "
    "very-secret\n}\n"
    "define host {\n use linux\n host_name web\n max_check_attempts 2\n contacts +bob\n check_command "
    "ping!a\n"
    " _OS Debian\n}\n"
    "define service {\n host_name web\n service_description disk\n check_command ping!c\n max_check_attempts "
    "2\n}\n"
    "define service {\n hostgroup_name g2\n service_description all\n check_command ping!c\n "
    "max_check_attempts 2\n}\n"
    "define contactgroup {\n contactgroup_name seen\n members kim\n}\n"
    "define contactgroup {\n contactgroup_name unseen\n members kim\n}\n"
    "define command {\n command_name unseen-mail\n command_line /bin/true\n}\n"
    "define contact {\n contact_name kim\n email kim@unseen.example\n _VAR unseen\n"
    " host_notification_period office\n service_notification_period always\n"
    " host_notification_commands unseen-mail!x\n service_notification_commands ping!told\n}\n"
    "define service {\n host_name web\n service_description told\n check_command ping!c\n max_check_attempts "
    "2\n check_period always\n contacts kim\n contact_groups seen\n}\n"
    "define hostextinfo {\n host_name web\n icon_image web.png\n}\n";

static int set_up(void **state)
{
    *state = api_world_more(2, 2, more);
    return 0;
}

static int tear_down(void **state)
{
    api_world_free(*state);
    return 0;
}

/* "SOURCE: TEMPLATE or GROUP or -, ..." of a value; "" where there is none. */
static const char *stand_of(struct api_world *w, const char *path, const char *name)
{
    static char text[256];
    struct json_value *root;
    struct str rest;
    size_t n = 0;

    api_world_ask(w, "GET", path, "", "", API_ROLE_VIEWER);
    assert_int_equal(w->status, 200);
    rest = buf_str(&w->body);
    root = json_read(&rest, NULL);
    text[0] = '\0';
    for (size_t i = 0; i < json_read_length(json_read_member(root, "values")); i++) {
        const struct json_value *v = json_read_element(json_read_member(root, "values"), i),
                                *from = json_read_member(v, "from");

        if (!str_eq_c(json_read_text(json_read_member(v, "name")), name))
            continue;
        n = (size_t)snprintf(text, sizeof(text), STR_FMT ":",
                             STR_ARG(json_read_text(json_read_member(v, "source"))));
        for (size_t k = 0; k < json_read_length(from); k++) {
            const struct json_value *l = json_read_element(from, k);
            struct str of = json_read_text(json_read_member(l, "template"));

            assert_true(str_eq_c(json_read_text(json_read_member(l, "file")), "/objects.cfg"));
            assert_true(json_read_int(json_read_member(l, "line")) > 0);
            of = of.p ? of : json_read_text(json_read_member(l, "group"));
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%s" STR_FMT, k ? ", " : " ",
                                  STR_ARG(of.p ? of : STR("-")));
        }
    }
    json_read_free(root);
    return text;
}

static void test_origin(void **state)
{
    static const struct {
        const char *path, *name, *stand;
    } want[] = {
        {"/api/v1/hosts/web", "check_interval", "template: linux > generic"},
        {"/api/v1/hosts/web", "max_check_attempts", "object: -"},
        {"/api/v1/hosts/web", "contacts", "object: -, linux > generic"},
        {"/api/v1/hosts/web", "notes_url", "template: linux"},
        {"/api/v1/hosts/web", "_SNMP_COMMUNITY", "template: linux"},
        {"/api/v1/hosts/web", "_OS", "object: -"},
        {"/api/v1/hosts/web", "icon_image", "extinfo:"},
        {"/api/v1/hosts/web", "retry_interval", "default:"},
        {"/api/v1/hosts/web", "alias", "default:"},
        {"/api/v1/hosts/web", "hostgroups", "group: g1"},
        {"/api/v1/hosts/web", "notification_period", ""},
        {"/api/v1/services/web/disk", "contacts", "host: -, linux > generic"},
        {"/api/v1/services/web/disk", "host_name", "object: -"},
        {"/api/v1/services/web/disk", "check_command", "object: -"},
        {"/api/v1/services/h0001/all", "host_name", "object: -"},
        {"/api/v1/services/h0000/s01", "_OS", "object: -"},
        {"/api/v1/commands/ping", "command_line", "object: -"},
        {"/api/v1/contacts/ann", "host_notification_period", "object: -"},
        {"/api/v1/host-groups/g1", "alias", "object: -"},
        {"/api/v1/time-periods/always", "alias", "object: -"},
    };
    struct api_world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(want); i++)
        if (strcmp(stand_of(w, want[i].path, want[i].name), want[i].stand) != 0)
            fail_msg("%s %s: %s", want[i].path, want[i].name, stand_of(w, want[i].path, want[i].name));
    assert_null(strstr(w->body.data, "very-secret"));
    stand_of(w, "/api/v1/hosts/web", "_SNMP_COMMUNITY");
    assert_null(strstr(w->body.data, "very-secret"));
    assert_non_null(strstr(w->body.data, "\"_SNMP_COMMUNITY\",\"value\":\"********\",\"secret\":true"));
}

/* Who sees a service without its host is not told where the host's lines stand. */
static void test_out_of_sight(void **state)
{
    struct api_world *w = *state;

    w->scope = "[\"service:web/disk\"]";
    who_cache_clear(w->api.cache);
    assert_string_equal(stand_of(w, "/api/v1/services/web/disk", "contacts"), "host:");
    assert_string_equal(stand_of(w, "/api/v1/services/web/disk", "check_command"), "object: -");
}

static bool contact_says(struct api_world *w, const char *word)
{
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/contacts/kim", "", "", API_ROLE_VIEWER), 200);
    return strstr(w->body.data, word) != NULL;
}

/* Of a contact in sight, what only what is out of sight refers to is not named: in no value, and in no line that a value is from. */
static void test_contact_in_sight(void **state)
{
    struct api_world *w = *state;

    assert_string_equal(stand_of(w, "/api/v1/contacts/kim", "contactgroups"), "group: seen, unseen");
    assert_true(contact_says(w, "\"office\"") && contact_says(w, "unseen-mail!x") &&
                contact_says(w, "kim@unseen.example"));
    w->scope = "[\"service:web/told\"]";
    who_cache_clear(w->api.cache);
    assert_string_equal(stand_of(w, "/api/v1/contacts/kim", "contactgroups"), "group: seen");
    assert_false(contact_says(w, "unseen"));
    assert_false(contact_says(w, "office"));
    assert_true(contact_says(w, "\"always\"") && contact_says(w, "ping!told"));
    w->rights =
        "[\"resources.read\"]"; /* with which commands somebody is told is for who may read commands */
    who_cache_clear(w->api.cache);
    assert_false(contact_says(w, "ping!told"));
    w->scope = NULL;
    who_cache_clear(w->api.cache);
    assert_false(contact_says(w, "ping!told"));
    assert_false(contact_says(w, "unseen-mail!x"));
    assert_true(contact_says(w, "\"office\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_origin, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_out_of_sight, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_contact_in_sight, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
