#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=40 sanitized=long
"""Measurements of real plugins and of passive results: each that the journal has is in the series store exactly once, after stops, kill -9 of store, kill -9 of all and a full disk. What
is not taken is counted, with its reason; what stands beside the values is in bounds.db."""
import ctypes
import http.client
import os
import re
import signal
import sqlite3
import subprocess
import time

from lib_series import assert_same, there
from lib_vigie import PLUGINS, Skip, Vigie, main, until, vigie

PORT = int(os.environ.get('PORT') or 18490)
CLONE_NEWNS = 0x20000
ACTIVE = {'load': f'{PLUGINS}/check_load -w 90,80,70 -c 99,98,97', 'disk': f'{PLUGINS}/check_disk -w 1% -c 0% -p /', 'ping': f'{PLUGINS}/check_ping -H 127.0.0.1 -p 1 -w 100,20% -c 500,60%',
          'dummy': f"{PLUGINS}/check_dummy 0 'fine|up=7s\\;8\\;9\\;0\\;10 sent=12345c'"}


def objects():
    def service(name, more):
        return f'define service {{\n use ts\n host_name h\n service_description {name}\n{more}}}\n'
    return ('define host {\n use th\n host_name h\n address 127.0.0.1\n check_command say!0!up|hosts=1\n check_interval 1\n}\n' +
            ''.join(f'define command {{\n command_name {n}\n command_line {line}\n}}\n' for n, line in ACTIVE.items()) +
            ''.join(service(n, f' check_command {n}\n check_interval 1\n') for n in ACTIVE) + service('p', ' active_checks_enabled 0\n'))


class Measured(Vigie):
    def __init__(self, main_file=''):
        super().__init__(objects(), main=f'vigie_http_listen=127.0.0.1:{PORT}\n{main_file}')
        self.n = 0

    def submit(self, perf):
        self.n, now = self.n + 1, int(time.time() * 500)
        until(lambda: int(time.time() * 500) > now, 'another millisecond: two results of the same are one')
        with open(self.path('cmd'), 'w', encoding='latin-1') as f:
            f.write(f'[1] PROCESS_SERVICE_CHECK_RESULT;h;p;0;number {self.n}|{perf}\n')
        until(lambda: self.service(service='p', columns='plugin_output')['plugin_output'] == f'number {self.n}', f'result {self.n}')

    def go_on(self, n):
        """n passive results, and meanwhile some active ones."""
        for _ in range(n):
            self.submit(f"count={self.n}c 'a label'={self.n / 8}ms;{self.n // 10};;0 /={self.n},5MB")
        now = self.metrics()['vigie_checks_total{kind="active",of="service"}']
        until(lambda: self.metrics()['vigie_checks_total{kind="active",of="service"}'] > now + 4, 'active checks')

    def metrics(self):
        c = http.client.HTTPConnection('127.0.0.1', PORT, timeout=20)
        c.request('GET', '/metrics')
        return {name: float(value) for name, value in re.findall(r'^(vigie_\S+) (\S+)$', c.getresponse().read().decode(), re.M)}

    def pid(self, role):
        return next((pid for pid, words in self.roles().items() if '-x' in words and words[words.index('-x') + 1] == role), None)

    def bounds(self, label):
        db = sqlite3.connect(f'file:{self.state}/db/bounds.db?mode=ro', uri=True)
        try:
            return db.execute('SELECT uom, warn, crit, min, max FROM bound WHERE label = ? ORDER BY since', [label]).fetchall()
        finally:
            db.close()


