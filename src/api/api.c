/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include "api/api_ask.h"
#include "api/api_int.h"
#include "api/api_reply.h"
#include "api/audit.h"
#include "api/download.h"
#include "api/jobs.h"
#include "api/names.h"
#include "api/once.h"
#include "api/resource.h"
#include "api/route.h"
#include "api/stream.h"
#include "base/log.h"
#include "wire/http_text.h"

#include <stdio.h>
#include <string.h>

/* ---- requests ---- */

static void request_free(struct api *a, struct api_request *q)
{
    audit_end(a, q);
    if (q->once)
        once_dropped(a, q);
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
    struct str *to[] = {&q->method,
                        &q->path,
                        &q->query,
                        &q->body,
                        &q->peer,
                        &q->cookie,
                        &q->authorization,
                        &q->origin,
                        &q->fetch_site,
                        &q->host,
                        &q->content_type,
                        &q->csrf,
                        &q->accept_language,
                        &q->last_event_id,
                        &q->user,
                        &q->accept,
                        &q->if_match,
                        &q->if_none_match,
                        &q->idempotency_key,
                        &q->auth_token,
                        &q->view_as,
                        &q->content_encoding};
    const struct str *of[] = {&from->method,
                              &from->path,
                              &from->query,
                              &from->body,
                              &from->peer,
                              &from->cookie,
                              &from->authorization,
                              &from->origin,
                              &from->fetch_site,
                              &from->host,
                              &from->content_type,
                              &from->csrf,
                              &from->accept_language,
                              &from->last_event_id,
                              &from->user,
                              &from->accept,
                              &from->if_match,
                              &from->if_none_match,
                              &from->idempotency_key,
                              &from->auth_token,
                              &from->view_as,
                              &from->content_encoding};

    for (size_t i = 0; i < ARRAY_LEN(to); i++)
        *to[i] = of[i]->p ? arena_str(&q->arena, *of[i]) : STR_NULL;
    q->source = from->source;
    q->id = from->id;
    q->uid = from->uid;
    q->tls = from->tls;
    q->forwarded = from->forwarded;
    q->asks = from->asks;
    q->serial = ++a->serials;
    q->due = (struct mono){a->ports->mono(a->user).us + API_DUE_US};
    buf_init(&q->json);
    buf_init(&q->headers);
    map_put_u64(&a->pending, q->serial, (uint64_t)(uintptr_t)q);
    a->n_pending++;
    return q;
}

struct api_request *api_find(struct api *a, uint64_t serial)
{
    uint64_t p;

    return map_get_u64(&a->pending, serial, &p) ? (struct api_request *)(uintptr_t)p : NULL;
}

/* ---- small help ---- */

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

static void refuse(struct api *a, struct api_request *q, const struct guard_verdict *v)
{
    if (v->right != RIGHT_NOBODY)
        api_fail_right(a, q, v->problem, v->right);
    else
        api_fail(a, q, v->status, v->field, v->problem);
}

/* Of which hosts and services the route speaks to who asks. Where it takes no right of the table: what he may read; and all of them where this machine is told how Vigie does. */
static const struct sight *sight_of(struct api *a, const struct api_request *q)
{
    enum right right = q->route->right;

    if (right == RIGHT_HERE && guard_is_here(q))
        return NULL;
    if (right == RIGHT_HERE)
        right = RIGHT_PLATFORM_READ;
    return who_sight(&q->who, right_bit(right_row(right) ? right : RIGHT_RESOURCES_READ), a->sights);
}

/* The one way from who asks to the handler: right, scope, parameters, record. */
static void enter(struct api *a, struct api_request *q)
{
    struct guard_verdict v = guard_right(q, q->route->right);

    q->sight = sight_of(a, q);
    if (!v.status)
        v = guard_scope(q->route->scope, q->sight, q->route->right);
    if (v.status)
        refuse(a, q, &v);
    else if (q->asks)
        api_take_body(a, q);
    else if (query_is_good(a, q) && resource_is_as_seen(a, q) && !once_known(a, q))
        audit_before(a, q);
}

bool api_session_secret(const struct api_request *q, struct str *secret)
{
    char name[API_COOKIE_MAX];

    who_cookie(q->host, q->tls, name);
    return http_text_cookie(q->cookie, str_of(name), secret) && secret->n && secret->n <= 256;
}

static void mark_one(struct api *a, struct api_request *q, uint64_t arg UNUSED)
{
    who_mark(&q->who, a->sights);
    sights_mark(a->sights, q->sight);
}

/* Drops the sights of those who are gone. */
static void sweep_sights(struct api *a)
{
    if (!sights_many(a->sights))
        return;
    sights_sweep_begin(a->sights);
    who_cache_mark(a->cache, a->sights);
    stream_mark(a);
    api_each(a, mark_one, 0);
    sights_sweep_end(a->sights);
}

