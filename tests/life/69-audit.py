#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=60
"""The audit record of a real Vigie: each change and each sign-in stands in it before it has an effect, also when everything is killed in between; any change to it is found; on a full disk what is
privileged is refused and the rest goes on."""
import ctypes
import glob
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time

from lib_vigie import Skip, Vigie, free_port, main, until, vigie

PASSWORD = 'correct zebra 7 lamps'
CLONE_NEWNS = 0x20000


class Audited(Vigie):
    def __init__(self):
        self.port = free_port()
        super().__init__(main=f'vigie_http_listen=127.0.0.1:{self.port}\n')
        self.token = self.cookie = self.csrf = None

    def call(self, method, path, body=None, token=True):
        c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        headers = {'Content-Type': 'application/json'}
        if token and self.token:
            headers['Authorization'] = f'Bearer {self.token}'
        c.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = c.getresponse()
        text = answer.read().decode()
        return answer.status, json.loads(text) if text.startswith('{') else text

    def ctl(self, *words):
        return vigie('ctl', *words, '-c', self.main)

    def admin(self):
        status, out, said = self.ctl('token', 'create', 'root', '--role', 'admin', '-o', 'json')
        assert status == 0, said
        self.token = json.loads(out)['token']

    def audit_log(self, *words):
        return vigie('audit-log', *words, '--state', self.state)

    def entries(self, *words):
        status, out, said = self.audit_log('export', '-o', 'json', *words)
        assert status == 0, (status, said)
        return [json.loads(line) for line in out.splitlines()]

    def whole(self):
        status, out, said = self.audit_log('verify')
        assert status == 0 and out.endswith('whole\n'), (status, out, said)
        return out

    def files(self):
        return sorted(glob.glob(f'{self.state}/audit/*.audit'))


def test_record():
    with Audited() as v:
        v.start()
        link = until(lambda: re.search(r'#setup=(\S+)', v.said()), 'the set-up link').group(1)
        assert v.call('POST', '/api/v1/setup', {'token': link, 'user': 'anna', 'password': PASSWORD})[0] == 201
        assert v.call('POST', '/api/v1/login', {'user': 'anna', 'password': 'wrong zebra'})[0] == 401
        assert v.call('POST', '/api/v1/login', {'user': 'anna', 'password': PASSWORD})[0] == 200
        v.admin()
        assert v.call('POST', '/api/v1/tokens', {'name': 'prog', 'role': 'viewer', 'expires': '1d'})[0] == 201
        id_ = v.call('GET', '/api/v1/resources?kind=service')[1]['resources'][0]['id']
        assert v.call('POST', f'/api/v1/resources/{id_}/comment', {'comment': 'seen it'})[0] == 200
        assert v.call('POST', '/api/v1/users/nobody/role', {'role': 'viewer'})[0] == 404
        until(lambda: [e for e in v.entries() if e['kind'] == 'asked' and e.get('status') == 404])
        found = v.entries()
        assert [e['n'] for e in found] == sorted(e['n'] for e in found)
        assert not any(word in json.dumps(found) for word in (PASSWORD, 'wrong zebra', link, v.token)), 'a secret'
        login = next(e for e in found if e.get('route') == '/api/v1/login' and e['kind'] == 'asked')
        assert login['who'] == 'anna' and login['from'] == '127.0.0.1' and login['outcome'] == 'done', login
        assert login['body'] == {'user': 'anna', 'password': '***'}, login
        assert [e['status'] for e in found if e['kind'] == 'refused'] == [401], found
        note = next(e for e in found if e.get('body') == {'comment': 'seen it'})
        assert note['objects'] == ['h;s'] and note['who'] == 'root' and note['by'] == 'token' and note['role'] == 'admin', note
        made = next(e for e in found if e.get('by') == 'local')
        assert made['from'] == 'this machine' and made['body']['name'] == 'root', made
        # over the API: the same, the newest first
        status, answer = v.call('GET', '/api/v1/audit?limit=2&what=resources')
        assert status == 200 and answer['entries'][0]['objects'] == ['h;s'] and answer['next'] is None, answer
        status, answer = v.call('GET', '/api/v1/audit?format=csv&who=anna')
        assert status == 200 and answer.startswith('n,at,kind,who,'), answer
        assert 'vigie_audit_failing 0\n' in v.call('GET', '/metrics')[1]
        v.whole()
        # the shell can do it, too
        script = '''before=$(printf '0%.0s' $(seq 64)); n=0
            while read -r hash json; do [ "$(printf %s "$before$json" | sha256sum)" = "$hash  -" ] || exit 1; before=$hash; n=$((n + 1)); done; echo $n'''
        with open(v.files()[0], encoding='utf-8') as f:
            p = subprocess.run(['bash', '-c', script], stdin=f, capture_output=True, text=True, check=False)
        assert p.returncode == 0 and int(p.stdout) >= len(found), p
        assert v.stop() == 0
        head = re.search(r'head: (\S+)', v.whole()).group(1)
        assert v.audit_log('verify', '--head', head)[0] == 0
        # somebody changes a name in it
        with open(v.files()[0], 'r+b') as f:
            text = f.read()
            f.seek(text.index(b'"who":"anna"') + 7)
            f.write(b'A')
        status, out, said = v.audit_log('verify')
        assert status == 1 and os.path.basename(v.files()[0]) + ', line ' in out and 'hash must be' in out, (status, out, said)
        with open(v.files()[0], 'r+b') as f:
            f.write(text)
        v.whole()
        # somebody cuts the end off, at the end of a line
        lines = text.splitlines(True)
        with open(v.files()[0], 'wb') as f:
            f.writelines(lines[:-3])
        status, out, said = v.audit_log('verify')
        assert status == 1 and 'was cut off' in out, (status, out, said)
        v.start()
        until(lambda: 'the audit record is not what was written' in v.said(), 'a start sees it')
        until(lambda: any(w['code'] == 'audit_wrong' for w in v.call('GET', '/api/v1/status')[1]['warnings']), 'the page says it')
        assert vigie('audit-log', 'verify', '--state', v.path('nowhere'))[0] == 2


