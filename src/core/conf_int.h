/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the files conf_*.c share; nobody else includes it. Text is borrowed from the files' bytes or from the arena, both of which live as long as struct conf.
 */
#include "base/arena.h"
#include "base/hash.h"
#include "base/map.h"
#include "core/conf.h"
#include "core/conf_table.h"
#include "core/model.h"

#define CONF_NONE  UINT32_MAX
#define CONF_USERS 321 /* 1 to 256 by number, 64 by name */

struct conf_place {
    uint32_t file, line, column;
};

/* One "name value" as it stands in a file, or as inheritance made it. */
struct conf_prop {
    struct str key; /* custom variable or day of a period; n 0: a directive */
    struct str value;
    uint32_t row; /* directive; CONF_D_ALL when key is set */
    uint32_t file, line;
    uint16_t column, value_column;
};

struct conf_object {
    enum conf_type type;
    uint32_t file, line;
    uint32_t first_prop, n_props; /* own, in conf.props */
    struct str name, use;         /* of the template */
    uint32_t use_prop;            /* for its place; CONF_NONE */
    bool registered;
    bool
        torn; /* an error says that a part of it is not there: what it lacks for that reason is not said as well */
    uint8_t step; /* of resolving: 0 not yet, 1 under way, 2 done */
    /* effective: prop index + 1 of each row of the type, 0 not set; arena; NULL until resolved */
    uint32_t *value;
    uint32_t *keyed; /* effective custom variables and days: prop indexes; arena */
    uint32_t n_keyed;
};

struct conf_file {
    char *path;
    char *bytes; /* heap */
    char distrust[128];
    bool names; /* something in it has a name that nothing else may have */
};

/* The main files from the first to the one now read, backwards. */
struct conf_chain {
    struct str path;
    const struct conf_chain *from;
};

/* A member list after expansion: sorted indexes, each once. */
typedef VEC(uint32_t) conf_list;

/* A group of any of the three kinds, while members are gathered. */
struct conf_group {
    uint32_t object;
    conf_list members, left_out; /* behind a !: out whichever way they come in */
    conf_list order;             /* of contacts: the members as Nagios has them (conf_order) */
    uint8_t step;                /* of nested members: 0, 1 under way, 2 done */
};

/* A service on one host. */
struct conf_service {
    uint32_t object, host; /* conf.objects, rank of the host */
    struct str description;
    conf_list groups; /* service groups */
    bool from_group;  /* the host came by a host group: gives way to one that names the host */
};

/* Contacts that a pair of lists means. */
struct conf_who_entry {
    struct model_list all, own, groups;
};

/* What a row of the last object that was filled came to. */
struct conf_filled {
    bool there;
    uint32_t prop; /* CONF_NONE: the default */
    int64_t value;
};

struct model_build;
struct conf {
    struct conf_io io;
    struct conf_request rq;
    struct arena arena;
    VEC(struct conf_file) files;
    VEC(struct conf_diag) diags;
    VEC(struct conf_prop) props;
    VEC(struct conf_object) objects;
    VEC(struct conf_notice) notices;
    VEC(struct conf_exposed) exposed;
    struct map exposed_index;              /* "MACRO rank" -> exposed */
    struct map notice_index;               /* "object directive" -> notices */
    struct map row_cache[CONF_TYPE_COUNT]; /* names met so far -> row + 1 */
    struct map templates[CONF_TYPE_COUNT]; /* name -> object */
    struct str main_dir;
    struct str *main_value; /* last value of each row of conf_main.def; p NULL: not set */
    struct conf_place *main_place;
    VEC(struct conf_prop) options; /* vigie_*: key = name */
    size_t options_bytes;          /* of their names and values */
    bool options_full;             /* they are too many: it was said */
    VEC(struct conf_prop) to_read; /* cfg_file, cfg_dir in order: key = which */
    struct str
        user_macro[CONF_USERS]; /* $USERn$; behind 256 those that have names, as Centreon Engine knows */
    struct map user_named;      /* their names -> n */
    struct str user_name[CONF_USERS]; /* n -> name; empty: USERn */
    struct conf_place user_place[CONF_USERS];
    struct map seen_files; /* paths of object files read: each once */
    unsigned depth;
    bool too_deep;                    /* the walk through a folder ends: it is in itself */
    uint32_t reads;                   /* folders and main files so far */
    uint64_t bytes;                   /* of all files */
    const struct conf_chain *reading; /* main files that include the one now read */
    /* Registered objects by type, ordered by name; rank = index in the snapshot's table. */
    conf_list ranked[CONF_TYPE_COUNT];
    struct map rank[CONF_TYPE_COUNT]; /* name -> rank */
    struct map severities, tags; /* type and number -> place in the snapshot's table + 1 (conf_label.c) */
    VEC(struct conf_service) services; /* ordered by host rank, then description */
    VEC(struct conf_service) doubles;  /* those that do not count, because another definition does */
    uint32_t *first_service;           /* by host rank, one more at the end; arena */
    struct map said;                   /* what was complained of */
    VEC(struct conf_group) groups[CONF_TYPE_COUNT]; /* HOSTGROUP, SERVICEGROUP, CONTACTGROUP by rank */
    struct model_build *build;                      /* the snapshot under way */
    struct conf_filled *filled;                     /* of each directive; arena */
    struct map who;                                 /* pair of props -> place in whos */
    VEC(struct conf_who_entry) whos;
    struct map programs;            /* looked for already */
    uint8_t user_class[CONF_USERS]; /* enum shsplit_class of each $USERn$; 0: not looked at yet */
    struct conf_counts counts;
    bool sorted;
    unsigned suggested; /* how often a near name was looked for */
    bool lenient;       /* now: what does not exist is a warning */
    enum conf_patterns { CONF_PATTERNS_NONE, CONF_PATTERNS_SOME, CONF_PATTERNS_ALL } patterns;
    struct map pattern_index; /* text -> struct conf_pattern */
    size_t tried;             /* names by patterns */
};

