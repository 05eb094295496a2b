/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One entry of the audit record as a line of a file, and the chain of them. Pure: bytes in, structs out; what a changed byte does to the reader is decided here, and fuzzed.
 *
 *   HASH JSON\n      HASH: 64 hexadecimal digits, the SHA-256 of the HASH of the entry before (as these 64 letters; 64 times 0 before the first of all) and JSON
 *   JSON             {"n":NUMBER,"at":"MOMENT","kind":"KIND"...}, in this order and without blanks; docs/AUDIT.md has the members
 *
 * So `printf %s "$before$json" | sha256sum` shows what HASH must be, without Vigie. The first line of a file has "before":"HASH" behind its kind, so that a file is judged alone, too.
 */
#include "base/buf.h"
#include "base/hash.h"
#include "base/time.h"

#define AUDIT_HASH     64u
#define AUDIT_LINE_MAX (256u * 1024) /* with its end; none is longer */
#define AUDIT_BODY_MAX (16u * 1024)  /* of what was asked, as text; of more its digest stands there */
#define AUDIT_TEXT_MAX 2048u         /* of any other member */

/* The words are in docs/AUDIT.md. AUDIT_KIND(NAME, word) */
#define AUDIT_KINDS(X)                                                                                       \
    X(BEGIN, "begin")       /* a file begins */                                                              \
    X(START, "start")       /* Vigie, or its role store, starts */                                           \
    X(STOP, "stop")         /* and ends */                                                                   \
    X(ASKED, "asked")       /* somebody may do this, and it is about to be done */                           \
    X(DONE, "done")         /* what came of it */                                                            \
    X(REFUSED, "refused")   /* somebody may not, or is not who he says */                                    \
    X(MANY, "many")         /* so many more of that */                                                       \
    X(CUT, "cut")           /* entries that are old were removed */                                          \
    X(MENDED, "mended")     /* a line was not whole, after a crash: it was cut off */                        \
    X(WRONG, "wrong")       /* a start found that the record is not what was written */                      \
    X(RESTORED, "restored") /* the record comes from a backup */

enum audit_kind {
    AUDIT_NONE,
#define X(NAME, word) AUDIT_##NAME,
    AUDIT_KINDS(X)
#undef X
};
const char *audit_kind_word(enum audit_kind k); /* NULL: there is none */
enum audit_kind audit_kind_of(struct str word);

/* What is written; what is 0 or empty is left out. */
struct audit_entry {
    enum audit_kind kind;
    struct str who, by, role, from; /* by: session, token, local, nobody */
    struct str method, route, path, right;
    const struct str *object; /* names: HOST or HOST;SERVICE, a user, a token ... */
    size_t n_object;
    struct str body;       /* JSON of what was asked, without secrets */
    uint64_t of, status;   /* DONE: of which entry, and the status of the answer; 0: not known */
    uint64_t count, bytes; /* MANY: how many; MENDED: how much */
    uint64_t until;        /* CUT: the last that was removed */
    struct wall since;     /* MANY */
    struct str head, text; /* CUT: the hash of that one */
};

/* Where a chain stands: behind entry n. */
struct audit_chain {
    uint64_t n;
    char hash[AUDIT_HASH + 1];
};
void audit_chain_init(struct audit_chain *c); /* before the first of all */
bool audit_is_hash(struct str s);

/* Appends the line of the next entry, and moves the chain on. */
void audit_line_put(struct buf *b, struct audit_chain *c, struct wall at, const struct audit_entry *e);

struct audit_line {
    uint64_t n;
    struct wall at;
    enum audit_kind kind;
    struct str hash, json, before; /* borrowed; before: of a BEGIN, else empty */
};
/* A line without its end. E_FORMAT: it is none. */
int audit_line_get(struct str line, struct audit_line *out);
/* Is it the one that follows? Then the chain is moved on. False: why says what is wrong with it. */
bool audit_chain_follow(struct audit_chain *c, const struct audit_line *l, char *why, size_t size);

/* The value of a member of a line's JSON, as it stands there ("text" with its quotes); p NULL: it has none. */
struct str audit_member(struct str json, const char *key);
/* What such a value says: a text without quotes and escapes, anything else as it is. */
void audit_plain(struct str value, struct buf *out);
uint64_t audit_number(struct str json, const char *key); /* 0: it has none */
/* The next text of a list of texts; rest begins as the list. */
bool audit_next_text(struct str *rest, struct str *text);

/* The lines of a file, or of its begin. */
struct audit_scan {
    struct str rest;
    size_t at; /* bytes before rest */
};
/* 1: a line that is one; 0: that was all; E_AGAIN: what is left is torn: a line without end, or with holes; E_FORMAT: the next is no entry. */
int audit_scan_next(struct audit_scan *s, struct audit_line *out);
