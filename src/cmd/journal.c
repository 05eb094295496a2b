/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vigie journal: reads the record of a state folder, of a running Vigie too, and changes nothing. verify says whether it is whole, dump prints records, stats counts them.
 */
#include "base/hash.h"
#include "cmd/cmd.h"
#include "cmd/look.h"
#include "core/record.h"
#include "db/journal_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct place {
    struct look look;
    const char *kind; /* options */
    uint64_t from, limit;
    struct journal_list list;
};

/* ---- fields by name, from the table of records ---- */

enum field_type { FIELD_U64, FIELD_I64, FIELD_STR };
struct field {
    const char *name;
    size_t offset;
    enum field_type type;
};

/* clang-format off */
#define RECORD(NAME, name, number) static const struct field fields_##name[] = {
#define F_U64(name, field_, tag) {#field_, offsetof(struct record_##name, field_), FIELD_U64},
#define F_I64(name, field_, tag) {#field_, offsetof(struct record_##name, field_), FIELD_I64},
#define F_STR(name, field_, tag) {#field_, offsetof(struct record_##name, field_), FIELD_STR},
#undef END
#define END(name) };
#include "core/record.def"
#undef RECORD
#undef F_U64
#undef F_I64
#undef F_STR
#undef END
#define RECORD(NAME, name, number) [number] = {fields_##name, ARRAY_LEN(fields_##name)},
#define F_U64(name, field, tag)
#define F_I64(name, field, tag)
#define F_STR(name, field, tag)
#define END(name)
static const struct {
    const struct field *at;
    size_t n;
} fields[] = {
#include "core/record.def"
};
/* clang-format on */

/* Room for any record. */
union any_record {
#undef RECORD
#undef END
#define RECORD(NAME, name, number) struct record_##name name;
#define END(name)
#include "core/record.def"
};

