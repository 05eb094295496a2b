/* SPDX-License-Identifier: Apache-2.0 */
#include "role/auth_filter.h"

#include "wire/json.h"

#include <string.h>

#define HEAD "vigie-filters 1"

static void drop(struct auth_filters *f, size_t i)
{
    mem_free(f->at.at[i].query);
    memmove(&f->at.at[i], &f->at.at[i + 1], (f->at.n - i - 1) * sizeof(*f->at.at));
    f->at.n--;
}

void auth_filters_release(struct auth_filters *f)
{
    while (f->at.n)
        drop(f, f->at.n - 1);
    VEC_RELEASE(&f->at);
}

static struct auth_filter *find(struct auth_filters *f, struct str owner, struct str name)
{
    for (size_t i = 0; i < f->at.n; i++) {
        if (str_ieq(str_of(f->at.at[i].owner), owner) && str_eq_c(name, f->at.at[i].name))
            return &f->at.at[i];
    }
    return NULL;
}

/* One line, not empty. */
static bool is_text(struct str s, size_t max)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 127)
            return false;
    }
    return s.n && s.n <= max && str_is_utf8(s);
}

/* ---- the file ---- */

static bool load_line(struct auth_filters *f, struct str line)
{
    struct str word = str_cut(&line, ' '), owner = line.p ? str_cut(&line, ' ') : STR_NULL,
               kind = line.p ? str_cut(&line, ' ') : STR_NULL,
               changed = line.p ? str_cut(&line, ' ') : STR_NULL,
               name = line.p ? str_cut(&line, '\t') : STR_NULL;
    struct auth_filter x = {.shared = str_eq_c(kind, "shared")};

    if (!str_eq_c(word, "filter") || !is_text(owner, AUTH_NAME_MAX) ||
        (!x.shared && !str_eq_c(kind, "own")) || !str_to_i64(changed, &x.changed) ||
        !is_text(name, AUTH_FILTER_NAME_MAX) || !is_text(line, AUTH_FILTER_QUERY_MAX) ||
        find(f, owner, name) || f->at.n == AUTH_FILTERS_MAX)
        return false;
    str_copy(x.owner, sizeof(x.owner), owner);
    str_copy(x.name, sizeof(x.name), name);
    x.query = str_dup(line);
    *VEC_ADD(&f->at) = x;
    return true;
}

int auth_filters_load(struct auth_filters *f, struct str text, struct err *err)
{
    unsigned number = 1;
    bool good = str_eq_c(str_cut(&text, '\n'), HEAD), ended = false;

    while (good && text.n && !ended) {
        struct str line = str_cut(&text, '\n');
        uint64_t n;

        number++;
        ended = str_starts(line, STR("end ")) && str_to_u64(str_sub(line, 4, line.n), &n) && n == f->at.n;
        good = ended || load_line(f, line);
    }
    if (good && ended && !text.n)
        return 0;
    auth_filters_release(f);
    return err_set(err, E_FORMAT, "line %u is not one of saved filters", number);
}

void auth_filters_dump(const struct auth_filters *f, struct buf *out)
{
    buf_add_c(out, HEAD "\n");
    for (size_t i = 0; i < f->at.n; i++) {
        const struct auth_filter *x = &f->at.at[i];

        buf_printf(out, "filter %s %s %lld %s\t%s\n", x->owner, x->shared ? "shared" : "own",
                   (long long)x->changed, x->name, x->query);
    }
    buf_printf(out, "end %zu\n", f->at.n);
}

/* ---- questions ---- */

static bool invalid(struct auth_result *r, enum auth_code code, const char *field, enum problem p)
{
    r->code = code;
    r->field = field;
    r->problem = p;
    return false;
}

