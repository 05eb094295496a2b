/* SPDX-License-Identifier: Apache-2.0 */
/* The main file: directives by table, resource files, what it includes. */
#include "core/conf_build.h"

#include "base/ere.h"
#include "base/limits.h"
#include "core/conf_option.h"
#include "core/labels.h"
#include "core/macro.h"

#include <stdlib.h>
#include <string.h>

static void read_main_file(struct conf *c, struct str path, struct conf_place from);

/* Is it $USERn$, or, as in Centreon Engine, any $NAME$ that is no macro otherwise? Its place in user_macro. */
static bool user_number(struct conf *c, struct str text, uint64_t *n)
{
    struct str name = text.n > 2 ? str_sub(text, 1, text.n - 2) : STR("");
    struct macro_ref ref;

    if (!name.n || text.p[0] != '$' || text.p[text.n - 1] != '$' || str_find_char(name, '$') >= 0)
        return false;
    if (str_starts(name, STR("USER")))
        return str_to_u64(str_sub(name, 4, name.n), n) && *n >= 1 && *n <= 256;
    if (map_get(&c->user_named, name, n))
        return true;
    *n = 257 + c->user_named.count;
    if (macro_parse(name, &ref) || *n >= CONF_USERS)
        return false;
    map_put(&c->user_named, name, *n);
    c->user_name[*n] = name;
    return true;
}

/* "$USER3$=value" */
static void read_resource(struct conf *c, struct str path, struct conf_place from)
{
    struct conf_lines l = {.c = c};
    struct str bytes, text, name;
    uint64_t n;

    if (conf_read(c, path, from, &l.file, &bytes) < 0)
        return;
    l.rest = bytes;
    while (conf_next_line(&l, &text)) {
        struct conf_place at = {l.file, l.line, l.column};

        if (!text.n)
            continue;
        name = str_trim(str_cut(&text, '='));
        if (!text.p) {
            conf_say(c, CONF_ERROR, at, "no '=' in this line; write $USER1$=value");
            continue;
        }
        if (!user_number(c, name, &n)) {
            conf_say(c, CONF_MISTAKE, at,
                     "'" STR_FMT "' is none of $USER1$ to $USER256$, and no name for a value; it is not used",
                     STR_ARG(name));
            continue;
        }
        if (!text.n)
            conf_say(c, CONF_ERROR, at, STR_FMT " has no value; write one, or take the line out",
                     STR_ARG(name));
        c->user_macro[n] = str_trim(text);
        c->user_place[n] = at;
        if (!c->user_macro[n].p)
            c->user_macro[n] = STR("");
    }
}

static struct str dir_of(struct str path)
{
    for (size_t i = path.n; i > 0; i--)
        if (path.p[i - 1] == '/')
            return str_sub(path, 0, i);
    return STR("./");
}

/* A folder on the way to the one that is read. */
struct folder {
    uint64_t id[2];
    const struct folder *from;
};

struct dir_reader {
    struct conf *c;
    VEC(struct str) names;
    VEC(struct str) folders;
};

