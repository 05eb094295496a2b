/* SPDX-License-Identifier: Apache-2.0 */
#include "api/centreon_search.h"

#include "api/centreon_row.h"
#include "base/ere.h"
#include "wire/json_read.h"

#define NODES_MAX  256u
#define VALUES_MAX 4096u
#define TEXT_MAX   8192u

enum op { OP_AND, OP_OR, OP_EQ, OP_NEQ, OP_LT, OP_LE, OP_GT, OP_GE, OP_LK, OP_NK, OP_IN, OP_NI, OP_RG };
static const char *const op_words[] = {"$and", "$or", "$eq", "$neq", "$lt", "$le", "$gt",
                                       "$ge",  "$lk", "$nk", "$in",  "$ni", "$rg", NULL};

struct node {
    enum op op;
    const struct centreon_field *field;
    uint32_t end;      /* of an aggregator: behind its last part; the parts stand right behind it */
    uint32_t value, n; /* of the others */
    uint32_t pattern;  /* OP_RG */
};

struct centreon_search {
    VEC(struct node) node;
    VEC(struct str) value; /* p NULL: null */
    VEC(struct ere) pattern;
    struct arena arena;
    struct buf scratch, low;
};

/* ---- reading ---- */

static int op_of(struct str word)
{
    for (int i = 0; op_words[i]; i++) {
        if (str_eq_c(word, op_words[i]))
            return i;
    }
    return -1;
}

static int add_value(struct centreon_search *s, const struct json_value *v, struct err *err)
{
    struct buf b = BUF_INIT;
    struct str text = STR_NULL;

    if (s->value.n >= VALUES_MAX)
        return err_set(err, E_LIMIT, "the search has more than %u values", VALUES_MAX);
    switch (json_read_type(v)) {
    case JSON_IS_TEXT: text = arena_str(&s->arena, json_read_text(v)); break;
    case JSON_IS_BOOL: text = json_read_is(v) ? STR("1") : STR("0"); break;
    case JSON_IS_INT:
        buf_add_i64(&b, json_read_int(v));
        text = arena_str(&s->arena, buf_str(&b));
        buf_release(&b);
        break;
    case JSON_IS_NULL: break;
    default:
        return err_set(err, E_INVAL, "a value of the search is a text, a whole number, true, false or null");
    }
    *VEC_ADD(&s->value) = text;
    return 0;
}

static void add_low(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        buf_add_char(out, s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] - 'A' + 'a') : s.p[i]);
}

/* In small letters, as the text that it is matched with; \d and \D, which databases know, in the words of POSIX. */
static int add_pattern(struct centreon_search *s, struct node *n, struct str pattern, struct err *err)
{
    struct buf b = BUF_INIT;
    struct ere *e;

    for (size_t i = 0; i < pattern.n; i++) {
        struct str one = str_sub(pattern, i, 1);

        if (one.p[0] != '\\' || i + 1 == pattern.n) {
            add_low(&b, one);
            continue;
        }
        i++;
        if (pattern.p[i] == 'd' || pattern.p[i] == 'D')
            buf_add_c(&b, pattern.p[i] == 'd' ? "[0-9]" : "[^0-9]");
        else
            buf_add(&b, pattern.p + i - 1, 2);
    }
    n->pattern = (uint32_t)s->pattern.n;
    e = VEC_ADD(&s->pattern);
    pattern = arena_str(&s->arena, buf_str(&b));
    buf_release(&b);
    return ere_compile(e, pattern, err);
}

/* {"$eq":"x"} or "x" of one field. */
static int add_test(struct centreon_search *s, const struct centreon_field *field, enum op op,
                    const struct json_value *v, struct err *err)
{
    struct node n = {.op = op, .field = field, .value = (uint32_t)s->value.n};
    bool list = op == OP_IN || op == OP_NI;
    int rc = 0;

    if (list != (json_read_type(v) == JSON_IS_ARRAY))
        return err_set(err, E_INVAL, list ? "%s takes a list of values" : "%s takes one value", op_words[op]);
    if (s->node.n >= NODES_MAX)
        return err_set(err, E_LIMIT, "the search has more than %u conditions", NODES_MAX);
    for (size_t i = 0; !rc && list && i < json_read_length(v); i++)
        rc = add_value(s, json_read_element(v, i), err);
    if (!list)
        rc = add_value(s, v, err);
    n.n = (uint32_t)s->value.n - n.value;
    if (!rc && op == OP_RG)
        rc = s->value.at[n.value].p ? add_pattern(s, &n, s->value.at[n.value], err)
                                    : err_set(err, E_INVAL, "$rg takes a text");
    if (!rc)
        *VEC_ADD(&s->node) = n;
    return rc;
}

