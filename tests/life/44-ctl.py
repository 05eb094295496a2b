#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=90 timeout=900
"""Every sub-command of `vigie ctl` against a living Vigie: what it prints, what it does, how it exits."""
import fcntl
import json
import os
import pty
import pwd
import re
import select
import signal
import socket
import struct
import subprocess
import tempfile
import termios
import threading
import time
import unicodedata
import urllib.error
import urllib.request

from lib_vigie import ONE, QUICK, SRC, VIGIE, Skip, Vigie, main, until, vigie

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
        assert lines[0].split() == ['STATE', 'FOR', 'HOST', 'SERVICE', 'INFORMATION'] and lines[-1] == '4 of 4 hosts and services.', text
        column = lines[0].index('INFORMATION')
        assert all(line[column - 1] == ' ' and line[column:column + 1] != ' ' for line in lines[1:5]), 'columns stand under each other, also behind ö'
        assert [r['service'] for r in v.json('list', '-k', 'service', '-q', 'größe')['resources']] == ['Größe']
        assert v.json('list', '--host', 'h', '-n', '2')['matched'] == 4
        assert v.does('list', '--problems') == 'None of 4 hosts and services.\n'
        assert v.does('list', '-n', '1').splitlines()[-1] == '4 of 4 hosts and services, the first 1 are shown.'

        shown = v.does('show', 'h', 's')
        assert 'h > s\nOK, hard, attempt 1 of 3, for ' in shown and '\n\nOK: fine\n\nwhy   ' in shown, shown
        assert re.search(r'^last check +\S+ \S+ ago, active, took \d+\.\d ms$', shown, re.M), shown
        assert re.search(r'^command +say!0!fine$', shown, re.M) and re.search(rf'^defined in +{v.path("objects.cfg")}:\d+$', shown, re.M), shown
        assert v.does('show', 'h', 'Disk /').startswith('h > Disk /\nPENDING, not checked yet\n\n'), v.does('show', 'h', 'Disk /')
        assert v.json('show', 'h;s')['output'] == 'OK: fine'
        assert v.json('show', 'h')['kind'] == 'host'

        status = v.json('status')
        assert status['checks']['services'] == 3 and {r['role'] for r in status['roles']} >= {'engine', 'store', 'gate', 'local', 'runner'}
        text = v.does('status')
        assert 'watching 1 host and 3 services' in text and re.search(r'^engine +ready', text, re.M), text
        assert all(len(line) <= 80 for line in text.split('\nROLE')[1].split('\n\n')[0].splitlines()), 'the table of roles fits 80 columns'
        assert v.does('status', where=['--state', v.state]).startswith('Vigie ')


