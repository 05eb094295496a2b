/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines: configuration macros become text, the text becomes words, secrets become slots, what is left for the run time becomes macro parts. */
#include "core/conf_build.h"
#include "core/conf_secret.h"
#include "core/shsplit.h"

#include "base/limits.h"

#include <stdio.h>
#include <string.h>

#define ARGS_MAX   32
#define MACROS_MAX 4096u
#define DEPTH_MAX  4u /* macros in arguments */

struct macro_use {
    enum macro_id id;
    struct str arg;  /* p NULL: none */
    uint32_t number; /* among the different ones, for the environment of a shell */
};

struct conf_liner {
    struct conf *c;
    struct model view;
    struct macro_scope_of of;
    uint32_t command; /* rank of the one under way */
    struct str macro; /* its macro under way */
    bool unset_user;  /* the line under way has a $USERn$ that nobody set */
    bool open_host;   /* host and service macros are left for the run time */
    struct str arg[ARGS_MAX + 1];
    struct shsplit_line text;
    struct shsplit_line word;
    VEC(struct macro_use) uses; /* of the SHSPLIT_MACRO bytes, in order */
    uint32_t n_different, n_macros;
    struct buf coded;
    struct conf_place at; /* of the command, for messages */
};

static void expand(struct conf_liner *l, struct str text, enum shsplit_class class, unsigned depth);

/* The macro under way puts a secret among the words of the command. */
static void expose(struct conf_liner *l)
{
    struct conf *c = l->c;
    struct buf key = BUF_INIT;
    uint64_t at;

    if (l->command == CONF_NONE) { /* a template */
        conf_say(c, CONF_MISTAKE, l->at,
                 "$" STR_FMT "$ is a secret and is left out; take it out of the template", STR_ARG(l->macro));
        return;
    }
    buf_printf(&key, "$" STR_FMT "$ %u", STR_ARG(l->macro), l->command);
    if (map_get(&c->exposed_index, buf_str(&key), &at)) {
        c->exposed.at[at].uses++;
    } else {
        struct str kept = arena_str(&c->arena, buf_str(&key));

        map_put(&c->exposed_index, kept, c->exposed.n);
        *VEC_ADD(&c->exposed) = (struct conf_exposed){
            .command = conf_text(c, conf_ranked(c, CONF_COMMAND, l->command), CONF_D_COMMAND_command_name),
            .macro = str_sub(kept, 0, l->macro.n + 2),
            .rank = l->command,
            .uses = 1};
    }
    buf_release(&key);
}

/* A run-time macro: one byte that the split leaves alone. */
static void leave(struct conf_liner *l, enum macro_id id, struct str arg)
{
    struct macro_use use = {id, arg, l->n_different};

    for (size_t i = 0; i < l->uses.n && use.number == l->n_different; i++)
        if (l->uses.at[i].id == id && str_eq(l->uses.at[i].arg, arg))
            use.number = l->uses.at[i].number;
    l->n_different += use.number == l->n_different;
    *VEC_ADD(&l->uses) = use;
    shsplit_add(&l->text, STR("x"), SHSPLIT_MACRO);
}

/* Coded text that macro_static gave: text and slots, back to bytes with their class. */
static void add_coded(struct conf_liner *l, struct str coded)
{
    struct macro_part part;

    while (macro_next(&coded, &part) > 0) {
        if (part.kind == MACRO_PART_SLOT)
            expose(l);
        if (part.kind == MACRO_PART_SLOT)
            shsplit_add(&l->text, model_build_slot_value(l->c->build, part.slot), SHSPLIT_SECRET);
        else
            shsplit_add(&l->text, part.text, SHSPLIT_VALUE);
    }
}

/* A value that begins with '/' and names something that exists is a path, not a secret. */
static bool is_path(struct conf *c, struct str value)
{
    char *path;

    if (!value.n || value.p[0] != '/' || !c->io.program)
        return false;
    path = arena_dup(&c->arena, value);
    return c->io.program(c->io.ctx, path) != E_NOENT;
}

