/* SPDX-License-Identifier: Apache-2.0 */
/*
 * web: speaks HTTP with browsers and API clients, and decides nothing. What is under /api/ and /metrics goes to gate as a
 * message and comes back as one, and so do the addresses of other APIs (wire/dialect.h); everything else is one of the compiled-in assets, or not found. It has no web root, opens
 * nothing, connects to nothing, executes nothing. Every answer carries the same security headers (http_config.always).
 */
#include "base/address.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/map.h"
#include "base/vec.h"
#include "os/clock.h"
#include "role/role.h"
#include "role/web_asset.h"
#include "role/web_tls.h"
#include "wire/dialect.h"
#include "wire/http.h"
#include "wire/http_text.h"
#include "wire/json.h"
#include "wire/link.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WEB_BODY_MAX  (192u * 1024) /* with its head it must fit into one message */
#define WEB_BODY_NRDP (40u * 1024)  /* of whoever: its clients show their token in the body */
#define WEB_FIELD_MAX 2048u         /* bytes of a field of the head that gate gets, with its name */
#define WEB_WAITING                                                                                          \
    (256u * 1024) /* bytes that wait for a slow client: then a stream ends, and a long answer is held back */
#define WEB_GATE_US     (60 * TIME_S) /* gate answers within 30 s, or says so itself */
#define WEB_SWEEP_US    (5 * TIME_S)
#define WEB_CONNECTIONS (LIMIT_STREAMS + 256u)

/* On every answer. Nothing from elsewhere, nothing inline, no frame around us. */
#define ALWAYS                                                                                               \
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " \
    "img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "         \
    "require-trusted-types-for 'script'\r\n"                                                                 \
    "X-Content-Type-Options: nosniff\r\n"                                                                    \
    "X-Frame-Options: DENY\r\n"                                                                              \
    "Referrer-Policy: no-referrer\r\n"                                                                       \
    "Cross-Origin-Opener-Policy: same-origin\r\n"                                                            \
    "Cross-Origin-Resource-Policy: same-origin\r\n"                                                          \
    "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()\r\n"

static const char always[] = ALWAYS;
/* Browsers heed the last only where they take the certificate without a question. */
static const char always_tls[] = ALWAYS "Strict-Transport-Security: max-age=31536000\r\n";

#define HEADERS(type)                                                                                        \
    {                                                                                                        \
        {"" type, sizeof(type) - 1},                                                                         \
        {                                                                                                    \
            "Cache-Control: no-store", 23                                                                    \
        }                                                                                                    \
    }
static const struct str problem_headers[] = HEADERS("Content-Type: application/problem+json"),
                        json_headers[] = HEADERS("Content-Type: application/json"),
                        xml_headers[] = HEADERS("Content-Type: text/xml; charset=utf-8");

/* What gate wants to know of a request; all other fields stay here. */
static const char *const passed[] = {
    "accept",
    "accept-language",
    "authorization",
    "content-type",
    "content-encoding",
    "cookie",
    "host",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "last-event-id",
    "origin",
    "sec-fetch-site",
    "x-auth-token",
    "x-csrf",
    "x-view-as",
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-real-ip",
};

struct waiting { /* a request that gate has */
    uint64_t id;
    bool stream; /* its answer has begun */
    bool held;   /* and gate was told to wait with the rest */
    enum dialect dialect;
    struct mono due; /* answer it ourselves then */
};

struct web {
    struct http_server *http;
    VEC(int) listen;
    VEC(struct waiting) waiting;
    struct map at; /* id -> index into waiting */
    struct loop_timer sweep;
    struct buf out;
    struct web_tls tls;
};

/* ---- answers of our own ---- */

/* The words of api/problem.def for what web refuses by itself: the same for whoever reads them. */
static const char *code_of(int status)
{
    static const struct {
        int status;
        const char *code;
    } codes[] = {{404, "no_address"},     {405, "no_method"},  {408, "request_late"},
                 {413, "request_large"},  {421, "other_name"}, {431, "head_large"},
                 {501, "request_coding"}, {503, "part_away"},  {505, "request_version"}};

    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        if (codes[i].status == status)
            return codes[i].code;
    return "request_form";
}

