#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release
"""Seventy thousand services: the log has the current state of each, at the first start and after another."""
from lib_vigie import Vigie, main, until

HOSTS, EACH = 700, 100


def objects():
    for h in range(HOSTS):
        yield f'define host {{\n use th\n host_name host-{h:04}\n active_checks_enabled 0\n}}\n'
        for s in range(EACH):
            yield f'define service {{\n use ts\n host_name host-{h:04}\n service_description service-{s:03}\n active_checks_enabled 0\n}}\n'


def test_no_line_of_the_log_is_lost():
    with Vigie(''.join(objects())) as v:
        for start in (1, 2):
            v.start()
            until(lambda: v.service('host-0699', 'service-099'), 'the last one is there')
            assert v.stop(30) == 0
            lines = [line for line in v.log().splitlines() if 'CURRENT SERVICE STATE: ' in line]
            assert len(lines) == start * HOSTS * EACH and len(set(line.split(': ', 1)[1] for line in lines)) == HOSTS * EACH, len(lines)
        assert 'lost' not in v.said(), v.said()


main()
