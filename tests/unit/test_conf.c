/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a configuration: what is refused, where and with which words; what is accepted, and what comes out of it. */
#include "core/conf.h"

#include "fake_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define BASE                                                                                                 \
    "define command {\n command_name ok\n command_line /bin/true $ARG1$\n}\n"                                \
    "define contact {\n contact_name ann\n host_notification_commands ok\n service_notification_commands "   \
    "ok\n}\n"                                                                                                \
    "define host {\n name th\n register 0\n max_check_attempts 3\n contacts ann\n}\n"                        \
    "define host {\n host_name h\n use th\n}\n"                                                              \
    "define service {\n name ts\n register 0\n max_check_attempts 2\n check_command ok\n}\n"
#define BASE_LINES 25

/* line: counted from the line behind BASE, 0: no place is asked for. text: part of the message. */
static const struct {
    const char *objects;
    enum conf_severity severity;
    unsigned line, column;
    const char *text;
} wrong[] = {
    /* structure */
    {"define host {\n host_name g\n use th\n", CONF_ERROR, 1, 1, "has no end; write '}'"},
    {"define host {\n host_name g\n use th\ndefine host {\n host_name i\n use th\n}\n", CONF_ERROR, 1, 1,
     "write '}' before line 29"},
    {"}\n", CONF_ERROR, 1, 1, "a '}' too many"},
    {"hostname g\n", CONF_ERROR, 1, 1, "text outside of a definition"},
    {"define hots {\n}\n", CONF_ERROR, 1, 1, "did you mean 'host'?"},
    {"define host\n host_name g\n use th\n}\n", CONF_WARNING, 1, 1, "no '{'"},
    {"define host\n{\n host_name g\n use th\n}\n", CONF_ERROR, 2, 1, "of its own"},
    /* directives */
    {"define host {\n host_name g\n use th\n  max_check_atempts 3\n}\n", CONF_ERROR, 4, 3,
     "did you mean 'max_check_attempts'?"},
    {"define host {\n host_name g\n use th\n nonsense 3\n}\n", CONF_ERROR, 4, 2,
     "a name of your own begins with '_'"},
    {"define host {\n host_name g\n use th\n check_interval often\n}\n", CONF_WARNING, 4, 17,
     "write a number"},
    {"define host {\n host_name g\n use th\n active_checks_enabled yes\n}\n", CONF_WARNING, 4, 24,
     "write 0 or 1"},
    {"define host {\n host_name g\n use th\n notification_options d,x\n}\n", CONF_ERROR, 4, 23,
     "'x' is no option"},
    {"define host {\n host_name g\n use th\n notification_options w\n}\n", CONF_ERROR, 4, 23,
     "'w' is no option"},
    {"define host {\n host_name g\n use th\n initial_state x\n}\n", CONF_ERROR, 4, 16, "'x' is no state"},
    {"define host {\n host_name g\n use th\n notes\n}\n", CONF_WARNING, 4, 2, "has no value"},
    {"define host {\n host_name g\n}\n", CONF_ERROR, 1, 1, "no max_check_attempts"},
    {"define host {\n use th\n}\n", CONF_ERROR, 1, 1, "no name"},
    {"define host {\n use th\n register no\n}\n", CONF_WARNING, 3, 2, "write 0 or 1"},
    {"define host {\n name g\n use th\n}\n", CONF_WARNING, 1, 1, "no name"},
    {"define host {\n host_name g\n use th\n retry_interval -1\n}\n", CONF_WARNING, 1, 1,
     "retry_interval of this host is below 0"},
    {"define service {\n use ts\n host_name h\n service_description s\n retry_interval 0\n}\n", CONF_ERROR, 1,
     1, "retry_interval must be above 0"},
    {"define host {\n host_name g\n use th\n alias a\n alias b\n}\n", CONF_WARNING, 5, 2,
     "stands twice in this definition, first in line 29"},
    {"define host {\n host_name g\n use th\n host_name g\n}\n", CONF_ERROR, 4, 2, "stands twice"},
    {"define host {\n name tt\n use nix\n register 0\n}\n", CONF_ERROR, 3, 6, "no host template 'nix'"},
    {"define hostescalation {\n host_name h\n contacts ann\n first_notification 2\n}\n", CONF_WARNING, 1, 1,
     "never counts"},
    {"define host {\n host_name h\n use th\n}\n", CONF_ERROR, 1, 1, "defined already in /o.cfg:16"},
    {"define host {\n host_name a;b\n use th\n _ x\n}\n", CONF_ERROR, 4, 2, "needs a name"},
    /* templates */
    {"define host {\n host_name g\n use th,tx\n}\n", CONF_ERROR, 3, 6,
     "no host template 'tx'; did you mean 'th'?"},
    {"define host {\n name c1\n use c2\n register 0\n}\ndefine host {\n name c2\n use c1\n register 0\n}\n",
     CONF_WARNING, 0, 0, "in a circle"},
    {"define host {\n name th\n register 0\n}\n", CONF_ERROR, 1, 1, "template 'th' is defined already"},
    /* references */
    {"define service {\n use ts\n host_name hh\n service_description s\n}\n", CONF_ERROR, 3, 12,
     "no host 'hh'; did you mean 'h'?"},
    {"define service {\n use ts\n hostgroup_name no-such\n service_description s\n}\n", CONF_ERROR, 3, 17,
     "no hostgroup 'no-such'"},
    {"define service {\n use ts\n service_description s\n}\n", CONF_ERROR, 1, 1, "on no host"},
    {"define service {\n use ts\n host_name h\n}\n", CONF_ERROR, 1, 1, "no name"},
    {"define service {\n max_check_attempts 1\n host_name h\n service_description s\n}\n", CONF_ERROR, 1, 1,
     "no check_command"},
    {"define service {\n use ts\n host_name h\n service_description s\n check_command okk!1\n}\n", CONF_ERROR,
     5, 16, "no command 'okk'; did you mean 'ok'?"},
    {"define service {\n use ts\n host_name h\n service_description s\n check_period nie\n}\n", CONF_ERROR, 5,
     15, "no timeperiod 'nie'"},
    {"define service {\n use ts\n host_name h\n service_description s\n contacts eve\n}\n", CONF_ERROR, 5, 11,
     "no contact 'eve'"},
    {"define host {\n host_name g\n use th\n parents i\n}\ndefine host {\n host_name i\n use th\n parents "
     "g\n}\n",
     CONF_ERROR, 1, 1, "lead back to it"},
    {"define hostgroup {\n hostgroup_name a\n hostgroup_members b\n}\ndefine hostgroup {\n hostgroup_name "
     "b\n hostgroup_members a\n}\n",
     CONF_ERROR, 0, 0, "a member of itself"},
    {"define servicegroup {\n servicegroup_name a\n members h\n}\n", CONF_ERROR, 3, 10, "come in pairs"},
    {"define servicegroup {\n servicegroup_name a\n members h,nix\n}\n", CONF_ERROR, 3, 10,
     "has no service 'nix'"},
    {"define service {\n use ts\n host_name h\n service_description s\n}\ndefine service {\n use ts\n "
     "host_name h\n service_description s\n}\n",
     CONF_WARNING, 1, 1, "is defined again in /o.cfg:31, which counts"},
    {"define contact {\n contact_name eve\n}\n", CONF_ERROR, 1, 1, "no host_notification_commands"},
    {"define host {\n host_name g\n max_check_attempts 1\n}\n", CONF_WARNING, 1, 1, "nobody is told"},
    /* periods */
    {"define timeperiod {\n timeperiod_name p\n mondya 09:00-10:00\n alias p\n}\n", CONF_ERROR, 3, 2,
     "is no day"},
    {"define timeperiod {\n timeperiod_name p\n monday 09:00-25:00\n alias p\n}\n", CONF_ERROR, 3, 9,
     "are no times"},
    {"define timeperiod {\n timeperiod_name p\n monday 22:00-06:00\n alias p\n}\n", CONF_WARNING, 3, 9,
     "is never"},
    {"define timeperiod {\n timeperiod_name p\n february 32 00:00-24:00\n alias p\n}\n", CONF_WARNING, 3, 2,
     "no such day"},
    {"define timeperiod {\n timeperiod_name p\n exclude q\n alias p\n}\ndefine timeperiod {\n "
     "timeperiod_name q\n "
     "exclude p\n alias q\n}\n",
     CONF_ERROR, 1, 1, "excludes itself"},
    {"define timeperiod {\n timeperiod_name p\n}\n", CONF_ERROR, 1, 1, "has no alias"},
    {"define timeperiod {\n timeperiod_name p\n alias p\n monday 09:00-10:60\n}\n", CONF_WARNING, 4, 9,
     "read in part"},
    /* commands */
    {"define command {\n command_name c\n}\n", CONF_ERROR, 1, 1, "has no line"},
    {"define command {\n command_name c\n command_line /nonexistent/check_x -a\n}\ndefine service {\n use "
     "ts\n host_name h\n service_description s\n check_command c\n}\n",
     CONF_WARNING, 3, 15, "the program '/nonexistent/check_x' does not exist"},
    {"define command {\n command_name c\n command_line /bin/x \"open\n}\ndefine service {\n use ts\n "
     "host_name h\n service_description s\n check_command c\n}\n",
     CONF_WARNING, 3, 15, "never closed"},
    {"define command {\n command_name c\n command_line /bin/x $HOSTADRESS$\n}\ndefine service {\n use ts\n "
     "host_name h\n service_description s\n check_command c\n}\n",
     CONF_WARNING, 3, 15, "no macro $HOSTADRESS$"},
    /* files */
    {"include_file=/gone.cfg\n", CONF_ERROR, 1, 1, "/gone.cfg"},
    {"include_dir=/loop\n", CONF_ERROR, 1, 1, "is there a loop?"},
    {"include_file=/o.cfg\n", CONF_ERROR, 1, 1, "read already"},
};

