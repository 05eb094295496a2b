#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=45
"""People on the running product: the second factor from its secret to a lost telephone, sessions that are listed and ended, groups and roles of one's own, tokens with some
rights, and that none of it is lost at a restart, nor given by who does not have it; and a flood of sign-ins."""
import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import re
import struct
import subprocess
import threading
import time

from lib_vigie import VIGIE, Vigie, main, until

PORT = int(os.environ.get('PORT') or 18475)
SECRET = 'correct zebra lamp forty'
OBJECTS = 'define host {\n use th\n host_name h\n address 127.0.0.1\n}\n'


class Person:
    """A browser: it keeps the cookie, and sends X-CSRF."""

    def __init__(self, token=None):
        self.cookie = self.csrf = None
        self.token = token

    def call(self, method, path, body=None):
        c = http.client.HTTPConnection('127.0.0.1', PORT, timeout=60)
        h = {'Content-Type': 'application/json'} if body is not None else {}
        if self.cookie:
            h['Cookie'] = self.cookie
        if self.csrf:
            h['X-CSRF'] = self.csrf
        if self.token:
            h['Authorization'] = 'Bearer ' + self.token
        c.request(method, '/api/v1' + path, json.dumps(body) if body is not None else None, h)
        answer = c.getresponse()
        self.headers = {k.lower(): v for k, v in answer.getheaders()}
        parsed = json.loads(answer.read() or b'{}')
        c.close()
        if 'set-cookie' in self.headers:
            self.cookie = self.headers['set-cookie'].split(';')[0]
        session = parsed.get('session', parsed)
        if answer.status in (200, 201) and 'csrf' in session:
            self.csrf = session['csrf']
        return answer.status, parsed

    def login(self, user, code=None, secret=SECRET):
        return self.call('POST', '/login', {'user': user, 'password': secret, **({'code': code} if code is not None else {})})


