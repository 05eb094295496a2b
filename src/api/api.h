/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The API: one request's way from its arrival to its answer. What a handler may do on the way is in api/api_reply.h (answers) and api/api_ask.h (questions to other roles).
 *
 *   api_receive -> route (404, 405) -> other sites (403, 415) -> who asks (session, token, local user: perhaps auth is asked) -> right and scope (401, 403) -> parameters (400)
 *     -> the audit record, where the route says so (api/audit.h) -> handler -> answers at once, or asks one other role and goes on when the answer is there (504 when it does not come)
 *
 * A resource is one file with its handlers; the table of routes (api/route.c) names them with method, path, right, scope and one line of documentation, and there is no other way in.
 * Nothing here opens, sends or waits: role/gate lends its hands (struct api_ports), a test lends others. One request asks one thing at a time.
 */
#include "api/api_ports.h"
#include "api/audit_pace.h"
#include "api/metrics_damage.h"
#include "api/metrics_export.h"
#include "api/metrics_series.h"
#include "api/problem.h"
#include "api/shape.h"
#include "api/who.h"
#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "core/board.h"
#include "core/model.h"

#include <sys/types.h>
#define API_PARAMS_MAX  2
#define API_PENDING_MAX 1024u
#define API_LOGINS_MAX  8u /* password hashes under way or waiting in auth: each costs 64 MiB for a moment */
#define API_TOKEN_BEGIN "vgt_" /* of every token (role/auth_store.h); of a session once in 2^24 */
#define API_DUE_US      (30 * TIME_S)

struct api;
struct api_request;
struct api_route;

/* What another role answered; kind says which member counts. */
enum api_answer_kind {
    API_FROM_AUTH,
    API_FROM_ENGINE,
    API_FROM_READER,
    API_FROM_PARENT,
    API_FROM_STORE,
    API_FROM_AUDIT,
    API_FROM_JOB
};
struct api_answer {
    enum api_answer_kind kind;
    bool ok;
    struct str error; /* a sentence when not ok */
    const struct str *
        values; /* auth: code, field, wait_us, secret, user, role, lang, expires, list (JSON; of a refusal: what its text names), grants (JSON), totp */
    size_t n_values;
    struct str json;    /* reader: all rows, joined */
    struct str reasons; /* engine, asked why: core/reason.h */
    uint64_t number;    /* audit record: of the entry */
    struct str refused; /* engine, of results: core/passive.h */
};
enum {
    API_AUTH_CODE,
    API_AUTH_FIELD,
    API_AUTH_WAIT,
    API_AUTH_SECRET,
    API_AUTH_USER,
    API_AUTH_ROLE,
    API_AUTH_LANG,
    API_AUTH_EXPIRES,
    API_AUTH_LIST,
    API_AUTH_GRANTS, /* of a session or token: [{"rights":["resources.read"],"scope":null},{"rights":[],"scope":["host:a*"]}] */
    API_AUTH_TOTP, /* of a session: "on 10" (recovery codes left), "off" or "required" (nothing else may be done before) */
    API_AUTH_VALUES
};

typedef void api_handler_f(struct api *a, struct api_request *q);
/* Where clients of another API say who they are; p NULL: they do not. */
typedef struct str api_secret_f(struct api_request *q);
typedef void api_resume_f(struct api *a, struct api_request *q, const struct api_answer *answer);

struct api_request {
    uint64_t serial; /* ours; what other roles answer to */
    enum api_source source;
    uint64_t id;        /* of web or local */
    struct arena arena; /* everything below borrows from it */
    struct str method, path, query, body, peer;
    struct str cookie, authorization, auth_token, origin, fetch_site, host, content_type, csrf,
        accept_language, last_event_id, accept, if_match, if_none_match, idempotency_key, view_as,
        content_encoding;
    int64_t uid;     /* -1: not local */
    struct str user; /* its name, of a local one */
    bool sent_json;  /* of DIALECT_NRDP: JSON, and so is the answer */
    uint64_t asks; /* its body, of so many bytes, waits: may it come? Nothing else is done. 0: it is there */
    bool stale; /* what who asks may do has changed since (api/revoke.h): whoever goes step by step stops */
    bool tls, forwarded; /* forwarded: by a proxy, so peer is not who asks */
    struct api_who who;
    const struct sight *
        sight; /* of which hosts and services who has the route's right; NULL: of all. What is not in it is not there */
    const struct api_route *route;
    struct str param[API_PARAMS_MAX]; /* of the path, decoded */
    struct mono due;
    uint64_t
        version; /* of what is answered, where it holds a moment that makes no other one of it; 0: the hash of all of it */
    bool once;            /* it has an Idempotency-Key that is kept (once.h) */
    bool held;            /* nothing more of its answer for now: it is taken slowly */
    bool left;            /* who asked is gone; it goes on for the sake of its key */
    bool answered, login; /* login: counts against API_LOGINS_MAX */
    int status;           /* of the answer; 0: none was begun */
    uint64_t audited;     /* the entry of the audit record that says what this asks; 0: there is none */
    bool unaudited;       /* and there should be one: it goes on without */
    api_resume_f *resume; /* who goes on when the answer comes */
    enum api_answer_kind waits_for;
    struct buf json; /* rows of the reader, as they come */
    bool (*flow)(struct api *a, struct api_request *q, struct str rows); /* while they come; true: taken */
    bool begun, broken; /* a part of the answer is on its way: only its end can follow; that does not come */
    void *state;        /* the handler's own, in the arena */
    struct buf headers; /* lines for the answer, each ended by '\n' */
};

