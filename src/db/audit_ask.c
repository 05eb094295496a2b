/* SPDX-License-Identifier: Apache-2.0 */
#include "db/audit_ask.h"

#include "base/map.h"
#include "db/rows.h"

#include <string.h>

#define PIECE (96u * 1024)

bool audit_ask_is(struct str stmt)
{
    return str_eq_c(stmt, "audit");
}

/* ---- walking ---- */

struct walker {
    struct audit_walk *w;
    VEC(struct audit_outcome) outcome;
    struct map of; /* entry -> its place among them */
    struct buf bytes;
};

struct placed {
    size_t at, n; /* of its bytes */
};

/* The lines of a file, as far as they are some; what is DONE is noted. */
static void read_lines(struct walker *k, void (*each)(void *user, struct placed at), void *user)
{
    struct audit_scan s = {.rest = buf_str(&k->bytes)};
    struct audit_line l;
    size_t at = 0;

    while (audit_scan_next(&s, &l) == 1) {
        if (l.kind == AUDIT_DONE) {
            map_put_u64(&k->of, audit_number(l.json, "of"), k->outcome.n);
            *VEC_ADD(&k->outcome) = (struct audit_outcome){true, audit_number(l.json, "status"), l.at};
        } else if (l.kind != AUDIT_BEGIN) {
            each(user, (struct placed){at, s.at - at - 1});
        }
        at = s.at;
    }
}

static void no_line(void *user UNUSED, struct placed at UNUSED)
{
}

struct places {
    VEC(struct placed) v;
};

static void add_place(void *user, struct placed at)
{
    *VEC_ADD(&((struct places *)user)->v) = at;
}

static bool hand_out(struct walker *k, struct placed p)
{
    struct audit_outcome o = {.known = false};
    struct audit_line l;
    uint64_t at;

    if (audit_line_get(str_sub(buf_str(&k->bytes), p.at, p.n), &l) < 0 ||
        (k->w->before && l.n >= k->w->before))
        return true;
    if (map_get_u64(&k->of, l.n, &at))
        o = k->outcome.at[at];
    return k->w->each(k->w->user, &l, &o);
}

/* Every line of a file that is asked for, in the order asked for. False: enough. */
static bool walk_file(struct walker *k)
{
    struct places p = {.v = {0}};
    bool more = true;

    read_lines(k, add_place, &p);
    for (size_t i = 0; i < p.v.n && more; i++)
        more = hand_out(k, p.v.at[k->w->forward ? i : p.v.n - 1 - i]);
    VEC_RELEASE(&p.v);
    return more;
}

/* When a file was begun; 0: nobody knows. */
static struct wall begun(const struct journal_io *io, const char *name)
{
    struct audit_scan s;
    struct audit_line l;
    char head[1024];
    int h = io->open(io->user, name, JOURNAL_READ);
    int64_t n = h < 0 ? h : io->read(io->user, h, 0, head, sizeof(head));

    if (h >= 0)
        io->close(io->user, h);
    s = (struct audit_scan){.rest = str_make(head, n > 0 ? (size_t)n : 0)};
    return audit_scan_next(&s, &l) == 1 ? l.at : (struct wall){0};
}

static int read_file(struct walker *k, const char *name, struct err *err)
{
    int r = audit_file_read(k->w->io, name, &k->bytes, err);

    k->w->bytes += k->bytes.len;
    return r;
}

static bool is_asked_for(struct audit_walk *w, const struct audit_files *f, size_t i)
{
    struct wall next = {0};

    if (w->before && f->v.at[i].first >= w->before)
        return false;
    if (w->to.us && begun(w->io, f->v.at[i].name).us > w->to.us)
        return false;
    if (w->from.us && i + 1 < f->v.n)
        next = begun(w->io, f->v.at[i + 1].name);
    return !next.us || next.us >= w->from.us;
}

/* What came of the last entries of a file stands at the begin of the next. */
static void look_ahead(struct walker *k, const struct audit_files *f, size_t i)
{
    if (i + 1 < f->v.n && read_file(k, f->v.at[i + 1].name, NULL) == 0)
        read_lines(k, no_line, NULL);
}

