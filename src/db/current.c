/* SPDX-License-Identifier: Apache-2.0 */
#include "db/current.h"

#include "base/hash.h"
#include "db/current_int.h"
#include "db/sql_aside.h"

int current_open(struct current *c, const char *path, struct wall now, bool *moved, struct err *err)
{
    int64_t applied = 0, reached = 0;
    int r;

    *c = (struct current){.applied = 0};
    r = sql_open_or_renew(&c->sql, path, SQL_PROJECTION, &schema_state, now, moved, err);
    if (r == 0)
        r = sql_meta_get(&c->sql, "applied_seq", 0, &applied);
    if (r == 0)
        r = sql_meta_get(&c->sql, "reached_seq", 0, &reached);
    if (r < 0 && c->sql.db) {
        err_set(err, r, "the database %s cannot be read: %s", path, sql_message(&c->sql));
        current_close(c); /* half open it would begin at 0 */
    }
    c->applied = (uint64_t)applied;
    c->reached = (uint64_t)reached;
    return r;
}

int current_open_read(struct current *c, const char *path, struct err *err)
{
    *c = (struct current){.applied = 0};
    return sql_open(&c->sql, path, SQL_READ, &schema_state, err);
}

void current_close(struct current *c)
{
    sql_close(&c->sql);
}

uint32_t current_digest(const struct record_state *r)
{
    const uint64_t v[] = {
#define F(field) (uint64_t) r->field,
        CURRENT_NUMBERS(F)
#undef F
    };
    const struct str text[] = {
#define F(field) r->field,
        CURRENT_TEXTS(F)
#undef F
    };
    uint32_t sum = hash_crc32c(0, v, sizeof(v));

    for (size_t i = 0; i < ARRAY_LEN(text); i++)
        if (text[i].n) /* hardly any has one */
            sum = hash_crc32c(sum + (uint32_t)i, text[i].p, text[i].n);
    return sum ? sum : 1;
}

/* ---- writing ---- */

int current_begin(struct current *c)
{
    return c->sql.db ? sql_begin(&c->sql) : E_CLOSED;
}

static int fail(struct current *c, int r)
{
    sql_rollback(&c->sql);
    return r;
}

static int put(struct current *c, enum sql_id id, const int64_t *v, size_t n, const struct str *text,
               size_t n_text)
{
    struct sql *s = &c->sql;
    int r = sql_start(s, id);

    if (r < 0)
        return fail(c, r);
    for (size_t i = 0; i < n; i++)
        sql_bind_i64(s, id, (int)i + 1, v[i]);
    for (size_t i = 0; i < n_text; i++)
        sql_bind_str(s, id, (int)(n + i) + 1, text[i]);
    r = sql_step(s, id);
    sql_end(s, id);
    return r < 0 ? fail(c, r) : 0;
}
/* The numbers first, then the texts. */
#define PUT(c, id, numbers, texts) put(c, id, numbers, ARRAY_LEN(numbers), texts, ARRAY_LEN(texts))

static int put_decided(struct current *c, uint64_t seq, struct wall at, const struct record_state *r)
{
    const int64_t v[] = {(int64_t)r->oid,   c->site, 0, (int64_t)seq, at.us,
#define F(field) (int64_t) r->field,
                         CURRENT_NUMBERS(F)
#undef F
    };
    const struct str text[] = {
#define F(field) r->field,
        CURRENT_TEXTS(F)
#undef F
    };

    return PUT(c, SQL_STATE_PUT, v, text);
}

static int put_result(struct current *c, uint64_t seq, struct wall at, const struct record_state *r)
{
    const int64_t v[] = {(int64_t)r->oid,
                         c->site,
                         0,
                         (int64_t)seq,
                         at.us,
#define F(field) (int64_t) r->field,
                         CURRENT_RESULTS(F) CURRENT_LATER(F)
#undef F
    };
    const struct str text[] = {
#define F(field) r->field,
        CURRENT_SAID(F)
#undef F
    };

    return PUT(c, SQL_RESULT_PUT, v, text);
}

