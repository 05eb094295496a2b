# SPDX-License-Identifier: Apache-2.0
"""Debian's prometheus and victoria-metrics as stores elsewhere, a Vigie that sends to them, and the comparison of what they have with the journal."""
import collections
import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request

from lib_vigie import SRC, Skip, Vigie, until, vigie

COMMAND = "/bin/date \"+fine | now=%s.%3Ns 'C:\\\\ used'=%3N%% 'n=1,2'=%N\""


def objects(services, interval):
    """A host with so many services, of three measurements each that are others each time."""
    return ('define command {\n command_name now\n command_line ' + COMMAND + '\n}\ndefine host {\n use th\n host_name h\n address 127.0.0.1\n}\n' + ''.join(
        f'define service {{\n use ts\n host_name h\n service_description s{i}\n check_command now\n check_interval {interval}\n}}\n' for i in range(services)))


HANDED = 5  # services more, whose results are handed in: as many as a test wants, and it need not wait for checks


def handed(first):
    return ''.join(f'define service {{\n use ts\n host_name h\n service_description s{first + i}\n active_checks_enabled 0\n}}\n' for i in range(HANDED))


def program(name):
    """Installed, or unpacked under build/ (its package would start a daemon)."""
    if shutil.which(name):
        return shutil.which(name)
    folder = os.path.join(SRC, 'build/rival-series')
    path = f'{folder}/usr/bin/{name}'
    if not os.access(path, os.X_OK):
        os.makedirs(folder, exist_ok=True)
        subprocess.run(['apt-get', '-q', 'download', name], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        for deb in glob.glob(f'{folder}/{name}_*.deb'):
            subprocess.run(['dpkg-deb', '-x', deb, folder], check=True)
    if not os.access(path, os.X_OK):
        raise Skip(f'needs {name}')
    return path


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


PROMETHEUS = 'global: {{scrape_interval: 1h}}\n'
AT_WORK = """global: {{scrape_interval: 5s}}
scrape_configs: [{{job_name: itself, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]
"""  # it measures itself: its newest measurement is of now, whatever we send
TAKES_LATE = AT_WORK + 'storage: {{tsdb: {{out_of_order_time_window: 7d}}}}\n'


class Store:
    """A real one, that can be stopped and begun again at its port."""

    def __init__(self, v, name, kind, port=0, config=PROMETHEUS):
        self.port, self.kind, self.process = port or free_port(), kind, None
        self.folder, self.said = v.path(name), open(v.path(name + '.said'), 'ab')
        os.mkdir(self.folder)
        self.configure(config)
        self.words = getattr(self, kind)()

    def victoria(self):
        return [program('victoria-metrics'), f'-storageDataPath={self.folder}', f'-httpListenAddr=127.0.0.1:{self.port}', '-retentionPeriod=1', '-influxSkipSingleField']

    def configure(self, config):
        """For prometheus; it counts when that begins again."""
        with open(self.folder + '/prometheus.yml', 'w', encoding='ascii') as f:
            f.write(config.format(port=self.port))

    def prometheus(self):
        return [program('prometheus'), f'--config.file={self.folder}/prometheus.yml', f'--storage.tsdb.path={self.folder}/data', f'--web.listen-address=127.0.0.1:{self.port}',
                '--web.enable-remote-write-receiver']

    def begin(self):
        self.process = subprocess.Popen(self.words, stdout=self.said, stderr=self.said)
        until(self.is_ready, self.kind)

    def is_ready(self):
        try:
            return self.get('/health' if self.kind == 'victoria' else '/-/ready').strip()
        except OSError:
            return False

    def get(self, path):
        with urllib.request.urlopen(f'http://127.0.0.1:{self.port}{path}', timeout=30) as answer:
            return answer.read().decode()

    def end(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)  # what it acknowledged is kept: victoria-metrics writes it now
            self.process.wait(60)
        self.process = None

    def kill(self):
        self.process.kill()
        self.process.wait(60)
        self.process = None

    def close(self):
        self.end()
        self.said.close()

    def samples(self):
        """(host, service, label, unit, ms, value), as often as it has them."""
        return list(self.of_victoria() if self.kind == 'victoria' else self.of_prometheus())

    def of_victoria(self):
        for line in self.get('/api/v1/export?match=vigie_perfdata&reduce_mem_usage=1').splitlines():
            x = json.loads(line)
            yield from (key(x['metric']) + at for at in zip(x['timestamps'], map(float, x['values'])))

    def of_prometheus(self):
        for x in json.loads(self.get('/api/v1/query?query=' + urllib.parse.quote('vigie_perfdata[4h]')))['data']['result']:
            yield from (key(x['metric']) + (round(t * 1000), float(value)) for t, value in x['values'])


def key(labels):
    assert labels.get('site') == 'paris e1', labels
    assert not set(labels) - {'__name__', 'host', 'service', 'label', 'unit', 'site'}, labels
    return tuple(labels.get(n, '') for n in ('host', 'service', 'label', 'unit'))


class Exporting(Vigie):
    def __init__(self, main_lines, services=5, interval=1):
        self.services = services
        super().__init__(objects=objects(services, interval) + handed(services), main=f'vigie_export_labels=site=paris e1\n{main_lines}')

    def in_journal(self, first=0):
        """The same of all results of the journal, taken apart here once more."""
        status, out, err = vigie('journal', 'dump', '--json', '--state', self.state, '-k', 'RESULT')
        assert status == 0, err
        named = self.services_by_oid()
        for line in out.splitlines():
            record = json.loads(line)
            result = record['fields']
            if record['seq'] < first:
                continue
            started = result['started'] // 1000
            perf = re.search(r"now=([\d.]+)s 'C:\\ used'=(\d+)% 'n=1,2'=(\d+)", result['output'])
            if perf:
                service = named[result['oid']]
                for label, unit, value in (('now', 's', perf[1]), ('C:\\ used', '%', perf[2]), ('n=1,2', '', perf[3])):
                    yield 'h', service, label, unit, started, float(value)

    def begun(self):
        """The record that all are sent from, each since its first time: a check may be quicker than the role."""
        first = {}
        for target, n in re.findall(r'are sent to (\w+) from record (\d+) on', self.said()):
            first.setdefault(target, int(n))
        return max(first.values(), default=0)

    def services_by_oid(self):
        db = subprocess.run(['sqlite3', '-readonly', self.state + '/db/objects.db', "SELECT oid, service FROM object"], capture_output=True, text=True, check=True).stdout
        return {int(oid): service for oid, service in (line.split('|') for line in db.splitlines())}

    def exports(self):
        def said():
            status, out, err = vigie('ctl', 'status', '-o', 'json', '--state', self.state)
            assert status == 0, err
            return {x['target']: x for x in json.loads(out)['exports']}
        return until(said, 'gate heard of the targets')  # after a start it takes a moment

    def journal_seq(self):
        """Up to which record the journal is on disk."""
        return int(json.loads(vigie('ctl', 'status', '-o', 'json', '--state', self.state)[1])['journal']['seq'])

    def role(self):
        return next((pid for pid, words in self.roles().items() if 'export' in words), None)

    def hand_in(self, results):
        """Results in the form of the checks, each round of its own millisecond: two of the same are one measurement."""
        for _ in range(0, results, HANDED):
            now = time.time()
            with open(self.path('cmd'), 'w', encoding='ascii') as f:
                f.writelines(f"[1] PROCESS_SERVICE_CHECK_RESULT;h;s{self.services + i};0;handed in | now={now + i / 1000:.3f}s 'C:\\\\ used'={i}% 'n=1,2'={int(now * 1000) % 1000000}\n"
                             for i in range(HANDED))
            until(lambda now=now: time.time() > now + 0.02, 'another moment')

    def grown(self, by):
        """Until the journal has so many more measurements, and two of each check among them."""
        def has():
            return set(self.in_journal())

        def active(samples):
            n = collections.Counter(s[1] for s in samples if s[2] == 'now')
            return [n[f's{i}'] for i in range(self.services)]
        before = has()
        was = active(before)

        def enough():
            now = has()
            lacks = len(before) + by - len(now)
            if lacks > 0:
                self.hand_in(lacks // 3 + 1)
            return lacks <= 0 and all(n >= w + 2 for n, w in zip(active(now), was))
        until(enough, f'{by} more measurements')


def compare(v, store, once):
    """All that the journal has up to now is there, and nothing else."""
    wanted = set(v.in_journal(v.begun()))
    have = until(lambda: (lambda got: got if wanted <= set(got) else None)(store.samples()), lambda: f'missing: {sorted(wanted - set(store.samples()))[:5]}')
    strange = set(have) - set(v.in_journal())
    assert not strange, f'{store.kind} has what the journal does not: {sorted(strange)[:5]}'
    twice = [s for s, n in collections.Counter(have).items() if n > 1]
    assert not twice or not once, f'{len(twice)} are there twice: {twice[:5]}'
    return len(wanted), len(twice)
