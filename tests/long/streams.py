#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=3900 timeout=7200
"""Two thousand live views for an hour (VIGIE_STREAMS_S seconds), half of it over TLS (VIGIE_STREAMS_TLS=0 or 1: all of it without or with): whatever changes reaches each view that shows it, also those whose clients read slowly, or go and come back with the number of the
last event they had; no view has to be read again as a whole; and web and gate do not grow by it. Once a minute changes pause, and each client's rows must be those that the list gives at that moment."""
import http.client
import json
import os
import random
import re
import resource
import selectors
import socket
import ssl
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'life'))
from lib_vigie import Vigie, main, until  # noqa: E402

SECONDS = int(os.environ.get('VIGIE_STREAMS_S') or 3600)
PORT = int(os.environ.get('PORT') or 18660)
TLS = {'0': (False,), '1': (True,)}.get(os.environ.get('VIGIE_STREAMS_TLS'), (False, True))
STREAMS = int(os.environ.get('VIGIE_STREAMS') or 2000)
HOSTS, SERVICES = 20, 50
EVERYTHING = STREAMS // 20  # so many see all hosts, the others one each
COMING_BACK, SLOW = 20, 20  # of a round
CHANGES_A_SECOND = 5
ROUND_S, WARM_ROUNDS = 60, 3
GROWTH_MOST_KB = 2048  # of a role, from when it is warm to the end
PASSWORD = 'correct zebra lamp forty'
OBJECTS = ''.join(
    f'define host {{\n use th\n host_name h{h}\n address 127.0.0.1\n active_checks_enabled 0\n}}\n'
    + ''.join(f'define service {{\n use ts\n host_name h{h}\n service_description s{s}\n active_checks_enabled 0\n max_check_attempts 1\n}}\n' for s in range(SERVICES))
    for h in range(HOSTS))


def certificate_of_its_own():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Session:
    """Of an administrator, made with the set-up link."""

    def __init__(self, v, tls):
        self.tls = certificate_of_its_own() if tls else None
        token = until(lambda: re.search(r'#setup=(\S+)', v.said()), 'the set-up link').group(1)
        c = self.connection()
        c.request('POST', '/api/v1/setup', json.dumps({'token': token, 'user': 'root', 'password': PASSWORD}), {'Content-Type': 'application/json'})
        answer = c.getresponse()
        assert answer.status == 201, answer.read()
        self.cookie = answer.headers['Set-Cookie'].split(';')[0]

    def connection(self):
        return http.client.HTTPSConnection('127.0.0.1', PORT, timeout=60, context=self.tls) if self.tls else http.client.HTTPConnection('127.0.0.1', PORT, timeout=60)

    def rows(self, view):
        """id -> output, of all rows of that view."""
        found, cursor = {}, ''
        while cursor is not None:
            c = self.connection()
            c.request('GET', f'/api/v1/resources?{view}&limit=200' + (f'&cursor={cursor}' if cursor else ''), headers={'Cookie': self.cookie})
            answer = c.getresponse()
            page = json.loads(answer.read())
            assert answer.status == 200, page
            found.update((row['id'], row['output']) for row in page['resources'])
            cursor = page.get('next')
        return found


class Stream:
    """One client. Events are taken in as they come; rows: what its view shows by them."""

    def __init__(self, view, session, poll):
        self.view, self.session, self.poll = view, session, poll
        self.rows, self.last, self.resyncs, self.events = {}, None, 0, 0  # resyncs: but for one at coming back, when something changed meanwhile
        self.open()

    def open(self):
        self.head, self.chunks, self.text, self.name, self.fresh = b'', b'', b'', None, self.last is not None
        self.socket = socket.create_connection(('127.0.0.1', PORT), timeout=60)
        if self.session.tls:
            self.socket = self.session.tls.wrap_socket(self.socket)
        again = f'Last-Event-ID: {self.last}\r\n' if self.last else ''
        self.socket.sendall(f'GET /api/v1/stream?{self.view} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nCookie: {self.session.cookie}\r\nAccept: text/event-stream\r\n{again}\r\n'.encode())
        self.socket.setblocking(False)
        self.reading(True)

    def reading(self, on):
        (self.poll.register(self.socket, selectors.EVENT_READ, self) if on else self.poll.unregister(self.socket))

    def close(self):
        self.reading(False)
        self.socket.close()

    def take(self):
        """All that is there: what TLS has decoded already the kernel would not tell of."""
        while self.take_some():
            pass

    def take_some(self):
        try:
            data = self.socket.recv(1 << 18)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        assert data, f'the stream of {self.view} ended after {self.events} events'
        if self.head is not None:
            self.head += data
            if b'\r\n\r\n' not in self.head:
                return True
            head, data = self.head.split(b'\r\n\r\n', 1)
            assert b' 200 ' in head.split(b'\r\n')[0] and b'chunked' in head.lower(), head
            self.head = None
        self.chunks += data
        while b'\r\n' in self.chunks:
            size, rest = self.chunks.split(b'\r\n', 1)
            n = int(size, 16)
            assert n, f'the stream of {self.view} was ended after {self.events} events'
            if len(rest) < n + 2:
                break
            self.text, self.chunks = self.text + rest[:n], rest[n + 2:]
        *lines, self.text = self.text.split(b'\n')
        for line in lines:
            self.line(line)
        return True

    def line(self, line):
        if line.startswith(b'id:'):
            self.last = line[3:].strip().decode()
        elif line.startswith(b'event:'):
            self.name = line[6:].strip()
        elif line.startswith(b'data:'):
            self.events += 1
            again = self.name == b'resync'
            self.resyncs += again and not self.fresh
            if again:
                self.rows = self.session.rows(self.view)
            self.fresh = self.fresh and self.name != b'row'
            if self.name == b'row':
                row = json.loads(line[5:])
                self.rows[row['id']] = row['output']
            elif self.name == b'gone':
                self.rows.pop(json.loads(line[5:])['id'], None)


