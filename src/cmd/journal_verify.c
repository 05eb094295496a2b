/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/journal_verify.h"

#include "cmd/audit_heads.h"
#include "cmd/journal.h"
#include "cmd/series_look.h"
#include "core/record.h"
#include "db/holes.h"
#include "db/record_look.h"
#include "db/segment.h"
#include "os/file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TAIL_MOST (8u * 1024 * 1024) /* of the end that is looked at: more than a batch */
#define SECTOR    512u               /* what a disk writes as a whole, or not at all */
#define TRIES     3                  /* of what is merged or removed meanwhile */

struct seen {
    uint64_t records, first, last, bytes;
    bool checkpoint;
};

struct series_seen {
    int code; /* E_NOENT: there is no store */
    char why[sizeof(((struct err *)0)->text)];
    uint64_t applied, damaged;
    size_t n;             /* how many series */
    bool there, headless; /* there are heads, and none can be read */
};

struct verify {
    struct journal_look *p;
    struct record_look db[RECORD_LOOK_DATABASES];
    struct series_seen series;
    struct seen *seen;    /* by segment */
    uint64_t first, last; /* of all ordinary records */
    uint64_t batch;       /* number of the first record of a batch whose end was not met; 0: none is open */
    unsigned damaged;     /* so many parts of the record */
};

/* ---- the journal ---- */

static void see(struct verify *v, const struct journal_record *rec)
{
    struct seen *s = &v->seen[rec->segment];
    bool ends = rec->r.flags & SEGMENT_END || v->p->list.v.at[rec->segment].head.version < SEGMENT_ENDS;

    s->records++;
    s->bytes += rec->size;
    if (rec->r.flags & SEGMENT_BATCH)
        v->batch = 0;
    if (rec->r.flags & SEGMENT_CHECKPOINT) {
        s->checkpoint = s->checkpoint || rec->r.kind == RECORD_CHECKPOINT_END;
    } else {
        if (!s->first)
            s->first = rec->r.seq;
        s->last = rec->r.seq;
        if (!v->first)
            v->first = rec->r.seq;
        v->last = rec->r.seq;
        if (!v->batch)
            v->batch = rec->r.seq;
    }
    if (ends)
        v->batch = 0;
}

static void print_segment(const struct journal_segment *g, const struct seen *s)
{
    char time[TIME_RFC3339] = "-";

    if (g->whole)
        time_rfc3339(g->head.created, time);
    printf("%s  begun %s  %" PRIu64 " records", g->name, time, s->records);
    if (s->first)
        printf(", %" PRIu64 " to %" PRIu64, s->first, s->last);
    printf("  %" PRIu64 " KiB%s\n", s->bytes / 1024, s->checkpoint ? "  checkpoint" : "");
}

/* A sector of nothing: it was never written. */
static bool has_hole(const char *bytes, size_t n, uint64_t at)
{
    static const char nothing[SECTOR];

    for (size_t i = (SECTOR - at % SECTOR) % SECTOR; i + SECTOR <= n; i += SECTOR)
        if (memcmp(bytes + i, nothing, SECTOR) == 0)
            return true;
    return false;
}

enum tail {
    TAIL_CUT,     /* it ends in the middle, or has holes: a write that was interrupted, or is under way */
    TAIL_WRITTEN, /* whole by now: it was under way */
    TAIL_WRONG, /* there to its last byte, by the lengths and marks of its records, and other than what was written, by their checksums: no write leaves that that was interrupted */
};

/* What stands now where the reader found no whole batch, at rd->at; *last: the number of its last record. Vigie may write meanwhile, so it is more than the reader saw, and may be several batches. */
static enum tail look_at_tail(const struct journal_look *p, const struct journal_reader *rd, uint64_t *last)
{
    const struct journal_io *io = &p->look.io;
    int handle = io->open(io->user, VEC_LAST(&p->list.v).name, JOURNAL_READ);
    char *bytes = mem_alloc(TAIL_MOST);
    int64_t n = handle < 0 ? handle : io->read(io->user, handle, rd->at, bytes, TAIL_MOST);
    struct str rest = str_make(bytes, n > 0 ? (size_t)n : 0);
    uint64_t nonce = VEC_LAST(&p->list.v).head.nonce;
    bool ends = false, wrong = false;
    struct segment_record r;
    size_t size;

