#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=60
"""The page over TLS, on loopback, with the real sandbox: what is refused at the start and by `vigie check`, Vigie's own certificate and one that is named, renewed under open streams, clients with
and without a certificate, clients that misbehave."""
import contextlib
import datetime
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import warnings

from lib_papers import Half, Papers, context_of, openssl
from lib_vigie import ONE, Vigie, free_port, main, until, vigie

PORT = free_port()
PASSWORD = 'correct zebra lamp forty'
PASSIVE = ONE.replace('address 127.0.0.1', 'address 127.0.0.1\n active_checks_enabled 0').replace('description s', 'description s\n active_checks_enabled 0\n max_check_attempts 1')
ANY = ssl.create_default_context()
ANY.check_hostname, ANY.verify_mode = False, ssl.CERT_NONE
PRINT = re.compile(r'^vigie: ((?:[0-9A-F]{2}:){31}[0-9A-F]{2})$', re.M)


def settings(papers, at=None, ca=False, more=''):
    return (f'vigie_http_listen={at or f"127.0.0.1:{PORT}"}\nvigie_tls_cert={papers.path("server.pem")}\nvigie_tls_key={papers.path("server.key")}\n' +
            (f'vigie_tls_ca={papers.path("ca.pem")}\n' if ca else '') + more)


def new(text, **more):
    return Vigie(objects=PASSIVE, main=text, **more)


def connect(context=ANY, name='localhost'):
    s = context.wrap_socket(socket.create_connection(('127.0.0.1', PORT), 30), server_hostname=name)
    s.settimeout(30)
    return s


class Client:
    def __init__(self, context=ANY):
        self.context, self.cookie, self.csrf = context, None, None

    def call(self, method, path, body=None, headers=None):
        c = http.client.HTTPSConnection('localhost', PORT, timeout=30, context=self.context)
        h = {'Content-Type': 'application/json'} if body is not None else {}
        if self.cookie:
            h['Cookie'] = self.cookie.split(';')[0]
        if self.csrf and method != 'GET':
            h['X-CSRF'] = self.csrf
        h.update(headers or {})
        c.request(method, path, json.dumps(body) if body is not None else None, h)
        answer = c.getresponse()
        self.headers = {k.lower(): v for k, v in answer.getheaders()}
        text = answer.read()
        c.close()
        assert self.headers['strict-transport-security'] == 'max-age=31536000' and 'content-security-policy' in self.headers, self.headers
        self.cookie = self.headers.get('set-cookie', self.cookie)
        try:
            parsed = json.loads(text)
        except ValueError:
            parsed = text
        if isinstance(parsed, dict):
            self.csrf = parsed.get('csrf', self.csrf)
        return answer.status, parsed


class Stream:
    """A live view; a reload ends it, and it is asked for again on the same connection."""

    def __init__(self, token, context=ANY):
        self.s, self.token = connect(context), token
        self.ask()

    def ask(self):
        self.text = ''
        self.s.sendall(f'GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\n\r\n'.encode())
        self.until('event: counts')

    def hears(self, what):
        """False: a reload ended it, and it was asked for again."""
        while what not in self.text:
            if '\r\n0\r\n\r\n' in self.text:
                self.ask()
                return False
            self.take()
        return True

    def until(self, what):
        while what not in self.text:
            self.take()

    def take(self):
        chunk = self.s.recv(65536)
        assert chunk, f'the connection ended: {self.text}'
        self.text += chunk.decode()


def told(v, streams, text):
    """All hear of a result; for who was ended by a reload in between there is another one."""
    for n in range(10):
        v.order(f'PROCESS_SERVICE_CHECK_RESULT;h;s;1;{text} {n}.')
        if all([s.hears(f'{text} {n}.') for s in streams]):
            return
    raise AssertionError(f'nobody heard of {text}')


def token(v):
    code, out, err = vigie('ctl', 'token', 'create', 'test', '-c', v.main, '--role', 'admin', '--expires', '1h')
    assert code == 0, out + err
    return re.search(r'vgt_[\w-]+', out).group(0)


def role_of(v, name):
    return next((pid for pid, words in v.roles().items() if words[1:3] == ['-x', name]), None)


def shown(context=ANY):
    with connect(context) as s:
        return s.getpeercert(True)


def print_of(der):
    return ':'.join(f'{b:02X}' for b in hashlib.sha256(der).digest())


