#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=40
"""The way in, on the running product: the set-up link, sign-in, what a viewer may not do, live views, and the security headers on
every answer there is, those to nonsense included."""
import gzip
import http.client
import json
import os
import re
import signal
import socket
import subprocess

from lib_vigie import Skip, Vigie, main, until, vigie

PORT = int(os.environ.get('PORT') or 18470)
PASSWORD = 'correct zebra lamp forty'
HEADERS = {
    'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; font-src 'self'; "
                               "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
}
OBJECTS = ('define host {\n use th\n host_name h\n address 127.0.0.1\n}\n'
           'define service {\n use ts\n host_name h\n service_description bad\n check_command say!2!broken\n max_check_attempts 1\n}\n'
           'define service {\n use ts\n host_name h\n service_description passive\n active_checks_enabled 0\n max_check_attempts 1\n}\n')


def new(objects=OBJECTS, **more):
    return Vigie(objects=objects, main=f'vigie_http_listen=127.0.0.1:{PORT}\n', **more)


class Client:
    def __init__(self):
        self.cookie = self.csrf = None

    def call(self, method, path, body=None, headers=None):
        c = http.client.HTTPConnection('127.0.0.1', PORT, timeout=30)
        h = {'Content-Type': 'application/json'} if body is not None else {}
        if self.cookie:
            h['Cookie'] = self.cookie
        if self.csrf and method not in ('GET', 'HEAD'):
            h['X-CSRF'] = self.csrf
        h.update(headers or {})
        c.request(method, path, json.dumps(body) if body is not None else None, {k: v for k, v in h.items() if v is not None})
        answer = c.getresponse()
        self.headers = {k.lower(): v for k, v in answer.getheaders()}
        text = answer.read()
        c.close()
        for name, value in HEADERS.items():
            assert self.headers.get(name) == value, f'{method} {path}: {answer.status}: {name} is {self.headers.get(name)!r}'
        if 'set-cookie' in self.headers:
            assert re.fullmatch(r'vigie_session_\d+=[\w-]*; Path=/; HttpOnly; SameSite=Strict; Max-Age=\d+', self.headers['set-cookie'])
            self.cookie = self.headers['set-cookie'].split(';')[0]
        try:
            parsed = json.loads(text or b'{}')
        except ValueError:
            parsed = text
        if answer.status in (200, 201) and isinstance(parsed, dict) and 'csrf' in parsed:
            self.csrf = parsed['csrf']
        return answer.status, parsed


def set_up(v):
    token = until(lambda: re.search(r'#setup=(\S+)', v.said()), 'the set-up link').group(1)
    c = Client()
    assert c.call('GET', '/api/v1/setup') == (200, {'needed': True})
    status, answer = c.call('POST', '/api/v1/setup/check', {'token': 'x' * 43})
    assert status == 401 and answer['field'] == 'token', (status, answer)
    assert c.call('POST', '/api/v1/setup/check', {'token': token}) == (200, {'ok': True})
    status, answer = c.call('POST', '/api/v1/setup', {'token': token, 'user': 'root', 'password': PASSWORD})
    assert status == 201 and answer['role'] == 'admin', (status, answer)
    return c, token


def raw(request):
    """Sends bytes as they are; (status, headers) of the one answer."""
    with socket.create_connection(('127.0.0.1', PORT), timeout=30) as s:
        s.sendall(request)
        text = b''
        while chunk := s.recv(65536):
            text += chunk
    head = text.split(b'\r\n\r\n')[0].decode('latin-1').split('\r\n')
    headers = {line.split(':', 1)[0].lower(): line.split(':', 1)[1].strip() for line in head[1:]}
    return int(head[0].split()[1]), headers


PYTHON = '/usr/bin/python3'  # Debian's own, which has Debian's prometheus_client
PARSE = ('import json, sys\nfrom prometheus_client.openmetrics.parser import text_string_to_metric_families as read\n'
         'print(json.dumps({f.name: [f.type, [[s.name, s.labels, s.value] for s in f.samples]] for f in read(sys.stdin.read())}))')


