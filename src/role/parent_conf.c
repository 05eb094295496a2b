/* SPDX-License-Identifier: Apache-2.0 */
/* Running the configuration compiler, and putting its snapshot in force. */
#include "role/parent_int.h"
#include "role/parent_log.h"
#include "role/parent_results.h"
#include "role/parent_tls.h"

#include "base/log.h"
#include "base/vec.h"
#include "os/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The options of START for conf: where to read, and what wins over it. */
static void send_conf_start(struct parent *p)
{
    struct buf b = BUF_INIT, main_file = BUF_INIT, zone = BUF_INIT;
    const char *tz = getenv(
        "TZ"); /* roles get TZ=UTC0: the caller's own zone is the configuration's unless it names one */
    VEC(struct str) words = {0};
    struct msg_start m = {.role = ROLE_CONF, .one_process = p->options.one_process};

    buf_printf(&main_file, "main_file=%s", p->main_file);
    *VEC_ADD(&words) = buf_str(&main_file);
    if (tz) {
        buf_printf(&zone, "tz=%s", tz);
        *VEC_ADD(&words) = buf_str(&zone);
    }
    for (size_t i = 0; i < p->options.n_set; i++)
        *VEC_ADD(&words) = str_of(p->options.set[i]);
    m.options = (struct msg_strv){words.at, words.n};
    msg_must(msg_put_start(&b, &m));
    link_send(p->conf.control, &b, NULL, 0);
    VEC_RELEASE(&words);
    buf_release(&main_file);
    buf_release(&zone);
    buf_release(&b);
}

int parent_conf_start(struct parent *p, struct err *err)
{
    int r;

    if (p->conf.state != CHILD_DOWN) {
        p->reload_wanted = true;
        return 0;
    }
    p->conf.parent = p;
    p->conf.id = ROLE_CONF;
    parent_said_begin(p);
    r = parent_spawn(p, &p->conf, err);
    if (r < 0)
        return r;
    send_conf_start(p);
    parent_go(&p->conf);
    return 0;
}

/* Maps a candidate and checks it: a child, even our own, is not believed. */
static int map_candidate(struct role_snapshot *s, int public_fd, int secret_fd, struct model *model,
                         struct err *err)
{
    int r = mem_check_sealed(public_fd, err);

    if (r == 0)
        r = mem_check_sealed(secret_fd, err);
    if (r == 0)
        r = mem_map_ro(public_fd, &s->base, &s->len, err);
    if (r < 0)
        return r;
    s->public_fd = public_fd;
    s->secret_fd = secret_fd;
    s->secret_len =
        (size_t)lseek(secret_fd, 0, SEEK_END); /* not mapped here: the parent has no use for secrets */
    r = model_open(model, s->base, s->len, err);
    if (r == 0 && !model_intact(s->base, s->len))
        r = err_set(err, E_FORMAT, "the snapshot does not match its hash");
    if (r < 0)
        mem_unmap(s->base, s->len);
    return r;
}

static void release_snapshot(struct role_snapshot *s)
{
    if (!s->base)
        return;
    mem_unmap(s->base, s->len);
    close(s->public_fd);
    close(s->secret_fd);
}

static void tell_all(struct parent *p, bool secret)
{
    for (size_t i = 0; i < p->n_children; i++)
        if (p->child[i].control && parent_plan_of(p->child[i].id)->secret == secret)
            parent_tell_snapshot(p, &p->child[i]);
}

static void say_needs_start(struct parent *p, const char *name, const char *was)
{
    char text[600];

    snprintf(text, sizeof(text), "%s was changed, which counts from the next start on; until then: %.400s",
             name, was[0] ? was : "(none)");
    log_warn("%s", text);
    parent_said_take(p, &(struct msg_conf_diag){.level = LOG_WARN,
                                                .text = str_of(text),
                                                .said = str_of(text),
                                                .errors = p->reading.error.count,
                                                .warnings = p->reading.warning.count + 1});
}