void api_who_said(struct api *a, struct api_who *w, const struct api_answer *x)
{
    sweep_sights(a);
    str_copy(w->name, sizeof(w->name), x->values[API_AUTH_USER]);
    str_copy(w->role, sizeof(w->role), x->values[API_AUTH_ROLE]);
    str_copy(w->totp, sizeof(w->totp), x->values[API_AUTH_TOTP]);
    who_grants(w, x->values[API_AUTH_GRANTS], a->sights);
}

/* ---- seen as another sees it ---- */

static void viewed_known(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct api_who *w = &q->who, found;

    if (!x->ok && !str_eq_c(x->values[API_AUTH_CODE], "broken")) {
        api_fail(a, q, 404, "X-View-As", PROBLEM_VIEW_AS_WHOM);
        return;
    }
    if (api_auth_refused(a, q, x))
        return;
    api_audit(a, q, "view as", x->values[API_AUTH_USER]);
    str_copy(w->viewer, sizeof(w->viewer), str_of(w->name));
    api_who_said(a, w, x);
    found = *w;
    who_view_key(a->cache, w->key, q->view_as, found.key);
    who_cache_put(a->cache, WHO_BY_VIEW, &found, a->ports->mono(a->user));
    enter(a, q);
}

static void view_as(struct api *a, struct api_request *q)
{
    struct guard_verdict v = guard_view_as(q, a->sights);
    unsigned char key[HASH_SHA256_BYTES];
    struct api_who found;

    if (v.status) {
        refuse(a, q, &v);
        return;
    }
    who_view_key(a->cache, q->who.key, q->view_as, key);
    if (!who_cache_get(a->cache, WHO_BY_VIEW, key, a->ports->mono(a->user), &found)) {
        api_ask_auth(a, q, "grants", &q->view_as, 1, viewed_known);
        return;
    }
    memcpy(found.key, q->who.key, sizeof(found.key)); /* it is still his session */
    q->who = found;
    enter(a, q);
}

/* Who asks is known; what of it all he may do is judged, as himself or as whom he wants to see it. */
static void identified(struct api *a, struct api_request *q)
{
    if (q->view_as.p)
        view_as(a, q);
    else
        enter(a, q);
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
        api_who_said(a, w, x);
        str_copy(w->lang, sizeof(w->lang), x->values[API_AUTH_LANG]);
        str_to_i64(x->values[API_AUTH_EXPIRES], &w->expires);
        who_cache_put(a->cache, WHO_BY_SECRET, w, a->ports->mono(a->user));
    }
    identified(a, q);
}

/* As auth makes sessions and tokens: letters, digits, '-' and '_'. */
static bool may_be_secret(struct str s)
{
    if (!s.n || s.n > 256)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
              c == '_'))
            return false;
    }
    return true;
}

/* What can be no secret of ours is nobody's, and auth is not asked. */
static void ask_who(struct api *a, struct api_request *q, enum api_by by, struct str secret)
{
    struct api_who found;

    if (!may_be_secret(secret)) {
        enter(a, q);
        return;
    }
    q->who.by = by;
    who_key(secret, q->who.key);
    if (by == API_BY_SESSION)
        who_csrf(secret, q->who.csrf);
    if (who_cache_get(a->cache, WHO_BY_SECRET, q->who.key, a->ports->mono(a->user), &found) &&
        found.by == by && (!found.expires || found.expires > api_wall(a).us)) {
        q->who = found;
        identified(a, q);
        return;
    }
    api_ask_auth(a, q, by == API_BY_SESSION ? "session_check" : "token_check", &secret, 1, who_known);
}

static void local_who(const struct api *a, struct api_request *q)
{
    q->who.by = API_BY_UID;
    if (q->uid == 0 || q->uid == (int64_t)a->uid)
        who_grant(&q->who, API_ROLE_ADMIN);
    else
        q->who.by = API_BY_NOBODY;
    if (q->user.n)
        str_copy(q->who.name, sizeof(q->who.name), q->user);
    else
        snprintf(q->who.name, sizeof(q->who.name), "uid:%lld", (long long)q->uid);
}

/* "Bearer TOKEN"; or, for clients that know nothing else (Grafana), "Basic" with a token of ours as the password. A password of a person is not looked at. */
static struct str token_of(struct api_request *q)
{
    struct str secret = STR_NULL, user;
    struct buf text = BUF_INIT;

    if (str_ieq(str_sub(q->authorization, 0, 7), STR("Bearer ")))
        return str_trim(str_sub(q->authorization, 7, q->authorization.n));
    if (str_ieq(str_sub(q->authorization, 0, 6), STR("Basic ")) &&
        http_text_base64(str_trim(str_sub(q->authorization, 6, q->authorization.n)), &text)) {
        secret = buf_str(&text);
        user = str_cut(&secret, ':');
        secret = str_starts(secret, STR(API_TOKEN_BEGIN)) && str_is_utf8(user) ? arena_str(&q->arena, secret)
                                                                               : STR_NULL;
    }
    if (text.cap)
        mem_wipe(text.data, text.len);
    buf_release(&text);
    return secret;
}