struct api_role_level {
    char name[16];
    unsigned instance;
    uint64_t up, seccomp, no_new_privs, landlock, restarts, rss_kb;
};

struct api {
    const struct api_ports *ports;
    void *user;
    uid_t uid; /* of this process: a local caller of this uid, or root, is an administrator */
    bool
        made_up; /* of a test that makes up what other roles say: answers with it are not compared with their tables */
    bool ready; /* the world is there: model and board, of one generation */
    struct model model;
    struct board board;
    struct model_zone_view zone; /* of the configuration, for moments in words */
    struct api_names *names;     /* oid <-> idx, order of names */
    /* What the parent says of the roles. */
    struct buf status, roles;           /* its JSON, without the roles, and the roles */
    struct buf reload, config_warnings; /* of it: the last reload, what is doubtful in force */
    struct {
        uint64_t applied, lag; /* record up to which it goes; how many it is behind */
    } history, states;         /* the two projections of the journal */
    struct api_series series;  /* the third */
    char log_stays[512];       /* of it: why the log in Nagios' format is not rotated; empty: it can be */
    char record_why[512];      /* what is not written as it should be, and why; empty: all is */
    struct api_export exports[API_EXPORTS];
    struct api_damage damage;
    struct api_audit_state audit;
    bool reload_refused;
    struct buf renames; /* that wait for their reload, as the store tells them; how many there are */
    uint64_t n_renames, config_warning_count, log_lost, syslog_lost, records_lost; /* given up */
    VEC(struct api_role_level) levels;
    uint64_t serials;   /* of requests under way */
    struct map pending; /* serial -> struct api_request * */
    size_t n_pending, n_logins;
    struct api_who_cache *cache;
    uint64_t revoked;      /* how often what somebody may do has changed (api/revoke.h) */
    struct sights *sights; /* of all who ask */
    struct api_streams *streams;
    struct once *once;  /* keys of changes that were made */
    struct buf openapi; /* the document, made when it is first asked for */
    struct api_jobs *jobs;
    struct api_downloads *downloads;
    struct {
        uint64_t requests, refused, timed_out, by_class[6];
    } count;
    struct {
        uint64_t connections, requests, open, waiting; /* since the start; now */
    } livestatus;
};

void api_init(struct api *a, const struct api_ports *ports, void *user);
void api_release(struct api *a);
/* A new pair of snapshot and board; the caller keeps both mapped until the next call. oids: n_checks, or NULL (then the board's). */
void api_world(struct api *a, const struct model *m, const struct board *b, const uint64_t *oids);

void api_receive(struct api *a, const struct api_request *from);   /* as web or local sent it; is copied */
void api_gone(struct api *a, enum api_source source, uint64_t id); /* the client left */
void api_hold(struct api *a, enum api_source source, uint64_t id, bool held); /* it takes its answer slowly */
void api_source_lost(struct api *a, enum api_source source); /* web or local died with all its clients */
void api_tick(struct api *a);                                /* once a second or more often: time-outs */

/* ---- for handlers ---- */

/* Name, role and grants, as auth's answer says them. */
void api_who_said(struct api *a, struct api_who *w, const struct api_answer *x);
/* The session's secret in the request's cookie, borrowed from it; false: there is none. */
bool api_session_secret(const struct api_request *q, struct str *secret);
struct wall api_wall(const struct api *a);
/* A parameter of the query, decoded into the arena; p NULL: not there. That only known ones are there, each once, is checked before. */
struct str api_query(struct api_request *q, const char *name);