static const char *option_in(const struct model *m, const char *name)
{
    const char *found = "";

    for (uint32_t i = 0; i < m->n_option; i++)
        if (strcmp(model_c(m, model_option(m, i)->name), name) == 0)
            found = model_c(m, model_option(m, i)->value);
    return found;
}

/* What is opened or handed out once, at the start. */
static void compare_start_only(struct parent *p, const struct model *next)
{
    static const char *const names[] = {"vigie_state_dir",
                                        "vigie_site",
                                        "vigie_http_listen",
                                        "vigie_livestatus_socket",
                                        "vigie_journal_days",
                                        "vigie_journal_size",
                                        "vigie_livestatus_tls",
                                        "vigie_livestatus_tls_ca",
                                        "vigie_livestatus_tls_crl",
                                        "vigie_livestatus_tcp",
                                        "vigie_tls_ca",
                                        "vigie_tls_crl",
                                        "vigie_tls_min",
                                        "vigie_http_host",
                                        "vigie_max_concurrent_notifications",
                                        "vigie_max_concurrent_handlers"};
    const char *was = p->pipe_fd >= 0 ? p->pipe_at : model_c(&p->model, p->model.globals->command_file);

    if (strcmp(was, model_c(next, next->globals->command_file)) != 0)
        say_needs_start(p, "command_file", was);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(option_in(&p->model, names[i]), option_in(next, names[i])) != 0)
            say_needs_start(p, names[i], option_in(&p->model, names[i]));
    if (parent_tls_page_changes(p, next))
        say_needs_start(p, "whether the page has TLS", p->http_tls ? "it has" : "it has none");
}

/* The snapshot in force changes here and nowhere else. The old one is unmapped when every role was told. */
static void adopt(struct parent *p, const struct role_snapshot *s, const struct model *model)
{
    struct role_snapshot old = p->snap;

    if (p->phase == PHASE_RUN)
        compare_start_only(p, model);
    p->snap = *s;
    p->model = *model;
    p->snap.generation = ++p->generation;
    snprintf(p->snap.hash, sizeof(p->snap.hash), "%s", model->hash);
    tell_all(p, true); /* a command made from it may be on its way to them before long */
    tell_all(p, false);
    release_snapshot(&old);
    if (p->phase != PHASE_RUN)
        return;
    parent_more_children(p);
    parent_log_reload(p);
    parent_tls_renew(p);
    parent_tell_export(p);
    parent_results_begin(p);
}

/* An empty file is more often half written than meant: it would end all checks with their downtimes and comments. */
static bool leaves_nothing(struct parent *p, const struct model *next)
{
    char text[200];

    if (p->phase != PHASE_RUN || !p->model.n_hosts || next->n_hosts)
        return false;
    snprintf(text, sizeof(text),
             "it has no host, and the one in force has %u; if that is meant, stop Vigie and start it with it",
             p->model.n_hosts);
    log_error("%s", text);
    parent_said_error(p, text);
    return true;
}

static void take_snapshot(struct parent *p, int *fds, size_t n_fds)
{
    struct role_snapshot s = {.public_fd = -1, .secret_fd = -1};
    struct model model;
    struct err err = ERR_INIT;

    if (n_fds != 2) {
        log_error("conf sent a snapshot without its two segments");
        return;
    }
    if (map_candidate(&s, fds[0], fds[1], &model, &err) < 0) {
        log_error("the compiled configuration is refused: %s", err.text);
        parent_said_error(p, err.text);
        return;
    }
    fds[0] = fds[1] = -1; /* ours now */
    if (leaves_nothing(p, &model)) {
        release_snapshot(&s);
        return;
    }
    p->conf_accepted = true;
    adopt(p, &s, &model);
}

