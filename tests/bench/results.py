#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`./dev bench results [--connections N] [--rows N] [--seconds N] [--json FILE]`: how many results a second programs can hand in at POST /api/v1/results of the release build, each acknowledged when
it is on disk: web, gate, engine and store are the real ones, over N connections (4) with N rows (500) a request. 20,000 services, each gets its results in turn.

    rate    rows acknowledged a second, of all connections together
    answer  from the first byte sent to the answer: p50 and p99
    cpu     of each role for one row, by the scheduler's own count; beside other work on the machine it is the figure to compare
The raw limit is that of the busiest role: 1 / its cpu. Target: 20,000 rows a second.
"""
import argparse
import http.client
import json
import os
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'life')]
from bench import BUILD, machine, rounded, say  # noqa: E402
from lib_vigie import Vigie, free_port, until, vigie  # noqa: E402

HOSTS, PER_HOST = 1000, 20
PROGRAM = os.environ.get('VIGIE') or os.path.join(BUILD, 'release/vigie')
ROLES = ('web', 'gate', 'engine', 'store')


def objects():
    out = ['define host {\n name quiet-host\n use th\n register 0\n active_checks_enabled 0\n address 127.0.0.1\n}\n'
           'define service {\n name quiet\n use ts\n register 0\n active_checks_enabled 0\n max_check_attempts 1\n}\n']
    for h in range(HOSTS):
        out.append(f'define host {{\n use quiet-host\n host_name h{h:05}\n}}\n')
        out += [f'define service {{\n use quiet\n host_name h{h:05}\n service_description s{s}\n}}\n' for s in range(PER_HOST)]
    return ''.join(out)


def cpu_s(pid):
    with open(f'/proc/{pid}/schedstat', encoding='ascii') as f:
        return int(f.read().split()[0]) / 1e9


def bodies(rows, first):
    """Ten bodies that one connection sends in turn: one result in fifty is a change of state."""
    out = []
    for k in range(10):
        many = []
        for i in range(rows):
            n = (first + k * rows + i) % (HOSTS * PER_HOST)
            many.append({'host': f'h{n // PER_HOST:05}', 'service': f's{n % PER_HOST}', 'state': 2 if (n + k) % 50 == 0 else 0,
                         'output': f'value {n} of all, as it was', 'performance_data': f'value={n};80000;90000'})
        out.append(json.dumps(many))
    return out


class Sender(threading.Thread):
    def __init__(self, port, token, rows, first, until_s):
        super().__init__()
        self.port, self.token, self.bodies, self.until_s = port, token, bodies(rows, first), until_s
        self.taken, self.walls = 0, []

    def run(self):
        c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        i = 0
        while time.monotonic() < self.until_s:
            begin = time.perf_counter()
            c.request('POST', '/api/v1/results', self.bodies[i % 10], {'Content-Type': 'application/json', 'Authorization': f'Bearer {self.token}'})
            r = c.getresponse()
            answer = json.loads(r.read())
            assert r.status == 200 and not answer['refused'], (r.status, answer)
            self.walls.append(time.perf_counter() - begin)
            self.taken += answer['accepted']
            i += 1


def main():
    p = argparse.ArgumentParser(prog='dev bench results')
    p.add_argument('--connections', type=int, default=4)
    p.add_argument('--rows', type=int, default=500)
    p.add_argument('--seconds', type=float, default=15)
    p.add_argument('--json')
    a = p.parse_args()
    port = free_port()
    with Vigie(objects=objects(), main=f'vigie_http_listen=127.0.0.1:{port}\n', program=PROGRAM) as v:
        v.start()
        status, out, said = vigie('ctl', 'token', 'create', '-c', v.main, 'sender', '--role', 'operator', '--expires', '1d', '-o', 'json', program=PROGRAM)
        assert status == 0, (out, said)
        token = json.loads(out)['token']
        say(f'{machine()}\n{HOSTS * PER_HOST} services; {a.connections} connections, {a.rows} rows a request')
        pids = {role: next(pid for pid, words in v.roles().items() if words[1:3] == ['-x', role]) for role in ROLES}
        begin, before = time.monotonic(), {role: cpu_s(pid) for role, pid in pids.items()}
        senders = [Sender(port, token, a.rows, k * HOSTS * PER_HOST // a.connections, begin + a.seconds) for k in range(a.connections)]
        for s in senders:
            s.start()
        for s in senders:
            s.join()
        wall = time.monotonic() - begin
        taken = sum(s.taken for s in senders)
        cpus = {role: (cpu_s(pid) - before[role]) / taken for role, pid in pids.items()}
        walls = sorted(w for s in senders for w in s.walls)
        p50, p99 = walls[len(walls) // 2], walls[min(len(walls) - 1, len(walls) * 99 // 100)]
        print(f'{taken / wall:.0f} rows/s; answer {p50 * 1e3:.1f} ms p50, {p99 * 1e3:.1f} ms p99')
        for role in ROLES:
            print(f'  {role:7} {cpus[role] * 1e6:6.2f} us a row: at most {1 / cpus[role]:.0f} rows/s')
        until(lambda: v.livestatus('GET services\nStats: has_been_checked = 1') == [[min(taken, HOSTS * PER_HOST)]], 'all are seen', 60) if taken >= HOSTS * PER_HOST else None
        if a.json:
            with open(a.json, 'w', encoding='utf-8') as f:
                json.dump([{'name': 'results_rate', 'value': rounded(taken / wall), 'unit': '1/s'}] +
                          [{'name': f'results_answer_{k}', 'value': rounded(x * 1e3), 'unit': 'ms'} for k, x in (('p50', p50), ('p99', p99))] +
                          [{'name': f'results_cpu_{role}', 'value': rounded(cpus[role] * 1e6), 'unit': 'us'} for role in ROLES], f, indent=1)
        v.stop()


main()
