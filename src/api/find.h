/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a search (core/search.h) chooses among the checks: read and prepared once a request or view, then asked of each check. Names of groups, contacts, tags and severities are
 * looked up once: the one that is called so, else all that hold the text; that there is none is said (400), since an empty list would look like good news. Names and
 * other texts of the configuration are compared once for all checks that share them. Regular expressions have a limit for each text, and end the search when they meet it too often.
 */
#include "api/row.h"
#include "core/search.h"

struct find;
/* The search of parameter `field`, in q's arena; NULL for one that chooses everything. False: answered with 400, which names the column and what to write instead. */
bool find_parse(struct api *a, struct api_request *q, const char *field, struct str text, struct find **out);
/* The same search in another arena, for a view that outlives its request. */
struct find *find_keep(struct api *a, const struct find *f, struct arena *to);
bool find_matches(const struct api *a, struct find *f, uint32_t idx, const struct row_brief *b);
/* What time it is for spans of time: when it was parsed, until this is called. */
void find_at(struct find *f, struct wall now);
/* A regular expression was too costly, and what follows was taken for not matching. */
bool find_gave_up(const struct find *f);
/* The search as it was written, without blanks around it; empty for NULL. */
struct str find_text(const struct find *f);
/* Its words parted by blanks, in small letters, when it is nothing but words; false with the term that is more. */
bool find_words(const struct find *f, struct buf *words, const struct search_term **more);