/* One line of what conf found: shown as it is, for it says itself whether it is an error or a warning. */
static void show_diag(struct parent *p, const struct msg_conf_diag *d)
{
    log_notice(STR_FMT, STR_ARG(d->text));
    parent_said_take(p, d);
}

bool parent_conf_message(struct parent *p, const struct msg *m, int *fds, size_t n_fds)
{
    switch (m->type) {
    case MSG_CONF_DIAG: show_diag(p, &m->u.conf_diag); return true;
    case MSG_SNAPSHOT: take_snapshot(p, fds, n_fds); return true;
    default: return false;
    }
}

static void answer(struct parent *p, uint64_t id, bool accepted, struct str text)
{
    struct child *gate = parent_find(p, ROLE_GATE, 0);
    struct buf b = BUF_INIT;

    if (!gate || !parent_child_lives(gate))
        return;
    msg_must(msg_put_reload_done(&b, &(struct msg_reload_done){.id = id, .ok = accepted, .text = text}));
    link_send(gate->control, &b, NULL, 0);
    buf_release(&b);
}

/* The gate, where it asked for the reload, hears how it went: nothing, or what a person can mend. */
static void answer_reload(struct parent *p, bool accepted)
{
    struct buf text = BUF_INIT;
    size_t said = 0;

    if (!accepted) {
        buf_add_c(&text, "it has errors");
        buf_add_str(&text, buf_str(&p->reading.lines));
        for (size_t i = 0; i < p->reading.lines.len; i++)
            said += p->reading.lines.data[i] == '\n';
        if (p->reading.error.count > said)
            buf_printf(&text, "\nand %llu more", (unsigned long long)(p->reading.error.count - said));
    }
    for (size_t i = 0; i < p->asked.n; i++)
        answer(p, p->asked.at[i], accepted, buf_str(&text));
    VEC_CLEAR(&p->asked);
    buf_release(&text);
}

/* A reload is over: the log, the pages and who asked are told. */
static void reloaded(struct parent *p, bool accepted)
{
    if (accepted)
        log_notice("the configuration was read again: %u host%s, %u service%s", p->model.n_hosts,
                   p->model.n_hosts == 1 ? "" : "s", p->model.n_services,
                   p->model.n_services == 1 ? "" : "s");
    else
        log_error("the new configuration was refused; the old one stays in force");
    parent_notify_systemd("READY=1");
    parent_said_end(p, accepted);
    parent_status_send(p);
    answer_reload(p, accepted);
}

void parent_conf_ended(struct parent *p)
{
    bool accepted = p->conf_accepted;

    p->conf_accepted = false;
    if (p->phase == PHASE_CONF) {
        parent_said_end(p, accepted);
        if (accepted)
            parent_start_roles(p);
        else
            parent_give_up(p, "the configuration was refused; 'vigie check' shows every error");
        return;
    }
    reloaded(p, accepted);
    if (!p->reload_wanted)
        return;
    p->reload_wanted = false;
    for (size_t i = 0; i < p->asked_next.n; i++)
        *VEC_ADD(&p->asked) = p->asked_next.at[i];
    VEC_CLEAR(&p->asked_next);
    parent_reload(p, 0);
}

void parent_reload(struct parent *p, uint64_t id)
{
    struct err err = ERR_INIT;
    bool runs = p->conf.state != CHILD_DOWN;

    /* However many ask while one is under way, one more does for all; who would make the list too long need not wait for it. */
    if (id && runs && p->asked_next.n >= PARENT_ASKED_MOST)
        answer(p, id, false, STR("many wait for a reload already, and it reads what is there now"));
    else if (id && runs)
        *VEC_ADD(&p->asked_next) = id;
    else if (id)
        *VEC_ADD(&p->asked) = id;
    parent_notify_systemd("RELOADING=1");
    if (parent_conf_start(p, &err) < 0) {
        log_error("the configuration cannot be read: %s", err.text);
        parent_said_error(p, err.text);
        reloaded(p, false);
    }
}