bool conf_user_is_secret(struct conf *c, unsigned n)
{
    if (c->user_class[n] == 0)
        c->user_class[n] = is_path(c, c->user_macro[n]) ? SHSPLIT_VALUE : SHSPLIT_SECRET;
    return c->user_class[n] == SHSPLIT_SECRET;
}

/* A folder of plugins that is not there begins the command. Like all that is no existing path its value stays hidden. */
static void no_folder(struct conf_liner *l)
{
    if (conf_say_once(l->c, CONF_NONE - 2, arena_str(&l->c->arena, l->macro)))
        conf_say(l->c, CONF_WARNING, l->at,
                 "$" STR_FMT
                 "$ begins this command and is a path that does not exist; correct it in the file "
                 "that resource_file names, or install the plugins",
                 STR_ARG(l->macro));
}

static void add_user(struct conf_liner *l, unsigned n)
{
    struct conf *c = l->c;
    struct str value = c->user_macro[n];

    if (!value.p) {
        char name[16];

        snprintf(name, sizeof(name), "USER%u", n);
        if (conf_say_once(c, CONF_NONE - 1, arena_str(&c->arena, str_of(name))))
            conf_say(c, CONF_MISTAKE, l->at,
                     "$%s$ has no value; write $%s$=VALUE in a file that resource_file names", name, name);
        l->unset_user = true;
        return;
    }
    if (value.n && value.p[0] == '/' && !l->text.bytes.len && conf_user_is_secret(c, n))
        no_folder(l);
    else if (conf_user_is_secret(c, n))
        expose(l);
    shsplit_add(&l->text, value, conf_user_is_secret(c, n) ? SHSPLIT_SECRET : SHSPLIT_VALUE);
}

static bool is_open(const struct conf_liner *l, const struct macro_ref *ref, enum macro_scope scope)
{
    if (ref->on_demand && l->command == CONF_NONE && ref->id >= MACRO_ID_HOST_VAR)
        return true;    /* a template, which nothing splits */
    if (ref->on_demand) /* $_SERVICEx::service$ is one of the present host */
        return ref->id == MACRO_ID_SERVICE_VAR && l->open_host && str_contains(ref->arg, STR("::"));
    if (scope == MACRO_HOST || scope == MACRO_HOSTGROUP || scope == MACRO_SERVICE ||
        scope == MACRO_SERVICEGROUP)
        return l->open_host;
    return (scope == MACRO_CONTACT || scope == MACRO_CONTACTGROUP) && l->of.contact == MODEL_NONE &&
           l->open_host;
}

/* False: the text between the dollars is no macro here and stays as it is. */
static bool add_macro(struct conf_liner *l, const struct macro_ref *ref, unsigned depth)
{
    enum macro_scope scope;

    l->n_macros++;
    if (ref->id == MACRO_ID_ARG) {
        if (l->arg[ref->n].p && depth < DEPTH_MAX)
            expand(l, l->arg[ref->n], SHSPLIT_VALUE, depth + 1);
        return true;
    }
    if (ref->id == MACRO_ID_USER) {
        add_user(l, ref->n);
        return true;
    }
    if (ref->id >= MACRO_ID_HOST_VAR) {
        scope = ref->id == MACRO_ID_HOST_VAR      ? MACRO_HOST
                : ref->id == MACRO_ID_SERVICE_VAR ? MACRO_SERVICE
                                                  : MACRO_CONTACT;
        if (is_open(l, ref, scope)) {
            if (conf_secret_name(ref->arg))
                expose(l);
            leave(l, ref->id, ref->arg);
            return true;
        }
        if (!macro_means(&l->view, ref->id, ref->arg, ref->on_demand, &l->of))
            return false;
    } else {
        scope = macro_info(ref->id)->scope;
        if (macro_info(ref->id)->class == MACRO_DATA || macro_can_change(ref->id) || is_open(l, ref, scope)) {
            leave(l, ref->id, ref->on_demand ? ref->arg : STR_NULL);
            return true;
        }
    }
    buf_clear(&l->coded);
    macro_static(&l->view, ref->id, ref->arg, ref->on_demand, &l->of, &l->coded);
    if (!l->coded.len && !ref->on_demand &&
        (ref->id == MACRO_ID_HOSTGROUPNAME || ref->id == MACRO_ID_SERVICEGROUPNAME))
        return false; /* an object without a group: the old engines leave the text as it is */
    if (macro_within(ref->id) && l->coded.len && memchr(l->coded.data, '$', l->coded.len))
        leave(l, ref->id, ref->on_demand ? ref->arg : STR_NULL); /* its macros are the run time's */
    else
        add_coded(l, buf_str(&l->coded));
    return true;
}