static void on_entry(void *arg, struct str name, bool is_dir)
{
    struct dir_reader *d = arg;

    if (!name.n || name.p[0] == '.')
        return;
    if (is_dir)
        *VEC_ADD(&d->folders) = arena_str(&d->c->arena, name);
    else if (str_ends(name, STR(".cfg")))
        *VEC_ADD(&d->names) = arena_str(&d->c->arena, name);
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* One more folder or main file; false when there are so many that they must name each other. */
static bool one_more(struct conf *c, struct conf_place from)
{
    if (c->reads++ == LIMIT_CONF_READS)
        conf_say(c, CONF_ERROR, from,
                 "there are more than %u folders and included files; the rest is not read, do they name each "
                 "other?",
                 LIMIT_CONF_READS);
    return c->reads <= LIMIT_CONF_READS;
}

/* A link that leads back to a folder on the way: said once, where it was named. */
static bool leads_back(struct conf *c, const char *dir, struct folder *here, struct conf_place from)
{
    if (!c->io.folder_id || !c->io.folder_id(c->io.ctx, dir, here->id))
        return false;
    for (const struct folder *f = here->from; f; f = f->from)
        if (f->id[0] == here->id[0] && f->id[1] == here->id[1]) {
            conf_say(c, CONF_ERROR, from,
                     "the folder %s leads back to a folder it stands in; remove the link", dir);
            return true;
        }
    return false;
}

static void walk(struct conf *c, struct str path, struct conf_place from, bool main_files,
                 const struct folder *parent)
{
    struct dir_reader d = {.c = c};
    struct folder here = {.from = parent};
    struct err err = ERR_INIT;
    char *dir = arena_dup(&c->arena, path);
    int r;

    if (c->depth >= LIMIT_CONF_DEPTH) {
        conf_say(c, CONF_ERROR, from, "folders are nested more than %u deep at " STR_FMT "; is there a loop?",
                 LIMIT_CONF_DEPTH, STR_ARG(path));
        c->too_deep = true;
        return;
    }
    if (leads_back(c, dir, &here, from) || !one_more(c, from))
        return;
    r = c->io.list_dir(c->io.ctx, dir, on_entry, &d, &err);
    if (r < 0) {
        c->too_deep = r == E_LIMIT;
        conf_say(c, CONF_ERROR, from, "%s", err.text[0] ? err.text : "cannot read the folder");
        goto out;
    }
    if (d.names.n)
        qsort(d.names.at, d.names.n, sizeof(*d.names.at), by_name);
    if (d.folders.n)
        qsort(d.folders.at, d.folders.n, sizeof(*d.folders.at), by_name);
    c->depth++;
    for (size_t i = 0; i < d.names.n; i++)
        if (main_files)
            read_main_file(c, conf_path(c, d.names.at[i], path), from);
        else
            conf_read_objects(c, conf_path(c, d.names.at[i], path), from);
    for (size_t i = 0; i < d.folders.n && !main_files /* Naemon does not go down there */ && !c->too_deep;
         i++)
        walk(c, conf_path(c, d.folders.at[i], path), from, false, &here);
    c->depth--;
out:
    VEC_RELEASE(&d.names);
    VEC_RELEASE(&d.folders);
}

void conf_read_dir(struct conf *c, struct str path, struct conf_place from, bool main_files)
{
    bool was = c->too_deep;

    c->too_deep = false;
    walk(c, path, from, main_files, NULL);
    c->too_deep = was;
}

static bool is_numeric(enum conf_kind kind)
{
    return kind == CONF_KIND_UINT || kind == CONF_KIND_SECONDS || kind == CONF_KIND_MINUTES ||
           kind == CONF_KIND_PERCENT || kind == CONF_KIND_BOOL;
}

/* The number at the beginning of a text, without its fraction; 0 when there is none. */
static int64_t leading_number(struct str value)
{
    int64_t v;

    conf_whole(value, &v);
    return v / 1000000;
}

/* A word of those that a kind knows. */
static bool is_word_of(enum conf_kind kind, struct str value)
{
    static const struct {
        enum conf_kind kind;
        const char *word[8];
    } words[] = {
        {CONF_KIND_SWITCH, {"0", "1"}},
        {CONF_KIND_TIMEOUT_STATE, {"o", "w", "c", "u"}},
        {CONF_KIND_ROTATION, {"n", "h", "d", "w", "m"}},
        {CONF_KIND_LOG_LEVEL, {"off", "critical", "error", "err", "warning", "info", "debug", "trace"}},
        {CONF_KIND_DELAY_METHOD, {"n", "d", "s"}},
    };
    bool known = true;
    int64_t number;

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (words[i].kind != kind)
            continue;
        known = kind == CONF_KIND_DELAY_METHOD && (conf_decimal(value, &number), number > 0);
        for (size_t k = 0; k < ARRAY_LEN(words[i].word) && words[i].word[k]; k++)
            known = known || str_eq_c(value, words[i].word[k]);
    }
    return known;
}

