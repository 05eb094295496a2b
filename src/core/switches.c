/* SPDX-License-Identifier: Apache-2.0 */
#include "core/switches.h"

#include "core/world_in.h"

/* The bits of modified attributes are those of Nagios (include/common.h, MODATTR_*). */
static const struct {
    uint32_t which;
    uint32_t host, service;
} attribute[] = {
    {BOARD_SW_NOTIFICATIONS, 1, 1},
    {BOARD_SW_SERVICE_CHECKS, 0, 2},
    {BOARD_SW_HOST_CHECKS, 2, 0},
    {BOARD_SW_PASSIVE_SERVICE, 0, 4},
    {BOARD_SW_PASSIVE_HOST, 4, 0},
    {BOARD_SW_HANDLERS, 8, 8},
    {BOARD_SW_FLAP, 16, 16},
    {BOARD_SW_PERFDATA, 64, 64},
    {BOARD_SW_OBSESS_SERVICES, 0, 128},
    {BOARD_SW_OBSESS_HOSTS, 128, 0},
    {BOARD_SW_SERVICE_FRESHNESS, 0, 8192},
    {BOARD_SW_HOST_FRESHNESS, 8192, 0},
};

static uint32_t of_file(const struct model_globals *g)
{
    return (g->enable_notifications ? BOARD_SW_NOTIFICATIONS : 0) |
           (g->execute_service_checks ? BOARD_SW_SERVICE_CHECKS : 0) |
           (g->accept_passive_service_checks ? BOARD_SW_PASSIVE_SERVICE : 0) |
           (g->execute_host_checks ? BOARD_SW_HOST_CHECKS : 0) |
           (g->accept_passive_host_checks ? BOARD_SW_PASSIVE_HOST : 0) |
           (g->enable_event_handlers ? BOARD_SW_HANDLERS : 0) |
           (g->obsess_over_services ? BOARD_SW_OBSESS_SERVICES : 0) |
           (g->obsess_over_hosts ? BOARD_SW_OBSESS_HOSTS : 0) |
           (g->check_service_freshness ? BOARD_SW_SERVICE_FRESHNESS : 0) |
           (g->check_host_freshness ? BOARD_SW_HOST_FRESHNESS : 0) |
           (g->enable_flap_detection ? BOARD_SW_FLAP : 0) |
           (g->process_performance_data ? BOARD_SW_PERFDATA : 0) |
           (g->check_external_commands ? BOARD_SW_EXTERNAL_COMMANDS : 0);
}

void switches_set(struct world *w, uint32_t which, bool on)
{
    if (!(w->switches & which) == !on)
        return; /* nothing changes: what the files say stays in force */
    w->switches = on ? w->switches | which : w->switches & ~which;
    for (size_t i = 0; i < ARRAY_LEN(attribute); i++)
        if (attribute[i].which & which) {
            w->modified_host |= attribute[i].host;
            w->modified_service |= attribute[i].service;
        }
    w->program_dirty = w->program_unseen = true;
}

void switches_read(struct world *w, uint32_t stood)
{
    uint32_t moved = 0;

    for (size_t i = 0; i < ARRAY_LEN(attribute); i++)
        if ((w->modified_host & attribute[i].host) || (w->modified_service & attribute[i].service))
            moved |= attribute[i].which;
    w->switches = (of_file(w->m->globals) & ~moved) | (stood & moved);
}
