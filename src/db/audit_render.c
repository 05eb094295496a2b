/* SPDX-License-Identifier: Apache-2.0 */
#include "db/audit_render.h"

#include "base/csv.h"
#include "base/glob.h"

#include <string.h>

static const char *const columns[] = {"n",       "at",     "kind", "who",   "by",      "role",
                                      "from",    "method", "path", "right", "objects", "status",
                                      "outcome", "ended",  "body", "text"};

const char *audit_outcome_word(const struct audit_line *l, const struct audit_outcome *o)
{
    if (l->kind == AUDIT_REFUSED || l->kind == AUDIT_MANY)
        return "refused";
    if (l->kind != AUDIT_ASKED)
        return "";
    if (!o->known || !o->status)
        return "unknown";
    return o->status < 400 ? "done" : o->status < 500 ? "refused" : "failed";
}

static void ended(const struct audit_outcome *o, char *out)
{
    out[0] = '\0';
    if (o->known && o->at.us)
        time_rfc3339(o->at, out);
}

void audit_render_json(struct buf *out, const struct audit_line *l, const struct audit_outcome *o)
{
    const char *word = audit_outcome_word(l, o);
    char at[TIME_RFC3339];

    ended(o, at);
    buf_add_str(out, str_sub(l->json, 0, l->json.n - 1));
    if (l->kind == AUDIT_ASKED && o->known)
        buf_printf(out, ",\"status\":%llu", (unsigned long long)o->status);
    if (at[0])
        buf_printf(out, ",\"ended\":\"%s\"", at);
    if (word[0])
        buf_printf(out, ",\"outcome\":\"%s\"", word);
    buf_add_char(out, '}');
}

/* Names of objects, parted by blanks; what has a blank in it is quoted by nothing: a name with one is rare, and JSON has them apart. */
static void plain_objects(struct str list, struct buf *out)
{
    struct str rest = list, text;
    bool more = false;

    while (audit_next_text(&rest, &text)) {
        if (more)
            buf_add_c(out, ", ");
        more = true;
        audit_plain(text, out);
    }
}

static void value_of(const struct audit_line *l, const struct audit_outcome *o, const char *column,
                     struct buf *out)
{
    char at[TIME_RFC3339];

    if (strcmp(column, "outcome") == 0) {
        buf_add_c(out, audit_outcome_word(l, o));
    } else if (strcmp(column, "ended") == 0) {
        ended(o, at);
        buf_add_c(out, at);
    } else if (strcmp(column, "objects") == 0) {
        plain_objects(audit_member(l->json, "objects"), out);
    } else if (strcmp(column, "status") == 0 && l->kind == AUDIT_ASKED) {
        if (o->known)
            buf_add_u64(out, o->status);
    } else {
        audit_plain(audit_member(l->json, column), out);
    }
}

void audit_render_csv_head(struct buf *out)
{
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        buf_printf(out, "%s%s", i ? "," : "", columns[i]);
    buf_add_c(out, "\r\n");
}

void audit_render_csv(struct buf *out, const struct audit_line *l, const struct audit_outcome *o)
{
    struct buf v = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        buf_clear(&v);
        value_of(l, o, columns[i], &v);
        if (i)
            buf_add_char(out, ',');
        csv_cell(out, buf_str(&v));
    }
    buf_add_c(out, "\r\n");
    buf_release(&v);
}

/* What others wrote must not move a terminal's cursor. */
static void add_safe(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        buf_add_char(out, (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f ? '?' : s.p[i]);
}

static void say(struct buf *out, const struct audit_line *l, const char *before, const char *column,
                const char *behind)
{
    static const struct audit_outcome none = {.known = false};
    struct buf v = BUF_INIT;

    value_of(l, &none, column, &v);
    if (v.len) {
        buf_add_c(out, before);
        add_safe(out, buf_str(&v));
        buf_add_c(out, behind);
    }
    buf_release(&v);
}

void audit_render_text(struct buf *out, const struct audit_line *l, const struct audit_outcome *o)
{
    const char *word = audit_outcome_word(l, o);
    char at[TIME_RFC3339];

    time_rfc3339(l->at, at);
    buf_printf(out, "%s %llu %s", at, (unsigned long long)l->n, audit_kind_word(l->kind));
    say(out, l, " ", "count", " times");
    say(out, l, " ", "who", "");
    say(out, l, " (", "by", "");
    say(out, l, ", ", "role", "");
    if (audit_member(l->json, "by").n)
        buf_add_char(out, ')');
    say(out, l, " from ", "from", "");
    say(out, l, ": ", "method", "");
    say(out, l, " ", "path", "");
    say(out, l, " [", "objects", "]");
    say(out, l, " ", "body", "");
    say(out, l, " since ", "since", "");
    say(out, l, " up to ", "until", "");
    say(out, l, ": ", "text", "");
    if (word[0])
        buf_printf(out, ": %s", word);
    if (o->known && o->status)
        buf_printf(out, " (%llu)", (unsigned long long)o->status);
    else
        say(out, l, " (", "status", ")");
    buf_add_char(out, '\n');
}

/* ---- looking for some ---- */

static bool member_fits(struct str json, const char *key, struct str pattern)
{
    struct buf v = BUF_INIT;
    bool fits;

    if (!pattern.p)
        return true;
    audit_plain(audit_member(json, key), &v);
    fits = glob_is(pattern) ? glob_matches(pattern, buf_str(&v)) : str_eq(pattern, buf_str(&v));
    buf_release(&v);
    return fits;
}

static bool object_fits(struct str json, struct str pattern)
{
    struct str rest = audit_member(json, "objects"), text;
    struct buf v = BUF_INIT;
    bool fits = !pattern.p;

    while (!fits && audit_next_text(&rest, &text)) {
        buf_clear(&v);
        audit_plain(text, &v);
        fits = glob_is(pattern) ? glob_matches(pattern, buf_str(&v)) : str_eq(pattern, buf_str(&v));
    }
    buf_release(&v);
    return fits;
}

static bool what_fits(struct str json, struct str what)
{
    static const char *const in[] = {"method", "path", "right", "kind"};
    bool fits = !what.p;

    for (size_t i = 0; i < ARRAY_LEN(in) && !fits; i++)
        fits = str_icontains(audit_member(json, in[i]), what);
    return fits;
}

bool audit_filter_fits(const struct audit_filter *f, const struct audit_line *l,
                       const struct audit_outcome *o)
{
    return (!f->from.us || l->at.us >= f->from.us) && (!f->to.us || l->at.us < f->to.us) &&
           (!f->outcome.p || str_eq_c(f->outcome, audit_outcome_word(l, o))) && what_fits(l->json, f->what) &&
           member_fits(l->json, "who", f->who) && object_fits(l->json, f->object) &&
           (!f->text.p || str_icontains(l->json, f->text));
}