def test_each_once():
    with Measured() as v:
        v.start()
        v.go_on(20)
        assert v.stop() == 0
        first = assert_same(v)
        assert first > 60, first
        v.start()
        v.go_on(10)
        store = v.pid('store')
        os.kill(store, signal.SIGKILL)
        v.submit('count=1000c')
        until(lambda: v.pid('store') not in (store, None), 'a new store')
        v.go_on(10)
        v.kill_all()
        v.start()
        v.go_on(5)
        v.kill_all()
        v.start()
        assert v.stop() == 0
        assert assert_same(v) > first + 60
        labels = {key[1:3] for key in there(v)}
        assert {('load1', ''), ('load15', ''), ('/', 'B'), ('rta', 's'), ('pl', '%'), ('up', 's'), ('sent', 'c'), ('count', 'c'), ('a label', 's'), ('hosts', '')} <= labels, labels
        assert v.bounds('up') == [('s', '8', '9', '0', '10')], v.bounds('up')
        assert v.bounds('rta') == [('ms', '100.000000', '500.000000', '0', '')], v.bounds('rta')
        assert v.bounds('a label')[0] == ('ms', '0', '', '0', ''), v.bounds('a label')


def test_lost_and_made_again():
    """The store's files are a projection: without them, and without bounds.db, all comes from the journal."""
    with Measured() as v:
        v.start()
        v.go_on(10)
        assert v.stop() == 0
        before = there(v)
        for name in os.listdir(f'{v.state}/db/series'):
            os.unlink(f'{v.state}/db/series/{name}')
        v.start()
        until(lambda: v.metrics()['vigie_series_lag_records'] == 0 and v.metrics()['vigie_series_samples_total'] >= len(before), 'it catches up')
        assert v.stop() == 0
        assert_same(v)
        was = v.bounds('up')
        os.unlink(f'{v.state}/db/bounds.db')
        v.start()
        assert v.stop() == 0
        v.start()  # a stop does not wait for what is caught up with
        until(lambda: v.metrics()['vigie_series_lag_records'] == 0 and v.bounds('up') == was, 'bounds.db comes back')
        assert v.stop() == 0
        assert_same(v)


def test_backup():
    """A backup of a running Vigie has the series with it: also those that its journal has no more."""
    with Measured() as v:
        v.start()
        v.go_on(10)
        assert v.stop() == 0
        before = there(v)
        v.start()
        v.go_on(5)
        status, _, said = vigie('backup', '-c', v.main, v.path('saved.vigie'))
        assert status == 0, said
        assert v.stop() == 0
        os.rename(v.state, v.path('lost'))
        status, _, said = vigie('restore', '-c', v.main, v.path('saved.vigie'))
        assert status == 0, said
        restored = there(v)
        assert before.items() <= restored.items(), set(before) - set(restored)
        assert v.bounds('up') == [('s', '8', '9', '0', '10')], v.bounds('up')
        v.start()
        v.go_on(3)
        assert v.stop() == 0
        assert assert_same(v) > len(restored)


BAD = r"""comma=1,5s;2,5;3 'no end=1 u=U nan=nan inf=inf -inf=-inf huge=1e400 same=1 same=2 =3 word tera=1TiB furlong=3furlongs 'it''s'=1 'a "b"'=2 x=1;~:5;@6:7;;"""


def test_bad_input():
    with Measured() as v:
        v.start()
        until(lambda: v.metrics()['vigie_series_samples_total'] > 0, 'a measurement')
        v.submit(BAD)
        v.submit(' '.join(f'l{i}={i}' for i in range(600)))
        v.submit(f'{"x" * 300}=1')
        for begin in 1, 128:
            v.submit("'" + ''.join(chr(b) for b in range(begin, begin + 128) if b not in (10, 13, 39, ord('|'), 256)) + "'=5")

        def refused():
            return {reason: n for reason, n in ((re.search(r'samples_refused_total{reason="(\w+)"}', name), n) for name, n in v.metrics().items()) if reason for reason in [reason[1]] if n}
        until(lambda: refused() == {'unknown': 1, 'unread': 7, 'twice': 1, 'too_many': 600 - 256, 'long_label': 1}, lambda: f'each is counted: {refused()}')
        status, out, said = vigie('ctl', 'status', '-c', v.main)
        assert status == 0 and re.search(r"not taken last: 'x{63}' of h/p: a label over 255 bytes", out), (out, said)
        assert v.stop() == 0
        labels = ''.join(key[1] for key in there(v))
        assert '!"#$%&()*+,-./0123456789:;<=>?@ABC' in labels and '\xa0¡¢£¤¥¦§' in labels and 'þÿ' in labels, labels
        got = {key[1:3]: value for key, value in there(v).items()}
        assert got['comma', 's'] == 15 / 10 and got['same', ''] == 1 and got['tera', 'B'] == 1 << 40 and got['furlong', 'other'] == 3, got
        assert got["it's", ''] == 1 and got['a "b"', ''] == 2 and got['x', ''] == 1, got
        assert v.bounds('comma') == [('s', '2,5', '3', '', '')], v.bounds('comma')
        assert v.bounds('x') == [('', '~:5', '@6:7', '', '')], v.bounds('x')


