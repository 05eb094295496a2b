/* SPDX-License-Identifier: Apache-2.0 */
#include "api/people.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/revoke.h"
#include "wire/json.h"
#include "wire/json_read.h"

uint64_t people_rights(const struct api_request *q)
{
    uint64_t all = 0;

    for (size_t i = 0; i < q->who.n_grants; i++)
        all |= q->who.grant[i].sight ? 0 : q->who.grant[i].rights;
    return all;
}

static struct str words(struct api_request *q, uint64_t mask)
{
    struct buf b = BUF_INIT;
    struct str s;

    for (int r = RIGHT_FIRST; r < RIGHT_END; r++) {
        if (mask & right_bit((enum right)r))
            buf_printf(&b, "%s%s", b.len ? "," : "", right_word((enum right)r));
    }
    s = arena_str(&q->arena, buf_str(&b));
    buf_release(&b);
    return s;
}

struct str people_asker(struct api_request *q)
{
    static const char *const kinds[] = {"nobody", "session", "token", "local"};
    struct buf b = BUF_INIT;
    struct str s;

    buf_printf(&b, "%s %s", kinds[q->who.by], q->who.name);
    s = arena_str(&q->arena, buf_str(&b));
    buf_release(&b);
    return s;
}

struct str people_read_rights(struct api *a, struct api_request *q, struct str json)
{
    struct err err = ERR_INIT;
    struct json_value *v = json_read(&json, &err);
    uint64_t mask = 0;
    bool good = v != NULL;

    for (size_t i = 0; good && i < json_read_length(v); i++) {
        enum right right;

        good = right_of(json_read_text(json_read_element(v, i)), &right);
        mask |= good ? right_bit(right) : 0;
    }
    json_read_free(v);
    if (good)
        return words(q, mask);
    api_fail(a, q, 422, "rights", PROBLEM_RIGHT_UNKNOWN);
    return STR_NULL;
}

struct str people_list(const struct body_value *v)
{
    return v->there ? v->text : STR("[]");
}

struct str people_scope(const struct body_value *v)
{
    return v->there ? v->text : STR("null");
}

/* ---- changes ---- */

struct change {
    int status;
    const char *what;
    struct str name;
    bool many; /* of whom it changes what they may do */
};

static void changed(struct api *a, struct api_request *q, const struct api_answer *x)
{
    const struct change *c = q->state;

    if (api_auth_refused(a, q, x))
        return;
    if (c->many)
        revoke_all(a, q);
    else
        revoke_name(a, q, c->name);
    api_audit(a, q, c->what, c->name);
    api_reply_ok(a, q, c->status);
}

void people_change(struct api *a, struct api_request *q, const char *op, const struct str *args, size_t n,
                   int status, const char *what, struct str name)
{
    struct change *c = arena_alloc(&q->arena, sizeof(*c));

    *c = (struct change){status, what, name,
                         str_starts(str_of(op), STR("group_")) || str_starts(str_of(op), STR("role_"))};
    q->state = c;
    api_ask_auth(a, q, op, args, n, changed);
}

/* ---- lists ---- */

const char *const people_query[] = {"cursor", NULL};

static void listed(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct str next = x->values[API_AUTH_USER];
    struct buf out = BUF_INIT;
    struct json j;

    if (api_auth_refused(a, q, x))
        return;
    json_init(&j, &out);
    json_map(&j);
    json_key(&j, q->state);
    json_raw(&j, x->values[API_AUTH_LIST]);
    json_key(&j, "next");
    if (next.n)
        json_str(&j, next);
    else
        json_none(&j);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

void people_page(struct api *a, struct api_request *q, const char *op, const char *key)
{
    struct str after = api_query(q, "cursor");

    q->state = arena_dup(&q->arena, str_of(key));
    api_ask_auth(a, q, op, &after, 1, listed);
}
