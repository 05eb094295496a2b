/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the answers of a timeline are for: a name that nothing has is a mistake, and would be silent. */
#include "cmd/simulate.h"

#include "core/macro.h"

#include <stdio.h>
#include <string.h>

#define KEY_WORD 2 /* of "plug.sh FOLDER KEY" */

struct names {
    const struct simulation *s;
    bool any_word; /* some command has a key that only its run knows */
    struct buf word;
};

/* The key in a command of the configuration; empty: it has none, or only its run knows it. */
static struct str line_key(struct names *n, const struct model_line *line)
{
    const struct model *m = n->s->lab.model;
    struct str coded, rest, word;
    struct macro_part part;

    if (line->words.n <= KEY_WORD)
        return STR_NULL;
    coded = model_str(m, model_item(m, line->words, KEY_WORD));
    for (rest = coded; macro_next(&rest, &part) > 0;)
        n->any_word |= part.kind == MACRO_PART_MACRO;
    buf_clear(&n->word);
    simulate_fill(n->s, coded, &n->word);
    word = buf_str(&n->word);
    if (!line->shell)
        return word;
    for (int k = 0; k < KEY_WORD; k++)
        str_cut(&word, ' ');
    return str_cut(&word, ' ');
}

/* Somebody has this name, or a check's command this key. near: who is called nearly so, else it stays empty. */
static bool known(struct names *n, const char *key, struct buf *near)
{
    const struct model *m = n->s->lab.model;
    struct str name = str_of(key);
    struct buf b = BUF_INIT;
    unsigned nearest = 4;
    bool found = false;

    for (uint32_t i = 0; i < m->n_check && !found; i++) {
        unsigned d;

        buf_clear(&b);
        simulate_name(&n->s->lab, i, &b);
        found = str_eq(buf_str(&b), name);
        if (!found && model_check(m, i)->check_line != MODEL_NONE)
            found = str_eq(line_key(n, model_line(m, model_check(m, i)->check_line)), name);
        d = found ? nearest : str_distance(buf_str(&b), name, 3);
        if (d < nearest && d * 2 <= name.n) {
            nearest = d;
            buf_clear(near);
            buf_add_str(near, buf_str(&b));
        }
    }
    buf_release(&b);
    return found || (n->any_word && str_find_char(name, ';') < 0);
}

static bool look(struct names *n, const struct timeline_answer *answers, size_t count, const char *path,
                 struct str text)
{
    bool ok = true;

    for (size_t i = 0; i < count; i++) {
        struct buf near = BUF_INIT;
        unsigned line, column;

        if (!known(n, answers[i].key, &near)) {
            timeline_place(text, TIMELINE_ANSWER, answers[i].number, &line, &column);
            fprintf(stderr, "%s:%u:%u: error: there is no %s '%s'", path, line, column,
                    strchr(answers[i].key, ';') ? "service" : "host", answers[i].key);
            if (near.len)
                fprintf(stderr, "; did you mean '%s'?", near.data);
            else
                fprintf(stderr, "; write \"HOST\" or \"HOST;SERVICE\"");
            fprintf(stderr, "\n");
            ok = false;
        }
        buf_release(&near);
    }
    return ok;
}

bool simulate_names(const struct simulation *s, const struct timeline *t, const char *path, struct str text)
{
    struct names n = {.s = s, .word = BUF_INIT};
    bool ok;

    /* A command that is set while it plays may have any word. */
    for (size_t i = 0; i < t->steps.n; i++)
        for (size_t k = 0; k < t->steps.at[i].n_commands; k++)
            n.any_word |= strstr(t->steps.at[i].commands[k], "_CHECK_COMMAND;") != NULL;
    ok = look(&n, t->answers, t->n_answers, path, text);
    for (size_t i = 0; i < t->steps.n; i++)
        ok &= look(&n, t->steps.at[i].answers, t->steps.at[i].n_answers, path, text);
    buf_release(&n.word);
    return ok;
}
