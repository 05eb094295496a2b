/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vigie replay: a stretch of the journal through the core once more, with the configuration of then or with a changed one, and what differs. It reads the state folder, of a running
 * Vigie too, and changes nothing.
 */
#include "cmd/cmd.h"
#include "cmd/ctl_int.h"
#include "cmd/load.h"
#include "cmd/look.h"
#include "cmd/opt.h"
#include "cmd/replay_from.h"
#include "cmd/replay_say.h"
#include "cmd/state_dir.h"
#include "core/record.h"
#include "core/replay.h"
#include "db/journal_read.h"
#include "db/kept.h"
#include "os/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
    const char *config, *state, *output, *from, *to;
    uint64_t limit;
    struct opt_list set;
};

struct used { /* a configuration that was in force */
    char hash[SEGMENT_HASH + 1];
    struct kept kept;
    bool there;
};

struct replaying {
    char dir[4096];
    int snapshots;
    struct journal_dir journal;
    struct journal_io io;
    struct journal_list list;
    VEC(struct used *) used;
    struct loaded loaded; /* the changed configuration */
    struct buf public_part, secret_part;
    struct model changed;
    struct replay *replay;
    struct replay_say say;
    uint64_t given_up; /* records that the disk had no room for */
    struct err err;
};

/* ---- what there is ---- */

static int open_folder(const char *dir, const char *name, int *fd, struct err *err)
{
    char path[4200];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    *fd = look_open(path, err);
    return MIN(*fd, 0);
}

static int open_journal(struct replaying *p, const struct options *o)
{
    int r = state_dir_find(o->state ? NULL : o->config, o->state, p->dir, sizeof(p->dir), &p->err);

    if (r == 0)
        r = open_folder(p->dir, "journal", &p->journal.fd, &p->err);
    if (r == 0)
        r = open_folder(p->dir, "snapshots", &p->snapshots, &p->err);
    if (r < 0)
        return r;
    journal_io_dir(&p->io, &p->journal);
    r = journal_list_read(&p->list, &p->io, &p->err);
    if (r == 0 && !p->list.v.n)
        r = err_set(&p->err, E_NOENT, "there is no journal in %s/journal", p->dir);
    return r;
}

static bool config_of(struct replaying *p, struct str hash, struct replay_config *out)
{
    struct used *u = NULL;

    for (size_t i = 0; i < p->used.n && !u; i++)
        if (str_eq_c(hash, p->used.at[i]->hash))
            u = p->used.at[i];
    if (!u) {
        struct err err = ERR_INIT;

        u = mem_zalloc(sizeof(*u));
        str_copy(u->hash, sizeof(u->hash), hash);
        u->there = kept_read(p->snapshots, u->hash, &u->kept, &err) == 0;
        if (!u->there)
            fprintf(stderr, "vigie replay: %s\n", err.text);
        if (u->there && !p->used.n)
            model_zone_open(&u->kept.model, u->kept.model.globals->zone, &p->say.zone);
        *VEC_ADD(&p->used) = u;
    }
    *out = (struct replay_config){&u->kept.model, u->kept.oid};
    return u->there;
}

/* The changed configuration, judged and compiled as at a start. */
static int load_changed(struct replaying *p, const struct options *o)
{
    struct buf text = BUF_INIT;

    load_config(&p->loaded, o->config, &o->set);
    for (size_t i = 0; !conf_ok(p->loaded.c) && i < conf_n_diags(p->loaded.c); i++) {
        buf_clear(&text);
        conf_diag_text(p->loaded.c, conf_diag_at(p->loaded.c, i), &text);
        fprintf(stderr, "%s\n", text.data);
    }
    buf_release(&text);
    if (!conf_ok(p->loaded.c))
        return err_set(&p->err, E_INVAL, "%s: the configuration has errors", o->config);
    conf_build(p->loaded.c, &p->public_part, &p->secret_part);
    return model_open(&p->changed, p->public_part.data, p->public_part.len, &p->err);
}

