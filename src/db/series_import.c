/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_import.h"

#include "base/limits.h"
#include "core/output.h"
#include "db/series_int.h"
#include "db/series_roll.h"

#define PENDING_MAX (64u * 1024) /* of a log, before it is written */

static int fits(const struct series *s, const struct series_key *k)
{
    if (s->failed)
        return E_IO;
    if (!output_is_clean(k->label)) /* it would be another series than that of what plugins write */
        return E_FORMAT;
    return k->oid && k->label.n <= SERIES_LABEL_MAX &&
                   (s->active.n < LIMIT_SERIES || series_find(s, k) != SERIES_NONE)
               ? 0
               : E_LIMIT;
}

/* s->chunk to the log of a partition. */
static int append(struct series *s, size_t id, const struct series_key *k, enum series_class class,
                  int64_t start_us)
{
    int64_t log = series_log(s, class, start_us);
    struct series_file *f;
    int r;

    if (log < 0)
        return (int)log;
    f = &s->file.at[log];
    r = series_file_append(f, id, k, buf_str(&s->chunk));
    if (r < 0)
        return series_fail(s, r, f->name, "appending");
    s->stats.sealed++;
    r = f->pending.len > PENDING_MAX ? series_file_write(f, &s->io) : 0;
    return r < 0 ? series_fail(s, r, f->name, "writing") : 0;
}

/* ---- measurements ---- */

static bool is_there(const struct series_samples *have, size_t *at, int64_t us, int64_t step_us)
{
    while (*at < have->n && have->at[*at].us <= us - step_us)
        ++*at;
    return *at < have->n && have->at[*at].us <= us;
}

/* Those that are to be put in. */
static int sift(struct series *s, const struct series_key *k, const struct series_samples *v, int64_t step_us,
                struct wall now, struct series_samples *out, struct series_import_count *count)
{
    struct series_samples have = {.n = 0};
    size_t at = 0;
    int r = series_read(s, k, v->at[0].us - step_us + 1, v->at[v->n - 1].us + 1, &have);

    for (size_t i = 0; i < v->n && r == 0; i++) {
        int64_t us = v->at[i].us;

        if (series_start_of(SERIES_RAW, us) + TIME_DAY < now.us - s->o.keep_us[SERIES_RAW])
            count->old++;
        else if (us > now.us + TIME_DAY)
            count->ahead++;
        else if (is_there(&have, &at, us, step_us))
            count->had++;
        else
            *VEC_ADD(out) = v->at[i];
    }
    VEC_RELEASE(&have);
    return r;
}

static int put_samples(struct series *s, const struct series_key *k, const struct series_samples *v)
{
    size_t id = series_know(s, k);
    int r = 0;

    for (size_t done = 0, n; done < v->n && r == 0; done += n) {
        int64_t start = series_start_of(SERIES_RAW, v->at[done].us);

        for (n = 1; done + n < v->n && v->at[done + n].us < start + TIME_DAY;)
            n++;
        buf_clear(&s->chunk);
        n = series_chunk_put(&s->room, &s->chunk, v->at + done, n, start);
        r = append(s, id, k, SERIES_RAW, start);
    }
    return r;
}

int series_import_samples(struct series *s, const struct series_key *k, const struct series_samples *v,
                          int64_t step_us, struct wall now, struct series_import_count *count)
{
    struct series_samples out = {.n = 0};
    int r = fits(s, k);

    if (r == 0 && v->n)
        r = sift(s, k, v, MAX(step_us, (int64_t)1), now, &out, count);
    if (r == 0 && out.n) {
        r = put_samples(s, k, &out);
        s->newest_us = MAX(s->newest_us, VEC_LAST(&out).us);
        s->imported_us = now.us;
    }
    count->taken += r == 0 ? out.n : 0;
    VEC_RELEASE(&out);
    return r;
}

/* ---- buckets ---- */

static int sift_buckets(struct series *s, const struct series_key *k, enum series_class class,
                        const struct series_buckets *v, struct wall now, struct series_buckets *out,
                        struct series_import_count *count)
{
    struct series_buckets have = {.n = 0};
    size_t at = 0;
    int r = series_read_buckets(s, k, class, v->at[0].us, v->at[v->n - 1].us + 1, &have);

    for (size_t i = 0; i < v->n && r == 0; i++) {
        int64_t us = v->at[i].us;

        while (at < have.n && have.at[at].us < us)
            at++;
        if (us + series_bucket_us(class) < now.us - s->o.keep_us[class])
            count->old++;
        else if (us > now.us + TIME_DAY)
            count->ahead++;
        else if (at < have.n && have.at[at].us == us)
            count->had++;
        else
            *VEC_ADD(out) = v->at[i];
    }
    VEC_RELEASE(&have);
    return r;
}

static int put_buckets(struct series *s, const struct series_key *k, enum series_class class,
                       const struct series_buckets *v)
{
    size_t id = series_know(s, k);
    int r = 0;

    for (size_t done = 0, n; done < v->n && r == 0; done += n) {
        int64_t start = series_start_of(class, v->at[done].us);

        for (n = 1; done + n < v->n && v->at[done + n].us < start + series_partition_us(class);)
            n++;
        buf_clear(&s->chunk);
        n = series_chunk_put_buckets(&s->room, &s->chunk, v->at + done, n, start);
        r = append(s, id, k, class, start);
    }
    return r;
}

int series_import_buckets(struct series *s, const struct series_key *k, enum series_class class,
                          const struct series_buckets *v, struct wall now, struct series_import_count *count)
{
    struct series_buckets out = {.n = 0};
    int r = fits(s, k);

    if (r == 0 && v->n)
        r = sift_buckets(s, k, class, v, now, &out, count);
    if (r == 0 && out.n) {
        r = put_buckets(s, k, class, &out);
        s->imported_us = now.us;
    }
    count->taken += r == 0 ? out.n : 0;
    VEC_RELEASE(&out);
    return r;
}
