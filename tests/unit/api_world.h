/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A gate for tests: a small configuration, a board that the test writes, a clock of its own, and hands (struct api_ports) that note what is answered
 * and asked. One world at a time.
 */
#include "api/api.h"
#include "core/board_w.h"
#include "db/audit_line.h"

#include <stdint.h>

struct api_world {
    struct api api;
    struct buf snapshot, secret;
    struct model model;
    struct board_w writer;
    void *board_mem;
    size_t board_len;
    struct wall wall;
    struct mono mono;
    /* The last answer. */
    unsigned answers;
    uint64_t answer_id;
    int status;
    struct buf headers, body;
    bool more;
    /* What streams got, by id: all in one. */
    struct buf streamed;
    unsigned ended, datas, broken;
    /* The last question. */
    unsigned asked_auth, asked_engine, asked_why, asked_reader, asked_reload, asked_store, asked_results;
    uint64_t serial;
    struct buf question; /* op or statement or command, then the arguments, each after a '|' */
    int refuse;          /* what the ports return instead of 0 */
    int refuse_answer;   /* the same of an answer, or its begin */
    int refuse_broken;   /* ... and of saying that it is broken off */
    /* The audit record: its entries as they would be written; they are acknowledged at once, unless a test wants to do it, or that they cannot be. */
    struct buf audit;
    struct audit_chain audit_chain;
    uint64_t audit_serial;
    const char *audit_why;
    bool audit_waits;
    int refuse_audit;
    size_t queued;
    unsigned wakes;
    uint64_t ids;
    const char *type; /* of the bodies that are sent; NULL: JSON */
    const char *accept, *language;
    const char *
        scope; /* of who asks, as JSON; NULL: everything. Who was asked for before is remembered: who_cache_clear */
    const char *rights; /* of who asks, as JSON; NULL: those of the role. Remembered in the same way */
    const char *view_as;
};

/* n_hosts hosts h0000.., each with n_services services s00..; every check OK and checked, with an output. */
struct api_world *api_world_new(unsigned n_hosts, unsigned n_services);
/* The same with more objects behind them, in the language of the configuration. */
struct api_world *api_world_more(unsigned n_hosts, unsigned n_services, const char *more);
void api_world_free(struct api_world *w);
/* Writes one check's state into the board. */
void api_world_put(struct api_world *w, uint32_t idx, unsigned state, uint32_t flags, int64_t since_us,
                   const char *output);
void api_world_forward(struct api_world *w, int64_t us);

/* A request of the given role by token (API_ROLE_NONE: without); the auth question is answered. The status. */
int api_world_ask(struct api_world *w, const char *method, const char *path, const char *query,
                  const char *body, enum api_role role);
void api_world_receive(struct api_world *w, const struct api_request *q);
void api_world_audited(struct api_world *w); /* the store answers to the last entry */
/* The answer of auth to the last question. */
void api_world_auth(struct api_world *w, bool ok, const char *code, const char *field, const char *user,
                    const char *role);
void api_world_why(struct api_world *w,
                   const char *reasons); /* the engine's, asked why; "": there is no such check */
void api_world_engine(struct api_world *w, bool ok, const char *error);
void api_world_rows(struct api_world *w, const char *json);
