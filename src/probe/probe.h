/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Native checks: one table entry a protocol. A check command whose line begins with "vigie:NAME" is executed by the prober instead of the runner; its words are the options
 * of that probe. A probe is a state machine on the loop; it ends by calling probe_end once. Thresholds are times ("0.5", "500ms").
 *   vigie:tcp  -H HOST -p PORT [-w TIME] [-c TIME] [-t TIMEOUT]       connects, says how long it took
 *   vigie:ping -H HOST [-n PACKETS] [-w RTA,LOSS%] [-c RTA,LOSS%] [-t TIMEOUT]   ICMP echo
 */
#include "base/buf.h"
#include "os/loop.h"
#include "probe/resolve.h"

enum probe_state { PROBE_OK, PROBE_WARNING, PROBE_CRITICAL, PROBE_UNKNOWN };

struct probe;

struct probe_kind {
    const char *name;
    size_t size; /* of the probe's own data */
    int (*parse)(struct probe *p,
                 struct err *err);   /* p->argv into p->self; E_INVAL with a text that names the option */
    void (*begin)(struct probe *p);  /* p->addr is resolved */
    void (*cancel)(struct probe *p); /* lets go of everything */
};

/* What probes share: the sockets for ICMP, opened before the sandbox. */
struct probe_env {
    struct loop *loop;
    struct resolve *resolve;
    struct icmp_sockets *icmp; /* NULL: no right to send ICMP */
};

struct probe {
    const struct probe_kind *kind;
    struct probe_env *env;
    const char *const *argv; /* from the probe's name on, ended by NULL; lives as long as the probe */
    const char *host;        /* set by parse */
    union resolve_addr addr;
    struct mono began;
    void *self;
    void *user; /* of the owner */
    void (*end)(struct probe *p, enum probe_state state, struct str output, bool rightless);
};

const struct probe_kind *probe_find(const char *name);
const struct probe_kind *probe_at(size_t i); /* NULL behind the last */
/* The end of a probe: output is text | perfdata. The owner frees p in its end callback. */
void probe_end(struct probe *p, enum probe_state state, struct str output, bool rightless);

/* "0.5", "0.5s", "500ms", "20us": microseconds; false on anything else. */
bool probe_time(const char *text, int64_t *us);
/* Option parsing for parse(): calls take for each -x VALUE; false from take is an unknown option or bad value. */
int probe_options(struct probe *p, bool (*take)(struct probe *p, char letter, const char *value),
                  struct err *err);

extern const struct probe_kind probe_tcp, probe_ping;

/* ICMP sockets: raw where we may, else datagram ones where the kernel lets our group. NULL: neither. */
struct icmp_sockets *icmp_open(struct loop *loop);
void icmp_close(struct icmp_sockets *i);
