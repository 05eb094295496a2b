/* SPDX-License-Identifier: Apache-2.0 */
/* vigie-all: every role, for --one-process. */
#include "role/tls_take.h"
#include "role/main_roles.h"

#include "base/bug.h"

const struct tls_library *const role_tls = &tls_openssl;

const struct role_ops *const main_roles[] = {
    &role_conf,   &role_engine, &role_runner, &role_prober, &role_notifier, &role_store,
    &role_reader, &role_gate,   &role_auth,   &role_web,    &role_local,    &role_export,
};
const size_t main_roles_n = ARRAY_LEN(main_roles);
