#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`./dev bench livestatus [--services N] [--rounds N] [--json FILE]`: what questions to the Livestatus socket of the release build cost, with N services (100,000), each with a result.

    wall    from the first byte sent to the last one read, by one client that asks one question after the other: p50 and p99
    cpu     of gate, local and reader for one question, by the scheduler's own count; beside other work on the machine it is the figure to compare
Targets: a filtered, sorted, limited list in 20 ms; 20 named columns of all services in JSON at 200,000 rows a second.
"""
import argparse
import json
import os
import socket
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'life')]
from bench import BUILD, machine, rounded, say  # noqa: E402
from lib_vigie import Vigie, until  # noqa: E402

PER_HOST = 20
TWENTY = ('host_name description state state_type plugin_output perf_data last_check next_check last_state_change current_attempt max_check_attempts acknowledged '
          'scheduled_downtime_depth is_flapping notifications_enabled active_checks_enabled check_command latency execution_time host_state')
LIST = 'Columns: host_name description state plugin_output last_state_change\n'
QUESTIONS = (
    ('list', f'GET services\n{LIST}Filter: state = 2\nFilter: acknowledged = 0\nSort: last_state_change desc\nSort: host_name asc\nLimit: 50\n'),
    ('list_all', f'GET services\n{LIST}Filter: state >= 0\nSort: last_state_change desc\nSort: description asc\nLimit: 50\n'),
    ('list_host_down', f'GET services\n{LIST}Filter: state != 0\nFilter: host_state != 0\nOr: 2\nFilter: scheduled_downtime_depth = 0\nFilter: host_scheduled_downtime_depth = 0\n'
                       'Sort: host_name asc\nSort: description asc\nLimit: 100\n'),
    ('list_pattern', f'GET services\n{LIST}Filter: host_name ~~ h0*4[0-9]\nFilter: plugin_output ~~ broken\nSort: host_name asc\nLimit: 50\n'),
    ('counts', 'GET services\nStats: state = 0\nStats: state = 1\nStats: state = 2\nStats: state = 3\nStats: acknowledged = 1\nStats: state = 2\nStatsAnd: 2\n'),
    ('one', 'GET services\nColumns: description state\nFilter: host_name = h00042\nFilter: description = s7\n'),
    ('table', f'GET services\nColumns: {TWENTY}\n'),
    ('history', f'GET statehist\nColumns: state\nStats: sum duration\nStats: sum duration_part\nFilter: time >= {int(time.time()) - 86400}\nFilter: service_description != \n'),
    ('history_one', f'GET statehist\nColumns: state from until duration_part log_output\nFilter: time >= {int(time.time()) - 86400}\nFilter: host_name = h00042\n'),
)
SLOW = {'table': 5, 'history': 20}  # a round of them for so many of the others


def objects(n):
    out = ['define host {\n name quiet-host\n use th\n register 0\n active_checks_enabled 0\n address 127.0.0.1\n}\n'
           'define service {\n name quiet\n use ts\n register 0\n active_checks_enabled 0\n max_check_attempts 1\n check_command say!$HOSTADDRESS$!-w 5 -c 10\n}\n']
    for h in range(n // PER_HOST):
        out.append(f'define host {{\n use quiet-host\n host_name h{h:05}\n}}\n')
        out += [f'define service {{\n use quiet\n host_name h{h:05}\n service_description s{s}\n}}\n' for s in range(PER_HOST)]
    return ''.join(out)


def fill(v, n):
    """A result for each: one in twenty is broken, one host in fifty down."""
    with open(v.path('cmd'), 'w', encoding='utf-8') as f:
        for h in range(n // PER_HOST):
            f.write(f'[1] PROCESS_HOST_CHECK_RESULT;h{h:05};{h % 50 == 7:d};PING {h}|rta={h}.5ms;100;200;0\n')
            for s in range(PER_HOST):
                state = (h * 7 + s * 3) % 60
                f.write(f'[1] PROCESS_SERVICE_CHECK_RESULT;h{h:05};s{s};{2 if state < 3 else 0};'
                        f'{"broken" if state < 3 else "OK"}: value {h * s} of {h + s}, all as it was|value={h * s};80;90;0;100 other={s}s\n')
    until(lambda: v.livestatus('GET services\nStats: has_been_checked = 1') == [[n]], 'all results', 300)


def cpu_s(pid):
    with open(f'/proc/{pid}/schedstat', encoding='ascii') as f:
        return int(f.read().split()[0]) / 1e9


class Client:
    def __init__(self, path):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.settimeout(60)
        self.s.connect(path)

    def ask(self, text):
        self.s.sendall((text + 'OutputFormat: json\nKeepAlive: on\nResponseHeader: fixed16\n\n').encode())
        head = self.take(16)
        assert head[:3] == b'200', head
        return self.take(int(head[4:15]))

    def take(self, n):
        got = bytearray(n)
        view, at = memoryview(got), 0
        while at < n:
            k = self.s.recv_into(view[at:])
            assert k, 'it was closed'
            at += k
        return bytes(got)


def measure(v, pids, text, rounds):
    c = Client(v.live)
    answer = c.ask(text)
    before, walls = [cpu_s(p) for p in pids], []
    for _ in range(rounds):
        begin = time.perf_counter()
        c.ask(text)
        walls.append(time.perf_counter() - begin)
    walls.sort()
    cpus = [(cpu_s(p) - b) / rounds for p, b in zip(pids, before)]
    return len(json.loads(answer)), len(answer), walls, cpus


def main():
    p = argparse.ArgumentParser(prog='dev bench livestatus')
    p.add_argument('--services', type=int, default=100000)
    p.add_argument('--rounds', type=int, default=100)
    p.add_argument('--only')
    p.add_argument('--json')
    a = p.parse_args()
    table = []
    with Vigie(objects=objects(a.services), program=os.path.join(BUILD, 'release/vigie')) as v:
        v.start()
        say(f'{machine()}\n{a.services} services; results are handed in')
        fill(v, a.services)
        pids = [next(pid for pid, words in v.roles().items() if words[1:3] == ['-x', role]) for role in ('gate', 'local', 'reader')]
        print(f'{"question":16} {"rows":>7} {"KiB":>8} {"wall p50":>10} {"wall p99":>10} {"cpu gate":>10} {"cpu local":>10} {"cpu reader":>11} {"rows/s cpu":>11}')
        for name, text in QUESTIONS:
            if a.only and a.only != name:
                continue
            rows, size, walls, cpus = measure(v, pids, text, max(3, a.rounds // SLOW.get(name, 1)))
            p50, p99 = walls[len(walls) // 2], walls[min(len(walls) - 1, len(walls) * 99 // 100)]
            print(f'{name:16} {rows:7} {size / 1024:8.1f} {p50 * 1e3:7.2f} ms {p99 * 1e3:7.2f} ms {cpus[0] * 1e3:7.2f} ms {cpus[1] * 1e3:7.2f} ms {cpus[2] * 1e3:8.2f} ms {rows / cpus[0]:11.0f}', flush=True)
            table += [{'name': f'livestatus_{name}_{k}', 'value': rounded(x), 'unit': 'ms'} for k, x in
                      (('p50', p50 * 1e3), ('p99', p99 * 1e3), ('cpu_gate', cpus[0] * 1e3), ('cpu_local', cpus[1] * 1e3))]
        if a.json:
            with open(a.json, 'w', encoding='utf-8') as f:
                json.dump(table, f, indent=1)
        v.stop()


main()
