/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP server over TLS, with the library's client on sockets of the loopback: the same as without, its end in order, who is slow, who speaks no TLS, who does not count any more. */
#include "tls_papers.h"
#include "wire/http.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loopback.h"

enum { BODY_MOST = 150 * 1024, WAITING = 64 * 1024, ROUNDS = 20000, MUCH = 4 * 1024 * 1024 };

struct world {
    struct loop *loop;
    struct http_server *s;
    struct tls_papers server, client;
    struct tls_context *open, *asks; /* without and with certificates of clients */
    int listen_fd;
    struct sockaddr_in at;
    unsigned requests, gone;
    uint64_t last;
    size_t body;
    bool whole, tls;
};

static void on_request(void *user, const struct http_request *rq)
{
    struct world *w = user;
    struct str type = STR("Content-Type: text/plain");
    struct http_answer a = {
        .status = 200, .headers = &type, .n_headers = 1, .body = STR("hello"), .whole = w->whole};

    w->requests++;
    w->last = rq->id;
    w->body = rq->body.n;
    w->tls = rq->tls;
    if (str_eq_c(rq->head->path, "/stream"))
        assert_true(http_begin(w->s, rq->id, &a));
    else
        assert_true(http_answer(w->s, rq->id, &a));
}

static void on_gone(void *user, uint64_t id UNUSED)
{
    ((struct world *)user)->gone++;
}

static void on_refusal(void *user UNUSED, struct str path UNUSED, const char *why,
                       struct http_answer *a UNUSED, struct buf *body)
{
    buf_add_c(body, why);
}

static struct tls_context *context(const struct world *w, bool asks)
{
    struct err err = ERR_INIT;
    struct tls_context *c =
        tls_openssl.context_new(&(struct tls_files){.cert = buf_str(&w->server.cert),
                                                    .key = buf_str(&w->server.key),
                                                    .ca = asks ? buf_str(&w->client.cert) : STR_NULL},
                                &err);

    if (!c)
        fail_msg("%s", err.text);
    return c;
}

static int set_up(void **state)
{
    struct world *w = mem_zalloc(sizeof(*w));
    struct http_config k = {.connections_max = 4,
                            .head_max = 2048,
                            .body_max = BODY_MOST,
                            .body_unasked = BODY_MOST,
                            .waiting_max = WAITING,
                            .head_us = TIME_H,
                            .body_us = TIME_H,
                            .idle_us = TIME_H,
                            .stall_us = TIME_H,
                            .always = "X-Always: yes\r\n",
                            .refusal = on_refusal,
                            .request = on_request,
                            .gone = on_gone,
                            .user = w,
                            .tls = &tls_openssl};

    tls_papers_make(&w->server, "server");
    tls_papers_make(&w->client, "monitor.example");
    w->open = context(w, false);
    w->asks = context(w, true);
    k.tls_context = w->open;
    w->loop = loop_new();
    w->listen_fd = loopback_listen(&w->at);
    w->s = http_new(w->loop, &k);
    http_listen(w->s, w->listen_fd);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    http_free(w->s);
    loop_free(w->loop);
    close(w->listen_fd);
    tls_openssl.context_free(w->open);
    tls_openssl.context_free(w->asks);
    tls_papers_release(&w->server);
    tls_papers_release(&w->client);
    mem_free(w);
    return 0;
}

/* ---- a client ---- */

struct client {
    struct world *w;
    int fd;
    SSL_CTX *context;
    SSL *ssl;
    struct buf got;
    int end; /* SSL_ERROR_* of its last reading; 0: it may go on */
};

