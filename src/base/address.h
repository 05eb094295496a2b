/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* IP addresses in numbers, as text and as what they are: the one rule of what is this machine, and what only a network of one's own. No name is looked up. */
#include "base/str.h"

struct address {
    bool v6;
    uint8_t byte[16]; /* of IPv4 the first four */
};

/* "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"; without brackets, without a zone. */
bool address_parse(struct str text, struct address *out);
/* "192.0.2.1:80", "[::1]:80"; port may be NULL. */
bool address_parse_at(struct str text, struct address *out, uint16_t *port);
bool address_is_loopback(const struct address *a); /* 127.0.0.0/8, ::1 */
/* Loopback, and what no router forwards from outside: private, link-local and shared networks, unique local addresses. Not "all addresses". */
bool address_is_private(const struct address *a);
bool address_is_any(const struct address *a); /* 0.0.0.0, :: */
