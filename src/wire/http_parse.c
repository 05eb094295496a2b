/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http_parse.h"

#include "wire/http_text.h"

#include <string.h>

size_t http_parse_end(struct str bytes, size_t *scanned)
{
    size_t from = *scanned > 3 ? *scanned - 3 : 0;

    for (size_t i = from; i + 3 < bytes.n; i++) {
        const char *nl = memchr(bytes.p + i, '\r', bytes.n - 3 - i);

        if (!nl)
            break;
        i = (size_t)(nl - bytes.p);
        if (memcmp(nl, "\r\n\r\n", 4) == 0)
            return i + 4;
    }
    *scanned = bytes.n;
    return 0;
}

/* Cuts one line off rest; false if it does not end in CRLF or holds another CR or LF. */
static bool line_cut(struct str *rest, struct str *line)
{
    const char *cr = rest->n ? memchr(rest->p, '\r', rest->n) : NULL;
    size_t n;

    if (!cr)
        return false;
    n = (size_t)(cr - rest->p);
    if (n + 1 >= rest->n || rest->p[n + 1] != '\n' || memchr(rest->p, '\n', n))
        return false;
    *line = str_make(rest->p, n);
    *rest = str_sub(*rest, n + 2, rest->n);
    return true;
}

static bool is_target(struct str s)
{
    if (!s.n || s.p[0] != '/')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c <= 0x20 || c >= 0x7f || c == '#' || c == '"' || c == '<' || c == '>' || c == '\\')
            return false;
    }
    return true;
}

static int request_line(struct str line, struct http_head *out, const char **why)
{
    struct str rest = line, version, target;

    out->method = str_cut(&rest, ' ');
    out->target = rest.p ? str_cut(&rest, ' ') : STR_NULL;
    version = rest.p ? rest : STR_NULL;
    *why = "The request line is not METHOD TARGET HTTP/1.1.";
    if (!http_text_is_token(out->method) || out->method.n > 16)
        return 400;
    if (version.n != 8 || !str_starts(version, STR("HTTP/")))
        return 400;
    *why = "Only HTTP/1.1 and HTTP/1.0 are spoken here.";
    if (!str_eq_c(version, "HTTP/1.1") && !str_eq_c(version, "HTTP/1.0"))
        return 505;
    *why = "The target must begin with a slash and hold no blank, control or unescaped character.";
    if (!is_target(out->target))
        return 400;
    out->minor = version.p[7] == '1';
    target = out->target;
    out->path = str_cut(&target, '?');
    out->query = target;
    return 0;
}

static int field_line(struct str line, struct http_head *out, const char **why)
{
    struct str rest = line;
    struct str name = str_cut(&rest, ':');

    *why = "A header field is not \"name: value\".";
    if (!rest.p || !http_text_is_token(name))
        return 400;
    for (size_t i = 0; i < rest.n; i++) {
        unsigned char c = (unsigned char)rest.p[i];

        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return 400;
    }
    *why = "There are too many header fields.";
    if (out->n_fields == HTTP_FIELDS_MAX)
        return 431;
    out->field[out->n_fields++] = (struct http_field){name, str_trim(rest)};
    return 0;
}

static unsigned count_field(const struct http_head *h, const char *name)
{
    struct str wanted = str_of(name);
    unsigned count = 0;

    for (size_t i = 0; i < h->n_fields; i++)
        count += h->field[i].name.n == wanted.n && str_ieq(h->field[i].name, wanted);
    return count;
}

struct str http_parse_field(const struct http_head *h, const char *name)
{
    struct str wanted = str_of(name);

    for (size_t i = 0; i < h->n_fields; i++) {
        if (h->field[i].name.n == wanted.n && str_ieq(h->field[i].name, wanted))
            return h->field[i].value;
    }
    return STR_NULL;
}

/* A comma list without weights holds the word. */
static bool has_word(struct str list, const char *word)
{
    while (list.p) {
        if (str_ieq(str_trim(str_cut(&list, ',')), str_of(word)))
            return true;
    }
    return false;
}

static bool length_of(struct str s, uint64_t *out)
{
    uint64_t v = 0;

    if (!s.n || s.n > 15)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        v = v * 10 + (uint64_t)(s.p[i] - '0');
    }
    *out = v;
    return true;
}

static int framing(struct http_head *out, const char **why)
{
    struct str connection = http_parse_field(out, "connection");
    unsigned hosts = count_field(out, "host"), lengths = count_field(out, "content-length");

    *why = "A request names its host once.";
    if (hosts > 1 || (out->minor == 1 && hosts == 0))
        return 400;
    *why = "Send the body with Content-Length; transfer codings are not taken.";
    if (count_field(out, "transfer-encoding"))
        return 501;
    *why = "Content-Length must be one number.";
    if (lengths > 1 || (lengths == 1 && !length_of(http_parse_field(out, "content-length"), &out->length)))
        return 400;
    *why = "These fields may stand in a request only once.";
    if (count_field(out, "cookie") > 1 || count_field(out, "authorization") > 1 ||
        count_field(out, "origin") > 1 || count_field(out, "x-auth-token") > 1)
        return 400;
    out->has_length = lengths == 1;
    out->expect_continue = out->minor == 1 && has_word(http_parse_field(out, "expect"), "100-continue");
    out->keep_alive = out->minor == 1 ? !has_word(connection, "close") : has_word(connection, "keep-alive");
    return 0;
}

int http_parse_head(struct str bytes, struct http_head *out, const char **why)
{
    struct str rest = bytes, line;
    int status;

    out->n_fields = 0;
    out->length = 0;
    *why = "Lines must end in CR LF.";
    if (!line_cut(&rest, &line))
        return 400;
    status = request_line(line, out, why);
    while (!status) {
        *why = "Lines must end in CR LF.";
        if (!line_cut(&rest, &line))
            return 400;
        if (!line.n)
            break;
        status = field_line(line, out, why);
    }
    if (status)
        return status;
    *why = "Something follows the head.";
    return rest.n ? 400 : framing(out, why);
}