def on_terminal(width, *words):
    """What a person sees on a terminal of that width, without colours."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ['NO_COLOR'] = '1'
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 24, width, 0, 0))
        os.execv(VIGIE, [VIGIE, *words])
    text = b''
    while True:
        try:
            part = os.read(fd, 65536)
        except OSError:
            break
        if not part:
            break
        text += part
    os.close(fd)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, text
    return text.decode().replace('\r\n', '\n')


def columns(text):
    return sum(2 if unicodedata.east_asian_width(c) in 'WF' else 0 if unicodedata.combining(c) else 1 for c in text)


def test_on_a_terminal():
    names = ('日本語の名前', 'Gro\u0308ße', 'x' * 60, 'plain')
    objects = ONE + ''.join(f'define service {{\n use ts\n host_name h\n service_description {n}\n active_checks_enabled 0\n max_check_attempts 1\n}}\n' for n in names)
    with Asked(objects) as v:
        v.start()
        for n in names:
            v.does('submit', 'h', n, '-s', 'warning', '-m', 'words ' * 40 + 'end')
        full = v.does('list', '-p')
        assert full.count(' end\n') == 4, 'not cut where nobody looks'
        lines = on_terminal(80, 'ctl', 'list', '-p', '-c', v.main).splitlines()[:-2]
        assert len(lines) == 5 and max(columns(line) for line in lines) == 80, lines
        assert sum('…' in line for line in lines) == 4, lines
        assert all(columns(line.partition('words')[0]) == lines[0].index('INFORMATION') for line in lines[1:]), lines
        wide = on_terminal(400, 'ctl', 'list', '-p', '-c', v.main).splitlines()[:-2]
        assert '…' not in ''.join(wide) and len(wide) == 5, wide

        def words(line):  # without FOR: between the two lists a second may end
            state, _, _, *rest = line.split()
            return state, rest
        assert [words(line) for line in wide[1:]] == [words(line) for line in full.splitlines()[1:-2]], (wide, full)


def test_changing():
    with Asked() as v:
        v.start()
        first = v.json('show', 'h', 's')
        assert v.does('check-now', 'h', 's') == 'h > s: is checked now\n'
        until(lambda: v.json('show', 'h', 's')['last_check'] not in (None, first['last_check']), 'it is checked now')
        assert v.does('check-now', 'h') == 'h: is checked now\n'

        assert 'there is no problem' in v.refuses('ack', 'h', 'Disk /', '-m', 'x')
        assert v.does('submit', 'h', 'Disk /', '-s', 'critical', '-m', 'full; really', '-p', 'used=99%;80;90 rate=0.06') == 'h > Disk /: taken and stored\n'
        shown = v.json('show', 'h', 'Disk /')
        assert shown['state'] == 'critical' and shown['hard'] and shown['perfdata'][0]['label'] == 'used', shown
        raw = v.does('show', 'h', 'Disk /', '-o', 'json') + v.does('list', '-o', 'json') + v.does('status', '-o', 'json') + v.does('log', '-o', 'json')
        assert '"value": 0.06,' in raw and not re.search(r'\d\.\d{9}', raw), 'numbers as they were given'
        assert '[ack]' not in v.does('list', '-p')
        assert v.does('submit', 'h/Größe', '-s', 'OK', '-m', 'x') == 'h > Größe: taken and stored\n', 'a state in any case, HOST/SERVICE'
        assert v.json('list', '-s', 'Critical')['matched'] == 1
        assert v.does('ack', 'h;Disk /', '-m', 'on it — Zoé', '--sticky') == 'h > Disk /: acknowledged\n'
        shown = v.json('show', 'h', 'Disk /')
        me = pwd.getpwuid(os.getuid()).pw_name
        assert shown['acknowledged'] and any(c['text'] == 'on it — Zoé' and c['author'] == me for c in shown['comments']), shown
        line = f'ACKNOWLEDGE_SVC_PROBLEM;h;Disk /;2;1;0;{me};on it — Zoé'
        until(lambda: line in open(v.path('vigie.log'), encoding='utf-8').read(), 'the name of who did it in the log')
        assert '[ack] full: really' in v.does('list', '-p') and v.does('list', '-u') == 'None of 4 hosts and services.\n'
        until(lambda: re.search(rf'^acknowledged +by {me} since .*, until it recovers: on it — Zoé$', v.does('show', 'h', 'Disk /'), re.M), 'who acknowledged it')
        v.does('ack', 'h', 'Disk /', '-m', 'soon', '--for', '20m')
        assert re.search(rf'^acknowledged +by {me} since .*, until its state changes, at the latest \d{{4}}-.*: soon$', v.does('show', 'h', 'Disk /'), re.M)
        assert re.search(rf'^  Acknowledged by {me} since .*, until its state changes, at the latest \d{{4}}-.*: soon$', v.does('why', 'h', 'Disk /', '--lang', 'en'), re.M)
        assert re.search(rf'^  Acquitté par {me} depuis le .*, jusqu.au prochain changement d.état, au plus tard le .* : soon$', v.does('why', 'h', 'Disk /', '--lang', 'fr'), re.M)
        v.does('ack', 'h', 'Disk /', '--remove')
        assert not v.json('show', 'h', 'Disk /')['acknowledged']

        said = v.does('downtime', 'h', '--for', '90m', '-m', 'new disks')
        assert re.match(r'h: downtime 1 from \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ to ', said), said
        shown = v.json('show', 'h')
        assert shown['in_downtime'] and shown['downtimes'][0]['duration_s'] == 5400 and shown['downtimes'][0]['comment'] == 'new disks'
        assert 'new disks' in v.does('show', 'h')
        assert '[host in downtime]' in v.does('list', '-H', 'h', '-k', 'service')

        os.environ['TZ'] = 'Europe/Paris'
        said = v.does('downtime', 'h', '--start', '2030-07-01 22:00', '--end', '2030-07-02 06:00', '-m', 'x')
        assert said == 'h: downtime 2 from 2030-07-01 22:00:00 CEST to 2030-07-02 06:00:00 CEST, 8 h\n', said
        assert v.json('show', 'h')['downtimes'][1]['start'] == '2030-07-01T20:00:00.000Z'
        said = v.does('downtime', 'h', '--start', '23:59', '--for', '1m', '-m', 'x')
        assert re.match(r'h: downtime 3 from \d{4}-\d\d-\d\d 23:59:00 CES?T to ', said), said
        del os.environ['TZ']
        with open(v.path('objects.cfg'), 'a', encoding='utf-8') as f:
            f.write('define service {\n use ts\n host_name h\n service_description later\n}\n')
        assert v.does('reload') == 'the configuration was read again\n'
        assert v.json('show', 'h', 'later')['state'] in ('pending', 'ok')
        with open(v.path('objects.cfg'), 'a', encoding='utf-8') as f:
            f.write('define service {\n use nothing\n host_name h\n service_description wrong\n}\n')
        status, out, said = v.ctl('reload')
        assert status == 1 and not out and re.search(r"objects.cfg:\d+:\d+: error: .*'nothing'", said), said
        until(lambda: re.search(r"^\[\d+\] Error: \S+objects.cfg:\d+:\d+: [^:]*'nothing'", v.log(), re.M), 'the mistake in the log, called an error once')
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
        # What changes no row of a list comes, too.
        with open(v.path('cmd'), 'w') as f:
            f.write('[1] ADD_HOST_COMMENT;h;1;ann;a note \x1b[2J to all\n')
        for line in follower.stdout:
            if ' comment ' in line:
                break
        assert '\x1b' not in line and 'ann: a note' in line, repr(line)
        follower.send_signal(signal.SIGINT)
        follower.wait(10)
        follower.stdout.close()
        assert 'it grows' in v.does('log')
        assert any(json.loads(line).get('text') == 'it grows' for line in v.does('log', '-o', 'json').splitlines())
        for i in range(250):
            v.order(f'PROCESS_SERVICE_CHECK_RESULT;h;Disk /;{i % 2};number {i}')
        until(lambda: 'number 249' in v.does('log', '-n', '1'), 'the last event')
        text = v.does('log', '-n', '240')
        found = [int(n) for n in re.findall(r' alert .* number (\d+)$', text, re.M)]
        assert text.count('\n') == 240 and found == sorted(set(found)) and found[-1] == 249, 'more than a page, each once, in order'
        follower = subprocess.Popen([VIGIE, 'ctl', 'log', '-c', v.main, '-f', '-n', '0'], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

        def tell():  # until it listens, what happens is not for it
            v.order('PROCESS_SERVICE_CHECK_RESULT;h;Größe;2;after all')
            return select.select([follower.stdout], [], [], 0.2)[0]
        until(tell, 'it follows')
        for line in follower.stdout:
            assert 'number' not in line, f'of nothing before: {line}'
            if 'after all' in line:
                break
        assert v.stop() == 0
        out, said = follower.communicate(timeout=20)
        assert follower.returncode == 1 and said.startswith('vigie ctl: ') and said.count('\n') == 1, 'it says that Vigie is gone'


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
        assert [(t['name'], t['role']) for t in v.json('token', 'list')['tokens']] == [('robot', 'operator'), ('screen', 'viewer')]
        assert re.search(r'^screen +viewer +\d{4}-', v.does('token', 'list'), re.M) and viewer not in v.does('token', 'list')
        assert v.does('token', 'delete', 'screen') == 'screen: deleted; it opens nothing any more\n' and call('/api/v1/resources', viewer)[0] == 401
        assert 'no token of this name' in v.refuses('token', 'delete', 'screen') and 'create NAME' in v.refuses('token', 'screen', status=2)
        assert 'delete NAME' in v.refuses('token', 'delete', status=2) and "'create' only" in v.refuses('token', 'list', '-e', '1d', status=2)
        assert '1 minute' in v.refuses('token', 'create', 'blink', '--expires', '1s')
        assert 'viewer, operator, admin' in v.refuses('token', 'create', 'x', '--role', 'boss')


def numbers(text):
    return [line.split()[0] for line in text.splitlines()[1:]]


def test_what_ends_by_itself():
    with Asked(OBJECTS) as v:
        v.start()
        v.does('submit', 'h', 's', '-s', 'critical', '-m', 'broken')
        v.does('ack', 'h', 's', '-m', 'at it', '--for', '5s')
        assert v.service(columns='acknowledged') == {'acknowledged': 1}
        v.does('comment', 'add', 'h', 's', '-m', 'until later', '--for', '5s')
        v.does('comment', 'add', 'h', 's', '-m', 'for ever')

        def texts():
            return {c['text'] for c in v.json('comment', 'list', 'h', 's')['comments']}
        assert {'until later', 'for ever'} <= texts(), texts()
        until(lambda: v.service(columns='acknowledged') == {'acknowledged': 0}, 'the acknowledgement is taken back')
        until(lambda: ['until later'] not in v.livestatus('GET comments\nColumns: comment'), 'the comment is deleted')
        assert 'for ever' in texts() and not v.json('show', 'h', 's')['acknowledged']
        assert "'add' only" in v.refuses('comment', 'list', '--for', '2s', status=2)


def test_downtimes_and_comments():
    with Asked(OBJECTS + 'define host {\n use th\n host_name other\n address 127.0.0.2\n active_checks_enabled 0\n}\n') as v:
        v.start()
        assert v.does('downtime', '--list') == 'There is no downtime.\n' and v.json('downtime', '--list') == {'downtimes': []}
        assert re.match(r'h: downtime 1 from ', v.does('downtime', 'h', '--for', '1h', '-m', 'moves; far'))
        assert v.json('downtime', 'h', 's', '-m', 'x')['id'] == '2'
        assert v.json('downtime', 'other', '--start', '2030-01-01 10:00', '--for', '1h', '-m', 'x')['id'] == '3'
        text = v.does('downtime', '--list')
        assert text.split()[:3] == ['NUMBER', 'HOST', 'SERVICE'] and numbers(text) == ['1', '2', '3'] and 'moves; far' in text, text
        assert [(d['host'], d['service'], d['active']) for d in v.json('downtime', '--list')['downtimes']] == [('h', '', True), ('h', 's', True), ('other', '', False)]
        assert numbers(v.does('downtime', '-l', 'h')) == ['1', '2'] and numbers(v.does('downtime', '-l', 'h', 's')) == ['2']
        assert v.does('downtime', '-l', 'h', 'Disk /') == 'There is no downtime of h > Disk /.\n'
        assert "did you mean 'h'" in v.refuses('downtime', '--list', 'g')
        shown = v.does('show', 'h', 's')
        assert re.search(r'^downtimes +\[2\] \d{4}-', shown, re.M), shown

        assert 'no downtime 77' in v.refuses('downtime', '--cancel', '77')
        assert v.does('downtime', '--cancel', '2') == 'h > s: downtime 2 is cancelled\n'
        assert not v.json('show', 'h', 's')['in_downtime'] and v.json('show', 'h')['in_downtime']
        assert 'no downtime' in v.refuses('downtime', '--cancel', 'h', 's')
        v.does('downtime', 'h', '-m', 'x')
        assert v.json('downtime', '--cancel', 'h') == {'cancelled': ['1', '4']} and not v.json('show', 'h')['in_downtime']
        assert numbers(v.does('downtime', '--list')) == ['3'], 'those of others stay'
        for words in (('--cancel', 'h', '--for', '1h'), ('--list', '--cancel', 'h'), ('--cancel',), ()):
            said = v.refuses('downtime', *words, status=2)
            assert 'exclude' in said or 'HOST' in said, said

        for i, words in enumerate((('h', 's'), ('h;Disk /',), ('h',))):
            v.does('comment', 'add', *words, '-m', f'note {i}; more')
        mine = [c for c in v.json('comment', 'list')['comments'] if c['kind'] == 'comment']
        assert [(c['host'], c['service'], c['text'], c['persistent']) for c in mine] == [('h', 's', 'note 0; more', True), ('h', 'Disk /', 'note 1; more', True), ('h', '', 'note 2; more', True)]
        v.does('comment', 'add', 'other', '-m', 'soon gone', '--fleeting')
        fleeting = v.json('comment', 'list', 'other')['comments'][-1]
        assert fleeting['text'] == 'soon gone' and not fleeting['persistent']
        text = v.does('comment', 'list', 'h', 's')
        assert text.split()[:3] == ['NUMBER', 'HOST', 'SERVICE'] and numbers(text) == [mine[0]['id']] and 'note 0; more' in text, text
        assert f'[{mine[0]["id"]}] ' in v.does('show', 'h', 's')
        assert v.does('comment', 'delete', mine[0]['id']) == f'h > s: comment {mine[0]["id"]} is deleted\n'
        assert v.does('comment', 'list', 'h', 's') == 'There is no comment of h > s.\n'
        assert v.json('comment', 'delete', mine[1]['id'], mine[2]['id']) == {'deleted': [mine[1]['id'], mine[2]['id']]}
        assert f'no comment {mine[1]["id"]}' in v.refuses('comment', 'delete', mine[1]['id'])
        for i in range(520):  # more than a page
            v.order(f'ADD_HOST_COMMENT;h;1;ann;number {i}')
        until(lambda: len(v.livestatus('GET comments\nColumns: id\nFilter: comment ~ ^number')) == 520, 'the comments')
        assert [c['text'] for c in v.json('comment', 'list', 'h')['comments']] == [f'number {i}' for i in range(520)], 'all, in order, each once'
        assert 'add HOST [SERVICE] -m TEXT' in v.refuses('comment', 'add', 'h', status=2)
        assert "'x' is not the number" in v.refuses('comment', 'delete', 'x', status=2)
        assert 'list [HOST [SERVICE]]' in v.refuses('comment', status=2) and "'lst'" in v.refuses('comment', 'lst', status=2)
        assert 'delete NUMBER' in v.refuses('comment', 'delete', status=2) and "'add' only" in v.refuses('comment', 'list', '-m', 'x', status=2)


def with_line(v, line, *words):
    p = subprocess.run([VIGIE, 'ctl', 'user', '-c', v.main, *words], input=line, capture_output=True, text=True)
    return p.returncode, p.stdout, p.stderr


def at_prompt(v, answers, *words):
    """(exit status, all that the terminal showed) of a command that asks; answers: a part of the prompt, and what is typed then."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(VIGIE, [VIGIE, 'ctl', 'user', *words, '-c', v.main])
    seen, done = b'', 0
    while True:
        try:
            part = os.read(fd, 4096)
        except OSError:
            break
        if not part:
            break
        seen += part
        if answers and answers[0][0].encode() in seen[done:]:
            done = len(seen)
            os.write(fd, answers.pop(0)[1].encode())
    os.close(fd)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen.decode()


