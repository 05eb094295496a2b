/* SPDX-License-Identifier: Apache-2.0 */
/* Who has, or had last, this identity or this name: also what is configured no more. */
#include "db/past.h"

static void write_object(const struct history_args *q, struct rows *rows, const struct past_name *x)
{
    struct json *j = &rows->j;

    if (!x || !scope_sees(&q->scope, x->oid))
        return;
    json_map(j);
    json_key_id(j, "oid", x->oid);
    json_key_str(j, "host", x->host);
    if (x->service.n)
        json_key_str(j, "service", x->service);
    json_key_bool(j, "gone", x->gone);
    json_map_end(j);
    rows_next(rows);
}

/* Of several of one name the one that is configured stands first, then the one that was last. */
static void write_host(const struct history_args *q, struct rows *rows)
{
    size_t n, from = past_names_host(q->names, q->at[2], &n);
    const struct past_name *before = NULL;

    for (size_t i = 0; i < n; i++) {
        const struct past_name *x = &q->names->at.at[from + i];

        if (!before || !str_eq(before->service, x->service))
            write_object(q, rows, x);
        before = x;
    }
}

int past_object(struct history *h UNUSED, const struct history_args *q, struct rows *rows, struct err *err)
{
    int64_t oid;

    if (!past_number(q->at[1], &oid))
        return past_wrong(q, 1, err);
    if (!q->names)
        return err_set(err, E_CLOSED, "the identities of objects cannot be read");
    if (oid)
        write_object(q, rows, past_names_of(q->names, (uint64_t)oid));
    else if (q->at[3].n)
        write_object(q, rows, past_names_find(q->names, q->at[2], q->at[3]));
    else
        write_host(q, rows);
    return 0;
}
