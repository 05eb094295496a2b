/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The table of routes: everything the API can do. Router, tests (each route for each role), the audit and the
 * documentation at /api/v1/openapi.json are made from it. A handler that does not stand here cannot be reached.
 */
#include "api/body.h"
#include "api/guard.h"

struct api_route {
    const char *method;     /* GET also answers HEAD */
    const char *path;       /* "/api/v1/resources/{id}": a part in braces matches one segment */
    enum right right;       /* RIGHT_NOBODY, if it is forgotten, denies */
    enum guard_scope scope; /* and so does SCOPE_MISSING */
    api_handler_f *run;
    const struct shape
        *answer;    /* what a good answer looks like (shape.h); builds with sanitizers see to it */
    int status;     /* of a good answer; 0: 200 */
    bool told_once; /* a good answer holds what is told once */
    bool audited;   /* who asked for it stands in the audit record before it has an effect */
    bool late;      /* the handler sees to that, as soon as it knows that there will be one (audit_first) */
    bool
        lets_go; /* done also where nothing can be recorded: it only gives something up, or is in the journal and takes a right for hosts and services alone */
    const struct body_field *body; /* what the body must be (body.h); NULL: none is read */
    bool later;                    /* it may also be answered with 202, before it is done */
    bool more;                     /* beside these there are others, which one of them decides */
    bool rows;                     /* it is an array of these, or one a line */
    const char *const *query;      /* parameters it takes, ended by NULL; NULL: none */
    bool
        form; /* as Prometheus has it: parameters may also come as a form, repeated, and unknown ones are passed over */
    api_secret_f *
        secret; /* of another API, whose clients know no cookie and no X-CSRF and call their bodies anything */
    const char *doc; /* one line */
};

extern const struct api_route route_table[];
extern const size_t route_count;

/* Finds the route and decodes the path's parameters into q. 0, 404, or 405 (allow then names the methods). */
int route_find(struct api_request *q, struct buf *allow);
