/* SPDX-License-Identifier: Apache-2.0 */
#include "core/excmd_file.h"

#include "base/limits.h"
#include "core/excmd.h"
#include "core/nlog.h"
#include "core/source.h"
#include "core/world_in.h"

#include <string.h>

/* Numbers of files that no line of the command file named: such a line's number is that of its life, and a count. */
#define OF_A_PERSON ((uint64_t)1 << 63)

static struct world_file *first(struct world *w)
{
    return w->files.all.n ? &w->files.all.at[0] : NULL;
}

static struct world_file *find(struct world *w, uint64_t id)
{
    for (size_t i = 0; i < w->files.all.n; i++)
        if (w->files.all.at[i].id == id)
            return &w->files.all.at[i];
    return NULL;
}

bool excmd_file_first(const struct world *w, struct world_file *f)
{
    if (w->files.all.n)
        *f = w->files.all.at[0];
    return w->files.all.n != 0;
}

bool excmd_file_had(const struct world *w, uint64_t id, uint64_t at, bool *known)
{
    *known = w->files.all.n && w->files.all.at[0].id == id;
    return *known && at <= w->files.all.at[0].at;
}

/* A checkpoint has a later one first if it came while it was made. */
static struct world_file *add(struct world *w, uint64_t id, uint64_t turn, struct str path, bool remove)
{
    struct excmd_files *q = &w->files;
    size_t i = q->all.n;

    VEC_ADD(&q->all);
    for (; i > 0 && q->all.at[i - 1].turn > turn; i--)
        q->all.at[i] = q->all.at[i - 1];
    q->all.at[i] = (struct world_file){
        .id = id, .turn = turn, .path = str_make(str_dup(path), path.n), .remove = remove};
    q->turn = MAX(q->turn, turn);
    return &q->all.at[i];
}

static void drop(struct world *w, struct world_file *f)
{
    size_t i = (size_t)(f - w->files.all.at);

    mem_free((char *)(uintptr_t)f->path.p);
    w->files.all.n--;
    memmove(f, f + 1, (w->files.all.n - i) * sizeof(*f));
}

/* ---- what happens ---- */

static void ask(struct world *w)
{
    const struct world_file *f = first(w);
    struct world_effect *e;

    if (!f)
        return;
    e = world_effect(w, WORLD_FILE);
    e->id = f->id;
}

int excmd_do_file(struct world *w, const struct excmd *c, uint32_t check UNUSED, struct err *err)
{
    struct str path = c->text[0], flag = str_trim(c->text[1]);
    struct world_file *f;
    int64_t n = 0;

    if (!path.n || path.p[0] != '/')
        return err_set(err, E_INVAL, "write the absolute path of the file");
    if (flag.n && !str_to_i64(flag, &n))
        return err_set(err, E_INVAL, "the second field says whether the file is deleted: 0 or 1");
    if (c->source == WORLD_SOURCE_RECORD) /* it was read when it was recorded: its lines stand there, too */
        return 0;
    if (w->files.all.n >= LIMIT_COMMAND_FILES)
        return err_set(err, E_LIMIT, "%u other files wait to be read", LIMIT_COMMAND_FILES);
    f = add(w, c->source == WORLD_SOURCE_PIPE ? c->token : OF_A_PERSON | w->opt.epoch << 32 | ++w->files.last,
            w->files.turn + 1, path, n != 0);
    world_record(
        w, RECORD_FILE_WAITS,
        &(struct record_file_waits){.id = f->id, .path = f->path, .remove = f->remove, .turn = f->turn});
    if (f == first(w))
        ask(w);
    return 0;
}

void excmd_file_line(struct world *w, const struct world_event *e)
{
    struct world_file *f = first(w);

    if (!f || f->id != e->command.file)
        return;
    f->at = MAX(f->at, e->command.at);
    f->mark = e->command.mark;
    world_record(w, RECORD_FILE_READ, &(struct record_file_read){.id = f->id, .at = f->at, .mark = f->mark});
}

static void end(struct world *w, struct world_file *f)
{
    world_record(w, RECORD_FILE_READ, &(struct record_file_read){.id = f->id, .over = 1});
    drop(w, f);
}

void excmd_file_over(struct world *w, uint64_t id)
{
    struct world_file *f = find(w, id);
    bool was_first = f && f == first(w);

    if (f)
        end(w, f);
    if (was_first)
        ask(w);
}

/* ---- the record ---- */

void excmd_file_restore(struct world *w, const struct record_file_waits *r)
{
    struct world_file *f = find(w, r->id);

    if (!f)
        f = add(w, r->id, r->turn ? r->turn : w->files.turn + 1, r->path, r->remove != 0);
    f->at = r->at;
    f->mark = r->mark;
}

void excmd_file_restore_read(struct world *w, const struct record_file_read *r)
{
    struct world_file *f = find(w, r->id);

    if (f && r->over) {
        drop(w, f);
    } else if (f) {
        f->at = r->at;
        f->mark = r->mark;
    }
}

void excmd_file_doubt(struct world *w)
{
    w->files.doubted = w->files.all.n != 0;
}

void excmd_file_after_load(struct world *w)
{
    while (w->files.doubted && first(w)) {
        nlog_text(w,
                  "Warning: External command dropped: a part of the journal is lost, and how much of it was "
                  "done is not known: PROCESS_FILE;" STR_FMT,
                  STR_ARG(str_sub(first(w)->path, 0, 512)));
        end(w, first(w));
    }
    w->files.doubted = false;
}

bool excmd_file_put(const struct world *w, struct wall at, uint64_t *next, size_t most, struct buf *out)
{
    size_t i = 0;

    while (i < w->files.all.n && w->files.all.at[i].turn < *next)
        i++;
    for (; i < w->files.all.n && out->len < most; i++) {
        const struct world_file *f = &w->files.all.at[i];
        struct record_file_waits r = {
            .id = f->id, .path = f->path, .remove = f->remove, .at = f->at, .mark = f->mark, .turn = f->turn};

        *next = f->turn + 1;
        record_put(out, RECORD_FILE_WAITS, at, &r);
    }
    return i == w->files.all.n;
}

void excmd_file_release(struct world *w)
{
    while (first(w))
        drop(w, first(w));
    VEC_RELEASE(&w->files.all);
}
