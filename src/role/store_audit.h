/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The store's part of the audit record (db/audit.h): entries that arrive in one round of the loop are one batch, one write and one sync, and then AUDITED. Its head goes into the journal, beside the records of the engine
 * (journal_add_aside), when 256 entries or 10 s have passed, at start and at the end, and in every segment; a start compares.
 */
#include "db/audit.h"
#include "db/segment.h"
#include "os/loop.h"
#include "role/role.h"

struct store;

struct store_audit_asked { /* who waits for the commit */
    uint64_t id, number;
};

struct store_audit {
    struct journal_dir dir; /* fd -1: there is none */
    struct audit record;
    bool open, planned, fails;
    VEC(struct store_audit_asked) asked;
    struct audit_head journal; /* the newest that the journal has, as it was read at the start */
    struct audit_head said;    /* the head that was put there last */
    struct mono said_at;
    struct loop_timer head, retry, trim;
    char told[512]; /* gate, last */
    bool told_low;
};

void store_audit_open(struct store *s);
void store_audit_serve(struct store *s);
void store_audit_message(struct role *r, struct peer *gate, const struct msg *m); /* AUDIT */
void store_audit_tell(struct store *s);                                           /* gate, how it does */
/* A new segment of the journal is to have the head, too. */
void store_audit_segment(struct store *s);
/* A record of the journal that a starting engine is read. */
void store_audit_note(struct store *s, const struct segment_record *r);
void store_audit_noted(struct store *s); /* that was all of them */
/* The end: with the last head in the journal, which is committed behind it. */
void store_audit_stop(struct store *s);
void store_audit_release(struct store *s);
