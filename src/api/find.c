/* SPDX-License-Identifier: Apache-2.0 */
#include "api/find_int.h"

#include "api/api_reply.h"
#include "api/label.h"
#include "api/names.h"

#include <stdio.h>
#include <string.h>

enum { SPENT_MAX = 200, FIELDS_MAX = 24 };

_Static_assert((int)SEARCH_MARK_OK == (int)ROW_OK && (int)SEARCH_MARK_DOWN == (int)ROW_DOWN &&
                   (int)SEARCH_MARK_UNREACHABLE == (int)ROW_UNREACHABLE &&
                   (int)SEARCH_MARK_PROBLEM == (int)ROW_STATES,
               "states are the first marks");

/* ---- comparing ---- */

static bool regex_is(struct find *f, const struct find_regex *x, struct str text)
{
    int rc = f->spent < SPENT_MAX ? find_regex_is(x, text) : 0;

    f->spent += rc < 0;
    return rc > 0;
}

bool find_text_is(struct find *f, const struct find_term *t, size_t place, struct str text)
{
    const struct search_value *v = &t->t->value[place];

    switch (v->how) {
    case SEARCH_IS: return str_ieq(text, v->text);
    case SEARCH_GLOB: return search_glob(v->text, text);
    case SEARCH_REGEX: return regex_is(f, &t->regex[place], text);
    default: return str_icontains(text, v->text);
    }
}

bool find_any_is(struct find *f, const struct find_term *t, struct str text)
{
    for (size_t i = 0; i < t->t->n; i++) {
        if (find_text_is(f, t, i, text))
            return true;
    }
    return false;
}

/* A text of the configuration: compared once for as long as it is remembered. */
static bool known_is(const struct model *m, struct find *f, const struct find_term *t, uint32_t text)
{
    struct find_known *k = &t->known[(text * 2654435761u >> 16) % FIND_KNOWN];

    if (k->text != text + 1) {
        k->text = text + 1;
        k->holds = find_any_is(f, t, model_str(m, text));
    }
    return k->holds;
}

/* ---- what a term says of a check ---- */

/* The strings in which a key looks, at most FIELDS_MAX of them; 0 in front of nothing: an empty text. */
static size_t fields(const struct model *m, const struct sight *sight, enum search_key key,
                     const struct model_check *c, uint32_t *out)
{
    const struct model_check *host = model_check(m, c->host);
    bool seen = sight_sees(sight, c->host);
    size_t n = 0;

    if (!seen && (key == SEARCH_KEY_ALIAS || key == SEARCH_KEY_ADDRESS || key == SEARCH_KEY_PARENT))
        return 0;

    switch (key) {
    case SEARCH_KEY_PARENT:
        for (uint32_t i = 0; i < host->parents.n && n + 1 < FIELDS_MAX; i++) {
            if (sight_sees(sight, model_item(m, host->parents, i)))
                out[n++] = model_check(m, model_item(m, host->parents, i))->name;
        }
        return n;
    case SEARCH_KEY_SERVICE:
    case SEARCH_KEY_PARENT_NAME:
        if (c == host)
            return 0;
        out[n++] = key == SEARCH_KEY_SERVICE ? c->name : host->name;
        out[n++] = key == SEARCH_KEY_SERVICE ? c->display_name : seen ? host->display_name : host->name;
        return n;
    case SEARCH_KEY_NAME:
        out[n++] = c->name;
        out[n++] = c->display_name;
        return n;
    case SEARCH_KEY_HOST:
        out[n++] = host->name;
        out[n++] = seen ? host->display_name : host->name;
        return n;
    case SEARCH_KEY_ALIAS: out[n++] = host->alias; return n;
    case SEARCH_KEY_ADDRESS: out[n++] = host->address; return n;
    case SEARCH_KEY_COMMAND: out[n++] = c->check_text; return n;
    case SEARCH_KEY_PERIOD:
        if (c->check_period != MODEL_NONE)
            out[n++] = model_period(m, c->check_period)->name;
        return n;
    default:
        if (c->extra != MODEL_NONE)
            out[n++] = model_extra(m, c->extra)->notes;
        return n;
    }
}

static bool fields_hold(const struct model *m, struct find *f, const struct find_term *t, enum search_key key,
                        uint32_t idx)
{
    uint32_t field[FIELDS_MAX];
    size_t n = fields(m, f->sight, key, model_check(m, idx), field);

    for (size_t i = 0; i < n; i++) {
        if ((i == 0 || field[i] != field[i - 1]) && known_is(m, f, t, field[i]))
            return true;
    }
    return false;
}

static bool text_holds(const struct api *a, struct find *f, const struct find_term *t, uint32_t idx)
{
    if (t->t->key == SEARCH_KEY_OUTPUT)
        return find_any_is(f, t, row_output_in_place(a, idx));
    return fields_hold(&a->model, f, t, t->t->key, idx);
}