static void show(struct conf *c)
{
    struct buf b = BUF_INIT;

    for (size_t i = 0; i < conf_n_diags(c); i++) {
        conf_diag_text(c, conf_diag_at(c, i), &b);
        buf_add_char(&b, '\n');
    }
    print_message("%s", b.data);
    buf_release(&b);
}

static void test_base_has_its_lines(void **state UNUSED)
{
    unsigned n = 0;

    for (const char *p = BASE; *p; p++)
        n += *p == '\n';
    assert_int_equal(n, BASE_LINES);
}

static bool says(struct conf *c, size_t i)
{
    for (size_t k = 0; k < conf_n_diags(c); k++) {
        const struct conf_diag *d = conf_diag_at(c, k);

        if (d->severity == wrong[i].severity && strstr(d->text, wrong[i].text) &&
            (!wrong[i].line || (d->line == BASE_LINES + wrong[i].line && d->column == wrong[i].column)))
            return true;
    }
    return false;
}

static void test_wrong(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct buf text = BUF_INIT;
        struct fake f = {.resource = STR("")};
        struct conf *c;

        buf_add_c(&text, BASE);
        buf_add_c(&text, wrong[i].objects);
        f.objects = buf_str(&text);
        c = fake_load(&f);
        if (!says(c, i)) {
            show(c);
            fail_msg("case %zu: '%s' is not said at %u:%u for\n%s", i, wrong[i].text,
                     BASE_LINES + wrong[i].line, wrong[i].column, wrong[i].objects);
        }
        if (conf_ok(c) == (wrong[i].severity == CONF_ERROR)) {
            show(c);
            fail_msg("case %zu: judged otherwise:\n%s", i, wrong[i].objects);
        }
        conf_free(c);
        buf_release(&text);
    }
}

