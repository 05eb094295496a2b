/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Where an external command comes from; numbers as in the message COMMAND. What is taken from where stands in core/excmd. */
enum world_source {
    WORLD_SOURCE_API,
    WORLD_SOURCE_CTL,
    WORLD_SOURCE_LIVESTATUS,
    WORLD_SOURCE_PIPE,   /* a line of the command file */
    WORLD_SOURCE_GATE,   /* gate itself: what it did, or refused to do, for a person */
    WORLD_SOURCE_LINES,  /* a line of a file that PROCESS_FILE named */
    WORLD_SOURCE_RECORD, /* a replay: it was taken when it was recorded */
};

/* Lines of such a file are numbered with those of the command file, and nobody waits for the answer. */
#define WORLD_SOURCE_IS_PIPE(source) ((source) == WORLD_SOURCE_PIPE || (source) == WORLD_SOURCE_LINES)
