/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/ctl_csv.h"

#include "base/csv.h"

#include <stdio.h>

void ctl_csv_cell(struct buf *row, const char *text)
{
    csv_cell(row, str_of(text));
    buf_add_char(row, ',');
}

void ctl_csv_value(struct buf *row, const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    char number[64];

    if (json_is_string(v)) {
        ctl_csv_cell(row, json_string_value(v));
        return;
    }
    number[0] = '\0';
    if (json_is_integer(v))
        snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(v));
    else if (json_is_real(v))
        snprintf(number, sizeof(number), "%.4f", json_number_value(v));
    else if (json_is_boolean(v))
        snprintf(number, sizeof(number), "%s", json_is_true(v) ? "yes" : "no");
    buf_printf(row, "%s,", number); /* is no formula, also below 0 */
}

void ctl_csv_end(struct buf *row)
{
    printf("%.*s\n", (int)(row->len - 1), row->data); /* without the last comma */
    buf_clear(row);
}

void ctl_csv_rows(const char *const *columns, size_t n, const json_t *rows, size_t most)
{
    struct buf row = BUF_INIT;
    const json_t *r;
    size_t at;

    for (size_t i = 0; i < n; i++)
        ctl_csv_cell(&row, columns[i]);
    ctl_csv_end(&row);
    json_array_foreach(rows, at, r)
    {
        if (at == most)
            break;
        for (size_t i = 0; i < n; i++)
            ctl_csv_value(&row, r, columns[i]);
        ctl_csv_end(&row);
    }
    buf_release(&row);
}
