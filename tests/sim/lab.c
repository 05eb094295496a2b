/* SPDX-License-Identifier: Apache-2.0 */
#include "lab.h"

#include "core/conf.h"
#include "core/world_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const lab_main =
    "cfg_file=/o.cfg\ninterval_length=1\nlog_file=/l\ncheck_external_commands=1\nlog_passive_checks=0\n"
    "log_external_commands=0\nlog_service_retries=1\nlog_host_retries=1\nlog_initial_states=0\nlog_current_"
    "states=0\ncached_host_check_horizon=0\n"
    "service_check_timeout=5\nhost_check_timeout=5\ndate_format=iso8601\nenable_flap_detection=0\n"
    "max_host_check_spread=1\nmax_service_check_spread=1\nuse_retained_scheduling_info=0\nillegal_macro_"
    "output_chars=`~$&|'\"<>\n";

const char *const lab_objects =
    "define timeperiod {\n timeperiod_name 24x7\n alias a\n sunday 00:00-24:00\n monday 00:00-24:00\n "
    "tuesday 00:00-24:00\n"
    " wednesday 00:00-24:00\n thursday 00:00-24:00\n friday 00:00-24:00\n saturday 00:00-24:00\n}\n"
    "define command {\n command_name plug\n command_line /bin/plug $ARG1$\n}\n"
    "define command {\n command_name n-host\n command_line /bin/n $CONTACTNAME$ $NOTIFICATIONTYPE$ "
    "$HOSTNAME$ $HOSTSTATE$ "
    "$HOSTSTATETYPE$ n=$NOTIFICATIONNUMBER$ $HOSTOUTPUT$\n}\n"
    "define command {\n command_name n-svc\n command_line /bin/n $CONTACTNAME$ $NOTIFICATIONTYPE$ "
    "$HOSTNAME$/$SERVICEDESC$ "
    "$SERVICESTATE$ $SERVICESTATETYPE$ n=$NOTIFICATIONNUMBER$ $SERVICEOUTPUT$\n}\n"
    "define contact {\n contact_name alice\n host_notifications_enabled 1\n service_notifications_enabled 1\n"
    " host_notification_period 24x7\n service_notification_period 24x7\n host_notification_options "
    "d,u,r,f,s\n"
    " service_notification_options w,u,c,r,f,s\n host_notification_commands n-host\n "
    "service_notification_commands n-svc\n}\n"
    "define host {\n name ht\n register 0\n check_command plug!h\n check_interval 0\n retry_interval 1\n "
    "max_check_attempts 3\n"
    " check_period 24x7\n notification_interval 0\n notification_period 24x7\n notification_options "
    "d,u,r,f,s\n contacts alice\n"
    " flap_detection_enabled 0\n retain_status_information 1\n retain_nonstatus_information 1\n}\n"
    "define service {\n name st\n register 0\n check_command plug!s\n check_interval 10\n retry_interval 2\n "
    "max_check_attempts 3\n"
    " check_period 24x7\n active_checks_enabled 0\n notification_interval 0\n notification_period 24x7\n"
    " notification_options w,u,c,r,f,s\n contacts alice\n flap_detection_enabled 0\n "
    "retain_status_information 1\n"
    " retain_nonstatus_information 1\n}\n";

/* ---- configuration ---- */

static int read_file(void *ctx, const char *path, struct buf *out, char distrust[128], struct err *err)
{
    const struct lab_site *t = ctx;

    distrust[0] = '\0';
    if (strcmp(path, "/main.cfg") == 0)
        buf_add_c(out, t->main_text);
    else if (strcmp(path, "/o.cfg") == 0)
        buf_printf(out, "%s%s", t->bare ? "" : lab_objects, t->objects);
    else if (strcmp(path, "/r.cfg") == 0)
        buf_add_c(out, t->resource);
    else
        return err_set(err, E_NOENT, "no such file");
    return 0;
}

static void compile(const struct lab_site *site, struct buf *snapshot, struct buf *secret)
{
    struct lab_site t = *site;
    struct conf_io io = {.ctx = &t, .read_file = read_file};
    struct conf_request rq = {.main_path = "/main.cfg"};
    struct conf *c = conf_load(&io, &rq);

    if (!conf_ok(c)) {
        struct buf text = BUF_INIT;

        for (size_t i = 0; i < conf_n_diags(c); i++) {
            buf_clear(&text);
            conf_diag_text(c, conf_diag_at(c, i), &text);
            fprintf(stderr, "%s\n", text.data);
        }
        abort();
    }
    conf_build(c, snapshot, secret);
    conf_free(c);
}

uint64_t lab_random(struct lab *lab)
{
    uint64_t z = lab->seed += 0x9e3779b97f4a7c15u; /* splitmix64 */

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

void lab_open_site(struct lab *lab, const struct lab_site *site, int64_t start_s, uint64_t seed,
                   lab_plugin_f *plugin, unsigned mutation)
{
    struct buf snapshot = BUF_INIT, secret = BUF_INIT;

    *lab = (struct lab){.on_run = lab->on_run,
                        .on_effect = lab->on_effect,
                        .watch = lab->watch,
                        .part = lab->part,
                        .tell_part = lab->tell_part,
                        .seed = seed,
                        .plugin = plugin,
                        .mutation = mutation};
    compile(site, &snapshot, &secret);
    lab_begin(lab, &snapshot, &secret, start_s);
}

void lab_open(struct lab *lab, const char *main_text, const char *objects, int64_t start_s, uint64_t seed,
              lab_plugin_f *plugin, unsigned mutation)
{
    struct lab_site site = {.main_text = main_text, .objects = objects};

    lab_open_site(lab, &site, start_s, seed, plugin, mutation);
}

void lab_reload_site(struct lab *lab, const struct lab_site *site)
{
    struct buf snapshot = BUF_INIT, secret = BUF_INIT;

    compile(site, &snapshot, &secret);
    lab_take(lab, &snapshot, &secret);
}

void lab_reload(struct lab *lab, const char *main_text, const char *objects)
{
    struct lab_site site = {.main_text = main_text, .objects = objects};

    lab_reload_site(lab, &site);
}

uint32_t lab_check(const struct lab *lab, const char *host, const char *service)
{
    uint32_t i = service ? model_find_service(lab->model, str_of(host), str_of(service))
                         : model_find_host(lab->model, str_of(host));

    if (i == MODEL_NONE) {
        fprintf(stderr, "no %s %s\n", host, service ? service : "");
        abort();
    }
    return i;
}

const struct state *lab_state(const struct lab *lab, const char *host, const char *service)
{
    return world_state(lab->w, lab_check(lab, host, service));
}

unsigned lab_count(const struct buf *b, const char *text)
{
    unsigned n = 0;

    for (const char *p = b->data; (p = strstr(p, text)) != NULL; p++)
        n++;
    return n;
}

size_t lab_comments(const struct lab *lab)
{
    return lab->w->comments.n - lab->w->gone_comments;
}

size_t lab_downtimes(const struct lab *lab)
{
    return lab->w->downtimes.n - lab->w->gone_downtimes;
}