def test_killed():
    """Everything is killed while changes are made: what has an effect has an entry, and what was answered, too."""
    with Audited() as v:
        answered, begun = set(), []

        def load(stop):
            n = len(begun)
            while not stop.is_set():
                begun.append(n)
                try:
                    if v.call('POST', '/api/v1/tokens', {'name': f't{n}', 'role': 'viewer', 'expires': '1d'})[0] == 201:
                        answered.add(f't{n}')
                except (OSError, http.client.HTTPException, ValueError):
                    pass
                n += 1

        v.start()
        v.admin()
        for _ in range(4):
            stop = threading.Event()
            t = threading.Thread(target=load, args=(stop,))
            before = len(answered)
            t.start()
            until(lambda: len(answered) > before + 3, 'some are made')
            v.kill_all()
            stop.set()
            t.join()
            v.whole()
            v.start()
            there = {t['name'] for t in v.call('GET', '/api/v1/tokens')[1]['tokens']} - {'root'}
            asked = {e['body']['name'] for e in v.entries() if e['kind'] == 'asked' and e.get('route') == '/api/v1/tokens'}
            assert answered <= there <= asked, (answered - there, there - asked)
        v.whole()
        # a store that is killed comes back, and so does the record
        old = [pid for pid, words in v.roles().items() if 'store' in words]
        for pid in old:
            os.kill(pid, signal.SIGKILL)
        until(lambda: v.call('POST', '/api/v1/tokens', {'name': 'after', 'role': 'viewer', 'expires': '1d'})[0] == 201, 'it goes on')
        v.whole()


def private_mounts():
    if os.getuid() != 0:
        raise Skip('needs root to mount a small disk')
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        raise Skip('may not make a mount namespace here')
    if subprocess.run(['findmnt', '-n', '/'], stdout=subprocess.DEVNULL, check=False).returncode == 0:
        subprocess.run(['mount', '--make-rprivate', '/'], check=True)


