/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/form.h"

#include <string.h>

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void decode(struct str s, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        int high = s.p[i] == '%' && i + 2 < s.n ? hex(s.p[i + 1]) : -1;
        int low = high >= 0 ? hex(s.p[i + 2]) : -1;

        if (low >= 0) {
            buf_add_char(out, (char)(high << 4 | low));
            i += 2;
        } else {
            buf_add_char(out, s.p[i] == '+' ? ' ' : s.p[i]);
        }
    }
}

static bool is_one_of(struct str name, const char *const *names)
{
    for (size_t i = 0; names[i]; i++) {
        if (str_eq_c(name, names[i]))
            return true;
    }
    return false;
}

/* out NULL: nothing is copied, here and below. */
static bool urlencoded(struct str body, const char *const *names, struct buf *out)
{
    struct str rest = body;

    while (rest.p) {
        struct str value = str_cut(&rest, '&'), name = str_cut(&value, '=');

        if (is_one_of(name, names)) {
            if (out)
                decode(value.p ? value : STR(""), out);
            return true;
        }
    }
    return false;
}

/* The value of a parameter such as boundary=x or name="x" in a field of a head; without quotes. */
static struct str parameter(struct str field, struct str key)
{
    struct str rest = field;

    str_cut(&rest, ';');
    while (rest.p) {
        struct str value = str_trim(str_cut(&rest, ';')), name = str_trim(str_cut(&value, '='));

        if (!value.p || !str_ieq(name, key))
            continue;
        value = str_trim(value);
        return value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"'
                   ? str_sub(value, 1, value.n - 2)
                   : value;
    }
    return STR_NULL;
}

/* The name of a part, from its head. */
static struct str name_of(struct str head)
{
    struct str rest = head;

    while (rest.p) {
        struct str value = str_cut(&rest, '\n'), field = str_trim(str_cut(&value, ':'));

        if (value.p && str_ieq(field, STR("content-disposition")))
            return parameter(str_trim(value), STR("name"));
    }
    return STR_NULL;
}

static struct str until(struct str *rest, struct str mark)
{
    const char *at = rest->n ? memmem(rest->p, rest->n, mark.p, mark.n) : NULL;
    size_t n = at ? (size_t)(at - rest->p) : 0;
    struct str part = at ? str_sub(*rest, 0, n) : STR_NULL;

    *rest = at ? str_sub(*rest, n + mark.n, rest->n) : STR_NULL;
    return part;
}

static bool multipart(struct str body, struct str boundary, const char *const *names, struct buf *out)
{
    struct buf mark = BUF_INIT;
    struct str rest = body;
    bool found = false;

    buf_add_c(&mark, "\r\n--");
    buf_add_str(&mark, boundary);
    until(&rest, str_sub(buf_str(&mark), 2, mark.len));
    while (!found && rest.n > 2 && !str_starts(rest, STR("--"))) {
        struct str part = until(&rest, buf_str(&mark)), head = until(&part, STR("\r\n\r\n"));

        if (part.p && is_one_of(name_of(head), names)) {
            if (out)
                buf_add_str(out, part);
            found = true;
        }
    }
    buf_release(&mark);
    return found;
}

static bool find(struct str body, struct str type, const char *const *names, struct buf *out)
{
    struct str rest = type, boundary;

    if (!type.p || !str_ieq(str_trim(str_cut(&rest, ';')), STR("multipart/form-data")))
        return urlencoded(body, names, out);
    boundary = parameter(type, STR("boundary"));
    return boundary.n && boundary.n <= 200 && multipart(body, boundary, names, out);
}

bool form_field(struct str body, struct str type, const char *const *names, struct buf *out)
{
    return find(body, type, names, out);
}

bool form_has(struct str body, struct str type, const char *const *names)
{
    return find(body, type, names, NULL);
}
