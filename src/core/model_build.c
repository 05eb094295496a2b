/* SPDX-License-Identifier: Apache-2.0 */
#include "core/model_build.h"

#include <string.h>

#define INTERN_MAX 512u /* longer texts are seldom equal */

void model_build_init(struct model_build *b)
{
    memset(b, 0, sizeof(*b));
    buf_init(&b->strings);
    buf_init(&b->secrets);
    buf_add_le32(&b->strings, 0);
    buf_add_char(&b->strings, '\0');
    b->globals.zone = MODEL_NONE;
    b->globals.global_host_handler_line = b->globals.global_service_handler_line = MODEL_NONE;
    b->globals.ocsp_line = b->globals.ochp_line = MODEL_NONE;
    b->globals.host_perfdata_line = b->globals.service_perfdata_line = MODEL_NONE;
    b->globals.host_perfdata_file_line = b->globals.service_perfdata_file_line = MODEL_NONE;
}

void model_build_release(struct model_build *b)
{
#define X(name, type) VEC_RELEASE(&b->name);
    MODEL_TABLES(X)
#undef X
    buf_release(&b->strings);
    mem_wipe(b->secrets.data, b->secrets.cap ? b->secrets.len : 0);
    buf_release(&b->secrets);
    VEC_RELEASE(&b->secret_end);
    map_release(&b->string_at);
    map_release(&b->list_at);
    map_release(&b->secret_at);
}

uint32_t model_build_empty(struct model_build *b)
{
    if (!b->empty) {
        buf_add_le32(&b->strings, 0);
        b->empty = (uint32_t)b->strings.len;
        buf_add_char(&b->strings, '\0');
    }
    return b->empty;
}

static uint32_t add_string(struct model_build *b, struct str s)
{
    uint32_t at;

    BUG_ON(b->strings.len + s.n + 8 > UINT32_MAX);
    buf_add_le32(&b->strings, (uint32_t)s.n);
    at = (uint32_t)b->strings.len;
    buf_add_str(&b->strings, s);
    buf_add_char(&b->strings, '\0');
    return at;
}

uint32_t model_build_str(struct model_build *b, struct str s)
{
    uint64_t *at;
    bool is_new;

    if (!s.n)
        return 0;
    if (s.n > INTERN_MAX)
        return add_string(b, s);
    at = map_place(&b->string_at, s, &is_new);
    if (is_new)
        *at = add_string(b, s);
    return (uint32_t)*at;
}

static uint32_t add_list(struct model_build *b, const uint32_t *v, size_t n)
{
    uint32_t first = (uint32_t)b->index.n;

    VEC_RESERVE(&b->index, b->index.n + n);
    memcpy(b->index.at + b->index.n, v, n * sizeof(*v));
    b->index.n += n;
    return first;
}

struct model_list model_build_list(struct model_build *b, const uint32_t *v, size_t n)
{
    uint64_t *at;
    bool is_new;

    if (!n)
        return (struct model_list){0, 0};
    if (n > 64)
        return (struct model_list){add_list(b, v, n), (uint32_t)n};
    at = map_place(&b->list_at, str_make((const char *)v, n * sizeof(*v)), &is_new);
    if (is_new)
        *at = add_list(b, v, n);
    return (struct model_list){(uint32_t)*at, (uint32_t)n};
}

uint32_t model_build_slot(struct model_build *b, struct str secret)
{
    uint64_t slot;

    if (map_get(&b->secret_at, secret, &slot))
        return (uint32_t)slot;
    slot = b->secret_end.n;
    buf_add_str(&b->secrets, secret);
    *VEC_ADD(&b->secret_end) = b->secrets.len;
    map_put(&b->secret_at, secret, slot);
    return (uint32_t)slot;
}

struct str model_build_slot_value(const struct model_build *b, uint32_t slot)
{
    uint64_t from = slot ? b->secret_end.at[slot - 1] : 0;

    BUG_ON(slot >= b->secret_end.n);
    return str_make(b->secrets.data + from, (size_t)(b->secret_end.at[slot] - from));
}

void model_build_view(const struct model_build *b, struct model *m)
{
    memset(m, 0, sizeof(*m));
#define X(name_, type)                                                                                       \
    m->name_ = b->name_.at;                                                                                  \
    m->n_##name_ = (uint32_t)b->name_.n;
    MODEL_TABLES(X)
#undef X
    m->globals = &b->globals;
    m->strings = b->strings.data;
    m->strings_len = b->strings.len;
    m->n_hosts = b->n_hosts;
    m->n_services = (uint32_t)b->check.n - b->n_hosts;
}

static uint64_t align(struct buf *out, size_t start)
{
    while ((out->len - start) % 8 != 0)
        buf_add_char(out, '\0');
    return out->len - start;
}

void model_build_public(const struct model_build *b, struct buf *out)
{
    struct model_header h = {.version = MODEL_VERSION, .header_size = sizeof(h)};
    size_t start = out->len;

    memcpy(h.magic, MODEL_MAGIC, sizeof(h.magic));
    buf_add(out, &h, sizeof(h));
#define X(name_, type)                                                                                       \
    h.table[MODEL_TABLE_##name_].offset = align(out, start);                                                 \
    h.table[MODEL_TABLE_##name_].n = (uint32_t)b->name_.n;                                                   \
    h.table[MODEL_TABLE_##name_].size = sizeof(struct type);                                                 \
    buf_add(out, b->name_.at, b->name_.n * sizeof(struct type));
    MODEL_TABLES(X)
#undef X
    h.globals = align(out, start);
    h.globals_size = sizeof(b->globals);
    buf_add(out, &b->globals, sizeof(b->globals));
    h.strings = align(out, start);
    h.strings_len = b->strings.len;
    buf_add(out, b->strings.data, b->strings.len);
    h.total = align(out, start);
    h.n_hosts = b->n_hosts;
    h.n_services = (uint32_t)b->check.n - b->n_hosts;
    hash_sha256(out->data + start + sizeof(h), out->len - start - sizeof(h), h.hash);
    memcpy(out->data + start, &h, sizeof(h));
}

void model_build_secret(const struct model_build *b, struct buf *out)
{
    uint64_t at = 24 + 16 * (uint64_t)b->secret_end.n, from = 0;

    buf_add(out, "VGSECR01", 8);
    buf_add_le32(out, (uint32_t)b->secret_end.n);
    buf_add_le32(out, 0);
    buf_add_le64(out, at + b->secrets.len);
    for (size_t i = 0; i < b->secret_end.n; i++) {
        buf_add_le64(out, at + from);
        buf_add_le64(out, b->secret_end.at[i] - from);
        from = b->secret_end.at[i];
    }
    buf_add(out, b->secrets.data, b->secrets.len);
}
