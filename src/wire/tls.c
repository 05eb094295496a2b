/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/tls.h"

#include "base/time.h"
#include "wire/tls_make.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <time.h>

enum { CHAIN_MOST = 16, AUTHORITIES_MOST = 1000, LISTS_MOST = 1000, DEPTH = 8, PIECE = 16 * 1024 };

struct tls_context {
    SSL_CTX *ssl;
};

struct tls {
    SSL *ssl;
    BIO *in, *wire; /* of ssl: what came, what goes */
    struct buf out;
    bool ready, ended;
};

static const char *reason(void)
{
    unsigned long code = ERR_peek_last_error();
    const char *text = code ? ERR_reason_error_string(code) : NULL;

    return text ? text : "it is not what it should be";
}

/* ---- context ---- */

static int no_passphrase(char *room UNUSED, int size UNUSED, int writing UNUSED, void *user UNUSED)
{
    return -1; /* nobody is there to be asked */
}

/* The next certificate of a text; NULL at its end, or with *wrong when it is none. */
static X509 *next_certificate(BIO *b, bool *wrong)
{
    X509 *x;

    ERR_clear_error();
    x = PEM_read_bio_X509(b, NULL, no_passphrase, NULL);
    *wrong = !x && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE;
    return x;
}

static int use_certificates(SSL_CTX *c, struct str pem, struct err *err)
{
    BIO *b = BIO_new_mem_buf(pem.p ? pem.p : "", (int)pem.n);
    bool wrong = false;
    X509 *x = b ? next_certificate(b, &wrong) : NULL;
    int r = 0;

    if (!x || SSL_CTX_use_certificate(c, x) != 1)
        r = err_set(err, E_FORMAT, "there is no certificate in PEM form: %s", reason());
    X509_free(x);
    for (int i = 0; r == 0 && (x = next_certificate(b, &wrong)); i++) {
        if (i == CHAIN_MOST || SSL_CTX_add0_chain_cert(c, x) != 1) {
            X509_free(x);
            r = err_set(err, E_FORMAT, "there are more than %d certificates, or one of them is wrong: %s",
                        CHAIN_MOST, reason());
        }
    }
    if (r == 0 && wrong)
        r = err_set(err, E_FORMAT, "a certificate behind the first is damaged: %s", reason());
    BIO_free(b);
    return r;
}

static int use_key(SSL_CTX *c, struct str pem, struct err *err)
{
    BIO *b = BIO_new_mem_buf(pem.p ? pem.p : "", (int)pem.n);
    EVP_PKEY *key;
    int r = 0;

    ERR_clear_error();
    key = b ? PEM_read_bio_PrivateKey(b, NULL, no_passphrase, NULL) : NULL;
    if (!key)
        r = err_set(
            err, E_FORMAT,
            "there is no private key in PEM form, or it has a passphrase, which nobody could type: %s",
            reason());
    else if (SSL_CTX_use_PrivateKey(c, key) != 1 || SSL_CTX_check_private_key(c) != 1)
        r = err_set(err, E_FORMAT, "the key does not belong to the certificate: %s", reason());
    EVP_PKEY_free(key);
    BIO_free(b);
    return r;
}

static int use_authorities(SSL_CTX *c, struct str pem, struct err *err)
{
    BIO *b = BIO_new_mem_buf(pem.p ? pem.p : "", (int)pem.n);
    bool wrong = false;
    int n = 0, r = 0;
    X509 *x;

    while (b && r == 0 && (x = next_certificate(b, &wrong))) {
        if (++n > AUTHORITIES_MOST || X509_STORE_add_cert(SSL_CTX_get_cert_store(c), x) != 1 ||
            SSL_CTX_add_client_CA(c, x) != 1)
            r = err_set(err, E_FORMAT, "authority %d of clients cannot be used: %s", n, reason());
        X509_free(x);
    }
    if (r == 0 && (!n || wrong))
        r = err_set(err, E_FORMAT, "the authorities of clients are no certificates in PEM form: %s",
                    reason());
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_verify_depth(c, DEPTH);
    BIO_free(b);
    return r;
}

/* A list must be one of an authority that is named: a file that was mixed up would let nobody in, and say nothing. */
static int use_list(SSL_CTX *c, X509_CRL *list, int n, struct err *err)
{
    STACK_OF(X509_OBJECT) *known = X509_STORE_get0_objects(SSL_CTX_get_cert_store(c));
    bool signed_by_one = false;

    for (int i = 0; i < sk_X509_OBJECT_num(known) && !signed_by_one; i++) {
        X509 *x = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(known, i));

        signed_by_one = x && X509_NAME_cmp(X509_get_subject_name(x), X509_CRL_get_issuer(list)) == 0 &&
                        X509_CRL_verify(list, X509_get0_pubkey(x)) == 1;
    }
    ERR_clear_error();
    if (!signed_by_one)
        return err_set(err, E_FORMAT,
                       "revocation list %d is signed by none of the authorities of clients: name its "
                       "authority among them",
                       n);
    if (X509_STORE_add_crl(SSL_CTX_get_cert_store(c), list) != 1)
        return err_set(err, E_FORMAT, "revocation list %d cannot be used: %s", n, reason());
    return 0;
}

