/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What vigie ctl user, user-group, role, session and token share. */
#include "cmd/ctl_int.h"

/* "NAME: what was done" of an answer, which is taken. */
int ctl_people_say(const struct ctl *c, json_t *answer, int status, const char *name, const char *done_text,
                   const char *more);
/* One change of /api/v1/WHERE/NAME BEHIND, and what to say then. request is taken. */
int ctl_people_change(const struct ctl *c, const char *method, const char *where, const char *name,
                      const char *behind, json_t *request, const char *done_text, const char *more);
int ctl_people_wrong_option(const char *command, const char *option, const char *with);

json_t *ctl_people_names(const char *text); /* "a,b" as a list; "": an empty one */
json_t *ctl_people_scope(const char *text); /* "everything" as null, else its terms */
void ctl_people_add_list(struct ctl_table *t, const json_t *list,
                         const char *none); /* "a,b"; none: of null and of an empty one */
void ctl_people_add_time(struct ctl_table *t, const json_t *o, const char *key);
/* All pages of a list, in one: {key: [...]}. NULL: *status says how to exit. */
json_t *ctl_people_all(const struct ctl *c, const char *path, const char *key, int *status);
/* The members of the one called so, of these keys, with what is given in their place: what a PUT takes. NULL: there is none, which was said. */
json_t *ctl_people_merge(const struct ctl *c, const char *path, const char *key, const char *name_key,
                         const char *name, const char *const *keys, json_t *given, int *status);