static int drop(struct current *c, enum sql_id id, uint64_t number)
{
    return put(c, id, (const int64_t[]){(int64_t)number}, 1, NULL, 0);
}

int current_put_state(struct current *c, uint64_t seq, struct wall at, const struct record_state *r,
                      enum current_part part)
{
    int got = part & CURRENT_DECIDED ? put_decided(c, seq, at, r) : 0;

    return got == 0 && part & CURRENT_RESULT ? put_result(c, seq, at, r) : got;
}

static int on_comment(struct current *c, uint64_t seq, struct wall at, const void *record)
{
    const struct record_comment *r = record;
    const int64_t v[] = {(int64_t)r->id,
                         c->site,
                         0,
                         (int64_t)seq,
                         at.us,
                         (int64_t)r->oid,
                         (int64_t)r->entry_type,
                         (int64_t)r->source,
                         (int64_t)r->persistent,
                         (int64_t)r->expires,
                         r->entry_time,
                         r->expire_time};
    const struct str text[] = {r->author, r->text};

    return PUT(c, SQL_COMMENT_PUT, v, text);
}

static int on_downtime(struct current *c, uint64_t seq, struct wall at, const void *record)
{
    const struct record_downtime *r = record;
    const int64_t v[] = {(int64_t)r->id,
                         c->site,
                         0,
                         (int64_t)seq,
                         at.us,
                         (int64_t)r->oid,
                         r->entry_time,
                         r->start,
                         r->end,
                         r->duration_us,
                         (int64_t)r->fixed,
                         (int64_t)r->triggered_by,
                         (int64_t)r->in_effect,
                         r->actual_start,
                         (int64_t)r->comment_id,
                         (int64_t)r->planned};
    const struct str text[] = {r->author, r->text};

    return PUT(c, SQL_DOWNTIME_PUT, v, text);
}

static int on_contact(struct current *c, uint64_t seq, struct wall at, const void *record)
{
    const struct record_contact *r = record;
    const int64_t v[] = {c->site,
                         0,
                         (int64_t)seq,
                         at.us,
                         (int64_t)r->host_off,
                         (int64_t)r->service_off,
                         r->last_host,
                         r->last_service,
                         (int64_t)r->modified_host,
                         (int64_t)r->modified_service,
                         (int64_t)r->modified};
    const struct str text[] = {r->name, r->host_period, r->service_period, r->vars};

    return PUT(c, SQL_CONTACT_PUT, v, text);
}

static int on_program(struct current *c, uint64_t seq, struct wall at, const void *record)
{
    const struct record_program *r = record;
    const int64_t v[] = {c->site,
                         0,
                         (int64_t)seq,
                         at.us,
                         (int64_t)r->switches,
                         (int64_t)r->modified_host,
                         (int64_t)r->modified_service,
                         (int64_t)r->next_comment,
                         (int64_t)r->next_downtime,
                         (int64_t)r->next_event,
                         (int64_t)r->next_problem,
                         (int64_t)r->next_intent,
                         (int64_t)r->next_notification,
                         r->stopped,
                         (int64_t)r->epoch,
                         (int64_t)r->pipe_had,
                         r->started,
                         (int64_t)r->handed_n};
    const struct str text[] = {r->host_handler, r->service_handler, r->handed_file};

    return PUT(c, SQL_PROGRAM_PUT, v, text);
}

/* ---- by kind ---- */

static int on_state(struct current *c, uint64_t seq, struct wall at, const void *record)
{
    return current_put_state(c, seq, at, record, CURRENT_WHOLE);
}

static int on_state_end(struct current *c, uint64_t seq UNUSED, struct wall at UNUSED, const void *record)
{
    static const enum sql_id all[] = {SQL_STATE_DEL, SQL_RESULT_DEL, SQL_COMMENTS_DEL, SQL_DOWNTIMES_DEL};
    const struct record_state_end *end = record;
    int r = 0;

    for (size_t i = 0; r == 0 && i < ARRAY_LEN(all); i++)
        r = drop(c, all[i], end->oid);
    return r;
}

