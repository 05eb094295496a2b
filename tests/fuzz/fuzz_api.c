/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of a request through the API: the input is "METHOD PATH QUERY\nCOOKIE\nBODY", asked by an administrator of this machine and again by a
 * browser without rights. Whatever comes, there is one answer, an open question, or a stream; and what the first bytes of the body read as JSON is freed.
 */
#include "../unit/api_world.h"
#include "api/stream.h"
#include "base/log.h"
#include "wire/json_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(struct api_world *w, enum api_source source, struct str in)
{
    struct str rest = in, line = str_cut(&rest, '\n');
    struct api_request q = {.source = source,
                            .id = ++w->ids,
                            .peer = STR("127.0.0.1"),
                            .host = STR("localhost"),
                            .uid = source == API_BY_LOCAL ? 0 : -1,
                            .content_type = STR("application/json")};
    unsigned answers = w->answers;
    size_t pending = w->api.n_pending, streams = stream_count(w->api.streams);

    q.method = str_cut(&line, ' ');
    q.path = line.p ? str_cut(&line, ' ') : STR_NULL;
    q.query = line.p ? line : STR_NULL;
    q.cookie = rest.p ? str_cut(&rest, '\n') : STR_NULL;
    q.body = rest.p ? rest : STR_NULL;
    api_world_receive(w, &q);
    /* One of the three, and only one. */
    BUG_ON((w->answers - answers) + (w->api.n_pending - pending) != 1);
    BUG_ON(stream_count(w->api.streams) > streams + 1);
    api_source_lost(&w->api, source);
    BUG_ON(w->api.n_pending || stream_count(w->api.streams));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct api_world *w;
    struct str in = str_make((const char *)data, size), rest;

    if (!w)
        w = api_world_new(3, 3);
    ask(w, API_BY_LOCAL, in);
    ask(w, API_BY_WEB, in);
    rest = in;
    json_read_free(json_read(&rest, NULL));
    BUG_ON(rest.n > in.n);
    return 0;
}
