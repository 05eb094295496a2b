/* SPDX-License-Identifier: Apache-2.0 */
/* What a page of 50 out of a hundred thousand hosts and services costs, by search: from the request to its answer, in the process, in milliseconds of the processor, so that what else the machine does is not in it. Arguments: hosts (10000), services of each (9), times (200). */
#include "../unit/api_world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const searches[][2] = {
    {"/api/v1/resources", "limit=50"},
    {"/api/v1/resources", "limit=50&sort=name"},
    {"/api/v1/resources", "limit=50&filter=unhandled"},
    {"/api/v1/resources", "limit=50&sort=output&cursor=o500"},
    {"/api/v1/resources", "limit=50&view=hosts"},
    {"/api/v1/resources", "limit=50&view=services"},
    {"/api/v1/resources", "limit=50&view=problems"},
    {"/api/v1/resources", "limit=50&q=h0123"},
    {"/api/v1/resources", "limit=50&q=disk+full"},
    {"/api/v1/resources", "limit=50&q=host:h0*+service:s03+is:unhandled"},
    {"/api/v1/resources", "limit=50&q=host:~%5Eh0%5B12%5D"},
    {"/api/v1/resources", "limit=50&q=output:~%5Edisk.*full"},
    {"/api/v1/resources", "limit=50&q=hg:g1+!sg:sg+since:%3C1h"},
    {"/api/v1/resources", "limit=50&q=label:OS=debian"},
    {"/api/v1/resources", "limit=50&q=is:down+OR+output:disk"},
    {"/api/v1/resources/complete", "q=h09"},
    {"/api/v1/resources/complete", "q=service:s"},
    {"/api/v1/resources/complete", "q=host:nothing"},
};

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static int64_t busy_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t ask(struct api_world *w, const char *path, const char *query)
{
    int64_t from = busy_us();
    int status = api_world_ask(w, "GET", path, query, "", API_ROLE_VIEWER);

    if (status != 200) {
        fprintf(stderr, "%s?%s: %d %s\n", path, query, status, w->body.data);
        exit(1);
    }
    return busy_us() - from;
}

static size_t number(int argc, char **argv, int at, size_t def)
{
    uint64_t n;

    return argc > at && str_to_u64(str_of(argv[at]), &n) && n ? (size_t)n : def;
}

int main(int argc, char **argv)
{
    size_t hosts = number(argc, argv, 1, 10000), services = number(argc, argv, 2, 9),
           times = number(argc, argv, 3, 200);
    struct api_world *w = api_world_new((unsigned)MIN(hosts, (size_t)10000), (unsigned)services);
    int64_t *took = mem_calloc(times + 1, sizeof(*took));
    char output[80];

    for (uint32_t i = 0; i < w->model.n_check; i++) {
        snprintf(output, sizeof(output),
                 i % 50 ? "OK - all is as it should be, %u of 100"
                        : "Disk /var is %u%% full, it should be less",
                 i % 97);
        api_world_put(w, i, i % 50 ? 0 : 1, BOARD_CHECKED, w->wall.us - (int64_t)(i % 5000) * TIME_MIN,
                      output);
    }
    printf("%u hosts and services\n%10s %10s\n", w->model.n_check, "median ms", "99 % ms");
    for (size_t s = 0; s < ARRAY_LEN(searches); s++) {
        for (size_t k = 0; k < times; k++)
            took[k] = ask(w, searches[s][0], searches[s][1]);
        qsort(took, times, sizeof(*took), by_value);
        printf("%10.2f %10.2f  %s\n", (double)took[times / 2] / 1000, (double)took[times * 99 / 100] / 1000,
               searches[s][1]);
    }
    mem_free(took);
    api_world_free(w);
    return 0;
}
