/* SPDX-License-Identifier: Apache-2.0 */
#include "role/web_asset.h"

#include "role/assets.h"
#include "wire/http_text.h"

#include <stdio.h>
#include <string.h>

static const struct asset *by_path(struct str path)
{
    size_t low = 0, high = n_assets;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = str_cmp(str_of(assets[mid].path), path);

        if (order == 0)
            return &assets[mid];
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

bool web_asset_find(const struct http_head *h, struct web_asset_answer *out)
{
    const struct asset *a = by_path(h->path);
    bool gzip = a && a->gz && http_text_weight(http_parse_field(h, "accept-encoding"), STR("gzip")) > 0;
    char etag[64];

    if (!a)
        return false;
    /* Two codings are two representations: each has a tag of its own. */
    snprintf(etag, sizeof(etag), "%.*s%s\"", (int)MAX(strlen(a->etag), (size_t)1) - 1, a->etag,
             gzip ? "-gz" : "");
    snprintf(out->etag_line, sizeof(out->etag_line), "ETag: %s", etag);
    snprintf(out->type_line, sizeof(out->type_line), "Content-Type: %s", a->type);
    out->n_headers = 0;
    out->headers[out->n_headers++] = str_of(out->etag_line);
    out->headers[out->n_headers++] = str_of(out->type_line);
    out->headers[out->n_headers++] = a->immutable ? STR("Cache-Control: public, max-age=31536000, immutable")
                                                  : STR("Cache-Control: no-cache");
    if (a->gz)
        out->headers[out->n_headers++] = STR("Vary: Accept-Encoding");
    if (gzip)
        out->headers[out->n_headers++] = STR("Content-Encoding: gzip");
    out->body =
        gzip ? str_make((const char *)a->gz, a->gz_len) : str_make((const char *)a->data, a->data_len);
    out->status = 200;
    if (http_text_etag_matches(http_parse_field(h, "if-none-match"), str_of(etag))) {
        out->status = 304;
        out->body = STR_NULL;
    }
    return true;
}

bool web_asset_missing(const struct http_head *h, struct web_asset_answer *out)
{
    struct http_head page = {.path = STR("/"), .method = h->method};

    if (!str_contains(http_parse_field(h, "accept"), STR("text/html")) || !web_asset_find(&page, out))
        return false;
    out->status = 404;
    out->n_headers = 0; /* no tag: this is not the page of this address */
    out->headers[out->n_headers++] = str_of(out->type_line);
    out->headers[out->n_headers++] = STR("Cache-Control: no-store");
    return true;
}
