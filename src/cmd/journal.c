/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vigie journal: reads the record of a state folder, of a running Vigie too, and changes nothing. verify says whether it is whole, dump prints records, stats counts
 * them.
 */
#include "cmd/journal.h"

#include "cmd/cmd.h"
#include "cmd/journal_verify.h"
#include "cmd/journal_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- the folder ---- */

static int open_list(void *self, struct err *err)
{
    struct journal_look *p = self;
    char dir[sizeof(p->db) - 8];
    int r = state_dir_real(p->look.config, p->look.state, dir, sizeof(dir), err);

    snprintf(p->db, sizeof(p->db), "%s/db", r == 0 ? dir : "");
    if (r == 0)
        r = journal_list_read(&p->list, &p->look.io, err);
    return r == 0 && !p->list.v.n && !p->verifies
               ? err_set(err, E_NOENT, "there is no journal in %s", p->look.path)
               : r;
}

static void close_list(void *self)
{
    journal_list_release(&((struct journal_look *)self)->list);
}

/* ---- dump ---- */

static void print_record(struct journal_look *p, struct journal_words *w, const struct journal_record *rec)
{
    struct str line = p->json ? journal_words_json(w, rec, p->list.v.at[rec->segment].name)
                              : journal_words_line(w, &rec->r);

    fwrite(line.p, 1, line.n, stdout);
}

static int dump_records(struct journal_look *p, struct journal_words *w, struct err *err)
{
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
        print_record(p, w, &rec);
        left--;
    }
    if (rd.damage.places)
        fprintf(stderr, "vigie journal: damaged at %u place%s, the first %s\n", rd.damage.places,
                rd.damage.places == 1 ? "" : "s", rd.damage.first);
    journal_reader_release(&rd);
    return r < 0 ? r : 0;
}

static int dump(void *self, struct err *err)
{
    struct journal_look *p = self;
    struct err names = ERR_INIT;
    struct journal_words w;
    char path[sizeof(p->db) + 16];
    int r;

    snprintf(path, sizeof(path), "%s/objects.db", p->db);
    if (journal_words_open(&w, path, &names) < 0)
        fprintf(stderr, "vigie journal: numbers stand in place of the names of hosts and services: %s\n",
                names.text);
    r = dump_records(p, &w, err);
    journal_words_close(&w);
    return r;
}

/* ---- stats ---- */

static int stats(void *self, struct err *err)
{
    struct journal_look *p = self;
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

static const struct look_word words[] = {{"verify", journal_verify}, {"dump", dump}, {"stats", stats}};

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
    struct journal_look *p = self;

    const char *given = p->kind ? "kind" : p->limit ? "limit" : p->from ? "from" : p->json ? "json" : NULL;

    p->verifies = strcmp(word, "verify") == 0;
    if (given && strcmp(word, "dump") != 0) {
        fprintf(stderr, "vigie journal: --%s belongs to 'dump' only\n", given);
        return false;
    }
    if (p->full && strcmp(word, "verify") != 0) {
        fprintf(stderr, "vigie journal: --full belongs to 'verify' only\n");
        return false;
    }
    if (p->kind)
        p->kind = known_kind(p->kind);
    return p->kind || !given || strcmp(given, "kind") != 0;
}

int cmd_journal(int argc, char **argv)
{
    struct journal_look p = {.kind = NULL};
    const struct opt opts[] = {
        LOOK_OPTIONS(&p.look, "journal it is"),
        {"from", 'f', OPT_U64, "NUMBER", "dump: begin at this record.", &p.from},
        {"limit", 'n', OPT_U64, "COUNT", "dump: at most that many.", &p.limit},
        {"kind", 'k', OPT_STR, "KIND", "dump: only these, for instance EVENT.", &p.kind},
        {"json", 0, OPT_FLAG, NULL, "dump: a JSON object a line, with all that a record holds, as it is.",
         &p.json},
        {"full", 0, OPT_FLAG, NULL,
         "verify: let SQLite check each database as a whole, with its indexes. It takes longer, and while it "
         "does so the log of a database that is written grows.",
         &p.full},
    };
    const struct look_command c = {
        .name = "journal",
        .folder = "journal",
        .opt =
            {
                .usage = "vigie journal verify|dump|stats [-c MAIN | --state DIR] [options]",
                .about =
                    "Looks into the record on disk, also while Vigie runs, and changes nothing.\n"
                    "verify says whether journal, databases, series store and audit record are whole and fit together "
                    "(exit "
                    "status 1 if not), and what follows from what is not; dump prints records, stats counts "
                    "them.\n"
                    "A line of dump is a record: its number (with a c behind it where a checkpoint repeats "
                    "what was so), its time in the zone of TZ or of this machine, its kind, whom it is about "
                    "(HOST or HOST;SERVICE), and its fields; what is 0 or empty is left out. "
                    "With --json nothing is left out: numbers are as they are kept (docs/DATABASES.md "
                    "explains "
                    "them), times in microseconds since 1970, an oid is the number of a host or service in "
                    "db/objects.db, and a text that is not UTF-8 stands as NAME_hex.",
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
