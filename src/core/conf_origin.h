/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Where the values of an object come from: `vigie config show`. The values are those that count, as text of the configuration: templates applied, + joined, defaults
 * filled in, what a service takes from its host taken. Of each it is told which lines of which files made it, and through which templates. Pure; all text is borrowed from the
 * configuration or lives in the answer.
 */
#include "base/arena.h"
#include "base/vec.h"
#include "core/conf.h"
#include "core/conf_table.h"

enum conf_origin_source {
    CONF_ORIGIN_FILE,    /* the object itself or its templates */
    CONF_ORIGIN_DEFAULT, /* nobody says it: the table's default, or another directive's value */
    CONF_ORIGIN_HOST, /* a service, or an escalation, that says nothing: its host's value; parts are the host's */
    CONF_ORIGIN_SERVICE, /* an escalation that says nothing: its service's value */
    CONF_ORIGIN_EXTINFO, /* hostextinfo or serviceextinfo; the parts stand there */
};

struct conf_origin_part { /* one line of a file that has a share in a value */
    uint32_t file, line, column;
    struct str value; /* as it stands there */
    struct str
        through; /* "linux-server > generic-host": the templates between the object and that line; empty: it is the object's own */
};

struct conf_origin_row {
    struct str name;  /* directive, _VARIABLE, or day of a period */
    struct str value; /* what counts; empty: null took it away */
    enum conf_origin_source source;
    bool secret; /* to be masked */
    unsigned
        row; /* of the table of all directives, in whose order rows stand; CONF_D_ALL: others, behind them */
    uint32_t first_part, n_parts;
};

struct conf_origin_group { /* a group that the object is in, or a member of the group that is asked for */
    enum conf_type type;
    struct str name, service;
    const char *by;   /* the directive that says so: "hostgroups", "members", "hostgroup_members" */
    struct str inner; /* of hostgroup_members and the like: the group between; else empty */
    bool brings;      /* the definition is for this host or service because it names the group */
    uint32_t file, line, column;
};

struct conf_origin {
    enum conf_type type;
    struct str name, service;
    bool is_template;
    uint32_t file, line; /* of the definition */
    struct str uses;     /* as written; empty: no template */
    VEC(struct conf_origin_row) rows;
    VEC(struct conf_origin_part) parts;
    VEC(struct conf_origin_group) groups, members;
    struct arena arena;
};

/* name: of the object, or else of a template of this type. service: the description when type is CONF_SERVICE and name a host; empty: name is a template. False: there is none;
 * *near is the nearest name, or empty. out is to be released in both cases. */
bool conf_origin_of(struct conf *c, enum conf_type type, struct str name, struct str service,
                    struct conf_origin *out, struct str *near);
void conf_origin_release(struct conf_origin *o);

/*
 * Escalations and dependencies have no name: these are about a host, or about a service when that is not empty (of dependencies: about what depends on something). The nth of
 * them, each definition once; false: there are no more. out is to be released if true.
 */
bool conf_origin_is_relation(enum conf_type type);
bool conf_origin_about(struct conf *c, enum conf_type type, struct str host, struct str service, size_t nth,
                       struct conf_origin *out);
/* The values of the main file, in the order of its table: those that are set, with their last line, and the defaults. Parts are of file UINT32_MAX when --set says it. */
void conf_origin_main(struct conf *c, struct conf_origin *out);

/* Every object of a type, in the order of names, those of services with their host first; of relations what they are about, once for each. */
typedef void conf_origin_name_f(void *user, struct str name, struct str service, uint32_t file,
                                uint32_t line);
void conf_origin_names(const struct conf *c, enum conf_type type, conf_origin_name_f *each, void *user);