def test_a_time_that_cannot_be():
    """Of a result that is said to be weeks old nobody knows when it was measured: its state is taken, its measurements are not, and that is counted."""
    with Measured() as v:
        v.start()
        until(lambda: v.metrics()['vigie_series_samples_total'] > 0, 'a measurement')
        with open(v.path('cmd'), 'w') as f:
            f.write(f'[{int(time.time()) - 25 * 86400}] PROCESS_SERVICE_CHECK_RESULT;h;p;0;x | weeks=5 more=6\n[{int(time.time()) - 6 * 86400}] PROCESS_SERVICE_CHECK_RESULT;h;p;0;x | days=5\n'
                    '[1] PROCESS_SERVICE_CHECK_RESULT;h;p;0;x | never=5\n')
        until(lambda: v.metrics().get('vigie_series_samples_refused_total{reason="old"}') == 2, lambda: str({k: n for k, n in v.metrics().items() if 'samples' in k}))
        assert v.stop() == 0
        assert {'days', 'never'} <= {key[1] for key in there(v)} and not {'weeks', 'more'} & {key[1] for key in there(v)}, there(v)


def test_ten_thousand_labels():
    """What of them is taken, kept and read, and what is not, adds up; who looks at the service sees it."""
    line = "/usr/bin/awk 'BEGIN {printf \"OK|\"\\; for (i = 0\\; i < 10000\\; i++) printf \" l%d=%d\", i, i}'"
    read = ('OK|' + ''.join(f' l{i}={i}' for i in range(10000)))[:76 * 1024][3:].strip().split(' ')
    kept = next(n for n in range(len(read)) if len(' '.join(read[:n + 1])) > 32 * 1024)
    with Measured() as v:
        v.put('objects.cfg', open(v.path('objects.cfg')).read() + f'define command {{\n command_name ten\n command_line {line}\n}}\n'
              'define service {\n use ts\n host_name h\n service_description ten\n check_command ten\n active_checks_enabled 0\n}\n')
        v.start()
        with open(v.path('cmd'), 'w') as f:
            f.write(f'[1] SCHEDULE_FORCED_SVC_CHECK;h;ten;{int(time.time())}\n')

        def refused(reason):
            return v.metrics().get(f'vigie_series_samples_refused_total{{reason="{reason}"}}')
        until(lambda: (refused('too_many'), refused('cut')) == (kept - 256, len(read) - kept), lambda: f'{len(read)} read, {kept} kept: {refused("too_many")}, {refused("cut")}')
        why = until(lambda: next((w for w in [vigie('ctl', 'why', 'h', 'ten', '-c', v.main)[1]] if 'not taken today' in w), None), 'the service says so')
        assert f'Performance data not taken today: {len(read) - kept}: beyond what is read of an output (76 KiB) or kept of its performance data (32 KiB)' in why, why
        status, out, said = vigie('ctl', 'status', '-c', v.main)
        assert re.search(r"not taken last: '(l[0-9=]+)?' of h/ten: beyond what is read", out), (out, said)
        before = v.metrics()['vigie_commands_refused_total']
        with open(v.path('cmd'), 'w') as f:
            f.write('[1] PROCESS_SERVICE_CHECK_RESULT;h;p;0;long|' + ' '.join(f'l{i}={i}' for i in range(2000)) + '\n')
        until(lambda: v.metrics()['vigie_commands_refused_total'] == before + 1, 'a line that is too long is counted')
        assert v.stop() == 0
        assert sum(key[1].startswith('l') and key[1][1:].isdigit() and key[1] != 'load1' for key in there(v)) == 256