def code(secret, off=0):
    """RFC 6238, written once more."""
    at = struct.pack('>Q', int(time.time()) // 30 + off)
    digest = hmac.new(base64.b32decode(secret), at, hashlib.sha1).digest()
    start = digest[-1] & 15
    return '%06d' % ((struct.unpack('>I', digest[start:start + 4])[0] & 0x7fffffff) % 1000000)


def ctl(v, *words, line=SECRET + '\n'):
    p = subprocess.run([VIGIE, 'ctl', *words, '-c', v.main], input=line, capture_output=True, text=True)
    assert p.returncode == 0, p
    return p.stdout


@contextlib.contextmanager
def new():
    with Vigie(objects=OBJECTS, main=f'vigie_http_listen=127.0.0.1:{PORT}\n') as v:
        v.start()
        ctl(v, 'user', 'add', 'root', '--role', 'admin')
        root = Person()
        assert root.login('root')[0] == 200
        yield v, root


def test_second_factor():
    with new() as (v, root):
        other = Person()
        assert other.login('root')[0] == 200
        assert root.call('GET', '/session')[1]['totp'] == {'on': False, 'required': False, 'recovery_codes': 0}
        status, answer = root.call('POST', '/session/totp', {'password': 'wrong'})
        assert (status, answer['field']) == (422, 'password'), answer
        status, answer = root.call('POST', '/session/totp', {'password': SECRET})
        assert status == 201 and answer['uri'].startswith('otpauth://totp/Vigie') and f'secret={answer["secret"]}' in answer['uri'], answer
        secret = answer['secret']
        assert root.call('POST', '/session/totp/confirm', {'code': '000000'})[1]['code'] == 'totp_wrong'
        before = root.cookie
        status, answer = root.call('POST', '/session/totp/confirm', {'code': code(secret)})
        assert status == 200 and len(set(answer['recovery_codes'])) == 10 and root.cookie != before, answer
        codes = answer['recovery_codes']
        assert other.call('GET', '/session')[0] == 401 and root.call('GET', '/session')[1]['totp']['on']
        p = Person()
        status, answer = p.login('root')
        assert (status, answer['code'], answer['field'], p.cookie) == (401, 'totp_needed', 'code', None), answer
        assert p.login('root', code(secret))[1]['code'] == 'totp_wrong', 'the code that confirmed is used up'
        status, answer = p.login('root', codes[0].upper().replace('-', ' '))
        assert status == 200 and answer['totp']['recovery_codes'] == 9, answer
        assert Person().login('root', codes[0])[0] == 401
        text = open(os.path.join(v.state, 'auth', 'users'), encoding='utf-8').read()
        assert not any(c in text or c.replace('-', '').upper() in text for c in codes) and os.stat(os.path.join(v.state, 'auth', 'users')).st_mode & 0o777 == 0o600
        assert v.stop() == 0
        v.start()
        assert Person().login('root')[1]['code'] == 'totp_needed' and Person().login('root', codes[0])[0] == 401, 'what was used stays so'
        assert p.call('POST', '/session/totp/recovery', {'password': SECRET, 'code': codes[1]})[0] == 201
        assert Person().login('root', codes[2])[0] == 401, 'the old ones are over'
        assert [u['totp'] for u in p.call('GET', '/users')[1]['users']] == [True]
        ctl(v, 'user', 'totp-off', 'root')  # a lost telephone
        assert p.call('GET', '/session')[0] == 401 and Person().login('root')[0] == 200
        status, answer = Person().call('GET', '/session')
        assert status == 401


def test_required():
    with new() as (v, root):
        assert root.call('PUT', '/roles/operator', {'totp_required': True})[0] == 200
        assert root.call('POST', '/users', {'user': 'op', 'password': SECRET, 'role': 'operator'})[0] == 201
        op = Person()
        status, answer = op.login('op')
        assert status == 200 and answer['totp']['required'] and answer['rights'] == [], answer
        assert op.call('GET', '/resources')[0] == 403
        secret = op.call('POST', '/session/totp', {'password': SECRET})[1]['secret']
        status, answer = op.call('POST', '/session/totp/confirm', {'code': code(secret)})
        assert status == 200 and 'resources.check' in answer['session']['rights'], answer
        until(lambda: op.call('GET', '/resources')[0] == 200)
        assert op.call('POST', '/session/totp/off', {'password': SECRET, 'code': answer['recovery_codes'][0]})[1]['code'] == 'totp_required'


def test_sessions():
    with new() as (v, root):
        root.call('POST', '/users', {'user': 'ann', 'password': SECRET, 'role': 'viewer'})
        a, b, c = Person(), Person(), Person()
        assert [p.login('ann')[0] for p in (a, b, c)] == [200] * 3
        mine = a.call('GET', '/sessions')[1]['sessions']
        assert len(mine) == 3 and [s['current'] for s in mine].count(True) == 1 and {s['user'] for s in mine} == {'ann'} and {s['source'] for s in mine} == {'127.0.0.1'}
        assert a.call('GET', '/sessions?user=root')[1]['right'] == 'sessions.read'
        roots = root.call('GET', '/sessions')[1]['sessions']
        assert len(roots) == 1 and len(root.call('GET', '/sessions?user=*')[1]['sessions']) == 4
        assert a.call('DELETE', '/sessions/' + roots[0]['id'])[0] == 404 and root.call('GET', '/session')[0] == 200
        of_b = next(s['id'] for s in b.call('GET', '/sessions')[1]['sessions'] if s['current'])
        assert a.call('DELETE', '/sessions/' + of_b)[0] == 200 and b.call('GET', '/session')[0] == 401
        assert a.call('DELETE', '/sessions')[0] == 200 and c.call('GET', '/session')[0] == 401 and a.call('GET', '/session')[0] == 200
        before = a.cookie
        assert a.login('ann')[0] == 200 and a.cookie != before
        old = Person()
        old.cookie = before
        assert old.call('GET', '/session')[0] == 401, 'a cookie that comes along to a sign-in ends'
        assert root.call('POST', '/users/ann/role', {'role': 'operator'})[0] == 200
        assert a.call('GET', '/session')[0] == 401, 'and so do all when the role is another'
        assert a.login('ann')[1]['role'] == 'operator'
        assert root.call('DELETE', '/sessions?user=ann')[0] == 200 and a.call('GET', '/session')[0] == 401
        assert 'ann' not in ctl(v, 'session', 'list') and '127.0.0.1' in ctl(v, 'session', 'list')
        ctl(v, 'session', 'end', 'root')
        assert root.call('GET', '/session')[0] == 401


def test_groups_and_roles():
    with new() as (v, root):
        rights = root.call('GET', '/roles')[1]
        assert [r['name'] for r in rights['roles']] == ['viewer', 'operator', 'admin'] and all(r['text'] for r in rights['rights'])
        assert root.call('POST', '/roles', {'name': 'night', 'rights': ['resources.read', 'resources.acknowledge', 'users.read', 'users.write', 'tokens.write']})[0] == 201
        assert root.call('POST', '/roles', {'name': 'x', 'rights': ['resources.fly']})[1]['field'] == 'rights'
        assert root.call('PUT', '/roles/viewer', {'rights': [], 'totp_required': False})[1]['code'] == 'role_fixed'
        assert root.call('POST', '/users', {'user': 'ann', 'password': SECRET})[0] == 201
        ann = Person()
        assert ann.login('ann')[1]['rights'] == []
        status, answer = root.call('POST', '/user-groups', {'name': 'shift', 'role': 'night', 'scope': ['host:h', 'nonsense'], 'members': ['ann']})
        assert (status, answer['code'], answer['field']) == (422, 'scope_form', 'scope'), answer
        assert root.call('POST', '/user-groups', {'name': 'shift', 'role': 'night', 'scope': None, 'members': ['nobody']})[1]['code'] == 'member_no_user'
        assert root.call('POST', '/user-groups', {'name': 'shift', 'role': 'night', 'scope': None, 'members': ['ann']})[0] == 201
        assert 'users.write' in ann.call('GET', '/session')[1]['rights'], 'at once'
        status, answer = ann.call('POST', '/users', {'user': 'eve', 'password': SECRET, 'role': 'admin'})
        assert (status, answer['code']) == (403, 'rights_beyond'), answer
        assert ann.call('POST', '/users/root/password', {'password': 'another zebra 4 lamps'})[0] == 403
        assert ann.call('POST', '/tokens', {'name': 'up', 'role': 'admin', 'expires': '1h'})[0] == 403
        status, answer = ann.call('POST', '/tokens', {'name': 'ok', 'rights': ['resources.read'], 'expires': '1h'})
        assert status == 201
        robot = Person(answer['token'])
        assert robot.call('GET', '/session')[1]['rights'] == ['resources.read'] and robot.call('GET', '/users')[0] == 403
        assert root.call('POST', '/tokens', {'name': 'no', 'expires': '1h'})[1]['code'] == 'token_rights'
        status, answer = root.call('DELETE', '/roles/night')
        assert (status, answer['code']) == (409, 'role_used') and 'shift' in answer['detail'], answer
        assert root.call('PUT', '/users/ann', {'role': 'viewer', 'scope': ['host:h'], 'groups': []})[0] == 200
        assert ann.call('GET', '/session')[0] == 401, 'her own role is another'
        user = next(u for u in root.call('GET', '/users')[1]['users'] if u['user'] == 'ann')
        assert (user['role'], user['scope'], user['groups']) == ('viewer', ['host:h'], []) and user['last_sign_in'], user
        assert root.call('PUT', '/users/root', {'role': None, 'scope': None, 'groups': []})[1]['code'] == 'last_admin'
        assert root.call('PUT', '/users/root', {'role': 'admin', 'scope': ['host:h'], 'groups': []})[1]['code'] == 'last_admin'
        ctl(v, 'user-group', 'change', 'shift', '--members', 'ann')
        assert re.search(r'^shift +night +everything +ann$', ctl(v, 'user-group', 'list'), re.M)
        assert v.stop() == 0
        v.start()
        assert root.call('GET', '/user-groups')[1]['groups'] == [{'name': 'shift', 'role': 'night', 'scope': None, 'members': ['ann']}]
        assert re.search(r'^night +- +resources\.read,', ctl(v, 'role', 'list'), re.M)


def test_flood():
    """A thousand sign-ins at once: few passwords are tried at a time, all are answered, those that are sent away learn for how long, and who knows the password of the last
    administrator comes in from elsewhere."""
    with new() as (v, root):
        seen, lock = {}, threading.Lock()

        def guess(n):
            for i in range(50):
                p = Person()
                status, _ = p.login('root' if i % 2 else f'nobody{n}', secret=f'wrong zebra lamp {i}')
                if status in (429, 503):
                    assert int(p.headers['retry-after']) >= 1
                with lock:
                    seen[status] = seen.get(status, 0) + 1
        crowd = [threading.Thread(target=guess, args=(n,)) for n in range(20)]
        for t in crowd:
            t.start()
        for t in crowd:
            t.join()
        assert sum(seen.values()) == 1000 and set(seen) <= {401, 429, 503, 504} and seen.get(401, 0) < 100, seen
        assert root.call('GET', '/session')[0] == 200 and root.call('GET', '/status')[0] == 200
        assert 'root' in ctl(v, 'user', 'list')


main()
