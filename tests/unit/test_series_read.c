/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the series store beside its writer, on real files. The writer acts in the middle of whatever the reader does: before each of its calls to the disk it may add, commit, merge,
 * remove, or be started again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/perf.h"
#include "db/series_ask.h"
#include "db/series_read.h"
#include "db/series_roll.h"
#include "temp_dir.h"

#define SERIES 14u
#define STEP   (7 * TIME_MIN)

struct taken {
    int64_t us, mantissa;
};

struct world {
    char path[200];
    struct journal_dir dir;
    struct journal_io io, shim;
    struct series s;
    struct series_reader r;
    struct wall now;
    uint64_t random, seq;
    VEC(struct taken) all[SERIES]; /* that the writer got */
    size_t committed[SERIES];
    unsigned share; /* of the reader's calls before which the writer acts: one in so many; 0: none */
    bool acting;
    char last_opened[SERIES_NAME];
    unsigned acts, starts, merged, gone;
};

static uint64_t draw(struct world *w, uint64_t below)
{
    w->random = w->random * 6364136223846793005ull + 1442695040888963407ull;
    return (w->random >> 33) % below;
}

static struct series_key key_of(size_t i)
{
    static const char *const labels[] = {"rta", "pl", "/var", "in", "out", "x", "with 'quote'"};

    return (struct series_key){.oid = 1 + i / 7, .unit = PERF_SECONDS, .label = str_of(labels[i % 7])};
}

/* ---- the writer ---- */

static const struct series_options options = {
    .keep_us = {6 * TIME_DAY, 20 * TIME_DAY, 4000 * TIME_DAY, 4000 * TIME_DAY}, .grace_us = TIME_H};

static void start_writer(struct world *w)
{
    struct err err = ERR_INIT;

    assert_int_equal(series_open(&w->s, &w->io, &options, &err), 0);
}

static void add_some(struct world *w)
{
    w->now.us += STEP;
    for (size_t i = 0; i < SERIES; i++) {
        bool late = draw(w, 40) == 0, ends = i == 5 && w->now.us > 20486 * TIME_DAY;
        struct series_key k = key_of(i);
        struct taken t = {w->now.us - (late ? (int64_t)draw(w, 2000) * TIME_MIN + 1 : (int64_t)i),
                          (int64_t)draw(w, 1000)};

        if (ends || draw(w, 9) == 0)
            continue;
        assert_int_equal(series_add(&w->s, &k, &(struct series_sample){t.us, t.mantissa, -1}, w->now), 0);
        *VEC_ADD(&w->all[i]) = t;
    }
    w->seq++;
}

static void commit(struct world *w)
{
    assert_int_equal(series_commit(&w->s, w->seq, w->now), 0);
    for (size_t i = 0; i < SERIES; i++)
        w->committed[i] = w->all[i].n;
}

static void act(struct world *w)
{
    uint64_t what = draw(w, 100);

    w->acting = true;
    w->acts++;
    if (what < 60) {
        add_some(w);
    } else if (what < 75) {
        commit(w);
    } else if (what < 99) {
        while (series_step(&w->s, w->now) && draw(w, 3))
            ;
    } else { /* what was not committed is put in again, as from the journal */
        commit(w);
        w->merged += (unsigned)w->s.stats.merged;
        w->gone += (unsigned)w->s.stats.removed;
        series_release(&w->s);
        start_writer(w);
        w->starts++;
    }
    w->acting = false;
}

/* ---- the reader's disk ---- */

static void meanwhile(struct world *w)
{
    if (w->share && !w->acting && draw(w, w->share) == 0)
        act(w);
}

static int shim_open(void *user, const char *name, enum journal_open_how how)
{
    struct world *w = user;

    assert_int_equal(how, JOURNAL_READ);
    snprintf(w->last_opened, sizeof(w->last_opened), "%s", name);
    meanwhile(w);
    return w->io.open(w->io.user, name, how);
}

static void shim_close(void *user, int handle)
{
    struct world *w = user;

    w->io.close(w->io.user, handle);
}

static int64_t shim_size(void *user, int handle)
{
    struct world *w = user;

    meanwhile(w);
    return w->io.size(w->io.user, handle);
}

