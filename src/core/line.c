/* SPDX-License-Identifier: Apache-2.0 */
#include "core/line.h"

#include "base/limits.h"
#include "core/over.h"
#include "core/shsplit.h"
#include "core/world_in.h"

#include <string.h>

#define DEPTH_MAX 4u /* macros in arguments */

struct liner {
    struct world *w;
    const struct line_use *use;
    const struct expand_of *of;
    struct macro_scope_of scope;
    struct shsplit_line text;
    VEC(struct buf) parts; /* coded; of the SHSPLIT_MACRO bytes, in order */
    struct buf value;
};

static void expand(struct liner *l, struct str text, enum shsplit_class class, unsigned depth);

/* Coded text that nobody splits: one byte stands for it. */
static void leave(struct liner *l, struct str coded)
{
    struct buf *part = VEC_ADD(&l->parts);

    buf_init(part);
    buf_add_str(part, coded);
    shsplit_add(&l->text, STR("x"), SHSPLIT_MACRO);
}

static void leave_data(struct liner *l, struct str data)
{
    struct buf coded = BUF_INIT;

    macro_put_literal(&coded, data);
    leave(l, buf_str(&coded));
    buf_release(&coded);
}

/* What the files say: split like the definition, but for secrets, of which only the runner knows the bytes. */
static void add_coded(struct liner *l, struct str coded)
{
    struct macro_part part;

    while (macro_next(&coded, &part) > 0)
        if (part.kind == MACRO_PART_TEXT)
            shsplit_add(&l->text, part.text, SHSPLIT_VALUE);
        else
            leave(l, part.coded);
}

static bool add_user(struct liner *l, struct str name)
{
    const struct model *m = l->w->m;

    for (uint32_t i = 0; i < m->n_user; i++)
        if (str_eq(model_str(m, model_user(m, i)->name), name)) {
            add_coded(l, model_str(m, model_user(m, i)->value));
            return true;
        }
    return false;
}

static void add_arg(struct liner *l, unsigned n, unsigned depth)
{
    struct buf arg = BUF_INIT;

    if (!macro_arg(l->use->text, n, &arg))
        return;
    if (l->use->text_is_data)
        leave_data(l, str_trim(buf_str(&arg)));
    else if (depth < DEPTH_MAX)
        expand(l, str_trim(buf_str(&arg)), SHSPLIT_VALUE, depth + 1);
    buf_release(&arg);
}

static bool is_var(enum macro_id id)
{
    return id >= MACRO_ID_HOST_VAR && id <= MACRO_ID_CONTACT_VAR;
}

/* As the other places want it that take a macro's argument without being told whether it names an object. */
static struct str arg_of(const struct macro_ref *ref)
{
    return is_var(ref->id) || ref->on_demand ? ref->arg : STR_NULL;
}

/* Data whatever it is: what conf leaves for the run time in the line of a contact or of the main file. */
static bool is_left(const struct liner *l, const struct macro_ref *ref)
{
    static const enum macro_scope of_var[] = {MACRO_HOST, MACRO_SERVICE, MACRO_CONTACT};
    enum macro_scope scope;

    if (!is_var(ref->id) && (macro_can_change(ref->id) || macro_info(ref->id)->class == MACRO_DATA))
        return l->use->told || macro_can_change(ref->id);
    if (!l->use->told)
        return false;
    if (ref->on_demand) /* of the present host */
        return ref->id == MACRO_ID_SERVICE_VAR && str_contains(ref->arg, STR("::"));
    scope = is_var(ref->id) ? of_var[ref->id - MACRO_ID_HOST_VAR] : macro_info(ref->id)->scope;
    if (scope == MACRO_CONTACT || scope == MACRO_CONTACTGROUP)
        return l->of->contact == MODEL_NONE;
    return scope == MACRO_HOST || scope == MACRO_HOSTGROUP || scope == MACRO_SERVICE ||
           scope == MACRO_SERVICEGROUP;
}

