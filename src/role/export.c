/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export: sends measurements to stores elsewhere, by Prometheus' remote write 1.0 and by Influx line protocol v2. It follows the journal, of which the store says how far it is on disk, and remembers
 * for each target how far that has taken it. It goes only to the two addresses of the configuration; redirects are not followed.
 */
#include "base/limits.h"
#include "base/log.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/mem.h"
#include "role/export_int.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TELL_US  (1 * TIME_S)
#define AGAIN_US (1 * TIME_S) /* when the journal could not be read */

static const char *const names[EXPORT_TARGETS] = {"remote_write", "influx"};

/* ---- turns ---- */

static bool can_read(const struct export_target *t)
{
    return t->url && t->e->stored_known && !t->busy;
}

static void place(struct export_target *t)
{
    struct export *e = t->e;
    struct err err = ERR_INIT;

    if (journal_list_read(&t->list, &e->io, &err) < 0)
        log_warn("%s", err.text);
    else
        export_place_read(t, e->stored, t->list.v.n ? t->list.v.at[0].first_seq : 0);
    journal_list_release(&t->list);
    t->list = (struct journal_list){0};
}

static void read_turn(struct export_target *t)
{
    enum export_got got;

    got = t->placed ? export_read(t) : EXPORT_IO;
    if (t->read >= t->e->stored)
        t->behind_from.us = 0; /* a batch has an age of its own; what comes from here on waits from then on */
    if (t->batch.v.n && (got == EXPORT_FULL || got == EXPORT_END || got == EXPORT_NAME)) {
        t->more = got == EXPORT_FULL;
        export_send_begin(t);
        return;
    }
    if (!t->batch.v.n && t->placed) { /* nothing to be sent was among them; on disk with the next batch */
        t->done = t->read;
        t->marked = MAX(t->marked, t->done);
    }
    if (got == EXPORT_TIME || got == EXPORT_FULL)
        export_turn_in(t, 0);
    else if (got == EXPORT_IO)
        export_turn_in(t, AGAIN_US);
}

static void on_turn(void *user)
{
    struct export_target *t = user;

    if (t->e->leaving)
        return;
    if (t->url && t->e->stored_known && !t->placed)
        place(t);
    if (t->busy)
        export_send_again(t);
    else if (can_read(t))
        read_turn(t);
}

void export_turn_in(struct export_target *t, int64_t in_us)
{
    loop_timer_set(t->e->role->loop, &t->timer, (struct mono){clock_mono().us + in_us}, on_turn, t);
}

void export_send_ended(struct export_target *t)
{
    t->done = t->read;
    t->marked = MAX(t->marked, t->done);
    outgoing_clear(&t->batch);
    export_place_write(t);
    if (t->read < t->e->stored)
        export_turn_in(t, t->more ? 0 : EXPORT_LINGER_US);
    else
        t->behind_from.us = 0;
}

static void turn_soon(struct export *e, int64_t in_us)
{
    for (int i = 0; i < EXPORT_TARGETS; i++)
        if (can_read(&e->target[i]) && !e->target[i].timer.slot)
            export_turn_in(&e->target[i], in_us);
}

/* ---- what is told ---- */

static int64_t lag_us(const struct export_target *t)
{
    const struct export *e = t->e;

    if (t->batch.v.n)
        return MAX(clock_wall().us - t->first.us, INT64_C(0));
    return t->behind_from.us ? loop_now(e->role->loop).us - t->behind_from.us : 0;
}

/* Nothing to be said that was not said: an idle Vigie wakes nobody. */
static bool is_told(struct export_target *t)
{
    bool calm = !t->busy && !t->why[0] && t->read >= t->e->stored,
         told = calm && memcmp(&t->count, &t->told, sizeof(t->told)) == 0;

    t->told = t->count;
    if (!calm)
        t->told.sent = UINT64_MAX;
    return told;
}

static void tell(struct export_target *t)
{
    struct export *e = t->e;
    struct peer *gate = role_peer(e->role, ROLE_GATE, 0);
    const struct msg_exported m = {.target = (uint64_t)t->kind,
                                   .lag_us = lag_us(t),
                                   .lag_records = t->placed && e->stored > t->done ? e->stored - t->done : 0,
                                   .sent = t->count.sent,
                                   .refused = t->count.refused,
                                   .sent_before = t->count.sent_before,
                                   .nameless = t->count.nameless,
                                   .missed = t->count.missed,
                                   .failures = t->count.failures,
                                   .error = str_of(t->why)};

    if (!gate || !t->url || is_told(t))
        return;
    msg_must(msg_put_exported(&e->frame, &m));
    role_send(gate, &e->frame, -1); /* if its queue is full, the next one has it all */
    buf_clear(&e->frame);
}

