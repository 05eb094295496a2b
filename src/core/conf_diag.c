/* SPDX-License-Identifier: Apache-2.0 */
/* What is said about a configuration, and where. */
#include "core/conf_int.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX  1000u  /* of one complaint: a line of the file may have megabytes */
#define NEAR_MAX  200u   /* suggestions in one reading: each is a search */
#define DIAGS_MAX 20000u /* a file of garbage must not fill the memory with complaints */

void conf_say(struct conf *c, enum conf_severity sev, struct conf_place at, const char *fmt, ...)
{
    struct buf b = BUF_INIT;
    struct conf_diag *d;
    va_list ap;

    if (sev == CONF_MISTAKE)
        sev = c->rq.native ? CONF_ERROR : CONF_WARNING;
    if (sev == CONF_ERROR)
        c->counts.errors++;
    else
        c->counts.warnings++;
    if (c->diags.n >= DIAGS_MAX)
        return;
    va_start(ap, fmt);
    buf_vprintf(&b, fmt, ap);
    va_end(ap);
    if (b.len > TEXT_MAX) {
        buf_truncate(&b, TEXT_MAX);
        buf_add_c(&b, " ...");
    }
    d = VEC_ADD(&c->diags);
    d->severity = sev;
    d->file = at.file;
    d->line = at.line;
    d->column = at.column;
    d->text = buf_take(&b, NULL);
    c->sorted = false;
}

void conf_notice_add(struct conf *c, const char *object, const char *directive, const char *doc,
                     struct conf_place at)
{
    struct conf_notice *n;
    char key[128];
    uint64_t i;

    str_copy(key, sizeof(key), str_of(object));
    str_copy(key + strlen(key), sizeof(key) - strlen(key), STR(" "));
    str_copy(key + strlen(key), sizeof(key) - strlen(key), str_of(directive));
    if (map_get(&c->notice_index, str_of(key), &i)) {
        c->notices.at[i].count++;
        return;
    }
    map_put(&c->notice_index, str_of(key), c->notices.n);
    n = VEC_ADD(&c->notices);
    n->object = object;
    n->directive = directive;
    n->doc = doc;
    n->file = at.file;
    n->line = at.line;
    n->count = 1;
}

struct conf_place conf_place_of(const struct conf *c, uint32_t prop)
{
    const struct conf_prop *p;

    if (prop == CONF_NONE)
        return (struct conf_place){CONF_NONE, 0, 0};
    p = &c->props.at[prop];
    return (struct conf_place){p->file, p->line, p->column};
}

struct conf_place conf_value_place(const struct conf *c, uint32_t prop)
{
    struct conf_place at = conf_place_of(c, prop);

    if (prop != CONF_NONE)
        at.column = c->props.at[prop].value_column;
    return at;
}

struct conf_place conf_object_place(const struct conf_object *o)
{
    return (struct conf_place){o->file, o->line, 1};
}

struct str conf_near(struct conf *c, const struct map *m, struct str name)
{
    unsigned max = name.n < 4 ? 1 : name.n < 10 ? 2 : 3, best = UINT32_MAX;
    struct str found = STR(""), key;
    uint64_t value;
    size_t n = MIN(m->n_entry, (size_t)5000); /* a suggestion is not worth a long search */

    if (c->suggested++ >= NEAR_MAX)
        return found;
    for (size_t i = 0; i < n; i++) {
        unsigned d;

        if (!map_at(m, i, &key, &value))
            continue;
        d = str_distance(name, key, max);
        if (d <= max && d < best) {
            best = d;
            found = key;
        }
    }
    return found;
}

static int by_place(const void *a, const void *b)
{
    const struct conf_diag *x = a, *y = b;

    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    return strcmp(x->text, y->text);
}

size_t conf_n_diags(const struct conf *c)
{
    return c->diags.n;
}

const struct conf_diag *conf_diag_at(const struct conf *c, size_t i)
{
    BUG_ON(i >= c->diags.n);
    if (!c->sorted) {
        qsort(c->diags.at, c->diags.n, sizeof(*c->diags.at), by_place);
        ((struct conf *)c)->sorted = true;
    }
    return &c->diags.at[i];
}

const char *conf_file_path(const struct conf *c, uint32_t file)
{
    return file < c->files.n ? c->files.at[file].path : "";
}

void conf_diag_text(const struct conf *c, const struct conf_diag *d, struct buf *out)
{
    if (d->file < c->files.n)
        buf_printf(out, "%s:", c->files.at[d->file].path);
    if (d->line)
        buf_printf(out, "%u:", d->line);
    if (d->column)
        buf_printf(out, "%u:", d->column);
    if (d->file < c->files.n)
        buf_add_char(out, ' ');
    buf_add_c(out, d->severity == CONF_ERROR ? "error: " : "warning: ");
    buf_add_utf8(out, str_of(d->text));
}

size_t conf_n_notices(const struct conf *c)
{
    return c->notices.n;
}

const struct conf_notice *conf_notice_at(const struct conf *c, size_t i)
{
    BUG_ON(i >= c->notices.n);
    return &c->notices.at[i];
}

struct conf_counts conf_count(const struct conf *c)
{
    return c->counts;
}

bool conf_ok(const struct conf *c)
{
    return c->counts.errors == 0;
}
