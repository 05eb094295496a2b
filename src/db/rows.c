/* SPDX-License-Identifier: Apache-2.0 */
#include "db/rows.h"

#include "db/history.h"

static void begin(struct rows *r)
{
    buf_clear(&r->out);
    json_init(&r->j, &r->out);
    json_list(&r->j);
}

void rows_begin(struct rows *r, void (*piece)(void *user, struct str json), void *user)
{
    *r = (struct rows){.piece = piece, .user = user};
    buf_init(&r->out);
    begin(r);
}

void rows_next(struct rows *r)
{
    r->n++;
    if (r->out.len < HISTORY_CHUNK)
        return;
    rows_end(r);
    begin(r);
}

void rows_end(struct rows *r)
{
    json_list_end(&r->j);
    r->piece(r->user, buf_str(&r->out));
}

void rows_release(struct rows *r)
{
    buf_release(&r->out);
}
