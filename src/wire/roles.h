/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The roles, once: identity, name on the command line and in what people read. The numbers are part of the message format.
 */
#include "base/str.h"

#define ROLES(X)                                                                                             \
    X(PARENT, "parent")                                                                                      \
    X(CONF, "conf")                                                                                          \
    X(ENGINE, "engine")                                                                                      \
    X(RUNNER, "runner")                                                                                      \
    X(PROBER, "prober")                                                                                      \
    X(NOTIFIER, "notifier")                                                                                  \
    X(STORE, "store")                                                                                        \
    X(READER, "reader")                                                                                      \
    X(GATE, "gate")                                                                                          \
    X(AUTH, "auth")                                                                                          \
    X(WEB, "web")                                                                                            \
    X(LOCAL, "local")                                                                                        \
    X(EXPORT, "export")                                                                                      \
    X(CLIENT, "client") /* a program at the local socket */

enum role_id {
#define X(id, name) ROLE_##id,
    ROLES(X)
#undef X
        ROLE_COUNT
};

#define ROLE_BIT(id) (1u << ROLE_##id)
#define ROLE_BIT_ANY ((1u << ROLE_COUNT) - 1)

static inline const char *role_name(enum role_id id)
{
    static const char *const names[] = {
#define X(id, name) name,
        ROLES(X)
#undef X
    };
    return (unsigned)id < ROLE_COUNT ? names[id] : "?";
}
