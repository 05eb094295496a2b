#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""vigie journal dump: a record in words, as people say them, and with --json all of it, raw."""
import glob
import json
import os
import re
import time

from lib_vigie import COMMON, Vigie, main, until, vigie

OBJECTS = COMMON + """
define command {
 command_name write-down
 command_line /bin/true $NOTIFICATIONTYPE$
}
define contact {
 contact_name bob
 host_notification_period always
 service_notification_period always
 host_notification_options d,u,r
 service_notification_options w,u,c,r
 host_notification_commands write-down
 service_notification_commands write-down
}
define host {
 use th
 host_name web1
 address 127.0.0.1
 active_checks_enabled 0
 max_check_attempts 1
}
define service {
 use ts
 host_name web1
 service_description disk /var
 active_checks_enabled 0
 max_check_attempts 2
 contacts bob
}
"""
PARIS = {'TZ': 'Europe/Paris'}


def dump(v, *more, env=None):
    status, out, said = vigie('journal', 'dump', '--state', v.state, *more, env=env)
    assert status == 0 and not said, said
    return out.splitlines()


def some_past(v):
    v.put('objects.cfg', OBJECTS)
    v.start()
    with open(v.path('cmd'), 'w', encoding='ascii') as f:
        f.write('[1700000000] PROCESS_HOST_CHECK_RESULT;web1;0;long ago\n')
    for _ in range(2):
        v.order('PROCESS_SERVICE_CHECK_RESULT;web1;disk /var;2;full "of" it|used=99%')
    v.order('PROCESS_HOST_CHECK_RESULT;web1;1;gone')
    v.order('PROCESS_SERVICE_CHECK_RESULT;web1;disk /var;1;\x1b[31mred \xe9')
    until(lambda: 'red' in v.service('web1', 'disk /var')['plugin_output'], 'all are taken')
    status, _, said = vigie('ctl', 'ack', '-c', v.main, 'web1', 'disk /var', '-m', 'on it')
    assert status == 0, said
    now = int(time.time())
    v.order(f'SCHEDULE_HOST_DOWNTIME;web1;{now};{now + 3600};1;0;0;ann;first')
    first = until(lambda: v.livestatus('GET downtimes\nColumns: id\nFilter: comment = first'), 'a downtime')[0][0]
    v.order(f'SCHEDULE_HOST_DOWNTIME;web1;{now};{now + 3600};0;{first};600;ann;second')
    until(lambda: v.livestatus('GET downtimes\nColumns: id\nFilter: comment = second'), 'another')


def one(lines, pattern):
    found = [line for line in lines if re.search(pattern, line)]
    assert found, (pattern, lines)
    return found[-1]


def test_in_words():
    with Vigie() as v:
        some_past(v)
        lines = dump(v, env=PARIS)
        for pattern in (r'RESULT "web1;disk /var" how=exit code=2 started=\S+ output="full \\"of\\" it\|used=99%" source=passive', r'EVENT alert "web1;disk /var" state=CRITICAL SOFT attempt=1 text=',
                        r'EVENT alert "web1;disk /var" state=CRITICAL HARD attempt=2', r'EVENT alert web1 state=DOWN HARD', r'STATE web1 state=DOWN HARD last_state=', r'STATE web1 state=PENDING ',
                        r'EVENT decision "web1;disk /var" .*reasons="the problem is not confirmed yet: attempt 1 of 2" type=PROBLEM', r'why_state=STATE_PASSIVE why_notify=NOTIFY_SOFT',
                        r'NOTIFY_INTENT "web1;disk /var" .*type=PROBLEM contact="bob" .*words=\["/bin/true" "PROBLEM"\] timeout=\d+', r'COMMAND source=(api|ctl) .*text=".*ACKNOWLEDGE_SVC_PROBLEM;',
                        r'COMMENT "web1;disk /var" id=\d+ entry_type=acknowledgement ', r'EVENT acknowledgement "web1;disk /var" .*author=.* type=(normal|sticky)', r'ack_type=(normal|sticky)', r'PROGRAM switches=0x',
                        r'EVENT start', r'RESULT web1 .*untimed=2023-11-14T23:13:20\+01:00', r'DOWNTIME web1 .*text="second" .*planned=after_its_trigger_began'):
            one(lines, pattern)
        assert not any(re.search(r' oid=|=1[0-9]{15}\b', line) for line in lines), 'neither numbers of objects nor microseconds'
        assert '\x1b' not in '\n'.join(lines) and r'\x1b[31mred' in one(lines, 'RESULT .*red'), one(lines, 'RESULT .*red')
        # the reader's own zone, with the moment itself the same
        offset = r' \d\d:\d\d:\d\d\.\d\d\d (CEST|CET) '
        assert all(re.match(r'\d+c? \d{4}-\d\d-\d\d' + offset, line) for line in lines), lines[0]
        assert re.search(r'last_check=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+0[12]:00 ', one(lines, 'STATE web1 ')), one(lines, 'STATE web1 ')
        assert all(re.match(r'\d+c? \S+ \S+ UTC ', line) for line in dump(v, env={'TZ': 'UTC'}))
        assert vigie('journal', 'dump', '--state', v.state, '-k', 'EVENT', '-n', '2')[1].count('\n') == 2


def test_raw():
    """Every field of every record, as it is kept."""
    with Vigie() as v:
        some_past(v)
        assert v.stop() == 0
        words, raw = dump(v), [json.loads(line) for line in dump(v, '--json')]
        assert [int(re.match(r'\d+', line)[0]) for line in words] == [r['seq'] for r in raw]
        state = [r for r in raw if r['kind'] == 'STATE' and r.get('service') == 'disk /var'][-1]
        assert state['host'] == 'web1' and state['fields']['state'] == 1 and state['fields']['flapping'] == 0 and state['fields']['last_check'] > 1 << 50, state
        assert isinstance(state['at'], int) and state['time'].endswith('Z') and os.path.exists(os.path.join(v.state, 'journal', state['segment'])), state
        assert state['fields']['oid'] and 'last_time_0' in state['fields'] and 'vars' in state['fields']
        red = [r['fields'] for r in raw if r['kind'] == 'RESULT'][-1]
        assert 'red' in (red['output'] if 'output' in red else bytes.fromhex(red['output_hex']).decode('latin-1')), red
        intent = [r['fields'] for r in raw if r['kind'] == 'NOTIFY_INTENT'][0]
        assert 'words' in intent or 'words_hex' in intent


def test_without_names():
    """Without objects.db it says so, and numbers stand in place of names and of what depends on them."""
    with Vigie() as v:
        some_past(v)
        assert v.stop() == 0
        for path in glob.glob(v.state + '/db/objects.db*'):
            os.unlink(path)
        status, out, said = vigie('journal', 'dump', '--state', v.state)
        assert status == 0 and said.count('\n') == 1 and 'numbers stand in place of the names' in said and 'objects.db' in said, said
        assert re.search(r'EVENT alert oid=\d+ state=2 HARD', out), out


def test_options():
    for words, say in ((('journal', 'verify', '--json'), "--json belongs to 'dump' only"), (('journal', 'dump', '--full'), "--full belongs to 'verify' only")):
        status, out, said = vigie(*words, '--state', '/nowhere')
        assert status == 2 and not out and said.count('\n') == 1 and say in said, (words, status, out, said)


main()
