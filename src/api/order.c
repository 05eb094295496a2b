/* SPDX-License-Identifier: Apache-2.0 */
#include "api/order.h"

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c < 0x20 || c == 0x7f || c == ';')
            return false;
    }
    return true;
}

bool order_begin(const struct api *a, struct buf *b, int64_t at_s, uint32_t idx, const char *of_host,
                 const char *of_service)
{
    struct str host = model_host_name(&a->model, idx), service = model_description(&a->model, idx);
    bool is_host = idx < a->model.n_hosts;

    if (!is_name(host) || !is_name(service))
        return false;
    buf_printf(b, "[%lld] %s;" STR_FMT, (long long)at_s, is_host ? of_host : of_service, STR_ARG(host));
    if (!is_host) {
        buf_add_char(b, ';');
        buf_add_str(b, service);
    }
    return true;
}

void order_number(struct buf *b, int64_t v)
{
    buf_add_char(b, ';');
    buf_add_i64(b, v);
}

static void add(struct buf *b, struct str s, bool last)
{
    buf_add_char(b, ';');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        buf_add_char(b, c < 0x20 || c == 0x7f || (!last && c == ';') ? ' ' : s.p[i]);
    }
}

void order_text(struct buf *b, struct str s)
{
    add(b, s, false);
}

void order_last(struct buf *b, struct str s)
{
    add(b, s, true);
}
