/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files conf_origin*.c share; nobody else includes it. */
#include "core/conf_build.h"
#include "core/conf_origin.h"

struct conf_tracer {
    struct conf *c;
    struct conf_origin *out;
    unsigned steps; /* templates looked into for one value: STEPS_MAX bounds them */
};

/* conf_origin.c */
void conf_origin_describe(struct conf_tracer *t, uint32_t object); /* its rows and place */
/* The lines that made the value of a row that the object has, and of its i-th variable or day, as parts. */
void conf_origin_trace(struct conf_tracer *t, uint32_t object, unsigned row);
void conf_origin_trace_key(struct conf_tracer *t, uint32_t object, uint32_t i);
/* What an escalation or service does not say, it has from holder: the row in the place where it belongs. */
void conf_origin_take(struct conf_tracer *t, uint32_t holder, unsigned my_row, unsigned holder_row,
                      enum conf_origin_source source);
/* The default of a row that nobody said anything of, where the table has none. */
void conf_origin_fallback(struct conf_tracer *t, unsigned row, struct str value);

/* conf_origin_group.c */
/* The groups that a host, service or contact is in; rank: in its table, of services the index of conf.services. */
void conf_origin_groups(struct conf_tracer *t, enum conf_type member, uint32_t rank);
/* The members of a group. */
void conf_origin_members(struct conf_tracer *t, enum conf_type group, uint32_t rank);
/* The groups by which a definition is for that member: those of a row that it is in. */
void conf_origin_brought(struct conf_tracer *t, enum conf_type member, uint32_t object, unsigned group_row,
                         uint32_t rank);
/* Does the list of a row name it, by itself or by a pattern? */
bool conf_origin_names_it(struct conf *c, const struct conf_object *o, unsigned row, struct str name);

/* conf_origin_about.c */
void conf_origin_extinfo(struct conf_tracer *t, uint32_t host,
                         uint32_t service); /* service CONF_NONE: of the host */