    *last = 0;
    while (segment_record_peek(rest, &r, &size) == 1) {
        wrong = wrong || segment_record_get(rest, nonce, &r, &size) != 1;
        *last = r.flags & SEGMENT_CHECKPOINT ? *last : r.seq;
        ends = r.flags & SEGMENT_END;
        rest = str_sub(rest, size, SIZE_MAX);
    }
    ends = ends && !rest.n && n > 0 && *last >= rd->expect && *last - rd->expect < (uint64_t)n &&
           !has_hole(bytes, (size_t)n, rd->at);
    if (handle >= 0)
        io->close(io->user, handle);
    mem_free(bytes);
    return !ends ? TAIL_CUT : wrong ? TAIL_WRONG : TAIL_WRITTEN;
}

static void print_holes(const struct journal_damage *d)
{
    for (unsigned i = 0; i < d->n_hole; i++) {
        const struct journal_hole *h = &d->hole[i];
        char after[TIME_RFC3339] = "", before[TIME_RFC3339] = "";

        if (!h->n)
            continue;
        time_rfc3339(h->after, after);
        time_rfc3339(h->before, before);
        printf("  records %" PRIu64 " to %" PRIu64 " are lost", h->from, h->from + h->n - 1);
        if (h->after.us)
            printf(", written after %s", after);
        if (h->before.us)
            printf("%s before %s", h->after.us ? " and" : ", written", before);
        putchar('\n');
    }
}

/* An end that no database knows of. */
static void print_end(struct verify *v, const struct journal_reader *rd)
{
    const char *name = VEC_LAST(&v->p->list.v).name;
    uint64_t known = v->p->list.known, last;
    enum tail tail = rd->torn ? look_at_tail(v->p, rd, &last) : TAIL_CUT;

    if (tail == TAIL_WRITTEN) {
        printf("the end was being written while it was looked at, and is whole by now: up to record %" PRIu64
               "\n",
               last);
        return;
    }
    if (tail == TAIL_WRONG) {
        printf("DAMAGED at the end, %s:%" PRIu64
               ": the last batch is there to its last byte, but is not what was written, which a write that "
               "was interrupted does not leave: records %" PRIu64 " to %" PRIu64
               " are lost. The next start cuts them off. Check the disk; keep a copy\n",
               name, rd->at, v->batch ? v->batch : rd->expect, last);
        v->damaged++;
        return;
    }
    printf("the end is a batch that is not whole, from record %" PRIu64 " on, %" PRIu64
           " bytes into %s: a write that was interrupted, or is under way. The next start cuts it off. ",
           v->batch ? v->batch : rd->expect, rd->at, name);
    if (known)
        printf("No database knows of more than record %" PRIu64
               ", and they follow within a moment: nothing acknowledged before that moment is in it\n",
               known);
    else
        printf(
            "No database says whether anything acknowledged was in it: nothing was, if the disk is sound\n");
}

