/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What outlives the engine: the world as absolute records, and back. Attributes changed by command win over the configuration only where they
 * were changed; everything else comes from the files.
 */
#include "core/world.h"

void retain_state(struct world *w, uint32_t check);
/* A state as it is now, as the payload of its STATE, and back: out is the caller's (state_release), and only for reading. What cannot be read back is as it is now. */
struct buf;
struct state;
void retain_freeze(const struct world *w, uint32_t check, struct buf *payload);
void retain_thaw(struct world *w, uint32_t check, struct str payload, uint32_t downtimes, struct state *out);
void retain_program(struct world *w);
void retain_contacts(struct world *w); /* those that changed */
int retain_load(struct world *w, struct str records);
/* One contact, for core/retain.c: from its record; what does not stay goes. */
struct record_contact;
void retain_load_contact(struct world *w, const struct record_contact *r);
void retain_settle_contact(struct world *w, uint32_t contact);
/* Everything is loaded, or the configuration is another one: what of program and contacts does not stay goes, and acknowledgements of checks whose nonstatus information is not retained. */
void retain_settle(struct world *w);
/* A check as the configuration says, before anything is known of it. */
void retain_fresh(struct world *w, uint32_t check);
/* Reasons that were kept, or carried over, name what they are about by its place in this configuration. */
void retain_reasons(struct world *w);
void retain_reasons_of(struct world *w, uint32_t check);
/* Takes over what is retained from old (of before a reload): owns its text afterwards. True: the configuration changed something of it. */
bool retain_carry(struct world *w, uint32_t check, struct state *old);
/* For a checkpoint (core/checkpoint.c): from *next on, an index, until out has so many bytes. True: those were all. */
bool retain_put_program(const struct world *w, struct wall at, uint64_t *next, size_t most, struct buf *out);
bool retain_put_states(const struct world *w, struct wall at, uint64_t *next, size_t most, struct buf *out);
bool retain_put_contacts(const struct world *w, struct wall at, uint64_t *next, size_t most, struct buf *out);
