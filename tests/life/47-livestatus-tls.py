#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release
"""Livestatus over TCP with TLS, on loopback, with the real sandbox: what is refused at the start and why, clients with and without a certificate, renewed certificates, clients that misbehave."""
import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import time
import warnings

from lib_papers import Half, Papers, context_of, openssl
from lib_vigie import ONE, SRC, Skip, Vigie, free_port, main, until

PASSIVE = ONE.replace('address 127.0.0.1', 'address 127.0.0.1\n active_checks_enabled 0').replace('description s', 'description s\n active_checks_enabled 0\n max_check_attempts 1')
NAMES = 'GET services\nColumns: description\nOutputFormat: json\n'


def settings(papers, at, ca=False):
    return (f'vigie_livestatus_tls={at}\nvigie_livestatus_tls_cert={papers.path("server.pem")}\nvigie_livestatus_tls_key={papers.path("server.key")}\n' +
            (f'vigie_livestatus_tls_ca={papers.path("ca.pem")}\n' if ca else ''))


def connect(papers, port, client=None, version=None):
    s = context_of(papers, client, version).wrap_socket(socket.create_connection(('127.0.0.1', port), 30), server_hostname='localhost')
    s.settimeout(30)
    return s


def take(s, n):
    got = b''
    while len(got) < n:
        part = s.recv(n - len(got))
        assert part, f'it was closed behind {got!r}'
        got += part
    return got


def ask(s, text):
    s.sendall((text.rstrip('\n') + '\nOutputFormat: json\nResponseHeader: fixed16\nKeepAlive: on\n\n').encode())
    head = take(s, 16)
    body = take(s, int(head[4:15])).decode()
    return json.loads(body) if head[:3] == b'200' else (int(head[:3]), body)


def rest(s):
    got = b''
    while part := s.recv(1 << 16):
        got += part
    return got


def test_what_is_refused():
    with Vigie() as v:
        papers = Papers(v.path('papers'))
        with open(v.main, encoding='utf-8') as f:
            base = f.read()
        openssl('ec', '-in', papers.path('server.key'), '-aes128', '-passout', 'pass:secret', '-out', papers.path('locked.key'))
        with open(papers.path('junk.pem'), 'w', encoding='ascii') as f:
            f.write('-----BEGIN CERTIFICATE-----\nnonsense\n')
        good = settings(papers, '127.0.0.1:1')
        for main_file, words in (
                ('vigie_livestatus_tls=127.0.0.1:1\n', 'vigie_livestatus_tls_cert=FILE'),
                (good.replace('vigie_livestatus_tls_key', '#'), 'vigie_livestatus_tls_key=FILE'),
                (settings(papers, '203.0.113.9:6557'), 'vigie_livestatus_tls_ca=FILE'),
                (settings(papers, '0.0.0.0:6557'), 'vigie_livestatus_tls_ca=FILE'),
                (settings(papers, '[2001:db8::1]:6557'), 'vigie_livestatus_tls_ca=FILE'),
                (settings(papers, 'localhost:6557'), 'localhost:6557'),
                (good.replace('server.pem', 'nothing.pem'), 'cannot open the server'),
                (good.replace('server.pem', ''), 'is no file'),
                (settings(papers, '127.0.0.1:0').replace('server.pem', 'junk.pem'), 'no certificate in PEM form'),
                (settings(papers, '127.0.0.1:0').replace('server.pem', 'client.pem'), 'does not belong to the certificate'),
                (settings(papers, '127.0.0.1:0').replace('server.key', 'locked.key'), 'passphrase'),
                (settings(papers, '127.0.0.1:0').replace('server.key', 'server.pem'), 'no private key'),
                (settings(papers, '127.0.0.1:0', ca=True).replace('ca.pem', 'junk.pem'), 'authorities of clients'),
                (settings(papers, '127.0.0.1:0', ca=True).replace('ca.pem', 'server.key'), 'authorities of clients')):
            v.put('main.cfg', base + main_file)
            before = len(v.said())
            said = v.refuses()[before:]
            assert words in said and 'READY' not in said, (main_file, said)


