#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=10 sanitized=long
"""Of many notification commands, and many event handlers, as many run at once as may; the others wait, are seen to, and come in their order. Checks wait for none of them."""
import http.client
import os
import re
import signal

from lib_vigie import Vigie, main, until, vigie

PORT = int(os.environ.get('PORT') or 18520)
N = 24
CONTACT = ' host_notification_period always\n service_notification_period always\n host_notification_options d,r\n service_notification_options w,u,c,r\n service_notification_commands tell\n'


def new():
    v = Vigie(objects='', main=f'vigie_http_listen=127.0.0.1:{PORT}\nvigie_runners=1\nvigie_max_concurrent_notifications=3\nvigie_max_concurrent_handlers=2\n')
    for folder in 'notification', 'handler':
        os.mkdir(v.path(folder))
        os.chmod(v.path(folder), 0o777)
    v.put('slow.sh', f'#!/bin/sh\ncd {v.d}/$1 || exit 1\ntouch run.$2\necho $(ls run.* | wc -l) $2 >>counts\nuntil [ -e {v.path("go")} ]; do sleep 0.02; done\nrm run.$2\n')
    os.chmod(v.path('slow.sh'), 0o755)
    objects = f'define command {{\n command_name slow\n command_line {v.path("slow.sh")} notification $CONTACTNAME$\n}}\n' \
              f'define command {{\n command_name handle\n command_line {v.path("slow.sh")} handler $SERVICEDESC$\n}}\n'
    objects += ''.join(f'define contact {{\n contact_name c{i:02}\n{CONTACT} host_notification_commands slow\n}}\n' for i in range(N))
    objects += 'define host {\n use th\n host_name h\n address 127.0.0.1\n active_checks_enabled 0\n max_check_attempts 1\n contacts ' + ','.join(f'c{i:02}' for i in range(N)) + '\n}\n'
    objects += 'define service {\n use ts\n host_name h\n service_description s\n notifications_enabled 0\n}\n'
    objects += ''.join(f'define service {{\n use ts\n host_name h\n service_description p{i}\n active_checks_enabled 0\n max_check_attempts 1\n notifications_enabled 0\n'
                       f' event_handler handle\n}}\n' for i in range(9))
    with open(v.path('objects.cfg'), 'a', encoding='utf-8') as f:
        f.write(objects)
    return v


def waiting(kind):
    c = http.client.HTTPConnection('127.0.0.1', PORT, timeout=20)
    c.request('GET', '/metrics')
    return int(re.search(rf'^vigie_commands_in_turn\{{kind="{kind}"\}} (\d+)$', c.getresponse().read().decode(), re.M)[1])


def begun(v, kind):
    """(how many ran then, whose it was), in their order."""
    try:
        with open(v.path(f'{kind}/counts'), encoding='utf-8') as f:
            return [(int(n), who) for n, who in (line.split() for line in f)]
    except FileNotFoundError:
        return []


def engine(v):
    for pid, words in v.roles().items():
        if '-x' in words and words[words.index('-x') + 1] == 'engine':
            return pid
    return 0


def test_turns():
    with new() as v:
        v.start()
        v.order('PROCESS_HOST_CHECK_RESULT;h;1;down')
        until(lambda: waiting('notification') == N - 3, lambda: f'they wait: {waiting("notification")}')
        until(lambda: len(begun(v, 'notification')) == 3, 'three of them run')
        for i in range(9):
            v.order(f'PROCESS_SERVICE_CHECK_RESULT;h;p{i};2;broken')
        until(lambda: waiting('handler') == 7, lambda: f'they wait: {waiting("handler")}')
        v.order('SCHEDULE_FORCED_SVC_CHECK;h;s;1')
        until(lambda: v.service()['has_been_checked'], 'a check goes on')
        until(lambda: len(begun(v, 'handler')) == 2, 'two of them run')
        assert len(begun(v, 'notification')) == 3
        v.put('go', '')
        until(lambda: waiting('notification') == 0 and waiting('handler') == 0, 'all have begun')
        told = until(lambda: len(begun(v, 'notification')) >= N and begun(v, 'notification'), 'everybody is told')
        assert sorted(who for _, who in told) == [f'c{i:02}' for i in range(N)], told
        assert max(n for n, _ in told) <= 3, told
        handled = until(lambda: len(begun(v, 'handler')) >= 9 and begun(v, 'handler'), 'every handler ran')
        assert sorted(who for _, who in handled) == [f'p{i}' for i in range(9)] and max(n for n, _ in handled) <= 2, handled
        with open(v.main, encoding='utf-8') as f:
            text = f.read()
        v.put('main.cfg', text.replace('_notifications=3', '_notifications=4'))
        status, _, said = vigie('ctl', 'reload', '-c', v.main)
        assert status == 0 and 'vigie_max_concurrent_notifications was changed, which counts from the next start on; until then: 3' in v.said(), said
        assert v.stop() == 0


def test_engine_ends():
    """What waits goes on: notifications are given again, and handlers stay with who runs them."""
    with new() as v:
        v.start()
        v.order('PROCESS_HOST_CHECK_RESULT;h;1;down')
        until(lambda: len(begun(v, 'notification')) == 3, 'three of them run')
        for i in range(9):
            v.order(f'PROCESS_SERVICE_CHECK_RESULT;h;p{i};2;broken')
        until(lambda: waiting('handler') == 7 and len(begun(v, 'handler')) == 2, lambda: f'they wait: {waiting("handler")}')
        before = engine(v)
        os.kill(before, signal.SIGKILL)
        until(lambda: engine(v) not in (0, before), 'another engine')
        until(lambda: waiting('notification') >= N - 3, lambda: f'they wait: {waiting("notification")}')
        v.put('go', '')
        until(lambda: {who for _, who in begun(v, 'notification')} == {f'c{i:02}' for i in range(N)}, 'everybody is told')
        until(lambda: len(begun(v, 'handler')) >= 9, lambda: f'every handler ran: {begun(v, "handler")}')
        assert sorted(who for _, who in begun(v, 'handler')) == [f'p{i}' for i in range(9)], begun(v, 'handler')
        assert v.stop() == 0


main()
