/* SPDX-License-Identifier: Apache-2.0 */
/* Which questions there are, and those for events: by object, time, kind, text and groups of objects. Whole pages of the log are in past_log.c. */
#include "db/past.h"

#include "base/map.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX   (16u * 1024) /* of a long text, in an answer: escapes may make it six times as long */
#define NAME_MOST  256u         /* of what is told 16 times in a row */
#define ERROR_MOST 1024u
#define FEW        500u  /* objects: each is looked up by itself */
#define FIRST_LOOK 5000u /* events: in most groups something happened among the last ones */

bool past_number(struct str s, int64_t *out)
{
    return str_to_i64(s, out) && *out >= 0;
}

int past_wrong(const struct history_args *q, size_t argument, struct err *err)
{
    return err_set(err, E_INVAL, STR_FMT ": argument %zu is wrong or missing", STR_ARG(q->stmt),
                   argument + 1);
}

bool past_cursor(struct str s, int64_t *out)
{
    *out = 0;
    return !s.n || past_number(s, out);
}

bool past_limit(struct str s, size_t *out)
{
    int64_t n;

    *out = 0;
    if (!past_number(s, &n) || n < 1 || n > HISTORY_LIMIT_MAX)
        return false;
    *out = (size_t)n;
    return true;
}

static const struct question {
    const char *name;
    size_t n;
    past_answer_f *answer;
    size_t objects; /* the argument that lists them; 0: there is none */
    size_t text;    /* and the one that is searched for */
    bool all;       /* it looks at all objects */
} questions[] = {
    {"events_recent", 3, past_events_recent},
    {"events_between", 5, past_events_between},
    {"log_between", 5, past_events_between},
    {"object", 4, past_object},
    {"events_of", 4, past_events_of},
    {"events_find", 8, past_events_find, .objects = 7, .text = 6},
    {"events_histogram", 8, past_events_histogram, .objects = 7, .text = 6},
    {"availability", 6, past_availability, .objects = 5},
    {"availability_parts", 7, past_availability, .objects = 5},
    {"as_of", 12, past_as_of, .all = true},
    {"state_at", 3, past_state_at},
    {"gaps", 4, past_gaps},
    {"spans", 4, past_spans, .objects = 3},
    {"decided", 3, past_decided},
    {"decisions", 9, past_decisions, .objects = 8, .text = 6},
};

static const struct question *find_question(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(questions); i++)
        if (str_eq_c(name, questions[i].name))
            return &questions[i];
    return NULL;
}

static bool are_few(struct str list)
{
    for (unsigned n = 0; list.n; n++) {
        if (n == PAST_OBJECTS_FEW)
            return false;
        str_cut(&list, ',');
    }
    return true;
}

bool past_is_brief(struct str stmt, const struct str *at, size_t n)
{
    const struct question *k = find_question(stmt);

    if (!k || k->n != n)
        return false;
    return !k->all && (!k->text || !at[k->text].n) && (!k->objects || are_few(at[k->objects]));
}

int past_query(struct history *h, struct history_args *q, struct rows *rows, struct err *err)
{
    const struct question *k = find_question(q->stmt);
    int r;

    if (!k)
        return err_set(err, E_INVAL, "there is no question called " STR_FMT, STR_ARG(q->stmt));
    if (q->n != k->n)
        return err_set(err, E_INVAL, "%s takes %zu arguments", k->name, k->n);
    r = scope_parse(&q->scope, q->at[0], q->m, q->names, err);
    if (r == 0)
        r = k->answer(h, q, rows, err);
    scope_release(&q->scope);
    return r;
}

void past_gone_members(const struct history_args *q, struct json *j, uint64_t oid)
{
    const struct past_name *x = q->names ? past_names_of(q->names, oid) : NULL;

    if (!x || !x->gone)
        return;
    json_key_bool(j, "gone", true);
    json_key_str(j, "host", x->host);
    if (x->service.n)
        json_key_str(j, "service", x->service);
}

