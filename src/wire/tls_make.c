/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/tls_make.h"

#include "base/address.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

enum { SERIAL_BITS = 127, DAY_S = 86400 };

static bool set_serial(X509 *x)
{
    BIGNUM *n = BN_new();
    bool ok = n && BN_rand(n, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
              BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x));

    BN_free(n);
    return ok;
}

/* The name in people's sight; what browsers look at stands in the extension. */
static bool set_subject(X509 *x, struct str name)
{
    X509_NAME *subject = X509_get_subject_name(x);

    return X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_ASC, (const unsigned char *)"Vigie", -1, -1,
                                      0) == 1 &&
           X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name.p,
                                      (int)MIN(name.n, (size_t)64), -1, 0) == 1 &&
           X509_set_issuer_name(x, subject) == 1;
}

static bool add_extension(X509 *x, const char *name, const char *value)
{
    X509V3_CTX c;
    X509_EXTENSION *e;
    bool ok;

    X509V3_set_ctx_nodb(&c);
    X509V3_set_ctx(&c, x, x, NULL, NULL, 0);
    e = X509V3_EXT_conf(NULL, &c, name, value);
    ok = e && X509_add_ext(x, e, -1) == 1;
    X509_EXTENSION_free(e);
    return ok;
}

static GENERAL_NAME *name_of(struct str text)
{
    GENERAL_NAME *g = GENERAL_NAME_new();
    ASN1_STRING *s = ASN1_STRING_new();
    struct address a;
    bool ip = address_parse(text, &a);

    BUG_ON(!g || !s ||
           (ip ? ASN1_STRING_set(s, a.byte, a.v6 ? 16 : 4) : ASN1_STRING_set(s, text.p, (int)text.n)) != 1);
    GENERAL_NAME_set0_value(g, ip ? GEN_IPADD : GEN_DNS, s);
    return g;
}

/* Not by a line of text: what stands in a name would be read as something else. */
static bool add_names(X509 *x, const struct str *names, size_t n)
{
    GENERAL_NAMES *all = GENERAL_NAMES_new();
    bool ok = all != NULL;

    for (size_t i = 0; ok && i < n; i++)
        ok = sk_GENERAL_NAME_push(all, name_of(names[i])) > 0;
    ok = ok && X509_add1_ext_i2d(x, NID_subject_alt_name, all, 0, 0) == 1;
    GENERAL_NAMES_free(all);
    return ok;
}

static bool fill(X509 *x, EVP_PKEY *key, const struct str *names, size_t n, unsigned days)
{
    return X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) &&
           X509_gmtime_adj(X509_getm_notBefore(x), -DAY_S) && /* clocks of clients */
           X509_gmtime_adj(X509_getm_notAfter(x), (long)days * DAY_S) && X509_set_pubkey(x, key) == 1 &&
           set_subject(x, names[0]) && add_names(x, names, n) &&
           add_extension(x, "basicConstraints", "critical,CA:FALSE") &&
           add_extension(x, "keyUsage", "critical,digitalSignature") &&
           add_extension(x, "extendedKeyUsage", "serverAuth") &&
           add_extension(x, "subjectKeyIdentifier", "hash") && X509_sign(x, key, EVP_sha256()) > 0;
}

int tls_make(const struct str *names, size_t n, unsigned days, struct buf *pem, struct err *err)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    BIO *b = BIO_new(BIO_s_mem());
    char *text;
    long len;
    int r = 0;

    BUG_ON(!n);
    if (!key || !x || !b || !fill(x, key, names, n, days) || PEM_write_bio_X509(b, x) != 1 ||
        PEM_write_bio_PrivateKey(b, key, NULL, NULL, 0, NULL, NULL) != 1)
        r = err_set(err, E_IO, "the TLS library cannot make a certificate: %s",
                    ERR_peek_last_error() ? ERR_reason_error_string(ERR_peek_last_error())
                                          : "it says nothing");
    len = r == 0 ? BIO_get_mem_data(b, &text) : 0;
    if (len > 0) {
        buf_add(pem, text, (size_t)len);
        OPENSSL_cleanse(text, (size_t)len); /* the key; what the library had of it, it wipes */
    }
    BIO_free(b);
    X509_free(x);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return r;
}
