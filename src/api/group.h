/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Host groups and service groups: as parameters of lists, found by name with "did you mean", and GET /api/v1/groups, which names them all. */
#include "api/near.h"

/* Of a host group its hosts and all their services, of a service group its services. */
struct group_choice {
    struct str group, servicegroup; /* names, by commas; p NULL: any */
    const uint64_t *in;             /* a bit for each check, by index; NULL: any */
    size_t words;                   /* of it */
};

/* Is one of its members in sight, or of a host group a service of one? A group of which nothing is seen is not there. */
bool group_seen(const struct model *m, const struct model_group *g, bool of_hosts, const struct sight *sight);
/* near_try of the names of all service groups, and with host_groups of all host groups, of which something is in sight. */
void group_near(const struct model *m, const struct sight *sight, bool host_groups, struct near *near);
/* group (either kind) and servicegroup: in one of each. False: answered with 400, which names the group that is nearest. */
bool group_parse(struct api *a, struct api_request *q, struct group_choice *c);
/* A copy that lives in that arena. */
struct group_choice group_keep(const struct group_choice *c, struct arena *to);
static inline bool group_matches(const struct group_choice *c, uint32_t idx)
{
    return !c->in || (c->in[idx / 64] >> (idx % 64) & 1);
}
/* The choice as text, appended; nothing for one that chooses nothing. */
void group_key(const struct group_choice *c, struct buf *out);

extern const char *const group_query[];
void group_list(struct api *a, struct api_request *q);
extern const struct shape group_list_shape;
