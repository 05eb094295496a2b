/* SPDX-License-Identifier: Apache-2.0 */
#include "core/reason.h"

#include "base/err.h"

/* Names cannot hold what separates them here; should one all the same, it is a blank. */
static void put_name(struct buf *b, struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        buf_add_char(b, (unsigned char)name.p[i] < ' ' ? ' ' : name.p[i]);
}

void reason_put(struct buf *b, const struct reason *r)
{
    buf_printf(b, "%u %u %lld %lld\t", (unsigned)r->topic, r->code, (long long)r->arg[0],
               (long long)r->arg[1]);
    put_name(b, r->object);
    buf_add_char(b, '\t');
    put_name(b, r->contact);
    buf_add_char(b, '\n');
}

int reason_next(struct str *rest, struct reason *r)
{
    struct str line, head;
    uint64_t topic, code;

    if (!rest->n)
        return 0;
    line = str_cut(rest, '\n');
    head = str_cut(&line, '\t');
    if (!line.p || !str_to_u64(str_cut(&head, ' '), &topic) || !str_to_u64(str_cut(&head, ' '), &code) ||
        !str_to_i64(str_cut(&head, ' '), &r->arg[0]) || !str_to_i64(head, &r->arg[1]) ||
        topic >= REASON_TOPICS || code > UINT16_MAX)
        return E_FORMAT;
    r->topic = (enum reason_topic)topic;
    r->code = (unsigned)code;
    r->object = str_cut(&line, '\t');
    r->contact = line;
    return line.p ? 1 : E_FORMAT;
}
