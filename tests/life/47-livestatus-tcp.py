#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release
"""Livestatus over TCP without TLS, on loopback, with the real sandbox: which addresses are refused, what clients and others get there, and who is let go."""
import json
import os
import re
import signal
import socket

from lib_vigie import ONE, Vigie, free_port, main, until, vigie

PASSIVE = ONE.replace('address 127.0.0.1', 'address 127.0.0.1\n active_checks_enabled 0').replace('description s', 'description s\n active_checks_enabled 0\n max_check_attempts 1')
NAMES = 'GET services\nColumns: description\nOutputFormat: json\n'


def connect(port):
    s = socket.create_connection(('127.0.0.1', port), 30)
    s.settimeout(60)
    return s


def rest(s):
    got = b''
    while part := s.recv(1 << 16):
        got += part
    return got


def ask(port, text):
    with connect(port) as s:
        s.sendall(text.encode())
        return rest(s)


def notifies(v):
    return v.livestatus('GET status\nColumns: enable_notifications') == [[1]]


def test_what_is_refused():
    with Vigie() as v, socket.create_server(('127.0.0.1', 0)) as taken:
        with open(v.main, encoding='utf-8') as f:
            base = f.read()
        for at, words in (('0.0.0.0:6557', 'on loopback only'), ('192.168.1.9:6557', 'vigie_livestatus_tls=192.168.1.9:6557'), ('[::]:6557', 'on loopback only'),
                          ('localhost:6557', 'localhost:6557'), ('127.0.0.1', '127.0.0.1'), (f'127.0.0.1:{taken.getsockname()[1]}', 'vigie_livestatus_tcp: ')):
            v.put('main.cfg', base + f'vigie_livestatus_tcp={at}\n')
            before = len(v.said())
            said = v.refuses()[before:]
            assert 'vigie_livestatus_tcp' in said and words in said and 'READY' not in said, (at, said)


def test_clients():
    port = free_port()
    with Vigie(PASSIVE, f'vigie_livestatus_tcp=127.0.0.1:{port}') as v:
        v.start()
        assert json.loads(ask(port, NAMES + '\n')) == [['s']]
        with connect(port) as s:  # without waiting, and the end said by half
            s.sendall((NAMES + 'KeepAlive: on\n\n').encode() * 50 + NAMES.encode())
            s.shutdown(socket.SHUT_WR)
            assert rest(s) == b'[["s"]]\n' * 51
        ask(port, 'COMMAND [1] DISABLE_NOTIFICATIONS\n\nGET status\n\n')
        until(lambda: not notifies(v), 'the command acts')
        until(lambda: re.search('"author":"tcp"', vigie('ctl', 'log', '-c', v.main, '-o', 'json')[1]), 'who gave it is recorded')
        # A page in a browser of this machine may send something here, but nothing that counts.
        for text in ('POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 40\r\nConnection: keep-alive\r\n\r\nCOMMAND [1] ENABLE_NOTIFICATIONS\n\n',
                     'GET /COMMAND HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nCOMMAND [1] ENABLE_NOTIFICATIONS\n\n'):
            assert b'ENABLE' not in ask(port, text)
        assert json.loads(ask(port, NAMES + '\n')) == [['s']] and not notifies(v)
        local = next(pid for pid, words in v.roles().items() if words[1:3] == ['-x', 'local'])
        os.kill(local, signal.SIGKILL)

        def answered():
            try:
                return json.loads(ask(port, NAMES + '\n')) == [['s']]
            except (OSError, ValueError):
                return False
        until(answered, 'a new local has the listener')
        assert v.stop() == 0


def test_idle():
    """Who asks nothing any more is closed, who waits for an answer is not; at the unix socket nobody is."""
    port = free_port()
    with Vigie(PASSIVE, f'vigie_livestatus_tcp=127.0.0.1:{port}\nvigie_livestatus_tls_idle=1s') as v:
        v.start()
        with connect(port) as waits, connect(port) as idle, connect(port) as never, socket.socket(socket.AF_UNIX) as local:
            local.connect(v.live)
            waits.sendall(b'GET services\nColumns: description\nWaitObject: h;s\nWaitCondition: state = 2\nOutputFormat: json\n\n')
            idle.sendall((NAMES + 'KeepAlive: on\n\n').encode())
            assert rest(idle) == b'[["s"]]\n' and rest(never) == b''
            v.order('PROCESS_SERVICE_CHECK_RESULT;h;s;2;now')
            assert json.loads(rest(waits)) == [['s']], 'it had a question under way'
            local.sendall((NAMES + '\n').encode())
            assert rest(local) == b'[["s"]]\n'
        assert v.stop() == 0


main()
