/* SPDX-License-Identifier: Apache-2.0 */
#include "api/livestatus_wait.h"

#include "api/livestatus_notes.h"
#include "api/livestatus_query.h"

unsigned livestatus_trigger_find(struct str word)
{
    static const struct {
        const char *word;
        unsigned bits;
    } words[] = {{"check", LIVESTATUS_ON_CHECK},     {"state", LIVESTATUS_ON_STATE},
                 {"log", LIVESTATUS_ON_LOG},         {"downtime", LIVESTATUS_ON_DOWNTIME},
                 {"comment", LIVESTATUS_ON_COMMENT}, {"command", LIVESTATUS_ON_COMMAND},
                 {"program", LIVESTATUS_ON_PROGRAM}, {"all", LIVESTATUS_ON_ALL}};

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_eq_c(word, words[i].word))
            return words[i].bits;
    }
    return 0;
}

void livestatus_pulse_read(const struct board *b, struct livestatus_pulse *out)
{
    struct board_program p;

    board_read_program(b, &p);
    *out = (struct livestatus_pulse){
        {p.active_host_checks + p.active_service_checks + p.passive_host_checks + p.passive_service_checks,
         p.state_changes, p.log_lines, p.downtime_changes, p.comment_changes, p.external_commands,
         /* no counter, but sums of these do not come back by chance */
         p.switches * UINT64_C(0x9e3779b97f4a7c15) + p.modified_host_attributes * UINT64_C(31) +
             p.modified_service_attributes * UINT64_C(1009) + (uint64_t)p.program_start +
             (uint64_t)p.last_reload * UINT64_C(3)}};
}

unsigned livestatus_pulse_since(const struct livestatus_pulse *before, const struct livestatus_pulse *now)
{
    unsigned bits = 0;

    for (size_t i = 0; i < ARRAY_LEN(now->count); i++)
        bits |= (unsigned)(before->count[i] != now->count[i]) << i;
    return bits;
}

/* ---- the object ---- */

static uint32_t find_check(const struct model *m, const struct ls_query *q)
{
    struct str service = q->wait_object, host = str_cut(&service, ';');

    if (q->table == &ls_hosts)
        return model_find_host(m, q->wait_object);
    if (service.p)
        return model_find_service(m, host, service);
    /* Older clients write a blank, which both names may have, too. */
    for (size_t i = 1; i + 1 < q->wait_object.n; i++) {
        uint32_t found;

        if (q->wait_object.p[i] != ' ')
            continue;
        found = model_find_service(m, str_sub(q->wait_object, 0, i),
                                   str_sub(q->wait_object, i + 1, q->wait_object.n));
        if (found != MODEL_NONE)
            return found;
    }
    return MODEL_NONE;
}

static bool is_named(struct ls_row *row, const struct ls_query *q, const struct ls_ref *key)
{
    struct ls_value v = {.scratch = BUF_INIT};
    bool hit;

    ls_get(row, q->table, key, &v);
    if (key->column->type == LS_INT)
        buf_add_i64(&v.scratch, v.number);
    hit = str_eq(key->column->type == LS_INT ? buf_str(&v.scratch) : v.text, q->wait_object);
    ls_value_release(&v);
    return hit;
}

/* Makes row the one that is waited for. */
static bool load_object(const struct livestatus_world *w, const struct ls_query *q, struct ls_row *row)
{
    struct ls_ref key;
    uint32_t idx;

    if (!q->table->key)
        return q->table->load(row, 0); /* the one of status */
    if (q->table == &ls_hosts || q->table == &ls_services) {
        idx = find_check(w->m, q);
        return idx != MODEL_NONE && ls_load_check(row, idx);
    }
    BUG_ON(!ls_column_find(q->table, str_of(q->table->key), &key));
    for (uint32_t i = 0, n = q->table->count(w); i < n; i++) {
        if (q->table->load(row, i) && is_named(row, q, &key))
            return true;
    }
    return false;
}

enum outcome { NO_OBJECT, HOLDS, DOES_NOT };

static enum outcome look(const struct livestatus_world *w, struct ls_query *q)
{
    struct ls_notes notes[LS_NOTE_KINDS] = {0};
    struct livestatus_world own = *w;
    enum outcome outcome = NO_OBJECT;
    struct ls_objects objects;
    struct ls_row row;

    ls_objects_init(&objects, w);
    own.notes = notes;
    own.objects = &objects;
    q->contact_at = model_find_contact(w->m, q->contact);
    ls_row_init(&row, &own);
    if (load_object(w, q, &row) && ls_may_see(q, &row))
        outcome = ls_filter_all(&q->wait_filters, &row, q->table) ? HOLDS : DOES_NOT;
    ls_row_release(&row);
    livestatus_notes_release(notes);
    ls_objects_release(&objects);
    return outcome;
}

int livestatus_wait_check(const struct livestatus_world *w, struct ls_query *q, struct err *err)
{
    if (!q->wait_object_given || !q->table->key || look(w, q) != NO_OBJECT)
        return 0;
    q->code = 404;
    return err_set(err, E_NOENT, "the table %s has no row '" STR_FMT "' to wait for", q->table->name,
                   STR_ARG(q->wait_object));
}

/* ---- waiting ---- */

bool livestatus_wait_begins(const struct livestatus_world *w, struct str request, struct livestatus_wait *out)
{
    struct err err = ERR_INIT;
    struct ls_query q;
    bool waits = ls_parse(&q, w->now, request, &err) == 0 && q.waits;

    *out = (struct livestatus_wait){0};
    if (waits && (q.wait_object_given || q.wait_filters.stack.n))
        waits = look(w, &q) == DOES_NOT || !q.wait_filters.stack.n;
    if (waits && livestatus_wait_check(w, &q, &err) < 0)
        waits = false;
    if (waits) {
        out->triggers = q.wait_trigger ? q.wait_trigger : LIVESTATUS_ON_ALL;
        out->timeout_us = MIN(q.wait_ms, INT64_MAX / 2000) * 1000;
    }
    ls_query_release(&q);
    return waits;
}

bool livestatus_wait_ends(const struct livestatus_world *w, struct str request)
{
    struct err err = ERR_INIT;
    struct ls_query q;
    bool ends = ls_parse(&q, w->now, request, &err) < 0 || !q.wait_filters.stack.n || look(w, &q) != DOES_NOT;

    ls_query_release(&q);
    return ends;
}
