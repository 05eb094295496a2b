/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The text of a mail (RFC 5322, MIME) from its parts: headers that no value can break out of, words beyond ASCII encoded (RFC 2047), a body that every server can carry
 * (plain 7 bit where it is that already, else base64). Line ends are CR LF. Pure.
 */
#include "base/buf.h"
#include "base/time.h"

struct mail {
    struct str from;          /* an address */
    struct str to;            /* addresses, by comma */
    struct str subject, body; /* UTF-8 */
    struct wall date;
    uint64_t id[2]; /* random: the Message-ID */
};

void mail_write(const struct mail *m, struct buf *out);
/* Takes the next address off *rest; false at the end. */
bool mail_next_address(struct str *rest, struct str *out);
/* "user@host", without anything that could begin another header or SMTP command. */
bool mail_is_address(struct str a);
