#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command file as scripts use it: floods from several writers, the reader killed in the middle, wrong lines, and what is not acted on yet."""
import os
import signal
import threading
import time

from lib_vigie import ONE, Vigie, main, until

WRITERS, EACH = 4, 3000
OBJECTS = ONE + ''.join(f'define service {{\n use ts\n host_name h\n service_description p{i}\n active_checks_enabled 0\n max_check_attempts 1\n'
                        f' notification_interval 0\n}}\n' for i in range(WRITERS))


def passive(v):
    return {row[0]: row[1] for row in v.livestatus('GET services\nColumns: description plugin_output\nFilter: description ~ ^p')}


def flood(v, i):
    """Lines of one service with rising numbers, in writes of many lines (each below PIPE_BUF, so that no other writer's come between)."""
    with open(v.path('cmd'), 'ab', buffering=0) as f:
        for first in range(0, EACH, 30):
            f.write(b''.join(b'[%d] PROCESS_SERVICE_CHECK_RESULT;h;p%d;%d;n=%d\n' % (time.time(), i, n % 3, n) for n in range(first, first + 30)))


def numbers(v, i):
    """Of the results that the log shows for one service, in its order."""
    key = f'EXTERNAL COMMAND: PROCESS_SERVICE_CHECK_RESULT;h;p{i};'
    return [int(line.rpartition('n=')[2]) for line in v.log().splitlines() if key in line]


def test_flood_while_the_reader_is_killed():
    with Vigie(OBJECTS) as v:
        v.start()
        threads = [threading.Thread(target=flood, args=(v, i)) for i in range(WRITERS)]
        for t in threads:
            t.start()
        until(lambda: passive(v)['p0'].startswith('n='), 'the first are taken')
        killed = [pid for pid, words in v.roles().items() if words[1:3] == ['-x', 'local']]
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        for t in threads:
            t.join(60)
            assert not t.is_alive(), 'a writer waits for ever'
        until(lambda: set(passive(v).values()) == {f'n={EACH - 1}'}, 'the last of each writer is applied')
        assert v.stop() == 0  # now the log is whole
        lost = 0
        for i in range(WRITERS):
            seen = numbers(v, i)
            assert seen == sorted(set(seen)), 'in order, and none twice'
            lost += EACH - len(seen)
        # What local had read and not yet handed on is gone with it: a buffer of 4 KiB. What was in the pipe is not.
        assert lost <= 100, f'{lost} of {WRITERS * EACH} are lost'
        assert killed and v.said().count('local is started again') == 1


def test_orders_act():
    with Vigie(OBJECTS) as v:
        v.start()
        now = int(time.time())
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;p0;2;bad; with a semicolon|used=97%')
        until(lambda: passive(v)['p0'] == 'bad; with a semicolon', 'the result is applied')
        v.order('ACKNOWLEDGE_SVC_PROBLEM;h;p0;2;1;1;ann;on it; soon')
        v.order(f'SCHEDULE_SVC_DOWNTIME;h;p0;{now};{now + 600};1;0;600;ann;new disks')
        v.order(f'SCHEDULE_FORCED_SVC_CHECK;h;s;{now}')
        until(lambda: v.livestatus('GET services\nColumns: acknowledged scheduled_downtime_depth\nFilter: description = p0') == [[1, 1]], 'both')
        until(lambda: v.service(service='s', columns='has_been_checked')['has_been_checked'], 'it is checked')
        v.order('PROCESS_HOST_CHECK_RESULT;h;1;gone')
        until(lambda: v.livestatus('GET hosts\nColumns: state plugin_output') == [[1, 'gone']], 'the host is down')
        lines = v.log()
        for what in ('EXTERNAL COMMAND: ACKNOWLEDGE_SVC_PROBLEM;h;p0;2;1;1;ann;on it; soon', 'SERVICE DOWNTIME ALERT: h;p0;STARTED;',
                     'SERVICE ALERT: h;p0;CRITICAL;HARD;1;bad; with a semicolon', 'HOST ALERT: h;DOWN;'):
            assert what in lines, (what, lines)


def test_wrong_lines_are_said():
    cases = {
        'PROCESS_SERVICE_CHECK_RESULT;h;nothing;0;x': 'nothing',
        'PROCESS_SERVICE_CHECK_RESULT;h;p0;seven;x': 'seven',
        'MAKE_COFFEE;now': 'MAKE_COFFEE',
        'SCHEDULE_SVC_DOWNTIME;h;p0;later': 'SCHEDULE_SVC_DOWNTIME',
        'CHANGE_SVC_CHECK_COMMAND;h;p0;say!1!x': 'not yet',
    }
    with Vigie(OBJECTS) as v:
        v.start()
        with open(v.path('cmd'), 'w') as f:
            f.write('no bracket\n[x] NOTHING\n\n[1] ;\n')
        for line in cases:
            v.order(line)
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;p0;1;the last')
        until(lambda: passive(v)['p0'] == 'the last', 'the good one behind them')
        text = v.log() + v.said()
        for line, word in cases.items():
            answers = [one for one in text.splitlines() if word in one and 'EXTERNAL COMMAND' not in one]
            assert answers, (line, text)
        assert 'no bracket' in text, text


main()