static void problem_body(struct buf *body, int status, const char *detail)
{
    struct json j;

    json_init(&j, body);
    json_map(&j);
    json_key_c(&j, "type", "about:blank");
    json_key_c(&j, "title", http_text_reason(status));
    json_key_i64(&j, "status", status);
    json_key_c(&j, "code", code_of(status));
    json_key_c(&j, "detail", detail);
    json_map_end(&j);
}

/* In the form of the API that the address is of. */
static void put_refusal(enum dialect d, const char *why, struct http_answer *a, struct buf *body)
{
    static const struct str *const headers[] = {problem_headers, json_headers, json_headers, xml_headers};

    a->headers = headers[d];
    a->n_headers = ARRAY_LEN(problem_headers);
    if (d == DIALECT_OURS)
        problem_body(body, a->status, why);
    else
        dialect_refusal(d, false, a->status, str_of(why), body);
}

static void on_refusal(void *user UNUSED, struct str path, const char *why, struct http_answer *a,
                       struct buf *body)
{
    put_refusal(dialect_of(path), why, a, body);
}

static void refuse(struct web *w, uint64_t id, enum dialect d, int status, const char *why)
{
    struct str headers[3];
    struct buf body = BUF_INIT;
    struct http_answer a = {.status = status};

    put_refusal(d, why, &a, &body);
    BUG_ON(a.n_headers >= ARRAY_LEN(headers));
    memcpy(headers, a.headers, a.n_headers * sizeof(headers[0]));
    a.headers = headers;
    if (status == 405)
        headers[a.n_headers++] = STR("Allow: GET, HEAD");
    else if (status == 503)
        headers[a.n_headers++] = STR("Retry-After: 1");
    a.body = buf_str(&body);
    http_answer(w->http, id, &a);
    buf_release(&body);
}

static void refuse_field(struct web *w, uint64_t id, enum dialect d, const char *field)
{
    struct buf why = BUF_INIT;

    buf_printf(&why, "The field %s of the head is too long: at most %u bytes are read here.", field,
               WEB_FIELD_MAX);
    refuse(w, id, d, 431, why.data);
    buf_release(&why);
}

static void answer_asset(struct web *w, const struct http_request *rq)
{
    struct web_asset_answer found;
    struct http_answer a;

    if (!str_eq_c(rq->head->method, "GET") && !str_eq_c(rq->head->method, "HEAD")) {
        refuse(w, rq->id, DIALECT_OURS, 405, "This address is only read: use GET.");
        return;
    }
    if (!web_asset_find(rq->head, &found) && !web_asset_missing(rq->head, &found)) {
        refuse(w, rq->id, DIALECT_OURS, 404, "There is nothing at this address.");
        return;
    }
    a = (struct http_answer){
        .status = found.status, .headers = found.headers, .n_headers = found.n_headers, .body = found.body};
    http_answer(w->http, rq->id, &a);
}

/* ---- requests for gate ---- */

static void forget(struct web *w, uint64_t id)
{
    uint64_t i;

    if (!map_get_u64(&w->at, id, &i))
        return;
    map_remove_u64(&w->at, id);
    VEC_SWAP_REMOVE(&w->waiting, i);
    if (i < w->waiting.n)
        map_put_u64(&w->at, w->waiting.at[i].id, i);
}

static struct waiting *waiting_find(struct web *w, uint64_t id)
{
    uint64_t i;

    return map_get_u64(&w->at, id, &i) ? &w->waiting.at[i] : NULL;
}

/* Of cookies only those that may be ours: a machine's other applications have theirs, by any port (RFC 6265, 8.5), and they can be long. */
static void pass_cookies(struct str field, struct buf *text)
{
    struct str rest = field;

    while (rest.p) {
        struct str one = str_trim(str_cut(&rest, ';'));

        if (!str_starts(one, STR("vigie_")) && !str_starts(one, STR("__Host-vigie_")))
            continue;
        if (text->len && text->data[text->len - 1] != ' ')
            buf_add_c(text, "; ");
        buf_add_str(text, one);
    }
}

