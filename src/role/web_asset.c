/* SPDX-License-Identifier: Apache-2.0 */
#include "role/web_asset.h"

#include "role/assets.h"
#include "wire/http_text.h"

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

/* One way of sending an asset. */
struct coding {
    const char *name;   /* NULL: as it is */
    const char *suffix; /* of the tag: each coding is a representation of its own */
    struct str body;
};

static struct str bytes(const unsigned char *p, unsigned n)
{
    return p ? str_make((const char *)p, n) : STR_NULL;
}

/*
 * Of the codings that there are, the one that the asker weighs most; of equal ones the smallest, which is brotli. Pages
 * have none, by intention: what a page holds of secrets could be guessed from the length of its coded form (BREACH).
 */
static struct coding choose(const struct asset *a, struct str accept)
{
    const struct coding all[] = {{"br", "-br", bytes(a->br, a->br_len)},
                                 {"gzip", "-gz", bytes(a->gz, a->gz_len)}};
    struct coding best = {NULL, "", bytes(a->data, a->data_len)};
    int most = MAX(http_text_weight(accept, STR("identity")), 0);

    for (size_t i = ARRAY_LEN(all); i-- > 0;) {
        int weight = http_text_weight(accept, str_of(all[i].name));

        if (all[i].body.p && weight > 0 && weight >= most) {
            most = weight;
            best = all[i];
        }
    }
    return best;
}

/* a, b and c joined into line, which is long enough. */
static struct str join(char *line, size_t size, struct str a, struct str b, struct str c)
{
    const struct str parts[] = {a, b, c};
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        BUG_ON(parts[i].n > size - n);
        memcpy(line + n, parts[i].p, parts[i].n);
        n += parts[i].n;
    }
    return str_make(line, n);
}

bool web_asset_find(const struct http_head *h, struct web_asset_answer *out)
{
    const struct asset *a = by_path(h->path);
    struct coding coding;
    struct str etag;

    if (!a)
        return false;
    coding = choose(a, http_parse_field(h, "accept-encoding"));
    etag = str_of(a->etag);
    etag = join(out->etag_line + 6, sizeof(out->etag_line) - 6, str_sub(etag, 0, MAX(etag.n, (size_t)1) - 1),
                str_of(coding.suffix), STR("\""));
    memcpy(out->etag_line, "ETag: ", 6);
    out->n_headers = 0;
    out->headers[out->n_headers++] = str_make(out->etag_line, 6 + etag.n);
    out->headers[out->n_headers++] =
        join(out->type_line, sizeof(out->type_line), STR("Content-Type: "), str_of(a->type), STR(""));
    out->headers[out->n_headers++] = a->immutable ? STR("Cache-Control: public, max-age=31536000, immutable")
                                                  : STR("Cache-Control: no-cache");
    if (a->gz || a->br)
        out->headers[out->n_headers++] = STR("Vary: Accept-Encoding");
    if (coding.name) {
        out->headers[out->n_headers++] = join(out->coding_line, sizeof(out->coding_line),
                                              STR("Content-Encoding: "), str_of(coding.name), STR(""));
    }
    out->body = coding.body;
    out->status = 200;
    if (http_text_etag_matches(http_parse_field(h, "if-none-match"), etag)) {
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
    /* no tag: this is not the page of this address */
    out->headers[0] = out->headers[1]; /* its type */
    out->headers[1] = STR("Cache-Control: no-store");
    out->n_headers = 2;
    return true;
}