def test_metrics():
    """Prometheus' own parser reads them, and the manual has each of them and no other."""
    if subprocess.run([PYTHON, '-c', 'import prometheus_client'], stderr=subprocess.DEVNULL).returncode:
        raise Skip('needs python3-prometheus-client')
    with new(OBJECTS.replace('description bad\n', 'description bad\n check_interval 1\n')) as v:
        v.start()

        def read(words=None):
            c = Client()
            status, text = c.call('GET', '/metrics')
            if words and not re.search(words, text.decode()):
                return None
            assert status == 200 and c.headers['content-type'].startswith('application/openmetrics-text; version=1.0.0')
            parsed = subprocess.run([PYTHON, '-c', PARSE], input=text, capture_output=True)
            assert parsed.returncode == 0, parsed.stderr.decode()
            return json.loads(parsed.stdout)

        def value(families, family, **labels):
            return sum(number for _, has, number in families[family][1] if all(has.get(k) == w for k, w in labels.items()))
        until(lambda: read(r'vigie_checks_total{kind="active",of="service"} [1-9]'))
        now = until(lambda: read(r'vigie_history_sequence [1-9]\d*\n[^\0]*vigie_history_lag_records 0\n'))
        latency = {name.rsplit('_', 1)[1] + has.get('le', ''): number for name, has, number in now['vigie_check_latency_seconds'][1]}
        assert latency['bucket+Inf'] == latency['count'] == value(now, 'vigie_checks', kind='active') >= 1, latency
        assert 0 <= latency['sum'] < 60 * latency['count'], latency
        with open(os.path.join(os.environ['SRC'], 'docs', 'METRICS.md')) as f:
            manual = dict(re.findall(r'^\| `(vigie_\w+)` \| (\w+) \|', f.read(), re.M))
        said = {name: kind for name, (kind, _) in now.items()}
        assert manual == said, set(manual.items()) ^ set(said.items())


def test_metrics_behind_a_proxy():
    """A reverse proxy asks over loopback for others: these need a token."""
    with new() as v:
        v.start()
        c, _ = set_up(v)
        status, answer = c.call('POST', '/api/v1/tokens', {'name': 'prometheus', 'role': 'viewer', 'expires': '1h'})
        assert status == 201, (status, answer)
        token = {'Authorization': 'Bearer ' + answer['token']}
        until(lambda: Client().call('GET', '/metrics')[0] == 200)
        for field in ('Forwarded', 'Via', 'X-Forwarded-For', 'X-Real-IP'):
            proxy = {field: '192.0.2.7'}
            d = Client()
            status, answer = d.call('GET', '/metrics', headers=proxy)
            assert status == 401 and answer['code'] == 'sign_in', (field, status)
            assert d.headers['content-type'] == 'application/problem+json' and d.headers['www-authenticate'].startswith('Bearer')
            assert d.call('GET', '/metrics', headers={**proxy, 'Authorization': 'Bearer vgt_no'})[0] == 401
            assert d.call('GET', '/metrics', headers={**proxy, **token})[0] == 200