/* What means nothing stays as it is written, and is data, too. */
static void leave_value(struct liner *l, const struct macro_ref *ref, struct str name)
{
    struct buf coded = BUF_INIT;

    if (!expand_part(l->w, ref->id, arg_of(ref), l->of, &coded)) {
        buf_clear(&l->value);
        buf_printf(&l->value, "$" STR_FMT "$", STR_ARG(name));
        macro_put_literal(&coded, buf_str(&l->value));
    }
    leave(l, buf_str(&coded));
    buf_release(&coded);
}

static bool has_var(const struct liner *l, const struct macro_ref *ref)
{
    if (l->use->told)
        return macro_means(l->w->m, ref->id, ref->arg, ref->on_demand, &l->scope);
    if (ref->id == MACRO_ID_CONTACT_VAR || (ref->on_demand && ref->id == MACRO_ID_HOST_VAR))
        return ref->on_demand;
    return macro_means(l->w->m, ref->id, ref->arg, ref->on_demand, &l->scope);
}

/* False: no macro here, the text stays as it is. */
static bool add_macro(struct liner *l, const struct macro_ref *ref, struct str name)
{
    bool var = is_var(ref->id);
    bool on_demand = ref->on_demand;
    struct buf coded = BUF_INIT;
    struct str value;

    if (is_left(l, ref)) {
        leave_value(l, ref, name);
        return true;
    }
    if (var && expand_var(l->w, ref->id, ref->arg, l->of, &value)) {
        leave_data(l, value);
        return true;
    }
    if (var && !has_var(l, ref))
        return false;
    if (!macro_static(l->w->m, ref->id, ref->arg, on_demand, &l->scope, &coded)) {
        expand_macro(l->w, ref->id, on_demand ? ref->arg : STR_NULL, l->of, &coded);
        leave_data(l, buf_str(&coded));
    } else if (macro_within(ref->id) && coded.len && memchr(coded.data, '$', coded.len)) {
        expand_within(l->w, ref->id, l->of, &coded, 0);
        leave(l, buf_str(&coded));
    } else {
        add_coded(l, buf_str(&coded));
    }
    buf_release(&coded);
    return true;
}

static bool add_named(struct liner *l, struct str name, unsigned depth)
{
    struct macro_ref ref;

    if (add_user(l, name))
        return true;
    if (!macro_parse(name, &ref))
        return false;
    if (ref.id == MACRO_ID_USER)
        return true;
    if (ref.id != MACRO_ID_ARG)
        return add_macro(l, &ref, name);
    add_arg(l, ref.n, depth);
    return true;
}

/* $NAME$, $$ and plain text, as conf reads them. */
static void expand(struct liner *l, struct str text, enum shsplit_class class, unsigned depth)
{
    while (text.n && l->text.bytes.len <= LIMIT_COMMAND_LINE) {
        ptrdiff_t from = str_find_char(text, '$'), to;
        struct str name;

        if (from < 0) {
            shsplit_add(&l->text, text, class);
            return;
        }
        shsplit_add(&l->text, str_sub(text, 0, (size_t)from), class);
        text = str_sub(text, (size_t)from + 1, text.n);
        to = str_find_char(text, '$');
        if (to < 0) {
            shsplit_add(&l->text, STR("$"), class);
            continue;
        }
        name = str_sub(text, 0, (size_t)to);
        if (to == 0) {
            shsplit_add(&l->text, STR("$"), class);
        } else if (!add_named(l, name, depth)) {
            shsplit_add(&l->text, STR("$"), class);
            shsplit_add(&l->text, name, class);
            shsplit_add(&l->text, STR("$"), class);
        }
        text = str_sub(text, (size_t)to + 1, text.n);
    }
}

static void split(struct liner *l, struct buf *words)
{
    struct shsplit_line word;
    size_t at = 0, use = 0, n = 0;

    shsplit_init(&word);
    while (n++ < LIMIT_ARGV && shsplit_next(&l->text, &at, &word) == 1) {
        buf_clear(&l->value);
        for (size_t i = 0; i < word.bytes.len; i++)
            if (word.class.data[i] == SHSPLIT_MACRO)
                buf_add_str(&l->value, buf_str(&l->parts.at[use++]));
            else
                macro_put_literal(&l->value, str_make(word.bytes.data + i, 1));
        record_pack_word(words, buf_str(&l->value));
    }
    shsplit_release(&word);
}

