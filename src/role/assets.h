/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The web application, compiled in. ui/build.mjs writes the table, sorted by path; role web serves it and has no web root.
 *
 * A page's address ("/", "/resources", ...) is an entry like any other, so that an unknown path is simply not found.
 * `immutable` assets have their content's hash in their name: Cache-Control: public, max-age=31536000, immutable.
 * The others: Cache-Control: no-cache, with the ETag, so that a new version is seen at the next visit.
 */
#pragma once

#include <stdbool.h>

struct asset {
    const char *path;          /* "/app-ABCD.js" */
    const char *type;          /* Content-Type */
    const char *etag;          /* with its quotes */
    const unsigned char *data; /* identity */
    unsigned data_len;
    const unsigned char *gz; /* gzip, or null where it would not be smaller or is not wanted */
    unsigned gz_len;
    const unsigned char *br; /* brotli, likewise */
    unsigned br_len;
    bool immutable;
};

extern const struct asset assets[];
extern const unsigned n_assets;
