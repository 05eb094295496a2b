/* SPDX-License-Identifier: Apache-2.0 */
/* Where values come from (conf_origin), and what differs in effect (conf_diff). */
#include "core/conf_diff.h"
#include "core/conf_origin.h"
#include "core/model_build.h"
#include "core/origin.h"
#include "fake_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
/* clang-format off */
#include <cmocka.h>
/* clang-format on */

static struct conf *load(const char *objects)
{
    struct fake f = {.objects = str_of(objects), .resource = STR("$USER1$=/usr/lib/plugins\n")};

    return fake_load(&f);
}

/* "VALUE: PART at LINE through CHAIN; ..." of a row. */
static void row_text(const struct conf_origin *g, const char *name, struct buf *out)
{
    static const char *const sources[] = {"", "default", "host ", "service ", "extinfo "};

    buf_clear(out);
    for (size_t i = 0; i < g->rows.n; i++) {
        const struct conf_origin_row *r = &g->rows.at[i];

        if (!str_eq_c(r->name, name))
            continue;
        buf_printf(out, STR_FMT ": %s", STR_ARG(r->value), sources[r->source]);
        for (uint32_t k = 0; k < r->n_parts; k++) {
            const struct conf_origin_part *p = &g->parts.at[r->first_part + k];

            buf_printf(out, "%s" STR_FMT " at %u", k ? "; " : "", STR_ARG(p->value), p->line);
            if (p->through.n)
                buf_printf(out, " through " STR_FMT, STR_ARG(p->through));
        }
    }
}

/* The snapshot tells the same lines of each value, without the configuration. */
static void same_in_snapshot(const struct conf *c, const struct conf_origin *g)
{
    const struct conf_type_info *info = conf_type_info(g->type);
    const struct model_origin *o;
    struct origin_line lines[64];
    unsigned n_keys = 0;
    struct model m;

    model_build_view(conf_tables(c), &m);
    o = origin_find(&m, g->file, g->line);
    if (g->is_template || g->type > CONF_TIMEPERIOD)
        return;
    assert_non_null(o);
    for (size_t i = 0; i < g->rows.n; i++) {
        const struct conf_origin_row *r = &g->rows.at[i];
        unsigned row = r->row < CONF_D_ALL ? r->row - info->first : info->n + n_keys++;
        size_t n = origin_lines(&m, o, row, lines, ARRAY_LEN(lines));

        if (n != (r->source == CONF_ORIGIN_FILE ? r->n_parts : 0))
            fail_msg(STR_FMT ": %zu lines, not %u", STR_ARG(r->name), n, r->n_parts);
        for (size_t k = 0; k < n; k++) {
            const struct conf_origin_part *p = &g->parts.at[r->first_part + k];

            assert_int_equal(lines[k].file, p->file);
            assert_int_equal(lines[k].line, p->line);
            assert_true(str_eq(lines[k].through, p->through));
        }
    }
}

struct want {
    enum conf_type type;
    const char *name, *service, *row, *text; /* NULL service of a relation: the first about the host */
};

static void expect(const char *objects, const struct want *want, size_t n)
{
    struct conf *c = load(objects);
    struct buf b = BUF_INIT;

    for (size_t i = 0; i < n; i++) {
        struct str near, name = str_of(want[i].name), service = str_of(want[i].service);
        struct conf_origin g = {.type = CONF_TYPE_COUNT};
        bool found = conf_origin_is_relation(want[i].type)
                         ? conf_origin_about(c, want[i].type, name, service, 0, &g)
                         : conf_origin_of(c, want[i].type, name, service, &g, &near);

        assert_true(found);
        same_in_snapshot(c, &g);
        row_text(&g, want[i].row, &b);
        assert_string_equal(b.len ? b.data : "", want[i].text);
        conf_origin_release(&g);
    }
    buf_release(&b);
    conf_free(c);
}

#define COMMON "define command{\ncommand_name ok\ncommand_line /bin/true\n}\n" /* lines 1 to 4 */

