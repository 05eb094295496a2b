/* SPDX-License-Identifier: Apache-2.0 */
/* vigie ctl: message frames over the unix socket; CTL_REQ becomes API_REQ with the caller's uid, the answer comes back as CTL_RESP. One request at a time and connection. */
#include "role/local_int.h"

#include "base/limits.h"

static void send_answer(struct conn *c, uint64_t status, struct str body, bool more)
{
    struct buf b = BUF_INIT;
    size_t room = LIMIT_MESSAGE - 256;

    /* A body may be as large as a message; in ours it has less room beside the other fields. */
    do {
        struct str part = str_sub(body, 0, room);

        body = str_sub(body, part.n, body.n);
        msg_must(msg_put_ctl_resp(
            &b, &(struct msg_ctl_resp){
                    .id = c->client_id, .status = status, .body = part, .more = more || body.n}));
        link_send(c->link, &b, NULL, 0);
        status = 0;
    } while (body.n);
    buf_release(&b);
}

void local_ctl_answer(struct conn *c, uint64_t status, struct str body, bool more)
{
    send_answer(c, status, body, more);
    c->begun = more;
}

void local_ctl_fail(struct conn *c, const char *text)
{
    struct buf b = BUF_INIT;

    buf_printf(&b, "{\"title\":\"%s\",\"status\":503}", text);
    send_answer(c, 503, buf_str(&b), false);
    buf_release(&b);
}

void local_ctl_lost(struct conn *c, const char *text)
{
    if (c->begun)
        local_conn_free(c);
    else
        local_ctl_fail(c, text);
}

static void on_message(void *user, const struct msg *m, int *fds UNUSED, size_t n_fds UNUSED)
{
    struct conn *c = user;
    struct peer *gate = role_peer(c->role, ROLE_GATE, 0);
    const struct msg_ctl_req *q = &m->u.ctl_req;
    const struct str french = STR("accept-language: fr");
    struct buf b = BUF_INIT;
    struct msg_api_req req;
    char who[LOCAL_WHO];

    if (m->type != MSG_CTL_REQ || c->request) {
        local_conn_free(c);
        return;
    }
    c->client_id = q->id;
    if (!gate) {
        local_ctl_fail(c, "the gate is being restarted; ask again");
        return;
    }
    req = (struct msg_api_req){.id = local_request(c),
                               .method = q->method,
                               .path = q->path,
                               .query = q->query,
                               .body = q->body,
                               .uid = c->uid,
                               .user = local_who(c->role->self, c->uid, who),
                               .peer = STR("local")};
    if (str_eq_c(q->lang, "fr"))
        req.headers = (struct msg_strv){&french, 1};
    if (msg_put_api_req(&b, &req) < 0 || role_send(gate, &b, -1) < 0)
        local_ctl_fail(c, "the request is too large, or the gate is overloaded");
    buf_release(&b);
}

static void on_closed(void *user, const struct err *err UNUSED)
{
    local_conn_free(user);
}

static const struct link_ops ops = {on_message, on_closed, NULL};

void local_ctl_accept(struct role *r, int fd)
{
    struct conn *c = local_conn_new(r, CONN_CTL, fd);

    c->link = link_new(r->loop, fd, &ops, c);
}