NAMES = ''.join(f'define host {{\n use th\n host_name {name}\n active_checks_enabled 0\n}}\n' for name in ('db-01', 'db-02', 'db-03', 'web-01', 'web-02', 'web-88'))
LINKS = 'define host {\n use th\n host_name web 1\n address 192.0.2.1\n _WIKI https://wiki.example.org/a?b=c&d\n notes $HOSTNAME$ at $HOSTADDRESS$\n notes_url $_HOSTWIKI$\n' \
    ' action_url /pnp/graph?host=$HOSTNAME$&x=$NOTHING$\n active_checks_enabled 0\n}\n'


def test_names_and_links():
    """The nearest name first, and none that is much farther; macros in notes and links are replaced, in a link as a part of it."""
    with Asked(OBJECTS + NAMES + LINKS) as v:
        v.start()
        assert "did you mean 'web-01', 'web-02', 'web-88'? (" in v.refuses('show', 'web-08'), v.refuses('show', 'web-08')
        assert "did you mean 'web-01', 'web-02'? (" in v.refuses('show', 'webb-01'), v.refuses('show', 'webb-01')
        shown = v.json('show', 'web 1')
        assert (shown['notes'], shown['notes_url'], shown['action_url']) == ('web 1 at 192.0.2.1', 'https://wiki.example.org/a?b=c&d', '/pnp/graph?host=web%201&x=$NOTHING$'), shown
        assert re.search(r'^action link +/pnp/graph\?host=web%201&x=', v.does('show', 'web 1'), re.M)
        assert v.livestatus('GET hosts\nColumns: action_url_expanded action_url\nFilter: name = web 1') == [['/pnp/graph?host=web 1&x=$NOTHING$', '/pnp/graph?host=$HOSTNAME$&x=$NOTHING$']]


