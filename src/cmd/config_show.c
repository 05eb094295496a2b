/* SPDX-License-Identifier: Apache-2.0 */
/* vigie config show and list. */
#include "cmd/config.h"

#include "cmd/cmd.h"
#include "core/conf_secret.h"
#include "wire/json.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_MOST = 34 }; /* columns; a longer value pushes its origin to the right */

static struct str shown(const struct config_options *o, struct str value, bool secret)
{
    return secret && value.n && !o->show_secrets ? STR(CONF_MASK) : value;
}

/* ---- text ---- */

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

static void add_place(const struct conf *c, uint32_t file, uint32_t line, struct buf *out)
{
    if (file == UINT32_MAX)
        buf_add_c(out, "--set");
    else
        buf_printf(out, "%s:%u", conf_file_path(c, file), line);
}

static void text_origin(const struct config_options *o, const struct conf *c, const struct conf_origin *g,
                        const struct conf_origin_row *r, struct buf *out)
{
    if (r->source == CONF_ORIGIN_DEFAULT)
        buf_add_c(out, "default");
    if (r->source == CONF_ORIGIN_HOST)
        buf_add_c(out, "of its host: ");
    for (uint32_t i = 0; i < r->n_parts; i++) {
        const struct conf_origin_part *p = &g->parts.at[r->first_part + i];

        buf_add_c(out, i ? ", and " : "");
        if (r->n_parts > 1)
            buf_printf(out, STR_FMT " in ", STR_ARG(shown(o, p->value, r->secret)));
        add_place(c, p->file, p->line, out);
        if (p->through.n)
            buf_printf(out, " through " STR_FMT, STR_ARG(p->through));
    }
}

static void text_rows(const struct config_options *o, const struct conf *c, const struct conf_origin *g,
                      struct buf *out)
{
    size_t name = 0, value = 0;

    for (size_t i = 0; i < g->rows.n; i++) {
        size_t n = columns(shown(o, g->rows.at[i].value, g->rows.at[i].secret));

        name = MAX(name, columns(g->rows.at[i].name));
        if (n <= VALUE_MOST)
            value = MAX(value, n);
    }
    for (size_t i = 0; i < g->rows.n; i++) {
        const struct conf_origin_row *r = &g->rows.at[i];
        struct str v = shown(o, r->value, r->secret);

        buf_printf(out, "  " STR_FMT, STR_ARG(r->name));
        pad(out, columns(r->name), name + 2);
        buf_add_str(out, v.n ? v : STR("null"));
        if (o->origin) {
            pad(out, columns(v.n ? v : STR("null")), value);
            buf_add_c(out, "  ");
            text_origin(o, c, g, r, out);
        }
        buf_add_char(out, '\n');
    }
}

static void text_groups(const struct config_options *o, const struct conf *c, const struct conf_origin *g,
                        struct buf *out)
{
    size_t width = 0;

    if (g->groups.n)
        buf_add_c(out, "\nGroups\n");
    for (size_t i = 0; i < g->groups.n; i++)
        width = MAX(width, columns(g->groups.at[i].name));
    for (size_t i = 0; i < g->groups.n; i++) {
        const struct conf_origin_group *m = &g->groups.at[i];

        buf_printf(out, "  " STR_FMT, STR_ARG(m->name));
        pad(out, columns(m->name), width + 2);
        buf_printf(out, "by %s", m->by);
        if (m->inner.n)
            buf_printf(out, " " STR_FMT, STR_ARG(m->inner));
        if (o->origin) {
            buf_add_c(out, " in ");
            add_place(c, m->file, m->line, out);
        }
        buf_add_char(out, '\n');
    }
}

static void text_show(const struct config_options *o, const struct conf *c, const struct conf_origin *g,
                      struct buf *out)
{
    if (g->type != CONF_TYPE_COUNT) {
        buf_printf(out, "%s%s " STR_FMT, conf_type_name(g->type), g->is_template ? " template" : "",
                   STR_ARG(g->name));
        if (g->service.n)
            buf_printf(out, " > " STR_FMT, STR_ARG(g->service));
        buf_add_c(out, ", defined in ");
        add_place(c, g->file, g->line, out);
        if (g->uses.n)
            buf_printf(out, ", uses " STR_FMT, STR_ARG(g->uses));
        buf_add_c(out, "\n\n");
    }
    text_rows(o, c, g, out);
    text_groups(o, c, g, out);
}

/* ---- JSON ---- */

static void json_file(struct json *j, const struct conf *c, uint32_t file, uint32_t line, uint32_t column)
{
    if (file == UINT32_MAX) {
        json_key_bool(j, "set", true);
        return;
    }
    json_key_c(j, "file", conf_file_path(c, file));
    json_key_u64(j, "line", line);
    if (column)
        json_key_u64(j, "column", column);
}

