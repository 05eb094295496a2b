/* SPDX-License-Identifier: Apache-2.0 */
/* Behind a byte 1 a regular expression and a text; else any bytes as a search: terms that lie in the text, whose numbers fit, or what is wrong and at which column of it; and asked of a list it never breaks anything. */
#include "../unit/api_world.h"
#include "api/find_regex.h"
#include "api/list.h"
#include "core/search.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct search_term *t, struct str text)
{
    BUG_ON(t->key >= SEARCH_KEYS || t->n > SEARCH_VALUES_MAX || t->column < 1);
    BUG_ON(t->text.p < text.p || t->text.p + t->text.n > text.p + text.n || !t->text.n);
    BUG_ON(!t->n && !t->marks);
    for (size_t i = 0; i < t->n; i++)
        BUG_ON((t->key == SEARCH_WORD || search_key_word(t->key)->kind < SEARCH_COUNT) &&
               !t->value[i].text.n);
}

/* Pattern, line end, text: what must stand in what matches does, else what matches would not be found. */
static void regex(struct str in)
{
    struct arena arena = ARENA_INIT;
    struct find_regex x;
    struct str rest = in, pattern = str_cut(&rest, '\n');
    char why[160];

    if (find_regex_make(&x, pattern, &arena, why, sizeof(why))) {
        int with = find_regex_is(&x, rest), without;

        x.must = STR_NULL;
        without = find_regex_is(&x, rest);
        BUG_ON(with != without && !(with == 0 && without < 0));
    }
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct api_world *w;
    struct arena arena = ARENA_INIT;
    struct str text = str_make((const char *)data, size);
    struct search s;
    struct search_error e;
    bool good;

    if (size && data[0] == 1) {
        regex(str_sub(text, 1, size));
        return 0;
    }
    good = search_parse(text, &arena, &s, &e);
    if (!w)
        w = api_world_new(3, 3);
    BUG_ON(good != !e.wrong || (!good && (e.column < 1 || e.column > size + 1)));
    for (size_t i = 0; good && i < s.n; i++)
        check(&s.term[i], text);
    if (good && str_trim(text).n) {
        struct api_request q = {.id = 1};
        struct find *f, *again;

        if (find_parse(&w->api, &q, "q", text, &f)) {
            again = find_keep(&w->api, f, &arena);
            for (uint32_t i = 0; i < w->model.n_check; i++) {
                struct row_brief b = row_brief(&w->api, i);

                BUG_ON(find_matches(&w->api, f, i, &b) != find_matches(&w->api, again, i, &b));
            }
        }
        arena_release(&q.arena);
        buf_release(&q.headers);
    }
    arena_release(&arena);
    return 0;
}
