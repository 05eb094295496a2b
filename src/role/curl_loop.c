/* SPDX-License-Identifier: Apache-2.0 */
#include "role/curl_loop.h"

#include "base/limits.h"
#include "os/clock.h"

#include <stdio.h>
#include <string.h>

#define CA_MAX ((size_t)LIMIT_CONF_LINE * 64)

struct watch {
    struct loop_fd fd;
    struct curl_loop *c;
};

static void collect(struct curl_loop *c)
{
    const CURLMsg *m;
    int left;

    while ((m = curl_multi_info_read(c->multi, &left)))
        if (m->msg == CURLMSG_DONE)
            c->done(c->user, m->easy_handle, m->data.result);
}

static void on_socket_ready(void *user, uint32_t events)
{
    const struct watch *w = user;
    struct curl_loop *c = w->c;
    int action = (events & EPOLLIN ? CURL_CSELECT_IN : 0) | (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                 (events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
    int running;

    curl_multi_socket_action(c->multi, w->fd.fd, action, &running); /* w may be gone after this */
    collect(c);
}

static int on_socket(CURL *easy UNUSED, curl_socket_t s, int what, void *user, void *mine)
{
    struct curl_loop *c = user;
    struct watch *w = mine;
    uint32_t events = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);

    if (what == CURL_POLL_REMOVE) {
        if (w)
            loop_fd_remove(&w->fd);
        mem_free(w);
        return 0;
    }
    if (w) {
        loop_fd_events(&w->fd, events);
        return 0;
    }
    w = mem_zalloc(sizeof(*w));
    w->c = c;
    loop_fd_add(c->loop, &w->fd, s, events, on_socket_ready, w);
    curl_multi_assign(c->multi, s, w);
    return 0;
}

static void on_time(void *user)
{
    struct curl_loop *c = user;
    int running;

    curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(c);
}

static int on_timer_wanted(CURLM *multi UNUSED, long ms, void *user)
{
    struct curl_loop *c = user;

    if (ms < 0)
        loop_timer_cancel(&c->timer);
    else
        loop_timer_set(c->loop, &c->timer, (struct mono){clock_mono().us + ms * TIME_MS}, on_time, c);
    return 0;
}

static bool read_ca(struct curl_loop *c, const char *path)
{
    FILE *f = fopen(path, "re");

    if (!f)
        return false;
    c->ca = mem_alloc(CA_MAX);
    c->ca_len = fread(c->ca, 1, CA_MAX, f);
    fclose(f);
    return c->ca_len > 0;
}

bool curl_loop_init(struct curl_loop *c, struct loop *loop, const char *ca, curl_loop_f *done, void *user)
{
    *c = (struct curl_loop){.loop = loop, .done = done, .user = user};
    curl_global_init(CURL_GLOBAL_DEFAULT);
    c->multi = curl_multi_init();
    curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
    curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
    curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
    return read_ca(c, ca ? ca : "/etc/ssl/certs/ca-certificates.crt");
}

void curl_loop_release(struct curl_loop *c)
{
    loop_timer_cancel(&c->timer);
    curl_multi_cleanup(c->multi);
    mem_free(c->ca);
}

void curl_loop_common(const struct curl_loop *c, CURL *easy, char *error, long time_ms)
{
    struct curl_blob ca = {.data = c->ca, .len = c->ca_len, .flags = CURL_BLOB_NOCOPY};

    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, time_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, time_ms / 2);
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (c->ca_len)
        curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &ca);
}

bool curl_loop_place(const char *url, char host[256], unsigned *port)
{
    char *h = NULL, *p = NULL;
    CURLU *u = curl_url();
    uint64_t n = 0;
    bool ok = curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
              curl_url_get(u, CURLUPART_HOST, &h, 0) == CURLUE_OK &&
              curl_url_get(u, CURLUPART_PORT, &p, CURLU_DEFAULT_PORT) == CURLUE_OK &&
              str_to_u64(str_of(p), &n) && str_copy(host, 256, str_of(h));

    *port = (unsigned)n;
    curl_free(h);
    curl_free(p);
    curl_url_cleanup(u);
    return ok;
}
