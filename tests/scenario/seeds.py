#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=3
"""What is played by seeds says of each that fails which it was, at which commit, and how it is had again: programs that fail take the place of those of the tests."""
import os
import shutil
import subprocess
import sys
import tempfile

from lib_seed import BUILD, commit

HERE = os.path.dirname(os.path.abspath(__file__))

PLANTED = (('all-roles.py', 'all-roles', 'exit 3', ['--hosts', '2', '--services', '4'], ['--hosts 2', '--services 4']),
           ('time-periods.py', 'calendar', 'exit 3', [], []),
           ('time-periods.py', 'calendar', 'while read -r line; do echo wrong; done', [], []))


def main():
    built = commit()
    assert built != 'unknown'
    with tempfile.TemporaryDirectory(dir=os.environ.get('TMPDIR')) as d:
        os.makedirs(f'{d}/tests/sim')
        os.symlink(f'{BUILD}/vigie', f'{d}/vigie')
        for script, program, does, options, again in PLANTED:
            path = f'{d}/tests/sim/{program}'
            with open(path, 'w', encoding='ascii') as f:
                f.write(f'#!/bin/sh\n{does}\n')
            os.chmod(path, 0o755)
            p = subprocess.run([sys.executable, os.path.join(HERE, script), '--seed', '7', '--seeds', '2', *options], capture_output=True, text=True, check=False,
                               env={**os.environ, 'BUILD': d, 'TMPDIR': d})
            assert p.returncode == 1, (script, p.returncode, p.stdout[-2000:], p.stderr[-2000:])
            for seed in (7, 8):
                wanted = f'seed {seed} failed at commit {built}; once more: {script} --seed {seed} --seeds 1'
                line = next((line for line in p.stdout.splitlines() if line.startswith(wanted)), '')
                assert line and all(word in line for word in again), (wanted, p.stdout[-2000:], p.stderr[-2000:])
        shutil.rmtree(f'{d}/tests')
    return 0


if __name__ == '__main__':
    sys.exit(main())
