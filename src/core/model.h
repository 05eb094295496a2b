/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The snapshot: the whole configuration, resolved, as one block of memory without pointers. conf writes it
 * once (core/model_build), everybody else maps it read-only. Layout: struct model_header, then the tables
 * named in it, each an array of fixed structs, a pool of u32 lists and a pool of strings.
 *   - A string is a u32 offset into the string pool; 0 is the empty string. model_str() borrows it; it is
 * also NUL-ended.
 *   - Objects refer to each other by index (u32) into their table; MODEL_NONE is "none".
 *   - A struct model_list is a run of u32 in the list pool (indexes, or string offsets where said so).
 *   - Checks: hosts first (0 .. n_hosts-1, by name), then services (by host, then description), so both are
 * found by bisection; the services of a host are a run of indexes. All other tables are ordered by name
 * (bytes) too.
 *   - Secrets are not here: where one belongs stands a slot (core/macro.h) that only the holders of the
 * secret segment (core/secret.h) can fill. model_open checks the structure (magic, version, sizes, table
 * bounds); the accessors stop the process on an index out of bounds. Pure.
 */
#include "base/err.h"
#include "base/hash.h"
#include "base/time.h"
#include "core/model_globals.h"

#define MODEL_NONE    UINT32_MAX
#define MODEL_VERSION 12u
#define MODEL_MAGIC   "VGSNAP01"

struct model_list {
    uint32_t first, n;
};
enum model_kind { MODEL_HOST = 0, MODEL_SERVICE = 1 };
/* Bits of all option masks: notification_options, stalking_options, escalation_options, failure criteria ...
 */
enum model_on {
    MODEL_ON_OK = 1 << 0, /* o: service OK, host UP */
    MODEL_ON_WARNING = 1 << 1,
    MODEL_ON_CRITICAL = 1 << 2,
    MODEL_ON_UNKNOWN = 1 << 3,
    MODEL_ON_DOWN = 1 << 4,
    MODEL_ON_UNREACHABLE = 1 << 5,
    MODEL_ON_PENDING = 1 << 6,
    MODEL_ON_RECOVERY = 1 << 7,
    MODEL_ON_FLAPPING = 1 << 8,
    MODEL_ON_DOWNTIME = 1 << 9,
    MODEL_ON_NOTIFY = 1 << 10, /* N of stalking_options */
    MODEL_ON_ALL = 1 << 30,    /* written as a, or nothing was written: said again as it stood */
};

enum model_check_flag {
    MODEL_CHECK_ACTIVE = 1 << 0,        /* active_checks_enabled */
    MODEL_CHECK_PASSIVE = 1 << 1,       /* passive_checks_enabled */
    MODEL_CHECK_NOTIFY = 1 << 2,        /* notifications_enabled */
    MODEL_CHECK_EVENT_HANDLER = 1 << 3, /* event_handler_enabled */
    MODEL_CHECK_FLAP = 1 << 4,          /* flap_detection_enabled */
    MODEL_CHECK_PERFDATA = 1 << 5,      /* process_perf_data */
    MODEL_CHECK_FRESHNESS = 1 << 6,     /* check_freshness */
    MODEL_CHECK_OBSESS = 1 << 7,
    MODEL_CHECK_RETAIN_STATUS = 1 << 8,
    MODEL_CHECK_RETAIN_NONSTATUS = 1 << 9,
    MODEL_CHECK_VOLATILE = 1 << 10,
    MODEL_CHECK_PARALLEL = 1 << 11, /* parallelize_check: only said again */
};

/* A host or a service. */
struct model_check {
    int64_t check_interval_us, retry_interval_us; /* check_interval 0: only checked on demand */
    int64_t notification_interval_us;             /* 0: one notification only */
    int64_t first_notification_delay_us;
    int64_t freshness_threshold_us;        /* 0: made from the check interval */
    uint32_t name;                         /* host_name, or service_description */
    uint32_t alias, display_name, address; /* alias and address: hosts; display_name is never empty */
    uint32_t host;                         /* index of the host; a host's own index */
    uint32_t check_text, check_command,
        check_line; /* "cmd!arg" as written; command; line (MODEL_NONE: no active check) */
    uint32_t handler_text, handler_command, handler_line; /* event handler, likewise */
    uint32_t check_period, notification_period;           /* MODEL_NONE: always */
    uint32_t downtime_period;                             /* recurring downtimes; MODEL_NONE: none */
    uint32_t notify_on, flap_on, stalk_on;                /* enum model_on */
    uint32_t flags;                                       /* enum model_check_flag */
    uint32_t max_attempts;
    uint32_t low_flap, high_flap; /* in 1/100 percent; 0: the global threshold */
    uint32_t hourly_value;        /* importance, too */
    uint32_t extra; /* index into model_extra: URLs, icons, rare delays; MODEL_NONE: none of them set */
    uint32_t first_service, n_services;       /* of a host: check indexes in a run */
    struct model_list parents, children;      /* check indexes; services may have parents too */
    struct model_list contacts;               /* contact indexes, groups already expanded, each once */
    struct model_list own_contacts;           /* contact indexes as named, without groups */
    struct model_list contact_groups;         /* as named: contact group indexes */
    struct model_list groups;                 /* host group or service group indexes */
    uint32_t first_var, n_vars;               /* custom variables: a run of model_var */
    uint32_t first_dep, n_deps;               /* dependencies this check depends by: a run of model_dep */
    uint32_t first_escalation, n_escalations; /* a run of model_escalation */
    uint32_t file, line;                      /* where it is defined: model_file() */
    uint8_t kind;                             /* enum model_kind */
    uint8_t initial_state;                    /* 0 ok/up, 1 warning/down, 2 critical/unreachable, 3 unknown */
    uint16_t zero;
};