/* ---- where it begins ---- */

/* The last checkpoint before `from`, else the first there is. */
static int find_begin(struct replaying *p, struct wall from, struct replay_from *b)
{
    size_t n = p->list.v.n, first = 0;

    for (size_t i = 0; i < n; i++)
        if (p->list.v.at[i].whole && p->list.v.at[i].head.created.us <= from.us)
            first = i;
    for (size_t i = first + 1; i-- > 0;)
        if (p->list.v.at[i].whole && replay_from_read(&p->io, &p->list, i, b, &p->err) && b->at.us <= from.us)
            return 0;
    for (size_t i = 0; i < n; i++)
        if (p->list.v.at[i].whole && replay_from_read(&p->io, &p->list, i, b, &p->err))
            return 0;
    return err_set(&p->err, E_NOENT, "the journal in %s has no whole checkpoint to begin from", p->dir);
}

/* ---- running ---- */

static int run(struct replaying *p, const struct replay_from *b)
{
    struct journal_reader rd;
    struct journal_record rec;
    bool more = true;
    int r;

    journal_reader_init(&rd, &p->io, &p->list, b->segment, p->list.v.n);
    while (more && (r = journal_reader_next(&rd, &rec, &p->err)) == 1) {
        struct record_frame f = {(enum record_kind)rec.r.kind, rec.r.at, rec.r.payload};

        if ((rec.r.flags & SEGMENT_CHECKPOINT) || rec.r.seq <= b->last)
            continue;
        p->given_up += (rec.r.flags & SEGMENT_GAP) != 0;
        more = replay_take(p->replay, &f);
    }
    if (rd.damage.places)
        fprintf(
            stderr,
            "vigie replay: the journal is damaged at %u place%s, the first %s: what is missing is missing "
            "here, too\n",
            rd.damage.places, rd.damage.places == 1 ? "" : "s", rd.damage.first);
    journal_reader_release(&rd);
    return more && r < 0 ? r : 0;
}

static bool ask_config(void *user, struct str hash, struct replay_config *out)
{
    return config_of(((struct replay_say *)user)->owner, hash, out);
}

static int begin(struct replaying *p, const struct options *o, struct wall from, struct wall to,
                 struct replay_from *b)
{
    struct replay_options ro = {.from = from,
                                .to = to,
                                .user = &p->say,
                                .changed = o->config ? &p->changed : NULL,
                                .config = ask_config,
                                .event = replay_say_event,
                                .state = replay_say_state};
    int r = find_begin(p, from, b);

    if (r < 0)
        return r;
    if (o->from && b->at.us > from.us)
        fprintf(stderr, "vigie replay: the journal goes back no further than what follows\n");
    p->replay = replay_new(&ro);
    r = replay_begin(p->replay, buf_str(&b->records), b->at, str_of(b->hash));
    if (r == E_NOENT)
        return err_set(&p->err, r, "the configuration in force at that time is not kept any more");
    return r < 0 ? err_set(&p->err, r, "the checkpoint of %s cannot be read", p->list.v.at[b->segment].name)
                 : 0;
}

static int replay_all(struct replaying *p, const struct options *o, struct wall from, struct wall to)
{
    struct replay_from b = {.records = BUF_INIT};
    struct mono began = clock_mono();
    int r = open_journal(p, o);

    if (r == 0 && o->config)
        r = load_changed(p, o);
    if (r == 0)
        r = begin(p, o, from, to, &b);
    if (r == 0)
        r = run(p, &b);
    if (r == 0) {
        replay_end(p->replay);
        if (!replay_stats(p->replay)->last.us)
            r = err_set(&p->err, E_NOENT, "nothing is recorded in that time");
    }
    if (r == 0)
        replay_say_end(&p->say, replay_stats(p->replay), clock_mono().us - began.us, p->given_up);
    buf_release(&b.records);
    return r;
}