def test_first_hour():
    with new() as v:
        v.start()
        c, token = set_up(v)
        assert Client().call('GET', '/api/v1/setup') == (200, {'needed': False})
        status, answer = Client().call('POST', '/api/v1/setup', {'token': token, 'user': 'eve', 'password': PASSWORD})
        assert status == 410 and answer['field'] == 'token', (status, answer)
        status, answer = Client().call('POST', '/api/v1/setup/check', {'token': token})
        assert status == 410 and answer['field'] == 'token', (status, answer)
        rows = until(lambda: [r for r in c.call('GET', '/api/v1/resources?filter=unhandled')[1]['resources'] if r['state'] == 'critical'])
        assert [r['service'] for r in rows] == ['bad']
        path = f'/api/v1/resources/{rows[0]["id"]}'
        assert c.call('POST', path + '/acknowledge', {'comment': 'on it'})[1]['ok']
        until(lambda: c.call('GET', path)[1]['acknowledged'])
        assert c.call('GET', path)[1]['comments'][0]['text'] == 'on it'
        until(lambda: any(e['kind'] == 'acknowledgement' for e in c.call('GET', path + '/events')[1]['events']), 'the event of the acknowledgement')
        assert c.call('DELETE', path + '/acknowledgement')[0] == 200
        status, answer = c.call('POST', path + '/downtime', {'start': '2020-01-01T00:00:00Z', 'end': '2020-01-02T00:00:00Z', 'comment': 'x'})
        assert status == 422 and answer['field'] == 'end', (status, answer)
        assert not rows[0]['passive']
        passive = c.call('GET', '/api/v1/resources?host=h&service=passive')[1]['resources'][0]
        assert passive['passive']
        assert c.call('POST', f'/api/v1/resources/{passive["id"]}/submit', {'state': 'warning', 'output': 'said so'})[1]['ok']
        until(lambda: c.call('GET', f'/api/v1/resources/{passive["id"]}')[1]['output'] == 'said so')
        assert c.call('GET', '/api/v1/status')[1]['journal']['degraded'] == ''
        assert c.call('POST', '/api/v1/logout', {})[0] == 200
        assert Client().call('GET', '/api/v1/session', headers={'Cookie': c.cookie})[0] == 401


def test_users_survive_a_restart():
    with new() as v:
        v.start()
        c, _ = set_up(v)
        assert c.call('POST', '/api/v1/users', {'user': 'vic', 'password': 'another zebra 4 lamps', 'role': 'viewer'})[0] == 201
        assert v.stop() == 0
        assert PASSWORD not in open(os.path.join(v.state, 'auth', 'users'), encoding='utf-8').read()
        assert os.stat(os.path.join(v.state, 'auth', 'users')).st_mode & 0o777 == 0o600
        v.start()
        assert v.said().count('#setup=') == 1
        assert c.call('GET', '/api/v1/session')[0] == 200  # the session, too
        d = Client()
        assert d.call('POST', '/api/v1/login', {'user': 'root', 'password': 'wrong zebra'})[0] == 401
        assert d.call('POST', '/api/v1/login', {'user': 'vic', 'password': 'another zebra 4 lamps'})[0] == 200

        def signed_in(what, who):
            return [e for e in c.call('GET', '/api/v1/events?kind=login')[1]['events']
                    if (e['text'], e['author'], e['long_text']) == (what, who, '127.0.0.1')]
        until(lambda: signed_in('login', 'vic') and signed_in('login refused', 'root'), 'the history knows who signed in, and who tried')
        row = until(lambda: d.call('GET', '/api/v1/resources?limit=1')[1].get('resources'))[0]
        assert d.call('POST', f'/api/v1/resources/{row["id"]}/check', {})[0] == 403
        assert d.call('POST', '/api/v1/users', {'user': 'x', 'password': PASSWORD, 'role': 'admin'})[0] == 403
        assert d.call('GET', '/api/v1/status')[0] == 200


def test_other_sites_are_refused():
    with new() as v:
        v.start()
        c, _ = set_up(v)
        row = until(lambda: c.call('GET', '/api/v1/resources?limit=1')[1].get('resources'))[0]
        path = f'/api/v1/resources/{row["id"]}/check'
        own = f'http://127.0.0.1:{PORT}'
        assert c.call('POST', path, {})[0] == 200
        assert c.call('POST', path, {}, {'Origin': own, 'Sec-Fetch-Site': 'same-origin'})[0] == 200
        for headers in ({'X-CSRF': None}, {'X-CSRF': 'x'}, {'Origin': 'http://evil.example'}, {'Origin': 'null'}, {'Sec-Fetch-Site': 'cross-site'}):
            assert c.call('POST', path, {}, headers)[0] == 403, headers
        assert c.call('POST', path, {}, {'Content-Type': 'text/plain'})[0] == 415
        assert c.call('GET', '/api/v1/resources', headers={'Host': 'evil.example'})[0] == 421
        assert c.call('GET', '/', headers={'Host': 'localhost'})[0] == 200


