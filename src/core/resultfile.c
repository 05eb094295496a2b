/* SPDX-License-Identifier: Apache-2.0 */
#include "core/resultfile.h"

#include "base/limits.h"
#include "base/time.h"

#include <string.h>

#define SECONDS_MOST 253402300799 /* the end of the year 9999 */

struct reading { /* of one result */
    struct resultfile_one *one;
    int64_t finished_us;
    bool any, has_output;
};

void resultfile_init(struct resultfile *f, struct str text)
{
    *f = (struct resultfile){
        .rest = text, .joined = BUF_INIT, .host = BUF_INIT, .service = BUF_INIT, .output = BUF_INIT};
}

void resultfile_release(struct resultfile *f)
{
    buf_release(&f->joined);
    buf_release(&f->host);
    buf_release(&f->service);
    buf_release(&f->output);
}

/* ---- lines ---- */

static bool goes_on(struct str line)
{
    size_t n = 0;

    while (n < line.n && line.p[line.n - 1 - n] == '\\')
        n++;
    return n % 2 == 1;
}

static struct str cut_line(struct resultfile *f)
{
    struct str line = str_cut(&f->rest, '\n');

    f->line++;
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

/* False: the text is over. */
static bool next_line(struct resultfile *f, struct str *line)
{
    if (!f->rest.n)
        return false;
    *line = cut_line(f);
    if (!goes_on(*line) || !f->rest.n)
        return true;
    buf_clear(&f->joined);
    while (goes_on(*line) && f->rest.n) {
        buf_add_str(&f->joined, str_sub(*line, 0, line->n - 1));
        *line = cut_line(f);
        while (line->n && (line->p[0] == ' ' || line->p[0] == '\t'))
            *line = str_sub(*line, 1, line->n);
    }
    buf_add_str(&f->joined, *line);
    *line = buf_str(&f->joined);
    return true;
}

/* ---- values ---- */

/* Seconds, with up to six places that count. */
static bool read_time(struct str text, int64_t *us)
{
    struct str whole = str_cut(&text, '.');
    int64_t s, unit = TIME_S / 10;

    if (!str_to_i64(whole, &s) || s < 0 || s > SECONDS_MOST)
        return false;
    *us = s * TIME_S;
    for (size_t i = 0; i < text.n; i++, unit /= 10) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        *us += (text.p[i] - '0') * unit;
    }
    return true;
}

static void read_output(struct buf *to, struct str text)
{
    buf_clear(to);
    for (size_t i = 0; i < text.n; i++) {
        char next = text.p[i] == '\\' && i + 1 < text.n ? text.p[i + 1] : '\0';

        if (next == 'n' || next == '\\')
            i++;
        buf_add_char(to, next == 'n' ? '\n' : text.p[i]);
    }
}

static int refuse(const struct resultfile *f, struct err *err, struct str name, struct str value,
                  const char *wanted)
{
    return err_set(err, E_FORMAT, "line %u: " STR_FMT "=" STR_FMT ": write %s", f->line, STR_ARG(name),
                   STR_ARG(str_sub(value, 0, 40)), wanted);
}

static int read_name(struct resultfile *f, struct buf *to, struct str name, struct str value, struct err *err)
{
    if (value.n > LIMIT_EXT_COMMAND || memchr(value.p ? value.p : "", 0, value.n))
        return refuse(f, err, name, value, "a name as the configuration has it");
    buf_clear(to);
    buf_add_str(to, value);
    return 0;
}

static int read_number(struct resultfile *f, struct reading *r, struct str name, struct str value,
                       struct err *err)
{
    struct resultfile_one *one = r->one;
    int64_t n;

    if (!str_to_i64(value, &n))
        return refuse(f, err, name, value, "a whole number");
    if (str_eq_c(name, "check_type"))
        one->active = n == 0;
    else if (str_eq_c(name, "exited_ok"))
        one->unclean = n == 0;
    else if (str_eq_c(name, "early_timeout"))
        one->timed_out = n != 0;
    else if (n < 0 ||
             n > 255) /* what no program ends with; -1 is what Nagios writes where nothing is known */
        one->code = 3;
    else
        one->code = (uint64_t)n;
    return 0;
}

static int read_moment(struct resultfile *f, struct reading *r, struct str name, struct str value,
                       struct err *err)
{
    int64_t us;

    if (!read_time(value, &us))
        return refuse(f, err, name, value, "seconds, such as 1700000000.25");
    if (str_eq_c(name, "start_time"))
        r->one->started_us = us;
    else if (str_eq_c(name, "finish_time"))
        r->finished_us = us;
    else
        r->one->latency_us = us;
    return 0;
}

static int read_line(struct resultfile *f, struct reading *r, struct str line, struct err *err)
{
    static const char *const numbers[] = {"check_type", "exited_ok", "early_timeout", "return_code"};
    static const char *const moments[] = {"start_time", "finish_time", "latency"};
    struct str value = line, name = str_trim(str_cut(&value, '='));

    if (!value
             .p) /* the rest of an output that was written with line ends, as a rule: Nagios passes it over, too */
        return 0;
    value = str_trim(value);
    if (str_eq_c(name, "file_time"))
        return str_to_i64(value, &f->written_s) ? 0 : refuse(f, err, name, value, "seconds since 1970");
    r->one->line = r->any ? r->one->line : f->line;
    r->any = true;
    if (str_eq_c(name, "host_name"))
        return read_name(f, &f->host, name, value, err);
    if (str_eq_c(name, "service_description"))
        return read_name(f, &f->service, name, value, err);
    if (str_eq_c(name, "output")) {
        r->has_output = true;
        read_output(&f->output, value);
    }
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        if (str_eq_c(name, numbers[i]))
            return read_number(f, r, name, value, err);
    }
    for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
        if (str_eq_c(name, moments[i]))
            return read_moment(f, r, name, value, err);
    }
    return 0;
}

/* What there is up to the next empty line; of a wrong one the rest is read over. 1: something is there. */
static int read_lines(struct resultfile *f, struct reading *r, struct err *err)
{
    struct str line;
    int got = 0;

    while (next_line(f, &line)) {
        if (!line.n && r->any)
            break;
        if (!line.n || line.p[0] == '#')
            continue;
        if (got == 0)
            got = read_line(f, r, line, err);
        r->any = r->any || got < 0;
    }
    return got < 0 ? got : r->any;
}

int resultfile_next(struct resultfile *f, struct resultfile_one *one, struct err *err)
{
    struct reading r = {.one = one};
    int got;

    *one = (struct resultfile_one){.line = f->line + 1};
    buf_clear(&f->host);
    buf_clear(&f->service);
    buf_clear(&f->output);
    got = read_lines(f, &r, err);
    if (got <= 0)
        return got;
    if (!f->host.len)
        return err_set(err, E_FORMAT, "line %u: this result has no host_name", one->line);
    if (!r.has_output)
        return err_set(err, E_FORMAT, "line %u: this result has no output", one->line);
    one->host = buf_str(&f->host);
    one->service = buf_str(&f->service);
    one->output = buf_str(&f->output);
    if (r.finished_us > one->started_us && one->started_us)
        one->lasted_us = r.finished_us - one->started_us;
    return 1;
}
