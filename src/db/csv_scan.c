/* SPDX-License-Identifier: Apache-2.0 */
#include "db/csv_scan.h"

static int wrong(const struct csv_scan *c, struct err *err, const char *what)
{
    return err_set(err, E_FORMAT, "line %u: %s", c->line, what);
}

void csv_scan_release(struct csv_scan *c)
{
    buf_release(&c->text);
    buf_release(&c->names);
}

struct str csv_scan_field(const struct csv_scan *c, int column)
{
    return str_make(c->text.data + c->at[column], c->len[column]);
}

static bool at_end_of_line(struct str s)
{
    return !s.n || s.p[0] == '\n' || (s.p[0] == '\r' && (s.n == 1 || s.p[1] == '\n'));
}

static char take(struct csv_scan *c)
{
    char byte = c->rest.p[0];

    c->next_line += byte == '\n';
    c->rest = str_sub(c->rest, 1, SIZE_MAX);
    return byte;
}

/* From behind the first quote to behind the last one. */
static int take_quoted(struct csv_scan *c, struct err *err)
{
    while (c->rest.n) {
        char byte = take(c);

        if (byte == '"' && (!c->rest.n || c->rest.p[0] != '"')) {
            if (!at_end_of_line(c->rest) && c->rest.p[0] != c->separator)
                return wrong(
                    c, err,
                    "something stands behind the quote that ends a field; write quotes in fields twice");
            return 0;
        }
        if (byte == '"')
            take(c);
        buf_add_char(&c->text, byte);
        if (c->text.len - c->at[c->n] > CSV_FIELD_MAX)
            return wrong(c, err, "a field is too long, or its quotes do not end");
    }
    return wrong(c, err, "the quotes of a field do not end");
}

static int take_plain(struct csv_scan *c, struct err *err)
{
    while (!at_end_of_line(c->rest) && c->rest.p[0] != c->separator) {
        char byte = take(c);

        if (byte == '\\' && c->separator == '\t' && c->rest.n && c->rest.p[0] != '\n' &&
            c->rest.p[0] != '\t') {
            byte = take(c);
            if (byte == 'N') /* NULL */
                continue;
            byte = byte == 't' ? '\t' : byte == 'n' ? '\n' : byte == '0' ? '\0' : byte;
        }
        buf_add_char(&c->text, byte);
        if (c->text.len - c->at[c->n] > CSV_FIELD_MAX)
            return wrong(c, err, "a field is too long");
    }
    return 0;
}

static void end_line(struct csv_scan *c)
{
    if (c->rest.n && c->rest.p[0] == '\r')
        take(c);
    if (c->rest.n)
        take(c);
}

static int take_line(struct csv_scan *c, struct err *err)
{
    bool more = true;

    c->n = 0;
    buf_clear(&c->text);
    c->line = c->next_line;
    while (more) {
        int r;

        if (c->n == CSV_COLUMNS_MAX)
            return wrong(c, err, "too many columns");
        c->at[c->n] = c->text.len;
        if (c->separator != '\t' && c->rest.n && c->rest.p[0] == '"') {
            take(c);
            r = take_quoted(c, err);
        } else {
            r = take_plain(c, err);
        }
        if (r < 0)
            return r;
        c->len[c->n] = c->text.len - c->at[c->n];
        c->n++;
        more = c->rest.n && c->rest.p[0] == c->separator;
        if (more)
            take(c);
    }
    end_line(c);
    return 0;
}

int csv_scan_next(struct csv_scan *c, struct err *err)
{
    int r;

    while (c->rest.n && at_end_of_line(c->rest))
        end_line(c);
    if (!c->rest.n)
        return 0;
    r = take_line(c, err);
    if (r < 0)
        return r;
    if (c->columns && c->n != c->columns)
        return err_set(err, E_FORMAT, "line %u: %zu fields, but the first line names %zu columns", c->line,
                       c->n, c->columns);
    return 1;
}

static char find_separator(struct str text)
{
    for (size_t i = 0; i < text.n && text.p[i] != '\n'; i++)
        if (text.p[i] == ',' || text.p[i] == ';' || text.p[i] == '\t')
            return text.p[i];
    return ',';
}

int csv_scan_column(const struct csv_scan *c, const char *name)
{
    struct str rest = buf_str(&c->names);

    for (size_t i = 0; i < c->columns; i++)
        if (str_ieq(str_cut(&rest, '\0'), str_of(name)))
            return (int)i;
    return -1;
}

int csv_scan_begin(struct csv_scan *c, struct str text, struct err *err)
{
    int r;

    *c = (struct csv_scan){.next_line = 1};
    buf_init(&c->text);
    buf_init(&c->names);
    if (str_starts(text, STR("\xef\xbb\xbf")))
        text = str_sub(text, 3, SIZE_MAX);
    c->rest = text;
    c->separator = find_separator(text);
    r = csv_scan_next(c, err);
    if (r <= 0)
        return r < 0 ? r : err_set(err, E_FORMAT, "there is no line that names the columns");
    for (size_t i = 0; i < c->n; i++) {
        struct str name = str_trim(csv_scan_field(c, (int)i));

        if (str_find_char(name, '\0') >= 0)
            return wrong(c, err, "a column has a name that none can have");
        buf_add_str(&c->names, name);
        buf_add_char(&c->names, '\0');
    }
    c->columns = c->n;
    return 0;
}
