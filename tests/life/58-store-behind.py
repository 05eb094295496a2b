#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: sanitized=long
"""While the store stands still: a command for many is held up before the memory is full, goes on by itself when the store does, and every line of it is in the history. When the results of checks
fill the memory, the oldest of them are given up and counted, and nothing else."""
import http.client
import os
import re
import signal
import time

from lib_vigie import COMMON, Vigie, main, until, vigie

PORT = int(os.environ.get('PORT') or 18580)
LONG = 100  # services whose plugin writes much, each three seconds: what no result makes room for fills the rest, and it is noticed before

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


CHATTY = 60  # services whose results fill the memory in a few seconds
MUCH = 'define host {\n use th\n host_name h\n active_checks_enabled 0\n}\ndefine command {\n command_name much\n command_line /bin/cat %s\n}\n' + ''.join(
    f'define service {{\n use ts\n host_name h\n service_description s{i}\n check_command much\n check_interval 3\n}}\n' for i in range(CHATTY))
PASSIVE = 'define service {\n use ts\n host_name h\n service_description p\n active_checks_enabled 0\n}\n'


def checked(v):
    return sorted(v.livestatus('GET services\nFilter: description != p\nColumns: description last_check has_been_checked'))


def test_memory_is_full():
    """What the store does not take is kept up to a bound, then dropped and said; the states of now are what counts, also those whose change was dropped, and what is acknowledged afterwards is on disk."""
    with Vigie() as v:
        v.put('much', 'OK\n' + ('x' * 99 + '\n') * 600)
        v.put('objects.cfg', COMMON + MUCH % v.path('much') + PASSIVE)
        v.start()
        until(lambda: all(row[2] for row in checked(v)), 'all were checked')
        store = next(pid for pid, words in v.roles().items() if words[1:3] == ['-x', 'store'])
        os.kill(store, signal.SIGSTOP)
        until(lambda: 'the store does not keep up: ' in v.said(), 'the bound')
        v.order('STOP_EXECUTING_SVC_CHECKS')  # nothing comes in the place of what was dropped
        until(lambda: v.livestatus('GET status\nColumns: execute_service_checks') == [[0]], 'checks go on meanwhile, and commands')
        until(lambda: v.livestatus('GET services\nFilter: is_executing = 1\nStats: state >= 0') == [[0]], 'the last of them')
        then = checked(v)
        os.kill(store, signal.SIGCONT)
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;p;2;told')
        until(lambda: v.service(service='p')['plugin_output'] == 'told', 'it goes on')
        assert v.said().count('the store does not keep up') == 1, v.said()
        until(lambda: 'told' in vigie('journal', 'dump', '--state', v.state, '-k', 'STATE')[1], 'it is on disk')
        v.kill_all()
        status, out, said = vigie('journal', 'verify', '--state', v.state)
        assert status == 0, out + said
        status, out, said = vigie('journal', 'dump', '--state', v.state)
        if 'history is dropped' in v.said():  # results that were handed over already are given up in the engine only, and then there is no hole
            assert '(numbers before it were given up)' in out, 'the hole in the numbers is marked'
        v.start()
        assert v.service(service='p')['plugin_output'] == 'told' and 'damaged' not in v.said(), v.said()
        assert checked(v) == then, 'the states of then are known'
        assert v.stop() == 0


def metrics():
    c = http.client.HTTPConnection('127.0.0.1', PORT, timeout=20)
    c.request('GET', '/metrics')
    return {name: float(value) for name, value in re.findall(r'^(vigie_\S+) (\S+)$', c.getresponse().read().decode(), re.M)}


def test_results_go_first():
    objects = ('define command {\n command_name much\n command_line /usr/bin/printf \'fine\\n%060000d\' 0\n}\ndefine host {\n use th\n host_name h\n active_checks_enabled 0\n}\n' +
               'define service {\n use ts\n host_name h\n service_description p\n active_checks_enabled 0\n notifications_enabled 0\n max_check_attempts 1\n}\n' +
               ''.join(f'define service {{\n use ts\n host_name h\n service_description s{i}\n check_command much\n check_interval 3\n}}\n' for i in range(LONG)))
    with Vigie(objects=objects, main=f'vigie_http_listen=127.0.0.1:{PORT}\ninterval_length=1') as v:
        v.start()
        store = next(pid for pid, words in v.roles().items() if words[1:3] == ['-x', 'store'])
        os.kill(store, signal.SIGSTOP)
        begun, changes = int(time.time()), 0

        def is_full():
            nonlocal changes
            changes += 1
            v.order(f'PROCESS_SERVICE_CHECK_RESULT;h;p;{changes % 2 * 2};change {changes}')
            until(lambda: v.service(service='p', columns='plugin_output')['plugin_output'] == f'change {changes}', f'change {changes}')
            return 'old results of checks are given up' in v.said()
        until(is_full, 'results are given up', patience=200)
        until(lambda: (now := metrics())['vigie_journal_waiting_records'] > 0 and now['vigie_journal_lag_seconds'] > 0, 'it is said that the disk stands')
        os.kill(store, signal.SIGCONT)
        until(lambda: metrics()['vigie_results_given_up_total'] > 0, 'they are counted')
        until(lambda: metrics()['vigie_journal_lag_seconds'] < 5, 'the disk goes on')
        until(lambda: v.livestatus(f'GET log\nFilter: time >= {begun}\nFilter: type ~ SERVICE ALERT\nFilter: service_description = p\nStats: time > 0') == [[changes]], 'the history has every change')
        assert 'history is dropped' not in v.said(), v.said()
        assert v.stop() == 0


main()
