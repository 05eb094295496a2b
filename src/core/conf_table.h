/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The configuration language as data: which objects there are, which directives each has, how their text is read. Made from conf_object.def and
 * conf_main.def; parser, defaults, warnings and, later, manual and API schema use only this. Pure.
 */
#include "base/str.h"

enum conf_type {
    CONF_HOST,
    CONF_SERVICE,
    CONF_HOSTGROUP,
    CONF_SERVICEGROUP,
    CONF_CONTACT,
    CONF_CONTACTGROUP,
    CONF_COMMAND,
    CONF_TIMEPERIOD,
    CONF_HOSTDEPENDENCY,
    CONF_SERVICEDEPENDENCY,
    CONF_HOSTESCALATION,
    CONF_SERVICEESCALATION,
    CONF_HOSTEXTINFO,
    CONF_SERVICEEXTINFO,
    CONF_CONNECTOR, /* from here on: of Centreon Engine, read and not acted on */
    CONF_SEVERITY,
    CONF_TAG,
    CONF_ANOMALYDETECTION,
    CONF_TYPE_COUNT
};

enum conf_kind {
    CONF_KIND_STRING, /* null takes it away */
    CONF_KIND_TEXT,   /* null is a text like any other */
    CONF_KIND_NAME,
    CONF_KIND_BOOL,
    CONF_KIND_UINT,
    CONF_KIND_INT, /* may be below 0 */
    CONF_KIND_UNITS,
    CONF_KIND_SECONDS,
    CONF_KIND_MINUTES,
    CONF_KIND_PERCENT,
    CONF_KIND_STATE,
    CONF_KIND_COMMAND,
    CONF_KIND_COMMANDS,
    CONF_KIND_PERIOD,
    CONF_KIND_PERIODS, /* plain names */
    /* lists of patterns: names, * for all, ! to leave out, regular expressions where the main file switches them on */
    CONF_KIND_HOSTS,
    CONF_KIND_HOSTGROUPS,
    CONF_KIND_SERVICES,     /* host,description pairs */
    CONF_KIND_DESCRIPTIONS, /* of the hosts beside them */
    CONF_KIND_SERVICEGROUPS,
    CONF_KIND_CONTACTS,
    CONF_KIND_CONTACTGROUPS,
    /* lists of plain names */
    CONF_KIND_HOST_NAMES,
    CONF_KIND_HOSTGROUP_NAMES,
    CONF_KIND_SERVICEGROUP_NAMES,
    CONF_KIND_CONTACT_NAMES,
    CONF_KIND_CONTACTGROUP_NAMES,
    CONF_KIND_COORDS_2D,
    CONF_KIND_COORDS_3D,
    CONF_KIND_ON_HOST,
    CONF_KIND_ON_HOST_FLAP,
    CONF_KIND_ON_HOST_STALK,
    CONF_KIND_ON_HOST_FAIL,
    CONF_KIND_ON_HOST_ESCALATION,
    CONF_KIND_ON_SERVICE,
    CONF_KIND_ON_SERVICE_FLAP,
    CONF_KIND_ON_SERVICE_STALK,
    CONF_KIND_ON_SERVICE_FAIL,
    CONF_KIND_ON_SERVICE_ESCALATION,
    /* main file only */
    CONF_KIND_SWITCH, /* 0 or 1 and nothing else; a BOOL is on from 1 */
    CONF_KIND_PATH,
    CONF_KIND_DATE_FORMAT,
    CONF_KIND_LETTER,
    CONF_KIND_ROTATION,
    CONF_KIND_DELAY_METHOD,
    CONF_KIND_LOG_LEVEL,
    CONF_KIND_TIMEOUT_STATE,
    CONF_KIND_SKIP_STATE,
    CONF_KIND_COMMAND_INTERVAL,
    CONF_KIND_LINE,
    CONF_KIND_TEMPLATE, /* text with macros */
    CONF_KIND_OPTION,
    CONF_KIND_OPTION_SECRET,
};

/* Where a value comes from when a definition does not say it, and what a second one in a definition does. */
enum conf_how { CONF_HOW_TEMPLATE, CONF_HOW_JOIN, CONF_HOW_HOST, CONF_HOW_CHECK };
enum conf_engine { CONF_NAGIOS = 1, CONF_NAEMON = 2, CONF_CENTREON = 4 };

struct conf_directive {
    const char *name;
    enum conf_kind kind;
    const char *def; /* text of the default, "" none */
    /* offset in the snapshot's struct, or flag bit for CONF_KIND_BOOL of objects; CONF_NO_FIELD */
    int32_t field;
    int32_t least;   /* of the main file: smaller numbers are refused; INT32_MIN none */
    uint8_t acted;   /* 1 yes, 0 not yet, 2: means nothing, or holds always */
    uint8_t how;     /* enum conf_how; of objects */
    uint8_t engines; /* enum conf_engine bits; 0: Vigie alone */
    const char *doc;
};
#define CONF_NO_FIELD (-1)

/* Numbers of the directives in their object's table: CONF_D_HOST_host_name ... */
#define S(object, synonym, name)
#define D(object, name, kind, def, target, acted, how, engines, doc) CONF_D_##object##_##name,
enum conf_directive_all { /* one numbering for all objects: a row of the table of all directives */
#include "core/conf_object.def"
                          CONF_D_ALL
};
#undef D
#undef S

struct conf_type_info {
    const char *name;                 /* "host" */
    uint16_t first, n;                /* its rows in the table of all directives */
    enum conf_directive_all name_row; /* the row that names an object of this type; CONF_D_ALL: none */
    const char *not_acted;            /* why objects of this type do nothing; NULL: they do */
};

const struct conf_type_info *conf_type_info(enum conf_type type);
const char *conf_type_name(enum conf_type type);
bool conf_type_find(struct str name, enum conf_type *type);
const struct conf_directive *conf_directive(unsigned row); /* row of all object directives */
/* The row of a directive or synonym of a type; false: unknown. */
bool conf_directive_find(enum conf_type type, struct str name, unsigned *row);
/* The nearest known name for a wrong one, "" when none is near. */
const char *conf_directive_near(enum conf_type type, struct str name);
const char *conf_type_near(struct str name);

const struct conf_directive *conf_main(unsigned row);
unsigned conf_main_count(void);
bool conf_main_find(struct str name, unsigned *row);
const char *conf_main_near(struct str name);
bool conf_kind_is_list(enum conf_kind kind);     /* + appends */
bool conf_kind_is_option(enum conf_kind kind);   /* letters of states and events */
bool conf_kind_has_null(enum conf_kind kind);    /* null means: nothing, and inherit nothing */
const char *conf_kind_text(enum conf_kind kind); /* what to write, for manuals and messages */
/* The second spellings of a row, one after the other: NULL at the end. */
const char *conf_synonym(unsigned row, unsigned i);
const char *conf_main_synonym(unsigned row, unsigned i);