static bool word_holds(const struct api *a, struct find *f, const struct find_term *t, uint32_t idx)
{
    static const enum search_key where[] = {SEARCH_KEY_HOST, SEARCH_KEY_ALIAS, SEARCH_KEY_ADDRESS,
                                            SEARCH_KEY_SERVICE};

    if (t->t->value->how == SEARCH_HAS) {
        uint32_t host = names_host(a->names, idx);

        return names_hold(&t->hits, idx, host, sight_sees(f->sight, host)) ||
               str_icontains(row_output_in_place(a, idx), t->t->value->text);
    }
    for (size_t w = 0; w < ARRAY_LEN(where); w++) {
        if (fields_hold(&a->model, f, t, where[w], idx))
            return true;
    }
    return find_any_is(f, t, row_output_in_place(a, idx));
}

static bool other_marks_hold(const struct api *a, uint32_t idx, const struct row_brief *b, uint32_t wanted)
{
    const struct board_check *c = row_in_place(a, idx);
    uint32_t flags = __atomic_load_n(&c->flags, __ATOMIC_RELAXED), marks = 0;
    bool down = __atomic_load_n(&c->downtime_depth, __ATOMIC_RELAXED) > 0 || row_host_downtime(a, idx) > 0;
    bool host = idx < a->model.n_hosts, active = flags & BOARD_ACTIVE_ENABLED,
         passive = flags & BOARD_PASSIVE_ENABLED;
    const struct {
        enum search_mark mark;
        bool holds;
    } said[] = {
        {SEARCH_MARK_PROBLEM, b->problem},
        {SEARCH_MARK_UNHANDLED, b->problem && !b->handled},
        {SEARCH_MARK_HANDLED, b->problem && b->handled},
        {SEARCH_MARK_ACKNOWLEDGED, flags & BOARD_ACKNOWLEDGED},
        {SEARCH_MARK_DOWNTIME, down},
        {SEARCH_MARK_FLAPPING, flags & BOARD_FLAPPING},
        {SEARCH_MARK_STALE, flags & BOARD_STALE},
        {SEARCH_MARK_PASSIVE, passive && !active},
        {SEARCH_MARK_ACTIVE, active},
        {SEARCH_MARK_HARD, c->state_hard && (flags & BOARD_CHECKED)},
        {SEARCH_MARK_SOFT, !c->state_hard && (flags & BOARD_CHECKED)},
        {SEARCH_MARK_RUNNING, flags & BOARD_RUNNING},
        {SEARCH_MARK_MUTED, !(flags & BOARD_NOTIFY_ENABLED)},
        {SEARCH_MARK_UNCHECKED, !active && !passive},
        {SEARCH_MARK_HOST, host},
        {SEARCH_MARK_SERVICE, !host},
    };

    for (size_t i = 0; i < ARRAY_LEN(said); i++)
        marks |= said[i].holds ? 1u << said[i].mark : 0;
    return marks & wanted;
}

/* Has it one of these marks? Where they are states, as mostly, nothing else is looked at. */
static bool marks_hold(const struct api *a, uint32_t idx, const struct row_brief *b, uint32_t wanted)
{
    uint32_t others = wanted >> ROW_STATES << ROW_STATES;

    return (wanted & 1u << b->state) || (others && other_marks_hold(a, idx, b, others));
}

static bool var_is(struct find *f, const struct find_term *t, const struct model *m,
                   const struct model_var *v)
{
    for (size_t i = 0; i < t->t->n; i++) {
        const struct search_value *w = &t->t->value[i];

        if (str_ieq(w->name, model_str(m, v->name)) &&
            (!w->text.p || (!v->secret && find_text_is(f, t, i, model_str(m, v->value)))))
            return true;
    }
    return false;
}

/* Its own variables, and of a service those of its host. */
static bool label_holds(const struct model *m, struct find *f, const struct find_term *t, uint32_t idx)
{
    const struct model_check *c = model_check(m, idx), *host = model_check(m, c->host);

    for (const struct model_check *at = c;; at = host) {
        for (uint32_t i = 0; i < at->n_vars; i++) {
            if (var_is(f, t, m, model_var(m, at->first_var + i)))
                return true;
        }
        if (at == host || !sight_sees(f->sight, c->host))
            return false;
    }
}