static int on_comment_del(struct current *c, uint64_t seq UNUSED, struct wall at UNUSED, const void *record)
{
    const struct record_comment_del *d = record;

    return drop(c, SQL_COMMENT_DEL, d->id);
}

static int on_downtime_del(struct current *c, uint64_t seq UNUSED, struct wall at UNUSED, const void *record)
{
    const struct record_downtime_del *d = record;

    return drop(c, SQL_DOWNTIME_DEL, d->id);
}

static const struct {
    enum record_kind kind;
    int (*put)(struct current *c, uint64_t seq, struct wall at, const void *record);
} kinds[] = {
    {RECORD_STATE, on_state},       {RECORD_STATE_END, on_state_end},
    {RECORD_COMMENT, on_comment},   {RECORD_COMMENT_DEL, on_comment_del},
    {RECORD_DOWNTIME, on_downtime}, {RECORD_DOWNTIME_DEL, on_downtime_del},
    {RECORD_CONTACT, on_contact},   {RECORD_PROGRAM, on_program},
};

int current_put(struct current *c, uint64_t seq, struct wall at, enum record_kind kind, struct str payload)
{
    union {
        struct record_state state;
        struct record_state_end state_end;
        struct record_comment comment;
        struct record_comment_del comment_del;
        struct record_downtime downtime;
        struct record_downtime_del downtime_del;
        struct record_contact contact;
        struct record_program program;
    } u;

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (kinds[i].kind == kind) /* what cannot be read is of a newer Vigie: the journal keeps it */
            return record_get(kind, payload, &u) < 0 ? 0 : kinds[i].put(c, seq, at, &u);
    return 0;
}

bool current_wants(enum record_kind kind)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (kinds[i].kind == kind)
            return true;
    return false;
}

int current_renew(struct current *c)
{
    static const enum sql_id all[] = {SQL_COMMENTS_CLEAR, SQL_DOWNTIMES_CLEAR, SQL_CONTACTS_CLEAR};
    int r = 0;

    for (size_t i = 0; r == 0 && i < ARRAY_LEN(all); i++)
        r = put(c, all[i], NULL, 0, NULL, 0);
    return r;
}

int current_keep_contacts(struct current *c, bool (*is_configured)(void *user, struct str name), void *user)
{
    struct buf gone = BUF_INIT;
    struct str rest;
    int r = sql_start(&c->sql, SQL_CONTACT_NAMES), got = 0;

    while (r == 0 && (got = sql_step(&c->sql, SQL_CONTACT_NAMES)) == 1) {
        struct str name = sql_str(&c->sql, SQL_CONTACT_NAMES, 0);

        if (!is_configured(user, name)) {
            buf_add_str(&gone, name); /* a name has no line end */
            buf_add_char(&gone, '\n');
        }
    }
    if (r == 0)
        sql_end(&c->sql, SQL_CONTACT_NAMES);
    r = r < 0 || got < 0 ? fail(c, MIN(r, got)) : 0;
    rest = buf_str(&gone);
    while (r == 0 && rest.n) {
        const struct str name[] = {str_cut(&rest, '\n')};

        r = put(c, SQL_CONTACT_DEL, NULL, 0, name, 1);
    }
    buf_release(&gone);
    return r;
}

int current_sweep(struct current *c, uint64_t seq)
{
    int r = drop(c, SQL_STATE_SWEEP, seq);

    return r == 0 ? drop(c, SQL_RESULT_SWEEP, seq) : r;
}

int current_end(struct current *c, uint64_t applied, uint64_t reached)
{
    int r = sql_meta_set(&c->sql, "applied_seq", (int64_t)applied);

    if (r == 0)
        r = sql_meta_set(&c->sql, "reached_seq", (int64_t)reached);
    if (r == 0)
        r = sql_meta_set(&c->sql, "held_seq", (int64_t)c->held);
    if (r == 0)
        r = sql_commit(&c->sql);
    if (r < 0)
        return fail(c, r);
    c->applied = applied;
    c->reached = reached;
    return 0;
}