static int64_t shim_read(void *user, int handle, uint64_t at, void *to, size_t n)
{
    struct world *w = user;

    meanwhile(w);
    return w->io.read(w->io.user, handle, at, to, n);
}

/* A folder is listed while names come and go: those up to a place as they were before, those behind it as they are after. */
struct half {
    char at[SERIES_NAME];
    bool behind;
    void (*each)(void *user, const char *name);
    void *user;
};

static void each_of_half(void *user, const char *name)
{
    struct half *h = user;

    if ((strcmp(name, h->at) > 0) == h->behind)
        h->each(h->user, name);
}

static int shim_list(void *user, void (*each)(void *each_user, const char *name), void *each_user)
{
    struct world *w = user;
    struct half h = {.each = each, .user = each_user};
    int r;

    snprintf(h.at, sizeof(h.at), "raw-%08u", 20260100 + (unsigned)draw(w, 140));
    if (draw(w, 3) == 0)
        snprintf(h.at, sizeof(h.at), "%s", w->last_opened);
    meanwhile(w);
    r = w->io.list(w->io.user, each_of_half, &h);
    for (unsigned i = 0; i < 40 && w->share; i++)
        meanwhile(w);
    h.behind = true;
    return r < 0 ? r : w->io.list(w->io.user, each_of_half, &h);
}

/* The power stays on. */
static int no_sync(void *user, int handle)
{
    (void)user;
    (void)handle;
    return 0;
}

static int no_sync_names(void *user)
{
    (void)user;
    return 0;
}

static void world_init(struct world *w, uint64_t seed)
{
    memset(w, 0, sizeof(*w));
    w->random = seed * 77 + 5;
    w->now.us = 20480 * TIME_DAY;
    temp_dir_make(w->path, sizeof(w->path));
    w->dir.fd = open(w->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(w->dir.fd >= 0);
    journal_io_dir(&w->io, &w->dir);
    w->io.sync = no_sync;
    w->io.sync_names = no_sync_names;
    w->shim = (struct journal_io){.user = w,
                                  .open = shim_open,
                                  .close = shim_close,
                                  .size = shim_size,
                                  .read = shim_read,
                                  .list = shim_list};
    start_writer(w);
    series_read_init(&w->r, &w->shim);
}

static void world_release(struct world *w)
{
    series_read_release(&w->r);
    series_release(&w->s);
    for (size_t i = 0; i < SERIES; i++)
        VEC_RELEASE(&w->all[i]);
    close(w->dir.fd);
    temp_dir_remove(w->path);
}

/* ---- what must be so ---- */

static bool has(const struct series_samples *got, const struct taken *t)
{
    size_t low = 0, high = got->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (got->at[middle].us < t->us)
            low = middle + 1;
        else
            high = middle;
    }
    return low < got->n && got->at[low].us == t->us;
}

/* Of the last days (older ones may be removed) everything that was committed is seen, and nothing that was never put in. */
static void check_samples(struct world *w, size_t i, size_t n, int64_t from)
{
    struct series_key k = key_of(i);
    struct series_samples got = {.n = 0};
    size_t late = 0;

    assert_int_equal(series_read_samples(&w->r, &k, from, INT64_MAX, &got), 0);
    for (size_t t = 0; t < n; t++)
        if (w->all[i].at[t].us >= from && !has(&got, &w->all[i].at[t]))
            fail_msg("series %zu: the sample %zu of %zu is missing", i, t, n);
    for (size_t t = 0; t < w->all[i].n; t++)
        late += w->all[i].at[t].us >= from;
    assert_true(got.n <= late);
    VEC_RELEASE(&got);
}

static void check_days(struct world *w, size_t i)
{
    struct series_key k = key_of(i);
    struct series_buckets got = {.n = 0};
    struct series_samples times = {.n = 0};
    int64_t count = 0;

    for (size_t t = 0; t < w->all[i].n; t++)
        *VEC_ADD(&times) = (struct series_sample){.us = w->all[i].at[t].us};
    series_roll_order(&times);
    assert_int_equal(series_read_class(&w->r, &k, SERIES_1D, 0, INT64_MAX, &got), 0);
    for (size_t b = 0; b < got.n; b++)
        count += got.at[b].count;
    assert_int_equal(count, times.n);
    VEC_RELEASE(&times);
    VEC_RELEASE(&got);
}

