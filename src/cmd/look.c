/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/look.h"

#include "cmd/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int cannot_open(const char *path, int e, struct err *err)
{
    const char *hint = e == EACCES ? ": call as root or as the user that Vigie runs as"
                       : e == ENOENT || e == ENOTDIR
                           ? ": is it this state folder that you mean? Name it with "
                             "-c MAIN or --state DIR"
                           : "";

    return err_set(err, err_from_errno(e), "cannot open %s: %s%s", path, strerror(e), hint);
}

int look_open(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd < 0 ? cannot_open(path, errno, err) : fd;
}

static int open_folder(const struct look_command *c, struct err *err)
{
    struct look *l = c->look;
    char dir[4096];
    int r = state_dir_find(l->config, l->state, dir, sizeof(dir), err);

    if (r < 0)
        return r;
    snprintf(l->path, sizeof(l->path), "%s/%s", dir, c->folder);
    l->dir.fd = look_open(l->path, err);
    if (l->dir.fd < 0)
        return l->dir.fd;
    journal_io_dir(&l->io, &l->dir);
    return 0;
}

static int run_word(const struct look_command *c, const struct look_word *word)
{
    struct err err = ERR_INIT;
    int r = open_folder(c, &err);

    if (r == 0) {
        r = c->open(c->self, &err);
        if (r == 0)
            r = word->run(c->self, &err);
        c->close(c->self);
        close(c->look->dir.fd);
    }
    if (err.text[0])
        fprintf(stderr, "vigie %s: %s\n", c->name, err.text);
    return r < 0 ? CMD_FAILED : CMD_OK;
}

static int unknown(const struct look_command *c, const char *word)
{
    fprintf(stderr, "vigie %s: unknown command '%s':", c->name, word);
    for (size_t i = 0; i < c->n_words; i++)
        fprintf(stderr, "%s %s", i == 0 ? "" : i + 1 < c->n_words ? "," : " or", c->words[i].name);
    fprintf(stderr, "\n");
    return CMD_USAGE;
}

int look_main(const struct look_command *c, int argc, char **argv)
{
    struct err err = ERR_INIT;
    size_t n;
    int r = opt_parse(&c->opt, argc, argv, &n, &err);

    if (r == OPT_HELP)
        return CMD_OK;
    if (r < 0) {
        fprintf(stderr, "vigie %s: %s\n", c->name, err.text);
        return CMD_USAGE;
    }
    if (c->check && !c->check(c->self, argv[0]))
        return CMD_USAGE;
    for (size_t i = 0; i < c->n_words; i++)
        if (strcmp(argv[0], c->words[i].name) == 0)
            return run_word(c, &c->words[i]);
    return unknown(c, argv[0]);
}
