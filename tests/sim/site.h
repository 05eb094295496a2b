/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The made-up site of the simulator as object files. From reload to reload hosts and services come, go, are called something else and change places; half of them say by
 * _VIGIE_ID who they are.
 */
#include "base/buf.h"

enum {
    SITE_HOSTS = 12,
    SITE_SERVICES = 5,
    SITE_BY_DAY_FROM = 2, /* an hour that some days lack, and some have twice */
    SITE_BY_DAY_TO = 18,
    SITE_CONCURRENT = 24
};

/* A host or service of the site: its place (h, v) says how it is checked, the rest changes from reload to reload. */
struct site_thing {
    bool there;
    uint8_t suffix; /* of its name; 0: none */
    unsigned ident; /* _VIGIE_ID; 0: none */
};

struct site {
    struct site_thing host[SITE_HOSTS], service[SITE_HOSTS][SITE_SERVICES + 1];
    bool second;   /* other intervals */
    unsigned zone; /* of the main file: which of sim.c's starts are near what it does */
    struct buf main, objects;
};

void site_begin(struct site *s, uint64_t r); /* r: any number; it chooses the switches of the main file */
void site_release(struct site *s);
void site_make(struct site *s); /* objects, from the rest */
/* One change; r: any number. */
void site_change(struct site *s, uint64_t r);
/* Checked only from SITE_BY_DAY_FROM to SITE_BY_DAY_TO o'clock. */
bool site_is_by_day(unsigned host, unsigned service);