static const struct {
    const char *main, *text;
    enum conf_severity severity;
} wrong_main[] = {
    {"cfg_file=o.cfg\ninterval_lenght=60\n", "did you mean 'interval_length'?", CONF_ERROR},
    {"cfg_file=o.cfg\nhello\n", "no '='", CONF_ERROR},
    {"cfg_file=gone.cfg\n", "cannot open /gone.cfg", CONF_ERROR},
    {"cfg_dir=/nowhere\n", "/nowhere", CONF_ERROR},
    {"cfg_file=o.cfg\nresource_file=/gone.cfg\n", "/gone.cfg", CONF_ERROR},
    {"cfg_file=o.cfg\ninterval_length=0\n", "from 1 on", CONF_ERROR},
    {"cfg_file=o.cfg\nuse_timezone=Moon/Crater\n", "no time zone 'Moon/Crater'", CONF_WARNING},
    {"cfg_file=o.cfg\nocsp_command=okk\n", "did you mean 'ok'?", CONF_ERROR},
    {"cfg_file=o.cfg\nenable_notifications=yes\n", "write 0 or 1", CONF_WARNING},
    {"cfg_file=o.cfg\ninclude_file=/main.cfg\n", "includes itself", CONF_ERROR},
    {"define host {\n}\n", "cfg_file", CONF_ERROR},
};

static void test_wrong_main(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(wrong_main); i++) {
        struct fake f = {.main = str_of(wrong_main[i].main), .objects = STR(BASE), .resource = STR("")};
        struct conf *c = fake_load(&f);
        bool found = false;

        for (size_t k = 0; k < conf_n_diags(c); k++)
            found |= conf_diag_at(c, k)->severity == wrong_main[i].severity &&
                     strstr(conf_diag_at(c, k)->text, wrong_main[i].text);
        if (!found) {
            show(c);
            fail_msg("main case %zu: '%s' is not said", i, wrong_main[i].text);
        }
        conf_free(c);
    }
}

