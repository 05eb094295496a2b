/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/promerror.h"

#include "wire/json.h"

bool promerror_is_path(struct str path)
{
    return str_starts(path, STR("/prometheus/"));
}

const char *promerror_type(int status)
{
    switch (status) {
    case 404: return "not_found";
    case 422: return "execution";
    case 429:
    case 503: return "unavailable";
    case 500: return "internal";
    case 504: return "timeout";
    default: return "bad_data";
    }
}

void promerror_put(struct buf *out, const char *type, struct str text)
{
    struct json j;

    json_init(&j, out);
    json_map(&j);
    json_key_c(&j, "status", "error");
    json_key_c(&j, "errorType", type);
    json_key_str(&j, "error", text);
    json_map_end(&j);
}
