/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/load.h"

#include "role/conf_io.h"

#include <stdlib.h>
#include <unistd.h>

void load_config(struct loaded *l, const char *path, const struct opt_list *set)
{
    struct conf_io io = conf_io_files();
    struct conf_request rq = {.main_path = path, .zone = getenv("TZ"), .native = conf_io_is_native(path)};

    *l = (struct loaded){.c = NULL};
    for (size_t i = 0; i < set->n; i++)
        *VEC_ADD(&l->sets) = str_of(set->at[i]);
    rq.sets = l->sets.at;
    rq.n_sets = l->sets.n;
    l->c = conf_load(&io, &rq);
}

void load_release(struct loaded *l)
{
    conf_free(l->c);
    VEC_RELEASE(&l->sets);
}

const char *load_default(void)
{
    static const char path[] = "/etc/vigie/vigie.conf";

    return access(path, F_OK) == 0 ? path : NULL;
}