static void check_keys(struct world *w, const size_t *committed)
{
    size_t want = 0, have = 0;

    assert_int_equal(series_read_catalogue(&w->r, 0, INT64_MAX), 0);
    for (uint64_t oid = 1; oid <= SERIES / 7; oid++) {
        const uint32_t *id;
        size_t n = series_read_object(&w->r, oid, &id);

        for (size_t i = 1; i < n; i++)
            assert_true(
                str_cmp(series_key_at(&w->r.s, id[i - 1]).label, series_key_at(&w->r.s, id[i]).label) < 0);
        have += n;
    }
    for (size_t i = 0; i < SERIES; i++)
        want += committed[i] != 0;
    assert_true(have >= want);
    assert_true(have <= SERIES);
}

static void look(struct world *w)
{
    struct err err = ERR_INIT;
    size_t committed[SERIES];
    int64_t from = w->now.us - 4 * TIME_DAY;
    int r;

    memcpy(committed, w->committed, sizeof(committed));
    r = series_read_refresh(&w->r, false, &err);
    if (r == E_NOENT && !committed[0])
        return;
    if (r < 0)
        fail_msg("%d: %s", r, err.text);
    for (size_t i = 0; i < SERIES; i++)
        check_samples(w, i, committed[i], MAX(from, w->now.us - 5 * TIME_DAY));
    check_keys(w, committed);
}

/* ---- tests ---- */

static void test_beside(void **state)
{
    unsigned merged = 0, gone = 0, starts = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct world w;

        world_init(&w, seed);
        w.share = (unsigned)(4 + seed * 9);
        for (unsigned round = 0; w.now.us < 20480 * TIME_DAY + 16 * TIME_DAY; round++) {
            for (uint64_t n = draw(&w, 80); n; n--)
                act(&w);
            look(&w);
        }
        w.share = 0;
        commit(&w);
        look(&w);
        for (size_t i = 0; i < SERIES; i++)
            check_days(&w, i);
        merged += w.merged + (unsigned)w.s.stats.merged;
        gone += w.gone + (unsigned)w.s.stats.removed;
        starts += w.starts;
        assert_int_equal(w.r.s.stats.damaged, 0);
        world_release(&w);
    }
    assert_true(merged > 30);
    assert_true(gone > 10);
    assert_true(starts > 3);
}

/* Nothing new costs two calls; a new head is seen. */
static unsigned calls;
static int counted_open(void *user, const char *name, enum journal_open_how how)
{
    calls++;
    return shim_open(user, name, how);
}

static void test_cheap(void **state)
{
    struct err err = ERR_INIT;
    struct series_sample last;
    struct series_key k = key_of(0);
    struct world w;

    (void)state;
    world_init(&w, 3);
    assert_int_equal(series_read_refresh(&w.r, false, &err), E_NOENT);
    add_some(&w);
    add_some(&w);
    commit(&w);
    w.r.below.open = counted_open;
    assert_int_equal(series_read_refresh(&w.r, false, &err), 1);
    calls = 0;
    assert_int_equal(series_read_refresh(&w.r, false, &err), 0);
    assert_int_equal(calls, 2);
    add_some(&w);
    assert_int_equal(series_read_refresh(&w.r, false, &err), 0);
    for (unsigned i = 0; i < 5; i++) { /* also when heads in between are gone */
        add_some(&w);
        commit(&w);
    }
    assert_int_equal(series_read_refresh(&w.r, false, &err), 1);
    assert_int_equal(series_read_last(&w.r, &k, &last), 1);
    assert_int_equal(last.us, VEC_LAST(&w.all[0]).us);
    assert_int_equal(last.mantissa, VEC_LAST(&w.all[0]).mantissa);
    world_release(&w);
}

/* ---- a long answer ---- */

struct asked {
    struct buf text;
    unsigned looks, most;   /* whether it is overdue; so often it is not */
    unsigned looks_at_part; /* when the first part came */
};

