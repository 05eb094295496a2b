/* SPDX-License-Identifier: Apache-2.0 */
/* vigie check: what a configuration says, and what is wrong with it. */
#include "cmd/cmd.h"

#include "base/vec.h"
#include "cmd/load.h"
#include "cmd/opt.h"
#include "core/model.h"
#include "core/model_build.h"
#include "core/precache.h"
#include "wire/json.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct check {
    const char *config, *output, *precache;
    bool strict;
    struct opt_list set;
};

struct ranks {
    VEC(uint32_t) v;
};

static void text_diags(const struct conf *c, struct buf *out)
{
    for (size_t i = 0; i < conf_n_diags(c); i++) {
        conf_diag_text(c, conf_diag_at(c, i), out);
        buf_add_char(out, '\n');
    }
    if (conf_n_notices(c))
        buf_add_c(out, "\nRead, but not yet acted on:\n");
    for (size_t i = 0; i < conf_n_notices(c); i++) {
        const struct conf_notice *n = conf_notice_at(c, i);

        buf_printf(out, "  %-18s %-32s %s", n->object, n->directive,
                   n->line ? conf_file_path(c, n->file) : "--set");
        if (n->line)
            buf_printf(out, ":%u", n->line);
        if (n->count > 1)
            buf_printf(out, ", %u times", n->count);
        buf_add_char(out, '\n');
    }
    if (conf_n_diags(c) || conf_n_notices(c))
        buf_add_char(out, '\n');
}

/* Ranks of the commands in use that need a shell, each once. */
static void shell_commands(const struct conf *c, struct ranks *out)
{
    const struct model_build *b = conf_tables(c);
    bool *seen = mem_calloc(b->command.n + 1, sizeof(*seen));
    struct model m;

    model_build_view(b, &m);
    for (uint32_t i = 0; i < m.n_line; i++) {
        const struct model_line *l = model_line(&m, i);

        if (!l->shell || seen[l->command])
            continue;
        seen[l->command] = true;
        *VEC_ADD(&out->v) = l->command;
    }
    mem_free(seen);
}

static const char *command_name(const struct conf *c, uint32_t rank)
{
    struct model m;

    model_build_view(conf_tables(c), &m);
    return model_c(&m, model_command(&m, rank)->name);
}

static void text_shells(const struct conf *c, struct buf *out)
{
    struct ranks r = {.v = {0}};

    shell_commands(c, &r);
    if (r.v.n)
        buf_printf(out, "%zu command%s in use need%s a shell, which more than doubles what each run costs: ",
                   r.v.n, r.v.n == 1 ? "" : "s", r.v.n == 1 ? "s" : "");
    for (size_t i = 0; i < r.v.n && i < 20; i++)
        buf_printf(out, "%s%s", i ? ", " : "", command_name(c, r.v.at[i]));
    if (r.v.n > 20)
        buf_printf(out, " and %zu more", r.v.n - 20);
    if (r.v.n)
        buf_add_char(out, '\n');
    VEC_RELEASE(&r.v);
}

/* A secret among the words of a running command can be read by every user of the machine. */
static unsigned exposed_commands(const struct conf *c)
{
    bool *seen = mem_calloc(conf_tables(c)->command.n + 1, sizeof(*seen));
    unsigned n = 0;

    for (size_t i = 0; i < conf_n_exposed(c); i++) {
        n += !seen[conf_exposed_at(c, i)->rank];
        seen[conf_exposed_at(c, i)->rank] = true;
    }
    mem_free(seen);
    return n;
}

static void text_exposed(const struct conf *c, struct buf *out)
{
    size_t n = conf_n_exposed(c);
    unsigned commands = exposed_commands(c);

    if (n)
        buf_printf(
            out,
            "%u command%s a secret on the command line, where every user of this machine can read it (ps):\n",
            commands, commands == 1 ? " puts" : "s put");
    for (size_t i = 0; i < n && i < 20; i++) {
        const struct conf_exposed *e = conf_exposed_at(c, i);
        uint32_t file, line;

        conf_command_place(c, e->rank, &file, &line);
        buf_printf(out, "  %-24.*s %-28.*s %s:%u, %u use%s\n", STR_ARG(e->command), STR_ARG(e->macro),
                   conf_file_path(c, file), line, e->uses, e->uses == 1 ? "" : "s");
    }
    if (n > 20)
        buf_printf(out, "  and %zu more; -o json tells all\n", n - 20);
}

struct counted {
    unsigned n;
    const char *one;
};

static void add_counts(struct buf *out, const struct counted *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct str one = str_of(at[i].one);
        bool y = str_ends(one, STR("y"));

        buf_printf(out, "%s%u " STR_FMT "%s", i ? ", " : "", at[i].n,
                   STR_ARG(str_sub(one, 0, at[i].n != 1 && y ? one.n - 1 : one.n)),
                   at[i].n == 1 ? ""
                   : y          ? "ies"
                                : "s");
    }
    buf_add_char(out, '\n');
}

