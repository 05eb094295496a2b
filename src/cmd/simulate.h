/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What simulate.c (playing) and simulate_say.c (telling) share. */
#include "cmd/timeline.h"
#include "core/lab.h"
#include "wire/json.h"

struct simulated_plugin {
    const char *key, *output;
    uint64_t code, signal;
    int64_t sleep_us;
};

struct simulation {
    struct lab lab; /* first: its hooks find the rest by it */
    VEC(struct simulated_plugin) plugins;
    int64_t begin;             /* mono: where the times of steps count from, but for a fraction */
    int64_t start_s, origin_s; /* wall: when the world was started; the begin */
    bool json, masked;         /* masked: secrets are */
    bool all, dated;           /* as text: everything; with the time of the clock */
    size_t told;               /* of the journal: so much of it is */
    bool by_shell;             /* the run under way */
    struct buf text;           /* what is told as text */
    struct buf parts[5];       /* what is told as JSON: lists */
    struct json lists[5];
};

void simulate_name(const struct lab *lab, uint32_t check, struct buf *b); /* "host" or "host;service" */
/* A coded word as a runner would fill it; secrets are masked where they are real. */
void simulate_fill(const struct simulation *s, struct str coded, struct buf *out);

/* False: an answer is for nobody; said with its place in the text of the file. */
bool simulate_names(const struct simulation *s, const struct timeline *t, const char *path, struct str text);

uint32_t simulate_check_of(const struct lab *lab, uint64_t oid); /* MODEL_NONE: no such */

/* simulate_text.c */
void simulate_text_time(struct simulation *s);
void simulate_text_events(struct simulation *s); /* what happened since the last time */
void simulate_text_probe(struct simulation *s, const char *name);
void simulate_text_end(struct simulation *s);

void simulate_say_action(struct simulation *s, const char *what);
void simulate_say_init(struct simulation *s);
void simulate_say_release(struct simulation *s);
void simulate_say_line(struct simulation *s, struct str line);
void simulate_say_run(struct simulation *s, const struct world_effect *e);
void simulate_say_channel(struct simulation *s, const struct world_effect *e);
void simulate_say_command(struct simulation *s, struct str text);
void simulate_say_taken(struct simulation *s, struct str text, bool taken);
void simulate_say_probe(struct simulation *s, const char *name);
void simulate_say_end(struct simulation *s, const char *name, const char *what); /* prints */
