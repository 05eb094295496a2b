/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ere.h"

#define OPS_MAX    20000u /* of one program */
#define NEST_MAX   100u   /* parentheses in parentheses */
#define REPEAT_MAX 255    /* RE_DUP_MAX that POSIX promises */
#define TEXT_MAX   60     /* of a pattern in a message */

enum op_kind {
    OP_BYTE,  /* one byte, a */
    OP_ANY,   /* any byte */
    OP_SET,   /* a byte of sets[a] */
    OP_BEGIN, /* the beginning */
    OP_END,
    OP_EDGE,     /* between a word and something else */
    OP_NOT_EDGE, /* anywhere else */
    OP_WORD_BEGIN,
    OP_WORD_END,
    OP_SPLIT, /* on at a and at b */
    OP_JUMP,  /* on at a */
    OP_MATCH,
};
struct ere_op {
    uint8_t kind;
    uint32_t a, b;
};
struct ere_set {
    uint32_t bit[8];
};

struct compiler {
    struct ere *e;
    struct str rest;
    unsigned depth;
    struct err *err;
    int failed;
};

static void fail(struct compiler *c, int code, const char *why)
{
    struct str shown = str_sub(c->e->text, 0, TEXT_MAX);

    if (!c->failed)
        err_set(c->err, code, "'" STR_FMT "%s' is no regular expression: %s", STR_ARG(shown),
                c->e->text.n > TEXT_MAX ? "..." : "", why);
    c->failed = c->failed ? c->failed : code;
    c->rest = STR("");
}

static uint32_t emit(struct compiler *c, enum op_kind kind, uint32_t a, uint32_t b)
{
    struct ere_op *op;

    if (c->e->ops.n >= OPS_MAX) {
        fail(c, E_LIMIT, "repeated, it is too long");
        return 0;
    }
    op = VEC_ADD(&c->e->ops);
    op->kind = kind;
    op->a = a;
    op->b = b;
    return (uint32_t)c->e->ops.n - 1;
}

static int peek(const struct compiler *c)
{
    return c->rest.n ? (unsigned char)c->rest.p[0] : -1;
}

static int take(struct compiler *c)
{
    int ch = peek(c);

    if (ch >= 0)
        c->rest = str_sub(c->rest, 1, c->rest.n);
    return ch;
}

static bool is_word(int ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '_';
}

static bool is_upper(int ch)
{
    return ch >= 'A' && ch <= 'Z';
}

static bool is_digit(int ch)
{
    return ch >= '0' && ch <= '9';
}

static bool is_space(int ch)
{
    return ch == ' ' || (ch >= '\t' && ch <= '\r');
}

static bool in_class(struct str name, int ch)
{
    bool lower = ch >= 'a' && ch <= 'z', alnum = is_word(ch) && ch != '_';

    if (str_eq_c(name, "alnum"))
        return alnum;
    if (str_eq_c(name, "alpha"))
        return lower || is_upper(ch);
    if (str_eq_c(name, "digit"))
        return is_digit(ch);
    if (str_eq_c(name, "lower"))
        return lower;
    if (str_eq_c(name, "upper"))
        return is_upper(ch);
    if (str_eq_c(name, "space"))
        return is_space(ch);
    if (str_eq_c(name, "blank"))
        return ch == ' ' || ch == '\t';
    if (str_eq_c(name, "punct"))
        return ch > ' ' && ch < 127 && !alnum;
    if (str_eq_c(name, "xdigit"))
        return is_digit(ch) || (ch >= 'a' && ch <= 'f') || (ch >= 'A' && ch <= 'F');
    if (str_eq_c(name, "cntrl"))
        return ch < ' ' || ch == 127;
    if (str_eq_c(name, "print"))
        return ch >= ' ' && ch < 127;
    return ch > ' ' && ch < 127; /* graph */
}

static bool is_class(struct str name)
{
    static const char *const names[] = {"alnum", "alpha", "digit", "lower",  "upper", "space",
                                        "blank", "punct", "cntrl", "xdigit", "print", "graph"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq_c(name, names[i]))
            return true;
    return false;
}

static void set_add(struct ere_set *s, unsigned ch)
{
    s->bit[ch / 32] |= 1u << ch % 32;
}

static bool set_has(const struct ere_set *s, unsigned ch)
{
    return s->bit[ch / 32] >> ch % 32 & 1;
}

