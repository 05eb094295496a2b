/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Answers: whole, in parts, and refusals in the language of who asks. The request is gone after its answer, unless it is still inside its handler: then at its end.
 */
#include "api/api.h"
#include "api/right.h"

void api_take_body(
    struct api *a,
    struct api_request *q); /* who asks may go on and send it; 413 where whoever comes is heard */
void api_reply_json(struct api *a, struct api_request *q, int status, const struct buf *json);
/* Ends the map that j writes into json with "now", the moment at which it is told, which makes no other version of it (its entity tag stays), and sends it. */
struct json;
void api_reply_now(struct api *a, struct api_request *q, struct json *j, const struct buf *json);
void api_reply_ok(struct api *a, struct api_request *q, int status); /* {"ok":true} */
void api_reply_as(struct api *a, struct api_request *q, int status, struct str type, struct str body);
/* An answer in parts. What is answered otherwise once it has begun, and a part that cannot be sent, breaks it off: it never ends as if it were whole. */
void api_reply_begin(struct api *a, struct api_request *q, int status, struct str type, struct str body);
void api_reply_more(struct api *a, struct api_request *q, struct str body, bool end);
#define API_ETAG_MAX 24
void api_etag(uint64_t version, char out[API_ETAG_MAX]);
void api_header(struct api_request *q, const char *line); /* one more line for the answer */
/* RFC 9457: field NULL or the member, parameter or header that is wrong. */
void api_fail(struct api *a, struct api_request *q, int status, const char *field, enum problem p);
void api_fail_with(struct api *a, struct api_request *q, int status, const char *field, enum problem p,
                   struct str arg0, struct str arg1);
/* 404 of a name, and asks whether found was meant (n 0: nothing is near). */
void api_fail_name(struct api *a, struct api_request *q, const char *field, enum problem p, struct str name,
                   struct str found);
/* The same with another status. */
void api_fail_near(struct api *a, struct api_request *q, int status, const char *field, enum problem p,
                   struct str name, struct str found);
/* 403 for want of a right, which it names: NEEDS_RIGHT, NEEDS_EVERYTHING, NEEDS_RIGHT_HERE. */
void api_fail_right(struct api *a, struct api_request *q, enum problem p, enum right right);
bool api_reads_french(
    const struct api_request *q); /* or English: as the person has chosen, else by Accept-Language */
/* True, and answered with 503, while there is no snapshot or no board yet. */
bool api_not_ready(struct api *a, struct api_request *q);
