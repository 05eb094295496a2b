/* SPDX-License-Identifier: Apache-2.0 */
/* Object files: definitions to objects with their own properties. */
#include "core/conf_int.h"

#include "base/limits.h"

#include <string.h>

struct parser {
    struct conf *c;
    struct conf_lines l;
    bool inside;    /* between braces */
    bool known;     /* of a type we know; else its lines are passed over */
    bool main_said; /* it is a main file, and that was said */
    size_t object;  /* the one under way */
    struct conf_place
        no_brace;   /* a define without '{', not yet said: it may stand on the next line; line 0: none */
    struct str dir; /* of this file */
};

static bool is_blank(char ch)
{
    return ch == ' ' || ch == '\t';
}

static struct str cut_word(struct str *rest)
{
    struct str all = *rest;
    size_t n = 0;

    while (n < all.n && !is_blank(all.p[n]))
        n++;
    *rest = str_trim(str_sub(all, n, all.n));
    return str_sub(all, 0, n);
}

static struct conf_place here(const struct parser *p)
{
    return (struct conf_place){p->l.file, p->l.line, p->l.column};
}

static void begin(struct parser *p, struct str text)
{
    struct conf *c = p->c;
    struct str rest = str_trim(str_sub(text, strlen("define"), text.n)), type_name;
    struct conf_object *o;
    enum conf_type type;
    size_t n = 0;

    while (n < rest.n && rest.p[n] != '{' && !is_blank(rest.p[n]))
        n++;
    type_name = str_sub(rest, 0, n);
    rest = str_trim(str_sub(rest, n, rest.n));
    p->inside = true;
    p->known = conf_type_find(type_name, &type);
    if (!rest.n || rest.p[0] != '{')
        p->no_brace = here(p);
    else if (rest.n > 1)
        conf_say(c, CONF_MISTAKE, here(p), "text behind '{' is not read; directives begin on the next line");
    if (!p->known) {
        const char *near = conf_type_near(type_name);

        conf_say(c, CONF_ERROR, here(p), "there is no object '" STR_FMT "'%s%s%s", STR_ARG(type_name),
                 *near ? "; did you mean '" : "; take the definition out", near, *near ? "'?" : "");
        return;
    }
    p->object = c->objects.n;
    o = VEC_ADD(&c->objects);
    o->type = type;
    o->file = p->l.file;
    o->line = p->l.line;
    o->first_prop = (uint32_t)c->props.n;
    o->use_prop = CONF_NONE;
    o->registered = true;
}

static void end(struct parser *p)
{
    struct conf *c = p->c;

    struct conf_object *o;

    p->inside = false;
    if (!p->known)
        return;
    o = &c->objects.at[p->object];
    o->n_props = (uint32_t)c->props.n - o->first_prop;
    if (o->name.n || (o->registered && o->type <= CONF_TIMEPERIOD && o->type != CONF_SERVICE))
        c->files.at[o->file].names = true;
}

static bool find_row(struct conf *c, enum conf_type type, struct str name, unsigned *row)
{
    uint64_t cached;

    if (map_get(&c->row_cache[type], name, &cached)) {
        *row = (unsigned)cached;
        return true;
    }
    if (!conf_directive_find(type, name, row))
        return false;
    map_put(&c->row_cache[type], name, *row);
    return true;
}

static struct conf_prop *add_prop(struct parser *p, struct str name, struct str value)
{
    struct conf_prop *prop = VEC_ADD(&p->c->props);
    uint32_t offset =
        value.n && value.p > name.p ? (uint32_t)MIN((size_t)(value.p - name.p), (size_t)60000) : 0;

    prop->value = value.p ? value : STR("");
    prop->row = CONF_D_ALL;
    prop->file = p->l.file;
    prop->line = p->l.line;
    prop->column = (uint16_t)MIN(p->l.column, 65535u);
    prop->value_column = (uint16_t)MIN(p->l.column + offset, 65535u);
    return prop;
}

static struct str upper(struct conf *c, struct str s)
{
    char *t = arena_dup(&c->arena, s);

    for (size_t i = 0; i < s.n; i++)
        if (t[i] >= 'a' && t[i] <= 'z')
            t[i] = (char)(t[i] - 'a' + 'A');
    return str_make(t, s.n);
}

