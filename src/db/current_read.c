/* SPDX-License-Identifier: Apache-2.0 */
#include "db/current.h"
#include "db/current_int.h"

#define OF 5 /* columns before the fields: the key, site, scope, seq, at */

struct columns { /* of a row, taken one after the other */
    struct sql *sql;
    enum sql_id id;
    int at;
};

static int64_t number(struct columns *c)
{
    return sql_i64(c->sql, c->id, c->at++);
}

static struct str text(struct columns *c)
{
    return sql_str(c->sql, c->id, c->at++);
}

#define NUMBER(field) r->field = (__typeof__(r->field))number(c);
#define TEXT(field)   r->field = text(c);

static void get_state(struct columns *c, struct record_state *r, struct current_row *row)
{
    c->at = 3 + OF; /* what both tables have, then table state */
    r->oid = row->id;
    CURRENT_NUMBERS(NUMBER)
    CURRENT_TEXTS(TEXT)
    c->at += OF;
    CURRENT_RESULTS(NUMBER)
    CURRENT_SAID(TEXT)
    CURRENT_LATER(NUMBER)
}

static void get_comment(struct columns *c, struct record_comment *r, struct current_row *row)
{
    r->id = row->id;
    NUMBER(oid)
    NUMBER(entry_type)
    NUMBER(source)
    NUMBER(persistent)
    NUMBER(expires)
    NUMBER(entry_time)
    NUMBER(expire_time)
    TEXT(author)
    TEXT(text)
    row->oid = r->oid;
}

static void get_downtime(struct columns *c, struct record_downtime *r, struct current_row *row)
{
    r->id = row->id;
    NUMBER(oid)
    NUMBER(entry_time)
    NUMBER(start)
    NUMBER(end)
    NUMBER(duration_us)
    NUMBER(fixed)
    NUMBER(triggered_by)
    NUMBER(in_effect)
    NUMBER(actual_start)
    NUMBER(comment_id)
    TEXT(author)
    TEXT(text)
    NUMBER(planned)
    row->oid = r->oid;
}

static void get_contact(struct columns *c, struct record_contact *r, struct current_row *row)
{
    r->name = row->name = sql_str(c->sql, c->id, 0);
    NUMBER(host_off)
    NUMBER(service_off)
    NUMBER(last_host)
    NUMBER(last_service)
    NUMBER(modified_host)
    NUMBER(modified_service)
    NUMBER(modified)
    TEXT(host_period)
    TEXT(service_period)
    TEXT(vars)
}

static void get_program(struct columns *c, struct record_program *r, struct current_row *row UNUSED)
{
    NUMBER(switches)
    NUMBER(modified_host)
    NUMBER(modified_service)
    NUMBER(next_comment)
    NUMBER(next_downtime)
    NUMBER(next_event)
    NUMBER(next_problem)
    NUMBER(next_intent)
    NUMBER(next_notification)
    NUMBER(stopped)
    NUMBER(epoch)
    NUMBER(pipe_had)
    NUMBER(started)
    TEXT(host_handler)
    TEXT(service_handler)
    NUMBER(handed_n)
    TEXT(handed_file)
}

static const struct {
    enum record_kind kind;
    enum sql_id id;
    int seq; /* its column; the time follows, in a state at once, else too */
} tables[] = {
    {RECORD_STATE, SQL_STATE_ALL, 1},       {RECORD_COMMENT, SQL_COMMENT_ALL, 3},
    {RECORD_DOWNTIME, SQL_DOWNTIME_ALL, 3}, {RECORD_CONTACT, SQL_CONTACT_ALL, 3},
    {RECORD_PROGRAM, SQL_PROGRAM_ALL, 3},
};

void current_stop(struct current_cursor *cur)
{
    if (cur->started)
        sql_end(&cur->c->sql, tables[cur->table].id);
    cur->started = false;
    cur->table = ARRAY_LEN(tables);
}

static void get(struct current_cursor *cur, struct wall since, struct current_row *row, struct buf *record)
{
    struct columns c = {&cur->c->sql, tables[cur->table].id, OF};
    int seq = tables[cur->table].seq;
    struct wall at = {MAX(sql_i64(c.sql, c.id, seq + 1), since.us)};
    union {
        struct record_state state;
        struct record_comment comment;
        struct record_downtime downtime;
        struct record_contact contact;
        struct record_program program;
    } u = {.state = {.oid = 0}};

    *row = (struct current_row){.kind = tables[cur->table].kind, .seq = (uint64_t)sql_i64(c.sql, c.id, seq)};
    if (row->kind != RECORD_CONTACT && row->kind != RECORD_PROGRAM)
        row->id = (uint64_t)sql_i64(c.sql, c.id, 0);
    switch (row->kind) {
    case RECORD_STATE: get_state(&c, &u.state, row); break;
    case RECORD_COMMENT: get_comment(&c, &u.comment, row); break;
    case RECORD_DOWNTIME: get_downtime(&c, &u.downtime, row); break;
    case RECORD_CONTACT: get_contact(&c, &u.contact, row); break;
    default: get_program(&c, &u.program, row); break;
    }
    record_put(record, row->kind, at, &u);
}

int current_next(struct current_cursor *cur, struct wall since, struct current_row *row, struct buf *record)
{
    while (cur->table < ARRAY_LEN(tables)) {
        enum sql_id id = tables[cur->table].id;
        int r = cur->started ? 0 : sql_start(&cur->c->sql, id);

        cur->started = cur->started || r == 0;
        if (r == 0)
            r = sql_step(&cur->c->sql, id);
        if (r == 1)
            get(cur, since, row, record);
        if (r != 0) {
            if (r < 0)
                current_stop(cur);
            return r;
        }
        sql_end(&cur->c->sql, id);
        cur->started = false;
        cur->table++;
    }
    return 0;
}
