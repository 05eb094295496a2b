#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every sub-command of `vigie ctl` against a living Vigie: what it prints, what it does, how it exits."""
import json
import os
import re
import signal
import subprocess
import urllib.error
import urllib.request

from lib_vigie import ONE, SRC, VIGIE, Skip, Vigie, main, until, vigie

PORT = int(os.environ.get('PORT', '22600'))
OBJECTS = ONE + ''.join(f'define service {{\n use ts\n host_name h\n service_description {name}\n active_checks_enabled 0\n max_check_attempts 1\n}}\n'
                          for name in ('Disk /', 'Größe'))


class Asked(Vigie):
    def __init__(self, objects=OBJECTS, main=''):
        super().__init__(objects, main)

    def ctl(self, command, *words, where=None):
        return vigie('ctl', command, *(where or ['-c', self.main]), *words)

    def does(self, command, *words, **more):
        status, out, said = self.ctl(command, *words, **more)
        assert status == 0, (command, words, status, out, said)
        return out

    def refuses(self, command, *words, status=1, **more):
        code, out, said = self.ctl(command, *words, **more)
        assert code == status and not out, (command, words, code, out, said)
        assert said.startswith(f'vigie ctl') and said.count('\n') == 1, said
        return said

    def json(self, command, *words):
        return json.loads(self.does(command, *words, '-o', 'json'))


def test_reading():
    with Asked() as v:
        v.start()
        until(lambda: v.json('list', '--states', 'ok')['matched'] == 1, 'the active check is done')
        text = v.does('list')
        lines = text.splitlines()
        assert lines[0].split() == ['STATE', 'TYPE', 'HOST', 'SERVICE', 'SINCE', 'CHECKED', 'INFORMATION'] and lines[-1] == '4 of 4', text
        column = lines[0].index('SINCE')
        assert all(line[column - 1] == ' ' and line[column] != ' ' for line in lines[1:5]), 'columns stand under each other, also behind ö'
        assert [r['service'] for r in v.json('list', '-k', 'service', '-q', 'größe')['resources']] == ['Größe']
        assert v.json('list', '--host', 'h', '-n', '2')['matched'] == 4
        assert v.does('list', '--problems').splitlines()[-1] == '0 of 4'

        shown = v.does('show', 'h', 's')
        assert 'h > s\nOK, hard, attempt 1 of 3' in shown and '\nOK: fine\n' in shown and 'why: ' in shown, shown
        assert v.json('show', 'h;s')['output'] == 'OK: fine'
        assert v.json('show', 'h')['kind'] == 'host'

        status = v.json('status')
        assert status['checks']['services'] == 3 and {r['role'] for r in status['roles']} >= {'engine', 'store', 'gate', 'local', 'runner'}
        text = v.does('status')
        assert 'watching 1 host and 3 services' in text and re.search(r'^engine 0 +ready', text, re.M), text
        assert v.does('status', where=['--state', v.state]).startswith('Vigie ')


def test_changing():
    with Asked() as v:
        v.start()
        first = v.json('show', 'h', 's')
        assert v.does('check-now', 'h', 's') == 'h > s: is checked now\n'
        until(lambda: v.json('show', 'h', 's')['last_check'] not in (None, first['last_check']), 'it is checked now')
        assert v.does('check-now', 'h') == 'h: is checked now\n'

        assert 'there is no problem' in v.refuses('ack', 'h', 'Disk /', '-m', 'x')
        assert v.does('submit', 'h', 'Disk /', '-s', 'critical', '-m', 'full; really', '-p', 'used=99%;80;90') == 'h > Disk /: taken and stored\n'
        shown = v.json('show', 'h', 'Disk /')
        assert shown['state'] == 'critical' and shown['hard'] and shown['perfdata'][0]['label'] == 'used', shown
        assert '[ack]' not in v.does('list', '-p')
        assert v.does('ack', 'h;Disk /', '-m', 'on it — Zoé', '--sticky') == 'h > Disk /: acknowledged\n'
        shown = v.json('show', 'h', 'Disk /')
        assert shown['acknowledged'] and any(c['text'] == 'on it — Zoé' for c in shown['comments'])
        assert '[ack] full: really' in v.does('list', '-p') and v.does('list', '-u').splitlines()[-1] == '0 of 4'
        v.does('ack', 'h', 'Disk /', '--remove')
        assert not v.json('show', 'h', 'Disk /')['acknowledged']

        said = v.does('downtime', 'h', '--for', '90m', '-m', 'new disks')
        assert re.match(r'h: downtime from \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ to ', said), said
        shown = v.json('show', 'h')
        assert shown['in_downtime'] and shown['downtimes'][0]['duration_s'] == 5400 and shown['downtimes'][0]['comment'] == 'new disks'
        assert 'new disks' in v.does('show', 'h')

        with open(v.path('objects.cfg'), 'a', encoding='utf-8') as f:
            f.write('define service {\n use ts\n host_name h\n service_description later\n}\n')
        assert v.does('reload') == 'the configuration was read again\n'
        assert v.json('show', 'h', 'later')['state'] in ('pending', 'ok')
        with open(v.path('objects.cfg'), 'a', encoding='utf-8') as f:
            f.write('define service {\n use nothing\n host_name h\n service_description wrong\n}\n')
        status, out, said = v.ctl('reload')
        assert status == 1 and not out and re.search(r"objects.cfg:\d+:\d+: error: .*'nothing'", said), said
        assert v.json('list')['total'] == 5
        assert v.stop() == 0


