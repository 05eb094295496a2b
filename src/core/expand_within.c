/* SPDX-License-Identifier: Apache-2.0 */
/* Macros where no command line was compiled: in notes, links and the arguments of a command. */
#include "core/expand.h"

#include "base/limits.h"
#include "core/world_in.h"

#include <string.h>

#define DEPTH_MAX  4u   /* a note in a note */
#define MACROS_MAX 256u /* and all in all */

struct expand_within {
    unsigned depth, macros;
};

/* A secret, which only the runner knows, stays as it is. */
static void put_url(struct str coded, struct buf *out)
{
    struct macro_part part;

    while (macro_next(&coded, &part) > 0)
        if (part.kind == MACRO_PART_TEXT)
            macro_put_url(part.text, out);
        else
            buf_add_str(out, part.coded);
}

static bool add_user(const struct world *w, struct str name, struct buf *out)
{
    for (uint32_t i = 0; i < w->m->n_user; i++)
        if (str_eq(model_str(w->m, model_user(w->m, i)->name), name)) {
            buf_add_str(out, model_str(w->m, model_user(w->m, i)->value));
            return true;
        }
    return false;
}

/* False: no macro here, or one that means nothing; the text stays as it is. */
static bool add_named(struct world *w, struct str name, const struct expand_of *of, struct buf *out)
{
    struct macro_ref ref;

    if (add_user(w, name, out))
        return true;
    if (!macro_parse(name, &ref))
        return false;
    if (ref.id == MACRO_ID_ARG)
        expand_arg(w, ref.n, of, out);
    if (ref.id == MACRO_ID_ARG || ref.id == MACRO_ID_USER)
        return true;
    return expand_part(w, ref.id, ref.arg, of, out);
}

/* $NAME$, $$ and plain text, as in a command line. */
static void fill(struct world *w, struct str text, bool url, const struct expand_of *of, struct buf *out)
{
    struct buf value = BUF_INIT;

    while (text.n) {
        ptrdiff_t from = str_find_char(text, '$'), to;
        struct str name;

        if (from < 0 || out->len > LIMIT_COMMAND_LINE || of->within->macros++ >= MACROS_MAX) {
            buf_add_str(out, text);
            break;
        }
        buf_add_str(out, str_sub(text, 0, (size_t)from));
        text = str_sub(text, (size_t)from + 1, text.n);
        to = str_find_char(text, '$');
        name = str_sub(text, 0, to < 0 ? 0 : (size_t)to);
        buf_clear(&value);
        if (name.n && add_named(w, name, of, &value)) {
            if (url)
                put_url(buf_str(&value), out);
            else
                buf_add_str(out, buf_str(&value));
        } else {
            buf_printf(out, "$" STR_FMT "%s", STR_ARG(name), name.n ? "$" : "");
        }
        text = to < 0 ? text : str_sub(text, (size_t)to + 1, text.n);
    }
    buf_release(&value);
}

static void fill_deeper(struct world *w, struct str text, bool url, const struct expand_of *of,
                        struct buf *out)
{
    struct expand_within top = {0, 0};
    struct expand_of inner = *of;

    inner.within = of->within ? of->within : &top;
    if (inner.within->depth >= DEPTH_MAX) {
        buf_add_str(out, text);
        return;
    }
    inner.within->depth++;
    fill(w, text, url, &inner, out);
    inner.within->depth--;
}

void expand_within(struct world *w, enum macro_id id, const struct expand_of *of, struct buf *out,
                   size_t from)
{
    struct buf text = BUF_INIT;

    buf_add(&text, out->data + from, out->len - from);
    buf_truncate(out, from);
    fill_deeper(w, buf_str(&text), macro_within(id) == MACRO_WITHIN_URL, of, out);
    buf_release(&text);
}

bool expand_arg(struct world *w, unsigned n, const struct expand_of *of, struct buf *out)
{
    struct buf arg = BUF_INIT, coded = BUF_INIT;
    bool found = macro_arg(of->use, n, &arg);

    macro_put_literal(&coded, str_trim(buf_str(&arg)));
    if (of->use_is_data)
        buf_add_str(out, buf_str(&coded));
    else
        fill_deeper(w, buf_str(&coded), false, of, out);
    buf_release(&arg);
    buf_release(&coded);
    return found;
}
