/* SPDX-License-Identifier: Apache-2.0 */
#include "api/audit_body.h"

#include "wire/json.h"
#include "wire/json_read.h"

bool audit_body_hides(const struct api_route *route, struct str member)
{
    static const char *const says[] = {"password", "passwd", "secret",   "token",     "otp",
                                       "code",     "key",    "recovery", "credential"};

    for (size_t i = 0; i < ARRAY_LEN(says); i++)
        if (str_icontains(member, str_of(says[i])))
            return true;
    for (const struct body_field *f = route ? route->body : NULL; f && f->name; f++)
        if (f->secret && str_eq_c(member, f->name))
            return true;
    return false;
}

static void put(struct json *j, const struct api_route *route, const struct json_value *v);

static void put_object(struct json *j, const struct api_route *route, const struct json_value *v)
{
    const struct json_value *value;
    struct buf name = BUF_INIT;
    void *at = NULL;
    struct str key;

    json_map(j);
    while (json_read_next(v, &at, &key, &value)) {
        buf_clear(&name);
        buf_add_str(&name, str_head(key, 256));
        json_key(j, name.data);
        if (audit_body_hides(route, key))
            json_str(j, STR("***"));
        else
            put(j, route, value);
    }
    json_map_end(j);
    buf_release(&name);
}

static void put_plain(struct json *j, const struct json_value *v)
{
    struct buf text = BUF_INIT;

    if (json_read_type(v) == JSON_IS_TEXT) {
        json_str(j, json_read_text(v));
        return;
    }
    json_read_copy(v, &text);
    json_raw(j, buf_str(&text));
    buf_release(&text);
}

/* No deeper than the reader lets through. */
static void put(struct json *j, const struct api_route *route, const struct json_value *v)
{
    switch (json_read_type(v)) {
    case JSON_IS_OBJECT: put_object(j, route, v); break;
    case JSON_IS_ARRAY:
        json_list(j);
        for (size_t i = 0; i < json_read_length(v); i++)
            put(j, route, json_read_element(v, i));
        json_list_end(j);
        break;
    default: put_plain(j, v);
    }
}

struct str audit_body(struct arena *arena, const struct api_route *route, struct str body)
{
    struct buf out = BUF_INIT;
    struct err err = ERR_INIT;
    struct str rest = body, copy;
    struct json_value *v = json_read(&rest, &err);
    struct json j;

    json_init(&j, &out);
    if (v && !rest.n) {
        put(&j, route, v);
    } else {
        json_map(&j);
        json_key_u64(&j, "bytes", body.n);
        json_map_end(&j);
    }
    json_read_free(v);
    copy = arena_str(arena, buf_str(&out));
    buf_release(&out);
    return copy;
}

struct str audit_body_query(struct api_request *q)
{
    struct buf out = BUF_INIT;
    struct str copy;
    struct json j;

    json_init(&j, &out);
    json_map(&j);
    for (const char *const *name = q->route->query; name && *name; name++) {
        struct str value = api_query(q, *name);

        if (value.p)
            json_key_str(&j, *name, audit_body_hides(q->route, str_of(*name)) ? STR("***") : value);
    }
    json_map_end(&j);
    copy = arena_str(&q->arena, buf_str(&out));
    buf_release(&out);
    return copy;
}
