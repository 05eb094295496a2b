#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release serial timeout=600
"""A hundred thousand commands through the pipe, as fast as it takes them, beside a thousand active checks: none is lost, none done twice. How late the
checks began meanwhile is printed, beside the same time without a flood."""
import http.client
import os
import re
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'life'))
from lib_vigie import Vigie, main, until  # noqa: E402

LINES, WRITERS, PASSIVE, ACTIVE = 100000, 4, 500, 1000
PORT = int(os.environ.get('PORT') or 18490)
SERVICE = 'define service {\n use ts\n host_name h\n service_description %s%d\n %s\n}\n'
OBJECTS = 'define host {\n use th\n host_name h\n address 127.0.0.1\n active_checks_enabled 0\n}\n' + ''.join(
    SERVICE % ('passive', i, 'active_checks_enabled 0') for i in range(PASSIVE)) + ''.join(
    SERVICE % ('active', i, 'check_interval 20\n retry_interval 20') for i in range(ACTIVE))
KINDS = ('PROCESS_SERVICE_CHECK_RESULT;h;passive{s};{i3};flood {i}', 'ADD_SVC_COMMENT;h;passive{s};0;ann;flood {i}',
         'SCHEDULE_SVC_DOWNTIME;h;passive{s};{t};{later};1;0;0;ann;flood {i}')


def text_of(i, now):
    """Of twenty, eighteen are results, one is a comment and one a downtime."""
    return KINDS[max(0, i % 20 - 17)].format(s=i % PASSIVE, i=i, i3=i // PASSIVE % 3, t=now, later=now + 7200)


def write_lines(path, writer):
    fd, now = os.open(path, os.O_WRONLY), int(time.time())
    for i in range(writer, LINES, WRITERS):
        os.write(fd, f'[{now}] {text_of(i, now)}\n'.encode())
    os.close(fd)


def latency():
    """How many checks began at most so late, by the limits of the histogram."""
    c = http.client.HTTPConnection('127.0.0.1', PORT, timeout=60)
    c.request('GET', '/metrics')
    text = c.getresponse().read().decode()
    return {float(le.replace('+Inf', 'inf')): int(n) for le, n in re.findall(r'check_latency_seconds_bucket\{le="([^"]+)"\} (\d+)', text)}


def say(what, before, after, seconds):
    steps = {le: after[le] - before[le] for le in after}
    total = steps[float('inf')]
    late = ', '.join(f'{100 * n / max(total, 1):.2f}% within {le * 1000:g} ms' for le, n in steps.items() if 0.001 <= le <= 1)
    print(f'{what}: {seconds:.1f} s, {total} active checks began; {late}')


def test_none_is_lost():
    with Vigie(objects=OBJECTS,
               main='log_passive_checks=1\nlog_external_commands=1\ninterval_length=1\n'
               f'vigie_http_listen=127.0.0.1:{PORT}') as v:
        v.start()
        until(lambda: latency()[float('inf')] > ACTIVE, 'the checks go round')
        before, t0 = latency(), time.monotonic()
        threads = [threading.Thread(target=write_lines, args=(v.path('cmd'), w), daemon=True) for w in range(WRITERS)]
        for t in threads:
            t.start()
        for t in threads:
            t.join(300)
            assert not t.is_alive(), 'a writer still waits for room in the pipe'
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;passive0;1;the last one')
        until(lambda: v.service(service='passive0')['plugin_output'] == 'the last one', 'the line behind the flood')
        flood, during = time.monotonic() - t0, latency()
        quiet = during[float('inf')]
        say('in the flood', before, during, flood)
        until(lambda: latency()[float('inf')] >= 2 * quiet - before[float('inf')], 'as many checks without')
        say('without', during, latency(), time.monotonic() - t0 - flood)
        print(f'{LINES / flood:.0f} commands in a second')
        seen = [int(n) for n in re.findall(r'(?:PASSIVE SERVICE CHECK|EXTERNAL COMMAND): .*;flood (\d+)\n', v.log())]
        missing = set(range(LINES)) - set(seen)
        assert not missing, f'{len(missing)} lines were lost, such as {sorted(missing)[:5]}'
        results = [int(n) for n in re.findall(r'PASSIVE SERVICE CHECK: .*;flood (\d+)\n', v.log())]
        assert len(results) == len(set(results)) == LINES // 20 * 18, 'a line was done twice'
        for table in ('comments', 'downtimes'):
            rows = v.livestatus(f'GET {table}\nColumns: id comment\nFilter: author = ann')
            of = {int(r[1].split()[-1]) for r in rows if r[1].startswith('flood')}
            assert len(of) == LINES // 20 and all(i % 20 == (18 if table == 'comments' else 19) for i in of), (table, len(of))
        assert v.stop(60) == 0


main()
