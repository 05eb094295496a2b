/* SPDX-License-Identifier: Apache-2.0 */
/* TLS between bytes and bytes: our side against the library's client, in pieces of every size; what is no certificate, no key or no TLS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "os/clock.h"
#include "os/sock.h"
#include "tls_papers.h"
#include "wire/tls.h"

struct papers {
    struct tls_papers server, client, stranger;
};

static int set_up(void **state)
{
    struct papers *p = calloc(1, sizeof(*p));

    tls_papers_make(&p->server, "server");
    tls_papers_make(&p->client, "monitor.example");
    tls_papers_make(&p->stranger, "who; is \"that\"");
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct papers *p = *state;

    tls_papers_release(&p->server);
    tls_papers_release(&p->client);
    tls_papers_release(&p->stranger);
    free(p);
    return 0;
}

static struct tls_context *context(const struct papers *p, const struct tls_papers *ca)
{
    struct err err = ERR_INIT;
    struct tls_context *c =
        tls_openssl.context_new(&(struct tls_files){.cert = buf_str(&p->server.cert),
                                                    .key = buf_str(&p->server.key),
                                                    .old = true,
                                                    .ca = ca ? buf_str(&ca->cert) : STR_NULL},
                                &err);

    if (!c)
        fail_msg("%s", err.text);
    return c;
}

/* ---- a client ---- */

struct client {
    SSL_CTX *context;
    SSL *ssl;
    BIO *in, *out;
};

static struct client client_new(const struct tls_papers *with)
{
    struct client c = {.context = SSL_CTX_new(TLS_client_method())};
    BIO *b;

    if (with) {
        X509 *x;
        EVP_PKEY *key;

        b = BIO_new_mem_buf(with->cert.data, (int)with->cert.len);
        x = PEM_read_bio_X509(b, NULL, NULL, NULL);
        BIO_free(b);
        b = BIO_new_mem_buf(with->key.data, (int)with->key.len);
        key = PEM_read_bio_PrivateKey(b, NULL, NULL, NULL);
        BIO_free(b);
        assert_int_equal(SSL_CTX_use_certificate(c.context, x), 1);
        assert_int_equal(SSL_CTX_use_PrivateKey(c.context, key), 1);
        X509_free(x);
        EVP_PKEY_free(key);
    }
    c.ssl = SSL_new(c.context);
    c.in = BIO_new(BIO_s_mem());
    c.out = BIO_new(BIO_s_mem());
    SSL_set_bio(c.ssl, c.in, c.out);
    SSL_set_connect_state(c.ssl);
    return c;
}

static void client_free(struct client *c)
{
    SSL_free(c->ssl);
    SSL_CTX_free(c->context);
}

/* Carries what each side has to say to the other, so many bytes at once. What came of it last on our side. */
static int carry(struct client *c, struct tls *t, size_t piece, struct buf *heard)
{
    char room[40000];
    int r = 0, n;
    bool moved = true;

    BUG_ON(piece > sizeof(room));
    while (moved && r == 0) {
        struct buf *out = tls_openssl.out(t);

        moved = false;
        while (r == 0 && (n = BIO_read(c->out, room, (int)piece)) > 0) {
            r = tls_openssl.take(t, str_make(room, (size_t)n), heard);
            moved = true;
        }
        for (size_t at = 0; at < out->len; at += piece, moved = true)
            BIO_write(c->in, out->data + at, (int)MIN(piece, out->len - at));
        buf_clear(out);
        if (moved && !SSL_is_init_finished(c->ssl))
            SSL_do_handshake(c->ssl);
    }
    return r;
}

static int shake_hands(struct client *c, struct tls *t, size_t piece, struct buf *heard)
{
    SSL_do_handshake(c->ssl);
    return carry(c, t, piece, heard);
}

static void read_all(struct client *c, struct buf *to)
{
    char room[20000];
    int n;

    while ((n = SSL_read(c->ssl, room, sizeof(room))) > 0)
        buf_add(to, room, (size_t)n);
}

/* ---- tests ---- */

