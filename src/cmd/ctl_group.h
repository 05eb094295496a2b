/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What is done to all hosts and services of a group at once. */
#include "cmd/ctl_int.h"

struct ctl_group {
    const char *name;
    bool of_hosts, of_services; /* there is a host group, a service group of that name */
    long long hosts, services;  /* of both together */
};
#define CTL_GROUP_OPTIONS(name, preview)                                                                     \
    {"group",                                                                                                \
     'g',                                                                                                    \
     OPT_STR,                                                                                                \
     "NAME",                                                                                                 \
     "Instead of HOST: all hosts and services of this host group, or services of this service group.",       \
     name},                                                                                                  \
    {                                                                                                        \
        "preview", 0, OPT_FLAG, NULL, "With --group: only say how many hosts and services that are.",        \
            preview                                                                                          \
    }
/* HOST [SERVICE] or --group, and not both; --preview with --group only. False: what to write was said. */
bool ctl_group_or_host(const char *command, const char *group, bool preview, size_t n_operands);
/* False: there is none, which was said with the near one. */
bool ctl_group_find(const struct ctl *c, const char *name, struct ctl_group *g, int *status);
/* "group web: 4 hosts and 20 services acknowledged", or with preview that they would be. */
int ctl_group_say(const struct ctl *c, const char *name, long long hosts, long long services,
                  const char *done_text, bool preview);
/* One action (POST /api/v1/actions) for the group. request: its own members; is taken. */
struct ctl_group_act {
    const char *action, *done_text;
    json_t *request;
};
int ctl_group_act(const struct ctl *c, const char *name, const struct ctl_group_act *act, bool preview);
