/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"

#include "role/main_roles.h"
#include "cmd/opt.h"
#include "role/parent.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Where a configuration is looked for when none is named. */
static const char *const default_main[] = {"/etc/vigie/vigie.conf"};

static const char *find_default(void)
{
    for (size_t i = 0; i < ARRAY_LEN(default_main); i++) {
        if (access(default_main[i], F_OK) == 0)
            return default_main[i];
    }
    return NULL;
}

/* All roles in one process need the program that links them all; it takes our place, process number included. */
static int exec_all(int argc, char **argv)
{
    char path[4200];
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 16);
    const char **words = mem_calloc((size_t)argc + 2, sizeof(*words));
    char *slash;

    path[MAX(n, (ssize_t)0)] = '\0';
    slash = strrchr(path, '/');
    if (slash) {
        memcpy(slash, "/vigie-all", sizeof("/vigie-all"));
        words[0] = path;
        for (int i = 0; i < argc; i++)
            words[i + 1] = argv[i];
        execv(path, (char *const *)(uintptr_t)words);
    }
    fprintf(stderr, "vigie run: --one-process needs %s, which cannot be executed: %s\n", path,
            strerror(errno));
    mem_free(words);
    return CMD_FAILED;
}

int cmd_run(int argc, char **argv)
{
    struct parent_options po = {0};
    struct opt_list set = {0};
    const struct opt opts[] = {
        {"config", 'c', OPT_STR, "FILE", "The main configuration file: Vigie's own or a nagios.cfg.",
         &po.main_file},
        {"set", 0, OPT_LIST, "NAME=VALUE", "A main-file directive that wins over the file; may be repeated.",
         &set},
        {"one-process", 0, OPT_FLAG, NULL, "All roles in one process, for the debugger: UNSANDBOXED.",
         &po.one_process},
        {"verbose", 'v', OPT_FLAG, NULL, "Say more of what Vigie itself does.", &po.verbose},
    };
    const struct opt_command cmd = {
        .usage = "vigie run [-c FILE] [--set NAME=VALUE]...",
        .about = "Runs Vigie in the foreground until SIGTERM or Ctrl-C. SIGHUP reads the configuration again "
                 "without "
                 "interrupting a check. Without -c, /etc/vigie/vigie.conf is read.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
    };
    struct err err = ERR_INIT;
    size_t n;
    int r = opt_parse(&cmd, argc, argv, &n, &err);

    if (r == OPT_HELP)
        return CMD_OK;
    if (r) {
        fprintf(stderr, "vigie run: %s\n", err.text);
        return CMD_USAGE;
    }
    if (!po.main_file)
        po.main_file = find_default();
    if (!po.main_file) {
        fprintf(stderr, "vigie run: no configuration: write /etc/vigie/vigie.conf, or name one: vigie run -c "
                        "/etc/nagios4/nagios.cfg\n");
        return CMD_USAGE;
    }
    if (po.one_process && main_roles_n == 1)
        return exec_all(argc, argv);
    po.set = set.at;
    po.n_set = set.n;
    r = parent_run(&po);
    VEC_RELEASE(&set);
    return r;
}