static bool percent_fits(const struct conf_directive *d, struct str value)
{
    int64_t v;

    conf_decimal(value, &v);
    return v > 0 && (str_starts(str_of(d->name), STR("low_")) ? v < 100000000 : v <= 100000000);
}

/* What Nagios refuses is refused; what it takes and is surely a mistake is warned of. */
static void check_value(struct conf *c, const struct conf_directive *d, struct str value,
                        struct conf_place at)
{
    int64_t v;

    if (d->engines && !value.n)
        conf_say(c, CONF_ERROR, at, "%s has no value; write %s, or take the line out", d->name,
                 conf_kind_text(d->kind));
    else if (!is_word_of(d->kind, value))
        conf_say(c, CONF_ERROR, at, "%s is '" STR_FMT "'; write %s", d->name, STR_ARG(value),
                 conf_kind_text(d->kind));
    else if (d->least != INT32_MIN && leading_number(value) < d->least &&
             !(at.file == CONF_NONE && conf_decimal(value, &v) &&
               v > 0)) /* --set is no file of Nagios': half a minute is one */
        conf_say(c, CONF_ERROR, at, "%s is '" STR_FMT "'; write a number from %d on", d->name, STR_ARG(value),
                 d->least);
    else if (strstr(d->name, "_skip_check_") && (leading_number(value) < -1 || leading_number(value) > 3))
        conf_say(c, CONF_ERROR, at, "%s is '" STR_FMT "'; write a state from 0 to 3, or -1", d->name,
                 STR_ARG(value));
    else if (d->kind == CONF_KIND_PERCENT && !percent_fits(d, value))
        conf_say(c, CONF_ERROR, at, "%s is '" STR_FMT "'; write a number above 0 and below 100", d->name,
                 STR_ARG(value));
    else if (d->kind == CONF_KIND_BOOL && !str_eq_c(value, "0") && !str_eq_c(value, "1"))
        conf_say(c, CONF_MISTAKE, at, "%s is '" STR_FMT "'; write 0 or 1", d->name, STR_ARG(value));
    else if (is_numeric(d->kind) && !conf_decimal(value, &v))
        conf_say(c, CONF_MISTAKE, at, "%s is '" STR_FMT "'; write a number", d->name, STR_ARG(value));
}

/* journald, the path of a socket, or ADDRESS:PORT in numbers: no name is looked up for it. */
static const char *syslog_wrong(struct str value)
{
    struct str host = value, port;
    size_t colon = value.n;
    uint64_t n;

    if (!value.n || value.p[0] == '/' || str_eq_c(value, "journald"))
        return NULL;
    while (colon && value.p[colon - 1] != ':')
        colon--;
    host.n = colon ? colon - 1 : 0;
    port = str_sub(value, colon, SIZE_MAX);
    for (size_t i = 0; i < host.n; i++)
        if (!strchr("0123456789abcdefABCDEF.:[]", host.p[i]))
            host.n = 0;
    return host.n && strpbrk("0123456789[:", (char[2]){host.p[0], '\0'}) && str_to_u64(port, &n) && n > 0 &&
                   n <= 65535
               ? NULL
               : "write journald, ADDRESS:PORT with the address in numbers, for instance 127.0.0.1:514, or "
                 "the "
                 "path of a socket";
}

/* Where measurements are sent to, and what of them. */
static void check_export(struct conf *c, const struct conf_directive *d, struct str value,
                         struct conf_place at)
{
    bool is_url = strcmp(d->name, "vigie_remote_write_url") == 0 || strcmp(d->name, "vigie_influx_url") == 0;
    struct err err = ERR_INIT;
    struct labels l;
    struct ere e = {0};
    int r = 0;

