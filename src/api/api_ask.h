/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Questions to other roles, one at a time for each request, and what comes back: an answer, its parts, or the news that the role died. Late answers find nobody.
 */
#include "api/api.h"

/* Asks, and has resume called with the answer. When nothing can be sent the request is answered with 503. */
void api_ask_auth(struct api *a, struct api_request *q, const char *op, const struct str *args, size_t n,
                  api_resume_f *resume);
void api_ask_engine(struct api *a, struct api_request *q, struct str text, api_resume_f *resume);
/* rows: core/passive.h. */
void api_ask_results(struct api *a, struct api_request *q, struct str rows, bool all, api_resume_f *resume);
void api_ask_why(struct api *a, struct api_request *q, uint64_t oid, api_resume_f *resume);
void api_ask_reader(struct api *a, struct api_request *q, const char *stmt, const struct str *args, size_t n,
                    api_resume_f *resume);
/* What of the past who asks may see, as the reader judges it: the first argument of each question to it (db/scope.h). */
struct str api_scope(struct api_request *q);
void api_ask_reload(struct api *a, struct api_request *q, api_resume_f *resume);
void api_ask_audit(struct api *a, struct api_request *q, const struct audit_entry *e, api_resume_f *resume);
void api_ask_rename(struct api *a, struct api_request *q, const struct str *names, size_t n, uint64_t drop,
                    api_resume_f *resume);
/* Refusals as problems: true when it answered. */
bool api_auth_refused(struct api *a, struct api_request *q, const struct api_answer *answer);
bool api_reader_refused(struct api *a, struct api_request *q, const struct api_answer *answer);
/* The usual resume after a command or a reload: yes, or why not. */
void api_engine_done(struct api *a, struct api_request *q, const struct api_answer *answer);
/* What was done, by whom: goes the way of a command, through the engine into the journal. */
void api_audit(struct api *a, const struct api_request *q, const char *what, struct str on);

/* ---- for the gate ---- */

void api_answered(struct api *a, uint64_t serial, const struct api_answer *x); /* late ones are ignored */
void api_rows(struct api *a, uint64_t serial, struct str part); /* a part of the reader's answer */
void api_lost(struct api *a, enum api_answer_kind kind); /* that role died: what waits for it is told */
