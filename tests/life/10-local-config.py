#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=65 sanitized=long
"""`./dev run`'s configuration of this machine: Vigie and nagios4 accept it, a dozen services have results within a minute,
SIGTERM ends in time, and what was known is known after a restart."""
import os
import re
import subprocess
import time

from lib_nagios import NAGIOS
from lib_vigie import SRC, Skip, Vigie, main, until, vigie


def make(v, port='0'):
    base = v.path('base')
    p = subprocess.run([os.path.join(SRC, 'dist/local/make-config.sh'), '--base', base, '--port', port], capture_output=True, text=True)
    assert p.returncode == 0, p.stderr
    v.main, v.live, v.state = p.stdout.strip(), os.path.join(base, 'run/live'), os.path.join(base, 'state')


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def test_vigie_accepts_it():
    with Vigie() as v:
        make(v)
        code, out, err = vigie('check', '-c', v.main)
        assert code == 0, out + err


def test_what_dev_run_sets_is_accepted():
    words = re.search(r'exec build/release/vigie run -c "\$config" (.*) "\$@"', read(os.path.join(SRC, 'dev'))).group(1).split()
    with Vigie() as v:
        make(v)
        code, out, err = vigie('check', '-c', v.main, *words)
        assert code == 0 and '0 warnings' in out, out + err


def test_nagios_accepts_it():
    if not NAGIOS:
        raise Skip('nagios4 is not installed')
    with Vigie() as v:
        make(v)
        v.put('plain.cfg', ''.join(line for line in read(v.main).splitlines(True) if not line.startswith('vigie_')))
        p = subprocess.run([NAGIOS, '-v', v.path('plain.cfg')], capture_output=True, text=True)
        assert p.returncode == 0, p.stdout
        assert 'Total Errors:   0' in p.stdout, p.stdout


def test_made_twice_keeps_what_is_yours():
    with Vigie() as v:
        make(v)
        own = os.path.join(os.path.dirname(v.main), 'conf.d', 'own.cfg')
        with open(own, 'w') as f:
            f.write('# mine\n')
        make(v)
        assert read(own) == '# mine\n'


def checked(v):
    return v.livestatus('GET services\nColumns: description has_been_checked state plugin_output\nFilter: has_been_checked = 1')


def test_a_dozen_results_within_a_minute_and_after_a_restart():
    with Vigie() as v:
        make(v, os.environ.get('PORT', '18480'))
        services = len(re.findall(r'^define service', read(os.path.join(os.path.dirname(v.main), 'local.cfg')), re.M)) - 1
        assert services >= 12
        begin = time.monotonic()
        v.start()
        rows = until(lambda: (lambda r: r if len(r) == services else None)(checked(v)), f'{services} results', patience=100)
        print(f'  {services} results after {time.monotonic() - begin:.0f} s')
        unknown = [r for r in rows if r[2] == 3]
        assert not unknown, f'plugins that could not do their work: {unknown}'
        assert v.stop(10) == 0
        v.start()
        assert len(checked(v)) == services, 'results are gone after a restart'


main()