static void json_through(struct json *j, struct str through)
{
    json_key(j, "through");
    json_list(j);
    while (through.n) {
        const char *at = memmem(through.p, through.n, " > ", 3);
        size_t n = at ? (size_t)(at - through.p) : through.n;

        json_str(j, str_sub(through, 0, n));
        through = str_sub(through, at ? n + 3 : through.n, SIZE_MAX);
    }
    json_list_end(j);
}

static void json_row(const struct config_options *o, const struct conf *c, const struct conf_origin *g,
                     const struct conf_origin_row *r, struct json *j)
{
    static const char *const sources[] = {
        [CONF_ORIGIN_FILE] = "file", [CONF_ORIGIN_DEFAULT] = "default", [CONF_ORIGIN_HOST] = "host"};

    json_map(j);
    json_key_str(j, "name", r->name);
    json_key_str(j, "value", shown(o, r->value, r->secret));
    if (r->secret)
        json_key_bool(j, "secret", true);
    json_key_c(j, "source", sources[r->source]);
    json_key(j, "from");
    json_list(j);
    for (uint32_t i = 0; i < r->n_parts; i++) {
        const struct conf_origin_part *p = &g->parts.at[r->first_part + i];

        json_map(j);
        json_key_str(j, "value", shown(o, p->value, r->secret));
        json_file(j, c, p->file, p->line, p->column);
        json_through(j, p->through);
        json_map_end(j);
    }
    json_list_end(j);
    json_map_end(j);
}

static void json_groups(const struct conf *c, const struct conf_origin *g, struct json *j)
{
    json_key(j, "groups");
    json_list(j);
    for (size_t i = 0; i < g->groups.n; i++) {
        const struct conf_origin_group *m = &g->groups.at[i];

        json_map(j);
        json_key_c(j, "type", conf_type_name(m->type));
        json_key_str(j, "name", m->name);
        json_key_c(j, "by", m->by);
        if (m->inner.n)
            json_key_str(j, "inner", m->inner);
        json_file(j, c, m->file, m->line, m->column);
        json_map_end(j);
    }
    json_list_end(j);
}

static void json_show(const struct config_options *o, const struct conf *c, const struct conf_origin *g,
                      struct buf *out)
{
    bool main = g->type == CONF_TYPE_COUNT;
    struct json j;

    json_init(&j, out);
    json_map(&j);
    json_key_c(&j, "type", main ? "main" : conf_type_name(g->type));
    if (!main) {
        json_key_str(&j, "name", g->name);
        if (g->service.n)
            json_key_str(&j, "service", g->service);
        json_key_bool(&j, "template", g->is_template);
        json_file(&j, c, g->file, g->line, 0);
        json_key_str(&j, "uses", g->uses);
    }
    json_key(&j, "values");
    json_list(&j);
    for (size_t i = 0; i < g->rows.n; i++)
        json_row(o, c, g, &g->rows.at[i], &j);
    json_list_end(&j);
    if (!main)
        json_groups(c, g, &j);
    json_map_end(&j);
    buf_add_char(out, '\n');
}

static int print(const struct config_options *o, const struct conf *c, const struct conf_origin *g)
{
    struct buf out = BUF_INIT;

    if (o->json)
        json_show(o, c, g, &out);
    else
        text_show(o, c, g, &out);
    return config_print(&out, CMD_OK);
}

/* ---- which object ---- */

struct wanted { /* a service of any host */
    struct str description, host;
    unsigned n;
    struct buf hosts;
};

static void look_for(void *user, struct str host, struct str service, uint32_t file UNUSED,
                     uint32_t line UNUSED)
{
    struct wanted *w = user;

    if (!str_eq(service, w->description))
        return;
    w->host = host;
    if (w->n++ < 5)
        buf_printf(&w->hosts, "%s" STR_FMT, w->n > 1 ? ", " : "", STR_ARG(host));
}

static int unknown(enum conf_type type, struct str name, struct str service, struct str near)
{
    fprintf(stderr, "vigie config: there is no %s '" STR_FMT "'", conf_type_name(type), STR_ARG(name));
    if (service.n)
        fprintf(stderr, " with a service '" STR_FMT "'", STR_ARG(service));
    if (near.n)
        fprintf(stderr, "; did you mean '" STR_FMT "'?", STR_ARG(near));
    fprintf(stderr, "\n");
    return CMD_FAILED;
}