/* ---- what comes out ---- */

struct whole {
    struct conf *c;
    struct fake_model f;
    struct buf text;
};

static void whole_open(struct whole *w, const char *main, const char *objects, const char *resource)
{
    struct fake f = {.resource = str_of(resource)};

    if (*main)
        f.main = str_of(main);
    buf_init(&w->text);
    buf_add_c(&w->text, BASE);
    buf_add_c(&w->text, objects);
    f.objects = buf_str(&w->text);
    w->c = fake_load(&f);
    if (!fake_open(w->c, &w->f)) {
        show(w->c);
        fail_msg("refused:\n%s", objects);
    }
}

static void whole_close(struct whole *w)
{
    fake_close(&w->f);
    conf_free(w->c);
    buf_release(&w->text);
}

static void test_names_and_order(void **state UNUSED)
{
    struct whole w;
    const struct model *m = &w.f.m;
    uint32_t s;

    whole_open(&w, "",
               "define host {\n host_name b\n use th\n parents h\n address 192.0.2.1\n}\ndefine host {\n "
               "host_name B\n use th\n}\n"
               "define service {\n use ts\n host_name b,h\n service_description z\n}\ndefine service {\n use "
               "ts\n host_name *,!B\n service_description a\n}\n",
               "");
    assert_int_equal(m->n_hosts, 3);
    assert_int_equal(m->n_services, 4);
    assert_string_equal(model_c(m, model_check(m, 0)->name), "B");
    assert_string_equal(model_c(m, model_check(m, 1)->name), "b");
    assert_string_equal(model_c(m, model_check(m, 0)->address), "B"); /* no address: the name */
    assert_string_equal(model_c(m, model_check(m, 1)->address), "192.0.2.1");
    assert_int_equal(model_find_host(m, STR("h")), 2);
    assert_int_equal(model_find_host(m, STR("x")), MODEL_NONE);
    s = model_find_service(m, STR("b"), STR("z"));
    assert_int_equal(s, 4);
    assert_int_equal(model_check(m, s)->host, 1);
    assert_int_equal(model_check(m, 1)->first_service, 3);
    assert_int_equal(model_check(m, 1)->n_services, 2);
    assert_int_equal(model_check(m, 0)->n_services, 0);
    assert_int_equal(model_item(m, model_check(m, 1)->parents, 0), 2);
    assert_int_equal(model_item(m, model_check(m, 2)->children, 0), 1);
    assert_int_equal(model_check(m, s)->contacts.n, 1); /* of the host */
    assert_int_equal(model_check(m, s)->line, BASE_LINES + 11);
    whole_close(&w);
}

static void test_values(void **state UNUSED)
{
    struct whole w;
    const struct model *m = &w.f.m;
    const struct model_check *k;

    whole_open(&w,
               "cfg_file=o.cfg\ninterval_length=30\nlow_host_flap_threshold=5.5\nvigie_http_listen=\nvigie_"
               "state_dir=/x\n",
               "define host {\n host_name b\n use th\n check_interval 2\n retry_interval 0.5\n "
               "freshness_threshold 90\n low_flap_threshold 12.25\n"
               " notification_options d,r\n active_checks_enabled 0\n stalking_options o,N\n "
               "first_notification_delay 1.5\n _RACK a b \n _empty\n notes_url http://x/\\;y ; remark\n}\n",
               "");
    k = model_check(m, 0);
    assert_int_equal(k->check_interval_us, 60 * TIME_S);
    assert_int_equal(k->retry_interval_us, 15 * TIME_S);
    assert_int_equal(k->freshness_threshold_us, 90 * TIME_S);
    assert_int_equal(k->first_notification_delay_us, 45 * TIME_S);
    assert_int_equal(k->notification_interval_us, 30 * 30 * TIME_S); /* the default, 30 units */
    assert_int_equal(k->low_flap, 1225);
    assert_int_equal(k->notify_on, MODEL_ON_DOWN | MODEL_ON_RECOVERY);
    assert_int_equal(k->stalk_on, MODEL_ON_OK | MODEL_ON_NOTIFY);
    assert_false(k->flags & MODEL_CHECK_ACTIVE);
    assert_true(k->flags & MODEL_CHECK_PASSIVE);
    assert_int_equal(k->check_period, MODEL_NONE);
    assert_int_equal(k->check_line, MODEL_NONE);
    assert_string_equal(model_c(m, model_find_var(m, k->first_var, k->n_vars, STR("rack"))->value), "a b");
    assert_string_equal(model_c(m, model_find_var(m, k->first_var, k->n_vars, STR("EMPTY"))->value), "");
    assert_string_equal(model_c(m, model_extra(m, k->extra)->notes_url), "http://x/;y");
    assert_int_equal(m->globals->low_host_flap, 550);
    assert_int_equal(m->globals->compatible, 1);
    assert_string_equal(model_option_get(m, "vigie_http_listen", STR("none")).p, "");
    assert_string_equal(model_option_get(m, "vigie_state_dir", STR("none")).p, "/x");
    assert_string_equal(model_option_get(m, "vigie_smtp_from", STR("none")).p, "none");
    whole_close(&w);
}

