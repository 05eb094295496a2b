#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=3900 timeout=7200
"""Stores elsewhere are away for an hour (VIGIE_OUTAGE_S seconds): Debian's prometheus and victoria-metrics, killed by kill -9, and in their places nothing, one that takes connections and says nothing,
and one that answers 503. Meanwhile the role that sends is killed once, and once all of two Vigies. When the stores are back they have each measurement of the journal, in value and time, and no other.
prometheus runs as it does in earnest: it measures itself, so that after an hour its newest measurement is an hour ahead of what waited; out_of_order_time_window is as docs/SERIES.md has it."""
import http.server
import os
import re
import signal
import socket
import sys
import threading
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'life'))
from lib_stores import TAKES_LATE, Exporting, Store, compare  # noqa: E402
from lib_vigie import main, until, vigie  # noqa: E402

OUTAGE_S = int(os.environ.get('VIGIE_OUTAGE_S') or 3600)
SERVICES, INTERVAL = 200, 10
PORT = int(os.environ.get('PORT') or 18640)
GROWN_MOST_KB = 16 << 10  # of the role that sends, by what waits


class Nothing:
    """In the place of a store: nobody."""
    what, tries = 'closed', None  # tries: how often somebody came, where that is seen

    def __init__(self, port):
        pass

    def close(self):
        pass


class Silent:
    """Takes connections and never says a word."""
    what = 'silent'

    def __init__(self, port):
        self.tries, self.held = 0, []
        self.socket = socket.create_server(('127.0.0.1', port))
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        try:
            while True:
                self.held.append(self.socket.accept()[0])
                self.tries += 1
        except OSError:
            pass

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        for s in [self.socket, *self.held]:
            s.close()


class Busy(http.server.ThreadingHTTPServer):
    """Answers 503."""
    what, daemon_threads = '503', True

    def __init__(self, port):
        self.tries = 0
        super().__init__(('127.0.0.1', port), Answer503)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()


class Answer503(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.tries += 1
        self.rfile.read(int(self.headers['Content-Length']))
        self.send_response(503)
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *words):
        pass


class Way:
    """A target of a Vigie, its store, and what is in the place of that while it is away."""

    def __init__(self, v, target, kind, port, instead):
        self.v, self.target, self.instead, self.failures, self.stand_in = v, target, instead, 0, None
        self.store = Store(v, target, kind, port, TAKES_LATE)
        self.name = f'{target} to {kind} ({instead.what})'
        v.ways.append(self)
        v.add({'remote_write': f'vigie_remote_write_url=http://127.0.0.1:{port}/api/v1/write', 'influx': f'vigie_influx_url=http://127.0.0.1:{port}'}[target])

    def says(self):
        return self.v.exports()[self.target]

    def goes(self):
        """By kill -9. victoria-metrics writes what it has acknowledged seconds later only, or for a snapshot: without that it would lose them, whoever sent them."""
        if self.store.kind == 'victoria':
            until(self.is_still, 'victoria-metrics has what was sent to it')
            assert '"ok"' in self.store.get('/snapshot/create')
        self.store.kill()
        self.stand_in = self.instead(self.store.port)

    def is_still(self):
        return len({''.join(re.findall(r'^vm_rows_inserted_total.*', self.store.get('/metrics'), re.M)) for _ in range(3)}) == 1

    def comes(self):
        self.stand_in.close()
        self.store.begin()


class Two(Exporting):
    """One of the Vigies. What its processes counted is added up, for they are killed."""

    def __init__(self, port):
        super().__init__(f'vigie_http_listen=127.0.0.1:{port}', SERVICES, INTERVAL)
        self.port, self.ways, self.most_kb, self.late = port, [], [], {}

    def add(self, line):
        with open(self.main, 'a', encoding='utf-8') as f:
            f.write(line + '\n')

    def metrics(self):
        with urllib.request.urlopen(f'http://127.0.0.1:{self.port}/metrics', timeout=60) as answer:
            return answer.read().decode()

    def metric(self, name, target):
        line = rf'^vigie_export_{name}(?:_total)?{{[^}}]*target="{target}"[^}}]*}} (.*)'
        return float(until(lambda: re.search(line, self.metrics(), re.M), f'{name} of {target}: after a start it takes a moment')[1])

    def memory(self):
        with open(f'/proc/{self.role()}/status', encoding='ascii') as f:
            return int(re.search(r'VmHWM:\s*(\d+)', f.read())[1])

    def note_role(self):
        """Before the role that sends is killed."""
        self.most_kb.append(self.memory())
        for way in self.ways:
            x = way.says()
            way.failures += self.metric('failures', way.target)
            assert x['refused'] == x['missed'] == x['nameless'] == 0, x

    def note_checks(self):
        for le, n in re.findall(r'check_latency_seconds_bucket\{le="([^"]+)"\} (\d+)', self.metrics()):
            self.late[le] = self.late.get(le, 0) + int(n)

    def kill_role(self):
        self.note_role()
        old = self.role()
        os.kill(old, signal.SIGKILL)
        until(lambda: self.role() not in (None, old), 'another export role')

    def restart(self):
        self.note_role()
        self.note_checks()
        self.kill_all()
        self.start()