def refused(question):
    """TLS, or the end of the connection, is all that whoever asks is told."""
    try:
        answer = question()
    except (OSError, http.client.HTTPException):
        return True
    raise AssertionError(f'it was answered with {answer}')


def test_what_is_refused():
    """By the start, and by check at the line that is to be changed."""
    with new('') as v:
        papers = Papers(v.path('papers'))
        with open(v.main, encoding='utf-8') as f:
            base = f.read()
        cert = f'vigie_tls_cert={papers.path("server.pem")}\n'
        for text, words, line in (
                ('vigie_http_listen=203.0.113.9:8321\n', 'vigie_tls_ca=FILE', 'vigie_http_listen'),
                ('vigie_http_listen=0.0.0.0:8321\n' + cert + f'vigie_tls_key={papers.path("server.key")}\n', 'vigie_tls_ca=FILE', 'vigie_http_listen'),
                ('vigie_http_listen=[::]:8321\n', 'vigie_tls_ca=FILE', 'vigie_http_listen'),
                ('vigie_http_listen=[2001:db8::1]:8321\n', 'vigie_tls_ca=FILE', 'vigie_http_listen'),
                ('vigie_http_listen=localhost:8321\n', 'ADDR:PORT', 'vigie_http_listen'),
                ('vigie_http_listen=127.0.0.1:1\n' + cert, 'vigie_tls_key=FILE', 'vigie_tls_cert'),
                (f'vigie_http_listen=127.0.0.1:1\nvigie_tls_key={papers.path("server.key")}\n', 'vigie_tls_cert=FILE', 'vigie_tls_key'),
                ('vigie_http_listen=127.0.0.1:1\nvigie_tls=on\nvigie_tls_crl=/x\n', 'vigie_tls_ca=FILE', 'vigie_tls_crl'),
                ('vigie_http_listen=127.0.0.1:1\nvigie_tls=yes\n', 'auto or on', 'vigie_tls'),
                ('vigie_http_listen=127.0.0.1:1\nvigie_tls_min=1.1\n', '1.3 or 1.2', 'vigie_tls_min'),
                ('vigie_livestatus_tls=0.0.0.0:1\n' + (cert + f'vigie_tls_key={papers.path("server.key")}\n').replace('_tls', '_livestatus_tls'), 'vigie_livestatus_tls_ca=FILE', 'vigie_livestatus_tls'),
                ('vigie_livestatus_tls=127.0.0.1:1\n', 'vigie_livestatus_tls_cert=FILE', 'vigie_livestatus_tls')):
            v.put('main.cfg', base + text)
            number = (base + text)[:(base + text).rindex(f'\n{line}=')].count('\n') + 2
            status, out, said = vigie('check', v.main)
            assert status == 1 and words in out and f'main.cfg:{number}:1: error: ' in out, (text, out, said)
            before = len(v.said())
            said = v.refuses()[before:]
            assert words in said and 'READY' not in said, (text, said)


def test_files_that_a_start_refuses():
    with new('') as v:
        papers = Papers(v.path('papers'))
        with open(v.main, encoding='utf-8') as f:
            base = f.read()
        with open(papers.path('junk.pem'), 'w', encoding='ascii') as f:
            f.write('-----BEGIN CERTIFICATE-----\nnonsense\n')
        good = settings(papers, '127.0.0.1:0')
        for text, words in ((good.replace('server.pem', 'nothing.pem'), 'cannot open the server'), (good.replace('server.pem', ''), 'is no file'),
                            (good.replace('server.pem', 'junk.pem'), 'no certificate in PEM form'), (good.replace('server.pem', 'client.pem'), 'does not belong to the certificate'),
                            (settings(papers, '127.0.0.1:0', ca=True).replace('ca.pem', 'junk.pem'), 'authorities of clients'),
                            (f'vigie_http_listen=127.0.0.1:0\nvigie_tls=on\nvigie_tls_ca={papers.path("junk.pem")}\n', 'authorities of clients')):
            v.put('main.cfg', base + text)
            before = len(v.said())
            said = v.refuses()[before:]
            assert words in said and 'READY' not in said, (text, said)


