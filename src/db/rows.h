/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* An answer of rows, handed out as JSON arrays behind each other, each of about HISTORY_CHUNK bytes. */
#include "wire/json.h"

/* The whole error of a question that took longer than LIMIT_READER_US: who passes it on knows it by this. */
#define ROWS_TOO_LONG                                                                                        \
    "the question took longer than 30 s and was given up: ask for a shorter time, or for fewer hosts and "   \
    "services"

struct rows {
    void (*piece)(void *user, struct str json);
    void *user;
    struct buf out;
    struct json j; /* a row is written here */
    size_t n;
};

void rows_begin(struct rows *r, void (*piece)(void *user, struct str json), void *user);
void rows_next(struct rows *r); /* behind each row */
void rows_end(struct rows *r);  /* hands out the rest */
void rows_release(struct rows *r);
