/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The question `audit` of the reader (message QUERY): entries of the audit record, the newest first, each with what came of it. Arguments are texts NAME=VALUE, judged by the API: from, to (µs), who, what, object, text, outcome
 * (db/audit_render.h), limit, cursor (entries before that number), format (json, csv). The answer is a head of one line and the body, as in db/series_ask.h.
 */
#include "db/audit_read.h"
#include "db/audit_render.h"

#define AUDIT_ASK_PAGE  1000u
#define AUDIT_ASK_BYTES (64u * 1024 * 1024) /* that are looked at for one answer; then `next` goes on */

struct audit_ask {
    const struct journal_io *io;
    const struct str *arg;
    size_t n;
    void (*piece)(void *user, struct str part);
    bool (*overdue)(void *user);
    void *user;
};

bool audit_ask_is(struct str stmt);
/* 0: answered; E_* with a text. */
int audit_ask(struct audit_ask *q, struct err *err);

/* One after the other from the end on, each with its outcome. For both the question and the export. */
struct audit_walk {
    const struct journal_io *io;
    struct wall from, to; /* files beyond these are not read; 0: all */
    uint64_t before;      /* entries with lower numbers only; 0: all */
    uint64_t bytes;       /* that were read */
    /* true: go on */
    bool (*each)(void *user, const struct audit_line *l, const struct audit_outcome *o);
    void *user;
    bool forward; /* from the first on */
};
int audit_walk(struct audit_walk *w, struct err *err);