def test_plain_on_loopback():
    """As ever, and its process does not know TLS at all; a reload does not change that, and says so."""
    with new(f'vigie_http_listen=127.0.0.1:{PORT}\n') as v:
        v.start()
        assert f'http://127.0.0.1:{PORT}/#setup=' in v.said() and not os.path.exists(v.state + '/tls')
        with open(f'/proc/{role_of(v, "web")}/maps', encoding='utf-8') as f:
            assert 'libssl' not in f.read()
        c = http.client.HTTPConnection('127.0.0.1', PORT, timeout=30)
        c.request('GET', '/')
        answer = c.getresponse()
        assert answer.status == 200 and answer.getheader('strict-transport-security') is None
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write('vigie_tls=on\n')
        v.process.send_signal(signal.SIGHUP)
        until(lambda: 'whether the page has TLS was changed, which counts from the next start on' in v.said(), 'it is said')
        assert v.stop() == 0


def test_a_certificate_of_its_own():
    with new(f'vigie_http_listen=127.0.0.1:{PORT}\nvigie_tls=on\nvigie_http_host=page.example, other.example\n') as v:
        path = v.state + '/tls/page.pem'
        v.start()
        first = shown()
        assert PRINT.search(v.said())[1] == print_of(first), 'the fingerprint is said'
        assert f'https://127.0.0.1:{PORT}/#setup=' in v.said()
        assert os.stat(path).st_mode & 0o777 == 0o600 and os.stat(v.state + '/tls').st_mode & 0o077 == 0
        shutil.copy(path, v.path('trusted.pem'))
        trusts = ssl.create_default_context(cafile=v.path('trusted.pem'))
        for name in ('localhost', '127.0.0.1', '::1', 'page.example', 'other.example'):
            connect(trusts, name).close()
        assert refused(lambda: connect(trusts, 'evil.example').getpeercert())
        page = Client().call('GET', '/api/v1/status', headers={'Authorization': f'Bearer {token(v)}'})[1]['process']['page']
        assert page['tls'] and page['certificate_sha256'] == print_of(first) and page['certificate_own'], page
        until_s = datetime.datetime.fromtimestamp(page['certificate_until_s'], datetime.timezone.utc) - datetime.datetime.now(datetime.timezone.utc)
        assert 363 < until_s.days < 366, page
        v.process.send_signal(signal.SIGHUP)
        until(lambda: 'configuration was read again' in v.said(), 'the reload')
        os.kill(role_of(v, 'web'), signal.SIGKILL)

        def now():
            with contextlib.suppress(OSError):
                return shown()
        assert until(now, 'a new web') == first
        assert v.stop() == 0
        v.start()
        assert shown() == first, 'the next start has it, too'
        assert v.stop() == 0
        for what in ('damaged', 'other names', 'worn', 'gone'):
            with open(v.main, 'a', encoding='utf-8') as f:
                f.write('vigie_http_host=page.example,third.example\n' if what == 'other names' else '')
            if what == 'damaged':
                v.put('state/tls/page.pem', '-----BEGIN CERTIFICATE-----\nnonsense\n')
            elif what == 'worn':
                wear(path, v.path('worn'))
            elif what == 'gone':
                shutil.rmtree(v.state + '/tls')
            v.start()
            before, first = first, shown()
            assert first != before and print_of(first) in v.said(), what
            assert v.stop() == 0
        assert 'own certificate in the state folder is damaged' in v.said()


def wear(path, folder):
    """The certificate at that path becomes one of the same names and key whose two thirds are over."""
    os.makedirs(folder)
    with open(path, encoding='ascii') as f:
        pem = f.read()
    with open(folder + '/key.pem', 'w', encoding='ascii') as f:
        f.write(pem[pem.index('-----BEGIN PRIVATE'):])
    with open(folder + '/ca.cnf', 'w', encoding='ascii') as f:
        f.write(f'[ca]\ndefault_ca=own\n[own]\ndatabase={folder}/index\nserial={folder}/serial\nnew_certs_dir={folder}\ndefault_md=sha256\npolicy=any\nx509_extensions=san\n[any]\ncommonName=supplied\n'
                '[san]\nsubjectAltName=DNS:page.example,DNS:third.example,DNS:localhost,IP:127.0.0.1,IP:::1\n[req]\ndistinguished_name=dn\n[dn]\n')
    for name, text in (('index', ''), ('serial', '01\n')):
        with open(f'{folder}/{name}', 'w', encoding='ascii') as f:
            f.write(text)
    now = datetime.datetime.now(datetime.timezone.utc)
    dates = [(now + datetime.timedelta(days=d)).strftime('%Y%m%d%H%M%SZ') for d in (-280, 100)]
    openssl('req', '-new', '-config', folder + '/ca.cnf', '-key', folder + '/key.pem', '-subj', '/CN=page.example', '-out', folder + '/a.csr')
    openssl('ca', '-batch', '-config', folder + '/ca.cnf', '-selfsign', '-keyfile', folder + '/key.pem', '-in', folder + '/a.csr', '-out', folder + '/a.pem', '-startdate', dates[0], '-enddate', dates[1], '-notext')
    with open(folder + '/a.pem', encoding='ascii') as f, open(path, 'w', encoding='ascii') as to, open(folder + '/key.pem', encoding='ascii') as key:
        to.write(f.read() + key.read())


