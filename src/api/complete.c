/* SPDX-License-Identifier: Apache-2.0 */
#include "api/complete_int.h"

#include "api/api_reply.h"

const char *const complete_query[] = {"q", "at", NULL};

/* ---- where the cursor stands ---- */

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The bytes of so many characters. */
static size_t bytes_of(struct str s, uint64_t chars)
{
    size_t n = 0;

    while (n < s.n && chars--)
        n += MAX(str_utf8_len(str_sub(s, n, s.n)), (size_t)1);
    return n;
}

static uint64_t chars_of(struct str s)
{
    uint64_t n = 0;

    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

/* The term that ends at the cursor: from its first sign. A quote that is open holds blanks and commas. */
struct place {
    size_t term, key, value; /* where they begin; value: behind the colon, or the last comma */
    bool keyed, quoted;      /* quoted: the cursor stands in a quoted text */
};

static struct place find_place(struct str s)
{
    struct place p = {0};
    bool fresh = true; /* a quote may open here */

    for (size_t i = 0; i < s.n; i++) {
        if (p.quoted) {
            if (s.p[i] == '\\')
                i++;
            else
                p.quoted = s.p[i] != '"';
            continue;
        }
        if (is_blank(s.p[i])) {
            p = (struct place){.term = i + 1, .key = i + 1, .value = i + 1};
            fresh = true;
        } else if (s.p[i] == '"' && fresh) {
            p.quoted = true;
        } else if (!p.keyed && i == p.term && (s.p[i] == '!' || s.p[i] == '-')) {
            p.key = p.value = i + 1;
        } else if (!p.keyed && s.p[i] == ':' && i > p.key) {
            p.keyed = true;
            p.value = i + 1;
            fresh = true;
        } else if (p.keyed && s.p[i] == ',') {
            p.value = i + 1;
            fresh = true;
        } else {
            fresh = s.p[i] == '=' || s.p[i] == '~' || (fresh && (s.p[i] == '!' || s.p[i] == '-'));
        }
    }
    return p;
}

/* ---- suggestions ---- */

static bool needs_quotes(struct str name)
{
    bool sign = name.n && (name.p[0] == '~' || name.p[0] == '=' || name.p[0] == '^');

    for (size_t i = 0; i < name.n && !sign; i++)
        sign = is_blank(name.p[i]) || name.p[i] == ',' || name.p[i] == '"' || name.p[i] == '*' ||
               name.p[i] == '?' || name.p[i] == '|';
    return sign || str_contains(name, STR(".*")) || str_ends(name, STR("$"));
}

static void put_name(struct buf *b, struct str name, bool quote)
{
    if (!quote || !needs_quotes(name)) {
        buf_add_str(b, name);
        return;
    }
    buf_add_char(b, '"');
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '"' || name.p[i] == '\\')
            buf_add_char(b, '\\');
        buf_add_char(b, name.p[i]);
    }
    buf_add_char(b, '"');
}

void complete_add(struct complete *c, struct str name, bool quote, const char *kind, struct str about)
{
    struct buf text = BUF_INIT;

    if (c->n == COMPLETE_MAX)
        return;
    c->n++;
    buf_add_str(&text, c->before);
    put_name(&text, name, quote);
    buf_add_str(&text, c->end);
    json_map(c->j);
    json_key_str(c->j, "text", buf_str(&text));
    json_key_c(c->j, "kind", kind);
    json_key_str(c->j, "about", about);
    json_map_end(c->j);
    buf_release(&text);
}

static bool begins(const struct complete *c, const char *word)
{
    struct str w = str_of(word);

    return w.n >= c->typed.n && str_ieq(str_sub(w, 0, c->typed.n), c->typed);
}

static struct str about(const struct complete *c, const struct search_word *w)
{
    return str_of(c->french ? w->fr : w->en);
}

/* Another name of a key, which somebody has typed whole or in part, stands for the first one. */
static bool known_as(const struct complete *c, const struct search_word *w)
{
    struct str others = str_of(w->others);

    while (others.p && c->typed.n) {
        struct str one = str_cut(&others, ' ');

        if (one.n >= c->typed.n && str_ieq(str_sub(one, 0, c->typed.n), c->typed))
            return true;
    }
    return false;
}

static void add_keys(struct complete *c)
{
    for (int other = 0; other < 2; other++) {
        for (int k = SEARCH_WORD + 1; k < SEARCH_KEYS; k++) {
            const struct search_word *w = search_key_word((enum search_key)k);

            if (begins(c, w->name) ? !other : other && known_as(c, w))
                complete_add(c, str_of(w->name), false, "key", about(c, w));
        }
    }
}

static void add_marks(struct complete *c, enum search_key key)
{
    for (int m = 0; m < SEARCH_MARKS; m++) {
        const struct search_word *w = search_mark_word((enum search_mark)m);
        bool kind = m == SEARCH_MARK_HOST || m == SEARCH_MARK_SERVICE, state = m < SEARCH_MARK_PROBLEM;

        if ((key == SEARCH_KEY_KIND) != kind || (key == SEARCH_KEY_STATE) != state)
            continue;
        if (begins(c, w->name) || known_as(c, w))
            complete_add(c, str_of(w->name), false, "word", about(c, w));
    }
}

static void add_samples(struct complete *c, enum search_kind kind)
{
    static const char *const spans[] = {"<5m", "<1h", "<1d", ">1h", ">1d", ">1w", "never", NULL},
                             *const counts[] = {"1", "2", "3", ">1", ">2", ">=5", NULL};

    for (const char *const *s = kind == SEARCH_SPAN ? spans : counts; *s; s++) {
        if (begins(c, *s))
            complete_add(c, str_of(*s), false, "sample", STR(""));
    }
}

