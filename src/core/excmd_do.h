/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The handlers of core/excmd.def: each does one thing to one check (or once, check MODEL_NONE). They find their fields from c->first on. */
#include "core/excmd.h"

#define EXCMD(NAME, fields, args, target, handler, param, doc) excmd_f excmd_do_##handler;
#include "core/excmd.def"
#undef EXCMD

/* A restart or an end that was asked for, when its time has come. */
void excmd_program_end(struct world *w);
