/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vigie:ping: ICMP echo. All pings of the process share one socket a family. An echo carries our mark and its ticket in the payload, so that answers to other programs, and late
 * ones, are told apart whatever the kernel does with the identifier (datagram sockets rewrite it).
 */
#include "probe/probe.h"

#include "base/map.h"
#include "base/vec.h"
#include "os/clock.h"
#include "os/rand.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 4 * 1024 * 1024, PACKETS_MAX = 64, PACKETS = 5, SENDS_A_ROUND = 32 };
#define SPACING_US      (80 * TIME_MS)
#define RAW_ICMP_FILTER 1 /* of linux/icmp.h, which cannot stand beside netinet/ip_icmp.h */

struct icmp_sockets {
    struct loop *loop;
    int fd[2]; /* IPv4, IPv6; -1: no right */
    bool raw[2];
    struct loop_fd watch[2];
    uint64_t mark;
    struct map tickets; /* ticket -> struct probe */
    uint32_t next_ticket;
    /* Who wants to send, in order: a few a round, so that the answers are read before their socket's memory is full. */
    VEC(uint32_t) queue;
    size_t queue_at;
    struct loop_timer pump;
};

struct payload {
    uint64_t mark;
    int64_t sent_us;
    uint32_t ticket, number;
    char pad[32];
};

struct packet {
    struct icmphdr head; /* icmp6_hdr has the same layout for an echo */
    struct payload body;
};

struct ping {
    unsigned packets, queued, sent, received;
    int64_t warn_us, crit_us, timeout_us, sum_us, min_us, max_us;
    uint64_t warn_loss, crit_loss;
    uint32_t ticket;
    uint64_t seen;
    struct loop_timer timer;
};

/* ---- sockets ---- */

static void on_packet(void *user, uint32_t events);

/* Echo answers only: on a busy machine a raw socket would see much else. */
static void filter(int fd, int k)
{
    uint32_t v4 = ~(1u << ICMP_ECHOREPLY);
    struct icmp6_filter v6;
    int room = ROOM;

    ICMP6_FILTER_SETBLOCKALL(&v6);
    ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &v6);
    if (k)
        setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &v6, sizeof(v6));
    else
        setsockopt(fd, SOL_RAW, RAW_ICMP_FILTER, &v4, sizeof(v4));
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
}

static int open_family(struct icmp_sockets *i, int k)
{
    int family = k ? AF_INET6 : AF_INET, proto = k ? IPPROTO_ICMPV6 : IPPROTO_ICMP;

    i->raw[k] = true;
    i->fd[k] = socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, proto);
    if (i->fd[k] < 0) {
        i->raw[k] = false;
        i->fd[k] = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, proto);
    }
    if (i->fd[k] < 0)
        return -1;
    filter(i->fd[k], k);
    loop_fd_add(i->loop, &i->watch[k], i->fd[k], EPOLLIN, on_packet, i);
    return i->fd[k];
}

struct icmp_sockets *icmp_open(struct loop *loop)
{
    struct icmp_sockets *i = mem_zalloc(sizeof(*i));
    int v4, v6;

    i->loop = loop;
    rand_bytes(&i->mark, sizeof(i->mark));
    v4 = open_family(i, 0);
    v6 = open_family(i, 1);
    if (v4 < 0 && v6 < 0) {
        mem_free(i);
        return NULL;
    }
    return i;
}

void icmp_close(struct icmp_sockets *i)
{
    if (!i)
        return;
    for (int k = 0; k < 2; k++) {
        loop_fd_remove(&i->watch[k]);
        if (i->fd[k] >= 0)
            close(i->fd[k]);
    }
    loop_timer_cancel(&i->pump);
    VEC_RELEASE(&i->queue);
    map_release(&i->tickets);
    mem_free(i);
}

/* ---- options ---- */

/* "100ms,20%": round trip and loss; either may stand alone. */
static bool take_limits(const char *value, int64_t *us, uint64_t *loss)
{
    struct str rest = str_of(value), first = str_cut(&rest, ',');
    struct str part = rest.p ? rest : str_ends(first, STR("%")) ? first : STR_NULL;
    char text[32];

    if (part.n) {
        if (!str_ends(part, STR("%")) || !str_to_u64(str_sub(part, 0, part.n - 1), loss) || *loss > 100)
            return false;
        if (!rest.p)
            return true;
    }
    return str_copy(text, sizeof(text), first) && probe_time(text, us);
}

