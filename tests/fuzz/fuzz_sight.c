/* SPDX-License-Identifier: Apache-2.0 */
/* Scopes from anywhere: what is read sees no more than its terms say, and the same whether asked by bitmap or check by check; each line is also a term of its own, and what is gone is judged by it. */
#include "core/model_build.h"
#include "core/sight.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Hosts a and b, each with a service s. */
static void make(struct buf *out)
{
    static const char *const names[] = {"a", "b"};
    struct model_build b;

    model_build_init(&b);
    for (uint32_t i = 0; i < 4; i++) {
        struct model_check *c = VEC_ADD(&b.check);

        c->kind = i < 2 ? MODEL_HOST : MODEL_SERVICE;
        c->host = i % 2;
        c->name = model_build_str(&b, i < 2 ? str_of(names[i]) : STR("s"));
    }
    for (uint32_t i = 0; i < 2; i++) {
        b.check.at[i].n_services = 1;
        b.check.at[i].first_service = 2 + i;
    }
    b.n_hosts = 2;
    model_build_public(&b, out);
    model_build_release(&b);
}

static void one_term(struct str line)
{
    struct arena arena = ARENA_INIT;
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;
    struct sight_term t;
    bool good = sight_term_parse(&t, line, &arena, &err) == 0;

    BUG_ON(good == (err.text[0] != 0));
    BUG_ON((sight_put_term(&text, line, NULL) == 0) != good || (text.len != 0) != good);
    buf_release(&text);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_make((const char *)data, size), rest = text;
    struct buf snapshot = BUF_INIT;
    struct sight s;
    struct model m;

    make(&snapshot);
    BUG_ON(model_open(&m, snapshot.data, snapshot.len, NULL) < 0);
    while (rest.p)
        one_term(str_cut(&rest, '\n'));
    if (sight_parse(&s, text, NULL) < 0)
        BUG_ON(s.term.n);
    sight_evaluate(&s, &m);
    for (uint32_t i = 0; i < m.n_check; i++) {
        BUG_ON(sight_sees(&s, i) != sight_judges(&s, &m, i));
        BUG_ON(sight_sees(&s, i) && !sight_names_host(&s, model_check(&m, i)->host));
        BUG_ON(sight_sees(&s, i) && !s.term.n);
    }
    sight_judges_gone(&s, STR("a"), STR("s"));
    sight_judges_gone(&s, STR("a"), STR(""));
    sight_release(&s);
    buf_release(&snapshot);
    return 0;
}