static void test_to_and_fro(void **state)
{
    static const size_t pieces[] = {1, 7, 1000, 40000};
    struct buf large = BUF_INIT;

    for (int i = 0; i < 60000; i++)
        buf_add_char(&large, (char)(i * 31 % 251));
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        struct tls_context *context_of = context(*state, NULL);
        struct tls *t = tls_openssl.open(context_of);
        struct client c = client_new(NULL);
        struct buf heard = BUF_INIT, answered = BUF_INIT;
        char room[TLS_NAME_MAX];

        tls_openssl.context_free(context_of); /* a renewed certificate: the session keeps the old one */
        assert_false(tls_openssl.ready(t));
        assert_int_equal(shake_hands(&c, t, pieces[i], &heard), 0);
        assert_true(tls_openssl.ready(t) && SSL_is_init_finished(c.ssl));
        assert_int_equal(tls_openssl.peer(t, room).n, 0);
        assert_int_equal(SSL_write(c.ssl, "GET hosts\n\n", 11), 11);
        assert_int_equal(carry(&c, t, pieces[i], &heard), 0);
        assert_true(str_eq_c(buf_str(&heard), "GET hosts\n\n"));
        assert_int_equal(tls_openssl.put(t, buf_str(&large)), 0);
        carry(&c, t, pieces[i], &heard);
        read_all(&c, &answered);
        assert_true(str_eq(buf_str(&answered), buf_str(&large)));
        SSL_shutdown(c.ssl); /* says no more, and still hears */
        assert_int_equal(carry(&c, t, pieces[i], &heard), E_CLOSED);
        assert_int_equal(tls_openssl.put(t, STR("last words")), 0);
        tls_openssl.end(t);
        tls_openssl.end(t);
        buf_clear(&answered);
        carry(&c, t, pieces[i], &heard);
        read_all(&c, &answered);
        assert_true(str_eq_c(buf_str(&answered), "last words"));
        assert_int_equal(SSL_get_shutdown(c.ssl) & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN);
        tls_openssl.free(t);
        client_free(&c);
        buf_release(&heard);
        buf_release(&answered);
    }
    buf_release(&large);
}

static void test_who_is_let_in(void **state)
{
    const struct papers *p = *state;
    const struct {
        const struct tls_papers *shows, *ca;
        bool in;
        const char *name;
    } cases[] = {{NULL, NULL, true, ""},
                 {&p->client, NULL, true, ""}, /* it was not asked for */
                 {&p->client, &p->client, true, "monitor.example"},
                 {&p->stranger, &p->stranger, true, ""}, /* no plain word */
                 {NULL, &p->client, false, ""},
                 {&p->stranger, &p->client, false, ""}};

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct tls_context *of = context(p, cases[i].ca);
        struct tls *t = tls_openssl.open(of);
        struct client c = client_new(cases[i].shows);
        struct buf heard = BUF_INIT;
        char room[TLS_NAME_MAX];
        int r = shake_hands(&c, t, 4000, &heard);

        assert_int_equal(r, cases[i].in ? 0 : E_FORMAT);
        assert_int_equal(tls_openssl.ready(t), cases[i].in);
        assert_true(str_eq_c(tls_openssl.peer(t, room), cases[i].name));
        if (!cases[i].in) /* it is told why not */
            assert_int_equal(SSL_get_error(c.ssl, SSL_read(c.ssl, room, 1)), SSL_ERROR_SSL);
        tls_openssl.free(t);
        tls_openssl.context_free(of);
        client_free(&c);
        buf_release(&heard);
    }
}

/* A list of that authority's, over from yesterday until so many seconds from now; serial 0: nothing is on it. */
static struct buf list_of(const struct tls_papers *ca, long serial, long until)
{
    BIO *b = BIO_new_mem_buf(ca->cert.data, (int)ca->cert.len), *out = BIO_new(BIO_s_mem());
    X509 *x = PEM_read_bio_X509(b, NULL, NULL, NULL);
    X509_CRL *list = X509_CRL_new();
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_TIME *then = X509_gmtime_adj(NULL, -86400), *next = X509_gmtime_adj(NULL, until);
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    EVP_PKEY *key;
    struct buf pem;

    BIO_free(b);
    b = BIO_new_mem_buf(ca->key.data, (int)ca->key.len);
    key = PEM_read_bio_PrivateKey(b, NULL, NULL, NULL);
    BIO_free(b);
    ASN1_INTEGER_set(number, serial);
    X509_REVOKED_set_serialNumber(entry, number);
    X509_REVOKED_set_revocationDate(entry, then);
    X509_CRL_set_version(list, 1);
    X509_CRL_set_issuer_name(list, X509_get_subject_name(x));
    X509_CRL_set1_lastUpdate(list, then);
    X509_CRL_set1_nextUpdate(list, next);
    if (serial)
        assert_int_equal(X509_CRL_add0_revoked(list, entry), 1);
    else
        X509_REVOKED_free(entry);
    assert_true(X509_CRL_sign(list, key, EVP_sha256()) > 0);
    assert_int_equal(PEM_write_bio_X509_CRL(out, list), 1);
    tls_papers_take(&pem, out);
    X509_CRL_free(list);
    ASN1_INTEGER_free(number);
    ASN1_TIME_free(then);
    ASN1_TIME_free(next);
    EVP_PKEY_free(key);
    X509_free(x);
    return pem;
}

