/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Every limit of Vigie stands here, each with its reason. */
#include "base/time.h"

#define LIMIT_OUTPUT_FIRST (4u * 1024) /* first line of a plugin: what every rival shows in a list */
#define LIMIT_OUTPUT_LONG                                                                                    \
    (64u * 1024) /* long output: bounded so that a board of 100k checks stays in memory */
#define LIMIT_OUTPUT_TOTAL                                                                                   \
    (LIMIT_OUTPUT_FIRST + LIMIT_OUTPUT_LONG + 8u * 1024) /* read; the rest is dropped */
#define LIMIT_PERFDATA   (32u * 1024)                    /* raw performance data of one result: 128 a value */
#define LIMIT_PERF_ITEMS 256u                            /* values in one result */
#define LIMIT_MESSAGE    (256u * 1024)                   /* one message between roles, header included */
#define LIMIT_RECORD                                                                                         \
    (LIMIT_MESSAGE - 4u * 1024) /* one record of the journal: what brings it in a message takes the rest */
#define LIMIT_OVER                                                                                           \
    (32u * 1024) /* what commands put in the place of the configuration of one object: each record has it */
#define LIMIT_QUEUE                                                                                          \
    (64u * 1024 * 1024)                /* bytes waiting on one link before the sender must drop or coalesce */
#define LIMIT_ARGV               1024u /* words of one command */
#define LIMIT_COMMAND_LINE       (128u * 1024) /* of a command line, and of each string of it (MAX_ARG_STRLEN) */
#define LIMIT_COMMAND            (160u * 1024) /* of its words and its environment together: one message */
#define LIMIT_EXT_COMMAND        (16u * 1024)  /* one line of the command file; Nagios: 8 KiB */
#define LIMIT_NAME               255u          /* an object's name */
#define LIMIT_EXPORT_URL         512u          /* the address of another store: no such address is longer */
#define LIMIT_CONF_LINE          (64u * 1024)  /* one configuration line, continuations joined */
#define LIMIT_CONF_FILE          (512u * 1024 * 1024)
#define LIMIT_CONF_OPTIONS       1000u         /* lines of vigie_ options: roles get them in one message */
#define LIMIT_CONF_OPTIONS_BYTES (128u * 1024) /* of their names and values together: likewise */
#define LIMIT_CONF_DEPTH         64u           /* nested include_file, cfg_dir */
#define LIMIT_CONF_READS                                                                                     \
    20000u /* folders and main files read: those that name each other in many ways are as many as one likes */
#define LIMIT_CONF_BYTES (1024ull * 1024 * 1024) /* of all files together */
#define LIMIT_CONF_NEST  1000u                   /* templates that use templates, groups within groups */
#define LIMIT_CONF_VARS                                                                                      \
    2048u /* custom variables of one object, days of one period: they are searched in turn */
#define LIMIT_CONF_TRIES 20000000u /* names tried against regular expressions */
#define LIMIT_CONF_PAIRS 2000000u  /* dependencies and escalations, each by group against group */
#define LIMIT_CHECKS     2000000u  /* hosts and services of one engine: idx stays far below 2^31 */
#define LIMIT_COMMANDS_WAITING                                                                               \
    (64u * 1024 * 1024) /* bytes of external commands behind one that is for many: a flood in the pipe */
#define LIMIT_COMMANDS_WAITING_N 400000u /* of them: each takes memory beside its text, and time at a start */
#define LIMIT_COMMAND_FILES      16u     /* files of external commands that wait to be read (PROCESS_FILE) */
#define LIMIT_COMMENTS           65536u  /* comments on the board */
#define LIMIT_DOWNTIMES          65536u  /* downtimes on the board */
#define LIMIT_TELLINGS           1000u   /* notifications to many that are under way; more are told at once */
#define LIMIT_TELLINGS_BYTES     (64u * 1024 * 1024) /* names of those whom they are for */
#define LIMIT_RENAMES            1000u               /* announced renames that wait for their reload */
#define LIMIT_RUNS               65536u              /* plugins and probes under way */
#define LIMIT_SITE                                                                                           \
    32767u /* numbers of sites: in the upper 16 bits of an identity, and SQLite's integers have a sign */
#define LIMIT_RUNNERS 16 /* processes that execute plugins */
#define LIMIT_COMMANDS_AT_ONCE                                                                               \
    100u /* notification commands of one runner at once, and handlers likewise, if nothing else is said: mail programs take seconds, not processors */
#define LIMIT_COMMANDS_IN_TURN                                                                               \
    16384u /* and of each that wait: as many as intents that the engine keeps; some KiB each */
#define LIMIT_HTTP_BODY (1024u * 1024)
#define LIMIT_HTTP_UNASKED                                                                                   \
    (16u * 1024) /* body of whoever; a larger one waits until gate knows who sends it */
#define LIMIT_HTTP_HEADER (16u * 1024)
#define LIMIT_JSON_DEPTH  32u
#define LIMIT_SERIES                                                                                         \
    4000000u /* series of measurements in memory: a gigabyte; labels that change at each run end here */
#define LIMIT_LS_QUERY      (64u * 1024) /* one Livestatus request */
#define LIMIT_LS_WAITS      100u /* clients that wait for something: each is looked at 40 times a second */
#define LIMIT_LS_SEARCHES   4u   /* questions about the past at once: each holds up to 100 MiB */
#define LIMIT_LS_QUEUED     100u /* more of them, that wait for their turn */
#define LIMIT_TLS_FILE      (1024u * 1024)      /* a certificate with its chain, or many authorities */
#define LIMIT_HANDSHAKE_US  (10 * TIME_S)       /* from a connection to the end of its TLS handshake */
#define LIMIT_STREAMS       2048u               /* live views of browsers */
#define LIMIT_SEGMENT       (64u * 1024 * 1024) /* a journal segment before the next begins */
#define LIMIT_READER_US     (30 * TIME_S)       /* a query of the reader */
#define LIMIT_ANSWER_US     (35 * TIME_S)       /* until nobody waits for it any more: it has its turn, too */
#define LIMIT_KILL_GRACE_US (1 * TIME_S)        /* between TERM and KILL of a plugin's group */
#define LIMIT_STOP_US       (8 * TIME_S)        /* a role's time to stop */