static int dial(const struct world *w)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(connect(fd, (const struct sockaddr *)&w->at, sizeof(w->at)), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

static void client_init(struct client *c, struct world *w, const struct tls_papers *with)
{
    *c = (struct client){.w = w, .fd = dial(w), .context = SSL_CTX_new(TLS_client_method())};
    buf_init(&c->got);
    if (with) {
        BIO *cert = BIO_new_mem_buf(with->cert.data, (int)with->cert.len),
            *secret = BIO_new_mem_buf(with->key.data, (int)with->key.len);
        X509 *x = PEM_read_bio_X509(cert, NULL, NULL, NULL);
        EVP_PKEY *key = PEM_read_bio_PrivateKey(secret, NULL, NULL, NULL);

        assert_int_equal(SSL_CTX_use_certificate(c->context, x), 1);
        assert_int_equal(SSL_CTX_use_PrivateKey(c->context, key), 1);
        X509_free(x);
        EVP_PKEY_free(key);
        BIO_free(cert);
        BIO_free(secret);
    }
    c->ssl = SSL_new(c->context);
    SSL_set_fd(c->ssl, c->fd);
    SSL_set_connect_state(c->ssl);
}

static void client_release(struct client *c)
{
    SSL_free(c->ssl);
    SSL_CTX_free(c->context);
    close(c->fd);
    buf_release(&c->got);
}

static void say(struct client *c, struct str text)
{
    for (int i = 0; i < ROUNDS && text.n; i++) {
        struct str piece = str_sub(text, 0, 10000);
        int n = SSL_write(c->ssl, piece.p, (int)piece.n);

        if (n > 0)
            text = str_sub(text, (size_t)n, text.n);
        else
            assert_true(SSL_want(c->ssl) != SSL_NOTHING);
        loop_once(c->w->loop, n > 0 ? 0 : TIME_MS);
    }
    assert_int_equal(text.n, 0);
}

static void read_some(struct client *c)
{
    char room[20000];
    int n = SSL_read(c->ssl, room, sizeof(room));

    if (n > 0)
        buf_add(&c->got, room, (size_t)n);
    else if (SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_READ)
        c->end = SSL_get_error(c->ssl, n);
    loop_once(c->w->loop, n > 0 ? 0 : TIME_MS);
}

/* NULL: the end. */
static void expect(struct client *c, const char *want)
{
    for (int i = 0; i < ROUNDS; i++) {
        if (want ? str_contains(buf_str(&c->got), str_of(want)) : c->end)
            return;
        if (c->end)
            break;
        read_some(c);
    }
    fail_msg("never came: %s; got %.200s", want ? want : "the end", c->got.len ? c->got.data : "nothing");
}

/* ---- tests ---- */

static void test_keep_alive(void **state)
{
    struct world *w = *state;
    struct buf body = BUF_INIT;
    struct client c;

    client_init(&c, w, NULL);
    say(&c, STR("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /later HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect(&c, "hello");
    buf_clear(&c.got);
    say(&c, STR("GET / HTTP/1.1\r\nHo"));
    say(&c, STR("st: a\r\n\r\n"));
    expect(&c, "hello");
    while (w->requests < 3)
        read_some(&c);
    assert_true(w->tls);
    buf_clear(&c.got);
    buf_printf(&body, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\nConnection: close\r\n\r\n",
               BODY_MOST);
    for (int i = 0; i < BODY_MOST; i++)
        buf_add_char(&body, 'x');
    say(&c, buf_str(&body));
    expect(&c, NULL);
    assert_true(str_contains(buf_str(&c.got), STR("X-Always: yes\r\n")) &&
                str_ends(buf_str(&c.got), STR("hello")));
    assert_int_equal(w->body, BODY_MOST);
    assert_int_equal(c.end, SSL_ERROR_ZERO_RETURN); /* it was ended in order: nothing was cut off */
    assert_int_equal(w->gone, 0);
    client_release(&c);
    buf_release(&body);
}

static void test_stream(void **state)
{
    struct world *w = *state;
    struct client c;

    client_init(&c, w, NULL);
    say(&c, STR("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect(&c, "5\r\nhello\r\n");
    assert_int_equal(http_stats(w->s).streams, 1);
    assert_true(http_more(w->s, w->last, STR("again")));
    expect(&c, "5\r\nagain\r\n");
    assert_true(http_end(w->s, w->last));
    expect(&c, "0\r\n\r\n");
    buf_clear(&c.got);
    say(&c, STR("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect(&c, "5\r\nhello\r\n");
    http_abort(w->s, w->last);
    expect(&c, NULL);
    assert_int_not_equal(c.end, SSL_ERROR_ZERO_RETURN); /* who is broken off sees it */
    assert_int_equal(w->gone, 1);
    client_release(&c);
}

static void test_slow_client(void **state)
{
    struct world *w = *state;
    struct buf much = BUF_INIT;
    struct client c;
    int rounds = 0;

    client_init(&c, w, NULL);
    say(&c, STR("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect(&c, "hello");
    for (int i = 0; i < WAITING; i++)
        buf_add_char(&much, 'x');
    while (http_more(w->s, w->last, buf_str(&much)) && ++rounds < 1000)
        ;
    assert_true(rounds < 1000);
    assert_int_equal(w->gone, 1);
    assert_int_equal(http_stats(w->s).overflowed, 1);
    client_release(&c);
    /* One whose end is known gets all of it. */
    client_init(&c, w, NULL);
    w->whole = true;
    say(&c, STR("GET /stream HTTP/1.0\r\nHost: a\r\n\r\n"));
    expect(&c, "hello");
    for (size_t n = 0; n < MUCH; n += much.len)
        assert_true(http_more(w->s, w->last, buf_str(&much)));
    assert_true(http_end(w->s, w->last));
    expect(&c, NULL);
    assert_int_equal(c.end, SSL_ERROR_ZERO_RETURN);
    assert_true(c.got.len > MUCH && c.got.data[c.got.len - 1] == 'x');
    client_release(&c);
    buf_release(&much);
}

static void test_no_tls(void **state)
{
    struct world *w = *state;
    struct str text = STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    char room[1000];
    int fd = dial(w);
    ssize_t n = 0;

    assert_int_equal(send(fd, text.p, text.n, MSG_NOSIGNAL), (ssize_t)text.n);
    for (int i = 0; i < ROUNDS && http_stats(w->s).accepted == 0; i++)
        loop_once(w->loop, TIME_MS);
    while ((n = recv(fd, room, sizeof(room), MSG_DONTWAIT)) > 0 || (n < 0 && errno == EAGAIN)) {
        assert_true(n < 0 || !memmem(room, (size_t)n, "HTTP", 4));
        loop_once(w->loop, TIME_MS);
    }
    assert_int_equal(w->requests, 0);
    assert_int_equal(http_stats(w->s).open, 0);
    close(fd);
}

static void test_full(void **state)
{
    struct world *w = *state;
    struct client c;
    int silent[4];

    for (size_t i = 0; i < ARRAY_LEN(silent); i++) /* they never begin */
        silent[i] = dial(w);
    for (int i = 0; i < ROUNDS && http_stats(w->s).open < ARRAY_LEN(silent); i++)
        loop_once(w->loop, TIME_MS);
    client_init(&c, w, NULL);
    say(&c, STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect(&c, "hello");
    assert_int_equal(http_stats(w->s).open, 4);
    client_release(&c);
    for (size_t i = 0; i < ARRAY_LEN(silent); i++)
        close(silent[i]);
}

static void test_renewed(void **state)
{
    struct world *w = *state;
    struct client c, stranger;

    client_init(&stranger, w, NULL);
    say(&stranger, STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect(&stranger, "hello");
    assert_int_equal(http_renew(w->s, w->open), 0);
    say(&stranger, STR("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect(&stranger, "5\r\nhello\r\n");
    assert_int_equal(http_renew(w->s, w->asks), 1);
    expect(&stranger, NULL);
    assert_int_equal(w->gone, 1);
    client_release(&stranger);
    client_init(&stranger, w, NULL);
    SSL_do_handshake(stranger.ssl);
    expect(&stranger, NULL);
    client_release(&stranger);
    client_init(&c, w, &w->client);
    say(&c, STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect(&c, "hello");
    assert_int_equal(http_renew(w->s, w->asks), 0);
    buf_clear(&c.got);
    say(&c, STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect(&c, "hello");
    client_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_keep_alive, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stream, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_slow_client, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_tls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_full, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_renewed, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