def test_headers_on_every_answer():
    host = b'Host: localhost\r\n'
    nonsense = {
        b'GET /nothing HTTP/1.1\r\n' + host: 404,
        b'GET /../../etc/passwd HTTP/1.1\r\n' + host: 404,
        b'GET /nothing HTTP/1.1\r\nAccept: text/html\r\n' + host: 404,
        b'POST / HTTP/1.1\r\n' + host: 405,
        b'GET /api/v1/nothing HTTP/1.1\r\n' + host: 404,
        b'DELETE /api/v1/resources HTTP/1.1\r\n' + host: 405,
        b'TRACE / HTTP/1.1\r\n' + host: 405,
        b'GET /api/v1/resources HTTP/1.1\r\n' + host: 401,
        b'GET / HTTP/1.1\r\n': 400,
        b'GET / HTTP/9.9\r\n' + host: 505,
        b'nonsense\r\n': 400,
        b'POST /api/v1/login HTTP/1.1\r\nTransfer-Encoding: chunked\r\n' + host: 501,
        b'POST /api/v1/login HTTP/1.1\r\nContent-Length: 99999999\r\n' + host: 413,
        b'GET / HTTP/1.1\r\nX: ' + b'a' * 20000 + b'\r\n' + host: 431,
        b'GET / HTTP/1.1\r\n' + host: 200,
        b'GET /metrics HTTP/1.1\r\n' + host: 200,
    }
    with new() as v:
        v.start()
        for request, want in nonsense.items():
            status, headers = raw(request + b'Connection: close\r\n\r\n')
            assert status == want, (request[:60], status)
            for name, value in HEADERS.items():
                assert headers.get(name) == value, (request[:60], name, headers.get(name))
            assert 'server' not in headers


def test_an_address_without_anything():
    browser = {'Accept': 'text/html,application/xhtml+xml,*/*;q=0.8'}
    with new() as v:
        v.start()
        c = Client()
        status, page = c.call('GET', '/')
        assert status == 200 and b'<div id="app">' in page
        etag = c.headers['etag']
        for headers in (browser, {**browser, 'If-None-Match': etag}):
            assert c.call('GET', '/nothing?x=1', headers=headers) == (404, page)
            assert c.headers['content-type'].startswith('text/html') and 'etag' not in c.headers, c.headers
        for path, headers in (('/nothing', {}), ('/nothing.js', {'Accept': '*/*'}), ('/api/v1/nothing', browser)):
            status, answer = c.call('GET', path, headers=headers)
            assert status == 404 and answer['status'] == 404, (path, answer)
            assert c.headers['content-type'] == 'application/problem+json', path


# What browsers say, and which coding is theirs: the heaviest that there is; of equals brotli.
CODINGS = (('', ''), ('identity', ''), ('gzip', 'gzip'), ('br', 'br'), ('gzip, deflate, br, zstd', 'br'), ('br;q=0.4, gzip;q=0.8', 'gzip'), ('br;q=0, *', 'gzip'), ('*', 'br'), ('gzip;q=0, br;q=0', ''),
           ('identity, gzip;q=0.5, br;q=0.5', ''), ('zstd', ''))


def check_codings(c, path):
    status, whole = c.call('GET', path, headers={'Accept-Encoding': 'identity'})
    tags = {'': c.headers['etag']}
    many = path.endswith(('.js', '.css')) and len(whole) > 1000
    assert (c.headers.get('vary') == 'Accept-Encoding') >= many, c.headers
    for accept, coding in CODINGS if many else ():
        status, body = c.call('GET', path, headers={'Accept-Encoding': accept})
        assert status == 200 and c.headers.get('content-encoding', '') == coding, (path, accept, c.headers)
        assert tags.setdefault(coding, c.headers['etag']) == c.headers['etag'] and c.headers['vary'] == 'Accept-Encoding', c.headers
        assert body == whole if coding == '' else len(body) < len(whole)
        assert coding != 'gzip' or gzip.decompress(body) == whole
    assert len(set(tags.values())) == len(tags), 'each coding has a tag of its own'


