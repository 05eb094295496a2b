/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"

#include "base/limits.h"
#include "cmd/beside.h"
#include "cmd/opt.h"
#include "role/main_roles.h"
#include "role/parent.h"

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
    size_t n, bytes = 0;
    int r = opt_parse(&cmd, argc, argv, &n, &err);

    if (r == OPT_HELP)
        return CMD_OK;
    if (r) {
        fprintf(stderr, "vigie run: %s\n", err.text);
        return CMD_USAGE;
    }
    for (size_t i = 0; i < set.n; i++)
        bytes += strlen(set.at[i]) + 1;
    if (set.n > LIMIT_CONF_OPTIONS || bytes > LIMIT_CONF_OPTIONS_BYTES) {
        fprintf(stderr,
                "vigie run: --set is given %zu times with %zu bytes; at most %u times and %u bytes together: "
                "write "
                "them into the main file\n",
                set.n, bytes, LIMIT_CONF_OPTIONS, LIMIT_CONF_OPTIONS_BYTES);
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
        return beside_exec("vigie-all", "--one-process", argc, argv); /* it links all roles */
    po.set = set.at;
    po.n_set = set.n;
    r = parent_run(&po);
    VEC_RELEASE(&set);
    return r;
}