/* The number a key looks at; false: there is none. Moments are wall clock µs. */
static bool number_of(const struct api *a, enum search_key key, uint32_t idx, int64_t *out)
{
    const struct board_check *c = row_in_place(a, idx);
    const struct model_severity *s;

    switch (key) {
    case SEARCH_KEY_SINCE: *out = __atomic_load_n(&c->last_state_change, __ATOMIC_RELAXED); return *out != 0;
    case SEARCH_KEY_CHECKED: *out = __atomic_load_n(&c->last_check, __ATOMIC_RELAXED); return *out != 0;
    case SEARCH_KEY_NEXT: *out = __atomic_load_n(&c->next_check, __ATOMIC_RELAXED); return *out != 0;
    case SEARCH_KEY_NOTIFIED:
        *out = __atomic_load_n(&c->last_notification, __ATOMIC_RELAXED);
        return *out != 0;
    case SEARCH_KEY_LATENCY: *out = __atomic_load_n(&c->latency_us, __ATOMIC_RELAXED); break;
    case SEARCH_KEY_DURATION: *out = __atomic_load_n(&c->execution_us, __ATOMIC_RELAXED); break;
    case SEARCH_KEY_ATTEMPT: *out = __atomic_load_n(&c->attempt, __ATOMIC_RELAXED); return true;
    case SEARCH_KEY_NOTIFICATIONS:
        *out = __atomic_load_n(&c->notification_number, __ATOMIC_RELAXED);
        return true;
    case SEARCH_KEY_FLAP: *out = __atomic_load_n(&c->flap_percent, __ATOMIC_RELAXED) / 100; return true;
    default:
        s = label_severity(&a->model, idx);
        *out = s ? s->level : 0;
        return s != NULL;
    }
    return __atomic_load_n(&c->last_check, __ATOMIC_RELAXED) != 0;
}

static bool compares(enum search_compare how, int64_t is, int64_t with)
{
    switch (how) {
    case SEARCH_LT: return is < with;
    case SEARCH_LE: return is <= with;
    case SEARCH_GT: return is > with;
    case SEARCH_GE: return is >= with;
    default: return is == with;
    }
}

/* Keys of moments, which spans of time are counted from or to. */
static bool is_moment(enum search_key key)
{
    return key == SEARCH_KEY_SINCE || key == SEARCH_KEY_CHECKED || key == SEARCH_KEY_NEXT ||
           key == SEARCH_KEY_NOTIFIED;
}

static bool number_holds(const struct api *a, const struct find *f, const struct find_term *t, uint32_t idx)
{
    int64_t is, now = f->now.us;
    bool there = number_of(a, t->t->key, idx, &is);

    for (size_t i = 0; i < t->t->n; i++) {
        const struct search_value *v = &t->t->value[i];
        int64_t span = t->t->key == SEARCH_KEY_NEXT ? is - now : now - is;

        if (v->never
                ? !there
                : there && compares(v->compare, is_moment(t->t->key) && !v->moment ? span : is, v->number))
            return true;
    }
    return false;
}

static bool holds(const struct api *a, struct find *f, const struct find_term *t, uint32_t idx,
                  const struct row_brief *b)
{
    if (t->t->key == SEARCH_WORD)
        return word_holds(a, f, t, idx);
    switch (search_key_word(t->t->key)->kind) {
    case SEARCH_TEXT: return text_holds(a, f, t, idx);
    case SEARCH_MARK: return marks_hold(a, idx, b, t->t->marks);
    case SEARCH_NAMED: return find_set_has(&a->model, f, t, idx);
    case SEARCH_LABEL: return label_holds(&a->model, f, t, idx);
    default: return number_holds(a, f, t, idx);
    }
}

bool find_matches(const struct api *a, struct find *f, uint32_t idx, const struct row_brief *b)
{
    size_t i = 0;

    while (f && i < f->search.n) {
        bool any = false;

        do { /* terms that OR joins */
            any = any || holds(a, f, &f->term[i], idx, b) != f->term[i].t->negated;
            i++;
        } while (i < f->search.n && f->term[i].t->joined);
        if (!any)
            return false;
    }
    return true;
}

/* ---- making one ---- */

struct failure {
    enum problem problem;
    unsigned column;
    struct str arg;
};

static bool prepare_regexes(struct find_term *ft, struct arena *arena, struct failure *bad)
{
    ft->regex = arena_alloc(arena, (ft->t->n + 1) * sizeof(*ft->regex));
    for (size_t i = 0; i < ft->t->n; i++) {
        const struct search_value *v = &ft->t->value[i];
        char why[160];

        if (v->how == SEARCH_REGEX && !find_regex_make(&ft->regex[i], v->text, arena, why, sizeof(why))) {
            *bad = (struct failure){PROBLEM_SEARCH_PATTERN, v->column, arena_str(arena, str_of(why))};
            return false;
        }
    }
    return true;
}

static bool prepare(struct api *a, struct find *f, struct find_term *ft, struct arena *arena,
                    struct failure *bad)
{
    enum search_kind kind = ft->t->key == SEARCH_WORD ? SEARCH_TEXT : search_key_word(ft->t->key)->kind;
    struct str missing, near;

