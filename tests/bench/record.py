#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`./dev bench record [--records N] [--events N] [--json FILE]`: the journal and the history projection beside SQLite alone and Debian's PostgreSQL, with the same
rows, on the same disk, one after the other; then what questions to a long history cost (`./dev bench past`; --events 0 leaves them out).

    append_*     batches of 100, each on disk before the next. raw: as many bytes and fdatasync, no more: what the disk allows, measured in turns with it.
                 cpu: user and system time, which says more than the rate on a machine that does other things too; of PostgreSQL it is not known
    history_*    the projection from the journal, with its spans; the rivals by 20000 rows a transaction into a table with the same indexes, without spans
    unchanged    the history's cost of a result that changes nothing
    page_*       a page of the 50 newest events before some moment: of all, of one object, of one kind; the median of 21. Vigie's with its JSON, PostgreSQL's
                 with the way through the socket; each has read the table's newest part into memory, for it has just written it
    states_*     the database of states: CPU of a result that changes nothing, and of one that does; SQLite writes each as it comes
SQLite: WAL, synchronous=FULL. PostgreSQL: a cluster of its own in the same folder, on a Unix socket, fsync and synchronous_commit on, all else as Debian has it.
"""
import argparse
import glob
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bench import BUILD, machine, rounded, say  # noqa: E402

TABLE = ('CREATE TABLE event (seq BIGINT PRIMARY KEY, at BIGINT, oid BIGINT, kind INTEGER, state INTEGER, hard INTEGER, attempt INTEGER,'
         ' text TEXT, contact TEXT, command TEXT);')
PAGES = ('page_all', 'page_object', 'page_kind')
INDEXES = 'CREATE INDEX ON event (oid, at); CREATE INDEX ON event (at); CREATE INDEX ON event (kind, at);'


def find_postgres():
    """The folder of PostgreSQL's programs: installed, or unpacked under build/ (so that no daemon is started), or none."""
    folder = os.path.join(BUILD, 'rival-postgresql')
    pattern = '/usr/lib/postgresql/*/bin'
    if not glob.glob(pattern + '/initdb') and not glob.glob(folder + pattern + '/initdb'):
        os.makedirs(folder, exist_ok=True)
        say('fetching postgresql-15 to compare with (unpacked under build/rival-postgresql, not installed)')
        subprocess.run(['apt-get', '-q', 'download', 'postgresql-15', 'postgresql-client-15', 'libpq5'], cwd=folder, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        for deb in glob.glob(folder + '/*.deb'):
            subprocess.run(['dpkg-deb', '-x', deb, folder], check=True)
    found = sorted(p for root in ('', folder) for p in glob.glob(root + pattern) if os.access(p + '/initdb', os.X_OK))
    if not found:
        say('no PostgreSQL to be had: without it')
    return found[-1] if found else None


class Postgres:
    """A cluster in a folder of its own, run by nobody when we are root, because it refuses root."""

    def __init__(self, programs, folder):
        self.programs, self.d = programs, folder + '/postgresql'
        self.user = {'user': 'nobody', 'group': 'nogroup', 'extra_groups': []} if os.getuid() == 0 else {}
        self.env = {'PATH': '/usr/bin:/bin', 'LC_ALL': 'C.UTF-8', 'LD_LIBRARY_PATH': os.path.dirname(programs) + '/lib:' + glob_lib(programs)}
        os.mkdir(self.d, 0o700)
        if self.user:
            os.chown(self.d, pwd.getpwnam('nobody').pw_uid, -1)

    def call(self, program, *args, **how):
        p = subprocess.run([f'{self.programs}/{program}', *args], capture_output=True, text=True, env=self.env, cwd=self.d, check=False, **self.user, **how)
        if p.returncode:
            raise RuntimeError(f'{program}: {p.stderr.strip()[-300:]}')
        return p.stdout

    def start(self):
        self.call('initdb', '-D', self.d + '/data', '-A', 'trust', '-U', 'bench', '--no-locale', '-E', 'UTF8')
        with open(self.d + '/data/postgresql.conf', 'a', encoding='utf-8') as f:
            f.write(f"listen_addresses = ''\nunix_socket_directories = '{self.d}'\nfsync = on\nsynchronous_commit = on\n")
        with open(self.d + '/log', 'w', encoding='utf-8') as log:
            self.process = subprocess.Popen([f'{self.programs}/postgres', '-D', self.d + '/data'], stdout=log, stderr=log, env=self.env, cwd=self.d, **self.user)
        end = time.monotonic() + 60
        while True:
            try:
                return self.sql('SELECT 1')
            except RuntimeError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.2)

    def sql(self, text):
        return self.call('psql', '-h', self.d, '-U', 'bench', '-d', 'postgres', '-q', '-At', '-v', 'ON_ERROR_STOP=1', '-c', text)

    def statements(self, path):
        """The ms that each statement of a file took, from sending to being on disk."""
        with open(path, encoding='utf-8') as f:
            out = self.call('psql', '-h', self.d, '-U', 'bench', '-d', 'postgres', '-q', '-v', 'ON_ERROR_STOP=1', '-c', '\\timing on', '-f', '-', stdin=f)
        return sorted(float(ms) for ms in re.findall(r'^Time: ([0-9.]+) ms', out, re.M))

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