    if (!value.n)
        return;
    if (is_url &&
        ((!str_starts(value, STR("http://")) && !str_starts(value, STR("https://"))) ||
         value.n > LIMIT_EXPORT_URL || str_find_char(value, ' ') >= 0 || str_find_char(value, '@') >= 0))
        r = err_set(
            &err, E_INVAL,
            "write an address that begins with http:// or https://, without blanks, and without a password: "
            "that has a directive of its own");
    else if (strcmp(d->name, "vigie_export_ca") == 0 && !str_starts(value, STR("/")))
        r = err_set(&err, E_INVAL, "write an absolute path");
    else if (strcmp(d->name, "vigie_export_labels") == 0)
        r = labels_init(&l, value, &err);
    else if (strcmp(d->name, "vigie_export_only") == 0 || strcmp(d->name, "vigie_export_except") == 0)
        r = ere_compile(&e, value, &err);
    ere_release(&e);
    if (r < 0)
        conf_say(c, CONF_ERROR, at, "%s is '" STR_FMT "'; %s", d->name, STR_ARG(value), err.text);
}

/* What a start would refuse, or take for something else, is said here, where it stands. */
static void check_option(struct conf *c, const struct conf_directive *d, struct str value,
                         struct conf_place at)
{
    const char *wrong = NULL;

    if (strcmp(d->name, "vigie_state_dir") == 0 && !str_starts(value, STR("/")))
        wrong = "write an absolute path";
    else if (strcmp(d->name, "vigie_syslog") == 0)
        wrong = syslog_wrong(value);
    if (wrong)
        conf_say(c, CONF_ERROR, at, "%s is '" STR_FMT "'; %s", d->name, STR_ARG(value), wrong);
    else if (!conf_option_fits(d, value))
        conf_say(c, CONF_ERROR, at, "%s is '" STR_FMT "'; write %s", d->name, STR_ARG(value),
                 conf_write_text(d));
}

static void set_option(struct conf *c, struct str name, struct str value, struct conf_place at)
{
    struct conf_prop *p;

    c->options_bytes += name.n + value.n + 1;
    if (c->options.n >= LIMIT_CONF_OPTIONS || c->options_bytes > LIMIT_CONF_OPTIONS_BYTES) {
        if (!c->options_full)
            conf_say(c, CONF_ERROR, at,
                     "'" STR_FMT
                     "' is one line too many: all lines of vigie_ options together have at most %u "
                     "lines and %u KiB; take some out",
                     STR_ARG(name), LIMIT_CONF_OPTIONS, LIMIT_CONF_OPTIONS_BYTES / 1024);
        c->options_full = true;
        return;
    }
    p = VEC_ADD(&c->options);
    p->key = arena_str(&c->arena, name);
    p->value = value;
    p->file = at.file;
    p->line = at.line;
    p->value_column = (uint16_t)MIN(at.column, 65535u);
}

static void later(struct conf *c, struct str which, struct str value, struct conf_place at)
{
    struct conf_prop *p = VEC_ADD(&c->to_read);

    p->key = which;
    p->value = value;
    p->file = at.file;
    p->line = at.line;
    p->value_column = (uint16_t)MIN(at.column, 65535u);
}

static void unknown(struct conf *c, struct str name, struct conf_place at)
{
    const char *near = conf_main_near(name);

    if (*near)
        conf_say(c, CONF_ERROR, at, "unknown directive '" STR_FMT "'; did you mean '%s'?", STR_ARG(name),
                 near);
    else
        conf_say(c, CONF_ERROR, at,
                 "unknown directive '" STR_FMT "'; take it out, or see the manual for what there is",
                 STR_ARG(name));
}

