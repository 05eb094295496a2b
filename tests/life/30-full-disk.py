#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=35
"""A full disk: people are still told, events go into the reserve and are there after a kill, /metrics, ctl, the API (which the page reads), Livestatus and the log say it, and
writing resumes by itself. A read-only disk is refused at start with one message."""
import ctypes
import http.client
import json
import os
import signal
import sqlite3
import subprocess

from lib_vigie import SRC, Skip, Vigie, main, until, vigie

PORT = int(os.environ.get('PORT') or 18480)
CLONE_NEWNS = 0x20000
PICTURE = [os.environ['PICTURE']] if 'PICTURE' in os.environ else []  # a file for what the page looks like
TELL = """
define contact {
 contact_name bob
 host_notification_period always
 service_notification_period always
 host_notification_options d,u,r
 service_notification_options w,u,c,r
 host_notification_commands tell
 service_notification_commands write-down!$NOTIFICATIONTYPE$
}
define command {
 command_name write-down
 command_line %s $ARG1$ $SERVICEOUTPUT$
}
define service {
 use ts
 host_name h
 service_description watched
 active_checks_enabled 0
 max_check_attempts 1
 notification_interval 0
 contacts bob
}
"""


def private_mounts():
    if os.getuid() != 0:
        raise Skip('needs root to mount a small disk')
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        raise Skip('may not make a mount namespace here')
    # In a chroot `/` is no mount point; what is mounted is then ours alone only if it was so already, and goes with our processes.
    if subprocess.run(['findmnt', '-n', '/'], stdout=subprocess.DEVNULL).returncode == 0:
        subprocess.run(['mount', '--make-rprivate', '/'], check=True)


class Small(Vigie):
    """A Vigie whose state is on a disk of 96 MiB, and whose notifications are lines of the file `told`."""

    def __init__(self):
        super().__init__(main=f'vigie_http_listen=127.0.0.1:{PORT}\n')
        self.token = None
        self.put('told', '')
        os.chmod(self.path('told'), 0o666)
        self.put('write-down.sh', f'#!/bin/sh\necho "$*" >>{self.path("told")}\n')
        os.chmod(self.path('write-down.sh'), 0o755)
        with open(self.path('objects.cfg'), 'a', encoding='utf-8') as f:
            f.write(TELL % self.path('write-down.sh'))
        os.makedirs(self.state, exist_ok=True)
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=96m,mode=0755', 'small', self.state], check=True)

    def __exit__(self, *why):
        self.kill()
        subprocess.run(['umount', '-l', self.state], check=False)
        super().__exit__(*why)

    def told(self):
        with open(self.path('told'), encoding='utf-8') as f:
            return f.read()

    def give(self, orders):
        with open(self.path('cmd'), 'w', encoding='utf-8') as f:
            f.writelines(f'[1] {order}\n' for order in orders)

    def comments(self):
        return self.livestatus('GET comments\nColumns: id')

    def in_database(self):
        db = sqlite3.connect(f'file:{self.state}/db/state.db?mode=ro', uri=True)
        try:
            return db.execute('SELECT id FROM comment').fetchall()
        finally:
            db.close()

    def result(self, state, words):
        self.order(f'PROCESS_SERVICE_CHECK_RESULT;h;watched;{state};{words}')

    def output(self):
        return self.service(service='watched', columns='plugin_output')['plugin_output']

    def alarm(self, words):
        """A problem comes and goes; both are told."""
        self.result(2, words)
        until(lambda: words in self.told(), f'"{words}" is told')
        self.result(0, f'{words} is over')
        until(lambda: f'{words} is over' in self.told(), 'the recovery is told')

    # ---- who says it ----

    def get(self, path):
        c = http.client.HTTPConnection('127.0.0.1', PORT, timeout=20)
        c.request('GET', path, headers={'Authorization': f'Bearer {self.token}'} if self.token else {})
        answer = c.getresponse()
        text = answer.read().decode()
        assert answer.status == 200, (path, answer.status, text)
        return text

    def sign_in(self):
        status, out, said = vigie('ctl', 'token', 'create', 'full', '--role', 'viewer', '-c', self.main, '-o', 'json')
        assert status == 0, said
        self.token = json.loads(out)['token']

    def doubters(self):
        """{who: whether it says that not all can be written}"""
        api = json.loads(self.get('/api/v1/status'))
        status, out, said = vigie('ctl', 'status', '-c', self.main)
        assert status == 0, said
        return {'metrics': 'vigie_record_degraded 1\n' in self.get('/metrics'),
                'warnings': any(w['code'] == 'record_waits' and 'disk is full' in w['text_en'] and w['text_fr'] for w in api['warnings']),
                'ctl': 'not all is written' in out}

    def tellers(self):
        """{who: whether it says that nothing can be written}"""
        api = json.loads(self.get('/api/v1/status'))
        status, out, said = vigie('ctl', 'status', '-c', self.main)
        assert status == 0, said
        return {'metrics': 'vigie_journal_degraded 1\n' in self.get('/metrics'), 'api': bool(api['journal']['degraded']),
                'warnings': any(w.get('code') == 'journal_degraded' for w in api['warnings']), 'ctl': 'NOT WRITTEN: ' in out,
                'livestatus': bool(self.livestatus('GET status\nColumns: degraded')[0][0])}

    def banners(self):
        """What the page says above everything, in English and in French, in a real browser."""
        p = subprocess.run(['node', f'{SRC}/tests/e2e/banner.mjs', f'http://127.0.0.1:{PORT}', self.token, *PICTURE], capture_output=True, text=True, timeout=100, check=False)
        assert p.returncode == 0, p.stdout + p.stderr
        return [' '.join(json.loads(line)) for line in p.stdout.splitlines()]

    def use_up(self, wanted):
        """Many long results, until the journal is so far."""
        for i in range(400):
            with open(self.path('cmd'), 'w', encoding='utf-8') as f:
                f.writelines(f'[{i}] PROCESS_SERVICE_CHECK_RESULT;h;s;0;{i} {k} {"x" * 3000}\n' for k in range(50))
            if wanted in self.livestatus('GET status\nColumns: degraded')[0][0]:
                return
        raise AssertionError(f'never: {wanted}')

    def log_says(self, words):
        return sum(words in line for line in self.log().splitlines())

    def history(self):
        status, out, said = vigie('ctl', 'history', '-c', self.main, '-k', 'alert', '-n', '1000', '-o', 'json')
        assert status == 0, said
        return {json.loads(line).get('text') for line in out.splitlines()}