/* The client's certificate is signed by itself, and has the number 1. */
static void test_taken_back(void **state)
{
    const struct papers *p = *state;
    struct tls_context *before = context(p, &p->client);
    const struct {
        const struct tls_papers *of;
        long serial, until;
        bool in;
        const char *words; /* not NULL: the list is not taken */
    } cases[] = {{&p->client, 0, 86400, true, NULL},
                 {&p->client, 2, 86400, true, NULL},
                 {&p->client, 1, 86400, false, NULL},
                 {&p->client, 0, -3600, false, NULL}, /* out of date */
                 {&p->stranger, 0, 86400, false, "none of the authorities"}};

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf list = list_of(cases[i].of, cases[i].serial, cases[i].until), heard = BUF_INIT;
        struct err err = ERR_INIT;
        struct tls_context *of = tls_openssl.context_new(&(struct tls_files){.cert = buf_str(&p->server.cert),
                                                                             .key = buf_str(&p->server.key),
                                                                             .ca = buf_str(&p->client.cert),
                                                                             .crl = buf_str(&list)},
                                                         &err);
        struct client c = client_new(&p->client), earlier = client_new(&p->client);

        assert_int_equal(!of, cases[i].words != NULL);
        if (of) {
            struct tls *t = tls_openssl.open(of), *open = tls_openssl.open(before);

            assert_int_equal(shake_hands(&c, t, 4000, &heard), cases[i].in ? 0 : E_FORMAT);
            assert_int_equal(tls_openssl.ready(t), cases[i].in);
            assert_int_equal(shake_hands(&earlier, open, 4000, &heard), 0);
            assert_true(tls_openssl.holds(open, before));
            assert_int_equal(tls_openssl.holds(open, of), cases[i].in);
            tls_openssl.free(t);
            tls_openssl.free(open);
        } else {
            assert_non_null(strstr(err.text, cases[i].words));
        }
        tls_openssl.context_free(of);
        client_free(&c);
        client_free(&earlier);
        buf_release(&list);
        buf_release(&heard);
    }
    tls_openssl.context_free(before);
}

static void test_wrong_files(void **state)
{
    const struct papers *p = *state;
    const struct str cert = buf_str(&p->server.cert), key = buf_str(&p->server.key),
                     other = buf_str(&p->client.key), half = str_sub(cert, 0, cert.n / 2),
                     junk = STR("-----BEGIN CERTIFICATE-----\n!!!!\n");
    struct buf two = BUF_INIT, damaged = BUF_INIT;
    const struct {
        struct tls_files files;
        const char *words; /* NULL: they are right */
    } cases[] = {{{STR_NULL, key, STR_NULL}, "no certificate"},
                 {{key, key, STR_NULL}, "no certificate"},
                 {{half, key, STR_NULL}, "no certificate"},
                 {{junk, key, STR_NULL}, "no certificate"},
                 {{cert, STR_NULL, STR_NULL}, "no private key"},
                 {{cert, cert, STR_NULL}, "no private key"},
                 {{cert, other, STR_NULL}, "does not belong"},
                 {{cert, key, STR("nobody")}, "authorities of clients"},
                 {{cert, key, junk}, "authorities of clients"},
                 {{cert, key, cert, STR("nothing")}, "no revocation list"},
                 {{cert, key, cert, cert}, "no revocation list"},
                 {{cert, key, cert}, NULL}};

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err err = ERR_INIT;
        struct tls_context *c = tls_openssl.context_new(&cases[i].files, &err);

        if (!c != !!cases[i].words || (!c && !strstr(err.text, cases[i].words)))
            fail_msg("%zu: %s", i, err.text);
        tls_openssl.context_free(c);
    }
    buf_add_str(&two, cert);
    buf_add_str(&two, buf_str(&p->client.cert));
    buf_add_str(&damaged, cert);
    buf_add_str(&damaged, junk);
    for (int good = 0; good < 2; good++) {
        struct err err = ERR_INIT;
        struct tls_context *c = tls_openssl.context_new(
            &(struct tls_files){.cert = buf_str(good ? &two : &damaged), .key = key}, &err);

        assert_int_equal(!!c, good);
        tls_openssl.context_free(c);
    }
    buf_release(&two);
    buf_release(&damaged);
}

static void test_no_tls(void **state)
{
    static const char *const said[] = {"GET hosts\n\n", "GET / HTTP/1.1\r\n\r\n",
                                       "\x16\x03\x01\xff\xff\x01garbage garbage"};
    struct tls_context *of = context(*state, NULL);

    for (size_t i = 0; i < ARRAY_LEN(said); i++) {
        struct tls *t = tls_openssl.open(of);
        struct buf heard = BUF_INIT;

        assert_int_equal(tls_openssl.take(t, str_of(said[i]), &heard), E_FORMAT);
        assert_true(!heard.len && !tls_openssl.ready(t));
        tls_openssl.end(t);
        tls_openssl.free(t);
        buf_release(&heard);
    }
    tls_openssl.context_free(of);
}

