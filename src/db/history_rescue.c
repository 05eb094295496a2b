/* SPDX-License-Identifier: Apache-2.0 */
#include "db/history_rescue.h"

#include "db/span.h"
#include "os/clock.h"

#define MEND_SLICE 2000u

/* Numbers in meta: of which file, and how far (pages of both passes, then the number of an event). */
#define META_OF    "rescue_of"
#define META_STEP  "rescue_step"
#define META_SPANS "rescue_spans"
#define META_DONE  "rescued"
#define META_GONE  "lost_before"
#define META_NOTED "lost_noted" /* when that was */

enum { EVENT, DECISION, PASSIVE, GAP, LOST, WATCHED, SPAN, META };
static const struct rescue_table tables[] = {
    [EVENT] = {"kiiiiiiiiiittttt", false, SQL_KEPT_EVENT},
    [DECISION] = {"kiiiiiiiiit", false, SQL_KEPT_DECISION},
    [PASSIVE] = {"kiiiiit", false, SQL_KEPT_PASSIVE},
    [GAP] = {"kii", false, SQL_GAP_ADD},
    [LOST] = {"ki", false, SQL_LOST_KEEP},
    [WATCHED] = {"k", false, SQL_WATCH_ADD},
    [SPAN] = {"iiiiiiiiiiii", true, SQL_SPAN_ADD},
    [META] = {"ti", true, SQL_KEPT_META},
};
/* Indexes: their last two columns are time and number. That of meta and spans is none of them. */
static const struct rescue_table indexes[] = {
    {"ii", true, SQL_LOST_ADD},
    {"iii", true, SQL_LOST_ADD},
    {"iiii", true, SQL_LOST_ADD},
};

static int want_row(void *user, size_t table, const struct sql_row *row)
{
    struct history_rescue *x = user;
    int64_t place[3];
    int r;

    switch (table) {
    case EVENT:
        place[0] = row->v[4].i;
        place[1] = row->v[1].i;
        place[2] = row->rowid;
        r = row->rowid > 0 ? sql_run_i64(&x->h->sql, SQL_OBJECT_EVENT_ADD, place, 3) : 0;
        return r < 0 ? r : row->rowid > 0;
    case SPAN: return row->v[2].i > 0 && (uint64_t)row->v[2].i < x->first;
    case META:
        return str_eq_c(row->v[0].text, "age_now") || str_eq_c(row->v[0].text, "age_lasted") ||
               str_eq_c(row->v[0].text, META_GONE) || str_eq_c(row->v[0].text, META_NOTED);
    default: return row->rowid > 0;
    }
}

static int want_index(void *user, size_t table UNUSED, const struct sql_row *row)
{
    struct history_rescue *x = user;
    const int64_t v[] = {row->v[row->n - 1].i, row->v[row->n - 2].i};
    int r = 0;

    if (v[0] > 0 && (uint64_t)v[0] < x->first && v[1] > 0)
        r = sql_run_i64(&x->h->sql, SQL_LOST_ADD, v, 2);
    return MIN(r, 0);
}

int history_rescue_begin(struct history_rescue *x, struct history *h, const char *path, uint64_t first)
{
    int64_t done = 0, of = 0;
    int r;

    *x = (struct history_rescue){.h = h, .first = first, .in = {.fd = -1}};
    x->aside = h->applied ? 0 : sql_aside_newest(path, x->path);
    if (!x->aside)
        return 0;
    r = sql_meta_get(&h->sql, META_DONE, 0, &done);
    if (r == 0)
        r = sql_meta_get(&h->sql, META_OF, 0, &of);
    if (r < 0 || done >= x->aside)
        return r;
    r = sql_begin(&h->sql);
    if (r == 0 && of != x->aside)
        r = sql_meta_set(&h->sql, META_STEP, 0);
    if (r == 0)
        r = sql_meta_set(&h->sql, META_OF, x->aside);
    if (r == 0)
        r = sql_commit(&h->sql);
    sql_rollback(&h->sql);
    if (r < 0 || rescue_open(&x->in, x->path, &h->sql) < 0)
        return r;
    x->in.user = x;
    x->on = true;
    return 0;
}

void history_rescue_end(struct history_rescue *x)
{
    if (x->on)
        rescue_close(&x->in);
    x->on = false;
}

static bool over(struct mono until)
{
    return clock_mono().us >= until.us;
}

