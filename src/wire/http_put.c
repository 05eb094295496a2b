/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http_put.h"

#include "os/clock.h"
#include "wire/http_text.h"

/* Header lines come from the gate, through a message: none may hold a control character. */
static bool header_is_clean(struct str line)
{
    for (size_t i = 0; i < line.n; i++) {
        unsigned char ch = (unsigned char)line.p[i];

        if (ch < 0x20 || ch == 0x7f)
            return false;
    }
    return line.n > 0;
}

struct str http_put_date(struct http_date *d)
{
    struct wall now = clock_wall();
    struct buf line = BUF_INIT;

    if (!d->n || now.us / TIME_S != d->second) {
        buf_add_c(&line, "Date: ");
        http_text_date(now, &line);
        buf_add_c(&line, "\r\n");
        d->second = now.us / TIME_S;
        d->n = str_copy(d->line, sizeof(d->line), buf_str(&line)) ? line.len : 0;
        buf_release(&line);
    }
    return str_make(d->line, d->n);
}

void http_put_head(struct buf *b, const struct http_answer *a, const struct http_put *how, bool *keep)
{
    bool bodiless = a->status == 204 || a->status == 304;

    buf_add_c(b, "HTTP/1.1 ");
    buf_add_u64(b, (uint64_t)a->status);
    buf_add_char(b, ' ');
    buf_add_c(b, http_text_reason(a->status));
    buf_add_c(b, "\r\n");
    buf_add_str(b, how->date);
    buf_add_c(b, how->always);
    for (size_t i = 0; i < a->n_headers; i++) {
        if (!header_is_clean(a->headers[i]))
            continue;
        buf_add_str(b, a->headers[i]);
        buf_add_c(b, "\r\n");
    }
    if (how->ends && !bodiless) {
        buf_add_c(b, "Content-Length: ");
        buf_add_u64(b, a->body.n);
        buf_add_c(b, "\r\n");
    } else if (!how->ends && how->chunked) {
        buf_add_c(b, "Transfer-Encoding: chunked\r\n");
    } else if (!how->ends) {
        *keep = false;
    }
    buf_add_c(b, *keep ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
}