static void print_text(struct str s)
{
    putchar('"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            printf("\\x%02x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static void print_field(const struct field *f, const void *record)
{
    const char *at = (const char *)record + f->offset;
    struct str s;
    uint64_t u;

    if (f->type == FIELD_STR) {
        memcpy(&s, at, sizeof(s));
        if (!s.n)
            return;
        printf(" %s=", f->name);
        print_text(s);
        return;
    }
    memcpy(&u, at, sizeof(u));
    if (u && f->type == FIELD_U64)
        printf(" %s=%" PRIu64, f->name, u);
    else if (u)
        printf(" %s=%" PRId64, f->name, (int64_t)u);
}

static void print_record(const struct segment_record *r)
{
    char time[TIME_RFC3339];
    union any_record any;

    time_rfc3339(r->at, time);
    printf("%" PRIu64 "%s %s %s", r->seq, r->flags & SEGMENT_CHECKPOINT ? "c" : "", time,
           record_name((enum record_kind)r->kind));
    if (r->flags & SEGMENT_GAP)
        printf(" (numbers before it were given up)");
    if (record_get((enum record_kind)r->kind, r->payload, &any) < 0)
        printf(" cannot be decoded: %zu bytes", r->payload.n);
    else
        for (size_t i = 0; i < fields[r->kind].n; i++)
            print_field(&fields[r->kind].at[i], &any);
    putchar('\n');
}

/* ---- the folder ---- */

static int open_list(void *self, struct err *err)
{
    struct place *p = self;
    int r = journal_list_read(&p->list, &p->look.io, err);

    return r == 0 && !p->list.v.n ? err_set(err, E_NOENT, "there is no journal in %s", p->look.path) : r;
}

static void close_list(void *self)
{
    journal_list_release(&((struct place *)self)->list);
}

/* ---- verify ---- */

struct seen {
    uint64_t records, first, last, bytes;
    bool checkpoint;
};

static void see(struct seen *s, const struct journal_record *rec)
{
    s->records++;
    s->bytes += rec->size;
    if (rec->r.flags & SEGMENT_CHECKPOINT) {
        s->checkpoint = s->checkpoint || rec->r.kind == RECORD_CHECKPOINT_END;
        return;
    }
    if (!s->first)
        s->first = rec->r.seq;
    s->last = rec->r.seq;
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

static int verify(void *self, struct err *err)
{
    struct place *p = self;
    struct seen *seen = mem_calloc(p->list.v.n, sizeof(*seen));
    struct journal_reader rd;
    struct journal_record rec;
    int r;

    journal_reader_init(&rd, &p->look.io, &p->list, 0, p->list.v.n);
    while ((r = journal_reader_next(&rd, &rec, err)) == 1)
        see(&seen[rec.segment], &rec);
    for (size_t i = 0; i < p->list.v.n; i++)
        print_segment(&p->list.v.at[i], &seen[i]);
    if (rd.torn)
        printf("the end is a batch that is not whole, %" PRIu64
               " bytes into %s: nothing acknowledged is in it if the disk is sound\n",
               rd.at, VEC_LAST(&p->list.v).name);
    if (rd.damage.places)
        printf("DAMAGED at %u place%s, the first %s; at least %" PRIu64
               " record%s lost. What is whole is used. Check the disk; keep a copy\n",
               rd.damage.places, rd.damage.places == 1 ? "" : "s", rd.damage.first, rd.damage.lost,
               rd.damage.lost == 1 ? " is" : "s are");
    else if (r == 0)
        printf("whole\n");
    r = r == 0 && rd.damage.places ? E_FORMAT : r;
    journal_reader_release(&rd);
    mem_free(seen);
    return r;
}

/* ---- dump ---- */

static int dump(void *self, struct err *err)
{
    struct place *p = self;
    struct journal_reader rd;
    struct journal_record rec;
    uint64_t left = p->limit ? p->limit : UINT64_MAX;
    size_t from = 0;
    int r = 0;

    for (size_t i = 1; i < p->list.v.n; i++)
        if (p->list.v.at[i].first_seq <= p->from)
            from = i;
    journal_reader_init(&rd, &p->look.io, &p->list, from, p->list.v.n);
    while (left && !ferror(stdout) && (r = journal_reader_next(&rd, &rec, err)) == 1) {
        if (rec.r.seq < p->from ||
            (p->kind && strcmp(p->kind, record_name((enum record_kind)rec.r.kind)) != 0))
            continue;
        print_record(&rec.r);
        left--;
    }
    if (rd.damage.places)
        fprintf(stderr, "vigie journal: damaged at %u place%s, the first %s\n", rd.damage.places,
                rd.damage.places == 1 ? "" : "s", rd.damage.first);
    journal_reader_release(&rd);
    return r < 0 ? r : 0;
}

/* ---- stats ---- */

static int stats(void *self, struct err *err)
{
    struct place *p = self;
    struct {
        uint64_t n, bytes;
    } by_kind[RECORD_KIND_END] = {{0}};
    struct journal_reader rd;
    struct journal_record rec;
    uint64_t n = 0, bytes = 0, batches = 0;
    int r;

    journal_reader_init(&rd, &p->look.io, &p->list, 0, p->list.v.n);
    while ((r = journal_reader_next(&rd, &rec, err)) == 1) {
        unsigned k = rec.r.kind < RECORD_KIND_END ? rec.r.kind : 0;

        by_kind[k].n++;
        by_kind[k].bytes += rec.size;
        n++;
        bytes += rec.size;
        batches += rec.r.flags & SEGMENT_BATCH;
    }
    for (unsigned k = 0; k < RECORD_KIND_END; k++)
        if (by_kind[k].n)
            printf("%-16s %12" PRIu64 " records %12" PRIu64 " bytes\n", record_name((enum record_kind)k),
                   by_kind[k].n, by_kind[k].bytes);
    printf("%-16s %12" PRIu64 " records %12" PRIu64 " bytes in %zu segment%s, %" PRIu64 " batch%s\n", "all",
           n, bytes, p->list.v.n, p->list.v.n == 1 ? "" : "s", batches, batches == 1 ? "" : "es");
    journal_reader_release(&rd);
    return r;
}

/* ---- */

static const struct look_word words[] = {{"verify", verify}, {"dump", dump}, {"stats", stats}};

/* The kind in the letters of the record; NULL: there is none, and the kinds there are were said. */
static const char *known_kind(const char *kind)
{
    for (unsigned k = 1; k < RECORD_KIND_END; k++) {
        if (str_ieq(str_of(kind), str_of(record_name((enum record_kind)k))))
            return record_name((enum record_kind)k);
    }
    fprintf(stderr, "vigie journal: there are no records of kind '%s'; write one of", kind);
    for (unsigned k = 1; k < RECORD_KIND_END; k++)
        fprintf(stderr, "%s %s", k > 1 ? "," : "", record_name((enum record_kind)k));
    fprintf(stderr, "\n");
    return NULL;
}

static bool check_options(void *self, const char *word)
{
    struct place *p = self;

    const char *given = p->kind ? "kind" : p->limit ? "limit" : p->from ? "from" : NULL;

    if (given && strcmp(word, "dump") != 0) {
        fprintf(stderr, "vigie journal: --%s belongs to 'dump' only\n", given);
        return false;
    }
    if (p->kind)
        p->kind = known_kind(p->kind);
    return p->kind || !given || strcmp(given, "kind") != 0;
}

int cmd_journal(int argc, char **argv)
{
    struct place p = {.kind = NULL};
    const struct opt opts[] = {
        LOOK_OPTIONS(&p.look, "journal it is"),
        {"from", 'f', OPT_U64, "NUMBER", "dump: begin at this record.", &p.from},
        {"limit", 'n', OPT_U64, "COUNT", "dump: at most that many.", &p.limit},
        {"kind", 'k', OPT_STR, "KIND", "dump: only these, for instance EVENT.", &p.kind},
    };
    const struct look_command c = {
        .name = "journal",
        .folder = "journal",
        .opt =
            {
                .usage = "vigie journal verify|dump|stats [-c MAIN | --state DIR] [options]",
                .about =
                    "Looks into the record on disk, also while Vigie runs, and changes nothing.\n"
                    "verify says whether it is whole (exit status 1 if not), dump prints records, stats "
                    "counts them.\n"
                    "A line of dump is a record: its number (with a c behind it where a checkpoint "
                    "repeats what was so), its time in UTC, its kind and its fields. An oid is the number "
                    "of a host or service in db/objects.db; the numbers in an EVENT are explained in "
                    "docs/DATABASES.md; fields of time are in microseconds since 1970.",
                .opts = opts,
                .n = ARRAY_LEN(opts),
                .operands_min = 1,
                .operands_max = 1,
                .operands = "verify|dump|stats",
            },
        .words = words,
        .n_words = ARRAY_LEN(words),
        .self = &p,
        .look = &p.look,
        .check = check_options,
        .open = open_list,
        .close = close_list,
    };

    return look_main(&c, argc, argv);
}