static bool take(struct probe *p, char letter, const char *value)
{
    struct ping *g = p->self;
    uint64_t n;

    switch (letter) {
    case 'n':
        if (!str_to_u64(str_of(value), &n) || !n || n > PACKETS_MAX)
            return false;
        g->packets = (unsigned)n;
        return true;
    case 'w': return take_limits(value, &g->warn_us, &g->warn_loss);
    case 'c': return take_limits(value, &g->crit_us, &g->crit_loss);
    case 't': return probe_time(value, &g->timeout_us) && g->timeout_us;
    default: return false;
    }
}

static int ping_parse(struct probe *p, struct err *err)
{
    struct ping *g = p->self;

    g->packets = PACKETS;
    g->timeout_us = 5 * TIME_S;
    g->warn_loss = g->crit_loss = 101;
    return probe_options(p, take, err);
}

/* ---- echo ---- */

static void ping_cancel(struct probe *p)
{
    struct ping *g = p->self;

    loop_timer_cancel(&g->timer);
    if (g->ticket)
        map_remove_u64(&p->env->icmp->tickets, g->ticket);
    g->ticket = 0;
}

static void add_ms(struct buf *b, int64_t us)
{
    buf_printf(b, "%lld.%03lld", (long long)(us / TIME_MS), (long long)(us % TIME_MS));
}

static void finish(struct probe *p)
{
    static const char *const word[] = {"OK", "WARNING", "CRITICAL"};
    struct ping *g = p->self;
    uint64_t loss = (uint64_t)(g->sent - g->received) * 100 / MAX(g->sent, 1u);
    int64_t rta = g->received ? g->sum_us / g->received : 0;
    enum probe_state state = PROBE_OK;
    struct buf b = BUF_INIT;

    if (!g->received || loss >= g->crit_loss || (g->crit_us && rta > g->crit_us))
        state = PROBE_CRITICAL;
    else if (loss >= g->warn_loss || (g->warn_us && rta > g->warn_us))
        state = PROBE_WARNING;
    buf_printf(&b, "PING %s: %s: ", word[state], p->host);
    if (g->received) {
        buf_add_c(&b, "round trip ");
        add_ms(&b, rta);
        buf_add_c(&b, " ms, ");
    }
    buf_printf(&b, "%llu%% of %u lost|", (unsigned long long)loss, g->sent);
    if (g->received) {
        buf_add_c(&b, "rta=");
        add_ms(&b, rta);
        buf_add_c(&b, "ms;");
        if (g->warn_us)
            add_ms(&b, g->warn_us);
        buf_add_char(&b, ';');
        if (g->crit_us)
            add_ms(&b, g->crit_us);
        buf_add_c(&b, ";0 ");
    }
    buf_printf(&b, "pl=%llu%%;", (unsigned long long)loss);
    if (g->warn_loss <= 100)
        buf_add_u64(&b, g->warn_loss);
    buf_add_char(&b, ';');
    if (g->crit_loss <= 100)
        buf_add_u64(&b, g->crit_loss);
    buf_add_c(&b, ";0;100");
    ping_cancel(p);
    probe_end(p, state, buf_str(&b), false);
    buf_release(&b);
}

static uint16_t checksum(const void *data, size_t n)
{
    const unsigned char *s = data;
    uint32_t sum = 0;

    for (size_t i = 0; i + 1 < n; i += 2)
        sum += (uint32_t)s[i] << 8 | s[i + 1];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return __builtin_bswap16((uint16_t)~sum);
}

static void send_one(struct probe *p)
{
    struct ping *g = p->self;
    struct icmp_sockets *i = p->env->icmp;
    int k = p->addr.any.sa_family == AF_INET6;
    socklen_t len = k ? sizeof(p->addr.v6) : sizeof(p->addr.v4);
    struct packet pk = {.body = {.mark = i->mark, .ticket = g->ticket, .number = g->sent}};

    pk.head.type = k ? ICMP6_ECHO_REQUEST : ICMP_ECHO;
    pk.head.un.echo.id = (uint16_t)g->ticket;
    pk.head.un.echo.sequence = __builtin_bswap16((uint16_t)g->sent);
    pk.body.sent_us = clock_mono().us;
    if (!k)
        pk.head.checksum = checksum(&pk, sizeof(pk));
    g->sent++;
    /* A failure to send is a lost packet: the network is what we judge. */
    (void)!sendto(i->fd[k], &pk, sizeof(pk), MSG_DONTWAIT | MSG_NOSIGNAL, &p->addr.any, len);
}

