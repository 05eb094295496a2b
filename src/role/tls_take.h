/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A role's own side of TLS: certificate, key and authorities come as descriptors that the parent opened, before the sandbox closes and again with each reload. The key is wiped from memory when
 * the library has it. local (Livestatus) and web (the page) take them here.
 */
#include "core/listening.h"
#include "role/role.h"
#include "wire/tls.h"

extern const struct tls_library *const role_tls; /* of this executable; NULL: it has none */

struct tls_take {
    enum listening_which which;
    bool old; /* TLS 1.2, too */
    struct buf file[LISTENING_FILES];
    struct tls_context *context; /* NULL: none yet */
};

void tls_take_init(struct tls_take *t, enum listening_which which);
void tls_take_release(struct tls_take *t);
/* "PREFIXcert", "PREFIXca", "PREFIXcrl" and "PREFIXkey" (prefix of "ls-tls-" or "web-tls-"): fd is read and closed. False: it is none of these. *last: with the key, all are there. */
bool tls_take_fd(struct tls_take *t, const char *prefix, struct str purpose, int fd, bool *last);
/*
 * A context of what was taken; whose connections do not count any more is the caller's to see (tls_library.holds). At the start a wrong file ends Vigie, which says so; later the former ones
 * stay, and this is false.
 */
bool tls_take_renew(struct tls_take *t);
void tls_take_read(struct buf *to, int fd, const char *setting); /* closes fd */
void tls_take_wipe(struct buf *b);
