/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the words of `vigie journal` share: where the record is, and the options. */
#include "cmd/look.h"
#include "db/journal_read.h"

struct journal_look {
    struct look look;
    const char *kind; /* options */
    uint64_t from, limit;
    bool json, full, verifies;
    char db[4200]; /* the folder of the databases */
    struct journal_list list;
};