int audit_walk(struct audit_walk *w, struct err *err)
{
    struct audit_files f = {.v = {0}};
    struct walker k = {.w = w, .bytes = BUF_INIT};
    int r = audit_files_read(&f, w->io, err);
    bool more = true, ahead = false;

    for (size_t n = 0; r == 0 && more && n < f.v.n; n++) {
        size_t i = w->forward ? n : f.v.n - 1 - n;

        if (!is_asked_for(w, &f, i))
            continue;
        if (w->forward || !ahead)
            look_ahead(&k, &f, i);
        ahead = true;
        r = read_file(&k, f.v.at[i].name, err);
        if (r == E_NOENT) /* removed meanwhile */
            r = 0;
        else if (r == 0)
            more = walk_file(&k);
    }
    audit_files_release(&f);
    VEC_RELEASE(&k.outcome);
    map_release(&k.of);
    buf_release(&k.bytes);
    return r;
}

/* ---- the question ---- */

struct asking {
    struct audit_ask *q;
    struct audit_walk w;
    struct audit_filter f;
    struct buf out;
    uint64_t limit, found, last;
    bool csv, late, more;
};

static struct str value(const struct audit_ask *q, const char *name)
{
    size_t n = strlen(name);

    for (size_t i = 0; i < q->n; i++)
        if (str_starts(q->arg[i], str_of(name)) && q->arg[i].n > n && q->arg[i].p[n] == '=')
            return str_sub(q->arg[i], n + 1, SIZE_MAX);
    return STR_NULL;
}

static void hand_on(struct asking *a, size_t most)
{
    if (a->out.len < most)
        return;
    a->q->piece(a->q->user, buf_str(&a->out));
    buf_clear(&a->out);
}

static bool each(void *user, const struct audit_line *l, const struct audit_outcome *o)
{
    struct asking *a = user;

    if (a->found == a->limit || a->w.bytes > AUDIT_ASK_BYTES) {
        a->more = true;
        return false;
    }
    if (a->q->overdue(a->q->user)) {
        a->late = true;
        return false;
    }
    a->last = l->n;
    if (!audit_filter_fits(&a->f, l, o))
        return true;
    if (a->csv) {
        audit_render_csv(&a->out, l, o);
    } else {
        buf_add_c(&a->out, a->found ? "," : "");
        audit_render_json(&a->out, l, o);
    }
    a->found++;
    hand_on(a, PIECE);
    return true;
}

static void begin(struct asking *a)
{
    int64_t us;

    if (str_to_i64(value(a->q, "from"), &us))
        a->f.from.us = us;
    if (str_to_i64(value(a->q, "to"), &us))
        a->f.to.us = us;
    a->w.from = a->f.from;
    a->w.to = a->f.to;
    str_to_u64(value(a->q, "cursor"), &a->w.before);
    if (!str_to_u64(value(a->q, "limit"), &a->limit) || !a->limit || a->limit > AUDIT_ASK_PAGE)
        a->limit = AUDIT_ASK_PAGE;
    a->f.who = value(a->q, "who");
    a->f.object = value(a->q, "object");
    a->f.what = value(a->q, "what");
    a->f.text = value(a->q, "text");
    a->f.outcome = value(a->q, "outcome");
    a->csv = str_eq_c(value(a->q, "format"), "csv");
    if (a->csv) {
        buf_add_c(&a->out, "200 text/csv; charset=utf-8\n");
        audit_render_csv_head(&a->out);
    } else {
        buf_add_c(&a->out, "200 application/json\n{\"entries\":[");
    }
}

int audit_ask(struct audit_ask *q, struct err *err)
{
    struct asking a = {.q = q, .out = BUF_INIT};
    int r;

    a.w = (struct audit_walk){.io = q->io, .each = each, .user = &a};
    begin(&a);
    r = audit_walk(&a.w, err);
    if (r == 0 && a.late)
        r = err_set(err, E_TIMEOUT, "%s", ROWS_TOO_LONG);
    if (!a.csv && a.more)
        buf_printf(&a.out, "],\"next\":\"%llu\"}", (unsigned long long)a.last);
    else if (!a.csv)
        buf_add_c(&a.out, "],\"next\":null}");
    if (r == 0)
        hand_on(&a, 0);
    buf_release(&a.out);
    return r;
}
