/* SPDX-License-Identifier: Apache-2.0 */
#include "db/history.h"

#include "db/sql_aside.h"
#include "wire/json.h"

#include <string.h>

#define TEXT_MAX (16u * 1024) /* of a long text, in an answer: escapes may make it six times as long */

static int begin_using(struct history *h)
{
    int64_t applied;
    int r = sql_meta_get(&h->sql, "applied_seq", 0, &applied);

    h->applied = (uint64_t)applied;
    return r;
}

int history_open(struct history *h, const char *path, struct wall now, bool *moved, struct err *err)
{
    int r;

    *h = (struct history){.applied = 0};
    r = sql_open_or_renew(&h->sql, path, SQL_PROJECTION, &schema_history, now, moved, err);
    if (r == 0)
        r = begin_using(h);
    return r;
}

int history_open_read(struct history *h, const char *path, struct err *err)
{
    *h = (struct history){.applied = 0};
    return sql_open(&h->sql, path, SQL_READ, &schema_history, err);
}

void history_close(struct history *h)
{
    sql_close(&h->sql);
}

/* ---- writing ---- */

int history_begin(struct history *h)
{
    return h->sql.db ? sql_begin(&h->sql) : E_CLOSED;
}

static int fail(struct history *h, int r)
{
    sql_rollback(&h->sql);
    return r;
}

int history_add(struct history *h, uint64_t seq, struct wall at, const struct record_event *e)
{
    struct sql *s = &h->sql;
    const int64_t numbers[] = {(int64_t)seq,     at.us,
                               h->site,          (int64_t)e->oid,
                               (int64_t)e->kind, (int64_t)e->state,
                               (int64_t)e->hard, (int64_t)e->attempt,
                               (int64_t)e->type, (int64_t)e->ref};
    const struct str words[] = {e->text, e->long_text, e->contact, e->author, e->command};
    int r = sql_start(s, SQL_EVENT_ADD);

    if (r < 0)
        return fail(h, r);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        sql_bind_i64(s, SQL_EVENT_ADD, (int)i + 1, numbers[i]);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        sql_bind_str(s, SQL_EVENT_ADD, (int)(i + ARRAY_LEN(numbers)) + 1, words[i]);
    r = sql_step(s, SQL_EVENT_ADD);
    sql_end(s, SQL_EVENT_ADD);
    return r < 0 ? fail(h, r) : 0;
}

int history_end(struct history *h, uint64_t applied)
{
    int r = sql_meta_set(&h->sql, "applied_seq", (int64_t)applied);

    if (r == 0)
        r = sql_commit(&h->sql);
    if (r < 0)
        return fail(h, r);
    h->applied = applied;
    return 0;
}

int history_trim(struct history *h, struct wall before, unsigned n)
{
    int r = sql_start(&h->sql, SQL_EVENT_TRIM);

    if (r < 0)
        return r;
    sql_bind_i64(&h->sql, SQL_EVENT_TRIM, 1, before.us);
    sql_bind_i64(&h->sql, SQL_EVENT_TRIM, 2, n);
    r = sql_step(&h->sql, SQL_EVENT_TRIM);
    sql_end(&h->sql, SQL_EVENT_TRIM);
    return r;
}

/* ---- answers ---- */

const char *history_kind_name(uint64_t kind)
{
    static const char *const names[] = {
        [RECORD_EVENT_ALERT] = "alert",
        [RECORD_EVENT_NOTIFICATION] = "notification",
        [RECORD_EVENT_ACK] = "acknowledgement",
        [RECORD_EVENT_ACK_REMOVED] = "acknowledgement_removed",
        [RECORD_EVENT_DOWNTIME_START] = "downtime_start",
        [RECORD_EVENT_DOWNTIME_END] = "downtime_end",
        [RECORD_EVENT_FLAPPING_START] = "flapping_start",
        [RECORD_EVENT_FLAPPING_END] = "flapping_end",
        [RECORD_EVENT_COMMENT] = "comment",
        [RECORD_EVENT_COMMENT_REMOVED] = "comment_removed",
        [RECORD_EVENT_COMMAND] = "command",
        [RECORD_EVENT_HANDLER] = "event_handler",
        [RECORD_EVENT_START] = "start",
        [RECORD_EVENT_STOP] = "stop",
        [RECORD_EVENT_RELOAD] = "reload",
        [RECORD_EVENT_CLOCK_STEP] = "clock_step",
        [RECORD_EVENT_CURRENT_STATE] = "current_state",
        [RECORD_EVENT_STALE] = "stale",
        [RECORD_EVENT_REMOVED] = "removed",
        [RECORD_EVENT_RENAMED] = "renamed",
    };
    return kind < ARRAY_LEN(names) && names[kind] ? names[kind] : "other";
}

