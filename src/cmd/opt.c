/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/opt.h"

#include "base/buf.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

enum { MARGIN = 80 };

static void head_of(const struct opt *o, struct buf *b)
{
    if (o->letter)
        buf_printf(b, "  -%c, ", o->letter);
    else
        buf_add_c(b, "      ");
    buf_printf(b, "--%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
}

/* Words up to the right margin, further lines below the first one. Line ends of the text stay. */
static void print_wrapped(const char *text, size_t indent)
{
    size_t at = indent;

    for (const char *p = text; *p;) {
        size_t n = strcspn(p, " \n");

        if (at > indent && at + 1 + n > MARGIN) {
            printf("\n%*s", (int)indent, "");
            at = indent;
        }
        printf("%s%.*s", at > indent ? " " : "", (int)n, p);
        at += n + (at > indent);
        p += n;
        if (*p == '\n') {
            printf("\n%*s", p[1] == '\n' ? 0 : (int)indent, "");
            at = indent;
        }
        p += *p != '\0';
    }
    printf("\n");
}

void opt_help(const struct opt_command *cmd)
{
    struct buf line = BUF_INIT;
    size_t width = 12;

    for (size_t i = 0; i < cmd->n; i++) {
        buf_clear(&line);
        head_of(&cmd->opts[i], &line);
        width = MAX(width, line.len);
    }
    printf("Usage: %s\n\n", cmd->usage);
    print_wrapped(cmd->about, 0);
    printf("\nOptions:\n");
    for (size_t i = 0; i < cmd->n; i++) {
        buf_clear(&line);
        head_of(&cmd->opts[i], &line);
        printf("%-*s  ", (int)width, line.data);
        print_wrapped(cmd->opts[i].help, width + 2);
    }
    printf("%-*s  %s\n", (int)width, "  -h, --help", "This text.");
    buf_release(&line);
}

static int bad(struct err *err, const struct opt_command *cmd, const char *what, struct str name,
               const char *more)
{
    size_t words = 0;

    /* The words of the command itself: before the first option or operand. */
    while (cmd->usage[words] >= 'a' && cmd->usage[words] <= 'z' &&
           !memchr(cmd->usage + words, '|', strcspn(cmd->usage + words, " "))) {
        words += strcspn(cmd->usage + words, " ");
        words += strspn(cmd->usage + words, " ");
    }
    while (words && cmd->usage[words - 1] == ' ')
        words--;
    return err_set(err, E_INVAL, "%s " STR_FMT "%s; see %.*s --help", what, STR_ARG(name), more, (int)words,
                   cmd->usage);
}

static int store(const struct opt_command *cmd, const struct opt *o, char *value, struct err *err)
{
    struct opt_list *list = o->target;
    char named[48];

    snprintf(named, sizeof(named), "--%s", o->name);
    switch (o->kind) {
    case OPT_FLAG: *(bool *)o->target = true; return 0;
    case OPT_STR: *(const char **)o->target = value; return 0;
    case OPT_LIST: *VEC_ADD(list) = value; return 0;
    case OPT_U64:
        if (str_to_u64(str_of(value), o->target))
            return 0;
        return bad(err, cmd, "a whole number is needed behind", str_of(named), "");
    case OPT_TIME:
        if (time_parse_duration(str_of(value), o->target))
            return 0;
        return bad(err, cmd, "a duration such as 90s, 30m, 2h or 7d is needed behind", str_of(named), "");
    }
    BUG("option kind");
}

static const struct opt *find(const struct opt_command *cmd, struct str name, char letter)
{
    for (size_t i = 0; i < cmd->n; i++) {
        if (letter ? cmd->opts[i].letter == letter : str_eq_c(name, cmd->opts[i].name))
            return &cmd->opts[i];
    }
    return NULL;
}

static int unknown(const struct opt_command *cmd, struct str word, struct str name, struct err *err)
{
    char hint[128] = "";

    for (size_t i = 0; i < cmd->n; i++) {
        unsigned d = str_distance(name, str_of(cmd->opts[i].name), 2);

        if (d <= 2 && d * 2 <= name.n)
            snprintf(hint, sizeof(hint), " (did you mean --%s?)", cmd->opts[i].name);
    }
    return bad(err, cmd, "unknown option", word, hint);
}

/* One word that begins with '-'. *i stands on it and is moved over its value. */
static int take(const struct opt_command *cmd, int argc, char **argv, int *i, struct err *err)
{
    char *word = argv[*i];
    bool is_long = word[1] == '-';
    struct str rest = str_of(is_long ? word + 2 : word + 1);
    struct str name = is_long ? str_cut(&rest, '=') : str_sub(rest, 0, 1);
    char *value = NULL;
    const struct opt *o;

    if (is_long ? str_eq_c(name, "help") : str_eq_c(name, "h")) {
        opt_help(cmd);
        return OPT_HELP;
    }
    o = find(cmd, name, is_long ? 0 : name.p[0]);
    if (!o)
        return unknown(cmd, str_of(word), name, err);
    if (is_long ? rest.p != NULL : rest.n > 1)
        value = word + (is_long ? 3 + name.n : 2);
    if (o->kind == OPT_FLAG && value)
        return bad(err, cmd, "no value is allowed for option", str_of(word), "");
    if (o->kind != OPT_FLAG && !value) {
        if (*i + 1 >= argc)
            return bad(err, cmd, "a value is needed behind option", str_of(word), "");
        value = argv[++*i];
    }
    return store(cmd, o, value, err);
}

int opt_parse(const struct opt_command *cmd, int argc, char **argv, size_t *n_operands, struct err *err)
{
    size_t n = 0;
    bool only_operands = false;

    for (int i = 1; i < argc; i++) {
        if (!only_operands && strcmp(argv[i], "--") == 0) {
            only_operands = true;
        } else if (!only_operands && argv[i][0] == '-' && argv[i][1]) {
            int r = take(cmd, argc, argv, &i, err);

            if (r)
                return r;
        } else {
            argv[n++] = argv[i];
        }
    }
    *n_operands = n;
    if (n < cmd->operands_min)
        return bad(err, cmd, "missing:", str_of(cmd->operands), "");
    if (n > cmd->operands_max)
        return bad(err, cmd, "too much:", str_of(argv[cmd->operands_max]), "");
    return 0;
}
