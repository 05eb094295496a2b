/* SPDX-License-Identifier: Apache-2.0 */
/* Files of performance data: the store writes them; the parent opens them, with the rights of nagios_user, at a start, at a reload, and when a command took one over. */
#include "role/parent_int.h"

#include "base/log.h"

#include <fcntl.h>
#include <unistd.h>

/* again: to a store in place of one that died, which may not empty what that has written. */
static void pass_one(struct parent *p, struct child *store, bool host, bool again)
{
    const struct model_globals *g = p->model.globals;
    const char *path = model_c(&p->model, host ? g->host_perfdata_file : g->service_perfdata_file);
    uint32_t mode = host ? g->host_perfdata_file_mode : g->service_perfdata_file_mode;
    int flags = mode == 'p'             ? O_RDWR | O_NONBLOCK /* a pipe, also while nobody reads it */
                : mode == 'w' && !again ? O_WRONLY | O_CREAT | O_TRUNC
                                        : O_WRONLY | O_CREAT | O_APPEND;
    struct err err = ERR_INIT;
    int fd = -1;

    if (path[0] && g->process_performance_data && rights_open_as(&p->uids, path, flags, 0644, &fd, &err) < 0)
        log_warn("%s: performance data of %s is not written into it", err.text, host ? "hosts" : "services");
    if (fd < 0) {
        parent_pass(store, host ? "no-perfdata-host" : "no-perfdata-service", path, p->state_fd);
        return;
    }
    parent_pass(store, host ? "perfdata-host" : "perfdata-service", path, fd);
    close(fd);
}

void parent_perf_pass(struct parent *p, struct child *store, bool again)
{
    pass_one(p, store, false, again);
    pass_one(p, store, true, again);
}

bool parent_perf_open(struct parent *p, struct child *store, struct str purpose)
{
    bool host = str_eq_c(purpose, "perfdata-host");

    if (!host && !str_eq_c(purpose, "perfdata-service"))
        return false;
    pass_one(p, store, host, false);
    return true;
}
