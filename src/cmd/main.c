/* SPDX-License-Identifier: Apache-2.0 */
/* vigie: the sub-commands, and the one role (conf) that is started from this executable. */
#include "build_id.h"
#include "cmd/cmd.h"
#include "role/main_roles.h"
#include "base/str.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *about;
    int (*run)(int argc, char **argv);
    int failed; /* the exit status where its answer could not be written; CMD_OK: whatever it was */
} commands[] = {
    {"run", "watch, in the foreground", cmd_run, CMD_OK},
    {"check", "judge a configuration: every error and warning with its place", cmd_check, CMD_FAILED},
    {"config", "what a configuration means: show, list, diff, graph", cmd_config, CMD_FAILED},
    {"ctl", "ask and command a running Vigie", cmd_ctl, CMD_FAILED},
    {"journal", "look into the record on disk: verify, dump, stats", cmd_journal, CMD_FAILED},
    {"audit-log", "look into the audit record: verify, export", cmd_audit, CMD_FAILED},
    {"series", "look into the series store on disk: verify, dump", cmd_series, CMD_FAILED},
    {"replay", "what came in once more, with another configuration, and what would differ", cmd_replay,
     CMD_USAGE},
    {"simulate", "a written timeline in virtual time, and what would be logged and told", cmd_simulate,
     CMD_USAGE},
    {"backup", "save the state folder into a file", cmd_beside, CMD_FAILED},
    {"restore", "make a state folder again from a backup", cmd_beside, CMD_FAILED},
    {"import", "take over what PNP4Nagios, Nagiosgraph or Centreon measured", cmd_beside, CMD_FAILED},
};

static void usage(FILE *to)
{
    fprintf(to, "Usage: vigie COMMAND [options]\n\nVigie watches hosts and services and tells people what "
                "matters.\n\nCommands:\n");
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        fprintf(to, "  %-9s %s\n", commands[i].name, commands[i].about);
    fprintf(to, "\n'vigie COMMAND --help' says more; 'vigie --version' names this build; the manual page is "
                "vigie(1).\n");
}

static int unknown(const char *word)
{
    fprintf(stderr, "vigie: unknown command '%s'", word);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (str_distance(str_of(word), str_of(commands[i].name), 2) <= 2)
            fprintf(stderr, "; did you mean '%s'?", commands[i].name);
    }
    fprintf(stderr, " (vigie --help names all)\n");
    return CMD_USAGE;
}

int main(int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "-x") == 0)
        return role_main(main_roles, main_roles_n, argc, argv);
    if (argc < 2) {
        usage(stderr);
        return CMD_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        usage(stdout);
        return cmd_end("help", CMD_OK, CMD_FAILED);
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "version") == 0) {
        printf("vigie %s (%s)\n", BUILD_VERSION, BUILD_REVISION);
        return cmd_end("version", CMD_OK, CMD_FAILED);
    }
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            int status = commands[i].run(argc - 1, argv + 1);

            return commands[i].failed ? cmd_end(commands[i].name, status, commands[i].failed) : status;
        }
    }
    return unknown(argv[1]);
}
