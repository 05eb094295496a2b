/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The board: what the engine knows at this moment, in one shared memory segment. The engine writes it, the gate maps it read-only and answers the API and Livestatus from
 * it. What does not change while a snapshot is current (names, commands, groups) is not here: see core/model.h, same idx.
 *
 * Layout (offsets in the header, 8-byte aligned): header, struct board_check[n_checks], struct board_contact[n_contacts], struct board_comment[cap], struct
 * board_downtime[cap], arena of texts. Every record is guarded by its own sequence lock: the writer makes seq odd, writes, makes it even again; a reader copies the record,
 * and its texts, and starts over if seq was odd or has changed. A text block belongs to one record and is freed only while that record is locked, so a copy under an
 * unchanged seq is whole. A reader checks every offset against the segment: a wild writer cannot make it read outside. header.change counts all changes; each record carries
 * the count of its own last change, so "what changed since" needs no message. Times are wall clock µs, 0 = never. Texts are valid UTF-8, without NUL.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"

#define BOARD_MAGIC      "VGBOARD1"
#define BOARD_VERSION    10u
#define BOARD_WHY_ARGS   2
#define BOARD_TEXT_TRIES 1000

enum board_flag {                                 /* board_check.flags: the effective switches and marks */
                  BOARD_CHECKED = 1u << 0,        /* has_been_checked */
                  BOARD_PASSIVE_RESULT = 1u << 1, /* check_type of the last result */
                  BOARD_ACKNOWLEDGED = 1u << 2,
                  BOARD_FLAPPING = 1u << 3,
                  BOARD_RUNNING = 1u << 4, /* a run is under way */
                  BOARD_ACTIVE_ENABLED = 1u << 5,
                  BOARD_PASSIVE_ENABLED = 1u << 6,
                  BOARD_NOTIFY_ENABLED = 1u << 7,
                  BOARD_HANDLER_ENABLED = 1u << 8,
                  BOARD_FLAP_ENABLED = 1u << 9,
                  BOARD_FRESHNESS_ENABLED = 1u << 10,
                  BOARD_OBSESS = 1u << 11,
                  BOARD_PERFDATA = 1u << 12,
                  BOARD_NO_MORE_NOTIFY = 1u << 13,
                  BOARD_SHOULD_BE_SCHEDULED = 1u << 14,
                  BOARD_STALE = 1u << 15,
                  BOARD_TEXT_CUT = 1u << 16, /* long output or perfdata did not fit in the arena */
};

struct board_why { /* a reason as core/why words it: code 0 = none */
    uint16_t code;
    uint16_t reserved;
    uint32_t idx; /* an object the reason names (contact, period, parent: by code), or UINT32_MAX */
    int64_t arg[BOARD_WHY_ARGS];
};

struct board_check {
    uint32_t seq;
    uint32_t flags;
    uint64_t change;
    uint64_t oid;  /* 0: not known yet */
    uint8_t state; /* host: 0 up, 1 down, 2 unreachable; service: 0 ok, 1 warning, 2 critical, 3 unknown */
    uint8_t state_hard; /* 1 hard, 0 soft */
    uint8_t last_state, last_hard_state;
    uint8_t ack_type; /* 0 none, 1 normal, 2 sticky */
    uint8_t reserved[3];
    uint32_t attempt, max_attempts;
    uint32_t notification_number, downtime_depth;
    uint32_t pending_flexible;
    uint32_t flap_percent; /* in 1/100 of a percent */
    uint32_t modified_attributes;
    uint32_t notified_on;                         /* enum model_on: the states somebody was told of */
    int64_t check_interval_us, retry_interval_us; /* in force now */
    int64_t last_check, next_check, last_update, last_state_change, last_hard_state_change;
    uint32_t last_time_s[4]; /* by state; whole seconds */
    int64_t last_notification, next_notification;
    int64_t ack_expires; /* 0: never */
    int64_t latency_us, execution_us;
    uint64_t event_id, last_event_id, problem_id, last_problem_id;
    struct board_why why_state, why_notify;
    /* What commands put in the place of the configuration; 0: nothing. Periods: the index and 1; the delay: µs and 1. */
    int64_t over_first_delay;
    uint32_t over_check_period, over_notify_period;
    uint64_t text_off; /* arena: output, long output, perfdata, over (over_pack) in this order */
    uint32_t output_len, long_len, perf_len, over_len, text_cap, reserved2;
};

struct board_contact {
    uint32_t seq;
    uint8_t host_notify, service_notify;
    uint8_t reserved[2];
    uint64_t change;
    int64_t last_host_notification, last_service_notification;
    uint32_t modified_attributes, modified_host, modified_service;
    uint32_t over_host_period, over_service_period; /* periods as in struct board_check */
    uint32_t over_len, text_cap;
    uint64_t text_off; /* arena: over (over_pack) */
};

enum board_comment_type {
    BOARD_COMMENT_USER = 1,
    BOARD_COMMENT_DOWNTIME,
    BOARD_COMMENT_FLAPPING,
    BOARD_COMMENT_ACK
};

