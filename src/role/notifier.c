/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notifier: mail by SMTP and webhooks, by libcurl's multi interface on our loop. Notification commands do not come here (the runner executes those). An intent is answered by
 * NOTIFIED, delivered or not; the engine keeps it until then, so a restart here loses none: it may come twice, never be lost.
 * Places: mail goes only to vigie_smtp_server, webhooks only to the URL of the contact. Redirects are not followed.
 */
#include "base/limits.h"
#include "base/log.h"
#include "base/map.h"
#include "base/vec.h"
#include "core/mail.h"
#include "os/clock.h"
#include "os/loop.h"
#include "os/rand.h"
#include "probe/resolve.h"
#include "role/curl_loop.h"
#include "role/secrets.h"

#include <stdio.h>
#include <string.h>

enum { JOBS_MAX = 4096, UNDER_WAY_MAX = 16, ANSWER_MAX = 4096 };
#define TRY_TIME_MS   20000L
/* The pause before another try: twice as long each time, and none after an hour: who reads it then is misled rather than told. */
#define PAUSE_US      (5 * TIME_S)
#define PAUSE_MOST_US (5 * TIME_MIN)
#define GIVE_UP_US    TIME_H

/* One intent on its way. */
struct job {
    struct role *role;
    uint64_t intent;
    bool mail;
    char *target;    /* address, or URL with its secrets filled in */
    struct buf text; /* the whole mail, or the JSON */
    size_t read_at;  /* SMTP: sent so far */
    size_t answered; /* bytes of the answer, read and dropped */
    unsigned tries;
    struct mono came;
    bool under_way; /* counted there: being resolved or sent */
    bool queued;    /* it waits until fewer are under way */
    CURL *easy;
    struct curl_slist *list;  /* recipients, or headers */
    struct curl_slist *place; /* "host:port:address": what resolve found */
    uint64_t ticket;          /* a name is being resolved */
    char error[CURL_ERROR_SIZE];
    char reply[200]; /* SMTP: the last line of the server, which says why */
    struct loop_timer again;
    struct job *next;
};

struct notifier {
    struct secrets secrets;
    struct curl_loop curl;
    struct resolve *resolve;
    struct job *jobs; /* newest first */
    size_t n_jobs, under_way;
};

/* ---- the answer to the engine ---- */

static void unlink_job(struct notifier *self, struct job *j)
{
    struct job **at = &self->jobs;

    while (*at != j)
        at = &(*at)->next;
    *at = j->next;
    self->n_jobs--;
}

static void start_next(struct notifier *self);

static void not_under_way(struct job *j)
{
    struct notifier *self = j->role->self;

    if (!j->under_way)
        return;
    j->under_way = false;
    self->under_way--;
}

static void end_job(struct job *j, bool ok, const char *error)
{
    struct role *r = j->role;
    struct buf b = BUF_INIT;

    msg_must(
        msg_put_notified(&b, &(struct msg_notified){.intent = j->intent, .ok = ok, .error = str_of(error)}));
    role_send(role_peer(r, ROLE_ENGINE, 0), &b, -1);
    if (!ok)
        log_warn("a notification to %s was not delivered: %s", j->mail ? j->target : "a webhook", error);
    not_under_way(j);
    unlink_job(r->self, j);
    loop_timer_cancel(&j->again);
    curl_slist_free_all(j->list);
    curl_slist_free_all(j->place);
    mem_wipe(j->target, strlen(j->target));
    mem_free(j->target);
    buf_release(&j->text);
    buf_release(&b);
    mem_free(j);
    start_next(r->self);
}

/* ---- transfers ---- */

static size_t on_body_wanted(char *to, size_t size, size_t n, void *user)
{
    struct job *j = user;
    size_t take = MIN(size * n, j->text.len - j->read_at);

    memcpy(to, j->text.data + j->read_at, take);
    j->read_at += take;
    return take;
}

static size_t on_answer(char *p UNUSED, size_t size, size_t n, void *user)
{
    struct job *j = user;

    j->answered += size * n;
    return j->answered > ANSWER_MAX * 16 ? 0 : size * n;
}

static size_t on_reply(char *p, size_t size, size_t n, void *user)
{
    struct job *j = user;
    struct str line = str_trim(str_make(p, size * n));

    line = str_sub(line, 0, sizeof(j->reply) - 1);
    str_copy(j->reply, sizeof(j->reply), line);
    return size * n;
}

