/* SPDX-License-Identifier: Apache-2.0 */
/* What a reading of the configuration found: kept as long as the process lives, so that a reload that was refused while nobody looked can still be seen. */
#include "role/parent_int.h"
#include "role/parent_log.h"

#include "base/log.h"
#include "os/clock.h"

#include <string.h>

enum { KEPT_MOST = 20, LINES_MOST = 5, FILE_MOST = 1024, TEXT_MOST = 1000, LINE_MOST = 500 };
#define JSON_MOST (48u * 1024) /* of one list: STATUS goes to the gate every few seconds */

static void keep(struct findings *f, const struct msg_conf_diag *d)
{
    struct buf one = BUF_INIT;
    struct json j;

    if (f->kept >= KEPT_MOST || f->json.len > JSON_MOST)
        return;
    json_init(&j, &one);
    json_map(&j);
    json_key(&j, "file");
    if (d->file.n)
        json_str(&j, str_sub(d->file, 0, FILE_MOST));
    else
        json_none(&j);
    json_key_u64(&j, "line", d->line);
    json_key_u64(&j, "column", d->column);
    json_key_str(&j, "text", str_sub(d->said, 0, TEXT_MOST));
    json_map_end(&j);
    buf_printf(&f->json, "%s%s", f->kept++ ? "," : "", one.data);
    buf_release(&one);
}

static void clear(struct findings *f)
{
    buf_clear(&f->json);
    f->kept = 0;
    f->count = 0;
}

void parent_said_begin(struct parent *p)
{
    clear(&p->reading.error);
    clear(&p->reading.warning);
    buf_clear(&p->reading.lines);
}

void parent_said_take(struct parent *p, const struct msg_conf_diag *d)
{
    struct reading *r = &p->reading;

    if (!d->said.n)
        return;
    keep(d->level == LOG_ERROR ? &r->error : &r->warning, d);
    r->error.count = MAX(d->errors, (uint64_t)r->error.kept);
    r->warning.count = MAX(d->warnings, (uint64_t)r->warning.kept);
    if (d->level == LOG_ERROR && r->error.kept <= LINES_MOST)
        buf_printf(&r->lines, "\n" STR_FMT, STR_ARG(str_sub(d->text, 0, LINE_MOST)));
}

void parent_said_error(struct parent *p, const char *text)
{
    parent_said_take(p, &(struct msg_conf_diag){.level = LOG_ERROR,
                                                .text = str_of(text),
                                                .said = str_of(text),
                                                .errors = p->reading.error.count + 1,
                                                .warnings = p->reading.warning.count});
}

static void add_list(struct json *j, const char *name, const char *count, const struct findings *f)
{
    struct buf list = BUF_INIT;

    buf_printf(&list, "[" STR_FMT "]", STR_ARG(buf_str(&f->json)));
    json_key_u64(j, count, f->count);
    json_key(j, name);
    json_raw(j, buf_str(&list));
    buf_release(&list);
}

/* "FILE:LINE:COLUMN: error: WORDS" behind an "Error: ": once is enough. */
static void add_error(struct str line, struct buf *out)
{
    static const char again[] = " error: ";
    const char *at = memmem(line.p, line.n, again, sizeof(again) - 1);

    buf_add_c(out, "\nError: ");
    if (at) {
        size_t n = (size_t)(at - line.p);

        buf_add_str(out, str_sub(line, 0, n + 1));
        line = str_sub(line, n + sizeof(again) - 1, line.n);
    }
    buf_add_str(out, line);
}

/* The log in Nagios' format gets the verdict and the first errors. */
static void write_log(struct parent *p)
{
    struct str rest = buf_str(&p->reading.lines);
    struct buf text = BUF_INIT;

    buf_printf(&text, "Error: the new configuration was refused (%llu error%s), the old one stays in force",
               (unsigned long long)p->reading.error.count, p->reading.error.count == 1 ? "" : "s");
    str_cut(&rest, '\n');
    while (rest.p) {
        struct str line = str_cut(&rest, '\n');

        add_error(line, &text);
    }
    parent_log_lines(p, buf_str(&text));
    buf_release(&text);
}

void parent_said_end(struct parent *p, bool accepted)
{
    struct json j;

    if (!accepted && !p->reading.error.count)
        parent_said_error(p, "reading it ended without a verdict; what Vigie itself logs says why");
    if (p->phase != PHASE_CONF) {
        buf_clear(&p->reload_json);
        json_init(&j, &p->reload_json);
        json_map(&j);
        json_key_time(&j, "time", clock_wall());
        json_key_bool(&j, "ok", accepted);
        json_key_u64(&j, "generation", p->generation);
        add_list(&j, "errors", "error_count", &p->reading.error);
        json_map_end(&j);
        if (!accepted)
            write_log(p);
    }
    if (!accepted)
        return;
    buf_clear(&p->warnings_json);
    buf_add_str(&p->warnings_json, buf_str(&p->reading.warning.json));
    p->warnings = p->reading.warning.count;
}

void parent_said_status(const struct parent *p, struct json *j)
{
    const struct findings in_force = {.json = p->warnings_json, .count = p->warnings};

    json_key(j, "reload");
    if (p->reload_json.len)
        json_raw(j, buf_str(&p->reload_json));
    else
        json_none(j);
    add_list(j, "config_warnings", "config_warning_count", &in_force);
}

void parent_said_release(struct parent *p)
{
    struct buf *all[] = {&p->reading.error.json, &p->reading.warning.json, &p->reading.lines,
                         &p->reload_json,        &p->warnings_json,        &p->log_stays};

    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        buf_release(all[i]);
    VEC_RELEASE(&p->asked);
    VEC_RELEASE(&p->asked_next);
}