def glob_lib(programs):
    root = programs.split('/usr/lib/')[0]
    return root + '/usr/lib/x86_64-linux-gnu'


def ask_postgres(programs, folder, records, figures):
    server = Postgres(programs, folder)
    try:
        server.start()
        say(server.sql('SELECT version()').split(' on ')[0])
        for name, path, before in (('append', 'small.sql', TABLE), ('history', 'large.sql', 'DROP TABLE event;' + TABLE + INDEXES)):
            server.sql(before)
            ms = server.statements(f'{folder}/{path}')
            if int(server.sql('SELECT count(*) FROM event')) != records:
                raise RuntimeError('PostgreSQL does not have all rows')
            figures.update({f'postgresql_{name}_rate': records / sum(ms) * 1000, f'postgresql_{name}_p50': ms[len(ms) // 2],
                            f'postgresql_{name}_p99': ms[len(ms) * 99 // 100], f'postgresql_{name}_max': ms[-1]})
        server.sql('ANALYZE event')
        for name in PAGES:
            ms = server.statements(f'{folder}/{name}.sql')
            figures[f'postgresql_{name}'] = ms[len(ms) // 2]
    finally:
        if hasattr(server, 'process'):
            server.stop()


def table(figures, units):
    out = []
    for end in ('_rate', '_cpu', '_p50', '_p99', '_max'):
        out.append({'name': 'append' + end, 'unit': units['append' + end], 'value': figures['append' + end], 'raw': figures['raw' + end],
                    'sqlite': figures['sqlite_append' + end], 'postgresql': figures.get('postgresql_append' + end)})
    out.append({'name': 'append/raw', 'unit': 'of the rate that the disk allows', 'value': figures['append_rate'] / figures['raw_rate'], 'raw': 1,
                'sqlite': figures['sqlite_append_rate'] / figures['raw_rate'],
                'postgresql': figures['postgresql_append_rate'] / figures['raw_rate'] if 'postgresql_append_rate' in figures else None})
    out.append({'name': 'history_rate', 'unit': 'rows/s', 'value': figures['history'], 'raw': None, 'sqlite': figures['sqlite_history_rate'],
                'postgresql': figures.get('postgresql_history_rate')})
    out.append({'name': 'history_cpu', 'unit': 'us/row', 'value': figures['history_cpu'], 'raw': None, 'sqlite': figures['sqlite_history_cpu'], 'postgresql': None})
    out.append({'name': 'history_turn', 'unit': 'ms, the longest', 'value': figures['history_turn'], 'raw': None, 'sqlite': None, 'postgresql': None})
    out.append({'name': 'unchanged', 'unit': units['unchanged'], 'value': figures['unchanged'], 'raw': None, 'sqlite': None, 'postgresql': None})
    for name in PAGES:
        if figures[name + '_rows'] != figures[f'sqlite_{name}_rows']:
            raise RuntimeError(f'{name}: not the same rows')
        out.append({'name': name, 'unit': units[name], 'value': figures[name], 'raw': None, 'sqlite': figures['sqlite_' + name], 'postgresql': figures.get('postgresql_' + name)})
    for name in ('states_unchanged', 'states_changed'):
        out.append({'name': name, 'unit': units[name], 'value': figures[name], 'raw': None, 'sqlite': figures['sqlite_states'], 'postgresql': None})
    return [{k: rounded(v) if isinstance(v, float) else v for k, v in row.items()} for row in out]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--records', type=int, default=1000000, help='a multiple of 20000')
    ap.add_argument('--events', type=int, default=10000000)
    ap.add_argument('--json', metavar='FILE')
    a = ap.parse_args()
    folder, figures, units = tempfile.mkdtemp(prefix='vigie-bench-', dir=os.environ.get('TMPDIR', '/tmp')), {}, {}
    os.chmod(folder, 0o755)
    say(machine())
    try:
        p = subprocess.run([f'{BUILD}/release/tests/bench_record', folder, str(a.records)], stdout=subprocess.PIPE, text=True, check=False)
        if p.returncode:
            return p.returncode
        states = subprocess.run([f'{BUILD}/release/tests/bench_states', folder, '100000'], stdout=subprocess.PIPE, text=True, check=True)
        for line in (p.stdout + states.stdout).splitlines():
            name, value, unit = line.split('|')
            figures[name], units[name] = float(value), unit
        programs = find_postgres()
        if programs:
            ask_postgres(programs, folder, a.records, figures)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    rows = table(figures, units)
    print(f'{"":16}{"vigie":>10} {"raw":>10} {"sqlite":>10} {"postgresql":>10}   ({a.records} rows, {time.strftime("%Y-%m-%d")}, {machine()})')
    for r in rows:
        cells = ['-' if r[k] is None else f'{r[k]:g}' for k in ('value', 'raw', 'sqlite', 'postgresql')]
        print(f'{r["name"]:16}' + ' '.join(f'{c:>10}' for c in cells) + f'  {r["unit"]}', flush=True)
    if a.json:
        with open(a.json, 'w', encoding='utf-8') as f:
            json.dump(rows, f, indent=1)
            f.write('\n')
    return subprocess.run([f'{BUILD}/release/tests/bench_past', str(a.events)], check=False).returncode if a.events else 0


if __name__ == '__main__':
    sys.exit(main())
