/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What was found damaged on disk, as store tells gate (message DAMAGE). The numbers are part of it. */

enum damage_kind { /* the databases first, in the order of role/store_damage.c */
                   DAMAGE_HISTORY,
                   DAMAGE_OBJECTS,
                   DAMAGE_STATES,
                   DAMAGE_BOUNDS,
                   DAMAGE_DATABASES,
                   DAMAGE_JOURNAL = DAMAGE_DATABASES,
                   DAMAGE_COUNT,
};