static void list_for(const struct auth_filters *f, struct str user, struct buf *list)
{
    struct json j;

    json_init(&j, list);
    json_list(&j);
    for (size_t i = 0; i < f->at.n; i++) {
        const struct auth_filter *x = &f->at.at[i];
        bool own = str_ieq(str_of(x->owner), user);

        if (!own && !x->shared)
            continue;
        json_map(&j);
        json_key_c(&j, "name", x->name);
        json_key_c(&j, "query", x->query);
        json_key_bool(&j, "shared", x->shared);
        json_key_bool(&j, "own", own);
        json_key_c(&j, "by", x->owner);
        json_key_time(&j, "changed", (struct wall){x->changed});
        json_map_end(&j);
    }
    json_list_end(&j);
}

/* How many there are of this person, or shared ones. */
static size_t count(const struct auth_filters *f, struct str owner, bool shared)
{
    size_t n = 0;

    for (size_t i = 0; i < f->at.n; i++)
        n += shared ? f->at.at[i].shared : str_ieq(str_of(f->at.at[i].owner), owner);
    return n;
}

static bool put(struct auth_filters *f, struct auth_now now, const struct str *arg, struct auth_result *r)
{
    struct auth_filter *x = find(f, arg[0], arg[1]);
    bool shared = arg[3].n > 0, was = x && x->shared;

    if (!is_text(arg[1], AUTH_FILTER_NAME_MAX))
        return invalid(r, AUTH_INVALID, "name", PROBLEM_FILTER_NAME);
    if (!is_text(arg[2], AUTH_FILTER_QUERY_MAX))
        return invalid(r, AUTH_INVALID, "query", PROBLEM_FILTER_QUERY);
    if ((shared || was) && !arg[4].n)
        return invalid(r, AUTH_BEYOND, "shared", PROBLEM_FILTER_SHARE);
    if ((!x && (count(f, arg[0], false) >= AUTH_FILTERS_OWN_MAX || f->at.n >= AUTH_FILTERS_MAX)) ||
        (shared && !was && count(f, arg[0], true) >= AUTH_FILTERS_SHARED_MAX))
        return invalid(r, AUTH_FULL, NULL, PROBLEM_FILTERS_FULL);
    if (!x) {
        x = VEC_ADD(&f->at);
        *x = (struct auth_filter){0};
        str_copy(x->owner, sizeof(x->owner), arg[0]);
        str_copy(x->name, sizeof(x->name), arg[1]);
    }
    mem_free(x->query);
    x->query = str_dup(arg[2]);
    x->shared = shared;
    x->changed = now.wall.us;
    return f->changed = true;
}

static bool take_away(struct auth_filters *f, const struct str *arg, struct auth_result *r)
{
    struct auth_filter *x = find(f, arg[1], arg[2]);
    bool own = str_ieq(arg[0], arg[1]);

    if (!x || (!own && !x->shared)) /* others' own ones are nobody's business */
        return invalid(r, AUTH_NONE, "name", PROBLEM_FILTER_UNKNOWN);
    if (x->shared && !own && !arg[3].n)
        return invalid(r, AUTH_BEYOND, "name", PROBLEM_FILTER_SHARE);
    drop(f, (size_t)(x - f->at.at));
    return f->changed = true;
}

bool auth_filter_op(struct auth_filters *f, struct auth_now now, struct str op, const struct str *arg,
                    size_t n, struct auth_result *r, struct buf *list)
{
    if (str_eq_c(op, "filter_list") && n == 1)
        list_for(f, arg[0], list);
    else if (str_eq_c(op, "filter_put") && n == 5)
        put(f, now, arg, r);
    else if (str_eq_c(op, "filter_delete") && n == 4)
        take_away(f, arg, r);
    else
        return false;
    return true;
}

void auth_filters_forget(struct auth_filters *f, struct str user)
{
    for (size_t i = f->at.n; i-- > 0;) {
        if (str_ieq(str_of(f->at.at[i].owner), user) && !f->at.at[i].shared) {
            drop(f, i);
            f->changed = true;
        }
    }
}