/* "[:name:]", "[.x.]" and "[=x=]" within brackets. The byte meant, or -1 when it was a class (or wrong). */
static int inner(struct compiler *c, struct ere_set *s)
{
    char kind = (char)take(c);
    struct str all = c->rest, name = str_cut(&c->rest, kind);

    if (!c->rest.p || take(c) != ']') {
        fail(c, E_INVAL, "a [ within brackets is not closed");
    } else if (kind == ':') {
        if (!is_class(name))
            fail(c, E_INVAL, "there is no such class of characters");
        for (int ch = 0; ch < 256 && !c->failed; ch++)
            if (in_class(name, ch))
                set_add(s, (unsigned)ch);
    } else if (name.n != 1) {
        fail(c, E_INVAL, "only single bytes stand between [. and .]");
    } else {
        return (unsigned char)all.p[0];
    }
    return -1;
}

/* One end of a range, or one byte. -1: a class was added. */
static int bracket_item(struct compiler *c, struct ere_set *s)
{
    int ch = take(c);

    if (ch == '[' && (peek(c) == ':' || peek(c) == '.' || peek(c) == '='))
        return inner(c, s);
    return ch;
}

static void brackets(struct compiler *c)
{
    struct ere_set s = {{0}};
    bool not = peek(c) == '^', first = true;

    if (not )
        take(c);
    for (; (peek(c) != ']' || first) && !c->failed; first = false) {
        int from = bracket_item(c, &s), to = from;

        if (peek(c) < 0)
            fail(c, E_INVAL, "a [ is not closed");
        if (from < 0 || c->failed)
            continue;
        if (peek(c) == '-' && c->rest.n > 1 && c->rest.p[1] != ']') {
            take(c);
            to = bracket_item(c, &s);
            if (to < from)
                fail(c, E_INVAL, "a range ends before it begins");
        }
        for (int ch = from; ch <= to; ch++)
            set_add(&s, (unsigned)ch);
    }
    take(c);
    for (size_t i = 0; not &&i < ARRAY_LEN(s.bit); i++)
        s.bit[i] = ~s.bit[i];
    emit(c, OP_SET, (uint32_t)c->e->sets.n, 0);
    *VEC_ADD(&c->e->sets) = s;
}

static void named_set(struct compiler *c, bool word, bool not )
{
    struct ere_set s = {{0}};

    for (int ch = 0; ch < 256; ch++)
        if ((word ? is_word(ch) : is_space(ch)) != not )
            set_add(&s, (unsigned)ch);
    emit(c, OP_SET, (uint32_t)c->e->sets.n, 0);
    *VEC_ADD(&c->e->sets) = s;
}

static void escape(struct compiler *c)
{
    int ch = take(c);

    switch (ch) {
    case 'w': named_set(c, true, false); break;
    case 'W': named_set(c, true, true); break;
    case 's': named_set(c, false, false); break;
    case 'S': named_set(c, false, true); break;
    case 'b': emit(c, OP_EDGE, 0, 0); break;
    case 'B': emit(c, OP_NOT_EDGE, 0, 0); break;
    case '<': emit(c, OP_WORD_BEGIN, 0, 0); break;
    case '>': emit(c, OP_WORD_END, 0, 0); break;
    case '`': emit(c, OP_BEGIN, 0, 0); break;
    case '\'': emit(c, OP_END, 0, 0); break;
    case -1: fail(c, E_INVAL, "a backslash stands at the end"); break;
    default:
        if (ch >= '1' && ch <= '9')
            fail(c, E_INVAL, "back references are not known here");
        else
            emit(c, OP_BYTE, (uint32_t)ch, 0);
    }
}

static void alternatives(struct compiler *c);

static void group(struct compiler *c)
{
    if (++c->depth > NEST_MAX)
        fail(c, E_LIMIT, "its parentheses are nested too deep");
    else
        alternatives(c);
    c->depth--;
    if (!c->failed && take(c) != ')')
        fail(c, E_INVAL, "a ( is not closed");
}

static void atom(struct compiler *c)
{
    int ch = take(c);

    switch (ch) {
    case '.': emit(c, OP_ANY, 0, 0); break;
    case '[': brackets(c); break;
    case '(': group(c); break;
    case '^': emit(c, OP_BEGIN, 0, 0); break;
    case '$': emit(c, OP_END, 0, 0); break;
    case '\\': escape(c); break;
    case '*':
    case '+':
    case '?':
    case '{': fail(c, E_INVAL, "nothing stands before a *, +, ? or {"); break;
    default: emit(c, OP_BYTE, (uint32_t)ch, 0);
    }
}

