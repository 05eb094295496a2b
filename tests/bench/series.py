#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`./dev bench series [--series N] [--steps N] [--json FILE]`: (with --whole [--series N] [--minutes N] first: through all of Vigie, tests/bench/series_whole.py) Vigie's series store beside Debian's victoria-metrics, prometheus and rrdtool, with the same measurements
(tests/bench/series.c), one after the other.

    ingest        measurements a second of one core, by CPU time: Vigie in the process, from the decimal to the sealed and synced chunk; the others by remote write over HTTP, of which
                  that is the server's time; rrdtool by one update each, in one process
    bytes_*       all files over measurements, index included, Vigie's roll-ups by themselves (rolled; the others keep none). sealed: as they are when all was taken, with the log (victoria-metrics keeps what is new in memory, and has no log: -); merged: after a
                  merge (victoria-metrics: forced; prometheus: the blocks of two hours that it made by itself, over what they hold)
    memory        Vigie: bytes a series, the most there was, open chunks and pending writes included; the others: resident memory of the process over series
    read_1, read_100   a day of one series, of a hundred, minute by minute, by Prometheus' query_range over HTTP, wall clock, the median of seven
    data_1, data_100   the same from /api/v1/series/data
With --hold [--series N] alone: the longest step of committing, sealing and merging N series (100,000) whose chunks are nearly full, on this disk: so long a record may wait for its acknowledgement.
With --year [--series N] alone: what a year of 40,000 measurements each five minutes takes, computed from the bytes of N series (1,000) of 64 days, all of it kept, and with what is removed by age if nothing is configured.
What cannot be had from the distribution is left out.
"""
import argparse
import glob
import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../life'))
from bench import BUILD, machine, rounded, say  # noqa: E402
from lib_vigie import Vigie, until  # noqa: E402

BENCH = f'{BUILD}/release/tests/bench_series'
FIGURES = (('ingest', 'samples/s/core'), ('bytes_sealed', 'bytes/sample'), ('bytes_merged', 'bytes/sample'), ('bytes_rolled', 'bytes/sample'), ('memory', 'bytes/series'), ('read_1', 'ms'), ('read_100', 'ms'), ('data_1', 'ms'), ('data_100', 'ms'))


def find(program):
    """A program: installed, or unpacked under build/ (so that no daemon is installed), or none."""
    folder = os.path.join(BUILD, 'rival-series')
    if shutil.which(program):
        return [shutil.which(program)]
    path = f'{folder}/usr/bin/{program}'
    if not os.access(path, os.X_OK):
        os.makedirs(folder, exist_ok=True)
        say(f'fetching {program} to compare with (unpacked under build/rival-series, not installed)')
        packages = ['rrdtool', 'librrd8', 'libdbi1'] if program == 'rrdtool' else [program]
        subprocess.run(['apt-get', '-q', 'download', *packages], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for deb in glob.glob(folder + '/*.deb'):
            subprocess.run(['dpkg-deb', '-x', deb, folder], check=True)
    if not os.access(path, os.X_OK):
        say(f'no {program} to be had: without it')
        return None
    libraries = ':'.join(glob.glob(folder + '/usr/lib/*-linux-gnu'))
    return ['env', f'LD_LIBRARY_PATH={libraries}', path]


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def size_of(folder):
    return sum(os.path.getsize(os.path.join(d, f)) for d, _, fs in os.walk(folder) for f in fs)


class Server:
    def __init__(self, words, ready, port):
        self.port = port
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while True:
            try:
                if self.get(ready)[0] == 200:
                    return
            except OSError:
                pass
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError(f'{words[-1]} does not start')
            time.sleep(0.1)

    def get(self, path, **query):
        c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        c.request('GET', path + ('?' + urllib.parse.urlencode(query) if query else ''))
        r = c.getresponse()
        body = r.read()
        c.close()
        return r.status, body

    def cpu(self):
        with open(f'/proc/{self.process.pid}/stat', encoding='ascii') as f:
            fields = f.read().rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def memory(self):
        with open(f'/proc/{self.process.pid}/status', encoding='ascii') as f:
            return next(int(line.split()[1]) * 1024 for line in f if line.startswith('VmRSS'))

    def feed(self, series, steps, t0):
        c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        source = subprocess.Popen([BENCH, 'remote', str(series), str(steps), str(t0)], stdout=subprocess.PIPE)
        while head := source.stdout.read(4):
            body = source.stdout.read(struct.unpack('<I', head)[0])
            c.request('POST', '/api/v1/write', body, {'Content-Encoding': 'snappy', 'Content-Type': 'application/x-protobuf', 'X-Prometheus-Remote-Write-Version': '0.1.0'})
            r = c.getresponse()
            answer = r.read()
            if r.status // 100 != 2:
                raise RuntimeError(f'remote write: {r.status} {answer[:200]}')
        if source.wait():
            raise RuntimeError('the source of measurements failed')

    def ask(self, query, steps, t0):
        took = []
        for _ in range(7):
            begin = time.monotonic()
            status, body = self.get('/api/v1/query_range', query=query, start=t0, end=t0 + steps * 60 - 60, step=60)
            took.append((time.monotonic() - begin) * 1000)
            if status != 200:
                raise RuntimeError(f'{query}: {status}')
        return sorted(took)[3], sum(len(r['values']) for r in json.loads(body)['data']['result'])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(120)


def settle(server):
    """Until it does no more: half a second without CPU time, a minute at most."""
    end, last = time.monotonic() + 60, -1
    while time.monotonic() < end and server.cpu() - last > 0.02:
        last = server.cpu()
        time.sleep(0.5)


def ask(server, figures, a, t0):
    one, n = server.ask('cpu_pct{host="host00000",service="svc05"}', a.steps, t0)
    hundred, m = server.ask('{host="host00000"}', a.steps, t0)
    if n != a.steps or m != 100 * a.steps:
        raise RuntimeError(f'{n} and {m} points instead of {a.steps} and {100 * a.steps}')
    figures.update({'read_1': one, 'read_100': hundred})


def victoria(words, folder, a, t0):
    port, figures, samples = free_port(), {}, a.series * a.steps
    server = Server(words + [f'-storageDataPath={folder}', f'-httpListenAddr=127.0.0.1:{port}', '-retentionPeriod=2', '-search.disableCache', '-loggerLevel=ERROR'], '/health', port)
    try:
        begin = server.cpu()
        server.feed(a.series, a.steps, t0)
        server.get('/internal/force_flush')
        settle(server)
        figures['ingest'] = samples / (server.cpu() - begin)
        figures['memory'] = server.memory() / a.series
        ask(server, figures, a, t0)
        server.get('/internal/force_merge')
        settle(server)
    finally:
        server.stop()
    figures['bytes_merged'] = (size_of(folder + '/data') + size_of(folder + '/indexdb')) / samples
    return figures


def prometheus(words, folder, a, t0):
    port, figures, samples = free_port(), {}, a.series * a.steps
    with open(folder + '/prometheus.yml', 'w', encoding='ascii') as f:
        f.write('global: {scrape_interval: 1h}\n')
    data = folder + '/data'
    server = Server(words + [f'--config.file={folder}/prometheus.yml', f'--storage.tsdb.path={data}', f'--web.listen-address=127.0.0.1:{port}', '--web.enable-remote-write-receiver',
                             '--log.level=error'], '/-/ready', port)
    try:
        begin = server.cpu()
        server.feed(a.series, a.steps, t0)
        settle(server)
        figures['ingest'] = samples / (server.cpu() - begin)
        figures['memory'] = server.memory() / a.series
        figures['bytes_sealed'] = size_of(data) / samples
        ask(server, figures, a, t0)
    finally:
        server.stop()
    blocks = [os.path.dirname(p) for p in glob.glob(data + '/*/meta.json')]
    held = 0
    for block in blocks:
        with open(block + '/meta.json', encoding='ascii') as f:
            held += json.load(f)['stats']['numSamples']
    figures['bytes_merged'] = sum(size_of(b) for b in blocks) / held if held else None
    return figures


def rrdtool(words, folder, a, t0):
    n = min(a.series, 100)  # a file each, and each update by itself: many would take minutes
    source = subprocess.Popen([BENCH, 'rrd', str(n), str(a.steps), str(t0)], stdout=subprocess.PIPE)
    before = os.times()
    subprocess.run(words + ['-'], stdin=source.stdout, stdout=subprocess.DEVNULL, cwd=folder, check=True)
    after = os.times()
    source.wait()
    # children: rrdtool, and the source, which is small beside it
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {'ingest': n * a.steps / cpu, 'bytes_sealed': size_of(folder) / (n * a.steps), 'bytes_merged': size_of(folder) / (n * a.steps)}


HOST = 'define host {\n host_name %s\n use th\n address 127.0.0.1\n active_checks_enabled 0\n}\n'
SERVICE = 'define service {\n host_name %s\n use ts\n service_description %s\n active_checks_enabled 0\n}\n'


class Measured(Server):
    """A Vigie whose store was filled while it did not run. All that answers takes part: web, gate, reader."""

    def __init__(self, folder, a, t0):
        hosts = [f'host{i:05}' for i in range(a.series // 100)]
        self.port, self.steps = free_port(), a.steps
        self.v = Vigie(objects=''.join(HOST % h + ''.join(SERVICE % (h, f'svc{s:02}') for s in range(20)) for h in hosts), main=f'vigie_http_listen=127.0.0.1:{self.port}',
                       program=f'{BUILD}/release/vigie')
        self.v.start()
        oids = until(lambda: self.oids(20 * len(hosts)))
        self.v.stop()
        subprocess.run([BENCH, 'fill', f'{self.v.state}/db/series', str(a.steps), str(t0)], input='\n'.join(map(str, oids)).encode(), check=True)
        self.v.start()
        made = subprocess.run([f'{BUILD}/release/vigie', 'ctl', 'token', 'create', 'bench', '-c', self.v.main, '--role', 'viewer', '--expires', '1h'], stdout=subprocess.PIPE, check=True)
        self.token = made.stdout.decode().strip()

    def oids(self, n):
        with sqlite3.connect(f'file:{self.v.state}/db/objects.db?mode=ro', uri=True) as db:
            got = [oid for oid, in db.execute("SELECT oid FROM object WHERE service <> '' ORDER BY host, service")]
        return got if len(got) == n else None

    def get(self, path, **query):
        c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        c.request('GET', path + '?' + urllib.parse.urlencode(query), headers={'Authorization': f'Bearer {self.token}'})
        r = c.getresponse()
        body = r.read()
        c.close()
        return r.status, body

    def ask(self, query, steps, t0, path='/prometheus/api/v1/query_range'):
        took, own = [], isinstance(query, dict)
        span = {'from': iso(t0), 'to': iso(t0 + steps * 60)} if own else {'query': query, 'start': t0, 'end': t0 + steps * 60 - 60}
        for _ in range(7):
            begin = time.monotonic()
            status, body = self.get(path, **span, step=60, **(query if own else {}))
            took.append((time.monotonic() - begin) * 1000)
            if status != 200:
                raise RuntimeError(f'{query}: {status} {body[:200]}')
        answer = json.loads(body)
        return sorted(took)[3], sum(len(s['t']) for s in answer['series']) if own else sum(len(r['values']) for r in answer['data']['result'])

    def stop(self):
        self.v.__exit__(None, None, None)


def iso(s):
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(s))


def over_http(folder, a, t0):
    figures, server = {}, Measured(folder, a, t0)
    try:
        for name, one, hundred, path in (
                ('read', 'vigie_perfdata{host="host00000",service="svc05",label="cpu_pct"}', '{host="host00000"}', '/prometheus/api/v1/query_range'),
                ('data', {'host': 'host00000', 'service': 'svc05', 'label': 'cpu_pct'}, {'host': 'host00000'}, '/api/v1/series/data')):
            figures[name + '_1'], n = server.ask(one, a.steps, t0, path)
            figures[name + '_100'], m = server.ask(hundred, a.steps, t0, path)
            if n != a.steps or m != 100 * a.steps:
                raise RuntimeError(f'{n} and {m} points instead of {a.steps} and {100 * a.steps}')
    finally:
        server.stop()
    return figures


def vigie(folder, a, t0):
    out, figures = subprocess.run([BENCH, 'run', folder, str(a.series), str(a.steps)], stdout=subprocess.PIPE, text=True, check=True).stdout, {}
    for line in out.splitlines():
        say('    vigie    ' + line)
        name, value, _ = line.split(' ', 2)
        figures[name] = float(value)
    return {'ingest': figures['ingest_with_seal'], 'bytes_sealed': figures['bytes_sealed'], 'bytes_merged': figures['bytes_merged'], 'bytes_rolled': figures['bytes_rolled'], 'memory': figures['memory'],
            **over_http(folder, a, t0), 'all': figures}


def hold(a):
    folder = tempfile.mkdtemp(prefix='vigie-bench-', dir=os.environ.get('TMPDIR', '/tmp'))
    say(machine())
    try:
        return subprocess.run([BENCH, 'hold', folder, str(a.series or 100000)], check=False).returncode
    finally:
        shutil.rmtree(folder, ignore_errors=True)


KEPT = {'raw': 30, '5m': 180, '1h': 3 * 365, '1d': 10 * 365}  # days, if nothing is configured


def year(a):
    folder, samples = tempfile.mkdtemp(prefix='vigie-bench-', dir=os.environ.get('TMPDIR', '/tmp')), 40000 * 288 * 365
    say(machine())
    try:
        text = subprocess.run([BENCH, 'year', folder, str(a.series or 1000), '64'], check=True, stdout=subprocess.PIPE, text=True).stdout
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    rows = [(name.removeprefix('bytes_'), float(value)) for name, value, _ in map(str.split, text.splitlines())]
    rows = [(name, value, value * samples / 1e9, value * samples / 1e9 * min(KEPT[name], 365) / 365) for name, value in rows]
    print('class      bytes/sample   GB all kept   GB by default')
    for name, *figures in [*rows, ('all', *map(sum, list(zip(*rows))[1:]))]:
        print(f'{name:10} {figures[0]:12.3f} {figures[1]:13.2f} {figures[2]:15.2f}')
    return 0


def main():
    if sys.argv[1:2] == ['--whole']:
        os.execv(sys.executable, [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'series_whole.py'), *sys.argv[2:]])
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--series', type=int, help='at least 100; default 10000')
    ap.add_argument('--hold', action='store_true')
    ap.add_argument('--year', action='store_true')
    ap.add_argument('--steps', type=int, default=1440, help='minutes, at most 1440')
    ap.add_argument('--json', metavar='FILE')
    a = ap.parse_args()
    if a.hold:
        return hold(a)
    if a.year:
        return year(a)
    a.series = a.series or 10000
    t0 = (int(time.time()) - a.steps * 60 - 3600) // 7200 * 7200
    folder, columns = tempfile.mkdtemp(prefix='vigie-bench-', dir=os.environ.get('TMPDIR', '/tmp')), {}
    say(machine())
    try:
        for name in ('vigie', 'victoria-metrics', 'prometheus', 'rrdtool'):
            words, own = name == 'vigie' or find(name), f'{folder}/{name}'
            os.mkdir(own)
            if name == 'vigie':
                columns[name] = vigie(own, a, t0)
            elif words:
                columns[name] = {'victoria-metrics': victoria, 'prometheus': prometheus, 'rrdtool': rrdtool}[name](words, own, a, t0)
            for figure in FIGURES if name in columns else ():
                say(f'    {name:16} {figure[0]} = {columns[name].get(figure[0])}')
            shutil.rmtree(own, ignore_errors=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f'{"":16}' + ' '.join(f'{c:>17}' for c in columns) + f'   ({a.series} series, {a.steps} minutes, {time.strftime("%Y-%m-%d")}, {machine()})')
    for figure, unit in FIGURES:
        cells = ['-' if c.get(figure) is None else f'{rounded(c[figure]):g}' for c in columns.values()]
        print(f'{figure:16}' + ' '.join(f'{c:>17}' for c in cells) + f'  {unit}', flush=True)
    if a.json:
        with open(a.json, 'w', encoding='utf-8') as f:
            json.dump(columns, f, indent=1)
            f.write('\n')
    return 0


if __name__ == '__main__':
    sys.exit(main())
