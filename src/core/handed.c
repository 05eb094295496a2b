/* SPDX-License-Identifier: Apache-2.0 */
#include "core/handed.h"

#include "core/nlog.h"
#include "core/result.h"
#include "core/world_in.h"

bool handed_had(const struct world *w, struct str file, uint64_t index)
{
    return w->handed_file && str_eq_c(file, w->handed_file) && index <= w->handed_n;
}

void handed_load(struct world *w, struct str file, uint64_t n)
{
    mem_free(w->handed_file);
    w->handed_file = file.n ? str_dup(file) : NULL;
    w->handed_n = n;
}

static int find(const struct world *w, const struct world_handed *h, uint32_t *check, struct err *err)
{
    bool host = !h->service.n;

    *check = host ? model_find_host(w->m, h->host) : model_find_service(w->m, h->host, h->service);
    if (*check != MODEL_NONE)
        return 0;
    return err_set(err, E_NOENT, "there is no %s '" STR_FMT "%s" STR_FMT "'", host ? "host" : "service",
                   STR_ARG(str_sub(h->host, 0, 200)), host ? "" : ";", STR_ARG(str_sub(h->service, 0, 200)));
}

/* "c12345a:3" of "c12345a 77 1700000000.5": where it stands, for people. */
static void refuse(struct world *w, const struct world_handed *h, const char *why)
{
    struct str rest = h->file, name = str_cut(&rest, ' ');

    nlog_text(w, "Warning: Result refused: " STR_FMT ":%llu: %s", STR_ARG(name), (unsigned long long)h->line,
              why);
}

void handed_take(struct world *w, const struct world_event *e)
{
    const struct world_handed *h = &e->handed;
    struct err err = ERR_INIT;
    uint32_t check;
    int r = h->refused.n ? err_set(&err, E_FORMAT, STR_FMT, STR_ARG(h->refused)) : find(w, h, &check, &err);

    if (r == 0 && h->passive)
        r = result_may_be_passive(w, check, &err);
    if (r < 0)
        refuse(w, h, err.text);
    else if (h->passive)
        result_passive(w, check, e->result.code, e->result.output, STR("result file"), e->result.started);
    else
        result_handed(w, check, &e->result, h->latency_us);
    if (!w->handed_file || !str_eq_c(h->file, w->handed_file))
        handed_load(w, h->file, 0);
    w->handed_n = h->index;
    w->program_dirty = true;
}
