/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Reason codes (core/why.def) and their words in both languages. The core only ever emits codes with arguments; words are made at the edge.
 */
#include "base/buf.h"
#include "base/time.h"
#include "core/state.h"

enum why_code {
#define WHY(CODE, number, en, fr) WHY_##CODE = number,
#include "core/why.def"
#undef WHY
};
enum why_lang { WHY_EN, WHY_FR };

enum why_of { WHY_OF_CHECK, WHY_OF_PERIOD }; /* what the index of a reason means */

struct state_why why_make(enum why_code code, uint32_t idx, int64_t arg0, int64_t arg1);
const char *why_name(unsigned code); /* "notify_period"; "none" for a code that is not in the table */
bool why_known(unsigned code);
bool why_is_skip(unsigned code); /* a check's turn that came to nothing */
enum why_of why_object_of(unsigned code);
/* Appends the words. object: the name of what idx means, the caller knows the table; zone for moments, NULL: UTC. */
void why_render(struct buf *b, unsigned code, const int64_t arg[2], struct str object, enum why_lang lang,
                const struct time_zone *zone);
/* The words begin with the object's name, so they get no capital letter at the head of a sentence. */
bool why_begins_with_name(unsigned code);
