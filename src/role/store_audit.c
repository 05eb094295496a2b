/* SPDX-License-Identifier: Apache-2.0 */
#include "role/store_audit.h"

#include "base/log.h"
#include "core/record.h"
#include "os/clock.h"
#include "os/file.h"
#include "role/store_int.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define HEAD_ENTRIES 256u
#define HEAD_US      (10 * TIME_S)
#define TRIM_US      TIME_H
#define KEEP_DAYS    400

static void add(struct store *s, enum audit_kind kind, const char *text)
{
    audit_add(&s->audit.record, clock_wall(), &(struct audit_entry){.kind = kind, .text = str_of(text)});
}

/* ---- the head, for the journal ---- */

static void put_head(struct store *s)
{
    const struct audit_chain *c = &s->audit.record.disk;
    struct record_audit_head head = {.n = c->n, .hash = str_of(c->hash)};
    struct buf b = BUF_INIT;
    struct record_frame f;
    struct str rest;

    s->audit.said = (struct audit_head){.n = c->n};
    s->audit.said_at = store_now(s);
    if (!c->n)
        return;
    record_put(&b, RECORD_AUDIT_HEAD, clock_wall(), &head);
    rest = buf_str(&b);
    if (record_next(&rest, &f) == 1)
        journal_add_aside(&s->journal, RECORD_AUDIT_HEAD, f.at, f.payload);
    buf_release(&b);
    store_plan(s);
}

static void on_head(void *user)
{
    struct store *s = user;

    if (s->audit.said.n != s->audit.record.disk.n)
        put_head(s);
}

static void head_follows(struct store *s)
{
    struct store_audit *a = &s->audit;
    struct mono due = {a->said_at.us + HEAD_US};

    if (a->said.n == a->record.disk.n)
        return;
    if (a->record.disk.n - a->said.n >= HEAD_ENTRIES || due.us <= store_now(s).us)
        put_head(s);
    else if (!a->head.slot)
        loop_timer_set(s->role->loop, &a->head, due, on_head, s);
}

void store_audit_segment(struct store *s)
{
    if (s->audit.open)
        put_head(s);
}

/* ---- what the journal knows ---- */

void store_audit_note(struct store *s, const struct segment_record *r)
{
    struct record_audit_head head;

    if (r->kind != RECORD_AUDIT_HEAD || record_get(RECORD_AUDIT_HEAD, r->payload, &head) < 0 ||
        !audit_is_hash(head.hash) || head.n < s->audit.journal.n)
        return;
    s->audit.journal.n = head.n;
    str_copy(s->audit.journal.hash, sizeof(s->audit.journal.hash), head.hash);
}

static void commit(struct store *s);

static void found_wrong(struct store *s, const char *text)
{
    struct audit *a = &s->audit.record;

    if (!a->wrong[0])
        snprintf(a->wrong, sizeof(a->wrong), "%s", text);
    log_error("the audit record is not what was written: %s. 'vigie audit-log verify' says more; keep a copy",
              text);
    add(s, AUDIT_WRONG, text);
    commit(s);
    store_audit_tell(s);
}

void store_audit_noted(struct store *s)
{
    struct store_audit *a = &s->audit;
    struct audit_found found;
    struct err err = ERR_INIT;
    char text[300];

    if (!a->open || !a->journal.n || a->record.wrong[0])
        return;
    if (a->journal.n > a->record.disk.n) {
        snprintf(text, sizeof(text),
                 "it ends with entry %llu, and the journal knows of entry %llu: its end was cut off",
                 (unsigned long long)a->record.disk.n, (unsigned long long)a->journal.n);
        found_wrong(s, text);
        return;
    }
    if (audit_verify(&a->record.io, &a->journal, 1, &found, &err) == 0 && found.wrong[0])
        found_wrong(s, found.wrong);
    a->journal.n = 0;
}

/* ---- entries ---- */

void store_audit_tell(struct store *s)
{
    struct store_audit *a = &s->audit;
    struct peer *gate = role_peer(s->role, ROLE_GATE, 0);

    str_copy(a->told, sizeof(a->told), str_of(a->record.why));
    a->told_low = a->record.low;
    if (!gate)
        return;
    msg_must(msg_put_audited(&s->frame, &(struct msg_audited){.why = str_of(a->record.why),
                                                              .last = a->record.disk.n,
                                                              .failures = a->record.failures,
                                                              .low = a->record.low,
                                                              .wrong = str_of(a->record.wrong)}));
    role_send(gate, &s->frame, -1);
    buf_clear(&s->frame);
}

static void answer(struct store *s, bool written)
{
    struct peer *gate = role_peer(s->role, ROLE_GATE, 0);
    struct store_audit *a = &s->audit;

    for (size_t i = 0; gate && i < a->asked.n; i++) {
        msg_must(msg_put_audited(&s->frame,
                                 &(struct msg_audited){.id = a->asked.at[i].id,
                                                       .number = written ? a->asked.at[i].number : 0,
                                                       .why = written ? STR_NULL : str_of(a->record.why),
                                                       .last = a->record.disk.n,
                                                       .failures = a->record.failures,
                                                       .low = a->record.low,
                                                       .wrong = str_of(a->record.wrong)}));
        role_send(gate, &s->frame, -1);
        buf_clear(&s->frame);
    }
    VEC_CLEAR(&a->asked);
}