def test_clients():
    port = free_port()
    with Vigie(objects=PASSIVE) as v:
        papers = Papers(v.path('papers'))
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write(settings(papers, f'127.0.0.1:{port}'))
        v.start()
        s = connect(papers, port)
        for _ in range(3):
            assert ask(s, NAMES) == [['s']]
        s.sendall((NAMES + 'KeepAlive: on\nResponseHeader: fixed16\n\n').encode() * 200)  # without waiting
        for _ in range(200):
            assert take(s, 16 + 8)[16:] == b'[["s"]]\n'
        assert ask(s, 'GET nothing')[0] == 404
        assert len(ask(s, 'GET columns')) > 500, 'an answer of many records'
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            s = connect(papers, port, version=version)
            s.sendall((NAMES + '\n').encode())
            assert rest(s) == b'[["s"]]\n', 'closed in order behind the answer'
        s = connect(papers, port)
        for byte in NAMES + '\n':
            s.sendall(byte.encode())
        assert rest(s) == b'[["s"]]\n', 'a byte a record'
        s = connect(papers, port)
        try:
            s.sendall(b'GET services\nResponseHeader: fixed16\nColumns:' + b' description' * 100000)
        except (ssl.SSLError, ConnectionError):
            pass
        assert take(s, 4) == b'413 ', 'a request without an end'
        s = connect(papers, port)
        s.sendall(f'COMMAND [{int(time.time())}] ADD_HOST_COMMENT;h;1;ann;over the wire\n'.encode())
        s.close()
        until(lambda: v.livestatus('GET comments\nColumns: comment') == [['over the wire']], 'a command that the end of input ends')
        with socket.create_connection(('127.0.0.1', port), 30) as plain:
            plain.sendall(NAMES.encode() + b'\n')
            try:
                plain.settimeout(30)
                assert b's' not in rest(plain), 'without TLS nobody is answered'
            except ConnectionResetError:
                pass
        try:
            with warnings.catch_warnings(record=True):
                connect(papers, port, version=ssl.TLSVersion.TLSv1_1)
            raise AssertionError('TLS 1.1 was accepted')
        except (ssl.SSLError, ConnectionError, ValueError):
            pass
        waits = connect(papers, port)
        waits.sendall((NAMES + 'WaitTrigger: comment\nResponseHeader: fixed16\n\n').encode())
        until(lambda: v.livestatus('GET status\nColumns: livestatus_waiting_connections') == [[1]], 'it waits')
        assert ask(connect(papers, port), NAMES) == [['s']]
        v.order('ADD_HOST_COMMENT;h;1;ann;more')
        assert rest(waits)[16:] == b'[["s"]]\n'
        assert v.stop() == 0


def test_certificates_of_clients():
    port = free_port()
    with Vigie(objects=PASSIVE) as v:
        papers, others = Papers(v.path('papers')), Papers(v.path('others'))
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write(settings(papers, f'127.0.0.1:{port}', ca=True) + 'log_external_commands=1\n')
        v.start()
        for stranger in (None, 'others'):
            try:
                if stranger:
                    shutil.copy(others.path('client.pem'), papers.path('others.pem'))
                    shutil.copy(others.path('client.key'), papers.path('others.key'))
                answer = ask(connect(papers, port, client=stranger), NAMES)
                raise AssertionError(f'{stranger} was answered with {answer}')
            except (ssl.SSLError, ConnectionError):
                pass
            except AssertionError as e:
                assert 'closed' in str(e), e
        s = connect(papers, port, client='client')
        assert ask(s, NAMES) == [['s']]
        s.sendall(f'COMMAND [{int(time.time())}] DISABLE_FLAP_DETECTION\n\n'.encode())
        until(lambda: v.livestatus('GET status\nColumns: enable_flap_detection') == [[0]], 'the command')
        assert ask(s, NAMES) == [['s']]

        def recorded():
            with contextlib.closing(sqlite3.connect(f'file:{v.state}/db/history.db?mode=ro', uri=True)) as db:
                return db.execute("SELECT author FROM event WHERE command = 'DISABLE_FLAP_DETECTION'").fetchall()
        assert until(recorded, 'the record') == [('tls:monitor.example',)]
        assert v.stop() == 0


def test_taken_back():
    port = free_port()
    with Vigie(objects=PASSIVE) as v:
        papers = Papers(v.path('papers'))
        papers.sign('other', '/CN=other.example')
        papers.write_list()
        with open(v.main, encoding='utf-8') as f:
            base = f.read()
        v.put('main.cfg', base + settings(papers, f'127.0.0.1:{port}') + f'vigie_livestatus_tls_crl={papers.path("crl.pem")}\n')
        assert 'vigie_livestatus_tls_ca=FILE' in v.refuses()
        v.put('main.cfg', base + settings(papers, f'127.0.0.1:{port}', ca=True) + f'vigie_livestatus_tls_crl={papers.path("crl.pem")}\n')
        v.start()
        taken, other = connect(papers, port, client='client'), connect(papers, port, client='other')
        assert ask(taken, NAMES) == ask(other, NAMES) == [['s']]
        half = Half(papers, port, 'client')
        papers.revoke('client')
        v.process.send_signal(signal.SIGHUP)
        assert taken.recv(1) == b'', 'what was open with that certificate is closed'
        assert half.answer(NAMES.encode() + b'\n') == b'', 'a handshake of before shows it in vain'
        try:
            answer = ask(connect(papers, port, client='client'), NAMES)
            raise AssertionError(f'a certificate that was taken back was answered with {answer}')
        except (ssl.SSLError, ConnectionError):
            pass
        assert ask(other, NAMES) == ask(connect(papers, port, client='other'), NAMES) == [['s']]
        assert v.stop() == 0