static void on_tell(void *user)
{
    struct export *e = user;

    for (int i = 0; i < EXPORT_TARGETS; i++)
        tell(&e->target[i]);
    loop_timer_set(e->role->loop, &e->tell, (struct mono){loop_now(e->role->loop).us + TELL_US}, on_tell, e);
}

/* ---- messages ---- */

static void on_stored(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    struct export *e = r->self;

    e->stored = m->u.stored.seq;
    e->stored_known = true;
    for (int i = 0; i < EXPORT_TARGETS; i++) {
        struct export_target *t = &e->target[i];

        if (t->url && !t->placed) /* now: what comes next is sent already */
            place(t);
        if (!t->behind_from.us && e->stored > t->read)
            t->behind_from = loop_now(r->loop);
    }
    turn_soon(e, EXPORT_LINGER_US);
}

static void on_name_is(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    export_name_is(r->self, &m->u.name_is);
    turn_soon(r->self, 0);
}

static void on_oids(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    struct export *e = r->self;
    struct err err = ERR_INIT;
    const void *base;
    uint64_t *oid;
    size_t len;

    if (r->n_fds < 1)
        log_fatal("OIDS without its descriptor");
    if (mem_map_ro(r->fds[0], &base, &len, &err) < 0)
        log_fatal("the identities: %s", err.text);
    if (m->u.oids.count > len / sizeof(*oid) || m->u.oids.count >= UINT32_MAX)
        log_fatal("OIDS with too few of them");
    oid = mem_calloc(m->u.oids.count + 1, sizeof(*oid));
    memcpy(oid, base, m->u.oids.count * sizeof(*oid));
    mem_unmap(base, len);
    oids_take(&e->oids, oid, (uint32_t)m->u.oids.count);
    e->oids_generation = m->u.oids.generation;
    export_name_clear(e);
    turn_soon(e, 0);
}

/* ---- its end, and a new beginning ---- */

static void stop(struct role *r)
{
    struct export *e = r->self;

    if (e->ended)
        return;
    e->ended = true;
    if (e->resolve) { /* it was opened */
        loop_timer_cancel(&e->tell);
        for (int i = 0; i < EXPORT_TARGETS; i++) {
            export_send_release(&e->target[i]);
            export_read_release(&e->target[i]);
        }
        curl_loop_release(&e->curl);
        resolve_free(e->resolve);
    }
    ere_release(&e->only);
    ere_release(&e->except);
    export_name_clear(e);
    oids_release(&e->oids);
    secrets_release(&e->secrets);
    buf_release(&e->frame);
    file_close(&e->dir.fd);
    file_close(&e->export_fd);
    role_done(r);
}

static void on_leave(void *user)
{
    struct export *e = user;

    stop(e->role);
}

void export_leave(struct export *e)
{
    e->leaving = true;
    for (int i = 0; i < EXPORT_TARGETS; i++)
        if (e->target[i].in_multi)
            return; /* what comes of it is worth knowing */
    loop_later(e->role->loop, on_leave, e);
}

/*
 * Options, the store of certificates among them, are read once, with rights that are gone after. So a role whose options a reload has changed, or whose file of certificates is another one then, ends, and the
 * parent begins one with those that are in force now. Where the targets are stands on disk.
 */
static void sum_options(struct export *e, unsigned char sum[HASH_SHA256_BYTES])
{
    static const char *const plain[] = {"vigie_remote_write_url", "vigie_remote_write_user",
                                        "vigie_influx_url",       "vigie_influx_org",
                                        "vigie_influx_bucket",    "vigie_export_ca",
                                        "vigie_export_labels",    "vigie_export_only",
                                        "vigie_export_except"},
                             *const secret[] = {"vigie_remote_write_password", "vigie_influx_token"};
    const struct secret *s = secrets_of(&e->secrets, e->role, 0);
    struct buf b = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
        buf_add_str(&b, model_option_get(&e->model, plain[i], STR_NULL));
        buf_add_char(&b, '\0');
    }
    for (size_t i = 0; i < ARRAY_LEN(secret) && s; i++) {
        secret_fill(s, model_option_get(&e->model, secret[i], STR_NULL), &b);
        buf_add_char(&b, '\0');
    }
    hash_sha256(b.data, b.len, sum);
    mem_wipe(b.data, b.len);
    buf_release(&b);
}

