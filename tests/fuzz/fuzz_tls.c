/* SPDX-License-Identifier: Apache-2.0 */
/* What a stranger sends to the port of TLS, in pieces; and files that should be certificates. The first byte tells which: even a connection, and its pieces; odd files. */
#include "../unit/tls_papers.h"
#include "base/bug.h"
#include "wire/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void connection(struct str in, size_t piece)
{
    static struct tls_context *context;
    struct buf plain = BUF_INIT;
    struct tls_papers papers;
    struct err err = ERR_INIT;
    struct tls *t;
    int r = 0;

    if (!context) {
        tls_papers_make(&papers, "fuzz");
        context = tls_openssl.context_new(
            &(struct tls_files){.cert = buf_str(&papers.cert), .key = buf_str(&papers.key), .old = true},
            &err);
        BUG_ON(!context);
        tls_papers_release(&papers);
    }
    t = tls_openssl.open(context);
    for (size_t at = 0; r == 0 && at < in.n; at += piece)
        r = tls_openssl.take(t, str_sub(in, at, piece), &plain);
    BUG_ON(plain.len && !tls_openssl.ready(t));
    tls_openssl.end(t);
    tls_openssl.free(t);
    buf_release(&plain);
}

static void files(struct str in)
{
    struct str rest = in, cert = str_cut(&rest, '\1'), key = str_cut(&rest, '\1'), ca = str_cut(&rest, '\1');
    struct err err = ERR_INIT;
    struct tls_context *c =
        tls_openssl.context_new(&(struct tls_files){.cert = cert, .key = key, .ca = ca, .crl = rest}, &err);

    BUG_ON(!c && !err.text[0]);
    tls_openssl.context_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str in = str_make((const char *)data, size);

    if (!size)
        return 0;
    if (data[0] & 1)
        files(str_sub(in, 1, size));
    else
        connection(str_sub(in, 1, size), (size_t)data[0] + 1);
    return 0;
}