static void test_templates(void **state UNUSED)
{
    static const char objects[] = COMMON
        "define host{\nname a\nregister 0\ncontacts x\nmax_check_attempts 3\nnotes deep\n}\n" /* 5 to 11 */
        "define host{\nname b\nuse a\nregister 0\ncontacts +y\nnotes null\n}\n"               /* 12 to 18 */
        "define host{\nname c\nregister 0\ncontacts z\nicon_image i\n_V 1\n}\n"               /* 19 to 25 */
        "define host{\nhost_name h\nuse b,c,nothing\ncontacts +w\ncheck_command ok\n}\n"      /* 26 to 31 */
        "define host{\nhost_name k\nuse k2\n}\n"                                              /* 32 to 35 */
        "define host{\nname k2\nuse k3\nalias from-k2\n}\n"                                   /* 36 to 40 */
        "define host{\nname k3\nuse k2,a\nregister 0\n}\n";                                   /* a circle */
    static const struct want want[] = {
        {CONF_HOST, "h", "", "contacts", "x,y,w: +w at 29; +y at 16 through b; x at 8 through b > a"},
        {CONF_HOST, "h", "", "max_check_attempts", "3: 3 at 9 through b > a"},
        {CONF_HOST, "h", "", "notes", ": null at 17 through b"},
        {CONF_HOST, "h", "", "icon_image", "i: i at 23 through c"},
        {CONF_HOST, "h", "", "_V", "1: 1 at 24 through c"},
        {CONF_HOST, "h", "", "alias", "h: default"},
        {CONF_HOST, "h", "", "check_interval", "5: default"},
        {CONF_HOST, "h", "", "event_handler", ""},
        {CONF_HOST, "b", "", "contacts", "x,y: +y at 16; x at 8 through a"},
        {CONF_HOST, "b", "", "alias", ""},
        {CONF_HOST, "k", "", "alias", "from-k2: from-k2 at 39 through k2"},
        {CONF_HOST, "k3", "", "max_check_attempts", "3: 3 at 9 through a"},
    };

    expect(objects, want, ARRAY_LEN(want));
}

/* Nagios has a template of services say so for all. */
static void test_an_important_command(void **state UNUSED)
{
    static const char objects[] = COMMON
        "define host{\nhost_name h\nmax_check_attempts 1\n}\n"                              /* 5 to 8 */
        "define service{\nname t\nregister 0\ncheck_command !ok\nmax_check_attempts 1\n}\n" /* 9 to 14 */
        "define service{\nuse t\nhost_name h\nservice_description s\ncheck_command ok!mine\n}\n";
    static const struct want want[] = {
        {CONF_SERVICE, "h", "s", "check_command", "ok: !ok at 12 through t"},
    };

    expect(objects, want, ARRAY_LEN(want));
}

static void test_a_line_that_counts_for_nothing(void **state UNUSED)
{
    static const char objects[] = COMMON
        "define host{\nhost_name h\nmax_check_attempts 1\n}\n"                             /* 5 to 8 */
        "define host{\nhost_name k\nmax_check_attempts 1\nmax_check_attempts 2\n}\n"       /* 9 to 13 */
        "define hostdependency{\nname t\nregister 0\nnotification_failure_criteria d\n}\n" /* 14 to 18 */
        "define hostdependency{\nuse t\nhost_name h\ndependent_host_name k\nnotification_failure_criteria n\n"
        "execution_failure_criteria u\nexecution_failure_criteria d\n}\n";
    static const struct want want[] = {
        {CONF_HOST, "k", "", "max_check_attempts", "2: 2 at 12"},
        {CONF_HOSTDEPENDENCY, "k", NULL, "notification_failure_criteria", "d: d at 17 through t"},
        {CONF_HOSTDEPENDENCY, "k", NULL, "execution_failure_criteria", "u,d: u at 24; d at 25"},
    };

    expect(objects, want, ARRAY_LEN(want));
}

