/* SPDX-License-Identifier: Apache-2.0 */
/* The one role that the program vigie itself can be. */
#include "role/main_roles.h"

#include "base/bug.h"

const struct role_ops *const main_roles[] = {
    &role_conf,
};
const size_t main_roles_n = ARRAY_LEN(main_roles);
