/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a page of a list costs with and without a scope: `./dev bench list [SERVICES [ROUNDS]]`. The gate's own code answers GET /api/v1/resources from a board of so many services (100 a host), asked by turns
 * by somebody who sees everything, all of it by a pattern, half of it, and one host. Times are of the processor.
 */
#include "unit/api_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PER_HOST 100u

static const struct {
    const char *name, *scope;
} who[] = {
    {"no scope", NULL},
    {"host:*", "[\"host:*\"]"},
    {"half of it", "[\"host:h?*\",\"!host:*0\",\"!host:*2\",\"!host:*4\",\"!host:*6\",\"!host:*8\"]"},
    {"one host", "[\"host:h0001\"]"},
};
static const char *const queries[] = {"limit=50", "limit=50&sort=name", "limit=50&filter=unhandled&q=s0",
                                      "limit=50&sort=output&cursor=o500"};

static double busy_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int rising(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* A tenth of all has a problem. */
static void fill(struct api_world *w)
{
    for (uint32_t i = 0; i < w->model.n_check; i++) {
        char output[64];

        snprintf(output, sizeof(output), "output number %u", i * 7919 % 1000);
        api_world_put(w, i, i % 10 ? 0 : 1, BOARD_CHECKED, w->wall.us - (int64_t)(i % 1000) * TIME_S, output);
    }
}

static void measure(struct api_world *w, size_t query, size_t rounds)
{
    double *at[ARRAY_LEN(who)];

    for (size_t k = 0; k < ARRAY_LEN(who); k++)
        at[k] = mem_calloc(rounds, sizeof(double));
    for (size_t round = 0; round < rounds; round++) {
        for (size_t k = 0; k < ARRAY_LEN(who); k++) {
            double began;

            w->scope = who[k].scope;
            who_cache_clear(w->api.cache);
            api_world_ask(w, "GET", "/api/v1/status", "", "", API_ROLE_VIEWER); /* who that is, is known */
            began = busy_us();
            if (api_world_ask(w, "GET", "/api/v1/resources", queries[query], "", API_ROLE_VIEWER) != 200)
                abort();
            at[k][round] = busy_us() - began;
        }
    }
    for (size_t k = 0; k < ARRAY_LEN(who); k++) {
        qsort(at[k], rounds, sizeof(double), rising);
        printf("%-36s %-12s %9.3f %9.3f\n", queries[query], who[k].name, at[k][rounds / 2] / 1000,
               at[k][rounds * 99 / 100] / 1000);
        mem_free(at[k]);
    }
}

int main(int argc, char **argv)
{
    unsigned long services = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
    unsigned long rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 100;
    struct api_world *w;
    double began;

    if (services < PER_HOST || services > 1000000 || !rounds) {
        fprintf(stderr, "usage: bench_list [SERVICES [ROUNDS]]\n");
        return 2;
    }
    w = api_world_new((unsigned)(services / PER_HOST), PER_HOST);
    fill(w);
    printf("%u hosts, %u services, %lu rounds; ms of the processor a page of 50\n%-36s %-12s %9s %9s\n",
           w->model.n_hosts, w->model.n_services, rounds, "query", "scope", "median", "p99");
    for (size_t q = 0; q < ARRAY_LEN(queries); q++)
        measure(w, q, rounds);
    began = busy_us();
    sights_world(w->api.sights, &w->api.model);
    printf("with a new configuration, the %zu scopes are evaluated in %.1f ms\n", ARRAY_LEN(who) - 1,
           (busy_us() - began) / 1000);
    api_world_free(w);
    return 0;
}
