#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: timeout=300
"""A command for many while the store stands still: it is held up before the memory is full, goes on by itself when the store does, and every line of it is in the history."""
import os
import signal
import time

from lib_vigie import Vigie, main, until

SERVICES = 3000
OBJECTS = 'define hostgroup {\n hostgroup_name hg\n members h\n}\ndefine host {\n use th\n host_name h\n active_checks_enabled 0\n}\n' + ''.join(
    f'define service {{\n use ts\n host_name h\n service_description s{i}\n active_checks_enabled 0\n notifications_enabled 0\n}}\n' for i in range(SERVICES))
STANDS = 20  # looks at which nothing has changed


def planned(v):
    return v.livestatus('GET services\nFilter: scheduled_downtime_depth > 0\nStats: state >= 0')[0][0]


def stands_still(v):
    seen = {'n': -1, 'times': 0}

    def look():
        n = planned(v)
        seen['times'] = seen['times'] + 1 if n == seen['n'] and n else 0
        seen['n'] = n
        return seen['times'] >= STANDS
    until(look, 'the command is held up, or over')
    return seen['n']


def test_held_up():
    with Vigie(objects=OBJECTS) as v:
        v.start()
        store = next(pid for pid, words in v.roles().items() if words[1:3] == ['-x', 'store'])
        os.kill(store, signal.SIGSTOP)
        now = int(time.time())
        v.order(f'SCHEDULE_HOSTGROUP_SVC_DOWNTIME;hg;{now - 10};{now + 5000};1;0;0;me;{"x" * 12000}')
        held = stands_still(v)
        os.kill(store, signal.SIGCONT)
        assert 0 < held < SERVICES, held
        until(lambda: planned(v) == SERVICES, lambda: f'{planned(v)} of {SERVICES}')
        until(lambda: v.livestatus('GET log\nFilter: time >= %d\nFilter: type ~ SERVICE DOWNTIME ALERT\nStats: time > 0' % (now - 100)) == [[SERVICES]], 'the history has all')
        assert 'does not keep up' not in v.said(), v.said()
        assert v.stop() == 0


main()
