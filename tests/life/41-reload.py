#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: sanitized=long
"""SIGHUP: new objects come, old states stay, a check that runs is not interrupted, a wrong configuration changes nothing."""
import json
import os
import re
import signal
import subprocess

from lib_vigie import ONE, PATIENCE_S, VIGIE, Vigie, main, until, vigie

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
        append(v, MORE + 'define service {\n')
        until(lambda: 'objects.cfg:' in v.said(), 'the mistake is said with its place')
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s;1;still at work')
        until(lambda: v.service()['plugin_output'] == 'still at work')
        assert names(v) == ['s']
        assert ' again in ' not in v.said(), 'a role was restarted'  # a list of processes has plugins in it that are not yet what they will be


def status(v):
    code, out, said = vigie('ctl', 'status', '-c', v.main, '-o', 'json')
    assert code == 0, said
    return json.loads(out)


def refused(v):
    return (status(v)['reload'] or {}).get('ok') is False


def test_a_refused_one_can_be_seen_later():
    missing = 'define command {\n command_name none\n command_line /no/such/program\n}\n' \
              'define service {\n use ts\n host_name h\n service_description doubtful\n check_command none\n active_checks_enabled 0\n}\n'
    with Vigie(objects=ONE + missing) as v:
        v.start()
        was = until(lambda: (lambda s: s if s['config_warnings'] else None)(status(v)), 'the warnings of the start')
        assert was['reload'] is None and was['config_warning_count'] == len(was['config_warnings']) == 1, was
        warning = was['config_warnings'][0]
        assert warning['file'] == v.path('objects.cfg') and warning['line'] > 1 and '/no/such/program' in warning['text'], warning
        sound = open(v.path('objects.cfg'), encoding='utf-8').read()
        append(v, ''.join(f'define service {{\n use gone{i}\n host_name h\n service_description wrong\n}}\n' for i in range(30)))
        until(lambda: refused(v), 'the refusal')
        now = status(v)
        reload = now['reload']
        assert reload['error_count'] > len(reload['errors']) == 20 and reload['generation'] == 1 and reload['time'].endswith('Z'), reload
        first = reload['errors'][0]
        assert first['file'] == v.path('objects.cfg') and first['line'] > sound.count('\n') and first['column'] and 'gone0' in first['text'], first
        assert now['config_warnings'] == was['config_warnings'], 'those of the configuration in force'
        text = vigie('ctl', 'status', '-c', v.main)[1]
        assert re.search(r'^WARNING: the reload .* ago was refused \(\d+ errors\)', text, re.M) and re.search(r"^  \S+objects.cfg:\d+:\d+: ", text, re.M), text
        assert '1 warning about the configuration in force' in text and '/no/such/program' in text, text
        log = until(lambda: (lambda t: t if t.count("] Error: ") == 6 else None)(open(v.path('vigie.log'), encoding='utf-8').read()), 'the Nagios-format log')
        assert re.search(r'^\[\d+\] Error: the new configuration was refused \(\d+ errors\), the old one stays in force$', log, re.M), log
        assert re.search(r'^\[\d+\] Error: \S+objects.cfg:\d+:\d+: there is no service template', log, re.M), log
        v.put('objects.cfg', sound.replace(missing, ''))
        v.process.send_signal(signal.SIGHUP)
        until(lambda: not refused(v), 'a sound one is taken over')
        now = status(v)
        assert now['reload']['ok'] and now['reload']['errors'] == [] and now['reload']['generation'] == 2, now['reload']
        assert now['config_warnings'] == [] and now['config_warning_count'] == 0, now
        assert 'WARNING: the reload' not in vigie('ctl', 'status', '-c', v.main)[1]
        assert v.stop() == 0


def test_the_log_says_what_was_asked():
    with Vigie() as v:
        v.start()
        append(v, MORE)
        until(lambda: names(v) == ['added', 's'], 'the reload')
        v.process.send_signal(signal.SIGINT)
        assert v.process.wait(PATIENCE_S) == 0
        v.start()
        assert v.stop() == 0
        with open(v.path('vigie.log'), encoding='utf-8') as f:
            log = f.read()
        told = re.findall(r'^\[\d+\] (Caught .*|Configuration read .*)$', log, re.M)
        assert told == ['Configuration read again: 1 host, 2 services', 'Caught SIGINT, shutting down...', 'Caught SIGTERM, shutting down...'], told


def test_what_it_brought_is_there_when_it_is_answered():
    with Vigie(objects=QUIET) as v:
        v.start()
        for n in range(12):
            with open(v.path('objects.cfg'), 'a', encoding='utf-8') as f:
                f.write(MORE.replace('added', f'added{n}'))
            assert vigie('ctl', 'reload', '-c', v.main)[0] == 0
            code, out, said = vigie('ctl', 'show', 'h', f'added{n}', '-c', v.main)
            assert code == 0, (n, out, said)