static void test_reading(void **state UNUSED)
{
    struct whole w;
    const struct model *m = &w.f.m;

    /* continuation, CR LF, Latin-1, no newline at the end */
    whole_open(&w, "",
               "define host {\r\n host_name b\r\n use th\r\n alias one \\\r\n   two\r\n display_name "
               "caf\xe9\r\n}\r\n# the end",
               "");
    assert_string_equal(model_c(m, model_check(m, 0)->alias), "one two");
    assert_string_equal(model_c(m, model_check(m, 0)->display_name), "caf\xc3\xa9");
    whole_close(&w);
}

/* ---- command lines ---- */

static const struct {
    const char *line, *use; /* command_line; check_command behind "c" */
    const char *shown;      /* as a person sees it */
    const char *env;        /* the first environment word with its macro, or "" */
    bool shell;
} lines[] = {
    {"/bin/x -H $HOSTADDRESS$", "", "/bin/x -H 192.0.2.1", "", false},
    {"/bin/x $ARG1$", "!-C public -o sysUpTime.0", "/bin/x -C public -o sysUpTime.0", "", false},
    {"/bin/x $ARG1$", "!a\\!b", "/bin/x a!b", "", false},
    {"/bin/x \"$ARG1$\"", "!a b", "/bin/x 'a b'", "", false},
    {"/bin/x $ARG1$ $ARG2$ end", "!one", "/bin/x one end", "", false},
    {"/bin/x $ARG1$", "!$HOSTNAME$-$SERVICEDESC$", "/bin/x b-s", "", false},
    {"/bin/x $ARG1$", "!a\\;b|c", "/bin/x 'a;b|c'", "", false}, /* operators in an argument are bytes */
    {"$USER1$/x", "", "/usr/lib/plugins/x", "", false},
    {"/bin/x -p $USER5$", "", "/bin/x -p ****", "", false},
    {"/bin/x -p$USER5$-", "", "/bin/x -p****-", "", false},
    {"/bin/x $USER6$", "", "/bin/x **** ****", "", false}, /* "u p": two words, both secret */
    {"/bin/x $_HOSTRACK$ $_SERVICEKIND$", "", "/bin/x r1 k", "", false},
    {"/bin/x $_HOSTPASSWORD$", "", "/bin/x ****", "", false},
    {"/bin/x $HOSTSTATE$ '$SERVICEOUTPUT$'", "", "/bin/x $HOSTSTATE$ $SERVICEOUTPUT$", "", false},
    {"/bin/x $HOSTSTATE:h$ $HOSTADDRESS:h$", "", "/bin/x $HOSTSTATE:h$ h", "", false},
    {"/bin/x 5$$", "", "/bin/x '5$'", "", false},
    {"/bin/x '$NOSUCH$'", "", "/bin/x '$NOSUCH$'", "", false},
    {"/bin/x \"$NOSUCH$\"", "", "/bin/sh -c '/bin/x \"$NOSUCH$\"'", "",
     true}, /* as Nagios: the shell makes it empty */
    {"/bin/x $CONTACTNAME$ end", "", "/bin/x end", "", false},
    {"/bin/x $HOSTNOTESURL$", "", "/bin/x $HOSTNOTESURL$", "", false}, /* its macros are the run time's */
    {"/bin/x $HOSTACTIONURL$", "", "/bin/x http://x/", "", false},
    {"/bin/x '$_HOSTMORE$'", "", "/bin/x 'of $HOSTNAME$'", "", false}, /* data, as in Nagios */
    {"/bin/echo $HOSTSTATE$ | /bin/x", "", "/bin/sh -c '/bin/echo \"${VIGIE_M0}\" | /bin/x'",
     "VIGIE_M0=$HOSTSTATE$", true},
    {"/bin/echo \"<$HOSTSTATE$>\" | /bin/x", "", "/bin/sh -c '/bin/echo \"<${VIGIE_M0}>\" | /bin/x'",
     "VIGIE_M0=$HOSTSTATE$", true},
    {"/bin/echo 'a $HOSTSTATE$ b' | x", "",
     "/bin/sh -c '/bin/echo '\\''a '\\''\"${VIGIE_M0}\"'\\'' b'\\'' | x'", "VIGIE_M0=$HOSTSTATE$", true},
    {"x $HOSTSTATE$ $HOSTSTATE$ > /dev/null", "",
     "/bin/sh -c 'x \"${VIGIE_M0}\" \"${VIGIE_M0}\" > /dev/null'", "VIGIE_M0=$HOSTSTATE$", true},
    {"x -p $USER5$ > /dev/null", "", "/bin/sh -c 'x -p **** > /dev/null'", "", true},
};

