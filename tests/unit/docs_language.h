/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The configuration language in words, from its tables: docs/DIRECTIVES.md and the manual page vigie.cfg(5). For test_docs. */
#include "base/buf.h"

void docs_language_page(struct buf *b);
void docs_language_manual(struct buf *b);