/* What a start has found before, and is not seen in the journal: that goes on behind it. */
static void print_found_before(struct verify *v, const struct journal_damage *seen)
{
    struct journal_dir db = {open(v->p->db, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    struct journal_damage d = {.places = 0};
    unsigned n = 0;

    if (db.fd < 0)
        return;
    holes_read(db.fd, &d);
    close(db.fd);
    holes_left(&d, journal_list_begins(&v->p->list));
    for (unsigned i = 0; i < d.n_hole; i++)
        if (!journal_damage_has(seen, d.hole[i].from))
            d.hole[n++] = d.hole[i];
    d.n_hole = n;
    if (!n)
        return;
    printf("DAMAGED before: a start has found that the journal lacks records. This is said until db/%s is "
           "removed, or the journal no longer goes back so far\n",
           HOLES_FILE);
    print_holes(&d);
    v->damaged++;
}

static void print_journal(struct verify *v, const struct journal_reader *rd)
{
    const struct journal_damage *d = &rd->damage;

    if (d->places) {
        printf("DAMAGED at %u place%s, the first %s; at least %" PRIu64
               " record%s lost. What is whole is used. Check the disk; keep a copy\n",
               d->places, d->places == 1 ? "" : "s", d->first, d->lost, d->lost == 1 ? " is" : "s are");
        print_holes(d);
        v->damaged++;
    }
    print_found_before(v, d);
    if (rd->torn || (v->batch && v->last > v->p->list.known))
        print_end(v, rd);
}

/* Old segments are removed by a Vigie that runs: what could not be read of the list is no damage, if it begins later now. */
static bool begins_later(const struct journal_look *p)
{
    struct journal_list now = {.v = {0}};
    bool later = journal_list_read(&now, &p->look.io, NULL) == 0 && p->list.v.n && now.v.n &&
                 now.v.at[0].first_seq > p->list.v.at[0].first_seq;

    journal_list_release(&now);
    return later;
}

static int list_again(struct verify *v, struct err *err)
{
    uint64_t known = v->p->list.known;

    journal_list_release(&v->p->list);
    v->p->list = (struct journal_list){.known = known};
    return journal_list_read(&v->p->list, &v->p->look.io, err);
}

static int read_journal(struct verify *v, struct journal_reader *rd, struct err *err)
{
    struct journal_look *p = v->p;
    struct journal_record rec;
    int r;

    mem_free(v->seen);
    v->seen = mem_calloc(p->list.v.n + 1, sizeof(*v->seen));
    v->first = v->last = v->batch = 0;
    journal_reader_init(rd, &p->look.io, &p->list, 0, p->list.v.n);
    while ((r = journal_reader_next(rd, &rec, err)) == 1)
        see(v, &rec);
    if (r == 0 && !rd->lacks && rd->expect <= p->list.known && p->list.v.n)
        journal_reader_lacks(rd);
    else if (r == 0 && !p->list.v.n && p->list.known)
        journal_damage_all(&rd->damage, p->list.known);
    return r;
}

static int verify_journal(struct verify *v, struct err *err)
{
    struct journal_reader rd;
    int r = 0;

    for (int i = 1;; i++) {
        struct err why = ERR_INIT;

        r = read_journal(v, &rd, &why);
        if (i == TRIES || (r == 0 && !rd.damage.places) || !begins_later(v->p)) {
            if (r < 0)
                err_set(err, r, "%s", why.text);
            break;
        }
        journal_reader_release(&rd);
        r = list_again(v, err);
        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < v->p->list.v.n; i++)
        print_segment(&v->p->list.v.at[i], &v->seen[i]);
    print_journal(v, &rd);
    journal_reader_release(&rd);
    return r;
}

/* ---- the databases ---- */

static void print_position(struct verify *v, const struct record_look *l)
{
    if (!l->applied) {
        printf("nothing of the journal is in it yet: it is filled from there");
        return;
    }
    printf("up to record %" PRIu64, l->applied);
    if (l->held > v->last)
        printf(", and the journal ends with %" PRIu64
               ": that has lost its end, or the folder was put together from copies of different moments",
               v->last);
    else if (l->applied + 1 < v->first && l->schema == &schema_history) {
        printf(". LOST: records %" PRIu64 " to %" PRIu64
               " are neither in it nor in the journal, which begins with %" PRIu64 ". A backup may have them",
               l->applied + 1, v->first - 1, v->first);
        v->damaged++;
    } else if (l->applied + 1 < v->first)
        printf(", and the journal begins with %" PRIu64 ": the next start redoes it from the journal",
               v->first);
    else if (l->applied < v->last)
        printf("; what is newer, to %" PRIu64
               ", is redone from the journal: in a moment by a Vigie that runs, else at the next start",
               v->last);
}

static const char *without(const struct record_look *l)
{
    if (l->schema == &schema_history)
        return "the next start makes it from the journal, and what is older than that is lost";
    if (l->schema == &schema_objects)
        return "the next start takes the numbers of hosts and services from the configurations that are kept";
    return "the next start makes it from the journal";
}

static void print_database(struct verify *v, const struct record_look *l)
{
    printf("%-11s ", l->file);
    switch (l->code) {
    case 0:
        printf("whole%s", l->follows ? ", " : "");
        if (l->follows)
            print_position(v, l);
        break;
    case E_NOENT: printf("is not there: %s", without(l)); break;
    case E_AGAIN: printf("was written by an older Vigie: the next start brings it up to date"); break;
    case E_FORMAT:
        printf("DAMAGED: %s. A Vigie that runs, or else the next start, moves it aside, and makes it anew of "
               "what is whole of it and of the journal. Check the disk; keep a copy",
               l->why);
        v->damaged++;
        break;
    default:
        printf("cannot be looked at: %s%s", l->why,
               l->code == E_INVAL  ? ""
               : l->code == E_BUSY ? ". Something else holds it: try again"
                                   : ". Call as root or as the user that Vigie runs as");
        v->damaged++;
    }
    putchar('\n');
}

/* ---- the series store ---- */

static void look_at_series(struct verify *v, const char *folder)
{
    struct journal_dir dir = {open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    struct series_seen *seen = &v->series;
    struct err err = ERR_INIT;
    struct journal_io io;
    struct series s;

    *seen = (struct series_seen){.code = dir.fd < 0 ? E_NOENT : 0};
    if (dir.fd < 0)
        return;
    journal_io_dir(&io, &dir);
    seen->code = series_look_open(&s, &io, &err);
    if (seen->code == 0)
        seen->code = series_look_through(&s, &io, &err);
    seen->applied = s.applied;
    seen->damaged = s.stats.damaged;
    seen->n = s.active.n;
    seen->there = s.head || s.file.n;
    seen->headless = s.head && !s.applied;
    str_copy(seen->why, sizeof(seen->why), str_of(err.text));
    series_release(&s);
    close(dir.fd);
}

static void print_series(struct verify *v)
{
    const struct series_seen *s = &v->series;

    printf("%-11s ", "series");
    if (s->code == E_NOENT || (s->code == 0 && !s->there && !s->damaged)) {
        printf("there are none\n");
        return;
    }
    if (s->damaged || s->code == E_FORMAT) {
        printf("DAMAGED at %" PRIu64
               " place%s%s%s: 'vigie series verify' names the files. What is whole is used\n",
               s->damaged, s->damaged == 1 ? "" : "s", s->why[0] ? ", " : "", s->why);
        v->damaged++;
    } else if (s->code == 0 && s->headless && v->last) {
        printf("DAMAGED: none of its heads can be read, in which the newest measurements stand. The next "
               "start puts "
               "in again what the journal has of them. Check the disk; keep a copy\n");
        v->damaged++;
    } else if (s->code < 0) {
        printf("cannot be looked at: %s\n", s->why);
        v->damaged++;
    } else {
        printf("whole, %zu series, up to record %" PRIu64 "%s\n", s->n, s->applied,
               s->applied > v->last ? ", which is beyond the end of the journal" : "");
    }
}

/* ---- the audit record ---- */

static void print_audit_found(struct verify *v, const struct audit_found *f)
{
    if (f->wrong[0]) {
        v->damaged++;
        printf("NOT WHAT WAS WRITTEN: audit/%s; 'vigie audit-log verify' says more\n", f->wrong);
    } else if (!f->last) {
        printf("there are no entries\n");
    } else {
        printf("whole, entries %" PRIu64 " to %" PRIu64 "%s\n", f->first, f->last,
               f->torn ? "; its end is a line that is not whole, which the next start cuts off" : "");
    }
}

/* One of before there was such a record has no folder. */
static int print_audit(struct verify *v, struct err *err)
{
    const char *db = v->p->db;
    struct audit_heads heads = {.v = {0}};
    struct audit_found found;
    struct journal_dir dir;
    struct journal_io io;
    char path[sizeof(v->p->db) + 8];
    int r;

    snprintf(path, sizeof(path), "%.*s", (int)(strlen(db) - strlen("/db")), db);
    r = audit_heads_read(&heads, path, err);
    snprintf(path + strlen(path), sizeof(path) - strlen(path), "/audit");
    dir.fd = r < 0 ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    journal_io_dir(&io, &dir);
    printf("audit       ");
    if (r == 0 && dir.fd >= 0)
        r = audit_verify(&io, heads.v.at, heads.v.n, &found, err);
    if (r == 0 && dir.fd >= 0) {
        print_audit_found(v, &found);
    } else if (r == 0) {
        v->damaged += heads.v.n > 0;
        if (heads.v.n)
            printf("NOT WHAT WAS WRITTEN: the journal knows of its entry %" PRIu64 ", and %s is not there\n",
                   VEC_LAST(&heads.v).n, path);
        else
            printf("there is none\n");
    } else {
        printf("cannot be read\n");
    }
    file_close(&dir.fd);
    audit_heads_release(&heads);
    return r;
}

/* ---- */

/* What the databases know stands in the journal already, so they are asked first, and the list is made then. */
static int begin(struct verify *v, struct err *err)
{
    struct journal_look *p = v->p;
    char folder[sizeof(p->db) + 8];

    record_look_numbers(p->db, v->db);
    snprintf(folder, sizeof(folder), "%s/series", p->db);
    for (int i = 0; i < TRIES && (i == 0 || v->series.damaged || v->series.code < 0); i++)
        look_at_series(v, folder);
    journal_list_release(&p->list);
    p->list = (struct journal_list){.known = MAX(record_look_known(v->db), v->series.applied)};
    return journal_list_read(&p->list, &p->look.io, err);
}

int journal_verify(void *self, struct err *err)
{
    struct verify v = {.p = self};
    int r = begin(&v, err);

    if (r < 0)
        return r;
    if (!v.p->list.v.n && !v.p->list.known)
        return err_set(err, E_NOENT, "there is no journal in %s", v.p->look.path);
    r = verify_journal(&v, err);
    for (size_t i = 0; r == 0 && i < RECORD_LOOK_DATABASES; i++) {
        record_look_through(&v.db[i], v.p->full);
        print_database(&v, &v.db[i]);
    }
    if (r == 0)
        print_series(&v);
    if (r == 0)
        r = print_audit(&v, err);
    if (r == 0 && !v.damaged)
        printf("whole\n");
    mem_free(v.seen);
    return r == 0 && v.damaged ? E_FORMAT : r;
}
