/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The certificate of the page: the one that the settings name, or one of Vigie's own, which is made here when there is none yet, when it comes near its end and when the page has names that it
 * does not have. The parent keeps it, for this role can write nothing.
 */
#include "role/tls_take.h"
#include "wire/http.h"

struct web_tls {
    struct tls_take take; /* its context NULL: plain HTTP */
    struct role *role;
    struct http_server *http; /* NULL: not yet */
    struct loop_timer daily;
    bool own;
};

void web_tls_init(struct web_tls *t, struct role *r);
/* False: that descriptor is none of TLS. */
bool web_tls_fd(struct web_tls *t, struct str purpose, int fd);
void web_tls_serve(struct web_tls *t, struct http_server *http);
void web_tls_release(struct web_tls *t);