def zone_where_it_is(hour, minute):
    """A TZ in which it is that time of the day now."""
    east = hour * 3600 + minute * 60 - int(time.time()) % 86400
    east += -86400 if east > 43200 else 86400 if east < -43200 else 0
    sign, east = ('-' if east >= 0 else '+'), abs(east)  # TZ counts west of Greenwich
    return f'HERE{sign}{east // 3600:02}:{east // 60 % 60:02}:{east % 60:02}'


def test_times_of_a_downtime():
    """A time of the day that has passed is today's while the downtime is not over; else the other day is said. What is planned is said back with its length."""
    with Asked() as v:
        v.start()
        os.environ['TZ'] = zone_where_it_is(6, 6)
        try:
            day = r'from (\d{4}-\d\d-\d\d) %s HERE to (\d{4}-\d\d-\d\d) %s HERE, '

            def plan(*words):
                status, out, said = v.ctl('downtime', 'h', '-m', 'x', *words)
                assert status == 0, (status, out, said)
                return out, said

            out, said = plan('--start', '06:00', '-f', '1h')
            began = re.search(day % ('06:00:00', '07:00:00') + r'1 h; it has begun$', out)
            assert began and began[1] == began[2] and not said and v.json('show', 'h')['in_downtime'], (out, said)
            today = began[1]
            out, said = plan('--start', '03:00', '-f', '1h')
            late = re.search(day % ('03:00:00', '04:00:00') + r'1 h$', out)
            assert late and late[1] > today and '03:00 has passed today' in said and 'tomorrow' in said, (out, said)
            out, said = plan('--start', '07:00', '--end', '06:00')
            night = re.search(day % ('07:00:00', '06:00:00') + r'23 h$', out)
            assert night and night[1] == today and night[2] > today, (out, said)
            assert plan('-f', '90')[0].endswith(', 1 min 30 s\n') and plan('-f', '30')[0].endswith(', 30 s\n')
            assert ', 30 min from a first problem on\n' in plan('--flexible', '-f', '30m', '--end', '12:00')[0]
            assert re.search(r'from 2035-01-02 00:00:00 HERE to 2035-01-02 02:00:00 HERE, 2 h$', plan('--start', '2035-01-02')[0])
            said = v.refuses('downtime', 'h', '-m', 'x', '--start', '2026-01-01 10:00', '--end', '2026-01-01 11:00')
            assert re.search(rf'the end, 2026-01-01 11:00:00 HERE, is over already: it is {today} 06:0\d:\d\d HERE$', said), said
            said = v.refuses('downtime', 'h', '-m', 'x', '--start', '2035-01-02 10:00', '--end', '2035-01-01 11:00')
            assert 'the end, 2035-01-01 11:00:00 HERE, must be after the start, 2035-01-02 10:00:00 HERE' in said, said
        finally:
            del os.environ['TZ']
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;Disk /;2;full')
        until(lambda: v.json('show', 'h', 'Disk /')['state'] == 'critical', 'the result')
        assert v.does('ack', 'h', 'Disk /', '-m', 'x', '--for', '90') == 'h > Disk /: acknowledged, for 1 min 30 s at most\n'


