/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A configuration for a command that looks at it: read as the caller, with --set. */
#include "cmd/opt.h"
#include "core/conf.h"

struct loaded {
    struct conf *c;
    VEC(struct str) sets;
};

/* Always succeeds; what is wrong stands in the configuration's findings. path and set outlive it. */
void load_config(struct loaded *l, const char *path, const struct opt_list *set);
void load_release(struct loaded *l);
/* The main file where none is named: /etc/vigie/vigie.conf if it is there, else NULL. */
const char *load_default(void);
