/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A request to the gate as web hands it over, in a world of api_world.h. */
#include "api_world.h"

/* As administrator by token. */
struct api_sent {
    const char *method, *path, *query, *key, *if_match, *if_none_match, *token, *type, *coding;
    struct str body;
    bool person; /* by session, with its X-CSRF */
};

/* The status of the answer; 0: there is none yet. */
int api_send(struct api_world *w, const struct api_sent *s);
