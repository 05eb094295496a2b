/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/beside.h"

#include "base/bug.h"
#include "cmd/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int beside_exec(const char *name, const char *why, int argc, char **argv)
{
    char path[4200] = "";
    ssize_t n = readlink("/proc/self/exe", path, 4096);
    const char **words = mem_calloc((size_t)argc + 2, sizeof(*words));
    char *slash;

    path[MAX(n, (ssize_t)0)] = '\0';
    slash = strrchr(path, '/');
    if (slash) {
        snprintf(slash + 1, sizeof(path) - (size_t)(slash + 1 - path), "%s", name);
        words[0] = path;
        for (int i = 0; i < argc; i++)
            words[i + 1] = argv[i];
        execv(path, (char *const *)(uintptr_t)words);
    }
    fprintf(stderr, "vigie %s: %s needs %s, which cannot be executed: %s\n", argv[0], why, path,
            strerror(errno));
    mem_free(words);
    return CMD_FAILED;
}

int cmd_beside(int argc, char **argv)
{
    return beside_exec(strcmp(argv[0], "import") == 0 ? "vigie-import" : "vigie-backup", "this", argc, argv);
}
