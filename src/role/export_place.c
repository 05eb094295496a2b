/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "os/file.h"
#include "role/export_int.h"

#include <stdio.h>
#include <string.h>

enum { PLACE_MAX = 100 };

void export_place_write(struct export_target *t)
{
    struct err err = ERR_INIT;
    char text[PLACE_MAX];
    int n = snprintf(text, sizeof(text), "vigie-export 1 %llu %llu\n", (unsigned long long)t->done,
                     (unsigned long long)t->marked);
    bool ok = file_replace_at(t->e->export_fd, t->name, text, (size_t)n, 0600, &err) == 0;

    if (!ok && !t->place_failed)
        log_warn("how far the measurements for %s are cannot be written: %s. They go on; after a restart "
                 "some are sent again",
                 t->name, err.text);
    t->place_failed = !ok;
}

void export_place_read(struct export_target *t, uint64_t stored, uint64_t oldest)
{
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;
    int r = file_read_at(t->e->export_fd, t->name, PLACE_MAX, &text, &err);

    t->placed = true;
    if (r == 0 && outgoing_place(buf_str(&text), &t->done, &t->marked)) {
        if (t->done > stored) {
            log_warn("measurements for %s were sent up to record %llu, and the journal ends with %llu: was "
                     "it put back to an older state? They go on from its end",
                     t->name, (unsigned long long)t->done, (unsigned long long)stored);
            t->done = t->marked = stored;
        }
        t->marked = MIN(t->marked, stored);
    } else if (r == E_NOENT) {
        t->done = t->marked = stored;
        log_notice("measurements are sent to %s from record %llu on", t->name,
                   (unsigned long long)stored + 1);
        export_place_write(t);
    } else {
        t->done = oldest ? oldest - 1 : 0;
        t->marked = stored;
        log_error("%s/export/%s does not say how far the measurements are%s%s: all that the journal has are "
                  "sent once more",
                  t->e->role->state_dir, t->name, r < 0 ? ": " : "", r < 0 ? err.text : "");
    }
    t->read = t->done;
    buf_release(&text);
}