/* conf_diag.c */
void conf_say(struct conf *c, enum conf_severity sev, struct conf_place at, const char *fmt, ...)
    PRINTF(4, 5);
void conf_notice_add(struct conf *c, const char *object, const char *directive, const char *doc,
                     struct conf_place at);
struct conf_place conf_place_of(const struct conf *c, uint32_t prop);    /* of the name */
struct conf_place conf_value_place(const struct conf *c, uint32_t prop); /* of the value */
struct conf_place conf_object_place(const struct conf_object *o);
/* The nearest key of a map to name, for "did you mean"; empty when none is near. */
struct str conf_near(struct conf *c, const struct map *m, struct str name);

/* conf_lex.c: lines of a file */
struct conf_lines {
    struct conf *c;
    struct str rest;
    uint32_t line; /* number of the line last given */
    uint32_t next_line;
    uint32_t file;
    uint32_t column; /* of the first byte of text */
};
/* The next line, blanks at both ends and continuation backslashes taken off; empty lines and lines of comment are given as empty. False at the end. */
bool conf_next_line(struct conf_lines *l, struct str *text);
/* from an unescaped ';' on; "\;" becomes ';' */
struct str conf_strip_comment(struct conf *c, struct str text);
int conf_read(struct conf *c, struct str path, struct conf_place from, uint32_t *file, struct str *bytes);
struct str conf_path(struct conf *c, struct str path, struct str dir); /* absolute, or below dir; NUL-ended */

/* The name at the beginning of a line that is none: what stands behind it may be a secret. */
struct str conf_first_word(struct str text);

bool conf_main_is_on(const struct conf *c, const char *name); /* a switch of the main file is written as 1 */

/* conf_day.c: a line of a time period into its day and its times; false: it is of no known form */
bool conf_split_day(struct str line, struct str *day, struct str *times);
/* The day or month that a word was meant to be: "tusday", "Mon"; "" when it is like none. */
const char *conf_day_near(struct str word);

/* the steps */
void conf_read_main(struct conf *c);
void conf_check_listeners(struct conf *c); /* once all options are read */
void conf_read_objects(struct conf *c, struct str path, struct conf_place from);
void conf_read_dir(struct conf *c, struct str path, struct conf_place from, bool main_files);
void conf_resolve(struct conf *c); /* templates, then ranks */
void conf_expand(struct conf *c);  /* groups and services */

/* Effective values of an object. */
/* NULL: not set */
const struct conf_prop *conf_get(const struct conf *c, const struct conf_object *o, unsigned row);
/* set, and not to null: to nothing, perhaps */
bool conf_says(const struct conf *c, const struct conf_object *o, unsigned row);
/* the default when not set */
struct str conf_text(const struct conf *c, const struct conf_object *o, unsigned row);
const struct conf_object *conf_ranked(const struct conf *c, enum conf_type type, uint32_t rank);
uint32_t conf_rank(const struct conf *c, enum conf_type type, struct str name); /* CONF_NONE */
