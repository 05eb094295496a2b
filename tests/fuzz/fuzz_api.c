/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of a request through the API: the input is "METHOD PATH QUERY\nCOOKIE[\1Lvalue...]\nBODY", where L is the letter of another line of the head, asked by an administrator of this
 * machine and again by a browser without rights. Whatever comes, there is one answer, an open question, or a stream; and what the first bytes of the body read as JSON is freed.
 */
#include "../unit/api_world.h"
#include "api/stream.h"
#include "base/log.h"
#include "wire/json_read.h"

#include <stddef.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
    char letter;
    size_t at;
} heads[] = {{'a', offsetof(struct api_request, authorization)},
             {'t', offsetof(struct api_request, auth_token)},
             {'o', offsetof(struct api_request, origin)},
             {'s', offsetof(struct api_request, fetch_site)},
             {'h', offsetof(struct api_request, host)},
             {'c', offsetof(struct api_request, content_type)},
             {'x', offsetof(struct api_request, csrf)},
             {'l', offsetof(struct api_request, accept_language)},
             {'e', offsetof(struct api_request, last_event_id)},
             {'y', offsetof(struct api_request, accept)},
             {'m', offsetof(struct api_request, if_match)},
             {'n', offsetof(struct api_request, if_none_match)},
             {'k', offsetof(struct api_request, idempotency_key)},
             {'v', offsetof(struct api_request, view_as)}};

static void head(struct api_request *q, struct str line)
{
    q->cookie = str_cut(&line, '\1');
    while (line.p) {
        struct str one = str_cut(&line, '\1');

        for (size_t i = 0; one.n && i < ARRAY_LEN(heads); i++)
            if (heads[i].letter == one.p[0])
                memcpy((char *)q + heads[i].at, &(struct str){one.p + 1, one.n - 1}, sizeof(struct str));
    }
}

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
    if (rest.p)
        head(&q, str_cut(&rest, '\n'));
    q.body = rest.p ? rest : STR_NULL;
    api_world_receive(w, &q);
    /* One of the three, and only one. */
    BUG_ON((w->answers - answers) + (w->api.n_pending - pending) != 1);
    BUG_ON(stream_count(w->api.streams) > streams + 1);
    api_source_lost(&w->api, source);
    if (w->api.n_pending) { /* what has a key goes on without who asked, until it is due */
        api_world_forward(w, API_DUE_US + TIME_S);
        api_tick(&w->api);
    }
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