void past_event_members(const struct history_args *q, struct json *j, struct sql *s, enum sql_id id)
{
    static const struct {
        const char *name;
        int column;
    } words[] = {{"text", 9}, {"long_text", 10}, {"contact", 11}, {"author", 12}, {"command", 13}};

    json_key_id(j, "id", (uint64_t)sql_i64(s, id, 0));
    json_key_time(j, "time", (struct wall){sql_i64(s, id, 1)});
    if (sql_i64(s, id, 2))
        json_key_id(j, "oid", (uint64_t)sql_i64(s, id, 2));
    past_gone_members(q, j, (uint64_t)sql_i64(s, id, 2));
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

/* *when: of the one that was found, left alone without one. */
static int decided_kind(struct history *h, int64_t oid, int64_t at, enum record_event_kind kind,
                        struct rows *rows, int64_t *when)
{
    const enum sql_id id = SQL_DECISION_AT;
    struct sql *s = &h->sql;
    int r = sql_start(s, id);

    if (r < 0)
        return r;
    sql_bind_i64(s, id, 1, oid);
    sql_bind_i64(s, id, 2, kind);
    sql_bind_i64(s, id, 3, at);
    r = sql_step(s, id);
    if (r == 1) {
        *when = sql_i64(s, id, 1);
        json_map(&rows->j);
        json_key_i64(&rows->j, "kind", sql_i64(s, id, 2));
        json_key_time(&rows->j, "time", (struct wall){sql_i64(s, id, 1)});
        json_key_i64(&rows->j, "state", sql_i64(s, id, 3));
        json_key_bool(&rows->j, "hard", sql_i64(s, id, 4) != 0);
        json_key_i64(&rows->j, "number", sql_i64(s, id, 5));
        json_key_i64(&rows->j, "type", sql_i64(s, id, 6));
        json_key_str(&rows->j, "reasons", str_sub(sql_str(s, id, 7), 0, TEXT_MAX));
        json_map_end(&rows->j);
        rows_next(rows);
    }
    sql_end(s, id);
    return MIN(r, 0);
}

int past_undelivered(struct sql *s, int64_t oid, int64_t from, int64_t to, struct json *j)
{
    const enum sql_id id = SQL_UNDELIVERED;
    int r = sql_start(s, id);

    if (r < 0)
        return r;
    sql_bind_i64(s, id, 1, oid);
    sql_bind_i64(s, id, 2, from);
    sql_bind_i64(s, id, 3, to);
    sql_bind_i64(s, id, 4, RECORD_EVENT_UNDELIVERED);
    while ((r = sql_step(s, id)) == 1) {
        json_map(j);
        json_key_i64(j, "kind", RECORD_EVENT_UNDELIVERED);
        json_key_time(j, "time", (struct wall){sql_i64(s, id, 0)});
        json_key_str(j, "contact", str_sub(sql_str(s, id, 1), 0, NAME_MOST));
        json_key_str(j, "command", str_sub(sql_str(s, id, 2), 0, NAME_MOST));
        json_key_str(j, "text", str_sub(sql_str(s, id, 3), 0, ERROR_MOST));
        json_map_end(j);
    }
    sql_end(s, id);
    return r;
}

int past_decided(struct history *h, const struct history_args *q, struct rows *rows, struct err *err)
{
    int64_t at, oid, when = INT64_MAX, skipped;
    int r;

    if (!past_number(q->at[1], &at))
        return past_wrong(q, 1, err);
    if (!past_number(q->at[2], &oid))
        return past_wrong(q, 2, err);
    if (!scope_sees(&q->scope, (uint64_t)oid))
        return 0;
    r = decided_kind(h, oid, at, RECORD_EVENT_DECISION, rows, &when);
    if (r == 0)
        r = decided_kind(h, oid, at, RECORD_EVENT_SKIPPED, rows, &skipped);
    if (r < 0 || when == INT64_MAX)
        return r;
    r = past_undelivered(&h->sql, oid, when, at, &rows->j);
    rows_next(rows);
    return r;
}

/* How many of each kind there were, in equal parts of the time that was asked for. */
struct histogram {
    int64_t from, to;
    uint32_t parts;
    uint32_t *n; /* by part and kind */
};

struct find {
    struct sql *s;
    struct rows *rows;
    struct histogram *counts; /* NULL: rows are wanted */
    const struct history_args *q;
    int64_t from, to, before; /* before: of those at `to`, the ones with a smaller number */
    size_t limit, found, seen;
    uint64_t kinds; /* a mask; 0: all */
    struct str text;
    struct map set; /* oids; empty: all */
    bool any;       /* no oid was asked for */
    uint64_t last;  /* number of the event looked at last */
};

static void count_event(const struct histogram *c, int64_t at, uint64_t kind)
{
    double part = (double)(at - c->from) / ((double)(c->to - c->from) + 1) * c->parts;

    if (at >= c->from && at <= c->to && kind < HISTORY_KINDS)
        c->n[MIN((uint32_t)part, c->parts - 1) * HISTORY_KINDS + kind]++;
}

/* Without rows they are only counted. */
static void write_event(struct find *f, enum sql_id id)
{
    f->found++;
    if (f->counts)
        count_event(f->counts, sql_i64(f->s, id, 1), (uint64_t)sql_i64(f->s, id, 3));
    if (!f->rows)
        return;
    json_map(&f->rows->j);
    past_event_members(f->q, &f->rows->j, f->s, id);
    json_map_end(&f->rows->j);
    rows_next(f->rows);
}

static bool fits(const struct find *f, enum sql_id id)
{
    uint64_t kind = (uint64_t)sql_i64(f->s, id, 3), unused;

    if (f->kinds && (kind > 63 || !(f->kinds >> kind & 1)))
        return false;
    if (!f->any && !map_get_u64(&f->set, (uint64_t)sql_i64(f->s, id, 2), &unused))
        return false;
    if (!scope_sees(&f->q->scope, (uint64_t)sql_i64(f->s, id, 2)))
        return false;
    for (int c = 9; f->text.n && c <= 13; c++)
        if (str_icontains(sql_str(f->s, id, c), f->text))
            return true;
    return !f->text.n;
}

/* Looks at events until enough are found, or `most` were seen. 1: it ended before the last one. */
static int scan(struct find *f, enum sql_id id, int64_t key, size_t most)
{
    int r = sql_start(f->s, id);

    if (r < 0)
        return r;
    sql_bind_i64(f->s, id, 1, f->from);
    sql_bind_i64(f->s, id, 2, f->to);
    sql_bind_i64(f->s, id, 3, f->before);
    if (id != SQL_FIND_ALL)
        sql_bind_i64(f->s, id, 4, key);
    while (f->found < f->limit && f->seen < most && (r = sql_step(f->s, id)) == 1) {
        f->seen++;
        f->last = (uint64_t)sql_i64(f->s, id, 0);
        if (fits(f, id))
            write_event(f, id);
    }
    sql_end(f->s, id);
    return r;
}

struct place {
    int64_t at, seq;
};
typedef VEC(struct place) places;

static int newer_first(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    if (x->at != y->at)
        return x->at > y->at ? -1 : 1;
    return x->seq > y->seq ? -1 : x->seq < y->seq;
}

static int places_of(struct find *f, uint64_t oid, places *p)
{
    const enum sql_id id = SQL_FIND_PLACES;
    int r = sql_start(f->s, id);

    if (r < 0)
        return r;
    sql_bind_i64(f->s, id, 1, f->from);
    sql_bind_i64(f->s, id, 2, f->to);
    sql_bind_i64(f->s, id, 3, f->before);
    sql_bind_i64(f->s, id, 4, (int64_t)oid);
    sql_bind_i64(f->s, id, 5, (int64_t)f->limit);
    while ((r = sql_step(f->s, id)) == 1)
        *VEC_ADD(p) = (struct place){sql_i64(f->s, id, 0), sql_i64(f->s, id, 1)};
    sql_end(f->s, id);
    return r;
}

/* Of a group: the newest of each object, and of these the newest. */
static int gather(struct find *f, const uint64_t *oid, size_t n)
{
    const enum sql_id id = SQL_EVENT_ONE;
    places p = {0};
    int r = 0;

    for (size_t i = 0; r == 0 && i < n; i++) {
        r = sql_overdue(f->s) ? E_TIMEOUT : places_of(f, oid[i], &p);
        if (p.n < 4 * f->limit + 4096 && i + 1 < n)
            continue;
        if (p.n)
            qsort(p.at, p.n, sizeof(*p.at), newer_first);
        p.n = MIN(p.n, f->limit);
    }
    for (size_t i = 0; r == 0 && i < p.n; i++) {
        r = sql_start(f->s, id);
        if (r == 0)
            sql_bind_i64(f->s, id, 1, p.at[i].seq);
        if (r == 0 && (r = sql_step(f->s, id)) == 1) {
            write_event(f, id);
            r = 0;
        }
        sql_end(f->s, id);
    }
    VEC_RELEASE(&p);
    return r;
}

/* Behind the event that the last page ended with. 0, or E_NOENT: it is gone, and so is all that is older. */
static int go_to(struct find *f, int64_t cursor)
{
    const enum sql_id id = SQL_EVENT_ONE;
    int r;

    f->before = INT64_MAX;
    if (!cursor)
        return 0;
    r = sql_start(f->s, id);
    if (r < 0)
        return r;
    sql_bind_i64(f->s, id, 1, cursor);
    r = sql_step(f->s, id);
    if (r == 1 && sql_i64(f->s, id, 1) <= f->to) {
        f->to = sql_i64(f->s, id, 1);
        f->before = cursor;
    }
    sql_end(f->s, id);
    return r < 0 ? r : r == 1 ? 0 : E_NOENT;
}

/* In a large group something mostly happened among the last events: then these are all that is looked at. */
static bool among_the_last(struct find *f)
{
    struct find look = *f;

    look.rows = NULL;
    return scan(&look, SQL_FIND_ALL, 0, FIRST_LOOK) >= 0 && look.found == look.limit;
}

static int search(struct find *f, const uint64_t *oid, size_t n)
{
    uint64_t kind = f->kinds ? (uint64_t)__builtin_ctzll(f->kinds) : 0;

    if (n == 1)
        return scan(f, SQL_FIND_OBJECT, (int64_t)oid[0], PAST_SCAN_MOST);
    if (!f->counts && !f->any && !f->kinds && !f->text.n && (n <= FEW || !among_the_last(f)))
        return gather(f, oid, n);
    if (f->kinds && f->kinds == UINT64_C(1) << kind)
        return scan(f, SQL_FIND_KIND, (int64_t)kind, PAST_SCAN_MOST);
    return scan(f, SQL_FIND_ALL, 0, PAST_SCAN_MOST);
}

static bool read_kinds(struct str words, uint64_t *mask)
{
    while (words.n) {
        struct str one = str_cut(&words, ',');
        uint64_t k = 1;

        while (k < 64 && !str_eq_c(one, history_kind_name(k)))
            k++;
        if (k == 64)
            return false;
        *mask |= UINT64_C(1) << k;
    }
    return true;
}

typedef VEC(uint64_t) oid_list;

/* Those that are seen; of the others nothing happened. */
static bool read_oids(struct str list, const struct scope *scope, oid_list *out, struct map *set)
{
    while (list.n) {
        uint64_t oid;

        if (!str_to_u64(str_cut(&list, ','), &oid) || !oid || oid > INT64_MAX)
            return false;
        if (!scope_sees(scope, oid))
            continue;
        *VEC_ADD(out) = oid;
        map_put_u64(set, oid, 1);
    }
    return true;
}

void past_searched(struct rows *rows, uint64_t id, int64_t at)
{
    json_map(&rows->j);
    json_key_id(&rows->j, "id", id);
    if (at)
        json_key_id(&rows->j, "at", (uint64_t)at);
    json_key_bool(&rows->j, "searched", true);
    json_map_end(&rows->j);
    rows_next(rows);
}

static int run_find(struct find *f, int64_t cursor, const uint64_t *oid, size_t n)
{
    int r = go_to(f, cursor);

    if (r == 0 && f->from <= f->to && (f->any || n))
        r = search(f, oid, n);
    if (r == 1 && f->found < f->limit && f->rows)
        past_searched(f->rows, f->last, 0);
    return r == E_NOENT || (r == 1 && f->rows) ? 0 : r;
}

int past_events_of(struct history *h, const struct history_args *q, struct rows *rows, struct err *err)
{
    struct find f = {.s = &h->sql, .rows = rows, .q = q, .to = INT64_MAX, .any = true};
    int64_t oid, cursor;
    uint64_t one;

    if (!past_number(q->at[1], &oid))
        return past_wrong(q, 1, err);
    if (!past_cursor(q->at[2], &cursor))
        return past_wrong(q, 2, err);
    if (!past_limit(q->at[3], &f.limit))
        return past_wrong(q, 3, err);
    one = (uint64_t)oid;
    return scope_sees(&q->scope, one) ? run_find(&f, cursor, &one, 1) : 0;
}

/* Of both questions: what they say of time, kinds, text and objects stands in the same places. number: the argument between, at most `most`. */
static int read_find(struct find *f, const struct history_args *q, size_t most, size_t *number,
                     oid_list *oids, int64_t *cursor, struct err *err)
{
    int64_t n = 0;

    if (!str_to_i64(q->at[1], &f->from))
        return past_wrong(q, 1, err);
    if (!str_to_i64(q->at[2], &f->to))
        return past_wrong(q, 2, err);
    if (!past_cursor(q->at[3], cursor))
        return past_wrong(q, 3, err);
    if (!past_number(q->at[4], &n) || n < 1 || (uint64_t)n > most)
        return past_wrong(q, 4, err);
    if (!read_kinds(q->at[5], &f->kinds))
        return past_wrong(q, 5, err);
    if (!read_oids(q->at[7], &q->scope, oids, &f->set))
        return past_wrong(q, 7, err);
    *number = (size_t)n;
    return 0;
}

int past_events_find(struct history *h, const struct history_args *q, struct rows *rows, struct err *err)
{
    struct find f = {.s = &h->sql, .rows = rows, .q = q, .text = q->at[6], .any = !q->at[7].n};
    int64_t cursor = 0;
    oid_list oids = {0};
    int r = read_find(&f, q, HISTORY_LIMIT_MAX, &f.limit, &oids, &cursor, err);

    if (r == 0)
        r = run_find(&f, cursor, oids.at, oids.n);
    VEC_RELEASE(&oids);
    map_release(&f.set);
    return r;
}

static void write_counts(struct rows *rows, const struct histogram *c)
{
    for (uint32_t i = 0; i < c->parts * HISTORY_KINDS; i++) {
        if (!c->n[i])
            continue;
        json_map(&rows->j);
        json_key_u64(&rows->j, "part", i / HISTORY_KINDS);
        json_key_c(&rows->j, "kind", history_kind_name(i % HISTORY_KINDS));
        json_key_u64(&rows->j, "n", c->n[i]);
        json_map_end(&rows->j);
        rows_next(rows);
    }
}

/* The parts are of all the time that was asked for, also when it goes on behind a cursor. */
int past_events_histogram(struct history *h, const struct history_args *q, struct rows *rows, struct err *err)
{
    struct histogram c = {.n = NULL};
    struct find f = {
        .s = &h->sql, .counts = &c, .q = q, .text = q->at[6], .any = !q->at[7].n, .limit = SIZE_MAX};
    int64_t cursor = 0;
    oid_list oids = {0};
    size_t parts = 0;
    int r = read_find(&f, q, PAST_PARTS_MOST, &parts, &oids, &cursor, err);

    c.from = f.from;
    c.to = f.to;
    c.parts = (uint32_t)parts;
    c.n = mem_calloc(parts * HISTORY_KINDS + 1, sizeof(*c.n));
    if (r == 0)
        r = run_find(&f, cursor, oids.at, oids.n);
    if (r >= 0)
        write_counts(rows, &c);
    if (r == 1)
        past_searched(rows, f.last, 0);
    mem_free(c.n);
    VEC_RELEASE(&oids);
    map_release(&f.set);
    return MIN(r, 0);
}
