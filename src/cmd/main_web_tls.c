/* SPDX-License-Identifier: Apache-2.0 */
/* vigie-web-tls: web with TLS, started in the place of vigie-web where the page has it. Started by the parent only. */
#include "role/main_roles.h"
#include "role/tls_take.h"

#include "base/bug.h"

const struct tls_library *const role_tls = &tls_openssl;

const struct role_ops *const main_roles[] = {
    &role_web,
};
const size_t main_roles_n = ARRAY_LEN(main_roles);

int main(int argc, char **argv)
{
    return role_main(main_roles, main_roles_n, argc, argv);
}
