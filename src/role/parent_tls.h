/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What listens over TCP, the page and Livestatus, and their certificates: the parent opens both, web and local get them. */
#include "role/parent_int.h"

int parent_tls_open_tcp(struct parent *p, struct err *err); /* without TLS, on loopback */
int parent_tls_open_livestatus(struct parent *p, struct err *err);
int parent_tls_open_page(struct parent *p, struct err *err);
/* Whether the page would have TLS and has it not, or the other way round: that counts from the next start on. */
bool parent_tls_page_changes(struct parent *p, const struct model *next);
void parent_tls_pass(struct parent *p, struct child *c); /* to web or local: files and listener */
void parent_tls_renew(struct parent *p);                 /* the files may be others now */
void parent_tls_page(struct parent *p, const struct msg_page_tls *m);
