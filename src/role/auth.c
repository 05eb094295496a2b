/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auth: the only process that sees passwords, and the only one that may read and write STATE/auth. It answers the gate's questions one
 * by one; how many may wait is the gate's affair. A change is on disk before it is answered. Files, replaced whole, mode 0600,
 * their form is told in role/auth_store.h: `users` (users and API tokens), `sessions`.
 *
 * A `users` file that cannot be read is no reason to begin anew: nobody gets in, no set-up link is made, and the log says why.
 */
#include "role/auth_filter.h"
#include "role/auth_store.h"

#include "api/api.h"
#include "base/limits.h"
#include "base/log.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/loop.h"
#include "os/rand.h"
#include "role/auth_op.h"
#include "role/role.h"
#include "wire/json_read.h"
#include "wire/link.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define AUTH_FILE_MAX                                                                                        \
    (16u * 1024 * 1024) /* all the users, groups and tokens there may be, with the longest scopes */
#define FILTERS_FILE_MAX (16u * 1024 * 1024)
#define AUTH_SAVE_US     (60 * TIME_S) /* when sessions were last used is not worth a write each time */

struct auth {
    struct auth_store store;
    struct auth_filters filters;
    int dir;
    bool filters_wrong; /* the file of filters is damaged */
    bool none;          /* there is no file of users */
    char wrong
        [40]; /* where the users' file is damaged, or its name if it cannot be read; empty: it is whole */
    struct loop_timer save;
    struct buf out, list; /* list: the answer to a question for many, as JSON */
    struct buf grants;    /* of who was asked for */
};

static struct auth_now now(void)
{
    return (struct auth_now){clock_wall(), clock_mono()};
}

/* ---- files ---- */

/* 0; 1: there is none; E_*. */
static int load_file(struct auth *a, const char *name,
                     int (*load)(struct auth_store *s, struct str text, struct err *err), struct err *err)
{
    struct buf text = BUF_INIT;
    int rc = file_read_at(a->dir, name, AUTH_FILE_MAX, &text, err);

    if (rc == E_NOENT) {
        err_clear(err);
        rc = 1;
    } else if (rc >= 0) {
        rc = load(&a->store, buf_str(&text), err);
    }
    mem_wipe(text.data, text.len);
    buf_release(&text);
    return rc;
}

static void tell_gate(struct role *r)
{
    struct auth *a = r->self;
    struct peer *gate = role_peer(r, ROLE_GATE, 0);

    if (!gate)
        return;
    msg_must(msg_put_users(&a->out, &(struct msg_users){.wrong = str_of(a->wrong)}));
    role_send(gate, &a->out, -1);
    buf_clear(&a->out);
}

static void load_users(struct role *r)
{
    struct auth *a = r->self;
    struct err err = ERR_INIT;
    int rc;

    auth_store_forget_users(&a->store); /* no file: no users */
    rc = load_file(a, "users", auth_store_load_users, &err);
    a->none = rc == 1;
    a->wrong[0] = '\0';
    if (rc == E_FORMAT)
        snprintf(a->wrong, sizeof(a->wrong), "auth/users:%u", a->store.wrong_line);
    else if (rc < 0)
        snprintf(a->wrong, sizeof(a->wrong), "auth/users");
    if (rc < 0)
        log_error("%s/%s: %s. Nobody can sign in until a copy of the file is put back, or it is removed, and "
                  "Vigie is restarted",
                  r->state_dir, a->wrong, err.text);
    tell_gate(r);
}

static int save_file(struct auth *a, const char *name,
                     void (*dump)(const struct auth_store *s, struct buf *out))
{
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;
    int rc;

    dump(&a->store, &text);
    rc = file_replace_at(a->dir, name, text.data, text.len, 0600, &err);
    if (rc < 0)
        log_error("the file auth/%s cannot be written: %s", name, err.text);
    mem_wipe(text.data, text.len);
    buf_release(&text);
    return rc;
}

/* What cannot be written now is tried again. */
static int save_sessions(struct auth *a)
{
    int rc = save_file(a, "sessions", auth_store_dump_sessions);

    a->store.sessions_ended = false;
    a->store.sessions_changed = rc < 0;
    return rc;
}

static int save_users(struct auth *a)
{
    a->store.users_changed = a->store.users_seen = false;
    return save_file(a, "users", auth_store_dump_users);
}

static void save_late(void *user)
{
    struct role *r = user;
    struct auth *a = r->self;

    auth_store_expire(&a->store, now());
    if (a->store.users_seen)
        save_users(a);
    if (a->store.sessions_changed)
        save_sessions(a);
    loop_timer_set(r->loop, &a->save, (struct mono){loop_now(r->loop).us + AUTH_SAVE_US}, save_late, r);
}

