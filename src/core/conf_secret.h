/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What of a configuration is secret by its name: such values go into the secret segment and are masked wherever a configuration is told. Pure. */
#include "base/str.h"

#define CONF_MASK "********"

/* A custom variable (name without the _) that holds a secret: PASSWORD, SNMP_COMMUNITY, TOKEN and the like are parts of its name. */
bool conf_secret_name(struct str name);
/* A directive of an object whose value is one; an address to post to may hold a token. */
bool conf_secret_row(unsigned row);