def test_log():
    with Asked() as v:
        v.start()
        follower = subprocess.Popen([VIGIE, 'ctl', 'log', '-c', v.main, '--follow', '-n', '5'], stdout=subprocess.PIPE, text=True)
        v.does('submit', 'h', 'Größe', '-s', 'warning', '-m', 'it grows')
        for line in follower.stdout:  # it comes by itself
            if 'it grows' in line:
                break
        assert re.match(r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ +alert +h > Größe +WARNING +it grows$', line), line
        follower.send_signal(signal.SIGINT)
        follower.wait(10)
        assert 'it grows' in v.does('log')
        assert any(json.loads(line).get('text') == 'it grows' for line in v.does('log', '-o', 'json').splitlines())


def test_token():
    with Asked(main=f'vigie_http_listen=127.0.0.1:{PORT}') as v:
        v.start()

        def call(path, token, body=None):
            request = urllib.request.Request(f'http://127.0.0.1:{PORT}{path}', body, {'Authorization': f'Bearer {token}', 'Content-Type': 'application/json'})
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    return answer.status, json.load(answer)
            except urllib.error.HTTPError as e:
                return e.code, json.load(e)

        viewer = v.does('token', 'create', 'screen', '--role', 'viewer', '--expires', '30d').strip()
        made = v.json('token', 'create', 'robot', '--role', 'operator', '--expires', '1h')
        assert made['token'] != viewer and len(viewer) > 40
        status, answer = call('/api/v1/resources?filter=all', viewer)
        assert status == 200 and answer['total'] == 4
        oid = v.json('show', 'h', 'Disk /')['id']
        body = json.dumps({'state': 'critical', 'output': 'by token'}).encode()
        assert call(f'/api/v1/resources/{oid}/submit', viewer, body)[0] == 403, 'a viewer only reads'
        assert call(f'/api/v1/resources/{oid}/submit', made['token'], body)[0] in (200, 202)
        assert v.json('show', 'h', 'Disk /')['output'] == 'by token'
        assert call('/api/v1/resources', viewer[:-1] + ('A' if viewer[-1] != 'A' else 'B'))[0] == 401
        assert '1 minute' in v.refuses('token', 'create', 'blink', '--expires', '1s')
        assert 'viewer, operator, admin' in v.refuses('token', 'create', 'x', '--role', 'boss')


def test_wrong_words():
    with Asked() as v:
        v.start()
        said = v.refuses('show', 'g')
        assert "there is no host 'g'; did you mean 'h'?" in said, said
        said = v.refuses('check-now', 'h', 'Grösse')
        assert "no service 'Grösse'; did you mean 'Größe'?" in said, said
        assert 'critical' in v.refuses('submit', 'h', 's', '-s', 'crit', '-m', 'x')
        assert 'critical' in v.refuses('list', '-s', 'crit')
        assert 'downtime' in v.refuses('downtime', 'h', '--start', 'yesterday', status=2)
        assert '-m TEXT' in v.refuses('ack', 'h', 's', status=2)
        assert '-s critical' in v.refuses('submit', 'h', 's', status=2)
        assert '--host' in v.refuses('list', '--hots', 'h', status=2)
        assert 'vigie ctl show --help' in v.refuses('show', status=2)
        assert 'text or json' in v.refuses('list', '-o', 'xml', status=2)
        assert 'not both' in v.refuses('list', '--state', v.state, status=2)
        v.stop()
        said = v.refuses('list')
        assert 'is Vigie running' in said and v.state in said, said
        said = v.refuses('list', where=['-c', v.path('no.cfg')])
        assert 'no.cfg' in said, said
        status, out, said = vigie('ctl', 'lst')
        assert status == 2 and "did you mean 'list'?" in said
        status, out, said = vigie('ctl', 'list', '--help')
        assert status == 0 and not said and out.startswith('Usage: vigie ctl list')


def test_without_right():
    if os.getuid() != 0:
        raise Skip('needs root to become somebody else')
    with Asked() as v:
        v.start()
        p = subprocess.run([VIGIE, 'ctl', 'list', '--state', v.state], capture_output=True, text=True, user=65500, group=65500, extra_groups=[])
        assert p.returncode == 1 and 'root' in p.stderr and p.stderr.count('\n') == 1, p


def test_manual_page_has_every_option():
    with open(os.path.join(SRC, 'docs/man/vigie.1'), encoding='utf-8') as f:
        page = f.read().replace('Fl -', '--')  # as mdoc writes a long option
    commands = [['run'], ['check'], ['journal']] + [['ctl', c] for c in re.findall(
        r'^  (\S+) +\S', vigie('ctl', '--help')[1], re.M)]
    assert len(commands) > 10
    for words in commands:
        text = vigie(*words, '--help')[1]
        assert text, words
        for option in re.findall(r'^ +(?:-\w, )?(--[a-z-]+)', text, re.M):
            assert option in page or option == '--help', f'vigie(1) does not know {option} of vigie {" ".join(words)}'
        assert words[-1] in page, words


main()
