/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Lines of Influx' line protocol: MEASUREMENT,TAG=VALUE,... value=NUMBER MILLISECONDS
 *
 * Commas, blanks and equal signs in names and values of tags get a backslash. A backslash itself is doubled only where one of these or another backslash follows, which readers that undo it and
 * readers that do not tell apart from nothing else; at the end of a value it cannot be said (it would be taken for that of the comma behind it) and is left out. Control characters become
 * blanks: a line cannot hold them. A tag without a value is left out.
 */
#include "base/buf.h"

struct influx_tag {
    struct str name, value;
};

/* Tags: the caller's, in the order of their names. number: decimal text. */
void influx_line(struct buf *b, struct str measurement, const struct influx_tag *tag, size_t n_tags,
                 struct str number, int64_t ms);
