/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration of several files, in any bytes. A byte 0x02 parts the files; the first line of each is its path, the rest its bytes. /main.cfg is read first; the lines of
 * /sets are as of --set, /native makes it a native configuration. What must hold: reading ends; every diagnostic has its place and is said once; what is accepted makes a
 * snapshot that opens; and what was written resolved, read again, is written the same.
 */
#include "../unit/fake_conf.h"

#include "core/precache.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_FILES 16
#define MAX_SETS  8

struct disk {
    struct str path[MAX_FILES], bytes[MAX_FILES];
    size_t n;
};

static const struct str *disk_find(const struct disk *d, struct str path)
{
    for (size_t i = 0; i < d->n; i++)
        if (str_eq(d->path[i], path))
            return &d->bytes[i];
    return NULL;
}

static int disk_read(void *ctx, const char *path, struct buf *out, char distrust[128], struct err *err)
{
    const struct disk *d = ctx;
    const struct str *bytes = disk_find(d, str_of(path));

    distrust[0] = '\0';
    if (!bytes)
        return err_set(err, E_NOENT, "cannot open %s: there is no such file", path);
    buf_add_str(out, *bytes);
    if (strstr(path, "others"))
        str_copy(distrust, 128, STR("others may write it"));
    return 0;
}

/* A folder is what stands before a slash in a path. Every folder whose name begins with "loop" is in itself. */
static int disk_list(void *ctx, const char *path, conf_entry_f *each, void *arg, struct err *err)
{
    const struct disk *d = ctx;
    struct str folder = str_of(path), rest, name;
    bool found = false;

    while (folder.n && folder.p[folder.n - 1] == '/')
        folder.n--;
    if (strstr(path, "/loop")) {
        each(arg, STR("loop"), true);
        return 0;
    }
    for (size_t i = 0; i < d->n; i++) {
        if (!str_starts(d->path[i], folder) || d->path[i].n <= folder.n || d->path[i].p[folder.n] != '/')
            continue;
        rest = str_sub(d->path[i], folder.n + 1, d->path[i].n - folder.n - 1);
        name = str_cut(&rest, '/');
        each(arg, name, rest.p != NULL);
        found = true;
    }
    return found ? 0 : err_set(err, E_NOENT, "cannot read the folder %s", path);
}

static void disk_fill(struct disk *d, struct str all)
{
    while (all.p && d->n < MAX_FILES) {
        struct str rest = str_cut(&all, '\x02'), path = str_cut(&rest, '\n');

        if (path.n >= 200)
            continue;
        d->path[d->n] = path;
        d->bytes[d->n++] = rest.p ? rest : STR("");
    }
}

static struct conf *load(struct disk *d)
{
    const struct conf_io io = {d, disk_read, disk_list, NULL, fake_program, NULL};
    struct conf_request rq = {.main_path = "/main.cfg", .zone = "CET-1CEST,M3.5.0,M10.5.0/3"};
    const struct str *lines = disk_find(d, STR("/sets"));
    struct str rest = lines ? *lines : (struct str){0}, sets[MAX_SETS];

    while (rest.p && rq.n_sets < MAX_SETS)
        sets[rq.n_sets++] = str_cut(&rest, '\n');
    rq.sets = sets;
    rq.native = disk_find(d, STR("/native")) != NULL;
    return conf_load(&io, &rq);
}

static void look_at_diags(const struct conf *c)
{
    const struct conf_diag *d, *before = NULL;

    for (size_t i = 0; i < conf_n_diags(c); i++, before = d) {
        d = conf_diag_at(c, i);
        BUG_ON(!d->text || !d->text[0] || strchr(d->text, '\n'));
        if (d->file == UINT32_MAX)
            continue;
        BUG_ON(!d->line != !d->column);
        if (!before || before->file != d->file)
            continue;
        BUG_ON(before->line > d->line);
        if (before->line == d->line && before->column == d->column && !strcmp(before->text, d->text))
            fprintf(stderr, "said twice, line %u: %s\n", d->line, d->text);
    }
}

/* What was written resolved says the same when it is read again. */
static void read_again(struct str written)
{
    struct disk again = {.n = 2,
                         .path = {STR("/main.cfg"), STR("/objects.cfg")},
                         .bytes = {STR("cfg_file=/objects.cfg\n"), written}};
    struct buf second = BUF_INIT;
    struct conf *c = load(&again);

    look_at_diags(c);
    for (size_t i = 0; !conf_ok(c) && i < conf_n_diags(c); i++)
        conf_diag_text(c, conf_diag_at(c, i), &second);
    if (conf_ok(c))
        precache_write(conf_tables(c), &second);
    if (!str_eq(buf_str(&second), written)) {
        fprintf(stderr, "written:\n" STR_FMT "read again:\n" STR_FMT, STR_ARG(written),
                STR_ARG(buf_str(&second)));
        BUG_ON(true);
    }
    buf_release(&second);
    conf_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct disk d = {.n = 0};
    struct buf b = BUF_INIT;
    struct fake_model m;
    struct conf *c;

    disk_fill(&d, str_make((const char *)data, size));
    c = load(&d);
    look_at_diags(c);
    for (size_t i = 0; i < conf_n_diags(c); i++)
        conf_diag_text(c, conf_diag_at(c, i), &b);
    buf_clear(&b);
    if (conf_ok(c)) {
        BUG_ON(!fake_open(c, &m));
        fake_close(&m);
        precache_write(conf_tables(c), &b);
        read_again(buf_str(&b));
    }
    buf_release(&b);
    conf_free(c);
    return 0;
}