def test_a_state_folder_that_takes_no_file():
    """The page is served all the same."""
    with new(f'vigie_http_listen=127.0.0.1:{PORT}\nvigie_tls=on\n') as v:
        v.start()
        assert v.stop() == 0
        shutil.rmtree(v.state + '/tls')
        v.put('state/tls', 'no folder')
        v.start()
        assert Client().call('GET', '/')[0] == 200 and 'the next start' in v.said()
        assert v.stop() == 0


def test_first_hour():
    with new(f'vigie_http_listen=127.0.0.1:{PORT}\nvigie_tls=on\n') as v:
        v.start()
        setup = until(lambda: re.search(r'#setup=(\S+)', v.said()), 'the set-up link').group(1)
        c = Client()
        assert c.call('POST', '/api/v1/setup', {'token': setup, 'user': 'root', 'password': PASSWORD})[0] == 201
        assert re.fullmatch(r'__Host-vigie_session_\d+=[\w-]+; Path=/; HttpOnly; SameSite=Strict; Max-Age=\d+; Secure', c.cookie), c.cookie
        assert c.call('GET', '/api/v1/session')[0] == 200
        row = until(lambda: [r for r in c.call('GET', '/api/v1/resources')[1]['resources'] if r.get('service') == 's'])[0]
        path = f'/api/v1/resources/{row["id"]}/submit'
        assert c.call('POST', path, {'state': 'warning', 'output': 'said so'}, {'Origin': f'https://localhost:{PORT}'}) == (200, {'ok': True})
        for origin in (f'http://localhost:{PORT}', 'https://evil.example'):
            assert c.call('POST', path, {'state': 'ok', 'output': 'no'}, {'Origin': origin})[0] == 403
        assert c.call('POST', '/api/v1/logout', {})[0] == 200
        for host, status in ((f'localhost:{PORT}', 200), ('192.0.2.7', 200), ('[2001:db8::7]:99', 200), ('evil.example', 421)):
            assert Client().call('GET', '/', headers={'Host': host})[0] == status, host
        assert v.stop() == 0


