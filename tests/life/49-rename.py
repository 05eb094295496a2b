#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: sanitized=long
"""What is called something else stays what it is: by _VIGIE_ID, or by 'ctl rename'. What is no longer configured ends with an event."""
import json
import os
import re
import signal
import subprocess

from lib_vigie import Vigie, main, until, vigie


def host(name, more=''):
    return f'define host {{\n use th\n host_name {name}\n address 127.0.0.1\n active_checks_enabled 0\n{more}\n}}\n'


def service(on, name, more=''):
    return f'define service {{\n use ts\n host_name {on}\n service_description {name}\n active_checks_enabled 0\n{more}\n}}\n'


def is_called(name):
    return f' _VIGIE_ID {name}'


def begin(*objects):
    v = Vigie(objects='')
    v.common = open(v.path('objects.cfg'), encoding='utf-8').read()
    write(v, *objects)
    return v


def write(v, *objects):
    v.put('objects.cfg', v.common + ''.join(objects))


def reload(v, *objects):
    if objects:
        write(v, *objects)
    v.process.send_signal(signal.SIGHUP)



def ctl(v, *words):
    code, out, said = vigie('ctl', *words, '-c', v.main, '-o', 'json')
    assert code == 0, (words, out, said)
    return json.loads(out)


def rows(v):
    """'host' or 'host/service' -> id"""
    found = {}
    for r in ctl(v, 'list')['resources']:
        found[r['host'] + ('/' + r['service'] if r.get('service') else '')] = r['id']
    return found


def names_are(v, *names):
    return until(lambda: (lambda r: r if sorted(r) == sorted(names) else None)(rows(v)), f'{names}')


def log_of(v):
    code, out, said = vigie('ctl', 'log', '-n', '200', '-c', v.main, '-o', 'json')
    assert code == 0, said
    return [json.loads(line) for line in out.splitlines()]


def event(v, kind, **want):
    """The events of a kind in which all of want stands."""
    return [e for e in log_of(v) if e['kind'] == kind and all(e.get(k) == w for k, w in want.items())]


def trouble(v, on='a', name='x'):
    """A service with everything that a rename has to keep."""
    v.order(f'PROCESS_SERVICE_CHECK_RESULT;{on};{name};2;broken')
    v.order(f'ACKNOWLEDGE_SVC_PROBLEM;{on};{name};1;0;1;ann;I know')
    v.order(f'ADD_SVC_COMMENT;{on};{name};1;ann;a word')
    now = 'date +%s'
    start = int(subprocess.run(now, shell=True, check=True, capture_output=True, text=True).stdout)
    v.order(f'SCHEDULE_SVC_DOWNTIME;{on};{name};{start};{start + 7200};1;0;0;ann;work')
    return until(lambda: whole(v, on, name), 'the problem is acknowledged, commented on and in downtime')


def whole(v, on, name):
    s = v.service(on, name, 'state plugin_output acknowledged scheduled_downtime_depth comments last_state_change')
    return s if s and s['state'] == 2 and s['acknowledged'] and s['scheduled_downtime_depth'] == 1 and len(s['comments']) == 3 else None


def test_by_ident():
    with begin(host('a', is_called('A')), service('a', 'x'), service('a', 'y', is_called('Y'))) as v:
        v.start()
        was, ids = trouble(v), rows(v)
        reload(v, host('b', is_called('A')), host('c'), service('b', 'x'), service('c', 'moved', is_called('Y')))
        now = names_are(v, 'b', 'c', 'b/x', 'c/moved')
        assert (now['b'], now['b/x'], now['c/moved']) == (ids['a'], ids['a/x'], ids['a/y']) and now['c'] not in ids.values(), (ids, now)
        assert whole(v, 'b', 'x') == was
        assert until(lambda: event(v, 'renamed', host='b', service='x'))[0]['text'] == 'a;x'
        assert event(v, 'renamed', host='c', service='moved')[0]['text'] == 'a;y' and event(v, 'renamed', host='b', text='a')
        assert not event(v, 'removed'), 'nothing has ended'
        assert [e for e in event(v, 'alert', host='b', service='x') if e['text'] == 'broken'], 'what happened before goes along'
        reload(v, host('b', is_called('C')), host('c', is_called('A')), service('b', 'x'), service('c', 'x'))  # the names change places in part
        now = until(lambda: (lambda r: r if 'c/x' in r and r['c'] == ids['a'] else None)(rows(v)), 'the host is called c')
        assert now['c/x'] == ids['a/x'] and now['b'] not in ids.values() and now['b/x'] not in ids.values(), (ids, now)
        assert whole(v, 'c', 'x') == was
        os.kill(v.process.pid, signal.SIGKILL)
        v.process.wait()
        v.start()
        assert rows(v) == now and whole(v, 'c', 'x') == was, 'and after a crash'
        assert v.stop() == 0


