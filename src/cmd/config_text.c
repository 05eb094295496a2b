/* SPDX-License-Identifier: Apache-2.0 */
/* vigie config show, for people: columns of directive, value, place and templates, as narrow as they can be. */
#include "cmd/config.h"
#include "core/conf_secret.h"

#include <string.h>
#include <unistd.h>

enum {
    VALUE_MOST = 30, /* columns; a longer value makes no others wait */
    LINE_MOST = 100, /* where a value comes from stands below it when it would be more */
};

struct str config_shown(const struct config_options *o, struct str value, bool secret)
{
    return secret && value.n && !o->show_secrets ? STR(CONF_MASK) : value;
}

static void pad(struct buf *out, size_t from, size_t to)
{
    for (; from < to; from++)
        buf_add_char(out, ' ');
}

/* Characters, not bytes: continuation bytes of UTF-8 take no column. */
static size_t columns(struct str s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

/* ---- places ---- */

/* The folder of the main file, with its slash: what stands below it is told from there. */
static struct str folder(const struct conf *c)
{
    const char *path = conf_file_path(c, 0), *slash = strrchr(path, '/');

    return str_make(path, slash ? (size_t)(slash - path) + 1 : 0);
}

/* The same from the root, for the main file may have been named from where the caller stands, and the others not. Empty: it is so already. */
static void whole_folder(struct str dir, struct buf *out)
{
    char here[4096];

    if (str_starts(dir, STR("/")) || !getcwd(here, sizeof(here)))
        return;
    while (str_starts(dir, STR("./")))
        dir = str_sub(dir, 2, dir.n);
    buf_printf(out, "%s%s" STR_FMT, here, here[1] ? "/" : "", STR_ARG(dir));
}

static void add_file(const struct conf *c, uint32_t file, struct buf *out)
{
    struct str path = str_of(conf_file_path(c, file)), dir = folder(c);
    struct buf whole = BUF_INIT;

    whole_folder(dir, &whole);
    if (whole.len > 1 && str_starts(path, buf_str(&whole)))
        path = str_sub(path, whole.len, path.n);
    else if (dir.n > 1 && str_starts(path, dir))
        path = str_sub(path, dir.n, path.n);
    buf_release(&whole);
    if (str_starts(path, STR("./")))
        path = str_sub(path, 2, path.n);
    buf_add_str(out, path);
}

static void add_place(const struct conf *c, uint32_t file, uint32_t line, struct buf *out)
{
    if (file == UINT32_MAX) {
        buf_add_c(out, "--set");
        return;
    }
    add_file(c, file, out);
    buf_printf(out, ":%u", line);
}

/* ---- rows ---- */

struct table {
    const struct config_options *o;
    const struct conf *c;
    const struct conf_origin *g;
    struct buf *out;
    size_t name, value, place; /* widths */
};

static struct str value_of(const struct table *t, const struct conf_origin_row *r)
{
    struct str v = config_shown(t->o, r->value, r->secret);

    return v.n ? v : STR("null");
}

/* Where part i comes from; of several each with its text. */
static void part_place(const struct table *t, const struct conf_origin_row *r, uint32_t i, struct buf *out)
{
    static const char *const whose[] = {[CONF_ORIGIN_HOST] = "its host, ",
                                        [CONF_ORIGIN_SERVICE] = "its service, ",
                                        [CONF_ORIGIN_EXTINFO] = "extinfo, ",
                                        [CONF_ORIGIN_DEFAULT] = ""};
    const struct conf_origin_part *p = &t->g->parts.at[r->first_part + i];

    if (r->source != CONF_ORIGIN_FILE)
        buf_add_c(out, whose[r->source]);
    if (r->n_parts > 1)
        buf_printf(out, STR_FMT " in ", STR_ARG(config_shown(t->o, p->value, r->secret)));
    add_place(t->c, p->file, p->line, out);
}

static void measure(struct table *t)
{
    struct buf b = BUF_INIT;

    for (size_t i = 0; i < t->g->rows.n; i++) {
        const struct conf_origin_row *r = &t->g->rows.at[i];
        size_t n = columns(value_of(t, r));

        t->name = MAX(t->name, columns(r->name));
        if (n <= VALUE_MOST)
            t->value = MAX(t->value, n);
        for (uint32_t k = 0; k < r->n_parts; k++) {
            buf_clear(&b);
            part_place(t, r, k, &b);
            t->place = MAX(t->place, columns(buf_str(&b)));
        }
    }
    buf_release(&b);
}

/* How long the line is with a place behind a value so long. */
static size_t line_of(const struct table *t, const struct conf_origin_part *p, size_t value,
                      const struct buf *place)
{
    size_t through = columns(p->through);

    return 2 + t->name + 2 + value + 2 + (through ? t->place + 2 + through : columns(buf_str(place)));
}

/* The places of a row; the first stands behind the value when that left room, the others below. */
static void origins(const struct table *t, const struct conf_origin_row *r, size_t used)
{
    struct buf b = BUF_INIT;

    for (uint32_t i = 0; i < r->n_parts; i++) {
        const struct conf_origin_part *p = &t->g->parts.at[r->first_part + i];

        buf_clear(&b);
        part_place(t, r, i, &b);
        if (i || (used > t->value && line_of(t, p, used, &b) > LINE_MOST)) {
            buf_add_c(t->out, "\n  ");
            pad(t->out, 0, t->name + 2);
            used = 0;
        }
        pad(t->out, used, MAX(used, t->value) + 2);
        buf_add_str(t->out, buf_str(&b));
        if (p->through.n) {
            pad(t->out, columns(buf_str(&b)), t->place + 2);
            buf_add_str(t->out, p->through);
        }
    }
    if (!r->n_parts) {
        pad(t->out, used, used > t->value ? used + 2 : t->value + 2);
        buf_add_c(t->out, "default");
    }
    buf_release(&b);
}

static void rows(struct table *t)
{
    measure(t);
    for (size_t i = 0; i < t->g->rows.n; i++) {
        const struct conf_origin_row *r = &t->g->rows.at[i];

        buf_printf(t->out, "  " STR_FMT, STR_ARG(r->name));
        pad(t->out, columns(r->name), t->name + 2);
        buf_add_str(t->out, value_of(t, r));
        if (t->o->origin)
            origins(t, r, columns(value_of(t, r)));
        buf_add_char(t->out, '\n');
    }
}

/* ---- groups ---- */

static size_t name_width(const struct conf_origin_group *m)
{
    return columns(m->name) + (m->service.n ? 3 + columns(m->service) : 0);
}

static void group_row(const struct table *t, const struct conf_origin_group *m, size_t width)
{
    buf_printf(t->out, "  " STR_FMT "%s" STR_FMT, STR_ARG(m->name), m->service.n ? " > " : "",
               STR_ARG(m->service));
    pad(t->out, name_width(m), width + 2);
    buf_printf(t->out, "by %s", m->by);
    if (m->inner.n)
        buf_printf(t->out, " " STR_FMT, STR_ARG(m->inner));
    if (t->o->origin) {
        buf_add_c(t->out, " in ");
        add_place(t->c, m->file, m->line, t->out);
    }
    buf_add_char(t->out, '\n');
}

static void groups(const struct table *t, const char *title, const struct conf_origin_group *all, size_t n,
                   bool brings)
{
    size_t width = 0;

    for (size_t i = 0; i < n; i++)
        if (all[i].brings == brings)
            width = MAX(width, name_width(&all[i]));
    if (!width)
        return;
    buf_printf(t->out, "\n%s\n", title);
    for (size_t i = 0; i < n; i++)
        if (all[i].brings == brings)
            group_row(t, &all[i], width);
}

static void object_title(const struct table *t)
{
    const struct conf_origin *g = t->g;

    buf_printf(t->out, "%s%s%s " STR_FMT, conf_type_name(g->type), g->is_template ? " template" : "",
               conf_origin_is_relation(g->type) && !g->is_template ? " of" : "", STR_ARG(g->name));
    if (g->service.n)
        buf_printf(t->out, " > " STR_FMT, STR_ARG(g->service));
    buf_add_c(t->out, ", defined in ");
    add_place(t->c, g->file, g->line, t->out);
    if (g->uses.n)
        buf_printf(t->out, ", uses " STR_FMT, STR_ARG(g->uses));
}

static void title(const struct table *t)
{
    const struct conf_origin *g = t->g;
    struct str dir = folder(t->c);

    if (g->type == CONF_TYPE_COUNT) {
        buf_add_c(t->out, "main file ");
        add_file(t->c, 0, t->out);
    } else {
        object_title(t);
    }
    if (dir.n > 1 && !str_eq_c(dir, "./"))
        buf_printf(t->out, "\n(files below " STR_FMT ")", STR_ARG(str_sub(dir, 0, dir.n - 1)));
    buf_add_c(t->out, "\n\n");
}

void config_text(const struct config_options *o, const struct conf *c, const struct conf_origin *g,
                 struct buf *out)
{
    struct table t = {.o = o, .c = c, .g = g, .out = out};

    title(&t);
    rows(&t);
    groups(&t, "Brought to it by", g->groups.at, g->groups.n, true);
    groups(&t, "Groups", g->groups.at, g->groups.n, false);
    groups(&t, "Members", g->members.at, g->members.n, false);
}
