/* SPDX-License-Identifier: Apache-2.0 */
/* The parsers that read what strangers send to the web role: request heads and the small texts inside them. */
#include "wire/http_parse.h"
#include "wire/http_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void texts(struct str s)
{
    struct buf b = BUF_INIT;
    struct str rest = s, name, value;
    unsigned port;

    if (http_text_unescape(s, true, &b)) {
        struct buf again = BUF_INIT, back = BUF_INIT;

        http_text_escape(buf_str(&b), &again);
        BUG_ON(!http_text_unescape(buf_str(&again), true, &back) || !str_eq(buf_str(&b), buf_str(&back)));
        buf_release(&again);
        buf_release(&back);
    }
    buf_release(&b);
    while (http_text_query_next(&rest, &name, &value))
        ;
    http_text_cookie(s, STR("vigie_session"), &value);
    BUG_ON(http_text_weight(s, STR("gzip")) > 1000);
    http_text_etag_matches(s, STR("\"x\""));
    if (http_text_host(s, &name, &port))
        http_text_is_loopback(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = str_make((const char *)data, size);
    struct http_head h;
    const char *why;
    size_t scanned = 0, end;

    /* Cut into two pieces, the end of the head must be found at the same place as in one. */
    end = http_parse_end(str_sub(s, 0, size / 2), &scanned);
    if (!end)
        end = http_parse_end(s, &scanned);
    scanned = 0;
    BUG_ON(end != http_parse_end(s, &scanned));
    if (http_parse_head(end ? str_sub(s, 0, end) : s, &h, &why) == 0) {
        BUG_ON(!end && size); /* a head without its end is never taken */
        BUG_ON(h.path.n == 0 || h.path.p[0] != '/' || h.n_fields > HTTP_FIELDS_MAX);
        for (size_t i = 0; i < h.n_fields; i++)
            texts(h.field[i].value);
    }
    texts(s);
    return 0;
}
