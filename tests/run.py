#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every test there is and ends with one line: `N passed, N failed[, N skipped]`.

Where tests come from (nothing is registered here; a file in its place is enough):
  build/debug     every test of meson.build but those of the next line: unit, sim, seeds of the fuzz targets (ASan and UBSan)
  build/release   its suites sandbox (rights are tested on the release filter) and release (no sanitizer could find more)
  build/fuzz      each fuzz_* program for some seconds
  tests/tidy      the rules of the house
  ui              `npm run check` (types) and `npm test`
  tests/life, tests/scenario, tests/e2e    every executable *.sh and *.py
  tests/long      the same, with --long only; and the bare tree (tests/long/bare-tree.sh)

A script gets VIGIE (the program), BUILD (its folder), SRC (the tree), TMPDIR (an own folder, removed after success) and
PORT (the first of ten ports for it alone); it exits 0 passed, 77 skipped, anything else failed. If its last line is
`N passed, N failed[, N skipped]`, these are counted instead of one. In its first 20 lines it may say
`# vigie-test: build=release serial timeout=900 seconds=60`; the defaults are build=debug, beside others, 600 s (three times
what a slow machine needs with all its processors busy, or more), and that it takes about 15 s. `serial` ones run last, each alone.
`sanitized=long`: it runs on build/release, whose processes start and end for a quarter and have the real sandbox, and with --long
on build/debug; so does what shows how all goes together, and feeds Vigie nothing that another test does not feed to sanitizers.

All others share one pool, three for each processor, for many only wait. The longest begin first, so that none is left alone
at the end: a script's `seconds`, the `priority` of a test in meson.build. Beside each result stand the seconds that it took,
and those of processors: what makes the whole run long is the sum of the latter.
"""
import argparse
import glob
import json
import os
import random
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

SRC = os.path.realpath(os.path.join(os.path.dirname(__file__), '..'))
LOGS = os.path.join(SRC, 'build', 'test')
JOBS = max(1, int(os.environ.get('JOBS') or os.cpu_count() or 2))
AT_ONCE = 3 * JOBS
COUNTS = re.compile(r'^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$')
ON_RELEASE = ('sandbox', 'release')  # suites of meson.build
# What was freed is known to be so until 16 MB more were: with 256 MB, as is usual, all memory is always new to the processor, and a third dearer. Variables of a function that has
# returned are known in 64 kB for each size of frame, of which a process has 1 MB, all marked at its start, if nothing is said.
SANITIZERS = {
    'ASAN_OPTIONS': 'halt_on_error=1:abort_on_error=1:detect_stack_use_after_return=1:max_uar_stack_size_log=16:quarantine_size_mb=16',
    'UBSAN_OPTIONS': 'halt_on_error=1:abort_on_error=1:print_stacktrace=1',
}
FUZZ_S, FUZZ_LONG_S = 4, 180  # of which a target has a core for about a third


class Job:
    """Something to run: its name, about how many seconds it takes, run() -> Result, and whether nothing else may run meanwhile."""

    def __init__(self, name, run, seconds=1.0, alone=False):
        self.name, self.run, self.seconds, self.alone = name, run, seconds, alone


class Result:
    """ended: what run_group returned; log: the file with the whole output."""

    def __init__(self, name, passed, failed, skipped, ended):
        self.name, self.passed, self.failed, self.skipped = name, passed, failed, skipped
        self.output, self.seconds, self.cpu = ended.output, ended.seconds, ended.cpu
        self.log = write_log(name, ended.output)


class Board:
    """Prints results as they come and keeps the sums."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures = []
        self.lock = threading.Lock()

    def add(self, r):
        with self.lock:
            self.passed += r.passed
            self.failed += r.failed
            self.skipped += r.skipped
            word = 'FAIL' if r.failed else 'ok  ' if r.passed else 'skip'
            count = f' ({r.passed + r.failed})' if r.passed + r.failed > 1 else ''
            print(f'{word} {r.name}{count}  {r.seconds:.1f} s, {r.cpu:.1f} of CPU', flush=True)
            if r.failed:
                self.failures.append(r)
                for line in tail(r.output, 40):
                    print('     | ' + line, flush=True)
                print(f'     whole output: {os.path.relpath(r.log, SRC)}', flush=True)


def tail(text, n):
    return text.rstrip('\n').split('\n')[-n:]


def write_log(name, text):
    path = os.path.join(LOGS, re.sub(r'[^\w.+-]', '_', name) + '.log')
    os.makedirs(LOGS, exist_ok=True)
    with open(path, 'w', encoding='utf-8', errors='replace') as f:
        f.write(text)
    return path


class Ended:
    def __init__(self, code, output, seconds=0.0, cpu=0.0):
        self.code, self.output, self.seconds, self.cpu = code, output, seconds, cpu


def end_group(leader):
    for sig in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(leader, sig)
        except ProcessLookupError:
            return


