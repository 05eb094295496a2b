/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the audit record: any bytes as a file are read to their end, or to what is wrong, and what is an entry can be shown. */
#include "db/audit_render.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct audit_scan s = {.rest = str_make((const char *)data, size)};
    struct audit_filter f = {.who = STR("a*"), .object = STR("?"), .text = STR("x")};
    struct audit_outcome o = {.known = size & 1, .status = size};
    struct buf out = BUF_INIT;
    struct audit_chain c;
    struct audit_line l;
    char why[200];
    size_t at = 0;

    audit_chain_init(&c);
    while (audit_scan_next(&s, &l) == 1) {
        BUG_ON(s.at <= at || s.at + s.rest.n != size || !l.n || !audit_kind_word(l.kind));
        at = s.at;
        audit_chain_follow(&c, &l, why, sizeof(why));
        audit_filter_fits(&f, &l, &o);
        audit_render_json(&out, &l, &o);
        audit_render_csv(&out, &l, &o);
        audit_render_text(&out, &l, &o);
        buf_clear(&out);
    }
    buf_release(&out);
    return 0;
}
