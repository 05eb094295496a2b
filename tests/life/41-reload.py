#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: timeout=240
"""SIGHUP: new objects come, old states stay, a check that runs is not interrupted, a wrong configuration changes nothing."""
import os
import signal

from lib_vigie import ONE, Vigie, main, until

MORE = 'define service {\n use ts\n host_name h\n service_description added\n}\n'
SLOW = """define command {
 command_name slow
 command_line %s
}
define service {
 use ts
 host_name h
 service_description slow
 check_command slow
 active_checks_enabled 0
}
"""


QUIET = ONE.replace('service_description s', 'service_description s\n active_checks_enabled 0')


def names(v):
    return sorted(row[0] for row in v.livestatus('GET services\nColumns: description'))


def serving(v):
    """The roles that live as long as Vigie: without the plugins, and without conf, which lives for one reading."""
    return sorted(pid for pid, words in v.roles().items() if words[1:2] == ['-x'] and words[2] != 'conf')


def append(v, text):
    with open(v.path('objects.cfg'), 'a', encoding='utf-8') as f:
        f.write(text)
    v.process.send_signal(signal.SIGHUP)


def test_new_objects_and_old_states():
    with Vigie(objects=QUIET) as v:  # a check of its own would find it well again
        v.start()
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s;2;broken before the reload')
        v.order('ACKNOWLEDGE_SVC_PROBLEM;h;s;1;0;1;ann;I know')
        until(lambda: v.service(columns='acknowledged')['acknowledged'] == 1, 'the acknowledgement')
        append(v, MORE)
        until(lambda: names(v) == ['added', 's'], 'the new service')
        s = v.service(columns='state plugin_output acknowledged')
        assert s == {'state': 2, 'plugin_output': 'broken before the reload', 'acknowledged': 1}, s
        until(lambda: v.service(service='added')['has_been_checked'], 'the new service is checked')
        assert v.stop() == 0


def test_a_wrong_one_changes_nothing():
    with Vigie(objects=QUIET) as v:
        v.start()
        roles = serving(v)
        append(v, MORE + 'define service {\n')
        until(lambda: 'objects.cfg:' in v.said(), 'the mistake is said with its place')
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s;1;still at work')
        until(lambda: v.service()['plugin_output'] == 'still at work')
        assert names(v) == ['s']
        assert serving(v) == roles, 'a role was restarted'


def test_a_running_check_goes_on():
    with Vigie(objects=ONE) as v:
        v.put('slow.sh', f'#!/bin/sh\necho begun >>{v.path("runs")}\nwhile [ ! -e {v.path("go")} ]; do sleep 0.05; done\n'
                         f'echo "ended well"\n')
        os.chmod(v.path('slow.sh'), 0o755)
        v.put('runs', '')
        os.chmod(v.path('runs'), 0o666)
        with open(v.path('objects.cfg'), 'a', encoding='utf-8') as f:
            f.write(SLOW % v.path('slow.sh'))
        v.start()
        v.order('SCHEDULE_FORCED_SVC_CHECK;h;slow;0')
        until(lambda: os.path.getsize(v.path('runs')), 'the slow check runs')
        append(v, MORE)
        until(lambda: 'added' in names(v), 'the reload')
        v.put('go', '')
        until(lambda: v.service(service='slow')['plugin_output'] == 'ended well', 'its result arrives')
        with open(v.path('runs')) as f:
            assert f.read() == 'begun\n', 'it was run twice'


def switches(v):
    columns = 'enable_notifications execute_service_checks accept_passive_service_checks enable_flap_detection'
    return v.livestatus(f'GET status\nColumns: {columns}')[0]


def rewrite(v, old, new):
    with open(v.main, encoding='utf-8') as f:
        text = f.read()
    assert old in text
    with open(v.main, 'w', encoding='utf-8') as f:
        f.write(text.replace(old, new))


def test_switches_of_the_main_file():
    """The main file has the say, at a reload and at a start, but for what a command has moved."""
    on = 'enable_notifications=1\nexecute_service_checks=1\naccept_passive_service_checks=1\nenable_flap_detection=0\n'
    with Vigie(main=on) as v:
        v.start()
        assert switches(v) == [1, 1, 1, 0], switches(v)
        v.order('STOP_ACCEPTING_PASSIVE_SVC_CHECKS')
        until(lambda: switches(v) == [1, 1, 0, 0], 'the command has effect')
        rewrite(v, 'enable_notifications=1', 'enable_notifications=0')
        v.process.send_signal(signal.SIGHUP)
        until(lambda: switches(v) == [0, 1, 0, 0], 'the reload reads the main file')
        assert v.stop() == 0
        rewrite(v, 'execute_service_checks=1', 'execute_service_checks=0')
        rewrite(v, 'enable_flap_detection=0', 'enable_flap_detection=1')
        v.start()
        assert switches(v) == [0, 0, 0, 1], 'the start reads the main file; what the command moved stays'
        assert v.stop() == 0


main()