static void env_word(const struct model *m, const struct model_line *l, struct buf *out)
{
    struct str rest;
    struct macro_part p;

    if (!l->env.n)
        return;
    rest = model_str(m, model_item(m, l->env, 0));
    while (macro_next(&rest, &p) > 0)
        if (p.kind == MACRO_PART_MACRO)
            buf_printf(out, "$%s$", macro_info(p.id)->name);
        else
            buf_add_str(out, p.text);
}

static void test_lines(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct buf text = BUF_INIT, shown = BUF_INIT, env = BUF_INIT;
        const struct model *m;
        struct whole w;
        uint32_t line;

        buf_printf(&text,
                   "define command {\n command_name c\n command_line %s\n}\n"
                   "define host {\n host_name b\n use th\n address 192.0.2.1\n _RACK r1\n _PASSWORD geheim\n "
                   "notes_url http://x/$HOSTNAME$?a=1\n action_url http://x/\n _MORE of $HOSTNAME$\n}\n"
                   "define service {\n use ts\n host_name b\n service_description s\n check_command c%s\n "
                   "_KIND k\n}\n",
                   lines[i].line, lines[i].use);
        whole_open(&w, "", text.data, "$USER1$=/usr/lib/plugins\n$USER5$=hush\n$USER6$=u p\n");
        m = &w.f.m;
        line = model_check(m, model_find_service(m, STR("b"), STR("s")))->check_line;
        macro_show_line(m, line, &shown);
        env_word(m, model_line(m, line), &env);
        if (strcmp(shown.data, lines[i].shown) != 0 || strcmp(env.data, lines[i].env) != 0 ||
            model_line(m, line)->shell != lines[i].shell)
            fail_msg("line %zu: '%s' becomes [%s], env [%s], shell %u", i, lines[i].line, shown.data,
                     env.data, model_line(m, line)->shell);
        whole_close(&w);
        buf_release(&text);
        buf_release(&shown);
        buf_release(&env);
    }
}

/* No byte of a secret is in the public segment; the slots give them back. */
static void test_secrets_stay_apart(void **state UNUSED)
{
    struct whole w;
    const struct model *m = &w.f.m;
    struct buf word = BUF_INIT;
    const struct model_line *l;

    whole_open(
        &w, "cfg_file=o.cfg\nresource_file=r.cfg\nvigie_smtp_password=mailword\n",
        "define command {\n command_name c\n command_line /bin/x -p \"$USER5$\" $_HOSTSNMP_COMMUNITY$\n}\n"
        "define host {\n host_name b\n use th\n _SNMP_COMMUNITY privatecomm\n check_command c\n}\n"
        "define contact {\n contact_name hook\n vigie_webhook https://x/token123\n}\n",
        "$USER5$=hushhush two\n");
    for (size_t i = 0; i < 4; i++) {
        static const char *const secret[] = {"hushhush", "privatecomm", "token123", "mailword"};

        assert_false(str_contains(buf_str(&w.f.public), str_of(secret[i])));
        assert_true(str_contains(buf_str(&w.f.secret), str_of(secret[i])));
    }
    l = model_line(m, model_check(m, 0)->check_line);
    assert_int_equal(l->words.n, 4);
    assert_int_equal(secret_fill(&w.f.s, model_str(m, model_item(m, l->words, 2)), &word), 0);
    assert_string_equal(word.data, "hushhush two");
    buf_clear(&word);
    assert_int_equal(secret_fill(&w.f.s,
                                 model_str(m, model_contact(m, model_find_contact(m, STR("hook")))->webhook),
                                 &word),
                     0);
    assert_string_equal(word.data, "https://x/token123");
    whole_close(&w);
    buf_release(&word);
}