/* A file that cannot be read stays as it is: nothing is saved over it. */
static void load_filters(struct role *r)
{
    struct auth *a = r->self;
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;
    int rc = file_read_at(a->dir, "filters", FILTERS_FILE_MAX, &text, &err);

    auth_filters_release(&a->filters);
    a->filters.changed = a->filters_wrong = false;
    if (rc >= 0)
        rc = auth_filters_load(&a->filters, buf_str(&text), &err);
    if (rc < 0 && rc != E_NOENT) {
        a->filters_wrong = true;
        log_error("%s/auth/filters: %s. There are no saved filters until a copy of the file is put back, or "
                  "it is removed, "
                  "and Vigie is restarted",
                  r->state_dir, err.text);
    }
    buf_release(&text);
}

/* On disk before it is answered, or taken back by reading the file again. */
static void keep_filters(struct role *r, struct auth_result *out)
{
    struct auth *a = r->self;
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;

    if (!a->filters.changed)
        return;
    a->filters.changed = false;
    auth_filters_dump(&a->filters, &text);
    if (a->filters_wrong || file_replace_at(a->dir, "filters", text.data, text.len, 0600, &err) < 0) {
        log_error("the file auth/filters cannot be written: %s",
                  a->filters_wrong ? "it is damaged" : err.text);
        if (!a->filters_wrong)
            load_filters(r);
        else
            auth_filters_release(&a->filters);
        *out = (struct auth_result){.code = AUTH_BROKEN, .problem = PROBLEM_FILTERS_UNWRITABLE};
    }
    buf_release(&text);
}

/* ---- the gate's questions ---- */

static void tell_setup(struct role *r, const char *token)
{
    struct auth *a = r->self;

    msg_must(msg_put_setup_token(&a->out, &(struct msg_setup_token){.token = str_of(token)}));
    role_send_parent(r, &a->out, -1);
    mem_wipe(a->out.data, a->out.len);
    buf_clear(&a->out);
}

/*
 * A change must be on disk before it is answered; one that cannot be is taken back, by reading the file again. The set-up link is as good as before, then. Sessions that were ended are written
 * first: a crash in between ends them for nothing, where the other way round they would live on under a password that is no more.
 */
static void keep(struct role *r, const struct auth_setup *before, struct auth_result *out)
{
    struct auth *a = r->self;
    bool ended = !a->store.sessions_ended || save_sessions(a) >= 0, changed = a->store.users_changed;

    if (ended && (!changed || save_users(a) >= 0))
        return;
    a->store.users_changed = false;
    if (changed) {
        load_users(r);
        a->store.setup = *before;
    }
    *out = (struct auth_result){.code = AUTH_BROKEN, .problem = PROBLEM_USERS_UNWRITABLE};
}

static void answer(struct role *r, struct peer *p, uint64_t id, const struct auth_result *x)
{
    struct auth *a = r->self;
    char wait[24], expires[24], totp[24];
    struct str values[API_AUTH_VALUES] = {STR_NULL};
    struct msg_auth_resp m = {.id = id,
                              .ok = x->code == AUTH_OK,
                              .error = x->code == AUTH_OK ? STR_NULL : str_of(problem_code(x->problem))};

    snprintf(wait, sizeof(wait), "%lld", (long long)x->wait_us);
    snprintf(expires, sizeof(expires), "%lld", (long long)x->expires);
    snprintf(totp, sizeof(totp), x->totp ? "on %u" : x->totp_required ? "required" : "off", x->n_recovery);
    if (m.ok && x->who)
        auth_grants_json(x, &a->grants);
    values[API_AUTH_CODE] = str_of(auth_code_word(x->code));
    values[API_AUTH_FIELD] = str_of(x->field ? x->field : "");
    values[API_AUTH_WAIT] = str_of(wait);
    values[API_AUTH_SECRET] = str_of(x->secret);
    values[API_AUTH_USER] = str_of(x->user);
    values[API_AUTH_ROLE] = str_of(x->role);
    values[API_AUTH_LANG] = str_of(strcmp(x->lang, "-") == 0 ? "" : x->lang);
    values[API_AUTH_EXPIRES] = str_of(expires);
    values[API_AUTH_LIST] = m.ok ? buf_str(&a->list) : str_of(x->about);
    values[API_AUTH_GRANTS] = buf_str(&a->grants);
    values[API_AUTH_TOTP] = str_of(totp);
    m.values = (struct msg_strv){values, ARRAY_LEN(values)};
    msg_must(msg_put_auth_resp(&a->out, &m));
    role_send(p, &a->out, -1);
    mem_wipe(a->out.data, a->out.len);
    buf_clear(&a->out);
    mem_wipe(a->list.data, a->list.len);
    buf_clear(&a->list);
    buf_clear(&a->grants);
}