/* "name: value" for each field that gate wants, into text; list gets slices of it, n of them, at most once each. Returns the name of a field that is too long, or NULL. */
static const char *pass_headers(const struct http_head *h, struct buf *text, struct str *list, size_t *n)
{
    size_t start[ARRAY_LEN(passed) + 1];

    *n = 0;
    for (size_t i = 0; i < ARRAY_LEN(passed); i++) {
        struct str value = http_parse_field(h, passed[i]);

        if (!value.p)
            continue;
        start[(*n)++] = text->len;
        buf_add_c(text, passed[i]);
        buf_add_c(text, ": ");
        if (str_eq_c(str_of(passed[i]), "cookie"))
            pass_cookies(value, text);
        else
            buf_add_str(text, value);
        if (text->len - start[*n - 1] > WEB_FIELD_MAX)
            return passed[i];
    }
    start[*n] = text->len;
    for (size_t i = 0; i < *n; i++)
        list[i] = str_make(text->data + start[i], start[i + 1] - start[i]);
    return NULL;
}

/* asks: for its body, which waits. */
static void ask_gate(struct role *r, const struct http_request *rq, enum dialect d, uint64_t asks)
{
    struct web *w = r->self;
    struct buf text = BUF_INIT;
    struct str list[ARRAY_LEN(passed)];
    struct msg_api_req m = {.id = rq->id,
                            .method = rq->head->method,
                            .path = rq->head->path,
                            .query = rq->head->query,
                            .body = rq->body,
                            .peer = rq->peer,
                            .uid = -1,
                            .tls = rq->tls,
                            .asks = asks};
    struct peer *gate = role_peer(r, ROLE_GATE, 0);
    const char *long_one = pass_headers(rq->head, &text, list, &m.headers.n);
    bool large;
    int rc;

    if (long_one) {
        refuse_field(w, rq->id, d, long_one);
        buf_release(&text);
        return;
    }
    m.headers.at = list;
    rc = gate ? msg_put_api_req(&w->out, &m) : E_CLOSED;
    large = rc == E_LIMIT; /* with what of it does not count as its body */
    if (!rc)
        rc = role_send(gate, &w->out, -1);
    buf_clear(&w->out);
    buf_release(&text);
    if (large) {
        refuse(w, rq->id, d, 413, "The request is too large.");
        return;
    }
    if (rc) {
        refuse(w, rq->id, d, 503, "Vigie is starting or overloaded. Try again in a moment.");
        return;
    }
    map_put_u64(&w->at, rq->id, w->waiting.n);
    *VEC_ADD(&w->waiting) =
        (struct waiting){.id = rq->id, .dialect = d, .due = {loop_now(r->loop).us + WEB_GATE_US}};
}

/* The Host must be a name of ours: else a page of another name that resolves to us could read the answers. With TLS we may be reached at any address; addresses are no names. */
static bool host_is_ours(const struct role *r, const struct http_request *rq)
{
    struct str field = http_parse_field(rq->head, "host"), name,
               names = str_of(role_option(r, "vigie_http_host", ""));
    struct address a;
    unsigned port;

    if (!field.p) /* HTTP/1.0 */
        return true;
    if (!http_text_host(field, &name, &port))
        return false;
    if (http_text_is_loopback(name) || (rq->tls && address_parse(name, &a)))
        return true;
    while (names.p) {
        struct str one = str_trim(str_cut(&names, ','));

        if (one.n && str_ieq(one, name))
            return true;
    }
    return false;
}

/* False: it was answered. */
static bool host_is_known(struct role *r, const struct http_request *rq, enum dialect d)
{
    if (host_is_ours(r, rq))
        return true;
    refuse(r->self, rq->id, d, 421,
           "This name is not served here; vigie_http_host lists the names that are.");
    return false;
}

static bool is_for_gate(struct str path)
{
    return dialect_of(path) != DIALECT_OURS || str_starts(path, STR("/api/")) || str_eq_c(path, "/metrics");
}

static void on_request(void *user, const struct http_request *rq)
{
    struct role *r = user;
    struct web *w = r->self;
    struct str path = rq->head->path;
    enum dialect d = dialect_of(path);

    if (!host_is_known(r, rq, d))
        return;
    if (is_for_gate(path))
        ask_gate(r, rq, d, 0);
    else
        answer_asset(w, rq);
}