    if ((kind == SEARCH_TEXT || kind == SEARCH_NAMED || kind == SEARCH_LABEL) &&
        !prepare_regexes(ft, arena, bad))
        return false;
    if (ft->t->key == SEARCH_WORD && ft->t->value->how == SEARCH_HAS)
        names_search(a->names, ft->t->value->text, arena, &ft->hits);
    else if (kind == SEARCH_TEXT)
        ft->known = arena_alloc(arena, FIND_KNOWN * sizeof(*ft->known));
    if (kind == SEARCH_NAMED && !find_set(a, f, ft, arena, &missing, &near)) {
        *bad = (struct failure){near.n ? PROBLEM_SEARCH_NEAR : PROBLEM_SEARCH_NONE, ft->t->column,
                                near.n ? near : missing};
        return false;
    }
    return true;
}

static struct find *make(struct api *a, const struct sight *sight, struct arena *arena, struct str text,
                         const struct search *s, struct failure *bad)
{
    struct find *f = arena_alloc(arena, sizeof(*f));

    f->sight = sight;
    f->text = text;
    f->search = *s;
    f->term = arena_alloc(arena, (s->n + 1) * sizeof(*f->term));
    f->now = api_wall(a);
    for (size_t i = 0; i < s->n; i++) {
        f->term[i].t = &s->term[i];
        if (!prepare(a, f, &f->term[i], arena, bad))
            return NULL;
    }
    return f;
}

static void answer(struct api *a, struct api_request *q, const char *field, struct failure bad)
{
    char column[16];

    snprintf(column, sizeof(column), "%u", bad.column);
    api_fail_with(a, q, 400, field, bad.problem, str_of(column), bad.arg);
}

static struct failure failure_of(const struct api_request *q, const struct search_error *e, struct buf *words)
{
    static const enum problem problems[] = {
        [SEARCH_LONG] = PROBLEM_SEARCH_LONG,        [SEARCH_MANY] = PROBLEM_SEARCH_WORDS,
        [SEARCH_QUOTE] = PROBLEM_SEARCH_QUOTE,      [SEARCH_EMPTY] = PROBLEM_SEARCH_EMPTY,
        [SEARCH_NO_KEY] = PROBLEM_SEARCH_KEY,       [SEARCH_NO_MARK] = PROBLEM_SEARCH_MARK,
        [SEARCH_NO_NUMBER] = PROBLEM_SEARCH_NUMBER, [SEARCH_NO_SPAN] = PROBLEM_SEARCH_SPAN,
        [SEARCH_LONE_OR] = PROBLEM_SEARCH_OR,
    };
    struct failure bad = {problems[e->wrong], e->column, e->name};

    (void)q;
    for (size_t i = 0; e->wrong == SEARCH_NO_MARK && i < SEARCH_MARKS; i++) {
        buf_add_c(words, i ? ", " : "");
        buf_add_c(words, search_mark_word((enum search_mark)i)->name);
    }
    if (words->len)
        bad.arg = buf_str(words);
    return bad;
}

bool find_parse(struct api *a, struct api_request *q, const char *field, struct str text, struct find **out)
{
    struct search s;
    struct search_error e;
    struct failure bad = {0};
    struct buf words = BUF_INIT;

    *out = NULL;
    text = str_trim(text);
    if (!text.n)
        return true;
    if (!search_parse(text, &q->arena, &s, &e))
        bad = failure_of(q, &e, &words);
    else
        *out = make(a, q->sight, &q->arena, text, &s, &bad);
    if (!*out)
        answer(a, q, field, bad);
    buf_release(&words);
    return *out != NULL;
}

struct find *find_keep(struct api *a, const struct find *f, struct arena *to)
{
    struct search s;
    struct search_error e;
    struct failure bad;
    struct str text;

    if (!f)
        return NULL;
    text = arena_str(to, f->text);
    BUG_ON(!search_parse(text, to, &s, &e));
    return make(a, f->sight, to, text, &s, &bad);
}

void find_at(struct find *f, struct wall now)
{
    if (f) {
        f->now = now;
        f->spent = 0;
    }
}

bool find_gave_up(const struct find *f)
{
    return f && f->spent >= SPENT_MAX;
}

struct str find_text(const struct find *f)
{
    return f ? f->text : STR("");
}

bool find_words(const struct find *f, struct buf *words, const struct search_term **more)
{
    for (size_t i = 0; f && i < f->search.n; i++) {
        const struct search_term *t = &f->search.term[i];

        if (t->key != SEARCH_WORD || t->negated || t->joined || t->value->how != SEARCH_HAS ||
            str_find_char(t->value->text, ' ') >= 0) {
            *more = t;
            return false;
        }
        if (i)
            buf_add_char(words, ' ');
        buf_add_str(words, t->value->text);
    }
    return true;
}
