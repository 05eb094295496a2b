/* SPDX-License-Identifier: Apache-2.0 */
/* GET /api/v1/audit: the reader reads the record, and its answer goes on as it is. */
#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/audit.h"
#include "api/body.h"
#include "api/choose.h"
#include "api/series.h"
#include "db/audit_ask.h"
#include "wire/http_text.h"

#include <stdio.h>

const char *const audit_query[] = {"from",    "to",    "who",    "what",   "object", "text",
                                   "outcome", "limit", "cursor", "format", NULL};

struct question {
    struct str arg[ARRAY_LEN(audit_query)];
    size_t n;
};

static void put(struct api_request *q, struct question *k, const char *name, struct str value)
{
    struct buf b = BUF_INIT;

    buf_printf(&b, "%s=" STR_FMT, name, STR_ARG(value));
    k->arg[k->n++] = arena_str(&q->arena, buf_str(&b));
    buf_release(&b);
}

/* A moment, if it is asked for; false: answered. */
static bool put_moment(struct api *a, struct api_request *q, struct question *k, const char *name)
{
    struct str text = api_query(q, name);
    struct buf us = BUF_INIT;
    struct wall t;

    if (!text.p)
        return true;
    if (!choose_moment(a, q, name, (struct wall){0}, &t))
        return false;
    buf_add_i64(&us, t.us);
    put(q, k, name, buf_str(&us));
    buf_release(&us);
    return true;
}

static bool put_word(struct api *a, struct api_request *q, struct question *k, const char *name,
                     const char *const *words)
{
    struct str text = api_query(q, name);
    size_t i = 0;

    if (!text.p)
        return true;
    while (words[i] && !str_eq_c(text, words[i]))
        i++;
    if (!words[i]) {
        api_fail_with(a, q, 400, name, PROBLEM_PARAMETER_WORD, str_of(name), body_words(q, words));
        return false;
    }
    put(q, k, name, text);
    return true;
}

static bool put_number(struct api *a, struct api_request *q, struct question *k, const char *name,
                       uint64_t most, enum problem p)
{
    struct str text = api_query(q, name);
    char limit[24];
    uint64_t n;

    if (!text.p)
        return true;
    if (!str_to_u64(text, &n) || !n || n > most) {
        snprintf(limit, sizeof(limit), "%llu", (unsigned long long)most);
        api_fail_with(a, q, 400, name, p, str_of(name), arena_str(&q->arena, str_of(limit)));
        return false;
    }
    put(q, k, name, text);
    return true;
}

void audit_list(struct api *a, struct api_request *q)
{
    static const char *const formats[] = {"json", "csv", NULL},
                             *const outcomes[] = {"done", "refused", "failed", "unknown", NULL},
                             *const texts[] = {"who", "what", "object", "text"};
    struct question k = {.n = 0};

    if (!put_moment(a, q, &k, "from") || !put_moment(a, q, &k, "to") ||
        !put_word(a, q, &k, "outcome", outcomes) ||
        !put_number(a, q, &k, "limit", AUDIT_ASK_PAGE, PROBLEM_PARAMETER_FROM_ONE) ||
        !put_number(a, q, &k, "cursor", INT64_MAX, PROBLEM_PARAMETER_CURSOR))
        return;
    if (!api_query(q, "limit").p)
        put(q, &k, "limit", STR("100"));
    if (!api_query(q, "format").p && http_text_weight(q->accept, STR("text/csv")) > 0 &&
        http_text_weight(q->accept, STR("application/json")) <= 0)
        put(q, &k, "format", STR("csv"));
    else if (!put_word(a, q, &k, "format", formats))
        return;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (api_query(q, texts[i]).p)
            put(q, &k, texts[i], api_query(q, texts[i]));
    q->flow = series_flow;
    api_ask_reader(a, q, "audit", k.arg, k.n, series_pass_on);
}

static const char *const by_words[] = {"session", "token", "local", "nobody", NULL},
                         *const kind_words[] = {"start", "stop",   "asked", "refused",  "many",
                                                "cut",   "mended", "wrong", "restored", NULL},
                         *const outcome_words[] = {"done", "refused", "failed", "unknown", NULL};
static const struct shape_field entry_fields[] = {
    {"n", SHAPE_INT, 0, "its number"},
    {"at", SHAPE_TIME, 0, NULL},
    {"kind", SHAPE_WORD, 0, NULL, .words = kind_words},
    {"status", SHAPE_INT, SHAPE_MAYBE, "of the answer; 499: who asked had gone before anything was done"},
    {"who", SHAPE_TEXT, SHAPE_MAYBE, "the user, the token, or the user of this machine"},
    {"by", SHAPE_WORD, SHAPE_MAYBE, NULL, .words = by_words},
    {"role", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"from", SHAPE_TEXT, SHAPE_MAYBE, "the address, or \"this machine\""},
    {"method", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"route", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"path", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"right", SHAPE_TEXT, SHAPE_MAYBE, "that it takes"},
    {"objects", SHAPE_TEXT, SHAPE_MAYBE | SHAPE_LIST, "names: HOST, HOST;SERVICE, a user, a token"},
    {"body", SHAPE_ANY, SHAPE_MAYBE, "what was sent, without secrets"},
    {"body_bytes", SHAPE_INT, SHAPE_MAYBE, "of one that is too long to stand here"},
    {"body_sha256", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"count", SHAPE_INT, SHAPE_MAYBE, "of many refusals that are told as one"},
    {"bytes", SHAPE_INT, SHAPE_MAYBE, "that were cut off"},
    {"until", SHAPE_INT, SHAPE_MAYBE, "the last entry that was removed"},
    {"since", SHAPE_TIME, SHAPE_MAYBE, NULL},
    {"head", SHAPE_TEXT, SHAPE_MAYBE, "its hash"},
    {"text", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"ended", SHAPE_TIME, SHAPE_MAYBE, "when it was done"},
    {"outcome", SHAPE_WORD, SHAPE_MAYBE, NULL, .words = outcome_words},
    {NULL},
};
static const struct shape entry_shape = {"AuditEntry", entry_fields};
static const struct shape_field audit_fields[] = {
    {"entries", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &entry_shape},
    {"next", SHAPE_TEXT, SHAPE_NULL, "the cursor of the next page; null at the end"},
    {NULL},
};
const struct shape audit_shape = {"Audit", audit_fields, .also = "text/csv"};