static void by_environment(struct liner *l, size_t use, enum shsplit_quote q, struct buf *text,
                           struct buf *env)
{
    buf_clear(&l->value);
    buf_printf(&l->value, "VIGIE_M%zu=", use);
    buf_add_str(&l->value, buf_str(&l->parts.at[use]));
    record_pack_word(env, buf_str(&l->value));
    if (q == SHSPLIT_SINGLE)
        buf_printf(text, "'\"${VIGIE_M%zu}\"'", use);
    else if (q == SHSPLIT_BARE)
        buf_printf(text, "\"${VIGIE_M%zu}\"", use);
    else
        buf_printf(text, "${VIGIE_M%zu}", use);
}

/* As conf does it: parts come by environment, in the quotes that fit the place. */
static void shell(struct liner *l, struct buf *words, struct buf *env)
{
    enum shsplit_quote q = SHSPLIT_BARE;
    bool was_double = false;
    struct buf text = BUF_INIT;
    size_t use = 0;

    for (size_t i = 0; i < l->text.bytes.len; i++) {
        if (l->text.class.data[i] == SHSPLIT_MACRO)
            by_environment(l, use++, q, &text, env);
        else
            macro_put_literal(&text, str_make(l->text.bytes.data + i, 1));
        shsplit_walk(&l->text, i, &q, &was_double);
    }
    record_pack_word(words, STR("/bin/sh"));
    record_pack_word(words, STR("-c"));
    record_pack_word(words, buf_str(&text));
    buf_release(&text);
}

static void refused(struct buf *words)
{
    record_pack_word(words, STR("/bin/sh"));
    record_pack_word(words, STR("-c"));
    record_pack_word(words, STR("printf '%s\\n' \"$0\"; exit 3"));
    record_pack_word(words, STR("(not run: the command needs a shell, and must not have one)"));
}

void line_make(struct world *w, const struct line_use *use, const struct expand_of *of, struct buf *words,
               struct buf *env)
{
    const struct model_command *c = model_command(w->m, use->command);
    struct liner l = {.w = w, .use = use, .of = of, .scope = expand_scope(w, of)};

    shsplit_init(&l.text);
    buf_init(&l.value);
    expand(&l, model_str(w->m, c->text), SHSPLIT_TEXT, 0);
    if (!shsplit_needs_shell(&l.text))
        split(&l, words);
    else if (c->no_shell)
        refused(words);
    else
        shell(&l, words, env);
    for (size_t i = 0; i < l.parts.n; i++)
        buf_release(&l.parts.at[i]);
    VEC_RELEASE(&l.parts);
    buf_release(&l.value);
    shsplit_release(&l.text);
}

/* ---- is it needed? ---- */

/* Are there changed variables among those of a check, or of its host? */
static bool has_changed(const struct world *w, uint32_t check)
{
    const struct over *own = over_of(&w->st[check]), *host = over_of(&w->st[world_host(w, check)]);

    return (own && own->vars_n) || (host && host->vars_n);
}

/* $_HOSTNAME:x$ and its like: does the text name one that was changed? Few lines have any. */
static bool names_changed(const struct world *w, struct str text, const struct expand_of *of)
{
    struct macro_ref ref;
    struct str value;
    ptrdiff_t at;

    while ((at = str_find_char(text, '$')) >= 0) {
        struct str rest = text = str_sub(text, (size_t)at + 1, text.n), name = str_cut(&rest, '$');

        if (str_starts(name, STR("_")) && str_find_char(name, ':') >= 0 && macro_parse(name, &ref) &&
            is_var(ref.id) && ref.on_demand && expand_var(w, ref.id, ref.arg, of, &value))
            return true;
    }
    return false;
}

bool line_is_old(struct world *w, const struct line_use *use, const struct expand_of *of)
{
    const struct over *contact = of->contact == MODEL_NONE ? NULL : w->contact[of->contact].over;

    return (contact && contact->vars_n) || (!use->told && has_changed(w, of->check)) ||
           names_changed(w, model_str(w->m, model_command(w->m, use->command)->text), of) ||
           names_changed(w, use->text, of);
}
