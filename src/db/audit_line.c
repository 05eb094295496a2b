/* SPDX-License-Identifier: Apache-2.0 */
#include "db/audit_line.h"

#include "base/err.h"
#include "wire/json.h"

#include <stdio.h>
#include <string.h>

#define SECTOR 512u

static const char *const words[] = {NULL,
#define X(NAME, word) word,
                                    AUDIT_KINDS(X)
#undef X
};

const char *audit_kind_word(enum audit_kind k)
{
    return (unsigned)k < ARRAY_LEN(words) ? words[k] : NULL;
}

enum audit_kind audit_kind_of(struct str word)
{
    for (size_t i = 1; i < ARRAY_LEN(words); i++)
        if (str_eq_c(word, words[i]))
            return (enum audit_kind)i;
    return AUDIT_NONE;
}

void audit_chain_init(struct audit_chain *c)
{
    c->n = 0;
    memset(c->hash, '0', AUDIT_HASH);
    c->hash[AUDIT_HASH] = '\0';
}

bool audit_is_hash(struct str s)
{
    if (s.n != AUDIT_HASH)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
            return false;
    return true;
}

static void hash_of(const char *before, struct str json, char out[HASH_SHA256_HEX])
{
    unsigned char bytes[HASH_SHA256_BYTES];
    struct hash_sha256 s;

    hash_sha256_init(&s);
    hash_sha256_add(&s, before, AUDIT_HASH);
    hash_sha256_add(&s, json.p, json.n);
    hash_sha256_end(&s, bytes);
    hash_hex(bytes, sizeof(bytes), out);
}

/* ---- writing ---- */

static void put_text(struct json *j, const char *key, struct str s)
{
    if (s.n)
        json_key_str(j, key, str_head(s, AUDIT_TEXT_MAX));
}

static void put_number(struct json *j, const char *key, uint64_t v)
{
    if (v)
        json_key_u64(j, key, v);
}

static bool is_one_line(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20)
            return false;
    return true;
}

/* What is long is named by its digest: who has it can show that it was that. */
static void put_body(struct json *j, struct str body)
{
    unsigned char bytes[HASH_SHA256_BYTES];
    char hex[HASH_SHA256_HEX];

    if (!body.n)
        return;
    if (body.n <= AUDIT_BODY_MAX && is_one_line(body)) {
        json_key(j, "body");
        json_raw(j, body);
        return;
    }
    hash_sha256(body.p, body.n, bytes);
    hash_hex(bytes, sizeof(bytes), hex);
    json_key_u64(j, "body_bytes", body.n);
    json_key_c(j, "body_sha256", hex);
}

static void put_objects(struct json *j, const struct audit_entry *e)
{
    if (!e->n_object)
        return;
    json_key(j, "objects");
    json_list(j);
    for (size_t i = 0; i < e->n_object; i++)
        json_str(j, str_head(e->object[i], AUDIT_TEXT_MAX));
    json_list_end(j);
}

static void put_members(struct json *j, const struct audit_entry *e)
{
    put_number(j, "of", e->of);
    if (e->kind == AUDIT_DONE || e->status)
        json_key_u64(j, "status", e->status);
    put_text(j, "who", e->who);
    put_text(j, "by", e->by);
    put_text(j, "role", e->role);
    put_text(j, "from", e->from);
    put_text(j, "method", e->method);
    put_text(j, "route", e->route);
    put_text(j, "path", e->path);
    put_text(j, "right", e->right);
    put_objects(j, e);
    put_body(j, e->body);
    put_number(j, "count", e->count);
    put_number(j, "bytes", e->bytes);
    put_number(j, "until", e->until);
    if (e->since.us)
        json_key_time(j, "since", e->since);
    put_text(j, "head", e->head);
    put_text(j, "text", e->text);
}

