/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the built-in channels say: subject and text for mail, one JSON object for webhooks. */
#include "core/expand.h"

struct message {
    struct buf subject, body, json;
};

void message_make(struct world *w, const struct expand_of *of, struct message *out);
void message_release(struct message *m);