/* A service named in one word: "HOST;SERVICE", "HOST/SERVICE", a template, or a description that one host has. */
static int show_service(const struct config_options *o, struct conf *c, struct str word)
{
    struct conf_origin g;
    struct wanted w = {.description = word, .hosts = BUF_INIT};
    struct str near, rest;
    int r;

    for (const char *sep = ";/"; *sep; sep++) {
        struct str host;

        rest = word;
        host = str_cut(&rest, *sep);
        if (rest.n && conf_origin_of(c, CONF_SERVICE, host, rest, &g, &near)) {
            r = print(o, c, &g);
            conf_origin_release(&g);
            return r;
        }
        if (rest.n)
            conf_origin_release(&g);
    }
    if (conf_origin_of(c, CONF_SERVICE, word, STR_NULL, &g, &near)) {
        r = print(o, c, &g);
        conf_origin_release(&g);
        return r;
    }
    conf_origin_names(c, CONF_SERVICE, look_for, &w);
    conf_origin_release(&g);
    if (w.n == 1 && conf_origin_of(c, CONF_SERVICE, w.host, word, &g, &near)) {
        r = print(o, c, &g);
        conf_origin_release(&g);
    } else if (w.n) {
        fprintf(stderr,
                "vigie config: %u hosts have a service '" STR_FMT
                "' (%s%s): write show service HOST SERVICE\n",
                w.n, STR_ARG(word), w.hosts.data, w.n > 5 ? " ..." : "");
        r = CMD_FAILED;
    } else {
        r = unknown(CONF_SERVICE, word, STR_NULL, near);
    }
    buf_release(&w.hosts);
    return r;
}

static int show_object(const struct config_options *o, struct conf *c, enum conf_type type, char **words,
                       size_t n)
{
    struct str name = str_of(words[1]), service = n > 2 ? str_of(words[2]) : STR_NULL, near;
    struct conf_origin g;
    int r;

    if (type == CONF_SERVICE && n == 2)
        return show_service(o, c, name);
    r = conf_origin_of(c, type, name, service, &g, &near)
            ? print(o, c, &g)
            : unknown(type == CONF_SERVICE ? CONF_HOST : type, name, service, near);
    conf_origin_release(&g);
    return r;
}

static int show_main(const struct config_options *o, struct conf *c)
{
    struct conf_origin g;
    int r;

    conf_origin_main(c, &g);
    r = print(o, c, &g);
    conf_origin_release(&g);
    return r;
}

int config_show(const struct config_options *o, char **words, size_t n)
{
    bool main = strcmp(words[0], "main") == 0;
    enum conf_type type = CONF_HOST;
    struct loaded l;
    int r;

    if (!main && !config_type(words[0], &type))
        return CMD_USAGE;
    if (main ? n != 1 : n == 1 || (n == 3 && type != CONF_SERVICE)) {
        fprintf(stderr, "vigie config: write: vigie config show %s%s\n", words[0],
                main                   ? ""
                : type == CONF_SERVICE ? " HOST SERVICE"
                                       : " NAME");
        return CMD_USAGE;
    }
    if (!config_load(o, NULL, &l))
        return CMD_USAGE;
    r = main ? show_main(o, l.c) : show_object(o, l.c, type, words, n);
    load_release(&l);
    return r;
}

/* ---- list ---- */

struct lister {
    const struct conf *c;
    enum conf_type type;
    bool json, typed;
    struct json j;
    struct buf out;
};

static void list_one(void *user, struct str name, struct str service, uint32_t file, uint32_t line)
{
    struct lister *l = user;

    if (!l->json) {
        if (!l->typed)
            buf_printf(&l->out, "%s\t", conf_type_name(l->type));
        buf_add_str(&l->out, name);
        if (service.n)
            buf_printf(&l->out, "\t" STR_FMT, STR_ARG(service));
        buf_printf(&l->out, "\t%s:%u\n", conf_file_path(l->c, file), line);
        return;
    }
    json_map(&l->j);
    json_key_c(&l->j, "type", conf_type_name(l->type));
    json_key_str(&l->j, "name", name);
    if (service.n)
        json_key_str(&l->j, "service", service);
    json_file(&l->j, l->c, file, line, 0);
    json_map_end(&l->j);
}

int config_list(const struct config_options *o, char **words, size_t n)
{
    static const enum conf_type all[] = {CONF_HOST,    CONF_SERVICE,      CONF_HOSTGROUP, CONF_SERVICEGROUP,
                                         CONF_CONTACT, CONF_CONTACTGROUP, CONF_COMMAND,   CONF_TIMEPERIOD};
    struct lister l = {.json = o->json, .typed = n == 1};
    enum conf_type type = CONF_HOST;
    struct loaded loaded;

    if (n && !config_type(words[0], &type))
        return CMD_USAGE;
    if (!config_load(o, NULL, &loaded))
        return CMD_USAGE;
    l.c = loaded.c;
    json_init(&l.j, &l.out);
    if (o->json)
        json_list(&l.j);
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        l.type = all[i];
        if (!n || type == all[i])
            conf_origin_names(l.c, all[i], list_one, &l);
    }
    if (o->json) {
        json_list_end(&l.j);
        buf_add_char(&l.out, '\n');
    }
    load_release(&loaded);
    return config_print(&l.out, CMD_OK);
}