static void set(struct conf *c, struct str name, struct str value, struct conf_place at)
{
    const struct conf_directive *d;
    unsigned row;

    if (!conf_main_find(name, &row)) {
        if (name.n && name.p[0] == 'x') /* of modules that stood in Nagios' core once */
            conf_say(c, CONF_MISTAKE, at,
                     "'" STR_FMT "' is passed over, as is every name with an x in front; take it out",
                     STR_ARG(name));
        else
            unknown(c, name, at);
        return;
    }
    d = conf_main(row);
    check_value(c, d, value, at);
    check_option(c, d, value, at);
    check_export(c, d, value, at);
    c->main_value[row] = value.p ? value : STR("");
    c->main_place[row] = at;
    if (d->kind == CONF_KIND_OPTION || d->kind == CONF_KIND_OPTION_SECRET)
        set_option(c, name, c->main_value[row], at);
    else if (d->kind == CONF_KIND_PATH && value.n)
        c->main_value[row] = conf_path(c, value, c->main_dir);
    if (str_eq_c(name, "xodtemplate_config_file"))
        later(c, STR("cfg_file"), conf_path(c, value, c->main_dir), at);
    else if (str_eq_c(name, "cfg_file") || str_eq_c(name, "cfg_dir"))
        later(c, name, conf_path(c, value, c->main_dir), at);
    else if (str_eq_c(name, "resource_file"))
        read_resource(c, conf_path(c, value, c->main_dir), at);
    else if (str_eq_c(name, "include_file"))
        read_main_file(c, conf_path(c, value, c->main_dir), at);
    else if (str_eq_c(name, "include_dir"))
        conf_read_dir(c, conf_path(c, value, c->main_dir), at, true);
}

static bool is_being_read(const struct conf *c, struct str path)
{
    for (const struct conf_chain *k = c->reading; k; k = k->from)
        if (str_eq(k->path, path))
            return true;
    return false;
}

/* A definition of an object in a main file: said once a file, its lines are passed over. */
static bool in_definition(struct conf *c, struct str text, struct conf_place at, bool *inside, bool *said)
{
    if (!*inside && !str_eq_c(conf_first_word(text), "define"))
        return false;
    if (!*said)
        conf_say(c, CONF_ERROR, at,
                 "a definition of an object in a main file, which has lines name=value; put definitions into "
                 "a file of their own, and name it here: cfg_file=FILE");
    *said = true;
    *inside = text.p[0] != '}';
    return true;
}

static void read_main_file(struct conf *c, struct str path, struct conf_place from)
{
    struct conf_lines l = {.c = c};
    struct conf_chain *here;
    struct str bytes, text, rest;
    bool inside = false, said = false;

    if (c->depth >= LIMIT_CONF_DEPTH) {
        conf_say(c, CONF_ERROR, from, "include_file is nested more than %u deep; does a file include itself?",
                 LIMIT_CONF_DEPTH);
        return;
    }
    if (is_being_read(c, path)) {
        conf_say(c, CONF_ERROR, from, STR_FMT " includes itself; take this line out", STR_ARG(path));
        return;
    }
    if (!one_more(c, from) || conf_read(c, path, from, &l.file, &bytes) < 0)
        return;
    here = arena_alloc(&c->arena, sizeof(*here));
    *here = (struct conf_chain){path, c->reading};
    c->depth++;
    c->reading = here;
    l.rest = bytes;
    while (conf_next_line(&l, &text)) {
        struct conf_place at = {l.file, l.line, l.column};
        struct str name;

        if (!text.n || in_definition(c, text, at, &inside, &said))
            continue;
        rest = text;
        name = str_trim(str_cut(&rest, '='));
        if (!rest.p)
            conf_say(c, CONF_ERROR, at, "no '=' in '" STR_FMT "'; a line of the main file is name=value",
                     STR_ARG(conf_first_word(text))); /* its value may be a secret */
        else
            set(c, name, str_trim(rest), at);
    }
    c->reading = here->from;
    c->depth--;
}

bool conf_main_is_on(const struct conf *c, const char *name)
{
    unsigned row;

    BUG_ON(!conf_main_find(str_of(name), &row));
    return leading_number(c->main_value[row]) > 0; /* as Nagios has it */
}

