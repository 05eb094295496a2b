/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A notification before it is carried out: is anybody to be told, and who? Collects the facts of a world, asks core/notify, and goes through the contacts (of
 * the escalations that count, else the check's own), each with the reason why it is told or not. Changes nothing: core/tell carries out, core/explain only asks.
 */
#include "base/map.h"
#include "base/vec.h"
#include "core/notify.h"
#include "core/world.h"

struct plan_contact {
    uint32_t contact;
    struct state_why why; /* WHY_CONTACT_TOLD, or why not */
};

struct plan {
    uint32_t check;
    enum notify_type type;
    uint32_t options;
    uint32_t number; /* of the notification, as escalations count it */
    bool escalated;
    uint32_t n_told;
    VEC(struct plan_contact) list; /* everybody who was considered, each once */
    struct map place;              /* of a contact in the list, when that is long */
};

void plan_release(struct plan *p);
/* Of the check as a whole: WHY_NONE is yes. */
struct state_why plan_decide(const struct world *w, const struct plan *p);
/* When the end of its last problem may be told: recovery_notification_delay from there; 0: at once. */
int64_t plan_recovery_at(const struct world *w, uint32_t check);
/* Fills list, n_told and escalated. */
void plan_choose(const struct world *w, struct plan *p);
/* When a problem may be told again: the shortest interval of the escalations that count, else the check's own. 0: never. */
int64_t plan_interval(const struct world *w, uint32_t check, uint32_t number);
/* The list as reasons, those who are told first; told: the code for these. */
void plan_put(const struct world *w, const struct plan *p, unsigned topic, enum why_code told,
              struct buf *out);
