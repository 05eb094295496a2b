/* SPDX-License-Identifier: Apache-2.0 */
#include "core/passive.h"

#include "base/tlv.h"
#include "core/record.h"
#include "core/result.h"
#include "core/world_in.h"

void passive_put(struct buf *b, const struct passive_row *r)
{
    tlv_put_varint(b, r->row);
    tlv_put_varint(b, r->oid);
    tlv_put_varint(b, r->code);
    tlv_put_varint(b, (uint64_t)MAX(r->said.us, 0));
    record_pack_word(b, r->output);
    record_pack_word(b, r->through);
}

int passive_next(struct str *rest, struct passive_row *r)
{
    uint64_t said;

    if (!rest->n)
        return 0;
    if (!tlv_get_varint(rest, &r->row) || !tlv_get_varint(rest, &r->oid) || !tlv_get_varint(rest, &r->code) ||
        !tlv_get_varint(rest, &said) || said > INT64_MAX || record_next_word(rest, &r->output) != 1 ||
        record_next_word(rest, &r->through) != 1)
        return E_FORMAT;
    r->said = (struct wall){(int64_t)said};
    return 1;
}

struct str passive_cut(struct str *rest, size_t most)
{
    struct str all = *rest, before = *rest;
    struct passive_row r;
    int rc = 1;

    for (size_t n = 0; n < most && (rc = passive_next(rest, &r)) == 1; n++)
        before = *rest;
    if (rc < 0)
        *rest = STR_NULL;
    return str_make(all.p, (size_t)(all.n - before.n));
}

void passive_refuse(struct buf *b, const struct passive_refusal *r)
{
    tlv_put_varint(b, r->row);
    record_pack_word(b, r->why);
}

int passive_refused(struct str *rest, struct passive_refusal *r)
{
    if (!rest->n)
        return 0;
    return tlv_get_varint(rest, &r->row) && record_next_word(rest, &r->why) == 1 ? 1 : E_FORMAT;
}

static void refuse(struct world *w, uint64_t row, const char *why)
{
    struct world_effect *x = world_effect(w, WORLD_REFUSED);

    x->id = row;
    x->words = world_keep(w, str_of(why));
}

/* "ann", or "ann (nsca)". */
static struct str sender(struct str who, struct str through, struct buf *b)
{
    if (!through.n)
        return who;
    buf_clear(b);
    buf_printf(b, STR_FMT " (" STR_FMT ")", STR_ARG(who), STR_ARG(through));
    return buf_str(b);
}

void passive_take(struct world *w, const struct world_event *e)
{
    struct buf who = BUF_INIT;
    struct str rest = e->text;
    struct passive_row r;

    while (passive_next(&rest, &r) == 1) {
        struct err err = ERR_INIT;
        uint32_t check;

        if (!r.oid || !oids_find(&w->oids, r.oid, &check))
            refuse(w, r.row, "there is no such host or service any more");
        else if (result_may_be_passive(w, check, &err) < 0)
            refuse(w, r.row, err.text);
        else if (!e->ok) {
            result_passive(w, check, r.code, r.output, sender(e->command.who, r.through, &who), r.said);
            world_time_passes(w);
        }
    }
    buf_release(&who);
}
