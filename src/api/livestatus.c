/* SPDX-License-Identifier: Apache-2.0 */
/* Rows and their values, and a request from its first line to its answer. */
#include "api/livestatus.h"

#include "api/livestatus_notes.h"
#include "api/livestatus_query.h"
#include "api/livestatus_statehist.h"
#include "api/livestatus_wait.h"
#include "db/scope.h"

#include <stdio.h>
#include <string.h>

/* ---- rows and values ---- */

void ls_row_init(struct ls_row *row, const struct livestatus_world *w)
{
    memset(row, 0, sizeof(*row));
    row->w = w;
    buf_init(&row->text_buf);
    buf_init(&row->note_buf);
}

void ls_row_release(struct ls_row *row)
{
    buf_release(&row->text_buf);
    buf_release(&row->note_buf);
}

void ls_row_text(struct ls_row *row)
{
    if (row->has_text)
        return;
    board_read_check_text(row->w->b, row->idx, &row->check, &row->text, &row->text_buf);
    row->has_text = true;
}

void ls_value_release(struct ls_value *v)
{
    VEC_RELEASE(&v->list);
    buf_release(&v->scratch);
}

void ls_cut(struct ls_value *v)
{
    *VEC_ADD(&v->list) = str_make(NULL, v->scratch.len); /* its end; scratch may move yet */
}

void ls_cut_end(struct ls_value *v)
{
    size_t at = 0;

    for (size_t i = 0; i < v->list.n; i++) {
        size_t end = v->list.at[i].n;

        v->list.at[i] = str_make(v->scratch.data + at, end - at);
        at = end;
    }
}

/* A service brings the name of its host along, and nothing else of one that is out of sight. */
static bool lent_is_seen(const struct ls_table *t, const struct ls_row *row, const struct ls_column *c)
{
    if (!row->w->eyes.user || !t->seen)
        return true;
    if (t == &ls_hosts && strcmp(c->name, "name") == 0)
        return sight_names_host(row->w->eyes.resources, row->idx);
    return t->seen(row, MODEL_NONE);
}

/* Apart, because a second row is much to make ready where none is needed. */
static __attribute__((noinline)) void get_lent(struct ls_row *row, const struct ls_table *t,
                                               const struct ls_ref *ref, struct ls_value *v)
{
    struct ls_row other;

    ls_row_init(&other, row->w);
    t->lend[ref->via - 1].as(row, &other);
    if (other.idx != MODEL_NONE && lent_is_seen(t->lend[ref->via - 1].table, &other, ref->column)) {
        ref->column->get(&other, ref->column, v);
        if (v->text.n && other.has_text) { /* it points into the row that goes now */
            buf_add_str(&v->scratch, v->text);
            v->text = buf_str(&v->scratch);
        }
    }
    ls_row_release(&other);
}

void ls_get(struct ls_row *row, const struct ls_table *t, const struct ls_ref *ref, struct ls_value *v)
{
    v->number = v->fine = 0;
    v->text = STR_NULL;
    v->cells = NULL;
    VEC_CLEAR(&v->list);
    if (v->scratch.len)
        buf_clear(&v->scratch);
    if (ref->via)
        get_lent(row, t, ref, v);
    else
        ref->column->get(row, ref->column, v);
}

static const struct ls_column *own_column(const struct ls_table *t, struct str name)
{
    t = ls_own(t);
    for (size_t i = 0; i < t->n_columns; i++) {
        if (str_eq_c(name, t->columns[i].name))
            return &t->columns[i];
    }
    return NULL;
}

static bool find_column(const struct ls_table *t, struct str name, struct ls_ref *out)
{
    struct str own = str_of(t->own_prefix);

    *out = (struct ls_ref){.column = own_column(t, name), .via = 0, .name = name};
    if (!out->column && own.n && str_starts(name, own))
        out->column = own_column(t, str_sub(name, own.n, name.n));
    for (unsigned i = 0; !out->column && i < LS_LENDERS; i++) {
        struct str prefix = str_of(t->lend[i].prefix);

        if (!prefix.n || !str_starts(name, prefix))
            continue;
        out->column = own_column(t->lend[i].table, str_sub(name, prefix.n, name.n));
        out->via = i + 1;
    }
    return out->column;
}

