/* SPDX-License-Identifier: Apache-2.0 */
/* Any lines as a timeperiod: what is accepted gives answers that agree with each other, within bounded time. */
#include "../unit/fake_conf.h"

#include "core/when.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct when *w, uint32_t p, struct wall t)
{
    struct wall next = when_next(w, p, t), end;

    BUG_ON(next.us < t.us);
    BUG_ON(when_contains(w, p, t) != (next.us == t.us));
    if (next.us == INT64_MAX)
        return;
    BUG_ON(!when_contains(w, p, next));
    end = when_end(w, p, next);
    BUG_ON(end.us <= next.us || (end.us != INT64_MAX && when_contains(w, p, end)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf text = BUF_INIT;
    struct fake f = {.resource = STR("")};
    struct fake_model m;
    struct when w;
    struct conf *c;

    if (size > 2000)
        return 0;
    buf_add_c(&text, "define timeperiod {\n timeperiod_name p\n alias p\n");
    buf_add(&text, data, size);
    buf_add_c(&text,
              "\n}\ndefine timeperiod {\n timeperiod_name q\n alias q\n exclude p\n monday 00:00-24:00\n}\n");
    f.objects = buf_str(&text);
    c = fake_load(&f);
    if (conf_ok(c)) {
        BUG_ON(!fake_open(c, &m));
        when_init(&w, &m.m);
        for (uint32_t p = 0; p < m.m.n_period; p++) {
            ask(&w, p, (struct wall){1792886400 * TIME_S}); /* 2026-10-25, the clock goes back */
            ask(&w, p, (struct wall){1774742400 * TIME_S}); /* 2026-03-29, it goes forward */
            ask(&w, p, (struct wall){1798675199 * TIME_S}); /* the turn of a year */
        }
        when_release(&w);
        fake_close(&m);
    }
    conf_free(c);
    buf_release(&text);
    return 0;
}
