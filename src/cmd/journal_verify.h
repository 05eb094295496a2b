/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* `vigie journal verify`: are the journal, the databases beside it, the series store and the audit record whole, and do they fit together? self: a struct journal_look. E_FORMAT: something is damaged, which was said. */
#include "base/err.h"

int journal_verify(void *self, struct err *err);