def test_the_same_ident_twice():
    with begin(host('a', is_called('A')), host('b', is_called('A'))) as v:
        said = v.refuses()
        lines = [n for n, line in enumerate(open(v.path('objects.cfg'), encoding='utf-8'), 1) if '_VIGIE_ID' in line]
        assert re.search(rf"objects.cfg:{lines[1]}:\d+: error: the _VIGIE_ID 'A' of host 'b' is that of host 'a' too \(\S+objects.cfg:{lines[0]}\)", said), said
        write(v, host('a', is_called('A')), host('b', is_called('B')), service('a', 'x', is_called('A')), service('b', 'x', is_called('A')))
        assert "the _VIGIE_ID 'A' of service 'x' on host 'b' is that of service 'x' on host 'a' too" in v.refuses()
        write(v, host('a', is_called('A')), service('a', 'x', is_called('A')))  # a host and a service are two things anyway
        v.start()
        assert v.stop() == 0


def test_removed():
    with begin(host('a'), host('b'), service('a', 'x'), service('b', 'x')) as v:
        v.start()
        trouble(v)
        ids = rows(v)
        reload(v, host('b'), service('b', 'x'))
        names_are(v, 'b', 'b/x')
        gone = until(lambda: event(v, 'removed'), 'the events')
        assert sorted(e['text'] for e in gone) == ['a', 'a;x'], gone
        assert v.livestatus('GET downtimes\nColumns: id') == [] and v.livestatus('GET comments\nColumns: id') == []
        assert event(v, 'downtime_end', cancelled=True), 'the downtime ended with it'
        log = until(lambda: (lambda t: t if 'no longer configured' in t else None)(v.log()), 'the log')
        assert re.search(r"^\[\d+\] SERVICE DOWNTIME ALERT: a;x;CANCELLED;", log, re.M), log
        assert "Service 'x' on host 'a' is no longer configured" in log and "Host 'a' is no longer configured" in log, log
        reload(v, host('a'), host('b'), service('a', 'x'), service('b', 'x'))
        assert names_are(v, 'a', 'b', 'a/x', 'b/x') == ids, 'it is the same that it was'
        assert v.service('a', 'x') == {'state': 0, 'state_type': 1, 'has_been_checked': 0, 'plugin_output': ''}, 'but nothing is known of how it is'
        os.kill(v.process.pid, signal.SIGKILL)
        v.process.wait()
        v.start()
        assert v.service('a', 'x')['has_been_checked'] == 0, 'nor after a crash'
        v.order('PROCESS_SERVICE_CHECK_RESULT;a;x;1;odd')
        until(lambda: v.service('a', 'x')['state'] == 1)
        assert v.stop() == 0
        write(v, host('b'), service('b', 'x'))
        v.start()  # taken away while nobody ran
        until(lambda: len(event(v, 'removed')) == 4, 'the events of the two that are gone')
        assert v.stop() == 0
        v.start()
        assert len(event(v, 'removed')) == 4, 'once'
        assert v.stop() == 0


def rename(v, *words):
    return vigie('ctl', 'rename', *words, '-c', v.main)


def waiting(v):
    return [(r['host'], r.get('service'), r['to_host'], r.get('to_service')) for r in ctl(v, 'rename', '--list')['renames']]