def fill(v):
    with open(os.path.join(v.state, 'ballast'), 'wb', buffering=0) as f:
        try:
            while True:
                f.write(b'\0' * 4096)
        except OSError:
            pass


def test_full():
    private_mounts()
    with Small() as v:
        v.start()
        v.sign_in()
        v.alarm('before')
        assert not any((*v.tellers().values(), *v.doubters().values())), (v.tellers(), v.doubters())
        fill(v)
        v.alarm('trouble')
        until(lambda: all(v.doubters().values()), lambda: f'everybody says that not all is written: {v.doubters()}')
        assert not any(v.tellers().values()), 'the journal is written'
        for words in ('history',), ('availability', 'h'), ('list', '--at', '1s'):
            until(lambda words=words: 'behind: the newest of what happened is missing' in vigie('ctl', *words, '-c', v.main)[2], f'{words} is not all')
        v.use_up('records wait in memory')
        v.alarm('while the disk is full')
        until(lambda: all(v.tellers().values()), lambda: f'everybody says so: {v.tellers()}')
        until(lambda: v.log_says('Warning: State cannot be stored') == 1, 'the log says so, too')
        english, french = v.banners()
        assert 'Vigie cannot write its record.' in english and 'Vigie ne peut plus écrire son journal.' in french, (english, french)
        status, out, said = vigie('ctl', 'submit', 'h', 'watched', '-s', 'critical', '-m', 'still full', '-c', v.main)
        assert status == 1 and not out and 'cannot be written to disk now' in said, (status, out, said)
        until(lambda: 'still full' in v.told(), 'people are told of what is not stored')
        v.result(0, 'that is over')
        until(lambda: 'that is over' in v.told(), 'the recovery, too')
        assert 'rollback' not in v.said(), v.said()
        os.unlink(os.path.join(v.state, 'ballast'))
        until(lambda: not any((*v.tellers().values(), *v.doubters().values())), lambda: f'nobody says so any more: {v.tellers()} {v.doubters()}')
        assert not any(v.banners()), v.banners()
        until(lambda: v.log_says('State is stored again.') == 1 and 'the record is written again' in v.said(), 'the log says so')
        v.alarm('after')
        until(lambda: v.output().startswith('after is over'))
        until(lambda: 'after is over' in v.history(), 'the history goes on, too')
        assert v.stop() == 0
        v.start()
        assert v.output().startswith('after is over'), f'what came after the repair was not recorded: {v.output()}'