struct model_extra {                           /* strings, all may be empty */
    int64_t recovery_delay_us, ack_timeout_us; /* recovery_notification_delay, acknowledgement_timeout */
    uint32_t notes, notes_url, action_url, icon_image, icon_image_alt, statusmap_image, vrml_image, coords_2d,
        coords_3d;
    uint32_t severity;            /* 1 + index of a model_severity; 0: none */
    struct model_list tags;       /* indexes of model_tag: those of groups, then those of categories */
    uint64_t services_importance; /* of a host: that of its services together */
};

/* A custom variable. name without the underscore, upper case. A secret value is a slot of core/macro.h. */
struct model_var {
    uint32_t name, value;
    uint32_t secret; /* 1: value holds slots */
};
struct model_dep {
    uint32_t check, master; /* check depends on master */
    uint32_t period;
    uint32_t execute_on, notify_on; /* master in one of these states: no check, no notification */
    uint32_t inherits;
    uint32_t said; /* MODEL_DEP_*: which criteria were written */
    uint32_t file, line;
};
enum { MODEL_DEP_EXECUTE = 1, MODEL_DEP_NOTIFY = 2 };
struct model_escalation {
    int64_t interval_us; /* -1: not set */
    uint32_t check;
    int32_t first, last; /* last 0: no end; below 0 it never counts */
    uint32_t period, on;
    struct model_list contacts, own_contacts, contact_groups; /* as of model_check */
    uint32_t file, line;
};

enum model_contact_flag {
    MODEL_CONTACT_HOST_NOTIFY = 1 << 0, /* host_notifications_enabled */
    MODEL_CONTACT_SERVICE_NOTIFY = 1 << 1,
    MODEL_CONTACT_CAN_SUBMIT = 1 << 2,
    MODEL_CONTACT_RETAIN_STATUS = 1 << 3,
    MODEL_CONTACT_RETAIN_NONSTATUS = 1 << 4,
};
struct model_contact {
    uint32_t name, alias, email, pager, address[6];
    uint32_t host_period, service_period;
    uint32_t host_on, service_on;
    uint32_t flags;
    uint32_t importance; /* minimum_importance */
    struct model_list host_lines,
        service_lines; /* line indexes: notification commands, host and service macros still open */
    struct model_list groups;
    uint32_t first_var, n_vars;
    uint32_t mail;    /* vigie_mail: address of the built-in mail channel; 0: not used */
    uint32_t webhook; /* vigie_webhook: URL, a slot (it may hold a token); 0: not used */
    uint32_t file, line;
};

struct model_group { /* host group, service group or contact group */
    uint32_t name, alias, notes, notes_url, action_url;
    struct model_list members; /* check or contact indexes */
    uint32_t file, line;
};
struct model_command {
    uint32_t name, text; /* text: command_line as written, $USERn$ unexpanded */
    uint32_t file, line;
    uint32_t privileged; /* named by vigie_command_privileged */
    uint32_t no_shell;   /* 1: its line must not go to a shell (vigie_shell, or others may write its file) */
};

/* A compiled command line. words and env: string offsets, text in the coding of core/macro.h; env words are
 * "NAME=value". */
struct model_line {
    uint32_t command, text; /* command index; "cmd!arg" as written where it is used */
    struct model_list words, env;
    uint32_t shell;      /* 1: words are /bin/sh -c TEXT */
    uint32_t privileged; /* needs the runner class without no_new_privs */
};

/* Seconds of the day [from, to), to up to 86400. */
struct model_range {
    int32_t from, to;
};
enum model_day_kind { /* forms of a timeperiod's exceptions, the first that matches a day wins */
                      MODEL_DAY_DATE,          /* 2026-11-23 */
                      MODEL_DAY_MONTH_DATE,    /* november 23 */
                      MODEL_DAY_MONTH_DAY,     /* day 23 */
                      MODEL_DAY_MONTH_WEEKDAY, /* monday 3 november */
                      MODEL_DAY_WEEKDAY,       /* monday 3 */
};
struct model_exception {
    int32_t kind;
    int32_t year, month, day, weekday,
        nth; /* begin; month 1..12; day or nth negative: from the end of the month */
    int32_t year2, month2, day2, weekday2, nth2; /* end, inclusive; year2 0 for MODEL_DAY_DATE: no end */
    int32_t skip;                                /* every skip-th day from the begin; 0 and 1: each */
    uint32_t first_range, n_ranges;
};
struct model_period {
    uint32_t name, alias;
    uint32_t first_range[7], n_ranges[7];   /* Sunday first: runs of model_range, rising, not overlapping */
    uint32_t first_exception, n_exceptions; /* ordered by kind */
    struct model_list excludes;             /* period indexes */
    uint32_t zone; /* index; MODEL_NONE: that of the period that excludes it, or of the configuration */
    uint32_t file, line;
};
#include "core/model_read.h"
