/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_reply.h"

#include "api/api_int.h"
#include "api/once.h"
#include "api/route.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/log.h"
#include "wire/dialect.h"
#include "wire/http_text.h"
#include "wire/json.h"

#include <string.h>

#define ETAG_BYTES (256u * 1024)

void api_break_off(struct api *a, struct api_request *q)
{
    q->broken = true;
    q->resume = NULL;
    q->answered = a->ports->broken(a->user, q->source, q->id) != E_LIMIT;
}

/* Tests run with sanitizers: there no answer leaves that is not as its table says. */
static void see_shape(const struct api *a UNUSED, const struct api_request *q UNUSED, int status UNUSED,
                      struct str type UNUSED, struct str body UNUSED)
{
#ifdef VIGIE_SANITIZED
    static const struct shape *const bad[] = {
        [DIALECT_OURS] = &shape_problem,
        [DIALECT_PROMETHEUS] = &shape_prom_error,
        [DIALECT_CENTREON] = &shape_centreon_error,
        [DIALECT_NRDP] = &shape_nrdp,
    };
    struct buf why = BUF_INIT;
    int good = q->route && q->route->status ? q->route->status : 200;

    if (status == 304 || a->made_up)
        return;
    if (status < 400 && status != good && !(status == 202 && q->route->later))
        buf_printf(&why, "status %d, not %d", status, good);
    else
        shape_check(status >= 400 || !q->route ? bad[dialect_of(q->path)] : q->route->answer, type, body,
                    &why);
    if (why.len)
        log_fatal("%s: its answer does not match its schema: %s", q->route ? q->route->path : "a request",
                  why.data);
    buf_release(&why);
#endif
}

void api_etag(uint64_t version, char out[API_ETAG_MAX])
{
    static const char digit[] = "0123456789abcdef";

    out[0] = out[17] = '"';
    out[18] = '\0';
    for (int i = 0; i < 16; i++)
        out[1 + i] = digit[version >> (60 - 4 * i) & 15];
}

/* An entity tag is the hash of what is answered, so an answer that has not changed is told in its head alone. Of long ones it would cost more than it saves. */
static int versioned(struct api_request *q, int status, struct str *body)
{
    char tag[API_ETAG_MAX];

    if (status != 200 || body->n > ETAG_BYTES || !(str_eq_c(q->method, "GET") || str_eq_c(q->method, "HEAD")))
        return status;
    api_etag(q->version ? q->version : hash_bytes(body->p, body->n), tag);
    buf_add_c(&q->headers, "ETag: ");
    api_header(q, tag);
    if (!q->if_none_match.p || !http_text_etag_matches(q->if_none_match, str_of(tag)))
        return status;
    *body = STR_NULL;
    return 304;
}

static void put_lines(struct buf *lines, struct str type, const struct api_request *q)
{
    buf_add_c(lines, "Content-Type: ");
    buf_add_str(lines, type);
    buf_add_c(lines, "\nCache-Control: no-store\n");
    buf_add_str(lines, buf_str(&q->headers));
}

static void send_answer(struct api *a, struct api_request *q, int status, const char *type, struct str body)
{
    struct buf lines = BUF_INIT;

    if (q->answered || q->broken)
        return;
    if (q->begun) { /* no other answer can follow */
        api_break_off(a, q);
        return;
    }
    q->answered = true;
    see_shape(a, q, status, str_of(type), body);
    q->status = status;
    if (q->once)
        once_answered(a, q, status, str_of(type), body);
    if (q->left)
        return;
    status = versioned(q, status, &body);
    a->count.by_class[status / 100 % 6]++;
    put_lines(&lines, str_of(type), q);
    if (a->ports->answer(a->user, q->source, q->id, status, buf_str(&lines), body, false) < 0)
        api_break_off(a, q);
    buf_release(&lines);
}

void api_take_body(struct api *a, struct api_request *q)
{
    struct buf most = BUF_INIT;

    if (q->who.by == API_BY_NOBODY) {
        buf_add_u64(&most, LIMIT_HTTP_UNASKED);
        api_fail_with(a, q, 413, NULL, PROBLEM_BODY_UNKNOWN, buf_str(&most), STR_NULL);
        buf_release(&most);
        return;
    }
    q->answered = true;
    if (a->ports->answer(a->user, q->source, q->id, 100, STR_NULL, STR_NULL, false) < 0)
        api_break_off(a, q);
}

void api_reply_json(struct api *a, struct api_request *q, int status, const struct buf *json)
{
    send_answer(a, q, status, "application/json", buf_str(json));
}

void api_reply_now(struct api *a, struct api_request *q, struct json *j, const struct buf *json)
{
    q->version = hash_bytes(json->data, json->len);
    json_key_time(j, "now", api_wall(a));
    json_map_end(j);
    api_reply_json(a, q, 200, json);
}

void api_reply_as(struct api *a, struct api_request *q, int status, struct str type, struct str body)
{
    send_answer(a, q, status, arena_dup(&q->arena, type), body);
}

void api_reply_begin(struct api *a, struct api_request *q, int status, struct str type, struct str body)
{
    struct buf lines = BUF_INIT;

    q->begun = true;
    q->status = status;
    a->count.by_class[status / 100 % 6]++;
    put_lines(&lines, type, q);
    if (a->ports->answer(a->user, q->source, q->id, status, buf_str(&lines), body, true) < 0)
        api_break_off(a, q);
    buf_release(&lines);
}

