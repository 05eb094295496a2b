/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which contacts, contact groups, commands, time periods and severities somebody sees who sees a part of the hosts and services: those that one of these refers to. A check refers to its contacts and
 * contact groups, its check command and event handler, its three time periods, and its severity. Whoever lists, searches, completes or shows such objects asks here, also about what these name themselves: the
 * groups and periods of a contact. What a check in sight is like, its command with arguments and its notes, is told as it is configured.
 * What is asked of one kind is looked through once, when it is first asked.
 */
#include "base/arena.h"
#include "core/model.h"
#include "core/sight.h"

enum eyes_kind { EYES_CONTACT, EYES_CONTACT_GROUP, EYES_COMMAND, EYES_PERIOD, EYES_SEVERITY, EYES_KINDS };

struct eyes {
    const struct model *m;
    const struct sight *sight; /* NULL: everything is seen */
    struct arena *arena;       /* what was looked through lies there */
    const uint8_t *in[EYES_KINDS];
};

/* All borrowed. */
struct eyes eyes_of(const struct model *m, const struct sight *sight, struct arena *arena);
bool eyes_see(struct eyes *e, enum eyes_kind kind, uint32_t at); /* at: index of its table */