def test_versions():
    for least, can in (('1.3', [ssl.TLSVersion.TLSv1_3]), ('1.2', [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])):
        with new(f'vigie_http_listen=127.0.0.1:{PORT}\nvigie_tls=on\nvigie_tls_min={least}\n') as v:
            v.start()
            for version in (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                context = ssl.create_default_context()
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                with warnings.catch_warnings(record=True):
                    context.minimum_version = context.maximum_version = version
                    if version in can:
                        assert Client(context).call('GET', '/')[0] == 200
                    else:
                        assert refused(lambda c=context: Client(c).call('GET', '/'))
            assert v.stop() == 0


def test_renewed_under_open_streams():
    with new('') as v:
        papers = Papers(v.path('papers'))
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write(settings(papers))
        v.start()
        assert 'fingerprint' not in v.said() and not os.path.exists(v.state + '/tls')
        t = token(v)
        streams = [Stream(t) for _ in range(100)]
        first = shown()
        papers.sign('server', '/CN=renewed')
        v.process.send_signal(signal.SIGHUP)
        until(lambda: shown() != first, 'the new certificate')
        until(lambda: print_of(shown()) in v.said(), 'it is said')
        second = shown()
        with open(papers.path('server.pem'), 'w', encoding='ascii') as f:
            f.write('half written')
        v.process.send_signal(signal.SIGHUP)
        until(lambda: 'the former certificate stays in use' in v.said(), 'it is said')
        assert shown() == second
        told(v, streams, 'after the renewal')
        papers.sign('server', '/CN=again')
        os.kill(role_of(v, 'web'), signal.SIGKILL)

        def answered():
            with contextlib.suppress(OSError):
                return Client().call('GET', '/')[0] == 200
        until(answered, 'a new web has the listener and the files')
        assert shown() not in (first, second)
        with open(f'/proc/{role_of(v, "web")}/status', encoding='ascii') as f:
            assert re.search(r'^Seccomp:\t2$', f.read(), re.M)
        assert v.stop() == 0


def test_certificates_of_clients():
    with new('') as v:
        papers, others = Papers(v.path('papers')), Papers(v.path('others'))
        papers.sign('other', '/CN=other.example')
        papers.write_list()
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write(settings(papers, ca=True, more=f'vigie_tls_crl={papers.path("crl.pem")}\n'))
        v.start()
        for name in ('pem', 'key'):
            shutil.copy(others.path(f'client.{name}'), papers.path(f'stranger.{name}'))
        for stranger in (None, 'stranger'):
            assert refused(lambda s=stranger: Client(context_of(papers, s)).call('GET', '/'))
        t = token(v)
        client, other = context_of(papers, 'client'), context_of(papers, 'other')
        assert Client(client).call('GET', '/')[0] == 200 and Client(client).call('GET', '/api/v1/session')[0] == 401, 'it does not sign in by itself'
        taken, stays = Stream(t, client), Stream(t, other)
        half = Half(papers, PORT, 'client')
        papers.revoke('client')
        v.process.send_signal(signal.SIGHUP)
        while taken.s.recv(65536):
            pass
        until(lambda: 'do not count any more for 1 connections' in v.said(), 'it is said')
        assert half.answer(b'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n') == b'', 'a handshake of before shows it in vain'
        assert refused(lambda: Client(client).call('GET', '/'))
        told(v, [stays], 'the other goes on')
        assert Client(other).call('GET', '/')[0] == 200
        assert v.stop() == 0


def rest(s):
    got = b''
    while part := s.recv(1 << 16):
        got += part
    return got


def test_odd_clients():
    with new(f'vigie_http_listen=127.0.0.1:{PORT}\nvigie_tls=on\n') as v:
        v.start()
        asked = b'GET /api/v1/setup HTTP/1.1\r\nHost: localhost\r\n'
        silent = [socket.create_connection(('127.0.0.1', PORT), 30) for _ in range(50)]
        with socket.create_connection(('127.0.0.1', PORT), 30) as plain:
            plain.sendall(asked + b'\r\n')
            with contextlib.suppress(ConnectionResetError):
                assert b'HTTP' not in rest(plain), 'without TLS nobody is answered'
        s = connect()
        for byte in asked + b'Connection: close\r\n\r\n':
            s.sendall(bytes([byte]))
        assert rest(s).endswith(b'{"needed":true}'), 'a byte a record, and closed in order'
        s = connect()
        s.sendall((asked + b'\r\n') * 50 + asked + b'Connection: close\r\n\r\n')
        assert rest(s).count(b'{"needed":true}') == 51, 'many sent ahead'
        s = connect()
        s.sendall(b'GET /' + b'x' * 40000)
        assert s.recv(12) == b'HTTP/1.1 431'
        t = token(v)
        for size, status in ((150 * 1024, b'HTTP/1.1 4'), (200 * 1024, b'HTTP/1.1 413')):
            s = connect()
            with contextlib.suppress(OSError):
                s.sendall(f'POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {size}\r\nAuthorization: Bearer {t}\r\nConnection: close\r\n\r\n'.encode() + b'x' * size)
            assert s.recv(len(status)) == status, size
        whole, part = max(((rest_of(part.decode()), part.decode()) for part in re.findall(rb'(?:src|href)="(/[^"]+)"', rest_of('/'))), key=lambda one: len(one[0]))
        slow = connect()
        slow.sendall(f'GET {part} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'.encode())
        got = b''
        while chunk := slow.recv(1000):
            got += chunk
        assert got.split(b'\r\n\r\n', 1)[1] == whole and len(whole) > 20000
        for s in silent:
            s.settimeout(60)
            assert s.recv(1) == b'', 'who does not finish a handshake is let go'
        assert Client().call('GET', '/')[0] == 200
        assert v.stop() == 0


def rest_of(path):
    s = connect()
    s.sendall(f'GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'.encode())
    return rest(s).split(b'\r\n\r\n', 1)[1]


main()
