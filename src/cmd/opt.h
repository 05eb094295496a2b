/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Command-line options as a table: parsing, the --help text and the errors come from it. Options and operands may be mixed; "--" ends the options;
 * --name=value, --name value, -nvalue and -n value are the same. -h and --help are always there.
 */
#include "base/err.h"
#include "base/vec.h"

enum opt_kind {
    OPT_FLAG, /* *(bool *)target = true */
    OPT_STR,  /* *(const char **)target = value; given twice: the last */
    OPT_LIST, /* added to *(struct opt_list *)target */
    OPT_U64,  /* *(uint64_t *)target */
    OPT_TIME, /* a duration ("30m", "2h", "7d"): *(int64_t *)target in microseconds */
};

struct opt_list {
    const char **at;
    size_t n, cap;
};

struct opt {
    const char *name; /* long name without "--" */
    char letter;      /* 0: none */
    enum opt_kind kind;
    const char *arg;  /* what the value is, for the help: "FILE"; NULL for flags */
    const char *help; /* one sentence */
    void *target;
};

struct opt_command {
    const char *usage; /* "vigie run [-c MAIN] [options]" */
    const char *about; /* a paragraph or two */
    const struct opt *opts;
    size_t n;
    size_t operands_min, operands_max;
    const char *operands; /* "HOST [SERVICE]" for the error text; NULL when there are none */
};

enum { OPT_HELP = 1 };

/* 0: parsed, operands are in argv[0..*n_operands-1] (argv is permuted; argv[0] of the call is not looked at). OPT_HELP: the help was asked for and printed
 * on stdout. E_INVAL: err says what is wrong and names the help. */
int opt_parse(const struct opt_command *cmd, int argc, char **argv, size_t *n_operands, struct err *err);
void opt_help(const struct opt_command *cmd);
