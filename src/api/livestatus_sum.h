/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Columns that count services: of a host, and of groups. */
#include "api/livestatus_int.h"

enum ls_sum {
    LS_SUM_OK,
    LS_SUM_WARN,
    LS_SUM_CRIT,
    LS_SUM_UNKNOWN,
    LS_SUM_PENDING,
    LS_SUM_ALL,
    LS_SUM_WORST,
    LS_SUM_HARD = 8 /* with one of the above: the last hard state counts */
};
/* Adds a service to the number. */
void livestatus_sum_add(const struct livestatus_world *w, uint32_t service, int sum, struct ls_value *v);
#define LS_SUM_COLUMNS(get)                                                                                  \
    {"num_services", LS_INT, get, LS_SUM_ALL, "services"},                                                   \
        {"num_services_ok", LS_INT, get, LS_SUM_OK, "services that are OK"},                                 \
        {"num_services_warn", LS_INT, get, LS_SUM_WARN, "services that are WARNING"},                        \
        {"num_services_crit", LS_INT, get, LS_SUM_CRIT, "services that are CRITICAL"},                       \
        {"num_services_unknown", LS_INT, get, LS_SUM_UNKNOWN, "services that are UNKNOWN"},                  \
        {"num_services_pending", LS_INT, get, LS_SUM_PENDING, "services not checked yet"},                   \
        {"num_services_hard_ok", LS_INT, get, LS_SUM_HARD | LS_SUM_OK, "their last hard state is OK"},       \
        {"num_services_hard_warn", LS_INT, get, LS_SUM_HARD | LS_SUM_WARN, "it is WARNING"},                 \
        {"num_services_hard_crit", LS_INT, get, LS_SUM_HARD | LS_SUM_CRIT, "it is CRITICAL"},                \
        {"num_services_hard_unknown", LS_INT, get, LS_SUM_HARD | LS_SUM_UNKNOWN, "it is UNKNOWN"},           \
        {"worst_service_state", LS_INT, get, LS_SUM_WORST, "the worst state of the services"},               \
    {                                                                                                        \
        "worst_service_hard_state", LS_INT, get, LS_SUM_HARD | LS_SUM_WORST, "the worst hard state"          \
    }