#define CHECKS                                                                                                 \
    COMMON                                                                                                     \
    "define contact{\ncontact_name x\n}\ndefine contact{\ncontact_name y\n}\n" /* 5 to 10 */                   \
    "define host{\nhost_name h\nmax_check_attempts 1\ncontacts x\nnotification_interval 7\n}\n" /* 11 to 16 */ \
    "define service{\nhost_name h\nservice_description own\nmax_check_attempts 1\ncheck_command ok\n"          \
    "contacts y\nnotification_interval 8\n}\n" /* 17 to 24 */                                                  \
    "define service{\nhost_name h\nservice_description bare\nmax_check_attempts 1\ncheck_command ok\n}\n" /* 25 to 30 */

static void test_what_others_give(void **state UNUSED)
{
    static const char objects[] =
        CHECKS "define serviceescalation{\nhost_name h\nservice_description *\nfirst_notification 1\n"
               "last_notification 0\n}\n" /* 31 to 36 */
               "define hostescalation{\nhost_name h\nfirst_notification 1\nlast_notification 0\ncontacts "
               "+y\n}\n"                                                          /* 37 to 42 */
               "define hostextinfo{\nhost_name h\nnotes first\nicon_image i\n}\n" /* 43 to 47 */
               "define hostextinfo{\nhost_name h\nnotes last\n}\n"                /* 48 to 51 */
               "define serviceextinfo{\nhost_name h\nservice_description own\nnotes of-own\n}\n";
    static const struct want want[] = {
        {CONF_SERVICE, "h", "own", "contacts", "y: y at 22"},
        {CONF_SERVICE, "h", "bare", "contacts", "x: host x at 14"},
        {CONF_SERVICE, "h", "bare", "notification_interval", "7: host 7 at 15"},
        {CONF_SERVICEESCALATION, "h", "own", "contacts", "y: service y at 22"},
        {CONF_SERVICEESCALATION, "h", "own", "notification_interval", "8: service 8 at 23"},
        {CONF_SERVICEESCALATION, "h", "bare", "contacts", "x: host x at 14"},
        {CONF_SERVICEESCALATION, "h", "bare", "notification_interval", "7: host 7 at 15"},
        {CONF_HOSTESCALATION, "h", NULL, "contacts", "x,y: +y at 41; x at 14"},
        {CONF_HOST, "h", "", "notes", "last: extinfo last at 50"},
        {CONF_HOST, "h", "", "icon_image", "i: extinfo i at 46"},
        {CONF_SERVICE, "h", "own", "notes", "of-own: extinfo of-own at 55"},
        {CONF_SERVICE, "h", "bare", "notes", ""},
    };

    expect(objects, want, ARRAY_LEN(want));
}

/* Rows stand in the order of the table, wherever they come from. */
static void test_order(void **state UNUSED)
{
    struct conf *c = load(CHECKS);
    struct conf_origin g = {.type = CONF_TYPE_COUNT};
    struct str near;

    assert_true(conf_origin_of(c, CONF_SERVICE, STR("h"), STR("bare"), &g, &near));
    for (size_t i = 1; i < g.rows.n; i++)
        assert_true(g.rows.at[i - 1].row < g.rows.at[i].row);
    conf_origin_release(&g);
    assert_false(conf_origin_of(c, CONF_SERVICE, STR("h"), STR("baer"), &g, &near));
    assert_string_equal(near.p, "bare");
    conf_origin_release(&g);
    assert_false(conf_origin_about(c, CONF_HOSTESCALATION, STR("h"), STR_NULL, 0, &g));
    conf_free(c);
}

/* ---- groups ---- */

static void groups_text(const struct conf_origin_group *all, size_t n, struct buf *out)
{
    buf_clear(out);
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s" STR_FMT "%s" STR_FMT " by %s" STR_FMT "@%u%s", i ? "; " : "",
                   STR_ARG(all[i].name), all[i].service.n ? "," : "", STR_ARG(all[i].service), all[i].by,
                   STR_ARG(all[i].inner), all[i].line, all[i].brings ? "!" : "");
}