/* A notification: the contact is known, host and service are not. */
static void test_contact_lines(void **state UNUSED)
{
    struct whole w;
    const struct model *m = &w.f.m;
    const struct model_contact *k;
    struct buf shown = BUF_INIT;

    whole_open(&w, "",
               "define command {\n command_name n\n command_line /bin/x $CONTACTEMAIL$ $HOSTADDRESS$ "
               "$_HOSTRACK$ $ARG1$ $NOTIFICATIONTYPE$ $HOSTALIAS:h$\n}\n"
               "define contact {\n contact_name eve\n email eve@example.org\n host_notification_commands "
               "n!x,ok\n service_notification_commands n\n}\n",
               "");
    k = model_contact(m, model_find_contact(m, STR("eve")));
    assert_int_equal(k->host_lines.n, 2);
    macro_show_line(m, model_item(m, k->host_lines, 0), &shown);
    assert_string_equal(shown.data,
                        "/bin/x eve@example.org $HOSTADDRESS$ $_HOSTRACK$ x $NOTIFICATIONTYPE$ h");
    assert_string_equal(model_c(m, model_line(m, model_item(m, k->host_lines, 0))->text), "n!x");
    whole_close(&w);
    buf_release(&shown);
}

static void test_distrusted_file(void **state UNUSED)
{
    struct fake f = {
        .objects = STR(
            BASE "define command {\n command_name c\n command_line /bin/x | /bin/y\n}\n"
                 "define service {\n use ts\n host_name h\n service_description s\n check_command c\n}\n"),
        .resource = STR(""),
        .distrust = "can be written by others"};
    struct buf shown = BUF_INIT;
    struct conf *c = fake_load(&f);
    struct fake_model m;

    assert_true(fake_open(c, &m));
    /* What runs instead says why. */
    macro_show_line(&m.m, model_check(&m.m, 1)->check_line, &shown);
    assert_non_null(strstr(shown.data, "exit 3"));
    assert_non_null(strstr(shown.data, "can be written by others"));
    assert_null(strstr(shown.data, "/bin/x"));
    buf_release(&shown);
    assert_int_equal(conf_n_diags(c), 1);
    assert_non_null(strstr(conf_diag_at(c, 0)->text, "can be written by others"));
    fake_close(&m);
    conf_free(c);
    f.distrust = NULL;
    f.main = STR("cfg_file=o.cfg\nvigie_shell=off\n");
    c = fake_load(&f);
    assert_false(conf_ok(c));
    assert_non_null(strstr(conf_diag_at(c, 0)->text, "vigie_shell is off"));
    conf_free(c);
}

/* What multiplies has an end: each limit is said, and nothing after it is made. */
static void test_limits(void **state UNUSED)
{
    static const char *const said[] = {"more than 2048 custom variables", "longer than 128 KiB"};
    struct buf text[2] = {BUF_INIT, BUF_INIT};

    buf_add_c(&text[0], BASE "define host {\n host_name g\n use th\n");
    for (int i = 0; i < 2100; i++)
        buf_printf(&text[0], " _V%d x\n", i);
    buf_add_c(&text[0], "}\n");
    buf_add_c(&text[1], BASE "define command {\n command_name m\n command_line ");
    for (int i = 0; i < 200; i++)
        buf_add_c(&text[1], "$ARG1$");
    buf_add_c(&text[1],
              "\n}\ndefine service {\n use ts\n host_name h\n service_description s\n check_command m!");
    for (int i = 0; i < 1000; i++)
        buf_add_c(&text[1], "$ARG2$");
    buf_add_c(&text[1], "!0123456789\n}\n");
    for (size_t i = 0; i < ARRAY_LEN(said); i++) {
        struct fake f = {.objects = buf_str(&text[i]), .resource = STR("")};
        struct conf *c = fake_load(&f);

        assert_false(conf_ok(c));
        assert_int_equal(conf_count(c).errors, 1);
        for (size_t k = 0; k < conf_n_diags(c); k++)
            if (conf_diag_at(c, k)->severity == CONF_ERROR)
                assert_non_null(strstr(conf_diag_at(c, k)->text, said[i]));
        conf_free(c);
        buf_release(&text[i]);
    }
}