static int use_lists(SSL_CTX *c, struct str pem, struct err *err)
{
    BIO *b = BIO_new_mem_buf(pem.p ? pem.p : "", (int)pem.n);
    bool wrong = false;
    int n = 0, r = 0;
    X509_CRL *list;

    while (b && r == 0) {
        ERR_clear_error();
        list = PEM_read_bio_X509_CRL(b, NULL, no_passphrase, NULL);
        wrong = !list && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE;
        if (!list)
            break;
        r = ++n > LISTS_MOST ? err_set(err, E_LIMIT, "there are more than %d revocation lists", LISTS_MOST)
                             : use_list(c, list, n, err);
        X509_CRL_free(list);
    }
    if (r == 0 && (!n || wrong))
        r = err_set(err, E_FORMAT, "there is no revocation list in PEM form, or one is damaged: %s",
                    reason());
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(c), X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    BIO_free(b);
    return r;
}

static void context_free(struct tls_context *c)
{
    if (!c)
        return;
    SSL_CTX_free(c->ssl);
    mem_free(c);
}

static void session_free(struct tls *t)
{
    if (!t)
        return;
    SSL_free(t->ssl); /* with its BIOs */
    buf_release(&t->out);
    mem_free(t);
}

static struct tls *session_open(struct tls_context *c)
{
    struct tls *t = mem_zalloc(sizeof(*t));

    buf_init(&t->out);
    t->ssl = SSL_new(c->ssl);
    t->in = BIO_new(BIO_s_mem());
    t->wire = BIO_new(BIO_s_mem());
    BUG_ON(!t->ssl || !t->in || !t->wire); /* no memory */
    BIO_set_mem_eof_return(t->in, -1);
    BIO_set_mem_eof_return(t->wire, -1);
    SSL_set_bio(t->ssl, t->in, t->wire);
    SSL_set_accept_state(t->ssl);
    return t;
}

static void set_up(SSL_CTX *c, bool old)
{
    SSL_CTX_set_min_proto_version(c, old ? TLS1_2_VERSION : TLS1_3_VERSION);
    SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                               SSL_OP_CIPHER_SERVER_PREFERENCE);
    BUG_ON(SSL_CTX_set_cipher_list(c, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1); /* of 1.2 */
    SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS);                          /* who only waits has none */
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(c, 0);
    SSL_CTX_set_default_passwd_cb(c, no_passphrase);
}

static struct tls_context *context_new(const struct tls_files *files, struct err *err)
{
    struct tls_context *c = mem_zalloc(sizeof(*c));
    unsigned char warm[16];
    int r = 0;

    /* Without its configuration file, which would be read as somebody else. */
    if (OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1 || RAND_bytes(warm, sizeof(warm)) != 1)
        r = err_set(err, E_IO, "the TLS library cannot begin: %s", reason());
    c->ssl = r == 0 ? SSL_CTX_new(TLS_server_method()) : NULL;
    if (r == 0 && !c->ssl)
        r = err_set(err, E_IO, "the TLS library cannot begin: %s", reason());
    if (r == 0) {
        set_up(c->ssl, files->old);
        r = use_certificates(c->ssl, files->cert, err);
    }
    if (r == 0)
        r = use_key(c->ssl, files->key, err);
    if (r == 0 && files->ca.n)
        r = use_authorities(c->ssl, files->ca, err);
    if (r == 0 && files->crl.n)
        r = use_lists(c->ssl, files->crl, err);
    if (r == 0)
        session_free(session_open(c)); /* what the library makes at the first one is made now */
    ERR_clear_error();
    if (r == 0)
        return c;
    context_free(c);
    return NULL;
}

/* ---- sessions ---- */

static void gather_out(struct tls *t)
{
    char piece[PIECE];
    int n;

    while ((n = BIO_read(t->wire, piece, sizeof(piece))) > 0)
        buf_add(&t->out, piece, (size_t)n);
}

/* What the library says of a call that brought nothing: more is needed, the peer is done, or it is wrong. */
static int outcome(const struct tls *t, int returned)
{
    switch (SSL_get_error(t->ssl, returned)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return 0;
    case SSL_ERROR_ZERO_RETURN: return E_CLOSED;
    default: return E_FORMAT;
    }
}

static int read_plain(struct tls *t, struct buf *plain)
{
    char piece[PIECE];
    int n, r = 0;

    while (r == 0) {
        ERR_clear_error();
        n = SSL_read(t->ssl, piece, sizeof(piece));
        if (n > 0)
            buf_add(plain, piece, (size_t)n);
        else
            r = outcome(t, n) ? outcome(t, n) : 1;
    }
    return r == 1 ? 0 : r;
}