static void test_groups(void **state UNUSED)
{
    static const char objects[] =
        COMMON "define host{\nhost_name h1\nmax_check_attempts 1\nhostgroups joined\n}\n" /* 5 to 9 */
               "define host{\nhost_name h2\nmax_check_attempts 1\n}\n"                    /* 10 to 13 */
               "define hostgroup{\nhostgroup_name joined\nmembers h2\n}\n"                /* 14 to 17 */
               "define hostgroup{\nhostgroup_name outer\nhostgroup_members joined\n}\n"   /* 18 to 21 */
               "define hostgroup{\nhostgroup_name every\nmembers *,!h1\n}\n"              /* 22 to 25 */
               "define service{\nhostgroup_name outer\nservice_description s\nmax_check_attempts "
               "1\ncheck_command ok\n}\n"
               "define servicegroup{\nservicegroup_name sg\nmembers h2,s\n}\n"; /* 32 to 35 */
    static const struct {
        enum conf_type type;
        const char *name, *service, *groups, *members;
    } want[] = {
        {CONF_HOST, "h1", "", "joined by hostgroups@8; outer by hostgroup_membersjoined@20", ""},
        {CONF_HOST, "h2", "",
         "every by members@24; joined by members@16; outer by hostgroup_membersjoined@20", ""},
        {CONF_SERVICE, "h2", "s", "outer by hostgroup_name@27!; sg by members@34", ""},
        {CONF_SERVICE, "h1", "s", "outer by hostgroup_name@27!", ""},
        {CONF_HOSTGROUP, "joined", "", "", "h1 by hostgroups@8; h2 by members@16"},
        {CONF_HOSTGROUP, "outer", "", "",
         "h1 by hostgroup_membersjoined@20; h2 by hostgroup_membersjoined@20"},
        {CONF_HOSTGROUP, "every", "", "", "h2 by members@24"},
        {CONF_SERVICEGROUP, "sg", "", "", "h2,s by members@34"},
    };
    struct conf *c = load(objects);
    struct buf b = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        struct conf_origin g = {.type = CONF_TYPE_COUNT};
        struct str near;

        assert_true(
            conf_origin_of(c, want[i].type, str_of(want[i].name), str_of(want[i].service), &g, &near));
        groups_text(g.groups.at, g.groups.n, &b);
        assert_string_equal(b.len ? b.data : "", want[i].groups);
        groups_text(g.members.at, g.members.n, &b);
        assert_string_equal(b.len ? b.data : "", want[i].members);
        conf_origin_release(&g);
    }
    buf_release(&b);
    conf_free(c);
}

/* ---- every directive that is acted on makes a difference ---- */

#define WORLD                                                                                                \
    "define timeperiod{\ntimeperiod_name tp\nalias tp\nmonday 00:00-24:00\n}\n"                              \
    "define command{\ncommand_name ok\ncommand_line /bin/true\n}\n"                                          \
    "define command{\ncommand_name other\ncommand_line /bin/false\n}\n"                                      \
    "define contact{\ncontact_name k\nhost_notification_commands ok\nservice_notification_commands ok\n"     \
    "%3$s}\n"                                                                                                \
    "define contact{\ncontact_name k2\nhost_notification_commands ok\nservice_notification_commands ok\n}\n" \
    "define contactgroup{\ncontactgroup_name kg\nmembers k2\n}\n"                                            \
    "define hostgroup{\nhostgroup_name hg\n}\ndefine servicegroup{\nservicegroup_name sg\n}\n"               \
    "define host{\nhost_name h0\nmax_check_attempts 2\ncheck_command ok\n}\n"                                \
    "define host{\nhost_name h\n%1$s}\n"                                                                     \
    "define service{\nhost_name h0\nservice_description s0\nmax_check_attempts 2\ncheck_command ok\n}\n"     \
    "define service{\nhost_name h0\nservice_description s\n%2$s}\n"

