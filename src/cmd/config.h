/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The parts of `vigie config`: config.c (words and options), config_show.c, config_diff.c, config_graph.c. */
#include "cmd/load.h"
#include "core/conf_origin.h"

struct config_options {
    const char *config, *output;
    struct opt_list set;
    bool origin, show_secrets;
    bool json;
};

/* Each returns the exit status. */
int config_show(const struct config_options *o, char **words, size_t n);
int config_list(const struct config_options *o, char **words, size_t n);
int config_diff(const struct config_options *o, char **words, size_t n);
int config_graph(const struct config_options *o, char **words, size_t n);

/* Loads the main file of -c (or the default one); says its errors on stderr. False: there is no file to read, which was said. */
bool config_load(const struct config_options *o, const char *path, struct loaded *l);
/* The type of that name; false: there is none, which was said. */
bool config_type(const char *word, enum conf_type *type);
/* config_text.c: an object for people. */
void config_text(const struct config_options *o, const struct conf *c, const struct conf_origin *g,
                 struct buf *out);
/* config_json.c: the same as a JSON object. */
struct json;
void config_json(const struct config_options *o, const struct conf *c, const struct conf_origin *g,
                 struct json *j);
void config_json_file(struct json *j, const struct conf *c, uint32_t file, uint32_t line, uint32_t column);
/* The value, or the mask. */
struct str config_shown(const struct config_options *o, struct str value, bool secret);
/* Writes out to stdout, and lets go of it; returns status. */
int config_print(struct buf *out, int status);