static int take(struct tls *t, struct str bytes, struct buf *plain)
{
    int r = 0;

    if (bytes.n && BIO_write(t->in, bytes.p, (int)bytes.n) != (int)bytes.n)
        return E_LIMIT;
    ERR_clear_error();
    if (!t->ready) {
        int n = SSL_do_handshake(t->ssl);

        t->ready = n == 1;
        if (n != 1)
            r = outcome(t, n);
    }
    if (r == 0 && t->ready)
        r = read_plain(t, plain);
    gather_out(t);
    ERR_clear_error();
    return r;
}

static int put(struct tls *t, struct str plain)
{
    int r = 0;

    ERR_clear_error();
    for (size_t at = 0; r == 0 && at < plain.n;) {
        struct str piece = str_sub(plain, at, PIECE);
        int n = SSL_write(t->ssl, piece.p, (int)piece.n);

        if (n <= 0)
            r = E_FORMAT;
        else
            at += (size_t)n;
    }
    gather_out(t);
    ERR_clear_error();
    return r;
}

static struct buf *out(struct tls *t)
{
    return &t->out;
}

static bool ready(const struct tls *t)
{
    return t->ready;
}

static void end(struct tls *t)
{
    if (t->ended || !t->ready)
        return;
    t->ended = true;
    SSL_shutdown(t->ssl);
    gather_out(t);
    ERR_clear_error();
}

static bool is_plain(const char *name, int n)
{
    for (int i = 0; i < n; i++) {
        char c = name[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
              c == '_' || c == '-' || c == '@'))
            return false;
    }
    return n > 0;
}

static struct str peer(const struct tls *t, char room[TLS_NAME_MAX])
{
    X509 *x = SSL_get0_peer_certificate(t->ssl);
    int n = x ? X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName, room, TLS_NAME_MAX) : 0;

    return is_plain(room, n) ? str_make(room, (size_t)n) : STR_NULL;
}

static int64_t seconds_of(const ASN1_TIME *t)
{
    struct tm tm;
    struct time_civil c;

    if (ASN1_TIME_to_tm(t, &tm) != 1)
        return 0;
    c = (struct time_civil){.year = tm.tm_year + 1900,
                            .month = tm.tm_mon + 1,
                            .day = tm.tm_mday,
                            .hour = tm.tm_hour,
                            .minute = tm.tm_min,
                            .second = tm.tm_sec};
    return time_wall_s(time_from_utc(&c));
}

static void about(const struct tls_context *c, struct tls_about *out)
{
    const X509 *x = SSL_CTX_get0_certificate(c->ssl);
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned n = 0;

    *out = (struct tls_about){.since = seconds_of(X509_get0_notBefore(x)),
                              .until = seconds_of(X509_get0_notAfter(x))};
    BUG_ON(X509_digest(x, EVP_sha256(), hash, &n) != 1 || n * 3 > sizeof(out->print));
    for (unsigned i = 0; i < n; i++)
        snprintf(out->print + (size_t)i * 3, sizeof(out->print) - (size_t)i * 3, i + 1 < n ? "%02X:" : "%02X",
                 hash[i]);
}

static bool covers(const struct tls_context *c, struct str name)
{
    X509 *x = SSL_CTX_get0_certificate(c->ssl);
    char text[256];

    return str_copy(text, sizeof(text), name) &&
           (X509_check_ip_asc(x, text, 0) == 1 || X509_check_host(x, text, 0, 0, NULL) == 1);
}

static bool holds(const struct tls *t, const struct tls_context *c)
{
    X509 *x = SSL_get0_peer_certificate(t->ssl);
    X509_STORE_CTX *v;
    bool good;

    if (!(SSL_CTX_get_verify_mode(c->ssl) & SSL_VERIFY_FAIL_IF_NO_PEER_CERT))
        return true;
    v = X509_STORE_CTX_new();
    good = x && v &&
           X509_STORE_CTX_init(v, SSL_CTX_get_cert_store(c->ssl), x, SSL_get_peer_cert_chain(t->ssl)) == 1 &&
           X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(v), SSL_CTX_get0_param(c->ssl)) == 1 &&
           X509_STORE_CTX_set_default(v, "ssl_client") == 1 && X509_verify_cert(v) == 1;
    X509_STORE_CTX_free(v);
    ERR_clear_error();
    return good;
}

const struct tls_library tls_openssl = {
    .context_new = context_new,
    .context_free = context_free,
    .open = session_open,
    .free = session_free,
    .take = take,
    .put = put,
    .out = out,
    .ready = ready,
    .end = end,
    .peer = peer,
    .about = about,
    .covers = covers,
    .make = tls_make,
    .holds = holds,
};