def rss_kb(v, role):
    pid = next(pid for pid, words in v.roles().items() if '-x' in words and role in words)
    with open(f'/proc/{pid}/status') as f:
        return int(re.search(r'VmRSS:\s+(\d+)', f.read()).group(1))


def listen(poll, seconds, streams=()):
    """Takes what comes for so long, or until those streams have what they should: (stream, rows)."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        for key, _ in poll.select(min(left, 0.5)):
            key.data.take()
        if streams and all(s.rows == want for s, want in streams):
            return True
    return False


def change(v, number):
    lines = ''
    for _ in range(CHANGES_A_SECOND):
        number += 1
        lines += f'[{int(time.time())}] PROCESS_SERVICE_CHECK_RESULT;h{random.randrange(HOSTS)};s{random.randrange(SERVICES)};{random.randrange(3)};number {number}\n'
    with open(v.path('cmd'), 'w', encoding='utf-8') as f:
        f.write(lines)
    return number


def seen(v, number):
    return any(f'number {number}' in row[0] for row in v.livestatus(f'GET services\nColumns: plugin_output\nFilter: plugin_output = number {number}'))


def watch(seconds, tls):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, STREAMS + 1000), hard))
    with Vigie(objects=OBJECTS, main=f'vigie_http_listen=127.0.0.1:{PORT}\nvigie_tls={"on" if tls else "auto"}\n') as v, selectors.EpollSelector() as poll:
        v.start()
        session = Session(v, tls)
        views = ['filter=all' if i < EVERYTHING else f'filter=all&host=h{i % HOSTS}' for i in range(STREAMS)]
        streams = [Stream(view, session, poll) for view in views]
        begun = session.rows('filter=all')
        assert len(begun) == HOSTS * (SERVICES + 1), len(begun)
        for s in streams:
            s.rows = dict(begun) if 'host' not in s.view else session.rows(s.view)
        number, begin, memory, rounds = 0, time.monotonic(), {}, 0
        while time.monotonic() < begin + seconds:
            slow = random.sample(streams, SLOW)
            for s in slow:
                s.reading(False)
            for s in random.sample([s for s in streams if s not in slow], COMING_BACK):
                s.close()
                listen(poll, 0.02)
                s.open()
            for _ in range(ROUND_S):
                number = change(v, number)
                listen(poll, 1)
            for s in slow:
                s.reading(True)
            until(lambda: seen(v, number), 'the last change')
            now = {view: session.rows(view) for view in set(views)}
            if not listen(poll, 60, [(s, now[s.view]) for s in streams]):
                wrong = [s for s in streams if s.rows != now[s.view]]
                assert not wrong, f'round {rounds}: {len(wrong)} views differ; {wrong[0].view}: ' + str([(i, wrong[0].rows.get(i), o) for i, o in now[wrong[0].view].items() if wrong[0].rows.get(i) != o][:3])
            rounds += 1
            memory = {role: [*memory.get(role, []), rss_kb(v, role)] for role in ('web', 'gate')}
            print(f'  round {rounds}: {number} changes, {sum(s.events for s in streams)} events; ' + ', '.join(f'{role} {kb[-1]} kB' for role, kb in memory.items()), flush=True)
        assert not (again := sum(s.resyncs for s in streams)), f'{again} times a view was to be read again'
        for role, kb in memory.items():
            assert len(kb) <= WARM_ROUNDS or kb[-1] - kb[WARM_ROUNDS - 1] <= GROWTH_MOST_KB, f'{role} grew: {kb}'
        for s in streams:
            s.close()


def test_plain():
    if False in TLS:
        watch(SECONDS / len(TLS), False)


def test_over_tls():
    if True in TLS:
        watch(SECONDS / len(TLS), True)


main()
