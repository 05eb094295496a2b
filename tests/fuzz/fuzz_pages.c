/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of a damaged database. Each row that comes out must have values that can be used: numbers, texts in UTF-8 and nothing, within the bytes that went in. */
#include "db/sql_pages.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct file {
    const uint8_t *data;
    size_t size;
};

/* The last page is filled up with zeros. */
static bool page(void *user, uint32_t number, unsigned char *to)
{
    const struct file *f = user;
    size_t at = (size_t)(number - 1) * SQL_PAGE;

    if (!number || at >= f->size)
        abort();
    memset(to, 0, SQL_PAGE);
    memcpy(to, f->data + at, MIN(f->size - at, (size_t)SQL_PAGE));
    return true;
}

static void look(void *user, const struct sql_row *row)
{
    size_t sum = 0;

    if (!row->n || row->n > SQL_PAGE_COLUMNS)
        abort();
    for (unsigned i = 0; i < row->n; i++) {
        if (row->v[i].is == SQL_VALUE_TEXT && !str_is_utf8(row->v[i].text))
            abort();
        sum += row->v[i].is == SQL_VALUE_TEXT ? row->v[i].text.n : 0;
    }
    if (sum > SQL_PAGE_ROW)
        abort();
    ++*(size_t *)user;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct file f = {data, size};
    struct sql_pages p;
    size_t rows = 0;

    if (size > 64 * SQL_PAGE)
        return 0;
    sql_pages_init(&p, page, &f, (uint32_t)((size + SQL_PAGE - 1) / SQL_PAGE));
    for (uint32_t i = 1; i <= p.n; i++)
        sql_pages_rows(&p, i, look, &rows);
    sql_pages_release(&p);
    return 0;
}
