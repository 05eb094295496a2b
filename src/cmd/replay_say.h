/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a replay found, as text or JSON: rows are made as they come and kept until the end, at most `most` of each kind. */
#include "base/buf.h"
#include "core/replay.h"
#include "wire/json.h"

struct replay_rows {
    struct buf text;
    struct json json;
    uint64_t n; /* all, also those that are not kept */
};

struct replay_say {
    void *owner;
    bool as_json;
    size_t most;
    struct replay_rows notices, events, states; /* notifications; other events; states at the end */
    uint64_t inner;                             /* states that differ in nothing that is told */
    struct buf head;
    struct model_zone_view zone; /* for moments in reasons: that of the configuration */
};

void replay_say_init(struct replay_say *s, bool as_json, size_t most);
void replay_say_release(struct replay_say *s);
void replay_say_event(void *say, const struct replay_event *e);
void replay_say_state(void *say, const struct replay_state *x);
void replay_say_end(struct replay_say *s, const struct replay_stats *n, int64_t took_us, uint64_t given_up);
/* To standard output; the exit status. */
int replay_say_print(struct replay_say *s);