static int add_field(struct centreon_search *s, struct str name, const struct json_value *v, struct err *err)
{
    const struct centreon_field *field = centreon_row_field(name);
    const struct json_value *value;
    struct str word;
    void *at = NULL;
    int rc = 0;

    if (!field)
        return err_set(err, E_INVAL, "nothing can be searched by '" STR_FMT "'", STR_ARG(str_head(name, 64)));
    if (json_read_type(v) != JSON_IS_OBJECT)
        return add_test(s, field, OP_EQ, v, err);
    while (!rc && json_read_next(v, &at, &word, &value)) {
        int op = op_of(word);

        if (op < OP_EQ)
            return err_set(err, E_INVAL, "'" STR_FMT "' is no operator of a search",
                           STR_ARG(str_head(word, 64)));
        rc = add_test(s, field, (enum op)op, value, err);
    }
    return rc;
}

static int add_all(struct centreon_search *s, enum op op, const struct json_value *v, struct err *err);

/* One member: an aggregator with its parts, or a field with its condition. */
static int add_member(struct centreon_search *s, struct str key, const struct json_value *v, struct err *err)
{
    int op = op_of(key);

    if (op == OP_AND || op == OP_OR)
        return add_all(s, (enum op)op, v, err);
    return add_field(s, key, v, err);
}

static int add_object(struct centreon_search *s, enum op op, const struct json_value *v, struct err *err)
{
    uint32_t at = (uint32_t)s->node.n;
    const struct json_value *value;
    struct str key;
    void *place = NULL;
    int rc = 0;

    if (s->node.n >= NODES_MAX)
        return err_set(err, E_LIMIT, "the search has more than %u conditions", NODES_MAX);
    *VEC_ADD(&s->node) = (struct node){.op = op};
    while (!rc && json_read_next(v, &place, &key, &value))
        rc = add_member(s, key, value, err);
    s->node.at[at].end = (uint32_t)s->node.n;
    return rc;
}

/* Parts in a list of objects, or the members of one. Its depth is that of the JSON, which is bounded. */
static int add_all(struct centreon_search *s, enum op op, const struct json_value *v, struct err *err)
{
    uint32_t at = (uint32_t)s->node.n;
    int rc = 0;

    if (json_read_type(v) == JSON_IS_OBJECT)
        return add_object(s, op, v, err);
    if (json_read_type(v) != JSON_IS_ARRAY)
        return err_set(err, E_INVAL, "%s takes a list of conditions", op_words[op]);
    if (s->node.n >= NODES_MAX)
        return err_set(err, E_LIMIT, "the search has more than %u conditions", NODES_MAX);
    *VEC_ADD(&s->node) = (struct node){.op = op};
    for (size_t i = 0; !rc && i < json_read_length(v); i++) {
        const struct json_value *part = json_read_element(v, i);

        rc = json_read_type(part) == JSON_IS_OBJECT
                 ? add_object(s, OP_AND, part, err)
                 : err_set(err, E_INVAL, "%s takes a list of objects", op_words[op]);
    }
    s->node.at[at].end = (uint32_t)s->node.n;
    return rc;
}

struct centreon_search *centreon_search_new(struct str json, struct err *err)
{
    struct centreon_search *s;
    struct json_value *root;
    struct str rest = json;
    int rc;

    if (json.n > TEXT_MAX) {
        err_set(err, E_LIMIT, "the search is longer than %u bytes", TEXT_MAX);
        return NULL;
    }
    root = json_read(&rest, err);
    if (!root)
        return NULL;
    s = mem_zalloc(sizeof(*s));
    buf_init(&s->scratch);
    buf_init(&s->low);
    rc = rest.n || json_read_type(root) != JSON_IS_OBJECT
             ? err_set(err, E_INVAL, "the search must be one JSON object")
             : add_object(s, OP_AND, root, err);
    json_read_free(root);
    if (rc) {
        centreon_search_free(s);
        return NULL;
    }
    return s;
}

