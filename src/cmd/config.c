/* SPDX-License-Identifier: Apache-2.0 */
/* vigie config: what a configuration means, where its values come from, how two differ. Reads files only; no running Vigie is asked. */
#include "cmd/config.h"

#include "cmd/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ERRORS_MOST = 20 };

/* As `vigie check` says them. */
static void say_errors(const struct conf *c, const char *path)
{
    unsigned n = conf_count(c).errors, said = 0;
    struct buf b = BUF_INIT;

    for (size_t i = 0; i < conf_n_diags(c) && said < ERRORS_MOST; i++) {
        if (conf_diag_at(c, i)->severity != CONF_ERROR)
            continue;
        conf_diag_text(c, conf_diag_at(c, i), &b);
        buf_add_char(&b, '\n');
        said++;
    }
    buf_printf(&b, "vigie config: %s is refused: %u error%s", path, n, n == 1 ? "" : "s");
    if (n > said)
        buf_printf(&b, ", of which %u are shown here; 'vigie check %s' shows all", said, path);
    fprintf(stderr, "%s\n", b.data);
    buf_release(&b);
}

bool config_load(const struct config_options *o, const char *path, struct loaded *l)
{
    path = path ? path : o->config ? o->config : load_default();
    if (!path) {
        fprintf(stderr, "vigie config: name a main file: -c /etc/nagios4/nagios.cfg\n");
        return false;
    }
    if (access(path, R_OK) < 0) {
        fprintf(stderr, "vigie config: cannot read %s: %s\n", path, strerror(errno));
        return false;
    }
    load_config(l, path, &o->set);
    if (!conf_ok(l->c))
        say_errors(l->c, path);
    return true;
}

bool config_type(const char *word, enum conf_type *type)
{
    const char *near;

    if (conf_type_find(str_of(word), type))
        return true;
    near = conf_type_near(str_of(word));
    fprintf(stderr, "vigie config: there are no objects of type '%s'", word);
    if (*near)
        fprintf(stderr, "; did you mean '%s'?\n", near);
    else
        fprintf(stderr, "; write host, service, hostgroup, servicegroup, contact, contactgroup, command, "
                        "timeperiod or main\n");
    return false;
}

int config_print(struct buf *out, int status)
{
    if (out->len)
        fwrite(out->data, 1, out->len, stdout);
    buf_release(out);
    return status;
}

static const struct word {
    const char *name;
    int (*run)(const struct config_options *o, char **words, size_t n);
    size_t least, most;
    const char *operands;
} words[] = {
    {"show", config_show, 1, 3, "show TYPE NAME [SERVICE], or show main"},
    {"list", config_list, 0, 1, "list [TYPE]"},
    {"diff", config_diff, 2, 2, "diff A B"},
    {"graph", config_graph, 0, 1, "graph [MAIN]"},
};

static int wrong(const struct err *err)
{
    fprintf(stderr, "vigie config: %s\n", err->text);
    return CMD_USAGE;
}

static int run(struct config_options *o, char **argv, size_t n)
{
    struct err err = ERR_INIT;

    if (o->output && strcmp(o->output, "json") != 0 && strcmp(o->output, "text") != 0)
        err_set(&err, E_INVAL, "the output format '%s' does not exist; write text or json", o->output);
    o->json = o->output && strcmp(o->output, "json") == 0;
    if (o->show_secrets && geteuid() != 0)
        err_set(&err, E_PERM, "--show-secrets is for root only; without it, secrets are told as ********");
    if (err.code)
        return wrong(&err);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (strcmp(argv[0], words[i].name) != 0)
            continue;
        if (n - 1 >= words[i].least && n - 1 <= words[i].most)
            return words[i].run(o, argv + 1, n - 1);
        err_set(&err, E_INVAL, "write: vigie config %s", words[i].operands);
        return wrong(&err);
    }
    err_set(&err, E_INVAL, "unknown command '%s'; write show, list, diff or graph", argv[0]);
    return wrong(&err);
}

int cmd_config(int argc, char **argv)
{
    struct config_options o = {.config = NULL};
    const struct opt opts[] = {
        {"config", 'c', OPT_STR, "MAIN", "The main file (show, list, graph).", &o.config},
        {"origin", 0, OPT_FLAG, NULL,
         "show: where each value comes from: file:line, and through which templates.", &o.origin},
        {"output", 'o', OPT_STR, "FORMAT", "text (default) or json.", &o.output},
        {"show-secrets", 0, OPT_FLAG, NULL, "Tell secrets as they are, for root; else they are ********.",
         &o.show_secrets},
        {"set", 0, OPT_LIST, "NAME=VALUE", "A main-file directive that wins over the file; may be repeated.",
         &o.set},
    };
    const struct opt_command cmd = {
        .usage = "vigie config show [-c MAIN] TYPE NAME [SERVICE] [--origin]\n"
                 "       vigie config list [-c MAIN] [TYPE]\n"
                 "       vigie config diff A B\n"
                 "       vigie config graph [MAIN]",
        .about =
            "What a configuration means, from its files; no running Vigie is asked.\n"
            "show: the values of an object that count, with templates applied and defaults filled in. NAME "
            "may be a template; a service is HOST SERVICE, and so are escalations and dependencies, which "
            "have no name of their own; 'show main' tells the main file.\n"
            "list: the objects, all or of a type.\n"
            "diff: what differs in effect between the main files A and B, however they say it; exit status 0 "
            "if nothing does, 1 if something, 2 if one of them cannot be read.\n"
            "graph: parents and dependencies, for dot(1) of Graphviz.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_min = 1,
        .operands_max = 4,
        .operands = "show|list|diff|graph",
    };
    struct err err = ERR_INIT;
    size_t n = 0;
    int r = opt_parse(&cmd, argc, argv, &n, &err);

    if (r < 0)
        r = wrong(&err);
    else
        r = r == OPT_HELP ? CMD_OK : run(&o, argv, n);
    VEC_RELEASE(&o.set);
    return r;
}