/* The pages from *step on, twice over. */
static int pages(struct history_rescue *x, int64_t *step, struct mono until)
{
    int64_t n = x->in.pages.n;
    int r = 0;

    while (r == 0 && *step < 2 * n && !over(until)) {
        bool rows = *step < n;

        x->in.table = rows ? tables : indexes;
        x->in.n_table = rows ? ARRAY_LEN(tables) : ARRAY_LEN(indexes);
        x->in.want = rows ? want_row : want_index;
        r = rescue_page(&x->in, (uint32_t)(*step % n) + 1);
        ++*step;
    }
    return r;
}

static int mend_spans(struct history_rescue *x, struct mono until)
{
    int64_t at = 0;
    uint64_t seq;
    int r = sql_meta_get(&x->h->sql, META_SPANS, 0, &at), more;

    seq = (uint64_t)at;
    for (more = 1; r == 0 && more == 1 && !over(until); r = MIN(more, 0))
        more = span_mend(&x->h->sql, &seq, MIN(x->first, (uint64_t)INT64_MAX), MEND_SLICE);
    if (r == 0)
        r = sql_meta_set(&x->h->sql, META_SPANS, (int64_t)seq);
    return r < 0 ? r : more;
}

/* Number and time of the last event before that number; 0: there is none. */
static int event_before(struct sql *s, uint64_t first, int64_t *seq, int64_t *at)
{
    int r = sql_start(s, SQL_EVENT_BEFORE);

    *seq = *at = 0;
    if (r < 0)
        return r;
    sql_bind_i64(s, SQL_EVENT_BEFORE, 1, (int64_t)MIN(first, (uint64_t)INT64_MAX));
    r = sql_step(s, SQL_EVENT_BEFORE);
    if (r == 1) {
        *seq = sql_i64(s, SQL_EVENT_BEFORE, 0);
        *at = sql_i64(s, SQL_EVENT_BEFORE, 1);
    }
    sql_end(s, SQL_EVENT_BEFORE);
    return MIN(r, 0);
}

/* The journal goes on from its oldest record. */
static int finish(struct history_rescue *x)
{
    struct sql *s = &x->h->sql;
    int64_t seq, at;
    int r = event_before(s, x->first, &seq, &at);

    if (x->first != UINT64_MAX)
        seq = (int64_t)x->first - 1;
    if (r == 0)
        r = sql_meta_set(s, "applied_seq", seq);
    if (r == 0)
        r = sql_meta_set(s, "alive", at);
    if (r == 0)
        r = sql_meta_set(s, "spans_filled", 1);
    return r < 0 ? r : sql_meta_set(s, META_DONE, x->aside);
}

int history_rescue_turn(struct history_rescue *x, int64_t turn_us)
{
    struct mono until = {clock_mono().us + turn_us};
    struct sql *s = &x->h->sql;
    int64_t step = 0;
    int r, more = 1;

    if (sql_tidy(s))
        return 1;
    r = sql_begin(s);
    if (r == 0)
        r = sql_meta_get(s, META_STEP, 0, &step);
    if (r == 0)
        r = pages(x, &step, until);
    if (r == 0)
        r = sql_meta_set(s, META_STEP, step);
    if (r == 0 && step >= 2 * (int64_t)x->in.pages.n)
        r = more = mend_spans(x, until);
    if (r >= 0 && !more)
        r = finish(x);
    if (r >= 0)
        r = sql_commit(s);
    if (r < 0)
        sql_rollback(s);
    return r < 0 ? r : more;
}

/* ---- what is lost ---- */

int history_lost(struct history *h, struct history_lost *out)
{
    struct sql *s = &h->sql;
    int r = sql_start(s, SQL_LOST_SUM);

    *out = (struct history_lost){.n = 0};
    if (r < 0)
        return r;
    r = sql_step(s, SQL_LOST_SUM);
    if (r == 1) {
        out->n = (uint64_t)sql_i64(s, SQL_LOST_SUM, 0);
        out->from = sql_i64(s, SQL_LOST_SUM, 1);
        out->until = sql_i64(s, SQL_LOST_SUM, 2);
    }
    sql_end(s, SQL_LOST_SUM);
    if (r >= 0)
        r = sql_meta_get(s, META_GONE, 0, &out->before);
    return r < 0 ? r : sql_meta_get(s, META_NOTED, 0, &out->noted);
}

int history_lost_before(struct history *h, struct wall before, struct wall now)
{
    int r = sql_begin(&h->sql);

    if (r == 0)
        r = sql_meta_set(&h->sql, META_GONE, before.us);
    if (r == 0)
        r = sql_meta_set(&h->sql, META_NOTED, now.us);
    if (r == 0)
        r = sql_commit(&h->sql);
    sql_rollback(&h->sql);
    return r;
}

int history_last_event(struct history *h, int64_t *seq)
{
    return event_before(&h->sql, UINT64_MAX, seq, &(int64_t){0});
}