static const char *sample(enum conf_kind kind)
{
    switch ((int)kind) {
    case CONF_KIND_BOOL: return "1";
    case CONF_KIND_COMMAND:
    case CONF_KIND_COMMANDS: return "other";
    case CONF_KIND_PERIOD: return "tp";
    case CONF_KIND_HOST_NAMES: return "h0";
    case CONF_KIND_HOSTGROUPS:
    case CONF_KIND_HOSTGROUP_NAMES: return "hg";
    case CONF_KIND_SERVICES: return "h0,s0";
    case CONF_KIND_SERVICEGROUPS:
    case CONF_KIND_SERVICEGROUP_NAMES: return "sg";
    case CONF_KIND_CONTACT_NAMES: return "k2";
    case CONF_KIND_CONTACTGROUPS:
    case CONF_KIND_CONTACTGROUP_NAMES: return "kg";
    case CONF_KIND_STATE: return "u";
    case CONF_KIND_COORDS_2D: return "1,2";
    case CONF_KIND_COORDS_3D: return "1,2,3";
    case CONF_KIND_STRING:
    case CONF_KIND_TEXT:
    case CONF_KIND_NAME: return "word";
    default: return conf_kind_is_option(kind) ? "u" : "77";
    }
}

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* The world with one more line in an object of that type; of two with the same name the last counts. */
static struct conf *world(enum conf_type type, const char *name, const char *value)
{
    char text[8192], line[256], host[512], service[512];

    snprintf(line, sizeof(line), "%s %s\n", name, value);
    snprintf(host, sizeof(host), "max_check_attempts 2\ncheck_command ok\n%s", type == CONF_HOST ? line : "");
    snprintf(service, sizeof(service), "max_check_attempts 2\ncheck_command ok\n%s",
             type == CONF_SERVICE ? line : "");
    snprintf(text, sizeof(text), WORLD, host, service, type == CONF_CONTACT ? line : "");
    return load(text);
}

/* Says whether a directive makes a difference beside the world without it. */
static bool differs(enum conf_type type, const struct conf_directive *d)
{
    const char *value = is(d->def, "1") && d->kind == CONF_KIND_BOOL ? "0" : sample(d->kind);
    struct conf *a = world(type, "", ""), *b = world(type, d->name, value);
    struct conf_diff diff;
    bool has;

    if (!conf_ok(a) || !conf_ok(b))
        print_error("%s %s is refused: %s\n", conf_type_name(type), d->name,
                    conf_n_diags(b) ? conf_diag_at(b, 0)->text : "");
    assert_true(conf_ok(a) && conf_ok(b));
    conf_diff_make(a, b, &diff);
    has = diff.objects.n > 0;
    conf_diff_release(&diff);
    conf_free(a);
    conf_free(b);
    return has;
}

static void test_every_directive_counts(void **state UNUSED)
{
    static const enum conf_type types[] = {CONF_HOST, CONF_SERVICE, CONF_CONTACT};
    unsigned tried = 0;

    for (size_t t = 0; t < ARRAY_LEN(types); t++) {
        const struct conf_type_info *info = conf_type_info(types[t]);

        for (unsigned row = info->first; row < (unsigned)info->first + info->n; row++) {
            const struct conf_directive *d = conf_directive(row);

            /* what names the object, or puts a service elsewhere */
            if (d->acted != 1 || row == (unsigned)info->name_row || row == CONF_D_SERVICE_host_name ||
                row == CONF_D_SERVICE_hostgroup_name || row == CONF_D_SERVICE_service_description)
                continue;
            if (!differs(types[t], d))
                fail_msg("%s %s makes no difference", conf_type_name(types[t]), d->name);
            tried++;
        }
    }
    assert_true(tried > 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_templates),
        cmocka_unit_test(test_a_line_that_counts_for_nothing),
        cmocka_unit_test(test_what_others_give),
        cmocka_unit_test(test_an_important_command),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_every_directive_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
