/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A check in the words of the API: its state, its row in lists and streams. One place, so that list, panel and stream never
 * differ.
 */
#include "api/api.h"
#include "wire/json.h"

enum row_state { /* in the order of what needs attention, the worst last */
                 ROW_OK,
                 ROW_UP,
                 ROW_PENDING,
                 ROW_UNKNOWN,
                 ROW_WARNING,
                 ROW_UNREACHABLE,
                 ROW_CRITICAL,
                 ROW_DOWN,
                 ROW_STATES,
};

/* Of the fields that are needed to filter and count; every one is read on its own, without the record's lock. */
struct row_brief {
    enum row_state state;
    bool problem, handled; /* handled: acknowledged, or in downtime itself or by its host */
};

/* How many downtimes of its host are in effect, which are a service's as well; 0 of a host. */
uint32_t row_host_downtime(const struct api *a, uint32_t idx);
enum row_state row_state_of(bool host, uint32_t flags, unsigned state);
const char *row_state_word(enum row_state s);
bool row_state_parse(struct str word, enum row_state *out);
struct row_brief row_brief(const struct api *a, uint32_t idx);
/* The record in place, for passes over all checks: read single fields only. */
const struct board_check *row_in_place(const struct api *a, uint32_t idx);

/* The output in place, for searching: it may change while it is read, and is then found at the next look. Within bounds whatever happens. */
struct str row_output_in_place(const struct api *a, uint32_t idx);

/* The row for who has this sight: of a host that is seen only as the host of its services there is the name alone. scratch holds the texts. */
void row_write(const struct api *a, const struct sight *sight, uint32_t idx, struct json *j,
               struct buf *scratch);
void row_members(const struct api *a, const struct sight *sight, uint32_t idx, const struct board_check *c,
                 const struct board_text *t, struct json *j); /* without braces */
extern const char *const row_state_words[]; /* in the order of enum row_state, ended by NULL */
extern const struct shape row_shape;