/* ---- birth ---- */

static char *secret_option(const struct export *e, const char *name)
{
    struct buf b = BUF_INIT;
    const struct secret *s = secrets_first(&e->secrets);
    const char *text = role_option(e->role, name, "");

    if (text[0] && s)
        secret_fill(s, str_of(text), &b);
    return buf_take(&b, NULL);
}

static void add_header(struct export_target *t, const char *name, const char *value)
{
    struct buf b = BUF_INIT;

    buf_printf(&b, "%s: %s", name, value);
    t->headers = curl_slist_append(t->headers, b.data);
    mem_wipe(b.data, b.len);
    buf_release(&b);
}

static void add_parameter(struct export_target *t, struct buf *url, const char *name, const char *option)
{
    const char *value = role_option(t->e->role, option, "");
    char *text;

    if (!value[0])
        return;
    text = curl_easy_escape(t->easy, value, 0);
    buf_printf(url, "&%s=%s", name, text);
    curl_free(text);
}

static void warn_of_clear(const struct export_target *t)
{
    char host[256];
    unsigned port;

    if (t->url && str_starts(str_of(t->url), STR("http://")) && curl_loop_place(t->url, host, &port) &&
        strcmp(host, "localhost") != 0 && !str_starts(str_of(host), STR("127.")) &&
        strcmp(host, "[::1]") != 0)
        log_warn("the password or token for %s goes to %s in the clear: write https:// if it can", t->name,
                 host);
}

static void begin_influx(struct export_target *t)
{
    struct str url = str_of(role_option(t->e->role, "vigie_influx_url", ""));
    char *token = secret_option(t->e, "vigie_influx_token");
    struct buf text = BUF_INIT, b = BUF_INIT;

    if (str_ends(url, STR("/")))
        url.n--;
    buf_printf(&text, STR_FMT "/api/v2/write?precision=ms", STR_ARG(url));
    add_parameter(t, &text, "org", "vigie_influx_org");
    add_parameter(t, &text, "bucket", "vigie_influx_bucket");
    if (url.n)
        t->url = buf_take(&text, NULL);
    add_header(t, "Content-Type", "text/plain; charset=utf-8");
    add_header(t, "Content-Encoding", "gzip");
    if (token[0]) {
        warn_of_clear(t);
        buf_printf(&b, "Token %s", token);
        add_header(t, "Authorization", b.data);
        mem_wipe(b.data, b.len);
    }
    mem_wipe(token, strlen(token));
    mem_free(token);
    buf_release(&text);
    buf_release(&b);
}

static void begin_remote_write(struct export_target *t)
{
    const char *url = role_option(t->e->role, "vigie_remote_write_url", ""),
               *user = role_option(t->e->role, "vigie_remote_write_user", "");
    char *password = secret_option(t->e, "vigie_remote_write_password");
    struct buf b = BUF_INIT;

    t->url = url[0] ? str_dup(str_of(url)) : NULL;
    add_header(t, "Content-Type", "application/x-protobuf");
    add_header(t, "Content-Encoding", "snappy");
    add_header(t, "X-Prometheus-Remote-Write-Version", "0.1.0");
    if (password[0])
        warn_of_clear(t);
    if (user[0]) {
        t->user = str_dup(str_of(user));
        t->password = str_dup(str_of(password));
    } else if (password[0]) {
        buf_printf(&b, "Bearer %s", password);
        add_header(t, "Authorization", b.data);
        mem_wipe(b.data, b.len);
    }
    mem_wipe(password, strlen(password));
    mem_free(password);
    buf_release(&b);
}

static void begin_target(struct export *e, enum export_kind kind)
{
    struct export_target *t = &e->target[kind];

    t->e = e;
    t->kind = kind;
    t->name = names[kind];
    outgoing_init(&t->batch);
    buf_init(&t->body);
    buf_init(&t->pressed);
    t->easy = curl_easy_init();
    add_header(t, "User-Agent", "Vigie");
    add_header(t, "Expect", "");
    if (kind == EXPORT_INFLUX)
        begin_influx(t);
    else
        begin_remote_write(t);
}