static void set_common(struct notifier *self, struct job *j)
{
    curl_loop_common(&self->curl, j->easy, j->error, TRY_TIME_MS);
    curl_easy_setopt(j->easy, CURLOPT_PRIVATE, j);
    curl_easy_setopt(j->easy, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(j->easy, CURLOPT_WRITEDATA, j);
}

static void mail_url(const struct job *j, char *url, size_t size)
{
    snprintf(url, size, "smtp://%s", role_option(j->role, "vigie_smtp_server", "127.0.0.1:25"));
}

/*
 * A password is given only to a server that shows a good certificate, unless vigie_smtp_tls=off says that it may go in the clear. Without one, TLS that nobody asked for
 * takes any certificate, as mail servers do among themselves: most of those on localhost have one that they made themselves.
 */
static void set_tls(struct job *j, bool password)
{
    const char *how = role_option(j->role, "vigie_smtp_tls", "auto");
    bool off = strcmp(how, "off") == 0;
    bool wanted = !off && (password || strcmp(how, "required") == 0);

    curl_easy_setopt(j->easy, CURLOPT_USE_SSL,
                     (long)(off      ? CURLUSESSL_NONE
                            : wanted ? CURLUSESSL_ALL
                                     : CURLUSESSL_TRY));
    if (!wanted) {
        curl_easy_setopt(j->easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(j->easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}

static void set_login(struct job *j)
{
    struct notifier *self = j->role->self;
    struct buf password = BUF_INIT;

    secret_fill(secrets_first(&self->secrets), str_of(role_option(j->role, "vigie_smtp_password", "")),
                &password);
    curl_easy_setopt(j->easy, CURLOPT_USERNAME, role_option(j->role, "vigie_smtp_user", ""));
    curl_easy_setopt(j->easy, CURLOPT_PASSWORD, password.data ? password.data : "");
    mem_wipe(password.data, password.len);
    buf_release(&password);
}

static void set_mail(struct job *j)
{
    const struct role *r = j->role;
    bool login = *role_option(r, "vigie_smtp_user", "") != '\0';
    struct str rest = str_of(j->target), one;
    char url[300], text[300];

    mail_url(j, url, sizeof(url));
    while (mail_next_address(&rest, &one)) {
        snprintf(text, sizeof(text), "<" STR_FMT ">", STR_ARG(one));
        j->list = curl_slist_append(j->list, text);
    }
    snprintf(text, sizeof(text), "<%s>", role_option(r, "vigie_smtp_from", "vigie@localhost"));
    curl_easy_setopt(j->easy, CURLOPT_PROTOCOLS_STR, "smtp");
    curl_easy_setopt(j->easy, CURLOPT_URL, url);
    set_tls(j, login);
    if (login)
        set_login(j);
    curl_easy_setopt(j->easy, CURLOPT_MAIL_FROM, text);
    curl_easy_setopt(j->easy, CURLOPT_MAIL_RCPT, j->list);
    curl_easy_setopt(j->easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(j->easy, CURLOPT_READFUNCTION, on_body_wanted);
    curl_easy_setopt(j->easy, CURLOPT_READDATA, j);
    curl_easy_setopt(j->easy, CURLOPT_HEADERFUNCTION, on_reply);
    curl_easy_setopt(j->easy, CURLOPT_HEADERDATA, j);
}

static void set_webhook(struct job *j)
{
    j->list = curl_slist_append(NULL, "Content-Type: application/json");
    j->list = curl_slist_append(j->list, "User-Agent: Vigie");
    j->list = curl_slist_append(j->list, "Expect:");
    curl_easy_setopt(j->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(j->easy, CURLOPT_URL, j->target);
    curl_easy_setopt(j->easy, CURLOPT_HTTPHEADER, j->list);
    curl_easy_setopt(j->easy, CURLOPT_POSTFIELDS, j->text.data);
    curl_easy_setopt(j->easy, CURLOPT_POSTFIELDSIZE, (long)j->text.len);
}

static void start_transfer(struct job *j)
{
    struct notifier *self = j->role->self;

    j->easy = curl_easy_init();
    j->read_at = j->answered = 0;
    j->error[0] = j->reply[0] = '\0';
    curl_slist_free_all(j->list);
    j->list = NULL;
    set_common(self, j);
    curl_easy_setopt(j->easy, CURLOPT_RESOLVE, j->place);
    if (j->mail)
        set_mail(j);
    else
        set_webhook(j);
    curl_multi_add_handle(self->curl.multi, j->easy);
}

static void start_job(void *user);

static void try_again(struct job *j, bool hopeless, const char *error)
{
    struct notifier *self = j->role->self;
    int64_t now = loop_now(j->role->loop).us;
    int64_t pause = MIN(PAUSE_US << MIN(j->tries - 1, 10u), PAUSE_MOST_US);

    if (hopeless || now + pause > j->came.us + GIVE_UP_US) {
        end_job(j, false, error);
        return;
    }
    if (j->tries == 1)
        log_warn("a notification to %s is tried again: %s", j->mail ? j->target : "a webhook", error);
    loop_timer_set(j->role->loop, &j->again, (struct mono){now + pause}, start_job, j);
    not_under_way(j);
    start_next(self);
}

/* The oldest of those that wait for others to end. */
static void start_next(struct notifier *self)
{
    struct job *oldest = NULL;

    if (self->under_way >= UNDER_WAY_MAX)
        return;
    for (struct job *j = self->jobs; j; j = j->next) {
        if (j->queued)
            oldest = j;
    }
    if (oldest)
        start_job(oldest);
}

/* Host and port of where this job goes; false when the URL is none. */
static bool place_of(const struct job *j, char host[256], unsigned *port)
{
    char url[300];

    mail_url(j, url, sizeof(url));
    return curl_loop_place(j->mail ? url : j->target, host, port);
}

static void on_resolved(void *user, const union resolve_addr *addr, const char *error)
{
    struct job *j = user;
    char host[256], text[64], entry[400];
    unsigned port;

    j->ticket = 0;
    if (!addr) {
        snprintf(entry, sizeof(entry), "the name cannot be resolved: %s", error);
        try_again(j, false, entry);
        return;
    }
    BUG_ON(!place_of(j, host, &port));
    resolve_text(addr, text);
    snprintf(entry, sizeof(entry), "%s:%u:%s", host, port, text);
    curl_slist_free_all(j->place);
    j->place = curl_slist_append(NULL, entry);
    start_transfer(j);
}

/* The name is looked up here, by our own rules, and handed to libcurl: its own resolver would open files and start threads. */
static void start_job(void *user)
{
    struct job *j = user;
    struct notifier *self = j->role->self;
    char host[256];
    unsigned port;

    j->queued = self->under_way >= UNDER_WAY_MAX;
    if (j->queued)
        return; /* start_next comes to it */
    j->under_way = true;
    self->under_way++;
    j->tries++;
    if (!place_of(j, host, &port)) {
        end_job(j, false, j->mail ? "vigie_smtp_server is no host:port" : "the webhook is no URL");
        return;
    }
    if (host[0] == '[') { /* an IPv6 address: nothing to look up */
        start_transfer(j);
        return;
    }
    j->ticket = resolve_name(self->resolve, host, on_resolved, j);
}

/* Delivered means: the mail server took it, or the hook answered 2xx. A 4xx of a hook will not become better by trying again. */
static void judge(struct job *j, CURLcode code)
{
    long status = 0;
    char text[CURL_ERROR_SIZE + 64];
    bool ok, hopeless;

    curl_easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_multi_remove_handle(((struct notifier *)j->role->self)->curl.multi, j->easy);
    curl_easy_cleanup(j->easy);
    j->easy = NULL;
    ok = code == CURLE_OK && (j->mail || (status >= 200 && status < 300));
    if (code == CURLE_OK && !ok)
        snprintf(text, sizeof(text), "the hook answered %ld", status);
    else if (j->mail && status >= 400)
        snprintf(text, sizeof(text), "the mail server answered %s", j->reply);
    else
        snprintf(text, sizeof(text), "%s", j->error[0] ? j->error : curl_easy_strerror(code));
    hopeless = (status >= 400 && status < 500 && !j->mail && status != 429) || (j->mail && status >= 500);
    if (ok)
        end_job(j, true, "");
    else
        try_again(j, hopeless, text);
}

static void on_done(void *user UNUSED, CURL *easy, CURLcode code)
{
    struct job *j = NULL;

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&j);
    judge(j, code);
}

/* ---- messages ---- */

static void write_mail(const struct job *j, const struct msg_notify *m, struct buf *b)
{
    struct mail mail = {.from = str_of(role_option(j->role, "vigie_smtp_from", "vigie@localhost")),
                        .to = str_of(j->target),
                        .subject = m->subject,
                        .body = m->body,
                        .date = clock_wall()};

    rand_bytes(mail.id, sizeof(mail.id));
    mail_write(&mail, b);
}

static bool are_addresses(const char *target)
{
    struct str rest = str_of(target), one;
    bool any = false;

    while (mail_next_address(&rest, &one)) {
        any = true;
        if (!mail_is_address(one))
            return false;
    }
    return any;
}

static void on_notify(struct role *r, struct peer *p UNUSED, const struct msg *msg)
{
    const struct msg_notify *m = &msg->u.notify;
    struct notifier *self = r->self;
    const struct secret *secret = secrets_of(&self->secrets, r, m->generation);
    struct buf target = BUF_INIT;
    struct job *j;

    if (!secret) { /* we began while a reload was under way, and the engine is behind it */
        msg_must(
            msg_put_notified(&target, &(struct msg_notified){.intent = m->intent, .ok = NOTIFIED_AGAIN}));
        role_send(role_peer(r, ROLE_ENGINE, 0), &target, -1);
        buf_release(&target);
        return;
    }
    j = mem_zalloc(sizeof(*j));
    *j = (struct job){.role = r,
                      .intent = m->intent,
                      .mail = str_eq_c(m->channel, "mail"),
                      .text = BUF_INIT,
                      .came = loop_now(r->loop),
                      .next = self->jobs};
    self->jobs = j;
    self->n_jobs++;
    secret_fill(secret, m->target, &target);
    j->target = buf_take(&target, NULL);
    if (self->n_jobs > JOBS_MAX) {
        end_job(j, false, "too many notifications are on their way");
        return;
    }
    if (j->mail && !are_addresses(j->target)) {
        end_job(j, false, "vigie_mail is no mail address; write user@host, several by comma");
        return;
    }
    if (j->mail)
        write_mail(j, m, &j->text);
    else
        buf_add_str(&j->text, m->json);
    start_job(j);
}

/* ---- frame ---- */

static void notifier_snapshot(struct role *r, const struct role_snapshot *now,
                              const struct role_snapshot *old UNUSED)
{
    struct notifier *self = r->self;

    secrets_take(&self->secrets, now);
}

static void notifier_open(struct role *r)
{
    struct notifier *self = r->self;
    struct err err = ERR_INIT;

    self->resolve = resolve_new(r->loop, &err);
    if (!self->resolve)
        log_fatal("%s", err.text);
    curl_loop_init(&self->curl, r->loop, NULL, on_done, r);
}

static void notifier_stop(struct role *r)
{
    struct notifier *self = r->self;

    while (self->jobs) { /* not answered: the engine sends them again at its next start */
        struct job *j = self->jobs;

        unlink_job(self, j);
        loop_timer_cancel(&j->again);
        if (j->ticket)
            resolve_cancel(self->resolve, j->ticket);
        curl_slist_free_all(j->place);
        if (j->easy) {
            curl_multi_remove_handle(self->curl.multi, j->easy);
            curl_easy_cleanup(j->easy);
        }
        curl_slist_free_all(j->list);
        mem_free(j->target);
        buf_release(&j->text);
        mem_free(j);
    }
    curl_loop_release(&self->curl);
    resolve_free(self->resolve);
    secrets_release(&self->secrets);
    role_done(r);
}

static const struct role_inbox inbox[] = {
    {MSG_NOTIFY, ROLE_BIT(ENGINE), on_notify},
};

const struct role_ops role_notifier = {
    .id = ROLE_NOTIFIER,
    .self_size = sizeof(struct notifier),
    .inbox = inbox,
    .n_inbox = ARRAY_LEN(inbox),
    .snapshot = notifier_snapshot,
    .open = notifier_open,
    .serve = role_ready,
    .stop = notifier_stop,
};