def test_announced():
    with begin(host('a'), host('d'), service('a', 'x'), service('a', 'y'), service('d', 'x')) as v:
        v.start()
        was, ids = trouble(v), rows(v)
        code, out, said = rename(v, 'a', 'b')
        assert code == 0 and 'announced: a is b from the next reload on' in out, (out, said)
        assert rename(v, 'a/y', 'd/moved')[0] == 0
        assert waiting(v) == [('a', None, 'b', None), ('a', 'y', 'd', 'moved')], waiting(v)
        assert 'renames        2 wait for their reload' in vigie('ctl', 'status', '-c', v.main)[1]
        assert until(lambda: event(v, 'administration'), 'who announced it is on record')
        assert [e for e in event(v, 'administration') if 'rename a > b' in e['text']], event(v, 'administration')
        os.kill(v.process.pid, signal.SIGKILL)  # it waits on disk
        v.process.wait()
        v.start()
        reload(v, host('a'), host('c'), host('d'), service('a', 'x'), service('a', 'y'), service('d', 'x'))
        names_are(v, 'a', 'a/x', 'a/y', 'c', 'd', 'd/x')
        assert len(waiting(v)) == 2, 'a reload without it leaves it waiting'
        write(v, host('b'), host('d'), service('b', 'x'), service('d', 'moved'), service('d', 'x'))
        code, out, said = vigie('ctl', 'reload', '-c', v.main)
        assert code == 0, said
        now = names_are(v, 'b', 'b/x', 'd', 'd/moved', 'd/x')
        assert (now['b'], now['b/x'], now['d/moved'], now['d/x']) == (ids['a'], ids['a/x'], ids['a/y'], ids['d/x']), (ids, now)
        assert whole(v, 'b', 'x') == was and not event(v, 'removed', text='a') and not event(v, 'removed', text='a;x')
        assert until(lambda: event(v, 'renamed', host='b', service='x', text='a;x'), 'the event')
        until(lambda: waiting(v) == [], 'it waits no more')
        os.kill(v.process.pid, signal.SIGKILL)
        v.process.wait()
        v.start()
        assert rows(v) == now and whole(v, 'b', 'x') == was
        assert v.stop() == 0


def test_names_that_change_places():
    with begin(host('a'), host('b'), service('a', 'x'), service('b', 'x')) as v:
        v.start()
        was, ids = trouble(v), rows(v)
        code, _, said = rename(v, 'a', 'b')
        assert code == 1 and 'Both names are configured now' in said, said
        assert rename(v, '--swap', 'a', 'b')[0] == 0
        reload(v)
        until(lambda: rows(v) == {'a': ids['b'], 'b': ids['a'], 'a/x': ids['b/x'], 'b/x': ids['a/x']}, 'they changed places')
        assert until(lambda: whole(v, 'b', 'x')) == was and v.service('a', 'x')['has_been_checked'] == 0
        assert v.stop() == 0


def test_refused_and_taken_back():
    with begin(host('a'), service('a', 'x')) as v:
        v.start()
        for words, why in ((('a', 'b/x'), 'a service to a service'), (('a', 'a'), 'the same'), (('never', 'b'), 'nothing was ever called so'),
                           (('--swap', 'a', 'b'), 'both must be configured')):
            code, _, said = rename(v, *words)
            assert code == 1 and why in said, (words, said)
        assert rename(v, 'a')[0] == 2 and rename(v)[0] == 2 and rename(v, '--list', 'a')[0] == 2
        assert rename(v, 'a', 'b')[0] == 0
        code, _, said = rename(v, 'a', 'c')
        assert code == 1 and 'waits already' in said, said
        number = ctl(v, 'rename', '--list')['renames'][0]['id']
        assert rename(v, '--cancel', number)[0] == 0 and waiting(v) == []
        assert rename(v, '--cancel', number)[0] == 1
        ids = rows(v)
        reload(v, host('b'), service('b', 'x'))
        assert not set(names_are(v, 'b', 'b/x').values()) & set(ids.values()), 'it was taken back'
        assert v.stop() == 0


def test_announced_too_late():
    """The reload was there first: what it took for new is what was taken away, from the next one on."""
    with begin(host('a'), service('a', 'x')) as v:
        v.start()
        ids = rows(v)
        reload(v, host('b'), service('b', 'x'))
        names_are(v, 'b', 'b/x')
        assert rename(v, 'a', 'b')[0] == 0
        reload(v)
        until(lambda: rows(v) == {'b': ids['a'], 'b/x': ids['a/x']}, 'it is what it was')
        assert v.stop() == 0


main()
