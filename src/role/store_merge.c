/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each row of the database has the number of its record, so it can be compared with what the journal gave.
 *   - What the journal gave with a lower number, or not at all, is given from the row.
 *   - What the newest whole checkpoint would name, and does not, was over before it: a row of before is old.
 *   - Before a state stands DOUBT: the intent of what it says was told last may be lost, too.
 *   - A comment or a downtime that the journal gave, and that has no row although the database had come so far, is over: its end was in what is lost.
 * Then the journal is made whole by a new segment with a checkpoint of all that, and the database anew from it (journal_lacks).
 */
#include "role/store_merge.h"

#include "base/log.h"
#include "core/record.h"
#include "role/store_int.h"

#include <stdio.h>
#include <string.h>

/* The value in the map: the number, and below it: */
#define OVER  1u /* the record was its end */
#define FOUND 2u /* it has a row */
#define BITS  2

static struct str key_of(char *to, enum record_kind kind, uint64_t id)
{
    to[0] = (char)kind;
    memcpy(to + 1, &id, sizeof(id));
    return str_make(to, 1 + sizeof(id));
}

static struct str key_of_name(char *to, size_t most, struct str name)
{
    size_t n = MIN(name.n, most - 1);

    to[0] = RECORD_CONTACT;
    memcpy(to + 1, name.p, n);
    return str_make(to, n + 1);
}

/* Up to which record the journal was on disk, as a database knows. Where that database is itself may be above: what a full disk made the journal give up has numbers, too. 0: it does not say. */
static uint64_t held(struct sql *sql)
{
    int64_t n = 0;

    return sql->db && sql_meta_get(sql, "held_seq", 0, &n) == 0 && n > 0 ? (uint64_t)n : 0;
}

uint64_t store_merge_known(const struct store *s)
{
    static const struct sql_schema *const all[] = {&schema_history, &schema_state};
    char path[sizeof(s->role->state_dir) + 32];
    uint64_t known = 0;

    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct err err = ERR_INIT; /* whoever opens it to write in it says what is wrong */
        struct sql sql;

        snprintf(path, sizeof(path), "%s/db/%s.db", s->role->state_dir, all[i]->name);
        if (sql_open(&sql, path, SQL_READ, all[i], &err) < 0)
            continue;
        known = MAX(known, held(&sql));
        sql_close(&sql);
    }
    return known;
}

void store_merge_look(struct store *s)
{
    const struct journal *j = &s->journal;
    uint64_t stored = j->lacks ? j->lacks - 1 : journal_stored(j);
    uint64_t history = held(&s->history.sql), states = held(&s->now.db.sql);
    bool begins_late = !j->has_complete && j->list.v.n && j->list.v.at[0].first_seq > 1;

    s->merge.wanted = j->damage.places || begins_late || states > stored;
    if (history <= stored && states <= stored)
        return;
    log_error("the journal ends with record %llu, and the %s %llu: %s. Was the state folder "
              "copied while Vigie ran, or in part? 'vigie backup' makes a whole copy",
              (unsigned long long)stored, history >= states ? "history knows" : "database of states knows",
              (unsigned long long)MAX(history, states),
              states > stored ? "of the time between there is what the database of states has"
                              : "states, downtimes and comments of the time between are lost");
}

void store_merge_begin(struct store *s)
{
    struct store_merge *m = &s->merge;

    store_merge_end(s);
    m->on = m->wanted && s->now.db.sql.db && s->now.db.reached;
    m->over = m->read_through = false;
    m->base = m->newer = m->gone = m->at = 0;
    m->cursor = (struct current_cursor){.c = &s->now.db};
}

void store_merge_end(struct store *s)
{
    if (s->merge.on)
        current_stop(&s->merge.cursor);
    s->merge.on = false;
    map_release(&s->merge.seen);
}

static void note_end(struct store *s, const struct record_checkpoint_end *end, const struct segment_record *r)
{
    if (!s->merge.base && r->flags & SEGMENT_CHECKPOINT && s->journal.has_complete &&
        !s->reader.damage.places)
        s->merge.base = end->last;
}

void store_merge_note(struct store *s, const struct segment_record *r)
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
        struct record_checkpoint_end end;
    } u;
    char key[512];
    struct str k;
    uint64_t value = r->seq << BITS;

    s->load_at = r->at;
    if (!s->merge.on || (r->kind != RECORD_CHECKPOINT_END && !current_wants(r->kind)) ||
        record_get(r->kind, r->payload, &u) < 0)
        return;
    switch (r->kind) {
    case RECORD_CHECKPOINT_END: note_end(s, &u.end, r); return;
    case RECORD_STATE: k = key_of(key, r->kind, u.state.oid); break;
    case RECORD_STATE_END: k = key_of(key, r->kind, u.state_end.oid); break;
    case RECORD_COMMENT: k = key_of(key, r->kind, u.comment.id); break;
    case RECORD_DOWNTIME: k = key_of(key, r->kind, u.downtime.id); break;
    case RECORD_CONTACT: k = key_of_name(key, sizeof(key), u.contact.name); break;
    case RECORD_PROGRAM: k = key_of(key, r->kind, 0); break;
    case RECORD_COMMENT_DEL:
        k = key_of(key, RECORD_COMMENT, u.comment_del.id);
        value |= OVER;
        break;
    default:
        k = key_of(key, RECORD_DOWNTIME, u.downtime_del.id);
        value |= OVER;
        break;
    }
    map_put(&s->merge.seen, k, value);
}

