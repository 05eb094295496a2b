/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_ask.h"

#include "api/api_int.h"
#include "api/api_reply.h"
#include "api/jobs.h"
#include "api/stream.h"
#include "base/limits.h"
#include "base/log.h"
#include "core/source.h"
#include "db/rows.h"
#include "db/scope.h"

#include <stdio.h>

/* ---- questions ---- */

static void waits(struct api *a, struct api_request *q, enum api_answer_kind kind, int rc,
                  api_resume_f *resume)
{
    static const char *const role[] = {"auth", "engine", "reader", "parent", "store", "store"};

    if (rc < 0) {
        api_header(q, "Retry-After: 1");
        api_fail_with(a, q, 503, NULL, PROBLEM_PART_AWAY, str_of(role[kind]), STR_NULL);
        return;
    }
    q->waits_for = kind;
    q->resume = resume;
}

void api_ask_auth(struct api *a, struct api_request *q, const char *op, const struct str *args, size_t n,
                  api_resume_f *resume)
{
    waits(a, q, API_FROM_AUTH, a->ports->auth(a->user, q->serial, op, args, n), resume);
}

void api_ask_engine(struct api *a, struct api_request *q, struct str text, api_resume_f *resume)
{
    waits(a, q, API_FROM_ENGINE,
          a->ports->engine(a->user, q->serial, str_of(q->who.name),
                           q->source == API_BY_LOCAL ? WORLD_SOURCE_CTL : WORLD_SOURCE_API, text),
          resume);
}

void api_ask_results(struct api *a, struct api_request *q, struct str rows, bool all, api_resume_f *resume)
{
    waits(a, q, API_FROM_ENGINE, a->ports->results(a->user, q->serial, str_of(q->who.name), rows, all),
          resume);
}

void api_ask_why(struct api *a, struct api_request *q, uint64_t oid, api_resume_f *resume)
{
    waits(a, q, API_FROM_ENGINE, a->ports->why(a->user, q->serial, oid), resume);
}

void api_ask_reader(struct api *a, struct api_request *q, const char *stmt, const struct str *args, size_t n,
                    api_resume_f *resume)
{
    q->due = (struct mono){a->ports->mono(a->user).us + LIMIT_ANSWER_US};
    waits(a, q, API_FROM_READER, a->ports->reader(a->user, q->serial, stmt, args, n), resume);
}

struct str api_scope(struct api_request *q)
{
    struct buf b = BUF_INIT;
    struct str text;

    if (!q->sight)
        return STR(SCOPE_EVERYTHING);
    scope_put_sight(&b, buf_str(&q->sight->text));
    text = arena_str(&q->arena, buf_str(&b));
    buf_release(&b);
    return text;
}

bool api_reader_refused(struct api *a, struct api_request *q, const struct api_answer *x)
{
    if (x->ok)
        return false;
    if (str_eq_c(x->error, ROWS_TOO_LONG))
        api_fail(a, q, 504, NULL, PROBLEM_QUESTION_LONG);
    else
        api_fail_with(a, q, 503, NULL, PROBLEM_HISTORY_AWAY, x->error, STR_NULL);
    return true;
}

void api_ask_reload(struct api *a, struct api_request *q, api_resume_f *resume)
{
    waits(a, q, API_FROM_PARENT, a->ports->reload(a->user, q->serial), resume);
}

/* That it cannot be asked is an answer, too: what is done then is the affair of who asks. */
void api_ask_audit(struct api *a, struct api_request *q, const struct audit_entry *e, api_resume_f *resume)
{
    if (a->ports->audit(a->user, q->serial, e) < 0) {
        resume(a, q,
               &(struct api_answer){.kind = API_FROM_AUDIT, .error = STR("the role store is not there")});
        return;
    }
    q->waits_for = API_FROM_AUDIT;
    q->resume = resume;
}

void api_ask_rename(struct api *a, struct api_request *q, const struct str *names, size_t n, uint64_t drop,
                    api_resume_f *resume)
{
    waits(a, q, API_FROM_STORE, a->ports->rename(a->user, q->serial, str_of(q->who.name), names, n, drop),
          resume);
}