def test_ever_new_labels():
    """A plugin that puts the number of a process into its label: its service has so many labels a day, what came before goes on, and everybody says why."""
    with Measured('vigie_series_labels=6') as v:
        v.start()
        for pid in range(1000, 1010):
            v.submit(f'size=7 rss_{pid}=1')

        def refused():
            return v.metrics().get('vigie_series_samples_refused_total{reason="labels"}')
        until(lambda: refused() == 5, lambda: f'five of eleven labels: {refused()}')
        why = until(lambda: next((w for w in [vigie('ctl', 'why', 'h', 'p', '-c', v.main)[1]] if 'not taken today' in w), None), 'the service says so')
        assert 'Performance data not taken today: 5: its object has as many labels today as it may have (vigie_series_labels)' in why, why
        assert 'refusées aujourd' in vigie('ctl', 'why', 'h', 'p', '--lang', 'fr', '-c', v.main)[1]
        assert 'not taken' not in vigie('ctl', 'why', 'h', 'dummy', '-c', v.main)[1]
        v.submit('size=8 rss_1003=2')
        assert v.stop() == 0
        v.start()
        v.submit('size=9 rss_2000=1')
        until(lambda: refused() == 1, lambda: f'a start changes nothing: {refused()}')
        assert v.stop() == 0
        got = {key[1]: value for key, value in there(v).items() if key[1] == 'size' or key[1].startswith('rss_')}
        assert got == {'size': 9, 'rss_1000': 1, 'rss_1001': 1, 'rss_1002': 1, 'rss_1003': 2, 'rss_1004': 1}, got


def private_mounts():
    if os.getuid() != 0:
        raise Skip('needs root to mount a small disk')
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        raise Skip('may not make a mount namespace here')
    if subprocess.run(['findmnt', '-n', '/'], stdout=subprocess.DEVNULL).returncode == 0:
        subprocess.run(['mount', '--make-rprivate', '/'], check=True)


def fill(folder):
    with open(f'{folder}/ballast', 'wb', buffering=0) as f:
        try:
            while True:
                f.write(b'\0' * 512)
        except OSError:
            pass


def test_full_disk():
    """Only the series have no room: everybody says so, the journal goes on; with room again all that came meanwhile is there, once."""
    private_mounts()
    with Measured() as v:
        folder = f'{v.state}/db/series'
        v.start()
        assert v.stop() == 0
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=1m,mode=0777', 'small', folder], check=True)
        try:
            v.start()
            v.go_on(10)
            fill(folder)
            until(lambda: v.metrics()['vigie_series_failed'] == 1 and v.metrics()['vigie_record_degraded'] == 1, 'it says that it takes nothing', patience=120)
            status, out, said = vigie('ctl', 'status', '-c', v.main)
            assert status == 0 and 'NOTHING IS TAKEN' in out and 'not all is written' in out, (out, said)
            v.go_on(10)
            assert v.metrics()['vigie_journal_degraded'] == 0
            os.unlink(f'{folder}/ballast')
            until(lambda: v.metrics()['vigie_series_failed'] == 0 and v.metrics()['vigie_record_degraded'] == 0, 'it takes again', patience=150)
            v.go_on(5)
            assert v.stop() == 0
            assert_same(v)
        finally:
            v.kill()
            subprocess.run(['umount', '-l', folder], check=False)


main()
