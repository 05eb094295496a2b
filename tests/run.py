#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every test there is and ends with one line: `N passed, N failed[, N skipped]`.

Where tests come from (nothing is registered here; a file in its place is enough):
  build/debug     every `meson test` but suite sandbox: unit, sim, seeds of the fuzz targets (ASan and UBSan)
  build/release   `meson test --suite sandbox`: rights are tested on the release filter
  build/fuzz      each fuzz_* program for about a second
  tests/tidy      the rules of the house
  ui              `npm run check` (types) and `npm test`
  tests/life, tests/scenario, tests/e2e    every executable *.sh and *.py
  tests/long      the same, with --long only; and the bare tree (tests/long/bare-tree.sh)

A script gets VIGIE (the program), BUILD (its folder), SRC (the tree), TMPDIR (an own folder, removed after success) and
PORT (the first of ten ports for it alone); it exits 0 passed, 77 skipped, anything else failed. If its last line is
`N passed, N failed[, N skipped]`, these are counted instead of one. In its first 20 lines it may say
`# vigie-test: build=release serial timeout=300`; the defaults are build=debug, in parallel, 300 s.
"""
import argparse
import glob
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

SRC = os.path.realpath(os.path.join(os.path.dirname(__file__), '..'))
LOGS = os.path.join(SRC, 'build', 'test')
JOBS = max(1, int(os.environ.get('JOBS') or os.cpu_count() or 2))
SCRIPTS = 2 * JOBS  # at once: most of what they do is to wait
COUNTS = re.compile(r'^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$')
SANITIZERS = {
    'ASAN_OPTIONS': 'halt_on_error=1:abort_on_error=1:detect_stack_use_after_return=1',
    'UBSAN_OPTIONS': 'halt_on_error=1:abort_on_error=1:print_stacktrace=1',
}
FUZZ_BUDGET_S = 50.0


class Result:
    def __init__(self, name, passed, failed, skipped, seconds, log, output=''):
        self.name, self.passed, self.failed, self.skipped = name, passed, failed, skipped
        self.seconds, self.log, self.output = seconds, log, output


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
            print(f'{word} {r.name}{count}  {r.seconds:.1f} s', flush=True)
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


def run_group(argv, env, cwd, timeout):
    """Runs argv in a session of its own; at the deadline the whole session is ended. Returns (code, output)."""
    with tempfile.TemporaryFile() as out:
        p = subprocess.Popen(argv, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                             start_new_session=True)
        note = ''
        try:
            code = p.wait(timeout)
        except subprocess.TimeoutExpired:
            note = f'\ntests/run.py: not finished after {timeout} s, ended'
            code = 124
        for sig in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(p.pid, sig)
            except ProcessLookupError:
                break
            if code == 124 and sig == signal.SIGTERM:
                try:
                    p.wait(5)
                except subprocess.TimeoutExpired:
                    pass
        p.wait()
        out.seek(0)
        return code, out.read().decode('utf-8', 'replace') + note


# ---- scripts ----

def directives(path):
    found = {'build': 'debug', 'timeout': '300'}
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


def run_script(path):
    name = os.path.relpath(path, os.path.join(SRC, 'tests'))
    d = directives(path)
    build = os.path.join(SRC, 'build', d['build'])
    tmp = tempfile.mkdtemp(prefix='vigie-test-')
    os.chmod(tmp, 0o755)  # roles with a uid of their own must reach what a test puts there
    env = dict(os.environ, VIGIE=os.path.join(build, 'vigie'), BUILD=build, SRC=SRC, TMPDIR=tmp, PORT=str(PORTS.take()),
               LC_ALL='C.UTF-8', **SANITIZERS)
    start = time.monotonic()
    if not os.path.exists(env['VIGIE']):
        return Result(name, 0, 1, 0, 0, write_log(name, ''), f'{env["VIGIE"]} is missing')
    code, output = run_group([path], env, SRC, float(d['timeout']))
    seconds = time.monotonic() - start
    log = write_log(name, output)
    passed, failed, skipped = counted(code, output)
    if not failed:
        shutil.rmtree(tmp, ignore_errors=True)
    return Result(name, passed, failed, skipped, seconds, log, output)


def counted(code, output):
    m = COUNTS.match(tail(output, 1)[0])
    if m:
        passed, failed, skipped = int(m[1]), int(m[2]), int(m[3] or 0)
        return passed, max(failed, 1 if code not in (0, 77) else 0), skipped
    if code == 77:
        return 0, 0, 1
    return (1, 0, 0) if code == 0 else (0, 1, 0)


def scripts(folder, wanted):
    found = []
    for path in sorted(glob.glob(os.path.join(SRC, 'tests', folder, '*'))):
        if os.path.basename(path).startswith(('lib', '_')):
            continue
        if path.endswith(('.sh', '.py')) and os.path.isfile(path) and os.stat(path).st_mode & stat.S_IXUSR:
            if wanted(os.path.relpath(path, os.path.join(SRC, 'tests'))):
                found.append(path)
    return found


def run_scripts(board, folder, wanted):
    found = scripts(folder, wanted)
    serial = [p for p in found if 'serial' in directives(p)]
    with ThreadPoolExecutor(SCRIPTS) as pool:
        for r in pool.map(run_script, [p for p in found if p not in serial]):
            board.add(r)
    for path in serial:
        board.add(run_script(path))


# ---- meson ----

CMOCKA = re.compile(r'^\[  (PASSED|FAILED|SKIPPED)  ?\] (\d+) test', re.M)


def meson_counts(case):
    """A program of cmocka says how many cases it has; any other counts as one."""
    text = case.get('stdout', '') + '\n' + case.get('stderr', '')
    sums = {'PASSED': 0, 'FAILED': 0, 'SKIPPED': 0}
    for word, n in CMOCKA.findall(text):
        sums[word] += int(n)
    good = case['result'] in ('OK', 'EXPECTEDFAIL')
    if case['result'] == 'SKIP':
        return 0, 0, 1, text
    if good:
        return max(1, sums['PASSED']), 0, sums['SKIPPED'], text
    return sums['PASSED'], max(1, sums['FAILED']), sums['SKIPPED'], text


def run_meson(board, build, sandbox, wanted):
    folder = os.path.join(SRC, 'build', build)
    log = os.path.join(folder, 'meson-logs', 'testlog.json')
    if os.path.exists(log):
        os.unlink(log)
    env = dict(os.environ, LC_ALL='C.UTF-8', **SANITIZERS)
    listed = subprocess.run(['meson', 'introspect', '--tests', folder], capture_output=True, text=True)
    tests = {f'{build}/{t["suite"][0].split(":")[-1]}/{t["name"]}' for t in json.loads(listed.stdout or '[]')}
    tests = {t for t in tests if sandbox == ('/sandbox/' in t) and wanted(t)}
    names = sorted({t.rsplit('/', 1)[1] for t in tests})
    if not names:
        return
    p = subprocess.run(['meson', 'test', '-C', folder, '--no-rebuild', '--num-processes', str(JOBS)] + names, env=env, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, text=True)
    if not os.path.exists(log):
        board.add(Result(f'{build}/meson', 0, 1, 0, 0, write_log(f'{build}-meson', p.stdout), p.stdout))
        return
    with open(log, encoding='utf-8') as f:
        for line in f:
            case = json.loads(line)
            suite, _, short = case['name'].rpartition(' / ')
            name = f'{build}/{suite.split(":")[-1]}/{short}'
            if name not in tests:
                continue
            passed, failed, skipped, text = meson_counts(case)
            if failed:
                text += f'\n{case["result"]}, exit status {case.get("returncode")}'
            board.add(Result(name, passed, failed, skipped, case.get('duration', 0), write_log(name, text), text))


# ---- fuzzing ----

def run_fuzz_target(path, seconds):
    target = os.path.basename(path)[len('fuzz_'):]
    name = f'fuzz/{target}'
    corpus = os.path.join(SRC, 'build', 'corpus', target)
    seeds = os.path.join(SRC, 'tests', 'fuzz', 'seeds', target)
    os.makedirs(corpus, exist_ok=True)
    argv = [path, f'-max_total_time={seconds}', '-rss_limit_mb=1024', '-timeout=10', '-print_final_stats=1',
            f'-artifact_prefix={corpus}/crash-', corpus] + ([seeds] if os.path.isdir(seeds) else [])
    env = dict(os.environ, **SANITIZERS)
    start = time.monotonic()
    code, output = run_group(argv, env, SRC, seconds + 60)
    log = write_log(name, output)
    return Result(name, int(code == 0), int(code != 0), 0, time.monotonic() - start, log, output)


def run_fuzz(board, wanted, long):
    found = sorted(p for p in glob.glob(os.path.join(SRC, 'build', 'fuzz', 'tests', 'fuzz', 'fuzz_*'))
                   if os.path.isfile(p) and os.access(p, os.X_OK))
    sources = {os.path.basename(p)[:-2] for p in glob.glob(os.path.join(SRC, 'tests', 'fuzz', 'fuzz_*.c'))}
    found = [p for p in found if os.path.basename(p) in sources and wanted('fuzz/' + os.path.basename(p)[5:])]
    if not found:
        return
    seconds = 60 if long else 2 if len(found) * 2 <= FUZZ_BUDGET_S * JOBS else 1
    with ThreadPoolExecutor(JOBS) as pool:
        for r in pool.map(lambda p: run_fuzz_target(p, seconds), found):
            board.add(r)


# ---- the rest ----

def run_command(board, name, argv, cwd, wanted, timeout=300, env=None):
    if not wanted(name):
        return
    start = time.monotonic()
    code, output = run_group(argv, dict(os.environ, **(env or {})), cwd, timeout)
    passed, failed, skipped = counted(code, output)
    for word, value in re.findall(r'^# (pass|fail|skipped) (\d+)$', output, re.M):  # node --test
        passed, failed, skipped = {'pass': (int(value), failed, skipped), 'fail': (passed, int(value), skipped),
                                   'skipped': (passed, failed, int(value))}[word]
    if code not in (0, 77) and not failed:
        failed = 1
    board.add(Result(name, passed, failed, skipped, time.monotonic() - start, write_log(name, output), output))


def run_ui(board, wanted):
    with open(os.path.join(SRC, 'ui', 'package.json'), encoding='utf-8') as f:
        have = json.load(f).get('scripts', {})
    ui = os.path.join(SRC, 'ui')
    if 'check' in have:
        run_command(board, 'ui/types', ['npm', 'run', '--silent', 'check'], ui, wanted)
    if 'test' in have and os.path.exists(os.path.join(ui, 'test.mjs')):
        run_command(board, 'ui/test', ['npm', 'run', '--silent', 'test'], ui, wanted)


def selector(names):
    def wanted(name):
        return not names or any(n in name for n in names)
    return wanted


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--long', action='store_true', help='the bare tree and crash loops too')
    ap.add_argument('names', nargs='*', help='only tests whose name contains one of these')
    a = ap.parse_args()
    wanted, board, start = selector(a.names), Board(), time.monotonic()
    shutil.rmtree(LOGS, ignore_errors=True)
    run_command(board, 'tidy', [sys.executable, 'tests/tidy/tidy.py', '--self-test'], SRC, wanted)
    run_meson(board, 'debug', False, wanted)
    run_meson(board, 'release', True, wanted)
    run_ui(board, wanted)
    run_fuzz(board, wanted, a.long)
    for folder in ['life', 'scenario', 'e2e'] + (['long'] if a.long else []):
        run_scripts(board, folder, wanted)
    seconds = int(time.monotonic() - start)
    print(f'\n{seconds // 60} min {seconds % 60} s; logs in build/test/')
    for r in board.failures:
        print(f'failed: {r.name}')
    if board.passed + board.failed + board.skipped == 0:
        print('no test has such a name')
        board.failed = 1
    skipped = f', {board.skipped} skipped' if board.skipped else ''
    print(f'{board.passed} passed, {board.failed} failed{skipped}', flush=True)
    return 1 if board.failed else 0


if __name__ == '__main__':
    sys.exit(main())