/* Copies the ops from..to to the end, with their jumps moved along. */
static void copy(struct compiler *c, uint32_t from, uint32_t to)
{
    uint32_t move = (uint32_t)c->e->ops.n - from;

    for (uint32_t i = from; i < to && !c->failed; i++) {
        struct ere_op op = c->e->ops.at[i];
        bool jumps = op.kind == OP_SPLIT || op.kind == OP_JUMP;

        emit(c, op.kind, jumps ? op.a + move : op.a, jumps ? op.b + move : op.b);
    }
}

/* Room for one op before `from`: what follows moves by one. */
static void make_room(struct compiler *c, uint32_t from)
{
    emit(c, OP_JUMP, 0, 0);
    if (c->failed)
        return;
    for (uint32_t i = (uint32_t)c->e->ops.n - 1; i > from; i--) {
        struct ere_op op = c->e->ops.at[i - 1];

        if (op.kind == OP_SPLIT || op.kind == OP_JUMP) {
            op.a += op.a >= from;
            op.b += op.b >= from;
        }
        c->e->ops.at[i] = op;
    }
}

static void repeat(struct compiler *c, uint32_t from, int min, int max)
{
    uint32_t to = (uint32_t)c->e->ops.n, at = from;

    if (max == 0) { /* nothing at all */
        c->e->ops.n = from;
        return;
    }
    for (int i = 1; i < min && !c->failed; i++) {
        at = (uint32_t)c->e->ops.n;
        copy(c, from, to);
    }
    if (max < 0 && min > 0) { /* the last one as often as it goes */
        uint32_t end = emit(c, OP_SPLIT, at, 0);

        c->e->ops.at[end].b = end + 1;
    } else if (max < 0) {
        make_room(c, from);
        emit(c, OP_JUMP, from, 0);
        if (!c->failed)
            c->e->ops.at[from] = (struct ere_op){OP_SPLIT, from + 1, (uint32_t)c->e->ops.n};
    }
    for (int i = min; i < max && !c->failed; i++) { /* the rest may be missing */
        at = i ? (uint32_t)c->e->ops.n : from;
        if (i)
            copy(c, from + (min == 0), to + (min == 0));
        make_room(c, at);
        if (!c->failed)
            c->e->ops.at[at] = (struct ere_op){OP_SPLIT, at + 1, (uint32_t)c->e->ops.n};
    }
}

static int number(struct compiler *c)
{
    int n = -1;

    while (is_digit(peek(c)) && n <= REPEAT_MAX)
        n = (n < 0 ? 0 : n) * 10 + take(c) - '0';
    return n;
}

/* "{2}", "{2,}", "{,5}", "{2,5}" behind the brace. */
static void bounds(struct compiler *c, uint32_t from)
{
    int min = number(c), max = min;

    if (peek(c) == ',') {
        take(c);
        max = number(c);
        min = min < 0 ? 0 : min;
    } else if (min < 0) {
        min = max = REPEAT_MAX + 1;
    }
    if (take(c) != '}' || min > REPEAT_MAX || max > REPEAT_MAX || (max >= 0 && max < min))
        fail(c, E_INVAL, "between { and } stands a number up to 255, or two with a comma, the smaller first");
    else
        repeat(c, from, min, max);
}

static bool is_place(unsigned kind)
{
    return kind >= OP_BEGIN && kind <= OP_WORD_END;
}

static void piece(struct compiler *c)
{
    bool grouped = peek(c) == '(';
    uint32_t from = (uint32_t)c->e->ops.n;

    atom(c);
    if (!grouped && c->e->ops.n == from + 1 && is_place(c->e->ops.at[from].kind))
        return; /* of a place there is no more than one: "^*" is wrong */
    while (!c->failed) {
        switch (peek(c)) {
        case '*': repeat(c, from, 0, -1); break;
        case '+': repeat(c, from, 1, -1); break;
        case '?': repeat(c, from, 0, 1); break;
        case '{':
            take(c);
            bounds(c, from);
            continue;
        default: return;
        }
        take(c);
    }
}

