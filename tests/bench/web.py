#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`./dev bench web [--connections N] [--seconds N] [--rounds N] [--json FILE]`: what the server pays for a small object, beside nginx with the same bytes, in turns, over N connections (32) that stay open.
The asker is wrk of Debian, nginx that of Debian with one worker, sendfile and a cache of open files; both are unpacked under build/, never installed.

    asset, asset_304    the page's first file, whole and with If-None-Match
    session, session_304    GET /api/v1/session of a token: through web and gate
    host, host_304      GET /api/v1/resources/{id}

cpu is the processor time of the serving processes (web and gate; nginx's worker) for one request, by the scheduler's own count, the kernel's part of it included: beside other work on the machine it is the figure to compare.
"""
import argparse
import atexit
import glob
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'life')]
from bench import BUILD, machine, rounded, say  # noqa: E402
from lib_vigie import Vigie, free_port, until, vigie  # noqa: E402

PROGRAM = os.environ.get('VIGIE') or os.path.join(BUILD, 'release/vigie')
LIBRARIES = 'usr/lib/x86_64-linux-gnu'


def unpacked(name, packages, program):
    """A program of Debian as words to begin a command with: installed, or unpacked under build/; or none."""
    folder = os.path.join(BUILD, f'rival-{name}')
    if os.access('/' + program, os.X_OK):
        return ['/' + program]
    if not os.access(f'{folder}/{program}', os.X_OK):
        os.makedirs(folder, exist_ok=True)
        say(f'fetching {packages[0]} (unpacked under build/rival-{name}, not installed)')
        subprocess.run(['apt-get', '-q', 'download', *packages], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for deb in glob.glob(folder + '/*.deb'):
            subprocess.run(['dpkg-deb', '-x', deb, folder], check=True)
    if os.access(f'{folder}/{program}', os.X_OK):
        return ['env', f'LD_LIBRARY_PATH={folder}/{LIBRARIES}', f'{folder}/{program}']
    say(f'no {name} to be had')
    return None


def cpu_s(pids):
    total = 0
    for pid in pids:
        with open(f'/proc/{pid}/schedstat', encoding='ascii') as f:
            total += int(f.read().split()[0])
    return total / 1e9


class Nginx:
    def __init__(self, words, folder):
        self.words, self.d, self.port = words, folder, free_port()
        os.makedirs(folder + '/www', exist_ok=True)
        with open(folder + '/nginx.conf', 'w', encoding='utf-8') as f:
            f.write(f'daemon off;\nworker_processes 1;\npid {folder}/pid;\nerror_log stderr crit;\nevents {{ worker_connections 1024; }}\n'
                    f'http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; open_file_cache max=100; open_file_cache_valid 1h; etag on;\n'
                    + ''.join(f' {k}_temp_path {folder}/t;\n' for k in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi')) +
                    f' server {{ listen 127.0.0.1:{self.port}; root {folder}/www; }} }}\n')
        self.process = subprocess.Popen([*words, '-p', folder, '-c', folder + '/nginx.conf'], stderr=subprocess.DEVNULL)
        until(lambda: os.path.exists(folder + '/pid') and self.workers(), 'nginx')

    def workers(self):
        with open(f'/proc/{self.process.pid}/task/{self.process.pid}/children', encoding='ascii') as f:
            return [int(pid) for pid in f.read().split()]

    def put(self, name, body):
        with open(f'{self.d}/www/{name}', 'wb') as f:
            f.write(body)
        os.chmod(f'{self.d}/www/{name}', 0o644)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def get(port, path, headers):
    c = http.client.HTTPConnection('127.0.0.1', port, timeout=60)
    c.request('GET', path, headers=headers)
    r = c.getresponse()
    return r.status, {k.lower(): v for k, v in r.getheaders()}, r.read()


def ask(wrk, port, path, headers, status, pids, a):
    """(microseconds of the processor for one request, requests a second). Who answers otherwise than expected ends the run."""
    seen, _, _ = get(port, path, headers)
    assert seen == status, (path, seen, status)
    before = cpu_s(pids)
    p = subprocess.run([*wrk, '-t1', f'-c{a.connections}', f'-d{a.seconds}s', *(w for k, v in headers.items() for w in ('-H', f'{k}: {v}')), f'http://127.0.0.1:{port}{path}'],
                       capture_output=True, text=True, check=True)
    spent = cpu_s(pids) - before
    n, wrong = int(re.search(r'(\d+) requests in', p.stdout).group(1)), re.search(r'Non-2xx or 3xx responses|Socket errors', p.stdout)
    assert not wrong, p.stdout
    return spent / n * 1e6, float(re.search(r'Requests/sec: *([0-9.]+)', p.stdout).group(1))


def objects(v):
    """name -> path, headers: what is asked for."""
    status, out, said = vigie('ctl', 'token', 'create', '-c', v.main, 'reader', '--role', 'viewer', '--expires', '1d', '-o', 'json', program=PROGRAM)
    assert status == 0, (out, said)
    token = {'Authorization': 'Bearer ' + json.loads(out)['token']}
    _, _, page = get(v.port, '/', {})
    first = re.search(rb'(?:src|href)="(/[^"]*\.(?:js|css))"', page).group(1).decode()
    _, _, rows = get(v.port, '/api/v1/resources?limit=1&sort=name', token)
    one = json.loads(rows)['resources'][0]['id']
    return {'asset': (first, {'Accept-Encoding': 'br'}), 'session': ('/api/v1/session', token), 'host': (f'/api/v1/resources/{one}', token)}


def main():
    p = argparse.ArgumentParser(prog='dev bench web')
    p.add_argument('--connections', type=int, default=32)
    p.add_argument('--seconds', type=int, default=3)
    p.add_argument('--rounds', type=int, default=3)
    p.add_argument('--json')
    a = p.parse_args()
    wrk = unpacked('wrk', ['wrk', 'libluajit2-5.1-2', 'libluajit2-5.1-common'], 'usr/bin/wrk')
    nginx = unpacked('nginx', ['nginx'], 'usr/sbin/nginx')
    if not wrk:
        return 1
    port, taken = free_port(), {}
    with tempfile.TemporaryDirectory(prefix='vigie-bench-', dir='/tmp') as folder, Vigie(main=f'vigie_http_listen=127.0.0.1:{port}\n', program=PROGRAM) as v:
        os.chmod(folder, 0o755)
        v.port = port
        v.start()
        rival = Nginx(nginx, folder) if nginx else None
        atexit.register(lambda: rival and rival.stop())  # also when something goes wrong
        pids = {role: next(pid for pid, words in v.roles().items() if words[1:3] == ['-x', role]) for role in ('web', 'gate')}
        say(f'{machine()}; {a.connections} connections')
        for _ in range(a.rounds):
            for name, (path, headers) in objects_once(v).items():
                status, said, body = get(port, path, headers)
                assert status == 200, (path, status, body)
                if rival:
                    rival.put(name, body)
                for suffix, more, status in (('', {}, 200), ('_304', {'If-None-Match': said['etag']}, 304)):
                    row = taken.setdefault(name + suffix, {'bytes': len(body) if not suffix else 0, 'vigie': [], 'web': [], 'nginx': [], 'rate': []})
                    web = cpu_s([pids['web']])
                    cpu, rate = ask(wrk, port, path, {**headers, **more}, status, list(pids.values()), a)
                    row['vigie'].append(cpu)
                    row['web'].append((cpu_s([pids['web']]) - web) / (rate * a.seconds) * 1e6)
                    row['rate'].append(rate)
                    if rival:
                        tag = get(rival.port, '/' + name, {})[1]['etag']
                        row['nginx'].append(ask(wrk, rival.port, '/' + name, {**headers, **({'If-None-Match': tag} if more else {})}, status, rival.workers(), a)[0])
        v.stop()
    return show(taken, a)


MADE = {}


def objects_once(v):
    if not MADE:
        MADE.update(objects(v))
    return MADE


def show(taken, a):
    def best(values):
        return min(values) if values else None

    lines = []
    print(f'{"us of the processor":16} {"bytes":>7} {"vigie":>8} {"of web":>8} {"nginx":>8} {"ratio":>7} {"asked/s":>9}   (best of {a.rounds}; load {os.getloadavg()[0]:.1f})')
    for name, row in taken.items():
        ours, rival = best(row['vigie']), best(row['nginx'])
        ratio = ours / rival if rival else None
        print(f'{name:19} {row["bytes"]:7} {ours:8.2f} {best(row["web"]):8.2f} {rival or 0:8.2f} {ratio or 0:7.2f} {max(row["rate"]):9.0f}')
        lines.append({'name': f'web_{name}', 'value': rounded(ours), 'unit': 'us', 'rival': rounded(rival), 'ratio': rounded(ratio)})
    if a.json:
        with open(a.json, 'w', encoding='utf-8') as f:
            json.dump(lines, f, indent=1)
    return 0


if __name__ == '__main__':
    sys.exit(main())