def test_starts_on_it():
    """An engine that dies on a full disk comes back, and so does the whole: checks and alarms go on."""
    private_mounts()
    with Small() as v:
        v.start()
        v.sign_in()
        v.alarm('before')
        fill(v)
        for killed in ('engine', 'store', 'everything'):
            if killed == 'everything':
                v.kill_all()
                v.start()
            else:
                old = [pid for pid, words in v.roles().items() if killed in words]
                for pid in old:
                    os.kill(pid, signal.SIGKILL)
                until(lambda: [p for p, words in v.roles().items() if killed in words and p not in old], f'{killed} comes back')
            v.alarm(f'behind the death of {killed}')
        assert 'cannot be started again' not in v.said(), v.said()
        os.unlink(os.path.join(v.state, 'ballast'))
        until(lambda: not any((*v.tellers().values(), *v.doubters().values())), lambda: f'nobody says so any more: {vigie("ctl", "status", "-c", v.main)}')


def test_the_reserve():
    """What happens on a full disk goes into blocks that were allocated before: it is there after kill -9 of everything, also where that happened on the full disk."""
    private_mounts()
    with Small() as v:
        v.start()
        v.sign_in()
        v.alarm('before')
        fill(v)
        for i in range(10):
            v.alarm(f'trouble {i}')
        v.use_up('events go into the reserve')
        assert all(v.tellers().values()), v.tellers()
        for i in range(20):
            state, words = ('ok', f'order {i}') if i % 2 == 0 else ('critical', 'acknowledged' if i == 19 else f'order {i}')
            status, out, said = vigie('ctl', 'submit', 'h', 'watched', '-s', state, '-m', words, '-c', v.main)
            assert status == 0, (i, out, said)
        assert 'events go into the reserve' in v.livestatus('GET status\nColumns: degraded')[0][0]
        v.kill_all()
        os.unlink(os.path.join(v.state, 'ballast'))
        v.start()
        assert v.output() == 'acknowledged', v.output()
        wanted = {'acknowledged', *(f'order {i}' for i in range(1, 19)), *(f'trouble {i}' for i in range(10)), *(f'trouble {i} is over' for i in range(10))}
        until(lambda: wanted <= v.history(), lambda: f'not in the history: {wanted - v.history()}')
        assert 'damaged' not in v.said() and v.stop() == 0


def test_given_up():
    """Nothing can be written for so long that more waits than may, and that comments were removed is among what is given up: when the disk has room again, the engine says anew
    what is so, and none of them comes back, neither after a kill nor in the database of states."""
    private_mounts()
    with Small() as v:
        v.start()
        v.sign_in()
        v.give(f'ADD_SVC_COMMENT;h;watched;1;kim;{i}' for i in range(200))
        until(lambda: len(v.comments()) == 200, 'comments')
        numbers = [row[0] for row in v.comments()]
        until(lambda: len(v.in_database()) == 200, 'they are in the database of states')
        fill(v)
        v.use_up('records wait in memory')
        for i in range(300):
            v.give(f'PROCESS_SERVICE_CHECK_RESULT;h;s;0;{i} {k} {"x" * 7000}' for k in range(100))
            if 'history is dropped' in v.said():
                break
        until(lambda: 'history is dropped' in v.said(), 'more waits than may')
        for i in range(15):  # until there is no room for one more of these, and then not for the following together
            v.result(0, f'{i} {"x" * 7000}')
            until(lambda i=i: v.output().startswith(f'{i} x'), i)
        v.give(f'DEL_SVC_COMMENT;{n}' for n in numbers)
        v.result(2, 'the last')
        until(lambda: not v.comments() and v.output() == 'the last', 'what is given up')
        os.unlink(os.path.join(v.state, 'ballast'))
        until(lambda: not any(v.tellers().values()), lambda: f'nobody says so any more: {v.tellers()}')
        until(lambda: v.in_database() == [], lambda: f'the database of states is made anew: {len(v.in_database())}')
        v.kill_all()
        v.start()
        assert v.comments() == [], 'what was removed came back'
        assert v.output() == 'the last', v.output()
        assert v.stop() == 0


def test_read_only_at_start():
    private_mounts()
    with Small() as v:
        v.start()
        v.alarm('before')
        assert v.stop() == 0
        subprocess.run(['mount', '-o', 'remount,ro', v.state], check=True)
        said = v.refuses()
        assert 'read-only' in said.lower(), said
        subprocess.run(['mount', '-o', 'remount,rw', v.state], check=True)
        v.start()
        assert v.output().startswith('before is over'), v.output()


main()