def test_users():
    with Asked(main=f'vigie_http_listen=127.0.0.1:{PORT + 1}') as v:
        v.start()

        def sign_in(user, password):
            body = json.dumps({'user': user, 'password': password}).encode()
            request = urllib.request.Request(f'http://127.0.0.1:{PORT + 1}/api/v1/login', body, {'Content-Type': 'application/json'})
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.load(answer)['role'], answer.headers['Set-Cookie'].partition(';')[0]
            except urllib.error.HTTPError as e:
                return e.code, ''

        def session(cookie):
            request = urllib.request.Request(f'http://127.0.0.1:{PORT + 1}/api/v1/session', headers={'Cookie': cookie})
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.load(answer)['role']
            except urllib.error.HTTPError as e:
                return e.code

        assert 'user add NAME --role admin' in v.does('user', 'list')
        code, out, said = with_line(v, 'zebra\n', 'add', 'ann')
        assert code == 1 and not out and '12 characters' in said, said
        assert with_line(v, 'a zebra in the attic\nnot this\n', 'add', 'ann', '--role', 'admin') == (0, 'ann: may sign in as admin\n', '')
        assert with_line(v, 'four giraffes at noon', 'add', 'bob')[0] == 0, 'also without a line end'
        assert sign_in('ann', 'a zebra in the attic')[0] == 'admin'
        role, cookie = sign_in('bob', 'four giraffes at noon')
        assert role == session(cookie) == 'viewer'
        assert v.does('user', 'role', 'bob', 'operator') == 'bob: the role is now operator\n' and session(cookie) == 401, 'he signs in again, as what he is now'
        assert [(u['user'], u['role'], u['sessions']) for u in v.json('user', 'list')['users']] == [('ann', 'admin', 1), ('bob', 'operator', 0)]
        assert re.search(r'^ann +admin +1 +\d{4}-', v.does('user', 'list'), re.M)
        for words in (('role', 'ann', 'viewer'), ('delete', 'ann')):
            assert 'last administrator' in v.refuses('user', *words)
        # root on the machine helps who forgot it
        assert with_line(v, 'another zebra upstairs\n', 'password', 'ann')[0] == 0
        assert sign_in('ann', 'a zebra in the attic')[0] == 401 and sign_in('ann', 'another zebra upstairs')[0] == 'admin'
        assert with_line(v, 'five giraffes at midnight\n', 'password', 'bob', '-o', 'json')[1].split() == ['{', '"ok":', 'true', '}'] and session(cookie) == 401, 'the sessions end'
        code, out, said = with_line(v, '', 'password', 'ann')
        assert code == 1 and not out and 'standard input' in said, said

        secret = 'elephants over the sea'
        code, seen = at_prompt(v, [('password for bob', secret + '\n'), ('again', secret + '\n')], 'password', 'bob')
        assert code == 0 and secret not in seen and 'bob: the new password holds' in seen, seen
        assert sign_in('bob', secret)[0] == 'operator'
        code, seen = at_prompt(v, [('password for bob', secret + '\n'), ('again', secret + 'x\n')], 'password', 'bob')
        assert code == 1 and secret not in seen and 'not the same' in seen, seen
        code, seen = at_prompt(v, [('password for bob', '\x03')], 'password', 'bob')
        assert code == -signal.SIGINT and 'holds' not in seen, (code, seen)
        assert sign_in('bob', secret)[0] == 'operator', 'nothing was changed'

        assert v.does('user', 'delete', 'bob') == 'bob: deleted\n' and sign_in('bob', secret)[0] == 401
        for words in (('delete', 'bob'), ('role', 'bob', 'viewer')):
            said = v.refuses('user', *words)
            assert 'no user of this name' in said and 'user list' in said, said
        assert 'viewer, operator, admin' in v.refuses('user', 'role', 'ann', 'boss')
        assert 'user role NAME ROLE' in v.refuses('user', 'role', 'ann', status=2)
        assert 'password NAME' in v.refuses('user', status=2) and "'rename'" in v.refuses('user', 'rename', 'ann', status=2)
        assert "'add' only" in v.refuses('user', 'list', '--role', 'admin', status=2)


