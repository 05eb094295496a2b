#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`./dev bench [PART...] [--json FILE]`: Vigie beside Debian's nagios4 on this machine, one after the other, with the same services,
the same plugin and the same user. Prints a table; --json writes a list of {name, value, unit, rival, ratio}.

Parts: load, saturated, steady, reload, config; without a word all but config.
    config_*     (config) reading, resolving and verifying configurations of different shapes, tests/bench/shapes.py; icinga2 beside it
    first_stored_after_ready_*, spread_*, budget_*    (config) from READY to the first result in the log; checks a second in the first round, the most over
                 the mean; memory of all processes over 40 MiB and 0.9 KiB a service
    verify_*     checking a configuration of 1k, 10k, 100k services
    first_run_*, first_stored_*    from the start to the first plugin, to the first result in the log
    memory_*     PSS of all processes of the engine, plugins left out, after the first result
    saturated_*  more is asked for than can be done: checks a second, CPU of everything a check
    steady_*     200 checks a second: CPU a check, and how far intervals are off
    reload_*     500 checks a second of 50k services: the longest time without a check around a reload, memory over memory before
The plugin comes twice: `floor` without libc (the engine's own cost shows) and `libc` (an ordinary small plugin).
CPU is utime and stime of the whole process tree with reaped children, from /proc: right to 10 ms.
"""
import argparse
import glob
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import engines  # noqa: E402
import shapes  # noqa: E402

SRC = os.path.realpath(os.path.join(os.path.dirname(__file__), '..', '..'))
BUILD = os.path.join(SRC, 'build')


def say(words):
    print(words, file=sys.stderr, flush=True)


def find_rival():
    """Debian's nagios4: installed, or unpacked under build/ (so that no daemon is installed), or none."""
    folder = os.path.join(BUILD, 'rival')
    for path in ('/usr/sbin/nagios4', folder + '/usr/sbin/nagios4'):
        if os.access(path, os.X_OK):
            return path
    os.makedirs(folder, exist_ok=True)
    say('fetching nagios4-core to compare with (unpacked under build/rival, not installed)')
    subprocess.run(['apt-get', '-q', 'download', 'nagios4-core'], cwd=folder, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    for deb in glob.glob(folder + '/*.deb'):
        subprocess.run(['dpkg-deb', '-x', deb, folder], check=True)
        return folder + '/usr/sbin/nagios4'
    say('no nagios4 to be had: Vigie alone')
    return None


def find_icinga():
    """Debian's icinga2 as words to begin a command with: installed, or unpacked under build/; or none."""
    folder, inside = os.path.join(BUILD, 'rival-icinga'), 'usr/lib/x86_64-linux-gnu/icinga2/sbin/icinga2'
    if os.access('/' + inside, os.X_OK):
        return ['/' + inside]
    if not os.access(f'{folder}/{inside}', os.X_OK):
        os.makedirs(folder, exist_ok=True)
        say('fetching icinga2-bin to compare with (unpacked under build/rival-icinga, not installed)')
        subprocess.run(['apt-get', '-q', 'download', 'icinga2-bin', 'icinga2-common', 'libboost-context1.74.0', 'libboost-thread1.74.0', 'libboost-coroutine1.74.0'],
                       cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for deb in glob.glob(folder + '/*.deb'):
            subprocess.run(['dpkg-deb', '-x', deb, folder], check=True)
    if os.access(f'{folder}/{inside}', os.X_OK):
        return ['env', f'LD_LIBRARY_PATH={folder}/usr/lib/x86_64-linux-gnu', f'{folder}/{inside}']
    say('no icinga2 to be had: without it')
    return None


def compile_plugins(folder):
    source, made = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'stamp.c'), {}
    for kind, flags in (('floor', ['-DFLOOR', '-nostdlib', '-static', '-fno-stack-protector']), ('libc', [])):
        path = f'{folder}/stamp-{kind}'
        p = subprocess.run(['gcc', '-O2', '-fno-builtin', '-o', path, source] + flags, capture_output=True, text=True)
        if p.returncode == 0:
            made[kind] = path
        elif kind == 'libc':
            raise RuntimeError(p.stderr)
    made.setdefault('floor', made['libc'])
    return made


class Table:
    def __init__(self):
        self.rows = {}

    def add(self, name, unit, engine, value):
        row = self.rows.setdefault(name, {'unit': unit, 'vigie': [], 'nagios4': [], 'icinga2': []})
        if value is not None:
            row[engine].append(value)
            say(f'    {engine:8} {name} = {value:.4g} {unit}')

    def result(self):
        out = []
        for name, row in self.rows.items():
            value, rival, other = (statistics.median(row[e]) if row[e] else None for e in ('vigie', 'nagios4', 'icinga2'))
            ratio = value / rival if value is not None and rival else None
            out.append({'name': name, 'value': rounded(value), 'unit': row['unit'], 'rival': rounded(rival),
                        'ratio': rounded(ratio), **({'icinga2': rounded(other)} if other is not None else {})})
        return out


def rounded(x):
    return None if x is None else float(f'{x:.4g}')


def short(n):
    return f'{n // 1000}k' if n >= 1000 else str(n)


def load(table, engine, n, plugin_name):
    engine.configure(n, max(10, n // 100))
    table.add(f'verify_{short(n)}', 's', engine.name, engine.verify())
    engine.start()
    try:
        ran, stored = engine.wait_first(150)
        table.add(f'first_run_{short(n)}', 's', engine.name, ran)
        table.add(f'first_stored_{short(n)}', 's', engine.name, stored)
        time.sleep(3 + n / 50000)
        engine.alive()
        table.add(f'memory_{short(n)}', 'MiB', engine.name, engine.memory_kib() / 1024)
    finally:
        engine.stop()


def window(engine, warm, seconds):
    """(checks, CPU seconds, wall seconds, index of the first stamp) of a window after warming up."""
    engine.wait_first(60)
    time.sleep(warm)
    count, cpu, begin = engine.count(), engine.cpu(), time.monotonic()
    time.sleep(seconds)
    engine.alive()
    return engine.count() - count, engine.cpu() - cpu, time.monotonic() - begin, count


def saturated(table, engine, kind, a):
    engine.configure(10000, 1)
    engine.start()
    try:
        n, cpu, took, _ = window(engine, 8, a.seconds)
        table.add(f'saturated_rate_{kind}', 'checks/s', engine.name, n / took)
        table.add(f'saturated_cpu_{kind}', 'ms/check', engine.name, cpu / max(1, n) * 1000)
    finally:
        engine.stop()


def steady(table, engine, kind, a):
    engine.configure(2000, 10)
    engine.start()
    try:
        n, cpu, took, first = window(engine, 20, max(20, a.seconds))
        last, off = {}, []
        for ident, ns in engine.stamps(max(0, first - 2000)):
            if ident in last:
                off.append(abs((ns - last[ident]) / 1e9 - 10))
            last[ident] = ns
        table.add(f'steady_rate_{kind}', 'checks/s', engine.name, n / took)
        table.add(f'steady_cpu_{kind}', 'ms/check', engine.name, cpu / max(1, n) * 1000)
        if off:
            table.add(f'steady_off_p99_{kind}', 'ms', engine.name, sorted(off)[int(len(off) * 0.99)] * 1000)
    finally:
        engine.stop()


def reloading(table, engine, n, a):
    """What a reload of an unchanged configuration does to checks that are due all the time."""
    rate = 500
    engine.configure(n, n // rate)
    engine.start()
    try:
        engine.wait_first(60)
        time.sleep(a.seconds)
        engine.alive()
        first, before, most = engine.count(), engine.memory_kib(), 0
        engine.reload()
        end = time.monotonic() + 2 * a.seconds
        while time.monotonic() < end:
            most = max(most, engine.memory_kib())
            time.sleep(0.05)
        engine.alive()
        at = sorted(ns for _, ns in engine.stamps(first))
        gaps = [(b - a) / 1e6 for a, b in zip(at, at[1:])] or [end]
        table.add(f'reload_pause_{short(n)}', 'ms', engine.name, max(gaps))
        table.add(f'reload_memory_{short(n)}', 'times', engine.name, most / before)
        table.add(f'reload_rate_{short(n)}', 'checks/s', engine.name, len(at) / (2 * a.seconds))
    finally:
        engine.stop()


def started(table, engine, n):
    """A start with many services: the first result behind READY, memory, and how evenly the first round is laid."""
    interval = max(30, n // 2000)
    engine.configure(n, interval)
    engine.start()
    try:
        ready = engine.wait_ready(60)
        _, stored = engine.wait_first(150)
        if ready is not None and stored is not None:
            table.add(f'first_stored_after_ready_{short(n)}', 's', engine.name, stored - ready)
        time.sleep(interval + 3)
        engine.alive()
        at = [ns for _, ns in engine.stamps()]
        first, per = min(at), [0] * interval
        for ns in at:
            if ns < first + interval * 10 ** 9:
                per[(ns - first) // 10 ** 9] += 1
        table.add(f'spread_{short(n)}', 'max/mean', engine.name, max(per) / (sum(per) / len(per)))
        table.add(f'budget_{short(n)}', 'of budget', engine.name, engine.memory_kib() / (40 * 1024 + 0.9 * n))
    finally:
        engine.stop()


def machine():
    with open('/proc/cpuinfo') as f:
        model = next((l.split(':', 1)[1].strip() for l in f if l.startswith('model name')), platform.machine())
    return f'{os.cpu_count()} x {model}, Linux {platform.release()}, load {os.getloadavg()[0]:.1f}'


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('parts', nargs='*', metavar='PART', help='load, saturated, steady, reload, config (all but config)')
    ap.add_argument('--json', metavar='FILE')
    ap.add_argument('--only', default='load,saturated,steady,reload', help='the same, by comma')
    ap.add_argument('--engines', default='nagios4,vigie')
    ap.add_argument('--sizes', default='1000,10000,100000')
    ap.add_argument('--seconds', type=float, default=10)
    ap.add_argument('--reps', type=int, default=2)
    a = ap.parse_args()
    only = a.parts or a.only.split(',')
    for part in only:
        if part not in ('load', 'saturated', 'steady', 'reload', 'config'):
            ap.error(f"there is no part '{part}'; write load, saturated, steady, reload or config")
    folder = tempfile.mkdtemp(prefix='vigie-bench-', dir='/tmp')
    os.chmod(folder, 0o755)
    rival = find_rival() if 'nagios4' in a.engines else None
    table, problems = Table(), []
    say(machine())

    def each(part, kind, *args):
        for name in a.engines.split(','):
            if name == 'nagios4' and not rival:
                continue
            program = rival if name == 'nagios4' else os.path.join(BUILD, 'release', 'vigie')
            engine = {'nagios4': engines.Nagios, 'vigie': engines.Vigie}[name](folder, plugins[kind], program)
            try:
                part(table, engine, *args)
            except (RuntimeError, OSError) as e:
                problems.append(f'{part.__name__} {kind} {name}: {e}')
                say(f'    {problems[-1]}')

    try:
        plugins = compile_plugins(folder)
        for rep in range(a.reps):
            say(f'round {rep + 1} of {a.reps}')
            for n in map(int, a.sizes.split(',')) if 'load' in only else []:
                each(load, 'floor', n, 'floor')
            for kind in ('floor', 'libc'):
                if 'saturated' in only:
                    each(saturated, kind, kind, a)
            if 'steady' in only:
                each(steady, 'floor', 'floor', a)
            if 'reload' in only:
                each(reloading, 'floor', 50000, a)
            if 'config' in only:
                each(started, 'floor', 100000)
        if 'config' in only:
            shaped = shapes.Shaped(folder, rival, find_icinga() if 'nagios4' in a.engines else None, os.path.join(BUILD, 'release', 'vigie'))
            shapes.run(table, shaped, [10000, 100000], max(2, a.reps))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    result = table.result()
    print(f'{"":32}{"vigie":>10} {"nagios4":>10} {"ratio":>7}   ({time.strftime("%Y-%m-%d")}, {machine()})')
    for r in result:
        cells = ['-' if r[k] is None else f'{r[k]:g}' for k in ('value', 'rival', 'ratio')]
        other = f'   icinga2 {r["icinga2"]:g}' if 'icinga2' in r else ''
        print(f'{r["name"]:32}{cells[0]:>10} {cells[1]:>10} {cells[2]:>7}  {r["unit"]}{other}')
    for p in problems:
        print(f'failed: {p}')
    if a.json:
        with open(a.json, 'w', encoding='utf-8') as f:
            json.dump(result, f, indent=1)
            f.write('\n')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