static void on_retry(void *user);

static void commit(struct store *s)
{
    struct store_audit *a = &s->audit;
    bool was = a->fails;

    a->planned = false;
    a->fails = audit_commit(&a->record, clock_wall()) < 0;
    answer(s, !a->fails);
    if (a->fails && !was)
        log_error(
            "the audit record cannot be written: %s/%s. What changes who may do what, and signing in, is "
            "refused until it can",
            s->role->state_dir, a->record.why);
    if (was && !a->fails)
        log_notice("the audit record is written again");
    if (a->fails || strcmp(a->told, a->record.why) != 0 || a->told_low != a->record.low)
        store_audit_tell(s); /* each failure counts */
    if ((a->fails || a->record.low) && !a->retry.slot)
        loop_timer_set(s->role->loop, &a->retry, (struct mono){store_now(s).us + STORE_RETRY_US}, on_retry,
                       s);
    if (!a->fails)
        head_follows(s);
}

/* Whether it can be written again is only known by writing. */
static void on_retry(void *user)
{
    struct store *s = user;
    char text[600];

    if (!s->audit.fails) {
        audit_look_for_room(&s->audit.record);
        commit(s);
        return;
    }
    snprintf(text, sizeof(text), "it could not be written before: %s", s->audit.record.why);
    add(s, AUDIT_MENDED, text);
    commit(s);
}

static void on_later(void *user)
{
    struct store *s = user;

    if (s->audit.planned && s->audit.open)
        commit(s);
}

void store_audit_message(struct role *r, struct peer *gate UNUSED, const struct msg *m)
{
    struct store *s = r->self;
    struct store_audit *a = &s->audit;
    const struct msg_audit *x = &m->u.audit;
    struct audit_entry e = {.kind = (enum audit_kind)x->kind,
                            .who = x->who,
                            .by = x->by,
                            .role = x->role,
                            .from = x->from,
                            .method = x->method,
                            .route = x->route,
                            .path = x->path,
                            .right = x->right,
                            .object = x->objects.at,
                            .n_object = x->objects.n,
                            .body = x->body,
                            .of = x->of,
                            .status = x->status,
                            .count = x->count,
                            .since = {x->since_us}};
    uint64_t n;

    if (x->kind < AUDIT_ASKED || x->kind > AUDIT_MANY)
        log_fatal("gate sent an entry for the audit record that is none");
    n = audit_add(&a->record, clock_wall(), &e);
    if (x->id)
        *VEC_ADD(&a->asked) = (struct store_audit_asked){x->id, n};
    if (a->planned)
        return;
    a->planned = true;
    loop_later(r->loop, on_later, s);
}

/* ---- life ---- */

static void on_trim(void *user)
{
    struct store *s = user;

    audit_trim(&s->audit.record, clock_wall());
    head_follows(s);
    loop_timer_set(s->role->loop, &s->audit.trim, (struct mono){store_now(s).us + TRIM_US}, on_trim, s);
}

void store_audit_open(struct store *s)
{
    struct store_audit *a = &s->audit;
    struct journal_io io;
    struct err err = ERR_INIT;
    uint64_t days;

    if (!str_to_u64(str_of(role_option(s->role, "vigie_audit_days", "")), &days) || !days || days > 36500)
        days = KEEP_DAYS;
    a->dir.fd = openat(s->state_fd, "audit", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (a->dir.fd < 0)
        log_fatal("the folder %s/audit cannot be opened: %m", s->role->state_dir);
    journal_io_dir(&io, &a->dir);
    a->dir.no_reserve = true; /* the journal's, on the same file system, says it where there is none */
    if (audit_open(&a->record, &io, (int64_t)days * TIME_DAY, clock_wall(), &err) < 0)
        log_fatal("the folder %s/audit: %s", s->role->state_dir, err.text);
    a->open = true;
    if (a->record.torn)
        log_notice(
            "the audit record ended in a line that is not whole (%llu bytes): cut off, and noted in it",
            (unsigned long long)a->record.torn);
    if (a->record.wrong[0])
        log_error(
            "the audit record is not what was written: %s. It stays as it is, and goes on in a new file",
            a->record.wrong);
}

void store_audit_serve(struct store *s)
{
    add(s, AUDIT_START, "Vigie " BUILD_VERSION);
    commit(s);
    put_head(s);
    on_trim(s);
}

void store_audit_stop(struct store *s)
{
    if (!s->audit.open)
        return;
    add(s, AUDIT_STOP, "");
    commit(s);
    put_head(s);
}

void store_audit_release(struct store *s)
{
    struct store_audit *a = &s->audit;

    loop_timer_cancel(&a->head);
    loop_timer_cancel(&a->retry);
    loop_timer_cancel(&a->trim);
    if (a->open)
        audit_release(&a->record);
    a->open = false;
    VEC_RELEASE(&a->asked);
    file_close(&a->dir.fd);
}