/* Warnings alone refuse only a strict reader. */
static bool accepted(const struct check *k, const struct conf *c)
{
    return conf_ok(c) && !(k->strict && conf_count(c).warnings);
}

static void text_summary(const struct check *k, const struct conf *c, struct buf *out)
{
    const char *path = k->config;
    struct conf_counts n = conf_count(c);

    if (!n.files) {
        buf_printf(out, "%s: refused, nothing could be read\n", path);
        return;
    }
    add_counts(out,
               (const struct counted[]){{n.hosts, "host"},
                                        {n.services, "service"},
                                        {n.contacts, "contact"},
                                        {n.commands, "command"},
                                        {n.periods, "time period"}},
               5);
    add_counts(out,
               (const struct counted[]){{n.host_groups, "host group"},
                                        {n.service_groups, "service group"},
                                        {n.contact_groups, "contact group"},
                                        {n.dependencies, "dependency"},
                                        {n.escalations, "escalation"}},
               5);
    text_shells(c, out);
    text_exposed(c, out);
    if (accepted(k, c))
        buf_printf(out, "%s: accepted, %u warning%s (%u file%s read)\n", path, n.warnings,
                   n.warnings == 1 ? "" : "s", n.files, n.files == 1 ? "" : "s");
    else
        buf_printf(out, "%s: refused, %u error%s, %u warning%s%s\n", path, n.errors, n.errors == 1 ? "" : "s",
                   n.warnings, n.warnings == 1 ? "" : "s",
                   n.errors ? "" : "; without --strict it is accepted");
}

static void json_place(struct json *j, const struct conf *c, uint32_t file, uint32_t line, uint32_t column)
{
    if (!*conf_file_path(c, file))
        return; /* of no file: of --set, or of the whole */
    json_key_c(j, "file", conf_file_path(c, file));
    if (line)
        json_key_u64(j, "line", line);
    if (column)
        json_key_u64(j, "column", column);
}

static void json_diags(struct json *j, const struct conf *c)
{
    json_key(j, "messages");
    json_list(j);
    for (size_t i = 0; i < conf_n_diags(c); i++) {
        const struct conf_diag *d = conf_diag_at(c, i);

        json_map(j);
        json_key_c(j, "severity", d->severity == CONF_ERROR ? "error" : "warning");
        json_place(j, c, d->file, d->line, d->column);
        json_key_c(j, "text", d->text);
        json_map_end(j);
    }
    json_list_end(j);
    json_key(j, "not_yet");
    json_list(j);
    for (size_t i = 0; i < conf_n_notices(c); i++) {
        const struct conf_notice *n = conf_notice_at(c, i);

        json_map(j);
        json_key_c(j, "object", n->object);
        json_key_c(j, "directive", n->directive);
        json_place(j, c, n->file, n->line, 0);
        json_key_u64(j, "count", n->count);
        json_map_end(j);
    }
    json_list_end(j);
}

static void json_commands(struct json *j, const struct conf *c)
{
    struct ranks r = {.v = {0}};
    uint32_t file, line;

    shell_commands(c, &r);
    json_key(j, "shell_commands");
    json_list(j);
    for (size_t i = 0; i < r.v.n; i++) {
        json_map(j);
        json_key_c(j, "command", command_name(c, r.v.at[i]));
        conf_command_place(c, r.v.at[i], &file, &line);
        json_place(j, c, file, line, 0);
        json_map_end(j);
    }
    json_list_end(j);
    VEC_RELEASE(&r.v);
    json_key(j, "exposed_secrets");
    json_list(j);
    for (size_t i = 0; i < conf_n_exposed(c); i++) {
        const struct conf_exposed *e = conf_exposed_at(c, i);

        json_map(j);
        json_key_str(j, "command", e->command);
        json_key_str(j, "macro", e->macro);
        conf_command_place(c, e->rank, &file, &line);
        json_place(j, c, file, line, 0);
        json_key_u64(j, "uses", e->uses);
        json_map_end(j);
    }
    json_list_end(j);
}

