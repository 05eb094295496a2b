/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON, read and written. What reads is walked with every question there is, written again and read again: the same. What is no JSON is refused with
 * a place. And any bytes at all, written as a text, read back as what they mean.
 */
#include "base/bug.h"
#include "base/limits.h"
#include "wire/json.h"
#include "wire/json_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t walk(const struct json_value *v)
{
    const struct json_value *member;
    size_t n = 1;
    void *at = NULL;
    struct str key;

    BUG_ON(json_read_type(v) == JSON_NOTHING);
    BUG_ON((json_read_type(v) == JSON_IS_TEXT) != (json_read_text(v).p != NULL));
    BUG_ON(!str_is_utf8(json_read_text(v)));
    BUG_ON(json_read_int(v) && json_read_type(v) != JSON_IS_INT);
    BUG_ON(json_read_is(v) && json_read_type(v) != JSON_IS_BOOL);
    for (size_t i = 0; i < json_read_length(v); i++)
        n += walk(json_read_element(v, i));
    while (json_read_type(v) == JSON_IS_OBJECT && json_read_next(v, &at, &key, &member)) {
        char *name = str_dup(key);

        BUG_ON(json_read_member(v, name) != member);
        mem_free(name);
        n += walk(member);
    }
    return n;
}

static void again(const struct json_value *v, size_t values)
{
    struct buf once = BUF_INIT, twice = BUF_INIT;
    struct err err = ERR_INIT;
    struct json_value *back;
    struct str rest;

    json_read_copy(v, &once);
    rest = buf_str(&once);
    back = json_read(&rest, &err);
    BUG_ON(!back || rest.n || walk(back) != values);
    json_read_copy(back, &twice);
    BUG_ON(!str_eq(buf_str(&once), buf_str(&twice)));
    json_read_free(back);
    buf_release(&once);
    buf_release(&twice);
}

static void as_text(struct str in)
{
    struct buf out = BUF_INIT, meant = BUF_INIT;
    struct json_value *v;
    struct str rest;
    struct json j;

    json_init(&j, &out);
    json_list(&j); /* alone, a text of many brackets would seem to be nested */
    json_str(&j, in);
    json_list_end(&j);
    buf_add_utf8(&meant, in);
    rest = buf_str(&out);
    v = json_read(&rest, NULL);
    BUG_ON(!v || rest.n || !str_eq(json_read_text(json_read_element(v, 0)), buf_str(&meant)));
    json_read_free(v);
    buf_release(&out);
    buf_release(&meant);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str in = str_make((const char *)data, size), rest = in;
    struct err err = ERR_INIT;
    struct json_value *v = json_read(&rest, &err);

    if (v) {
        BUG_ON(rest.n > in.n);
        again(v, walk(v));
    } else {
        BUG_ON(!err.code || !err.text[0]);
    }
    json_read_free(v);
    as_text(in);
    return 0;
}
