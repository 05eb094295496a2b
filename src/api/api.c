/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include "api/names.h"
#include "api/near.h"
#include "api/route.h"
#include "api/stream.h"
#include "base/limits.h"
#include "db/rows.h"
#include "base/log.h"
#include "core/source.h"
#include "wire/http_text.h"
#include "wire/json.h"
#include "wire/promerror.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- requests ---- */

static void request_free(struct api *a, struct api_request *q)
{
    map_remove_u64(&a->pending, q->serial);
    a->n_pending--;
    a->n_logins -= q->login;
    buf_release(&q->json);
    buf_release(&q->headers);
    arena_release(&q->arena);
    mem_free(q);
}

static struct api_request *request_new(struct api *a, const struct api_request *from)
{
    struct api_request *q = mem_zalloc(sizeof(*q));
    struct str *to[] = {&q->method,       &q->path,          &q->query,           &q->body,          &q->peer,
                        &q->cookie,       &q->authorization, &q->origin,          &q->fetch_site,    &q->host,
                        &q->content_type, &q->csrf,          &q->accept_language, &q->last_event_id, &q->user,
                        &q->accept};
    const struct str *of[] = {
        &from->method,       &from->path,          &from->query,           &from->body,          &from->peer,
        &from->cookie,       &from->authorization, &from->origin,          &from->fetch_site,    &from->host,
        &from->content_type, &from->csrf,          &from->accept_language, &from->last_event_id, &from->user,
        &from->accept};

    for (size_t i = 0; i < ARRAY_LEN(to); i++)
        *to[i] = of[i]->p ? arena_str(&q->arena, *of[i]) : STR_NULL;
    q->source = from->source;
    q->id = from->id;
    q->uid = from->uid;
    q->tls = from->tls;
    q->forwarded = from->forwarded;
    q->serial = ++a->serials;
    q->due = (struct mono){a->ports->mono(a->user).us + API_DUE_US};
    buf_init(&q->json);
    buf_init(&q->headers);
    map_put_u64(&a->pending, q->serial, (uint64_t)(uintptr_t)q);
    a->n_pending++;
    return q;
}

static struct api_request *request_find(struct api *a, uint64_t serial)
{
    uint64_t p;

    return map_get_u64(&a->pending, serial, &p) ? (struct api_request *)(uintptr_t)p : NULL;
}

/* ---- answers ---- */

/* While the way there is full the request stays, and api_tick says it again. */
static void break_off(struct api *a, struct api_request *q)
{
    q->broken = true;
    q->resume = NULL;
    q->answered = a->ports->broken(a->user, q->source, q->id) != E_LIMIT;
}

static void send_answer(struct api *a, struct api_request *q, int status, const char *type, struct str body)
{
    struct buf lines = BUF_INIT;

    if (q->answered || q->broken)
        return;
    if (q->begun) { /* no other answer can follow */
        break_off(a, q);
        return;
    }
    q->answered = true;
    a->count.by_class[status / 100 % 6]++;
    buf_printf(&lines, "Content-Type: %s\nCache-Control: no-store\n", type);
    buf_add_str(&lines, buf_str(&q->headers));
    if (a->ports->answer(a->user, q->source, q->id, status, buf_str(&lines), body, false) < 0)
        break_off(a, q);
    buf_release(&lines);
}

void api_reply_json(struct api *a, struct api_request *q, int status, const struct buf *json)
{
    send_answer(a, q, status, "application/json", buf_str(json));
}

void api_reply_as(struct api *a, struct api_request *q, int status, struct str type, struct str body)
{
    send_answer(a, q, status, arena_dup(&q->arena, type), body);
}

void api_reply_begin(struct api *a, struct api_request *q, int status, struct str type, struct str body)
{
    struct buf lines = BUF_INIT;

    q->begun = true;
    a->count.by_class[status / 100 % 6]++;
    buf_printf(&lines, "Content-Type: " STR_FMT "\nCache-Control: no-store\n", STR_ARG(type));
    buf_add_str(&lines, buf_str(&q->headers));
    if (a->ports->answer(a->user, q->source, q->id, status, buf_str(&lines), body, true) < 0)
        break_off(a, q);
    buf_release(&lines);
}

void api_reply_more(struct api *a, struct api_request *q, struct str body, bool end)
{
    if (q->broken)
        return;
    q->answered = end;
    if (a->ports->data(a->user, q->source, q->id, body, end) < 0)
        break_off(a, q);
}

void api_reply_ok(struct api *a, struct api_request *q, int status)
{
    send_answer(a, q, status, "application/json", STR("{\"ok\":true}"));
}