void audit_line_put(struct buf *b, struct audit_chain *c, struct wall at, const struct audit_entry *e)
{
    struct buf text = BUF_INIT;
    char moment[TIME_RFC3339];
    struct json j;

    time_rfc3339(at, moment);
    json_init(&j, &text);
    json_map(&j);
    json_key_u64(&j, "n", c->n + 1);
    json_key_c(&j, "at", moment);
    json_key_c(&j, "kind", audit_kind_word(e->kind));
    if (e->kind == AUDIT_BEGIN)
        json_key_c(&j, "before", c->hash);
    put_members(&j, e);
    json_map_end(&j);
    hash_of(c->hash, buf_str(&text), c->hash);
    c->n++;
    buf_add(b, c->hash, AUDIT_HASH);
    buf_add_char(b, ' ');
    buf_add_str(b, buf_str(&text));
    buf_add_char(b, '\n');
    buf_release(&text);
}

/* ---- reading ---- */

static bool skip(struct str *s, const char *text)
{
    if (!str_starts(*s, str_of(text)))
        return false;
    *s = str_sub(*s, strlen(text), SIZE_MAX);
    return true;
}

static struct str until(struct str *s, const char *ends)
{
    size_t n = 0;
    struct str got;

    while (n < s->n && !strchr(ends, s->p[n]))
        n++;
    got = str_sub(*s, 0, n);
    *s = str_sub(*s, n, SIZE_MAX);
    return got;
}

int audit_line_get(struct str line, struct audit_line *out)
{
    struct str rest;

    *out = (struct audit_line){.n = 0};
    out->hash = str_sub(line, 0, AUDIT_HASH);
    if (line.n < AUDIT_HASH + 2 || line.n >= AUDIT_LINE_MAX || !audit_is_hash(out->hash) ||
        line.p[AUDIT_HASH] != ' ' || line.p[line.n - 1] != '}')
        return E_FORMAT;
    out->json = rest = str_sub(line, AUDIT_HASH + 1, SIZE_MAX);
    if (!skip(&rest, "{\"n\":") || !str_to_u64(until(&rest, ","), &out->n) || !out->n ||
        !skip(&rest, ",\"at\":\"") || !time_parse_rfc3339(until(&rest, "\""), &out->at) ||
        !skip(&rest, "\",\"kind\":\""))
        return E_FORMAT;
    out->kind = audit_kind_of(until(&rest, "\""));
    if (out->kind == AUDIT_NONE || rest.n < 2)
        return E_FORMAT;
    if (out->kind != AUDIT_BEGIN)
        return 0;
    if (!skip(&rest, "\",\"before\":\""))
        return E_FORMAT;
    out->before = until(&rest, "\"");
    return audit_is_hash(out->before) ? 0 : E_FORMAT;
}

bool audit_chain_follow(struct audit_chain *c, const struct audit_line *l, char *why, size_t size)
{
    char want[HASH_SHA256_HEX];

    hash_of(c->hash, l->json, want);
    if (l->n != c->n + 1) {
        snprintf(why, size, "entry %llu was expected, and %llu stands there", (unsigned long long)c->n + 1,
                 (unsigned long long)l->n);
        return false;
    }
    if (!str_eq_c(l->hash, want)) {
        snprintf(why, size,
                 "entry %llu: by what it says and the entry before it, its hash must be %s, and " STR_FMT
                 " stands there",
                 (unsigned long long)l->n, want, STR_ARG(l->hash));
        return false;
    }
    if (l->kind == AUDIT_BEGIN && !str_eq_c(l->before, c->hash)) {
        snprintf(why, size,
                 "entry %llu: it says that the entry before it has the hash " STR_FMT ", and that has %s",
                 (unsigned long long)l->n, STR_ARG(l->before), c->hash);
        return false;
    }
    c->n = l->n;
    memcpy(c->hash, want, sizeof(c->hash));
    return true;
}

/* Nothing up to where a disk writes something else, or to the end: that was never written. One such byte may be one that was changed. */
static bool has_hole(struct str s, size_t at)
{
    size_t run = 0;

    for (size_t i = 0; i < s.n; i++) {
        run = s.p[i] ? 0 : run + 1;
        if (run > 1 && ((at + i + 1) % SECTOR == 0 || i + 1 == s.n))
            return true;
    }
    return false;
}

