/* SPDX-License-Identifier: Apache-2.0 */
/* The rights table: what each role may do once its sandbox is closed. Tests (tests/unit/test_rights.c) and docs/RIGHTS.md are made from it. */
#include "role/rights.h"

#include "base/log.h"
#include "role/role.h"

#include <stdio.h>
#include <string.h>

static const struct rights_row rows[] = {
    {ROLE_CONF,
     SANDBOX_FILES | SANDBOX_MEMFD,
     true,
     {"/"},
     {NULL},
     "read configuration, make memory segments",
     "network, exec, write"},
    {ROLE_ENGINE,
     SANDBOX_MEMFD,
     true,
     {NULL},
     {NULL},
     "messages, its memory, the clock",
     "files, network, exec"},
    {ROLE_RUNNER,
     SANDBOX_SPAWN,
     false,
     {NULL},
     {NULL},
     "execute plugins under their own user",
     "mount, ptrace, bpf, keyctl, namespaces, Vigie's state folders"},
    {ROLE_PROBER, SANDBOX_NET_CONNECT, true, {NULL}, {NULL}, "sockets, CAP_NET_RAW", "exec, files"},
    {ROLE_NOTIFIER,
     SANDBOX_NET_CONNECT,
     true,
     {NULL},
     {NULL},
     "outbound connections",
     "exec, files, listening"},
    {ROLE_STORE,
     SANDBOX_FILES | SANDBOX_MEMFD,
     true,
     {NULL},
     {"journal", "snapshots", "db", "audit"},
     "its folders of the state folder",
     "exec, network, other files"},
    {ROLE_READER,
     SANDBOX_FILES,
     true,
     {"audit"},
     {"db"},
     "the projections' folder (SQLite's shared index needs write), the audit record, public snapshot",
     "exec, network, other files"},
    {ROLE_GATE, 0, true, {NULL}, {NULL}, "board and public snapshot, messages", "files, network, exec, SQL"},
    {ROLE_AUTH, SANDBOX_FILES, true, {NULL}, {"auth"}, "its folder of secrets", "exec, network, other files"},
    {ROLE_WEB,
     SANDBOX_NET_ACCEPT,
     true,
     {NULL},
     {NULL},
     "accept on the inherited listener",
     "open, socket, connect, exec"},
    {ROLE_LOCAL,
     SANDBOX_NET_ACCEPT,
     true,
     {NULL},
     {NULL},
     "accept on inherited sockets, the command file, result files that the parent opened",
     "open, socket, connect, exec"},
    {ROLE_EXPORT,
     SANDBOX_FILES | SANDBOX_NET_CONNECT,
     true,
     {"journal"},
     {"export"},
     "read the journal, remember how far it is, outbound connections",
     "exec, other files, listening"},
};

const struct rights_row *rights_row_at(size_t i)
{
    return i < ARRAY_LEN(rows) ? &rows[i] : NULL;
}

const struct rights_row *rights_row(enum role_id id)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].role == id)
            return &rows[i];
    }
    return NULL;
}

static void add_path(struct sandbox_rules *rules, const char *state_dir, const char *path, bool write,
                     char *room, size_t size)
{
    if (!path)
        return;
    BUG_ON(rules->n_paths == SANDBOX_PATHS_MAX);
    if (path[0] == '/')
        snprintf(room, size, "%s", path);
    else
        snprintf(room, size, "%s/%s", state_dir, path);
    rules->paths[rules->n_paths++] = (struct sandbox_path){room, write};
}

int rights_enter(enum role_id id, struct role *r, struct err *err)
{
    const struct rights_row *row = rights_row(id);
    struct sandbox_rules rules = {0};
    struct sandbox_level level;
    char room[SANDBOX_PATHS_MAX][4200];
    int code;

    BUG_ON(!row);
    rules.calls = row->calls;
    rules.landlock = row->landlock;
    for (size_t i = 0; i < ARRAY_LEN(row->read); i++)
        add_path(&rules, r->state_dir, row->read[i], false, room[rules.n_paths], sizeof(room[0]));
    for (size_t i = 0; i < ARRAY_LEN(row->write); i++)
        add_path(&rules, r->state_dir, row->write[i], true, room[rules.n_paths], sizeof(room[0]));
    code = sandbox_enter(&rules, &level, err);
    r->landlock = level.landlock;
    if (code == 0)
        log_debug("sandbox: seccomp %d, no_new_privs %d, Landlock ABI %d", level.seccomp, level.no_new_privs,
                  level.landlock);
    return code;
}