static void problem_body(struct buf *out, int status, const char *field, enum problem p, struct str detail)
{
    struct buf code = BUF_INIT;
    struct json j;

    problem_word(&code, p);
    json_init(&j, out);
    json_map(&j);
    json_key_c(&j, "type", "about:blank");
    json_key_c(&j, "title", http_text_reason(status));
    json_key_i64(&j, "status", status);
    json_key_str(&j, "code", buf_str(&code));
    json_key_str(&j, "detail", detail);
    if (field)
        json_key_c(&j, "field", field);
    json_map_end(&j);
    buf_release(&code);
}

static bool reads_french(const struct api_request *q)
{
    int en = http_text_weight(q->accept_language, STR("en")),
        fr = http_text_weight(q->accept_language, STR("fr"));

    if (q->who.lang[0])
        return strcmp(q->who.lang, "fr") == 0;
    return fr > 0 && fr > en;
}

static void refuse(struct api *a, struct api_request *q, int status, const char *field, enum problem p,
                   const struct str args[PROBLEM_ARGS], struct str near)
{
    struct buf text = BUF_INIT, body = BUF_INIT;
    bool prom = promerror_is_path(q->path), french = reads_french(q);

    problem_render(&text, p, french, args);
    if (near.n)
        buf_printf(&text, french ? " Vouliez-vous dire " STR_FMT " ?" : " Did you mean " STR_FMT "?",
                   STR_ARG(near));
    if (prom)
        promerror_put(&body, promerror_type(status), buf_str(&text));
    else
        problem_body(&body, status, field, p, buf_str(&text));
    if (status == 401)
        api_header(q, "WWW-Authenticate: Bearer realm=\"vigie\"");
    send_answer(a, q, status, prom ? "application/json" : "application/problem+json", buf_str(&body));
    a->count.refused++;
    buf_release(&text);
    buf_release(&body);
}

void api_fail_with(struct api *a, struct api_request *q, int status, const char *field, enum problem p,
                   struct str arg0, struct str arg1)
{
    refuse(a, q, status, field, p, (const struct str[PROBLEM_ARGS]){arg0, arg1}, STR_NULL);
}

