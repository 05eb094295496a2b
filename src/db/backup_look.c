/* SPDX-License-Identifier: Apache-2.0 */
#include "db/backup_look.h"

#include "db/holes.h"
#include "db/record_look.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define TRIES 3 /* while old segments are removed */

uint64_t backup_look_known(const struct backup_where *state)
{
    struct record_look at[RECORD_LOOK_DATABASES];
    char folder[4400];

    snprintf(folder, sizeof(folder), "%s/db", state->path);
    record_look_numbers(folder, at);
    return record_look_known(at);
}

static void read_all(const struct journal_io *io, const struct journal_list *list,
                     struct journal_damage *damage)
{
    struct journal_record rec;
    struct journal_reader rd;

    if (!list->v.n) {
        *damage = (struct journal_damage){.places = 0};
        if (list->known)
            journal_damage_all(damage, list->known);
        return;
    }
    journal_reader_init(&rd, io, list, 0, list->v.n);
    while (journal_reader_next_whole(&rd, &rec) == 1)
        ;
    if (!rd.lacks && rd.expect <= list->known)
        journal_reader_lacks(&rd);
    *damage = rd.damage;
    journal_reader_release(&rd);
}

/* Has the list another begin now? Then what could not be read of it was removed meanwhile. */
static bool is_another(const struct journal_list *list, const struct journal_io *io)
{
    struct journal_list now = {.v = {0}};
    bool other = journal_list_read(&now, io, NULL) == 0 && now.v.n && list->v.n &&
                 now.v.at[0].first_seq != list->v.at[0].first_seq;

    journal_list_release(&now);
    return other;
}

static int look(const struct journal_io *io, uint64_t known, struct journal_damage *damage,
                struct journal_damage *before, bool *again, struct err *err)
{
    struct journal_list list = {.known = known};
    int r = journal_list_read(&list, io, err);

    *damage = (struct journal_damage){.places = 0};
    if (r == 0) {
        read_all(io, &list, damage);
        holes_left(before, journal_list_begins(&list));
    }
    *again = r == 0 && damage->places && is_another(&list, io);
    journal_list_release(&list);
    return r;
}

/* What a start has found that the journal lacks: it goes on behind that, and does not show it. */
static void found_before(const struct backup_where *state, struct journal_damage *d)
{
    int db = openat(state->fd, "db", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    *d = (struct journal_damage){.places = 0};
    if (db < 0)
        return;
    if (holes_read(db, d))
        snprintf(d->first, sizeof(d->first), "as db/%s says until it is removed", HOLES_FILE);
    close(db);
}

int backup_look_journal(const struct backup_where *state, uint64_t known, struct journal_damage *damage,
                        struct err *err)
{
    struct journal_dir dir = {openat(state->fd, "journal", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    struct journal_damage before;
    struct journal_io io;
    bool again = true;
    int r = 0;

    *damage = (struct journal_damage){.places = 0};
    if (dir.fd < 0 && errno == ENOENT) { /* as one without a segment */
        if (known)
            journal_damage_all(damage, known);
        return 0;
    }
    if (dir.fd < 0)
        return err_sys(err, errno, "cannot open %s/journal", state->path);
    found_before(state, &before);
    journal_io_dir(&io, &dir);
    for (int i = 0; r == 0 && again && i < TRIES; i++)
        r = look(&io, known, damage, &before, &again, err);
    close(dir.fd);
    journal_damage_add(damage, &before);
    return r;
}