def run_group(argv, env, cwd, timeout):
    """Runs argv in a session of its own, and ends what is left of it, at the deadline all. Seconds of CPU are those of all descendants that somebody waited for."""
    with tempfile.TemporaryFile() as out:
        start, late, over = time.monotonic(), threading.Event(), threading.Event()
        p = subprocess.Popen(argv, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)

        def on_deadline():
            late.set()
            try:
                os.killpg(p.pid, signal.SIGTERM)
                if not over.wait(5):
                    os.killpg(p.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        deadline = threading.Timer(timeout, on_deadline)
        deadline.daemon = True
        deadline.start()
        _, status, used = os.wait4(p.pid, 0)
        deadline.cancel()
        over.set()
        p.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - start
        end_group(p.pid)
        out.seek(0)
        output = out.read().decode('utf-8', 'replace')
        if late.is_set():
            output += f'\ntests/run.py: not finished after {timeout:.0f} s, ended'
        return Ended(124 if late.is_set() else p.returncode, output, seconds, used.ru_utime + used.ru_stime)


# ---- scripts ----

def directives(path):
    found = {'build': 'debug', 'timeout': '600', 'seconds': '15'}
    with open(path, encoding='utf-8', errors='replace') as f:
        for _, line in zip(range(20), f):
            m = re.match(r'^\s*#\s*vigie-test:\s*(.*)$', line)
            if m:
                for word in m.group(1).split():
                    key, _, value = word.partition('=')
                    found[key] = value or 'yes'
    return found


class Ports:
    """Ten ports for each test, below the range that the kernel gives to clients."""

    def __init__(self):
        self.next = 21000
        self.lock = threading.Lock()

    def take(self):
        with self.lock:
            self.next += 10
            return self.next - 10


PORTS = Ports()


def run_script(path, long):
    name = os.path.relpath(path, os.path.join(SRC, 'tests'))
    d = directives(path)
    build = os.path.join(SRC, 'build', 'release' if d.get('sanitized') == 'long' and not long else d['build'])
    tmp = tempfile.mkdtemp(prefix='vigie-test-')
    os.chmod(tmp, 0o755)  # roles with a uid of their own must reach what a test puts there
    env = dict(os.environ, VIGIE=os.path.join(build, 'vigie'), BUILD=build, SRC=SRC, TMPDIR=tmp, PORT=str(PORTS.take()),
               LC_ALL='C.UTF-8', **SANITIZERS)
    if not os.path.exists(env['VIGIE']):
        return Result(name, 0, 1, 0, Ended(1, f'{env["VIGIE"]} is missing'))
    ended = run_group([path], env, SRC, float(d['timeout']))
    passed, failed, skipped = counted(ended.code, ended.output)
    if not failed:
        shutil.rmtree(tmp, ignore_errors=True)
    return Result(name, passed, failed, skipped, ended)


def counted(code, output):
    m = COUNTS.match(tail(output, 1)[0])
    if m:
        passed, failed, skipped = int(m[1]), int(m[2]), int(m[3] or 0)
        return passed, max(failed, 1 if code not in (0, 77) else 0), skipped
    if code == 77:
        return 0, 0, 1
    return (1, 0, 0) if code == 0 else (0, 1, 0)


def scripts(folder, long):
    for path in sorted(glob.glob(os.path.join(SRC, 'tests', folder, '*'))):
        if os.path.basename(path).startswith(('lib', '_')):
            continue
        if path.endswith(('.sh', '.py')) and os.path.isfile(path) and os.stat(path).st_mode & stat.S_IXUSR:
            d = directives(path)
            yield Job(os.path.relpath(path, os.path.join(SRC, 'tests')), lambda path=path: run_script(path, long), float(d['seconds']), 'serial' in d)


# ---- meson ----

CMOCKA = re.compile(r'^\[  (PASSED|FAILED|SKIPPED)  ?\] (\d+) test', re.M)


def run_program(name, t, folder):
    """A test of meson.build: 0 passed, 77 skipped. A program of cmocka says how many cases it has; any other counts as one."""
    env = dict(os.environ, LC_ALL='C.UTF-8', MALLOC_PERTURB_=str(random.randrange(1, 256)), **SANITIZERS, **t['env'])
    ended = run_group(t['cmd'], env, t['workdir'] or folder, t['timeout'] * AT_ONCE / JOBS)  # meson's time is that of a core for itself
    sums = {'PASSED': 0, 'FAILED': 0, 'SKIPPED': 0}
    for word, n in CMOCKA.findall(ended.output):
        sums[word] += int(n)
    if ended.code == 77:
        return Result(name, 0, 0, 1, ended)
    if ended.code == 0:
        return Result(name, max(1, sums['PASSED']), 0, sums['SKIPPED'], ended)
    ended.output += f'\nexit status {ended.code}'
    return Result(name, sums['PASSED'], max(1, sums['FAILED']), sums['SKIPPED'], ended)


def programs(build):
    folder = os.path.join(SRC, 'build', build)
    listed = subprocess.run(['meson', 'introspect', '--tests', folder], capture_output=True, text=True)
    if listed.returncode:
        yield Job(f'{build}/meson', lambda: Result(f'{build}/meson', 0, 1, 0, Ended(1, listed.stdout + listed.stderr)))
        return
    for t in json.loads(listed.stdout):
        suite = t['suite'][0].split(':')[-1]
        name = f'{build}/{suite}/{t["name"]}'
        if (build == 'release') == (suite in ON_RELEASE):
            yield Job(name, lambda name=name, t=t: run_program(name, t, folder), max(1, t['priority']))


# ---- fuzzing ----

def run_fuzz_target(name, path, seconds):
    target = os.path.basename(path)[len('fuzz_'):]
    corpus = os.path.join(SRC, 'build', 'corpus', target)
    seeds = os.path.join(SRC, 'tests', 'fuzz', 'seeds', target)
    os.makedirs(corpus, exist_ok=True)
    argv = [path, f'-max_total_time={seconds}', '-rss_limit_mb=1024', '-timeout=10', '-print_final_stats=1',
            f'-artifact_prefix={corpus}/crash-', corpus] + ([seeds] if os.path.isdir(seeds) else [])
    ended = run_group(argv, dict(os.environ, **SANITIZERS), SRC, seconds + 60)
    return Result(name, int(ended.code == 0), int(ended.code != 0), 0, ended)


def fuzz_targets(long):
    seconds = FUZZ_LONG_S if long else FUZZ_S
    for source in sorted(glob.glob(os.path.join(SRC, 'tests', 'fuzz', 'fuzz_*.c'))):
        target = os.path.basename(source)[:-2]
        path, name = os.path.join(SRC, 'build', 'fuzz', 'tests', 'fuzz', target), f'fuzz/{target[len("fuzz_"):]}'
        if os.access(path, os.X_OK):
            yield Job(name, lambda name=name, path=path: run_fuzz_target(name, path, seconds), seconds)


# ---- the rest ----

def run_command(name, argv, cwd):
    ended = run_group(argv, dict(os.environ), cwd, 300)
    passed, failed, skipped = counted(ended.code, ended.output)
    for word, value in re.findall(r'^# (pass|fail|skipped) (\d+)$', ended.output, re.M):  # node --test
        passed, failed, skipped = {'pass': (int(value), failed, skipped), 'fail': (passed, int(value), skipped),
                                   'skipped': (passed, failed, int(value))}[word]
    if ended.code not in (0, 77) and not failed:
        failed = 1
    return Result(name, passed, failed, skipped, ended)


def command(name, argv, cwd=SRC, seconds=15.0):
    return Job(name, lambda: run_command(name, argv, cwd), seconds)


def commands():
    yield command('tidy', [sys.executable, 'tests/tidy/tidy.py', '--self-test'])
    ui = os.path.join(SRC, 'ui')
    with open(os.path.join(ui, 'package.json'), encoding='utf-8') as f:
        have = json.load(f).get('scripts', {})
    if 'check' in have:
        yield command('ui/types', ['npm', 'run', '--silent', 'check'], ui)
    if 'test' in have and os.path.exists(os.path.join(ui, 'test.mjs')):
        yield command('ui/test', ['npm', 'run', '--silent', 'test'], ui)


def selector(names):
    def wanted(name):
        return not names or any(n in name for n in names)
    return wanted


def commit():
    return subprocess.run(['git', '-C', SRC, 'describe', '--always', '--dirty'], capture_output=True, text=True, check=False).stdout.strip() or 'unknown'


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--long', action='store_true', help='the bare tree and crash loops too')
    ap.add_argument('names', nargs='*', help='only tests whose name contains one of these')
    a = ap.parse_args()
    wanted, board, start = selector(a.names), Board(), time.monotonic()
    shutil.rmtree(LOGS, ignore_errors=True)
    jobs = [*commands(), *programs('debug'), *programs('release'), *fuzz_targets(a.long)]
    for folder in ['scenario', 'e2e', 'life'] + (['long'] if a.long else []):
        jobs += scripts(folder, a.long)
    jobs = sorted((j for j in jobs if wanted(j.name)), key=lambda j: -j.seconds)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            for done in as_completed([pool.submit(j.run) for j in jobs if not j.alone]):
                board.add(done.result())
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    for job in jobs:
        if job.alone:
            board.add(job.run())
    seconds = int(time.monotonic() - start)
    print(f'\n{seconds // 60} min {seconds % 60} s; logs in build/test/')
    for r in board.failures:
        print(f'failed: {r.name}')
    if board.failures:
        print(f'at commit {commit()}')
    if board.passed + board.failed + board.skipped == 0:
        print('no test has such a name')
        board.failed = 1
    skipped = f', {board.skipped} skipped' if board.skipped else ''
    print(f'{board.passed} passed, {board.failed} failed{skipped}', flush=True)
    return 1 if board.failed else 0


if __name__ == '__main__':
    sys.exit(main())
