/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/audit_heads.h"

#include "cmd/look.h"
#include "core/record.h"
#include "db/journal_read.h"

#include <stdio.h>
#include <unistd.h>

static void note(struct audit_heads *h, const struct segment_record *r)
{
    struct record_audit_head head;
    struct audit_head *new;

    if (r->kind != RECORD_AUDIT_HEAD || record_get(RECORD_AUDIT_HEAD, r->payload, &head) < 0 ||
        !audit_is_hash(head.hash))
        return;
    new = VEC_ADD(&h->v);
    *new = (struct audit_head){.n = head.n};
    str_copy(new->hash, sizeof(new->hash), head.hash);
}

int audit_heads_read(struct audit_heads *h, const char *state, struct err *err)
{
    struct journal_list list = {.v = {0}};
    struct journal_dir dir;
    struct journal_reader rd;
    struct journal_record rec;
    struct journal_io io;
    char path[4200];
    int r;

    snprintf(path, sizeof(path), "%s/journal", state);
    dir.fd = look_open(path, err);
    if (dir.fd < 0)
        return dir.fd;
    journal_io_dir(&io, &dir);
    r = journal_list_read(&list, &io, err);
    if (r == 0) {
        journal_reader_init(&rd, &io, &list, 0, list.v.n);
        while (journal_reader_next_whole(&rd, &rec))
            note(h, &rec.r);
        journal_reader_release(&rd);
    }
    journal_list_release(&list);
    close(dir.fd);
    return r;
}

void audit_heads_release(struct audit_heads *h)
{
    VEC_RELEASE(&h->v);
}
