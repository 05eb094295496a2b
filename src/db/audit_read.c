/* SPDX-License-Identifier: Apache-2.0 */
#include "db/audit_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUFFIX ".audit"
#define DIGITS 16u

void audit_name(char *out, uint64_t first)
{
    snprintf(out, AUDIT_NAME, "%016" PRIu64 SUFFIX, first);
}

bool audit_name_parse(const char *name, uint64_t *first)
{
    struct str s = str_of(name);

    return s.n == DIGITS + strlen(SUFFIX) && str_ends(s, STR(SUFFIX)) && s.p[0] != '+' && s.p[0] != '-' &&
           str_to_u64(str_sub(s, 0, DIGITS), first) && *first > 0;
}

static void add_name(void *user, const char *name)
{
    struct audit_files *f = user;
    struct audit_file *file;
    uint64_t first;

    if (!audit_name_parse(name, &first))
        return;
    file = VEC_ADD(&f->v);
    file->first = first;
    str_copy(file->name, sizeof(file->name), str_of(name));
}

static int by_first(const void *a, const void *b)
{
    uint64_t x = ((const struct audit_file *)a)->first, y = ((const struct audit_file *)b)->first;

    return x < y ? -1 : x > y;
}

int audit_files_read(struct audit_files *f, const struct journal_io *io, struct err *err)
{
    int r = io->list(io->user, add_name, f);

    if (r < 0)
        return err_set(err, r, "the folder of the audit record cannot be listed");
    if (f->v.n)
        qsort(f->v.at, f->v.n, sizeof(f->v.at[0]), by_first);
    return 0;
}

void audit_files_release(struct audit_files *f)
{
    VEC_RELEASE(&f->v);
}

int audit_file_read(const struct journal_io *io, const char *name, struct buf *b, struct err *err)
{
    int h = io->open(io->user, name, JOURNAL_READ);
    int64_t size = h < 0 ? h : io->size(io->user, h), n = size;

    buf_clear(b);
    if (size > AUDIT_FILE_MAX)
        n = err_set(err, E_LIMIT, "%s: it has %" PRId64 " bytes, more than a file of the audit record may",
                    name, size);
    if (n >= 0) {
        buf_reserve(b, (size_t)size + 1);
        n = io->read(io->user, h, 0, b->data, (size_t)size);
        b->len = n > 0 ? (size_t)n : 0;
        b->data[b->len] = '\0';
    }
    if (h >= 0)
        io->close(io->user, h);
    return n < 0 ? err_set(err, (int)n, "%s cannot be read", name) : 0;
}

/* ---- verify ---- */

struct verify {
    const struct journal_io *io;
    const struct audit_head *heads;
    size_t n_heads;
    struct audit_found *f;
    struct audit_chain chain;
    const char *file;
    uint64_t line;
    struct audit_head removed;   /* what the newest cut says */
    char begins[AUDIT_HASH + 1]; /* what the first entry that is kept says of the one before it */
    const char *oldest;          /* its file */
};

static void wrong(struct verify *v, const char *what)
{
    if (!v->f->wrong[0] && !v->line)
        snprintf(v->f->wrong, sizeof(v->f->wrong), "%s: %s", v->file, what);
    if (!v->f->wrong[0])
        snprintf(v->f->wrong, sizeof(v->f->wrong), "%s, line %" PRIu64 ": %s", v->file, v->line, what);
}

/* The hash of entry n is known now: is it the one that the journal has? */
static void compare(struct verify *v)
{
    char what[320];

    for (size_t i = 0; i < v->n_heads; i++) {
        if (v->heads[i].n != v->chain.n)
            continue;
        v->f->heads++;
        if (strcmp(v->heads[i].hash, v->chain.hash) == 0)
            continue;
        snprintf(what, sizeof(what),
                 "entry %" PRIu64 " has the hash %s, and %s says that it had %s: entries up to it were "
                 "written anew",
                 v->chain.n, v->chain.hash, v->heads[i].kept ? "the head that was kept" : "the journal",
                 v->heads[i].hash);
        v->f->anew = true;
        wrong(v, what);
    }
}

static void note_cut(struct verify *v, const struct audit_line *l)
{
    struct str head = audit_member(l->json, "head");

    v->f->cut = true;
    v->removed.n = audit_number(l->json, "until");
    str_copy(v->removed.hash, sizeof(v->removed.hash), str_sub(head, 1, AUDIT_HASH));
}

static void note(struct verify *v, const struct audit_line *l)
{
    if (l->kind == AUDIT_CUT)
        note_cut(v, l);
    v->f->restored = v->f->restored || l->kind == AUDIT_RESTORED;
    v->f->last = l->n;
    compare(v);
}