/* Is the row newer than what the journal gave? */
static bool is_newer(struct store *s, const struct current_row *row)
{
    char key[512];
    struct str k = row->kind == RECORD_CONTACT ? key_of_name(key, sizeof(key), row->name)
                                               : key_of(key, row->kind, row->id);
    uint64_t value, ended;
    bool given = map_get(&s->merge.seen, k, &value);

    if (given)
        map_put(&s->merge.seen, k, value | FOUND);
    if (given ? row->seq <= value >> BITS : row->seq <= s->merge.base)
        return false;
    k = key_of(key, RECORD_STATE_END, row->kind == RECORD_STATE ? row->id : row->oid);
    return !map_get(&s->merge.seen, k, &ended) || row->seq > ended >> BITS;
}

/* Says before the row, which begins there, that it is a state of the database's. */
static void put_doubt(struct store *s, const struct current_row *row, size_t begin)
{
    struct buf text = BUF_INIT;

    buf_add(&text, s->batch.data + begin, s->batch.len - begin);
    buf_truncate(&s->batch, begin);
    record_put(&s->batch, RECORD_DOUBT, s->load_at, &(struct record_doubt){.oid = row->id});
    buf_add_str(&s->batch, buf_str(&text));
    buf_release(&text);
}

/* The rows, then what has none: 1 when it added something. */
static int next_row(struct store *s)
{
    struct current_row row;
    size_t before = s->batch.len;
    int got;

    while ((got = current_next(&s->merge.cursor, s->load_at, &row, &s->batch)) == 1) {
        if (is_newer(s, &row)) {
            s->merge.newer++;
            if (row.kind == RECORD_STATE)
                put_doubt(s, &row, before);
            return 1;
        }
        buf_truncate(&s->batch, before);
    }
    if (got < 0) {
        log_error("the database of states cannot be read: %s", sql_message(&s->now.db.sql));
        s->merge.at = s->merge.seen.n_entry; /* that something has no row says nothing now */
    }
    s->merge.read_through = true;
    return 0;
}

static int next_gone(struct store *s)
{
    struct str key;
    uint64_t value, id;

    while (s->merge.at < s->merge.seen.n_entry) {
        bool is_there = map_at(&s->merge.seen, s->merge.at++, &key, &value);
        enum record_kind kind = is_there ? (enum record_kind)key.p[0] : RECORD_KIND_END;

        if ((kind != RECORD_COMMENT && kind != RECORD_DOWNTIME) || value & (OVER | FOUND) ||
            value >> BITS > s->now.db.reached)
            continue;
        memcpy(&id, key.p + 1, sizeof(id));
        if (kind == RECORD_COMMENT)
            record_put(&s->batch, RECORD_COMMENT_DEL, s->load_at, &(struct record_comment_del){.id = id});
        else
            record_put(&s->batch, RECORD_DOWNTIME_DEL, s->load_at, &(struct record_downtime_del){.id = id});
        s->merge.gone++;
        return 1;
    }
    return 0;
}

int store_merge_next(struct store *s)
{
    if (!s->merge.on || s->merge.over)
        return 0;
    if (!s->merge.read_through && next_row(s) == 1)
        return 1;
    if (next_gone(s) == 1)
        return 1;
    s->merge.over = true;
    if (!s->merge.newer && !s->merge.gone)
        return 0;
    /* What came of them may be among that, so they cannot go on from what the journal says. */
    record_put(&s->batch, RECORD_COMMAND_END, s->load_at, &(struct record_command_end){.all = 2});
    return 1;
}

void store_merge_said(struct store *s)
{
    if (!s->merge.wanted)
        return;
    if (s->merge.on && !s->merge.newer && !s->merge.gone)
        log_notice(
            "the journal is damaged, and no state, comment or downtime with it: the database of states has "
            "nothing that is newer");
    else if (s->merge.on)
        log_warn(
            "the journal is damaged: %llu states, comments, downtimes and the like are as the database of "
            "states has them, for that is newer, and %llu comments and downtimes are gone that it no longer "
            "has",
            (unsigned long long)s->merge.newer, (unsigned long long)s->merge.gone);
    journal_lacks(&s->journal);
}