def test_wrong_words():
    with Asked() as v:
        v.start()
        said = v.refuses('show', 'g')
        assert "there is no host 'g'; did you mean 'h'?" in said, said
        assert 'did you mean' not in vigie('ctl', 'foo')[2] and 'did you mean' not in vigie('ctl', 'list', '--xy')[2], 'nothing is near'
        said = v.refuses('check-now', 'h', 'Grösse')
        assert "no service 'Grösse'; did you mean 'Größe'?" in said, said
        said = v.refuses('show', 'nowhere at all')
        assert "there is no host 'nowhere at all' (vigie ctl list" in said, said
        said = v.refuses('downtime', 'h', '--for', '20x', status=2)
        assert 'is needed behind --for; see' in said, said
        assert 'critical' in v.refuses('submit', 'h', 's', '-s', 'crit', '-m', 'x')
        assert 'critical' in v.refuses('list', '-s', 'crit')
        assert 'downtime' in v.refuses('downtime', 'h', '--start', 'yesterday', '-m', 'x', status=2)
        assert '-m TEXT' in v.refuses('ack', 'h', 's', status=2)
        assert '-s critical' in v.refuses('submit', 'h', 's', status=2)
        assert '--host' in v.refuses('list', '--hots', 'h', status=2)
        assert 'vigie ctl show --help' in v.refuses('show', status=2)
        assert 'text or json' in v.refuses('list', '-o', 'xml', status=2)
        assert 'host is empty' in v.refuses('show', '')
        assert 'after the start' in v.refuses('downtime', 'h', '--start', '2030-01-02 10:00', '--end', '2030-01-01 10:00', '-m', 'x')
        assert '--for' in v.refuses('downtime', 'h', '--for', '0s', '-m', 'x', status=2)
        assert '-m TEXT' in v.refuses('downtime', 'h', status=2)
        assert "no host 'nothing'" in v.refuses('list', '-s', 'critical', '-H', 'nothing'), 'an empty list would look like good news'
        assert 'not both' in v.refuses('list', '--state', v.state, status=2)
        v.stop()
        said = v.refuses('list')
        assert 'is Vigie running' in said and v.state in said, said
        said = v.refuses('list', where=['-c', v.path('no.cfg')])
        assert 'no.cfg' in said and 'No such file' in said, said
        status, out, said = vigie('ctl', 'lst')
        assert status == 2 and "did you mean 'list'?" in said
        status, out, said = vigie('ctl', 'list', '--help')
        assert status == 0 and not said and out.startswith('Usage: vigie ctl list')


