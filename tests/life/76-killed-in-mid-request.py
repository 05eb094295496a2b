#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=60
"""A gate, a web or a reader that is killed while requests are under way costs these and nothing else: the next ones are answered, nothing is done by half, no other role is restarted, and no connection is lost
beside those of the dead. And a whole list that nobody takes waits."""
import http.client
import json
import os
import signal
import socket

from lib_vigie import Vigie, free_port, main, until, vigie

SERVICES = 300
OBJECTS = 'define host {\n use th\n host_name h\n address 127.0.0.1\n active_checks_enabled 0\n}\n' + ''.join(
    f'define service {{\n use ts\n host_name h\n service_description s{s}\n active_checks_enabled 0\n max_check_attempts 1\n}}\n' for s in range(SERVICES))
FAULT = [{'host': 'h', 'service': f's{s}', 'state': 2, 'output': 'broken'} for s in range(SERVICES)]


class Connection:
    """One that stays open: what is asked on it need not be answered at once."""
    def __init__(self, v):
        self.v = v
        self.socket = socket.create_connection(('127.0.0.1', v.port), timeout=60)

    def ask(self, method, path, body=None, more=()):
        body = json.dumps(body).encode() if body is not None else b''
        fields = [f'{method} {path} HTTP/1.1', 'Host: localhost', f'Authorization: Bearer {self.v.token}', 'Content-Type: application/json', f'Content-Length: {len(body)}', *more]
        self.socket.sendall('\r\n'.join(fields).encode() + b'\r\n\r\n' + body)
        return self

    def answer(self):
        r = http.client.HTTPResponse(self.socket)
        r.begin()
        text = r.read()
        return r.status, json.loads(text) if 'json' in r.getheader('Content-Type', '') and text else text

    def lost(self):
        """Closed by the other side: what it had said before, mostly nothing."""
        try:
            return self.socket.recv(65536)
        except ConnectionError:
            return b''


class Stream(Connection):
    def __init__(self, v):
        super().__init__(v)
        self.text = b''
        self.ask('GET', '/api/v1/stream')
        self.until(b'event: counts')

    def until(self, words):
        while words not in self.text:
            more = self.socket.recv(65536)
            assert more, f'it ended; last: {self.text[-200:]}'
            self.text += more
        self.text = b''

    def broken_off(self):
        """Its end came, and not as of what is whole."""
        while more := self.socket.recv(65536):
            self.text += more
        return not self.text.endswith(b'0\r\n\r\n')


class Web(Vigie):
    def __init__(self):
        self.port = free_port()
        super().__init__(OBJECTS, main=f'vigie_http_listen=127.0.0.1:{self.port}\n')
        self.token = None

    def begin(self):
        self.start()
        status, out, said = vigie('ctl', 'token', 'create', 'one', '--role', 'operator', '-c', self.main, '-o', 'json')
        assert status == 0, (out, said)
        self.token = json.loads(out)['token']

    def pids(self):
        """By role. A plugin that runner is about to begin still looks like runner: who comes first is its parent."""
        found = {}
        for pid, words in self.roles().items():
            if words[1:2] == ['-x']:
                found.setdefault(words[2], pid)
        return found

    def others(self, *but):
        return {role: pid for role, pid in self.pids().items() if role not in but}

    def call(self, method, path, body=None, more=()):
        """None: it cannot be reached just now."""
        try:
            return Connection(self).ask(method, path, body, more).answer()
        except (OSError, http.client.HTTPException):
            return None

    def works(self):
        """An answer that needs web, gate and, for its rows, reader."""
        return self.call('GET', '/api/v1/events?limit=1') or (0,)

    def broken(self):
        return self.livestatus('GET services\nStats: state = 2')[0][0]


def test_gate():
    """What it has is answered by web, on connections that go on; streams are broken off, and files of the page go on meanwhile."""
    with Web() as v:
        v.begin()
        gate, others = v.pids()['gate'], v.others('gate')
        stream, beside = Stream(v), Connection(v)
        os.kill(gate, signal.SIGSTOP)
        asked = [Connection(v).ask('GET', '/api/v1/resources') for _ in range(20)]
        asked.append(Connection(v).ask('POST', '/api/v1/results?all_or_nothing=1', FAULT))
        assert beside.ask('GET', '/').answer()[0] == 200
        os.kill(gate, signal.SIGKILL)
        for c in asked:
            status, answer = c.answer()
            assert status == 503 and 'restarted' in answer['detail'], (status, answer)
        assert stream.broken_off()
        assert until(lambda: v.works()[0] == 200, 'the next gate')
        for c in (*asked[:-1], beside):  # the last one had its body still to send
            assert c.ask('GET', '/api/v1/resources?limit=1').answer()[0] == 200, 'the connection goes on'
        assert v.others('gate') == others
        assert v.broken() == 0


