/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What people do to hosts and services: the table of it, and the routes that do it to one. To many at once: api/actions.h. */
#include "api/body.h"
#include "api/right.h"
#include "wire/json.h"

enum action_of { ACTION_CHECKS, ACTION_DOWNTIMES, ACTION_COMMENTS }; /* what each single one is done to */

struct action;
struct action_on { /* to what, by whom, how */
    const struct action *action;
    uint32_t idx;
    uint64_t entry; /* of ACTION_DOWNTIMES and ACTION_COMMENTS: its number */
    const char *who;
    const struct body_value *v; /* by the fields of the action */
};

struct action {
    const char *word;
    enum right right;
    enum action_of of;
    const struct body_field *fields;
    /* What is wrong with the values, whatever they are for, and with which; NULL: nothing can be. */
    enum problem (*check)(const struct api *a, const struct body_value *v, const char **field);
    /* The external command. Not PROBLEM_NONE: why there is none for this one. */
    enum problem (*line)(struct api *a, const struct action_on *on, struct buf *b);
    bool (*fits)(const struct api *a, uint32_t idx); /* there is something to do for it; NULL: always */
    const char *undo;                                /* the action that takes it back; NULL: nothing does */
};

extern const struct shape action_shape, action_undo_shape;
extern const char *const action_words[];    /* of the table, in its order */
extern const char *const action_children[]; /* what becomes of the hosts behind one */
const struct action *action_at(size_t i);
const struct action *action_named(const char *word); /* there is one */
/* The members, but for those that say for which, of the body for POST /api/v1/actions that takes it back. Only where something does. */
void action_undo(struct json *j, const struct action *x, const struct body_value *v);
/* Who sees a part names no downtime out of sight. False: answered. */
bool action_sees_trigger(struct api *a, struct api_request *q, const struct action *x,
                         const struct body_value *v);
bool action_with_services(const struct action *x,
                          const struct body_value *v); /* it is for the services of its hosts, too */

bool action_with_children(const struct action *x,
                          const struct body_value *v); /* and for the hosts behind them */
extern const struct body_field action_body_check[];
extern const struct body_field action_body_acknowledge[];
extern const struct body_field action_body_downtime[];
extern const struct body_field action_body_comment[];
extern const struct body_field action_body_submit[];
extern const struct body_field action_body_cancel[];
extern const struct body_field action_body_delete[];
extern const struct body_field action_body_command[];
void action_check(struct api *a, struct api_request *q);
void action_acknowledge(struct api *a, struct api_request *q);
void action_unacknowledge(struct api *a, struct api_request *q);
void action_downtime(struct api *a, struct api_request *q);
void action_comment(struct api *a, struct api_request *q);
void action_submit(struct api *a, struct api_request *q);
void action_downtime_delete(struct api *a, struct api_request *q);
void action_comment_delete(struct api *a, struct api_request *q);
void action_command(struct api *a, struct api_request *q);
void action_reload(struct api *a, struct api_request *q);
