#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=40
"""All roles in one process under virtual time (tests/sim/all.c): no result and no answer of a notification is lost on the way to the disk,
none is recorded twice, the journal is whole.

    all-roles.py [--seed N] [--seeds N] [--results N] [--hosts N] [--services N] [--interval S]
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'life'))
from lib_seed import BUILD, failures  # noqa: E402
from lib_vigie import COMMON  # noqa: E402

OPTIONS = {'results': 60000, 'hosts': 100, 'services': 10000, 'interval': 1}


def put(path, text):
    with open(path, 'w') as f:
        f.write(text)


def make_site(d, a):
    objects = [COMMON]
    for h in range(a.hosts):
        objects.append(f'define host {{\n use th\n host_name h{h}\n address 127.0.0.1\n}}\n')
        objects += [f'define service {{\n use ts\n host_name h{h}\n service_description s{s}\n check_interval {a.interval}\n max_check_attempts {1 if s % 20 == 0 else 3}\n}}\n'
                    for s in range(a.services // a.hosts)]
    put(f'{d}/objects.cfg', ''.join(objects))
    put(f'{d}/main.cfg', f'log_file={d}/vigie.log\ncfg_file={d}/objects.cfg\ncommand_file={d}/cmd\ncheck_external_commands=1\ninterval_length=1\n'
                         f'use_syslog=0\nvigie_state_dir={d}/state\nvigie_livestatus_socket={d}/live\nvigie_http_listen=\nservice_check_timeout=5\n')


def one_seed(seed, d, a):
    os.makedirs(d)
    make_site(d, a)
    os.makedirs(f'{d}/bin')
    shutil.copy(f'{BUILD}/tests/sim/all-roles', f'{d}/bin/all-roles')  # it looks for the others where it stands itself
    for name in os.listdir(BUILD):
        if name.startswith('vigie') and os.access(f'{BUILD}/{name}', os.X_OK) and os.path.isfile(f'{BUILD}/{name}'):
            os.symlink(f'{BUILD}/{name}', f'{d}/bin/{name}')
    p = subprocess.run([f'{d}/bin/all-roles', f'{d}/main.cfg', str(a.results), str(seed)], capture_output=True, text=True, timeout=280, check=False)
    said = p.stdout.strip().splitlines()
    assert p.returncode == 0, f'status {p.returncode}\n{p.stdout[-2000:]}{p.stderr[-2000:]}'
    print(f'seed {seed}: {said[-1]}')
    given, told = (int(n) for n in re.match(r'(\d+) results and (\d+) notifications', said[-1]).groups())
    verify = subprocess.run([f'{BUILD}/vigie', 'journal', 'verify', '--state', f'{d}/state'], capture_output=True, text=True, check=False)
    assert verify.returncode == 0, verify.stdout + verify.stderr
    stats = subprocess.run([f'{BUILD}/vigie', 'journal', 'stats', '--state', f'{d}/state'], capture_output=True, text=True, check=True).stdout
    for kind, wanted in ('RESULT', given), ('NOTIFIED', told), ('SNAPSHOT', 2):
        found = int(re.search(rf'^{kind} +(\d+)', stats, re.M)[1])
        assert found == wanted, f'{wanted} of {kind} must be there, {found} are recorded\n{stats}'
    shutil.rmtree(d)


def main():
    p = argparse.ArgumentParser()
    for name, value in {'seed': 1, 'seeds': 1, **OPTIONS}.items():
        p.add_argument('--' + name, type=int, default=value)
    a = p.parse_args()
    changed = [f'--{name} {getattr(a, name)}' for name, value in OPTIONS.items() if getattr(a, name) != value]
    with tempfile.TemporaryDirectory(dir=os.environ.get('TMPDIR')) as d:
        os.chmod(d, 0o755)
        bad = failures(range(a.seed, a.seed + a.seeds), lambda seed: one_seed(seed, f'{d}/{seed}', a), changed)
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
