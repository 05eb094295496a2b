/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a query, and as a selector: a tree whose types fit, or an error that says where. */
#include "db/prom_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct prom_node *n, unsigned depth)
{
    BUG_ON(depth > 3 * PROM_DEPTH * PROM_DEPTH);
    switch (n->kind) {
    case PROM_NUMBER: BUG_ON(n->type != PROM_SCALAR); break;
    case PROM_TEXT: BUG_ON(n->type != PROM_STRING); break;
    case PROM_SELECT: BUG_ON(!n->n_matchers || (n->type == PROM_MATRIX) != (n->range_ms > 0)); break;
    case PROM_CALL:
        BUG_ON(n->type != PROM_VECTOR || n->a->type != PROM_MATRIX);
        check(n->a, depth + 1);
        break;
    case PROM_AGGREGATE:
        BUG_ON(n->type != PROM_VECTOR || n->a->type != PROM_VECTOR);
        BUG_ON((n->aggregate == PROM_QUANTILE) != (n->b != NULL));
        check(n->a, depth + 1);
        break;
    case PROM_BINARY:
        BUG_ON(n->a->type > PROM_VECTOR || n->b->type > PROM_VECTOR ||
               n->type != MAX(n->a->type, n->b->type));
        check(n->a, depth + 1);
        check(n->b, depth + 1);
        break;
    case PROM_NEGATE:
        BUG_ON(n->type != n->a->type || n->type > PROM_VECTOR);
        check(n->a, depth + 1);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct str text = str_make((const char *)data, size);

    for (int i = 0; i < 2; i++) {
        struct err err = ERR_INIT;
        struct prom_node *n = i ? prom_parse_selector(text, &arena, &err) : prom_parse(text, &arena, &err);

        BUG_ON((n == NULL) != (err.text[0] != '\0'));
        if (n)
            check(n, 0);
    }
    arena_release(&arena);
    return 0;
}
