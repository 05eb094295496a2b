/* SPDX-License-Identifier: Apache-2.0 */
#include "db/rescue.h"

#include "os/disk.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static bool read_page(void *user, uint32_t number, unsigned char *to)
{
    const struct rescue *r = user;

    return disk_read(r->fd, (uint64_t)(number - 1) * SQL_PAGE, to, SQL_PAGE) == SQL_PAGE;
}

int rescue_open(struct rescue *r, const char *path, struct sql *to)
{
    int64_t size;

    *r = (struct rescue){.to = to};
    r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    size = r->fd < 0 ? E_NOENT : disk_size(r->fd);
    if (size < 0) {
        rescue_close(r);
        return (int)size;
    }
    sql_pages_init(&r->pages, read_page, r,
                   (uint32_t)MIN((uint64_t)size / SQL_PAGE, (uint64_t)UINT32_MAX - 1));
    return 0;
}

void rescue_close(struct rescue *r)
{
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
    sql_pages_release(&r->pages);
}

static bool fits(const struct rescue_table *t, const struct sql_row *row)
{
    unsigned i = 0;

    if (t->of_index != row->of_index)
        return false;
    for (const char *c = t->columns; *c; c++, i++) {
        if (i == row->n && *c == 'T')
            return c[1] == '\0';
        if (i == row->n || row->v[i].is != (*c == 'k'   ? SQL_VALUE_NULL
                                            : *c == 'i' ? SQL_VALUE_INT
                                                        : SQL_VALUE_TEXT))
            return false;
    }
    return i == row->n;
}

static int put(struct rescue *r, const struct rescue_table *t, const struct sql_row *row)
{
    int got = sql_start(r->to, t->id), n = (int)strlen(t->columns);

    if (got < 0)
        return got;
    for (int i = 0; i < n; i++) {
        if (t->columns[i] == 'k')
            sql_bind_i64(r->to, t->id, i + 1, row->rowid);
        else if (t->columns[i] == 'i')
            sql_bind_i64(r->to, t->id, i + 1, row->v[i].i);
        else
            sql_bind_str(r->to, t->id, i + 1, (unsigned)i < row->n ? row->v[i].text : STR(""));
    }
    got = sql_step(r->to, t->id);
    sql_end(r->to, t->id);
    return MIN(got, 0);
}

static void on_row(void *user, const struct sql_row *row)
{
    struct rescue *r = user;
    int got;

    for (size_t i = 0; i < r->n_table && r->error == 0; i++) {
        if (!fits(&r->table[i], row))
            continue;
        got = r->want ? r->want(r->user, i, row) : 1;
        if (got == 1)
            got = put(r, &r->table[i], row);
        r->error = MIN(got, 0);
        return;
    }
}

int rescue_page(struct rescue *r, uint32_t number)
{
    r->error = 0;
    sql_pages_rows(&r->pages, number, on_row, r);
    return r->error;
}

int rescue_all(struct rescue *r)
{
    int got = sql_begin(r->to);

    for (uint32_t i = 1; got == 0 && i <= r->pages.n; i++)
        got = rescue_page(r, i);
    if (got == 0)
        got = sql_commit(r->to);
    if (got < 0)
        sql_rollback(r->to);
    return got;
}
