/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Which series a question means: by id, resource, host, service, group, kind, label and words, in the order of names; and how a series is called outside. */
#include "db/series_ask.h"

struct series_pick {
    const struct past_name *name;
    uint32_t id; /* in the reader's store */
};
struct series_picks {
    struct series_pick *at;
    size_t n, cap;
};

/* All of the question's series that exist in [from, to). 1: answered by a problem (no such host or group); 0; E_*. */
int series_pick(struct series_ask *q, int64_t from_us, int64_t to_us, struct series_picks *out);

/* The series of one object, appended to *out, if it is seen and `is` says so. */
void series_pick_object(struct series_ask *q, const struct past_name *name,
                        bool (*is)(void *user, const struct past_name *name, const struct series_key *k),
                        void *user, struct series_picks *out);

/* "281474976710657-1-rta": number of the object, kind of unit, label with ~HH. Reading: the label is unescaped into b. */
void series_pick_id(struct buf *b, const struct series_key *k);
bool series_pick_parse(struct str id, struct buf *b, struct series_key *k);
/* In base units: "s", "B" ...; "" where there is none, or only the plugin knows it. */
const char *series_pick_unit(unsigned unit);
/* "id":...,"resource":...,"kind":...,"host":...,"service":...,"label":... */
void series_pick_members(struct json *j, const struct past_name *name, const struct series_key *k);
