/* SPDX-License-Identifier: Apache-2.0 */
#include "core/conf_table.h"

#include "core/model.h"

#include <string.h>

#define CONF_AT(type, field_) (int32_t) offsetof(struct type, field_)
#define NO                    CONF_NO_FIELD
#define ANY                   INT32_MIN
/* The columns how and engines. */
#define T                     CONF_HOW_TEMPLATE
#define T_JOIN                CONF_HOW_JOIN
#define T_HOST                CONF_HOW_HOST
#define T_CHECK               CONF_HOW_CHECK
#define NEC                   (CONF_NAGIOS | CONF_NAEMON | CONF_CENTREON)
#define NE                    (CONF_NAGIOS | CONF_NAEMON)
#define NC                    (CONF_NAGIOS | CONF_CENTREON)
#define EC                    (CONF_NAEMON | CONF_CENTREON)
#define ONLY_N                CONF_NAGIOS
#define ONLY_E                CONF_NAEMON
#define ONLY_C                CONF_CENTREON
#define OWN                   0

static const struct conf_directive directives[] = {
#define S(object, synonym, name)
#define D(object, name_, kind_, def_, target, acted_, how_, engines_, doc_)                                  \
    {#name_, CONF_KIND_##kind_, def_, target, ANY, acted_, how_, engines_, doc_},
#include "core/conf_object.def"
#undef D
#undef S
};

static const uint8_t type_of[] = {
#define S(object, synonym, name)
#define D(object, name_, kind_, def_, target, acted_, how_, engines_, doc_) CONF_##object,
#include "core/conf_object.def"
#undef D
#undef S
};

static const struct {
    enum conf_type type;
    const char *synonym;
    unsigned row;
} synonyms[] = {
#define D(object, name_, kind_, def_, target, acted_, how_, engines_, doc_)
#define S(object, synonym_, name_) {CONF_##object, #synonym_, CONF_D_##object##_##name_},
#include "core/conf_object.def"
#undef D
#undef S
};

static const struct conf_directive mains[] = {
#define A(synonym, name)
#define M(name_, kind_, field_, def_, least_, acted_, engines_, doc_)                                        \
    {#name_, CONF_KIND_##kind_, def_, field_, least_, acted_, T, engines_, doc_},
#include "core/conf_main.def"
#undef M
#undef A
};

static const struct {
    const char *synonym, *name;
} main_synonyms[] = {
#define M(name_, kind_, field_, def_, least_, acted_, engines_, doc_)
#define A(synonym_, name_) {#synonym_, #name_},
#include "core/conf_main.def"
#undef M
#undef A
};

/* Rows of one object stand together in the .def file, in the order of enum conf_type or not: first and n are counted here. */
#define ROWS(object, first_name, last_name, name_row_)                                                       \
    CONF_D_##object##_##first_name, CONF_D_##object##_##last_name - CONF_D_##object##_##first_name + 1,      \
        name_row_, NULL
#define IDLE(object, first_name, last_name, name_row_, why)                                                  \
    CONF_D_##object##_##first_name, CONF_D_##object##_##last_name - CONF_D_##object##_##first_name + 1,      \
        name_row_, why
static const struct conf_type_info types[CONF_TYPE_COUNT] = {
    [CONF_HOST] = {"host", ROWS(HOST, host_name, poller_id, CONF_D_HOST_host_name)},
    [CONF_SERVICE] = {"service", ROWS(SERVICE, host_name, service_id, CONF_D_SERVICE_service_description)},
    [CONF_HOSTGROUP] = {"hostgroup",
                        ROWS(HOSTGROUP, hostgroup_name, hostgroup_id, CONF_D_HOSTGROUP_hostgroup_name)},
    [CONF_SERVICEGROUP] = {"servicegroup", ROWS(SERVICEGROUP, servicegroup_name, servicegroup_id,
                                                CONF_D_SERVICEGROUP_servicegroup_name)},
    [CONF_CONTACT] = {"contact", ROWS(CONTACT, contact_name, vigie_webhook, CONF_D_CONTACT_contact_name)},
    [CONF_CONTACTGROUP] = {"contactgroup", ROWS(CONTACTGROUP, contactgroup_name, contactgroup_members,
                                                CONF_D_CONTACTGROUP_contactgroup_name)},
    [CONF_COMMAND] = {"command", ROWS(COMMAND, command_name, connector, CONF_D_COMMAND_command_name)},
    [CONF_TIMEPERIOD] = {"timeperiod",
                         ROWS(TIMEPERIOD, timeperiod_name, exclude, CONF_D_TIMEPERIOD_timeperiod_name)},
    [CONF_HOSTDEPENDENCY] = {"hostdependency",
                             ROWS(HOSTDEPENDENCY, host_name, notification_failure_criteria, CONF_D_ALL)},
    [CONF_SERVICEDEPENDENCY] = {"servicedependency", ROWS(SERVICEDEPENDENCY, host_name,
                                                          notification_failure_criteria, CONF_D_ALL)},
    [CONF_HOSTESCALATION] = {"hostescalation",
                             ROWS(HOSTESCALATION, host_name, escalation_options, CONF_D_ALL)},
    [CONF_SERVICEESCALATION] = {"serviceescalation",
                                ROWS(SERVICEESCALATION, host_name, escalation_options, CONF_D_ALL)},
    [CONF_HOSTEXTINFO] = {"hostextinfo", ROWS(HOSTEXTINFO, host_name, 3d_coords, CONF_D_ALL)},
    [CONF_SERVICEEXTINFO] = {"serviceextinfo", ROWS(SERVICEEXTINFO, host_name, icon_image_alt, CONF_D_ALL)},
    [CONF_CONNECTOR] = {"connector",
                        IDLE(CONNECTOR, connector_name, connector_line, CONF_D_CONNECTOR_connector_name,
                             "Vigie runs command lines itself")},
    [CONF_SEVERITY] = {"severity", ROWS(SEVERITY, severity_name, type, CONF_D_SEVERITY_severity_name)},
    [CONF_TAG] = {"tag", ROWS(TAG, tag_name, type, CONF_D_TAG_tag_name)},
    [CONF_ANOMALYDETECTION] = {"anomalydetection", IDLE(ANOMALYDETECTION, host_name, service_id,
                                                        CONF_D_ANOMALYDETECTION_service_description,
                                                        "measurements are not watched for anomalies yet")},
};

const struct conf_type_info *conf_type_info(enum conf_type type)
{
    BUG_ON((unsigned)type >= CONF_TYPE_COUNT);
    return &types[type];
}

const char *conf_type_name(enum conf_type type)
{
    return conf_type_info(type)->name;
}

bool conf_type_find(struct str name, enum conf_type *type)
{
    for (unsigned i = 0; i < CONF_TYPE_COUNT; i++)
        if (str_eq_c(name, types[i].name)) {
            *type = (enum conf_type)i;
            return true;
        }
    return false;
}

const struct conf_directive *conf_directive(unsigned row)
{
    BUG_ON(row >= ARRAY_LEN(directives));
    return &directives[row];
}

bool conf_directive_find(enum conf_type type, struct str name, unsigned *row)
{
    const struct conf_type_info *t = conf_type_info(type);

    for (unsigned i = t->first; i < (unsigned)t->first + t->n; i++) {
        BUG_ON(type_of[i] != type);
        if (str_eq_c(name, directives[i].name)) {
            *row = i;
            return true;
        }
    }
    for (unsigned i = 0; i < ARRAY_LEN(synonyms); i++)
        if (synonyms[i].type == type && str_eq_c(name, synonyms[i].synonym)) {
            *row = synonyms[i].row;
            return true;
        }
    return false;
}

/* Keeps the nearer of best and candidate. Two letters wrong in a short word are another word. */
static void nearer(struct str name, const char *candidate, unsigned *best, const char **best_name)
{
    unsigned max = name.n < 5 ? 1 : name.n < 10 ? 2 : 3;
    unsigned d = str_distance(name, str_of(candidate), max);

    if (d <= max && d < *best) {
        *best = d;
        *best_name = candidate;
    }
}

const char *conf_directive_near(enum conf_type type, struct str name)
{
    const struct conf_type_info *t = conf_type_info(type);
    const char *found = "";
    unsigned best = UINT32_MAX;

    for (unsigned i = t->first; i < (unsigned)t->first + t->n; i++)
        nearer(name, directives[i].name, &best, &found);
    nearer(name, "use", &best, &found);
    nearer(name, "register", &best, &found);
    nearer(name, "name", &best, &found);
    return found;
}

const char *conf_type_near(struct str name)
{
    const char *found = "";
    unsigned best = UINT32_MAX;

    for (unsigned i = 0; i < CONF_TYPE_COUNT; i++)
        nearer(name, types[i].name, &best, &found);
    return found;
}

const struct conf_directive *conf_main(unsigned row)
{
    BUG_ON(row >= ARRAY_LEN(mains));
    return &mains[row];
}

unsigned conf_main_count(void)
{
    return ARRAY_LEN(mains);
}

bool conf_main_find(struct str name, unsigned *row)
{
    for (unsigned i = 0; i < ARRAY_LEN(mains); i++)
        if (str_eq_c(name, mains[i].name)) {
            *row = i;
            return true;
        }
    for (unsigned i = 0; i < ARRAY_LEN(main_synonyms); i++)
        if (str_eq_c(name, main_synonyms[i].synonym))
            return conf_main_find(str_of(main_synonyms[i].name), row);
    return false;
}

const char *conf_synonym(unsigned row, unsigned i)
{
    for (unsigned k = 0; k < ARRAY_LEN(synonyms); k++)
        if (synonyms[k].row == row && i-- == 0)
            return synonyms[k].synonym;
    return NULL;
}

const char *conf_main_synonym(unsigned row, unsigned i)
{
    for (unsigned k = 0; k < ARRAY_LEN(main_synonyms); k++)
        if (strcmp(main_synonyms[k].name, mains[row].name) == 0 && i-- == 0)
            return main_synonyms[k].synonym;
    return NULL;
}

const char *conf_main_near(struct str name)
{
    const char *found = "";
    unsigned best = UINT32_MAX;

    for (unsigned i = 0; i < ARRAY_LEN(mains); i++)
        nearer(name, mains[i].name, &best, &found);
    return found;
}

bool conf_kind_is_list(enum conf_kind kind)
{
    return (kind >= CONF_KIND_HOSTS && kind <= CONF_KIND_CONTACTGROUP_NAMES) || kind == CONF_KIND_COMMANDS;
}

bool conf_kind_is_option(enum conf_kind kind)
{
    return kind >= CONF_KIND_ON_HOST && kind <= CONF_KIND_ON_SERVICE_ESCALATION;
}

bool conf_kind_has_null(enum conf_kind kind)
{
    return kind == CONF_KIND_STRING || kind == CONF_KIND_COMMAND || kind == CONF_KIND_PERIOD ||
           conf_kind_is_list(kind);
}

const char *conf_kind_text(enum conf_kind kind)
{
    static const char *const texts[] = {
        [CONF_KIND_STRING] = "text",
        [CONF_KIND_TEXT] = "text",
        [CONF_KIND_NAME] = "a name",
        [CONF_KIND_BOOL] = "0 or 1",
        [CONF_KIND_UINT] = "a number",
        [CONF_KIND_INT] = "a number",
        [CONF_KIND_UNITS] = "a number of units of interval_length",
        [CONF_KIND_SECONDS] = "a number of seconds",
        [CONF_KIND_MINUTES] = "a number of minutes",
        [CONF_KIND_PERCENT] = "a percentage",
        [CONF_KIND_STATE] = "a state",
        [CONF_KIND_COMMAND] = "command!arguments",
        [CONF_KIND_COMMANDS] = "a list of commands",
        [CONF_KIND_PERIOD] = "a timeperiod",
        [CONF_KIND_PERIODS] = "a list of timeperiods",
        [CONF_KIND_HOSTS] = "host patterns",
        [CONF_KIND_HOSTGROUPS] = "host group patterns",
        [CONF_KIND_SERVICES] = "host,service pairs",
        [CONF_KIND_DESCRIPTIONS] = "service patterns",
        [CONF_KIND_SERVICEGROUPS] = "service group patterns",
        [CONF_KIND_CONTACTS] = "contact patterns",
        [CONF_KIND_CONTACTGROUPS] = "contact group patterns",
        [CONF_KIND_HOST_NAMES] = "a list of hosts",
        [CONF_KIND_HOSTGROUP_NAMES] = "a list of host groups",
        [CONF_KIND_SERVICEGROUP_NAMES] = "a list of service groups",
        [CONF_KIND_CONTACT_NAMES] = "a list of contacts",
        [CONF_KIND_CONTACTGROUP_NAMES] = "a list of contact groups",
        [CONF_KIND_COORDS_2D] = "x,y",
        [CONF_KIND_COORDS_3D] = "x,y,z",
        [CONF_KIND_SWITCH] = "0 or 1",
        [CONF_KIND_PATH] = "a path",
        [CONF_KIND_DATE_FORMAT] = "us, euro, iso8601 or strict-iso8601",
        [CONF_KIND_LETTER] = "a letter",
        [CONF_KIND_ROTATION] = "n, h, d, w or m",
        [CONF_KIND_DELAY_METHOD] = "n, d, s or a number of seconds",
        [CONF_KIND_LOG_LEVEL] = "off, critical, error, warning, info, debug or trace",
        [CONF_KIND_SKIP_STATE] = "a state from 0 to 3, or -1",
        [CONF_KIND_TIMEOUT_STATE] = "o, w, c or u",
        [CONF_KIND_COMMAND_INTERVAL] = "a number of units of interval_length, or 5s",
        [CONF_KIND_LINE] = "command!arguments",
        [CONF_KIND_TEMPLATE] = "text with macros",
        [CONF_KIND_OPTION] = "text",
        [CONF_KIND_OPTION_SECRET] = "text",
    };

    return conf_kind_is_option(kind) ? "a list of letters" : texts[kind];
}