bool ls_column_find(const struct ls_table *t, struct str name, struct ls_ref *out)
{
    struct buf longer = BUF_INIT;
    bool found = find_column(t, name, out);

    if (!found && t->else_prefix) {
        buf_printf(&longer, "%s" STR_FMT, t->else_prefix, STR_ARG(name));
        found = find_column(t, buf_str(&longer), out);
        out->name = name;
        buf_release(&longer);
    }
    return found;
}

/* "name = x" of a host, or "host_name = x" of a service, that must hold of every row. */
static bool names_host(const struct ls_query *q, const struct ls_filter *f)
{
    bool services = q->table == &ls_services;

    return f->kind == LS_NODE_TEST && f->op == LS_EQ && !f->negate && f->ref.via == (services ? 1u : 0u) &&
           strcmp(f->ref.column->name, "name") == 0;
}

void ls_rows_of(const struct ls_query *q, const struct livestatus_world *w, uint32_t *from, uint32_t *to)
{
    const struct ls_pool *p = &q->filters;

    *from = 0;
    *to = q->table->count(w);
    for (size_t i = 0; (q->table == &ls_hosts || q->table == &ls_services) && i < p->stack.n; i++) {
        const struct ls_filter *f = &p->node.at[p->stack.at[i]];
        uint32_t host;

        if (!names_host(q, f))
            continue;
        host = model_find_host(w->m, f->value);
        *from = host == MODEL_NONE      ? 0
                : q->table == &ls_hosts ? host
                                        : model_check(w->m, host)->first_service - w->m->n_hosts;
        *to = host == MODEL_NONE      ? 0
              : q->table == &ls_hosts ? host + 1
                                      : *from + model_check(w->m, host)->n_services;
        return; /* another name besides leaves nothing, which the filters see to */
    }
}

static bool is_somebody(const struct ls_query *q, const struct ls_row *row)
{
    return row->w->eyes.user || q->contact_at != MODEL_NONE;
}

bool ls_may_see(const struct ls_query *q, const struct ls_row *row)
{
    return !q->restricted || !q->table->seen || (is_somebody(q, row) && q->table->seen(row, q->contact_at));
}

bool ls_may_see_check(const struct ls_query *q, const struct ls_row *row)
{
    return !q->restricted || (is_somebody(q, row) && ls_seen_check(row, q->contact_at));
}

void ls_objects_init(struct ls_objects *o, const struct livestatus_world *w)
{
    *o = (struct ls_objects){.arena = ARENA_INIT};
    o->all = eyes_of(w->m, w->eyes.resources, &o->arena);
    o->commands = eyes_of(w->m, w->eyes.commands, &o->arena);
}

void ls_objects_release(struct ls_objects *o)
{
    arena_release(&o->arena);
}

bool ls_sees_object(const struct livestatus_world *w, enum eyes_kind kind, uint32_t at)
{
    return !w->eyes.user ||
           (w->objects &&
            eyes_see(kind == EYES_COMMAND ? &w->objects->commands : &w->objects->all, kind, at));
}

bool ls_wanted(const struct ls_query *q, struct ls_row *row)
{
    if (!ls_may_see(q, row))
        return false;
    return ls_filter_all(&q->filters, row, q->table);
}

/* Every 16th row is asked for: some cost a millisecond. */
bool ls_gives_up(struct ls_query *q, const struct livestatus_world *w, uint32_t i)
{
    int64_t spent = i % 16 == 0 && q->limit_s >= 0 && w->elapsed_us ? w->elapsed_us(w->user) : 0;

    if (i % 16 == 0 && q->limit_s >= 0 && spent >= q->limit_s * TIME_S)
        q->overtime = true;
    if (i % 16 == 15 && w->too_long && w->too_long(w->user))
        q->gave_up = true;
    return q->gave_up || q->overtime;
}