def serial(s):
    return ssl.DER_cert_to_PEM_cert(s.getpeercert(True))


def test_renewed():
    port = free_port()
    with Vigie(objects=PASSIVE) as v:
        papers = Papers(v.path('papers'))
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write(settings(papers, f'127.0.0.1:{port}'))
        v.start()
        old = connect(papers, port)
        first = serial(old)
        papers.sign('server', '/CN=renewed')
        v.process.send_signal(signal.SIGHUP)
        until(lambda: serial(connect(papers, port)) != first, 'the new certificate')
        assert ask(old, NAMES) == [['s']], 'a connection of before goes on'
        second = serial(connect(papers, port))
        with open(papers.path('server.pem'), 'w', encoding='ascii') as f:
            f.write('half written')
        v.process.send_signal(signal.SIGHUP)
        until(lambda: 'the former certificate stays in use' in v.said(), 'it is said')
        assert serial(connect(papers, port)) == second
        papers.sign('server', '/CN=again')
        local = next(pid for pid, words in v.roles().items() if words[1:3] == ['-x', 'local'])
        os.kill(local, signal.SIGKILL)

        def answered():
            try:
                return ask(connect(papers, port), NAMES) == [['s']]
            except (OSError, AssertionError):
                return False
        until(answered, 'a new local has the listener and the files')
        assert serial(connect(papers, port)) not in (first, second)
        assert v.stop() == 0


def test_many_and_silent():
    port = free_port()
    with Vigie(objects=PASSIVE) as v:
        papers = Papers(v.path('papers'))
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write(settings(papers, f'127.0.0.1:{port}'))
        v.start()
        silent = [socket.create_connection(('127.0.0.1', port), 30) for _ in range(50)]
        assert ask(connect(papers, port), NAMES) == [['s']], 'others are answered'
        reader = connect(papers, port)  # asks and never reads: what waits for it is bounded
        reader.setblocking(False)
        sent = 0
        try:
            while sent < 16 << 20:
                sent += reader.send(b'GET columns\nKeepAlive: on\n\n' * 100)
        except (BlockingIOError, ssl.SSLWantWriteError):
            pass
        assert ask(connect(papers, port), NAMES) == [['s']]
        local = next(pid for pid, words in v.roles().items() if words[1:3] == ['-x', 'local'])
        with open(f'/proc/{local}/statm', encoding='ascii') as f:
            assert int(f.read().split()[1]) * 4096 < 100 << 20, 'local keeps answers without a bound'
        for s in silent:
            s.settimeout(60)
            assert s.recv(1) == b'', 'who does not finish a handshake is let go'
        assert v.stop() == 0


def test_idle():
    """Who asks nothing any more is closed, who waits for an answer is not."""
    port = free_port()
    with Vigie(objects=PASSIVE) as v:
        papers = Papers(v.path('papers'))
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write(settings(papers, f'127.0.0.1:{port}') + 'vigie_livestatus_tls_idle=1s\n')
        v.start()
        waits = connect(papers, port)
        waits.sendall(b'GET services\nColumns: description\nWaitObject: h;s\nWaitCondition: state = 2\nOutputFormat: json\n\n')
        idle = connect(papers, port)
        assert ask(idle, NAMES) == [['s']]
        for s in idle, connect(papers, port):
            assert rest(s) == b'', 'closed, without a word'
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s;2;now')
        assert json.loads(rest(waits)) == [['s']], 'it had a question under way'
        assert v.stop() == 0


def test_nagvis():
    folder = os.path.join(SRC, 'build', 'clients', 'nagvis')
    if not shutil.which('php') or not os.path.exists(folder):
        raise Skip('47-livestatus-clients.py fetches NagVis')
    port = free_port()
    objects = PASSIVE.replace('host_name h\n address', 'host_name h\n parents up\n address', 1) + 'define host {\n use th\n host_name up\n active_checks_enabled 0\n}\ndefine hostgroup {\n hostgroup_name all\n members h,up\n}\n' \
        'define servicegroup {\n servicegroup_name some\n members h,s\n}\ndefine contactgroup {\n contactgroup_name ops\n members ann\n}\n'
    with Vigie(objects=objects) as v:
        papers = Papers(v.path('papers'))
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write(settings(papers, f'127.0.0.1:{port}'))
        v.start()
        p = subprocess.run(['php', os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib_nagvis.php'), folder, f'tcp-tls:127.0.0.1:{port}'], capture_output=True, text=True, check=False,
                           env={**os.environ, 'CA': papers.path('ca.pem')})
        assert p.returncode == 0, (p.stdout, p.stderr)
        assert sorted(o['name1'] for o in json.loads(p.stdout)['hosts']) == ['h', 'up']
        assert v.stop() == 0


main()
