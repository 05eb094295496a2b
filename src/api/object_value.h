/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The values of a configured object as the directives of the configuration say them: what counts, with templates applied and defaults filled in, from the snapshot; and which lines of which files made each (core/origin.h). Secrets are masked. */
#include "api/api.h"
#include "api/eyes.h"
#include "core/conf_table.h"

/* The member "values": [{"name","value","source","from":[{"file","line","template"}]}...], in the order of the table of directives. What only who sees everything gets to know (addresses of people) is left out for others, and so are names that only what is out of sight refers to. commands: what is seen of commands, by their own right; with which of them a contact is told. */
void object_values(struct json *j, struct eyes *eyes, struct eyes *commands, enum conf_type type,
                   uint32_t at);
/* A command line with what stands behind options such as --password masked. */
void object_line(struct str line, struct buf *out);
extern const struct shape object_value_shape;
