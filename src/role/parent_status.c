/* SPDX-License-Identifier: Apache-2.0 */
/* What each running role really is (from /proc, not from what we wished), for gate, the log and the UI. */
#include "role/parent_int.h"

#include "base/log.h"
#include "build_id.h"
#include "os/clock.h"

#include <string.h>
#include <unistd.h>

static const char *state_word(const struct child *c)
{
    switch (c->state) {
    case CHILD_DOWN: return "down";
    case CHILD_STARTING: return "starting";
    case CHILD_READY: return "ready";
    case CHILD_STOPPING: return "stopping";
    case CHILD_ENDED: return "ended";
    }
    BUG("child state");
}

static void add_role(struct json *j, const struct child *c)
{
    struct rights_level lv = {0};
    bool known = rights_level_read(c->proc.pid ? c->proc.pid : getpid(), &lv);

    json_map(j);
    json_key_c(j, "role", role_name(c->id));
    json_key_u64(j, "instance", c->instance);
    json_key_c(j, "state", state_word(c));
    json_key_u64(j, "restarts", c->restarts);
    if (known) {
        json_key_i64(j, "pid", lv.pid);
        json_key_u64(j, "uid", lv.uid);
        json_key_bool(j, "seccomp", lv.seccomp == 2);
        json_key_bool(j, "no_new_privs", lv.no_new_privs);
        json_key_u64(j, "landlock", c->landlock);
        json_key_id(j, "capabilities", lv.caps);
        json_key_u64(j, "rss_kb", lv.rss_kb);
    }
    json_map_end(j);
}

/* Where the page is, and with what certificate. */
static void add_page(struct json *j, const struct parent *p)
{
    if (!p->http_at[0])
        return;
    json_key(j, "page");
    json_map(j);
    json_key_c(j, "address", p->http_at);
    json_key_bool(j, "tls", p->http_tls);
    if (p->page_print[0]) {
        json_key_c(j, "certificate_sha256", p->page_print);
        json_key_i64(j, "certificate_until_s", p->page_until);
        json_key_bool(j, "certificate_own", p->page_own);
    }
    json_map_end(j);
}

void parent_status_send(struct parent *p)
{
    struct child *gate = parent_find(p, ROLE_GATE, 0);
    struct buf text = BUF_INIT, b = BUF_INIT;
    struct json j;

    if (!gate || !parent_child_lives(gate))
        return;
    json_init(&j, &text);
    json_map(&j);
    json_key_c(&j, "version", BUILD_VERSION);
    json_key_c(&j, "build", BUILD_REVISION);
    json_key_c(&j, "main_file", p->main_file);
    json_key_c(&j, "state_dir", p->state_dir);
    json_key_bool(&j, "one_process", p->options.one_process);
    json_key_c(&j, "rights_warning", p->uids.warning);
    json_key_str(&j, "log_stays", buf_str(&p->log_stays));
    add_page(&j, p);
    parent_said_status(p, &j);
    json_key(&j, "roles");
    json_list(&j);
    for (size_t i = 0; i < p->n_children; i++)
        add_role(&j, &p->child[i]);
    json_list_end(&j);
    json_map_end(&j);
    msg_must(msg_put_status(&b, &(struct msg_status){.json = buf_str(&text)}));
    link_send(gate->control, &b, NULL, 0);
    buf_release(&text);
    buf_release(&b);
}

void parent_status_levels(struct parent *p)
{
    unsigned confined = 0, processes = 0;

    if (p->options.one_process)
        return; /* there are no others, which was said */
    if (p->uids.warning[0])
        log_warn("%s", p->uids.warning);
    for (size_t i = 0; i < p->n_children; i++) {
        struct rights_level lv;

        if (!p->child[i].proc.pid || !rights_level_read(p->child[i].proc.pid, &lv))
            continue;
        processes++;
        confined += lv.seccomp == 2 && lv.no_new_privs;
    }
    log_notice("%u of %u role processes are confined by seccomp and no_new_privs", confined, processes);
}
