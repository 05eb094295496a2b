/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/probe.h"

#include <string.h>

static const struct probe_kind *const kinds[] = {&probe_tcp, &probe_ping};

const struct probe_kind *probe_at(size_t i)
{
    return i < ARRAY_LEN(kinds) ? kinds[i] : NULL;
}

const struct probe_kind *probe_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    }
    return NULL;
}

void probe_end(struct probe *p, enum probe_state state, struct str output, bool rightless)
{
    p->end(p, state, output, rightless);
}

bool probe_time(const char *text, int64_t *us)
{
    int64_t whole = 0, fraction = 0, scale = TIME_S, unit = TIME_S, digit;
    size_t i = 0;

    for (; text[i] >= '0' && text[i] <= '9' && i < 9; i++)
        whole = whole * 10 + (text[i] - '0');
    if (!i)
        return false;
    digit = scale;
    if (text[i] == '.') {
        for (i++; text[i] >= '0' && text[i] <= '9'; i++) {
            digit /= 10;
            fraction += digit * (text[i] - '0');
        }
    }
    if (strcmp(text + i, "ms") == 0)
        unit = TIME_MS;
    else if (strcmp(text + i, "us") == 0)
        unit = TIME_US;
    else if (text[i] && strcmp(text + i, "s") != 0)
        return false;
    *us = whole * unit + fraction * unit / scale;
    return true;
}

int probe_options(struct probe *p, bool (*take)(struct probe *p, char letter, const char *value),
                  struct err *err)
{
    for (size_t i = 1; p->argv[i]; i++) {
        const char *word = p->argv[i], *value = word + 2;

        if (word[0] != '-' || !word[1])
            return err_set(err, E_INVAL, "vigie:%s: '%s' is no option", p->argv[0], word);
        if (!*value) {
            value = p->argv[++i];
            if (!value)
                return err_set(err, E_INVAL, "vigie:%s: a value is needed behind %s", p->argv[0], word);
        }
        if (word[1] == 'H')
            p->host = value;
        else if (!take(p, word[1], value))
            return err_set(err, E_INVAL, "vigie:%s: the option -%c is unknown, or '%s' is no value for it",
                           p->argv[0], word[1], value);
    }
    if (!p->host || !p->host[0])
        return err_set(err, E_INVAL, "vigie:%s: the option -H HOST is missing", p->argv[0]);
    return 0;
}
