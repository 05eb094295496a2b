/* SPDX-License-Identifier: Apache-2.0 */
#include "db/sql_pages.h"

#include <string.h>

#define FILE_HEAD  100u /* before the first page's own head */
#define FIRST_FREE 32u  /* in it: the first page of the list of free ones */
#define LEAF_HEAD  8u
#define INNER_HEAD 12u

enum { INNER_INDEX = 2, LEAF_INDEX = 10, LEAF_TABLE = 13 };

static uint32_t be(const unsigned char *p, unsigned n)
{
    uint32_t v = 0;

    while (n--)
        v = v << 8 | *p++;
    return v;
}

/* The number of bytes; 0: they end before it does. */
static size_t varint(struct str s, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < MIN(s.n, (size_t)9); i++) {
        unsigned char c = (unsigned char)s.p[i];

        *out = i == 8 ? *out << 8 | c : *out << 7 | (c & 0x7f);
        if (i == 8 || !(c & 0x80))
            return i + 1;
    }
    return 0;
}

static bool take_varint(struct str *s, uint64_t *out)
{
    size_t n = varint(*s, out);

    *s = str_sub(*s, n, SIZE_MAX);
    return n != 0;
}

/* ---- free pages ---- */

static bool is_free(const struct sql_pages *p, uint32_t number)
{
    return p->empty[number / 8] >> number % 8 & 1;
}

/* True if it was not yet: a damaged list may lead back to itself. */
static bool set_free(struct sql_pages *p, uint32_t number)
{
    if (!number || number > p->n || is_free(p, number))
        return false;
    p->empty[number / 8] = (unsigned char)(p->empty[number / 8] | 1u << number % 8);
    return true;
}

static void read_free(struct sql_pages *p)
{
    unsigned char page[SQL_PAGE];
    uint32_t at, count;

    if (!p->n || !p->page(p->user, 1, page) || memcmp(page, "SQLite format 3", 16) != 0)
        return;
    at = be(page + FIRST_FREE, 4);
    while (set_free(p, at) && p->page(p->user, at, page)) {
        at = be(page, 4);
        count = MIN(be(page + 4, 4), SQL_PAGE / 4 - 2);
        for (uint32_t i = 0; i < count; i++)
            set_free(p, be(page + 8 + (size_t)4 * i, 4));
    }
}

void sql_pages_init(struct sql_pages *p, bool (*page)(void *user, uint32_t number, unsigned char *to),
                    void *user, uint32_t n)
{
    *p = (struct sql_pages){.page = page, .user = user, .n = n};
    p->empty = mem_calloc((size_t)n / 8 + 1, 1);
    buf_init(&p->row);
    read_free(p);
}

void sql_pages_release(struct sql_pages *p)
{
    mem_free(p->empty);
    p->empty = NULL;
    buf_release(&p->row);
}

/* ---- a row ---- */

/* What of n bytes stands in the page itself. */
static size_t local(uint64_t n, bool of_index)
{
    size_t most = of_index ? (SQL_PAGE - 12) * 64 / 255 - 23 : SQL_PAGE - 35;
    size_t least = (SQL_PAGE - 12) * 32 / 255 - 23, k;

    if (n <= most)
        return (size_t)n;
    k = least + (size_t)((n - least) % (SQL_PAGE - 4));
    return k <= most ? k : least;
}

/* The row's bytes, with those in further pages. */
static bool whole(struct sql_pages *p, struct str cell, uint64_t n, bool of_index, struct str *out)
{
    unsigned char page[SQL_PAGE];
    size_t here = n <= SQL_PAGE_ROW ? local(n, of_index) : SIZE_MAX;
    uint32_t next;

    if (here > cell.n || (here < n && cell.n - here < 4))
        return false;
    *out = str_sub(cell, 0, here);
    if (here == n)
        return true;
    buf_clear(&p->row);
    buf_add_str(&p->row, *out);
    next = be((const unsigned char *)cell.p + here, 4);
    while (p->row.len < n) {
        if (!next || next > p->n || is_free(p, next) || !p->page(p->user, next, page))
            return false;
        buf_add(&p->row, page + 4, MIN((size_t)n - p->row.len, (size_t)SQL_PAGE - 4));
        next = be(page, 4);
    }
    *out = buf_str(&p->row);
    return next == 0;
}