void api_reply_more(struct api *a, struct api_request *q, struct str body, bool end)
{
    if (q->broken)
        return;
    q->answered = end;
    if (a->ports->data(a->user, q->source, q->id, body, end) < 0)
        api_break_off(a, q);
}

void api_reply_ok(struct api *a, struct api_request *q, int status)
{
    send_answer(a, q, status, "application/json", STR("{\"ok\":true}"));
}

struct refusal {
    int status;
    const char *field;
    enum problem problem;
    struct str args[PROBLEM_ARGS];
    struct str near;   /* n 0: nothing is */
    const char *right; /* that is missing; NULL: none is */
};

/* A member of the body as a JSON pointer, a parameter (of the query or the path), or a header. A field that begins with / is a pointer already. */
static void place(struct json *j, const struct api_request *q, const char *field, int status)
{
    struct buf b = BUF_INIT;

    if (field[0] >= 'A' && field[0] <= 'Z' && (strchr(field, '-') || !q->route || !q->route->body)) {
        json_key_c(j, "header", field);
    } else if (status != 422 || !q->route || !q->route->body) {
        json_key_c(j, "parameter", field);
    } else {
        buf_add_c(&b, field[0] == '/' ? "#" : "#/");
        for (const char *c = field; *c; c++) {
            if (*c == '~' || (*c == '/' && field[0] != '/'))
                buf_add_c(&b, *c == '~' ? "~0" : "~1");
            else
                buf_add_char(&b, *c);
        }
        json_key_str(j, "pointer", buf_str(&b));
    }
    buf_release(&b);
}

static void problem_body(struct buf *out, const struct api_request *q, const struct refusal *r,
                         struct str detail)
{
    struct buf code = BUF_INIT;
    struct json j;

    problem_word(&code, r->problem);
    json_init(&j, out);
    json_map(&j);
    json_key_c(&j, "type", "about:blank");
    json_key_c(&j, "title", http_text_reason(r->status));
    json_key_i64(&j, "status", r->status);
    json_key_str(&j, "code", buf_str(&code));
    json_key_str(&j, "detail", detail);
    if (r->field) {
        json_key_c(&j, "field", r->field);
        json_key(&j, "errors");
        json_list(&j);
        json_map(&j);
        place(&j, q, r->field, r->status);
        json_key_str(&j, "detail", detail);
        json_map_end(&j);
        json_list_end(&j);
    }
    if (r->right)
        json_key_c(&j, "right", r->right);
    json_map_end(&j);
    buf_release(&code);
}

bool api_reads_french(const struct api_request *q)
{
    int en = http_text_weight(q->accept_language, STR("en")),
        fr = http_text_weight(q->accept_language, STR("fr"));

    if (q->who.lang[0])
        return strcmp(q->who.lang, "fr") == 0;
    return fr > 0 && fr > en;
}

static void refuse(struct api *a, struct api_request *q, const struct refusal *r)
{
    struct buf text = BUF_INIT, body = BUF_INIT;
    enum dialect d = dialect_of(q->path);
    bool french = api_reads_french(q);

    problem_render(&text, r->problem, french, r->args);
    if (r->near.n)
        buf_printf(&text, french ? " Vouliez-vous dire " STR_FMT " ?" : " Did you mean " STR_FMT "?",
                   STR_ARG(r->near));
    if (d == DIALECT_OURS)
        problem_body(&body, q, r, buf_str(&text));
    else
        dialect_refusal(d, q->sent_json, r->status, buf_str(&text), &body);
    if (r->status == 401 && (d == DIALECT_OURS || d == DIALECT_PROMETHEUS))
        api_header(q, "WWW-Authenticate: Bearer realm=\"vigie\"");
    send_answer(a, q, dialect_status(d, r->status), dialect_type(d, q->sent_json), buf_str(&body));
    a->count.refused++;
    buf_release(&text);
    buf_release(&body);
}

void api_fail_with(struct api *a, struct api_request *q, int status, const char *field, enum problem p,
                   struct str arg0, struct str arg1)
{
    refuse(a, q, &(struct refusal){status, field, p, {arg0, arg1}, STR_NULL, NULL});
}

void api_fail_name(struct api *a, struct api_request *q, const char *field, enum problem p, struct str name,
                   struct str found)
{
    api_fail_near(a, q, 404, field, p, name, found);
}

void api_fail_near(struct api *a, struct api_request *q, int status, const char *field, enum problem p,
                   struct str name, struct str found)
{
    refuse(a, q, &(struct refusal){status, field, p, {name}, found, NULL});
}

void api_fail_right(struct api *a, struct api_request *q, enum problem p, enum right right)
{
    const struct right_row *r = right_row(right);
    bool french = api_reads_french(q);
    const char *role = french ? who_role_french(q->who.role) : q->who.role;

    BUG_ON(!r);
    refuse(
        a, q,
        &(struct refusal){403, NULL, p, {str_of(french ? r->fr : r->en), str_of(role)}, STR_NULL, r->word});
}

void api_fail(struct api *a, struct api_request *q, int status, const char *field, enum problem p)
{
    api_fail_with(a, q, status, field, p, STR_NULL, STR_NULL);
}

void api_header(struct api_request *q, const char *line)
{
    buf_add_c(&q->headers, line);
    buf_add_char(&q->headers, '\n');
}

bool api_not_ready(struct api *a, struct api_request *q)
{
    if (a->ready)
        return false;
    api_header(q, "Retry-After: 1");
    api_fail(a, q, 503, NULL, PROBLEM_STARTING);
    return true;
}
