#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=60 timeout=900 sanitized=long
"""Files that nobody writes by mistake: each is judged, in the memory that is there, with a place; and a running Vigie that is told to read one goes on with what it has."""
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile

from lib_vigie import QUICK, VIGIE, Vigie, main, until

MEMORY = 0 if 'debug' in VIGIE else 4 << 30  # a sanitizer's shadow wants more than there is
BASE = 'define command {\n command_name ok\n command_line /bin/true\n}\n'


def host(name, more=''):
    return f'define host {{\n host_name {name}\n max_check_attempts 3\n{more}}}\n'


def service(name, on):
    return f'define service {{\n service_description {name}\n host_name {on}\n check_command ok\n max_check_attempts 3\n}}\n'


class Place:
    def __enter__(self):
        self.d = tempfile.mkdtemp(prefix='x', dir=os.environ.get('TMPDIR'))
        return self

    def __exit__(self, *what):
        shutil.rmtree(self.d)

    def path(self, name):
        return os.path.join(self.d, name)

    def put(self, name, data):
        with open(self.path(name), 'wb') as f:
            f.write(data if isinstance(data, bytes) else data.encode())
        return self.path(name)

    def check(self, objects, main_lines='', status=None, say=None):
        """It ends with a verdict, and every complaint has its place."""
        self.put('o.cfg', objects)
        m = self.put('n.cfg', f'{main_lines}cfg_file={self.path("o.cfg")}\n')
        limit = (lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))) if MEMORY else None
        p = subprocess.run([VIGIE, 'check', m], capture_output=True, text=True, errors='replace', timeout=300, preexec_fn=limit, stdin=subprocess.DEVNULL, env={**os.environ, **QUICK})
        assert p.returncode in ((0, 1) if status is None else (status,)) and not p.stderr, (p.returncode, p.stdout[-500:], p.stderr[-2000:])
        assert re.search(r'n\.cfg: (accepted|refused), ', p.stdout.splitlines()[-1]), p.stdout[-500:]
        wrong = [x for x in p.stdout.splitlines() if ': error: ' in x or ': warning: ' in x]
        assert all(re.match(r'/.+?:\d+:\d+: (error|warning): ', x) or 'larger than' in x for x in wrong), wrong[:3]
        assert all(len(x) < 6000 for x in wrong), max(map(len, wrong))
        if say:
            assert any(say in x for x in wrong), (say, wrong[:5])
        return wrong


def test_large():
    with Place() as p:
        p.check(BASE + host('h') + '# remark\n' * 1000000, status=0)
        p.check('nonsense line\n' * 1000000, status=1, say='o.cfg:1:1: error: text outside')
        p.check(BASE + host('h', ' notes ' + 'x' * 10000000 + '\n'), status=0)
        p.check(BASE + host('h') + 'define hostgroup {\n hostgroup_name g\n members ' + ','.join(['h'] * 3000000) + '\n}\n', status=0)
        p.check(BASE + host('h', ' check_command ok!' + '$ARG1$' * 1000000 + '\n'))
        p.check(BASE + host('h', ' notes a\\\n' + 'b\\\n' * 100000 + 'c\n'), status=0)
        p.check(BASE + host('x' * 1000000), status=0)
        p.check(BASE + host('h', ''.join(f' _V{i} x\n' for i in range(200000))), status=1, say='more than 2048 custom variables')
        p.check(BASE + ''.join(service(f's{i}', f'nohost{i}') for i in range(100000)), status=1, say="there is no host 'nohost0'")


def test_deep_and_round():
    with Place() as p:
        def chain(n):
            return BASE + ''.join(f'define host {{\n name t{i}\n use t{i + 1}\n register 0\n}}\n' for i in range(n)) + f'define host {{\n name t{n}\n notes deep\n register 0\n}}\n'
        p.check(chain(900) + host('h', ' use t0\n'), status=0)
        p.check(chain(20000) + host('h', ' use t0\n'), status=1, say='more than 1000 deep')
        p.check(BASE + host('h', ' use h\n name h\n'), status=0, say='uses itself in a circle')
        p.check(BASE + ''.join(f'define host {{\n name t{i}\n use t{(i + 1) % 500}\n register 0\n}}\n' for i in range(500)), say='uses itself in a circle')
        double = ''.join(f'define host {{\n name {n}{i}\n use {f"t{i + 1},u{i + 1}" if i < 60 else "e"}\n notes +{n}\n register 0\n}}\n' for i in range(61) for n in 'tu')
        p.check(BASE + double + 'define host {\n name e\n notes c\n register 0\n}\n' + host('h', ' use t0,u0\n'), status=0)
        groups = ''.join(f'define hostgroup {{\n hostgroup_name g{i}\n hostgroup_members g{i + 1}\n}}\n' for i in range(5000))
        p.check(BASE + host('h') + groups + 'define hostgroup {\n hostgroup_name g5000\n members h\n}\n', status=1, say='more than 1000 deep')
        every = ','.join(f'g{k}' for k in range(300))
        p.check(BASE + host('h') + ''.join(f'define hostgroup {{\n hostgroup_name g{i}\n hostgroup_members {every}\n}}\n' for i in range(300)), say='a member of itself')
        p.check(BASE + ''.join(host(f'h{i}', f' parents h{(i + 1) % 20000}\n') for i in range(20000)), status=1, say='lead back to it')
        p.check(BASE + ''.join(f'define timeperiod {{\n timeperiod_name p{i}\n alias a\n exclude p{(i + 1) % 2000}\n}}\n' for i in range(2000)))
        p.check(BASE + host('h', ''.join(f' _A{i} $_HOSTA{i + 1}$$_HOSTA{i + 1}$\n' for i in range(60)) + ' _A60 x\n check_command m\n')
                + 'define command {\n command_name m\n command_line /bin/echo $_HOSTA0$\n}\n')


