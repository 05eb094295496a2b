/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * GET /api/v1/stream: the changes of a list as server-sent events, at most four times a second.
 *   row     a row of the view has changed, entered it, or left it (then `gone` follows)
 *   gone    {"id"}: the check does not belong to the view any more
 *   counts  as in the list, when they have changed
 *   job     {"id","action","state","total","done","failed","undo"}: one of who watches is further than it was (api/jobs.h)
 *   resync  too much has changed to tell row by row: read the list again
 * What has changed is read from the board (each record carries the number of its last change), so nothing is queued for a
 * slow client but the last change number: what it has not been told yet is told with the next round, once, as it is then. Clients that watch
 * the same view share its work: a row is rendered once a round for all.
 * A stream ends with its session, whatever ended that; and it is a use of it: who looks at a live list is not idle.
 */
#include "api/api.h"

#define STREAM_ROUND_US   (250 * TIME_MS)
#define STREAM_BEAT_US    (15 * TIME_S)
#define STREAM_RESYNC_US  (5 * TIME_S) /* a view is told to read again no more often than this */
#define STREAM_ROWS_MAX   200u         /* rows of one round; more is a resync */
#define STREAM_ALIVE_US   TIME_MIN     /* so often auth is asked whether the sessions of the streams go on */
#define STREAM_QUEUED_MAX (8u * 1024 * 1024) /* bytes on their way to web: then this round is left out */

struct api_streams;
struct api_streams *stream_set_new(void);
void stream_set_free(struct api_streams *s);
size_t stream_count(const struct api_streams *s);

void stream_open(struct api *a, struct api_request *q); /* the handler */
void stream_tick(struct api *a);                        /* as often as wished: it keeps its own pace */
void stream_world(struct api *a);                       /* another configuration or board: all begin anew */
void stream_gone(struct api *a, enum api_source source, uint64_t id);
void stream_source_lost(struct api *a, enum api_source source);
void stream_session_ended(struct api *a, const unsigned char key[HASH_SHA256_BYTES]);
/* The answer of auth to which sessions are over; false: it is to no such question. Lost: there will be none. */
bool stream_judged(struct api *a, uint64_t serial, const struct api_answer *x);
void stream_auth_lost(struct api *a);
void stream_name_ended(struct api *a, struct str name); /* a user or token was deleted */
void stream_all_ended(
    struct api *a); /* who may do what has changed for many: they come again, and are judged anew */
void stream_mark(struct api *a); /* sights_mark of all that streams keep */
extern const struct shape stream_shape;
