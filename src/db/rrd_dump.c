/* SPDX-License-Identifier: Apache-2.0 */
#include "db/rrd_dump.h"

#include <string.h>

#define SECONDS_MAX (INT64_C(1) << 40) /* of times and steps: far behind the end of 32 bits */

static int each(void *user, unsigned depth, struct str name, bool end, struct str text);

void rrd_dump_init(struct rrd_dump *d)
{
    *d = (struct rrd_dump){.step = 0};
    xml_scan_init(&d->xml, each, d);
}

void rrd_dump_release(struct rrd_dump *d)
{
    xml_scan_release(&d->xml);
    for (size_t i = 0; i < d->archive.n; i++)
        VEC_RELEASE(&d->archive.at[i].value);
    VEC_RELEASE(&d->archive);
    VEC_RELEASE(&d->ds);
}

const struct perf_value *rrd_dump_value(const struct rrd_dump *d, const struct rrd_archive *a, size_t row,
                                        size_t ds)
{
    return &a->value.at[row * d->ds.n + ds];
}

static int wrong(struct rrd_dump *d, struct str name, struct str text, const char *what)
{
    return err_set(d->err, E_FORMAT, "<" STR_FMT ">%.*s</>: %s", STR_ARG(name), (int)MIN(text.n, (size_t)40),
                   text.p ? text.p : "", what);
}

static int take_seconds(struct rrd_dump *d, struct str name, struct str text, int64_t least, int64_t *to)
{
    int64_t v;

    if (!str_to_i64(text, &v) || v < least || v > SECONDS_MAX)
        return wrong(d, name, text, "not a number that this can be");
    *to = v;
    return 0;
}

/* ---- data sources ---- */

/* rrdtool makes none but of letters, digits, _ and -: other bytes are damage. */
static bool is_name(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] <= ' ' || (unsigned char)text.p[i] >= 0x7f)
            return false;
    return text.n > 0;
}

static int take_ds(struct rrd_dump *d, struct str name, struct str text)
{
    static const char *const rates[] = {"COUNTER", "DERIVE", "ABSOLUTE", "DCOUNTER", "DDERIVE"};
    struct rrd_ds *ds = &VEC_LAST(&d->ds);

    if (str_eq_c(name, "name") && (!is_name(text) || !str_copy(ds->name, sizeof(ds->name), text)))
        return wrong(d, name, text, "no name of a data source");
    if (str_eq_c(name, "type"))
        for (size_t i = 0; i < ARRAY_LEN(rates); i++)
            ds->rate = ds->rate || str_eq_c(text, rates[i]);
    return 0;
}

/* ---- archives ---- */

static int take_cf(struct rrd_dump *d, struct str text)
{
    static const char *const names[] = {
        [RRD_AVERAGE] = "AVERAGE", [RRD_MIN] = "MIN", [RRD_MAX] = "MAX", [RRD_LAST] = "LAST"};
    struct rrd_archive *a = &VEC_LAST(&d->archive);

    a->cf = RRD_OTHER;
    for (unsigned i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq_c(text, names[i]))
            a->cf = (enum rrd_cf)i;
    return 0;
}

/* Digits that say nothing would make each measurement longer. */
static void shorten(struct perf_value *v)
{
    if (!v->mantissa)
        v->exponent = 0;
    while (v->mantissa && v->mantissa % 10 == 0 && v->exponent < INT8_MAX) {
        v->mantissa /= 10;
        v->exponent++;
    }
}

/* NaN, inf, and numbers that no decimal of ours holds. */
static bool is_unknown(struct str text)
{
    if (text.n && (text.p[0] == '-' || text.p[0] == '+'))
        text = str_sub(text, 1, SIZE_MAX);
    if (str_ieq(text, STR("nan")) || str_ieq(text, STR("inf")))
        return true;
    for (size_t i = 0; i < text.n; i++)
        if (!memchr("0123456789.eE+-", text.p[i], 15))
            return false;
    return text.n > 0;
}

static int take_value(struct rrd_dump *d, struct str name, struct str text)
{
    struct rrd_archive *a = &VEC_LAST(&d->archive);
    struct perf_value v = {.known = false};
    struct str rest = text;

    if (d->row_values++ == d->ds.n)
        return wrong(d, name, text, "more values in a row than there are data sources");
    if (a->cf == RRD_OTHER)
        return 0;
    if (d->values++ == RRD_VALUES_MAX)
        return err_set(d->err, E_LIMIT, "more than %u values", RRD_VALUES_MAX);
    if (perf_number(&rest, &v) && !rest.n) {
        shorten(&v);
    } else {
        v = (struct perf_value){.known = false};
        if (!is_unknown(text))
            return wrong(d, name, text, "not a value");
    }
    *VEC_ADD(&a->value) = v;
    return 0;
}