static void event_members(struct json *j, struct sql *s, enum sql_id id)
{
    static const struct {
        const char *name;
        int column;
    } words[] = {{"text", 9}, {"long_text", 10}, {"contact", 11}, {"author", 12}, {"command", 13}};

    json_key_id(j, "id", (uint64_t)sql_i64(s, id, 0));
    json_key_time(j, "time", (struct wall){sql_i64(s, id, 1)});
    if (sql_i64(s, id, 2))
        json_key_id(j, "oid", (uint64_t)sql_i64(s, id, 2));
    json_key_c(j, "kind", history_kind_name((uint64_t)sql_i64(s, id, 3)));
    json_key_i64(j, "state", sql_i64(s, id, 4));
    json_key_bool(j, "hard", sql_i64(s, id, 5) != 0);
    json_key_i64(j, "attempt", sql_i64(s, id, 6));
    json_key_i64(j, "type", sql_i64(s, id, 7));
    json_key_id(j, "ref", (uint64_t)sql_i64(s, id, 8));
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        struct str v = str_sub(sql_str(s, id, words[i].column), 0, TEXT_MAX);

        if (v.n)
            json_key_str(j, words[i].name, v);
    }
}

static void event_row(struct json *j, struct sql *s, enum sql_id id)
{
    json_map(j);
    event_members(j, s, id);
    json_map_end(j);
}

static void event_at_row(struct json *j, struct sql *s, enum sql_id id)
{
    json_map(j);
    json_key_id(j, "at", (uint64_t)sql_i64(s, id, 1));
    event_members(j, s, id);
    json_map_end(j);
}

static void count_row(struct json *j, struct sql *s, enum sql_id id)
{
    json_map(j);
    json_key_c(j, "kind", history_kind_name((uint64_t)sql_i64(s, id, 0)));
    json_key_i64(j, "count", sql_i64(s, id, 1));
    json_map_end(j);
}

static void status_row(struct json *j, struct sql *s, enum sql_id id)
{
    json_map(j);
    json_key_id(j, "applied", (uint64_t)sql_i64(s, id, 0));
    json_map_end(j);
}

enum arg_kind { ARG_NONE, ARG_OID, ARG_CURSOR, ARG_LIMIT, ARG_TIME, ARG_APPLIED };

struct question {
    const char *name;
    enum sql_id id;
    enum arg_kind arg[4];
    void (*row)(struct json *j, struct sql *s, enum sql_id id);
};
static const struct question questions[] = {
    {"events_of", SQL_EVENTS_OF, {ARG_OID, ARG_CURSOR, ARG_LIMIT}, event_row},
    {"events_recent", SQL_EVENTS_RECENT, {ARG_CURSOR, ARG_LIMIT}, event_row},
    {"events_between", SQL_EVENTS_BETWEEN, {ARG_TIME, ARG_TIME, ARG_CURSOR, ARG_LIMIT}, event_at_row},
    {"event_counts", SQL_EVENT_COUNTS, {ARG_TIME, ARG_TIME}, count_row},
    {"status", SQL_META_GET, {ARG_APPLIED}, status_row},
};

static const struct question *question_of(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(questions); i++)
        if (str_eq_c(name, questions[i].name))
            return &questions[i];
    return NULL;
}

static bool number(enum arg_kind kind, struct str s, int64_t *v)
{
    uint64_t u = 0;

    if (kind == ARG_TIME)
        return str_to_i64(s, v);
    if (s.n ? !str_to_u64(s, &u) : kind != ARG_CURSOR)
        return false;
    if (kind == ARG_CURSOR && u == 0)
        u = INT64_MAX;
    if (u > INT64_MAX || (kind == ARG_LIMIT && (u < 1 || u > HISTORY_LIMIT_MAX)))
        return false;
    *v = (int64_t)u;
    return true;
}

static int bind(struct sql *s, const struct question *q, const struct history_args *a, struct err *err)
{
    size_t given = 0;
    int64_t v;

    for (size_t i = 0; i < ARRAY_LEN(q->arg) && q->arg[i] != ARG_NONE; i++) {
        if (q->arg[i] == ARG_APPLIED) {
            sql_bind_str(s, q->id, 1, STR("applied_seq"));
            continue;
        }
        if (given >= a->n || !number(q->arg[i], a->at[given], &v))
            return err_set(err, E_INVAL, "%s: argument %zu is wrong or missing", q->name, given + 1);
        given++;
        sql_bind_i64(s, q->id, (int)i + 1, v);
    }
    return given == a->n ? 0 : err_set(err, E_INVAL, "%s: too many arguments", q->name);
}

int history_query(struct history *h, const struct history_args *a, void (*piece)(void *user, struct str json),
                  void *user, struct err *err)
{
    const struct question *q = question_of(a->stmt);
    struct buf out = BUF_INIT;
    struct json j;
    int r;

    if (!q)
        return err_set(err, E_INVAL, "there is no question called " STR_FMT, STR_ARG(a->stmt));
    r = sql_start(&h->sql, q->id);
    if (r == 0)
        r = bind(&h->sql, q, a, err);
    json_init(&j, &out);
    json_list(&j);
    while (r == 0 && (r = sql_step(&h->sql, q->id)) == 1) {
        q->row(&j, &h->sql, q->id);
        r = 0;
        if (out.len < HISTORY_CHUNK)
            continue;
        json_list_end(&j);
        piece(user, buf_str(&out));
        buf_clear(&out);
        json_init(&j, &out);
        json_list(&j);
    }
    json_list_end(&j);
    if (r == 0)
        piece(user, buf_str(&out));
    else
        err_set(err, r, "the history cannot be read: %s",
                r == E_TIMEOUT ? "the question took too long" : sql_message(&h->sql));
    if (h->sql.stmt[q->id])
        sql_end(&h->sql, q->id);
    buf_release(&out);
    return r;
}
