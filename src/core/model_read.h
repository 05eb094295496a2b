/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Reading a snapshot: the second half of core/model.h (include that one). MODEL_TABLES is the one list of
 * tables: the header, the view, the accessors and the checks of bounds are made from it. model_NAME(m, i) is
 * element i of a table, m->n_NAME their number; i out of bounds is a BUG.
 */
#include "core/model.h"

struct model_zone {
    uint32_t name, n;
    uint32_t first_at; /* run in the transitions table */
    int32_t first_offset;
    uint32_t first_name; /* what it is called before the first transition */
};
struct model_transition {
    int64_t at;
    int32_t offset;
    uint32_t is_dst;
    uint32_t name, zero; /* "CET" */
};

/* Centreon's severities and tags, in the order of the files. */
struct model_severity {
    uint32_t name, level; /* 1 is the most severe */
    uint32_t icon;        /* number of its picture in Centreon's database; 0: none */
    uint32_t kind;        /* enum model_kind: of hosts or of services */
    uint32_t file, line;
};
enum model_tag_kind {
    MODEL_TAG_HOST_GROUP,
    MODEL_TAG_SERVICE_GROUP,
    MODEL_TAG_HOST_CATEGORY,
    MODEL_TAG_SERVICE_CATEGORY,
};
struct model_tag {
    uint32_t name, kind; /* enum model_tag_kind */
    uint32_t file, line;
};

/* Something the configuration says that Vigie reads and does not act on yet. */
struct model_notice {
    uint32_t object, directive; /* "main", "host" ...; the directive's name */
    uint32_t file, line;        /* where it stands first */
    uint32_t count;             /* how often */
};
/* A value of a resource file, for command lines that are put together at run time (core/line). */
struct model_user {
    uint32_t name;  /* without the dollar signs: "USER5" */
    uint32_t value; /* coded as core/macro.h says: text, or a slot */
};
struct model_option { /* vigie_* of the main file and --set; a secret value is a slot */
    uint32_t name, value;
};
struct model_origin { /* of a definition: which lines of which files made its values (core/origin.h) */
    uint32_t file, line;
    struct model_list own, taken;
};
struct model_place { /* a line of a template; through: the templates that lead to it */
    uint32_t file, line, through;
};

#define MODEL_TABLES(X)                                                                                      \
    X(check, model_check)                                                                                    \
    X(extra, model_extra)                                                                                    \
    X(severity, model_severity)                                                                              \
    X(tag, model_tag)                                                                                        \
    X(var, model_var)                                                                                        \
    X(dep, model_dep)                                                                                        \
    X(escalation, model_escalation)                                                                          \
    X(contact, model_contact)                                                                                \
    X(host_group, model_group)                                                                               \
    X(service_group, model_group)                                                                            \
    X(contact_group, model_group)                                                                            \
    X(command, model_command)                                                                                \
    X(line, model_line)                                                                                      \
    X(period, model_period)                                                                                  \
    X(exception, model_exception)                                                                            \
    X(range, model_range)                                                                                    \
    X(zone, model_zone)                                                                                      \
    X(transition, model_transition)                                                                          \
    X(notice, model_notice)                                                                                  \
    X(option, model_option)                                                                                  \
    X(user, model_user)                                                                                      \
    X(origin, model_origin) /* by file and line */                                                           \
    X(place, model_place)                                                                                    \
    X(file, model_u32)  /* string offsets: paths of the files read */                                        \
    X(index, model_u32) /* the list pool */

enum model_table {
#define X(name, type) MODEL_TABLE_##name,
    MODEL_TABLES(X)
#undef X
        MODEL_TABLE_COUNT
};

struct model_u32 {
    uint32_t v;
};