static int end_row(struct rrd_dump *d, struct str name)
{
    if (d->row_values != d->ds.n)
        return wrong(d, name, STR_NULL, "fewer values in a row than there are data sources");
    d->row_values = 0;
    VEC_LAST(&d->archive).rows++;
    return 0;
}

static int end_archive(struct rrd_dump *d, struct str name)
{
    struct rrd_archive *a = &VEC_LAST(&d->archive);

    if (!d->per_row || !d->step || !d->last_update)
        return wrong(d, name, STR_NULL, "an archive without step");
    if (d->per_row > SECONDS_MAX / d->step)
        return wrong(d, name, STR_NULL, "a step that is too long");
    a->step = d->per_row * d->step;
    a->end = d->last_update - d->last_update % a->step;
    if (a->rows > (size_t)(SECONDS_MAX / a->step))
        return wrong(d, name, STR_NULL, "more rows than there was time");
    if (a->cf == RRD_OTHER) {
        d->values -= a->value.n;
        VEC_RELEASE(&a->value);
        d->archive.n--;
    } else if (a->value.n != a->rows * d->ds.n) {
        return wrong(d, name, STR_NULL, "rows before what kind of archive it is");
    }
    return 0;
}

/* ---- what stands where ---- */

static bool is_in(const struct rrd_dump *d, unsigned depth, const char *name)
{
    return strcmp(d->xml.open[depth - 1].name, name) == 0;
}

static int begin_of(struct rrd_dump *d, unsigned depth, struct str name)
{
    if (depth == 1 && !str_eq_c(name, "rrd"))
        return wrong(d, name, STR_NULL, "this is no dump of an RRD file");
    if (depth == 2 && str_eq_c(name, "ds")) {
        if (d->ds.n == RRD_DS_MAX)
            return err_set(d->err, E_LIMIT, "more than %u data sources", RRD_DS_MAX);
        if (d->archive.n)
            return wrong(d, name, STR_NULL, "a data source behind an archive");
        (void)VEC_ADD(&d->ds);
    }
    if (depth == 2 && str_eq_c(name, "rra")) {
        if (!d->ds.n)
            return wrong(d, name, STR_NULL, "an archive before the data sources");
        VEC_ADD(&d->archive)->cf = RRD_OTHER;
        d->per_row = 0;
        d->row_values = 0;
    }
    return 0;
}

static int in_archive(struct rrd_dump *d, unsigned depth, struct str name, struct str text)
{
    if (depth == 2)
        return end_archive(d, name);
    if (depth == 3 && str_eq_c(name, "cf"))
        return take_cf(d, text);
    if (depth == 3 && str_eq_c(name, "pdp_per_row"))
        return take_seconds(d, name, text, 1, &d->per_row);
    if (depth < 4 || !is_in(d, 3, "database"))
        return 0;
    if (depth == 4 && str_eq_c(name, "row"))
        return end_row(d, name);
    if (depth == 5 && str_eq_c(name, "v") && is_in(d, 4, "row"))
        return take_value(d, name, text);
    return wrong(d, name, text, "not what stands in an archive");
}

static int each(void *user, unsigned depth, struct str name, bool end, struct str text)
{
    struct rrd_dump *d = user;

    if (!end)
        return begin_of(d, depth, name);
    if (depth == 2 && str_eq_c(name, "step"))
        return take_seconds(d, name, text, 1, &d->step);
    if (depth == 2 && str_eq_c(name, "lastupdate"))
        return take_seconds(d, name, text, 1, &d->last_update);
    if (depth == 2 && str_eq_c(name, "ds") && !VEC_LAST(&d->ds).name[0])
        return wrong(d, name, text, "a data source without a name");
    if (depth >= 3 && is_in(d, 2, "ds"))
        return depth == 3 ? take_ds(d, name, text) : 0;
    if (depth >= 2 && is_in(d, 2, "rra"))
        return in_archive(d, depth, name, text);
    return 0;
}

int rrd_dump_feed(struct rrd_dump *d, struct str bytes, struct err *err)
{
    d->err = err;
    return xml_scan_feed(&d->xml, bytes, err);
}

int rrd_dump_end(struct rrd_dump *d, struct err *err)
{
    int r = xml_scan_end(&d->xml, err);

    if (r == 0 && (!d->step || !d->last_update || !d->ds.n))
        return err_set(err, E_FORMAT, "the dump has no step, no time of the last update, or no data source");
    return r;
}