static struct str without_signs(struct str typed, struct str *signs)
{
    size_t n = 0;

    if (n < typed.n && (typed.p[n] == '=' || typed.p[n] == '~'))
        n++;
    *signs = str_sub(typed, 0, n);
    if (n < typed.n && typed.p[n] == '"')
        n++;
    return str_sub(typed, n, typed.n);
}

/* Behind the colon of this key. head: all of the term that stands before the value. */
static void add_values(struct api_request *q, struct complete *c, enum search_key key, struct str head,
                       struct str typed)
{
    enum search_kind kind = search_key_word(key)->kind;
    struct buf before = BUF_INIT;
    struct str label = STR_NULL, signs;

    if (kind == SEARCH_LABEL) {
        ptrdiff_t at = str_find_char(typed, '=');

        at = at < 0 ? str_find_char(typed, ':') : at;
        if (at >= 0) {
            label = str_sub(typed, 0, (size_t)at);
            buf_add_str(&before, head);
            buf_add_str(&before, str_sub(typed, 0, (size_t)at + 1));
            typed = str_sub(typed, (size_t)at + 1, typed.n);
        }
    }
    if (!before.len)
        buf_add_str(&before, head);
    c->typed = kind == SEARCH_SPAN || kind == SEARCH_COUNT ? typed : without_signs(typed, &signs);
    if (kind != SEARCH_SPAN && kind != SEARCH_COUNT)
        buf_add_str(&before, signs);
    c->before = arena_str(&q->arena, buf_str(&before));
    buf_release(&before);
    if (kind == SEARCH_MARK)
        add_marks(c, key);
    else if (kind == SEARCH_SPAN || kind == SEARCH_COUNT)
        add_samples(c, kind);
    else
        complete_names(c, key, label);
}

/* Nothing but a beginning: a key, or a name of what is most often looked for. */
static void add_beginnings(struct api_request *q, struct complete *c, struct str head, struct str typed)
{
    static const enum search_key usual[] = {SEARCH_KEY_GROUP, SEARCH_KEY_HOST, SEARCH_KEY_SERVICE};
    struct str signs;

    c->typed = without_signs(typed, &signs);
    c->before = head;
    c->end = STR(":");
    if (!signs.n && c->typed.n == typed.n)
        add_keys(c);
    c->end = STR("");
    for (size_t i = 0; c->typed.n && i < ARRAY_LEN(usual); i++) {
        struct buf b = BUF_INIT;

        buf_printf(&b, STR_FMT "%s:%s", STR_ARG(head), search_key_word(usual[i])->name,
                   usual[i] == SEARCH_KEY_GROUP ? "" : "=");
        c->before = arena_str(&q->arena, buf_str(&b));
        buf_release(&b);
        complete_names(c, usual[i], STR_NULL);
    }
}

void complete_show(struct api *a, struct api_request *q)
{
    struct str text = api_query(q, "q"), at = api_query(q, "at"), before, key;
    uint64_t chars = SEARCH_TEXT_MAX;
    struct buf out = BUF_INIT;
    struct json j;
    struct complete c = {.a = a, .sight = q->sight, .j = &j, .french = api_reads_french(q)};
    struct place p;
    enum search_key known;

    if (api_not_ready(a, q))
        return;
    c.eyes = eyes_of(&a->model, q->sight, &q->arena);
    if (text.n > SEARCH_TEXT_MAX) {
        api_fail(a, q, 400, "q", PROBLEM_SEARCH_LONG);
        return;
    }
    if (at.p && (at.n > 9 || !str_to_u64(at, &chars) || chars > chars_of(text))) {
        api_fail_with(a, q, 400, "at", PROBLEM_PARAMETER_NUMBER, STR("at"), STR("1024"));
        return;
    }
    before = str_sub(text, 0, bytes_of(text, chars));
    p = find_place(before);
    key = p.keyed ? str_sub(before, p.key, p.value - 1 - p.key) : STR_NULL;
    if (p.keyed && str_find_char(key, ':') >= 0)
        key = str_cut(&key, ':');
    known = key.n ? search_key_of(key) : SEARCH_KEYS;
    json_init(&j, &out);
    json_map(&j);
    json_key_u64(&j, "from", chars_of(str_sub(before, 0, p.term)));
    json_key_u64(&j, "to", chars_of(before));
    json_key(&j, "suggestions");
    json_list(&j);
    if (known < SEARCH_KEYS)
        add_values(q, &c, known, str_sub(before, p.term, p.value - p.term),
                   str_sub(before, p.value, before.n));
    else if (!p.keyed)
        add_beginnings(q, &c, str_sub(before, p.term, p.key - p.term), str_sub(before, p.key, before.n));
    json_list_end(&j);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

static const struct shape_field suggestion_fields[] = {
    {"text", SHAPE_TEXT, 0, "stands in the place of the characters from to to"},
    {"kind", SHAPE_TEXT, 0, "key, word, sample, or what a name is of: host, service, hostgroup ..."},
    {"about", SHAPE_TEXT, 0, "what it means, or another name of it; may be empty"},
    {NULL},
};
static const struct shape suggestion_shape = {"Suggestion", suggestion_fields};
static const struct shape_field complete_fields[] = {
    {"from", SHAPE_INT, 0, "characters of the search before the term"},
    {"to", SHAPE_INT, 0, "characters before the cursor"},
    {"suggestions", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &suggestion_shape},
    {NULL},
};
const struct shape complete_shape = {"Completion", complete_fields};
