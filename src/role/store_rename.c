/* SPDX-License-Identifier: Apache-2.0 */
/* store: renames that are announced, kept in objects.db until the configuration that carries them out is registered (role/store_names). */
#include "os/clock.h"
#include "role/store_int.h"
#include "wire/json.h"

#define TOLD_MOST (128u * 1024) /* bytes of RENAMES; the number of all is in it anyway */

static void add_one(struct json *j, const struct objects_rename *r)
{
    json_map(j);
    json_key_id(j, "id", r->id);
    json_key_time(j, "time", r->at);
    json_key_time(j, "until", (struct wall){r->at.us + OBJECTS_RENAME_US});
    json_key_c(j, "author", r->who);
    json_key_c(j, "host", r->host);
    if (r->service[0])
        json_key_c(j, "service", r->service);
    json_key_c(j, "to_host", r->to_host);
    if (r->to_service[0])
        json_key_c(j, "to_service", r->to_service);
    json_map_end(j);
}

void store_rename_tell(struct store *s)
{
    struct peer *gate = role_peer(s->role, ROLE_GATE, 0);
    struct buf text = BUF_INIT;
    struct json j;

    if (!gate)
        return;
    json_init(&j, &text);
    json_list(&j);
    for (size_t i = 0; i < s->objects.rename.n && text.len < TOLD_MOST; i++)
        add_one(&j, &s->objects.rename.at[i]);
    json_list_end(&j);
    msg_must(msg_put_renames(&s->frame,
                             &(struct msg_renames){.json = buf_str(&text), .total = s->objects.rename.n}));
    role_send(gate, &s->frame, -1);
    buf_clear(&s->frame);
    buf_release(&text);
}

static int announce(struct store *s, const struct msg_rename *m, struct err *err)
{
    enum { MOST = 2, NAMES = 4 };
    struct objects_rename list[MOST];
    char *texts[MOST * NAMES + 1];
    size_t n = m->names.n / NAMES;
    int r;

    BUG_ON(!n || n > MOST || m->names.n % NAMES);
    texts[0] = str_dup(m->who);
    for (size_t i = 0; i < m->names.n; i++)
        texts[i + 1] = str_dup(m->names.at[i]);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct objects_rename){.who = texts[0],
                                          .host = texts[i * NAMES + 1],
                                          .service = texts[i * NAMES + 2],
                                          .to_host = texts[i * NAMES + 3],
                                          .to_service = texts[i * NAMES + 4]};
    r = objects_rename_add(&s->objects, list, n, clock_wall(), err);
    for (size_t i = 0; i <= m->names.n; i++)
        mem_free(texts[i]);
    return r;
}

void store_rename_message(struct role *r, struct peer *gate, const struct msg *msg)
{
    const struct msg_rename *m = &msg->u.rename;
    struct store *s = r->self;
    struct err err = ERR_INIT;
    int done = m->drop ? objects_rename_drop(&s->objects, m->drop, &err) : announce(s, m, &err);

    msg_must(msg_put_renamed(
        &s->frame,
        &(struct msg_renamed){.id = m->id, .ok = done == 0, .error = str_of(done < 0 ? err.text : "")}));
    role_send(gate, &s->frame, -1);
    buf_clear(&s->frame);
    store_rename_tell(s);
}
