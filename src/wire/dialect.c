/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/dialect.h"

#include "wire/json.h"
#include "wire/promerror.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool dialect_is_centreon_version(struct str w)
{
    if (str_eq_c(w, "latest") || str_eq_c(w, "beta"))
        return true;
    return w.n == 6 && w.p[0] == 'v' && is_digit(w.p[1]) && is_digit(w.p[2]) && w.p[3] == '.' &&
           is_digit(w.p[4]) && is_digit(w.p[5]);
}

enum dialect dialect_of(struct str path)
{
    struct str rest = path;

    if (promerror_is_path(path))
        return DIALECT_PROMETHEUS;
    if (str_eq_c(path, "/nrdp") || str_starts(path, STR("/nrdp/")))
        return DIALECT_NRDP;
    if (str_starts(path, STR("/centreon/api/")))
        return DIALECT_CENTREON;
    if (!str_starts(path, STR("/api/")))
        return DIALECT_OURS;
    rest = str_sub(path, 5, path.n);
    return dialect_is_centreon_version(str_cut(&rest, '/')) ? DIALECT_CENTREON : DIALECT_OURS;
}

int dialect_status(enum dialect d, int status)
{
    return d == DIALECT_NRDP && status >= 400 && status < 500 && status != 429 ? 200 : status;
}

static void add_xml(struct buf *out, struct str s)
{
    static const struct {
        char c;
        const char *as;
    } table[] = {{'<', "&lt;"}, {'>', "&gt;"}, {'&', "&amp;"}, {'"', "&quot;"}, {'\'', "&apos;"}};

    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        const char *as = c < 0x20 && c != '\n' && c != '\t' ? " " : NULL;

        for (size_t k = 0; k < ARRAY_LEN(table); k++)
            as = s.p[i] == table[k].c ? table[k].as : as;
        if (as)
            buf_add_c(out, as);
        else
            buf_add_char(out, s.p[i]);
    }
}

static void nrdp_json(int status, struct str message, struct str note, struct buf *out)
{
    struct json j;

    json_init(&j, out);
    json_map(&j);
    json_key(&j, "result");
    json_map(&j);
    json_key_i64(&j, "status", status);
    json_key_str(&j, "message", message);
    if (note.n) {
        json_key(&j, "meta");
        json_map(&j);
        json_key_str(&j, "output", note);
        json_map_end(&j);
    }
    json_map_end(&j);
    json_map_end(&j);
}

void dialect_nrdp(bool json, int status, struct str message, struct str note, struct buf *out)
{
    struct buf clean = BUF_INIT;

    if (json) {
        nrdp_json(status, message, note, out);
        return;
    }
    buf_printf(out,
               "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<result>\n  <status>%d</status>\n  <message>",
               status);
    buf_add_utf8(&clean, message);
    add_xml(out, buf_str(&clean));
    buf_add_c(out, "</message>\n");
    if (note.n) {
        buf_clear(&clean);
        buf_add_utf8(&clean, note);
        buf_add_c(out, "  <meta>\n    <output>");
        add_xml(out, buf_str(&clean));
        buf_add_c(out, "</output>\n  </meta>\n");
    }
    buf_add_c(out, "</result>\n");
    buf_release(&clean);
}

static void centreon(int status, struct str text, struct buf *out)
{
    struct json j;

    json_init(&j, out);
    json_map(&j);
    json_key_i64(&j, "code", status);
    json_key_str(&j, "message", text);
    json_map_end(&j);
}

void dialect_refusal(enum dialect d, bool json, int status, struct str text, struct buf *out)
{
    BUG_ON(d == DIALECT_OURS);
    if (d == DIALECT_PROMETHEUS)
        promerror_put(out, promerror_type(status), text);
    else if (d == DIALECT_CENTREON)
        centreon(status, text, out);
    else
        dialect_nrdp(json, -1, text, STR_NULL, out);
}

const char *dialect_type(enum dialect d, bool json)
{
    if (d == DIALECT_OURS)
        return "application/problem+json";
    return d == DIALECT_NRDP && !json ? "text/xml; charset=utf-8" : "application/json";
}