static void on_part(void *user, struct str part)
{
    struct asked *a = user;

    if (!a->text.len)
        a->looks_at_part = a->looks;
    buf_add_str(&a->text, part);
}

static bool is_overdue(void *user)
{
    struct asked *a = user;

    return ++a->looks > a->most;
}

static int ask_range(struct world *w, const char *query, struct asked *a, struct err *err)
{
    struct past_name name = {.oid = 1, .host = STR("web"), .service = STR("disks")};
    uint32_t first = 0;
    const struct past_names names = {.at = {.at = &name, .n = 1}, .by_oid = &first};
    struct buf text = BUF_INIT, end = BUF_INIT, begin = BUF_INIT;
    struct str args[] = {STR("scope=0"), STR("now=1"), STR("endpoint=query_range"), STR("step=60"), STR_NULL,
                         STR_NULL,       STR_NULL};
    struct series_ask q = {.r = &w->r,
                           .names = &names,
                           .stmt = STR("prom"),
                           .arg = args,
                           .n = ARRAY_LEN(args),
                           .piece = on_part,
                           .overdue = is_overdue,
                           .user = a};
    int r;

    buf_printf(&text, "query=%s", query);
    buf_printf(&begin, "start=%lld", (long long)(w->now.us / TIME_S - 86400));
    buf_printf(&end, "end=%lld", (long long)(w->now.us / TIME_S));
    args[4] = buf_str(&text);
    args[5] = buf_str(&begin);
    args[6] = buf_str(&end);
    r = series_ask(&q, err);
    buf_release(&text);
    buf_release(&begin);
    buf_release(&end);
    return r;
}

/* A day of sixty series; sixty are more than one part. */
static void make_sixty(struct world *w)
{
    char label[16];

    for (int64_t minute = 0; minute < 1440; minute++) {
        w->now.us += TIME_MIN;
        for (unsigned i = 0; i < 60; i++) {
            struct series_key k = {.oid = 1, .label = STR_NULL, .unit = PERF_NONE};

            snprintf(label, sizeof(label), "disk %02u", i);
            k.label = str_of(label);
            assert_int_equal(
                series_add(&w->s, &k, &(struct series_sample){w->now.us, minute * i % 977, -1}, w->now), 0);
        }
    }
    commit(w);
}

static unsigned times_in(struct str text, struct str part)
{
    unsigned n = 0;

    for (size_t i = 0; i + part.n <= text.n; i++)
        n += memcmp(text.p + i, part.p, part.n) == 0;
    return n;
}

/* What a selector chooses goes out while the rest is read. Where it cannot go on, nothing stands behind the part that went: the answer fails as a whole, and is not taken for one. */
static void test_long_answer(void **state)
{
    struct asked all = {.most = UINT32_MAX}, some = {.most = 40}, none = {.most = 0};
    struct err err = ERR_INIT;
    struct world w;

    (void)state;
    world_init(&w, 7);
    make_sixty(&w);
    assert_int_equal(ask_range(&w, "vigie_perfdata", &all, &err), 0);
    assert_int_equal(times_in(buf_str(&all.text), STR("{\"metric\":")), 60);
    assert_true(str_starts(buf_str(&all.text), STR("200 application/json\n{\"status\":\"success\"")));
    assert_true(all.looks == 60 && all.looks_at_part < 10);

    assert_int_equal(ask_range(&w, "vigie_perfdata", &some, &err), E_TIMEOUT);
    assert_true(some.text.len > 0 && err.text[0]);
    assert_int_equal(times_in(buf_str(&some.text), STR("application/json")), 1);
    assert_int_equal(times_in(buf_str(&some.text), STR("\"error\"")), 0);

    err_clear(&err);
    assert_int_equal(ask_range(&w, "vigie_perfdata", &none, &err), 0);
    assert_true(str_starts(buf_str(&none.text), STR("503 application/json\n{\"status\":\"error\"")));
    buf_release(&all.text);
    buf_release(&some.text);
    buf_release(&none.text);
    world_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cheap),
        cmocka_unit_test(test_beside),
        cmocka_unit_test(test_long_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