/* As much of the text as may be the name of a macro. */
static struct str head_of(struct str text)
{
    size_t n = 0;

    while (n < text.n && ((text.p[n] >= 'A' && text.p[n] <= 'Z') || (text.p[n] >= '0' && text.p[n] <= '9') ||
                          text.p[n] == '_'))
        n++;
    return str_sub(text, 0, n);
}

/* A dollar sign, and behind it no name up to the next: "$HOSTADDRESS -w $ARG1$" takes " -w " for the second macro, and so on to the end of the line. */
static void lone_dollar(struct conf_liner *l, struct str text)
{
    struct str name = head_of(text);
    struct macro_ref known;

    if (macro_parse(name, &known) && (name.p[0] != '_' || name.n > 6) &&
        conf_say_once(l->c, CONF_NONE - 1, name))
        conf_say(l->c, CONF_MISTAKE, l->at,
                 "the macro $" STR_FMT " has no second dollar sign; write $" STR_FMT "$", STR_ARG(name),
                 STR_ARG(name));
}

static void unknown_macro(struct conf_liner *l, struct str name)
{
    struct macro_ref known;
    const char *near;

    if (macro_parse(name, &known))
        return; /* known, without a value here */
    if (head_of(name).n < name.n) {
        lone_dollar(l, name);
        return;
    }
    if (name.n < 3 || !conf_say_once(l->c, CONF_NONE - 1, name))
        return;
    near = macro_near(name);
    if (near)
        conf_say(l->c, CONF_MISTAKE, l->at,
                 "there is no macro $" STR_FMT "$; it stays as text. Did you mean $%s$?", STR_ARG(name),
                 near);
    else
        conf_say(l->c, CONF_MISTAKE, l->at,
                 "there is no macro $" STR_FMT "$; it stays as text. Write $$ for a dollar sign",
                 STR_ARG(name));
}

/* Macros in macros multiply: a line has an end, in bytes and in macros. */
static bool too_long(struct conf_liner *l)
{
    if (l->text.bytes.len <= LIMIT_COMMAND_LINE && l->n_macros <= MACROS_MAX)
        return false;
    if (conf_say_once(l->c, CONF_NONE - 2, str_make((const char *)&l->at, sizeof(l->at))))
        conf_say(l->c, CONF_ERROR, l->at,
                 "expanded, this command is longer than %u KiB or has more than %u macros; make it shorter",
                 LIMIT_COMMAND_LINE / 1024, MACROS_MAX);
    return true;
}

/* $NAME$, $$ and plain text. A single dollar without a second one is plain. */
static void expand(struct conf_liner *l, struct str text, enum shsplit_class class, unsigned depth)
{
    while (text.n && !too_long(l)) {
        ptrdiff_t from = str_find_char(text, '$'), to;
        struct macro_ref ref;
        uint64_t user;
        struct str name;

        if (from < 0) {
            shsplit_add(&l->text, text, class);
            return;
        }
        shsplit_add(&l->text, str_sub(text, 0, (size_t)from), class);
        text = str_sub(text, (size_t)from + 1, text.n);
        to = str_find_char(text, '$');
        if (to < 0) {
            lone_dollar(l, text);
            shsplit_add(&l->text, STR("$"), class);
            continue;
        }
        name = l->macro = str_sub(text, 0, (size_t)to);
        if (to == 0)
            shsplit_add(&l->text, STR("$"), class);
        else if (l->c->user_named.count && map_get(&l->c->user_named, name, &user))
            add_user(l, (unsigned)user);
        else if (!macro_parse(name, &ref) || !add_macro(l, &ref, depth)) {
            unknown_macro(l, name);
            shsplit_add(&l->text, STR("$"), class);
            shsplit_add(&l->text, name, class);
            shsplit_add(&l->text, STR("$"), class);
        }
        text = str_sub(text, (size_t)to + 1, text.n);
    }
}

