/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/resolve.h"

#include "base/buf.h"
#include "base/map.h"
#include "os/clock.h"
#include "os/file.h"

#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

enum { HOSTS_MAX = 1024 * 1024 };

struct question {
    struct resolve *r;
    uint64_t ticket;
    resolve_f *call;
    void *user;
    char *name;
    bool second; /* IPv6 is asked now */
    /* The answer, delivered at the end of the round. */
    bool found;
    union resolve_addr addr;
    char error[128];
};

struct watch {
    struct loop_fd fd;
    struct resolve *r;
    struct watch *next;
};

struct resolve {
    struct loop *loop;
    ares_channel channel;
    struct map hosts;   /* lower-case name -> union resolve_addr on the heap */
    struct map pending; /* ticket -> struct question */
    uint64_t next_ticket;
    struct watch *watches;
    struct loop_timer timer;
};

void resolve_text(const union resolve_addr *a, char *out)
{
    out[0] = '\0';
    if (a->any.sa_family == AF_INET)
        inet_ntop(AF_INET, &a->v4.sin_addr, out, 46);
    else
        inet_ntop(AF_INET6, &a->v6.sin6_addr, out, 46);
}

static bool numeric(const char *name, union resolve_addr *out)
{
    memset(out, 0, sizeof(*out));
    if (inet_pton(AF_INET, name, &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        return true;
    }
    if (inet_pton(AF_INET6, name, &out->v6.sin6_addr) == 1) {
        out->v6.sin6_family = AF_INET6;
        return true;
    }
    return false;
}

/* ---- /etc/hosts ---- */

static void lower(char *s)
{
    for (; *s; s++) {
        if (*s >= 'A' && *s <= 'Z')
            *s = (char)(*s + ('a' - 'A'));
    }
}

static void hosts_line(struct resolve *r, char *line)
{
    union resolve_addr a;
    char *save = NULL, *word;

    line[strcspn(line, "#")] = '\0';
    word = strtok_r(line, " \t\r", &save);
    if (!word || !numeric(word, &a))
        return;
    while ((word = strtok_r(NULL, " \t\r", &save))) {
        union resolve_addr *copy;

        lower(word);
        if (map_get(&r->hosts, str_of(word), NULL))
            continue; /* the first line that names it counts */
        copy = mem_alloc(sizeof(*copy));
        *copy = a;
        map_put(&r->hosts, str_of(word), (uint64_t)(uintptr_t)copy);
    }
}

static void read_hosts(struct resolve *r)
{
    struct buf b = BUF_INIT;
    struct str rest;

    if (file_read("/etc/hosts", HOSTS_MAX, &b, NULL) == 0) {
        rest = buf_str(&b);
        while (rest.p) {
            char *line = str_dup(str_cut(&rest, '\n'));

            hosts_line(r, line);
            mem_free(line);
        }
    }
    buf_release(&b);
}

bool resolve_now(const struct resolve *r, const char *name, union resolve_addr *out)
{
    char key[256];
    uint64_t p;

    if (numeric(name, out))
        return true;
    snprintf(key, sizeof(key), "%s", name);
    lower(key);
    if (!map_get(&r->hosts, str_of(key), &p))
        return false;
    *out = *(const union resolve_addr *)(uintptr_t)p;
    return true;
}

/* ---- c-ares on our loop ---- */

static void plan(struct resolve *r);

static void on_socket(void *user, uint32_t events)
{
    struct watch *w = user;
    struct resolve *r = w->r;
    int fd = w->fd.fd;

    ares_process_fd(r->channel, events & (EPOLLIN | EPOLLERR | EPOLLHUP) ? fd : ARES_SOCKET_BAD,
                    events & EPOLLOUT ? fd : ARES_SOCKET_BAD);
    plan(r);
}

static void on_state(void *user, ares_socket_t fd, int readable, int writable)
{
    struct resolve *r = user;
    struct watch **at = &r->watches, *w;
    uint32_t events = (readable ? EPOLLIN : 0) | (writable ? EPOLLOUT : 0);

    while (*at && (*at)->fd.fd != fd)
        at = &(*at)->next;
    w = *at;
    if (!events) {
        if (!w)
            return;
        *at = w->next;
        loop_fd_remove(&w->fd);
        mem_free(w);
        return;
    }
    if (w) {
        loop_fd_events(&w->fd, events);
        return;
    }
    w = mem_zalloc(sizeof(*w));
    w->r = r;
    w->next = r->watches;
    r->watches = w;
    loop_fd_add(r->loop, &w->fd, fd, events, on_socket, w);
}

static void on_time(void *user)
{
    struct resolve *r = user;

    ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    plan(r);
}

static void plan(struct resolve *r)
{
    struct timeval tv, *t = ares_timeout(r->channel, NULL, &tv);

    if (!t) {
        loop_timer_cancel(&r->timer);
        return;
    }
    loop_timer_set(r->loop, &r->timer, (struct mono){clock_mono().us + t->tv_sec * TIME_S + t->tv_usec},
                   on_time, r);
}

/* ---- questions ---- */

static void free_question(struct question *q)
{
    mem_free(q->name);
    mem_free(q);
}

static void deliver(void *user)
{
    struct question *q = user;

    if (map_remove_u64(&q->r->pending, q->ticket))
        q->call(q->user, q->found ? &q->addr : NULL, q->error);
    free_question(q);
}

static void on_answer(void *user, int status, int timeouts UNUSED, struct hostent *h)
{
    struct question *q = user;

    if (status == ARES_EDESTRUCTION) {
        free_question(q);
        return;
    }
    if (status == ARES_SUCCESS && h->h_addr_list[0]) {
        q->found = true;
        q->addr.any.sa_family = (sa_family_t)h->h_addrtype;
        if (h->h_addrtype == AF_INET)
            memcpy(&q->addr.v4.sin_addr, h->h_addr_list[0], sizeof(q->addr.v4.sin_addr));
        else
            memcpy(&q->addr.v6.sin6_addr, h->h_addr_list[0], sizeof(q->addr.v6.sin6_addr));
    } else if (!q->second) {
        q->second = true;
        ares_gethostbyname(q->r->channel, q->name, AF_INET6, on_answer, q);
        return;
    } else {
        snprintf(q->error, sizeof(q->error), "%s", ares_strerror(status));
    }
    loop_later(q->r->loop, deliver, q);
}

uint64_t resolve_name(struct resolve *r, const char *name, resolve_f *call, void *user)
{
    struct question *q = mem_zalloc(sizeof(*q));
    uint64_t ticket = ++r->next_ticket;

    *q = (struct question){.r = r, .ticket = ticket, .call = call, .user = user, .name = mem_strdup(name)};
    map_put_u64(&r->pending, ticket, (uint64_t)(uintptr_t)q);
    if (resolve_now(r, name, &q->addr)) {
        q->found = true;
        loop_later(r->loop, deliver, q);
        return ticket;
    }
    ares_gethostbyname(r->channel, name, AF_INET, on_answer, q);
    plan(r);
    return ticket;
}

void resolve_cancel(struct resolve *r, uint64_t ticket)
{
    map_remove_u64(&r->pending, ticket);
}

struct resolve *resolve_new(struct loop *loop, struct err *err)
{
    struct resolve *r = mem_zalloc(sizeof(*r));
    struct ares_options o = {.timeout = 2000,
                             .tries = 3,
                             .lookups = (char[]){"b"},
                             .sock_state_cb = on_state,
                             .sock_state_cb_data = r};
    int status;

    r->loop = loop;
    status = ares_library_init(ARES_LIB_INIT_ALL);
    if (status == ARES_SUCCESS)
        status = ares_init_options(
            &r->channel, &o, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB);
    if (status != ARES_SUCCESS) {
        err_set(err, E_IO, "names cannot be resolved: %s", ares_strerror(status));
        mem_free(r);
        return NULL;
    }
    read_hosts(r);
    return r;
}

void resolve_free(struct resolve *r)
{
    struct str key;
    uint64_t p;

    if (!r)
        return;
    ares_destroy(r->channel); /* each pending question comes back with EDESTRUCTION and is freed */
    loop_timer_cancel(&r->timer);
    for (size_t i = 0; i < r->hosts.n_entry; i++) {
        if (map_at(&r->hosts, i, &key, &p))
            mem_free((void *)(uintptr_t)p);
    }
    map_release(&r->hosts);
    map_release(&r->pending);
    mem_free(r);
}
