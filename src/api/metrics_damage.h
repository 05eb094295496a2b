/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What store found damaged on disk, and what is lost (message DAMAGE): in /metrics, in the status, and among its warnings. What auth says of the users' file (message USERS) is among these, too.
 */
#include "api/shape.h"
#include "base/buf.h"
#include "wire/json.h"
#include "wire/msg.h"

enum { API_DAMAGES = 32 }; /* more are left out */

struct api_damage {
    size_t n;
    struct {
        uint64_t kind; /* core/damage.h */
        char file[64]; /* that is kept; empty: there is none */
        uint64_t lost, first, last;
        bool unknown;
        int64_t from_us, until_us, before_us;
    } at[API_DAMAGES];
    char users[40]; /* where the users' file is damaged; empty: it is whole */
};

/* False: there is no such kind. */
bool metrics_damage_take(struct api_damage *d, const struct msg_damage *m);
void metrics_damage_put(struct buf *b, const struct api_damage *d);
/* The member "damage" of the status. */
void metrics_damage_status(struct json *j, const struct api_damage *d);
/* warn is called for each. */
void metrics_damage_warnings(struct json *j, const struct api_damage *d,
                             void (*warn)(struct json *j, const char *code, const char *en, const char *fr));
extern const struct shape metrics_damage_shape;