static bool integer(struct str *body, unsigned bytes, struct sql_value *v)
{
    uint64_t n = 0;

    if (body->n < bytes)
        return false;
    if (bytes && body->p[0] & 0x80)
        n = UINT64_MAX;
    for (unsigned i = 0; i < bytes; i++)
        n = n << 8 | (unsigned char)body->p[i];
    *v = (struct sql_value){.is = SQL_VALUE_INT, .i = (int64_t)n};
    *body = str_sub(*body, bytes, SIZE_MAX);
    return true;
}

static bool value(uint64_t type, struct str *body, struct sql_value *v)
{
    static const unsigned char bytes[] = {0, 1, 2, 3, 4, 6, 8};

    *v = (struct sql_value){.is = SQL_VALUE_NULL};
    if (type == 0)
        return true;
    if (type < sizeof(bytes))
        return integer(body, bytes[type], v);
    if (type == 8 || type == 9) {
        *v = (struct sql_value){.is = SQL_VALUE_INT, .i = (int64_t)type - 8};
        return true;
    }
    if (type < 13 || type % 2 == 0 || (type - 13) / 2 > body->n)
        return false;
    *v = (struct sql_value){.is = SQL_VALUE_TEXT, .text = str_sub(*body, 0, (size_t)(type - 13) / 2)};
    *body = str_sub(*body, v->text.n, SIZE_MAX);
    return str_is_utf8(v->text);
}

static bool decode(struct str bytes, struct sql_row *row)
{
    uint64_t n, type;
    struct str head = bytes, body;
    size_t used = varint(bytes, &n);

    if (!used || n < used || n > bytes.n)
        return false;
    head = str_sub(bytes, used, (size_t)n - used);
    body = str_sub(bytes, (size_t)n, SIZE_MAX);
    for (row->n = 0; head.n; row->n++)
        if (row->n == SQL_PAGE_COLUMNS || !take_varint(&head, &type) || !value(type, &body, &row->v[row->n]))
            return false;
    return row->n && !body.n;
}

static bool row_of(struct sql_pages *p, struct str cell, int kind, struct sql_row *row)
{
    struct str bytes;
    uint64_t n, rowid = 0;

    row->of_index = kind != LEAF_TABLE;
    if (kind == INNER_INDEX)
        cell = str_sub(cell, 4, SIZE_MAX); /* the page below it */
    if (!take_varint(&cell, &n) || (kind == LEAF_TABLE && !take_varint(&cell, &rowid)))
        return false;
    row->rowid = (int64_t)rowid;
    return n && whole(p, cell, n, row->of_index, &bytes) && decode(bytes, row);
}

void sql_pages_rows(struct sql_pages *p, uint32_t number, void (*each)(void *user, const struct sql_row *row),
                    void *user)
{
    size_t head = number == 1 ? FILE_HEAD : 0, first, at;
    unsigned char page[SQL_PAGE];
    struct sql_row row;
    uint32_t n;
    int kind;

    if (is_free(p, number) || !p->page(p->user, number, page))
        return;
    kind = page[head];
    if (kind != INNER_INDEX && kind != LEAF_INDEX && kind != LEAF_TABLE)
        return;
    n = be(page + head + 3, 2);
    first = head + (kind == INNER_INDEX ? INNER_HEAD : LEAF_HEAD);
    if (first + (size_t)2 * n > SQL_PAGE)
        return;
    for (uint32_t i = 0; i < n; i++) {
        at = be(page + first + (size_t)2 * i, 2);
        if (at >= first + (size_t)2 * n && at < SQL_PAGE &&
            row_of(p, str_make((const char *)page + at, SQL_PAGE - at), kind, &row))
            each(user, &row);
    }
}
