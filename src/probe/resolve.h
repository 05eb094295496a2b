/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Names to addresses without getaddrinfo (which would open files and sockets of its own choice): numeric addresses at once, /etc/hosts as it was read
 * before the sandbox closed, then DNS by c-ares on the loop. IPv4 first, then IPv6.
 */
#include "base/err.h"
#include "base/str.h"
#include "os/loop.h"

#include <netinet/in.h>

struct resolve;

union resolve_addr {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* addr is NULL when the name has no address; error then says why. Called once, never inside resolve_name. */
typedef void resolve_f(void *user, const union resolve_addr *addr, const char *error);

/* Reads resolv.conf and hosts: before the sandbox closes. */
struct resolve *resolve_new(struct loop *loop, struct err *err);
void resolve_free(struct resolve *r); /* pending questions are dropped without a call */
/* The answer comes to call(user). The returned ticket stops it (resolve_cancel) while it is pending. */
uint64_t resolve_name(struct resolve *r, const char *name, resolve_f *call, void *user);
void resolve_cancel(struct resolve *r, uint64_t ticket);
/* A numeric address, or a name of /etc/hosts, without asking anybody. */
bool resolve_now(const struct resolve *r, const char *name, union resolve_addr *out);
/* "1.2.3.4" or "::1"; out of at least 46 bytes. */
void resolve_text(const union resolve_addr *a, char *out);