static void release(struct replaying *p)
{
    replay_free(p->replay);
    replay_say_release(&p->say);
    for (size_t i = 0; i < p->used.n; i++) {
        if (p->used.at[i]->there)
            kept_release(&p->used.at[i]->kept);
        mem_free(p->used.at[i]);
    }
    VEC_RELEASE(&p->used);
    journal_list_release(&p->list);
    if (p->loaded.c)
        load_release(&p->loaded);
    buf_release(&p->public_part);
    buf_release(&p->secret_part);
    if (p->journal.fd >= 0)
        close(p->journal.fd);
    if (p->snapshots >= 0)
        close(p->snapshots);
}

static int replay_with(const struct options *o, struct wall from, struct wall to)
{
    struct replaying p = {
        .snapshots = -1, .journal = {-1}, .public_part = BUF_INIT, .secret_part = BUF_INIT, .err = ERR_INIT};
    int status;

    replay_say_init(&p.say, o->output && strcmp(o->output, "json") == 0, (size_t)o->limit);
    p.say.owner = &p;
    if (replay_all(&p, o, from, to) < 0) {
        fprintf(stderr, "vigie replay: %s\n", p.err.text);
        status = CMD_USAGE;
    } else {
        status = replay_say_print(&p.say);
    }
    release(&p);
    return status;
}

int cmd_replay(int argc, char **argv)
{
    struct options o = {.limit = 1000};
    const struct opt opts[] = {
        {"from", 0, OPT_STR, "TIME",
         "From 2026-11-23, \"2026-11-23 22:00\", 22:00, or 3h (before now) (the begin of the journal).",
         &o.from},
        {"to", 0, OPT_STR, "TIME", "Until then (now).", &o.to},
        {"config", 'c', OPT_STR, "MAIN",
         "The main file of the configuration to try; without it, the configurations that were in force.",
         &o.config},
        {"state", 0, OPT_STR, "DIR", "The state folder; else that of MAIN, or of /etc/vigie/vigie.conf.",
         &o.state},
        {"set", 0, OPT_LIST, "NAME=VALUE", "A directive of the main file, as for vigie run.", &o.set},
        {"limit", 'n', OPT_U64, "N", "Tell at most N differences of each kind (1000).", &o.limit},
        {"output", 'o', OPT_STR, "FORMAT", "text (default) or json.", &o.output},
    };
    const struct opt_command cmd = {
        .usage = "vigie replay [--from TIME] [--to TIME] [-c CHANGED]",
        .about =
            "Gives what came in (results, commands) to the core once more and tells what would have come out "
            "otherwise: who would have been notified, and which states there would be. Changes nothing; a "
            "running Vigie goes on. Exit status 0: nothing differs, 1: something does, 2: it cannot be "
            "done.",
        .opts = opts,
        .n = ARRAY_LEN(opts)};
    struct wall from = {0}, to = clock_wall();
    struct err err = ERR_INIT;
    size_t n;
    int r = opt_parse(&cmd, argc, argv, &n, &err);

    if (r == OPT_HELP)
        return CMD_OK;
    if (r == 0)
        r = ctl_format(o.output, &err);
    if (r < 0) {
        fprintf(stderr, "vigie replay: %s\n", err.text);
        return CMD_USAGE;
    }
    if (o.set.n && !o.config) {
        fprintf(stderr,
                "vigie replay: --set changes the configuration that -c names: give -c MAIN as well\n");
        return CMD_USAGE;
    }
    if ((o.from && !ctl_past(NULL, "from", o.from, &from)) || (o.to && !ctl_past(NULL, "to", o.to, &to)))
        return CMD_USAGE;
    if (from.us > to.us) {
        fprintf(stderr, "vigie replay: --from lies behind --to\n");
        return CMD_USAGE;
    }
    r = replay_with(&o, from, to);
    mem_free(o.set.at);
    return r;
}