void near_fail(struct api *a, struct api_request *q, const char *field, enum problem p,
               const struct near *near)
{
    refuse(a, q, 404, field, p, (const struct str[PROBLEM_ARGS]){near->name}, near->found);
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

/* ---- questions ---- */

static void waits(struct api *a, struct api_request *q, enum api_answer_kind kind, int rc,
                  api_resume_f *resume)
{
    static const char *const role[] = {"auth", "engine", "reader", "parent", "store"};

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
    } table[] = {{"denied", 401}, {"slow", 429}, {"invalid", 422}, {"conflict", 409},
                 {"gone", 410},   {"full", 503}, {"broken", 503}};
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
    api_fail_with(a, q, status,
                  answer->values[API_AUTH_FIELD].n ? arena_dup(&q->arena, answer->values[API_AUTH_FIELD])
                                                   : NULL,
                  p, str_of(a->damage.users), STR_NULL);
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

/* ---- small help ---- */

bool api_not_ready(struct api *a, struct api_request *q)
{
    if (a->ready)
        return false;
    api_header(q, "Retry-After: 1");
    api_fail(a, q, 503, NULL, PROBLEM_STARTING);
    return true;
}

struct wall api_wall(const struct api *a)
{
    return a->ports->wall(a->user);
}

struct str api_query(struct api_request *q, const char *name)
{
    struct str rest = q->query, key, value;

    while (http_text_query_next(&rest, &key, &value)) {
        struct buf b = BUF_INIT;
        struct str copy = STR_NULL;

        if (!str_eq_c(key, name))
            continue;
        if (http_text_unescape(value, true, &b))
            copy = arena_str(&q->arena, buf_str(&b));
        buf_release(&b);
        return copy;
    }
    return STR_NULL;
}

/* Only parameters that the route knows, each once, each text. */
static bool query_is_good(struct api *a, struct api_request *q)
{
    const char *const *known = q->route->query;
    struct str rest = q->query, key, value;
    uint32_t seen = 0;

    while (http_text_query_next(&rest, &key, &value)) {
        struct buf b = BUF_INIT;
        unsigned i = 0;
        bool text = http_text_unescape(value, true, &b);

        buf_release(&b);
        while (known && known[i] && !str_eq_c(key, known[i]))
            i++;
        if (q->route->form && text) /* what it does not know, it passes over; repeated ones count all */
            continue;
        if (!known || !known[i]) {
            api_fail(a, q, 400, arena_dup(&q->arena, str_sub(key, 0, 64)), PROBLEM_NO_PARAMETER);
            return false;
        }
        if (seen & 1u << i || !text) {
            api_fail(a, q, 400, known[i], text ? PROBLEM_PARAMETER_TWICE : PROBLEM_PARAMETER_CODING);
            return false;
        }
        seen |= 1u << i;
    }
    return true;
}

/* ---- who asks ---- */

static void enter(struct api *a, struct api_request *q)
{
    struct guard_verdict v = guard_right(q, q->route->right);

    if (v.status) {
        api_fail(a, q, v.status, v.field, v.problem);
        return;
    }
    if (query_is_good(a, q))
        q->route->run(a, q);
}

bool api_session_secret(const struct api_request *q, struct str *secret)
{
    char name[API_COOKIE_MAX];

    who_cookie(q->host, q->tls, name);
    return http_text_cookie(q->cookie, str_of(name), secret) && secret->n && secret->n <= 256;
}

static void who_known(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct api_who *w = &q->who;

    if (!x->ok) {
        if (!str_eq_c(x->values[API_AUTH_CODE], "denied")) {
            api_auth_refused(a, q, x);
            return;
        }
        w->by = API_BY_NOBODY;
    } else {
        w->role = who_role_of(x->values[API_AUTH_ROLE]);
        str_copy(w->name, sizeof(w->name), x->values[API_AUTH_USER]);
        str_copy(w->lang, sizeof(w->lang), x->values[API_AUTH_LANG]);
        str_to_i64(x->values[API_AUTH_EXPIRES], &w->expires);
        who_cache_put(a->cache, w, a->ports->mono(a->user));
    }
    enter(a, q);
}

static void ask_who(struct api *a, struct api_request *q, enum api_by by, struct str secret)
{
    struct api_who found;

    q->who.by = by;
    who_key(secret, q->who.key);
    if (by == API_BY_SESSION)
        who_csrf(secret, q->who.csrf);
    if (who_cache_get(a->cache, q->who.key, a->ports->mono(a->user), &found) && found.by == by &&
        (!found.expires || found.expires > api_wall(a).us)) {
        q->who = found;
        enter(a, q);
        return;
    }
    api_ask_auth(a, q, by == API_BY_SESSION ? "session_check" : "token_check", &secret, 1, who_known);
}

static void local_who(const struct api *a, struct api_request *q)
{
    q->who.by = API_BY_UID;
    q->who.role = q->uid == 0 || q->uid == (int64_t)a->uid ? API_ROLE_ADMIN : API_ROLE_NONE;
    if (q->user.n)
        str_copy(q->who.name, sizeof(q->who.name), q->user);
    else
        snprintf(q->who.name, sizeof(q->who.name), "uid:%lld", (long long)q->uid);
}

/* A token beats a cookie, and a bad one does not fall back to it. */
static void identify(struct api *a, struct api_request *q)
{
    struct str secret = STR_NULL;

    if (q->source == API_BY_LOCAL) {
        local_who(a, q);
        enter(a, q);
        return;
    }
    if (q->route->right == GUARD_OPEN || (q->route->right == GUARD_HERE && guard_is_here(q))) {
        enter(a, q);
        return;
    }
    if (q->authorization.p) {
        if (str_ieq(str_sub(q->authorization, 0, 7), STR("Bearer ")))
            secret = str_trim(str_sub(q->authorization, 7, q->authorization.n));
        if (secret.n && secret.n <= 256)
            ask_who(a, q, API_BY_TOKEN, secret);
        else
            enter(a, q);
        return;
    }
    if (api_session_secret(q, &secret))
        ask_who(a, q, API_BY_SESSION, secret);
    else
        enter(a, q);
}

static void begin(struct api *a, struct api_request *q)
{
    struct guard_verdict v;
    struct buf allow = BUF_INIT;
    int status = route_find(q, &allow);

    if (status == 405)
        api_header(q, allow.data);
    buf_release(&allow);
    if (status) {
        api_fail(a, q, status, NULL, status == 404 ? PROBLEM_NO_ADDRESS : PROBLEM_NO_METHOD);
        return;
    }
    v = guard_request(q);
    if (v.status)
        api_fail(a, q, v.status, v.field, v.problem);
    else
        identify(a, q);
}

static void after(struct api *a, struct api_request *q)
{
    if (!q->answered && !q->resume && !q->broken) {
        log_error("%s has neither answered nor asked", q->route ? q->route->path : "a request");
        api_fail(a, q, 500, NULL, PROBLEM_OUR_MISTAKE);
    }
    if (q->answered)
        request_free(a, q);
}

void api_receive(struct api *a, const struct api_request *from)
{
    struct api_request *q = request_new(a, from);

    a->count.requests++;
    if (a->n_pending > API_PENDING_MAX) {
        api_header(q, "Retry-After: 1");
        api_fail(a, q, 503, NULL, PROBLEM_TOO_MANY_REQUESTS);
    } else {
        begin(a, q);
    }
    after(a, q);
}

/* ---- what comes back ---- */

static void resume(struct api *a, struct api_request *q, const struct api_answer *answer)
{
    api_resume_f *call = q->resume;

    q->resume = NULL;
    call(a, q, answer);
    after(a, q);
}

void api_answered(struct api *a, uint64_t serial, const struct api_answer *answer)
{
    struct api_request *q = request_find(a, serial);
    struct api_answer full = *answer;

    if (!q || !q->resume || q->waits_for != answer->kind)
        return;
    if (answer->kind == API_FROM_AUTH && answer->n_values != API_AUTH_VALUES)
        log_fatal("auth answered with %zu values", answer->n_values);
    full.json = buf_str(&q->json);
    resume(a, q, &full);
}

void api_rows(struct api *a, uint64_t serial, struct str part)
{
    struct api_request *q = request_find(a, serial);

    if (!q || !q->resume || q->waits_for != API_FROM_READER)
        return;
    if (!q->flow || q->json.len || !q->flow(a, q, part)) { /* mostly: no copy */
        buf_add_str(&q->json, part);
        if (q->flow && q->flow(a, q, buf_str(&q->json)))
            buf_clear(&q->json);
    }
    after(a, q);
}

/* Calls work for every request under way; work may free it. */
static void each(struct api *a, void (*work)(struct api *a, struct api_request *q, uint64_t arg),
                 uint64_t arg)
{
    for (size_t i = 0; i < a->pending.n_entry; i++) {
        struct str key;
        uint64_t p;

        if (map_at(&a->pending, i, &key, &p))
            work(a, (struct api_request *)(uintptr_t)p, arg);
    }
}

static void lose(struct api *a, struct api_request *q, uint64_t kind)
{
    if (!q->resume || q->waits_for != (enum api_answer_kind)kind)
        return;
    q->resume = NULL;
    api_header(q, "Retry-After: 1");
    api_fail(a, q, 503, NULL, PROBLEM_PART_RESTARTED);
    after(a, q);
}

void api_lost(struct api *a, enum api_answer_kind kind)
{
    each(a, lose, kind);
}

static void forget_one(struct api *a, struct api_request *q, uint64_t source)
{
    if (q->source == (enum api_source)source)
        request_free(a, q);
}

void api_source_lost(struct api *a, enum api_source source)
{
    each(a, forget_one, source);
    stream_source_lost(a, source);
}

void api_gone(struct api *a, enum api_source source, uint64_t id)
{
    for (size_t i = 0; i < a->pending.n_entry; i++) {
        struct str key;
        uint64_t p;
        struct api_request *q;

        if (!map_at(&a->pending, i, &key, &p))
            continue;
        q = (struct api_request *)(uintptr_t)p;
        if (q->source == source && q->id == id) {
            request_free(a, q);
            return;
        }
    }
    stream_gone(a, source, id);
}

static void expire(struct api *a, struct api_request *q, uint64_t now)
{
    if (q->broken) {
        break_off(a, q);
        after(a, q);
        return;
    }
    if (q->due.us > (int64_t)now)
        return;
    q->resume = NULL;
    a->count.timed_out++;
    api_fail(a, q, 504, NULL, PROBLEM_TOO_LATE);
    after(a, q);
}

void api_tick(struct api *a)
{
    each(a, expire, (uint64_t)a->ports->mono(a->user).us);
    stream_tick(a);
}

/* ---- life ---- */

void api_init(struct api *a, const struct api_ports *ports, void *user)
{
    *a = (struct api){.ports = ports, .user = user, .cache = who_cache_new()};
    buf_init(&a->status);
    buf_init(&a->roles);
    buf_init(&a->reload);
    buf_init(&a->renames);
    buf_init(&a->config_warnings);
    buf_init(&a->series.by_object);
    a->streams = stream_set_new();
}

void api_world(struct api *a, const struct model *m, const struct board *b, const uint64_t *oids)
{
    names_free(a->names);
    if (a->ready)
        model_zone_release(&a->zone);
    a->model = *m;
    a->board = *b;
    a->names = names_new(&a->model, oids);
    model_zone_open(&a->model, a->model.globals->zone, &a->zone);
    a->ready = true;
    stream_world(a);
}

static void drop(struct api *a, struct api_request *q, uint64_t arg UNUSED)
{
    request_free(a, q);
}

void api_release(struct api *a)
{
    each(a, drop, 0);
    stream_set_free(a->streams);
    names_free(a->names);
    if (a->ready)
        model_zone_release(&a->zone);
    map_release(&a->pending);
    who_cache_free(a->cache);
    buf_release(&a->status);
    buf_release(&a->roles);
    buf_release(&a->reload);
    buf_release(&a->renames);
    buf_release(&a->config_warnings);
    metrics_series_release(&a->series);
    VEC_RELEASE(&a->levels);
}
