/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The state machine of one check: from (state, attempt, soft or hard) and a result to the next. Pure: it looks at nothing but its arguments and
 * never at the configuration, so the whole product of states can be tested. Who is told of a change is decided in core/notify, nowhere else.
 *
 * Hosts and services share one machine. A problem begins SOFT with attempt 1 and is HARD at max_attempts; some results are hard at once: those
 * of a service whose host is down, and passive host results unless passive_host_checks_are_soft.
 */
#include "base/str.h"
#include "base/time.h"
#include "core/model.h"

enum { STATE_OK = 0, STATE_WARNING = 1, STATE_CRITICAL = 2, STATE_UNKNOWN = 3 };
enum { STATE_UP = 0, STATE_DOWN = 1, STATE_UNREACHABLE = 2 };
enum state_ack { STATE_ACK_NONE, STATE_ACK_NORMAL, STATE_ACK_STICKY };

/* Bits of `modified`, as Nagios numbers them: attributes that a command changed. */
enum state_modified {
    STATE_MODIFIED_NOTIFY = 1,
    STATE_MODIFIED_ACTIVE = 2,
    STATE_MODIFIED_PASSIVE = 4,
    STATE_MODIFIED_HANDLER = 8,
    STATE_MODIFIED_FLAP = 16,
    STATE_MODIFIED_PERFDATA = 64,
    STATE_MODIFIED_OBSESS = 128,
    STATE_MODIFIED_HANDLER_COMMAND = 256,
    STATE_MODIFIED_CHECK_COMMAND = 512,
    STATE_MODIFIED_INTERVAL = 1024,
    STATE_MODIFIED_RETRY = 2048,
    STATE_MODIFIED_ATTEMPTS = 4096,
    STATE_MODIFIED_FRESHNESS = 8192,
    STATE_MODIFIED_CHECK_PERIOD = 16384,
    STATE_MODIFIED_VARS = 32768,
    STATE_MODIFIED_NOTIFY_PERIOD = 65536,
    STATE_MODIFIED_FIRST_DELAY =
        131072, /* Vigie's own: Nagios keeps no other delay than the configured one */
};

struct state_why { /* core/why */
    uint16_t code;
    uint32_t idx;
    int64_t arg[2];
};

struct over;
struct state_ran {
    uint16_t code; /* core/why: WHY_RAN_*, WHY_RUN_*; 0: it had no turn yet */
    uint32_t idx;
    int64_t at;
};

/* What most checks have nothing of, at most times. Times as below. */
struct state_more {
    uint64_t event_id, last_event_id, problem_id, last_problem_id, flap_comment;
    int64_t last_notification, next_notification, ack_expires;
    int64_t
        problem_since; /* a first_notification_delay counts from here; 0: it has none, or from last_hard_change */
    int64_t recur_from, recur_until;              /* the recurring downtime that was had last */
    int64_t check_interval_us, retry_interval_us; /* -1: as configured */
    struct over *over;                            /* core/over; owned; NULL: nothing */
};

/* What is known of one check at run time. Times are wall clock µs, 0 = never. There are as many as checks: 16 bytes here are 1.5 MiB at 100,000. */
struct state {
    uint64_t oid;
    uint8_t state, last_state, last_hard_state;
    bool hard, checked, passive;
    uint8_t ack_type; /* enum state_ack */
    uint8_t ack_last; /* the one that was taken back in this state: status files of Nagios go on showing it */
    bool no_more;     /* no more notifications for this problem */
    bool flapping, flap_recovery;
    bool stale;
    uint8_t flap_at;
    uint32_t attempt, max_attempts;
    uint32_t notification_number, notified_on;
    uint32_t flap_percent; /* 1/100 */
    uint32_t switches;     /* enum model_check_flag, in force */
    uint32_t modified;     /* attributes changed by command: Nagios' MODATTR bits */
    uint32_t downtime_depth, pending_flexible;
    uint64_t flap_history; /* 21 states of 2 bits */
    int64_t last_check, next_check, last_update;
    int64_t last_state_change, last_hard_change;
    uint32_t last_time_s[4]; /* by state; whole seconds */
    int64_t latency_us, execution_us;
    struct state_why why_state, why_notify;
    struct state_ran ran;    /* its last turn: why it ran, or did not; not kept over a stop */
    struct state_more *more; /* owned; NULL: all of it is 0. state_more, state_more_set */
    char *text;              /* output, long output, perfdata behind each other; owned */
    uint32_t output_n, long_n, perf_n;
    /* Of the running engine, not kept: */
    uint32_t run;         /* slot of the run under way + 1 */
    uint32_t due_options; /* enum sched_option of what is due */
    bool dirty, stored_dirty;
    uint8_t losses;          /* runs lost in a row */
    uint8_t begun;           /* of a forced check: sched_forced */
    uint64_t newest_comment; /* 0: it has none */
    int64_t
        check_steps; /* by how much the clock had been set when last_check was written: see sched_checked_at */
    bool wall_due;   /* due at a wall clock time: moves when the clock is set */
};

struct state_in {
    uint8_t code;      /* the new state */
    bool hard_at_once; /* see above */
    /* A service: hard at once in the middle of soft tries counts as the last try (its host went down), and a soft recovery as one more. */
    bool full_attempt;
    struct wall at; /* when the check began, for last_check and last_time */
    struct wall now;
};

struct state_out {
    bool changed;       /* another state than before */
    bool hard_change;   /* became hard, or changed while hard */
    bool recovery;      /* was a problem, is none */
    bool hard_recovery; /* from a hard problem */
    bool retry;         /* a further soft try */
};

/* Applies one result. After a soft recovery hard is false and attempt counts the try, as logs and commands see it, until state_settle. */
struct state_out state_step(struct state *s, const struct state_in *in);
/* Did its last result end a problem that was soft? */
bool state_recovered_softly(const struct state *s);
/* When everybody was told: a check that is OK has attempt 1, and a service is hard. A host is, as in Nagios, after another result. */
void state_settle(struct state *s, enum model_kind kind);
/* Who was told of the problem, and when, counts no more. */
void state_forget_problem(struct state *s);
/* What an exit code means for a service, and for a host (aggressive: 1 is down). Out of range is critical, down. */
uint8_t state_of_service_code(uint64_t code);
uint8_t state_of_host_code(uint64_t code, bool aggressive);
const char *state_name(enum model_kind kind, uint8_t state);
/* Bit of MODEL_ON_* for a state; recovery is another bit. */
uint32_t state_on(enum model_kind kind, uint8_t state);

/* To be looked at; all 0 where there is none. */
const struct state_more *state_more(const struct state *s);
/* To be changed. */
struct state_more *state_more_set(struct state *s);
void state_set_text(struct state *s, struct str output, struct str long_output, struct str perfdata);
struct str state_output(const struct state *s);
struct str state_long(const struct state *s);
struct str state_perf(const struct state *s);
void state_release(struct state *s);
