/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "api/api_ask.h"
#include "api_send.h"

#define COOKIE "vigie_session=secret"

static void as_person(struct api_world *w, struct api_request *q)
{
    struct api_who who = {.by = API_BY_SESSION};
    static char csrf[HASH_SHA256_HEX];

    who_grant(&who, API_ROLE_ADMIN);
    snprintf(who.name, sizeof(who.name), "ann");
    who_key(STR("secret"), who.key);
    who_csrf(STR("secret"), who.csrf);
    memcpy(csrf, who.csrf, sizeof(csrf));
    who_cache_clear(w->api.cache); /* one that has ended stays so: this is another one with the same secret */
    who_cache_put(w->api.cache, WHO_BY_SECRET, &who, w->mono);
    q->authorization = STR_NULL;
    q->cookie = STR(COOKIE);
    q->csrf = str_of(csrf);
}

int api_send(struct api_world *w, const struct api_sent *s)
{
    const char *token = s->token ? s->token : "Bearer vgt_one";
    struct api_who who = {.by = API_BY_TOKEN};
    struct api_request q = {.source = API_BY_WEB,
                            .id = ++w->ids,
                            .method = str_of(s->method),
                            .path = str_of(s->path),
                            .query = str_of(s->query ? s->query : ""),
                            .body = s->body,
                            .content_type = str_of(s->type ? s->type : "application/json"),
                            .content_encoding = s->coding ? str_of(s->coding) : STR_NULL,
                            .peer = STR("127.0.0.1"),
                            .host = STR("localhost"),
                            .uid = -1,
                            .idempotency_key = s->key ? str_of(s->key) : STR_NULL,
                            .if_match = s->if_match ? str_of(s->if_match) : STR_NULL,
                            .if_none_match = s->if_none_match ? str_of(s->if_none_match) : STR_NULL,
                            .authorization = str_of(token)};

    who_grant(&who, API_ROLE_ADMIN);
    snprintf(who.name, sizeof(who.name), "%s", token + 7);
    who_key(str_of(token + 7), who.key);
    who_cache_put(w->api.cache, WHO_BY_SECRET, &who, w->mono);
    if (s->person)
        as_person(w, &q);
    w->status = 0;
    api_world_receive(w, &q);
    return w->status;
}