/* ---- the request ---- */

static void add_all(struct ls_query *q, const struct ls_table *t, const char *prefix, unsigned via)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        size_t at = q->names.len;

        buf_printf(&q->names, "%s%s", prefix, t->columns[i].name);
        *VEC_ADD(&q->columns) =
            (struct ls_ref){.column = &t->columns[i], .via = via, .name = str_make(NULL, q->names.len - at)};
    }
}

/* Those that a table borrows, too: clients look for host_name and the like in an answer with all columns. */
static void all_columns(struct ls_query *q)
{
    const struct ls_lend *lend = q->table->lend;
    size_t at = 0;

    if (q->columns_given || q->stats.n)
        return;
    add_all(q, ls_own(q->table), "", 0);
    for (unsigned i = 0; i < LS_LENDERS && lend[i].prefix; i++)
        add_all(q, lend[i].table, lend[i].prefix, i + 1);
    for (size_t i = 0; i < q->columns.n; i++) {
        struct ls_ref *ref = &q->columns.at[i];

        ref->name.p = q->names.data + at;
        at += ref->name.n;
    }
    if (!q->headers_given)
        q->headers = true;
}

enum { HEADER = 16 }; /* of fixed16: its room is kept before the body, which may be large */

static void clear_body(const struct ls_query *q, struct buf *body)
{
    buf_clear(body);
    if (q->fixed16)
        buf_add(body, "                ", HEADER);
}

static void finish(const struct ls_query *q, struct buf *body, struct buf *out)
{
    char header[HEADER + 24];

    if (q->fixed16) {
        snprintf(header, sizeof(header), "%03d %11zu\n", q->code, body->len - HEADER);
        memcpy(body->data, header, HEADER);
    }
    if (out->len) {
        buf_add_str(out, buf_str(body));
        return;
    }
    buf_release(out);
    *out = *body;
    buf_init(body);
}

bool livestatus_refuse(struct str request, int code, const char *text, struct buf *out)
{
    const struct wall now = {0};
    struct ls_query q;
    struct err err = ERR_INIT;
    struct buf body = BUF_INIT;
    bool keep;

    ls_parse(&q, now, request, &err);
    keep = q.keep;
    q.code = code;
    clear_body(&q, &body);
    buf_printf(&body, "%s\n", text);
    finish(&q, &body, out);
    buf_release(&body);
    ls_query_release(&q);
    return keep;
}

int64_t livestatus_limit_us(struct str request, struct wall now)
{
    struct err err = ERR_INIT;
    struct ls_query q;
    int64_t us = -1;

    if (!str_contains(request, STR("Timelimit"))) /* nearly all */
        return us;
    if (ls_parse(&q, now, request, &err) == 0 && q.limit_s >= 0)
        us = q.limit_s * TIME_S;
    ls_query_release(&q);
    return us;
}

bool livestatus_user(struct str request, struct wall now, struct str *name)
{
    struct err err = ERR_INIT;
    struct ls_query q;
    bool given;

    if (!str_contains(request, STR("AuthUser"))) /* nearly all */
        return false;
    given = ls_parse(&q, now, request, &err) == 0 && q.restricted;
    *name = q.contact;
    ls_query_release(&q);
    return given;
}

static void put_sight(const struct sight *s, struct buf *out)
{
    if (s)
        scope_put_sight(out, buf_str(&s->text));
    else
        buf_add_c(out, SCOPE_EVERYTHING);
}

void livestatus_scope(struct str request, struct wall now, const struct livestatus_eyes *eyes,
                      struct buf *out)
{
    struct err err = ERR_INIT;
    struct ls_query q;

    if (ls_parse(&q, now, request, &err) == 0) { /* else it sees nothing */
        if (q.restricted && eyes->user)
            put_sight(q.table == &ls_log ? eyes->events : eyes->resources, out);
        else if (q.restricted)
            scope_put_contact(out, q.contact);
        else
            buf_add_c(out, SCOPE_EVERYTHING);
    }
    ls_query_release(&q);
}

