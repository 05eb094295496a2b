/* SPDX-License-Identifier: Apache-2.0 */
#include "db/backup_look.h"

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

    journal_reader_init(&rd, io, list, 0, list->v.n);
    while (journal_reader_next_whole(&rd, &rec) == 1)
        ;
    if (list->v.n && !rd.lacks && rd.expect <= list->known)
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

static int look(const struct journal_io *io, uint64_t known, struct journal_damage *damage, bool *again,
                struct err *err)
{
    struct journal_list list = {.known = known};
    int r = journal_list_read(&list, io, err);

    *damage = (struct journal_damage){.places = 0};
    if (r == 0)
        read_all(io, &list, damage);
    *again = r == 0 && damage->places && is_another(&list, io);
    journal_list_release(&list);
    return r;
}

int backup_look_journal(const struct backup_where *state, uint64_t known, struct journal_damage *damage,
                        struct err *err)
{
    struct journal_dir dir = {openat(state->fd, "journal", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    struct journal_io io;
    bool again = true;
    int r = 0;

    if (dir.fd < 0)
        return err_sys(err, errno, "cannot open %s/journal", state->path);
    journal_io_dir(&io, &dir);
    for (int i = 0; r == 0 && again && i < TRIES; i++)
        r = look(&io, known, damage, &again, err);
    close(dir.fd);
    return r;
}
