/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Names by a pattern: `*` is any text, an empty one too, `?` one character. `\*`, `\?` and `\\` are the character itself; another backslash is one. Capitals count. Bytes that are no UTF-8 are a character each.
 */
#include "base/str.h"

bool glob_is(
    struct str
        s); /* is there a * or ? in it? Without one a text is no pattern, and its backslashes are what they are */
bool glob_matches(struct str pattern, struct str s);
