#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Many series at one-minute steps through all of Vigie, by its command file: `tests/bench/series_whole.py [--series N] [--minutes N]`, or as a part of `./dev bench series --whole`.

Says whether the series store falls behind (records that it has yet to read, at the end), what store takes of a core, memory and bytes, and how long it is until a result that ctl hands in
meanwhile is on disk: the series must not delay the journal."""
import argparse
import http.client
import os
import random
import re
import statistics
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.path.dirname(os.path.dirname(HERE))
os.environ.setdefault('VIGIE', os.path.join(SRC, 'build', 'release', 'vigie'))
os.environ.setdefault('SRC', SRC)
sys.path[:0] = [HERE, os.path.join(SRC, 'tests', 'life')]
from bench import machine  # noqa: E402
from lib_vigie import Vigie, until, vigie  # noqa: E402

PORT = int(os.environ.get('PORT') or 18495)
LABELS = 5
SERVICES_A_HOST = 100
TICK = os.sysconf('SC_CLK_TCK')


def objects(services):
    hosts = (services + SERVICES_A_HOST - 1) // SERVICES_A_HOST
    return ''.join(f'define host {{\n use th\n host_name h{h}\n address 127.0.0.1\n active_checks_enabled 0\n}}\n' for h in range(hosts)) + ''.join(
        f'define service {{\n use ts\n host_name h{i // SERVICES_A_HOST}\n service_description s{i}\n active_checks_enabled 0\n}}\n' for i in range(services))


def perf(i, minute, walk):
    """A constant, a counter, a walk, a time in ms, a share: as plugins have them."""
    walk[i] += random.randrange(-50, 51)
    return f"size={40 + i % 7}GB;80;90;0;100 in={i * 1000 + minute * (5000 + i)}c used={walk[i]}MB;;;0 rta={random.randrange(200, 900) / 1000:.3f}ms;100;500;0 pl={random.randrange(3)}%;20;60;0"


class Whole(Vigie):
    def __init__(self, services):
        super().__init__(objects(services), main=f'vigie_http_listen=127.0.0.1:{PORT}\n')

    def metrics(self):
        c = http.client.HTTPConnection('127.0.0.1', PORT, timeout=60)
        c.request('GET', '/metrics')
        return {name: float(value) for name, value in re.findall(r'^(vigie_\S+) (\S+)$', c.getresponse().read().decode(), re.M)}

    def cpu(self, role):
        pid = next(pid for pid, words in self.roles().items() if '-x' in words and words[words.index('-x') + 1] == role)
        with open(f'/proc/{pid}/stat') as f:
            return sum(map(int, f.read().rsplit(')', 1)[1].split()[11:13])) / TICK


def feed(v, services, minutes, walk):
    """Each second a sixtieth of the services; returns the seconds by which the last was late."""
    begin, late = time.monotonic(), 0
    with open(v.path('cmd'), 'w', encoding='ascii') as f:
        for second in range(60 * minutes):
            due = begin + second
            while time.monotonic() < due:
                time.sleep(max(0, min(0.05, due - time.monotonic())))
            for i in range(second % 60, services, 60):
                f.write(f'[1] PROCESS_SERVICE_CHECK_RESULT;h{i // SERVICES_A_HOST};s{i};0;fine|{perf(i, second // 60, walk)}\n')
            f.flush()
            late = time.monotonic() - due
    return late


def submits(v, done, took):
    while not done.is_set():
        begin = time.monotonic()
        status, _, said = vigie('ctl', 'submit', 'h0', 's0', '-s', 'ok', '-m', 'in time', '-c', v.main)
        if status == 0:
            took.append(1000 * (time.monotonic() - begin))
        else:
            print(said, file=sys.stderr)
        done.wait(0.5)


def whole(series, minutes):
    services, took, done = series // LABELS, [], threading.Event()
    with Vigie() as idle:  # what ctl takes by itself
        idle.start()
        quiet = []
        for _ in range(20):
            begin = time.monotonic()
            vigie('ctl', 'submit', 'h', 's', '-s', 'ok', '-m', 'quiet', '-c', idle.main)
            quiet.append(1000 * (time.monotonic() - begin))
    with Whole(services) as v:
        v.start()
        before, begin = {role: v.cpu(role) for role in ('store', 'engine')}, time.monotonic()
        thread = threading.Thread(target=submits, args=(v, done, took))
        thread.start()
        late = feed(v, services, minutes, [random.randrange(100, 100000) for _ in range(services)])
        lasted = time.monotonic() - begin
        share = {role: (v.cpu(role) - at) / lasted for role, at in before.items()}
        done.set()
        thread.join()
        sent = services * minutes * LABELS
        behind = v.metrics()
        try:
            until(lambda: v.metrics()['vigie_series_samples_total'] >= sent, 'all are taken')
        except AssertionError:
            pass
        until(lambda: v.metrics()['vigie_series_sequence'] >= v.metrics()['vigie_journal_sequence'] - 2000, 'committed', patience=90)
        m = v.metrics()
        heads = [os.path.getsize(f'{v.state}/db/series/{n}') for n in os.listdir(f'{v.state}/db/series') if n.endswith('.vsh')]
        print(f'{series} series at one-minute steps for {minutes} minutes, {time.strftime("%Y-%m-%d")}, {machine()}')
        print(f'  sent {sent}, taken {m["vigie_series_samples_total"]:.0f}; the last were late by {late:.1f} s; records behind at the end: {behind["vigie_series_lag_records"]:.0f}')
        print(f'  store {100 * share["store"]:.1f} % of a core, engine {100 * share["engine"]:.1f} %')
        print(f'  memory {m["vigie_series_memory_bytes"] / series:.0f} bytes a series; on disk {m["vigie_series_bytes"] / 1e6:.1f} MB, head {max(heads) / 1e6:.1f} MB')
        print(f'  a result of ctl is on disk after {statistics.median(took):.0f} ms, at most {max(took):.0f} (nothing else to do: {statistics.median(quiet):.0f}, {max(quiet):.0f})')
        assert v.stop() == 0


if __name__ == '__main__':
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--series', type=int, default=100000)
    ap.add_argument('--minutes', type=int, default=4)
    a = ap.parse_args()
    whole(a.series, a.minutes)