/* Who sends much must be known: else nothing of it is read. */
static void on_large(void *user, const struct http_request *rq)
{
    struct role *r = user;
    struct web *w = r->self;
    enum dialect d = dialect_of(rq->head->path);

    if (!is_for_gate(rq->head->path))
        refuse(w, rq->id, d, 413, "This address takes no body.");
    else if (!host_is_known(r, rq, d))
        return;
    else if (d == DIALECT_NRDP && rq->head->length <= WEB_BODY_NRDP)
        http_take(w->http, rq->id);
    else
        ask_gate(r, rq, d, rq->head->length);
}

static void tell_gone(struct role *r, uint64_t id)
{
    struct web *w = r->self;
    struct peer *gate = role_peer(r, ROLE_GATE, 0);

    if (!gate)
        return;
    msg_must(msg_put_api_gone(&w->out, &(struct msg_api_gone){.id = id}));
    role_send(gate, &w->out, -1);
    buf_clear(&w->out);
}

static void on_gone(void *user, uint64_t id)
{
    struct role *r = user;

    if (!waiting_find(r->self, id))
        return;
    forget(r->self, id);
    tell_gone(r, id);
}

/* How much of a long answer waits here is bounded by this, and by what is under way when gate is told. */
static void tell_flow(struct role *r, uint64_t id, bool go)
{
    struct web *w = r->self;
    struct waiting *x = waiting_find(w, id);
    struct peer *gate = role_peer(r, ROLE_GATE, 0);

    if (!x || !gate)
        return;
    msg_must(msg_put_api_flow(&w->out, &(struct msg_api_flow){.id = id, .go = go}));
    if (role_send(gate, &w->out, -1) >= 0)
        x->held = !go; /* not before: the next part tells it again */
    else if (go)       /* nobody would make the rest */
        http_abort(w->http, id);
    buf_clear(&w->out);
}

static void on_taken(void *user, uint64_t id)
{
    tell_flow(user, id, true);
}

/* ---- answers of gate ---- */

/* Of events there is no end, and a browser that does not take them reads the list again; anything else that comes in parts is a long answer. */
static bool is_stream(const struct msg_api_resp *a)
{
    for (size_t i = 0; i < a->headers.n; i++)
        if (str_eq_c(a->headers.at[i], "Content-Type: text/event-stream"))
            return true;
    return false;
}

static void on_api_resp(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    const struct msg_api_resp *a = &m->u.api_resp;
    struct web *w = r->self;
    struct waiting *x = waiting_find(w, a->id);
    struct http_answer answer = {
        .status = (int)a->status, .headers = a->headers.at, .n_headers = a->headers.n, .body = a->body};

    if (!x || x->stream)
        return;             /* the client left, or we gave up, while the answer was under way */
    if (a->status == 100) { /* the body may come, and the request with it as another */
        forget(w, a->id);
        http_take(w->http, a->id);
        return;
    }
    if (a->status < 200 || a->status > 599)
        answer.status = 500;
    if (a->more) {
        x->stream = true;
        answer.whole = !is_stream(a);
        http_begin(w->http, a->id, &answer);
        return;
    }
    forget(w, a->id);
    http_answer(w->http, a->id, &answer);
}

/* The rest of it does not come: what has begun breaks off, so that nobody takes it for whole and browsers come again. */
static void give_up(struct web *w, uint64_t id, const char *why)
{
    const struct waiting *x = waiting_find(w, id);
    bool begun = x && x->stream;
    enum dialect d = x ? x->dialect : DIALECT_OURS;

    forget(w, id);
    if (begun)
        http_abort(w->http, id);
    else
        refuse(w, id, d, 503, why);
}

static void on_api_data(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    const struct msg_api_data *d = &m->u.api_data;
    struct web *w = r->self;
    const struct waiting *x = waiting_find(w, d->id);

    if (x && d->broken) {
        give_up(w, d->id, "Vigie is overloaded. Try again in a moment.");
        return;
    }
    if (!x || !x->stream)
        return;
    if (d->body.n && !http_more(w->http, d->id, d->body))
        return; /* on_gone has seen to it */
    if (d->end) {
        forget(w, d->id);
        http_end(w->http, d->id);
    } else if (!x->held && http_waiting(w->http, d->id) > WEB_WAITING) {
        tell_flow(r, d->id, false);
    }
}

