/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Can plugins send ICMP here? Tried once at start on the loopback address, with what hosts are usually checked by, and said. It changes no decision: each single result that
 * shows a want of rights is marked as such.
 */
#include "role/runner_int.h"

#include "base/log.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#define TRIAL_TIME_US (5 * TIME_S)

struct trial {
    const char *argv[8];
};

static const struct trial trials[] = {
    {{"/usr/lib/nagios/plugins/check_icmp", "-H", "127.0.0.1", "-n", "1"}},
    {{"/usr/lib64/nagios/plugins/check_icmp", "-H", "127.0.0.1", "-n", "1"}},
    {{"/usr/lib/monitoring-plugins/check_icmp", "-H", "127.0.0.1", "-n", "1"}},
    {{"/usr/local/nagios/libexec/check_icmp", "-H", "127.0.0.1", "-n", "1"}},
    {{"/bin/ping", "-n", "-c", "1", "-W", "1", "127.0.0.1"}},
    {{"/usr/bin/ping", "-n", "-c", "1", "-W", "1", "127.0.0.1"}},
};

void runner_trial_begin(struct role *r)
{
    struct str words[ARRAY_LEN(trials[0].argv)];
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_LEN(trials); i++) {
        if (access(trials[i].argv[0], F_OK) < 0)
            continue;
        for (; trials[i].argv[n]; n++)
            words[n] = str_of(trials[i].argv[n]);
        runner_start(r,
                     &(struct msg_run){.run_id = RUN_TRIAL, .argv = {words, n}, .timeout_us = TRIAL_TIME_US});
        return;
    }
}

/* What keeps the right from us, and who can change it. */
static const char *remedy(void)
{
    if (prctl(PR_CAPBSET_READ, CAP_NET_RAW, 0, 0, 0) == 0)
        return "This container or service is kept from it: grant it CAP_NET_RAW (--cap-add NET_RAW; "
               "CapabilityBoundingSet= of systemd)";
    if (geteuid() != 0 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
        return "Vigie was started with no_new_privs, which takes the capabilities of programs away: start it "
               "without (NoNewPrivileges= of systemd), or as root";
    return "Start Vigie as root, or give the plugin its capability: setcap cap_net_raw+ep check_icmp";
}

void runner_trial_end(const struct msg_result *m)
{
    struct str said = m->output.n ? m->output : m->error, line = str_cut(&said, '\n');

    if (m->how == RUN_EXIT && m->code == 0)
        log_info("plugins may send ICMP: hosts can be checked by check_icmp, check_ping and ping");
    else if (m->rightless)
        log_warn("plugins have no right to send ICMP here (" STR_FMT
                 "): hosts checked that way keep the state they have. %s",
                 STR_ARG(line), remedy());
    else
        log_warn("an ICMP plugin was tried on 127.0.0.1 and failed (" STR_FMT ")", STR_ARG(line));
}
