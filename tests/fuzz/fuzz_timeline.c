/* SPDX-License-Identifier: Apache-2.0 */
/* Written timelines: what is none is refused with a place, what is one has times in order and texts that end. */
#include "cmd/timeline.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t look(struct str text, const struct timeline_answer *a, size_t n)
{
    unsigned line, column;

    size_t sum = 0;

    for (size_t i = 0; i < n; i++) {
        BUG_ON(a[i].code > 255 || a[i].signal > 64 || a[i].sleep_ms < 0);
        timeline_place(text, TIMELINE_ANSWER, a[i].number, &line, &column);
        BUG_ON(!line || !column || line > text.n || column > text.n);
        sum += strlen(a[i].key) + strlen(a[i].output);
    }
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = ERR_INIT;
    struct timeline t;
    struct str text;
    size_t sum = 0;

    text = str_make((const char *)data, size);
    if (timeline_read(&t, text, &err) < 0) {
        BUG_ON(!err.text[0]);
        return 0;
    }
    sum = strlen(t.name) + strlen(t.what) + strlen(t.objects) + look(text, t.answers, t.n_answers);
    BUG_ON(t.end_ms < 0 || t.end_ms > TIMELINE_MOST_MS);
    for (size_t i = 0; i < t.main.n; i++) {
        unsigned line, column;

        timeline_place(text, TIMELINE_DIRECTIVE, i, &line, &column);
        BUG_ON(!line || !column || line > text.n || column > text.n);
        sum += strlen(t.main.at[i].name) + (t.main.at[i].value ? strlen(t.main.at[i].value) : 0);
    }
    for (size_t i = 0; i < t.steps.n; i++) {
        const struct timeline_step *s = &t.steps.at[i];

        BUG_ON(s->at_ms < 0 || (i && t.steps.at[i - 1].at_ms > s->at_ms));
        sum += look(text, s->answers, s->n_answers);
        for (size_t k = 0; k < s->n_commands; k++)
            sum += strlen(s->commands[k]);
    }
    BUG_ON(sum > 16 * size + 4096);
    timeline_release(&t);
    return 0;
}