def test_gate_with_results():
    """Results that are taken all or not at all, while the engine has them and gate dies: then they are there, all of them, though nobody could say so; what comes next is taken."""
    with Web() as v:
        v.begin()
        engine, gate, others = v.pids()['engine'], v.pids()['gate'], v.others('gate')
        os.kill(engine, signal.SIGSTOP)
        asked = Connection(v).ask('POST', '/api/v1/results?all_or_nothing=1', FAULT)
        for _ in range(3):  # gate has had it when it answers what came later
            assert v.call('GET', '/api/v1/session')[0] == 200
        os.kill(gate, signal.SIGKILL)
        assert asked.answer()[0] == 503
        os.kill(engine, signal.SIGCONT)
        until(lambda: (v.call('POST', '/api/v1/results', [{'host': 'h', 'state': 1, 'output': 'down'}]) or (0,))[0] == 200, 'the next gate')
        assert v.broken() in (0, SERVICES), 'all or none'
        assert v.others('gate') == others
        status, answer = v.call('POST', '/api/v1/results?all_or_nothing=1', FAULT)
        assert status == 200 and answer['accepted'] == SERVICES and v.broken() == SERVICES, answer


def test_web():
    """Its connections are lost and no other; what it had asked of gate is done once, which a key tells who asks again."""
    with Web() as v:
        v.begin()
        host = v.call('GET', '/api/v1/resources?kind=host')[1]['resources'][0]['id']
        web, engine, others = v.pids()['web'], v.pids()['engine'], v.others('web')
        stream, idle = Stream(v), Connection(v)
        comment, key = ('POST', f'/api/v1/resources/{host}/comment', {'comment': 'seen'}), ['Idempotency-Key: one']
        os.kill(engine, signal.SIGSTOP)
        asked = Connection(v).ask(*comment, key)
        results = Connection(v).ask('POST', '/api/v1/results?all_or_nothing=1', FAULT)
        half = Connection(v)
        half.socket.sendall(b'POST /api/v1/results HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n[{"host":"h"')
        for _ in range(3):
            assert v.call('GET', '/api/v1/session')[0] == 200
        os.kill(web, signal.SIGKILL)
        for name, c in (('asked', asked), ('results', results), ('half', half), ('idle', idle)):
            said = c.lost()
            assert not said, (name, said)
        assert stream.broken_off()
        os.kill(engine, signal.SIGCONT)
        assert until(lambda: v.works()[0] == 200, 'the next web')
        assert until(lambda: (v.call(*comment, key) or (0,))[0] == 200, 'it is said to be done')
        assert v.livestatus('GET comments\nColumns: comment') == [['seen']], 'once'
        assert v.broken() in (0, SERVICES)
        assert v.others('web') == others


def test_reader():
    """What waits for it is told; streams, and what needs no reader, go on."""
    with Web() as v:
        v.begin()
        readers, others = [pid for role, pid in v.pids().items() if role == 'reader'], v.others('reader')
        assert readers and v.works()[0] == 200
        stream = Stream(v)
        for pid in readers:
            os.kill(pid, signal.SIGSTOP)
        asked = [Connection(v).ask('GET', '/api/v1/events?limit=1') for _ in range(5)]
        assert v.call('POST', '/api/v1/results', FAULT[:1])[0] == 200
        stream.until(b'broken')
        for pid in readers:
            os.kill(pid, signal.SIGKILL)
        for c in asked:
            status, answer = c.answer()
            assert status == 503 and answer['code'] in ('part_restarted', 'history_away'), (status, answer)
        assert until(lambda: v.works()[0] == 200, 'the next reader')
        assert all(c.ask('GET', '/api/v1/events?limit=1').answer()[0] == 200 for c in asked)
        assert v.call('POST', '/api/v1/results', [{**FAULT[1], 'output': 'and this'}])[0] == 200
        stream.until(b'and this')
        assert v.others('reader') == others


def test_a_file_that_nobody_takes():
    """Larger than what waits in web and in the kernel: it waits where it is made, others are answered meanwhile, and it comes whole when it is taken."""
    with Web() as v:
        v.begin()
        text = '<' * 4000  # six times as long in JSON
        for s in range(0, SERVICES, 30):
            assert v.call('POST', '/api/v1/results', [{'host': 'h', 'service': f's{k}', 'state': 2, 'output': text} for k in range(s, s + 30)])[0] == 200
        slow = [Connection(v) for _ in range(3)]
        for c in slow:
            c.ask('GET', '/api/v1/resources/export?format=json')
        for _ in range(10):
            assert v.call('GET', '/api/v1/resources?limit=1')[0] == 200
        for c in slow:
            status, answer = c.answer()
            assert status == 200 and sum(r['output'] == text for r in answer['resources']) == SERVICES


main()
