/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vigie audit-log: reads the audit record of a state folder, of a running Vigie too, and changes nothing. verify says whether it is what was written, by its own chain and by what the journal remembers of it;
 * export writes its entries.
 */
#include "cmd/audit_heads.h"
#include "cmd/cmd.h"
#include "cmd/look.h"
#include "db/audit_ask.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CANNOT_LOOK 2

struct audit_look {
    struct look look;
    const char *from, *to, *who, *output, *head; /* options */
    char dir[4096];                              /* the state folder */
    struct audit_heads heads;
    struct audit_filter filter;
    struct buf out;
};

/* ---- what is remembered elsewhere ---- */

/* NUMBER:HASH of --head, as verify has printed it some time. */
static bool read_head(struct audit_look *p)
{
    struct str rest = str_of(p->head), number = str_cut(&rest, ':');
    struct audit_head *h;
    uint64_t n;

    if (!p->head)
        return true;
    if (!str_to_u64(number, &n) || !n || !audit_is_hash(rest)) {
        fprintf(stderr, "vigie audit-log: --head is NUMBER:HASH, as verify prints it, not '%s'\n", p->head);
        return false;
    }
    h = VEC_ADD(&p->heads.v);
    *h = (struct audit_head){.n = n, .kept = true};
    str_copy(h->hash, sizeof(h->hash), rest);
    return true;
}

/* ---- verify ---- */

static int say_found(const struct audit_look *p, const struct audit_found *f, bool compared)
{
    if (f->wrong[0]) {
        printf("NOT WHAT WAS WRITTEN: %s/audit/%s\n", p->dir, f->wrong);
        if (f->last && !f->anew)
            printf("entries %" PRIu64 " to %" PRIu64 " follow each other as they were written\n", f->first,
                   f->last);
        printf("Keep a copy of the folder as it is, look who can write there, and compare with the last "
               "backup. Vigie goes on behind it, with an entry that says so\n");
        return CMD_FAILED;
    }
    if (!f->last) {
        printf("there are no entries\n");
        return CMD_OK;
    }
    printf("entries %" PRIu64 " to %" PRIu64 " in %" PRIu64 " file%s\n", f->first, f->last, f->files,
           f->files == 1 ? "" : "s");
    if (f->cut && f->first > 1)
        printf("older ones were removed for their age, which an entry says\n");
    if (f->restored)
        printf("it was restored from a backup, which an entry says: what was done between the two stands in "
               "none\n");
    if (f->unacknowledged)
        printf("%" PRIu64 " entr%s left by a write that failed: nobody was told of %s\n", f->unacknowledged,
               f->unacknowledged == 1 ? "y was" : "ies were", f->unacknowledged == 1 ? "it" : "them");
    if (f->torn)
        printf("the end is a line that is not whole, %" PRIu64
               " bytes: a write that was interrupted, or is under way. The next start cuts it off, and says "
               "so\n",
               f->torn);
    printf("compared with %" PRIu64 " head%s%s\n", f->heads, f->heads == 1 ? "" : "s",
           p->head ? " of the journal, and the one that was kept" : " of the journal");
    printf("head: %" PRIu64 ":%s\n", f->last, f->hash);
    printf(compared ? "whole\n" : "whole by itself, and the journal could not be asked\n");
    return CMD_OK;
}

/* A folder that was taken out of its state folder is judged by itself, which is not enough for a yes. */
static int verify(struct audit_look *p, struct err *err)
{
    struct audit_found found;
    int known = audit_heads_read(&p->heads, p->dir, err),
        r = audit_verify(&p->look.io, p->heads.v.at, p->heads.v.n, &found, known < 0 ? NULL : err),
        status = r < 0 ? CANNOT_LOOK : say_found(p, &found, known == 0);

    return status == CMD_OK && known < 0 ? CANNOT_LOOK : status;
}

/* ---- export ---- */

static bool print_entry(void *user, const struct audit_line *l, const struct audit_outcome *o)
{
    struct audit_look *p = user;

    if (!audit_filter_fits(&p->filter, l, o))
        return true;
    buf_clear(&p->out);
    if (strcmp(p->output, "csv") == 0) {
        audit_render_csv(&p->out, l, o);
    } else if (strcmp(p->output, "json") == 0) {
        audit_render_json(&p->out, l, o);
        buf_add_char(&p->out, '\n');
    } else {
        audit_render_text(&p->out, l, o);
    }
    fwrite(p->out.data, 1, p->out.len, stdout);
    return !ferror(stdout);
}

static int export(struct audit_look *p, struct err *err)
{
    struct audit_walk w = {.io = &p->look.io,
                           .from = p->filter.from,
                           .to = p->filter.to,
                           .each = print_entry,
                           .user = p,
                           .forward = true};

    if (strcmp(p->output, "csv") == 0) {
        audit_render_csv_head(&p->out);
        fwrite(p->out.data, 1, p->out.len, stdout);
    }
    return audit_walk(&w, err) < 0 ? CANNOT_LOOK : CMD_OK;
}