/* A classed text to coded text, run by run; macro bytes take their turn from *use. */
static void encode(struct conf_liner *l, const struct shsplit_line *w, size_t *use, struct buf *out)
{
    size_t i = 0;

    while (i < w->bytes.len) {
        char class = w->class.data[i];
        size_t n = 1;

        while (class != SHSPLIT_MACRO && i + n < w->bytes.len && w->class.data[i + n] != SHSPLIT_MACRO &&
               (class == SHSPLIT_SECRET) == (w->class.data[i + n] == SHSPLIT_SECRET))
            n++;
        if (class == SHSPLIT_SECRET)
            macro_put_slot(out, model_build_slot(l->c->build, str_make(w->bytes.data + i, n)));
        else if (class == SHSPLIT_MACRO)
            macro_put_macro(out, l->uses.at[*use].id, l->uses.at[*use].arg);
        else
            macro_put_literal(out, str_make(w->bytes.data + i, n));
        *use += class == SHSPLIT_MACRO;
        i += n;
    }
}

static void add_word(struct conf_liner *l, conf_list *words)
{
    conf_list_add(words, model_build_str(l->c->build, buf_str(&l->coded)));
}

static void split(struct conf_liner *l, conf_list *words)
{
    size_t at = 0, use = 0;
    int r;

    while ((r = shsplit_next(&l->text, &at, &l->word)) != 0) {
        if (r < 0 && conf_say_once(l->c, CONF_NONE - 2, str_make((const char *)&l->at, sizeof(l->at))))
            conf_say(l->c, CONF_MISTAKE, l->at,
                     "a quote is opened and never closed in this command; close it (what stands behind a ';' "
                     "is a comment: write \\; for one that is not)");
        buf_clear(&l->coded);
        encode(l, &l->word, &use, &l->coded);
        add_word(l, words);
        if (words->n > LIMIT_ARGV || r < 0)
            break;
    }
}

static void shell_macro(struct conf_liner *l, const struct macro_use *use, enum shsplit_quote q,
                        struct shsplit_line *out, conf_list *env)
{
    struct buf ref = BUF_INIT;

    switch (q) {
    case SHSPLIT_SINGLE: buf_printf(&ref, "'\"${VIGIE_M%u}\"'", use->number); break;
    case SHSPLIT_BARE: buf_printf(&ref, "\"${VIGIE_M%u}\"", use->number); break;
    default: buf_printf(&ref, "${VIGIE_M%u}", use->number);
    }
    shsplit_add(out, buf_str(&ref), SHSPLIT_TEXT);
    buf_release(&ref);
    if (use->number < env->n)
        return;
    buf_clear(&l->coded);
    buf_printf(&l->coded, "VIGIE_M%u=", use->number);
    macro_put_macro(&l->coded, use->id, use->arg);
    add_word(l, env);
}

/* The text for sh -c: run-time macros come by environment, in the quotes that fit the place, so that no byte of a value is ever parsed. */
static void shell(struct conf_liner *l, conf_list *words, conf_list *env)
{
    struct shsplit_line out;
    enum shsplit_quote q = SHSPLIT_BARE;
    bool was_double = false;
    size_t use = 0;

    shsplit_init(&out);
    conf_list_add(words, model_build_str(l->c->build, STR("/bin/sh")));
    conf_list_add(words, model_build_str(l->c->build, STR("-c")));
    for (size_t i = 0; i < l->text.bytes.len; i++) {
        if (l->text.class.data[i] == SHSPLIT_MACRO)
            shell_macro(l, &l->uses.at[use++], q, &out, env);
        else
            shsplit_add(&out, str_make(l->text.bytes.data + i, 1), (enum shsplit_class)l->text.class.data[i]);
        shsplit_walk(&l->text, i, &q, &was_double);
    }
    buf_clear(&l->coded);
    use = 0;
    encode(l, &out, &use, &l->coded);
    add_word(l, words);
    shsplit_release(&out);
}

