#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`./dev bench logins [--services N] [--seconds N] [--rate N] [--one-source] [--json FILE]`: 10,000 services are checked once a minute each, a plugin every 6 ms, while 1,000 attempts a second to sign in come in over 64
connections, each with a name and a password of its own, every eighth with the name of an administrator, and from ever new addresses (of 127.0.0.0/8), so that no source
waits for its failures and auth hashes passwords all the time (--one-source: from one address, as somebody alone would). How late checks began is told by /metrics, in turns without and with the flood: quiet, flood, quiet, flood.

    late_p50, late_p99, late_p999    the limit of the histogram below which so many checks began
    answered                         how the attempts were answered, by status: that none of them delays a check does not mean that all are looked at
"""
import argparse
import collections
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'life')]
from bench import BUILD, machine, say  # noqa: E402
from lib_vigie import Vigie, free_port, until  # noqa: E402
from web import cpu_s, get  # noqa: E402

PROGRAM = os.environ.get('VIGIE') or os.path.join(BUILD, 'release/vigie')
TRIES = 4  # from one address: fewer than cost a wait
CONNECTIONS, PER_HOST, INTERVAL = 64, 20, 60  # what waits for a password's hash waits; all others are to come at their pace
SECRET = 'a long enough watchword'


def objects(services):
    out = ['define command {\n command_name quick\n command_line /bin/true\n}\n'
           f'define host {{\n name h\n use th\n register 0\n active_checks_enabled 0\n address 127.0.0.1\n}}\ndefine service {{\n name s\n use ts\n register 0\n check_command quick\n check_interval {INTERVAL}\n retry_interval {INTERVAL}\n}}\n']
    for h in range(services // PER_HOST):
        out.append(f'define host {{\n use h\n host_name h{h:05}\n}}\n')
        out += [f'define service {{\n use s\n host_name h{h:05}\n service_description s{s}\n}}\n' for s in range(PER_HOST)]
    return ''.join(out)


class Attempts(threading.Thread):
    """One connection that asks at its pace, and at once again when it is behind."""
    def __init__(self, port, k, rate, stop, sources):
        super().__init__(daemon=True)
        self.port, self.k, self.rate, self.stop, self.sources, self.answered = port, k, rate, stop, sources, collections.Counter()

    def connect(self, n):
        """Below 2^24 addresses each attempt of each connection has one of its own."""
        at = 2 + (self.k + n * CONNECTIONS) % (2 ** 24 - 4)
        source = f'127.{at >> 16}.{at >> 8 & 255}.{at & 255}' if self.sources else '127.0.0.1'
        return socket.create_connection(('127.0.0.1', self.port), timeout=60, source_address=(source, 0))

    def once(self, s, n):
        name = 'keeper' if n % 8 == 0 else f'nobody{self.k}x{n}'
        body = json.dumps({'user': name, 'password': f'guess number {n} of {self.k}'}).encode()
        s.sendall(f'POST /api/v1/login HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n'.encode() + body)
        text = b''
        while b'\r\n\r\n' not in text:
            more = s.recv(65536)
            if not more:
                raise OSError('closed')
            text += more
        head, _, rest = text.partition(b'\r\n\r\n')
        length = int(re.search(rb'[Cc]ontent-[Ll]ength: (\d+)', head).group(1))
        while len(rest) < length:
            rest += s.recv(65536)
        self.answered[head.split()[1].decode()] += 1

    def run(self):
        begin, n, s = time.monotonic(), 0, None
        while not self.stop.is_set():
            try:
                s = s or self.connect(n)
                self.once(s, n)
                if self.sources and n % TRIES == TRIES - 1:
                    s.close()
                    s = None
            except OSError:
                self.answered['no answer'] += 1
                s = None
            n += 1
            self.stop.wait(max(0, begin + n / self.rate - time.monotonic()))


def latency(port):
    """How many checks began at most so late, by the limits of the histogram."""
    _, _, text = get(port, '/metrics', {})
    return {float(le.replace('+Inf', 'inf')): int(n) for le, n in re.findall(r'check_latency_seconds_bucket\{le="([^"]+)"\} (\d+)', text.decode())}


def below(steps, part):
    total = steps[float('inf')]
    return next((le for le, n in sorted(steps.items()) if total and n >= part * total), float('inf'))


def span(port, seconds, rate, sources):
    """What happens in so many seconds, with so many attempts a second."""
    stop, before, begin = threading.Event(), latency(port), time.monotonic()
    all_of = [Attempts(port, k, rate / CONNECTIONS, stop, sources) for k in range(CONNECTIONS if rate else 0)]
    for one in all_of:
        one.start()
    time.sleep(seconds)
    stop.set()
    for one in all_of:
        one.join(70)
    took, after = time.monotonic() - begin, latency(port)
    return {le: after[le] - before[le] for le in after}, sum((one.answered for one in all_of), collections.Counter()), took


def main():
    p = argparse.ArgumentParser(prog='dev bench logins')
    p.add_argument('--services', type=int, default=10000)
    p.add_argument('--seconds', type=float, default=20)
    p.add_argument('--rate', type=int, default=1000)
    p.add_argument('--one-source', action='store_true')
    p.add_argument('--json')
    a = p.parse_args()
    port, sums = free_port(), {}
    with Vigie(objects=objects(a.services), main=f'vigie_http_listen=127.0.0.1:{port}\n', program=PROGRAM) as v:
        v.start()
        subprocess.run([PROGRAM, 'ctl', 'user', 'add', 'keeper', '--role', 'admin', '-c', v.main], input=SECRET + '\n', text=True, stdout=subprocess.DEVNULL, check=True)
        until(lambda: latency(port)[float('inf')] > 200, 'checks begin')
        pids = {role: [pid for pid, words in v.roles().items() if words[1:3] == ['-x', role]] for role in ('web', 'gate', 'auth', 'engine')}
        say(f'{machine()}; {a.services} services, {a.services / INTERVAL:.0f} checks a second')
        for what, rate in (('quiet', 0), ('flood', a.rate)) * 2:
            busy = {role: cpu_s(ids) for role, ids in pids.items()}
            steps, answered, took = span(port, a.seconds, rate, not a.one_source)
            cpus = ', '.join(f'{role} {(cpu_s(ids) - busy[role]) / took * 100:.0f} %' for role, ids in pids.items())
            total = sums.setdefault(what, collections.Counter())
            total.update({le: n for le, n in steps.items()})
            print(f'{what}: {took:.1f} s, {steps[float("inf")]} checks began; half within {below(steps, 0.5) * 1e3:g} ms, 99 % within {below(steps, 0.99) * 1e3:g} ms, 99.9 % within {below(steps, 0.999) * 1e3:g} ms'
                  f'; {sum(answered.values()) / took:.0f} attempts/s {dict(answered)}; {cpus}; load {os.getloadavg()[0]:.1f}', flush=True)
        v.stop()
    if a.json:
        with open(a.json, 'w', encoding='utf-8') as f:
            json.dump([{'name': f'logins_{what}_late_p{part * 100:g}'.replace('.', ''), 'value': below(steps, part) * 1e3, 'unit': 'ms', 'rival': None, 'ratio': None}
                       for what, steps in sums.items() for part in (0.5, 0.99, 0.999)], f, indent=1)
    return 0


if __name__ == '__main__':
    sys.exit(main())