/* ---- */

static bool moment(const char *name, const char *text, struct wall *out)
{
    if (!text || time_parse_rfc3339(str_of(text), out))
        return true;
    fprintf(stderr, "vigie audit-log: --%s is a moment such as 2026-11-23T09:14:00Z, not '%s'\n", name, text);
    return false;
}

static bool check(struct audit_look *p, const char *word)
{
    const char *of_export = p->from ? "from" : p->to ? "to" : p->who ? "who" : p->output ? "output" : NULL;
    bool exports = strcmp(word, "export") == 0;

    if (!exports && strcmp(word, "verify") != 0) {
        fprintf(stderr, "vigie audit-log: unknown command '%s': verify or export\n", word);
        return false;
    }
    if ((of_export && !exports) || (p->head && exports)) {
        fprintf(stderr, "vigie audit-log: --%s belongs to '%s' only\n",
                of_export && !exports ? of_export : "head", exports ? "verify" : "export");
        return false;
    }
    p->output = p->output ? p->output : "text";
    if (strcmp(p->output, "text") != 0 && strcmp(p->output, "json") != 0 && strcmp(p->output, "csv") != 0) {
        fprintf(stderr, "vigie audit-log: --output is text, json or csv, not '%s'\n", p->output);
        return false;
    }
    p->filter.who = p->who ? str_of(p->who) : STR_NULL;
    return moment("from", p->from, &p->filter.from) && moment("to", p->to, &p->filter.to) && read_head(p);
}

/* That there is nothing says something only where the journal knows better. */
static int without(struct audit_look *p, struct err *err)
{
    struct err unknown = ERR_INIT;

    if (audit_heads_read(&p->heads, p->dir, &unknown) < 0 || !p->heads.v.n)
        return CANNOT_LOOK;
    printf("NOT WHAT WAS WRITTEN: %s is not there, and the journal knows of its entry %" PRIu64
           ": take it from the last backup, 'vigie restore --help' says how\n",
           p->look.path, VEC_LAST(&p->heads.v).n);
    *err = unknown;
    return CMD_FAILED;
}

static int look_at(struct audit_look *p, const char *word, const char *dir)
{
    struct err err = ERR_INIT;
    int r = state_dir_find(p->look.config, dir ? dir : p->look.state, p->dir, sizeof(p->dir), &err),
        status = CANNOT_LOOK;

    if (r == 0) {
        snprintf(p->look.path, sizeof(p->look.path), "%s/audit", p->dir);
        p->look.dir.fd = look_open(p->look.path, &err);
        r = p->look.dir.fd;
    }
    if (r >= 0) {
        journal_io_dir(&p->look.io, &p->look.dir);
        status = strcmp(word, "verify") == 0 ? verify(p, &err) : export(p, &err);
        close(p->look.dir.fd);
    } else if (r == E_NOENT && p->look.path[0] && strcmp(word, "verify") == 0) {
        status = without(p, &err);
    }
    if (err.text[0])
        fprintf(stderr, "vigie audit-log: %s\n", err.text);
    return status;
}

int cmd_audit(int argc, char **argv)
{
    struct audit_look p = {.out = BUF_INIT};
    const struct opt opts[] = {
        LOOK_OPTIONS(&p.look, "audit record it is"),
        {"from", 0, OPT_STR, "MOMENT", "export: from then on, such as 2026-11-23T09:14:00Z.", &p.from},
        {"to", 0, OPT_STR, "MOMENT", "export: before then.", &p.to},
        {"who", 0, OPT_STR, "NAME", "export: only what that user or token asked; * is any text.", &p.who},
        {"output", 'o', OPT_STR, "FORM", "export: text, json (an object a line) or csv.", &p.output},
        {"head", 0, OPT_STR, "NUMBER:HASH",
         "verify: a head that was kept elsewhere, as verify prints it. The record must hold it.", &p.head},
    };
    const struct opt_command c = {
        .usage = "vigie audit-log verify|export [-c MAIN | --state DIR | DIR] [options]",
        .about =
            "Looks into the audit record, also while Vigie runs, and changes nothing.\n"
            "verify says whether it is what was written: each entry holds the hash of the one before it, and "
            "the "
            "journal remembers some. Exit status 0 if so, 1 if not, with the file, the line and what was "
            "expected, 2 if it cannot be looked at.\n"
            "export writes its entries, the oldest first, each with what came of it.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_min = 1,
        .operands_max = 2,
        .operands = "verify|export [DIR]",
    };
    struct err err = ERR_INIT;
    size_t n;
    int r = opt_parse(&c, argc, argv, &n, &err), status = CMD_USAGE;

    if (r == OPT_HELP)
        return CMD_OK;
    if (r < 0)
        fprintf(stderr, "vigie audit-log: %s\n", err.text);
    else if (check(&p, argv[0]))
        status = look_at(&p, argv[0], n > 1 ? argv[1] : NULL);
    audit_heads_release(&p.heads);
    buf_release(&p.out);
    return status;
}
