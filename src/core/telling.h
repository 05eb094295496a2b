/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Telling the contacts of one notification. Those of one that is for many, and of whatever follows about the same check, are told in parts, one with each tick of the world, between which checks, results
 * and other notifications go on; how much a part is depends on what came out of it, never on a clock. What is said of the check and its host is what was so when it was decided.
 *
 * All of it stands in the record: whom there is to tell (TELLING), each part (TELLING_PART). A part and its intents are one step and fit into one message to the store, so an engine that is started
 * again goes on with the rest and tells nobody twice; a replay does the same parts at the same moments. Contacts are known by their names: a contact that a reload takes away is told before it, one that
 * is not there after a start is told no more, and the log says so.
 */
#include "base/vec.h"
#include "core/expand.h"

struct telling;
struct telling_expected {
    uint64_t oid, type;
    uint64_t id; /* 0: any; with another configuration they have other numbers */
};
struct telling_queue {
    VEC(struct telling *) all; /* the first is under way */
    size_t bytes;              /* of their texts */
    VEC(struct telling_expected) expected;
};

/* One contact, by all ways that it is told by, the last command first as in Nagios. of: all but the contact. */
void telling_contact(struct world *w, struct expand_of *of, uint32_t contact);
/* $NOTIFICATIONRECIPIENTS$ of packed names. */
void telling_recipients(struct str names, struct buf *out);
/* Are those of a notification that has so many intents to be told in parts? If not, those of the check that wait are told before. */
bool telling_in_parts(struct world *w, const struct expand_of *of, size_t intents);
/* In parts, from the next tick on: to these, each of them packed (record_pack_word). What is so now stays what is said. */
void telling_begin(struct world *w, const struct expand_of *of, struct str names);
/* The next part. False: there was none. */
bool telling_step(struct world *w);
bool telling_wants(const struct world *w); /* would it do anything? */
/* Is one of that check under way, or does one wait? */
bool telling_waits(const struct world *w, uint64_t oid);

/* From the record, when it is loaded. */
struct record_telling;
struct record_telling_part;
void telling_restore(struct world *w, const struct record_telling *r);
void telling_restore_part(struct world *w, const struct record_telling_part *r);
void telling_after_load(struct world *w);
bool telling_put_all(const struct world *w, struct wall at, uint64_t *next, size_t most,
                     struct buf *out); /* as note_put_comments */
/* Another configuration: before, who is not in it is told, and who is to be told of what is not; to: the new index by the old one. */
void telling_before_carry(struct world *w, const struct model *next, const uint32_t *to);
void telling_carry(struct world *w, const uint32_t *to);
void telling_release(struct world *w);

/* From the record, when it is done again: the notifications of this moment that were told in parts, given before it; then a part. same: it has the numbers that it had. */
void telling_expect(struct world *w, const struct record_telling *r, bool same);
void telling_expect_none(struct world *w);
void telling_part_again(struct world *w, const struct record_telling_part *r);
