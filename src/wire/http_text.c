/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http_text.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool http_text_unescape(struct str s, bool plus, struct buf *out)
{
    size_t from = out->len;

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (c == '%') {
            int high = s.n - i > 2 ? hex_digit(s.p[i + 1]) : -1;
            int low = s.n - i > 2 ? hex_digit(s.p[i + 2]) : -1;

            if (high < 0 || low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (plus && c == '+') {
            c = ' ';
        }
        if (c == '\0')
            return false;
        buf_add_char(out, c);
    }
    return str_is_utf8(str_sub(buf_str(out), from, out->len - from));
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void http_text_escape(struct str s, struct buf *out)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (is_unreserved((char)c)) {
            buf_add_char(out, (char)c);
            continue;
        }
        buf_add_char(out, '%');
        buf_add_char(out, digits[c >> 4]);
        buf_add_char(out, digits[c & 15]);
    }
}

bool http_text_query_next(struct str *rest, struct str *name, struct str *value)
{
    while (rest->p && rest->n) {
        struct str part = str_cut(rest, '&');

        if (!part.n)
            continue;
        *name = str_cut(&part, '=');
        *value = part.p ? part : STR_NULL;
        return true;
    }
    return false;
}

bool http_text_cookie(struct str field, struct str name, struct str *value)
{
    struct str rest = field;

    while (rest.p) {
        struct str part = str_trim(str_cut(&rest, ';'));
        struct str key = str_cut(&part, '=');

        if (part.p && str_eq(key, name)) {
            *value = part;
            return true;
        }
    }
    return false;
}

/* "0.8" as 800; anything that is no weight counts as 0, so that nonsense never wins. */
static int weight_of(struct str s)
{
    int whole, value = 0, place = 100;

    if (!s.n || (s.p[0] != '0' && s.p[0] != '1') || s.n > 5)
        return 0;
    whole = s.p[0] - '0';
    if (s.n > 1 && s.p[1] != '.')
        return 0;
    for (size_t i = 2; i < s.n; i++, place /= 10) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return 0;
        value += (s.p[i] - '0') * place;
    }
    return whole ? 1000 : value;
}

int http_text_weight(struct str list, struct str word)
{
    struct str rest = list;
    int exact = -1, region = -1, any = -1;

    while (rest.p) {
        struct str part = str_cut(&rest, ',');
        struct str entry = str_trim(str_cut(&part, ';'));
        int weight = 1000;

        while (part.p) {
            struct str parameter = str_trim(str_cut(&part, ';'));

            if (str_starts(parameter, STR("q=")) || str_starts(parameter, STR("Q=")))
                weight = weight_of(str_sub(parameter, 2, parameter.n));
        }
        if (str_ieq(entry, word))
            exact = MAX(exact, weight);
        else if (entry.n > word.n && entry.p[word.n] == '-' && str_ieq(str_sub(entry, 0, word.n), word))
            region = MAX(region, weight);
        else if (str_eq_c(entry, "*"))
            any = MAX(any, weight);
    }
    return exact >= 0 ? exact : region >= 0 ? region : any;
}

static struct str strong(struct str etag)
{
    return str_starts(etag, STR("W/")) ? str_sub(etag, 2, etag.n) : etag;
}

bool http_text_etag_matches(struct str list, struct str etag)
{
    struct str rest = list;

    while (rest.p) {
        struct str entry = str_trim(str_cut(&rest, ','));

        if (str_eq_c(entry, "*") || (entry.n && str_eq(strong(entry), strong(etag))))
            return true;
    }
    return false;
}

static bool port_of(struct str s, unsigned *port)
{
    uint64_t v = 0;

    *port = 0;
    if (!s.p)
        return true;
    if (!s.n || s.n > 5)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        v = v * 10 + (uint64_t)(s.p[i] - '0');
    }
    if (!v || v > 65535)
        return false;
    *port = (unsigned)v;
    return true;
}

bool http_text_host(struct str field, struct str *name, unsigned *port)
{
    struct str rest = field;

    if (field.n && field.p[0] == '[') {
        struct str inside = str_sub(field, 1, field.n);
        struct str after;

        *name = str_cut(&inside, ']');
        if (!inside.p || !name->n)
            return false;
        for (size_t i = 0; i < name->n; i++) {
            if (hex_digit(name->p[i]) < 0 && name->p[i] != ':' && name->p[i] != '.')
                return false;
        }
        after = inside;
        if (after.n && after.p[0] != ':')
            return false;
        return port_of(after.n ? str_sub(after, 1, after.n) : STR_NULL, port);
    }
    *name = str_cut(&rest, ':');
    if (!name->n || name->n > 253)
        return false;
    for (size_t i = 0; i < name->n; i++) {
        if (!is_unreserved(name->p[i]) || name->p[i] == '~')
            return false;
    }
    return port_of(rest, port);
}

static bool is_ipv4_loopback(struct str name)
{
    struct str rest = name;
    int parts = 0;

    while (rest.p) {
        struct str part = str_cut(&rest, '.');
        uint64_t v = 0;

        if (!part.n || part.n > 3 || part.p[0] == '+' || part.p[0] == '-' || !str_to_u64(part, &v) || v > 255)
            return false;
        if (parts++ == 0 && v != 127)
            return false;
    }
    return parts == 4;
}

bool http_text_is_loopback(struct str name)
{
    struct str bare = str_ends(name, STR(".")) ? str_sub(name, 0, name.n - 1) : name;

    if (str_ieq(bare, STR("localhost")) || str_eq_c(bare, "::1") || is_ipv4_loopback(bare))
        return true;
    return bare.n > 10 && str_ieq(str_sub(bare, bare.n - 10, 10), STR(".localhost"));
}

bool http_text_is_token(struct str s)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

        for (size_t k = 0; !ok && k < sizeof(marks) - 1; k++)
            ok = c == marks[k];
        if (!ok)
            return false;
    }
    return s.n > 0;
}

void http_text_date(struct wall t, struct buf *out)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct time_civil c = time_utc(t);

    buf_printf(out, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + c.weekday * 3, c.day,
               months + (c.month - 1) * 3, c.year, c.hour, c.minute, c.second);
}

const char *http_text_reason(int status)
{
    static const struct {
        int status;
        const char *text;
    } table[] = {
        {100, "Continue"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    };

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (table[i].status == status)
            return table[i].text;
    }
    return "Status";
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool http_text_base64(struct str s, struct buf *out)
{
    size_t pad = s.n && s.p[s.n - 1] == '=' ? s.n > 1 && s.p[s.n - 2] == '=' ? 2 : 1 : 0;
    uint32_t bits = 0;

    if (s.n % 4)
        return false;
    for (size_t i = 0; i < s.n - pad; i++) {
        int v = base64_value(s.p[i]);

        if (v < 0)
            return false;
        bits = bits << 6 | (uint32_t)v;
        if (i % 4)
            buf_add_char(out, (char)(bits >> (6 - 2 * (i % 4)) & 0xff));
    }
    return true;
}