/* Gate died with all that it had. */
static void peer_down(struct role *r, struct peer *p)
{
    struct web *w = r->self;

    if (p->id != ROLE_GATE)
        return;
    while (w->waiting.n)
        give_up(
            w, VEC_LAST(&w->waiting).id,
            "A part of Vigie has been restarted. Whether this was done is not known: look, then try again.");
}

static void sweep(void *user)
{
    struct role *r = user;
    struct web *w = r->self;
    struct mono now = loop_now(r->loop);

    for (size_t i = 0; i < w->waiting.n;) {
        struct waiting x = w->waiting.at[i];

        if (x.stream || x.due.us > now.us) {
            i++;
            continue;
        }
        forget(w, x.id);
        tell_gone(r, x.id);
        refuse(w, x.id, x.dialect, 504, "The answer did not come in time.");
    }
    loop_timer_set(r->loop, &w->sweep, (struct mono){now.us + WEB_SWEEP_US}, sweep, r);
}

/* ---- life ---- */

static bool is_loopback(int fd)
{
    struct sockaddr_storage a = {0};
    socklen_t len = sizeof(a);
    const struct sockaddr_in *v4 = (const void *)&a;
    const struct sockaddr_in6 *v6 = (const void *)&a;

    if (getsockname(fd, (struct sockaddr *)&a, &len) < 0)
        return false;
    if (a.ss_family == AF_INET)
        return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
    return a.ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

static void birth(struct role *r)
{
    struct web *w = r->self;

    buf_init(&w->out);
    web_tls_init(&w->tls, r);
}

static void take_fd(struct role *r, struct str purpose, struct str arg, int fd)
{
    struct web *w = r->self;

    if (web_tls_fd(&w->tls, purpose, fd))
        return;
    BUG_ON(!str_eq_c(purpose, "http-listen"));
    if (!w->tls.take.context && !is_loopback(fd)) /* the parent refuses it too; here it is made sure of */
        log_fatal(STR_FMT " is not a loopback address: plain HTTP is spoken on loopback only", STR_ARG(arg));
    *VEC_ADD(&w->listen) = fd;
}

static void serve(struct role *r)
{
    struct web *w = r->self;
    struct http_config k = {
        .connections_max = WEB_CONNECTIONS,
        .head_max = LIMIT_HTTP_HEADER,
        .body_max = WEB_BODY_MAX,
        .body_unasked = LIMIT_HTTP_UNASKED,
        .waiting_max = WEB_WAITING,
        .head_us = 10 * TIME_S,
        .body_us = 30 * TIME_S,
        .idle_us = 75 * TIME_S,
        .stall_us = 30 * TIME_S,
        .always = w->tls.take.context ? always_tls : always,
        .refusal = on_refusal,
        .request = on_request,
        .large = on_large,
        .gone = on_gone,
        .taken = on_taken,
        .user = r,
        .tls = w->tls.take.context ? role_tls : NULL,
        .tls_context = w->tls.take.context,
    };

    w->http = http_new(r->loop, &k);
    for (size_t i = 0; i < w->listen.n; i++)
        http_listen(w->http, w->listen.at[i]);
    web_tls_serve(&w->tls, w->http);
    sweep(r);
    role_ready(r);
}

static void stop(struct role *r)
{
    struct web *w = r->self;

    loop_timer_cancel(&w->sweep);
    http_free(w->http);
    web_tls_release(&w->tls);
    for (size_t i = 0; i < w->listen.n; i++)
        close(w->listen.at[i]);
    VEC_RELEASE(&w->listen);
    VEC_RELEASE(&w->waiting);
    map_release(&w->at);
    buf_release(&w->out);
    role_done(r);
}

static void peer_up(struct role *r UNUSED, struct peer *p)
{
    link_gather(p->link); /* the questions of one round go to gate together */
}

static const struct role_inbox inbox[] = {
    {MSG_API_RESP, ROLE_BIT(GATE), on_api_resp},
    {MSG_API_DATA, ROLE_BIT(GATE), on_api_data},
};

const struct role_ops role_web = {
    .id = ROLE_WEB,
    .self_size = sizeof(struct web),
    .inbox = inbox,
    .n_inbox = ARRAY_LEN(inbox),
    .birth = birth,
    .fd = take_fd,
    .serve = serve,
    .peer_up = peer_up,
    .peer_down = peer_down,
    .stop = stop,
};
