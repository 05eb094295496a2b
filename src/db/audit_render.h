/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Entries of the audit record for people and programs: what the question of the reader and `vigie audit-log export` share. Pure. */
#include "db/audit_line.h"

/* What came of an entry ASKED: of the DONE that names it. */
struct audit_outcome {
    bool known;
    uint64_t status;
    struct wall at;
};

/* done, refused, failed, unknown; empty of what is no question at all. */
const char *audit_outcome_word(const struct audit_line *l, const struct audit_outcome *o);
/* The entry with its outcome, as JSON. */
void audit_render_json(struct buf *out, const struct audit_line *l, const struct audit_outcome *o);
void audit_render_csv_head(struct buf *out);
void audit_render_csv(struct buf *out, const struct audit_line *l, const struct audit_outcome *o);
void audit_render_text(struct buf *out, const struct audit_line *l, const struct audit_outcome *o);

/* What is looked for; p NULL or 0: anything. */
struct audit_filter {
    struct wall from, to;
    struct str who, object; /* * any text, ? one character */
    struct str what;        /* in method, path, right or kind */
    struct str text;        /* anywhere */
    struct str outcome;
};
bool audit_filter_fits(const struct audit_filter *f, const struct audit_line *l,
                       const struct audit_outcome *o);