/* A token beats a cookie, and a bad one does not fall back to it. Where clients of another API come, who asks is in what they send for it, and no cookie counts. */
static void identify(struct api *a, struct api_request *q)
{
    struct str secret = STR_NULL;

    if (q->source == API_BY_LOCAL) {
        local_who(a, q);
        identified(a, q);
        return;
    }
    if (q->route->right == RIGHT_OPEN || (q->route->right == RIGHT_HERE && guard_is_here(q))) {
        enter(a, q);
        return;
    }
    if (q->route->secret && (secret = q->route->secret(q)).p) {
        ask_who(a, q, str_starts(secret, STR(API_TOKEN_BEGIN)) ? API_BY_TOKEN : API_BY_SESSION, secret);
        return;
    }
    if (q->authorization.p) {
        ask_who(a, q, API_BY_TOKEN, token_of(q));
        return;
    }
    if (!q->route->secret && api_session_secret(q, &secret))
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
    if (v.problem == PROBLEM_BODY_CODED)
        api_header(q, "Accept-Encoding: identity");
    if (v.status)
        refuse(a, q, &v);
    else
        identify(a, q);
}

void api_after(struct api *a, struct api_request *q)
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
    api_after(a, q);
}

void api_each(struct api *a, void (*work)(struct api *a, struct api_request *q, uint64_t arg), uint64_t arg)
{
    for (size_t i = 0; i < a->pending.n_entry; i++) {
        struct str key;
        uint64_t p;

        if (map_at(&a->pending, i, &key, &p))
            work(a, (struct api_request *)(uintptr_t)p, arg);
    }
}

static void forget_one(struct api *a, struct api_request *q, uint64_t source)
{
    if (q->source != (enum api_source)source)
        return;
    q->left = q->once;
    if (!q->left)
        request_free(a, q);
}

void api_source_lost(struct api *a, enum api_source source)
{
    api_each(a, forget_one, source);
    stream_source_lost(a, source);
}

static struct api_request *of_client(struct api *a, enum api_source source, uint64_t id)
{
    for (size_t i = 0; i < a->pending.n_entry; i++) {
        struct str key;
        uint64_t p;
        struct api_request *q;

        if (!map_at(&a->pending, i, &key, &p))
            continue;
        q = (struct api_request *)(uintptr_t)p;
        if (q->source == source && q->id == id && !q->left)
            return q;
    }
    return NULL;
}

void api_gone(struct api *a, enum api_source source, uint64_t id)
{
    struct api_request *q = of_client(a, source, id);

    if (!q) {
        stream_gone(a, source, id);
        return;
    }
    q->left = q->once; /* it is done, and its answer kept for who asks again */
    if (!q->left)
        request_free(a, q);
}

void api_hold(struct api *a, enum api_source source, uint64_t id, bool held)
{
    struct api_request *q = of_client(a, source, id);

    if (!q)
        return;
    q->held = held;
    if (!held)
        a->ports->wake(a->user);
}

static void expire(struct api *a, struct api_request *q, uint64_t now)
{
    if (q->broken) {
        api_break_off(a, q);
        api_after(a, q);
        return;
    }
    if (q->due.us > (int64_t)now)
        return;
    q->resume = NULL;
    a->count.timed_out++;
    api_fail(a, q, 504, NULL, PROBLEM_TOO_LATE);
    api_after(a, q);
}

void api_tick(struct api *a)
{
    api_each(a, expire, (uint64_t)a->ports->mono(a->user).us);
    jobs_tick(a);
    if (download_step(a))
        a->ports->wake(a->user);
    stream_tick(a);
    audit_tick(a);
}

/* ---- life ---- */

void api_init(struct api *a, const struct api_ports *ports, void *user)
{
    *a = (struct api){
        .ports = ports, .user = user, .cache = who_cache_new(), .sights = sights_new(), .once = once_new()};
    buf_init(&a->openapi);
    buf_init(&a->status);
    buf_init(&a->roles);
    buf_init(&a->reload);
    buf_init(&a->renames);
    buf_init(&a->config_warnings);
    buf_init(&a->series.by_object);
    a->streams = stream_set_new();
    a->jobs = jobs_new(a->sights);
    a->downloads = download_set_new();
}

void api_world(struct api *a, const struct model *m, const struct board *b, const uint64_t *oids)
{
    names_free(a->names);
    if (a->ready)
        model_zone_release(&a->zone);
    a->model = *m;
    a->board = *b;
    a->names = names_new(&a->model, oids);
    sights_world(a->sights, &a->model);
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
    api_each(a, drop, 0);
    stream_set_free(a->streams);
    jobs_free(a->jobs);
    download_set_free(a->downloads);
    names_free(a->names);
    if (a->ready)
        model_zone_release(&a->zone);
    map_release(&a->pending);
    who_cache_free(a->cache);
    sights_free(a->sights);
    once_free(a->once);
    buf_release(&a->openapi);
    buf_release(&a->status);
    buf_release(&a->roles);
    buf_release(&a->reload);
    buf_release(&a->renames);
    buf_release(&a->config_warnings);
    metrics_series_release(&a->series);
    VEC_RELEASE(&a->levels);
}
