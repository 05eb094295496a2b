/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/json_read.h"

#include "base/buf.h"
#include "base/limits.h"
#include "os/rand.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* jansson would go 2048 deep; ours is judged on the bytes, so that no tree is built of nonsense. */
static bool too_deep(struct str s)
{
    unsigned depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
            continue;
        }
        if (c == '"')
            quoted = true;
        else if ((c == '{' || c == '[') && ++depth > LIMIT_JSON_DEPTH)
            return true;
        else if ((c == '}' || c == ']') && depth)
            depth--;
    }
    return false;
}

static const json_t *inner(const struct json_value *v)
{
    return (const json_t *)(const void *)v;
}

static struct json_value *outer(json_t *v)
{
    return (struct json_value *)(void *)v;
}

struct json_value *json_read(struct str *rest, struct err *err)
{
    json_error_t error = {.line = 0};
    json_t *root;

    if (too_deep(*rest)) {
        err_set(err, E_LIMIT, "it is nested deeper than %u", LIMIT_JSON_DEPTH);
        return NULL;
    }
    root = json_loadb(rest->n ? rest->p : "", rest->n,
                      JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DISABLE_EOF_CHECK, &error);
    if (!root) {
        err_set(err, E_FORMAT, "line %d, column %d: %s", error.line, error.column, error.text);
        return NULL;
    }
    BUG_ON(error.position < 0 || (size_t)error.position > rest->n);
    *rest = str_trim(str_sub(*rest, (size_t)error.position, rest->n));
    return outer(root);
}

void json_read_free(struct json_value *root)
{
    json_decref((json_t *)(void *)root);
}

enum json_read_type json_read_type(const struct json_value *v)
{
    if (!v)
        return JSON_NOTHING;
    switch (json_typeof(inner(v))) {
    case JSON_OBJECT: return JSON_IS_OBJECT;
    case JSON_ARRAY: return JSON_IS_ARRAY;
    case JSON_STRING: return JSON_IS_TEXT;
    case JSON_INTEGER: return JSON_IS_INT;
    case JSON_REAL: return JSON_IS_REAL;
    case JSON_TRUE:
    case JSON_FALSE: return JSON_IS_BOOL;
    case JSON_NULL: return JSON_IS_NULL;
    }
    return JSON_NOTHING;
}

bool json_read_is(const struct json_value *v)
{
    return v && json_is_true(inner(v));
}

int64_t json_read_int(const struct json_value *v)
{
    return json_integer_value(inner(v));
}

bool json_read_milli(const struct json_value *v, int64_t *thousandths)
{
    double n = json_number_value(inner(v));

    if (!json_is_number(inner(v)) || n > 1e12 || n < -1e12)
        return false;
    *thousandths = (int64_t)(n * 1000 + (n < 0 ? -0.5 : 0.5));
    return true;
}

struct str json_read_text(const struct json_value *v)
{
    return json_read_type(v) == JSON_IS_TEXT
               ? str_make(json_string_value(inner(v)), json_string_length(inner(v)))
               : STR_NULL;
}

const struct json_value *json_read_member(const struct json_value *object, const char *key)
{
    return outer(json_object_get(inner(object), key));
}

size_t json_read_length(const struct json_value *array)
{
    return json_array_size(inner(array));
}

const struct json_value *json_read_element(const struct json_value *array, size_t i)
{
    return outer(json_array_get(inner(array), i));
}

bool json_read_next(const struct json_value *object, void **at, struct str *key,
                    const struct json_value **value)
{
    json_t *o = (json_t *)(uintptr_t)inner(object);
    void *it = *at ? json_object_iter_next(o, *at) : json_object_iter(o);

    if (!it)
        return false;
    *at = it;
    *key = str_make(json_object_iter_key(it), json_object_iter_key_len(it));
    *value = outer(json_object_iter_value(it));
    return true;
}

void json_read_init(void)
{
    size_t seed = 0;

    while (!seed) /* 0 would mean: find one yourself */
        rand_bytes(&seed, sizeof(seed));
    json_object_seed(seed);
}

void json_read_copy(const struct json_value *v, struct buf *out)
{
    char *text = json_dumps(inner(v), JSON_COMPACT | JSON_ENCODE_ANY);

    if (text)
        buf_add_c(out, text);
    free(text);
}