/* A line of a timeperiod that is no directive: "monday 1 may  00:00-24:00"; blanks inside the date become one. */
static bool add_day(struct parser *p, struct str text)
{
    struct str rest, times, word;
    struct buf key = BUF_INIT;

    if (!conf_split_day(text, &rest, &times))
        return false;
    while (rest.n) {
        word = cut_word(&rest);
        if (key.len)
            buf_add_char(&key, ' ');
        buf_add_str(&key, word);
    }
    add_prop(p, text, times)->key = arena_str(&p->c->arena, buf_str(&key));
    buf_release(&key);
    return true;
}

static bool add_common(struct parser *p, struct conf_object *o, struct str name, struct str value)
{
    if (str_eq_c(name, "use")) {
        o->use = value;
        o->use_prop = (uint32_t)p->c->props.n;
        add_prop(p, name, value)->row = CONF_D_ALL;
        return true;
    }
    if (str_eq_c(name, "name")) {
        if (o->name.n && str_eq(o->name, value))
            conf_say(p->c, CONF_ERROR, here(p), "name stands twice in this definition; remove one");
        o->name = value;
        return true;
    }
    if (str_eq_c(name, "register")) {
        o->registered = value.n && value.p[0] >= '1' && value.p[0] <= '9'; /* text is 0, as for Nagios */
        if (!str_eq_c(value, "0") && !str_eq_c(value, "1"))
            conf_say(p->c, CONF_MISTAKE, here(p), "register is '" STR_FMT "'; write 0 or 1", STR_ARG(value));
        return true;
    }
    return false;
}

/* A row with nothing behind it. These Nagios refuses wherever they stand. */
static void no_value(struct parser *p, const struct conf_directive *d)
{
    bool refused = d->kind == CONF_KIND_STATE || d->kind == CONF_KIND_CONTACT_NAMES ||
                   d->kind == CONF_KIND_CONTACTGROUP_NAMES;

    conf_say(p->c, refused && strcmp(d->name, "contactgroup_members") != 0 ? CONF_ERROR : CONF_MISTAKE,
             here(p), "%s has no value; write one, or %s", d->name,
             conf_kind_has_null(d->kind) ? "null to inherit nothing" : "take the line out");
}

static void directive(struct parser *p, struct str text)
{
    struct conf *c = p->c;
    struct conf_object *o = &c->objects.at[p->object];
    struct str rest = text, name = cut_word(&rest);
    const char *article, *near;
    unsigned row;

    /* In severities and tags of Centreon, name is the object's. */
    if ((!str_eq_c(name, "name") || !find_row(c, o->type, name, &row)) && add_common(p, o, name, rest))
        return;
    if (name.p[0] == '_') {
        if (name.n > 1 && o->type == CONF_TIMEPERIOD)
            return; /* the other keys of a period are its days; no macro names its variables */
        if (name.n > 1)
            add_prop(p, name, rest)->key = upper(c, str_sub(name, 1, name.n));
        else
            conf_say(c, CONF_ERROR, here(p), "a custom variable needs a name behind the '_'");
        return;
    }
    if (find_row(c, o->type, name, &row)) {
        if (!rest.n)
            no_value(p, conf_directive(row));
        add_prop(p, name, rest)->row = row;
        return;
    }
    if (o->type == CONF_TIMEPERIOD && add_day(p, text))
        return;
    article = o->type == CONF_ANOMALYDETECTION ? "an" : "a";
    near = conf_directive_near(o->type, name);
    if (*near)
        conf_say(c, CONF_ERROR, here(p), "%s %s has no directive '" STR_FMT "'; did you mean '%s'?", article,
                 conf_type_name(o->type), STR_ARG(name), near);
    else if (o->type == CONF_TIMEPERIOD && *(near = conf_day_near(name)))
        conf_say(c, CONF_ERROR, here(p), "'" STR_FMT "' is no day of a timeperiod; did you mean '%s'?",
                 STR_ARG(text), near);
    else if (o->type == CONF_TIMEPERIOD)
        conf_say(c, CONF_ERROR, here(p),
                 "'" STR_FMT "' is no day of a timeperiod; write for instance: monday 09:00-17:00",
                 STR_ARG(text));
    else
        conf_say(c, CONF_ERROR, here(p),
                 "%s %s has no directive '" STR_FMT "'; a name of your own begins with '_'", article,
                 conf_type_name(o->type), STR_ARG(name));
}