/* The block begins with this. All offsets are from its first byte, tables are 8-byte aligned. */
struct model_header {
    char magic[8];
    uint32_t version, header_size;
    uint64_t total;                        /* bytes of the whole block */
    unsigned char hash[HASH_SHA256_BYTES]; /* of everything behind the header; names the configuration */
    struct {
        uint64_t offset;
        uint32_t n, size; /* elements, bytes of one */
    } table[MODEL_TABLE_COUNT];
    uint64_t strings, strings_len;
    uint64_t globals, globals_size;
    uint32_t n_hosts, n_services;
};

/* A view of an open snapshot; borrows the block. */
struct model {
#define X(name, type)                                                                                        \
    const struct type *name;                                                                                 \
    uint32_t n_##name;
    MODEL_TABLES(X)
#undef X
    const struct model_globals *globals;
    const char *strings;
    uint64_t strings_len;
    uint32_t n_hosts, n_services;
    char hash[HASH_SHA256_HEX];
};

/* Opens the block (8-byte aligned). E_FORMAT with a text when it is no snapshot of this version. */
int model_open(struct model *m, const void *base, size_t len, struct err *err);
/* True if the bytes are those that were written: for the parent, and for copies kept on disk. Costs a pass
 * over all bytes. */
bool model_intact(const void *base, size_t len);

#define X(name, type)                                                                                        \
    static inline const struct type *model_##name(const struct model *m, uint32_t i)                         \
    {                                                                                                        \
        BUG_ON(i >= m->n_##name);                                                                            \
        return &m->name[i];                                                                                  \
    }
MODEL_TABLES(X)
#undef X

struct str model_str(const struct model *m, uint32_t offset);
static inline const char *model_c(const struct model *m, uint32_t offset)
{
    return model_str(m, offset).p;
}
/* Element i of a list. */
static inline uint32_t model_item(const struct model *m, struct model_list l, uint32_t i)
{
    BUG_ON(i >= l.n);
    return model_index(m, l.first + i)->v;
}
bool model_has(const struct model *m, struct model_list l, uint32_t value);
/* Is this contact told of this check? Of a service also when it is told of its host. */
bool model_sees(const struct model *m, uint32_t contact, uint32_t idx);
/* What a check counts for, a host with its services. */
uint64_t model_importance(const struct model *m, const struct model_check *c);

/* By name; MODEL_NONE when there is none. */
uint32_t model_find_host(const struct model *m, struct str name);
uint32_t model_find_service(const struct model *m, struct str host, struct str description);
uint32_t model_find_contact(const struct model *m, struct str name);
uint32_t model_find_command(const struct model *m, struct str name);
uint32_t model_find_period(const struct model *m, struct str name);
uint32_t model_find_host_group(const struct model *m, struct str name);
uint32_t model_find_service_group(const struct model *m, struct str name);
uint32_t model_find_contact_group(const struct model *m, struct str name);
/* A custom variable (without underscore, any case) of a run of vars; NULL: not there. */
const struct model_var *model_find_var(const struct model *m, uint32_t first, uint32_t n, struct str name);
/* What a host or service is called in _VIGIE_ID, which keeps its identity over a rename; empty: nothing. */
struct str model_ident(const struct model *m, uint32_t check);
/* The value of a vigie_* option, or def. */
struct str model_option_get(const struct model *m, const char *name, struct str def);
bool model_option_is(const struct model *m, const char *name, bool def); /* 1, yes, on, true */
/* "host", "host;description" for logs and people: host name and description of a check. */
struct str model_host_name(const struct model *m, uint32_t check);
struct str model_description(const struct model *m, uint32_t check); /* empty for a host */
/* The zone of the configuration as time_* functions take it; arrays point into scratch (release with
 * model_zone_release). */
struct model_zone_view {
    struct time_zone zone;
    int64_t *at;
    int32_t *offset;
    uint8_t *is_dst;
};
void model_zone_open(const struct model *m, uint32_t zone, struct model_zone_view *out); /* MODEL_NONE: UTC */
void model_zone_release(struct model_zone_view *v);
/* What the zone is called at a moment: "CET", "CEST", "UTC". */
struct str model_zone_name(const struct model *m, uint32_t zone, int64_t utc_s);