static void take_args(struct conf_liner *l, struct str text)
{
    struct buf b = BUF_INIT;

    memset(l->arg, 0, sizeof(l->arg));
    for (unsigned n = 1; n <= ARGS_MAX && macro_arg(text, n, &b); n++) {
        l->arg[n] = arena_str(&l->c->arena, str_trim(buf_str(&b)));
        buf_clear(&b);
    }
    buf_release(&b);
}

struct conf_liner *conf_liner_new(struct conf *c)
{
    struct conf_liner *l = mem_zalloc(sizeof(*l));

    l->c = c;
    shsplit_init(&l->text);
    shsplit_init(&l->word);
    buf_init(&l->coded);
    return l;
}

void conf_liner_free(struct conf_liner *l)
{
    shsplit_release(&l->text);
    shsplit_release(&l->word);
    buf_release(&l->coded);
    VEC_RELEASE(&l->uses);
    mem_free(l);
}

/* Said once a command, not once a use. */
static bool once(struct conf *c, uint32_t command, const char *what)
{
    return conf_say_once(c, CONF_NONE - 3 - command, str_of(what));
}

/* The program of a line without a shell: is it there? Only a program without run-time parts can be looked for. */
static void look_for_program(struct conf_liner *l, uint32_t command, uint32_t word)
{
    struct conf *c = l->c;
    struct str text;
    int r;

    model_build_view(c->build, &l->view);
    text = model_str(&l->view, word);
    if (!c->io.program || !text.n || str_starts(text, STR("vigie:")) || memchr(text.p, '\x01', text.n) ||
        !map_put(&c->programs, text, 1))
        return;
    r = c->io.program(c->io.ctx, text.p);
    if (r == E_NOENT)
        conf_say(c, CONF_WARNING, l->at,
                 "the program '%s' does not exist; install it, or correct the command '" STR_FMT "'", text.p,
                 STR_ARG(model_str(&l->view, c->build->command.at[command].name)));
    else if (r == E_PERM)
        conf_say(c, CONF_WARNING, l->at,
                 "'%s' is not an executable file; chmod +x it, or correct the command '" STR_FMT "'", text.p,
                 STR_ARG(model_str(&l->view, c->build->command.at[command].name)));
}

/* In place of a command that must not run: one that says so, so that a check is UNKNOWN with the reason, and a notification is logged as not delivered. */
static void refused(struct conf_liner *l, uint32_t command, conf_list *words)
{
    struct conf *c = l->c;
    const struct conf_file *f = &c->files.at[c->build->command.at[command].file];
    struct buf why = BUF_INIT;

    buf_printf(&why, "(not run: the command needs a shell, and its file " STR_FMT " %s)",
               STR_ARG(str_of(f->path)), f->distrust);
    conf_list_add(words, model_build_str(c->build, STR("/bin/sh")));
    conf_list_add(words, model_build_str(c->build, STR("-c")));
    conf_list_add(words, model_build_str(c->build, STR("printf '%s\\n' \"$0\"; exit 3")));
    conf_list_add(words, model_build_str(c->build, buf_str(&why)));
    buf_release(&why);
}

bool conf_shell_is_off(const struct conf *c)
{
    for (size_t i = c->options.n; i > 0; i--)
        if (str_eq_c(c->options.at[i - 1].key, "vigie_shell"))
            return str_eq_c(c->options.at[i - 1].value, "off") || str_eq_c(c->options.at[i - 1].value, "0");
    return false;
}

/* May this command's line go to a shell? */
static bool shell_allowed(struct conf_liner *l, uint32_t command)
{
    struct conf *c = l->c;
    const struct model_command *cmd = &c->build->command.at[command];
    struct conf_place at = l->at;

    if (conf_shell_is_off(c)) {
        if (once(c, command, "off"))
            conf_say(c, CONF_ERROR, at,
                     "this command needs a shell, and vigie_shell is off; write it without |, ;, $( ) "
                     "and the like");
        return false;
    }
    if (cmd->file < c->files.n && c->files.at[cmd->file].distrust[0]) {
        if (once(c, command, "distrust"))
            conf_say(c, CONF_WARNING, at,
                     "this command needs a shell and is not run, because the file %s; chmod go-w it and give "
                     "it to root",
                     c->files.at[cmd->file].distrust);
        return false;
    }
    return true;
}

