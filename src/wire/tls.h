/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The server's side of TLS, between bytes and bytes: what came from the network goes in (tls_take), what is to be sent comes out (tls_out). It knows no socket, no file and no clock, and reads
 * nothing after its context was made: that is done before a sandbox closes. TLS 1.3, and 1.2 for who wants it, with AEAD and forward secrecy alone; no renegotiation, no compression, no resumption.
 * Executables that have no TLS must not load its library: who may or may not have it takes a struct tls_library, of which the one here is tls_openssl.
 */
#include "base/buf.h"
#include "base/err.h"

struct tls_context; /* certificate, key and authorities */
struct tls;         /* a connection; it keeps its context alive */

#define TLS_NAME_MAX 65 /* bytes of tls_peer, with its end */

struct tls_files {   /* PEM */
    struct str cert; /* the server's, then those between it and an authority that clients know */
    struct str key;  /* without a passphrase */
    struct str
        ca; /* who signs the certificates of clients: then each must show one; empty: none is asked for */
    struct str
        crl; /* lists of what these authorities took back; not empty: a certificate whose authority has none here, or an old one, is not taken */
    bool old; /* 1.2, too; else 1.3 alone */
};

#define TLS_PRINT_MAX 96 /* of a fingerprint, with its end */

struct tls_about {             /* a server's certificate */
    char print[TLS_PRINT_MAX]; /* SHA-256 as browsers show it: "AB:CD:..." */
    int64_t since, until;      /* seconds since 1970 */
};

struct tls_library {
    struct tls_context *(*context_new)(const struct tls_files *files, struct err *err);
    void (*context_free)(struct tls_context *c);
    struct tls *(*open)(struct tls_context *c);
    void (*free)(struct tls *t);
    /* Bytes of the network; what was said is added to plain. E_CLOSED: the peer says no more, which does not end what is sent to it. E_FORMAT: this is no TLS, or not as it must be; tls_out may
       still hold the reason for the peer. */
    int (*take)(struct tls *t, struct str bytes, struct buf *plain);
    /* What is to be said, once it is ready. */
    int (*put)(struct tls *t, struct str plain);
    struct buf *(*out)(struct tls *t); /* bytes for the network: take from its front what was sent */
    bool (*ready)(const struct tls *t);
    void (*end)(struct tls *t); /* says that nothing follows */
    /* The common name of the client's certificate, if it is a plain word; else empty. */
    struct str (*peer)(const struct tls *t, char room[TLS_NAME_MAX]);
    void (*about)(const struct tls_context *c, struct tls_about *out);
    /* Whether the server's certificate is for that name or address. */
    bool (*covers)(const struct tls_context *c, struct str name);
    /* A key, and a certificate for these names and addresses that it signs itself, for so many days; key and certificate in one text. */
    int (*make)(const struct str *names, size_t n, unsigned days, struct buf *pem, struct err *err);
    /* Whether a context that came later would let the client in with the certificate that it showed; so is one without a certificate where none is asked for. */
    bool (*holds)(const struct tls *t, const struct tls_context *c);
};

extern const struct tls_library tls_openssl;