int audit_scan_next(struct audit_scan *s, struct audit_line *out)
{
    ptrdiff_t end = str_find_char(s->rest, '\n');
    int r;

    *out = (struct audit_line){.n = 0};
    if (!s->rest.n)
        return 0;
    r = end < 0 ? E_AGAIN : audit_line_get(str_sub(s->rest, 0, (size_t)end), out);
    if (r == E_FORMAT && has_hole(s->rest, s->at))
        return E_AGAIN;
    if (r < 0)
        return r;
    s->at += (size_t)end + 1;
    s->rest = str_sub(s->rest, (size_t)end + 1, SIZE_MAX);
    return 1;
}

/* ---- members ---- */

/* The text with its quotes at the begin of s; n 0: there is none, or it has no end. */
static struct str quoted(struct str s)
{
    if (!s.n || s.p[0] != '"')
        return STR_NULL;
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] == '"')
            return str_sub(s, 0, i + 1);
        i += s.p[i] == '\\';
    }
    return STR_NULL;
}

/* The value at the begin of s, up to the comma or the end behind it. */
static struct str value_at(struct str s)
{
    unsigned depth = 0;
    size_t i = 0;

    while (i < s.n) {
        struct str text = quoted(str_sub(s, i, SIZE_MAX));
        char c = s.p[i];

        if (c == '"') {
            if (!text.n)
                return STR_NULL;
            i += text.n;
            continue;
        }
        if (!depth && (c == ',' || c == '}' || c == ']'))
            break;
        depth += c == '{' || c == '[';
        depth -= depth && (c == '}' || c == ']');
        i++;
    }
    return str_sub(s, 0, i);
}

struct str audit_member(struct str json, const char *key)
{
    struct str rest = str_sub(json, 1, SIZE_MAX);

    for (;;) {
        struct str name = quoted(rest), value;

        rest = str_sub(rest, name.n, SIZE_MAX);
        if (!name.n || !skip(&rest, ":"))
            return STR_NULL;
        value = value_at(rest);
        if (!value.n)
            return STR_NULL;
        if (str_eq_c(str_sub(name, 1, name.n - 2), key))
            return value;
        rest = str_sub(rest, value.n, SIZE_MAX);
        if (!skip(&rest, ","))
            return STR_NULL;
    }
}

static int hex_of(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* \uXXXX behind its u; the writer writes none beyond the first plane in that way. */
static bool code_point(struct str s, uint32_t *c)
{
    *c = 0;
    for (size_t i = 0; i < 4; i++) {
        int h = i < s.n ? hex_of(s.p[i]) : -1;

        if (h < 0)
            return false;
        *c = *c << 4 | (uint32_t)h;
    }
    return true;
}

void audit_plain(struct str value, struct buf *out)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    struct str s = quoted(value);
    const char *known;
    uint32_t c;

    if (!s.n) {
        buf_add_str(out, value);
        return;
    }
    for (size_t i = 1; i + 1 < s.n; i++) {
        if (s.p[i] != '\\') {
            buf_add_char(out, s.p[i]);
            continue;
        }
        i++;
        known = s.p[i] ? strchr(from, s.p[i]) : NULL;
        if (s.p[i] == 'u' && code_point(str_sub(s, i + 1, SIZE_MAX), &c)) {
            buf_add_code_point(out, c);
            i += 4;
        } else {
            buf_add_char(out, known ? to[known - from] : s.p[i]);
        }
    }
}

uint64_t audit_number(struct str json, const char *key)
{
    uint64_t n = 0;

    return str_to_u64(audit_member(json, key), &n) ? n : 0;
}

bool audit_next_text(struct str *rest, struct str *text)
{
    if (!rest->n || (rest->p[0] != '[' && rest->p[0] != ','))
        return false;
    *rest = str_sub(*rest, 1, SIZE_MAX);
    *text = quoted(*rest);
    *rest = str_sub(*rest, text->n, SIZE_MAX);
    return text->n > 0;
}
