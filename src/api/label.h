/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Severities and tags of hosts and services, as Centreon Engine's configuration has them: in answers, and as parameters of lists. */
#include "api/api.h"
#include "wire/json.h"

#define LABEL_LEVELS_MAX 16u

/* NULL: it has none. */
const struct model_severity *label_severity(const struct model *m, uint32_t idx);
/* "severity":{"name","level","icon"}, where there is one; icon is the number of its picture in Centreon's database, and left out without one. */
void label_severity_member(const struct model *m, uint32_t idx, struct json *j);
/* "tags":[{"name","kind"}], kind: hostgroup, servicegroup, hostcategory, servicecategory. */
void label_tags_member(const struct model *m, uint32_t idx, struct json *j);

struct label_choice {
    uint32_t level[LABEL_LEVELS_MAX]; /* one of these */
    size_t n_levels;                  /* 0: any */
    struct str tag;                   /* a name; p NULL: any */
    const uint8_t *tags;              /* by index of model_tag: 1 is of that name; in the request's arena */
};

/* severity_level (numbers, by commas) and tag. False: answered with 400. */
bool label_parse(struct api *a, struct api_request *q, struct label_choice *c);
/* A copy that lives in that arena. */
/* Which tags something in sight has (1 each, by index): the others are not there. */
void label_seen(const struct model *m, const struct sight *sight, uint8_t *seen);
struct label_choice label_keep(const struct model *m, const struct label_choice *c, struct arena *to);
bool label_matches(const struct model *m, const struct label_choice *c, uint32_t idx);
/* The choice as text, appended; nothing for one that chooses nothing. */
void label_key(const struct label_choice *c, struct buf *out);
extern const struct shape label_severity_shape, label_tag_shape;
