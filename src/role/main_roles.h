/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The roles that this executable can be: defined once in each main_NAME.c, read by main and by the parent in one process. */
#include "role/role.h"

extern const struct role_ops *const main_roles[];
extern const size_t main_roles_n;