def test_closed_connections():
    """Who is turned away hears so."""
    with tempfile.TemporaryDirectory() as d, socket.socket(socket.AF_UNIX) as s:
        os.mkdir(f'{d}/run')
        s.bind(f'{d}/run/ctl.sock')
        s.listen(64)

        def turn_away():
            try:
                while True:
                    s.accept()[0].close()
            except OSError:
                pass  # the test is over

        threading.Thread(target=turn_away, daemon=True).start()
        for _ in range(20):
            status, out, said = vigie('ctl', 'list', '--state', d)
            assert status == 1 and not out and said.startswith('vigie ctl: Vigie closed the connection') and said.count('\n') == 1, (status, out, said)
        s.shutdown(socket.SHUT_RDWR)


def test_without_right():
    if os.getuid() != 0:
        raise Skip('needs root to become somebody else')
    with Asked() as v:
        v.start()
        p = subprocess.run([VIGIE, 'ctl', 'list', '--state', v.state], capture_output=True, text=True, user=65500, group=65500, extra_groups=[])
        assert p.returncode == 1 and 'root' in p.stderr and p.stderr.count('\n') == 1, p


def test_one_user_cannot_take_all_connections():
    if os.getuid() != 0:
        raise Skip('needs root to become somebody else')
    crowd = ('import os, socket, sys\n'
             'held = []\n'
             'for _ in range(600):\n'
             '    s = socket.socket(socket.AF_UNIX)\n'
             '    s.connect(sys.argv[1])\n'
             '    held.append(s)\n'
             'print("held", flush=True)\n'
             'sys.stdin.read()\n')
    with Asked() as v:
        v.start()
        p = subprocess.Popen(['/usr/bin/python3', '-c', crowd, os.path.join(v.state, 'run/ctl.sock')], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                             user=65500, group=65500, extra_groups=[])
        assert p.stdout.readline() == 'held\n'
        status, out, said = vigie('ctl', 'status', '--state', v.state)
        p.kill()
        p.wait()
        assert status == 0 and 'services' in out, (status, out, said)


def options_of_help(*words):
    status, text, said = vigie(*words, '--help')
    assert status == 0 and not said and all(len(line) <= 80 for line in text.splitlines()), text
    return set(re.findall(r'^  ((?:-\w, )?    (?=--)|-\w, |)(--[\w-]+)( \S+)?', text, re.M))


def normal(options):
    """(letter or '', long name, takes a value) of what either text writes."""
    return {(letter.strip(' ,'), name, bool(value.strip())) for letter, name, value in options}


def options_of_page(text):
    return set(re.findall(r'^\.It ((?:Fl \w , )?)(Fl -[\w-]+)((?: Ar .*)?)$', text, re.M))


