/* SPDX-License-Identifier: Apache-2.0 */
/* Requests over the local socket: message frames, one request a connection. */
#include "cmd/ctl_int.h"

#include "os/sock.h"
#include "wire/msg.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int fail(const struct ctl *c, int code, enum ctl_words w, const char *arg0, const char *arg1,
                struct err *err)
{
    struct buf b = BUF_INIT;

    ctl_words(c, w, arg0, arg1, &b);
    err_set(err, code, "%s", b.data);
    buf_release(&b);
    return code;
}

static int connect_to(const struct ctl *c, int *fd, struct err *err)
{
    struct err why = ERR_INIT;
    int r = sock_connect_unix(c->socket, fd, &why);

    if (r == 0)
        return 0;
    return fail(c, r, r == E_PERM ? CTL_NO_SOCKET_RIGHT : CTL_NOT_RUNNING, c->socket, why.text, err);
}

/* Reads one whole frame into in (kept between calls). E_CLOSED at the end. */
static int read_frame(int fd, struct buf *in, size_t *used, struct msg *m)
{
    buf_drop_front(in, *used);
    *used = 0;
    for (;;) {
        int64_t len = msg_frame_len(buf_str(in));
        ssize_t n;

        if (len < 0)
            return E_FORMAT;
        if (len && (size_t)len <= in->len) {
            *used = (size_t)len;
            return msg_decode(str_make(in->data, (size_t)len), m);
        }
        buf_reserve(in, 65536);
        n = read(fd, in->data + in->len, 65536);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return E_CLOSED;
        in->len += (size_t)n;
        in->data[in->len] = '\0';
    }
}

struct call {
    const char *method, *path, *query;
    struct str request;
    bool (*part)(void *user, struct str body);
    void *user;
};

static int run_call(const struct ctl *c, const struct call *call, struct err *err)
{
    struct msg_ctl_req q = {.id = 1,
                            .method = str_of(call->method),
                            .path = str_of(call->path),
                            .query = str_of(call->query),
                            .lang = c->french ? STR("fr") : STR_NULL,
                            .body = call->request};
    struct msg *m = mem_alloc(sizeof(*m));
    struct buf out = BUF_INIT, in = BUF_INIT;
    size_t used = 0;
    int fd = -1, status = 0, r = msg_put_ctl_req(&out, &q);

    if (r < 0)
        fail(c, r, CTL_TOO_LARGE, NULL, NULL, err);
    if (r == 0)
        r = connect_to(c, &fd, err);
    if (r == 0 && sock_send_all(fd, buf_str(&out), NULL) < 0)
        r = fail(c, E_CLOSED, CTL_CLOSED, NULL, NULL, err);
    while (r == 0) {
        r = read_frame(fd, &in, &used, m);
        if (r < 0 || m->type != MSG_CTL_RESP) {
            r = fail(c, E_CLOSED, CTL_CLOSED_EARLY, NULL, NULL, err);
            break;
        }
        if (m->u.ctl_resp.status)
            status = (int)m->u.ctl_resp.status;
        if (!call->part(call->user, m->u.ctl_resp.body) || !m->u.ctl_resp.more)
            break;
    }
    if (fd >= 0)
        close(fd);
    buf_release(&out);
    buf_release(&in);
    mem_free(m);
    return r < 0 ? r : status;
}

static bool collect(void *user, struct str body)
{
    buf_add_str(user, body);
    return true;
}

int ctl_call(const struct ctl *c, const char *method, const char *path, const char *query, struct str request,
             struct buf *body, struct err *err)
{
    const struct call call = {
        .method = method, .path = path, .query = query, .request = request, .part = collect, .user = body};

    return run_call(c, &call, err);
}

static void say_problem(const struct ctl *c, int status, const json_t *problem, struct str raw)
{
    const char *detail = ctl_text(problem, "detail"), *title = ctl_text(problem, "title");

    if (c->json && problem) {
        json_dumpf(problem, stdout, CTL_JSON);
        printf("\n");
    } else if (status == 401 || status == 403)
        ctl_say(c, CTL_NO_RIGHT, NULL, NULL);
    else if (c->french && status == 503 && !detail[0]) /* of the role at the socket, which has one language */
        ctl_say(c, CTL_BUSY, NULL, NULL);
    else if (detail[0] || title[0])
        fprintf(stderr, "vigie ctl: %s%s%s%s\n", detail[0] ? detail : title,
                status == 404 && c->hint ? " (" : "", status == 404 && c->hint ? c->hint : "",
                status == 404 && c->hint ? ")" : "");
    else {
        char number[16], shown[201];

        snprintf(number, sizeof(number), "%d", status);
        str_copy(shown, sizeof(shown), str_sub(raw, 0, sizeof(shown) - 1));
        ctl_say(c, CTL_ANSWERED, number, shown);
    }
}

json_t *ctl_ask(const struct ctl *c, const char *method, const char *path, const char *query, json_t *request,
                int *status)
{
    struct buf body = BUF_INIT;
    struct err err = ERR_INIT;
    char *text = request ? json_dumps(request, JSON_COMPACT) : NULL;
    int code = ctl_call(c, method, path, query, str_of(text), &body, &err);
    json_t *answer = NULL;

    *status = CMD_FAILED;
    if (code < 0) {
        fprintf(stderr, "vigie ctl: %s\n", err.text);
    } else {
        answer = json_loadb(body.data, body.len, 0, NULL);
        if (code >= 400 || (!answer && code != 204)) {
            say_problem(c, code, answer, buf_str(&body));
            json_decref(answer);
            answer = NULL;
        } else {
            *status = CMD_OK;
            if (!answer)
                answer = json_object();
        }
    }
    free(text);
    json_decref(request);
    buf_release(&body);
    return answer;
}

void ctl_path_part(struct buf *b, const char *text)
{
    for (; *text; text++) {
        unsigned char ch = (unsigned char)*text;
        bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
                     strchr("-._~", ch);

        if (plain)
            buf_add_char(b, (char)ch);
        else
            buf_printf(b, "%%%02X", ch);
    }
}
