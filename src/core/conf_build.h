/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The second half of reading, shared by the files that fill the snapshot's tables; nobody else includes it. Done by conf_load too, because this is where the last
 * mistakes show; conf_build only writes the bytes.
 */
#include "core/conf_list.h"
#include "core/macro.h"
#include "core/model_build.h"

/* conf_value.c */
/* false: not a whole decimal number; the leading part is still read */
bool conf_decimal(struct str text, int64_t *millionths);
bool conf_whole(struct str text, int64_t *millionths); /* the same, where 1e3 is a 1 with text behind it */
/* The next letter or word of a list of options, which commas or blanks part; false at the end. */
bool conf_next_option(struct str *rest, struct str *name);
/* Says what no option list, or no state, may say. */
void conf_check_letters(struct conf *c, const struct conf_object *o, uint32_t prop);
/* Fills the fields of record (a struct of model.h) that the table of directives names; flag bits into *flags. */
/* What a row comes to; 0: nobody says it. */
int64_t conf_number(struct conf *c, const struct conf_object *o, unsigned row);
void conf_fill(struct conf *c, const struct conf_object *o, void *record, uint32_t *flags);

/* conf_build*.c, in this order */
void conf_build_globals(struct conf *c);
void conf_build_zone(struct conf *c);
void conf_build_periods(struct conf *c);
void conf_build_commands(struct conf *c);
void conf_build_contacts(struct conf *c);
void conf_build_labels(struct conf *c); /* conf_label.c: severities and tags */
void conf_build_checks(struct conf *c);
void conf_check_idents(struct conf *c); /* conf_ident.c */
void conf_build_groups(struct conf *c);
void conf_build_relations(struct conf *c); /* parents, dependencies, escalations */
void conf_check_circles(struct conf *c);   /* conf_circle.c */
void conf_build_lines(struct conf *c);
void conf_build_origins(struct conf *c); /* core/origin.h */
void conf_build_rest(struct conf *c);    /* options, notices */
void conf_verify(struct conf *c);        /* what no single object shows */

/* conf_resolve.c: does this line count as one that is not there? */
bool conf_takes_back(const struct conf *c, const struct conf_prop *p);

/* conf_label.c: what a host or service names by number; one that is not there is said. As model_extra has them. */
uint32_t conf_label_severity(struct conf *c, const struct conf_object *o, unsigned row);
struct model_list conf_label_tags(struct conf *c, const struct conf_object *o, unsigned groups,
                                  unsigned categories);

/* conf_zone.c: the zone that a row names (said when there is none of that name); MODEL_NONE: none. And the period of this name as it is read in it; one that says a zone of its own
   keeps it. */
uint32_t conf_zone_said(struct conf *c, const struct conf_object *o, unsigned row);
uint32_t conf_zone_period(struct conf *c, uint32_t zone, uint32_t period);

/* conf_line.c: compiles one use ("cmd!arg") of a command; MODEL_NONE when it must not run. open_host: macros of the host and service are left for the run time. */
struct conf_liner *conf_liner_new(struct conf *c);
void conf_liner_free(struct conf_liner *l);
uint32_t conf_line(struct conf_liner *l, uint32_t command, struct str use_text,
                   const struct macro_scope_of *of, bool open_host);

/* The same of a text of the main file, which is written and never run: the offset of the coded text (expand_text). \t, \n and \r in it are what they name. */
uint32_t conf_line_template(struct conf_liner *l, struct str text, struct conf_place at);

bool conf_shell_is_off(const struct conf *c); /* vigie_shell */
/* conf_line.c: is the value of $USERn$ anything but a path that exists? */
bool conf_user_is_secret(struct conf *c, unsigned n);

/* The contacts of contacts and contact_groups rows, kept once a pair of props. */
struct conf_who_entry conf_contacts(struct conf *c, const struct conf_object *o, unsigned contacts_row,
                                    unsigned groups_row);
/* The contacts of own and of groups, both as written, in the order in which Nagios tells them. */
struct model_list conf_all_contacts(struct conf *c, const conf_list *own, const conf_list *groups);
/* Custom variables of an object appended to the table; first and n of the run. */
void conf_build_vars(struct conf *c, const struct conf_object *o, uint32_t *first, uint32_t *n);
/* The offset of coded text that is one slot with this secret. */
uint32_t conf_secret_text(struct conf *c, struct str secret);
/* conf_day.c: "monday 1 may" and "09:00-17:00,18:00-19:00" of one entry. */
/* odd: something in it is passed over, or is no time of a clock */
int conf_parse_ranges(struct str text, struct model_range *out, size_t max, size_t *n, bool *odd);
bool conf_odd_day(const struct model_exception *x); /* no calendar has it */
/* A date part to an exception, or weekday 0..6 in *weekday (then no exception). 0, or E_INVAL. */
int conf_parse_day(struct str key, struct model_exception *out, int *weekday);