static void on_pump(void *user)
{
    struct icmp_sockets *i = user;
    uint64_t at;

    for (int n = 0; n < SENDS_A_ROUND && i->queue_at < i->queue.n; n++) {
        if (map_get_u64(&i->tickets, i->queue.at[i->queue_at++], &at))
            send_one((struct probe *)(uintptr_t)at);
    }
    if (i->queue_at < i->queue.n) {
        loop_timer_set(i->loop, &i->pump, loop_now(i->loop), on_pump, i);
        return;
    }
    VEC_CLEAR(&i->queue);
    i->queue_at = 0;
}

static void queue_one(struct probe *p)
{
    struct ping *g = p->self;
    struct icmp_sockets *i = p->env->icmp;

    g->queued++;
    *VEC_ADD(&i->queue) = g->ticket;
    if (!i->pump.slot)
        loop_timer_set(i->loop, &i->pump, loop_now(i->loop), on_pump, i);
}

static void on_time(void *user)
{
    struct probe *p = user;
    struct ping *g = p->self;
    int64_t now = clock_mono().us, end = p->began.us + g->timeout_us;

    if (now >= end) {
        finish(p);
        return;
    }
    if (g->queued < g->packets)
        queue_one(p);
    loop_timer_set(p->env->loop, &g->timer,
                   (struct mono){g->queued < g->packets ? MIN(now + SPACING_US, end) : end}, on_time, p);
}

static void take_answer(struct icmp_sockets *i, const struct payload *b)
{
    uint64_t at;
    struct probe *p;
    struct ping *g;
    int64_t took;

    if (b->mark != i->mark || b->number >= PACKETS_MAX || !map_get_u64(&i->tickets, b->ticket, &at))
        return;
    p = (struct probe *)(uintptr_t)at;
    g = p->self;
    if (g->seen >> b->number & 1 || b->number >= g->sent)
        return; /* a duplicate */
    g->seen |= 1ull << b->number;
    took = MAX(clock_mono().us - b->sent_us, (int64_t)0);
    g->sum_us += took;
    g->received++;
    if (g->received == g->packets)
        finish(p);
}

static void on_packet(void *user, uint32_t events UNUSED)
{
    struct icmp_sockets *i = user;
    char data[2048];

    for (int k = 0; k < 2; k++) {
        for (int n_read = 0; i->fd[k] >= 0 && n_read < 512; n_read++) {
            ssize_t n = recv(i->fd[k], data, sizeof(data), MSG_DONTWAIT);
            size_t skip = 0;
            struct packet pk;

            if (n < 0)
                break;
            if (!k && i->raw[0])
                skip = (size_t)((unsigned char)data[0] & 15) * 4; /* the IPv4 header of a raw socket */
            if ((size_t)n < skip + sizeof(pk))
                continue;
            memcpy(&pk, data + skip, sizeof(pk));
            if (pk.head.type == (k ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY))
                take_answer(i, &pk.body);
        }
    }
}

static void ping_begin(struct probe *p)
{
    struct ping *g = p->self;
    struct icmp_sockets *i = p->env->icmp;
    int k = p->addr.any.sa_family == AF_INET6;

    if (!i || i->fd[k] < 0) {
        probe_end(p, PROBE_UNKNOWN,
                  STR("PING UNKNOWN: this Vigie has no right to send ICMP: start it as root, or let its "
                      "group use ping "
                      "(sysctl net.ipv4.ping_group_range)"),
                  true);
        return;
    }
    g->ticket = ++i->next_ticket ? i->next_ticket : ++i->next_ticket;
    map_put_u64(&i->tickets, g->ticket, (uint64_t)(uintptr_t)p);
    on_time(p);
}

const struct probe_kind probe_ping = {.name = "ping",
                                      .size = sizeof(struct ping),
                                      .parse = ping_parse,
                                      .begin = ping_begin,
                                      .cancel = ping_cancel};