/* Nagios says so in its log and goes on as another user. */
static void check_user(struct conf *c)
{
    struct str name;
    unsigned row;

    BUG_ON(!conf_main_find(STR("nagios_user"), &row));
    name = c->main_value[row];
    if (name.n && c->io.user && c->io.user(c->io.ctx, arena_dup(&c->arena, name)) == E_NOENT)
        conf_say(c, CONF_MISTAKE, c->main_place[row],
                 "there is no user '" STR_FMT
                 "': started as root, Vigie would run plugins as vigie-run, else "
                 "as nobody; name a user that is there",
                 STR_ARG(name));
}

static bool is_there(const struct conf *c, struct str path, const char *more)
{
    struct buf full = BUF_INIT;
    uint64_t id[2];
    bool there;

    buf_printf(&full, STR_FMT "%s", STR_ARG(path), more);
    there = c->io.folder_id(c->io.ctx, full.data, id);
    buf_release(&full);
    return there;
}

/* The folder of the log must be there when Vigie starts, that of old logs when the first one is moved. */
static void check_log(struct conf *c)
{
    struct str path, archive, method;
    unsigned log, row, when;

    BUG_ON(!conf_main_find(STR("log_file"), &log) || !conf_main_find(STR("log_archive_path"), &row) ||
           !conf_main_find(STR("log_rotation_method"), &when));
    path = c->main_value[log];
    archive = c->main_value[row];
    method = c->main_value[when];
    if (!c->io.folder_id)
        return;
    if (path.n && is_there(c, path, "/."))
        conf_say(c, CONF_MISTAKE, c->main_place[log], "'" STR_FMT "' is a folder: name a file",
                 STR_ARG(path));
    else if (path.n && !is_there(c, dir_of(path), ""))
        conf_say(c, CONF_MISTAKE, c->main_place[log],
                 "there is no folder '" STR_FMT
                 "': Vigie could not write its log, and does not start so; make it, or name another file",
                 STR_ARG(dir_of(path)));
    if (archive.n && method.n && method.p[0] != 'n' && !is_there(c, archive, "/."))
        conf_say(c, CONF_MISTAKE, c->main_place[row],
                 "there is no folder '" STR_FMT
                 "': the log could not be rotated; make it, or name one that is there",
                 STR_ARG(archive));
}

void conf_read_main(struct conf *c)
{
    struct conf_place nowhere = {CONF_NONE, 0, 0};
    struct str path = str_of(c->rq.main_path);

    c->main_dir = dir_of(path);
    c->main_value = arena_alloc(&c->arena, conf_main_count() * sizeof(*c->main_value));
    c->main_place = arena_alloc(&c->arena, conf_main_count() * sizeof(*c->main_place));
    for (unsigned i = 0; i < conf_main_count(); i++)
        c->main_place[i] = nowhere;
    read_main_file(c, path, nowhere);
    for (size_t i = 0; i < c->rq.n_sets; i++) {
        struct str rest = c->rq.sets[i], name = str_trim(str_cut(&rest, '='));

        if (!rest.p)
            conf_say(c, CONF_ERROR, nowhere, "--set " STR_FMT ": write --set name=value", STR_ARG(name));
        else
            set(c, name, arena_str(&c->arena, str_trim(rest)), nowhere);
    }
    check_user(c);
    check_log(c);
    conf_check_listeners(c);
    if (conf_main_is_on(c, "use_regexp_matching"))
        c->patterns = conf_main_is_on(c, "use_true_regexp_matching") ? CONF_PATTERNS_ALL : CONF_PATTERNS_SOME;
    for (size_t i = 0; i < c->to_read.n; i++) {
        struct conf_prop *p = &c->to_read.at[i];
        struct conf_place at = {p->file, p->line, p->value_column};

        if (str_eq_c(p->key, "cfg_file"))
            conf_read_objects(c, p->value, at);
        else
            conf_read_dir(c, p->value, at, false);
    }
}
