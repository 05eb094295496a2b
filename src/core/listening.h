/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Where Vigie listens for others over TCP, and what TLS must stand there: the rules in one place, for what `vigie check` says and for what a start refuses. The page speaks plain HTTP on loopback
 * and TLS everywhere else; Livestatus has a setting for each. Who can be reached by everybody lets in only who shows a certificate. Pure: whether the files can be read is the parent's.
 */
#include "base/err.h"
#include "base/str.h"

enum listening_which { LISTENING_PAGE, LISTENING_LIVESTATUS, LISTENING_COUNT };
/* The order in which they are handed over: with the key, the last of them, the role begins. */
enum listening_file { LISTENING_CERT, LISTENING_CA, LISTENING_CRL, LISTENING_KEY, LISTENING_FILES };

#define LISTENING_PAGE_AT "127.0.0.1:8321" /* if nothing is said */

struct listening { /* borrowed from whoever gave the settings */
    enum listening_which which;
    struct str at; /* ADDR:PORT; empty: it does not listen */
    struct str file[LISTENING_FILES];
    bool tls;
};

const char *listening_setting(enum listening_which which); /* the name of that of its address */
const char *listening_file_setting(enum listening_which which, enum listening_file file);
const char *listening_file_what(enum listening_file file); /* "the key of the certificate" */
/* get: the value of a setting, p NULL if it was not set. */
void listening_read(struct listening *l, enum listening_which which,
                    struct str (*get)(void *user, const char *setting), void *user);
/* *setting: the one whose line is to be changed. */
int listening_check(const struct listening *l, const char **setting, struct err *err);
