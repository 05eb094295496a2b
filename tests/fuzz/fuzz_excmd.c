/* SPDX-License-Identifier: Apache-2.0 */
/* External commands: lines of any bytes given to a small world that then goes on for a minute. Nothing may crash, loop, or break what the simulator looks at. */
#include <stdlib.h>

#include "lab.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const site =
    "define host {\n host_name h1\n use ht\n address 10.0.0.1\n}\n"
    "define host {\n host_name h2\n use ht\n parents h1\n check_interval 5\n flap_detection_enabled 1\n}\n"
    "define service {\n host_name h1,h2\n service_description s1\n use st\n active_checks_enabled 1\n}\n"
    "define hostgroup {\n hostgroup_name hg\n members h1,h2\n}\n"
    "define servicegroup {\n servicegroup_name sg\n members h1,s1,h2,s1\n}\n"
    "define contactgroup {\n contactgroup_name cg\n members alice\n}\n";

static struct lab_answer answer(struct lab *lab, uint32_t check, uint64_t n)
{
    return (struct lab_answer){.lasts_us = TIME_MS, .code = (check + n + lab->seed) % 3, .output = "x|y=1"};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct lab lab;
    struct str rest = str_make((const char *)data, size);
    struct world_event e = {.kind = WORLD_COMMAND};

    lab_open(&lab, lab_main, site, 1800000000, 1, answer, 0);
    e.command.source = 3;
    while (rest.n) {
        e.command.text = str_cut(&rest, '\n');
        lab_event(&lab, &e);
    }
    lab_run(&lab, TIME_MIN);
    lab_restart(&lab, false);
    lab_run(&lab, 5 * TIME_S);
    if (lab.two_at_once)
        abort();
    lab_close(&lab);
    return 0;
}