static void alternatives(struct compiler *c)
{
    uint32_t from = (uint32_t)c->e->ops.n, out = UINT32_MAX;

    for (;;) {
        while (peek(c) >= 0 && peek(c) != '|' && !(peek(c) == ')' && c->depth))
            piece(c);
        if (peek(c) != '|' || c->failed)
            break;
        take(c);
        make_room(c, from);
        if (c->failed)
            return;
        out = emit(c, OP_JUMP, out, 0); /* jumps to the end are a chain until the end is known */
        c->e->ops.at[from] = (struct ere_op){OP_SPLIT, from + 1, (uint32_t)c->e->ops.n};
        from = (uint32_t)c->e->ops.n;
    }
    while (out != UINT32_MAX && !c->failed) {
        uint32_t next = c->e->ops.at[out].a;

        c->e->ops.at[out].a = (uint32_t)c->e->ops.n;
        out = next;
    }
}

int ere_compile(struct ere *e, struct str pattern, struct err *err)
{
    struct compiler c = {.e = e, .rest = pattern.n ? pattern : STR(""), .err = err};

    memset(e, 0, sizeof(*e));
    e->text = pattern;
    alternatives(&c);
    emit(&c, OP_MATCH, 0, 0);
    return c.failed;
}

void ere_release(struct ere *e)
{
    VEC_RELEASE(&e->ops);
    VEC_RELEASE(&e->sets);
}

/* ---- the search ---- */

struct search {
    const struct ere *e;
    struct str text;
    uint32_t *now, *next, *stack; /* ops that are reached, each once */
    size_t n_now, n_next;
    size_t *seen; /* position + 1 at which an op was reached last */
};

static bool word_at(const struct search *s, size_t at)
{
    return at < s->text.n && is_word((unsigned char)s->text.p[at]);
}

static bool place_holds(const struct search *s, unsigned kind, size_t at)
{
    bool before = at > 0 && word_at(s, at - 1), behind = word_at(s, at);

    switch (kind) {
    case OP_BEGIN: return at == 0;
    case OP_END: return at == s->text.n;
    case OP_EDGE: return before != behind;
    case OP_NOT_EDGE: return before == behind;
    case OP_WORD_BEGIN: return !before && behind;
    default: return before && !behind;
    }
}

/* Everything that can be reached from op at this position without a byte. True: the end of the program is among it. */
static bool reach(struct search *s, uint32_t from, size_t at)
{
    size_t n = 0;

    s->stack[n++] = from;
    while (n) {
        uint32_t i = s->stack[--n];
        const struct ere_op *op = &s->e->ops.at[i];

        if (s->seen[i] == at + 1)
            continue;
        s->seen[i] = at + 1;
        if (op->kind == OP_MATCH)
            return true;
        if (op->kind == OP_SPLIT)
            s->stack[n++] = op->b;
        if (op->kind == OP_SPLIT || op->kind == OP_JUMP)
            s->stack[n++] = op->a;
        else if (!is_place(op->kind))
            s->next[s->n_next++] = i;
        else if (place_holds(s, op->kind, at))
            s->stack[n++] = i + 1;
    }
    return false;
}

static bool takes(const struct search *s, uint32_t i, unsigned char ch)
{
    const struct ere_op *op = &s->e->ops.at[i];

    return op->kind == OP_ANY || (op->kind == OP_BYTE && op->a == ch) ||
           (op->kind == OP_SET && set_has(&s->e->sets.at[op->a], ch));
}

/* One position after the other; at each, a match may begin anew. */
static bool run(struct search *s)
{
    for (size_t at = 0;; at++) {
        uint32_t *swap = s->now;
        bool found = false;

        s->now = s->next;
        s->next = swap;
        s->n_now = s->n_next;
        s->n_next = 0;
        for (size_t i = 0; at && i < s->n_now && !found; i++)
            if (takes(s, s->now[i], (unsigned char)s->text.p[at - 1]))
                found = reach(s, s->now[i] + 1, at);
        if (found || reach(s, 0, at))
            return true;
        if (at == s->text.n)
            return false;
    }
}

bool ere_find(const struct ere *e, struct str text)
{
    size_t n = e->ops.n + 1;
    struct search s = {.e = e, .text = text.p ? text : STR("")};
    bool found;

    s.now = mem_alloc(n * sizeof(*s.now));
    s.next = mem_alloc(n * sizeof(*s.next));
    s.stack = mem_alloc(2 * n * sizeof(*s.stack));
    s.seen = mem_calloc(n, sizeof(*s.seen));
    found = run(&s);
    mem_free(s.now);
    mem_free(s.next);
    mem_free(s.stack);
    mem_free(s.seen);
    return found;
}
