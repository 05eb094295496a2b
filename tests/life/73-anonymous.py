#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=20
"""Who has not signed in costs little: no request without a session or token makes web or gate hold more than 64 KiB, neither the largest there may be, nor one that never ends, nor an answer that nobody reads.
Measured on the processes themselves, over hundreds of connections at once."""
import os
import re
import socket

from lib_vigie import Vigie, main, until

PORT = int(os.environ.get('PORT') or 18475)
MOST_KB = 64
CLIENTS = 200
HEAD, BODY = 15 << 10, (16 << 10) - 64  # nearly as much as is taken of somebody unknown
OPEN = ('/api/v1/login', '/api/v1/setup', '/api/v1/setup/check')
SHUT = ('/api/v1/resources', '/api/v1/users', '/api/v1/resources/1/acknowledge')


def request(path, method='POST', head=HEAD, body=BODY, cut=0):
    """The bytes of a request as large as it may be, without the last cut."""
    text = '{"user": "nobody", "password": "' + 'x' * (body - 40) + '"}'
    lines = f'{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\nAccept-Language: '
    whole = lines + 'e' * (head - len(lines)) + '\r\n\r\n' + text
    return whole[:len(whole) - cut].encode()


def memory_kb(v, what='VmRSS'):
    found = {}
    for pid, words in v.roles().items():
        for role in ('web', 'gate'):
            if '-x' in words and role in words:
                with open(f'/proc/{pid}/status') as f:
                    found[role] = int(re.search(what + r':\s+(\d+)', f.read()).group(1))
    return found


def connect(data):
    s = socket.create_connection(('127.0.0.1', PORT), timeout=30)
    s.sendall(data)
    return s


def status(s):
    """Of the answer, read as far as its first line."""
    text = b''
    while b'\r\n' not in text:
        chunk = s.recv(4096)
        if not chunk:
            break
        text += chunk
    return int(text.split(b' ')[1]) if text else None


def costs(what, begin, lasts=True):
    """begin() opens a connection and returns it; so many of them may cost each so much, of a Vigie that has no memory to spare from before."""
    with Vigie(main=f'vigie_http_listen=127.0.0.1:{PORT}\n') as v:
        v.start()
        begin().close()
        before, had = memory_kb(v), connected(v)
        held = [begin() for _ in range(CLIENTS)]
        if lasts:
            until(lambda: connected(v) >= had + CLIENTS - 1, f'{what}: {CLIENTS} connections taken')
        after = memory_kb(v)
        for s in held:
            s.close()
    each = {role: (after[role] - before[role]) / CLIENTS for role in before}
    print(f'  {what}: ' + ', '.join(f'{role} {kb:.1f} KiB' for role, kb in each.items()), flush=True)
    for role, kb in each.items():
        assert kb <= MOST_KB, f'{what}: {role} holds {kb:.1f} KiB for each'


def connected(v):
    """How many connections web has, by its own descriptors."""
    pid = next(pid for pid, words in v.roles().items() if '-x' in words and 'web' in words)
    found = 0
    for fd in os.listdir(f'/proc/{pid}/fd'):
        try:
            found += os.readlink(f'/proc/{pid}/fd/{fd}').startswith('socket:')
        except FileNotFoundError:
            pass
    return found


def answered(path):
    s = connect(request(path))
    assert status(s) in (400, 401, 403, 405, 409, 410, 413, 422, 429, 431, 503), path
    return s


def refused(data):
    """413 before the body was read, and then the end of the connection."""
    s = connect(data)
    assert status(s) == 413
    return s


def unread():
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    s.connect(('127.0.0.1', PORT))
    s.sendall(f'GET / HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\n\r\n'.encode() * 8)
    return s


def test_costs():
    costs('a connection that says nothing', lambda: connect(b''))
    costs('half a head', lambda: connect(request(OPEN[0])[:HEAD - 10]))
    costs('all but the last byte', lambda: connect(request(OPEN[0], cut=1)))
    costs('a large body, with a cookie of nobody', lambda: refused(request(OPEN[0], head=600, body=150 << 10).replace(b'Accept-Language', b'Cookie: vigie_session=x\r\nAccept-Language')), lasts=False)
    costs('answered', lambda: answered(OPEN[0]))
    costs('answers that nobody reads', unread)


def test_peak():
    """And not for a moment either, in gate, where one after another is worked at."""
    with Vigie(main=f'vigie_http_listen=127.0.0.1:{PORT}\n') as v:
        v.start()
        for path in OPEN + SHUT:
            status(connect(request(path, body=200)))
            before = memory_kb(v, 'VmHWM')
            status(connect(request(path)))
            after = memory_kb(v, 'VmHWM')
            for role in before:
                assert after[role] - before[role] <= MOST_KB, f'{path}: {role} took {after[role] - before[role]} KiB for a moment'


main()
