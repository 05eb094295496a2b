/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The one place that decides whether somebody is told. Pure functions of plain facts: core/tell collects the facts, asks here, and carries it out. The
 * answer is WHY_NONE (go on), or the reason why not.
 */
#include "core/model.h"
#include "core/state.h"
#include "core/why.h"

enum notify_type {
    NOTIFY_PROBLEM,
    NOTIFY_RECOVERY,
    NOTIFY_ACK,
    NOTIFY_FLAP_START,
    NOTIFY_FLAP_STOP,
    NOTIFY_FLAP_DISABLED,
    NOTIFY_DOWNTIME_START,
    NOTIFY_DOWNTIME_END,
    NOTIFY_DOWNTIME_CANCELLED,
    NOTIFY_CUSTOM,
    NOTIFY_TYPES
};
enum notify_option {
    NOTIFY_BROADCAST = 1,
    NOTIFY_FORCED = 2,
    NOTIFY_COUNT = 4,
    NOTIFY_AGAIN = 8 /* it was decided before, and may not have arrived */
};

struct notify_facts {
    enum model_kind kind;
    enum notify_type type;
    uint32_t options; /* enum notify_option */
    uint8_t state;
    bool hard, is_volatile;
    uint32_t attempt, max_attempts;
    bool switched_on, switched_on_global;
    bool in_period;
    uint32_t period;
    uint32_t notify_on, notified_on;
    bool acknowledged, flapping, no_more;
    bool in_downtime, host_in_downtime;
    bool flexible; /* a downtime of it, or of its host, waits for a problem: services only */
    bool host_up;
    uint32_t host;
    uint32_t bad_master; /* a master by which a notification dependency fails; MODEL_NONE */
    uint32_t number;     /* of notifications sent for this problem */
    int64_t first_delay_us, problem_since;
    int64_t recovery_at; /* a recovery is not told before; 0: at once */
    int64_t interval_us, next_notification;
    int64_t now; /* wall */
};

struct notify_contact_facts {
    enum model_kind kind;
    enum notify_type type;
    uint32_t options;
    uint8_t state;
    bool switched_on, in_period;
    uint32_t period;
    uint32_t contact_on, notified_on;
    uint32_t importance, least_importance;
    bool has_command;
};

struct state_why notify_decide(const struct notify_facts *f);
struct state_why notify_decide_contact(const struct notify_contact_facts *f);
const char *notify_type_name(enum notify_type t); /* as in $NOTIFICATIONTYPE$ */
