/* SPDX-License-Identifier: Apache-2.0 */
#include "core/shsplit.h"

#include "base/err.h"

#include <string.h>

void shsplit_init(struct shsplit_line *l)
{
    buf_init(&l->bytes);
    buf_init(&l->class);
}

void shsplit_release(struct shsplit_line *l)
{
    buf_release(&l->bytes);
    buf_release(&l->class);
}

void shsplit_clear(struct shsplit_line *l)
{
    buf_clear(&l->bytes);
    buf_clear(&l->class);
}

void shsplit_add(struct shsplit_line *l, struct str text, enum shsplit_class class)
{
    if (!text.n)
        return;
    buf_add_str(&l->bytes, text);
    buf_reserve(&l->class, text.n);
    memset(l->class.data + l->class.len, (char)class, text.n);
    l->class.len += text.n;
    l->class.data[l->class.len] = '\0';
}

/* A byte that may mean something to the shell: a run-time macro never does. */
static char syntax(const struct shsplit_line *l, size_t i)
{
    return l->class.data[i] == SHSPLIT_MACRO ? 'x' : l->bytes.data[i];
}

void shsplit_walk(const struct shsplit_line *l, size_t i, enum shsplit_quote *q, bool *was_double)
{
    char ch = syntax(l, i);

    switch (*q) {
    case SHSPLIT_BARE:
        *was_double = false;
        *q = ch == '\''   ? SHSPLIT_SINGLE
             : ch == '"'  ? SHSPLIT_DOUBLE
             : ch == '\\' ? SHSPLIT_ESCAPED
                          : SHSPLIT_BARE;
        break;
    case SHSPLIT_SINGLE:
        if (ch == '\'')
            *q = SHSPLIT_BARE;
        break;
    case SHSPLIT_DOUBLE:
        *was_double = true;
        *q = ch == '"' ? SHSPLIT_BARE : ch == '\\' ? SHSPLIT_ESCAPED : SHSPLIT_DOUBLE;
        break;
    case SHSPLIT_ESCAPED: *q = *was_double ? SHSPLIT_DOUBLE : SHSPLIT_BARE; break;
    }
}

static bool is_name_start(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_' || ch == '{' || ch == '(';
}

static bool is_space(char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r';
}

/* Whether the byte at i, which is the definition's own, is an operator where it stands. */
static bool is_operator(const struct shsplit_line *l, size_t i, enum shsplit_quote q, bool word_start)
{
    char ch = l->bytes.data[i], next = i + 1 < l->bytes.len ? l->bytes.data[i + 1] : '\0';

    if (l->class.data[i] != SHSPLIT_TEXT || q == SHSPLIT_SINGLE || q == SHSPLIT_ESCAPED)
        return false;
    if (ch == '`' || (ch == '$' && is_name_start(next)))
        return true;
    if (q == SHSPLIT_DOUBLE)
        return false;
    return strchr("|&;<>()*?[]\n", ch) || (word_start && (ch == '~' || ch == '#'));
}

/* The first word is what a shell does itself, or sets a variable. */
static bool first_word_needs_shell(const struct shsplit_line *l)
{
    static const char *const own[] = {"cd",   "exit",  "export", "set",     "unset",  "if",
                                      "for",  "while", "until",  "case",    ".",      "eval",
                                      "exec", "trap",  ":",      "umask",   "ulimit", "{",
                                      "!",    "read",  "source", "command", "test["};
    size_t from = 0, n = 0;
    struct str word;

    while (from < l->bytes.len && is_space(l->bytes.data[from]))
        from++;
    while (from + n < l->bytes.len && !is_space(l->bytes.data[from + n]))
        n++;
    word = str_make(l->bytes.data + from, n);
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        if (str_eq_c(word, own[i]))
            return true;
    for (size_t i = 0; i < n; i++) {
        char ch = word.p[i];

        if (ch == '=')
            return i > 0 && l->class.data[from] == SHSPLIT_TEXT;
        if (!is_name_start(ch) && !(ch >= '0' && ch <= '9' && i))
            return false;
    }
    return false;
}

bool shsplit_needs_shell(const struct shsplit_line *l)
{
    enum shsplit_quote q = SHSPLIT_BARE;
    bool was_double = false, word_start = true;

    if (first_word_needs_shell(l))
        return true;
    for (size_t i = 0; i < l->bytes.len; i++) {
        if (is_operator(l, i, q, word_start))
            return true;
        word_start = q == SHSPLIT_BARE && is_space(syntax(l, i));
        shsplit_walk(l, i, &q, &was_double);
    }
    return false;
}

static void take(const struct shsplit_line *l, size_t i, size_t n, struct shsplit_line *word)
{
    buf_add(&word->bytes, l->bytes.data + i, n);
    buf_add(&word->class, l->class.data + i, n);
}

/* How many bytes from i on stand for themselves and end nothing. */
static size_t plain(const struct shsplit_line *l, size_t i, enum shsplit_quote q)
{
    size_t n = 0;

    for (; q != SHSPLIT_ESCAPED && i + n < l->bytes.len; n++) {
        char ch = syntax(l, i + n);

        if (ch == '\'' || ch == '"' || ch == '\\' || (q == SHSPLIT_BARE && is_space(ch)))
            break;
    }
    return n;
}

/* Inside double quotes a backslash only quotes these. */
static bool quotes_in_double(char ch)
{
    return ch == '$' || ch == '`' || ch == '"' || ch == '\\' || ch == '\n';
}

int shsplit_next(const struct shsplit_line *l, size_t *at, struct shsplit_line *word)
{
    enum shsplit_quote q = SHSPLIT_BARE;
    bool any = false, was_double = false;
    size_t i = *at;

    shsplit_clear(word);
    while (i < l->bytes.len && is_space(syntax(l, i)))
        i++;
    for (; i < l->bytes.len; i++) {
        size_t n = plain(l, i, q);
        enum shsplit_quote before = q;
        char ch;

        any = any || n;
        take(l, i, n, word);
        i += n;
        if (i == l->bytes.len)
            break;
        ch = syntax(l, i);
        if (q == SHSPLIT_BARE && is_space(ch))
            break;
        any = true;
        shsplit_walk(l, i, &q, &was_double);
        if (before == SHSPLIT_ESCAPED) {
            if (was_double && !quotes_in_double(ch)) {
                buf_add_char(&word->bytes, '\\');
                buf_add_char(&word->class, l->class.data[i - 1]);
            }
            if (ch != '\n')
                take(l, i, 1, word);
        } else if (q == before && q != SHSPLIT_ESCAPED) {
            take(l, i, 1, word); /* no quote was opened or closed by it */
        }
    }
    *at = i;
    if (q == SHSPLIT_ESCAPED) /* a backslash at the very end stands for itself */
        take(l, i - 1, 1, word);
    if (!any)
        return 0;
    return q == SHSPLIT_SINGLE || q == SHSPLIT_DOUBLE ? E_INVAL : 1;
}
