/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The frame of commands that look into one folder of a state folder, of a running Vigie too, and change nothing there: `vigie journal`, `vigie series`. The command brings its options, its words
 * (the one operand) and what each of them does; finding and opening the folder, help, errors and the exit status are the same for all.
 */
#include "cmd/opt.h"
#include "cmd/state_dir.h"
#include "db/journal_io.h"

struct look {
    const char *config, *state; /* of -c and --state: put LOOK_OPTIONS into the table of options */
    /* Of the folder, once it is open: */
    struct journal_dir dir;
    struct journal_io io;
    char path[4200];
};

#define LOOK_OPTIONS(look, whose)                                                                            \
    {"config",       'c', OPT_STR, "MAIN", "The main configuration file of the Vigie whose " whose ".",      \
     &(look)->config},                                                                                       \
    {                                                                                                        \
        "state", 0, OPT_STR, "DIR", STATE_DIR_HELP, &(look)->state                                           \
    }

struct look_word {
    const char *name;
    int (*run)(void *self, struct err *err); /* 0, or E_* with a text */
};

struct look_command {
    const char *name;   /* "journal": of 'vigie journal', for errors */
    const char *folder; /* in the state folder */
    struct opt_command opt;
    const struct look_word *words;
    size_t n_words;
    void *self; /* the command's own, given to the following */
    struct look *look;
    bool (*check)(
        void *self,
        const char *word); /* do the options fit the word? False: it has said what is wrong. NULL: any does */
    int (*open)(void *self, struct err *err); /* look is open */
    void (*close)(void *self);                /* after open, whatever that said */
};

/* Opens a folder for reading; what to do about it if that fails is said. A descriptor, or E_*. */
int look_open(const char *path, struct err *err);
/* Returns the exit status. */
int look_main(const struct look_command *c, int argc, char **argv);