bool api_auth_refused(struct api *a, struct api_request *q, const struct api_answer *answer)
{
    static const struct {
        const char *code;
        int status;
    } table[] = {{"denied", 401}, {"slow", 429},   {"invalid", 422}, {"conflict", 409}, {"gone", 410},
                 {"full", 503},   {"broken", 503}, {"beyond", 403},  {"none", 404}};
    int status = 500;
    int64_t wait = 0;
    enum problem p;

    if (answer->ok)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (str_eq_c(answer->values[API_AUTH_CODE], table[i].code))
            status = table[i].status;
    }
    if (status == 429 && str_to_i64(answer->values[API_AUTH_WAIT], &wait)) {
        char line[64];

        snprintf(line, sizeof(line), "Retry-After: %lld", (long long)(wait / TIME_S) + 1);
        api_header(q, line);
    }
    if (!problem_parse(answer->error, &p))
        p = PROBLEM_OUR_MISTAKE;
    api_fail_with(
        a, q, status,
        answer->values[API_AUTH_FIELD].n ? arena_dup(&q->arena, answer->values[API_AUTH_FIELD]) : NULL, p,
        answer->values[API_AUTH_LIST].n ? answer->values[API_AUTH_LIST] : str_of(a->damage.users), STR_NULL);
    return true;
}

void api_engine_done(struct api *a, struct api_request *q, const struct api_answer *answer)
{
    if (answer->ok && answer->error.n && q->waits_for == API_FROM_ENGINE)
        api_fail_with(a, q, 503, NULL, PROBLEM_NOT_STORED, answer->error, STR_NULL);
    else if (answer->ok)
        api_reply_ok(a, q, 200);
    else
        api_fail_with(a, q, 422, NULL,
                      q->waits_for == API_FROM_PARENT ? PROBLEM_RELOAD_REFUSED : PROBLEM_ENGINE_REFUSES,
                      answer->error, STR_NULL);
}

void api_audit(struct api *a, const struct api_request *q, const char *what, struct str on)
{
    struct buf text = BUF_INIT;

    buf_printf(&text, "[%lld] _VIGIE_AUDIT;%s;" STR_FMT ";" STR_FMT, (long long)time_wall_s(api_wall(a)),
               what, STR_ARG(on), STR_ARG(q->peer));
    a->ports->engine(a->user, 0, str_of(q->who.name[0] ? q->who.name : "-"), WORLD_SOURCE_GATE,
                     buf_str(&text));
    buf_release(&text);
}

/* ---- what comes back ---- */

/* What the reader found for a scope that is no more goes nowhere. */
static bool right_is_gone(struct api *a, struct api_request *q)
{
    if (!q->stale || q->waits_for != API_FROM_READER || q->broken)
        return false;
    q->resume = NULL;
    api_fail(a, q, 403, NULL, PROBLEM_RIGHT_GONE);
    return true;
}

static void resume(struct api *a, struct api_request *q, const struct api_answer *answer)
{
    api_resume_f *call = q->resume;

    if (!right_is_gone(a, q)) {
        q->resume = NULL;
        call(a, q, answer);
    }
    api_after(a, q);
}

void api_answered(struct api *a, uint64_t serial, const struct api_answer *answer)
{
    struct api_request *q = api_find(a, serial);
    struct api_answer full = *answer;

    if (!q && answer->kind == API_FROM_ENGINE)
        jobs_answered(a, serial, answer);
    if (!q && answer->kind == API_FROM_AUTH && !jobs_judged(a, serial, answer))
        stream_judged(a, serial, answer);
    if (!q || !q->resume || q->waits_for != answer->kind)
        return;
    if (answer->kind == API_FROM_AUTH && answer->n_values != API_AUTH_VALUES)
        log_fatal("auth answered with %zu values", answer->n_values);
    full.json = buf_str(&q->json);
    resume(a, q, &full);
}

void api_rows(struct api *a, uint64_t serial, struct str part)
{
    struct api_request *q = api_find(a, serial);

    if (!q || !q->resume || q->waits_for != API_FROM_READER)
        return;
    if (right_is_gone(a, q)) {
        api_after(a, q);
        return;
    }
    if (!q->flow || q->json.len || !q->flow(a, q, part)) { /* mostly: no copy */
        buf_add_str(&q->json, part);
        if (q->flow && q->flow(a, q, buf_str(&q->json)))
            buf_clear(&q->json);
    }
    api_after(a, q);
}

static void lose(struct api *a, struct api_request *q, uint64_t kind)
{
    if (!q->resume || q->waits_for != (enum api_answer_kind)kind)
        return;
    if (kind == API_FROM_AUDIT) {
        resume(a, q,
               &(struct api_answer){.kind = API_FROM_AUDIT, .error = STR("the role store is restarted")});
        return;
    }
    q->resume = NULL;
    api_header(q, "Retry-After: 1");
    api_fail(a, q, 503, NULL, PROBLEM_PART_RESTARTED);
    api_after(a, q);
}

void api_lost(struct api *a, enum api_answer_kind kind)
{
    api_each(a, lose, kind);
    if (kind == API_FROM_ENGINE)
        jobs_engine_lost(a);
    if (kind == API_FROM_AUTH) {
        jobs_auth_lost(a);
        stream_auth_lost(a);
    }
}
