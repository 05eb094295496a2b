/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The handlers of core/excmd.def: each does one thing to one check (or once, check MODEL_NONE). They find their fields from c->first on. */
#include "core/excmd.h"

#define EXCMD(NAME, fields, args, target, handler, param, doc) excmd_f excmd_do_##handler;
#include "core/excmd.def"
#undef EXCMD

/* A restart or an end that was asked for, when its time has come. */
void excmd_program_end(struct world *w);

/* What core/excmd and core/excmd_queue do for each other. Reads a command and asks whether it may come from there; rewritten holds a part of c, and is to be released behind it. */
struct excmd_entry;
int excmd_read(struct world *w, struct excmd *c, const struct excmd_order *o, struct buf *rewritten,
               struct err *err);
/* Logs it and does it, or the first part of it: 0, an error, or EXCMD_LATER. e: NULL: it did not wait. */
int excmd_begin(struct world *w, struct excmd *c, const struct excmd_order *o, struct excmd_entry *e,
                struct err *err);
/* Why a command is refused at which engines ended. */
int excmd_left_out(struct err *err);
/* The input in the record; id: 0, or what its parts are known by. */
void excmd_record(struct world *w, const struct excmd_order *o, uint64_t id);
/* It is done or refused: the log, the history and who asked are told. */
void excmd_over(struct world *w, const struct excmd *c, const struct excmd_order *o, int r, struct err *err);
