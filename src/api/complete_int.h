/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Within api/complete*. */
#include "api/complete.h"
#include "api/eyes.h"
#include "core/search.h"
#include "wire/json.h"

#define COMPLETE_MAX 20u

/* The suggestions so far: each text once. */
struct complete {
    const struct api *a;
    const struct sight *sight; /* of what is not in it nothing is offered */
    struct eyes eyes;          /* of contacts and the like */
    struct json *j;
    bool french;
    struct str typed;       /* what the value, or the key, begins with or holds; in small letters */
    struct str before, end; /* stand around each name: "!host:=", "" */
    size_t n;
    uint32_t seen[COMPLETE_MAX]; /* strings of the configuration that are there already */
    size_t n_seen;
};

/* One suggestion: a name is quoted where it must be. */
void complete_add(struct complete *c, struct str name, bool quote, const char *kind, struct str about);
/* Of the key: those that begin with what was typed, then those that hold it. label: of SEARCH_KEY_LABEL, whose values are meant; p NULL: its names. */
void complete_names(struct complete *c, enum search_key key, struct str label);
