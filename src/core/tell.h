/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Carrying notifications out: collects the facts, asks core/notify, chooses contacts (escalations), makes an intent for each, and keeps it until
 * it is answered. An intent is journalled with the change; what was not answered is sent again after a restart: it may come twice, never be lost.
 */
#include "core/notify.h"
#include "core/world.h"

struct tell_by {
    struct str author, comment;
};

/* True if somebody was told. by may be NULL. */
bool tell(struct world *w, uint32_t check, enum notify_type type, uint32_t options, const struct tell_by *by);
/* What was told last, as far as it holds: it may not have arrived. Changes neither numbers nor times of the state. */
void tell_once_more(struct world *w, uint32_t check);
/* Sends the intents that could not be sent yet. */
void tell_pending(struct world *w);
/* The answer for an intent. */
void tell_answer(struct world *w, uint64_t intent, bool ok, struct str error);
/* It could not be handed over: again with the next tell_pending. 0: all of the built-in channels. */
void tell_unsent(struct world *w, uint64_t intent);
/* The wall clock was set: what is to be told again is told as long from now as before. */
void tell_clock_step(struct world *w, int64_t step);
/* A new intent, which is sent if it can be; r has all but its number. */
struct record_notify_intent;
void tell_add(struct world *w, struct record_notify_intent *r);
/* It will not be: said in log and history. check: MODEL_NONE: not known. Of r what it is about, whom it is for and by which way. */
void tell_undelivered(struct world *w, uint32_t check, const struct record_notify_intent *r,
                      struct str error);
/* From a record at start. */
void tell_restore(struct world *w, uint64_t intent, struct str payload);
void tell_forget(struct world *w, uint64_t intent); /* answered, says a record */
bool tell_put_intents(const struct world *w, struct wall at, uint64_t *next, size_t most,
                      struct buf *out); /* as note_put_comments */
void tell_release(struct world *w);
