/* SPDX-License-Identifier: Apache-2.0 */
#include "api/nrdp.h"

#include "api/api_reply.h"
#include "api/nrdp_read.h"
#include "api/results.h"
#include "wire/dialect.h"
#include "wire/form.h"

const char *const nrdp_query[] = {"token", "cmd", NULL};
static const char *const token_names[] = {"token", NULL};
static const char *const command_names[] = {"cmd", NULL};
static const char *const xml_names[] = {"XMLDATA", "xml", NULL};
static const char *const json_names[] = {"JSONDATA", "json", NULL};

/* A field of the body's form, else of the address. */
static bool field(const struct api_request *q, const char *const *names, struct buf *out)
{
    return form_field(q->body, q->content_type, names, out) || form_field(q->query, STR_NULL, names, out);
}

/* A token of Vigie. What signs in a person is nobody's here: it has no business in an address or a form. */
struct str nrdp_secret(struct api_request *q)
{
    struct buf b = BUF_INIT;
    struct str secret = STR_NULL;

    q->sent_json = form_has(q->body, q->content_type, json_names);
    if (field(q, token_names, &b))
        secret = arena_str(&q->arena, str_trim(buf_str(&b)));
    if (secret.p && !str_starts(secret, STR(API_TOKEN_BEGIN)))
        secret = STR("");
    if (b.cap)
        mem_wipe(b.data, b.len);
    buf_release(&b);
    return secret;
}

/* ---- to the engine, and back ---- */

struct submission {
    struct nrdp_result *at;
    size_t n;
};

/* Of what was refused the first, in the order in which it was sent. */
static const struct results_refusal *first_refused(const struct results *r)
{
    const struct results_refusal *first = &r->refused[0];

    for (uint32_t i = 1; i < r->n_refused; i++)
        first = r->refused[i].row < first->row ? &r->refused[i] : first;
    return first;
}

static void say_refused(const struct api_request *q, const struct results *r, struct buf *out)
{
    const struct submission *s = r->user;
    const struct results_refusal *x = first_refused(r);
    const struct nrdp_result *of = &s->at[x->row - 1];

    buf_printf(out, "%s%u of %zu not taken: ", r->taken ? "OK, but " : "", r->n_refused, s->n);
    buf_add_str(out, of->host);
    if (of->service) {
        buf_add_c(out, ", ");
        buf_add_str(out, of->description);
    }
    buf_add_c(out, ": ");
    problem_render(out, x->problem, api_reads_french(q), x->arg);
}

static void done(struct api *a, struct api_request *q, struct results *r)
{
    struct buf out = BUF_INIT, message = BUF_INIT, note = BUF_INIT;
    bool none = r->n_refused && !r->taken;

    if (r->unwritten.n) {
        api_fail_with(a, q, 503, NULL, PROBLEM_NOT_STORED, r->unwritten, STR_NULL);
        return;
    }
    if (r->n_refused)
        say_refused(q, r, &message);
    else
        buf_add_c(&message, "OK");
    buf_printf(&note, "%u checks processed", r->taken);
    dialect_nrdp(q->sent_json, none ? -1 : 0, buf_str(&message), buf_str(&note), &out);
    api_reply_as(a, q, 200, str_of(dialect_type(DIALECT_NRDP, q->sent_json)), buf_str(&out));
    buf_release(&out);
    buf_release(&message);
    buf_release(&note);
}

/* As in Nagios' spool of results, where NRDP puts it: a line end is written as \n, by senders, too, and \ as \\; a tab is a blank. */
static struct str output_of(struct api_request *q, struct str s)
{
    struct buf b = BUF_INIT;
    struct str kept;

    while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
        s.n--;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        char next = c == '\\' && i + 1 < s.n ? s.p[i + 1] : '\0';