def test_an_empty_one_is_refused():
    """A file that is half written, or not at all: what runs goes on."""
    with Vigie(objects=QUIET) as v:
        v.start()
        with open(v.path('objects.cfg'), 'w', encoding='utf-8'):
            pass
        code, out, said = vigie('ctl', 'reload', '-c', v.main)
        assert code == 1 and 'no host' in said, (code, out, said)
        assert names(v) == ['s'] and refused(v)


def test_what_counts_from_the_next_start_on_is_said():
    with Vigie(objects=QUIET) as v:
        v.start()
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write(f'command_file={v.path("other.cmd")}\n')
        assert vigie('ctl', 'reload', '--state', v.path('state'))[0] == 0
        assert 'command_file was changed, which counts from the next start on' in v.said()
        assert not os.path.exists(v.path('other.cmd'))


def test_what_was_made_under_another_name_goes_with_the_end():
    """And nothing that has the new name is touched."""
    with Vigie(objects=QUIET) as v:
        v.start()
        v.put('other.live', '')
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write(f'command_file={v.path("other.cmd")}\nvigie_livestatus_socket={v.path("other.live")}\n')
        for n in 1, 2:
            assert vigie('ctl', 'reload', '--state', v.path('state'))[0] == 0
            until(lambda n=n: v.said().count(f'until then: {v.path("cmd")}') == n, 'it is said as long as it is so')
        v.order('ADD_HOST_COMMENT;h;1;ann;by the old name')
        until(lambda: v.livestatus('GET comments\nColumns: comment') == [['by the old name']], 'it is read')
        assert v.stop() == 0
        assert not os.path.exists(v.path('cmd')) and not os.path.exists(v.live) and os.path.exists(v.path('other.live'))


def test_several_at_once_are_all_answered():
    with Vigie() as v:
        v.start()
        asked = [subprocess.Popen([VIGIE, 'ctl', 'reload', '-c', v.main], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(5)]
        said = [p.communicate(timeout=PATIENCE_S)[0] for p in asked]
        assert [p.returncode for p in asked] == [0] * 5, said
        assert v.stop() == 0


def test_secrets_are_those_of_the_command():
    """A command made from the old configuration gets the secrets of that one, also when the new one is here already and numbers them otherwise."""
    first = 'define service {\n use ts\n host_name h\n service_description a\n check_command four\n active_checks_enabled 0\n}\n'
    many = ''.join(f'define service {{\n use ts\n host_name h\n service_description s{i}\n check_command three\n check_interval 1\n}}\n' for i in range(30))
    with Vigie(objects=QUIET) as v:
        v.put('note.sh', f'#!/bin/sh\necho "$1 $2" >>{v.path("notes")}\n')
        os.chmod(v.path('note.sh'), 0o755)
        v.put('notes', '')
        os.chmod(v.path('notes'), 0o666)
        v.put('resource.cfg', '$USER3$=drei\n$USER4$=vier\n')
        commands = ''.join(f'define command {{\n command_name {name}\n command_line {v.path("note.sh")} {n} $USER{n}$\n}}\n' for name, n in (('three', 3), ('four', 4)))
        was = open(v.path('objects.cfg'), encoding='utf-8').read() + commands
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write(f'resource_file={v.path("resource.cfg")}\n')
        v.put('objects.cfg', was + many)
        v.start()
        for i in range(10):
            v.put('objects.cfg', was + many + (first if i % 2 == 0 else ''))
            v.process.send_signal(signal.SIGHUP)
            until(lambda: ('a' in names(v)) == (i % 2 == 0), 'the reload')
            v.order('SCHEDULE_FORCED_SVC_CHECK;h;a;0')
        with open(v.path('notes'), encoding='utf-8') as f:
            told = f.read().splitlines()
        assert set(told) <= {'3 drei', '4 vier'} and '3 drei' in told, set(told)
        assert v.stop() == 0


def numbered(n):
    return ''.join(f'define service {{\n use ts\n host_name h\n service_description n{i}\n active_checks_enabled 0\n}}\n' for i in range(n))


def test_a_storm():
    """Each of many SIGHUPs comes with another configuration, some of them wrong: in the end the last one is in force."""
    with Vigie(objects=QUIET) as v:
        v.start()
        was = open(v.path('objects.cfg'), encoding='utf-8').read()
        for i in range(20):
            v.put('objects.cfg', was + ('define service {\n' if i % 5 == 3 else '') + numbered(i + 1))
            v.process.send_signal(signal.SIGHUP)
        until(lambda: names(v) == sorted([f'n{i}' for i in range(20)] + ['s']), 'the last configuration')
        until(lambda: status(v)['reload']['ok'], 'it was accepted')
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;n19;1;taken')
        until(lambda: v.service(service='n19')['plugin_output'] == 'taken')
        assert ' again in ' not in v.said(), 'a role was restarted'
        assert v.stop() == 0


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
