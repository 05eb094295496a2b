/* SPDX-License-Identifier: Apache-2.0 */
/* vigie ctl: asks and commands a running Vigie over its local socket. */
#include "cmd/ctl_int.h"

#include "cmd/state_dir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name, *about;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"status", "how Vigie itself is: roles, rights, journal, load", ctl_status},
    {"list", "hosts and services with their states", ctl_list},
    {"show", "one host or service, whole", ctl_show},
    {"why", "why it is as it is: state, checks, who was told and who was not", ctl_why},
    {"check-now", "check a host or service at once", ctl_check_now},
    {"ack", "acknowledge a problem, or take that back", ctl_ack},
    {"downtime", "plan, list or cancel downtimes", ctl_downtime},
    {"comment", "add, list or delete comments", ctl_comment},
    {"submit", "hand in a passive result", ctl_submit},
    {"command", "give an external command in Nagios' format", ctl_command},
    {"log", "what happened, newest last", ctl_log},
    {"history", "what happened to a host, service or group, by time, kind and text", ctl_history},
    {"availability", "how much of the time a host, service or group was up", ctl_availability},
    {"reload", "read the configuration again", ctl_reload},
    {"rename", "say that something is called otherwise after a reload", ctl_rename},
    {"role", "what who has it may do: list, add, change, delete", ctl_role},
    {"session", "who is signed in: list, end", ctl_session},
    {"token", "make, list or delete API tokens", ctl_token},
    {"user", "the people who may sign in: list, add, change, delete, password, role, totp-off", ctl_user},
    {"user-group", "groups of users: list, add, change, delete", ctl_user_group},
};

static void usage(FILE *to)
{
    fprintf(to, "Usage: vigie ctl COMMAND [-c MAIN | --state DIR] [options]\n\nAsks and commands a running "
                "Vigie.\n\nCommands:\n");
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        fprintf(to, "  %-12s %s\n", commands[i].name, commands[i].about);
    fprintf(to, "\nHOST [SERVICE] may be written HOST/SERVICE, too.\n"
                "Without -c and --state, the Vigie of /etc/vigie/vigie.conf is asked. 'vigie ctl COMMAND "
                "--help' says more.\n");
}

int cmd_ctl(int argc, char **argv)
{
    const char *near = NULL;
    unsigned nearest = 0;

    if (argc < 2) {
        usage(stderr);
        return CMD_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        usage(stdout);
        return CMD_OK;
    }
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    }
    fprintf(stderr, "vigie ctl: unknown command '%s'", argv[1]);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        unsigned d = str_distance(str_of(argv[1]), str_of(commands[i].name), 2);

        if (d <= 2 && d * 2 <= strlen(argv[1]) && (!near || d < nearest)) {
            near = commands[i].name;
            nearest = d;
        }
    }
    if (near)
        fprintf(stderr, "; did you mean '%s'?", near);
    fprintf(stderr, " (vigie ctl --help names all)\n");
    return CMD_USAGE;
}

static bool find_socket(struct ctl *c)
{
    struct err err = ERR_INIT;
    char dir[4096];

    if (state_dir_find(c->config, c->state, dir, sizeof(dir), &err) < 0) {
        fprintf(stderr, "vigie ctl: %s\n", err.text);
        return false;
    }
    snprintf(c->socket, sizeof(c->socket), "%s/run/ctl.sock", dir);
    return true;
}

int ctl_format(const char *output, struct err *err)
{
    if (!output || strcmp(output, "json") == 0 || strcmp(output, "text") == 0)
        return 0;
    if (strcmp(output, "csv") == 0)
        return err_set(err, E_INVAL, "-o takes text or json; list, history and availability have --csv");
    return err_set(err, E_INVAL, "-o takes text or json, not '%s'", output);
}

int ctl_begin(struct ctl *c, const struct opt_command *cmd, int argc, char **argv, size_t *n_operands,
              bool *done)
{
    struct err err = ERR_INIT;
    const char *name = argv[0]; /* before the operands take its place */
    int r = opt_parse(cmd, argc, argv, n_operands, &err);

    *done = r != 0;
    if (r == OPT_HELP)
        return CMD_OK;
    if (r == 0)
        r = ctl_format(c->output, &err);
    if (r == 0 && c->state && c->config)
        r = err_set(&err, E_INVAL, "give -c or --state, not both");
    *done = r != 0;
    if (r) {
        fprintf(stderr, "vigie ctl %s: %s\n", name, err.text);
        return CMD_USAGE;
    }
    c->json = c->output && strcmp(c->output, "json") == 0;
    c->colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    *done = !find_socket(c);
    return *done ? CMD_FAILED : CMD_OK;
}