/* The definition under way meets the next one, or the end of the file. */
static void not_closed(struct parser *p, bool at_end)
{
    struct conf_object *o;

    if (!p->known)
        return;
    o = &p->c->objects.at[p->object];
    o->torn = true;
    if (at_end)
        conf_say(p->c, CONF_ERROR, conf_object_place(o),
                 "this %s definition has no end; write '}' at the end of the file", conf_type_name(o->type));
    else
        conf_say(p->c, CONF_ERROR, conf_object_place(o),
                 "this %s definition has no end; write '}' before line %u, where the next one begins",
                 conf_type_name(o->type), p->l.line);
}

static void outside(struct parser *p, struct str text)
{
    struct conf *c = p->c;
    struct str rest = text, name;
    unsigned row;

    if (str_starts(text, STR("define"))) {
        begin(p, text);
        return;
    }
    name = str_trim(str_cut(&rest, '='));
    if (rest.p && (str_eq_c(name, "include_file") || str_eq_c(name, "include_dir"))) {
        struct str path = conf_path(c, str_trim(rest), p->dir);

        if (str_eq_c(name, "include_file"))
            conf_read_objects(c, path, here(p));
        else
            conf_read_dir(c, path, here(p), false);
        return;
    }
    if (rest.p && conf_main_find(name, &row)) {
        if (!p->main_said)
            conf_say(c, CONF_ERROR, here(p),
                     "'" STR_FMT "' is a directive of a main file, and this is read as a file with objects; "
                     "take the line out that names it, or put this into the main file",
                     STR_ARG(name));
        p->main_said = true;
        return;
    }
    if (text.p[0] == '}')
        conf_say(c, CONF_ERROR, here(p), "a '}' too many; no definition is open here");
    else
        conf_say(c, CONF_ERROR, here(p), "text outside of a definition: '" STR_FMT "'; write: define TYPE {",
                 STR_ARG(conf_first_word(text))); /* its value may be a secret */
}

static void say_no_brace(struct parser *p, bool own_line)
{
    if (!p->no_brace.line)
        return;
    if (!own_line)
        conf_say(p->c, CONF_MISTAKE, p->no_brace, "no '{' in this line; write: define TYPE {");
    p->no_brace.line = 0;
}

static void line(struct parser *p, struct str text)
{
    text = conf_strip_comment(p->c, text);
    if (!text.n)
        return;
    say_no_brace(p, text.p[0] == '{');
    if (!p->inside) {
        outside(p, text);
    } else if (text.p[0] == '}') {
        if (text.n > 1)
            conf_say(p->c, CONF_ERROR, here(p), "there is text behind '}'; put it on a line of its own");
        end(p);
    } else if (str_starts(text, STR("define"))) {
        not_closed(p, false);
        end(p);
        begin(p, text);
    } else if (text.p[0] == '{') {
        conf_say(p->c, CONF_ERROR, here(p),
                 "'{' on a line of its own; write it at the end of the line with define");
    } else if (p->known) {
        directive(p, text);
    }
}

/* What has a name and stands in the file would be defined twice. */
static void read_twice(struct conf *c, struct str path, uint64_t file, struct conf_place from)
{
    bool names = file < c->files.n && c->files.at[file].names && str_eq_c(path, c->files.at[file].path);

    conf_say(c, names ? CONF_ERROR : CONF_WARNING, from,
             STR_FMT " was read already; take one of the lines out that name it%s", STR_ARG(path),
             names ? ", nothing can be defined twice" : "");
}

void conf_read_objects(struct conf *c, struct str path, struct conf_place from)
{
    struct parser p = {.c = c, .l = {.c = c}};
    struct str bytes, text;
    uint64_t before;
    size_t n = path.n;

    if (c->depth >= LIMIT_CONF_DEPTH) {
        conf_say(c, CONF_ERROR, from, "include_file is nested more than %u deep; does a file include itself?",
                 LIMIT_CONF_DEPTH);
        return;
    }
    if (map_get(&c->seen_files, path, &before)) {
        read_twice(c, path, before, from);
        return;
    }
    map_put(&c->seen_files, path, c->files.n);
    if (conf_read(c, path, from, &p.l.file, &bytes) < 0)
        return;
    while (n && path.p[n - 1] != '/')
        n--;
    p.dir = n ? str_sub(path, 0, n) : STR("./");
    p.l.rest = bytes;
    c->depth++;
    while (conf_next_line(&p.l, &text))
        line(&p, text);
    c->depth--;
    say_no_brace(&p, false);
    if (p.inside) {
        not_closed(&p, true);
        end(&p);
    }
}