        if (next == 'n' || next == '\\')
            i++;
        if (next == 'n' || c == '\n')
            buf_add_char(&b, '\n');
        else if (c == '\t')
            buf_add_char(&b, ' ');
        else if (c >= 0x20 && c != 0x7f)
            buf_add_char(&b, (char)c);
    }
    kept = arena_str(&q->arena, buf_str(&b));
    buf_release(&b);
    return kept;
}

/* kept: its names, which a refusal borrows. */
static void add_one(struct api *a, struct api_request *q, struct results *r, uint32_t row,
                    const struct nrdp_result *from, const struct nrdp_result *kept)
{
    struct results_one one = {.host = kept->host,
                              .service = kept->service ? kept->description : STR_NULL,
                              .output = output_of(q, from->output),
                              .said = {MAX(MIN(from->time_s, INT64_MAX / TIME_S), (int64_t)0) * TIME_S}};
    bool known = nrdp_read_state(from->state, from->service, &one.state);

    if (from->service) /* what is beyond is UNKNOWN, as in Nagios */
        one.state = MIN(one.state, 3);
    if (!from->host.n || (from->service && !from->description.n))
        results_refuse(r, row, NULL, from->host.n ? PROBLEM_NRDP_SERVICE : PROBLEM_NRDP_HOST, STR_NULL,
                       STR_NULL);
    else if (!known)
        results_refuse(r, row, NULL, from->service ? PROBLEM_STATE_SERVICE : PROBLEM_STATE_HOST, STR_NULL,
                       STR_NULL);
    else
        results_add(a, q, r, row, &one);
}

/* ---- what was sent ---- */

/* What is refused is named from them when all is over: their names go into the request's arena. */
static struct submission *keep(struct api_request *q, const struct nrdp_results *r)
{
    struct submission *s = arena_alloc(&q->arena, sizeof(*s));

    s->n = r->list.n;
    s->at = arena_alloc(&q->arena, (s->n + 1) * sizeof(*s->at));
    for (size_t i = 0; i < s->n; i++) {
        struct nrdp_result *to = &s->at[i];

        *to = r->list.at[i];
        to->host = arena_str(&q->arena, to->host);
        to->description = arena_str(&q->arena, to->description);
        to->state = to->output = STR_NULL;
    }
    return s;
}

static void take(struct api *a, struct api_request *q, const struct nrdp_results *from)
{
    struct results *r = results_new(q, (uint32_t)from->list.n, false);
    struct submission *s = keep(q, from);

    r->user = s;
    for (size_t i = 0; i < s->n; i++)
        add_one(a, q, r, (uint32_t)i + 1, &from->list.at[i], &s->at[i]);
    results_send(a, q, r, done);
}

static void read_results(struct api *a, struct api_request *q, struct str text)
{
    struct nrdp_results r;
    struct err err = ERR_INIT;
    int rc = q->sent_json ? nrdp_read_json(text, &r, &err) : nrdp_read_xml(text, &r, &err);

    if (rc)
        api_fail_with(a, q, 400, NULL, q->sent_json ? PROBLEM_NRDP_JSON : PROBLEM_NRDP_XML, str_of(err.text),
                      STR_NULL);
    else
        take(a, q, &r);
    nrdp_read_release(&r);
}

void nrdp_submit(struct api *a, struct api_request *q)
{
    struct buf command = BUF_INIT, text = BUF_INIT;

    if (api_not_ready(a, q))
        return;
    q->sent_json = form_has(q->body, q->content_type, json_names);
    if (!field(q, command_names, &command) || !str_ieq(buf_str(&command), STR("submitcheck")))
        api_fail(a, q, 400, "cmd", PROBLEM_NRDP_COMMAND);
    else if (!field(q, q->sent_json ? json_names : xml_names, &text) || !text.len)
        api_fail(a, q, 400, "XMLDATA", PROBLEM_NRDP_DATA);
    else
        read_results(a, q, buf_str(&text));
    buf_release(&command);
    buf_release(&text);
}
