/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* For tests: a key and a certificate that it signs itself, in PEM. */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "base/buf.h"

struct tls_papers {
    struct buf cert, key;
};

static inline void tls_papers_take(struct buf *to, BIO *from)
{
    char *text;
    long n = BIO_get_mem_data(from, &text);

    buf_init(to);
    buf_add(to, text, (size_t)n);
    BIO_free(from);
}

static inline void tls_papers_make(struct tls_papers *p, const char *name)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    X509_NAME *subject = X509_get_subject_name(x);
    BIO *cert = BIO_new(BIO_s_mem()), *secret = BIO_new(BIO_s_mem());

    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -86400);
    X509_gmtime_adj(X509_getm_notAfter(x), 86400);
    X509_set_pubkey(x, key);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(x, subject);
    if (!X509_sign(x, key, EVP_sha256()) || !PEM_write_bio_X509(cert, x) ||
        !PEM_write_bio_PrivateKey(secret, key, NULL, NULL, 0, NULL, NULL))
        abort();
    tls_papers_take(&p->cert, cert);
    tls_papers_take(&p->key, secret);
    X509_free(x);
    EVP_PKEY_free(key);
}

static inline void tls_papers_release(struct tls_papers *p)
{
    buf_release(&p->cert);
    buf_release(&p->key);
}
