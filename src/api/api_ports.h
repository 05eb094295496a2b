/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the API cannot do by itself: role/gate lends it, a test lends others. */
#include "base/str.h"
#include "base/time.h"

struct audit_entry;

enum api_source { API_BY_WEB, API_BY_LOCAL };

/* The hands of the gate. All return 0 or E_*. */
struct api_ports {
    struct wall (*wall)(void *user);
    struct mono (*mono)(void *user);
    int (*auth)(void *user, uint64_t serial, const char *op, const struct str *args, size_t n);
    int (*engine)(void *user, uint64_t serial, struct str who, uint64_t source, struct str text);
    int (*results)(void *user, uint64_t serial, struct str who, struct str rows, bool all); /* the engine */
    int (*why)(void *user, uint64_t serial, uint64_t oid); /* the engine, too */
    int (*reader)(void *user, uint64_t serial, const char *stmt, const struct str *args, size_t n);
    int (*reload)(void *user, uint64_t serial);
    /* An entry for the audit record; serial 0: nobody waits for its number. */
    int (*audit)(void *user, uint64_t serial, const struct audit_entry *e);
    /* at: four names of each rename; or, with drop, one that is taken back. */
    int (*rename)(void *user, uint64_t serial, struct str by, const struct str *at, size_t n, uint64_t drop);
    /* The answer, or with more its begin; headers: lines. Then data until end. */
    int (*answer)(void *user, enum api_source source, uint64_t id, int status, struct str headers,
                  struct str body, bool more);
    int (*data)(void *user, enum api_source source, uint64_t id, struct str body, bool end);
    int (*broken)(void *user, enum api_source source, uint64_t id); /* the rest of it does not come */
    void (*wake)(void *user);                             /* download_step soon, when others had their turn */
    size_t (*queued)(void *user, enum api_source source); /* bytes on their way there */
};