/* Where the command line stands. */
static struct conf_place line_place(const struct conf *c, uint32_t command)
{
    const struct conf_object *o = conf_ranked(c, CONF_COMMAND, command);
    const struct conf_prop *p = conf_get(c, o, CONF_D_COMMAND_command_line);

    return p ? conf_value_place(c, (uint32_t)(p - c->props.at)) : conf_object_place(o);
}

uint32_t conf_line(struct conf_liner *l, uint32_t command, struct str use_text,
                   const struct macro_scope_of *of, bool open_host)
{
    struct conf *c = l->c;
    const struct conf_object *o = conf_ranked(c, CONF_COMMAND, command);
    struct model_line line = {.command = command, .privileged = c->build->command.at[command].privileged};
    conf_list words = {0}, env = {0};

    l->of = *of;
    l->command = command;
    l->open_host = open_host;
    l->at = line_place(c, command);
    l->n_different = l->n_macros = 0;
    l->unset_user = false;
    VEC_CLEAR(&l->uses);
    shsplit_clear(&l->text);
    model_build_view(c->build, &l->view);
    take_args(l, use_text);
    expand(l, conf_text(c, o, CONF_D_COMMAND_command_line), SHSPLIT_TEXT, 0);
    line.shell = shsplit_needs_shell(&l->text);
    line.text = model_build_str(c->build, use_text);
    if (line.shell && !shell_allowed(l, command))
        refused(l, command, &words);
    else if (line.shell)
        shell(l, &words, &env);
    else
        split(l, &words);
    if (!line.shell && words.n && !l->unset_user)
        look_for_program(l, command, words.at[0]);
    line.words = model_build_list(c->build, words.at, words.n);
    line.env = model_build_list(c->build, env.at, env.n);
    VEC_RELEASE(&words);
    VEC_RELEASE(&env);
    if (!line.words.n)
        return MODEL_NONE;
    *VEC_ADD(&c->build->line) = line;
    return (uint32_t)c->build->line.n - 1;
}

static struct str without_escapes(struct conf *c, struct str text)
{
    static const char letters[] = "tnr", bytes[] = "\t\n\r";
    char *out = arena_dup(&c->arena, text);
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++) {
        const char *letter = text.p[i] == '\\' && i + 1 < text.n ? strchr(letters, text.p[i + 1]) : NULL;

        out[n++] = letter && *letter ? bytes[letter - letters] : text.p[i];
        i += letter && *letter;
    }
    return str_make(out, n);
}

uint32_t conf_line_template(struct conf_liner *l, struct str text, struct conf_place at)
{
    struct conf *c = l->c;
    size_t use = 0;

    l->of = (struct macro_scope_of){MODEL_NONE, MODEL_NONE, MODEL_NONE};
    l->command = CONF_NONE;
    l->open_host = true;
    l->at = at;
    l->n_different = l->n_macros = 0;
    VEC_CLEAR(&l->uses);
    shsplit_clear(&l->text);
    model_build_view(c->build, &l->view);
    for (size_t i = 0; i < ARRAY_LEN(l->arg); i++)
        l->arg[i] = STR_NULL;
    expand(l, without_escapes(c, text), SHSPLIT_TEXT, 0);
    buf_clear(&l->coded);
    encode(l, &l->text, &use, &l->coded);
    return model_build_str(c->build, buf_str(&l->coded));
}

/* ---- what is told of lines ---- */

void conf_command_place(const struct conf *c, uint32_t rank, uint32_t *file, uint32_t *line)
{
    struct conf_place at = line_place(c, rank);

    *file = at.file;
    *line = at.line;
}

size_t conf_n_exposed(const struct conf *c)
{
    return c->exposed.n;
}

const struct conf_exposed *conf_exposed_at(const struct conf *c, size_t i)
{
    BUG_ON(i >= c->exposed.n);
    return &c->exposed.at[i];
}