def test_the_page_and_its_parts():
    with new() as v:
        v.start()
        c = Client()
        status, page = c.call('GET', '/')
        assert status == 200 and b'<script' in page
        c.call('GET', '/', headers={'Accept-Encoding': 'gzip, br'})
        assert 'content-encoding' not in c.headers, 'a page is not coded'
        for part in set(re.findall(rb'(?:src|href)="(/[^"]+)"', page)):
            status, _ = c.call('GET', part.decode())
            assert status == 200, part
            etag = c.headers['etag']
            assert c.call('GET', part.decode(), headers={'If-None-Match': etag})[0] == 304
            check_codings(c, part.decode())


class Stream:
    def __init__(self, token, query=''):
        self.s = socket.create_connection(('127.0.0.1', PORT), timeout=30)
        self.s.sendall(f'GET /api/v1/stream?{query} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n'.encode())
        self.text = ''
        self.until('event: counts')

    def until(self, what):
        while what not in self.text:
            chunk = self.s.recv(65536)
            assert chunk, f'the stream ended before {what!r}: {self.text}'
            self.text += chunk.decode()

    def ended(self):
        while self.s.recv(65536):
            pass
        return True


def token(v, role='admin'):
    code, out, err = vigie('ctl', 'token', 'create', 'test', '-c', v.main, '--role', role, '--expires', '1h')
    assert code == 0, out + err
    return re.search(r'vgt_[\w-]+', out).group(0)


def test_live_view():
    with new() as v:
        v.start()
        t = token(v)
        problems, everything = Stream(t, 'filter=problems'), Stream(t)
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;passive;1;now it warns')
        for s in (problems, everything):
            s.until('now it warns')
            s.text = ''
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;passive;0;and now it is well')
        problems.until('event: gone')
        everything.until('and now it is well')
        # What the server breaks off, browsers open again: the death of gate or web costs their clients one reconnection.
        for role in ('gate', 'web'):
            pid = next(p for p, words in v.roles().items() if role in words)
            s = Stream(t)
            os.kill(pid, signal.SIGKILL)
            try:
                s.ended()
            except OSError:
                pass
            until(lambda: Client().call('GET', '/api/v1/setup')[0] == 200 if reachable() else False, f'{role} is back')
        until(lambda: Client().call('GET', '/api/v1/resources', headers={'Authorization': f'Bearer {t}'})[0] == 200, 'the token still counts')


def reachable():
    try:
        socket.create_connection(('127.0.0.1', PORT), timeout=5).close()
        return True
    except OSError:
        return False


def test_guessing_is_slow():
    with new() as v:
        v.start()
        set_up(v)
        seen = [Client().call('POST', '/api/v1/login', {'user': 'root', 'password': f'wrong zebra {i}'})[0] for i in range(8)]
        assert seen[:3] == [401] * 3 and 429 in seen, seen


def test_a_set_up_that_cannot_be_kept():
    """Nothing was changed, says the answer: then the link must be as good as before."""
    with new() as v:
        v.start()
        token = until(lambda: re.search(r'#setup=(\S+)', v.said()), 'the set-up link').group(1)
        folder, c = os.path.join(v.state, 'auth'), Client()
        os.chmod(folder, 0o500)
        status, answer = c.call('POST', '/api/v1/setup', {'token': token, 'user': 'root', 'password': PASSWORD})
        assert status == 503, (status, answer)
        assert c.call('GET', '/api/v1/setup') == (200, {'needed': True})
        assert c.call('GET', '/api/v1/session')[0] == 401
        os.chmod(folder, 0o700)
        status, answer = c.call('POST', '/api/v1/setup', {'token': token, 'user': 'root', 'password': PASSWORD})
        assert status == 201 and answer['role'] == 'admin', (status, answer)


main()