/* Options of Vigie reach the roles in one message. */
static void test_too_many_options(void **state UNUSED)
{
    static const struct {
        unsigned lines, bytes, wrong; /* wrong: the line of which it is said; 0: all fit */
    } rows[] = {{1000, 60, 0}, {1001, 60, 1001}, {3, 60000, 3}};

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf text = BUF_INIT;
        struct fake f = {.objects = STR(BASE), .resource = STR("")};
        struct conf *c;
        unsigned times = 0;

        for (unsigned k = 0; k < rows[i].lines; k++)
            buf_printf(&text, "vigie_command_privileged=%0*u\n", (int)rows[i].bytes, k);
        f.main = buf_str(&text);
        c = fake_load(&f);
        for (size_t k = 0; k < conf_n_diags(c); k++) {
            const struct conf_diag *d = conf_diag_at(c, k);

            if (strstr(d->text, "one line too many")) {
                assert_int_equal(d->severity, CONF_ERROR);
                assert_int_equal(d->line, rows[i].wrong);
                times++;
            }
        }
        assert_int_equal(times, rows[i].wrong != 0);
        conf_free(c);
        buf_release(&text);
    }
}

/* Nagios goes on as another user, and so does Vigie, which says so with the place. */
static void test_a_user_that_is_not_there(void **state UNUSED)
{
    struct fake f = {.main = STR("cfg_file=o.cfg\nnagios_user=nosuchuser\n"), .objects = STR(BASE)};
    const struct conf_diag *d = NULL;
    struct conf *c = fake_load(&f);

    assert_true(conf_ok(c));
    for (size_t i = 0; i < conf_n_diags(c) && !d; i++)
        if (strstr(conf_diag_at(c, i)->text, "there is no user 'nosuchuser'"))
            d = conf_diag_at(c, i);
    assert_non_null(d);
    assert_int_equal(d->severity, CONF_WARNING);
    assert_int_equal(d->line, 2);
    assert_int_equal(d->column, 1);
    conf_free(c);
    f.main = STR("cfg_file=o.cfg\nnagios_user=nagios\n");
    c = fake_load(&f);
    for (size_t i = 0; i < conf_n_diags(c); i++)
        assert_null(strstr(conf_diag_at(c, i)->text, "there is no user"));
    conf_free(c);
}

/* The same input gives the same bytes, so a snapshot is named by its content. */
static void test_same_input_same_hash(void **state UNUSED)
{
    struct whole a, b;

    whole_open(&a, "", "", "");
    whole_open(&b, "", "", "");
    assert_string_equal(a.f.m.hash, b.f.m.hash);
    whole_close(&b);
    whole_open(&b, "", "define host {\n host_name g\n use th\n}\n", "");
    assert_string_not_equal(a.f.m.hash, b.f.m.hash);
    whole_close(&a);
    whole_close(&b);
}

static void test_damaged_snapshot(void **state UNUSED)
{
    struct whole w;
    struct model m;
    struct err err = ERR_INIT;
    unsigned opened = 0;

    whole_open(&w, "", "", "");
    assert_int_equal(model_open(&m, w.f.public.data, sizeof(struct model_header) - 1, NULL), E_FORMAT);
    for (size_t i = 0; i < sizeof(struct model_header);
         i++) { /* any header byte: refused, or a table was made smaller; never out of bounds */
        char *copy = mem_alloc(w.f.public.len);

        memcpy(copy, w.f.public.data, w.f.public.len);
        copy[i] ^= 0x55;
        opened += model_open(&m, copy, w.f.public.len, NULL) == 0;
        assert_false(model_intact(copy, w.f.public.len) && i < 48);
        mem_free(copy);
    }
    assert_true(opened < sizeof(struct model_header));
    w.f.public.data[w.f.public.len - 1] ^= 1;
    assert_false(model_intact(w.f.public.data, w.f.public.len));
    w.f.public.data[8]++;
    assert_int_equal(model_open(&m, w.f.public.data, w.f.public.len, &err), E_FORMAT);
    assert_non_null(strstr(err.text, "version"));
    whole_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base_has_its_lines),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_wrong_main),
        cmocka_unit_test(test_names_and_order),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_secrets_stay_apart),
        cmocka_unit_test(test_contact_lines),
        cmocka_unit_test(test_distrusted_file),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_too_many_options),
        cmocka_unit_test(test_a_user_that_is_not_there),
        cmocka_unit_test(test_same_input_same_hash),
        cmocka_unit_test(test_damaged_snapshot),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
