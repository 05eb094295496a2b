#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rules of the house that a machine can check. Prints `file:line: what; what to do`, and exits 1 if there is any.

    tests/tidy/tidy.py [--self-test] [--root DIR]

--self-test also proves that each rule catches a violation planted for it (tests/tidy/selftest.py).
Exceptions, each with its reason, stand in exceptions.txt; the include matrix in layers.txt.
"""
import argparse
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ctext  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
FUNCTION_LINES, FILE_LINES, HEADER_LINES = 70, 700, 200
GLOSSARY_WORDS = 40

BANNED = {
    'strcpy': 'buf_* or memcpy with a checked length', 'strcat': 'buf_*', 'sprintf': 'buf_printf or snprintf',
    'vsprintf': 'vsnprintf', 'strncpy': 'memcpy with a checked length', 'strtok': 'str_cut', 'gets': 'read',
    'system': 'a message to the runner', 'popen': 'a message to the runner', 'wordexp': 'core/shsplit',
    'localtime': 'time_local', 'localtime_r': 'time_local', 'gmtime': 'time_utc', 'gmtime_r': 'time_utc',
    'mktime': 'time_from_local', 'timegm': 'time_from_utc', 'tzset': 'zones are data of the snapshot',
    'strftime': 'base/time', 'setlocale': 'every role runs in C.UTF-8', 'atoi': 'str_to_i64', 'atol': 'str_to_i64',
    'atoll': 'str_to_i64', 'alloca': 'buf_* or arena_*', 'rand': 'os/rand', 'srand': 'os/rand', 'random': 'os/rand',
    'mktemp': 'mkstemp', 'getaddrinfo': 'c-ares', 'gethostbyname': 'c-ares',
    'strerror_l': 'err_*', 'longjmp': 'return an error', 'setjmp': 'return an error',
}
OS_ONLY = {'fork', 'vfork', 'clone', 'execve', 'execv', 'execvp', 'execvpe', 'execl', 'execlp', 'execveat', 'fexecve',
           'posix_spawn', 'posix_spawnp', 'epoll_create', 'epoll_create1', 'epoll_ctl', 'epoll_wait', 'epoll_pwait',
           'seccomp_init', 'seccomp_load', 'seccomp_rule_add', 'clock_gettime', 'gettimeofday'}
IMPURE = {'open', 'openat', 'read', 'write', 'close', 'fopen', 'fclose', 'printf', 'fprintf', 'vprintf', 'puts', 'fputs',
          'time', 'getenv', 'setenv', 'getpid', 'socket', 'connect', 'send', 'recv', 'exit', 'malloc', 'calloc', 'realloc',
          'free', 'usleep', 'sleep', 'nanosleep', 'mmap', 'ioctl', 'fcntl', 'pipe', 'kill', 'signal', 'sigaction'}


class Tree:
    """The files of the project (as git sees them), their texts, and what the rules found."""

    def __init__(self, root):
        self.root, self.found, self.cache = root, [], {}
        out = subprocess.run(['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], cwd=root,
                             capture_output=True)
        if out.returncode == 0:
            names = out.stdout.decode().split('\0')
        else:
            names = [os.path.relpath(os.path.join(d, f), root) for d, _, fs in os.walk(root) for f in fs]
        self.files = sorted(n for n in names if n and os.path.isfile(os.path.join(root, n)))
        self.exceptions = read_exceptions(os.path.join(root, 'tests/tidy/exceptions.txt'))

    def text(self, path):
        if path not in self.cache:
            with open(os.path.join(self.root, path), encoding='utf-8', errors='replace') as f:
                self.cache[path] = f.read()
        return self.cache[path]

    def code(self, path):
        key = ('code', path)
        if key not in self.cache:
            self.cache[key] = ctext.blank_preprocessor(ctext.blank(self.text(path)))
        return self.cache[key]

    def select(self, *patterns):
        return [f for f in self.files if any(re.search(p, f) for p in patterns)]

    def report(self, rule, path, line, what, todo, name=None):
        for key in (path, f'{path}:{name}'):
            if (rule, key) in self.exceptions:
                self.exceptions[(rule, key)] = True
                return
        self.found.append((path, line, rule, f'{path}:{line}: {what}; {todo} [{rule}]'))


def read_exceptions(path):
    found = {}
    if os.path.exists(path):
        with open(path, encoding='utf-8') as f:
            for line in f:
                words = line.split('#')[0].split()
                if len(words) >= 3:
                    found[(words[0], words[1])] = False
    return found


def floor_of(path):
    m = re.match(r'src/(\w+)/', path)
    return m.group(1) if m else None


# ---- rules: each takes the tree and reports ----

def read_layers(tree):
    layers = {}
    for line in tree.text('tests/tidy/layers.txt').splitlines():
        m = re.match(r'^(\w+):([^|#]*)(?:\|\s*libc:(.*))?$', line)
        if m:
            layers[m[1]] = (set(m[2].split()), set(m[3].split()) if m[3] else None)
    return layers


def includes(tree, path):
    code = ctext.blank(tree.text(path), keep_strings=True)
    for m in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">]+)[">]', code, re.M):
        yield ctext.line_of(code, m.start()), m[1] == '"', m[2]


def rule_layers(tree):
    layers = read_layers(tree)
    for path in tree.select(r'^src/\w+/.*\.(c|h|def)$'):
        floor = floor_of(path)
        if floor not in layers:
            tree.report('layers', path, 1, f'floor {floor} is not in the matrix', 'add it to tests/tidy/layers.txt')
            continue
        allowed, libc = layers[floor]
        for line, ours, name in includes(tree, path):
            if ours and '/' in name and name.split('/')[0] not in allowed | {floor}:
                tree.report('layers', path, line, f'{floor} may not include {name}',
                            'move what you need to a lower floor, or pass it in', name)
            elif ours and '/' not in name and name != 'build_id.h':
                tree.report('layers', path, line, f'"{name}" is not a path from src/', f'write "{floor}/{name}"', name)
            elif not ours and libc is not None and name not in libc:
                tree.report('layers', path, line, f'{floor} may not include <{name}>',
                            'the floor is pure: let os/ do it and pass the value in', name)


def rule_own_header_first(tree):
    for path in tree.select(r'^src/\w+/\w+\.c$'):
        own = path[4:-2] + '.h'
        listed = [name for _, ours, name in includes(tree, path)]
        if 'src/' + own in tree.files and own in listed and listed[0] != own:
            tree.report('own-header', path, 1, f'"{own}" is not included first', 'so that each header stands alone')


def rule_lengths(tree):
    for path in tree.select(r'\.(c|py|ts|tsx|mjs)$', r'^dev$', r'\.sh$'):
        n = tree.text(path).count('\n')
        if n > FILE_LINES:
            tree.report('length', path, n, f'{n} lines (at most {FILE_LINES})', 'split it by what changes together')
    for path in tree.select(r'^(src|tests)/.*\.h$'):
        n = tree.text(path).count('\n')
        if n > HEADER_LINES:
            tree.report('length', path, n, f'header of {n} lines (at most {HEADER_LINES})', 'split it, or hide its private part')
    for path in tree.select(r'^(src|tests)/.*\.[ch]$'):
        code = tree.code(path)
        for name, item in ctext.functions(code):
            first, last = ctext.line_of(code, item.start), ctext.line_of(code, item.end)
            if last - first + 1 > FUNCTION_LINES:
                tree.report('length', path, first, f'{name}() has {last - first + 1} lines (at most {FUNCTION_LINES})',
                            'use a table, or name its parts', name)


def calls(code, names):
    for m in re.finditer(r'(?<![\w.>])(\w+)\s*\(', code):
        if m[1] in names and not re.search(r'(->|\.)\s*$', code[:m.start()][-8:]):
            yield ctext.line_of(code, m.start()), m[1]


def rule_banned(tree):
    for path in tree.select(r'^(src|tests)/.*\.(c|h|def)$'):
        code = ctext.blank(tree.text(path))
        for line, name in calls(code, BANNED):
            tree.report('banned', path, line, f'{name}() is banned', f'use {BANNED[name]}', name)
        if path.startswith('src/') and floor_of(path) != 'os':
            for line, name in calls(code, OS_ONLY):
                tree.report('os-only', path, line, f'{name}() outside src/os', 'use os/, which is where it can be faked', name)


def rule_pure(tree):
    for path in tree.select(r'^src/core/.*\.(c|h|def)$'):
        code = ctext.blank(tree.text(path))
        for line, name in calls(code, IMPURE):
            tree.report('pure', path, line, f'{name}() in the core', 'take the value as an argument, give the effect back', name)
        for m in re.finditer(r'\b(double|float|FILE|stderr|stdout|errno)\b', code):
            tree.report('pure', path, ctext.line_of(code, m.start()), f'{m[1]} in the core',
                        'whole numbers decide; no stream is known here', m[1])


def rule_globals(tree):
    for path in tree.select(r'^src/(?!role/).*\.[ch]$'):
        code = tree.code(path)
        for item in ctext.items(code):
            if item.body and ctext.looks_like_function(item.head.split('{', 1)[0]):
                for m in re.finditer(r'\bstatic\b([^;={]*)', item.body):
                    got = ctext.variable('static' + m[1])
                    if got and not got[1]:
                        report_global(tree, path, ctext.line_of(code, item.body_start + m.start()), got[0])
                continue
            got = ctext.variable(item.head)
            if got and not got[1]:
                report_global(tree, path, ctext.line_of(code, item.start), got[0])


def report_global(tree, path, line, name):
    tree.report('globals', path, line, f'{name} is mutable and outlives its function',
                'make it const, or hand it over as an argument; only src/role has one state a file', name)


def rule_dead_files(tree):
    meson = '\n'.join(tree.text(p) for p in tree.select(r'(^|/)meson\.build$'))
    for path in tree.select(r'^(src|tests)/.*\.c$'):
        base = os.path.basename(path)
        if any(base in tree.text(p) for p in tree.select(f'^{os.path.dirname(path)}/[^/]*\\.(py|sh)$')):
            continue  # a script beside it compiles it
        short = re.match(r'(?:test|fuzz)_(\w+)\.c$', base)
        if f"{base}'" in meson or (short and f"'{short[1]}'" in meson):
            continue
        tree.report('dead', path, 1, 'no meson.build names this file', 'add it to its floor, or remove it')
    used = set()
    for path in tree.select(r'\.(c|h|def|in)$'):
        used.update(name for _, ours, name in includes(tree, path) if ours and path != 'src/' + name)
    for path in tree.select(r'^src/.*\.(h|def)$'):
        if path[4:] not in used:
            tree.report('dead', path, 1, 'nobody includes this header', 'remove it, or use it')


def rule_prefix(tree):
    for path in tree.select(r'^src/\w+/\w+\.h$'):
        code, stem = tree.code(path), re.sub(r'_int$', '', os.path.basename(path)[:-2])
        parts = stem.split('_')
        allowed = tuple('_'.join(parts[:i]) + '_' for i in range(1, len(parts) + 1)) + (stem.removesuffix('s') + '_',)
        for item in ctext.items(code):
            name = ctext.declared_function(item.head)
            if name and name != stem and not name.startswith(allowed):
                tree.report('prefix', path, ctext.line_of(code, item.start), f'{name}() is declared in {stem}.h',
                            f'name it {stem}_..., or declare it where its name says', name)


def rule_head(tree):
    for path in tree.select(r'^(src|tests|ui|dist|plugins)/.*\.(c|h|def|py|sh|ts|tsx|mjs|css)$', r'^dev$',
                            r'(^|/)meson\.build$', r'^plugins/\w+$'):
        if os.path.basename(path) == 'meson.build' and path != 'meson.build':
            continue
        if 'SPDX-License-Identifier: Apache-2.0' not in '\n'.join(tree.text(path).split('\n')[:4]):
            tree.report('spdx', path, 1, 'no licence line', 'begin with SPDX-License-Identifier: Apache-2.0')
    for path in tree.select(r'^(src|tests)/.*\.h$'):
        first = ctext.blank(tree.text(path)).lstrip().split('\n')[0].strip()
        if first != '#pragma once':
            tree.report('once', path, 1, 'does not begin with #pragma once', 'put it before everything but the licence')


def rule_todo(tree):
    marks = re.compile(r'\b(' + 'TO' + 'DO|FIX' + 'ME|XX' + r'X)\b(?!\s*\(?#\d+)')
    for path in tree.select(r'\.(c|h|def|py|sh|ts|tsx|mjs|md)$', r'^dev$', r'meson\.build$'):
        for i, line in enumerate(tree.text(path).split('\n'), 1):
            m = marks.search(line)
            if m:
                tree.report('todo', path, i, f'{m[1]} without an issue number', f'do it, or write {m[1]} #N')


def slug(heading):
    text = re.sub(r'[`*_]|\[([^\]]*)\]\([^)]*\)', lambda m: m[1] or '', heading).strip().lower()
    return re.sub(r'\s', '-', re.sub(r'[^\w\s-]', '', text))


def rule_links(tree):
    known, folders = set(tree.files), {os.path.dirname(f) for f in tree.files}
    while '' not in folders or any(os.path.dirname(d) not in folders for d in folders):
        folders |= {os.path.dirname(d) for d in folders} | {''}
    for path in tree.select(r'\.md$'):
        text = re.sub(r'^```.*?^```', lambda m: re.sub(r'[^\n]', ' ', m[0]), tree.text(path), flags=re.M | re.S)
        for m in re.finditer(r'\]\(([^)\s]+)\)', text):
            check_link(tree, path, ctext.line_of(text, m.start()), m[1], known, folders)
        for m in re.finditer(r'`((?:src|docs|tests|ui|dist|plugins)/[\w./-]+)`', text):
            name = m[1].rstrip('/')
            near = os.path.join(os.path.dirname(path), name)
            if not {name, near} & known and not {name, near} & folders:
                tree.report('links', path, ctext.line_of(text, m.start()), f'{m[1]} does not exist', 'correct the path', name)


def check_link(tree, path, line, target, known, folders):
    if re.match(r'[a-z]+:', target):
        return
    name, _, anchor = target.partition('#')
    full = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
    if full not in known and full not in folders:
        tree.report('links', path, line, f'link to {target}: there is no {full}', 'correct the link')
    elif anchor and full.endswith('.md'):
        anchors = {slug(h) for h in re.findall(r'^#+\s+(.*)$', tree.text(full), re.M)}
        if anchor not in anchors:
            tree.report('links', path, line, f'link to {target}: {full} has no such heading', 'correct the anchor')


def rule_tests(tree):
    for path in tree.select(r'^tests/unit/.*\.c$'):
        if not re.match(r'^tests/unit/(test_\w+|\w*(helper|fixture|fake)\w*)\.c$', path):
            tree.report('tests', path, 1, 'a unit test is called test_NAME.c', 'rename it (or NAME_helper.c if it has no test)')
        for m in re.finditer(r'cmocka_unit_test\w*\(\s*(\w+)', tree.text(path)):
            if not m[1].startswith('test_') and m[1] != 'f':
                tree.report('tests', path, ctext.line_of(tree.text(path), m.start()), f'{m[1]} is a test', 'name it test_...')
    for path in tree.select(r'^tests/(life|scenario|e2e|long)/[^/]+\.(sh|py)$'):
        name = os.path.basename(path)
        is_lib = re.match(r'(lib|_)', name)
        runs = os.access(os.path.join(tree.root, path), os.X_OK)
        if not is_lib and not runs:
            tree.report('tests', path, 1, 'is not executable, so it is never run', 'chmod +x, or call it lib_NAME')
        if not re.match(r'[a-z0-9_][a-z0-9_-]*\.(sh|py)$', name):
            tree.report('tests', path, 1, 'test names are lower case, digits, - and _', 'rename it')
    for path in tree.select(r'^tests/fuzz/fuzz_\w+\.c$'):
        seeds = 'tests/fuzz/seeds/' + os.path.basename(path)[5:-2] + '/'
        if not any(f.startswith(seeds) for f in tree.files):
            tree.report('tests', path, 1, 'a fuzz target without seeds', f'put some in {seeds}')


def rule_glossary(tree):
    if 'docs/GLOSSARY.md' in tree.files:
        rows = re.findall(r'^\| (?!word |-)', tree.text('docs/GLOSSARY.md'), re.M)
        if len(rows) > GLOSSARY_WORDS:
            tree.report('glossary', 'docs/GLOSSARY.md', 1, f'{len(rows)} words (at most {GLOSSARY_WORDS})',
                        'a newcomer learns no more: merge two')


RULES = [rule_layers, rule_own_header_first, rule_lengths, rule_banned, rule_pure, rule_globals, rule_dead_files, rule_prefix,
         rule_head, rule_todo, rule_links, rule_tests, rule_glossary]


def unused_exceptions(tree):
    for (rule, name), used in tree.exceptions.items():
        if not used:
            tree.report('exceptions', 'tests/tidy/exceptions.txt', 1, f'{rule} {name} excuses nothing', 'remove the line')


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--self-test', action='store_true')
    ap.add_argument('--root', default=os.path.realpath(os.path.join(HERE, '..', '..')))
    a = ap.parse_args()
    failed = passed = 0
    if a.self_test:
        import selftest
        passed, failed = selftest.run(RULES, Tree)
    tree = Tree(a.root)
    for rule in RULES:
        before = len(tree.found)
        rule(tree)
        passed, failed = passed + (len(tree.found) == before), failed + (len(tree.found) != before)
    unused_exceptions(tree)
    for _, _, _, words in sorted(tree.found):
        print(words)
    if len(tree.found) and not failed:
        failed = 1
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