static bool compile(const struct export *e, struct ere *to, const char *option)
{
    const char *text = role_option(e->role, option, "");
    struct err err = ERR_INIT;

    if (text[0] && ere_compile(to, str_of(text), &err) < 0) /* conf has looked at it */
        log_fatal("%s: %s", option, err.text);
    return text[0];
}

static void birth(struct role *r)
{
    struct export *e = r->self;

    e->role = r;
    e->dir.fd = e->export_fd = -1;
    buf_init(&e->frame);
}

/* It was read when this process began, by its name and with the rights of then. */
static void take_ca(struct export *e, struct str which, int fd)
{
    close(fd);
    if (e->resolve && !e->leaving && !str_eq_c(which, e->ca)) {
        log_notice("the file of vigie_export_ca is another one: it is read again");
        export_leave(e);
    }
    str_copy(e->ca, sizeof(e->ca), which);
}

static void take_fd(struct role *r, struct str purpose, struct str arg, int fd)
{
    struct export *e = r->self;
    bool journal = str_eq_c(purpose, "journal-dir");

    if (str_eq_c(purpose, "export-ca")) {
        take_ca(e, arg, fd);
        return;
    }
    BUG_ON(!journal && !str_eq_c(purpose, "export-dir"));
    *(journal ? &e->dir.fd : &e->export_fd) = fd;
}

static void snapshot(struct role *r, const struct role_snapshot *now, const struct role_snapshot *old)
{
    struct export *e = r->self;
    unsigned char given[HASH_SHA256_BYTES];
    struct err err = ERR_INIT;

    secrets_take(&e->secrets, now);
    if (model_open(&e->model, now->base, now->len, &err) < 0)
        log_fatal("the snapshot: %s", err.text);
    e->model_generation = now->generation;
    export_name_clear(e);
    sum_options(e, given);
    if (!old)
        memcpy(e->given, given, sizeof(e->given));
    if (memcmp(e->given, given, sizeof(e->given)) != 0)
        export_leave(e);
    turn_soon(e, 0);
}

static void open_all(struct role *r)
{
    struct export *e = r->self;
    const char *ca = role_option(r, "vigie_export_ca", "");
    struct err err = ERR_INIT;

    e->resolve = resolve_new(r->loop, &err);
    if (!e->resolve || labels_init(&e->labels, str_of(role_option(r, "vigie_export_labels", "")), &err) < 0)
        log_fatal("%s", err.text);
    if (!curl_loop_init(&e->curl, r->loop, ca[0] ? ca : NULL, export_send_done, e) && ca[0])
        log_warn("vigie_export_ca=%s cannot be read: every certificate is refused", ca);
    e->has_only = compile(e, &e->only, "vigie_export_only");
    e->has_except = compile(e, &e->except, "vigie_export_except");
    journal_io_dir(&e->io, &e->dir);
    for (int i = 0; i < EXPORT_TARGETS; i++)
        begin_target(e, (enum export_kind)i);
}

static void serve(struct role *r)
{
    on_tell(r->self);
    role_ready(r);
}

static void peer_up(struct role *r, struct peer *p)
{
    struct export *e = r->self;

    if (p->id == ROLE_STORE) {
        export_name_ask_again(e);
        turn_soon(e, 0);
    }
    for (int i = 0; p->id == ROLE_GATE && i < EXPORT_TARGETS; i++)
        e->target[i].told.sent = UINT64_MAX;
}

static const struct role_inbox inbox[] = {
    {MSG_STORED, ROLE_BIT(STORE), on_stored},
    {MSG_OIDS, ROLE_BIT(STORE), on_oids},
    {MSG_NAME_IS, ROLE_BIT(STORE), on_name_is},
};

const struct role_ops role_export = {
    .id = ROLE_EXPORT,
    .self_size = sizeof(struct export),
    .inbox = inbox,
    .n_inbox = ARRAY_LEN(inbox),
    .birth = birth,
    .fd = take_fd,
    .snapshot = snapshot,
    .open = open_all,
    .serve = serve,
    .peer_up = peer_up,
    .stop = stop,
};
