/* SPDX-License-Identifier: Apache-2.0 */
/* vigie-export: the role that sends measurements elsewhere. Started by the parent only, where that is configured. */
#include "role/main_roles.h"

#include "base/bug.h"

const struct role_ops *const main_roles[] = {
    &role_export,
};
const size_t main_roles_n = ARRAY_LEN(main_roles);

int main(int argc, char **argv)
{
    return role_main(main_roles, main_roles_n, argc, argv);
}
