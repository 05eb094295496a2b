/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Worlds made from the records of a laboratory's world, compared with the one that lives. */
#include "lab.h"

struct rebirth_difference {
    const char *what; /* NULL: there is none */
    uint32_t check;
};

/* From all records since the last checkpoint, and from a checkpoint of now; then the journal begins anew with that checkpoint. */
struct rebirth_difference rebirth_compare(struct lab *lab);
