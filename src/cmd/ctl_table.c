/* SPDX-License-Identifier: Apache-2.0 */
/* Aligned tables for people: widths counted in characters, colour only on a terminal. */
#include "cmd/ctl_int.h"

#include <stdio.h>
#include <string.h>

/* Characters, as a terminal shows them: continuation bytes and combining marks take no column; East Asian wide ones are not known here. */
static size_t width_of(const char *s)
{
    size_t n = 0;

    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

void ctl_table_cell(struct ctl_table *t, const char *text)
{
    char *copy = mem_strdup(text);

    for (char *p = copy; *p; p++) { /* what came from a plugin cannot move the cursor */
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    }
    *VEC_ADD(&t->cells) = copy;
}

const char *ctl_state_colour(const char *state)
{
    static const struct {
        const char *state, *colour;
    } table[] = {{"critical", "31"}, {"down", "31"},        {"warning", "33"},
                 {"unknown", "35"},  {"unreachable", "35"}, {"ok", "32"},
                 {"up", "32"},       {"pending", "36"},     {"ready", "32"}};

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (strcasecmp(state, table[i].state) == 0)
            return table[i].colour;
    }
    return NULL;
}

static void print_cell(const char *text, size_t width, bool last, const char *colour)
{
    size_t w = width_of(text);

    if (colour)
        printf("\033[%sm%s\033[0m", colour, text);
    else
        fputs(text, stdout);
    if (!last)
        printf("%*s", (int)(width > w ? width - w + 2 : 2), "");
}

void ctl_table_print(struct ctl_table *t, const struct ctl *c, int state_column)
{
    size_t width[CTL_COLUMNS_MAX] = {0};

    BUG_ON(t->columns > CTL_COLUMNS_MAX || t->cells.n % t->columns);
    for (size_t i = 0; i < t->columns; i++)
        width[i] = width_of(t->head[i]);
    for (size_t i = 0; i < t->cells.n; i++)
        width[i % t->columns] = MAX(width[i % t->columns], width_of(t->cells.at[i]));
    for (size_t i = 0; i < t->columns; i++)
        print_cell(t->head[i], width[i], i + 1 == t->columns, c->colour ? "1" : NULL);
    printf("\n");
    for (size_t i = 0; i < t->cells.n; i++) {
        size_t col = i % t->columns;
        bool last = col + 1 == t->columns;

        print_cell(t->cells.at[i], width[col], last,
                   c->colour && (int)col == state_column ? ctl_state_colour(t->cells.at[i]) : NULL);
        if (last)
            printf("\n");
        mem_free(t->cells.at[i]);
    }
    VEC_RELEASE(&t->cells);
}