struct board_comment { /* id 0: slot is free. Slots are in no order; show them by id */
    uint32_t seq, idx; /* idx: the check */
    uint64_t change, id;
    uint8_t entry_type; /* board_comment_type */
    uint8_t source;     /* 0 internal, 1 external */
    uint8_t persistent, expires;
    uint32_t author_len, text_len, text_cap;
    int64_t entry_time, expire_time;
    uint64_t text_off; /* author, text */
};

struct board_downtime { /* id 0: slot is free */
    uint32_t seq, idx;
    uint64_t change, id, triggered_by, comment_id;
    uint8_t fixed, in_effect;
    uint8_t reserved[2];
    uint32_t author_len, text_len, text_cap;
    int64_t entry_time, start, end, duration_us;
    int64_t actual_start; /* flexible: when it began, 0 not yet */
    uint64_t text_off;
};

enum board_switch { /* board_program.switches: the global switches in force */
                    BOARD_SW_NOTIFICATIONS = 1u << 0,
                    BOARD_SW_SERVICE_CHECKS = 1u << 1,
                    BOARD_SW_PASSIVE_SERVICE = 1u << 2,
                    BOARD_SW_HOST_CHECKS = 1u << 3,
                    BOARD_SW_PASSIVE_HOST = 1u << 4,
                    BOARD_SW_HANDLERS = 1u << 5,
                    BOARD_SW_OBSESS_SERVICES = 1u << 6,
                    BOARD_SW_OBSESS_HOSTS = 1u << 7,
                    BOARD_SW_SERVICE_FRESHNESS = 1u << 8,
                    BOARD_SW_HOST_FRESHNESS = 1u << 9,
                    BOARD_SW_FLAP = 1u << 10,
                    BOARD_SW_PERFDATA = 1u << 11,
                    BOARD_SW_EXTERNAL_COMMANDS = 1u << 12,
};

#define BOARD_LATENCY_STEPS 10
extern const int64_t board_latency_us[BOARD_LATENCY_STEPS];

struct board_program {
    uint32_t seq;
    uint32_t switches;
    int64_t program_start, last_command_check, last_reload, last_log_rotation,
        now; /* now: the engine's last look at the clock */
    uint64_t active_host_checks, active_service_checks, passive_host_checks, passive_service_checks,
        on_demand_host_checks;
    uint64_t results_late, results_unknown, runs_lost, external_commands, commands_refused, commands_waiting;
    uint64_t notifications, undelivered, intents, text_cut, parallel, parallel_max, checks_held;
    int64_t latency_avg_us, latency_max_us, execution_avg_us;
    /* Active checks by how late they began: up to board_latency_us[i]; the last: later. */
    uint64_t latency[BOARD_LATENCY_STEPS + 1], commands_in_turn[2]; /* given to a runner, not begun */
    int64_t latency_sum_us, last_undelivered;                       /* 0: none since the start */
    uint64_t runs, log_lines; /* plugins begun and lines given to the log, since the start */
    uint64_t state_changes, comment_changes, downtime_changes; /* what Livestatus waits for */
    uint64_t modified_host_attributes, modified_service_attributes, lines_waiting; /* not yet in the log */
    uint64_t lines_lost, results_lost, gaps; /* given up for want of room: lines, results; how often all */
    uint64_t journal_seq, record_seq;        /* last durable record; last one made */
    int64_t unstored_since; /* since then nothing became durable, and something waits; 0: nothing does */
    char degraded[256];     /* why nothing can be stored now; empty: all is well */
};

struct board_header {
    char magic[8];
    uint32_t version, header_size;
    uint64_t generation, total_size, change;
    uint32_t n_checks, n_hosts, n_contacts, cap_comments, cap_downtimes;
    uint32_t high_comments, high_downtimes; /* slots below these may be in use */
    uint32_t reserved;
    uint64_t off_checks, off_contacts, off_comments, off_downtimes, off_arena, arena_size;
    struct board_program program;
};

/* ---- reader (gate) ---- */
struct board {
    const struct board_header *h;
    size_t len;
};
struct board_text { /* slices of the caller's buffer */
    struct str output, long_output, perfdata, over;
};
struct board_note { /* author and text of a comment or downtime */
    struct str author, text;
};
/* Checks magic, version and every table against len. E_FORMAT otherwise. */
int board_open(struct board *b, const void *base, size_t len, struct err *err);
uint64_t board_change(const struct board *b);
void board_read_program(const struct board *b, struct board_program *out);
/* idx below n_checks. Without text only the record is copied: for filters, sorting. buf is cleared. */
void board_read_check(const struct board *b, uint32_t idx, struct board_check *out);
void board_read_check_text(const struct board *b, uint32_t idx, struct board_check *out,
                           struct board_text *text, struct buf *buf);
/* buf gets its over (over_pack); NULL: only the record is copied. */
void board_read_contact(const struct board *b, uint32_t idx, struct board_contact *out, struct buf *buf);
/* slot from 0 to board_*_high - 1; false: the slot is free. */
uint32_t board_comments_high(const struct board *b);
uint32_t board_downtimes_high(const struct board *b);
bool board_read_comment(const struct board *b, uint32_t slot, struct board_comment *out,
                        struct board_note *note, struct buf *buf);
bool board_read_downtime(const struct board *b, uint32_t slot, struct board_downtime *out,
                         struct board_note *note, struct buf *buf);