static bool take_command(struct str request, struct livestatus_reply *reply)
{
    struct str line = str_trim(str_cut(&request, '\n')), word = STR("COMMAND ");

    if (!str_starts(line, word))
        return false;
    reply->command = str_trim(str_sub(line, word.n, line.n));
    reply->keep = true; /* as everywhere: clients ask on where they gave a command */
    while (request.p) {
        if (str_eq_c(str_trim(str_cut(&request, '\n')), "KeepAlive: off"))
            reply->keep = false;
    }
    return true;
}

struct livestatus_run {
    struct ls_query q;
    struct livestatus_world w;
    struct ls_notes notes[LS_NOTE_KINDS];
    struct ls_objects objects;
    struct livestatus_reply reply;
    struct ls_rows *rows; /* NULL: there is no more to be written */
    struct buf body;      /* behind the room for its header */
};

static void give_up(struct ls_query *q, struct buf *body)
{
    clear_body(q, body);
    q->code = q->overtime ? 413 : 400;
    if (q->overtime)
        buf_printf(body, "the Timelimit of %lld seconds is over\n", (long long)q->limit_s);
    else
        buf_add_c(body, "the request takes too long and was given up: its patterns are too costly; write = "
                        "instead of ~, or begin them with ^ and leave out nested repetitions\n");
}

static void run(struct livestatus_run *r)
{
    struct ls_query *q = &r->q;

    q->contact_at = model_find_contact(r->w.m, q->contact);
    all_columns(q);
    if (q->stats.n)
        ls_run_stats(q, &r->w, &r->body);
    else
        r->rows = ls_rows_begin(q, &r->w, &r->body);
    if (!q->overtime && !q->gave_up)
        return;
    ls_rows_free(r->rows, q);
    r->rows = NULL;
    give_up(q, &r->body);
}

struct livestatus_run *livestatus_begin(const struct livestatus_world *w, struct str request)
{
    struct livestatus_run *r = mem_zalloc(sizeof(*r));
    struct err err = ERR_INIT;

    r->w = *w;
    r->w.notes = r->notes;
    ls_objects_init(&r->objects, w);
    r->w.objects = &r->objects;
    buf_init(&r->body);
    buf_init(&r->q.names);
    if (take_command(request, &r->reply))
        return r;
    if (ls_parse(&r->q, w->now, request, &err) < 0 || livestatus_statehist_check(&r->q, &err) < 0 ||
        livestatus_wait_check(w, &r->q, &err) < 0) {
        clear_body(&r->q, &r->body);
        buf_printf(&r->body, "%s\n", err.text);
    } else {
        clear_body(&r->q, &r->body);
        run(r);
    }
    r->reply.keep = r->q.keep;
    r->w.too_long = NULL; /* whose time that was */
    r->w.elapsed_us = NULL;
    return r;
}

bool livestatus_more(struct livestatus_run *r, size_t rows)
{
    if (!r->rows || !ls_rows_more(r->rows, &r->q, &r->body, rows))
        return !r->rows;
    ls_rows_free(r->rows, &r->q);
    r->rows = NULL;
    return true;
}

void livestatus_abandon(struct livestatus_run *r)
{
    ls_rows_free(r->rows, &r->q);
    livestatus_notes_release(r->notes);
    ls_objects_release(&r->objects);
    buf_release(&r->body);
    ls_query_release(&r->q);
    mem_free(r);
}

void livestatus_finish(struct livestatus_run *r, struct buf *out, struct livestatus_reply *reply)
{
    *reply = r->reply;
    if (!r->reply.command.n)
        finish(&r->q, &r->body, out);
    livestatus_abandon(r);
}

void livestatus_answer(const struct livestatus_world *w, struct str request, struct buf *out,
                       struct livestatus_reply *reply)
{
    struct livestatus_run *r = livestatus_begin(w, request);

    livestatus_more(r, SIZE_MAX);
    livestatus_finish(r, out, reply);
}
