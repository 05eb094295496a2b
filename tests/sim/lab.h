/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The laboratory (core/lab) for tests: configurations as texts, a seed, and what tests ask of it. */
#include "core/lab.h"

struct lab_site { /* the files of a configuration */
    const char *main_text, *objects, *resource;
    bool bare; /* objects do not stand on lab_objects */
};

/* Main file, and objects behind lab_objects. The world is started at start_s (wall seconds). */
void lab_open(struct lab *lab, const char *main_text, const char *objects, int64_t start_s, uint64_t seed,
              lab_plugin_f *plugin, unsigned mutation);
/* lab->on_run must be set, or NULL, before. */
void lab_open_site(struct lab *lab, const struct lab_site *site, int64_t start_s, uint64_t seed,
                   lab_plugin_f *plugin, unsigned mutation);
/* Another configuration for the same world. */
void lab_reload(struct lab *lab, const char *main_text, const char *objects);
void lab_reload_site(struct lab *lab, const struct lab_site *site);
uint64_t lab_random(struct lab *lab); /* the next number of the seed */
uint32_t lab_check(const struct lab *lab, const char *host, const char *service); /* service NULL: the host */
const struct state *lab_state(const struct lab *lab, const char *host, const char *service);
/* How often the text occurs in the log, or in told. */
unsigned lab_count(const struct buf *b, const char *text);
/* How many there are. */
size_t lab_comments(const struct lab *lab);
size_t lab_downtimes(const struct lab *lab);
/* Configurations in which everything is said that a test does not care about. */
extern const char *const lab_main, *const lab_objects;
