/* SPDX-License-Identifier: Apache-2.0 */
#include "db/backup_series.h"

#include "base/map.h"
#include "base/vec.h"
#include "db/series_file.h"

#include <stdlib.h>
#include <string.h>

struct name {
    char text[SERIES_NAME];
};

struct look {
    const struct journal_io *io;
    VEC(struct name) name; /* that were not taken yet */
    struct map taken;
};

static void each_name(void *user, const char *name)
{
    struct look *l = user;
    struct series_header h;

    if (!series_name_get(name, &h) || map_get(&l->taken, str_of(name), NULL))
        return;
    str_copy(VEC_ADD(&l->name)->text, SERIES_NAME, str_of(name));
}

static enum series_form form_of(const struct name *n)
{
    struct series_header h;

    BUG_ON(!series_name_get(n->text, &h));
    return h.form;
}

/* Heads, logs, parts, whole files; the older before the newer. */
static int by_order(const void *a, const void *b)
{
    static const int rank[SERIES_FORMS] = {
        [SERIES_HEAD] = 0, [SERIES_LOG] = 1, [SERIES_PART] = 2, [SERIES_WHOLE] = 3};
    int x = rank[form_of(a)], y = rank[form_of(b)];

    return x != y ? x - y : strcmp(a, b);
}

/* A file that is being made has none. */
static bool has_end(const struct journal_io *io, const struct name *n)
{
    char bytes[SERIES_HEADER];
    struct series_header h;
    struct series_file f;
    int handle = io->open(io->user, n->text, JOURNAL_READ);
    int64_t got;
    bool has;

    if (handle < 0)
        return false;
    got = io->read(io->user, handle, 0, bytes, sizeof(bytes));
    io->close(io->user, handle);
    if (got != sizeof(bytes) || series_header_get(str_make(bytes, sizeof(bytes)), &h, NULL) < 0)
        return false;
    series_file_init(&f, &h);
    has = series_file_open(&f, io, h.site, NULL) == 0;
    series_file_release(&f, io);
    return has;
}

/* 1: something was taken. */
static int take_new(struct look *l, bool first, int (*put)(void *user, const char *name), void *user)
{
    int any = 0;

    if (l->name.n)
        qsort(l->name.at, l->name.n, sizeof(l->name.at[0]), by_order);
    for (size_t i = 0; i < l->name.n; i++) {
        const struct name *n = &l->name.at[i];
        enum series_form form = form_of(n);
        int r;

        if ((form == SERIES_HEAD && !first) ||
            ((form == SERIES_PART || form == SERIES_WHOLE) && !has_end(l->io, n)))
            continue;
        r = put(user, n->text);
        if (r < 0)
            return r;
        map_put(&l->taken, str_of(n->text), 1);
        any = 1;
    }
    return any;
}

int backup_series(const struct journal_io *io, int (*put)(void *user, const char *name), void *user)
{
    struct look l = {.io = io, .taken = MAP_INIT};
    bool first = true;
    int r;

    do {
        VEC_CLEAR(&l.name);
        r = io->list(io->user, each_name, &l);
        if (r == 0)
            r = take_new(&l, first, put, user);
        first = false;
    } while (r == 1);
    VEC_RELEASE(&l.name);
    map_release(&l.taken);
    return r;
}
