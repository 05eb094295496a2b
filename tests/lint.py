#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`./dev lint [FILE...]`: clang-tidy, cppcheck, clang-format and tidy. Prints what each found and ends with one line.

clang-tidy's answer for a file is kept in build/lint/ and used again while the file, the headers and .clang-tidy are the same.
"""
import glob
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

SRC = os.path.realpath(os.path.join(os.path.dirname(__file__), '..'))
CACHE = os.path.join(SRC, 'build', 'lint')
PROMISES = os.path.join(SRC, 'tests', 'tidy', 'promises.h')
JOBS = max(1, int(os.environ.get('JOBS') or os.cpu_count() or 2))
# Flags of gcc that clang-tidy 14 does not know, and what is only of use to a sanitizer build.
FOREIGN = re.compile(r'^(-fsanitize.*|-Werror|-fcf-protection|-ftrivial-auto-var-init=.*|-Wno-.*|-M[DPMG]*)$')
CPPCHECK = ['--enable=warning,performance,portability', '--inline-suppr', '--quiet', '--error-exitcode=1', '--std=c11',
            '--suppress=missingIncludeSystem', '--suppress=unusedStructMember', '--suppress=unknownMacro',
            '--suppress=*:tests/unit/*', '--suppress=syntaxError', '--suppress=readdirCalled', '--suppress=getpwnamCalled',
            '--suppress=getgrnamCalled', '--suppress=getpwuidCalled',
            '--suppress=shiftTooManyBitsSigned', '--library=posix',
            '--template={file}:{line}: {message} [{id}]']


def out(argv, **kw):
    p = subprocess.run(argv, cwd=SRC, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kw)
    return p.returncode, p.stdout


def sources(wanted):
    _, text = out(['git', 'ls-files', '--cached', '--others', '--exclude-standard', 'src/*.[ch]', 'tests/*.[ch]'])
    files = [f for f in text.split() if os.path.exists(os.path.join(SRC, f))]
    return [f for f in files if not wanted or f in wanted]


def shells():
    if not shutil.which('shellcheck'):
        return []
    _, text = out(['git', 'ls-files', '--cached', '--others', '--exclude-standard', 'dev', '*.sh', 'plugins/*', '.ci/run'])
    return [f for f in text.split() if re.match(r'#!.*\bsh\b|#!.*bash', read(os.path.join(SRC, f)).decode(errors='replace'))]


def digest(*texts):
    h = hashlib.sha256()
    for t in texts:
        h.update(t if isinstance(t, bytes) else t.encode())
    return h.hexdigest()


def read(path):
    with open(path, 'rb') as f:
        return f.read()


def database():
    """A compile_commands.json that clang-tidy 14 understands, made from meson's."""
    with open(os.path.join(SRC, 'build', 'debug', 'compile_commands.json'), encoding='utf-8') as f:
        entries = json.load(f)
    kept = {}
    for e in entries:
        command = re.sub(r' -M[QFT] \S+', '', e['command'])
        words = [w for w in shlex.split(command) if not FOREIGN.match(w) and w != 'ccache']
        path = os.path.normpath(os.path.join(e['directory'], e['file']))
        kept[path] = dict(e, command=shlex.join(['clang'] + words[1:]), file=path)
    os.makedirs(CACHE, exist_ok=True)
    with open(os.path.join(CACHE, 'compile_commands.json'), 'w', encoding='utf-8') as f:
        json.dump(list(kept.values()), f, indent=1)
    return kept


def clang_tidy(path, common):
    full = os.path.join(SRC, path)
    stamp = os.path.join(CACHE, digest(path, read(full), common))
    if os.path.exists(stamp):
        return path, read(stamp).decode()
    promises = [] if path.startswith('src/base/') else ['--extra-arg=-include', f'--extra-arg={PROMISES}']
    code, text = out(['clang-tidy', '--quiet', '-p', CACHE, full] + promises)
    lines = [l.replace(SRC + '/', '').replace('build/debug/../../', '') for l in text.splitlines()]
    found = [l for l in lines if re.search(r'(warning|error): ', l) and 'warnings treated as errors' not in l]
    text = '\n'.join(dict.fromkeys(found)) if code or found else ''
    with open(stamp, 'w', encoding='utf-8') as f:
        f.write(text)
    return path, text


def main():
    wanted = {os.path.relpath(os.path.realpath(p), SRC) for p in sys.argv[1:]}
    files, failed, passed = sources(wanted), 0, 0
    known = database()
    headers = ''.join(digest(read(p)) for p in sorted(glob.glob(os.path.join(SRC, 'src', '**', '*.[hd]*'), recursive=True)))
    common = digest(headers, read(os.path.join(SRC, '.clang-tidy')), read(PROMISES), json.dumps(list(known.values())))
    units = [f for f in files if f.endswith('.c') and f.startswith('src/') and os.path.join(SRC, f) in known]
    with ThreadPoolExecutor(JOBS) as pool:
        for path, text in pool.map(lambda f: clang_tidy(f, common), units):
            passed, failed = passed + (not text), failed + bool(text)
            if text:
                print(text, flush=True)
    scripts = [f for f in files if f.endswith('.c')]
    if scripts:
        code, text = out(['cppcheck', f'-j{JOBS}', f'--cppcheck-build-dir={CACHE}', '-Isrc'] + CPPCHECK + scripts)
        passed, failed = passed + (code == 0), failed + (code != 0)
        print(text, end='')
    bad = []
    for f in files:
        code, _ = out(['clang-format', '--dry-run', '--Werror', '-ferror-limit=1', f])
        if code:
            bad.append(f)
    print(''.join(f'{f}:1: not formatted; ./dev fmt {f}\n' for f in bad), end='')
    passed, failed = passed + len(files) - len(bad), failed + len(bad)
    code, text = out([sys.executable, 'tests/tidy/tidy.py', '--self-test'])
    print('\n'.join(text.splitlines()[:-1]))
    passed, failed = passed + (code == 0), failed + (code != 0)
    for script in shells():
        code, text = out(['shellcheck', '-x', '--severity=warning', script])
        print(text, end='')
        passed, failed = passed + (code == 0), failed + (code != 0)
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