/* The first line of a file says what it follows. It may follow an entry before the end of the file before, when writing that failed. */
static bool begin_file(struct verify *v, const struct audit_line *l, uint64_t first, struct buf *past)
{
    struct audit_scan s = {.rest = buf_str(past)};
    struct audit_line old;

    if (l->kind != AUDIT_BEGIN || l->n != first) {
        wrong(v, "a file begins with an entry of the kind begin, and with the number in its name");
        return false;
    }
    if (!v->f->first) { /* what was before it is not kept */
        v->f->first = l->n;
        v->oldest = v->file;
        v->chain.n = l->n - 1;
        str_copy(v->chain.hash, sizeof(v->chain.hash), l->before);
        str_copy(v->begins, sizeof(v->begins), l->before);
        compare(v);
        return true;
    }
    if (l->n > v->chain.n)
        return true;
    while (audit_scan_next(&s, &old) == 1 && old.n + 1 < l->n)
        ;
    if (old.n + 1 == l->n && str_eq(old.hash, l->before)) {
        v->f->unacknowledged += v->chain.n - old.n;
        v->chain.n = old.n;
        str_copy(v->chain.hash, sizeof(v->chain.hash), old.hash);
    }
    return true;
}

static void verify_file(struct verify *v, const struct audit_file *file, struct buf *now, struct buf *past,
                        bool last)
{
    struct audit_scan s = {.rest = buf_str(now)};
    struct audit_line l;
    char why[400];
    int r = 0;

    v->file = file->name;
    v->line = 0;
    while (!v->f->wrong[0] && (r = audit_scan_next(&s, &l)) == 1) {
        v->line++;
        if (v->line == 1 && !begin_file(v, &l, file->first, past))
            return;
        if (!audit_chain_follow(&v->chain, &l, why, sizeof(why)))
            wrong(v, why);
        else
            note(v, &l);
    }
    v->line++;
    snprintf(why, sizeof(why), "entry %" PRIu64 " was expected, and this is no entry of an audit record",
             v->chain.n + 1);
    if (r == E_FORMAT)
        wrong(v, why);
    else if (r == E_AGAIN)
        v->f->torn = s.rest.n;
    if (r == E_AGAIN && !last)
        wrong(v, "the line is not whole, and a file was begun behind it");
    if (v->line == 1 && r == 0 && !last)
        wrong(v, "nothing stands in this file, and one was begun behind it");
}

/* What the journal remembers and the record does not have any more. */
static void verify_ends(struct verify *v)
{
    const struct audit_head *last = NULL;
    char what[320], ends[64] = "there are no entries";

    for (size_t i = 0; i < v->n_heads; i++)
        last = !last || v->heads[i].n > last->n ? &v->heads[i] : last;
    if (v->f->last)
        snprintf(ends, sizeof(ends), "the record ends with entry %" PRIu64, v->f->last);
    if (last && last->n > v->f->last) {
        snprintf(what, sizeof(what), "%s, and %s entry %" PRIu64 ": what stood behind was cut off", ends,
                 last->kept ? "the head that was kept is of" : "the journal knows of", last->n);
        wrong(v, what);
    }
    if (v->f->first <= 1 || v->f->wrong[0])
        return;
    v->file = v->oldest;
    v->line = 1;
    if (v->removed.n + 1 < v->f->first)
        snprintf(what, sizeof(what),
                 "the record begins with entry %" PRIu64
                 ", and no entry says that those before it were removed",
                 v->f->first);
    else if (v->removed.n + 1 == v->f->first && strcmp(v->removed.hash, v->begins) != 0)
        snprintf(what, sizeof(what),
                 "entry %" PRIu64 " had the hash %s when it was removed, and what follows says %s",
                 v->removed.n, v->removed.hash, v->begins);
    else
        return;
    wrong(v, what);
}

int audit_verify(const struct journal_io *io, const struct audit_head *heads, size_t n_heads,
                 struct audit_found *found, struct err *err)
{
    struct verify v = {.io = io, .heads = heads, .n_heads = n_heads, .f = found, .file = "*.audit"};
    struct buf b[2] = {BUF_INIT, BUF_INIT};
    struct audit_files files = {.v = {0}};
    int r = audit_files_read(&files, io, err);

    *found = (struct audit_found){.first = 0};
    audit_chain_init(&v.chain);
    for (size_t i = 0; r == 0 && i < files.v.n && !found->wrong[0]; i++) {
        r = audit_file_read(io, files.v.at[i].name, &b[i % 2], err);
        if (r == 0)
            verify_file(&v, &files.v.at[i], &b[i % 2], &b[(i + 1) % 2], i + 1 == files.v.n);
    }
    found->files = files.v.n;
    memcpy(found->hash, v.chain.hash, sizeof(found->hash));
    if (r == 0)
        verify_ends(&v);
    audit_files_release(&files);
    buf_release(&b[0]);
    buf_release(&b[1]);
    return r;
}