void centreon_search_free(struct centreon_search *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->pattern.n; i++)
        ere_release(&s->pattern.at[i]);
    VEC_RELEASE(&s->pattern);
    VEC_RELEASE(&s->node);
    VEC_RELEASE(&s->value);
    arena_release(&s->arena);
    buf_release(&s->scratch);
    buf_release(&s->low);
    mem_free(s);
}

/* ---- does a check match ---- */

/* As numbers where both are, else by bytes. */
static int compare(struct str a, struct str b)
{
    int64_t x, y;

    if (str_to_i64(a, &x) && str_to_i64(b, &y))
        return x < y ? -1 : x > y;
    return str_cmp(a, b);
}

static char low(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* LIKE: % any text, _ one character, \ quotes. Steps back to the last % only, so it takes text times pattern at most. */
static bool is_like(struct str p, struct str t)
{
    size_t i = 0, k = 0, star = SIZE_MAX, mark = 0;

    while (k < t.n) {
        bool quoted = i + 1 < p.n && p.p[i] == '\\';
        char c = i < p.n ? p.p[i + quoted] : 0;

        if (i < p.n && !quoted && c == '%') {
            star = i++;
            mark = k;
        } else if (i < p.n && ((!quoted && c == '_') || low(c) == low(t.p[k]))) {
            size_t step = !quoted && c == '_' ? str_utf8_len(str_sub(t, k, 4)) : 1;

            i += 1u + quoted;
            k += step ? step : 1;
        } else if (star != SIZE_MAX) {
            i = star + 1;
            k = ++mark;
        } else {
            return false;
        }
    }
    while (i < p.n && p.p[i] == '%')
        i++;
    return i == p.n;
}

static bool is_one_of(const struct centreon_search *s, const struct node *n, struct str have)
{
    for (uint32_t i = 0; i < n->n; i++) {
        if (s->value.at[n->value + i].p && str_eq(s->value.at[n->value + i], have))
            return true;
    }
    return false;
}

/* As SQL has it, nothing compares with what is not there; null itself is found by $eq, what is something by $neq. */
static bool test(struct api *a, const struct sight *sight, struct centreon_search *s, const struct node *n,
                 uint32_t idx)
{
    struct str want = n->n ? s->value.at[n->value] : STR_NULL, have;

    buf_clear(&s->scratch);
    have = centreon_row_text(a, sight, n->field, idx, &s->scratch);
    if (n->op != OP_IN && n->op != OP_NI && !want.p)
        return n->op == OP_EQ ? !have.p : n->op == OP_NEQ && have.p;
    if (!have.p)
        return false;
    switch (n->op) {
    case OP_EQ: return str_eq(have, want);
    case OP_NEQ: return !str_eq(have, want);
    case OP_LT: return compare(have, want) < 0;
    case OP_LE: return compare(have, want) <= 0;
    case OP_GT: return compare(have, want) > 0;
    case OP_GE: return compare(have, want) >= 0;
    case OP_LK: return is_like(want, have);
    case OP_NK: return !is_like(want, have);
    case OP_IN: return is_one_of(s, n, have);
    case OP_NI: return !is_one_of(s, n, have);
    case OP_RG:
        buf_clear(&s->low);
        add_low(&s->low, have);
        return ere_find(&s->pattern.at[n->pattern], buf_str(&s->low));
    case OP_AND:
    case OP_OR: break;
    }
    BUG("operator of a search");
}

static bool is_aggregator(const struct node *n)
{
    return n->op == OP_AND || n->op == OP_OR;
}

/* Of none all are true, as none is asked for. */
static bool holds(struct api *a, const struct sight *sight, struct centreon_search *s, uint32_t at,
                  uint32_t idx)
{
    const struct node *n = &s->node.at[at];
    uint32_t i = at + 1;

    if (!is_aggregator(n))
        return test(a, sight, s, n, idx);
    if (i == n->end)
        return true;
    while (i < n->end) {
        const struct node *part = &s->node.at[i];
        bool yes = holds(a, sight, s, i, idx);

        if (yes != (n->op == OP_AND))
            return yes;
        i = is_aggregator(part) ? part->end : i + 1;
    }
    return n->op == OP_AND;
}

bool centreon_search_matches(struct api *a, const struct sight *sight, struct centreon_search *s,
                             uint32_t idx)
{
    return holds(a, sight, s, 0, idx);
}
