/* SPDX-License-Identifier: Apache-2.0 */
#include "db/holes.h"

#include "os/disk.h"
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define MOST 65536u /* bytes of the file that are read */

static bool number(struct str *line, uint64_t *out)
{
    size_t n = 0;

    while (n < line->n && line->p[n] != ' ')
        n++;
    if (!str_to_u64(str_sub(*line, 0, n), out))
        return false;
    *line = str_sub(*line, MIN(n + 1, line->n), SIZE_MAX);
    return true;
}

static void add_line(struct journal_damage *d, struct str line)
{
    struct journal_damage one = {.places = 1, .n_hole = 1};
    uint64_t v[4];

    for (size_t i = 0; i < ARRAY_LEN(v); i++)
        if (!number(&line, &v[i]))
            return;
    one.hole[0] = (struct journal_hole){.from = v[0],
                                        .n = v[1],
                                        .after = {(int64_t)MIN(v[2], (uint64_t)INT64_MAX)},
                                        .before = {(int64_t)MIN(v[3], (uint64_t)INT64_MAX)}};
    journal_damage_add(d, &one);
}

bool holes_read(int dir, struct journal_damage *d)
{
    struct err err = ERR_INIT;
    struct buf text = BUF_INIT;
    bool is = file_read_at(dir, HOLES_FILE, MOST, &text, &err) == 0;

    for (size_t at = 0, n; is && at < text.len; at += n + 1) {
        for (n = 0; at + n < text.len && text.data[at + n] != '\n'; n++)
            ;
        if (text.data[at] != '#')
            add_line(d, str_make(text.data + at, n));
    }
    buf_release(&text);
    return is;
}

int holes_write(int dir, const struct journal_damage *d, struct err *err)
{
    struct buf text = BUF_INIT;
    int r;

    if (!d->n_hole) {
        disk_unlink(dir, HOLES_FILE);
        return 0;
    }
    buf_add_c(&text,
              "# Records that the journal lacks: first number, how many (0: not known), written after and "
              "before (microseconds since 1970).\n"
              "# Vigie says so until this file is removed, or the journal no longer goes back so far.\n");
    for (unsigned i = 0; i < d->n_hole; i++)
        buf_printf(&text, "%" PRIu64 " %" PRIu64 " %" PRId64 " %" PRId64 "\n", d->hole[i].from, d->hole[i].n,
                   d->hole[i].after.us, d->hole[i].before.us);
    r = file_replace_at(dir, HOLES_FILE, text.data, text.len, 0600, err);
    buf_release(&text);
    return r;
}

bool holes_are_kept(int dir)
{
    struct stat st;

    return fstatat(dir, HOLES_FILE, &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

bool holes_left(struct journal_damage *d, uint64_t first)
{
    unsigned n = 0, was = d->n_hole;

    for (unsigned i = 0; i < was; i++) {
        const struct journal_hole h = d->hole[i];

        /* The segment behind a hole is the last to show it. */
        if (first == UINT64_MAX || first <= h.from + h.n)
            d->hole[n++] = h;
        else
            d->lost -= MIN(d->lost, h.n);
    }
    d->n_hole = n;
    d->places -= MIN(d->places, was - n);
    if (first != UINT64_MAX && d->more_to && first > d->more_to) {
        d->places = n;
        d->lost = d->more_from = d->more_to = 0;
        for (unsigned i = 0; i < n; i++)
            d->lost += d->hole[i].n;
    }
    return n < was;
}