/* Where certificates of clients may be left out. */
static void test_addresses(void **state UNUSED)
{
    static const struct {
        const char *at;
        bool loopback, private;
    } cases[] = {{"127.0.0.1:1", true, true},
                 {"127.9.9.9:1", true, true},
                 {"[::1]:1", true, true},
                 {"10.0.0.1:1", false, true},
                 {"172.16.0.1:1", false, true},
                 {"172.31.255.255:1", false, true},
                 {"172.32.0.1:1", false, false},
                 {"172.15.0.1:1", false, false},
                 {"192.168.7.7:1", false, true},
                 {"192.169.0.1:1", false, false},
                 {"169.254.1.1:1", false, true},
                 {"100.64.0.1:1", false, true},
                 {"100.128.0.1:1", false, false},
                 {"0.0.0.0:1", false, false},
                 {"8.8.8.8:1", false, false},
                 {"203.0.113.1:1", false, false},
                 {"[::]:1", false, false},
                 {"[fe80::1]:1", false, true},
                 {"[fec0::1]:1", false, false},
                 {"[fd00::1]:1", false, true},
                 {"[fc00::1]:1", false, true},
                 {"[2001:db8::1]:1", false, false},
                 {"[::ffff:8.8.8.8]:1", false, false},
                 {"[::ffff:127.0.0.1]:1", false, false},
                 {"nonsense", false, false},
                 {"10.0.0.1", false, false}};

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (sock_is_loopback(cases[i].at) != cases[i].loopback ||
            sock_is_private(cases[i].at) != cases[i].private)
            fail_msg("%s", cases[i].at);
    }
}

/* The client speaks that version and no other. */
static bool speaks(struct tls_context *c, int version)
{
    struct client k = client_new(NULL);
    struct tls *t = tls_openssl.open(c);
    struct buf heard = BUF_INIT;
    bool ok;

    SSL_set_min_proto_version(k.ssl, version);
    SSL_set_max_proto_version(k.ssl, version);
    ok = shake_hands(&k, t, 100, &heard) == 0 && tls_openssl.ready(t);
    tls_openssl.free(t);
    client_free(&k);
    buf_release(&heard);
    return ok;
}

static void test_versions(void **state)
{
    const struct papers *p = *state;
    struct tls_files files = {.cert = buf_str(&p->server.cert), .key = buf_str(&p->server.key)};

    for (int old = 0; old < 2; old++) {
        struct err err = ERR_INIT;
        struct tls_context *c;

        files.old = old;
        c = tls_openssl.context_new(&files, &err);
        assert_non_null(c);
        assert_true(speaks(c, TLS1_3_VERSION));
        assert_int_equal(speaks(c, TLS1_2_VERSION), old);
        assert_false(speaks(c, TLS1_1_VERSION));
        tls_openssl.context_free(c);
    }
}

static void test_one_of_its_own(void **state UNUSED)
{
    const struct str names[] = {STR("page.example"), STR("192.0.2.7"), STR("2001:db8::7"), STR("localhost")};
    struct buf pem = BUF_INIT, other = BUF_INIT;
    struct err err = ERR_INIT;
    struct tls_about about;
    struct tls_context *c;
    int64_t now = clock_wall().us / TIME_S;

    assert_int_equal(tls_openssl.make(names, ARRAY_LEN(names), 365, &pem, &err), 0);
    assert_int_equal(tls_openssl.make(names, ARRAY_LEN(names), 365, &other, &err), 0);
    assert_false(str_eq(buf_str(&pem), buf_str(&other)));
    c = tls_openssl.context_new(&(struct tls_files){.cert = buf_str(&pem), .key = buf_str(&pem)}, &err);
    if (!c)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_true(tls_openssl.covers(c, names[i]));
    assert_false(tls_openssl.covers(c, STR("other.example")) || tls_openssl.covers(c, STR("192.0.2.8")) ||
                 tls_openssl.covers(c, STR("")));
    tls_openssl.about(c, &about);
    assert_int_equal(strlen(about.print), 95);
    assert_true(about.since < now && about.since > now - 2 * 86400);
    assert_true(about.until > now + 364 * 86400 && about.until < now + 366 * 86400);
    assert_true(speaks(c, TLS1_3_VERSION));
    tls_openssl.context_free(c);
    buf_release(&pem);
    buf_release(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_to_and_fro), cmocka_unit_test(test_who_is_let_in),
        cmocka_unit_test(test_taken_back), cmocka_unit_test(test_wrong_files),
        cmocka_unit_test(test_no_tls),     cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_versions),   cmocka_unit_test(test_one_of_its_own)};

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
