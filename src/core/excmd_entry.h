/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The entries of the queue of external commands, and whom they concern: the inside of core/excmd_queue, which alone uses it. Pointers hold until the next entry is entered, taken out or popped. */
#include "core/excmd_queue.h"

/* The first one; the queue is not empty. */
struct excmd_entry *excmd_entry_front(struct world *w);
/* NULL: there is none of that number. */
struct excmd_entry *excmd_entry_find(struct world *w, uint64_t id);
/* A number for a new one; it rises over all lives of the engine. */
uint64_t excmd_entry_new_id(struct world *w);
/* One that is not in the queue, with copies of the texts; it is entered, or released. */
struct excmd_entry excmd_entry_make(struct world *w, uint64_t id, struct str line, struct str who,
                                    uint64_t source);
/* In the order of their numbers; takes what it owns. A new one is the last. */
struct excmd_entry *excmd_entry_enter(struct world *w, const struct excmd_entry *made);
struct excmd_entry *excmd_entry_add(struct world *w, uint64_t id, struct str line, struct str who,
                                    uint64_t source);
void excmd_entry_release(struct world *w, struct excmd_entry *e); /* what it owns */
void excmd_entry_pop(struct world *w);
void excmd_entry_forget(struct world *w, const struct excmd_entry *e); /* takes it out, wherever it stands */
void excmd_entry_reset(struct world *w);                               /* all were taken out */
void excmd_entry_counted(struct world *w); /* how many there are may have changed: it is shown */

/* One thing to do less (-1) or more (1) to that check. */
void excmd_entry_concern(struct world *w, uint64_t check, int by);
/* e waits (1) or no longer does (-1). */
void excmd_entry_count(struct world *w, const struct excmd_entry *e, int by);

/* Borrowed from e. */
struct str excmd_entry_line(const struct excmd_entry *e);
struct str excmd_entry_who(const struct excmd_entry *e);
/* Of the line of the command file; 0: it is none. By it the parent knows a file of commands that it has opened already, so it outlives the engine. */
uint64_t excmd_entry_number(const struct excmd_entry *e);
/* FLUSH_PENDING_COMMANDS came behind it while it waited. */
bool excmd_entry_is_flushed(const struct world *w, const struct excmd_entry *e);