def pass_until(vs, begun, seconds):
    """The clock is what is waited for, and nothing else."""
    until(lambda: time.monotonic() >= begun + seconds or any(v.ended() for v in vs), 'the time of the outage', seconds + 60)
    assert not any(v.ended() for v in vs), 'a Vigie ended'


def cut(v):
    """All its stores go at once; it is held meanwhile, so that none of them has acknowledged what it could not write."""
    role = v.role()
    os.kill(role, signal.SIGSTOP)
    try:
        for way in v.ways:
            way.goes()
    finally:
        os.kill(role, signal.SIGCONT)


def is_told(v, since_ms):
    """That it is so, since when, and how much waits, in all places."""
    waiting = len({(service, ms) for _, service, _, _, ms, _ in v.in_journal() if ms > since_ms})
    for way in v.ways:
        until(lambda way=way: v.metric('failing', way.target) == 1, 'failing')
        until(lambda way=way: v.metric('lag_records', way.target) >= waiting, f'{waiting} records wait')
        until(lambda way=way: v.metric('lag_seconds', way.target) >= OUTAGE_S - 2 * INTERVAL, 'as long as it lasts')
        x = way.says()
        assert x['error'] and x['lag_records'] >= waiting and x['lag_seconds'] >= OUTAGE_S - 2 * INTERVAL, (way.name, x)
        print(f'{way.name}: {x["lag_records"]} records wait, the oldest for {x["lag_seconds"]} s: {x["error"]}', flush=True)
    status, text, err = vigie('ctl', 'status', '--state', v.state)
    assert status == 0, err
    assert text.count('NOT SENT NOW') == len(v.ways) and len(re.findall(r', \d+ s behind \((?:remote_write|influx)\)', text)) == len(v.ways), text


def count_tries(way):
    """Pauses become half a minute to a minute: a second the first time, anew with each process."""
    most = OUTAGE_S / 30 + 3 * 8
    failures = way.failures + way.v.metric('failures', way.target)
    print(f'{way.name}: {failures:.0f} requests came to nothing, {way.stand_in.tries} were seen', flush=True)
    assert max(failures, way.stand_in.tries or 0) <= most, f'{way.name}: over {most} tries'


def all_there(v):
    for way in v.ways:
        n, twice = compare(v, way.store, once=way.store.kind == 'prometheus')
        x = way.says()
        assert x['refused'] == x['missed'] == x['nameless'] == 0, x
        print(f'{way.name}: all of {n} measurements are there, {twice} of them twice and equal; it had {x["sent_before"]} of those sent again', flush=True)
        assert n > OUTAGE_S // INTERVAL * SERVICES * 3 // 2, n
    late = {float(le.replace('+Inf', 'inf')): n for le, n in v.late.items()}
    total = max(late.values())
    print(f'{total} checks began; ' + ', '.join(f'{100 * n / total:.2f}% within {le * 1000:g} ms' for le, n in late.items() if 0.001 <= le <= 1))
    print(f'the role that sends had at most {v.most_kb} kB: before, and each process', flush=True)
    assert max(v.most_kb) - v.most_kb[0] <= GROWN_MOST_KB, v.most_kb


def outage(vs):
    ways = [way for v in vs for way in v.ways]
    for v in vs:
        v.grown(SERVICES * 3)
        for way in v.ways:
            compare(v, way.store, once=True)
        v.most_kb.append(v.memory())
    begun, since_ms = time.monotonic(), time.time() * 1000
    for v in vs:
        cut(v)
    until(lambda: all(way.says()['error'] for way in ways), lambda: f'failing requests: {[way.says() for way in ways]}')
    pass_until(vs, begun, OUTAGE_S / 3)
    for v in vs:
        v.kill_role()
    pass_until(vs, begun, OUTAGE_S * 2 / 3)
    for v in vs:
        v.restart()
    pass_until(vs, begun, OUTAGE_S)
    for v in vs:
        is_told(v, since_ms)
    for way in ways:
        count_tries(way)
    back = time.monotonic()
    for way in ways:
        way.comes()
    for v in vs:
        until(lambda v=v: any(not way.says()['error'] for way in v.ways), 'the first one is sent to again')
        v.kill_role()  # in the midst of what follows, if that takes a while
    until(lambda: all(not x['error'] and x['lag_records'] < 2 * SERVICES for x in (way.says() for way in ways)), lambda: f'it is sent: {[way.says() for way in ways]}', 600)
    print(f'all of it was sent {time.monotonic() - back:.0f} s after the stores began again', flush=True)
    for v in vs:
        v.grown(SERVICES * 3)
        v.note_role()
        v.note_checks()
        all_there(v)


def test_an_outage():
    with Two(PORT) as a, Two(PORT + 1) as b:
        try:
            for v, target, kind, port, instead in ((a, 'remote_write', 'prometheus', PORT + 2, Nothing), (a, 'influx', 'victoria', PORT + 3, Silent),
                                                   (b, 'remote_write', 'victoria', PORT + 4, Busy), (b, 'influx', 'victoria', PORT + 5, Nothing)):
                Way(v, target, kind, port, instead).store.begin()
            for v in (a, b):
                v.start()
            outage([a, b])
        finally:
            for way in a.ways + b.ways:
                way.store.close()


main()
