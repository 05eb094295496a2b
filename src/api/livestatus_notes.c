/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of hosts and services that tell of their comments and downtimes: ids, or rows with author and text. */
#include "api/livestatus_notes.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    const struct ls_note *x = a, *y = b;

    if (x->idx != y->idx)
        return x->idx < y->idx ? -1 : 1;
    return (x->slot > y->slot) - (x->slot < y->slot);
}

/* Which slots hold what of which check, read once a query: a list of thousands of services asks for each. */
static const struct ls_notes *notes_of(const struct livestatus_world *w, enum ls_note_kind kind)
{
    struct ls_notes *n = &w->notes[kind];
    const struct board *b = w->b;
    uint32_t high = kind == LS_COMMENTS ? board_comments_high(b) : board_downtimes_high(b);
    struct buf text = BUF_INIT;

    if (n->read)
        return n;
    for (uint32_t i = 0; i < high; i++) {
        struct board_comment c;
        struct board_downtime d;
        struct board_note note;

        if (kind == LS_COMMENTS ? board_read_comment(b, i, &c, &note, &text)
                                : board_read_downtime(b, i, &d, &note, &text))
            *VEC_ADD(&n->at) = (struct ls_note){.idx = kind == LS_COMMENTS ? c.idx : d.idx, .slot = i};
    }
    if (n->at.n)
        qsort(n->at.at, n->at.n, sizeof(*n->at.at), compare);
    n->read = true;
    buf_release(&text);
    return n;
}

void livestatus_notes_release(struct ls_notes *notes)
{
    for (size_t i = 0; i < LS_NOTE_KINDS; i++)
        VEC_RELEASE(&notes[i].at);
}

static void add_number(struct ls_value *v, int64_t number)
{
    buf_add_i64(&v->scratch, number);
    ls_cut(v);
}

static void add_text(struct ls_value *v, struct str text)
{
    buf_add_str(&v->scratch, text);
    ls_cut(v);
}

static void add_comment(struct ls_row *row, uint32_t slot, enum ls_note_detail detail, struct ls_value *v)
{
    struct board_comment c;
    struct board_note note;

    if (!board_read_comment(row->w->b, slot, &c, &note, &row->note_buf) || c.idx != row->idx)
        return; /* it went while we looked */
    add_number(v, (int64_t)c.id);
    if (detail == LS_NOTE_ID)
        return;
    add_text(v, note.author);
    add_text(v, note.text);
    if (detail == LS_NOTE_INFO)
        return;
    add_number(v, c.entry_type);
    add_number(v, c.entry_time / TIME_S);
}

static void add_downtime(struct ls_row *row, uint32_t slot, enum ls_note_detail detail, struct ls_value *v)
{
    struct board_downtime d;
    struct board_note note;

    if (!board_read_downtime(row->w->b, slot, &d, &note, &row->note_buf) || d.idx != row->idx)
        return;
    add_number(v, (int64_t)d.id);
    if (detail == LS_NOTE_ID)
        return;
    add_text(v, note.author);
    add_text(v, note.text);
}

static void get(struct ls_row *row, enum ls_note_kind kind, enum ls_note_detail detail, struct ls_value *v)
{
    const struct ls_notes *n = notes_of(row->w, kind);
    size_t from = 0, to = n->at.n;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (n->at.at[middle].idx < row->idx)
            from = middle + 1;
        else
            to = middle;
    }
    v->cells = detail == LS_NOTE_ID ? "n" : detail == LS_NOTE_ALL ? "nssnn" : "nss";
    for (; from < n->at.n && n->at.at[from].idx == row->idx; from++)
        (kind == LS_COMMENTS ? add_comment : add_downtime)(row, n->at.at[from].slot, detail, v);
    ls_cut_end(v);
}

void livestatus_notes_comments(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    get(row, LS_COMMENTS, (enum ls_note_detail)c->arg, v);
}

void livestatus_notes_downtimes(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    get(row, LS_DOWNTIMES, (enum ls_note_detail)c->arg, v);
}