def test_full():
    private_mounts()
    with Audited() as v:
        v.start()
        assert v.stop(60) == 0
        shutil.copytree(f'{v.state}/audit', v.path('before'))
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=4m,mode=0755', 'small', f'{v.state}/audit'], check=True)
        shutil.copytree(v.path('before'), f'{v.state}/audit', dirs_exist_ok=True)
        try:
            v.start()
            link = until(lambda: re.findall(r'#setup=(\S+)', v.said())[1:], 'the set-up link')[0]
            assert v.call('POST', '/api/v1/setup', {'token': link, 'user': 'anna', 'password': PASSWORD})[0] == 201
            v.admin()
            id_ = v.call('GET', '/api/v1/resources?kind=service')[1]['resources'][0]['id']
            def metric(name):
                return int(re.search(rf'(?m)^vigie_audit_{name} (\d+)$', v.call('GET', '/metrics')[1]).group(1))

            def fill():
                with open(f'{v.state}/audit/ballast', 'ab', buffering=0) as f:
                    try:
                        while True:
                            f.write(b'\0' * 4096)
                    except OSError:
                        pass

            def comment():
                return v.call('POST', f'/api/v1/resources/{id_}/comment', {'comment': 'x' * 400})[0]

            def codes():
                return {w['code'] for w in v.call('GET', '/api/v1/status')[1]['warnings']}

            def token(name):
                return v.call('POST', '/api/v1/tokens', {'name': name, 'role': 'viewer', 'expires': '1d'})
            fill()
            assert comment() == 200 and token('early')[0] == 201, 'the reserve takes it'

            def long_ones(n):  # what is asked stands in it, also when it is refused for its form
                for _ in range(n):
                    assert v.call('POST', f'/api/v1/resources/{id_}/comment', {'comment': 'x', 'more': 'y' * 15000})[0] in (400, 422)
            long_ones(25)  # what was allocated ahead of the reserve
            until(lambda: 'audit_low' in codes(), 'that is said')
            assert token('low')[0] == 201
            long_ones(80)
            assert metric('failures_total') > 0, 'the reserve is used up'

            tried = []

            def refused(ask):
                """An entry that is too long for the room that is left gives that room back, and shorter ones go on: until nothing fits."""
                fill()
                status, answer = ask()
                assert status in (200, 201, 503), (status, answer)
                return answer if status == 503 else None

            def late():
                tried.append(f'late{len(tried)}')
                return token(tried[-1])

            def login():
                return v.call('POST', '/api/v1/login', {'user': 'anna', 'password': PASSWORD}, token=False)
            answer = until(lambda: refused(late), 'nothing fits any more')
            assert answer['code'] == 'not_audited' and '.audit' in answer['detail'] and 'full' in answer['detail'], answer
            assert tried[-1] not in v.ctl('token', 'list')[1].split()
            assert until(lambda: refused(login), 'nobody signs in')['code'] == 'not_audited'
            assert metric('refused_total') >= 2
            without = metric('without_total')
            until(lambda: fill() or comment() == 200 and metric('without_total') > without, 'what is not privileged goes on')
            checked = v.service(columns='last_check')['last_check']
            v.order(f'SCHEDULE_FORCED_SVC_CHECK;h;s;{int(time.time())}')
            until(lambda: v.service(columns='last_check')['last_check'] > checked, 'checks go on')
            until(lambda: fill() or comment() == 200 and metric('failing') == 1 and 'audit_away' in codes() and 'audit record cannot be written' in v.ctl('status')[1], 'that is said')
            v.whole()
            os.unlink(f'{v.state}/audit/ballast')
            until(lambda: not codes() & {'audit_away', 'audit_low'}, 'it is over')
            assert token('late')[0] == 201 and metric('failing') == 0
            assert login()[0] == 200
            v.whole()
            found = v.entries()
            assert any(e['kind'] == 'mended' for e in found)
            # who has a token has an entry, and who was refused has none that was done
            made = [e['body']['name'] for e in found if e['kind'] == 'asked' and e.get('route') == '/api/v1/tokens' and e.get('outcome') == 'done']
            there = {t['name'] for t in v.call('GET', '/api/v1/tokens')[1]['tokens']}
            assert there == set(made) and 'late' in there and len(made) == len(there), (there, made)
        finally:
            v.kill()
            subprocess.run(['umount', '-l', f'{v.state}/audit'], check=False)


main()