static void on_auth_req(struct role *r, struct peer *p, const struct msg *m)
{
    const struct msg_auth_req *q = &m->u.auth_req;
    struct auth *a = r->self;
    struct auth_result out = {.code = AUTH_OK};
    struct auth_setup setup = a->store.setup;

    if (a->wrong[0] && !str_eq_c(q->op, "setup_needed")) {
        out.code = AUTH_BROKEN;
        out.problem = PROBLEM_USERS_UNREADABLE;
    } else {
        if (!auth_filter_op(&a->filters, now(), q->op, q->args.at, q->args.n, &out, &a->list) &&
            !auth_op(&a->store, now(), q->op, q->args.at, q->args.n, &out, &a->list))
            log_fatal("gate asked for " STR_FMT " with %zu arguments, which is nothing", STR_ARG(q->op),
                      q->args.n);
        keep(r, &setup, &out);
        if (out.code == AUTH_OK && str_eq_c(q->op, "user_delete")) {
            struct auth_result late = {0}; /* the user is gone, whatever becomes of this */

            auth_filters_forget(&a->filters, q->args.at[0]);
            keep_filters(r, &late);
        }
        keep_filters(r, &out);
        if (a->wrong[0])
            str_copy(out.user, sizeof(out.user), STR("no"));
    }
    answer(r, p, q->id, &out);
    mem_wipe(&out, sizeof(out));
    mem_wipe(&setup, sizeof(setup));
}

/* ---- life ---- */

static int64_t duration_option(const struct role *r, const char *name, int64_t def)
{
    int64_t us = def;

    if (!time_parse_duration(str_of(role_option(r, name, "")), &us) || us < TIME_MIN)
        return def;
    return us;
}

static void birth(struct role *r)
{
    struct auth *a = r->self;

    if (sodium_init() < 0)
        log_fatal("libsodium cannot be used here");
    json_read_init();
    auth_store_init(&a->store, rand_bytes);
    a->store.idle_us = duration_option(r, "vigie_session_idle", a->store.idle_us);
    a->store.max_us = duration_option(r, "vigie_session_max", a->store.max_us);
    buf_init(&a->out);
    buf_init(&a->list);
    buf_init(&a->grants);
    a->dir = -1;
}

static void take_fd(struct role *r, struct str purpose, struct str arg UNUSED, int fd)
{
    BUG_ON(!str_eq_c(purpose, "auth-dir"));
    ((struct auth *)r->self)->dir = fd;
}

static void peer_up(struct role *r, struct peer *p)
{
    if (p->id == ROLE_GATE)
        tell_gate(r);
}

static void serve(struct role *r)
{
    struct auth *a = r->self;
    struct auth_result out = {.code = AUTH_OK};
    struct err err = ERR_INIT;

    if (a->dir < 0)
        log_fatal("no folder for the users' file was handed over");
    load_users(r);
    load_filters(r);
    if (a->none) /* from now on a folder without it is one that came in part, and the parent says so */
        save_file(a, "users", auth_store_dump_users);
    if (load_file(a, "sessions", auth_store_load_sessions, &err) < 0)
        log_warn("%s/auth/sessions:%u: %s; everybody has to sign in again", r->state_dir, a->store.wrong_line,
                 err.text);
    if (!a->wrong[0] && !a->store.users.n) {
        auth_setup_begin(&a->store, now(), &out);
        tell_setup(r, out.secret);
        mem_wipe(out.secret, sizeof(out.secret));
    }
    save_late(r);
    role_ready(r);
}

static void stop(struct role *r)
{
    struct auth *a = r->self;

    loop_timer_cancel(&a->save);
    if (a->store.users_seen)
        save_users(a);
    if (a->store.sessions_changed)
        save_sessions(a);
    auth_store_release(&a->store);
    auth_filters_release(&a->filters);
    buf_release(&a->out);
    buf_release(&a->list);
    buf_release(&a->grants);
    close(a->dir);
    role_done(r);
}

static const struct role_inbox inbox[] = {
    {MSG_AUTH_REQ, ROLE_BIT(GATE), on_auth_req},
};

const struct role_ops role_auth = {
    .id = ROLE_AUTH,
    .self_size = sizeof(struct auth),
    .inbox = inbox,
    .n_inbox = ARRAY_LEN(inbox),
    .birth = birth,
    .fd = take_fd,
    .serve = serve,
    .peer_up = peer_up,
    .stop = stop,
};
