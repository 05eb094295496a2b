# SPDX-License-Identifier: Apache-2.0
"""What is played by seeds: each that fails is said with the commit that was built, and with what to write to have it again."""
import os
import re
import subprocess
import sys
import traceback

BUILD = os.path.realpath(os.environ.get('BUILD', 'build/release'))


def commit():
    said = subprocess.run([os.path.join(BUILD, 'vigie'), '--version'], capture_output=True, text=True, check=False).stdout
    found = re.search(r'\((.+)\)', said)
    return found[1] if found else 'unknown'


def failures(seeds, one, options=()):
    """one(seed) tells how much was wrong, or raises. How many seeds failed."""
    bad = 0
    for seed in seeds:
        try:
            wrong = one(seed)
        except Exception:  # whatever it was: it is of this seed
            print(traceback.format_exc(), end='')
            wrong = 1
        if wrong:
            bad += 1
            again = ' '.join([os.path.basename(sys.argv[0]), '--seed', str(seed), '--seeds', '1', *options])
            print(f'seed {seed} failed at commit {commit()}; once more: {again}', flush=True)
    return bad
