/* SPDX-License-Identifier: Apache-2.0 */
#include "core/conf_table.h"

#include "core/model.h"

#define CONF_AT(type, field_) (int32_t) offsetof(struct type, field_)
#define NO                    CONF_NO_FIELD

static const struct conf_directive directives[] = {
#define S(object, synonym, name)
#define D(object, name_, kind_, def_, target, acted_, doc_)                                                  \
    {#name_, CONF_KIND_##kind_, def_, target, acted_, doc_},
#include "core/conf_object.def"
#undef D
#undef S
};

static const uint8_t type_of[] = {
#define S(object, synonym, name)
#define D(object, name_, kind_, def_, target, acted_, doc_) CONF_##object,
#include "core/conf_object.def"
#undef D
#undef S
};

static const struct {
    enum conf_type type;
    const char *synonym;
    unsigned row;
} synonyms[] = {
#define D(object, name_, kind_, def_, target, acted_, doc_)
#define S(object, synonym_, name_) {CONF_##object, #synonym_, CONF_D_##object##_##name_},
#include "core/conf_object.def"
#undef D
#undef S
};

static const struct conf_directive mains[] = {
#define M(name_, kind_, field_, def_, acted_, doc_) {#name_, CONF_KIND_##kind_, def_, field_, acted_, doc_},
#include "core/conf_main.def"
#undef M
};

/* Rows of one object stand together in the .def file, in the order of enum conf_type or not: first and n are counted here. */
#define ROWS(object, first_name, last_name, name_row_)                                                       \
    CONF_D_##object##_##first_name, CONF_D_##object##_##last_name - CONF_D_##object##_##first_name + 1,      \
        name_row_
static const struct conf_type_info types[CONF_TYPE_COUNT] = {
    [CONF_HOST] = {"host", ROWS(HOST, host_name, failure_prediction_options, CONF_D_HOST_host_name)},
    [CONF_SERVICE] = {"service", ROWS(SERVICE, host_name, failure_prediction_options,
                                      CONF_D_SERVICE_service_description)},
    [CONF_HOSTGROUP] = {"hostgroup",
                        ROWS(HOSTGROUP, hostgroup_name, action_url, CONF_D_HOSTGROUP_hostgroup_name)},
    [CONF_SERVICEGROUP] = {"servicegroup", ROWS(SERVICEGROUP, servicegroup_name, action_url,
                                                CONF_D_SERVICEGROUP_servicegroup_name)},
    [CONF_CONTACT] = {"contact", ROWS(CONTACT, contact_name, vigie_webhook, CONF_D_CONTACT_contact_name)},
    [CONF_CONTACTGROUP] = {"contactgroup", ROWS(CONTACTGROUP, contactgroup_name, contactgroup_members,
                                                CONF_D_CONTACTGROUP_contactgroup_name)},
    [CONF_COMMAND] = {"command", ROWS(COMMAND, command_name, command_line, CONF_D_COMMAND_command_name)},
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
    return false;
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
    return (kind >= CONF_KIND_HOSTS && kind <= CONF_KIND_CONTACTGROUP_NAMES) || kind == CONF_KIND_COMMANDS ||
           kind == CONF_KIND_PERIODS;
}
