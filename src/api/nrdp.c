/* SPDX-License-Identifier: Apache-2.0 */
#include "api/nrdp.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/nrdp_read.h"
#include "api/order.h"
#include "api/route.h"
#include "base/limits.h"
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

struct str nrdp_secret(struct api_request *q)
{
    struct buf b = BUF_INIT;
    struct str secret = STR_NULL;

    q->sent_json = form_has(q->body, q->content_type, json_names);
    if (field(q, token_names, &b))
        secret = arena_str(&q->arena, str_trim(buf_str(&b)));
    if (b.cap)
        mem_wipe(b.data, b.len);
    buf_release(&b);
    return secret;
}

/* ---- one after the other ---- */

struct submission {
    struct nrdp_result *at;
    size_t n, next, refused;
    struct str why; /* of the first that was refused */
};

static void done(struct api *a, struct api_request *q, const struct submission *s)
{
    struct buf out = BUF_INIT, message = BUF_INIT, note = BUF_INIT;
    bool none = s->refused && s->refused == s->n;

    if (s->refused)
        buf_printf(&message, "%s%zu of %zu not taken: " STR_FMT, none ? "" : "OK, but ", s->refused, s->n,
                   STR_ARG(s->why));
    else
        buf_add_c(&message, "OK");
    buf_printf(&note, "%zu checks processed", s->n - s->refused);
    dialect_nrdp(q->sent_json, none ? -1 : 0, buf_str(&message), buf_str(&note), &out);
    api_reply_as(a, q, 200, str_of(dialect_type(DIALECT_NRDP, q->sent_json)), buf_str(&out));
    buf_release(&out);
    buf_release(&message);
    buf_release(&note);
}

static void refused(struct api_request *q, struct submission *s, const struct nrdp_result *r, struct str why)
{
    struct buf b = BUF_INIT;

    if (s->refused++)
        return;
    buf_add_str(&b, r->host);
    if (r->service) {
        buf_add_c(&b, ", ");
        buf_add_str(&b, r->description);
    }
    buf_add_c(&b, ": ");
    buf_add_str(&b, why);
    s->why = arena_str(&q->arena, buf_str(&b));
    buf_release(&b);
}

/* As in Nagios' spool of results, where NRDP puts it: a line end is \n, which senders write themselves too, and a tab a blank. What is too long for a command is cut. */
static void add_output(struct buf *line, struct str s)
{
    while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
        s.n--;
    buf_add_char(line, ';');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c == '\n')
            buf_add_c(line, "\\n");
        else if (c == '\t')
            buf_add_char(line, ' ');
        else if (c >= 0x20 && c != 0x7f)
            buf_add_char(line, s.p[i]);
    }
    if (line->len > LIMIT_EXT_COMMAND)
        buf_truncate(line, str_head(buf_str(line), LIMIT_EXT_COMMAND).n);
}

/* NULL, and the command; or why it cannot be taken. */
static const char *line_of(struct api *a, const struct sight *sight, const struct nrdp_result *r,
                           struct buf *line)
{
    uint32_t idx = r->service ? model_find_service(&a->model, r->host, r->description)
                              : model_find_host(&a->model, r->host);
    int64_t code;

    if (!r->host.n)
        return "it has no hostname";
    if (r->service && !r->description.n)
        return "it has no servicename";
    if (idx == MODEL_NONE || !sight_sees(sight, idx))
        return r->service ? "there is no such service" : "there is no such host";
    if (!nrdp_read_state(r->state, r->service, &code))
        return r->service ? "its state is not 0 to 3, OK, WARNING, CRITICAL or UNKNOWN"
                          : "its state is not 0 to 2, UP, DOWN or UNREACHABLE";
    if (!order_begin(a, line, r->time_s ? r->time_s : time_wall_s(api_wall(a)), idx,
                     "PROCESS_HOST_CHECK_RESULT", "PROCESS_SERVICE_CHECK_RESULT"))
        return "external commands cannot hold its name";
    order_number(line, code);
    add_output(line, r->output);
    return NULL;
}

static void step(struct api *a, struct api_request *q);

static void stepped(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct submission *s = q->state;

    if (!x->ok || x->error.n)
        refused(q, s, &s->at[s->next - 1], x->error);
    step(a, q);
}

static void step(struct api *a, struct api_request *q)
{
    struct submission *s = q->state;

    while (s->next < s->n) {
        const struct nrdp_result *r = &s->at[s->next++];
        struct buf line = BUF_INIT;
        const char *why = line_of(a, q->sight, r, &line);

        if (why)
            refused(q, s, r, str_of(why));
        else {
            q->due = (struct mono){a->ports->mono(a->user).us + API_DUE_US};
            api_ask_engine(a, q, buf_str(&line), stepped);
        }
        buf_release(&line);
        if (!why)
            return;
    }
    done(a, q, s);
}

/* ---- what was sent ---- */

/* Into the request's arena. */
static void keep(struct api_request *q, const struct nrdp_results *r)
{
    struct submission *s = arena_alloc(&q->arena, sizeof(*s));

    s->n = r->list.n;
    s->at = arena_alloc(&q->arena, (s->n + 1) * sizeof(*s->at));
    for (size_t i = 0; i < s->n; i++) {
        struct nrdp_result *to = &s->at[i];

        *to = r->list.at[i];
        to->host = arena_str(&q->arena, to->host);
        to->description = arena_str(&q->arena, to->description);
        to->state = arena_str(&q->arena, to->state);
        to->output = arena_str(&q->arena, to->output);
    }
    q->state = s;
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
        keep(q, &r);
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
    if (!q->answered)
        step(a, q);
}