static void json_report(const struct check *k, const struct conf *c, struct buf *out)
{
    struct conf_counts n = conf_count(c);
    const struct {
        const char *name;
        uint32_t n;
    } counts[] = {
        {"hosts", n.hosts},
        {"services", n.services},
        {"host_groups", n.host_groups},
        {"service_groups", n.service_groups},
        {"contacts", n.contacts},
        {"contact_groups", n.contact_groups},
        {"commands", n.commands},
        {"time_periods", n.periods},
        {"dependencies", n.dependencies},
        {"escalations", n.escalations},
        {"files", n.files},
    };
    struct json j;

    json_init(&j, out);
    json_map(&j);
    json_key_c(&j, "verdict", accepted(k, c) ? "accepted" : "refused");
    json_key_c(&j, "mode", conf_is_native(c) ? "native" : "nagios");
    json_key_u64(&j, "errors", n.errors);
    json_key_u64(&j, "warnings", n.warnings);
    json_key(&j, "counts");
    json_map(&j);
    for (size_t i = 0; i < ARRAY_LEN(counts); i++)
        json_key_u64(&j, counts[i].name, counts[i].n);
    json_map_end(&j);
    json_diags(&j, c);
    json_commands(&j, c);
    json_map_end(&j);
    buf_add_char(out, '\n');
}

/* Is it one of the files that the configuration was read from? */
static bool was_read(const struct conf *c, const char *path)
{
    struct stat out, st;

    if (stat(path, &out) < 0)
        return false;
    for (uint32_t i = 0; i < conf_count(c).files; i++)
        if (stat(conf_file_path(c, i), &st) == 0 && st.st_dev == out.st_dev && st.st_ino == out.st_ino)
            return true;
    return false;
}

static int write_precache(const struct conf *c, const char *path)
{
    struct buf out = BUF_INIT;
    int fd, r = CMD_OK;
    size_t done = 0;

    if (was_read(c, path)) {
        fprintf(stderr,
                "vigie check: %s is a file of this configuration: name another for --precache; nothing was "
                "written\n",
                path);
        return CMD_FAILED;
    }
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        fprintf(stderr, "vigie check: cannot write %s: %m\n", path);
        return CMD_FAILED;
    }
    precache_write(conf_tables(c), &out);
    while (done < out.len) {
        ssize_t n = write(fd, out.data + done, out.len - done);

        if (n < 0) {
            fprintf(stderr, "vigie check: cannot write %s: %m\n", path);
            r = CMD_FAILED;
            break;
        }
        done += (size_t)n;
    }
    close(fd);
    buf_release(&out);
    return r;
}

static int run(const struct check *k)
{
    struct buf out = BUF_INIT;
    struct loaded l;
    const struct conf *c;
    int r;

    load_config(&l, k->config, &k->set);
    c = l.c;
    r = accepted(k, c) ? CMD_OK : CMD_FAILED;
    if (k->output && strcmp(k->output, "json") == 0) {
        json_report(k, c, &out);
    } else {
        text_diags(c, &out);
        text_summary(k, c, &out);
    }
    fwrite(out.data, 1, out.len, stdout);
    if (r == CMD_OK && k->precache)
        r = write_precache(c, k->precache);
    load_release(&l);
    buf_release(&out);
    return r;
}

int cmd_check(int argc, char **argv)
{
    struct check k = {.config = NULL};
    const struct opt opts[] = {
        {"config", 'c', OPT_STR, "FILE", "The main file; the same as the operand.", &k.config},
        {"output", 'o', OPT_STR, "FORMAT", "text (default) or json.", &k.output},
        {"precache", 0, OPT_STR, "OUT",
         "Also write the resolved objects in the Nagios format to OUT (mode 0600).", &k.precache},
        {"strict", 0, OPT_FLAG, NULL, "Refuse also what has warnings only.", &k.strict},
        {"set", 0, OPT_LIST, "NAME=VALUE", "A main-file directive that wins over the file; may be repeated.",
         &k.set},
    };
    const struct opt_command cmd = {
        .usage = "vigie check [-o json] [--strict] [--precache OUT] FILE",
        .about =
            "Reads a configuration, Vigie's own or a nagios.cfg, and says in one pass all that is wrong with "
            "it, each with "
            "its place and what to write instead; then what it contains, and a verdict. Nothing is started.\n"
            "Exit status: 0 accepted (warnings are counted), 1 refused, 2 wrong use.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_min = 0,
        .operands_max = 1,
        .operands = "FILE",
    };
    struct err err = ERR_INIT;
    size_t n = 0;
    int r = opt_parse(&cmd, argc, argv, &n, &err);

    if (r == OPT_HELP)
        return CMD_OK;
    if (r == 0 && n == 1)
        k.config = argv[0];
    if (r == 0 && k.output && strcmp(k.output, "json") != 0 && strcmp(k.output, "text") != 0)
        r = err_set(&err, E_INVAL, "the output format '%s' does not exist; write text or json", k.output);
    if (r == 0 && !k.config)
        k.config = load_default();
    if (r == 0 && !k.config)
        r = err_set(&err, E_INVAL, "name a main file: vigie check /etc/nagios4/nagios.cfg");
    if (r < 0)
        fprintf(stderr, "vigie check: %s\n", err.text);
    r = r < 0 ? CMD_USAGE : run(&k);
    VEC_RELEASE(&k.set);
    return r;
}