def test_products():
    with Place() as p:
        hosts = ''.join(host(f'h{i}') for i in range(20000))
        p.check(BASE + hosts + ''.join(service(f's{i}', '*') for i in range(1000)), status=1, say='there are more than')
        p.check(BASE + hosts + 'define hostdependency {\n host_name *\n dependent_host_name *\n notification_failure_criteria d\n}\n', status=1)
        p.check(BASE + hosts + service('s', '*,' + ','.join(f'!h{i}' for i in range(19999))), status=0)
        p.check(BASE + ''.join(host('a' * 30 + str(i)) for i in range(500)) + service('s', '(a*)*(a*)*(a*)*b$') + service('t', '(' * 1000 + 'a' + ')' * 1000)
                + service('u', 'a{1,255}' * 20), 'use_regexp_matching=1\nuse_true_regexp_matching=1\n')


def test_what_is_no_text():
    with Place() as p:
        p.check(b'\0' * 5000000, status=1, say='o.cfg:1:1: error: a byte 0')
        with open('/bin/sh', 'rb') as f:
            p.check(f.read(), status=1, say='this is not a text file')
        p.check((BASE + host('h')).encode('utf-16'), status=1, say='this file is UTF-16; save it as UTF-8')
        p.check(b'\xef\xbb\xbf' + (BASE + host('h')).encode(), status=0)
        p.check((BASE + host('h')).replace('\n', '\r').encode(), status=1)
        p.check((BASE + host('h', ' alias caf\u00e9\n')).encode('latin-1'), status=0)
        p.check(BASE + host('h', ' check_interval 99999999999999999999\n retry_interval 1e308\n notification_interval -0\n freshness_threshold NaN\n'), status=0, say='write a number')


def test_what_is_no_file():
    with Place() as p:
        os.mkfifo(p.path('fifo'))
        for line, say in ((f'cfg_file={p.path("fifo")}', 'is no file'), (f'resource_file={p.path("fifo")}', 'is no file'), ('cfg_file=/dev/zero', 'is no file'),
                          ('cfg_file=/tmp', 'write cfg_dir'), ('cfg_dir=/etc/passwd', 'cannot read the folder'), ('cfg_file=/proc/self/mem', 'cannot read'),
                          ('cfg_file=/' + 'a/' * 5000, 'cannot open'), (f'include_file={p.path("n.cfg")}\n' * 2, 'includes itself')):
            p.check(BASE + host('h'), line + '\n', say=say)
        os.makedirs(p.path('d/e'))
        for name in 'back', 'again':
            os.symlink(p.path('d'), p.path(f'd/e/{name}'))
        p.put('d/a.cfg', host('other'))
        said = p.check(BASE + host('h'), f'cfg_dir={p.path("d")}\n', status=1, say='leads back to a folder it stands in')
        for i in range(30):  # two ways to each next one
            os.makedirs(p.path(f'w{i}'))
            for name in 'ab':
                os.symlink(p.path(f'w{i + 1}'), p.path(f'w{i}/{name}'))
            p.put(f'i{i}.cfg', f'include_file={p.path(f"i{i + 1}.cfg")}\n' * 2)
        os.mkdir(p.path('w30'))
        p.put('i30.cfg', 'interval_length=60\n')
        p.check(BASE + host('h'), f'cfg_dir={p.path("w0")}\n', status=1, say='more than 20000 folders and included files')
        p.check(BASE + host('h'), f'include_file={p.path("i0.cfg")}\n', status=1, say='more than 20000 folders and included files')
        os.symlink('/nowhere', p.path('dangling'))
        p.check(BASE + host('h'), f'cfg_file={p.path("dangling")}\n', status=1, say='No such file')
        os.mkdir(p.path('many'))
        for i in range(5000):
            p.put(f'many/{i}.cfg', f'# {i}\n')
        p.check(BASE + host('h'), f'cfg_dir={p.path("many")}\n', status=0)


def test_a_running_one_goes_on():
    with Vigie() as v:
        v.start()
        before = v.livestatus('GET status\nColumns: program_start nagios_pid')
        for i, line in enumerate(('cfg_file=/dev/zero', f'cfg_file={v.path("fifo")}', f'cfg_file={v.path("big.cfg")}', f'cfg_dir={v.path("loop")}')):
            if i == 1:
                os.mkfifo(v.path('fifo'))
            if i == 2:
                v.put('big.cfg', 'nonsense\n' * 1000000)
            if i == 3:
                os.mkdir(v.path('loop'))
                os.symlink(v.path('loop'), v.path('loop/again'))
            with open(v.main) as f:
                good = f.read()
            v.put('main.cfg', good + line + '\n')
            refused = v.said().count('was refused')
            v.process.send_signal(signal.SIGHUP)
            until(lambda: v.said().count('was refused') == refused + 1, f'the refusal of {line}')
            v.put('main.cfg', good)
            assert v.livestatus('GET status\nColumns: program_start nagios_pid') == before
        v.process.send_signal(signal.SIGHUP)
        until(lambda: 'was read again' in v.said(), 'the good one')


main()