def test_a_damaged_file_of_users():
    """Nobody is let in by it, and whoever looks is told where it is damaged; no list looks as if there were nobody."""
    with Asked() as v:
        v.start()
        p = subprocess.run([VIGIE, 'ctl', 'user', 'add', 'ann', '--role', 'admin', '-c', v.main], input='correct zebra lamp forty\n', capture_output=True, text=True)
        assert p.returncode == 0, p
        assert 'ann' in v.does('user', 'list')
        assert v.stop() == 0
        path = os.path.join(v.state, 'auth', 'users')
        with open(path, encoding='utf-8') as f:
            whole = f.read()
        with open(path, 'w', encoding='utf-8') as f:
            f.write(whole.replace('user ann admin', 'user ann admim'))
        v.start()
        assert re.search(rf'error: {re.escape(path)}:2: this line is damaged\. Nobody can sign in', v.said()), v.said()
        assert v.said().count('#setup=') == 0
        for words in ('user', 'list'), ('token', 'list'), ('token', 'create', 'x'), ('user', 'delete', 'ann'):
            assert 'auth/users:2 in the state folder is damaged' in v.refuses(*words), words
        for _ in range(2):
            assert 'WARNING: The file auth/users:2 in the state folder is damaged' in v.does('status')
            assert 'auth/users:2 du dossier' in next(w for w in v.json('status')['warnings'] if w['code'] == 'users_damaged')['text_fr']
            gate = next(pid for pid, words in v.roles().items() if words[1:3] == ['-x', 'gate'])
            os.kill(gate, signal.SIGKILL)
            until(lambda: v.ctl('status')[0] == 0 and gate not in v.roles(), 'the gate is back')
        assert v.stop() == 0
        with open(path, 'w', encoding='utf-8') as f:
            f.write(whole)
        v.start()
        assert 'ann' in v.does('user', 'list') and 'is damaged' not in v.does('status')
        assert v.stop() == 0


def test_a_full_disk_is_no_success():
    """Whatever a command prints: what could not be written was not said. 1 of replay is an answer, so it is 2 there."""
    with Vigie() as v:
        v.start()
        until(lambda: v.service()['has_been_checked'])
        v.put('t.json', '{"name": "t", "what": "w", "objects": [], "end": 1, "steps": []}')
        backup, of = v.path('b.tar.zst'), ('-c', v.main)
        for words in ('--help',), ('--version',), ('ctl', '--help'), ('check', '--help'), ('check', v.main), ('config', 'show', 'host', 'h', *of), ('config', 'list', *of), \
                ('config', 'diff', v.main, v.main), ('config', 'graph', v.main), *(('ctl', *word.split(), *of) for word in (
                    'status', 'list', 'show h', 'why h s', 'history', 'log', 'availability h', 'user list', 'token list', 'ack --help')), \
                ('backup', *of, backup), ('restore', '--verify', backup), ('import', '--help'), *(('journal', word, *of) for word in ('verify', 'dump', 'stats')), \
                ('series', 'verify', *of), ('series', 'dump', *of), ('replay', '--state', v.state), ('simulate', v.path('t.json')):
            with open('/dev/full', 'w') as full:
                p = subprocess.run([VIGIE, *words], stdout=full, stderr=subprocess.PIPE, text=True, env={**os.environ, **QUICK})
            assert p.returncode == (2 if words[0] in ('replay', 'simulate') else 1) and 'cannot write all of the answer' in p.stderr, (words, p.returncode, p.stderr)
            if words[0] in ('check', 'backup'):
                assert 'No space left' in p.stderr, p.stderr
        assert os.path.exists(backup)
        assert v.stop() == 0


def test_manual_page_agrees_with_the_help():
    with open(os.path.join(SRC, 'docs/man/vigie.1'), encoding='utf-8') as f:
        page = f.read()

    def section(name):
        return page.split(f'.Sh {name}\n')[1].split('\n.Sh ')[0]

    def of_page(text):
        return {(re.sub(r'Fl (\w) , ', r'-\1', letter), name.replace('Fl -', '--'), bool(value)) for letter, name, value in options_of_page(text)}

    usual = {('-h', '--help', False)}
    everywhere = usual | {('-c', '--config', True), ('', '--state', True), ('-o', '--output', True)}
    assert normal(options_of_help('run')) | normal(options_of_help('check')) == of_page(section('OPTIONS OF RUN AND CHECK')) | usual
    assert normal(options_of_help('journal')) == of_page(section('OPTIONS OF JOURNAL')) | usual
    commands = re.findall(r'^  (\S+) +\S', vigie('ctl', '--help')[1], re.M)
    parts = {p.split()[0]: p for p in re.split(r'^\.It Cm ', section('COMMANDS OF CTL'), flags=re.M)[1:]}
    assert sorted(commands) == sorted(parts) and len(commands) >= 10
    for command in commands:
        assert normal(options_of_help('ctl', command)) == of_page(parts[command]) | everywhere, command


main()
