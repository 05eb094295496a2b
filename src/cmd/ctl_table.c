/* SPDX-License-Identifier: Apache-2.0 */
/* Aligned tables for people: widths counted as terminals show them, on a terminal never wider than it, colour only there. */
#include "cmd/ctl_int.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { GAP = 2, NARROWEST = 18 };

/* Ranges of the Unicode standard, rising: what takes no column, what takes two. */
struct range {
    uint32_t from, to;
};
static const struct range none[] = {{0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},
                                    {0x64b, 0x65f},   {0x93a, 0x93c},   {0x941, 0x948},   {0xe31, 0xe31},
                                    {0xe34, 0xe3a},   {0xe47, 0xe4e},   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
                                    {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}};
static const struct range twice[] = {
    {0x1100, 0x115f}, {0x231a, 0x231b},   {0x2e80, 0x303e},   {0x3041, 0x4dbf},   {0x4e00, 0xa4cf},
    {0xa960, 0xa97f}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},
    {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};

static bool in(const struct range *r, size_t n, uint32_t c)
{
    for (size_t i = 0; i < n && r[i].from <= c; i++) {
        if (c <= r[i].to)
            return true;
    }
    return false;
}

static size_t columns_of(uint32_t c)
{
    return in(none, ARRAY_LEN(none), c) ? 0 : in(twice, ARRAY_LEN(twice), c) ? 2 : 1;
}

static size_t width_of(const char *text)
{
    struct str rest = str_of(text);
    size_t n = 0;

    while (rest.n)
        n += columns_of(str_take_utf8(&rest));
    return n;
}

/* The bytes that fit into so many columns. */
static size_t fitting(const char *text, size_t columns)
{
    struct str rest = str_of(text);
    size_t n = 0, used = 0;

    while (rest.n) {
        n += columns_of(str_take_utf8(&rest));
        if (n > columns)
            break;
        used = (size_t)(rest.p ? rest.p - text : 0);
    }
    return used;
}

char *ctl_clean(const char *text, bool lines)
{
    struct buf b = BUF_INIT;
    struct str rest;
    size_t at = 0;

    buf_add_utf8(&b, str_of(text));
    rest = buf_str(&b);
    while (rest.n) {
        uint32_t c = str_take_utf8(&rest);

        if ((c < 0x20 && !(lines && c == '\n')) || (c >= 0x7f && c < 0xa0)) {
            b.data[at] = ' ';
            if (c >= 0x80) /* two bytes */
                b.data[at + 1] = ' ';
        }
        at = b.len - rest.n;
    }
    return buf_take(&b, NULL);
}

void ctl_table_cell(struct ctl_table *t, const char *text)
{
    *VEC_ADD(&t->cells) = ctl_clean(text, false);
}

const char *ctl_state_colour(const char *state)
{
    static const struct {
        const char *state, *colour;
    } table[] = {{"critical", "31"}, {"down", "31"},        {"warning", "33"},
                 {"unknown", "35"},  {"unreachable", "35"}, {"ok", "32"},
                 {"up", "32"},       {"pending", "36"},     {"ready", "32"}};
    struct str rest = str_of(state), word = str_cut(&rest, ' ');

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (str_ieq(word, str_of(table[i].state)))
            return table[i].colour;
    }
    return NULL;
}

size_t ctl_terminal_width(void)
{
    struct winsize w;

    return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 ? w.ws_col : 0;
}

/* Until the rows fit: first the last column, which has the long texts, then whichever is widest. */
static void shrink(size_t *width, size_t n, size_t room)
{
    size_t total = (n - 1) * GAP;

    for (size_t i = 0; i < n; i++)
        total += width[i];
    while (room && total > room) {
        size_t widest = n - 1;

        for (size_t i = 0; width[n - 1] <= NARROWEST && i < n; i++)
            widest = width[i] > width[widest] ? i : widest;
        if (width[widest] <= NARROWEST)
            return;
        width[widest]--;
        total--;
    }
}

static void print_cell(const char *text, size_t width, bool last, const char *colour)
{
    size_t w = width_of(text);
    bool cut = w > width;
    size_t bytes = cut ? fitting(text, width - 1) : strlen(text);

    w = cut ? width : w;
    printf("%s%s%s%.*s%s%s", colour ? "\033[" : "", colour ? colour : "", colour ? "m" : "", (int)bytes, text,
           cut ? "…" : "", colour ? "\033[0m" : "");
    if (!last)
        printf("%*s", (int)(width - w + GAP), "");
}

void ctl_table_print(struct ctl_table *t, const struct ctl *c, int state_column)
{
    size_t width[CTL_COLUMNS_MAX] = {0};

    BUG_ON(t->columns > CTL_COLUMNS_MAX || t->cells.n % t->columns);
    for (size_t i = 0; i < t->columns; i++)
        width[i] = width_of(t->head[i]);
    for (size_t i = 0; i < t->cells.n; i++)
        width[i % t->columns] = MAX(width[i % t->columns], width_of(t->cells.at[i]));
    shrink(width, t->columns, ctl_terminal_width());
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
